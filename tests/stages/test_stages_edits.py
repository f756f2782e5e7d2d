"""How words differ: extension, common subsequences, against textbook tables."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import hostile_text

from dedup import kernels
from dedup.edits import word_differences, word_opcodes

words = st.lists(st.integers(1, 3), max_size=14)


def keys(values: list[int]) -> np.ndarray:
    return kernels.mix64(np.array(values, np.uint64))


def extend(a: list[int], b: list[int], direction: int, around: int = 0) -> tuple[int, int, int]:
    """Extend over ``a`` and ``b``, which stand in an array between other words."""
    texts = [values if direction > 0 else values[::-1] for values in (a, b)]
    array = keys([1] * around + texts[0] + [2] * around + texts[1] + [3] * around)
    left, right = around, 2 * around + len(a)
    if direction < 0:
        left, right = left + len(a) - 1, right + len(b) - 1
    room = [np.array([len(values)]) for values in (a, b)]
    gain, on_left, on_right = kernels.extend(array, np.array([left]), np.array([right]), *room, direction)
    return int(gain[0]), int(on_left[0]), int(on_right[0])


@given(words, words, st.sampled_from([1, -1]), st.integers(0, 3))
def test_extension_is_the_best_of_the_whole_table(a, b, direction, around):
    scores = naive.extension_scores(a, b, kernels.SCORE)
    gain, on_left, on_right = extend(a, b, direction, around)
    assert gain == max(scores.values())
    assert scores[on_left, on_right] == gain


@given(st.lists(st.integers(1, 9), max_size=60), st.data(), st.sampled_from([1, -1]))
def test_extension_over_many_words_is_an_alignment_that_counts(a, data, direction):
    b = [data.draw(st.integers(1, 9)) if data.draw(st.integers(0, 4)) == 0 else word for word in a]
    scores = naive.extension_scores(a, b, kernels.SCORE)
    gain, on_left, on_right = extend(a, b, direction)
    # Windows see part of the table at a time: no less than the first, no more than all of it.
    first = naive.extension_scores(a[:14], b[:14], kernels.SCORE)
    assert max(first.values()) <= gain <= scores[on_left, on_right] <= max(scores.values())


def test_extension_goes_on_as_long_as_words_are_equal():
    text = list(range(1, 1000))
    assert extend(text, text[:700], 1) == (700 * kernels.SCORE, 700, 700)
    assert extend(text[:700], text, -1) == (700 * kernels.SCORE, 700, 700)


@given(st.lists(st.tuples(words, words), max_size=6))
def test_alignments_are_extended_each_for_itself(pairs):
    array = keys([word for pair in pairs for side in pair for word in side])
    sizes = np.array([len(side) for pair in pairs for side in pair], np.int64)
    begins = np.cumsum(sizes) - sizes
    gains = kernels.extend(array, begins[::2], begins[1::2], sizes[::2], sizes[1::2], 1)
    assert [tuple(row) for row in np.array(gains).T.tolist()] == [extend(a, b, 1) for a, b in pairs]


@given(words, words)
def test_opcodes_are_those_of_a_longest_common_subsequence(a, b):
    at = (0, 0)
    equal = 0
    before = ""
    for tag, i, i_end, j, j_end in word_opcodes(keys(a), keys(b)):
        if (i, j) != at:
            pytest.fail("opcodes leave no words out")
        at = (i_end, j_end)
        sizes = (i_end - i > 0, j_end - j > 0)
        assert (
            sizes
            == {"equal": (True, True), "replace": (True, True), "delete": (True, False), "insert": (False, True)}[tag]
        )
        assert (tag == "equal") != (before == "equal") or not before
        if tag == "equal":
            assert a[i:i_end] == b[j:j_end]
            equal += i_end - i
        before = tag
    assert equal == naive.common_subsequence(a, b) == kernels.lcs_length(keys(a), keys(b))
    assert at == (len(a), len(b))


@given(hostile_text(25), hostile_text(25))
def test_differences_name_the_words_of_both_texts(a, b):
    equal = []
    seen = ([], [])
    before = [0, 0, 0, 0]
    for tag, *bounds in word_differences(a, b):
        assert all(end <= start for end, start in zip(before[1::2], bounds[::2], strict=True))
        before = bounds
        sides = (a[bounds[0] : bounds[1]], b[bounds[2] : bounds[3]])
        folded = [[token.folded for token in naive.tokenize(side)] for side in sides]
        for words, all_words in zip(folded, seen, strict=True):
            all_words += words
        right = {
            "equal": folded[0] == folded[1] != [],
            "replace": bool(folded[0] and folded[1]),
            "delete": bool(folded[0]) and not sides[1],
            "insert": bool(folded[1]) and not sides[0],
        }
        assert right[tag]
        equal += folded[0] if tag == "equal" else []
    assert [list(words) for words in seen] == [[t.folded for t in naive.tokenize(text)] for text in (a, b)]
    assert len(equal) <= naive.common_subsequence(*seen)


def test_a_word_inserted_at_the_end_has_its_place_there():
    assert word_differences("alpha beta", "alpha beta gamma")[-1] == ("insert", 10, 10, 11, 16)
    assert word_differences("beta", "alpha beta")[0] == ("insert", 0, 0, 0, 5)
    assert word_differences("alpha beta", "alpha")[-1] == ("delete", 6, 10, 5, 5)
