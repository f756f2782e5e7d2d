"""Hashes, shingles, signatures, bands and fingerprints against plain Python, number by number."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_support import bounds, divided, flat, mix64, same, signature, window_hash

U64 = st.integers(0, (1 << 64) - 1) | st.integers(0, 3)
U32 = st.integers(0, (1 << 32) - 1)
DOCUMENTS = st.lists(st.lists(U64, max_size=20), max_size=6)


@given(st.lists(U64))
def test_mix64(kernels, values):
    same([kernels.mix64(np.array(values, np.uint64))], [np.array([mix64(value) for value in values], np.uint64)])


@given(st.lists(U64, max_size=30), st.integers(1, 20), st.data())
def test_windows_anywhere(kernels, keys, size, data):
    places = len(keys) - size + 1
    starts = data.draw(st.lists(st.integers(0, places - 1))) if places > 0 else []
    result = kernels.hash_windows(np.array(keys, np.uint64), np.array(starts, np.int64), size)
    same([result], [np.array([window_hash(keys[start : start + size]) for start in starts], np.uint64)])


@pytest.mark.parametrize(("start", "size"), [(3, 1), (1, 3), (0, 4), (-4, 1), (1 << 62, 2), (-(1 << 63), 1)])
def test_windows_must_lie_inside(kernels, start, size):
    keys = np.arange(3, dtype=np.uint64)
    with pytest.raises((IndexError, ValueError)):
        kernels.hash_windows(keys, np.array([0, start] if size < 4 else [start], np.int64), size)


@given(DOCUMENTS, st.integers(1, 9))
def test_shingles(kernels, documents, size):
    hashes, offsets = kernels.shingle(*flat(documents), size)
    expected = [[window_hash(words) for words in naive.shingles(document, size)] for document in documents]
    same([hashes, offsets], flat(expected))


def document_shingles(tokens, size):
    """Return the shingles of a document, of which a short one has one."""
    return [window_hash(words) for words in naive.document_shingles(tokens, size)]


@given(DOCUMENTS, st.integers(1, 9))
def test_shingle_sets(kernels, documents, size):
    expected = [sorted(set(document_shingles(document, size))) for document in documents]
    same(kernels.shingle_sets(*flat(documents), size), flat(expected))


@given(DOCUMENTS, st.integers(1, 9), st.lists(st.tuples(U32, U32), max_size=70))
def test_signatures(kernels, documents, size, permutations):
    multipliers, increments = (np.array([pair[side] for pair in permutations], np.uint32) for side in (0, 1))
    result = kernels.document_signatures(*flat(documents), size, multipliers, increments)
    assert (result.dtype, result.shape) == (np.uint32, (len(documents), len(permutations)))
    assert result.tolist() == [
        signature(document_shingles(document, size), multipliers.tolist(), increments.tolist())
        for document in documents
    ]


@pytest.mark.parametrize("permutations", [1, 31, 33, 96, 128, 300])
@pytest.mark.parametrize("size", [0, 1, 4, 5, 1027, 1028, 1029, 70_000])
def test_signatures_of_long_documents(kernels, reference, size, permutations):
    random = np.random.default_rng(size)
    keys = random.integers(0, 1 << 64, size + 10, np.uint64)
    offsets = np.array([0, 3, 3, 3 + size, size + 10], np.int64)
    multipliers, increments = random.integers(0, 1 << 32, (2, permutations), np.uint32)
    result = kernels.document_signatures(keys, offsets, 5, multipliers, increments)
    same([result], [reference.document_signatures(keys, offsets, 5, multipliers, increments)])
    own = document_shingles(keys[3 : 3 + size].tolist(), 5)
    assert result[2, -1:].tolist() == signature(own, multipliers[-1:].tolist(), increments[-1:].tolist())


@given(st.integers(0, 5), st.integers(1, 6), st.integers(0, 6), st.integers(0, 3), st.data())
def test_bands(kernels, documents, rows, bands, more, data):
    values = data.draw(
        st.lists(U32, min_size=documents * (rows * bands + more), max_size=documents * (rows * bands + more))
    )
    signatures = np.array(values, np.uint32).reshape(documents, rows * bands + more)
    keys = kernels.band_keys(signatures, rows, bands)
    assert (keys.dtype, keys.shape) == (np.uint64, (bands, documents))
    assert keys.tolist() == [
        [window_hash(row[rows * band : rows * band + rows]) for row in signatures.tolist()] for band in range(bands)
    ]


@given(
    st.lists(st.lists(U64, max_size=30) | st.lists(st.integers(0, 3), max_size=30), max_size=6),
    st.integers(1, 5),
    st.integers(1, 9),
)
def test_fingerprints(kernels, documents, size, window):
    keys, offsets = flat(documents)
    expected = np.zeros(len(keys), bool)
    for begin, document in zip(offsets.tolist(), documents, strict=False):
        own = [window_hash(words) for words in naive.shingles(document, size)]
        for place in naive.winnow(own, window):
            expected[begin + place] = True
    same([kernels.fingerprint_starts(keys, offsets, size, window)], [expected])


@pytest.mark.parametrize("window", [1, 2, 4, 1023, 1024, 5000])
@pytest.mark.parametrize("distinct", [1, 3, 1 << 60])
def test_fingerprints_of_long_documents(kernels, reference, window, distinct):
    keys = np.random.default_rng(window).integers(0, distinct, 9000, np.uint64)
    offsets = np.array([0, 1030, 1030, 2100, 9000], np.int64)
    starts = kernels.fingerprint_starts(keys, offsets, 3, window)
    same([starts], [reference.fingerprint_starts(keys, offsets, 3, window)])
    own = [window_hash(words) for words in naive.shingles(keys[:1030].tolist(), 3)]
    assert np.flatnonzero(starts[:1030]).tolist() == naive.winnow(own, window)


def test_arrays_with_gaps_are_read_like_others(kernels):
    keys = np.arange(40, dtype=np.uint64)[::2]
    offsets = np.array([0, 20], np.int64)
    same(kernels.shingle(keys, offsets, 3), kernels.shingle(keys.copy(), offsets, 3))
    signatures = np.arange(60, dtype=np.uint32).reshape(3, 20)[:, ::2]
    same([kernels.band_keys(signatures, 2, 5)], [kernels.band_keys(signatures.copy(), 2, 5)])


@pytest.mark.parametrize("offsets", [[], [0], [1, 3], [0, 2], [0, 4], [0, 2, 1, 3], [-1, 3], [0, 1 << 40, 3]])
def test_offsets_must_cut_the_values_into_documents(native, offsets):
    values, factors = np.arange(3, dtype=np.uint64), np.ones(4, np.uint32)
    cuts = np.array(offsets, np.int64)
    for call in (
        lambda: native.shingle(values, cuts, 2),
        lambda: native.shingle_sets(values, cuts, 2),
        lambda: native.fingerprint_starts(values, cuts, 2, 2),
        lambda: native.document_signatures(values, cuts, 2, factors, factors),
    ):
        with pytest.raises(ValueError, match="offsets"):
            call()


def test_other_hostile_arguments(native):
    values, cuts, factors = np.arange(3, dtype=np.uint64), bounds([[1, 2, 3]]), np.ones(4, np.uint32)
    with pytest.raises(ValueError, match="increments"):
        native.document_signatures(values, cuts, 2, factors, factors[:3])
    for size in (0, -1):
        for call, arguments in (
            (native.shingle, [size]),
            (native.shingle_sets, [size]),
            (native.fingerprint_starts, [size, 1]),
            (native.fingerprint_starts, [1, size]),
            (native.document_signatures, [size, factors, factors]),
        ):
            with pytest.raises((ValueError, TypeError)):
                call(values, cuts, *arguments)
    for rows, bands in ((3, 2), (1 << 62, 4), (5, 1)):
        with pytest.raises(IndexError):
            native.band_keys(np.ones((2, 4), np.uint32), rows, bands)
    assert divided(*native.shingle(values, cuts, 1 << 40)) == [[]]
    assert (
        native.fingerprint_starts(values, cuts, 1, 1 << 40).sum()
        == native.fingerprint_starts(values, cuts, 1 << 40, 1).sum()
        == 0
    )
    whole = native.document_signatures(values, cuts, 3, factors, factors)
    assert native.document_signatures(values, cuts, 1 << 40, factors, factors).tolist() == whole.tolist()
