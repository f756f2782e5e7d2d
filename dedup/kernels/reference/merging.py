"""Pieces to pairs, in plain Python: pieces that belong together are joined, and what is too unlike is dropped."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from dedup.arrays import I64, U64, AlignedPair, Alignments, Pairs
from dedup.kernels.reference.alignment import (
    LONGEST_COMPARED,
    RunsBetween,
    lcs_length,
    score_words,
    similarity,
)
from dedup.kernels.reference.chains import SCORE
from dedup.kernels.reference.texts import Texts

NEAR = 16
"""Words between two pieces, on each side, over which they are joined whatever their order."""
CLOSE = 4
"""Words between two pieces on one side over which they are joined although a stretch is left out on the other."""
REORDERED_GAIN = 0.1
"""Similarity that another order must add, for pieces to be called reordered."""
RECENT = 32
"""Pieces before it with which a piece is compared."""

Side = tuple[int, int]
"""A half-open range of places."""


class MergeLimits(NamedTuple):
    """What a pair must reach, and how far its pieces may be apart."""

    halves: int
    """Twice the words of the shortest passage."""
    score: int
    similarity: float
    skip: int
    """Longest stretch of tokens over which pieces that follow each other closely on one side are joined."""


class _Piece(NamedTuple):
    left: int
    left_end: int
    right: int
    right_end: int
    score: int
    equal: int
    """Words that the two sides are known to share."""
    reordered: bool

    @property
    def sides(self) -> tuple[Side, Side]:
        return (self.left, self.left_end), (self.right, self.right_end)


def merge_pieces(
    pieces: Alignments,
    bounds: I64,
    keys: U64,
    texts: Texts,
    runs_between: RunsBetween,
    limits: MergeLimits,
) -> Pairs:
    """Return the pairs that the pieces of pairs of documents are joined to, where they are long and alike enough.

    Those of one pair of documents stand from ``bounds[i]`` up to ``bounds[i + 1]`` (``int64[n_groups + 1]``), sorted by
    place; ``keys`` are the tokens' (``uint64[n_tokens]``). One pair may come more than once.
    """
    judge = _Judge(keys, texts, runs_between, limits)
    accepted: list[AlignedPair] = []
    for group in _by_group(pieces, bounds, keys):
        if len(group) > 1:
            group = _join(_join_reordered(group, keys, limits.similarity), keys, limits.similarity, limits.skip)
        for piece in group:
            accepted += judge.accept(piece)
    return Pairs.of(accepted)


class _Judge(NamedTuple):
    """Decides which pieces are passages."""

    keys: U64
    texts: Texts
    runs_between: RunsBetween
    limits: MergeLimits

    def accept(self, piece: _Piece) -> Iterator[AlignedPair]:
        """Yield the piece as a pair if it is long, sure and similar enough; else what is left without its worst gap."""
        waiting = [piece]
        while waiting:
            piece = waiting.pop()
            if not self._is_sure(piece):
                continue
            pair = self._compared(piece)
            if pair:
                yield pair
            else:
                waiting += reversed(self._parts(piece))

    def _is_sure(self, piece: _Piece) -> bool:
        """Return whether a piece is long enough and counts enough."""
        left, right = piece.sides
        if min(self._count(left), self._count(right)) < self.limits.halves:
            return False
        return piece.score >= self.limits.score or (
            not piece.reordered and self._score(left, right) >= self.limits.score
        )

    def _compared(self, piece: _Piece) -> AlignedPair | None:
        """Return a piece as a pair, if it is similar enough."""
        left, right = piece.sides
        a, b = self.keys[slice(*left)], self.keys[slice(*right)]
        reached = similarity(a, b, 0 if piece.reordered else piece.equal)
        if piece.reordered:
            # What two texts share in order says more: another order must explain what that does not.
            by_content = similarity(np.sort(a), np.sort(b), piece.equal)
            if by_content >= self.limits.similarity and (
                reached < self.limits.similarity or by_content - reached >= REORDERED_GAIN
            ):
                return AlignedPair(*left, *right, by_content, True)
        return AlignedPair(*left, *right, reached, False) if reached >= self.limits.similarity else None

    def _parts(self, piece: _Piece) -> list[_Piece]:
        """Return what is left of a piece without its worst gap."""
        left, right = piece.sides
        parts = []
        for part in _without_worst_gap(self.runs_between(*left, *right)):
            (i, j, _), (i_last, j_last, size) = part[0], part[-1]
            sides = left[0] + i, left[0] + i_last + size, right[0] + j, right[0] + j_last + size
            # Its score is counted anew, since the gap that goes may have cost more than the part is worth.
            parts.append(_Piece(*sides, 0, sum(run[2] for run in part), False))
        return [part for part in parts if part.sides != piece.sides]

    def _score(self, left: Side, right: Side) -> int:
        """Return what the words of two aligned ranges count; those too long for one table by their runs and holes."""
        holes = [(*left, *right)]
        score = 0
        if max(left[1] - left[0], right[1] - right[0]) > LONGEST_COMPARED:
            runs = self.runs_between(*left, *right)
            score = sum(SCORE * size - SCORE // 2 for _, _, size in runs)
            ends = [(left[0], right[0])] + [(left[0] + i + size, right[0] + j + size) for i, j, size in runs]
            begins = [(left[0] + i, right[0] + j) for i, j, _ in runs] + [(left[1], right[1])]
            holes = [(i, i_end, j, j_end) for (i, j), (i_end, j_end) in zip(ends, begins, strict=True)]
        a, a_end, b, b_end = np.array(holes, np.int64).T
        score += int(score_words(self.keys, a, a_end, b, b_end, self.texts).sum())
        return score * self._count(left) // (2 * (left[1] - left[0]))

    def _count(self, side: Side) -> int:
        keys = self.keys[slice(*side)]
        return 2 * len(keys) - int(np.count_nonzero(keys & np.uint64(1)))


def _without_worst_gap(runs: list[tuple[int, int, int]]) -> list[list[tuple[int, int, int]]]:
    """Return equal runs (place on either side, length) before and after the longest gap between two of them.

    Of several such gaps it is the middle one, so that there are few steps to the last. A single run is left as it is.
    """
    gaps = [max(after[0] - before[0], after[1] - before[1]) - before[2] for before, after in itertools.pairwise(runs)]
    if not gaps:
        return [runs] if runs else []
    longest = max(gaps)
    widest = [number for number, gap in enumerate(gaps, start=1) if gap == longest]
    worst = widest[len(widest) // 2]
    return [runs[:worst], runs[worst:]]


def _by_group(pieces: Alignments, bounds: I64, keys: U64) -> Iterator[list[_Piece]]:
    rows = list(zip(*(values.tolist() for values in pieces), strict=True))
    for begin, end in itertools.pairwise(bounds.tolist()):
        yield [
            _Piece(
                left, left_end, right, right_end, score, _shared(keys, left, left_end, right, right_end, equal), False
            )
            for left, left_end, right, right_end, score, equal in rows[begin:end]
        ]


def _shared(keys: U64, left: int, left_end: int, right: int, right_end: int, equal: int) -> int:
    """Return how many words two ranges share, of which ``equal`` are known; no more than those for very long ranges."""
    a, b = keys[left:left_end], keys[right:right_end]
    if equal == max(len(a), len(b)) or len(a) > LONGEST_COMPARED:
        return equal
    return lcs_length(a, b)


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
    if left_end > right or left_end - left > LONGEST_COMPARED or len(pieces) < 2:
        return None
    chosen: list[_Piece] = []
    equal = 0
    for piece in sorted(pieces, key=lambda item: -item.score):
        # A second copy, on one side, of words that are once on the other adds nothing.
        trial = [*chosen, piece]
        shared = lcs_length(
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
            for back in range(len(joined) - 1, max(len(joined) - 1 - RECENT, -1), -1):
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
        if left_end - left > LONGEST_COMPARED:
            return None
        sides = keys[left:left_end], keys[right:right_end]
        equal = lcs_length(*(map(np.sort, sides) if reordered else sides))
        if equal < max(a.equal, b.equal) + min(a.equal, b.equal) // 2:
            return None
    if 2 * equal < min_similarity * (left_end - left + right_end - right):
        return None
    return _Piece(left, left_end, right, right_end, a.score + b.score, equal, reordered)
