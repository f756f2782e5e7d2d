"""Alignments in, pairs out: pieces that belong together are joined, and what is too short or too unlike is dropped.

An edited copy may come as several alignments: sentences in another order, a sentence dropped or added. Two pieces of
one pair of documents are joined when they lie near each other on both sides, in whatever order, or follow each other
closely on one side with a stretch left out on the other, and what comes of it is still similar enough. So pieces
shorter than a passage live until here.

Cost: each piece is compared with a few before it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup import kernels
from dedup.arrays import I64, U64, Alignments, Pairs, document_pairs, narrowed
from dedup.edits import runs_between
from dedup.kernels import SCORE, MergeLimits, Texts
from dedup.ranges import joined

LEAST_PIECE = 9 * SCORE // 2
"""Score of the least piece that may become part of a passage (an equal run of five words)."""
LEAST_SCORE = 10 * SCORE
"""Score of the least passage, unless a verbatim one of the shortest length scores less."""


def least_piece(min_words: int) -> int:
    """Return the score of the least piece that can be part of a passage of so many words, or be one."""
    return min(LEAST_PIECE, _least_score(min_words))


def _least_score(min_words: int) -> int:
    return min(LEAST_SCORE, SCORE * min_words - SCORE // 2)


def find_pairs(
    found: Alignments, keys: U64, offsets: I64, texts: Texts, min_words: int, min_similarity: float, max_skip: int
) -> Pairs:
    """Return the pairs of stretches that are reused passages, in any order; some may be there twice.

    A pair has at least ``min_words`` words on either side and ``min_similarity``; ``max_skip`` is the longest stretch
    of tokens over which pieces that follow each other closely on one side are joined. ``found`` is sorted by documents.
    """
    limits = MergeLimits(2 * min_words, _least_score(min_words), min_similarity, max_skip)
    return _join_pieces(found, document_pairs(found.left, found.right, offsets), keys, texts, limits)


def _join_pieces(found: Alignments, group: I64, keys: U64, texts: Texts, limits: MergeLimits) -> Pairs:
    """Return the pairs that some pieces are joined to, in any order.

    ``group`` (``int64[n]``) is the pair of documents of each; all pieces of such a pair are there.
    """
    halves = kernels.twice_words(keys, found.left, found.left_end)
    shorter = np.minimum(halves, kernels.twice_words(keys, found.right, found.right_end))
    # Where tokens are half words, so is what they score.
    found = found._replace(score=found.score * halves // (2 * (found.left_end - found.left)))
    worth = (found.score >= least_piece(limits.halves // 2)) & (shorter >= limits.halves)
    worth |= _has_neighbour(found, group, found.score >= LEAST_PIECE, limits.skip)
    chosen = np.flatnonzero(worth)
    chosen = chosen[np.lexsort((found.right[chosen], found.left[chosen], group[chosen]))]
    # Most often two documents share one stretch word for word; that needs no further look.
    exact = (found.equal == found.left_end - found.left) & (found.equal == found.right_end - found.right)
    exact &= (found.score >= limits.score) & (shorter >= limits.halves)
    number = np.cumsum(np.diff(group[chosen], prepend=-1) != 0) - 1
    single = (np.bincount(number) == 1)[number] & exact[chosen]
    plain = chosen[single]
    chosen = chosen[~single]
    bounds = np.append(np.flatnonzero(np.diff(group[chosen], prepend=-1)), len(chosen))
    merged = kernels.merge_pieces(found.take(chosen), bounds, keys, texts, runs_between(keys), limits)
    sides = [values[plain] for values in found[:4]]
    pairs = joined([Pairs._make([*sides, np.ones(len(plain)), np.zeros(len(plain), bool)]), merged])
    return Pairs._make([*(narrowed(values, len(keys)) for values in pairs[:4]), *pairs[4:]])


def in_order(pairs: Pairs) -> Pairs:
    """Return pairs by places, each once."""
    pairs = pairs.take(np.lexsort(tuple(reversed(pairs))))
    fresh = np.ones(len(pairs.left), bool)
    fresh[1:] = np.any([values[1:] != values[:-1] for values in pairs], axis=0)
    return pairs.take(fresh)


def _has_neighbour(found: Alignments, group: I64, counts: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Return whether another piece that counts may lie within ``reach`` on both sides (sometimes true in excess).

    Pieces that near have corners within ``reach``, unless one lies along the other. So the corners are put into square
    cells of twice that size, in four divisions into cells, in one of which two near corners share a cell.
    """
    result = np.zeros(len(group), bool)
    index = np.flatnonzero(counts)
    corners = [(found.left, found.right), (found.left_end, found.right_end)]
    corners += [(found.left, found.right_end), (found.left_end, found.right)]
    piece = np.tile(index, len(corners))
    x = np.concatenate([left[index] for left, _ in corners])
    y = np.concatenate([right[index] for _, right in corners])
    size = 2 * max(reach, 1)
    for shift_x in (0, size // 2):
        for shift_y in (0, size // 2):
            column, row = (x + shift_x) // size, (y + shift_y) // size
            order = np.lexsort((piece, row, column, group[piece]))
            same = (np.diff(column[order]) == 0) & (np.diff(row[order]) == 0) & (np.diff(group[piece[order]]) == 0)
            same &= np.diff(piece[order]) != 0
            result[piece[order[1:][same]]] = True
            result[piece[order[:-1][same]]] = True
    return result
