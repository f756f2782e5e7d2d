"""Passages that say what another says: each that lies inside another is taken by it, none else, and no pair is lost."""

from __future__ import annotations

from itertools import pairwise, permutations
from random import Random

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import kernels
from dedup.arrays import Pairs, ReusedPassages, Uses
from dedup.unite import absorb, unite

Side = tuple[int, int]


def passages(*sides: list[Side], reordered: bool = False) -> ReusedPassages:
    """Return passages with the first of its sides as the representative of each, and a pair with every other one."""
    uses, pairs, numbers = [], [], []
    for number, own in enumerate(sides):
        uses += [(number, *side, 1.0, reordered and side != own[0], side == own[0]) for side in sorted(own)]
        for side in own[1:]:
            left, right = sorted([own[0], side])
            pairs.append((*left, *right, 1.0, reordered))
            numbers.append(number)
    columns = list(zip(*pairs, strict=True))
    kinds = (np.int64, np.int64, np.int64, np.int64, np.float64, np.bool_)
    return ReusedPassages(
        Uses.of(uses),
        Pairs._make(np.array(column, kind) for column, kind in zip(columns, kinds, strict=True)),
        np.array(numbers, np.int64),
    ).in_order()


def sides_of(found: ReusedPassages) -> list[list[Side]]:
    own: list[list[Side]] = [[] for _ in range(found.size)]
    for number, first, last in zip(*(values.tolist() for values in found.uses[:3]), strict=True):
        own[number].append((first, last))
    return own


def pairs_of(found: ReusedPassages) -> list[tuple[object, ...]]:
    return sorted(zip(*(values.tolist() for values in found.pairs), strict=True))


def lies_inside(small: list[Side], large: list[Side]) -> bool:
    """Return whether each of some ranges lies inside another one of others: naively, by trying all ways to choose."""
    return any(
        all(b[0] <= a[0] and a[1] <= b[1] for a, b in zip(small, chosen, strict=True))
        for chosen in permutations(large, len(small))
    )


def check_order(found: ReusedPassages) -> None:
    """Assert that passages are sorted, that the uses of one do not overlap and one of them is its representative."""
    own = sides_of(found)
    assert own == sorted(own, key=lambda sides: sides[0])
    for number, sides in enumerate(own):
        assert len(sides) >= 2
        assert all(before[1] <= after[0] for before, after in pairwise(sides))
        assert np.count_nonzero(found.uses.representative[found.uses.passage == number]) == 1
    assert set(found.passage_of_pair.tolist()) == set(range(found.size))


@st.composite
def nested(draw: st.DrawFn) -> list[list[Side]]:
    """Draw passages over a few stretches, inside each other, the same, or overlapping."""
    random = Random(draw(st.integers(0, 1 << 30)))
    result: set[tuple[Side, ...]] = set()
    for _ in range(random.randint(1, 6)):
        begin, size = random.randint(0, 4), random.randint(3, 12)
        places = sorted(random.sample(range(5), random.randint(2, 4)))
        shifts = [random.choice([0, 0, 0, 1, -1]) for _ in places]
        sides = [
            (20 * at + max(begin + by, 0), 20 * at + begin + size + by) for at, by in zip(places, shifts, strict=True)
        ]
        if random.random() < 0.3:  # twice in one stretch
            half = sides[0][0], sides[0][0] + size // 2
            sides = [half, (half[1], sides[0][1]), *sides[1:]]
        result.add(tuple(random.sample(sides, len(sides))))
    return [list(sides) for sides in sorted(result)]


@settings(max_examples=400)
@given(nested())
def test_what_lies_inside_another_passage_is_absorbed_by_it(given_passages):
    before = passages(*given_passages)
    after = absorb(before)
    check_order(after)
    assert pairs_of(after) == pairs_of(before)
    kept, old = sides_of(after), sides_of(before)
    gone = list(old)
    for sides in kept:
        gone.remove(sides)  # those that stay are as they were
    for sides in gone:
        assert any(lies_inside(sides, large) for large in kept)
    for number, sides in enumerate(kept):
        others = kept[:number] + kept[number + 1 :]
        assert not any(lies_inside(sides, large) for large in others)
    # A pair is now of a passage in which both its sides lie.
    for (left, left_end, right, right_end), number in zip(
        np.stack(after.pairs[:4], axis=1).tolist(), after.passage_of_pair.tolist(), strict=True
    ):
        assert lies_inside([(left, left_end), (right, right_end)], kept[number])


def test_a_passage_inside_one_use_of_another_says_something_of_its_own():
    # "a b a b" twice: that "a b" recurs inside it is not said by the whole.
    found = passages([(0, 8), (20, 28)], [(0, 4), (4, 8), (20, 24), (24, 28)])
    assert sides_of(absorb(found)) == sides_of(found)


def test_a_chain_of_passages_ends_in_the_largest():
    found = absorb(passages([(0, 4), (20, 24)], [(0, 8), (20, 28)], [(0, 12), (20, 32), (40, 52)]))
    assert sides_of(found) == [[(0, 12), (20, 32), (40, 52)]]
    assert found.passage_of_pair.tolist() == [0] * 4


def keys_of(words: list[int]) -> np.ndarray:
    return kernels.mix64(np.array(words, np.uint64)) & ~np.uint64(1)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(2, 4), st.booleans()), min_size=1, max_size=5))
def test_passages_with_the_same_words_are_one(drawn):
    # Each passage lies in stretches of its own, now and then in one that another one of the same words already has.
    texts = [list(range(10 * text, 10 * text + 8)) for text in range(3)]
    words: list[int] = []
    given_passages: list[list[Side]] = []
    for text, copies, shares in drawn:
        same = [own for own, (other, _, _) in zip(given_passages, drawn, strict=False) if other == text]
        sides = []
        for number in range(copies):
            if shares and same and number == copies - 1:
                sides.append(same[0][-1])
                continue
            sides.append((len(words), len(words) + 8))
            words += [*texts[text], 100 + len(words)]
        given_passages.append(sides)
    before = passages(*given_passages)
    after = unite(before, keys_of(words))
    check_order(after)
    assert pairs_of(after) == pairs_of(before)
    expected: dict[int, set[Side]] = {}
    for (text, _, _), sides in zip(drawn, given_passages, strict=True):
        expected.setdefault(text, set()).update(sides)
    assert sorted(sides_of(after)) == sorted(sorted(sides) for sides in expected.values())
    assert after.uses.similarity.tolist() == [1.0] * len(after.uses.first)


def test_of_uses_that_overlap_those_of_the_first_passage_stay():
    words = [*range(8)] * 6
    after = unite(passages([(0, 8), (16, 24)], [(8, 16), (20, 28), (32, 40)]), keys_of(words))
    assert sides_of(after) == [[(0, 8), (8, 16), (16, 24), (32, 40)]]


@given(st.permutations(range(8)), st.integers(0, 3))
def test_where_pieces_are_reordered_all_is_compared_sorted(order, others):
    model = list(range(8))
    words = [*model, *order[: 8 - others], *range(50, 50 + others), *model]
    found = passages([(0, 8), (8, 16), (16, 24)], reordered=True)
    plain = found._replace(uses=found.uses._replace(reordered=np.array([False, False, True])))
    for given_passage in (found, plain):
        after = unite(given_passage, keys_of(words))
        expected = [1.0, naive.similarity(sorted(model), sorted(words[8:16])), 1.0]
        assert after.uses.similarity.tolist() == pytest.approx(expected, abs=1e-12)
        assert after.pairs.similarity.tolist() == pytest.approx(expected[1:], abs=1e-12)
    in_order = passages([(0, 8), (16, 24)])
    assert unite(in_order, keys_of(words)).uses.similarity.tolist() == [1.0, 1.0]
