"""Anchors to equal runs, in numpy."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dedup.arrays import I64, U64, Flags, Runs, Sides
from dedup.kernels.reference.repeats import LONG, EqualStretches

_BLOCK = 16


def equal_runs(
    anchors: Iterable[Sides], keys: U64, offsets: I64, shortest: int, max_gap: int, least: int
) -> tuple[I64, I64, I64]:
    """Return the maximal equal runs in which anchors lie, as left places, right places and lengths.

    ``anchors`` come some at a time, as left and right places (``int64[n]`` or ``uint32[n]``), left before right; in any
    order, and more than once. A run of one is the tokens that are equal around the two places within their documents
    (none, where the two themselves differ). ``shortest`` is the number of tokens of the shortest passage.

    Left and right sides do not overlap. A run longer than its distance is a text with that period. Those that only
    repeat another one at a multiple of its period are left out. Periods of ``shortest`` tokens and more give one piece
    each period; shorter ones the two halves of the whole stretch, shifted by a multiple of the period.

    Runs of fewer than ``least`` tokens that are not near to another one are left out (pieces of periodic texts never
    are). Two runs are near if their left sides lie in one document, their distances in one band of ``max_gap`` or in
    two that follow each other, and at most ``max_gap`` tokens lie between their left sides, each being taken for
    ``least`` tokens at least. So whatever follows a run at most ``max_gap`` tokens apart, on both sides, is near to it.

    The result (``int64[n_runs]`` each) is sorted by documents, then by left and right place, then, where these are
    equal, pieces last and by length.
    """
    nothing = np.zeros(0, np.int64)
    left, right = map(np.concatenate, zip((nothing, nothing), *anchors, strict=True))
    whole, pieces = _separate(_without_multiples(_grow(left, right, keys, offsets)), shortest)
    runs = Runs(*map(np.concatenate, zip(whole, pieces, strict=True)))
    kept = (runs.length >= least) | _near(runs, offsets, max_gap, least)
    kept[len(whole.left) :] = True
    runs = runs.take(kept)
    order = np.lexsort((runs.right, runs.left, np.searchsorted(offsets, runs.right, "right")))
    order = order[np.argsort(np.searchsorted(offsets, runs.left[order], "right"), kind="stable")]
    runs = runs.take(order)
    # A piece of a periodic text may be another run already.
    fresh = np.ones(len(order), bool)
    fresh[1:] = (np.diff(runs.left) != 0) | (np.diff(runs.right) != 0) | (np.diff(runs.length) != 0)
    return runs.take(fresh)


def _grow(left: I64, right: I64, keys: U64, offsets: I64) -> Runs:
    """Return the distinct maximal equal runs around anchors, by distance and left place."""
    order = np.lexsort((left, right - left))
    left, right = left[order], right[order]
    document = np.searchsorted(offsets, left, "right") - 1
    other = np.searchsorted(offsets, right, "right") - 1
    # Each anchor is grown until the next one of its distance: what reaches that is of one run with it.
    room = np.minimum(offsets[document + 1] - left, offsets[other + 1] - right)
    to_next = np.full(len(left), np.iinfo(np.int64).max)
    to_next[:-1] = np.where(np.diff(right - left) == 0, np.diff(left), to_next[:-1])
    stretches = EqualStretches(keys, offsets)
    grown = _equal_ahead(keys, stretches, left, right, np.minimum(room, to_next), 1)
    joined = (grown == to_next) & (to_next < room)
    ends = np.flatnonzero(~joined)
    begins = np.append(-1, ends[:-1])[: len(ends)] + 1
    length = left[ends] + grown[ends] - left[begins]
    begins, length = begins[length > 0], length[length > 0]
    left, right = left[begins], right[begins]
    room = np.minimum(left - offsets[document[begins]], right - offsets[other[begins]])
    back = _equal_ahead(keys, stretches, left - 1, right - 1, room, -1)
    return Runs(left - back, right - back, length + back)


def _equal_ahead(keys: U64, stretches: EqualStretches, left: I64, right: I64, room: I64, direction: int) -> I64:
    """Return how many tokens are equal from ``left`` and ``right`` on in ``direction``, at most ``room``.

    Compared in blocks, for all places at once, but for what is equal for long.
    """
    grown = np.zeros(len(left), np.int64)
    most = np.minimum(room, LONG)
    active = np.flatnonzero(most > 0)
    block = 1
    while len(active):
        steps = np.arange(block)
        at = direction * (grown[active][:, None] + steps)
        inside = grown[active][:, None] + steps < most[active][:, None]
        a = keys[np.clip(left[active][:, None] + at, 0, len(keys) - 1)]
        b = keys[np.clip(right[active][:, None] + at, 0, len(keys) - 1)]
        differs = (a != b) | ~inside
        stopped = differs.any(axis=1)
        grown[active] += np.where(stopped, differs.argmax(axis=1), block)
        active = active[~stopped]
        block = min(4 * block, max(_BLOCK, (1 << 16) // max(len(active), 1)))
    for index in np.flatnonzero((grown == LONG) & (room > LONG)).tolist():
        grown[index] = stretches.length(int(left[index]), int(right[index]), int(room[index]), direction)
    return grown


def _separate(runs: Runs, shortest: int) -> tuple[Runs, Runs]:
    """Return the runs that do not overlap themselves, and for the others pieces that do not."""
    distance = runs.right - runs.left
    over = runs.length > distance
    pieces: list[tuple[int, int, int]] = []
    for left, period, length in zip(
        *(values[over].tolist() for values in (runs.left, distance, runs.length)), strict=True
    ):
        if period >= shortest:
            pieces += [(at, at + period, min(period, left + length - at)) for at in range(left, left + length, period)]
        else:
            shift = period * -(-(length + period) // (2 * period))
            pieces.append((left, left + shift, length + period - shift))
    return runs.take(~over), Runs(*np.array(sorted(set(pieces)), np.int64).reshape(-1, 3).T)


def _near(runs: Runs, offsets: I64, max_gap: int, least: int) -> Flags:
    """Return which runs another one is near to."""
    result = np.zeros(len(runs.left), bool)
    ends = runs.left + np.maximum(runs.length, least)
    document = np.searchsorted(offsets, runs.left, "right")
    bands = (runs.right - runs.left) // max(max_gap, 1)
    for first in (0, 1):  # two bands that follow each other are together in one of two divisions
        band = (bands + first) // 2
        order = np.lexsort((runs.left, document, band))
        same = (np.diff(band[order]) == 0) & (np.diff(document[order]) == 0)
        # Of those before it, the one that reaches furthest counts, not the last.
        group = np.cumsum(np.append(0, ~same)[: len(order)]) * (ends.max(initial=0) + 1)
        furthest = np.maximum.accumulate(ends[order] + group) - group
        close = same & (runs.left[order[1:]] - furthest[:-1] <= max_gap)
        result[order[1:][close]] = True
        result[order[:-1][close]] = True
    return result


def _without_multiples(runs: Runs) -> Runs:
    """Return runs without those that only repeat, at a multiple of its period, a periodic stretch of text."""
    over = np.flatnonzero(runs.length > runs.right - runs.left)
    if not len(over):
        return runs
    over = over[np.lexsort(((runs.right - runs.left)[over], runs.left[over]))]
    over = over[np.diff(runs.left[over], prepend=-1) > 0]  # the least period of the stretches that begin at a place
    begins, ends, periods = runs.left[over], (runs.right + runs.length)[over], (runs.right - runs.left)[over]
    at = np.searchsorted(begins, runs.left, "right") - 1
    at = np.maximum(at, 0)
    distance = runs.right - runs.left
    inside = (runs.left >= begins[at]) & (runs.right + runs.length <= ends[at])
    return runs.take(~(inside & (distance > periods[at]) & (distance % periods[at] == 0)))
