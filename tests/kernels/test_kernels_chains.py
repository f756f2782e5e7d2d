"""Equal runs and chains: against the specification, and against trying every predecessor."""

from __future__ import annotations

from itertools import chain, pairwise

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_support import flat, same
from strategies import documents_of_words

LOOK_BACK = 40


def columns(runs: list[naive.Run]) -> list[np.ndarray]:
    return [np.array(values, np.int64) for values in zip(*runs, strict=True)] or [np.zeros(0, np.int64)] * 3


def places(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


@given(documents_of_words(max_words=60), st.integers(1, 20), st.data())
def test_runs_around_any_anchors(kernels, reference, documents, shortest, data):
    keys, offsets = flat(documents)
    anchor = st.lists(st.integers(0, max(len(keys) - 1, 0)), min_size=2, max_size=2, unique=True).map(sorted)
    anchors = data.draw(st.lists(anchor, max_size=30)) if len(keys) > 1 else []
    left, right = np.array(anchors, np.int64).reshape(-1, 2).T
    runs = kernels.equal_runs([(left, right)], keys, offsets, shortest, 0, 1)
    same(runs, reference.equal_runs([(left, right)], keys, offsets, shortest, 0, 1))
    every = naive.equal_runs(documents, 1)
    around = {run for run in every if any(b - a == run[1] - run[0] and 0 <= a - run[0] < run[2] for a, b in anchors)}
    found = set(zip(*(values.tolist() for values in runs), strict=True))
    apart = {run for run in around if run[2] <= run[1] - run[0]}
    if apart == around:
        assert found == around
    for a, b, length in found:
        assert a + length <= b and length > 0
        assert keys[a : a + length].tolist() == keys[b : b + length].tolist()


@given(
    documents_of_words(letters=3, max_words=80, max_documents=4),
    st.integers(1, 20),
    st.integers(0, 12),
    st.integers(2, 6),
    st.data(),
)
def test_short_runs_stay_where_another_one_is_near(kernels, reference, documents, shortest, max_gap, least, data):
    keys, offsets = flat(documents)
    anchor = st.lists(st.integers(0, max(len(keys) - 1, 0)), min_size=2, max_size=2, unique=True).map(sorted)
    anchors = data.draw(st.lists(anchor, max_size=30)) if len(keys) > 1 else []
    left, right = np.array(anchors, np.int64).reshape(-1, 2).T
    arguments = [(left[:9], right[:9]), (left[9:], right[9:])], keys, offsets, shortest
    runs = kernels.equal_runs(*arguments, max_gap, least)
    same(runs, reference.equal_runs(*arguments, max_gap, least))
    every = list(zip(*(values.tolist() for values in kernels.equal_runs(*arguments, 0, 1)), strict=True))
    found = set(zip(*(values.tolist() for values in runs), strict=True))
    assert found <= set(every)
    for run in set(every) - found:
        a, b, length = run
        assert length < least
        for other, another, size in set(every) - {run}:
            gaps = max(other - a - length, a - other - size), max(another - b - length, b - another - size)
            apart = np.searchsorted(offsets, a, "right") != np.searchsorted(offsets, other, "right")
            assert apart or max(gaps) > max_gap or abs((another - other) - (b - a)) > max_gap


def test_strays_are_left_out(kernels):
    begin, middle, end = [1, 2, 3], list(range(100, 140)), [4, 5, 6]
    far = [*range(300, 400), 5, 6]
    keys, offsets = flat([[*begin, *middle, *end], [*begin, *range(200, 240), *end], far])
    anchors = places(0, 43, 44), places(46, 89, 192)
    lengths = [kernels.equal_runs([anchors], keys, offsets, 15, *limits)[2].tolist() for limits in ((38, 4), (39, 4))]
    assert lengths == [[], [3, 3]]
    assert kernels.equal_runs([anchors], keys, offsets, 15, 38, 2)[2].tolist() == [3, 3, 2]


@pytest.mark.parametrize("period", [1, 2, 7, 15, 40])
def test_runs_of_long_documents(kernels, reference, period):
    random = np.random.default_rng(period)
    text = random.integers(0, 1 << 63, 3000, np.uint64)
    again = np.tile(text[:period], 3000 // period)
    documents = [text, again, text[1000:], random.integers(0, 40, 3000, np.uint64), text[::-1], again[5:]]
    keys, offsets = flat([document.tolist() for document in documents])
    order = np.argsort(keys, kind="stable")
    equal = np.flatnonzero(keys[order[1:]] == keys[order[:-1]])
    left, right = order[equal], order[equal + 1]
    assert (left < right).all()
    shuffled = random.permutation(len(left))
    for least in (4, 1):
        runs = kernels.equal_runs([(left[shuffled], right[shuffled])], keys, offsets, 15, 30, least)
        same(runs, reference.equal_runs([(left, right)], keys, offsets, 15, 30, least))
    assert max(runs[2]) == 2000 and (runs[0] + runs[2] <= runs[1]).all()


PERIODS = [(1,), (1,), (1, 2), (2, 1), (1, 1, 2), tuple(range(3, 20)), tuple(range(300)), (1, *[2] * 200)]


@st.composite
def repeating_documents(draw: st.DrawFn) -> list[list[int]]:
    """Return documents in which some words are repeated for long, in step or not, and some are not."""
    repeated = st.builds(
        lambda unit, begin, length: (unit * (length // len(unit) + 2))[begin % len(unit) :][:length],
        st.sampled_from(PERIODS),
        st.integers(0, 300),
        st.sampled_from([255, 256, 300, 600, 900, 1500]) | st.integers(1, 1500),
    )
    between = st.lists(st.integers(1, 3), max_size=3).map(tuple)
    pieces = st.lists(repeated | between | st.just((9, 9, 8)), min_size=1, max_size=4)
    return [list(chain(*document)) for document in draw(st.lists(pieces, min_size=1, max_size=3))]


@settings(max_examples=60)
@given(repeating_documents(), st.randoms(use_true_random=False))
def test_runs_of_texts_that_repeat_themselves(kernels, reference, documents, random):
    keys, offsets = flat(documents)
    if len(keys) < 2:
        return
    some = np.array([sorted(random.sample(range(len(keys)), 2)) for _ in range(60)])
    first = np.array([(0, place) for place in range(1, len(keys), 29)])
    left, right = np.concatenate([some, first, first // 2 + 1]).T
    left, right = left[left < right], right[left < right]
    runs = kernels.equal_runs([(left, right)], keys, offsets, 15, 30, 1)
    same(runs, reference.equal_runs([(left, right)], keys, offsets, 15, 30, 1))
    numbers = np.searchsorted(offsets, runs[0], "right"), np.searchsorted(offsets, runs[1], "right")
    between = numbers[0] != numbers[1]  # what a document shares with itself is cut into pieces
    found = set(zip(*(values[between].tolist() for values in runs), strict=True))
    assert found == {run for a, b in zip(left.tolist(), right.tolist(), strict=True) if (run := grown(documents, a, b))}


def grown(documents: list[list[int]], left: int, right: int) -> tuple[int, int, int] | None:
    """Return the equal run around two places, token by token, if they are equal and lie in two documents."""
    place = [(number, at) for number, document in enumerate(documents) for at in range(len(document))]
    (number, a), (other, b) = place[left], place[right]
    first, second = documents[number], documents[other]
    if number == other or first[a] != second[b]:
        return None
    before = after = 0
    while before < min(a, b) and first[a - before - 1] == second[b - before - 1]:
        before += 1
    while after < min(len(first) - a, len(second) - b) and first[a + after] == second[b + after]:
        after += 1
    return left - before, right - before, before + after


@pytest.mark.parametrize(
    ("left", "right"), [(-1, 1), (0, 3), (1, 1), (2, 1), (-(1 << 63), (1 << 63) - 1), (0, 1 << 62)]
)
def test_anchors_must_be_two_places(native, left, right):
    with pytest.raises(ValueError, match="places"):
        native.equal_runs([(places(left), places(right))], np.zeros(3, np.uint64), places(0, 3), 4, 30, 4)


def test_other_hostile_arguments_of_runs(native):
    keys = np.zeros(3, np.uint64)
    with pytest.raises(ValueError, match="length"):
        native.equal_runs([(places(0), places(1, 2))], keys, places(0, 3), 4, 30, 4)
    with pytest.raises(ValueError, match="offsets"):
        native.equal_runs([(places(0), places(1))], keys, places(0, 4), 4, 30, 4)
    for limits, named in (
        ((0, 30, 4), "shortest"),
        ((4, -1, 4), "gap"),
        ((4, 1 << 62, 4), "gap"),
        ((4, 30, 0), "least"),
    ):
        with pytest.raises(ValueError, match=named):
            native.equal_runs([(places(0), places(1))], keys, places(0, 3), *limits)


@st.composite
def some_runs(draw: st.DrawFn) -> list[naive.Run]:
    limit = draw(st.sampled_from([30, 120]))
    run = st.builds(naive.Run, st.integers(0, limit), st.integers(0, limit), st.integers(1, 15))
    return sorted(set(draw(st.lists(run, min_size=1, max_size=25))))


def moved(runs: list[naive.Run], left: int, right: int) -> list[naive.Run]:
    return [naive.Run(a + left, b + right, length) for a, b, length in runs]


@given(some_runs(), st.integers(0, 40))
def test_the_best_chain_is_that_of_trying_every_predecessor(kernels, runs, max_gap):
    numbers, order = kernels.chain(*columns(runs), places(0, 200), max_gap, LOOK_BACK)
    found: list[list[naive.Run]] = []
    for run in order.tolist():
        if numbers[run] == len(found):
            found.append([])
        found[numbers[run]].append(runs[run])
    assert len(found) == len(set(numbers.tolist()))
    assert [members[0] for members in found] == sorted(members[0] for members in found)
    scores = []
    for members in found:
        costs = [naive.link_score(a, b, max_gap, kernels.SCORE) for a, b in pairwise(members)]
        scores.append(sum(kernels.SCORE * run.length - kernels.SCORE // 2 for run in members) + sum(costs))
    assert max(scores) == naive.best_chain_score(runs, max_gap, kernels.SCORE)


@given(st.lists(some_runs(), min_size=1, max_size=4), st.integers(0, 40), st.integers(0, 5))
def test_pairs_of_documents_are_chained_apart(kernels, reference, groups, max_gap, look_back):
    offsets = np.arange(6, dtype=np.int64) * 200
    pairs = [(0, 0), (0, 200), (200, 400), (200, 800)]
    runs = [moved(group, *pair) for group, pair in zip(groups, pairs, strict=False)]
    both = columns(list(chain(*runs)))
    chains, order = kernels.chain(*both, offsets, max_gap, look_back)
    same((chains, order), reference.chain(*both, offsets, max_gap, look_back))
    first_run = first_chain = 0
    for group in runs:
        own = slice(first_run, first_run + len(group))
        numbers, listed = kernels.chain(*columns(group), offsets, max_gap, look_back)
        assert chains[own].tolist() == (numbers + first_chain).tolist()
        assert order[own].tolist() == (listed + first_run).tolist()
        first_run, first_chain = first_run + len(group), first_chain + int(numbers.max()) + 1


@pytest.mark.parametrize("max_gap", [0, 1, 30, 10_000])
def test_chains_of_many_runs(kernels, reference, max_gap):
    random = np.random.default_rng(max_gap)
    left = np.sort(random.integers(0, 4000, 1500))
    right = left + random.integers(-300, 300, 1500) + 5000
    length = random.integers(1, 30, 1500)
    order = np.lexsort((right, left))
    offsets = places(0, 4500, 9500)
    runs = [values[order] for values in (left, right, length)]
    result = kernels.chain(*runs, offsets, max_gap, LOOK_BACK)
    same(result, reference.chain(*runs, offsets, max_gap, LOOK_BACK))


@pytest.mark.parametrize("run", [(-1, 5, 1), (5, -1, 1), (0, 10, 1), (8, 5, 3), (0, 5, -1), (1, 1 << 62, 1 << 62)])
def test_runs_must_lie_within_documents(native, run):
    with pytest.raises(ValueError, match="runs"):
        native.chain(*map(places, run), places(0, 10), 3, LOOK_BACK)


@pytest.mark.parametrize("one_sided", [False, True])
def test_gap_costs_are_those_that_are_named(kernels, one_sided):
    costs = kernels.gap_costs(100, one_sided=one_sided).tolist()
    assert costs == [round(kernels.SCORE * naive.gap_cost(words, one_sided)) for words in range(101)]
    assert costs == sorted(costs)
