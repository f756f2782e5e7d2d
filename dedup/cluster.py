"""Candidate pairs in, clusters out: near-duplicate documents, each verified against a representative.

The Jaccard similarity of every candidate pair is computed exactly. A cluster is a representative (the document with the
most verified neighbours; of those the one with the most shingles; of those the first) and the documents that reach the
threshold against it. It is never the transitive closure: what is near only to a member founds a cluster of its own.

Cost: one intersection of sorted shingle sets a candidate; beyond candidates only neighbours of neighbours are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from dedup import kernels
from dedup.arrays import I64, U64, connected, distinct

_PART = 1 << 12


class Likeness(NamedTuple):
    """How much two documents' shingle sets share."""

    jaccard: float
    containment: float
    """Share of the smaller set that is in the other."""

    @classmethod
    def of(cls, shared: int, size: int, other_size: int) -> Likeness:
        """Return the likeness of two sets of those sizes; of nothing with anything it is 0."""
        smaller = min(size, other_size)
        return cls(shared / (size + other_size - shared), shared / smaller) if smaller else cls(0.0, 0.0)


class Group(NamedTuple):
    """A cluster, as document numbers."""

    representative: int
    members: list[tuple[int, Likeness]]


def cut_candidates(left: I64, right: I64, documents: I64, sizes: I64, most: int) -> Iterator[tuple[I64, I64, I64]]:
    """Yield candidate pairs a part at a time; what hangs together is in one part, so no cluster has more than one.

    ``documents`` are the distinct numbers in ``left`` and ``right``, ascending, and ``sizes`` the bytes of their texts,
    of which a part has about ``most``, unless more hang together. Yields the numbers of a part's documents, ascending,
    and its pairs as places among these.
    """
    left, right = np.searchsorted(documents, left), np.searchsorted(documents, right)
    root = connected(len(documents), left, right)
    order = np.argsort(root, kind="stable")
    part = np.empty_like(root)
    part[order] = np.cumsum(sizes[order]) // most
    part = part[root]
    order, of_pairs = np.argsort(part, kind="stable"), np.argsort(part[left], kind="stable")
    left, right = left[of_pairs], right[of_pairs]
    parts = distinct(part)
    begins = np.append(np.searchsorted(part[order], parts), len(order)).tolist()
    pair_begins = np.append(np.searchsorted(part[left], parts), len(left)).tolist()
    place = np.empty_like(root)
    for (begin, end), (first, last) in zip(pairwise(begins), pairwise(pair_begins), strict=True):
        own = order[begin:end]
        place[own] = np.arange(end - begin)
        yield documents[own], place[left[first:last]], place[right[first:last]]


def find_clusters(left: I64, right: I64, sets: I64, shingles: U64, offsets: I64, threshold: float) -> list[Group]:
    """Return the clusters among candidate pairs, by representative; members by number.

    ``left`` and ``right`` (``int64[n_candidates]``) number documents, of which the i-th has the set ``sets[i]``; set s
    is ``shingles[offsets[s]:offsets[s + 1]]``, sorted and distinct.
    """
    set_sizes = np.diff(offsets)
    sizes = set_sizes[sets].tolist()

    def near_pairs(left: I64, right: I64) -> Iterator[tuple[int, int, int]]:
        """Yield those of some pairs that reach the threshold, and how many shingles they share."""
        a, b = sets[left], sets[right]
        shared = kernels.shared_counts(shingles, offsets, a, b)
        either = set_sizes[a] + set_sizes[b] - shared
        near = np.flatnonzero(shared / np.maximum(either, 1) >= threshold)
        for begin in range(0, len(near), _PART):  # not all numbers at once as objects
            part = near[begin : begin + _PART]
            yield from zip(left[part].tolist(), right[part].tolist(), shared[part].tolist(), strict=True)

    neighbours: dict[int, dict[int, int]] = {}
    for a, b, shared in near_pairs(left, right):
        neighbours.setdefault(a, {})[b] = shared
        neighbours.setdefault(b, {})[a] = shared
    groups = []
    free = set(neighbours)
    still_free: dict[int, tuple[int, ...]] = {}
    for document in sorted(neighbours, key=lambda n: (-len(neighbours[n]), -sizes[n], n)):
        if document not in free:
            continue
        near = {other: shared for other, shared in neighbours[document].items() if other in free}
        # A large band links its documents only in part: look one step on.
        further: set[int] = set()
        for neighbour in neighbours[document]:
            near_it = free.intersection(still_free.get(neighbour, neighbours[neighbour]))
            still_free[neighbour] = tuple(near_it)  # a set would take seven times the memory
            further |= near_it
        further -= near.keys() | {document}
        if further:
            others = np.array(sorted(further), np.int64)
            near |= {other: shared for _, other, shared in near_pairs(np.full(len(others), document), others)}
        if near:
            size = sizes[document]
            members = [(other, Likeness.of(shared, size, sizes[other])) for other, shared in sorted(near.items())]
            groups.append(Group(document, members))
            free -= near.keys() | {document}
    return sorted(groups)
