"""How far two texts are equal, where those that repeat themselves are not gone through again and again.

Two texts that repeat themselves share as many long stretches as there are pairs of places in step, so that to go
through each would be quadratic. What is equal for long is asked for its least period. If it has one, how far the text
around either place goes on with that period is found once, and tells how far the two are equal: up to the end of the
shorter one, where one goes on and the other does not, or past both, if they end together.

What has no period is not shared at near distances: equal stretches of a length L that begin at one place begin L / 2
places apart on the other side.
"""

from __future__ import annotations

from bisect import bisect_right, insort

import numpy as np

from dedup.arrays import I64, U64

LONG = 256
"""Tokens that are compared before anything else is tried."""
_FACTOR = 4


class EqualStretches:
    """Compares the texts of documents; what it finds of those that repeat themselves it remembers."""

    def __init__(self, keys: U64, offsets: I64) -> None:
        self._keys, self._offsets = keys, offsets
        self._periodic: dict[int, list[tuple[int, int]]] = {}
        """By period the stretches that have it, from place to place, sorted."""

    def length(self, left: int, right: int, room: int, direction: int) -> int:
        """Return how many tokens are equal from two places on in a direction (1 or -1).

        At most ``room``, over which neither leaves its document.
        """
        count = begin = 0  # what comes before `begin` has been seen to be periodic
        size = LONG
        while True:
            stop = min(room, begin + size)
            count += self._equal(left + direction * count, right + direction * count, stop - count, direction)
            if count < begin + size or count == room:
                return count
            period = _least_period(self._ahead(left + direction * begin, size, direction))
            if 2 * period <= size:
                on_left, on_right = (
                    begin + self._periodic_ahead(place + direction * begin, size, period, direction)
                    for place in (left, right)
                )
                count = min(on_left, on_right, room)
                if on_left != on_right or count == room:
                    return count
                begin, size = count, LONG
            else:
                size *= _FACTOR

    def _ahead(self, place: int, size: int, direction: int) -> U64:
        """Return so many tokens from a place on."""
        return self._keys[place : place + size] if direction > 0 else self._keys[place + 1 - size : place + 1][::-1]

    def _equal(self, left: int, right: int, most: int, direction: int) -> int:
        """Return how many of the next tokens are equal, each of them looked at."""
        count, size = 0, LONG
        while count < most:
            size = min(size, most - count)
            here, there = (self._ahead(place + direction * count, size, direction) for place in (left, right))
            differs = here != there
            if differs.any():
                return count + int(differs.argmax())
            count, size = count + size, size * _FACTOR
        return count

    def _periodic_ahead(self, place: int, size: int, period: int, direction: int) -> int:
        """Return how many tokens from a place on go on with the period that ``size`` of them have."""
        begin = place if direction > 0 else place + 1 - size
        first, last = self._stretch_around(begin, begin + size, period)
        return last - place if direction > 0 else place + 1 - first

    def _stretch_around(self, begin: int, end: int, period: int) -> tuple[int, int]:
        """Return the longest stretch of the document with a period that a part of it, of two periods or more, has."""
        known = self._periodic.setdefault(period, [])
        at = bisect_right(known, begin, key=lambda stretch: stretch[0]) - 1
        if at >= 0 and known[at][1] >= end:
            return known[at]
        document = int(np.searchsorted(self._offsets, begin, "right")) - 1
        first, last = self._offsets[document : document + 2].tolist()
        before = self._equal(begin - 1, begin - 1 + period, begin - first, -1)
        after = self._equal(end, end - period, last - end, 1)
        stretch = begin - before, end + after
        insort(known, stretch)
        return stretch


def _least_period(tokens: U64) -> int:
    """Return the least period of some tokens, by the borders of all their beginnings (Knuth, Morris and Pratt 1977)."""
    values = tokens.tolist()
    borders = [0]
    border = 0
    for value in values[1:]:
        while border and value != values[border]:
            border = borders[border - 1]
        if value == values[border]:
            border += 1
        borders.append(border)
    return len(values) - border
