"""What is reported to platforms that show it beside the lines of a change: a list of issues, each with its places.

An issue is a passage (a new one, where there is a verdict), or a cluster of a plain scan. `dedup.reports.github`,
``gitlab``, ``sarif`` and ``junit`` write the same list down, each in its platform's form. Every name and text that they
print goes through `dedup.reports.terminal.printable` before it is escaped for the form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from dedup.model import Cluster, Occurrence, Passage
from dedup.reports import View
from dedup.reports.findings import lengths, order, shown
from dedup.reports.summary import count, ordered_clusters, ratio, sort_of
from dedup.reports.terminal import printable
from dedup.result import Result
from dedup.verdict import Finding, Verdict

PASSAGE, DOCUMENT = "duplicate-passage", "near-duplicate-document"
"""The rules that issues are filed under."""
TITLES = {PASSAGE: "Duplicate passage", DOCUMENT: "Near-duplicate document"}

_WHOLE = 0.8
"""Share of a document from which on a copy of it is one of the document."""

_RECORD = re.compile(r"(.+\.(?:jsonl|ndjson)):([1-9][0-9]{0,8})", re.IGNORECASE | re.DOTALL)


class Source(NamedTuple):
    """Lines of a file, as a platform points at them. ``exact``: the columns of the text are those of the lines."""

    path: str
    line: int
    end_line: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Issue:
    """A thing to report: where it is pointed at, the other places, and what is said of it.

    ``id`` is that of the passage or cluster. ``ordinal`` says which of the passage's occurrences in this document it is
    pointed at, from 1 on. The places of a cluster are whole documents.
    """

    rule: str
    id: str
    summary: str
    reason: str
    place: Occurrence
    others: Sequence[Occurrence]
    ordinal: int = 1
    whole: bool = False

    def also(self, most: int) -> str:
        """Return the other places in words, the first few by name."""
        named = ", ".join(short(place) for place in self.others[:most])
        return f"also at {named}{more(len(self.others) - most)}"

    def message(self, most: int) -> str:
        """Return all that is to be said on one line, with so many other places."""
        reason = f": {printable(self.reason)}" if self.reason else ""
        return f"{self.summary}, {self.also(most)}{reason}"


def issues(result: Result, verdict: Verdict | None, view: View) -> list[Issue]:
    """Return what is reported: clusters first, which only a plain scan has, then passages, in the order of the view."""
    characters = lengths(result)
    clusters = ordered_clusters(result.clusters, view) if verdict is None else []
    found = [_of_cluster(cluster) for cluster in clusters]
    return found + [_of_finding(finding, characters) for finding in shown(result, verdict, view)]


def fails(verdict: Verdict | None) -> bool:
    """Return whether what is new fails a check; a plain scan fails nothing."""
    return verdict is not None and verdict.fails_by_passages


def level(failing: bool) -> Literal["error", "warning"]:
    """Return what platforms call the two levels that issues have."""
    return "error" if failing else "warning"


def source(document: str, line: int, end_line: int) -> Source:
    """Return where lines of a document are in the files.

    A document is a file and its id the path, but for records: ``file.jsonl:12`` is line 12 of a file, inside which no
    line or column of the text can be pointed at. A record with an id of its own is named by it, for want of a path.
    """
    record = _RECORD.fullmatch(document)
    if record:
        return Source(record[1], int(record[2]), int(record[2]), False)
    return Source(document, line, max(line, end_line), True)


def source_of(place: Occurrence) -> Source:
    """Return where an occurrence is in the files."""
    return source(place.document, place.line, place.end_line)


def short(place: Occurrence) -> str:
    """Return a place as ``path:line``."""
    path, line, _, _ = source_of(place)
    return f"{printable(path)}:{line}"


def more(number: int) -> str:
    """Return `` and 3 more places``, or nothing."""
    return f" and {count(number, 'more place')}" if number > 0 else ""


def _of_finding(finding: Finding, characters: Mapping[str, int]) -> Issue:
    passage = finding.passage
    first, *others = (passage.occurrences[index] for index in order(finding))
    own = [place for place in passage.occurrences if place.document == first.document]
    return Issue(
        _rule(passage, characters), passage.id, sort_of(passage), finding.reason, first, others, own.index(first) + 1
    )


def _rule(passage: Passage, characters: Mapping[str, int]) -> str:
    """Return which rule a passage is filed under: is it, at two places, nearly all of a document?"""
    whole = sum(_is_whole(place, characters.get(place.document, 0)) for place in passage.occurrences)
    return DOCUMENT if whole >= 2 else PASSAGE


def _is_whole(place: Occurrence, length: int) -> bool:
    return 0 < length * _WHOLE <= place.end - place.start


def _of_cluster(cluster: Cluster) -> Issue:
    """Return a cluster as an issue of its first member; the representative is the first of the other places."""
    first, *others = _documents(cluster)
    lowest = min(member.jaccard for member in cluster.members)
    summary = f"{count(1 + len(cluster.members), 'near-duplicate document')}, jaccard {ratio(lowest)}"
    return Issue(DOCUMENT, cluster.id, summary, "", first, others, whole=True)


def _documents(cluster: Cluster) -> Iterator[Occurrence]:
    names = [member.document for member in cluster.members]
    for name in [names[0], cluster.representative, *names[1:]]:
        yield Occurrence(name, 0, 0, 1, 1, 1, 1)
