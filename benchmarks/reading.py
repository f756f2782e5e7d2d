"""Random passages and clusters of a scan, with their texts side by side: figures do not replace reading."""

from __future__ import annotations

from random import Random

from benchmarks.tables import show
from dedup.model import Cluster, Passage
from dedup.result import Result

OCCURRENCES = 3
CONTEXT = 60
LONGEST = 1200


def read_aloud(result: Result, sample: int, seed: int = 1) -> None:
    """Print ``sample`` passages and as many clusters, chosen at random, in the order of the result."""
    rng = Random(seed)
    show(
        f"{len(result.documents)} documents, {len(result.skipped)} skipped, {len(result.clusters)} clusters, "
        f"{len(result.passages)} passages"
    )
    for number in sorted(rng.sample(range(len(result.passages)), min(sample, len(result.passages)))):
        show(*_passage(result, number, result.passages[number]))
    for number in sorted(rng.sample(range(len(result.clusters)), min(sample, len(result.clusters)))):
        show(*_cluster(result, number, result.clusters[number]))


def _passage(result: Result, number: int, passage: Passage) -> list[str]:
    lines = [
        f"### passage {number}: {passage.kind}, {passage.words} words, similarity {passage.similarity:.3f}, "
        f"{len(passage.occurrences)} occurrences"
    ]
    for place in passage.occurrences[:OCCURRENCES]:
        text = result.texts[place.document]
        before, after = text[max(0, place.start - CONTEXT) : place.start], text[place.end : place.end + CONTEXT]
        lines.append(
            f"{place.document}:{place.line}:{place.column} [{place.start}:{place.end}]\n"
            f"…{before}⟦{shortened(text[place.start : place.end])}⟧{after}…"
        )
    return lines


def _cluster(result: Result, number: int, cluster: Cluster) -> list[str]:
    lines = [f"### cluster {number}: {len(cluster.members)} members, representative {cluster.representative}"]
    for member in cluster.members[:OCCURRENCES]:
        text = result.texts.get(member.document)
        lines.append(
            f"{member.document}: jaccard {member.jaccard:.3f}, containment {member.containment:.3f}\n"
            + (shortened(text) if text is not None else "(the result does not keep this text)")
        )
    return lines


def shortened(text: str) -> str:
    """Return the text, or its beginning and end when it is long."""
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters ...]\n{text[-half:]}"
