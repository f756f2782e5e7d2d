"""Shingles, signatures and fingerprints: hashes that stand for words, against the words themselves."""

from __future__ import annotations

from itertools import pairwise

import naive
import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st
from strategies import documents_of_words

from dedup import kernels
from dedup.shingle import DOCUMENT_SHINGLE, shingle_sets
from dedup.sketch import (
    FINGERPRINT_SHINGLE,
    FINGERPRINT_WINDOW,
    fingerprint_starts,
    fingerprint_window,
    signatures,
    to_datasketch,
)

Words = list[list[int]]


def flat(documents: Words) -> tuple[np.ndarray, np.ndarray]:
    """Return the words as keys, well spread over 64 bits, and the documents' offsets."""
    keys = np.array([word for document in documents for word in document], np.uint64)
    return kernels.mix64(keys) & ~np.uint64(1), np.cumsum([0, *map(len, documents)])


def divided(values: np.ndarray, offsets: np.ndarray) -> list[list[int]]:
    return [values[begin:end].tolist() for begin, end in pairwise(offsets)]


def assert_same_names(hashes: list[list[int]], named: list[list[tuple]]) -> None:
    """Assert that there is one hash for each name, and one name for each hash."""
    assert [len(values) for values in hashes] == [len(values) for values in named]
    pairs = {pair for values, names in zip(hashes, named, strict=True) for pair in zip(values, names, strict=True)}
    assert len({value for value, _ in pairs}) == len(pairs) == len({name for _, name in pairs})


@given(documents_of_words(), st.integers(1, 7))
def test_shingles_are_equal_where_the_words_are(documents, size):
    hashes, offsets = kernels.shingle(*flat(documents), size)
    assert_same_names(divided(hashes, offsets), [naive.shingles(document, size) for document in documents])


@given(documents_of_words())
def test_shingle_sets_are_those_of_the_words(documents):
    """A short document has one shingle; each is there once, in the order of the hashes."""
    sets = divided(*shingle_sets(*flat(documents)))
    assert sets == [sorted(set(found)) for found in sets]
    wanted = [len(set(naive.document_shingles(document))) for document in documents]
    assert [len(found) for found in sets] == wanted
    for found, document in zip(sets, documents, strict=True):
        assert divided(*shingle_sets(*flat([document]))) == [found]


@given(documents_of_words(), st.integers(1, 6), st.data())
def test_windows_are_hashed_alike_few_or_many(documents, size, data):
    keys, _ = flat(documents)
    starts = list(range(len(keys) - size + 1))
    some = data.draw(st.lists(st.sampled_from(starts), unique=True).map(sorted)) if starts else []
    every = kernels.hash_windows(keys, np.array(starts, np.int64), size) if starts else np.zeros(0, np.uint64)
    if some:
        assert kernels.hash_windows(keys, np.array(some), size).tolist() == every[some].tolist()


@given(documents_of_words(letters=20), st.sampled_from([2, 16, 128]), st.integers(0, 2**32 - 1))
def test_signatures_are_those_of_datasketch(documents, count, seed):
    keys, bounds = flat(documents)
    hashes, offsets = shingle_sets(keys, bounds)
    found = signatures(keys, bounds, DOCUMENT_SHINGLE, count, seed)
    assert found.shape == (len(documents), count)
    assert found.dtype == np.uint32
    for row, shingles in zip(found, divided(hashes, offsets), strict=True):
        expected = MinHash(num_perm=count, seed=seed, scheme="affine32", hashfunc=lambda shingle: shingle >> 32)
        for shingle in shingles:
            expected.update(shingle)
        assert row.tolist() == expected.hashvalues.tolist()
        assert to_datasketch(row, seed) == expected


def test_signatures_of_many_documents_are_those_of_each_alone():
    random = np.random.default_rng(5)
    sizes = random.choice([0, 1, 2, 40, 5000, 40000], 60)
    keys = random.integers(0, 1 << 64, sizes.sum(), np.uint64)
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    found = signatures(keys, offsets, 3, 8)
    for row, begin, end in zip(found, offsets, offsets[1:], strict=False):
        assert row.tolist() == signatures(keys[begin:end], np.array([0, end - begin]), 3, 8)[0].tolist()


def test_the_share_of_equal_values_estimates_jaccard():
    a, b = np.arange(0, 900), np.arange(300, 1200)  # 600 of 1200 shared
    keys = np.concatenate([a, b]).astype(np.uint64)
    found = signatures(keys, np.array([0, 900, 1800]), 1, 2048)
    assert abs((found[0] == found[1]).mean() - 0.5) < 0.05


@given(documents_of_words(), st.integers(4, 12))
def test_fingerprints_start_at_the_tokens_they_are_made_of(documents, shortest):
    keys, offsets = flat(documents)
    expected = []
    for begin, document in zip(offsets.tolist(), documents, strict=False):
        own = kernels.shingle(*flat([document]), FINGERPRINT_SHINGLE)[0].tolist()
        expected += [begin + place for place in naive.winnow(own, fingerprint_window(shortest))]
    assert np.flatnonzero(fingerprint_starts(keys, offsets, shortest)).tolist() == expected


@given(st.lists(st.integers(1, 3), max_size=12), st.lists(st.integers(1, 3), max_size=12), st.integers(4, 9), st.data())
def test_equal_runs_share_a_fingerprint(before, after, shortest, data):
    run = data.draw(st.lists(st.integers(1, 3), min_size=shortest, max_size=shortest + 5))
    documents = [before + run, run + after]
    places = np.flatnonzero(fingerprint_starts(*flat(documents), shortest)).tolist()
    first = {place - len(before) for place in places if place < len(documents[0])}
    second = {place - len(documents[0]) for place in places if place >= len(documents[0])}
    assert first & second & set(range(len(run) - FINGERPRINT_SHINGLE + 1))


@pytest.mark.parametrize("shortest", [4, 5, 6, 7, 15, 1_000_000])
def test_the_window_leaves_no_run_without_a_fingerprint(shortest):
    window = fingerprint_window(shortest)
    assert 1 <= window <= FINGERPRINT_WINDOW
    assert FINGERPRINT_SHINGLE + window - 1 <= shortest
