"""How two stretches of words differ: opcodes, similarity, and what the reader of a report is shown.

Everything here compares folded words by their keys (Indel: insertions and deletions, hence a longest common
subsequence).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator

import numpy as np

from dedup import kernels
from dedup.arrays import U64
from dedup.model import encode
from dedup.tokenize import tokenize

_LONGEST = 2000


def word_opcodes(a: U64, b: U64) -> list[tuple[str, int, int, int, int]]:
    """Return how two token sequences differ, as opcodes (tag, start, end, start, end).

    Tags are equal, replace, delete and insert; a deletion next to an insertion is one replacement. They are those of
    `equal_words`.
    """
    result = []
    i = j = 0
    for begin, other_begin, size in [*equal_words(a, b), (len(a), len(b), 0)]:
        if i < begin or j < other_begin:
            tag = "replace" if i < begin and j < other_begin else "delete" if i < begin else "insert"
            result.append((tag, i, begin, j, other_begin))
        if size:
            result.append(("equal", begin, begin + size, other_begin, other_begin + size))
        i, j = begin + size, other_begin + size
    return result


def runs_between(keys: U64) -> Callable[[int, int, int, int], list[tuple[int, int, int]]]:
    """Return a function that gives the `equal_words` of two ranges of places, each named by its first and its end."""
    return lambda first, last, other_first, other_last: equal_words(keys[first:last], keys[other_first:other_last])


def equal_words(a: U64, b: U64) -> list[tuple[int, int, int]]:
    """Return the equal runs (place in ``a``, in ``b``, length) of two token sequences.

    They are those of a longest common subsequence; in long sequences, whose table would not fit into memory, of one
    through the stretches of words that stand once in each (patience diff, Cohen 2003, on shingles).
    """
    runs: list[tuple[int, int, int]] = []
    for first, last, other_first, other_last in _pieces(a, b):
        for i, j, size in kernels.lcs_runs(a[first:last], b[other_first:other_last]).tolist():
            begin, other_begin = first + i, other_first + j
            if runs and runs[-1][0] + runs[-1][2] == begin and runs[-1][1] + runs[-1][2] == other_begin:
                runs[-1] = *runs[-1][:2], runs[-1][2] + size
            else:
                runs.append((begin, other_begin, size))
    return runs


def _pieces(a: U64, b: U64) -> Iterator[tuple[int, int, int, int]]:
    """Yield which part of one sequence is to be compared with which part of another: the whole, unless it is long."""
    first = other_first = 0
    anchors = _unique_anchors(a, b) if max(len(a), len(b)) > _LONGEST else []
    for last, other_last in [*anchors, (len(a), len(b))]:
        if last - first < _LONGEST // 4 and last < len(a):
            continue
        # Without anything to hold on to, both go forward by the same step.
        while max(last - first, other_last - other_first) > 4 * _LONGEST:
            step, other_step = min(last - first, _LONGEST), min(other_last - other_first, _LONGEST)
            yield first, first + step, other_first, other_first + other_step
            first, other_first = first + step, other_first + other_step
        yield first, last, other_first, other_last
        first, other_first = last, other_last


def _unique_anchors(a: U64, b: U64) -> list[tuple[int, int]]:
    """Return places of both sequences where the same eight words begin that stand nowhere else, further in both."""
    places = []
    for keys in (a, b):
        hashes = kernels.hash_windows(keys, np.arange(max(len(keys) - 7, 0)), 8)
        values, where, counts = np.unique(hashes, return_index=True, return_counts=True)
        places.append((values[counts == 1], where[counts == 1]))
    (values_a, where_a), (values_b, where_b) = places
    _, at_a, at_b = np.intersect1d(values_a, values_b, assume_unique=True, return_indices=True)
    order = np.argsort(where_a[at_a])
    rights = where_b[at_b][order].tolist()
    # Longest increasing subsequence of the places in b.
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, right in enumerate(rights):
        at = bisect_left(tails, right)
        before.append(ends[at - 1] if at else -1)
        if at == len(tails):
            tails.append(right)
            ends.append(index)
        else:
            tails[at], ends[at] = right, index
    kept = []
    index = ends[-1] if ends else -1
    while index >= 0:
        kept.append(index)
        index = before[index]
    lefts = where_a[at_a][order].tolist()
    return [(lefts[index], rights[index]) for index in reversed(kept)]


def word_differences(left: str, right: str) -> list[tuple[str, int, int, int, int]]:
    """Return how the words of two texts differ, as opcodes with code point offsets into the two texts.

    Each is (tag, left start, left end, right start, right end), tag being equal, replace, delete or insert; offsets
    reach from the first letter of a word to the last of a word, and what stands between words belongs to neither.

    >>> word_differences("The old town hall.", "the town hall")
    [('equal', 0, 3, 0, 3), ('delete', 4, 7, 3, 3), ('equal', 8, 17, 4, 13)]
    """
    keys, starts, ends, offsets = tokenize([encode(text) for text in (left, right)])
    begin = int(offsets[1])

    def place(first: int, last: int, lowest: int) -> tuple[int, int]:
        if first < last:
            return int(starts[first]), int(ends[last - 1])
        at = int(ends[first - 1]) if first > lowest else 0
        return at, at

    return [
        (tag, *place(i, i_end, 0), *place(begin + j, begin + j_end, begin))
        for tag, i, i_end, j, j_end in word_opcodes(keys[:begin], keys[begin:])
    ]
