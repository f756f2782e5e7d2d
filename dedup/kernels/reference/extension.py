"""Local alignment at the ends of alignments, in numpy: many at once."""

from __future__ import annotations

import numpy as np

from dedup.arrays import I64, U64
from dedup.kernels.reference.chains import SCORE

WINDOW = 16


def extend(keys: U64, left: I64, right: I64, left_room: I64, right_room: I64, direction: int) -> tuple[I64, I64, I64]:
    """Extend alignments outwards over edits, as far as that raises the score.

    From the tokens at ``left`` and ``right`` (``int64[n]``) in ``direction`` (1 or -1), over at most ``left_room`` and
    ``right_room`` tokens: an equal token scores a word, a skipped one (on one side or both) costs half a word, and so
    does beginning a run of equal tokens. Local alignment (Smith and Waterman 1981) within windows of 16 tokens, the
    next one starting where the best score was, for all alignments at once along anti-diagonals.

    Returns the gain in score units and the tokens taken on the left and on the right.
    """
    gain = np.zeros(len(left), np.int64)
    taken_left = np.zeros(len(left), np.int64)
    taken_right = np.zeros(len(left), np.int64)
    active = np.flatnonzero((left_room > 0) & (right_room > 0))
    while len(active):
        grown = []
        for chunk in np.array_split(active, len(active) // 4096 + 1):
            a = _windows(
                keys, left[chunk] + direction * taken_left[chunk], left_room[chunk] - taken_left[chunk], direction
            )
            b = _windows(
                keys, right[chunk] + direction * taken_right[chunk], right_room[chunk] - taken_right[chunk], direction
            )
            score, x, y = _best_cell(a, b)
            chosen = score > 0
            grown.append(chunk[chosen])
            gain[grown[-1]] += score[chosen]
            taken_left[grown[-1]] += x[chosen]
            taken_right[grown[-1]] += y[chosen]
        active = np.concatenate(grown)
    return gain, taken_left, taken_right


def _windows(keys: U64, begin: I64, room: I64, direction: int) -> U64:
    """Return ``uint64[n, window]``: the keys from ``begin`` on in ``direction``, 0 (no key) outside the room."""
    steps = np.arange(WINDOW)
    places = begin[:, None] + direction * steps
    return np.where(steps < room[:, None], keys[np.clip(places, 0, len(keys) - 1)], np.uint64(0))


def _best_cell(a: U64, b: U64) -> tuple[I64, I64, I64]:
    """Return the best score of an alignment from the windows' origins and how many tokens of each it takes."""
    count = len(a)
    low = np.int16(-10_000)
    shape = (count, WINDOW + 1)
    # [i] of an anti-diagonal d: i tokens of a and d - i of b are used; `run` ends in an equal token, `gap` does not.
    run_before, gap_before = np.full(shape, low), np.full(shape, low)  # d - 2
    run_last, gap_last = np.full(shape, low), np.full(shape, low)  # d - 1
    run_last[:, 0] = 0
    best = np.zeros(count, np.int16)
    best_a = np.zeros(count, np.int64)
    best_b = np.zeros(count, np.int64)
    reversed_b = b[:, ::-1]
    half = np.int16(SCORE // 2)
    for d in range(1, 2 * WINDOW + 1):
        run, gap = np.full(shape, low), np.full(shape, low)
        top_last = np.maximum(run_last, gap_last)
        lo, hi = max(0, d - WINDOW), min(d, WINDOW)
        gap[:, lo : hi + 1] = top_last[:, lo : hi + 1]
        gap[:, max(lo, 1) : hi + 1] = np.maximum(gap[:, max(lo, 1) : hi + 1], top_last[:, max(lo, 1) - 1 : hi])
        first, last = max(lo, 1), min(hi, d - 1)
        if first <= last:
            inner = slice(first, last + 1)
            outer = slice(first - 1, last)
            gap[:, inner] = np.maximum(gap[:, inner], np.maximum(run_before, gap_before)[:, outer])
            words_a = a[:, outer]
            words_b = reversed_b[:, WINDOW - (d - first) : WINDOW - (d - last) + 1]
            equal = (words_a == words_b) & (words_a != 0)
            score = np.maximum(run_before[:, outer] + np.int16(SCORE), gap_before[:, outer] + half)
            run[:, inner] = np.where(equal, score, low)
            place = run[:, inner].argmax(axis=1)
            value = run[np.arange(count), first + place]
            better = value > best
            best[better] = value[better]
            best_a[better] = first + place[better]
            best_b[better] = d - first - place[better]
        gap -= half
        run_before, gap_before, run_last, gap_last = run_last, gap_last, run, gap
    return best.astype(np.int64), best_a, best_b
