"""Alignments in, pairs out: pieces that belong together are joined, and what is too short or too unlike is dropped.

An edited copy may come as several alignments: sentences in another order, a sentence dropped or added. Two pieces of
one pair of documents are joined when they lie near each other on both sides, in whatever order, or follow each other
closely on one side with a stretch left out on the other, and what comes of it is still similar enough. So pieces
shorter than a passage live until here.

Cost: each piece is compared with a few before it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup.arrays import I64, U64, AlignedPair, Alignments, Pairs, document_pairs, words_before
from dedup.edits import Words, score_words, shared_words, similarity, word_opcodes
from dedup.kernels import SCORE

LEAST_PIECE = 9 * SCORE // 2
"""Score of the least piece that may become part of a passage (an equal run of five words)."""
LEAST_SCORE = 10 * SCORE
"""Score of the least passage, unless a verbatim one of the shortest length scores less."""
NEAR = 16
"""Words between two pieces, on each side, over which they are joined whatever their order."""
CLOSE = 4
"""Words between two pieces on one side over which they are joined although a stretch is left out on the other."""
_REORDERED_GAIN = 0.1
_RECENT = 32
_LONG = 2000


class _Piece(NamedTuple):
    left: int
    left_end: int
    right: int
    right_end: int
    score: int
    equal: int
    """Words that the two sides are known to share."""
    reordered: bool


def find_pairs(
    found: Alignments, keys: U64, offsets: I64, words: Words, min_words: int, min_similarity: float, max_skip: int
) -> Pairs:
    """Return the pairs of stretches that are reused passages, by documents and places.

    A pair has at least ``min_words`` words on either side and ``min_similarity``; ``max_skip`` is the longest stretch
    of tokens over which pieces that follow each other closely on one side are joined.
    """
    least_score = min(LEAST_SCORE, SCORE * min_words - SCORE // 2)
    judge = _Judge(keys, words_before(keys), words, 2 * min_words, least_score, min_similarity)
    group = document_pairs(found.left, found.right, offsets)
    before = judge.words_before
    halves = before[found.left_end] - before[found.left]
    shorter = np.minimum(halves, before[found.right_end] - before[found.right])
    # Where tokens are half words, so is what they score.
    found = found._replace(score=found.score * halves // (2 * (found.left_end - found.left)))
    worth = (found.score >= min(LEAST_PIECE, least_score)) & (shorter >= judge.least_words)
    worth |= _has_neighbour(found, group, found.score >= LEAST_PIECE, max_skip)
    chosen = np.flatnonzero(worth)
    chosen = chosen[np.lexsort((found.right[chosen], found.left[chosen], group[chosen]))]
    # Most often two documents share one stretch word for word; that needs no further look.
    exact = (found.equal == found.left_end - found.left) & (found.equal == found.right_end - found.right)
    exact &= (found.score >= least_score) & (shorter >= judge.least_words)
    number = np.cumsum(np.diff(group[chosen], prepend=-1) != 0) - 1
    single = (np.bincount(number) == 1)[number] & exact[chosen]
    plain = chosen[single]
    chosen = chosen[~single]
    judged: list[AlignedPair] = []
    for pieces in _by_group(found.take(chosen), group[chosen], keys):
        if len(pieces) > 1:
            pieces = _join(_join_reordered(pieces, keys, min_similarity), keys, min_similarity, max_skip)
        for piece in pieces:
            judged += judge.accept(piece)
    sides = [values[plain] for values in found[:4]]
    return _in_order(Pairs._make([*sides, np.ones(len(plain)), np.zeros(len(plain), bool)]), Pairs.of(judged))


def _in_order(*several: Pairs) -> Pairs:
    """Return the pairs of several collections by places, each once."""
    pairs = Pairs._make(np.concatenate(columns) for columns in zip(*several, strict=True))
    pairs = pairs.take(np.lexsort(tuple(reversed(pairs))))
    fresh = np.ones(len(pairs.left), bool)
    fresh[1:] = np.any([values[1:] != values[:-1] for values in pairs], axis=0)
    return pairs.take(fresh)


class _Judge(NamedTuple):
    """Decides which pieces are passages."""

    keys: U64
    words_before: I64
    words: Words
    least_words: int
    """Twice the words of the shortest passage."""
    least_score: int
    least_similarity: float

    def accept(self, piece: _Piece) -> Iterator[AlignedPair]:
        """Yield the piece as a pair if it is long, sure and similar enough; else what is left without its worst gap."""
        left, right = (piece.left, piece.left_end), (piece.right, piece.right_end)
        if min(self._count(left), self._count(right)) < self.least_words:
            return
        if piece.score < self.least_score and (piece.reordered or self._score(left, right) < self.least_score):
            return
        a, b = self.keys[slice(*left)], self.keys[slice(*right)]
        reached = similarity(a, b, equal=0 if piece.reordered else piece.equal)
        if piece.reordered:
            # What two texts share in order says more: another order must explain what that does not.
            by_content = similarity(a, b, reordered=True, equal=piece.equal)
            if by_content >= self.least_similarity and (
                reached < self.least_similarity or by_content - reached >= _REORDERED_GAIN
            ):
                yield AlignedPair(*left, *right, by_content, True)
                return
        if reached >= self.least_similarity:
            yield AlignedPair(*left, *right, reached, False)
            return
        for part in _without_worst_gap(a, b):
            equal = sum(i_end - i for i, i_end, _, _ in part)
            (i, _, j, _), (_, i_end, _, j_end) = part[0], part[-1]
            # Its score is counted anew, since the gap that goes may have cost more than the part is worth.
            yield from self.accept(
                _Piece(left[0] + i, left[0] + i_end, right[0] + j, right[0] + j_end, 0, equal, False)
            )

    def _score(self, left: tuple[int, int], right: tuple[int, int]) -> int:
        score = score_words(self.keys, left, right, self.words)
        return score * self._count(left) // (2 * (left[1] - left[0]))

    def _count(self, side: tuple[int, int]) -> int:
        return int(self.words_before[side[1]] - self.words_before[side[0]])


def _without_worst_gap(a: U64, b: U64) -> list[list[tuple[int, int, int, int]]]:
    """Return the equal runs of two sequences before and after the longest gap between two of them."""
    runs = [(i, i_end, j, j_end) for tag, i, i_end, j, j_end in word_opcodes(a, b) if tag == "equal"]
    gaps = [max(after[0] - before[1], after[2] - before[3]) for before, after in itertools.pairwise(runs)]
    if not gaps:
        return []
    worst = gaps.index(max(gaps)) + 1
    return [runs[:worst], runs[worst:]]


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


def _by_group(found: Alignments, group: I64, keys: U64) -> Iterator[list[_Piece]]:
    rows = list(zip(*(values.tolist() for values in found), strict=True))
    for begin, end in itertools.pairwise([*np.flatnonzero(np.diff(group, prepend=-1)).tolist(), len(rows)]):
        yield [
            _Piece(
                left, left_end, right, right_end, score, _shared(keys, left, left_end, right, right_end, equal), False
            )
            for left, left_end, right, right_end, score, equal in rows[begin:end]
        ]


def _shared(keys: U64, left: int, left_end: int, right: int, right_end: int, equal: int) -> int:
    """Return how many words two ranges share, of which ``equal`` are known; no more than those for very long ranges."""
    a, b = keys[left:left_end], keys[right:right_end]
    if equal == max(len(a), len(b)) or len(a) > _LONG:
        return equal
    return shared_words(a, b)


def _join_reordered(pieces: list[_Piece], keys: U64, min_similarity: float) -> list[_Piece]:
    """Join pieces that together fill one stretch of the left side and one of the right, in another order on each.

    Pieces are divided where more than `NEAR` words separate them, on the left and on the right in turn, until neither
    divides them further (gap clustering: Sanchez-Perez, Gelbukh and Sidorov 2015, section 3, there of sentences).
    """
    result: list[_Piece] = []
    waiting = [pieces]
    while waiting:
        group = waiting.pop()
        parts = [part for stretch in _divide(group, 2) for part in _divide(stretch, 0)]
        if len(parts) > 1:
            waiting += parts
        else:
            union = _fill(group, keys, min_similarity)
            result += [union] if union else group
    return sorted(result)


def _divide(pieces: list[_Piece], side: int) -> list[list[_Piece]]:
    """Divide pieces where a side (0: left, 2: right) has more than `NEAR` words that none of them reaches."""
    parts: list[list[_Piece]] = []
    reached = 0
    for piece in sorted(pieces, key=lambda item: item[side]):
        if not parts or piece[side] - reached > NEAR:
            parts.append([])
        parts[-1].append(piece)
        reached = max(reached, piece[side + 1])
    return parts


def _fill(pieces: list[_Piece], keys: U64, min_similarity: float) -> _Piece | None:
    """Return pieces as one if they stand in another order on the right and leave out little of what they span."""
    left, left_end = min(piece.left for piece in pieces), max(piece.left_end for piece in pieces)
    right, right_end = min(piece.right for piece in pieces), max(piece.right_end for piece in pieces)
    if left_end > right or left_end - left > _LONG or len(pieces) < 2:
        return None
    chosen: list[_Piece] = []
    equal = 0
    for piece in sorted(pieces, key=lambda item: -item.score):
        # A second copy, on one side, of words that are once on the other adds nothing.
        trial = [*chosen, piece]
        shared = shared_words(
            np.sort(keys[min(item.left for item in trial) : max(item.left_end for item in trial)]),
            np.sort(keys[min(item.right for item in trial) : max(item.right_end for item in trial)]),
        )
        if 2 * (shared - equal) >= piece.equal:
            chosen, equal = trial, min(shared, sum(item.equal for item in trial))
    rights = [piece.right for piece in sorted(chosen)]
    if rights == sorted(rights):
        return None
    left, left_end = min(piece.left for piece in chosen), max(piece.left_end for piece in chosen)
    right, right_end = min(rights), max(piece.right_end for piece in chosen)
    if 2 * equal < min_similarity * (left_end - left + right_end - right):
        return None
    return _Piece(left, left_end, right, right_end, sum(piece.score for piece in chosen), equal, True)


def _join(pieces: list[_Piece], keys: U64, min_similarity: float, max_skip: int) -> list[_Piece]:
    """Join pieces of one pair of documents, sorted by their left side, until nothing more can be joined."""
    while True:
        joined: list[_Piece] = []
        for piece in pieces:
            for back in range(len(joined) - 1, max(len(joined) - 1 - _RECENT, -1), -1):
                union = _union(joined[back], piece, keys, min_similarity, max_skip)
                if union:
                    joined[back] = union
                    break
            else:
                joined.append(piece)
        if len(joined) == len(pieces):
            return joined
        pieces = sorted(joined)


def _union(a: _Piece, b: _Piece, keys: U64, min_similarity: float, max_skip: int) -> _Piece | None:
    """Return two pieces as one, or None where they do not belong together; ``a`` begins first on the left."""
    in_order = b.right >= a.right
    gap_left = b.left - a.left_end
    gap_right = b.right - a.right_end if in_order else a.right - b.right_end
    if max(gap_left, gap_right) > max(max_skip, (a.left_end - a.left) // 4):
        return None
    left, left_end = a.left, max(a.left_end, b.left_end)
    right, right_end = min(a.right, b.right), max(a.right_end, b.right_end)
    if (right, right_end, left_end) == (a.right, a.right_end, a.left_end):
        return a  # b lies inside a on both sides
    if left_end > right:
        return None
    shorter = min(a.left_end - a.left, a.right_end - a.right, b.left_end - b.left, b.right_end - b.right)
    near = max(gap_left, gap_right) <= max(NEAR, shorter // 4)
    skips = in_order and min(gap_left, gap_right) <= CLOSE and max(gap_left, gap_right) <= max(max_skip, shorter)
    if not near and not skips:
        return None
    reordered = a.reordered or b.reordered or not in_order
    equal = a.equal + b.equal
    if min(gap_left, gap_right) < 0:
        # Where the pieces overlap on a side they may share words that are there only once.
        if left_end - left > _LONG:
            return None
        sides = keys[left:left_end], keys[right:right_end]
        equal = shared_words(*(map(np.sort, sides) if reordered else sides))
        if equal < max(a.equal, b.equal) + min(a.equal, b.equal) // 2:
            return None
    if 2 * equal < min_similarity * (left_end - left + right_end - right):
        return None
    return _Piece(left, left_end, right, right_end, a.score + b.score, equal, reordered)
