"""Signatures in, candidate pairs out: documents that share a band (locality-sensitive hashing, Indyk, Motwani 1998).

Two documents of Jaccard similarity s share one of b bands of r values with probability 1 - (1 - s^r)^b. Since
every candidate is verified, bands are chosen for their recall alone.

Cost: a sort of the documents for each band; a band shared by many documents gives pairs linear in their number.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup import kernels
from dedup.arrays import distinct

RECALL = 0.999
"""Least share of pairs just at the threshold that must become candidates."""
PAIR_LIMIT = 16
"""Largest group of which all pairs are candidates; larger ones are linked to their first and to the last few before."""
BACK_LINKS = 3


def choose_bands(threshold: float, permutations: int) -> tuple[int, int]:
    """Return (bands, rows): the most rows, hence the fewest false candidates, that still reach `RECALL`.

    >>> choose_bands(0.8, 128)
    (25, 5)
    """
    for rows in range(permutations, 1, -1):
        bands = permutations // rows
        if 1 - (1 - threshold**rows) ** bands >= RECALL:
            return bands, rows
    return permutations, 1


def band_keys(signatures: NDArray[np.uint32], threshold: float) -> NDArray[np.uint64]:
    """Return ``uint64[bands, n_documents]``: a hash of each band of the signatures ``uint32[n_documents, p]``."""
    bands, rows = choose_bands(threshold, signatures.shape[1])
    return kernels.band_keys(signatures, rows, bands)


def candidate_pairs(
    bands: NDArray[np.uint64], documents: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs of some documents that share one of ``uint64[bands, n_documents]``: the smaller first, sorted.

    ``documents`` (``int64[n]``, ascending) are the numbers of those that are looked at.
    """
    count = max(bands.shape[1], 1)
    pairs = np.zeros(0, np.int64)
    fresh: list[NDArray[np.int64]] = []
    for keys in bands:
        order, sizes = kernels.equal_groups(keys[documents])
        earlier, later = kernels.link_groups(sizes, PAIR_LIMIT, BACK_LINKS)
        order = documents[order]
        fresh.append(order[earlier] * count + order[later])
        if sum(map(len, fresh)) > len(pairs):  # many bands find the same pairs: they are not all kept to the end
            pairs = distinct(np.concatenate([pairs, *fresh]))
            fresh.clear()
    pairs = distinct(np.concatenate([pairs, *fresh]))
    return pairs // count, pairs % count
