"""Equal hashes, which of them to pair, and what sets share, against plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_support import bounds, flat, same, window_hash
from strategies import documents_of_words

from dedup.ranges import joined

HASHES = st.integers(0, (1 << 64) - 1) | st.integers(0, 7).map(lambda n: n << 61) | st.integers(0, 5)


def numbers(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def narrow(*places: int) -> np.ndarray:
    return np.array(places, np.uint32)


def equal_groups(hashes: list[int]) -> list[np.ndarray]:
    places: dict[int, list[int]] = {}
    for place, value in enumerate(hashes):
        places.setdefault(value, []).append(place)
    groups = [places[value] for value in sorted(places) if len(places[value]) > 1]
    return [numbers(*chain(*groups)), numbers(*map(len, groups))]


@given(st.lists(HASHES, max_size=80))
def test_equal_hashes(kernels, hashes):
    same(kernels.equal_groups(np.array(hashes, np.uint64)), equal_groups(hashes))


@given(documents_of_words(letters=3, max_words=60), st.integers(1, 9), st.data())
def test_equal_windows(kernels, documents, size, data):
    keys, offsets = flat(documents)
    starts = np.array(data.draw(st.lists(st.booleans(), min_size=len(keys), max_size=len(keys))), bool)
    windows: dict[int, list[int]] = {}
    for begin, end in pairwise(offsets.tolist()):
        for place in range(begin, end - size + 1):
            if starts[place]:
                windows.setdefault(window_hash(keys[place : place + size].tolist()), []).append(place)
    groups = [windows[value] for value in sorted(windows) if len(windows[value]) > 1]
    found = kernels.equal_windows(keys, starts, offsets, size)
    same(found, [narrow(*chain(*groups)), numbers(*map(len, groups))])
    for part in range(4):
        groups = [places for value, places in sorted(windows.items()) if len(places) > 1 and value % 4 == part]
        found = kernels.equal_windows(keys, starts, offsets, size, part, 4)
        same(found, [narrow(*chain(*groups)), numbers(*map(len, groups))])


@pytest.mark.parametrize("alike", [0, 1, 5000])
@pytest.mark.parametrize("others", [0, 4000])
def test_equal_windows_of_long_documents(kernels, reference, alike, others):
    random = np.random.default_rng(7)
    text = random.integers(0, 1 << 63, others, np.uint64)
    few = random.integers(0, 9, 7 * others)
    keys, offsets = flat([[3] * alike, text.tolist(), text[500:3000].tolist(), [], few.tolist(), [3] * alike])
    for share in (0.01, 0.5, 1):
        starts = random.random(len(keys)) < share
        for size in (1, 3, 15, len(keys) + 5):
            for parts in (1, 2):
                found = kernels.equal_windows(keys, starts, offsets, size, parts - 1, parts)
                same(found, reference.equal_windows(keys, starts, offsets, size, parts - 1, parts))


def test_hostile_arguments_of_windows(native):
    keys = np.zeros(3, np.uint64)
    with pytest.raises(ValueError, match="start"):
        native.equal_windows(keys, np.ones(2, bool), numbers(0, 3), 1)
    with pytest.raises(ValueError, match="offsets"):
        native.equal_windows(keys, np.ones(3, bool), numbers(0, 4), 1)
    with pytest.raises(ValueError, match="window"):
        native.equal_windows(keys, np.ones(3, bool), numbers(0, 3), 0)
    for part, parts in ((0, 0), (1, 1), (0, 3)):
        with pytest.raises(ValueError, match="parts"):
            native.equal_windows(keys, np.ones(3, bool), numbers(0, 3), 1, part, parts)


@pytest.mark.parametrize("count", [1, 2, 255, 600, 5000, 70_000])
@pytest.mark.parametrize(
    "kinds", ["all alike", "few", "many", "all different", "upper bits alike", "ascending", "skewed"]
)
def test_many_equal_hashes(kernels, count, kinds):
    random = np.random.default_rng(count)
    spread = random.integers(0, 1 << 64, count, np.uint64)
    hashes = {
        "all alike": np.full(count, (1 << 64) - 1, np.uint64),
        "few": spread[random.integers(0, min(count, 5), count)],
        "many": spread[random.integers(0, count, count)],
        "all different": spread,
        "upper bits alike": random.integers(0, count, count).astype(np.uint64),
        "ascending": np.arange(count, dtype=np.uint64) // np.uint64(3) << np.uint64(40),
        "skewed": np.where(random.random(count) < 0.7, spread[0], spread),
    }[kinds]
    same(kernels.equal_groups(hashes), equal_groups(hashes.tolist()))


@given(st.lists(st.integers(0, 40), max_size=8), st.integers(0, 20), st.integers(0, 4))
def test_groups_are_linked_in_full_or_in_a_line(kernels, reference, sizes, limit, back):
    earlier, later = kernels.link_groups(numbers(*sizes), limit, back)
    assert sorted(zip(earlier.tolist(), later.tolist(), strict=True)) == naive.link_groups(sizes, limit, back)
    same((earlier, later), reference.link_groups(numbers(*sizes), limit, back))


@st.composite
def postings(draw: st.DrawFn) -> tuple[list[list[int]], list[int], list[int], list[bool]]:
    """Draw groups of places, the lengths of documents, their clusters, and which tokens are settled."""
    lengths = draw(st.lists(st.integers(0, 12), min_size=1, max_size=12).filter(sum))
    clusters = draw(st.lists(st.integers(0, 3), min_size=len(lengths), max_size=len(lengths)))
    tokens = sum(lengths)
    settled = draw(st.lists(st.booleans(), min_size=tokens, max_size=tokens) | st.just([False] * tokens))
    group = st.sets(st.integers(0, tokens - 1), max_size=20).map(sorted)
    return draw(st.lists(group, max_size=6)), lengths, clusters, settled


def merged(sides: Sequence[tuple[np.ndarray, ...]]) -> tuple[np.ndarray, ...]:
    """Return left and right places that came some at a time."""
    return joined([(narrow(), narrow()), *sides])


@given(postings(), st.integers(0, 9), st.integers(0, 3), st.sampled_from([numbers, narrow]))
def test_postings_are_linked_unless_that_is_explained_or_settled(kernels, reference, drawn, limit, back, given):
    groups, lengths, clusters, settled = drawn
    arguments = (
        given(*chain(*groups)),
        numbers(*map(len, groups)),
        bounds([[0] * length for length in lengths]),
        numbers(*clusters),
        np.array(settled, bool),
        numbers(0, len(lengths) // 3, len(lengths) // 3, len(lengths)),
        limit,
        back,
    )
    ranges = [merged(sides) for sides in kernels.link_postings(*arguments)]
    for found, other in zip(ranges, reference.link_postings(*arguments), strict=True):
        same(found, merged(other))
    for (left, _), (first, last) in zip(ranges, pairwise(arguments[2][arguments[5]].tolist()), strict=True):
        assert ((first <= left) & (left < last)).all()
    left, right = map(np.concatenate, zip(*ranges, strict=True))
    document = [number for number, length in enumerate(lengths) for _ in range(length)]
    expected = []
    for group in groups:
        large = len(group) > limit
        for a, b in naive.link_groups([len(group)], limit, back):
            x, y = group[a], group[b]
            explained = document[x] != document[y] and clusters[document[x]] == clusters[document[y]]
            if explained or (large and settled[y]):
                continue
            before = group[b - 1]
            expected.append((before if large and b - a > back and document[before] == document[y] else x, y))
        first = clusters[document[group[0]]] if group else 0
        others = [place for place in group if clusters[document[place]] != first]
        if large and others:
            mates = [place for place in group if clusters[document[place]] == first]
            expected += [(min(mate, others[0]), max(mate, others[0])) for mate in mates]
    assert sorted(zip(left.tolist(), right.tolist(), strict=True)) == sorted(expected)


@pytest.mark.parametrize(("sizes", "limit", "back"), [([-1], 3, 1), ([1 << 62] * 3, 3, 1), ([2], -1, 1), ([2], 3, -1)])
def test_groups_of_impossible_sizes(native, sizes, limit, back):
    with pytest.raises(ValueError, match="negative"):
        native.link_groups(numbers(*sizes), limit, back)


@pytest.mark.parametrize("change", range(8))
def test_hostile_postings(native, change):
    arguments = [numbers(0, 2), numbers(2), numbers(0, 2, 3), numbers(0, 1), np.zeros(3, bool), numbers(0, 2), 16, 1]
    (((left, right),),) = native.link_postings(*arguments)
    assert (left.tolist(), right.tolist()) == ([0], [2])
    wrong = [numbers(0, 3), numbers(3), numbers(0, 2, 4), numbers(0), np.zeros(2, bool), numbers(0, 1), -1, -1]
    arguments[change] = wrong[change]
    with pytest.raises(ValueError):
        native.link_postings(*arguments)


def test_many_anchors_come_some_at_a_time(kernels):
    count = 30_000  # pairs of neighbours, all in one document
    sizes, settled = np.full(count, 2), np.zeros(2 * count, bool)
    places = np.arange(2 * count)
    (sides,) = kernels.link_postings(places, sizes, numbers(0, 2 * count), numbers(0), settled, numbers(0, 1), 16, 1)
    left, right = merged(sides)
    assert left.tolist() == places[::2].tolist() and right.tolist() == places[1::2].tolist()


@pytest.mark.parametrize("place", [-1, 3, -(1 << 63), 1 << 62])
def test_postings_must_be_tokens(native, place):
    with pytest.raises(ValueError, match="places"):
        native.link_postings(
            numbers(0, place), numbers(2), numbers(0, 2, 3), numbers(0, 1), np.zeros(3, bool), numbers(0, 2), 16, 1
        )


@given(st.lists(st.sets(st.integers(0, 15) | st.integers(0, (1 << 64) - 1), max_size=20), min_size=1), st.data())
def test_sets_share(kernels, sets, data):
    pair = st.tuples(*2 * [st.integers(0, len(sets) - 1)])
    pairs = data.draw(st.lists(pair))
    left, right = np.array(pairs, np.int64).reshape(-1, 2).T
    values, offsets = flat([sorted(values) for values in sets])
    same([kernels.shared_counts(values, offsets, left, right)], [numbers(*(len(sets[a] & sets[b]) for a, b in pairs))])


@pytest.mark.parametrize(("left", "right"), [(0, 2), (-1, 0), (1 << 62, 0), (0, -(1 << 63))])
def test_sets_must_be_there(native, left, right):
    with pytest.raises(IndexError):
        native.shared_counts(*flat([[1], [2]]), numbers(left), numbers(right))


def test_sets_must_be_paired_and_within_the_values(native):
    with pytest.raises(ValueError, match="length"):
        native.shared_counts(*flat([[1], [2]]), numbers(0, 1), numbers(0))
    with pytest.raises(ValueError, match="offsets"):
        native.shared_counts(np.zeros(2, np.uint64), numbers(0, 3), numbers(0), numbers(0))
