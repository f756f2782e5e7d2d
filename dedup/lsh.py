"""Signatures in, candidate pairs out: documents that share a band (locality-sensitive hashing, Indyk, Motwani 1998).

Two documents of Jaccard similarity s share one of b bands of r values with probability 1 - (1 - s^r)^b. Since
every candidate is verified, bands are chosen for their recall alone.

Cost: a sort of the documents for each band; a band shared by many documents gives pairs linear in their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from dedup import kernels
from dedup.arrays import I64, U32, U64, Places, distinct, narrowed

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


def band_keys(signatures: U32, rows: int) -> U32:
    """Return ``uint32[p // rows, n_documents]``: the bands of the signatures ``uint32[n_documents, p]``.

    A band is a hash of so many consecutive values. Of n documents n^2 / 2^33 pairs agree in a band by chance, one of a
    million documents 116. They are candidates like others, which are verified; half the hash saves more memory than all
    else that is kept of a short document.
    """
    return (kernels.band_keys(signatures, rows, signatures.shape[1] // rows) >> np.uint64(32)).astype(np.uint32)


def each_band(parts: Sequence[U32], places: I64) -> Iterator[U64]:
    """Yield each band of some documents.

    ``parts`` are the bands of documents, ``uint32[bands, n]`` each, as they were made; ``places`` (``int64[n]``) say
    where in them, one after the other, the documents are.
    """
    for band in range(len(parts[0]) if parts else 0):
        keys = np.concatenate([part[band] for part in parts])[places]
        yield keys.astype(np.uint64) << np.uint64(32)  # what is equal is told apart by the first bits


def candidate_pairs(bands: Iterable[U64], documents: I64) -> tuple[Places, Places]:
    """Return the pairs of some documents that share a band: the smaller first, sorted.

    ``documents`` (``int64[n]``, ascending) are the numbers of those that are looked at, ``bands`` one band of each of
    them after another.
    """
    count = int(documents.max(initial=0)) + 1
    pairs = np.zeros(0, np.int64)
    fresh: list[I64] = []
    for keys in bands:
        order, sizes = kernels.equal_groups(keys)
        earlier, later = kernels.link_groups(sizes, PAIR_LIMIT, BACK_LINKS)
        order = documents[order]
        fresh.append(order[earlier] * count + order[later])
        if sum(map(len, fresh)) > len(pairs):  # many bands find the same pairs: they are not all kept to the end
            pairs = distinct(np.concatenate([pairs, *fresh]))
            fresh.clear()
    pairs = distinct(np.concatenate([pairs, *fresh]))
    return narrowed(pairs // count, count), narrowed(pairs % count, count)
