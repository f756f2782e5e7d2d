"""Tokens in, shingles out: hashes of k consecutive tokens (Broder 1997).

Documents are compared by their sets of 5-token shingles. A document shorter than that still has one, of all its
tokens, so that two equal notes of three words are found to be equal.

Cost: a sort of each document's shingles; 8 bytes a token.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup import kernels

DOCUMENT_SHINGLE = 5
"""Tokens in a shingle when whole documents are compared."""


def shingle_sets(keys: NDArray[np.uint64], offsets: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return documents' distinct shingles, sorted within each, and the documents' offsets in them."""
    return kernels.shingle_sets(keys, offsets, DOCUMENT_SHINGLE)
