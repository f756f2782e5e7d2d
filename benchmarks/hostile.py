"""Inputs for which careless code takes quadratic time: texts to be repeated, and results in any size."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from dedup import Config, Occurrence, Pair, Passage, Result, Span
from dedup.check import Group, Override, Rules
from dedup.model import DocumentInfo, Stats

MARKDOWN = {
    "targets": "[a](" * 9_000,
    "nested targets": "[a](" + "(" * 18_000,
    "escapes": "[a](\\(" * 6_000,
    "titles": '[a](b "' * 9_000,
    "brackets": "![" * 18_000,
    "ticks": " ".join("`" * (count % 300) for count in range(1000)),
    "quotes": "> " * 18_000,
    "deep": "\n".join(["> " * 90 + "x"] * 600),
    "items": "- " * 18_000,
    "staircase": "\n".join("  " * depth + "- a" for depth in range(300)) + "\n" * 4000,
    "rules": "* " * 18_000 + "x",
    "tags": "<a b='" * 9_000,
    "comments": "<!--" * 12_000,
    "one line": "word " * 18_000,
    "blanks": "\t " * 30_000 + "x\n",
    "front matter": "---\nx\n" + "a: b\n" * 12_000,
    "pipes": "|a" * 12_000 + "|\n" + "|-" * 12_000 + "|\n",
    "definitions": '[a]: b "\n' * 6_000,
}
"""For the reader of Markdown."""

MARKERS = {
    "one long line": "dedup: ignore-next " * 4_000,
    "many markers": "# dedup: ignore-next\n" * 5_000,
    "many pairs": "# dedup: ignore-start\na\n# dedup: ignore-end\n\n" * 4_000,
    "many paragraphs": "# dedup: ignore-next\na\n\n---\n\n" * 4_000,
    "unbalanced": "# dedup: ignore-start\n" * 5_000,
    "signs": ("/" * 60 + "dedup: ignore-next\n") * 2_000,
    "blanks": "# dedup: ignore-next\n" + " " * 100_000,
    "blank lines": "# dedup: ignore-next\n" + "\n" * 100_000,
    "half signs": ("*/" * 30 + "x dedup: ignore-next\n") * 2_000,
}
"""For the search for markers."""

LINE = "the keeper of the lower lock sells eels and lends his second boat to anybody who asks politely"

RULES = Rules(
    boilerplate=("T",),
    groups=(Group(paths=("a/", "b/"), compare="across"), Group(paths=("*",), compare="never")),
    overrides=(Override(paths=("a/",), min_words=17, min_similarity=0.7),),
)
"""Every kind of rule, about the documents of `OWNERS`."""
OWNERS: dict[str, Sequence[str]] = {
    "one document": ["a/x"],
    "three documents": ["a/x", "b/x", "T"],
    "many documents": [f"{part}/{number}" for part in "abc" for number in range(99)],
}
"""Documents among which the occurrences of `one_passage` are divided."""


def one_passage(copies: int, names: Sequence[str]) -> Result:
    """Return a result in which one text stands many times, on lines of its own, in documents of these names."""
    places = [(names[number % len(names)], number // len(names)) for number in range(copies)]
    occurrences = tuple(
        sorted(Occurrence(name, row * 100, row * 100 + len(LINE), row + 1, 1, row + 1, 90) for name, row in places)
    )
    text = (LINE.ljust(99) + "\n") * -(-copies // len(names))
    passage = Passage("p", 18, 1.0, "verbatim", occurrences)
    pairs = tuple(
        Pair("p", 1.0, Span(a.document, a.start, a.end), Span(b.document, b.start, b.end))
        for a, b in pairwise(occurrences)
    )
    return Result(
        "0",
        Config(clusters=False).to_dict(),
        tuple(DocumentInfo(name, 1, len(text)) for name in sorted(names)),
        (),
        (),
        (passage,),
        pairs,
        Stats(len(names), 1, 0.0),
        dict.fromkeys(names, text),
    )
