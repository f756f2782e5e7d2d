"""Marks of fingerprints, and what may grow, one token at a time in plain Python."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_support import bounds, flat, same
from strategies import documents_of_words

ALONE, REPEATED, CROWDED = 1, 2, 3


def arrays(*columns: list[int]) -> list[np.ndarray]:
    return [np.array(column, np.int64) for column in columns]


@pytest.mark.parametrize("kind", [np.uint32, np.int64])
@given(st.lists(st.integers(2, 5), max_size=5), st.integers(2, 5), st.randoms(use_true_random=False))
def test_members_of_groups_are_marked(kernels, kind, sizes, limit, random):
    places = random.sample(range(40), sum(sizes))
    marks = np.array([random.randrange(2) for _ in range(40)], np.uint8)
    expected = marks.tolist()
    members = iter(places)
    for size in sizes:
        for _ in range(size):
            expected[next(members)] = CROWDED if size > limit else REPEATED
    kernels.mark_members(np.array(places, kind), *arrays(sizes), limit, marks)
    assert marks.tolist() == expected


def test_members_outside_the_marks_are_refused(native):
    marks = np.zeros(3, np.uint8)
    for places, sizes in (([3, 0], [2]), ([-1, 0], [2]), ([0, 1], [3]), ([0, 1], [1]), ([0, 1], [3, -1])):
        with pytest.raises(ValueError, match="places"):
            native.mark_members(*arrays(places, sizes), 1, marks)


@given(
    st.lists(st.sampled_from([0, ALONE, REPEATED, CROWDED]), max_size=60),
    st.integers(1, 20),
    st.integers(1, 4),
    st.integers(1, 5),
)
def test_stretches_start_before_crowded_tokens(kernels, marks, size, shingle, window):
    expected = [
        CROWDED in marks[at : at + window]
        and ALONE not in marks[at + window - 1 : max(at + size - shingle - window + 2, 0)]
        for at in range(len(marks))
    ]
    same([kernels.stretch_starts(np.array(marks, np.uint8), size, shingle, window)], [np.array(expected, bool)])


@pytest.mark.parametrize("shortest", [6, 9, 15])
@given(documents_of_words(letters=3, max_words=80), st.data())
def test_no_stretch_that_stands_twice_is_left_out(kernels, shortest, documents, data):
    (keys, offsets), shingle, window, limit = flat(documents), 3, 4, 3
    chosen = kernels.fingerprint_starts(keys, offsets, shingle, window)
    marks = chosen.astype(np.uint8)
    groups = kernels.equal_windows(keys, chosen, offsets, shingle)
    kernels.mark_members(*groups, limit, marks)
    crowded = np.flatnonzero(marks == CROWDED).tolist()
    starts = np.zeros(len(keys), bool)
    for place, back in product(crowded, range(window)):
        starts[max(place - back, 0)] = True
    found = kernels.equal_windows(keys, kernels.stretch_starts(marks, shortest, shingle, window), offsets, shortest)
    same(found, kernels.equal_windows(keys, starts, offsets, shortest))


@pytest.mark.parametrize("sizes", [(0, 3, 4), (15, 0, 4), (15, 3, 0), (1 << 62, 3, 4)])
def test_sizes_that_are_no_numbers_of_tokens_are_refused(native, sizes):
    with pytest.raises(ValueError, match="sizes"):
        native.stretch_starts(np.zeros(3, np.uint8), *sizes)


@given(documents_of_words(letters=5, max_words=70), st.integers(0, 30), st.data())
def test_what_may_grow_is_what_can_be_extended(kernels, reference, documents, different, data):
    documents = [[word + (different if word > 2 else 0) + 1 for word in document] for document in documents]
    filled = [number for number, document in enumerate(documents) if document]
    keys, offsets = flat(documents)
    rows, expected = [], []
    for _ in range(data.draw(st.integers(0, 4)) if filled else 0):
        row = []
        for number in sorted(data.draw(st.tuples(*2 * [st.sampled_from(filled)]))):
            begin, end = offsets[number : number + 2].tolist()
            first = data.draw(st.integers(begin, end - 1))
            row += [(first, data.draw(st.integers(first + 1, end)), begin, end)]
        (left, left_end, begin, end), (right, right_end, other, other_end) = row
        rows.append([left, left_end, right, right_end])
        after = arrays([left_end], [right_end], [end - left_end], [other_end - right_end])
        before = arrays([left - 1], [right - 1], [left - begin], [right - other])
        expected.append(any(reference.extend(keys, *side, way)[0] > 0 for side, way in ((after, 1), (before, -1))))
    columns = np.array(rows, np.int64).reshape(-1, 4).T.copy()
    same([kernels.may_grow(keys, offsets, *columns)], [np.array(expected, bool)])


def test_words_beyond_a_document_help_nobody(kernels):
    keys, offsets = flat([[1, 2, 3, 4], [11, 12], [1, 2, 3, 4], [11, 12]])
    assert not kernels.may_grow(keys, offsets, *arrays([0], [4], [6], [10]))[0]
    assert kernels.may_grow(keys, offsets[[0, 2, 4]], *arrays([0], [4], [6], [10]))[0]


def test_alignments_outside_documents_are_refused(native):
    keys, offsets = flat([[1, 2, 3], [1, 2, 3]])
    assert bounds([[1, 2, 3], [1, 2, 3]]).tolist() == offsets.tolist()
    for left, left_end in ((-1, 1), (2, 1), (5, 7), (2, 1 << 62)):
        with pytest.raises(ValueError, match="places"):
            native.may_grow(keys, offsets, *arrays([left], [left_end], [3], [4]))
    with pytest.raises(ValueError, match="one length"):
        native.may_grow(keys, offsets, *arrays([0], [1], [3, 3], [4]))
    keys, offsets = flat([[1, 2], [1, 2, 1, 2]])
    with pytest.raises(ValueError, match="documents"):
        native.may_grow(keys, offsets, *arrays([0], [3], [3], [4]))
