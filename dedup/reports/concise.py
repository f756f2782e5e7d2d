"""The format ``concise``: one line for each occurrence, which editors and terminals open with a click.

``path:line:column: 59 words, verbatim, passage 1a2b (1 of 2)`` for passages, ``path: near-duplicate of PATH (jaccard
0.93)`` for the documents of a cluster, then a summary. Sorted by size, a passage's lines stand together; sorted by
path, all lines are in the order of documents and places.

With a verdict the lines are those of new passages. Those of occurrences that make one new come first and say so:
``path:line:column: new: 59 words, verbatim, passage 1a2b (2 of 2): the reason``.
"""

from __future__ import annotations

from collections.abc import Iterator

from dedup.model import Cluster, Occurrence
from dedup.reports import View
from dedup.reports.findings import closing, conclusion, order, shown
from dedup.reports.summary import count, found, nothing, ordered_clusters, ratio, read, skipped, where
from dedup.reports.terminal import at_line_start, paint, printable
from dedup.result import Result
from dedup.verdict import Finding, Verdict


def render(result: Result, view: View, verdict: Verdict | None = None) -> Iterator[str]:
    """Yield the lines."""
    clusters = ordered_clusters(result.clusters, view) if verdict is None else []
    near = [line for cluster in clusters for line in _cluster(cluster, view)]
    lines = (line for finding in shown(result, verdict, view) for line in _finding(finding, view))
    for _, text in sorted(near) if view.sort == "path" else near:
        yield text
    for _, text in sorted(lines) if view.sort == "path" else lines:
        yield text
    if verdict is None:
        yield f"{found(result) or next(nothing(result))} {read(result)}\n"
    else:
        yield f"{read(result, timed=False)}\n"  # so that each run of a check prints the same
    for line in skipped(result):
        yield f"{line}\n"
    if verdict is not None:
        yield from (f"{line}\n" for line in closing(verdict, view))
        yield f"{paint(conclusion(verdict), 'heading', view.color)}\n"


def _cluster(cluster: Cluster, view: View) -> Iterator[tuple[str, str]]:
    """Yield, for each member, what its line is sorted by and the line."""
    for member in cluster.members:
        path = paint(at_line_start(member.document), "place", view.color)
        representative = printable(cluster.representative)
        yield (member.document, f"{path}: near-duplicate of {representative} (jaccard {ratio(member.jaccard)})\n")


def _finding(finding: Finding, view: View) -> Iterator[tuple[Occurrence, str]]:
    passage = finding.passage
    alike = f" (similarity {ratio(passage.similarity)})" if passage.similarity < 1 else ""
    head = f"{count(passage.words, 'word')}, {passage.kind}{alike}, passage {printable(passage.id)}"
    fresh = set(finding.fresh)
    for index in order(finding):
        place = passage.occurrences[index]
        path = paint(where(place), "place", view.color)
        new, reason = ("new: ", f": {printable(finding.reason)}") if index in fresh else ("", "")
        yield place, f"{path}: {new}{head} ({index + 1:,} of {len(passage.occurrences):,}){reason}\n"
