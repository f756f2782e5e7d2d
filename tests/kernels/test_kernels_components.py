"""Ranges that are the same, hang together or lie inside others: equal in every bit, and what plain Python finds."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_support import same

Range = tuple[int, int]

RANGES = st.builds(lambda first, size: (first, first + size), st.integers(0, 30), st.integers(1, 12))
PAIRS = st.lists(st.tuples(RANGES, RANGES), max_size=12)


def columns(rows: list[tuple[int, ...]], width: int) -> list[np.ndarray]:
    return list(np.array(rows, np.int64).reshape(-1, width).T.copy())


def covers(a: Range, b: Range) -> bool:
    """Return whether two ranges cover each other by four fifths."""
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return all(5 * shared >= 4 * (last - first) for first, last in (a, b))


def hanging_together(pairs: list[tuple[Range, Range]]) -> list[int]:
    """Return for each pair the least range that hangs together with its own, by trying all."""
    ranges = sorted({side for pair in pairs for side in pair})
    links = [*pairs, *(both for both in combinations(ranges, 2) if covers(*both))]
    least = list(range(len(ranges)))
    for _ in ranges:
        for a, b in links:
            a, b = ranges.index(a), ranges.index(b)
            least[a] = least[b] = min(least[a], least[b])
    return [least[ranges.index(left)] for left, _ in pairs]


@given(st.lists(RANGES, max_size=20))
def test_distinct_ranges_are_numbered_by_place(kernels, ranges):
    expected = sorted(set(ranges))
    first, last, number = kernels.distinct_ranges(*columns(ranges, 2))
    same((first, last), columns(expected, 2))
    same([number], [np.array([expected.index(own) for own in ranges], np.uint32)])


@given(PAIRS)
def test_pairs_hang_together_over_what_is_the_same(kernels, pairs):
    rows = [(*left, *right) for left, right in pairs]
    same([kernels.connect_pairs(*columns(rows, 4))], [np.array(hanging_together(pairs), np.int64)])


@st.composite
def passages(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    """Draw the uses of passages, those of one without overlap, many of them inside each other."""
    rows = []
    for number in range(draw(st.integers(0, 6))):
        end = 0
        for own in sorted(draw(st.lists(RANGES, min_size=1, max_size=4))):
            if own[0] >= end:
                rows.append((number, *own))
                end = own[1]
    return rows


@given(passages())
def test_what_contains_a_passage_is_the_same(native, reference, uses):
    count = len({number for number, _, _ in uses})
    both = [[kernels.containers(*columns(uses, 3), count)] for kernels in (native, reference)]
    same(*both)


def test_a_passage_inside_another_is_contained(kernels):
    uses = [(0, 2, 6), (0, 22, 26), (1, 0, 8), (1, 20, 28), (2, 0, 6), (2, 40, 48)]
    assert kernels.containers(*columns(uses, 3), 3).tolist() == [1, 1, 2]


def test_arguments_that_make_no_sense_are_refused(native):
    good = [(0, 4, 10, 14)]
    for wrong in ([(4, 4, 10, 14)], [(-1, 4, 10, 14)], [(0, 4, 10, (1 << 63) - 1)], [(0, 4, 14, 10)]):
        with pytest.raises(ValueError, match="places"):
            native.connect_pairs(*columns(wrong, 4))
    left, *others = columns(good, 4)
    with pytest.raises(ValueError, match="length"):
        native.connect_pairs(left[:0], *others)
    with pytest.raises(ValueError, match="length"):
        native.distinct_ranges(left[:0], left)
    with pytest.raises(ValueError, match="length"):
        native.containers(left[:0], left, left + 1, 1)
    with pytest.raises(ValueError, match="places"):
        native.containers(left, left, left, 1)
    for number in (-1, 1):
        with pytest.raises(ValueError, match="passages"):
            native.containers(left + number, left, left + 1, 1)


def test_memory_can_be_given_back(kernels):
    assert kernels.give_back_memory() is None
