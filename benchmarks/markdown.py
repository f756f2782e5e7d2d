"""A check in CI: a folder of 10,000 Markdown files on two cores, `dedup` beside jscpd, which is built for this.

The files are made-up prose with headings and lists, wrapped as people wrap. Passages of ten kinds are planted, and
nothing else is repeated, so that every other finding is an error. A kind counts as found where half the characters of a
passage are covered on both sides.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks import jscpd
from benchmarks.cases import judged, of_dedup, share_found
from benchmarks.corpora import FORM, Prose
from benchmarks.measures import Sides
from benchmarks.runs import Figures, Row, Settings, dedup_scan, fastest, python_of, race
from benchmarks.tables import Measured, Sheet, Target
from dedup.model import Span

MEGABYTES = 25.0
ROUNDS = 3
CORES = 2
FILE_BYTES = 2500
CASES_IN = 400  # files for one case of each kind
PASSAGE_WORDS = 110
TARGET = Target(">=", 1.0)

Pair = tuple[str, str]
"""A paragraph and its copy."""


class Folder(NamedTuple):
    """The files, and the passages planted in them by kind."""

    path: Path
    files: int
    text_bytes: int
    cases: Mapping[str, list[Sides]]


def run_markdown(settings: Settings) -> Iterator[Sheet]:
    """Time the tools, and show what each finds."""
    folder = write_folder(settings.cache, settings.size(MEGABYTES), settings.seed)
    rounds = settings.rounds or ROUNDS
    rows = [Row(name) for name in settings.chosen(["dedup", *jscpd.FLAGS])]
    attempts: dict[str, Callable[[], tuple[Figures, list[Sides]]]] = {}
    for row in rows:
        if row.tool == "dedup":
            attempts[row.tool] = partial(_dedup, folder.path, settings.seconds)
        else:
            python = python_of(row, settings.cache, "jscpd")
            flags = jscpd.FLAGS[row.tool]
            attempts[row.tool] = partial(jscpd.scan, python, folder.path, flags, seconds=settings.seconds, cores=CORES)
    found: dict[str, list[Sides]] = {}

    def attempt(row: Row) -> None:
        figures, found[row.tool] = attempts[row.tool]()
        row.add(figures)

    race(rows, rounds, attempt)
    yield _times(folder, rows, found, rounds)
    yield _kinds(folder, rows, found)


def write_folder(cache: Path, megabytes: float, seed: int) -> Folder:
    """Return the folder of files, which is made first if it is not there."""
    count = max(40, round(megabytes * 1e6 / FILE_BYTES))
    path = cache / f"markdown-{FORM}-{count}-{seed}"
    truth = path.with_suffix(".truth.json")
    if not truth.exists():
        texts, planted = make(count, seed)
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


def make(count: int, seed: int) -> tuple[dict[str, str], dict[str, list[tuple[tuple[str, int, int], ...]]]]:
    """Return the texts of the files by name, and the places of each planted passage and its copy by kind."""
    prose, rng = Prose(seed), np.random.default_rng(seed)
    files = [_blocks(prose, rng) for _ in range(count)]
    free = iter(rng.permutation(count).tolist())
    planted: dict[str, list[tuple[int, int, Pair]]] = defaultdict(list)
    for _ in range(max(1, count // CASES_IN)):
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
            planted[kind].append((source, host, pair))
    names = [f"{number // 100:03d}/{number:05d}.md" for number in range(count)]
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
    WHOLE: _exact,  # its text is that of the file
}


def _dedup(folder: Path, seconds: float) -> tuple[Figures, list[Sides]]:
    figures, result = dedup_scan(folder, seconds=seconds, cores=CORES)
    return figures, of_dedup(result, folder)


def _times(folder: Folder, rows: list[Row], found: Mapping[str, list[Sides]], rounds: int) -> Sheet:
    peer = fastest(row for row in rows if row.tool != "dedup")
    every = [case for of_kind in folder.cases.values() for case in of_kind]
    values: dict[str, dict[str, Any]] = {}
    for row in rows:
        if not row.runs:
            values[row.title] = {"problem": row.problem}
            continue
        measures = judged(every, found[row.tool])
        ratio = peer.best / row.best if peer else None
        values[row.title] = {
            **row.speed(folder.text_bytes, folder.files),
            "found pairs": len(found[row.tool]),
            "recall": measures["recall"],
            "precision": measures["precision"],
            "ratio": Measured(ratio, TARGET) if row.tool == "dedup" and peer else ratio,
        }
    note = (
        f"{folder.files} Markdown files, {folder.text_bytes / 1e6:.1f} MB, {len(every)} planted passages; best of "
        f"{rounds}; {CORES} cores, wall time; ratio to {peer.title if peer else 'jscpd (did not run)'}."
    )
    shows = {"dedup": "`dedup scan` with its defaults: clusters and passages.", **jscpd.SHOWS}
    return Sheet("Markdown files on two cores", note, values, {row.title: shows[row.tool] for row in rows})


def _kinds(folder: Folder, rows: list[Row], found: Mapping[str, list[Sides]]) -> Sheet:
    shares = {row.tool: share_found(folder.cases, found[row.tool]) for row in rows if row.runs}
    values = {kind: {tool: share[kind] for tool, share in shares.items()} for kind in folder.cases}
    return Sheet("Markdown files: what is found", "Share of the planted passages of which half is covered.", values)
