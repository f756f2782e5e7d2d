"""Anchors in, chains out: equal runs of words, and which of them belong together.

Anchors on one diagonal (the same distance between left and right) that touch are one equal run, which is then grown to
its full length. Runs of one pair of documents that follow each other on both sides, with gaps that an edited copy could
have, are one chain (`kernels.chain`). A text that repeats itself with a short period (one word a million times) is cut
into two halves, so that left and right never overlap.

Cost: a sort of the anchors; look-back times the number of runs that have a neighbour.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup import kernels
from dedup.arrays import I64, U64, Runs, document_pairs

LOOK_BACK = 40
_BLOCK = 16


def equal_runs(left: I64, right: I64, keys: U64, offsets: I64, shortest: int, anchor_size: int) -> Runs:
    """Return the maximal equal runs around anchors, sorted by documents and places, without overlap of their sides.

    ``left`` and ``right`` are anchors sorted by distance and place, each standing for ``anchor_size`` equal tokens.
    ``shortest`` is the number of tokens of the shortest passage.
    """
    if not len(left):
        return Runs(left, right, left)
    # Anchors of one distance whose tokens touch are one run, unless a document ends between them.
    document = np.searchsorted(offsets, left, "right") - 1
    other = np.searchsorted(offsets, right, "right") - 1
    fresh = np.ones(len(left), bool)
    fresh[1:] = (
        (np.diff(right - left) != 0) | (np.diff(left) > anchor_size) | (np.diff(document) != 0) | (np.diff(other) != 0)
    )
    begins = np.flatnonzero(fresh)
    ends = np.append(begins[1:], len(left)) - 1
    length = left[ends] - left[begins] + anchor_size
    left, right, document, other = left[begins], right[begins], document[begins], other[begins]
    grown = _equal_ahead(keys, left + length, right + length, offsets[document + 1], offsets[other + 1], 1)
    length = length + grown
    grown = _equal_ahead(keys, left - 1, right - 1, offsets[document], offsets[other], -1)
    left, right, length = left - grown, right - grown, length + grown
    # Anchors apart in one run have grown into each other.
    fresh = np.ones(len(left), bool)
    fresh[1:] = (np.diff(right - left) != 0) | (np.diff(left) != 0)
    runs = _separate(Runs(left[fresh], right[fresh], length[fresh]), shortest)
    order = np.lexsort((runs.right, runs.left, np.searchsorted(offsets, runs.right, "right")))
    order = order[np.argsort(np.searchsorted(offsets, runs.left[order], "right"), kind="stable")]
    runs = runs.take(order)
    # A piece of a periodic text may be another run already.
    fresh = np.ones(len(order), bool)
    fresh[1:] = (np.diff(runs.left) != 0) | (np.diff(runs.right) != 0) | (np.diff(runs.length) != 0)
    return runs.take(fresh)


def _equal_ahead(keys: U64, left: I64, right: I64, left_stop: I64, right_stop: I64, direction: int) -> I64:
    """Return how many tokens are equal from ``left`` and ``right`` on in ``direction``, before the documents' bounds.

    Stops are exclusive going forward and inclusive going backward. Compared in blocks, for all runs at once.
    """
    grown = np.zeros(len(left), np.int64)
    room = (
        np.minimum(left_stop - left, right_stop - right)
        if direction > 0
        else np.minimum(left - left_stop, right - right_stop) + 1
    )
    active = np.flatnonzero(room > 0)
    block = 1
    while len(active):
        steps = np.arange(block)
        at = direction * (grown[active][:, None] + steps)
        inside = grown[active][:, None] + steps < room[active][:, None]
        a = keys[np.clip(left[active][:, None] + at, 0, len(keys) - 1)]
        b = keys[np.clip(right[active][:, None] + at, 0, len(keys) - 1)]
        differs = (a != b) | ~inside
        stopped = differs.any(axis=1)
        grown[active] += np.where(stopped, differs.argmax(axis=1), block)
        active = active[~stopped]
        block = min(4 * block, max(_BLOCK, (1 << 16) // max(len(active), 1)))
    return grown


def _separate(runs: Runs, shortest: int) -> Runs:
    """Return runs whose two sides do not overlap.

    A run longer than its distance is a text with that period. Periods as long as a passage give one piece each period;
    shorter ones the two halves of the whole stretch, shifted by a multiple of the period.
    """
    runs = _without_multiples(runs)
    distance = runs.right - runs.left
    over = runs.length > distance
    if not over.any():
        return runs
    pieces: list[tuple[int, int, int]] = []
    for left, period, length in zip(
        *(values[over].tolist() for values in (runs.left, distance, runs.length)), strict=True
    ):
        if period >= shortest:
            pieces += [(at, at + period, min(period, left + length - at)) for at in range(left, left + length, period)]
        else:
            shift = period * -(-(length + period) // (2 * period))
            pieces.append((left, left + shift, length + period - shift))
    added = np.array(sorted(set(pieces)), np.int64).reshape(-1, 3)
    return Runs(*(np.concatenate([values[~over], added[:, i]]) for i, values in enumerate(runs)))


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


def find_chains(runs: Runs, offsets: I64, max_gap: int) -> tuple[I64, I64]:
    """Return the chain number of each run, and runs in the order of chains (``int64[n_runs]`` each).

    Within a chain runs follow each other. Runs without a neighbour are chains of their own and are not looked at twice.
    """
    pair = document_pairs(runs.left, runs.right, offsets)
    near = np.flatnonzero(_has_neighbour(runs, pair, max_gap))
    chains = np.full(len(runs.left), -1, np.int64)
    linked, _ = kernels.chain(runs.left[near], runs.right[near], runs.length[near], pair[near], max_gap, LOOK_BACK)
    chains[near] = linked
    alone = chains < 0
    chains[alone] = (linked.max() + 1 if len(linked) else 0) + np.arange(np.count_nonzero(alone))
    return chains, np.lexsort((runs.right, runs.left, chains))


def _has_neighbour(runs: Runs, pair: I64, max_gap: int) -> NDArray[np.bool_]:
    """Return whether another run of the pair may be within ``max_gap`` on both sides (sometimes true in excess).

    Two runs that near have diagonals within ``max_gap``, so they share a diagonal band of twice that width in one of
    two divisions into bands, and there the nearest one before or after tells.
    """
    result = np.zeros(len(runs.left), bool)
    if not len(result):
        return result
    width = 2 * max(max_gap, 1)
    for shift in (0, width // 2):
        band = (runs.right - runs.left + shift) // width
        order = np.lexsort((runs.left, band, pair))
        group = np.cumsum((np.diff(pair[order], prepend=0) != 0) | (np.diff(band[order], prepend=0) != 0))
        # Groups are moved apart, so that one sweep serves all. A long run may reach over several short ones: what
        # counts is the furthest end so far, not the last.
        apart = group * (int(runs.right.max()) + max_gap + 1)
        furthest = np.maximum.accumulate((runs.left + runs.length)[order] + apart)
        close = (runs.left[order] + apart)[1:] - furthest[:-1] <= max_gap
        close &= group[1:] == group[:-1]
        result[order[1:][close]] = True
        result[order[:-1][close]] = True
    return result
