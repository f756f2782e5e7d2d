"""Words compared by their letters, against rapidfuzz and against tables filled cell by cell."""

from __future__ import annotations

import naive
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

MOST = 2000
few = st.text("\nab", max_size=12)
some = st.text("\nabcdé\U0001d518\ud800", max_size=30)
many = st.text("\nabcd", min_size=60, max_size=150)


@st.composite
def misread(draw) -> tuple[str, str]:
    """Return a text and a copy of it in which some letters are others, are gone or are doubled."""
    text = draw(st.text("\n\nabcdefgh", max_size=150))
    copy = [draw(st.sampled_from(["", "x", letter * 2])) if draw(st.integers(0, 9)) == 0 else letter for letter in text]
    return text, "".join(copy)


texts = st.tuples(few, few) | st.tuples(some, some) | st.tuples(many, many) | misread()


@settings(max_examples=400)
@given(texts)
def test_alike_is_six_tenths_of_the_letters(kernels, pair):
    a, b = pair
    # 2 * shared / both >= 0.6, in whole numbers
    expected = 10 * naive.common_subsequence(a, b) >= 3 * (len(a) + len(b))
    assert kernels.alike(a, b) is kernels.alike(b, a) is expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("kingdorn", "kingdom", True),
        ("to" + "gether", "together", True),
        ("heaven", "earth", False),
        ("abc", "xyz", False),
        ("bcbcd", "bcadd", True),  # exactly six tenths
        ("\ud800\ud801\ud802", "\ud800\ud801\ud803", True),
        ("", "", True),
        ("", "a", False),
        ("a" * MOST, "a" * (MOST - 1) + "b", True),
        ("a" * (MOST + 1), "a" * MOST, False),
    ],
)
def test_words_alike_in_their_letters(kernels, a, b, expected):
    assert kernels.alike(a, b) is kernels.alike(b, a) is expected


@settings(max_examples=400)
@given(texts)
def test_a_glance_compares_as_many_letters_of_both(kernels, pair):
    a, b = (text[: min(map(len, pair))] for text in pair)
    assert kernels.may_be_alike(*pair) is (2 * Levenshtein.distance(a, b) <= len(a))


def naive_steps(a: str, b: str) -> list[tuple[bool, bool, bool]]:
    """Return how to get from one text to another at the least distance: letters taken of each, and whether they agree.

    Going back from the end of the table, after what both begin and end with, the first of these that is at the least
    distance: leave out a letter of ``a``; leave out one of ``b``; take one of both.
    """
    equal = (True, True, True)
    start = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    a, b = a[start:], b[start:]
    end = next((k for k, (x, y) in enumerate(zip(a[::-1], b[::-1], strict=False)) if x != y), min(len(a), len(b)))
    i, j = len(a) - end, len(b) - end
    table = [list(range(i + 1))]
    for row in range(1, j + 1):
        table.append([row])
        for column in range(1, i + 1):
            replaced = table[row - 1][column - 1] + (a[column - 1] != b[row - 1])
            table[row].append(min(replaced, table[row - 1][column] + 1, table[row][column - 1] + 1))
    steps = [equal] * end
    while i or j:
        if i and table[j][i - 1] + 1 == table[j][i]:
            i -= 1
            steps.append((True, False, False))
        elif j and (not i or (table[j - 1][i] + 1 == table[j][i] and table[j - 1][i - 1] > table[j - 1][i])):
            j -= 1
            steps.append((False, True, False))
        else:
            i, j = i - 1, j - 1
            steps.append((True, True, a[i] == b[j]))
    return steps[::-1] if not start else [equal] * start + steps[::-1]


def naive_prefix(a: str, b: str) -> tuple[int, int]:
    """Return how many words of each the best prefix has."""
    best, counts = 2, (0, 0)
    total = i = j = 0
    steps = [*naive_steps(a, b), (False, False, False)]
    candidate = None
    for on_a, on_b, equal in steps:
        if not equal and candidate and candidate[0] > best:
            best, counts = candidate
        if not equal:
            candidate = None
        elif a[i] == "\n":  # of one equal run, the last end of a word counts, and it itself does not
            candidate = total, (a.count("\n", 0, i + 1), b.count("\n", 0, j + 1))
        total += 1 if equal else -2
        i, j = i + on_a, j + on_b
    return counts


@settings(max_examples=400)
@given(texts)
def test_the_best_prefix_of_words(kernels, pair):
    assert kernels.alike_prefix(*pair) == naive_prefix(*pair)


@given(st.lists(st.text("abc", min_size=1, max_size=5), max_size=6), st.data())
def test_a_like_prefix_has_words_on_both_sides(kernels, words, data):
    others = data.draw(st.just(words) | st.lists(st.text("abc", min_size=1, max_size=5), max_size=6))
    a, b = ("".join(word + "\n" for word in side) for side in (words, others))
    on_a, on_b = kernels.alike_prefix(a, b)
    assert 0 <= on_a <= len(words) and 0 <= on_b <= len(others)
    assert bool(on_a) == bool(on_b)
    if a == b and len(a) > 3:
        assert (on_a, on_b) == (len(words), len(words))


def test_a_prefix_of_known_words(kernels):
    assert kernels.alike_prefix("the\nkingdorn\nof\nheaven\n", "the\nkingdom\nis\nnot\n") == (2, 2)
    assert kernels.alike_prefix("to\ngether\nthey\nwent\n", "together\nthey\nwent\n") == (4, 3)
    assert kernels.alike_prefix("", "") == (0, 0)


def test_very_long_words_are_compared_at_their_beginning(kernels):
    word = "abcdefghij" * 100_000
    assert kernels.may_be_alike(word, word[:-1] + "x")
    assert kernels.alike_prefix(f"one\n{word}\n", f"one\n{word}\n") == (1, 1)
    assert not kernels.alike(word, word)
