"""Pairs in, passages out: every occurrence of a text once, each verified against a representative.

Two sides that cover each other by four fifths or more are the same occurrence; pairs that share an occurrence belong
together. As that relation drifts (a text, its beginning, the beginning of that), a passage is not simply all that hangs
together: it is a representative (the occurrence with the most partners, of those the longest, of those the first) and
the occurrences that align with it; what remains of the pairs founds passages of its own. Within a document the
occurrences of a passage do not overlap.

Cost: a sort of the pairs' sides; an alignment for each occurrence that has no direct pair with the representative.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from dedup.arrays import I64, U64, AlignedPair, Flags, Pairs, ReusedPassages, Uses, twice_the_words
from dedup.edits import similarity, word_opcodes

Side = tuple[int, int]
"""A half-open range of places; places of one document are consecutive, so sides of two documents never overlap."""


class Limits(NamedTuple):
    """What every use of a passage must reach: words, and similarity to the representative."""

    words: int
    similarity: float

    def long_enough(self, keys: U64) -> bool:
        """Return whether some tokens are enough words (see `arrays.Tokens.keys`)."""
        return twice_the_words(keys) >= 2 * self.words


def group_pairs(pairs: Pairs, keys: U64, min_words: int, min_similarity: float) -> ReusedPassages:
    """Return the passages that pairs are made of, by place; each pair belongs to exactly one.

    ``keys`` are the tokens' (``uint64[n_tokens]``); every use has ``min_words`` words or more and reaches
    ``min_similarity`` against its representative.
    """
    first, last, left, right = _sides_of(pairs)
    same, as_this = _all_same_occurrences(first, last)
    component = _connected(len(first), np.concatenate([left, same]), np.concatenate([right, as_this]))[left]
    pairs = pairs.take(np.argsort(component, kind="stable"))
    sizes = np.bincount(component)
    bounds = np.concatenate([[0], np.cumsum(sizes[sizes > 0])])
    uses, passage_of_pair = gather_passages(pairs, bounds, keys, min_words, min_similarity)
    return ReusedPassages(uses, pairs, passage_of_pair).in_order()


def _sides_of(pairs: Pairs) -> tuple[I64, I64, I64, I64]:
    """Return the distinct sides of pairs by place (first, last), and the number of each pair's left and right side."""
    first, last = np.concatenate([pairs.left, pairs.right]), np.concatenate([pairs.left_end, pairs.right_end])
    order = np.lexsort((last, first))
    first, last = first[order], last[order]
    fresh = np.ones(len(first), bool)
    fresh[1:] = (first[1:] != first[:-1]) | (last[1:] != last[:-1])
    number = np.zeros(len(first), np.int64)
    number[order] = np.cumsum(fresh) - 1
    return first[fresh], last[fresh], number[: len(pairs.left)], number[len(pairs.left) :]


def _all_same_occurrences(first: I64, last: I64) -> tuple[I64, I64]:
    """Return which of some ranges, sorted by place, are the same occurrence, as pairs of their numbers."""
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    here, step = np.arange(len(first)), 1
    while len(here):
        here = here[here + step < len(first)]
        # One that begins so late covers less than four fifths of this one, and so do all after it.
        here = here[5 * (first[here + step] - first[here]) <= last[here] - first[here]]
        there = here + step
        shared = np.minimum(last[here], last[there]) - first[there]
        same = 5 * shared >= 4 * np.maximum(last[here] - first[here], last[there] - first[there])
        found.append((here[same], there[same]))
        step += 1
    left, right = zip(*found, strict=True)
    return np.concatenate(left), np.concatenate(right)


def _connected(count: int, left: I64, right: I64) -> I64:
    """Return ``int64[count]``: for each member the least member that links connect it with, over any number of links.

    Every round hooks the roots of linked trees onto the lower root and then flattens the trees (Shiloach, Vishkin
    1982), so there are few rounds.
    """
    root = np.arange(count)
    while True:
        low = np.minimum(root[left], root[right])
        hooked = root.copy()
        np.minimum.at(hooked, root[left], low)
        np.minimum.at(hooked, root[right], low)
        while not np.array_equal(flat := hooked[hooked], hooked):
            hooked = flat
        if np.array_equal(hooked, root):
            return root
        root = hooked


class _Use(NamedTuple):
    """An occurrence of a passage, compared with the representative."""

    side: Side
    similarity: float
    reordered: bool


def gather_passages(pairs: Pairs, bounds: I64, keys: U64, min_words: int, min_similarity: float) -> tuple[Uses, I64]:
    """Return the uses of the passages that components of pairs are made of, and the passage of each pair.

    The pairs of component i are those from ``bounds[i]`` up to ``bounds[i + 1]`` (``int64[n_components + 1]``).
    """
    limits = Limits(min_words, min_similarity)
    rows = pairs.rows()
    uses: list[tuple[int, int, int, float, bool, bool]] = []
    passage_of_pair = np.zeros(len(rows), np.int64)
    number = 0
    for begin, end in pairwise(bounds.tolist()):
        remaining = list(range(begin, end))
        while remaining:
            representative, own, belonging = _gather([rows[index] for index in remaining], keys, limits)
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


def _gather(pairs: list[AlignedPair], keys: U64, limits: Limits) -> tuple[Side, list[_Use], Flags]:
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
            use = _use(representative, anchor, link, keys)
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


def _use(representative: Side, anchor: Side, link: _Link, keys: U64) -> _Use:
    """Return the far side of a link as an occurrence: what of it is aligned with the occurrence ``anchor``."""
    here, there, pair = link
    if here == representative:
        return _Use(there, pair.similarity, pair.reordered)
    first, last = there
    before, after = max(anchor[0] - here[0], 0), max(here[1] - anchor[1], 0)
    if not pair.reordered and (before or after):
        # The pair reaches further than the occurrence; its excess was aligned with words that are not in that.
        equal = [step for step in word_opcodes(keys[slice(*here)], keys[slice(*there)]) if step[0] == "equal"]
        stop = here[1] - here[0] - after
        inside = [(i, i_end, j, j_end) for _, i, i_end, j, j_end in equal if i_end > before and i < stop]
        if inside:
            i, _, j, _ = inside[0]
            _, i_end, _, j_end = inside[-1]
            first, last = there[0] + j + max(before - i, 0), there[0] + j_end - max(i_end - stop, 0)
    reached = similarity(keys[slice(*representative)], keys[first:last], reordered=pair.reordered)
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
