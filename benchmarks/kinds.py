"""Twelve kinds of reuse, planted in files of made-up prose with headings and lists, wrapped as people wrap.

Nothing else is repeated in the files, so that every other finding is an error. Most files are Markdown; two kinds have
plain text on one side or on both.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.corpora import Prose
from benchmarks.measures import Sides
from dedup.model import Span

FORM = 2
"""To be raised when a change makes other files: those of another form are not used."""
FILES = 23
"""The least number of files that can hold one passage of each kind."""
FILE_BYTES = 2500
PASSAGE_WORDS = 110

Pair = tuple[str, str]
"""A paragraph and its copy."""


class Folder(NamedTuple):
    """The files, and the passages planted in them by kind."""

    path: Path
    files: int
    text_bytes: int
    cases: Mapping[str, list[Sides]]


def write_folder(cache: Path, count: int, of_each: int, seed: int) -> Folder:
    """Return the folder of ``count`` files and so many passages of each kind, made first if it is not there."""
    path = cache / f"kinds-{FORM}-{count}-{of_each}-{seed}"
    truth = path.with_suffix(".truth.json")
    if not truth.exists():
        texts, planted = make(count, of_each, seed)
        for name, text in texts.items():
            file = path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        values = {"bytes": sum(len(text.encode()) for text in texts.values()), "cases": planted}
        truth.write_text(json.dumps(values), encoding="utf-8")
    values = json.loads(truth.read_text(encoding="utf-8"))
    cases = {
        kind: [(Span(*left), Span(*right)) for left, right in of_kind] for kind, of_kind in values["cases"].items()
    }
    return Folder(path, count, values["bytes"], cases)


def make(
    count: int, of_each: int, seed: int
) -> tuple[dict[str, str], dict[str, list[tuple[tuple[str, int, int], ...]]]]:
    """Return the texts of the files by name, and the places of each planted passage and its copy by kind.

    Every passage has files of its own: `FILES` for one of each kind.
    """
    prose, rng = Prose(seed), np.random.default_rng(seed)
    files = [_blocks(prose, rng) for _ in range(count)]
    free = iter(rng.permutation(count).tolist())
    planted: dict[str, list[tuple[int, int, Pair]]] = defaultdict(list)
    endings: dict[int, str] = {}
    for _ in range(of_each):
        for kind, make_pair in KINDS.items():
            source = next(free)
            host = source if kind == TWICE else next(free)
            pair = make_pair(prose, rng)
            if kind == WHOLE:
                original = "\n\n".join(files[source])
                pair = (original, _edited(original, prose, rng, 0.02))
                files[host] = [pair[1]]
            else:
                for file, text in zip((source, host), pair, strict=True):
                    files[file].insert(int(rng.integers(1, len(files[file]) + 1)), text)
            endings.update(zip((source, host), ENDINGS.get(kind, MARKDOWN), strict=True))
            planted[kind].append((source, host, pair))
    names = [f"{number // 100:03d}/{number:05d}{endings.get(number, '.md')}" for number in range(count)]
    texts = ["\n\n".join(blocks) + "\n" for blocks in files]
    cases: dict[str, list[tuple[tuple[str, int, int], ...]]] = defaultdict(list)
    for kind, listed in planted.items():
        for source, host, (left, right) in listed:
            first = texts[source].index(left)
            second = texts[host].index(right, first + 1 if source == host else 0)
            cases[kind].append(((names[source], first, first + len(left)), (names[host], second, second + len(right))))
    return dict(zip(names, texts, strict=True)), cases


def wrapped(text: str, words: int) -> str:
    """Return a text with so many words on a line."""
    listed = text.split()
    return "\n".join(" ".join(listed[first : first + words]) for first in range(0, len(listed), words))


def _blocks(prose: Prose, rng: np.random.Generator) -> list[str]:
    """Return the paragraphs, headings and lists of a file."""
    blocks = ["# " + _line(prose, 5)]
    while sum(map(len, blocks)) < FILE_BYTES * 0.9:
        match int(rng.integers(6)):
            case 0:
                blocks.append("## " + _line(prose, 4))
            case 1:
                blocks.append("\n".join("- " + _line(prose, 9) for _ in range(4)))
            case _:
                blocks.append(wrapped(prose.text(int(rng.integers(40, 90))), 13))
    return blocks


def _line(prose: Prose, words: int) -> str:
    return " ".join(prose.text(words).split()).rstrip(".")


def _exact(prose: Prose, rng: np.random.Generator, *, words: int = PASSAGE_WORDS, width: int = 13) -> Pair:
    text = wrapped(prose.text(words), width)
    return text, text


def _reflowed(prose: Prose, rng: np.random.Generator) -> Pair:
    text = prose.text(PASSAGE_WORDS)
    return wrapped(text, 13), wrapped(text, 10)


def _replaced(prose: Prose, rng: np.random.Generator, *, rate: float) -> Pair:
    text = wrapped(prose.text(PASSAGE_WORDS), 13)
    return text, _edited(text, prose, rng, rate)


def _surface(prose: Prose, rng: np.random.Generator) -> Pair:
    text = wrapped(prose.text(PASSAGE_WORDS), 13)
    return text, text.lower().replace(",", " -").replace(".", ";")


def _ideographs(prose: Prose, rng: np.random.Generator) -> Pair:
    signs = "".join(chr(0x4E00 + int(number)) for number in rng.integers(0, 3000, 160))
    text = "，".join(signs[first : first + 20] for first in range(0, 160, 20)) + "。"
    return text, text


def _edited(text: str, prose: Prose, rng: np.random.Generator, rate: float) -> str:
    """Return a text with so many of its words replaced, its lines kept."""
    lines = [line.split(" ") for line in text.split("\n")]
    for line in lines:
        for place, word in enumerate(line):
            if word[:1].isalpha() and rng.random() < rate:
                line[place] = prose.pieces(1)[0].strip()
    return "\n".join(map(" ".join, lines))


TWICE, WHOLE = "twice in one file", "whole file, 2 % of words replaced"
KINDS: dict[str, Callable[[Prose, np.random.Generator], Pair]] = {
    "exact": _exact,
    "exact, on one line": partial(_exact, width=PASSAGE_WORDS + 1),
    "reflowed": _reflowed,
    "5 % of words replaced": partial(_replaced, rate=0.05),
    "15 % of words replaced": partial(_replaced, rate=0.15),
    "case and punctuation": _surface,
    TWICE: _exact,
    "25-word quotation": partial(_exact, words=25),
    "160 ideographs": _ideographs,
    "exact, in plain text": _exact,
    "exact, Markdown and plain text": _exact,
    WHOLE: _exact,  # its text is that of the file
}
MARKDOWN = (".md", ".md")
ENDINGS = {"exact, in plain text": (".txt", ".txt"), "exact, Markdown and plain text": (".md", ".txt")}
"""Of the names of the two files."""
