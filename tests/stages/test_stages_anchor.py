"""Anchors, equal runs and chains: places that share words, against looking at every pair of places."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import documents_of_words

from dedup import anchor, kernels
from dedup.anchor import BACK_LINKS, PAIR_LIMIT, find_anchors
from dedup.chain import equal_runs
from dedup.ranges import Each, joined
from dedup.sketch import FINGERPRINT_SHINGLE, fingerprint_starts, fingerprint_window

Words = list[list[int]]


def flat(documents: Words) -> tuple[np.ndarray, np.ndarray]:
    keys = np.array([word for document in documents for word in document], np.uint64)
    return kernels.mix64(keys) & ~np.uint64(1), np.cumsum([0, *map(len, documents)])


def anchors_in_ranges(
    documents: Words, shortest: int, clusters: list[int] | None = None, cuts: list[int] | None = None, each: Each = map
) -> list[tuple[np.ndarray, np.ndarray]]:
    keys, offsets = flat(documents)
    chosen = fingerprint_starts(keys, offsets, shortest)
    names = np.array(clusters or range(len(documents)), np.int64)
    ranges = np.array(cuts or [0, len(documents)])
    shingle, window = FINGERPRINT_SHINGLE, fingerprint_window(shortest)
    found = find_anchors(chosen, keys, offsets, names, ranges, shingle, shortest, window, each)
    nothing = np.zeros(0, np.uint32)
    return [joined([(nothing, nothing), *parts]) for parts in found]


def anchors_of(documents: Words, shortest: int, clusters: list[int] | None = None) -> tuple[np.ndarray, np.ndarray]:
    return anchors_in_ranges(documents, shortest, clusters)[0]


def runs_of(documents: Words, shortest: int) -> list[tuple[int, int, int]]:
    runs = equal_runs([anchors_of(documents, shortest)], *flat(documents), shortest, max_gap=0, least=1)
    return list(zip(*(values.tolist() for values in runs), strict=True))


def without_overlap(runs: set[tuple[int, int, int]]) -> set[tuple[int, int, int]]:
    return {run for run in runs if run[2] <= run[1] - run[0]}


@given(documents_of_words(), st.integers(4, 9))
def test_anchors_join_equal_words_left_before_right(documents, shortest):
    left, right = anchors_of(documents, shortest)
    keys, offsets = flat(documents)
    pairs = list(zip(left.tolist(), right.tolist(), strict=True))
    ends = offsets[np.searchsorted(offsets, np.array([left, right]), "right")]
    for (a, b), (a_end, b_end) in zip(pairs, ends.T.tolist(), strict=True):
        assert a < b
        assert a + FINGERPRINT_SHINGLE <= a_end and b + FINGERPRINT_SHINGLE <= b_end
        assert keys[a : a + FINGERPRINT_SHINGLE].tolist() == keys[b : b + FINGERPRINT_SHINGLE].tolist()


@given(documents_of_words(letters=3).filter(any), st.integers(4, 9), st.data())
def test_ranges_and_threads_find_the_same_anchors_and_runs(documents, shortest, data):
    cuts = sorted({0, len(documents), *data.draw(st.sets(st.integers(0, len(documents))))})
    keys, offsets = flat(documents)
    with ThreadPoolExecutor(3) as workers:
        ranges = anchors_in_ranges(documents, shortest, cuts=cuts, each=workers.map)
    for (left, _), (first, last) in zip(ranges, pairwise(offsets[cuts].tolist()), strict=True):
        assert ((first <= left) & (left < last)).all()
    left, right = map(np.concatenate, zip(*ranges, strict=True))
    whole = anchors_of(documents, shortest)
    assert sorted(zip(left.tolist(), right.tolist(), strict=True)) == sorted(
        zip(*(values.tolist() for values in whole), strict=True)
    )
    runs = joined(equal_runs([own], keys, offsets, shortest, max_gap=3, least=4) for own in ranges)
    expected = equal_runs([whole], keys, offsets, shortest, max_gap=3, least=4)
    assert [values.tolist() for values in runs] == [values.tolist() for values in expected]


@given(documents_of_words(letters=4, max_words=16, max_documents=3), st.integers(4, 9))
def test_runs_are_all_maximal_equal_runs_of_the_shortest_length(documents, shortest):
    # So few words that no group of postings is large: every anchor is there.
    found = set(runs_of(documents, shortest))
    every = naive.equal_runs(documents, shortest)
    assert without_overlap(every) <= found
    # What else is that long is a piece of a text that overlaps its own copy.
    pieces = {run for run in found - every if run[2] >= shortest}
    overlapping = every - without_overlap(every)
    assert all(
        any(left <= piece[0] and piece[1] + piece[2] <= right + length for left, right, length in overlapping)
        for piece in pieces
    )


@given(documents_of_words(letters=2, max_words=40, max_documents=4), st.integers(4, 9))
def test_sides_of_runs_are_equal_do_not_overlap_and_stay_inside_documents(documents, shortest):
    keys, offsets = flat(documents)
    for left, right, length in runs_of(documents, shortest):
        assert length > 0 and left + length <= right
        assert keys[left : left + length].tolist() == keys[right : right + length].tolist()
        for begin in (left, right):
            number = np.searchsorted(offsets, begin, "right")
            assert begin + length <= offsets[number]


@given(st.integers(1, 12), st.integers(2, 9), st.integers(0, 11), st.integers(4, 8))
def test_a_text_with_a_period_is_covered_by_sides_that_do_not_overlap(period, times, more, shortest):
    document = (list(range(period)) * (times + 1))[: period * times + more % period]
    covered = {
        place
        for left, right, length in runs_of([document], shortest)
        for at in (left, right)
        for place in range(at, at + length)
    }
    if len(document) - period >= max(shortest, FINGERPRINT_SHINGLE):
        # Two halves, cut at a period, leave less than two periods between them.
        assert len(document) - len(covered) < 2 * period
        assert {0, len(document) - 1} <= covered


@given(st.integers(17, 60), st.integers(4, 12), st.integers(0, 3))
def test_copies_are_joined_up_however_many_there_are(copies, shortest, extra):
    text = list(range(1, shortest + extra + 1))
    documents = [[1000 + 100 * number, *text, 1001 + 100 * number] for number in range(copies)]
    left, right = anchors_of(documents, shortest)
    assert len(left) <= len(text) * copies * (BACK_LINKS + 1) * 3
    size = len(text) + 2
    joined = {(a // size, b // size) for a, b in zip(left.tolist(), right.tolist(), strict=True)}
    reached = {0}
    for a, b in sorted(joined):
        assert a in reached or b in reached
        reached |= {a, b}
    assert reached == set(range(copies))


@pytest.mark.parametrize("shortest", [6, 9, 15])
@pytest.mark.parametrize("crowd", [PAIR_LIMIT - 1, PAIR_LIMIT, 40])
@pytest.mark.parametrize("first", [False, True])
def test_a_copy_of_stock_phrases_is_found_among_all_who_use_them(shortest, crowd, first):
    phrases = [list(range(at, at + 5)) for at in range(10, 60, 10)]
    copy = [word for phrase in phrases for word in phrase][:shortest]
    users = [[w for at, p in enumerate(phrases) for w in (*p, 1000 * number + at)] for number in range(1, crowd + 1)]
    pair = [[*range(70000, 70005), *copy, 80000], [81000, *copy, *range(90000, 90009)]]
    documents = pair[:1] + users + pair[1:] if first else users + pair
    sizes = np.cumsum([0, *map(len, documents)]).tolist()
    one, two = sizes[0 if first else crowd] + 5, sizes[crowd + 1] + 1
    found = runs_of(documents, shortest)
    assert any(
        left <= one and right - left == two - one and left + length >= one + shortest for left, right, length in found
    )


@given(st.lists(st.booleans(), max_size=60), st.integers(2, 12), st.integers(1, 9))
def test_what_lies_within_settled_stretches(settled, reach, block):
    expected = [
        any(settled[at] and at - anchor.OVERHANG <= place < at + reach for at in range(len(settled)))
        or stretch_between(settled, place, reach)
        for place in range(len(settled))
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anchor, "_BLOCK", block)
        assert anchor._within(np.array(settled, bool), reach).tolist() == expected


def stretch_between(settled: list[bool], place: int, reach: int) -> bool:
    """Return whether a place is between two settled ones so near to each other that they are one stretch."""
    before = max((at for at in range(place) if settled[at]), default=None)
    after = min((at for at in range(place, len(settled)) if settled[at]), default=None)
    return before is not None and after is not None and after - before <= reach + anchor.OVERHANG


def test_documents_of_a_cluster_are_not_joined_but_others_with_each_of_them():
    documents = [[*range(20), 100 + number] for number in range(40)]
    clusters = [0] * 38 + [38, 39]
    left, right = anchors_of(documents, 15, clusters)
    pairs = {(a // 21, b // 21) for a, b in zip(left.tolist(), right.tolist(), strict=True)}
    assert pairs
    assert all(clusters[a] != clusters[b] for a, b in pairs)
    inside = anchors_of([[*range(20), 7777, *range(20)]], 15, [0])
    assert len(inside[0]) > 0  # a document is never explained by its own cluster
