"""Alignments that become pairs: limits are kept, what is exact stays, what belongs together is joined."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import naive
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedup import kernels
from dedup.arrays import AlignedPair, Alignments
from dedup.merge import find_pairs, in_order
from dedup.tokenize import tokenize

MAX_SKIP = 60
NEAR = 16
CLOSE = 4

Piece = tuple[int, int, int, int]
"""The first and the end of a range of places, and those of another."""


def merged(
    documents: list[list[str]], pieces: list[tuple[Piece, int, int]], min_words: int = 15, min_similarity: float = 0.6
) -> list[AlignedPair]:
    """Return the pairs that pieces, each with its score and how many words of it are equal, are joined to."""
    encoded = [" ".join(words).encode() for words in documents]
    tokens = tokenize(encoded)
    assert np.diff(tokens.offsets).tolist() == list(map(len, documents))
    rows = np.array([(*piece, score, equal) for piece, score, equal in pieces], np.int64).reshape(-1, 6)
    texts = kernels.Texts(encoded, tokens.offsets)
    found = find_pairs(
        Alignments(*rows.T.copy()), tokens.keys, tokens.offsets, texts, min_words, min_similarity, MAX_SKIP
    )
    return in_order(found).rows()


def exact(left: int, right: int, size: int) -> tuple[Piece, int, int]:
    """Return a piece whose words are equal."""
    return (left, left + size, right, right + size), kernels.SCORE * size - kernels.SCORE // 2, size


def words(name: str, count: int) -> list[str]:
    return [f"{name}{number}" for number in range(count)]


def halves(document: list[str]) -> int:
    """Return twice how many words there are, an ideograph being half of one."""
    return sum(1 if naive.stands_alone(word[0]) else 2 for word in document)


@st.composite
def corpora(draw: st.DrawFn) -> tuple[list[list[str]], list[tuple[Piece, int, int]]]:
    """Draw documents of words and ideographs, and their maximal equal runs as pieces, some with more behind them."""
    random = Random(draw(st.integers(0, 1 << 30)))
    texts = [random.choices([*words("w", 30), *"一二三"], k=random.randint(4, 30)) for _ in range(random.randint(1, 4))]
    documents: list[list[str]] = []
    for name in range(random.randint(1, 3)):
        document: list[str] = []
        for number in range(random.randint(0, 4)):
            document += words(f"{'xyz'[name]}{number}n", random.choice([0, 2, 9, 30])) + random.choice(texts)
        documents.append(document)
    bounds = list(pairwise(np.cumsum([0, *map(len, documents)]).tolist()))
    pieces = []
    for left, right, size in naive.equal_runs(documents, 4):
        if left + size > right:
            continue
        piece, score, equal = exact(left, right, size)
        if random.random() < 0.3:
            end = next(end for _, end in bounds if right < end)
            more = random.randint(0, min(6, right - left - size, end - right - size))
            left_end = next(min(end, left + size + more) for _, end in bounds if left < end)
            piece = left, left_end, right, right + size + more
        pieces.append((piece, score, equal))
    return documents, pieces


@settings(max_examples=150)
@given(corpora(), st.integers(4, 20), st.sampled_from([0.3, 0.6, 0.9, 1.0]))
def test_pairs_keep_their_limits_and_nothing_exact_is_lost(corpus, min_words, min_similarity):
    documents, pieces = corpus
    text = [word for document in documents for word in document]
    pairs = merged(documents, pieces, min_words, min_similarity)
    assert pairs == sorted(set(pairs))
    for pair in pairs:
        assert pair.left < pair.left_end <= pair.right < pair.right_end
        sides = text[pair.left : pair.left_end], text[pair.right : pair.right_end]
        assert min(map(halves, sides)) >= 2 * min_words
        likeness = naive.similarity(*(sorted(side) if pair.reordered else side for side in sides))
        assert pair.similarity == pytest.approx(likeness, abs=1e-12) and likeness >= min_similarity
        if pair.reordered:
            in_order = naive.similarity(*sides)
            assert in_order < min_similarity or likeness - in_order >= 0.1
    # Of copies that stand twice on one side one may be part of a larger pair, and then the other is in another pair.
    sides = [side for pair in pairs for side in ((pair.left, pair.left_end), (pair.right, pair.right_end))]
    for (left, _, right, _), _, size in pieces:
        if halves(text[left : left + size]) >= 2 * min_words:
            for first, last in ((left, left + size), (right, right + size)):
                assert any(begin <= first and last <= end for begin, end in sides), f"lost: {left} {right} {size}"


sizes = st.integers(9, 40)
gaps = st.sampled_from([0, 1, CLOSE, CLOSE + 1, NEAR, NEAR + 1, MAX_SKIP, MAX_SKIP + 1]) | st.integers(0, 70)


def belong_together(gap_left: int, gap_right: int, shorter: int, first: int, in_order: bool) -> bool:
    """Return whether two pieces with a distance on either side are joined, if what comes of it is similar enough."""
    narrow, wide = sorted((gap_left, gap_right))
    if wide > max(MAX_SKIP, first // 4):
        return False
    return wide <= max(NEAR, shorter // 4) or (in_order and narrow <= CLOSE and wide <= max(MAX_SKIP, shorter))


@settings(max_examples=400)
@given(sizes, sizes, gaps, gaps, st.booleans())
def test_two_pieces_are_joined_as_their_distances_say(first, second, gap_left, gap_right, in_order):
    a, b = words("a", first), words("b", second)
    left = [*a, *words("x", gap_left), *b]
    right = [*a, *words("y", gap_right), *b] if in_order else [*b, *words("y", gap_right), *a]
    there = len(left), len(left) + (first if in_order else second) + gap_right
    places = (there[0], there[1]) if in_order else (there[1], there[0])
    pieces = [exact(0, places[0], first), exact(first + gap_left, places[1], second)]
    pairs = merged([left, right], pieces, min_words=9)
    sides = [0, len(left), len(left), len(left) + len(right)]
    likeness = 2 * (first + second) / (len(left) + len(right))
    together = belong_together(gap_left, gap_right, min(first, second), first, in_order)
    if together and likeness >= 0.6 and in_order:
        assert pairs == [AlignedPair(*sides, pytest.approx(likeness), False)]
    elif together and likeness >= 0.6 and likeness - 2 * max(first, second) / (len(left) + len(right)) >= 0.1:
        assert pairs == [AlignedPair(*sides, pytest.approx(likeness), True)]
    elif not together or likeness < 0.6:
        assert sorted(pairs) == sorted(AlignedPair(*piece, 1.0, False) for piece, _, _ in pieces)


@st.composite
def many_pieces(draw: st.DrawFn) -> tuple[list[int], list[int], list[int], list[int]]:
    """Draw sizes of pieces, their order on the right, and what lies before each on either side."""
    lengths = draw(st.lists(st.integers(6, 20), min_size=2, max_size=6))
    before = [draw(st.lists(st.integers(0, 10), min_size=len(lengths), max_size=len(lengths))) for _ in range(2)]
    return lengths, draw(st.permutations(range(len(lengths)))), *before


@settings(max_examples=150)
@given(many_pieces(), st.randoms(use_true_random=False))
def test_near_pieces_are_one_pair_whatever_their_order(drawn, random):
    lengths, order, before_left, before_right = drawn
    left: list[str] = []
    right: list[str] = []
    lefts, rights = {}, {}
    for number, size in enumerate(lengths):
        left += words(f"x{number}n", before_left[number] if number else 0)
        lefts[number] = len(left)
        left += words(f"p{number}n", size)
    for place, number in enumerate(order):
        right += words(f"y{number}n", before_right[number] if place else 0)
        rights[number] = len(right)
        right += words(f"p{number}n", lengths[number])
    pieces = [exact(lefts[number], len(left) + rights[number], size) for number, size in enumerate(lengths)]
    random.shuffle(pieces)
    pairs = merged([left, right], pieces, min_words=12)
    in_order, by_content = naive.similarity(left, right), naive.similarity(sorted(left), sorted(right))
    whole = [0, len(left), len(left), len(left) + len(right)]
    if by_content < 0.6 or abs(by_content - in_order - 0.1) < 1e-9:
        return
    reordered = in_order < 0.6 or by_content - in_order >= 0.1
    if order == sorted(order) or reordered:
        assert pairs == [AlignedPair(*whole, pytest.approx(by_content), reordered)]
    # Else what is in another order is too little to call all of it reordered; then all is compared in order.
    else:
        assert pairs == [AlignedPair(*whole, pytest.approx(in_order), False)]


@given(st.integers(15, 60), st.integers(10, 80), st.integers(15, 60))
@example(3000, 6000, 20)
@example(20, 6000, 3000)
def test_what_is_too_unlike_is_divided_and_its_exact_parts_stay(first, between, second):
    sides = [[*words("a", first), *words(name, between), *words("b", second)] for name in "xy"]
    size = len(sides[0])
    score, equal = kernels.SCORE * (first + second) // 2, first + second
    pairs = merged(sides, [((0, size, size, 2 * size), score, equal)])
    if equal / size >= 0.6:
        assert pairs == [AlignedPair(0, size, size, 2 * size, pytest.approx(equal / size), False)]
    else:
        ends = first + between, size + first + between
        parts = [(0, first, size, size + first), (ends[0], size, ends[1], 2 * size)]
        assert pairs == [AlignedPair(*part, 1.0, False) for part in parts]


@pytest.mark.parametrize("every", [1, 3])
def test_a_piece_of_very_many_short_runs(every):
    # As many parts as runs, each too short, and divided one by one.
    sides = [[f"{'w' if at % (every + 1) else name}{at}" for at in range(1990)] for name in "xy"]
    piece = (0, 1990, 1990, 3980), 4 * 1990, 1
    assert [pair.similarity >= 0.95 for pair in merged(sides, [piece], min_words=15, min_similarity=0.95)] == []


def test_nothing_comes_of_nothing():
    assert merged([[], ["one"]], []) == []
