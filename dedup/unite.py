"""Passages in, fewer passages out: what two passages say of the same places is said once.

A passage whose every use lies inside another use of one larger passage is absorbed by it; passages with the same words
in their representatives are united (they come apart where documents of a cluster, which are not compared with each
other, repeat a text inside).

Cost: sorts of the uses; a sweep over those that lie inside others.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from itertools import groupby

import numpy as np

from dedup import kernels
from dedup.arrays import F64, I64, U64, Pairs, ReusedPassages, Uses


def absorb(found: ReusedPassages) -> ReusedPassages:
    """Return passages without those whose every use lies inside another use of one and the same larger passage.

    They say what that one says. Their pairs become its pairs.
    """
    into = _containers(found.uses, found.size)
    if np.array_equal(into, np.arange(found.size)):
        return found
    stays = into[found.uses.passage] == found.uses.passage
    while not np.array_equal(further := into[into], into):
        into = further
    return ReusedPassages(found.uses.take(stays), found.pairs, into[found.passage_of_pair]).in_order()


def _containers(uses: Uses, count: int) -> I64:
    """Return for each passage the one that absorbs it, or its own number."""
    into = np.arange(count)
    order = np.lexsort((uses.passage, -uses.last, uses.first))
    passage, first, last = uses.passage[order], uses.first[order], uses.last[order]
    inside = np.zeros(len(order), bool)
    inside[1:] = np.maximum.accumulate(last)[:-1] >= last[1:]  # never of one's own passage, whose uses do not overlap
    inside[:-1] |= (first[1:] == first[:-1]) & (last[1:] == last[:-1])
    small = np.ones(count, bool)
    small[passage[~inside]] = False
    if not small.any():
        return into
    # Of the others only uses in which such a passage has one may hold it.
    begins = np.append(first[small[passage]], np.iinfo(np.int64).max)
    near = begins[np.searchsorted(begins, first)] < last
    around: dict[int, list[set[tuple[int, int]]]] = {}
    open_uses: list[tuple[int, int, int]] = []
    rows = zip(passage[near].tolist(), first[near].tolist(), last[near].tolist(), strict=True)
    for (start, end), same in groupby(enumerate(rows), key=lambda item: item[1][1:]):
        own = [(end, number, index) for index, (number, _, _) in same]
        open_uses = [use for use in open_uses if use[0] > start] + own
        for _, number, _ in own:
            if small[number]:
                holders = {(other, use) for reach, other, use in open_uses if reach >= end and other != number}
                around.setdefault(number, []).append(holders)
    for number in sorted(around, reverse=True):  # of two with the same uses the first stays
        places = around[number]
        larger = set.intersection(*({other for other, _ in holders} for holders in places))
        for other in sorted(larger):
            if into[other] != other:
                continue
            if len({use for holders in places for holder, use in holders if holder == other}) >= len(places):
                into[number] = other
                break
    return into


def unite(found: ReusedPassages, keys: U64) -> ReusedPassages:
    """Return passages, those with the same words in their representatives as one.

    ``keys`` are the tokens' (``uint64[n_tokens]``). Of uses that overlap, those of the first passage stay. Where pieces
    stand in another order anywhere in a passage, all its similarities become those of sorted words.
    """
    chosen = np.flatnonzero(found.uses.representative)
    words: dict[bytes, int] = {}
    into = np.arange(found.size)
    for number, (first, last) in enumerate(
        zip(found.uses.first[chosen].tolist(), found.uses.last[chosen].tolist(), strict=True)
    ):
        into[number] = words.setdefault(keys[first:last].tobytes(), number)
    moved = np.flatnonzero(into != np.arange(found.size))
    if len(moved):
        uses = found.uses._replace(
            passage=into[found.uses.passage],
            representative=found.uses.representative & (into[found.uses.passage] == found.uses.passage),
        )
        stays = _without_overlaps(found.uses, into)
        found = ReusedPassages(uses.take(stays), found.pairs, into[found.passage_of_pair]).in_order()
    return _compare_sorted(found, keys)


def _without_overlaps(uses: Uses, into: I64) -> I64:
    """Return the uses that stay when passages become others: those that overlap none of the passages before."""
    moved = into[uses.passage] != uses.passage
    receives = np.isin(uses.passage, into[uses.passage[moved]])
    taken: dict[int, list[tuple[int, int]]] = {}
    stays = ~moved
    for index in np.flatnonzero(moved | receives).tolist():
        sides = taken.setdefault(int(into[uses.passage[index]]), [])
        side = int(uses.first[index]), int(uses.last[index])
        at = bisect_left(sides, side)
        if (at < len(sides) and sides[at][0] < side[1]) or (at > 0 and sides[at - 1][1] > side[0]):
            continue
        insort(sides, side)
        stays[index] = True
    return np.flatnonzero(stays)


def _compare_sorted(found: ReusedPassages, keys: U64) -> ReusedPassages:
    """Return passages, those of reordered pieces with the similarities of sorted words throughout."""
    reordered = found.reordered
    if not reordered.any():
        return found
    uses, pairs = found.uses, found.pairs
    model = np.flatnonzero(uses.representative)[uses.passage]
    likeness, pair_likeness = uses.similarity.copy(), pairs.similarity.copy()
    chosen = np.flatnonzero(reordered[uses.passage])
    likeness[chosen] = _sorted_similarity(
        keys, uses.first[model[chosen]], uses.last[model[chosen]], uses.first[chosen], uses.last[chosen]
    )
    chosen = np.flatnonzero(reordered[found.passage_of_pair])
    pair_likeness[chosen] = _sorted_similarity(keys, *(values[chosen] for values in pairs[:4]))
    return found._replace(
        uses=uses._replace(similarity=likeness), pairs=Pairs(*pairs[:4], pair_likeness, pairs.reordered)
    )


def _sorted_similarity(keys: U64, first: I64, last: I64, other_first: I64, other_last: I64) -> F64:
    rows = zip(first.tolist(), last.tolist(), other_first.tolist(), other_last.tolist(), strict=True)
    return np.array([kernels.similarity(np.sort(keys[a:b]), np.sort(keys[c:d])) for a, b, c, d in rows], np.float64)
