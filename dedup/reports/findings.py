"""What a report shows of a verdict, in what order, and what it says of the rest.

A plain scan has no verdict: there all passages are shown, and none has occurrences that are fresh.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from dedup.reports import View
from dedup.reports.summary import count, rank, sort_of, where
from dedup.reports.terminal import printable
from dedup.result import Result
from dedup.verdict import Finding, Notice, Suppression, Verdict


def shown(result: Result, verdict: Verdict | None, view: View) -> list[Finding]:
    """Return what a report shows, in the order of the view: what is new or, without a verdict, every passage."""
    if verdict is None:
        findings = [Finding(passage, "new", "") for passage in result.passages]
    else:
        findings = list(verdict.of_status("new"))
    return sorted(findings, key=lambda finding: rank(view, finding.passage))


def order(finding: Finding) -> list[int]:
    """Return the numbers of a finding's occurrences: the fresh ones first."""
    fresh = set(finding.fresh)
    return [*finding.fresh, *(index for index in range(len(finding.passage.occurrences)) if index not in fresh)]


def lengths(result: Result) -> Mapping[str, int]:
    """Return the characters of each document, by id."""
    return {document.id: document.characters for document in result.documents}


def conclusion(verdict: Verdict) -> str:
    """Return the verdict in one line."""
    if verdict.failures:
        return f"Check failed: {'; '.join(map(printable, verdict.failures))}."
    new = len(verdict.of_status("new"))
    return f"Check passed, with {count(new, 'new passage')} within its limits." if new else "Check passed."


class Tally(NamedTuple):
    """One line on a part of a verdict, and the entries that it counts."""

    line: str
    entries: Sequence[str]
    urgent: Sequence[str] = ()
    """Those of the entries that fail the check."""


def tallies(verdict: Verdict) -> Iterator[Tally]:
    """Yield what there is beside the new passages: changed, known, suppressed, stale, notices."""
    if changed := verdict.of_status("changed"):
        line = f"{count(len(changed), 'changed passage')}: known, now with other words or in fewer places."
        yield Tally(line, [_entry(finding) for finding in changed])
    if known := verdict.of_status("known"):
        yield Tally(f"{count(len(known), 'known passage')}.", [_entry(finding) for finding in known])
    if verdict.suppressed:
        passages = len({item.passage.id for item in verdict.suppressed})
        rules = ", ".join(f"{name} {number:,}" for name, number in sorted(by_rule(verdict).items()))
        line = f"{count(passages, 'passage')} suppressed, whole or in part ({rules})."
        yield Tally(line, [_suppression(item) for item in verdict.suppressed])
    if verdict.stale:
        line = count(len(verdict.stale), "stale entry", "stale entries")
        yield Tally(
            f"{line} of the baseline: nothing in the texts answers to {'it' if len(verdict.stale) == 1 else 'them'}.",
            [
                f"{printable(item.id)}  {count(item.words, 'word')}, {count(item.occurrences, 'occurrence')}: "
                f"{_names(item.documents)}"
                for item in verdict.stale
            ],
        )
    if verdict.notices:
        urgent = [_notice(item) for item in verdict.notices if item.fails]
        failing = f", {len(urgent):,} of which {'fails' if len(urgent) == 1 else 'fail'} the check" if urgent else ""
        line = f"{count(len(verdict.notices), 'notice')} about markers{failing}."
        yield Tally(line, [_notice(item) for item in verdict.notices], urgent)


def by_rule(verdict: Verdict) -> Counter[str]:
    """Return how often each rule suppressed something."""
    return Counter(item.rule for item in verdict.suppressed)


def closing(verdict: Verdict, view: View) -> Iterator[str]:
    """Yield lines on what there is beside the new passages; what fails the check is always listed."""
    for line, entries, urgent in tallies(verdict):
        yield line
        yield from (f"  - {entry}" for entry in (entries if view.details else urgent))


def _entry(finding: Finding) -> str:
    passage = finding.passage
    first = passage.occurrences[0]
    return f"{where(first)}  {sort_of(passage)} (passage {printable(passage.id)}): {printable(finding.reason)}"


def _suppression(item: Suppression) -> str:
    passage = item.passage
    first = passage.occurrences[min(item.occurrences, default=0)]
    part = f"{len(item.occurrences):,} of {count(len(passage.occurrences), 'occurrence')}"
    return f"{where(first)}  {item.rule} {printable(item.detail)}: {part} (passage {printable(passage.id)})"


def _names(documents: Sequence[str]) -> str:
    """Return the first few names of a list."""
    more = f" and {len(documents) - 3:,} more" if len(documents) > 3 else ""
    return ", ".join(map(printable, documents[:3])) + more


def _notice(item: Notice) -> str:
    return f"{printable(item.document)}:{item.line}: {printable(item.message)}"
