"""From a result to a verdict: the order of the steps, and the limits at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from dedup.check.baseline import Baseline
from dedup.check.changes import Changes, gated, pointed
from dedup.check.identity import BEFORE, IN_BASELINE, compare
from dedup.check.markers import Marked
from dedup.check.suppress import Kept, suppress
from dedup.config import Config
from dedup.errors import ConfigError, InputError
from dedup.model import DocumentInfo, Passage
from dedup.result import Result
from dedup.rules import Rules
from dedup.verdict import Finding, Notice, Stale, Verdict


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


def judge(
    result: Result,
    limits: Limits = Limits(),
    *,
    rules: Rules | None = None,
    marks: Mapping[str, Marked] | None = None,
    config: Config | None = None,
    baseline: Baseline | None = None,
    base: Baseline | None = None,
    changes: Changes | None = None,
    changed_lines_only: bool = True,
) -> Verdict:
    """Return what a check says of a result.

    First, ``rules`` and the markers in the texts suppress passages, as `suppress` says, which takes ``marks`` and
    ``config`` too. What is in the ``baseline`` is not new, nor what was there at the ``base`` of the change (of which
    nothing is stale). With ``changes``, only what an added line is in is new; or, without ``changed_lines_only``, they
    say no more than which occurrences of a new passage are fresh. Raises `InputError` for a result without its texts,
    which one that was read from a file lacks, where there is something to compare it with.
    """
    if not all(known is None for known in (baseline, base, changes)):
        _need_texts(result)
    kept = suppress(result, rules or Rules(), marks, config)
    min_words = config.min_words if config else int(result.config["min-words"])
    findings, stale = _compared(kept, result.texts, min_words, baseline, base)
    if changes is not None:
        look = gated if changed_lines_only else pointed
        # A text is decoded when it is asked for, so each is asked for once.
        texts = {name: result.texts[name] for name in result.texts if changes.names(name)}
        findings = tuple(look(finding, changes, texts) for finding in findings)
    ratio = duplicated(kept.passages, result.documents)
    failed = tuple(failures(findings, kept.notices, ratio, limits))
    return Verdict(findings, kept.suppressed, kept.notices, stale, ratio, failed)


def _need_texts(result: Result) -> None:
    for passage in result.passages:
        for place in passage.occurrences:
            if place.document not in result.texts:
                raise InputError(f"the text of {place.document} is not at hand; a saved result has no texts")


def _compared(
    kept: Kept,
    texts: Mapping[str, str],
    min_words: int,
    baseline: Baseline | None,
    base: Baseline | None,
) -> tuple[tuple[Finding, ...], tuple[Stale, ...]]:
    """Return what each passage is next to a baseline and next to a base, whichever knows it better."""
    found = [
        compare(kept.passages, texts, known, min_words, wording, kept.suppressed)
        for known, wording in ((baseline, IN_BASELINE), (base, BEFORE))
        if known is not None
    ]
    if not found:
        return tuple(
            Finding(passage, "new", "there is no baseline", tuple(range(len(passage.occurrences))))
            for passage in kept.passages
        ), ()
    findings = (min(each, key=_news) for each in zip(*(findings for findings, _ in found), strict=True))
    return tuple(findings), () if baseline is None else found[0][1]


def _news(finding: Finding) -> int:
    return ("known", "changed", "new").index(finding.status)


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
