"""Fingerprints in, anchors out: places of two documents, or of one, that share a fingerprint.

Anchors are found by grouping the fingerprints by their hash, which is made again from the tokens, in parts that can be
worked on side by side; and come out by the range of documents in which their left place lies. A hash that stands in
many places (a stock phrase, a footer) would give pairs without end, so a large group is only linked: each posting with
a few before it, and the first of each document with the first of all, which is linear. That loses nothing of a footer,
whose every copy is the same, but could lose a copy inside a stock phrase. So the postings of large groups are grouped
again by longer stretches of text: by the eight tokens that follow; and by each stretch of as many tokens as the
shortest passage has that could start so that its first fingerprint is this one, unless a later one in it stands alone.
Copies that share such a stretch share the same text, where linking to the first loses nothing: every verbatim copy of
the shortest length is found, whatever the frequency of its parts.

Documents of one cluster are not linked with each other: what they share is explained by the cluster.

Cost: the fingerprints are hashed once for each part and put into buckets, and those that come twice are sorted there;
so are the longer stretches at large groups. At most 15 / 2 anchors a posting in small groups, 3 in large ones and in
each of their regroupings.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import partial
from itertools import chain, pairwise
from typing import NamedTuple, Self

import numpy as np

from dedup import kernels
from dedup.arrays import I64, U8, U64, Flags, Places, Sides
from dedup.kernels import CROWDED
from dedup.ranges import Each

PAIR_LIMIT = 16
"""Largest group of postings of which all pairs are anchors."""
BACK_LINKS = 1
"""How many predecessors a posting of a larger group is linked with, besides the first."""
OVERHANG = 2
"""Tokens by which a fingerprint may reach out of a stretch that is linked already and still say nothing new."""
PARTS = 2
"""Into how many parts hashes are divided, a power of two: what is done with one is done side by side with others, and
its postings are never held beside all the others."""
PIECES = 4
"""Into how many pieces the groups of a part are divided, for the same reasons."""
_BLOCK = 1 << 16  # places that numpy is given as an index together: it makes wide copies of them
LONGER = 8
"""Tokens by which a large group is split first."""


def find_anchors(
    fingerprints: Flags,
    keys: U64,
    offsets: I64,
    clusters: I64,
    cuts: I64,
    shingle: int,
    shortest: int,
    window: int,
    each: Each = map,
) -> Iterator[list[Sides]]:
    """Yield the anchors of one range of documents after the other: some at a time, as left and right places.

    The left ones lie in the range; some anchors are there twice. ``cuts`` (``int64[n_ranges + 1]``) are the documents
    with which ranges begin. ``fingerprints`` (``bool[n_tokens]``, written over) tells at which of the tokens ``keys``,
    ``offsets`` a fingerprint of ``shingle`` tokens starts; ``clusters`` (``int64[n_documents]``) the cluster of each
    document, unique where it has none; ``shortest`` is the number of tokens of the shortest passage; ``window`` the
    number of shingles of which a fingerprint is the least.
    """

    def group(starts: Flags, length: int) -> list[_Groups]:
        return list(each(partial(_Groups.of, starts, keys, offsets, length), range(PARTS)))

    def link(groups: list[_Groups], settled: Flags, links: int) -> Iterator[list[list[Sides]]]:
        def link_piece(piece: _Groups) -> list[list[Sides]]:
            return kernels.link_postings(*piece, offsets, clusters, settled, cuts, PAIR_LIMIT, links)

        return each(link_piece, _pieces(groups))

    whole = group(fingerprints, shingle)
    marks = fingerprints.view(np.uint8)  # each stands alone, unless it is found in a group
    _mark(whole, marks)
    longer = group(kernels.stretch_starts(marks, shortest, shingle, window), shortest)
    settled = _settled(longer, len(keys), shortest)
    parts = list(link(longer, np.zeros(len(keys), bool), 0))  # of some groups, the anchors of each range
    longer = group(marks == CROWDED, LONGER)
    del marks
    parts += link(longer, settled, BACK_LINKS)
    parts += link(whole, settled, BACK_LINKS)
    del settled
    ranges = deque(zip(*parts, strict=True))
    del parts
    while ranges:  # whoever takes them can let them go
        yield list(chain.from_iterable(ranges.popleft()))


class _Groups(NamedTuple):
    """Places from which equal tokens stand, group after group, those that stand alone left out."""

    places: Places
    sizes: I64

    @classmethod
    def of(cls, starts: Flags, keys: U64, offsets: I64, length: int, part: int) -> Self:
        """Group some places by the ``length`` tokens from there on: those of one part of the hashes."""
        return cls(*kernels.equal_windows(keys, starts, offsets, length, part, PARTS))


def _pieces(groups: list[_Groups]) -> Iterator[_Groups]:
    """Yield groups, which are forgotten here, in pieces of about as many places: linking takes memory for each."""
    while groups:
        places, sizes = groups.pop()
        ends = np.concatenate([[0], np.cumsum(sizes)])
        cuts = np.searchsorted(ends, np.arange(PIECES + 1) * (len(places) / PIECES))
        for first, last in pairwise(cuts.tolist()):
            yield _Groups(places[ends[first] : ends[last]], sizes[first:last])


def _mark(groups: list[_Groups], marks: U8) -> None:
    """Mark the places of groups."""
    for places, sizes in groups:
        kernels.mark_members(places, sizes, PAIR_LIMIT, marks)


def _settled(groups: list[_Groups], count: int, shortest: int) -> Flags:
    """Return at which of ``count`` tokens an anchor says nothing new, for being within a frequent stretch."""
    if not any(np.any(sizes > PAIR_LIMIT) for _, sizes in groups):
        return np.zeros(count, bool)
    marks = np.zeros(count, np.uint8)
    _mark(groups, marks)
    return _within(marks == CROWDED, shortest - OVERHANG)


def _within(settled: Flags, reach: int) -> Flags:
    """Return which tokens are so near to a settled place that an anchor there says nothing new.

    The stretches of ``reach`` + `OVERHANG` tokens from those places on are linked already.
    """
    count = len(settled)
    edges = np.zeros(count + 1, np.int8)
    last = -(reach + OVERHANG + 1)
    for begin in range(0, count, _BLOCK):
        places = begin + np.flatnonzero(settled[begin : begin + _BLOCK])
        before = np.concatenate([[last], places])
        # What is nearer to the one before is one stretch with it, so that each token is in one at most.
        apart = np.diff(before) > reach + OVERHANG
        ends = before[:-1][apart]
        edges[np.maximum(places[apart] - OVERHANG, 0)] += 1
        edges[np.minimum(ends[ends >= 0] + reach, count)] -= 1
        last = int(before[-1])
    if last >= 0:
        edges[min(last + reach, count)] -= 1
    return np.cumsum(edges, out=edges)[:-1].view(bool)
