"""Tokens in, sketches out: a signature for each document, fingerprints for its passages.

A signature (MinHash, Broder 1997) stands for a document's set of shingles: the share of equal values estimates the
Jaccard similarity of two sets. The permutations are datasketch 2's scheme ``affine32``, value for value, so that a
signature can go into any of datasketch's indexes. Fingerprints are the shingles chosen by winnowing (Schleimer,
Wilkerson and Aiken 2003): the least of every w consecutive ones, so that any equal run of k + w - 1 tokens shares one.

Cost: linear; 4 bytes a permutation for each document, and about 0.4 fingerprints a token.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dedup import kernels
from dedup.columns import Strings

if TYPE_CHECKING:
    from datasketch import MinHash

FINGERPRINT_SHINGLE = 3
"""Tokens in a shingle when passages are looked for."""
FINGERPRINT_WINDOW = 4
"""Consecutive shingles of which the least becomes a fingerprint."""


@lru_cache(maxsize=4)
def permutations(count: int, seed: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return the multipliers and increments of ``datasketch.MinHash(num_perm=count, seed=seed)``, ``uint32[count]``."""
    generator = np.random.RandomState(seed)
    multipliers = generator.randint(0, 1 << 31, count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return multipliers, generator.randint(0, 1 << 32, count, dtype=np.uint32)


def signatures(
    keys: NDArray[np.uint64], offsets: NDArray[np.int64], shingle: int, count: int = 128, seed: int = 1
) -> NDArray[np.uint32]:
    """Return ``uint32[n_documents, count]``: the MinHash signatures of documents' shingles of so many tokens.

    A document shorter than that has one shingle, of all its tokens.
    """
    return kernels.document_signatures(keys, offsets, shingle, *permutations(count, seed))


def text_signatures(
    texts: Sequence[bytes], shingle: int, count: int = 128, seed: int = 1, own: slice = slice(None)
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]:
    """Return the tokens and words of each text (``int64[n_texts]`` both) and their `signatures`; no token is kept.

    ``own`` says which values of a signature are made.
    """
    column = Strings.of(texts)
    multipliers, increments = permutations(count, seed)
    return kernels.text_signatures(column.buffer, column.offsets, shingle, multipliers[own], increments[own])


def to_datasketch(signature: NDArray[np.uint32], seed: int = 1) -> MinHash:
    """Return a signature as a ``datasketch.MinHash``, for its indexes in memory, on Redis or on Cassandra."""
    from datasketch import MinHash  # imports scipy, which takes longer than a small scan

    return MinHash(seed=seed, hashvalues=signature, scheme="affine32")


def fingerprint_window(shortest: int) -> int:
    """Return of how many shingles a fingerprint is the least, if runs of ``shortest`` tokens must share one."""
    return min(FINGERPRINT_WINDOW, shortest - FINGERPRINT_SHINGLE + 1)


def fingerprint_starts(keys: NDArray[np.uint64], offsets: NDArray[np.int64], shortest: int) -> NDArray[np.bool_]:
    """Return at which tokens a fingerprint starts, ``bool[n_tokens]``.

    ``shortest`` is the number of tokens of the shortest run that must share one (at least 4).
    """
    return kernels.fingerprint_starts(keys, offsets, FINGERPRINT_SHINGLE, fingerprint_window(shortest))
