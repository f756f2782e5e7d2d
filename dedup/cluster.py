"""Candidate pairs in, clusters out: near-duplicate documents, each verified against a representative.

The Jaccard similarity of every candidate pair is computed exactly. A cluster is a representative (the document with the
most verified neighbours; of those the one with the most shingles; of those the first) and the documents that reach the
threshold against it. It is never the transitive closure: what is near only to a member founds a cluster of its own.

Cost: one intersection of sorted shingle sets a candidate; beyond candidates only neighbours of neighbours are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Likeness(NamedTuple):
    """How much two documents' shingle sets share."""

    jaccard: float
    containment: float
    """Share of the smaller set that is in the other."""


class Group(NamedTuple):
    """A cluster, as document numbers."""

    representative: int
    members: list[tuple[int, Likeness]]


def compare_sets(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> Likeness:
    """Return the likeness of two sorted sets of distinct shingles; of nothing with anything it is 0."""
    small, large = (a, b) if len(a) <= len(b) else (b, a)
    if not len(small):
        return Likeness(0.0, 0.0)
    places = np.minimum(np.searchsorted(large, small), len(large) - 1)
    shared = int(np.count_nonzero(large[places] == small))
    return Likeness(shared / (len(a) + len(b) - shared), shared / len(small))


def find_clusters(
    candidates: Iterable[tuple[int, int]], shingles: Mapping[int, NDArray[np.uint64]], threshold: float
) -> list[Group]:
    """Return the clusters among candidate pairs, by representative; members by number.

    ``shingles`` holds the sorted distinct shingles of each document that is a candidate.
    """
    verified: dict[tuple[int, int], Likeness] = {}

    def likeness(a: int, b: int) -> Likeness:
        key = (a, b) if a < b else (b, a)
        if key not in verified:
            verified[key] = compare_sets(shingles[key[0]], shingles[key[1]])
        return verified[key]

    neighbours: dict[int, set[int]] = {}
    for a, b in candidates:
        if likeness(a, b).jaccard >= threshold:
            neighbours.setdefault(a, set()).add(b)
            neighbours.setdefault(b, set()).add(a)
    groups = []
    free = set(neighbours)
    for document in sorted(neighbours, key=lambda n: (-len(neighbours[n]), -len(shingles[n]), n)):
        if document not in free:
            continue
        near = neighbours[document] & free
        for neighbour in neighbours[document]:  # a large band links its documents only in part: look one step on
            near |= {other for other in neighbours[neighbour] & free if likeness(document, other).jaccard >= threshold}
        near.discard(document)
        if near:
            groups.append(Group(document, [(other, likeness(document, other)) for other in sorted(near)]))
            free -= near | {document}
    return sorted(groups)
