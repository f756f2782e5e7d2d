"""Candidate pairs in, clusters out: near-duplicate documents, each verified against a representative.

The Jaccard similarity of every candidate pair is computed exactly. A cluster is a representative (the document with the
most verified neighbours; of those the one with the most shingles; of those the first) and the documents that reach the
threshold against it. It is never the transitive closure: what is near only to a member founds a cluster of its own.

Cost: one intersection of sorted shingle sets a candidate; beyond candidates only neighbours of neighbours are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from dedup import kernels
from dedup.arrays import I64, U64, Places, connected, distinct
from dedup.ranges import joined

_PART = 1 << 16  # candidates that are compared at a time: most of them may not be near
_MANY = 32
"""Neighbours that are not looked through again and again: of those that are free a list is kept."""


class Likeness(NamedTuple):
    """How much two documents' shingle sets share."""

    jaccard: float
    containment: float
    """Share of the smaller set that is in the other."""

    @classmethod
    @lru_cache(maxsize=1024)  # of many copies of a document all are alike
    def of(cls, shared: int, size: int, other_size: int) -> Likeness:
        """Return the likeness of two sets of those sizes; of nothing with anything it is 0."""
        smaller = min(size, other_size)
        return cls(shared / (size + other_size - shared), shared / smaller) if smaller else cls(0.0, 0.0)


class Group(NamedTuple):
    """A cluster, as document numbers."""

    representative: int
    members: list[tuple[int, Likeness]]


def cut_candidates(left: Places, right: Places, sizes: I64, most: int) -> Iterator[tuple[I64, Places, Places]]:
    """Yield candidate pairs a part at a time; what hangs together is in one part, so no cluster has more than one.

    ``sizes`` (``int64[n_documents]``) are the bytes of the texts, of which a part has about ``most``, unless more hang
    together. Yields the numbers of a part's documents, ascending, and its pairs as places among these.
    """
    documents = distinct(np.concatenate([left, right])).astype(np.int64)
    place = np.zeros(len(sizes), np.uint32)
    place[documents] = np.arange(len(documents))
    left, right = place[left], place[right]
    root = connected(len(documents), left, right)
    order = np.argsort(root, kind="stable")
    part = np.empty_like(root)
    part[order] = np.cumsum(sizes[documents[order]]) // most
    part = part[root]
    parts = distinct(part)
    if len(parts) == 1:  # there may be very many then: they are not copied
        yield documents, left, right
        return
    order, of_pairs = np.argsort(part, kind="stable"), np.argsort(part[left], kind="stable")
    left, right = left[of_pairs], right[of_pairs]
    begins = np.append(np.searchsorted(part[order], parts), len(order)).tolist()
    pair_begins = np.append(np.searchsorted(part[left], parts), len(left)).tolist()
    for (begin, end), (first, last) in zip(pairwise(begins), pairwise(pair_begins), strict=True):
        own = order[begin:end]
        place[own] = np.arange(end - begin)
        yield documents[own], place[left[first:last]], place[right[first:last]]


def find_clusters(left: Places, right: Places, sets: I64, shingles: U64, offsets: I64, threshold: float) -> list[Group]:
    """Return the clusters among candidate pairs, by representative; members by number.

    ``left`` and ``right`` (``[n_candidates]``) number documents, of which the i-th has the set ``sets[i]``; set s
    is ``shingles[offsets[s]:offsets[s + 1]]``, sorted and distinct.
    """
    set_sizes = np.diff(offsets)
    sizes = set_sizes[sets]

    def near_pairs(left: Places, right: Places) -> tuple[I64, I64, I64]:
        """Return those of some pairs that reach the threshold, and how many shingles they share."""
        own, other = left.astype(np.int64), right.astype(np.int64)
        shared = kernels.shared_counts(shingles, offsets, sets[own], sets[other])
        either = sizes[own] + sizes[other] - shared
        near = shared / np.maximum(either, 1) >= threshold
        return own[near], other[near], shared[near]

    parts = [slice(begin, begin + _PART) for begin in range(0, max(len(left), 1), _PART)]
    left, right, shared = joined(near_pairs(left[part], right[part]) for part in parts)
    # The neighbours of a document, one document after the other.
    counts = np.bincount(left, minlength=len(sets)) + np.bincount(right, minlength=len(sets))
    order = np.argsort(np.concatenate([left, right]), kind="stable")
    neighbours, in_common = (  # narrow: there may be many, and they are kept to the end
        np.concatenate(both)[order].astype(np.int32) for both in ([right, left], [shared, shared])
    )
    del left, right, shared, order
    begins = np.concatenate([[0], np.cumsum(counts)]).tolist()
    free = bytearray((counts > 0).tobytes())
    still_free: dict[int, list[int]] = {}
    groups = []
    for document in np.lexsort((-sizes, -counts))[: sum(free)].tolist():
        if not free[document]:
            continue
        own = slice(begins[document], begins[document + 1])
        connected_to = neighbours[own].tolist()
        near = {other: count for other, count in zip(connected_to, in_common[own].tolist(), strict=True) if free[other]}
        # A large band links its documents only in part: look one step on.
        further: set[int] = set()
        for neighbour in connected_to:
            near_it = still_free.get(neighbour)
            if near_it is None:
                near_it = neighbours[begins[neighbour] : begins[neighbour + 1]].tolist()
            free_near_it = [other for other in near_it if free[other]]
            further.update(free_near_it)
            if len(near_it) > _MANY:
                still_free[neighbour] = free_near_it
        further -= near.keys() | {document}
        if further:
            others = np.array(sorted(further), np.int64)
            _, found, counted = near_pairs(np.full(len(others), document), others)
            near |= zip(found.tolist(), counted.tolist(), strict=True)
        if near:
            size = int(sizes[document])
            members = [(other, Likeness.of(count, size, int(sizes[other]))) for other, count in sorted(near.items())]
            groups.append(Group(document, members))
            for member in (document, *near):
                free[member] = False
    return sorted(groups)
