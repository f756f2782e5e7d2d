"""Which passages lie inside larger ones, in plain Python: a sweep over the uses in which others begin."""

from __future__ import annotations

from itertools import groupby

import numpy as np

from dedup.arrays import I64, Places


def containers(passage: Places, first: Places, last: Places, count: int) -> I64:
    """Return for each of ``count`` passages the one that absorbs it, or its own number (``int64[count]``).

    The uses of passages are ranges of places (``[n_uses]`` each); those of one passage do not overlap. From the
    last passage to the first, each is absorbed by the first one that has another use around every one of its own and
    was not absorbed yet.
    """
    into = np.arange(count)
    order = np.lexsort((passage, -last.astype(np.int64), first))
    passage, first, last = passage[order], first[order], last[order]
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
