"""Fingerprints in, anchors out: places of two documents, or of one, that share a fingerprint.

Anchors are found by sorting the fingerprints, as a group-by on their hash. A hash that stands in many places (a stock
phrase, a footer) would give pairs without end, so a large group is only linked: each posting with a few before it,
and the first of each document with the first of all, which is linear. That loses nothing of a footer, whose every copy
is the same, but could lose a copy inside a stock phrase. So the postings of large groups are grouped again by longer
stretches of text: by the eight tokens that follow; and by each stretch of as many tokens as the shortest passage has
that could start so that its first fingerprint is this one. Copies that share such a stretch share the same text, where
linking to the first loses nothing: every verbatim copy of the shortest length is found, whatever the frequency of its
parts.

Documents of one cluster are not linked with each other: what they share is explained by the cluster.

Cost: sorts of the fingerprints; at most 15 / 2 anchors a posting in small groups, 3 in large ones and in each of
their regroupings.
"""

from __future__ import annotations

import numpy as np

from dedup import kernels
from dedup.arrays import I64, U64, distinct

PAIR_LIMIT = 16
"""Largest group of postings of which all pairs are anchors."""
BACK_LINKS = 1
"""How many predecessors a posting of a larger group is linked with, besides the first."""
OVERHANG = 2
"""Tokens by which a fingerprint may reach out of a stretch that is linked already and still say nothing new."""
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
    whole = _Groups(hashes, places, documents, clusters)
    crowded = distinct(whole.places[whole.large])
    found = []
    settled = np.zeros(0, np.int64)
    for length, backs, links in ((shortest, range(window), 0), (LONGER, range(1), BACK_LINKS)):
        starts = distinct(np.concatenate([crowded - back for back in backs]))
        document = np.searchsorted(offsets, starts, "right") - 1
        inside = (starts >= 0) & (starts + length <= offsets[document + 1])
        starts, document = starts[inside], document[inside]
        longer = _Groups(kernels.hash_windows(keys, starts, length), starts, document, clusters)
        found.append(longer.link(links, settled, shortest - OVERHANG))
        if length == shortest:
            settled = distinct(longer.places[longer.large])
    found.append(whole.link(BACK_LINKS, settled, shortest - OVERHANG))
    return _distinct(np.concatenate([left for left, _ in found]), np.concatenate([right for _, right in found]))


class _Groups:
    """Postings with equal hashes, group after group, those that stand alone left out."""

    def __init__(self, hashes: U64, places: I64, documents: I64, clusters: I64) -> None:
        order = np.argsort(hashes, kind="stable")
        hashes = hashes[order]
        fresh = np.ones(len(hashes), bool)
        fresh[1:] = hashes[1:] != hashes[:-1]
        begins = np.flatnonzero(fresh)
        sizes = np.diff(begins, append=len(hashes))
        order = order[np.repeat(sizes > 1, sizes)]
        self.sizes = sizes[sizes > 1]
        self.large = np.repeat(self.sizes > PAIR_LIMIT, self.sizes)
        self.places, self._document = places[order], documents[order]
        self._cluster = clusters[self._document]

    def link(self, back: int, settled: I64, reach: int) -> tuple[I64, I64]:
        """Return anchors within groups; large ones link each posting with ``back`` before it and with a first.

        The stretches of ``reach`` + `OVERHANG` tokens from the places ``settled`` (ascending) on are linked already:
        postings of large groups within them are not linked again.
        """
        places, document, cluster = self.places, self._document, self._cluster
        earlier, later = kernels.link_groups(self.sizes, PAIR_LIMIT, back)
        dropped = (cluster[earlier] == cluster[later]) & (document[earlier] != document[later])
        if self.large.any():
            to_first = self.large[later] & (later - earlier > back)
            # Within a document the one before suffices; in a periodic text links to the first would be quadratic.
            again = to_first & (document[later] == document[later - 1])
            earlier[again] = later[again] - 1
            if len(settled):
                at = np.searchsorted(settled, places - reach, "right")
                near = settled[np.minimum(at, len(settled) - 1)]
                dropped |= (self.large & (at < len(settled)) & (near - places <= OVERHANG))[later]
        mates, outsiders = self._outside_links(cluster)
        return (
            np.concatenate([places[earlier[~dropped]], places[outsiders]]),
            np.concatenate([places[later[~dropped]], places[mates]]),
        )

    def _outside_links(self, cluster: I64) -> tuple[I64, I64]:
        """Return the members of large groups that are of the cluster of their group's first one, each with the group's
        first member of another cluster (left out where there is none)."""
        sizes = self.sizes[self.sizes > PAIR_LIMIT]
        if not len(sizes):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        members = np.flatnonzero(self.large)
        begins = np.cumsum(sizes) - sizes
        outside = cluster[members] != np.repeat(cluster[members[begins]], sizes)
        first = np.minimum.reduceat(np.where(outside, members, len(cluster)), begins)
        first = np.repeat(first, sizes)
        mates = ~outside & (first < len(cluster))
        return members[mates], first[mates]


def _distinct(left: I64, right: I64) -> tuple[I64, I64]:
    """Return the distinct anchors, by distance and then place."""
    left, right = np.minimum(left, right), np.maximum(left, right)
    if len(left) and right.max() < 1 << 31:  # one sort of packed values is several times faster than two keys
        packed = distinct((right - left) << 32 | left)
        left = packed & 0xFFFFFFFF
        return left, left + (packed >> 32)
    order = np.lexsort((left, right - left))
    left, right = left[order], right[order]
    fresh = np.concatenate([[True], (left[1:] != left[:-1]) | (right[1:] != right[:-1])])[: len(left)]
    return left[fresh], right[fresh]
