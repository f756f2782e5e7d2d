"""Which pairs hang together, and distinct ranges of places, in numpy."""

from __future__ import annotations

import numpy as np

from dedup.arrays import I64, Places, connected, narrowed


def distinct_ranges(first: Places, last: Places) -> tuple[Places, Places, Places]:
    """Return the distinct ones of some ranges of places (``[n]`` each), by place, and which one each range is.

    The numbers (``[n]``) are as narrow as they fit: see `arrays.narrowed`.
    """
    order = np.lexsort((last, first))
    sorted_first, sorted_last = first[order], last[order]
    fresh = np.ones(len(order), bool)
    fresh[1:] = (sorted_first[1:] != sorted_first[:-1]) | (sorted_last[1:] != sorted_last[:-1])
    number = np.zeros(len(order), np.int64)
    number[order] = np.cumsum(fresh) - 1
    return sorted_first[fresh], sorted_last[fresh], narrowed(number, len(number))


def connect_pairs(left: Places, left_end: Places, right: Places, right_end: Places) -> I64:
    """Return for each pair of ranges the least of all ranges that hang together with its own (``int64[n_pairs]``).

    Ranges are numbered as `distinct_ranges` does. The two of a pair hang together, and so do two that cover each other
    by four fifths or more.
    """
    first, last, number = distinct_ranges(np.concatenate([left, right]), np.concatenate([left_end, right_end]))
    same, as_this = _all_same_occurrences(first.astype(np.int64), last.astype(np.int64))
    here, there = number[: len(left)], number[len(left) :]
    return connected(len(first), np.concatenate([here, same]), np.concatenate([there, as_this]))[here]


def _all_same_occurrences(first: I64, last: I64) -> tuple[I64, I64]:
    """Return which of some ranges, sorted by place, are the same occurrence, as pairs of their numbers."""
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    here, step = np.arange(len(first)), 1
    while len(here):
        here = here[here + step < len(first)]
        # One that begins so late covers less than four fifths of this one, and so do all after it.
        here = here[5 * (first[here + step] - first[here]) <= last[here] - first[here]]
        there = here + step
        shared = np.minimum(last[here], last[there]) - first[there]
        same = 5 * shared >= 4 * np.maximum(last[here] - first[here], last[there] - first[there])
        found.append((here[same], there[same]))
        step += 1
    left, right = zip(*found, strict=True)
    return np.concatenate(left), np.concatenate(right)
