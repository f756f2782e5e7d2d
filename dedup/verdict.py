"""What a check says of a result: which passages are new, which are known, what was suppressed, and whether it failed.

Values alone, as in `dedup.model`: `dedup.check` makes them, `dedup.reports` shows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dedup.model import Passage

Status = Literal["new", "changed", "known"]
"""Not there before, so that it counts for the gate; there before with other words or in fewer places; there before."""

Rule = Literal["marker", "boilerplate", "group", "override"]
"""What may suppress a finding: a marker in a text, a file of boilerplate, a pair rule, settings for some paths."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A passage that no rule suppressed, and what the check makes of it.

    ``passage`` has the occurrences that no rule removed. ``reason`` says in words why it has its status. ``fresh``
    numbers, ascending and from 0 on, the occurrences that make it new: reports point at the first of them. It is empty
    unless the status is ``new``.
    """

    passage: Passage
    status: Status
    reason: str
    fresh: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Suppression:
    """What one rule removed of a passage, which is given as the scan found it.

    ``detail`` names the rule's place: ``docs/a.md:12``, the file of boilerplate, the name of the group. ``occurrences``
    numbers the removed ones, ascending and from 0 on; if fewer than two remained, there is no finding.
    """

    passage: Passage
    rule: Rule
    detail: str
    occurrences: tuple[int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Notice:
    """Something in a text that its author should mend: an unused marker, one that never ends, one without a reason."""

    document: str
    line: int
    message: str
    fails: bool = False
    """Whether it fails the check."""


@dataclass(frozen=True, slots=True, order=True)
class Stale:
    """An entry of the baseline that nothing in the texts answers to any more."""

    id: str
    words: int
    occurrences: int
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found, everything sorted: the same input gives the same verdict.

    ``findings`` are in the order of their passages in the result. ``ratio`` is the share of the characters of all
    documents that lie in an occurrence of a finding. ``failures`` says in words which limits were passed.
    """

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppression, ...]
    notices: tuple[Notice, ...]
    stale: tuple[Stale, ...]
    ratio: float
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the check passed."""
        return not self.failures

    @property
    def fails_by_passages(self) -> bool:
        """Whether what was found is what fails it: not only notices, which fail it for one reason at most."""
        return len(self.failures) > any(notice.fails for notice in self.notices)

    def of_status(self, status: Status) -> tuple[Finding, ...]:
        """Return the findings of one status."""
        return tuple(finding for finding in self.findings if finding.status == status)
