"""Bands, candidates and clusters: near-duplicate documents, against comparing all with all."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, combinations, pairwise

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies import documents_of_words

from dedup import kernels
from dedup.cluster import Group, Likeness, cut_candidates, find_clusters
from dedup.lsh import RECALL, band_keys, candidate_pairs, choose_bands, each_band
from dedup.shingle import shingle_sets

THRESHOLDS = [0.3, 0.5, 0.6, 0.75, 0.8, 0.9, 0.95, 1.0]


def clusters_of(pairs: Iterable[tuple[int, int]], documents: list[list[int]], threshold: float) -> list[Group]:
    keys = kernels.mix64(np.array([word for document in documents for word in document], np.uint64))
    values, bounds = shingle_sets(keys, np.cumsum([0, *map(len, documents)]))
    left, right = np.array(list(pairs), np.int64).reshape(-1, 2).T
    return find_clusters(left, right, np.arange(len(documents)), values, bounds, threshold)


def candidates(signatures: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    documents = np.arange(len(signatures))
    return candidate_pairs(
        each_band([band_keys(signatures, choose_bands(0.8, signatures.shape[1])[1])], documents), documents
    )


@pytest.mark.parametrize("permutations", [2, 16, 64, 100, 128, 256])
@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_bands_reach_the_recall_with_as_many_rows_as_possible(threshold, permutations):
    bands, rows = choose_bands(threshold, permutations)
    assert bands * rows <= permutations

    def recall(rows):
        return 1 - (1 - threshold**rows) ** (permutations // rows)

    assert recall(rows) >= RECALL or rows == 1
    assert all(recall(more) < RECALL for more in range(rows + 1, permutations + 1))


@given(
    st.integers(0, 12).flatmap(
        lambda n: st.lists(st.lists(st.integers(0, 2), min_size=8, max_size=8), min_size=n, max_size=n)
    ),
    st.data(),
)
def test_candidates_are_the_pairs_that_share_a_band(rows, data):
    signatures = np.array(rows, np.uint32).reshape(-1, 8)
    bands, size = choose_bands(0.8, 8)
    expected = {
        (a, b)
        for a, b in combinations(range(len(rows)), 2)
        if any(
            rows[a][band * size : (band + 1) * size] == rows[b][band * size : (band + 1) * size]
            for band in range(bands)
        )
    }
    left, right = candidates(signatures)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == sorted(expected)
    # The same in parts, in the other order, and of each second document.
    pieces = np.array_split(signatures[::-1].copy(), 3)
    split = data.draw(st.integers(0, bands))
    cuts = pairwise([0, split * size, bands * size])
    parts = [[band_keys(part[:, first:last].copy(), size) for part in pieces] for first, last in cuts]
    odd = np.arange(1, len(rows), 2)
    places = len(rows) - 1 - odd
    left, right = candidate_pairs(chain(*(each_band(some, places) for some in parts)), odd)
    assert set(zip(left.tolist(), right.tolist(), strict=True)) == {
        pair for pair in expected if set(pair) <= {*odd.tolist()}
    }


def test_a_band_of_many_documents_gives_few_candidates_that_hang_together():
    left, right = candidates(np.ones((500, 128), np.uint32))
    assert len(left) <= 4 * 500
    assert set(right.tolist()) == set(range(1, 500))  # each is linked with one before it, so all hang together
    assert (left < right).all()


def test_bands_that_differ_have_keys_that_differ():
    signatures = np.arange(600, dtype=np.uint32).reshape(100, 6)
    keys = kernels.band_keys(np.concatenate([signatures, signatures]), 2, 3)
    assert keys.shape == (3, 200)
    assert keys[:, :100].tolist() == keys[:, 100:].tolist()
    assert all(len(set(band)) == 100 for band in keys.tolist())


@given(documents_of_words(letters=2, max_words=14, max_documents=8), st.sampled_from(THRESHOLDS))
def test_clusters_are_those_of_comparing_all_with_all(documents, threshold):
    filled = [number for number, document in enumerate(documents) if document]
    groups = clusters_of(combinations(filled, 2), documents, threshold)
    assert {group.representative: [number for number, _ in group.members] for group in groups} == naive.clusters(
        documents, threshold
    )
    for group in groups:
        for number, likeness in group.members:
            assert likeness.jaccard == naive.jaccard(documents[group.representative], documents[number]) >= threshold
            assert likeness.containment == naive.containment(documents[group.representative], documents[number])


@given(documents_of_words(letters=2, max_words=14, max_documents=8), st.data())
def test_candidates_left_out_never_bring_in_the_unlike(documents, data):
    pairs = list(combinations([number for number, document in enumerate(documents) if document], 2))
    some = data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    seen: set[int] = set()
    for group in clusters_of(some, documents, 0.5):
        numbers = {group.representative, *(number for number, _ in group.members)}
        assert len(numbers) == len(group.members) + 1 >= 2
        assert not numbers & seen
        seen |= numbers
        assert all(naive.jaccard(documents[group.representative], documents[n]) >= 0.5 for n, _ in group.members)


def test_a_chain_of_likes_is_not_closed():
    words = list(range(1, 201))
    documents = [[*words[:at], *range(1000 + at, 1000 + at + 200 - at)] for at in (200, 185, 170, 155)]
    assert naive.jaccard(documents[0], documents[1]) >= 0.8 > naive.jaccard(documents[0], documents[2])
    groups = clusters_of(combinations(range(4), 2), documents, 0.8)
    assert all(likeness.jaccard >= 0.8 for group in groups for _, likeness in group.members)
    assert {group.representative: len(group.members) for group in groups} == {
        key: len(value) for key, value in naive.clusters(documents, 0.8).items()
    }


def test_nothing_is_like_nothing():
    assert Likeness.of(0, 0, 0) == Likeness.of(0, 0, 1) == (0.0, 0.0)
    assert Likeness.of(1, 1, 1) == (1.0, 1.0)
    assert clusters_of([], [], 0.8) == clusters_of([(0, 1)], [[], [1, 2, 3, 4, 5]], 0.1) == []


def test_a_large_cluster_is_linked_in_part_and_yet_complete():
    documents = [[*range(100), 1000 + number] for number in range(3000)]
    signatures = np.ones((len(documents), 128), np.uint32)
    pairs = zip(*(side.tolist() for side in candidates(signatures)), strict=True)
    (group,) = clusters_of(pairs, documents, 0.8)
    assert group.representative == 0
    assert [number for number, _ in group.members] == list(range(1, len(documents)))
    assert {likeness for _, likeness in group.members} == {(96 / 98, 96 / 97)}


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).filter(lambda pair: pair[0] < pair[1]), max_size=40),
    st.integers(1, 60),
)
def test_parts_have_all_pairs_and_share_no_document(pairs, most):
    pairs = sorted(set(pairs))
    documents = sorted({document for pair in pairs for document in pair})
    left, right = np.array(pairs, np.int64).reshape(-1, 2).T
    sizes = np.arange(31) % 7
    found, seen = [], []
    for own, first, second in cut_candidates(left, right, sizes, most):
        assert own.tolist() == sorted(own.tolist())
        seen += own.tolist()
        found += zip(own[first].tolist(), own[second].tolist(), strict=True)
    assert sorted(seen) == documents
    assert sorted(found) == pairs
