"""The native kernels from alignments to passages, as their functions are called."""

from __future__ import annotations

import numpy as np

from dedup.arrays import I64, U64, Alignments, Pairs, Uses
from dedup.kernels import _native
from dedup.kernels.native.alignment import REPLACED, SKIPPED, Texts
from dedup.kernels.reference.alignment import LONGEST_COMPARED, RunsBetween
from dedup.kernels.reference.merging import CLOSE, NEAR, RECENT, REORDERED_GAIN, MergeLimits


def merge_pieces(
    pieces: Alignments,
    bounds: I64,
    keys: U64,
    texts: Texts,
    runs_between: RunsBetween,
    limits: MergeLimits,
) -> Pairs:
    """Return the pairs that the pieces of pairs of documents are joined to, where they are long and alike enough."""
    *sides, similarity, reordered = _native.merge_pieces(
        *pieces,
        bounds,
        keys,
        texts,
        SKIPPED,
        REPLACED,
        *limits,
        NEAR,
        CLOSE,
        RECENT,
        LONGEST_COMPARED,
        REORDERED_GAIN,
        runs_between,
    )
    return Pairs._make([*sides, similarity, reordered.view(np.bool_)])


def gather_passages(
    pairs: Pairs, bounds: I64, keys: U64, runs_between: RunsBetween, min_words: int, min_similarity: float
) -> tuple[Uses, I64]:
    """Return the uses of the passages that components of pairs are made of, and the passage of each pair."""
    passage, first, last, similarity, reordered, representative, passage_of_pair = _native.gather_passages(
        *pairs, bounds, keys, min_words, min_similarity, runs_between, LONGEST_COMPARED
    )
    flags = reordered.view(np.bool_), representative.view(np.bool_)
    return Uses(passage, first, last, similarity, *flags), passage_of_pair
