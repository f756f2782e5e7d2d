"""The format ``gitlab``: a Code Quality report, which GitLab shows in merge requests.

An entry for each new passage, at the first occurrence that makes it new, with the others in ``other_locations``, and
one for each notice. GitLab compares entries by their fingerprint, and shows one of those that share it: here it is a
hash of the passage, the document and which of its occurrences there this is, so that lines may shift.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from dedup.reports import View
from dedup.reports.issues import Issue, Source, fails, issues, source, source_of
from dedup.reports.terminal import printable
from dedup.result import Result, encode
from dedup.verdict import Notice, Verdict

_PLACES = 5
"""Other places of a passage that the description names."""
_LOCATIONS = 100
"""Other places of a passage that are listed."""


def render(result: Result, view: View, verdict: Verdict | None = None) -> Iterator[str]:
    """Yield one JSON array, an entry in each line."""
    severity = "major" if fails(verdict) else "minor"
    entries = [_issue(issue, severity) for issue in issues(result, verdict, view)]
    if verdict:
        entries += [_notice(notice, number) for number, notice in enumerate(verdict.notices)]
    for index, entry in enumerate(entries):
        yield f"{',' if index else '['}\n {encode(entry)}"
    yield "\n]\n" if entries else "[]\n"


def _issue(issue: Issue, severity: str) -> dict[str, object]:
    return {
        "description": issue.message(_PLACES),
        "check_name": issue.rule,
        "fingerprint": _fingerprint(issue.rule, issue.id, issue.place.document, issue.ordinal),
        "severity": severity,
        "location": _location(source_of(issue.place)),
        "other_locations": [_location(source_of(place)) for place in issue.others[:_LOCATIONS]],
    }


def _notice(notice: Notice, number: int) -> dict[str, object]:
    return {
        "description": printable(notice.message),
        "check_name": "dedup-marker",
        "fingerprint": _fingerprint("marker", notice.message, notice.document, number),
        "severity": "major" if notice.fails else "info",
        "location": _location(source(notice.document, notice.line, notice.line)),
    }


def _location(place: Source) -> dict[str, object]:
    return {"path": printable(place.path), "lines": {"begin": place.line, "end": place.end_line}}


def _fingerprint(*parts: object) -> str:
    return sha256("\0".join(map(str, parts)).encode("utf-8", "surrogatepass")).hexdigest()[:40]
