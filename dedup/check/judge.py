"""From a result to a verdict: the order of the steps, and the limits at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from dedup.errors import ConfigError
from dedup.model import DocumentInfo, Passage
from dedup.result import Result
from dedup.verdict import Finding, Notice, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a check lets pass; raises `ConfigError` for a value out of range."""

    max_new: int = 0
    """Most new passages."""
    max_ratio: float | None = None
    """Largest share of duplicated characters, whether new or known; none: any."""

    def __post_init__(self) -> None:
        if isinstance(self.max_new, bool) or not isinstance(self.max_new, int) or self.max_new < 0:
            raise ConfigError(f"max-new must be a whole number, 0 or more, not {self.max_new!r}")
        ratio = self.max_ratio
        if ratio is not None and (
            isinstance(ratio, bool) or not isinstance(ratio, (int, float)) or not 0 <= ratio <= 1
        ):
            raise ConfigError(f"max-ratio must be a number from 0 to 1, not {ratio!r}")


def judge(result: Result, limits: Limits = Limits()) -> Verdict:
    """Return what a check says of a result."""
    findings = tuple(Finding(passage, "new", "there is no baseline") for passage in result.passages)
    notices: tuple[Notice, ...] = ()
    ratio = duplicated((finding.passage for finding in findings), result.documents)
    return Verdict(findings, (), notices, (), ratio, tuple(failures(findings, notices, ratio, limits)))


def failures(findings: Sequence[Finding], notices: Sequence[Notice], ratio: float, limits: Limits) -> Iterable[str]:
    """Yield what fails the check, in words."""
    new = sum(finding.status == "new" for finding in findings)
    if new > limits.max_new:
        yield f"{new:,} new {'passage' if new == 1 else 'passages'}, more than {limits.max_new:,} (max-new)"
    if limits.max_ratio is not None and ratio > limits.max_ratio:
        yield f"{ratio:.2%} of the text is duplicated, more than {limits.max_ratio:.2%} (max-ratio)"
    if failing := sum(notice.fails for notice in notices):
        yield f"{failing:,} {'marker' if failing == 1 else 'markers'} without a reason (require-reason)"


def duplicated(passages: Iterable[Passage], documents: Iterable[DocumentInfo]) -> float:
    """Return the share of the characters of all documents that lie in an occurrence of the passages."""
    places = sorted(place for passage in passages for place in passage.occurrences)
    covered = 0
    for _, own in groupby(places, attrgetter("document")):
        end = 0
        for place in own:
            covered += max(place.end - max(place.start, end), 0)
            end = max(end, place.end)
    total = sum(document.characters for document in documents)
    return covered / total if total else 0.0
