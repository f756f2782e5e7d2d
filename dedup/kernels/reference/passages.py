"""Pairs to passages, in plain Python: uses are gathered around one representative after the other."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from dedup.arrays import I64, U64, AlignedPair, Flags, Pairs, Uses
from dedup.kernels.reference.alignment import RunsBetween, similarity

Side = tuple[int, int]
"""A half-open range of places; places of one document are consecutive, so sides of two documents never overlap."""


class _Limits(NamedTuple):
    """What every use of a passage must reach: words, and similarity to the representative."""

    words: int
    similarity: float

    def long_enough(self, keys: U64) -> bool:
        """Return whether some tokens are enough words (see `arrays.Tokens.keys`)."""
        return 2 * len(keys) - int(np.count_nonzero(keys & np.uint64(1))) >= 2 * self.words


class _Use(NamedTuple):
    """An occurrence of a passage, compared with the representative."""

    side: Side
    similarity: float
    reordered: bool


def gather_passages(
    pairs: Pairs, bounds: I64, keys: U64, runs_between: RunsBetween, min_words: int, min_similarity: float
) -> tuple[Uses, I64]:
    """Return the uses of the passages that components of pairs are made of, and the passage of each pair.

    The pairs of component i are those from ``bounds[i]`` up to ``bounds[i + 1]`` (``int64[n_components + 1]``).
    ``keys`` (``uint64[n_tokens]``) are what their places are places of, and ``runs_between`` tells the equal runs of
    two ranges. Every use has ``min_words`` words or more and reaches ``min_similarity``.
    """
    limits = _Limits(min_words, min_similarity)
    rows = pairs.rows()
    uses: list[tuple[int, int, int, float, bool, bool]] = []
    passage_of_pair = np.zeros(len(rows), np.int64)
    number = 0
    for begin, end in pairwise(bounds.tolist()):
        remaining = list(range(begin, end))
        while remaining:
            representative, own, belonging = _gather([rows[index] for index in remaining], keys, runs_between, limits)
            uses += [(number, *use.side, use.similarity, use.reordered, use.side == representative) for use in own]
            members = np.array(remaining)
            passage_of_pair[members[belonging]] = number
            remaining = members[~belonging].tolist()
            number += 1
    return Uses.of(uses), passage_of_pair


def _sides(pair: AlignedPair) -> tuple[Side, Side]:
    return (pair.left, pair.left_end), (pair.right, pair.right_end)


def same_occurrence(a: Side, b: Side) -> bool:
    """Return whether two ranges cover each other by four fifths or more."""
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return 5 * shared >= 4 * max(a[1] - a[0], b[1] - b[0])


def _gather(
    pairs: list[AlignedPair], keys: U64, runs_between: RunsBetween, limits: _Limits
) -> tuple[Side, list[_Use], Flags]:
    """Return the best representative of some pairs, the uses around it by place, and which pairs belong to them."""
    partners: dict[Side, list[_Link]] = {}
    for pair in pairs:
        left, right = _sides(pair)
        partners.setdefault(left, []).append(_Link(left, right, pair))
        partners.setdefault(right, []).append(_Link(right, left, pair))
    ordered = sorted(partners)
    representative = min(ordered, key=lambda side: (-len(partners[side]), side[0] - side[1], side))
    uses = [_Use(representative, 1.0, False)]
    sides = [representative]
    tried = {representative}
    fresh = [representative]
    while fresh:  # first the representative's partners, then theirs, ...
        links = [
            (anchor, link) for anchor in fresh for same in _same_occurrences(anchor, ordered) for link in partners[same]
        ]
        fresh = []
        for anchor, link in sorted(links, key=lambda item: item[1].rank()):
            if link.there in tried:
                continue
            tried.add(link.there)
            use = _use(representative, anchor, link, keys, runs_between)
            if (
                use.similarity >= limits.similarity
                and limits.long_enough(keys[slice(*use.side)])
                and not _overlaps(sides, use.side)
            ):
                insort(sides, use.side)
                uses.append(use)
                fresh.append(use.side)
    belonging = np.array([all(_explained(sides, side, limits.words) for side in _sides(pair)) for pair in pairs])
    if not belonging.any():  # all of them reach further than the occurrences: take one as it is
        first = min(partners[representative], key=_Link.rank)
        uses = [_Use(representative, 1.0, False), _Use(first.there, first.pair.similarity, first.pair.reordered)]
        belonging[pairs.index(first.pair)] = True
    return representative, sorted(uses), belonging


class _Link(NamedTuple):
    """A pair seen from one of its sides."""

    here: Side
    there: Side
    pair: AlignedPair

    def rank(self) -> tuple[float, int, Side]:
        """Return what is taken first: the most similar, of those the longest, of those the first."""
        return -self.pair.similarity, self.there[0] - self.there[1], self.there


def _same_occurrences(side: Side, ordered: list[Side]) -> Iterator[Side]:
    """Yield those of some sorted ranges that are the same occurrence as a given one."""
    reach = (side[1] - side[0]) // 4 + 1
    for at in range(bisect_left(ordered, (side[0] - reach, 0)), len(ordered)):
        if ordered[at][0] > side[0] + reach:
            return
        if same_occurrence(ordered[at], side):
            yield ordered[at]


def _use(representative: Side, anchor: Side, link: _Link, keys: U64, runs_between: RunsBetween) -> _Use:
    """Return the far side of a link as an occurrence: what of it is aligned with the occurrence ``anchor``."""
    here, there, pair = link
    if here == representative:
        return _Use(there, pair.similarity, pair.reordered)
    first, last = there
    before, after = max(anchor[0] - here[0], 0), max(here[1] - anchor[1], 0)
    if not pair.reordered and (before or after):
        # The pair reaches further than the occurrence; its excess was aligned with words that are not in that.
        stop = here[1] - here[0] - after
        inside = [run for run in runs_between(*here, *there) if run[0] + run[2] > before and run[0] < stop]
        if inside:
            (i, j, _), (i_last, j_last, size) = inside[0], inside[-1]
            first = there[0] + j + max(before - i, 0)
            last = there[0] + j_last + size - max(i_last + size - stop, 0)
    a, b = keys[slice(*representative)], keys[first:last]
    reached = similarity(np.sort(a), np.sort(b)) if pair.reordered else similarity(a, b)
    return _Use((first, last), reached, pair.reordered)


def _overlaps(uses: list[Side], side: Side) -> bool:
    """Return whether a range overlaps one of some sorted, disjoint ranges."""
    at = bisect_left(uses, side)
    return (at < len(uses) and uses[at][0] < side[1]) or (at > 0 and uses[at - 1][1] > side[0])


def _explained(uses: list[Side], side: Side, least: int) -> bool:
    """Return whether a range lies in one of some sorted, disjoint ranges, but for a fifth that is no passage itself."""
    at = bisect_left(uses, side)
    length = side[1] - side[0]
    rests = [length - min(use[1], side[1]) + max(use[0], side[0]) for use in uses[max(at - 1, 0) : at + 1]]
    return any(rest < least and 5 * rest <= length for rest in rests)
