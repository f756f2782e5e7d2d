"""Measures of detected passages against known ones, at the level of characters.

After Potthast, Stein, Barrón-Cedeño and Rosso, "An Evaluation Framework for Plagiarism Detection" (COLING 2010), as the
PAN scorer computes them. A *case* is a planted pair of spans, a *detection* a reported one. A detection detects a case
when it overlaps the case on both sides; only then do their common characters count.

- recall: share of a case's characters (both sides together) that the detections of this case cover, mean over cases.
- precision: share of a detection's characters that lie in the cases it detects, mean over detections; one that detects
  nothing counts 0.
- granularity: number of detections of a case, mean over the cases that are detected at all; 1 is best.
- plagdet: harmonic mean of recall and precision, divided by log2(1 + granularity).

These are macro averages: a short case weighs as much as a long one. Detections are a set, so exact repeats count once.
Which side is the source does not matter here: both sides of a pair are put in document and text order first.

In addition the *boundary error*: how many characters the start and the end of what was found lie from those of the
case, on either side, where "what was found" reaches from the first start to the last end of a case's detections.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from dedup.model import Passage, Span

Sides = tuple[Span, Span]


@dataclass(frozen=True, slots=True)
class Linked:
    """A case with its detections, or a detection with its cases: their indices, and the share of characters covered."""

    others: tuple[int, ...]
    covered: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """Which detection detects which case; ``detections`` are those given, ordered and without repeats."""

    cases: tuple[Sides, ...]
    detections: tuple[Sides, ...]
    by_case: tuple[Linked, ...]
    by_detection: tuple[Linked, ...]

    def boundary_errors(self, case: int) -> tuple[int, ...]:
        """Return the distances of start and end on the left and the right side; none for a case that is missed."""
        found = [self.detections[i] for i in self.by_case[case].others]
        if not found:
            return ()
        errors: list[int] = []
        for side in (0, 1):
            gold = self.cases[case][side]
            errors.append(abs(min(pair[side].start for pair in found) - gold.start))
            errors.append(abs(max(pair[side].end for pair in found) - gold.end))
        return tuple(errors)


@dataclass(frozen=True, slots=True)
class Score:
    """The measures of a run; boundary errors in characters, ``None`` where nothing was detected."""

    recall: float
    precision: float
    granularity: float
    boundary_median: float | None
    boundary_p90: float | None

    @property
    def plagdet(self) -> float:
        """Harmonic mean of recall and precision, lowered by fragmentation."""
        if not self.recall or not self.precision:
            return 0.0
        return 2 * self.recall * self.precision / (self.recall + self.precision) / math.log2(1 + self.granularity)


def occurrence_pairs(passages: Iterable[Passage]) -> list[Sides]:
    """Return every pair of occurrences of each passage: what a reader of the report is told to be the same text."""
    return [pair for passage in passages for pair in combinations(passage.occurrences, 2)]


def assess(cases: Sequence[Sides], detections: Iterable[Sides]) -> Assessment:
    """Link cases and detections. O(pairs within each two documents), a handful in practice."""
    gold = tuple(_ordered(case) for case in cases)
    found = tuple(sorted({_ordered(detection) for detection in detections}))
    by_documents: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, (left, right) in enumerate(found):
        by_documents[left.document, right.document].append(number)
    detections_of: list[list[int]] = [[] for _ in gold]
    cases_of: list[list[int]] = [[] for _ in found]
    for case, (left, right) in enumerate(gold):
        for number in by_documents[left.document, right.document]:
            if _overlap(found[number], (left, right)):
                detections_of[case].append(number)
                cases_of[number].append(case)
    return Assessment(
        cases=gold,
        detections=found,
        by_case=_linked(gold, found, detections_of),
        by_detection=_linked(found, gold, cases_of),
    )


def score(assessment: Assessment, cases: Collection[int] | None = None) -> Score:
    """Return the measures of a run, or of some of its cases (by index).

    For some of the cases, precision is that of the detections which detect one of them: a detection that detects
    nothing belongs to no group and lowers the overall precision alone. Without cases or without detections recall and
    precision are 0 (1 when there are neither), and granularity is 1.
    """
    chosen = range(len(assessment.cases)) if cases is None else sorted(cases)
    links = [assessment.by_case[case] for case in chosen]
    detections = assessment.by_detection
    if cases is not None:
        detections = tuple(detections[i] for i in sorted({i for link in links for i in link.others}))
    neither = 1.0 if not links and not detections else 0.0
    counts = [len(link.others) for link in links if link.others]
    errors = sorted(error for case in chosen for error in assessment.boundary_errors(case))
    return Score(
        recall=statistics.fmean(link.covered for link in links) if links else neither,
        precision=statistics.fmean(link.covered for link in detections) if detections else neither,
        granularity=statistics.fmean(counts) if counts else 1.0,
        boundary_median=statistics.median(errors) if errors else None,
        boundary_p90=errors[math.ceil(0.9 * len(errors)) - 1] if errors else None,
    )


def _ordered(sides: Sides) -> Sides:
    # Plain spans, so that an occurrence and a span at the same place are the same detection.
    left, right = sorted(Span(side.document, side.start, side.end) for side in sides)
    return left, right


def _overlap(a: Sides, b: Sides) -> bool:
    return all(x.start < y.end and y.start < x.end for x, y in zip(a, b, strict=True))


def _linked(these: Sequence[Sides], those: Sequence[Sides], links: Sequence[Sequence[int]]) -> tuple[Linked, ...]:
    return tuple(
        Linked(tuple(link), _covered(sides, [those[i] for i in link])) for sides, link in zip(these, links, strict=True)
    )


def _covered(sides: Sides, others: Sequence[Sides]) -> float:
    """Return the share of the characters of ``sides`` that the union of ``others`` covers."""
    covered = 0
    for side, span in enumerate(sides):
        reached = span.start
        for other in sorted(pair[side] for pair in others):
            start, end = max(other.start, reached), min(other.end, span.end)
            covered += max(0, end - start)
            reached = max(reached, end)
    return covered / max(1, sum(span.end - span.start for span in sides))
