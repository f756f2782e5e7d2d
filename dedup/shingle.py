"""Tokens in, shingles out: hashes of k consecutive tokens (Broder 1997).

Documents are compared by their sets of 5-token shingles. A document shorter than that still has one, of all its
tokens, so that two equal notes of three words are found to be equal.

Cost: linear; 8 bytes a token.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dedup import kernels
from dedup.arrays import distinct

DOCUMENT_SHINGLE = 5
"""Tokens in a shingle when whole documents are compared."""


def document_shingles(
    keys: NDArray[np.uint64], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return documents' shingles (``uint64[n_shingles]``, repeats included) and the documents' offsets in them."""
    shingles, bounds = kernels.shingle(keys, offsets, DOCUMENT_SHINGLE)
    counts = np.diff(offsets)
    short = np.flatnonzero((counts > 0) & (counts < DOCUMENT_SHINGLE))
    if not len(short):
        return shingles, bounds
    whole = np.zeros(len(short), np.uint64)
    for size in range(1, DOCUMENT_SHINGLE):
        chosen = counts[short] == size
        whole[chosen] = kernels.hash_windows(keys, offsets[short[chosen]], size)
    added = np.zeros(len(counts) + 1, np.int64)
    added[short + 1] = 1
    return np.insert(shingles, bounds[short], whole), bounds + np.cumsum(added)


def shingle_sets(documents: Sequence[NDArray[np.uint64]]) -> list[NDArray[np.uint64]]:
    """Return the distinct shingles, sorted, of each of some documents' tokens."""
    offsets = np.zeros(len(documents) + 1, np.int64)
    np.cumsum([len(keys) for keys in documents], out=offsets[1:])
    shingles, bounds = document_shingles(np.concatenate([np.zeros(0, np.uint64), *documents]), offsets)
    return [distinct(shingles[first:last]) for first, last in itertools.pairwise(bounds.tolist())]
