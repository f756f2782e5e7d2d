"""Tokens to shingles, signatures, bands and fingerprints, in numpy."""

from __future__ import annotations

import itertools

import numpy as np

from dedup.arrays import I64, U8, U32, U64, Flags, distinct
from dedup.kernels.reference.hashing import SHINGLE_MULTIPLIER, fmix32, hash_windows, mix64
from dedup.kernels.reference.tokens import token_keys


def shingle(keys: U64, offsets: I64, size: int) -> tuple[U64, I64]:
    """Hash every ``size`` consecutive tokens of each document.

    Returns ``uint64[n_shingles]`` and the documents' offsets in it; a document of n tokens has max(n - size + 1, 0)
    shingles, the i-th starting at its i-th token.
    """
    counts = np.maximum(np.diff(offsets) - (size - 1), 0)
    shingle_offsets = np.concatenate([[0], np.cumsum(counts)])
    if len(keys) < size:
        return np.zeros(0, np.uint64), shingle_offsets
    inside = np.ones(len(keys), bool)
    begins, ends = _bounds(offsets)
    for back in range(1, size):  # no shingle starts at a document's last size - 1 tokens
        inside[np.maximum(ends - back, begins)] = 0
    return hash_windows(keys, np.flatnonzero(inside), size), shingle_offsets


def signatures(shingles: U64, offsets: I64, multipliers: U32, increments: U32) -> U32:
    """Return the MinHash signatures of documents, ``uint32[n_documents, n_permutations]``.

    The element of a shingle is its upper 32 bits, the permutations are h -> a * fmix32(h) + b mod 2^32 (datasketch 2,
    scheme ``affine32``), and a document without shingles has all values at 2^32 - 1, as there.
    """
    result = np.full((len(offsets) - 1, len(multipliers)), 0xFFFFFFFF, np.uint32)
    elements = fmix32((shingles >> np.uint64(32)).astype(np.uint32))
    filled = np.flatnonzero(np.diff(offsets))
    # Blocks of documents small enough that a block's elements stay in the cache through all permutations.
    blocks = np.flatnonzero(np.diff(offsets[filled] // (1 << 16), prepend=-1))
    for first, last in itertools.pairwise([*blocks.tolist(), len(filled)]):
        documents = filled[first:last]
        begin = offsets[documents[0]]
        block = elements[begin : offsets[documents[-1] + 1]]
        begins = offsets[documents] - begin
        values = np.empty_like(block)
        minima = np.empty((len(multipliers), len(documents)), np.uint32)
        for row, (a, b) in enumerate(zip(multipliers, increments, strict=True)):
            np.multiply(block, a, out=values)
            np.add(values, b, out=values)
            np.minimum.reduceat(values, begins, out=minima[row])
        result[documents] = minima.T
    return result


def shingle_sets(keys: U64, offsets: I64, size: int) -> tuple[U64, I64]:
    """Return the distinct shingles of ``size`` tokens of each document, sorted, and the documents' offsets in them.

    A document of fewer tokens has one shingle, of all of them.
    """
    sets = [np.zeros(0, np.uint64)]
    for begin, end in itertools.pairwise(offsets.tolist()):
        length = min(size, end - begin)
        sets.append(distinct(hash_windows(keys, np.arange(begin, end - length + 1), length)) if length else keys[:0])
    return np.concatenate(sets), np.cumsum([len(hashes) for hashes in sets])


def document_signatures(keys: U64, offsets: I64, size: int, multipliers: U32, increments: U32) -> U32:
    """Return the MinHash signatures of the shingles of documents' tokens, ``uint32[n_documents, n_permutations]``.

    A shingle is the hash of ``size`` consecutive tokens; a document of fewer has one, of all its tokens.
    """
    result = signatures(*shingle(keys, offsets, size), multipliers, increments)
    counts = np.diff(offsets)
    for length in np.unique(counts[(counts > 0) & (counts < size)]).tolist():
        short = np.flatnonzero(counts == length)
        whole = hash_windows(keys, offsets[short], length)
        result[short] = signatures(whole, np.arange(len(short) + 1), multipliers, increments)
    return result


def text_signatures(buffer: U8, offsets: I64, size: int, multipliers: U32, increments: U32) -> tuple[I64, I64, U32]:
    """Return the number of tokens and of words of texts and their signatures: see `token_keys`, `document_signatures`.

    For where the tokens are not needed any more: an implementation need not keep them.
    """
    keys, token_offsets, words = token_keys(buffer, offsets)
    return np.diff(token_offsets), words, document_signatures(keys, token_offsets, size, multipliers, increments)


def band_keys(signatures: U32, rows: int, bands: int) -> U64:
    """Return ``uint64[bands, n_documents]``: a hash of each band of ``rows`` signature values."""
    keys = np.zeros((bands, len(signatures)), np.uint64)
    for band in range(bands):
        for row in range(band * rows, (band + 1) * rows):
            keys[band] *= SHINGLE_MULTIPLIER
            keys[band] += signatures[:, row]
        keys[band] = mix64(keys[band])
    return keys


def winnow(shingles: U64, offsets: I64, window: int) -> I64:
    """Return the indices of the shingles that are the least of some ``window`` consecutive ones of their document.

    Of equal ones the last counts. Two runs of the same ``window`` shingles always choose the same one. A document of
    fewer shingles than the window chooses none.
    """
    count = len(shingles) - window + 1
    if count <= 0:
        return np.zeros(0, np.int64)
    least = shingles[:count].copy()
    chosen = np.arange(count)
    for step in range(1, window):
        other = shingles[step : step + count]
        smaller = other <= least
        np.copyto(least, other, where=smaller)
        chosen[smaller] = np.flatnonzero(smaller) + step
    inside = np.ones(len(shingles), bool)
    begins, ends = _bounds(offsets)
    for back in range(1, window):  # windows that would cross into the next document
        inside[np.maximum(ends - back, begins)] = False
    chosen = chosen[inside[:count]]
    return chosen[np.diff(chosen, prepend=-1) > 0]


def fingerprint_starts(keys: U64, offsets: I64, size: int, window: int) -> Flags:
    """Return at which tokens fingerprints start, ``bool[n_tokens]``.

    They are the shingles of ``size`` tokens that are the least of some ``window`` consecutive ones: see `winnow`.
    """
    shingles, bounds = shingle(keys, offsets, size)
    chosen = winnow(shingles, bounds, window)
    # Each document before it that has tokens took up to size - 1 tokens without a shingle of their own.
    missing = offsets[:-1] - bounds[:-1]
    starts = np.zeros(len(keys), bool)
    starts[chosen + missing[np.searchsorted(bounds, chosen, "right") - 1]] = True
    return starts


def _bounds(offsets: I64) -> tuple[I64, I64]:
    """Return where the documents that are not empty begin and end."""
    filled = np.flatnonzero(offsets[1:] > offsets[:-1])
    return offsets[filled], offsets[filled + 1]
