"""Fingerprints in, anchors out: places of two documents, or of one, that share a fingerprint.

Anchors are found by sorting the fingerprints, as a group-by on their hash. A hash that stands in many places (a stock
phrase, a footer) would give pairs without end, so a large group is only linked: each posting with the first and with a
few before it, which is linear. That loses nothing of a footer, whose every copy is the same, but could lose a copy
inside a stock phrase. So the postings of large groups are grouped again by longer stretches of text: by the eight
tokens that follow; and by each stretch of as many tokens as the shortest passage has that could start so that its
first fingerprint is this one. Copies that share such a stretch share the same text, where linking to the first loses
nothing: every verbatim copy of the shortest length is found, whatever the frequency of its parts.

Documents of one cluster are not linked with each other: what they share is explained by the cluster.

Cost: sorts of the fingerprints; at most 15 / 2 anchors a posting in small groups, 3 in large ones and in each of
their regroupings.
"""

from __future__ import annotations

import numpy as np

from dedup import kernels
from dedup.arrays import I64, U64

PAIR_LIMIT = 16
"""Largest group of postings of which all pairs are anchors."""
BACK_LINKS = 2
"""How many predecessors a posting of a larger group is linked with, besides the first."""
LONGER = 8
"""Tokens by which a large group is split first."""


def find_anchors(
    hashes: U64, places: I64, keys: U64, offsets: I64, clusters: I64, shortest: int, window: int
) -> tuple[I64, I64]:
    """Return anchors as pairs of token places, ``int64[n_anchors]`` each: left before right, distinct.

    ``hashes`` and ``places`` are the fingerprints, places ascending; ``keys`` and ``offsets`` the tokens they were made
    of; ``clusters`` (``int64[n_documents]``) the cluster of each document, unique where it has none; ``shortest`` the
    tokens of the shortest passage; ``window`` the number of shingles of which a fingerprint is the least.
    """
    documents = np.searchsorted(offsets, places, "right") - 1
    left, right, large = _link(hashes, places, documents, clusters)
    found = [(left, right)]
    if len(large):
        crowded = np.sort(large)
        for length, back in [(LONGER, 0), *((shortest, back) for back in range(window))]:
            starts, starts_document = crowded - back, np.searchsorted(offsets, crowded, "right") - 1
            inside = (starts >= offsets[starts_document]) & (starts + length <= offsets[starts_document + 1])
            starts, starts_document = starts[inside], starts_document[inside]
            longer = kernels.hash_windows(keys, starts, length)
            found.append(_link(longer, starts, starts_document, clusters)[:2])
    return _distinct(np.concatenate([a for a, _ in found]), np.concatenate([b for _, b in found]))


def _link(hashes: U64, places: I64, documents: I64, clusters: I64) -> tuple[I64, I64, I64]:
    """Return anchors among equal hashes, and the places of the postings in groups too large to give all pairs."""
    order = np.argsort(hashes, kind="stable")
    hashes = hashes[order]
    begins = (
        np.flatnonzero(np.concatenate([[True], hashes[1:] != hashes[:-1]])) if len(hashes) else np.zeros(0, np.int64)
    )
    sizes = np.diff(begins, append=len(hashes))
    order = order[np.repeat(sizes > 1, sizes)]
    sizes = sizes[sizes > 1]
    earlier, later = kernels.link_groups(sizes, PAIR_LIMIT, BACK_LINKS)
    large = np.repeat(sizes > PAIR_LIMIT, sizes)
    cluster, document = clusters[documents[order]], documents[order]
    explained = (cluster[earlier] == cluster[later]) & (document[earlier] != document[later])
    if large.any():
        # Where the first of a large group is of the posting's own cluster, the first of another stands in for it.
        stand_in = _first_of_another_cluster(sizes, cluster)
        swap = explained & large[later]
        earlier[swap] = stand_in[later[swap]]
        explained[swap] = (earlier[swap] < 0) | (earlier[swap] >= later[swap])
    kept = ~explained
    return places[order[earlier[kept]]], places[order[later[kept]]], places[order[large]]


def _first_of_another_cluster(sizes: I64, cluster: I64) -> I64:
    """Return, for each member of groups, the place of its group's first member of another cluster than the group's
    first one; -1 where there is none."""
    begins = np.cumsum(sizes) - sizes
    other = cluster != np.repeat(cluster[begins], sizes)
    place = np.where(other, np.arange(len(cluster)), len(cluster))
    first = np.minimum.reduceat(place, begins)
    return np.repeat(np.where(first < len(cluster), first, -1), sizes)


def _distinct(left: I64, right: I64) -> tuple[I64, I64]:
    """Return the distinct anchors, by distance and then place."""
    left, right = np.minimum(left, right), np.maximum(left, right)
    if len(left) and right.max() < 1 << 31:  # one sort of packed values is several times faster than two keys
        packed = np.unique((right - left) << 32 | left)
        left = packed & 0xFFFFFFFF
        return left, left + (packed >> 32)
    order = np.lexsort((left, right - left))
    left, right = left[order], right[order]
    fresh = np.concatenate([[True], (left[1:] != left[:-1]) | (right[1:] != right[:-1])])[: len(left)]
    return left[fresh], right[fresh]
