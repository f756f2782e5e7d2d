"""Pairs that become passages: every pair in one passage, every use checked, none twice."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import NamedTuple

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import kernels
from dedup.arrays import AlignedPair, Pairs, ReusedPassages
from dedup.kernels.reference.passages import same_occurrence
from dedup.passage import group_pairs
from dedup.unite import absorb, unite

ranges = st.tuples(st.integers(0, 30), st.integers(1, 20)).map(lambda item: (item[0], item[0] + item[1]))


@given(ranges, ranges)
def test_the_same_occurrence_is_four_fifths_of_either(a, b):
    assert same_occurrence(a, b) == same_occurrence(b, a) == naive.same_occurrence(a, b)


class Found(NamedTuple):
    """A passage, its arrays taken apart."""

    representative: tuple[int, int]
    uses: list[tuple[tuple[int, int], float]]
    pairs: list[AlignedPair]


def grouped(pairs: list[AlignedPair], words: list[int]) -> list[Found]:
    keys = keys_of(words)
    together = group_pairs(Pairs.of(pairs), keys, 4, 0.6)
    with ThreadPoolExecutor(3) as workers:
        same_passages(group_pairs(Pairs.of(pairs), keys, 4, 0.6, workers.map), together)
    found = unite(absorb(together), keys)
    uses, rows = found.uses, found.pairs.rows()
    passages = []
    for number in range(found.size):
        own = np.flatnonzero(uses.passage == number).tolist()
        sides = [(int(uses.first[at]), int(uses.last[at])) for at in own]
        (model,) = (side for side, at in zip(sides, own, strict=True) if uses.representative[at])
        likeness = uses.similarity[own].tolist()
        belonging = [rows[at] for at in np.flatnonzero(found.passage_of_pair == number).tolist()]
        passages.append(Found(model, list(zip(sides, likeness, strict=True)), belonging))
    return passages


def same_passages(found: ReusedPassages, expected: ReusedPassages) -> None:
    for values, others in zip((*found.uses, *found.pairs), (*expected.uses, *expected.pairs), strict=True):
        assert values.tolist() == others.tolist()
    assert found.passage_of_pair.tolist() == expected.passage_of_pair.tolist()


def keys_of(words: list[int]) -> np.ndarray:
    return kernels.mix64(np.array(words, np.uint64)) & ~np.uint64(1)  # whole words


@st.composite
def aligned(draw: st.DrawFn) -> tuple[list[int], list[AlignedPair]]:
    """Draw a text that repeats few words, and pairs of ranges of it that are similar enough."""
    random = Random(draw(st.integers(0, 1 << 30)))
    unit = [random.randint(1, 4) for _ in range(10)]
    words = [word if random.random() < 0.9 else random.randint(1, 4) for word in unit * draw(st.integers(2, 12))]
    pairs = set()
    for _ in range(draw(st.integers(1, 40))):
        left, right = sorted(10 * random.randrange(len(words) // 10) for _ in range(2))
        left_end, right_end = (at + random.randint(6, 12) for at in (left, right))
        if left_end <= right and right_end <= len(words):
            likeness = naive.similarity(words[left:left_end], words[right:right_end])
            if likeness >= 0.6:
                pairs.add(AlignedPair(left, left_end, right, right_end, likeness, False))
    return words, sorted(pairs)


@given(aligned())
def test_every_pair_is_in_one_passage_and_every_use_is_checked(given_pairs):
    words, pairs = given_pairs
    passages = grouped(pairs, words)
    assert sorted(pair for passage in passages for pair in passage.pairs) == pairs
    for passage in passages:
        sides = [side for side, _ in passage.uses]
        assert len(sides) >= 2 and passage.representative in sides
        assert sides == sorted(sides)
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(sides))
        for side, reached in passage.uses:
            likeness = naive.similarity(words[slice(*passage.representative)], words[slice(*side)])
            assert reached == pytest.approx(likeness, abs=1e-12) and likeness >= 0.6
    firsts = [passage.uses[0][0] for passage in passages]
    assert firsts == sorted(firsts)


@given(st.integers(2, 40), st.randoms(use_true_random=False))
def test_copies_are_one_passage_however_they_are_linked(copies, random):
    words = [*range(1, 21)] * copies
    # Any tree over the copies: each is linked with one before it, now and then with two.
    links = {(random.randrange(later), later) for later in range(1, copies) for _ in range(random.randint(1, 2))}
    star = {(0, later) for later in range(1, copies)}
    pairs = [AlignedPair(20 * a, 20 * a + 20, 20 * b, 20 * b + 20, 1.0, False) for a, b in sorted(links | star)]
    (passage,) = grouped(pairs, words)
    assert passage.uses == [((20 * at, 20 * at + 20), 1.0) for at in range(copies)]


def test_what_drifts_is_not_one_passage():
    # b is like a and c like b, but c shares too little with a.
    a, b, c = list(range(20)), [*range(6, 20), *range(100, 106)], [*range(12, 20), *range(100, 112)]
    pairs = [AlignedPair(0, 20, 20, 40, 0.7, False), AlignedPair(20, 40, 40, 60, 0.7, False)]
    words = a + b + c
    for passage in grouped(pairs, words):
        for side, _ in passage.uses:
            assert naive.similarity(words[slice(*passage.representative)], words[slice(*side)]) >= 0.6


def test_no_pairs_no_passages():
    assert grouped([], [1]) == []
