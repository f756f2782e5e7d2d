"""The format ``concise``: one line for each occurrence, which editors and terminals open with a click.

``path:line:column: 59 words, verbatim, passage 1a2b (1 of 2)`` for passages, ``path: near-duplicate of PATH (jaccard
0.93)`` for the documents of a cluster, then a summary. Sorted by size, a passage's lines stand together; sorted by
path, all lines are in the order of documents and places.
"""

from __future__ import annotations

from collections.abc import Iterator

from dedup.model import Cluster, Occurrence, Passage
from dedup.reports import View
from dedup.reports.summary import count, found, nothing, ordered_clusters, ordered_passages, ratio, read, skipped, where
from dedup.reports.terminal import paint, printable
from dedup.result import Result
from dedup.verdict import Verdict


def render(result: Result, view: View, verdict: Verdict | None = None) -> Iterator[str]:
    """Yield the lines."""
    near = [line for cluster in ordered_clusters(result.clusters, view) for line in _cluster(cluster, view)]
    places = (line for passage in ordered_passages(result.passages, view) for line in _passage(passage, view))
    for _, text in sorted(near) if view.sort == "path" else near:
        yield text
    for _, text in sorted(places) if view.sort == "path" else places:
        yield text
    yield f"{found(result) or next(nothing(result))} {read(result)}\n"
    for line in skipped(result):
        yield f"{line}\n"


def _cluster(cluster: Cluster, view: View) -> Iterator[tuple[str, str]]:
    """Yield, for each member, what its line is sorted by and the line."""
    for member in cluster.members:
        path = paint(printable(member.document), "place", view.color)
        representative = printable(cluster.representative)
        yield (member.document, f"{path}: near-duplicate of {representative} (jaccard {ratio(member.jaccard)})\n")


def _passage(passage: Passage, view: View) -> Iterator[tuple[Occurrence, str]]:
    alike = f" (similarity {ratio(passage.similarity)})" if passage.similarity < 1 else ""
    head = f"{count(passage.words, 'word')}, {passage.kind}{alike}, passage {printable(passage.id)}"
    for number, place in enumerate(passage.occurrences, start=1):
        path = paint(where(place), "place", view.color)
        yield place, f"{path}: {head} ({number:,} of {len(passage.occurrences):,})\n"
