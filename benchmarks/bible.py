"""How much of one Bible translation is found in another: verse numbers say what corresponds to what.

The King James Version against the version called WEB (a light edit of it) and against Young's Literal Translation (the
same content in other words, the hard end). Each book of each version is a document, verses joined by line breaks. A
verse that both versions have is covered when one detected pair, between the same book of both versions, covers at least
half of the verse's characters on both sides, in corresponding places: the middle of the one verse, taken linearly over
the pair, falls on the other verse or no further from it than its length or a twentieth of the span.

The share covered is given overall and by tenths of the verses in order of their similarity (Indel similarity of
characters). Verses too unlike to count as reuse are in it on purpose: 1.0 is not what a good detector reaches on YLT.
"""

from __future__ import annotations

import bisect
import csv
import itertools
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from rapidfuzz.distance import Indel

from benchmarks.measures import Sides, occurrence_pairs
from benchmarks.tables import cell, show, table
from dedup.model import Passage, Span

Detector = Callable[[Mapping[str, str]], Sequence[Passage]]
"""Returns the passages of documents by id."""

BASE = "KJV"
OTHERS = {"WEB": "WEB-tess", "YLT": "YLT"}
"""Versions compared with `BASE`, and how the file of verses calls them."""


@dataclass(frozen=True, slots=True)
class Verse:
    """A verse that two versions have: where it stands in either, and how similar the two texts are."""

    name: str
    left: Span
    right: Span
    similarity: float


@dataclass(frozen=True, slots=True)
class Run:
    """The comparison of two versions; ``covered[i]`` belongs to ``verses[i]``, ``pairs`` counts those of one book."""

    version: str
    documents: Mapping[str, str]
    verses: tuple[Verse, ...]
    covered: tuple[bool, ...]
    pairs: int
    seconds: float

    @property
    def share(self) -> float:
        """Share of the verses that are covered."""
        return sum(self.covered) / len(self.covered)

    def tenths(self) -> list[tuple[float, float, float]]:
        """Return lowest and highest similarity and the share covered, for each tenth of the verses by similarity."""
        order = sorted(zip(self.verses, self.covered, strict=True), key=lambda item: item[0].similarity)
        edges = [len(order) * i // 10 for i in range(11)]
        return [
            (order[a][0].similarity, order[b - 1][0].similarity, statistics.fmean(covered for _, covered in order[a:b]))
            for a, b in itertools.pairwise(edges)
            if a < b
        ]


def read_verses(path: Path) -> dict[str, dict[str, dict[tuple[int, int], str]]]:
    """Return version -> book -> (chapter, verse) -> text."""
    versions: dict[str, dict[str, dict[tuple[int, int], str]]] = defaultdict(lambda: defaultdict(dict))
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            versions[row["version"]][row["book"]][int(row["chapter"]), int(row["verse"])] = row["text"]
    return versions


def benchmark(detector: Detector, path: Path) -> list[Run]:
    """Run the detector on each comparison; raises `OSError` when the file of verses is absent."""
    versions = read_verses(path)
    runs = []
    for version, name in OTHERS.items():
        documents, verses = align(versions[BASE], versions[name], version)
        started = time.perf_counter()
        passages = detector(documents)
        seconds = time.perf_counter() - started
        pairs = corresponding(verses, occurrence_pairs(passages))
        runs.append(Run(version, documents, verses, covered(verses, pairs), len(pairs), seconds))
    return runs


def align(
    base: Mapping[str, Mapping[tuple[int, int], str]], other: Mapping[str, Mapping[tuple[int, int], str]], version: str
) -> tuple[dict[str, str], tuple[Verse, ...]]:
    """Return a document for each book that both versions have, in either version, and the verses they share."""
    documents: dict[str, str] = {}
    verses = []
    for book in sorted(base.keys() & other.keys()):
        left_id, right_id = f"{BASE}/{book}.txt", f"{version}/{book}.txt"
        documents[left_id], left = _joined(left_id, base[book])
        documents[right_id], right = _joined(right_id, other[book])
        for place in sorted(left.keys() & right.keys()):
            similarity = Indel.normalized_similarity(base[book][place], other[book][place])
            verses.append(Verse(f"{book} {place[0]}:{place[1]}", left[place], right[place], similarity))
    return documents, tuple(verses)


def corresponding(verses: Iterable[Verse], pairs: Iterable[Sides]) -> list[Sides]:
    """Return the pairs between two versions of one book, with the sides in the order of the verses'."""
    books = {(verse.left.document, verse.right.document) for verse in verses}
    both = [turned for one, two in pairs for turned in ((one, two), (two, one))]
    return [(left, right) for left, right in both if (left.document, right.document) in books]


def covered(verses: Sequence[Verse], pairs: Iterable[Sides]) -> tuple[bool, ...]:
    """Return for each verse whether one of the `corresponding` pairs covers it, by the rule that the module states."""
    books: dict[str, list[int]] = defaultdict(list)
    for number, verse in enumerate(verses):
        books[verse.left.document].append(number)
    starts = {book: [verses[i].left.start for i in numbers] for book, numbers in books.items()}
    flags = [False] * len(verses)
    for left, right in pairs:
        # Verses follow each other on the left side: the first that can be touched is the one around the start.
        first = max(0, bisect.bisect_right(starts[left.document], left.start) - 1)
        for number in books[left.document][first:]:
            if verses[number].left.start >= left.end:
                break
            flags[number] = flags[number] or _covers(left, right, verses[number])
    return tuple(flags)


def report(runs: Sequence[Run]) -> None:
    """Print the tables."""
    rows = [
        [BASE, run.version, str(len(run.verses)), cell(run.share), str(run.pairs), f"{run.seconds:.1f}"] for run in runs
    ]
    show("## Bible verses", table(("version", "against", "verses", "covered", "pairs", "seconds"), rows))
    for run in runs:
        rows = [[f"{low:.3f}-{high:.3f}", cell(share)] for low, high, share in run.tenths()]
        show(table((f"similarity of verses, {BASE} and {run.version}", "covered"), rows))


def to_dict(runs: Sequence[Run]) -> dict[str, Any]:
    """Return all figures as plain values."""
    return {
        "benchmark": "bible",
        "runs": {
            run.version: {"covered": run.share, "pairs": run.pairs, "tenths": run.tenths(), "seconds": run.seconds}
            for run in runs
        },
    }


def dump_misses(run: Run, count: int, seed: int = 1) -> None:
    """Print some verses, chosen at random and most similar first, that are not covered."""
    missed = [verse for verse, found in zip(run.verses, run.covered, strict=True) if not found]
    for verse in sorted(Random(seed).sample(missed, min(count, len(missed))), key=lambda verse: -verse.similarity):
        texts = (run.documents[span.document][span.start : span.end] for span in (verse.left, verse.right))
        show(f"### {verse.name}, {BASE} and {run.version}, similarity {verse.similarity:.3f}", *texts)


def _joined(name: str, verses: Mapping[tuple[int, int], str]) -> tuple[str, dict[tuple[int, int], Span]]:
    spans: dict[tuple[int, int], Span] = {}
    start = 0
    for place, text in sorted(verses.items()):
        spans[place] = Span(name, start, start + len(text))
        start += len(text) + 1
    return "\n".join(text for _, text in sorted(verses.items())), spans


def _covers(left: Span, right: Span, verse: Verse) -> bool:
    for span, gold in ((left, verse.left), (right, verse.right)):
        if 2 * (min(span.end, gold.end) - max(span.start, gold.start)) < gold.end - gold.start:
            return False
    middle = (verse.left.start + verse.left.end) / 2
    expected = right.start + (middle - left.start) / (left.end - left.start) * (right.end - right.start)
    slack = max(verse.right.end - verse.right.start, (right.end - right.start) / 20)
    return verse.right.start - slack <= expected <= verse.right.end + slack
