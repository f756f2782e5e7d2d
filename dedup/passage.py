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
from collections.abc import Sequence
from typing import NamedTuple

from dedup.arrays import U64, AlignedPair
from dedup.edits import similarity

Side = tuple[int, int]
"""A half-open range of places; places of one document are consecutive, so sides of two documents never overlap."""


class Use(NamedTuple):
    """An occurrence of a passage, compared with the representative."""

    side: Side
    similarity: float
    reordered: bool


class ReusedPassage(NamedTuple):
    """A representative, every use of it by place (its own included), and the pairs it is made of."""

    representative: Side
    uses: list[Use]
    pairs: list[AlignedPair]


def group_pairs(pairs: Sequence[AlignedPair], keys: U64, min_similarity: float) -> list[ReusedPassage]:
    """Return the passages that pairs are made of, by place; each pair belongs to exactly one.

    ``keys`` are the tokens' (``uint64[n_tokens]``); every use reaches ``min_similarity`` against its representative.
    """
    passages = []
    for component in _components(pairs):
        remaining = component
        while remaining:
            passage, remaining = _gather(remaining, keys, min_similarity)
            passages.append(passage)
    return sorted(passages, key=lambda passage: passage.uses[0].side)


def _components(pairs: Sequence[AlignedPair]) -> list[list[AlignedPair]]:
    """Return the pairs that hang together through sides that are the same occurrence."""
    sides = sorted({side for pair in pairs for side in _sides(pair)})
    parents = {side: side for side in sides}

    def root(side: Side) -> Side:
        while parents[side] != side:
            parents[side] = side = parents[parents[side]]
        return side

    for pair in pairs:
        left, right = _sides(pair)
        parents[root(left)] = root(right)
    for index, side in enumerate(sides):
        for later in range(index + 1, len(sides)):
            if 5 * (sides[later][0] - side[0]) > side[1] - side[0]:
                break  # it covers less than four fifths of this one, and so do all after it
            if same_occurrence(side, sides[later]):
                parents[root(sides[later])] = root(side)
    components: dict[Side, list[AlignedPair]] = {}
    for pair in pairs:
        components.setdefault(root((pair.left, pair.left_end)), []).append(pair)
    return list(components.values())


def _sides(pair: AlignedPair) -> tuple[Side, Side]:
    return (pair.left, pair.left_end), (pair.right, pair.right_end)


def same_occurrence(a: Side, b: Side) -> bool:
    """Return whether two ranges cover each other by four fifths or more."""
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return 5 * shared >= 4 * max(a[1] - a[0], b[1] - b[0])


def _gather(pairs: list[AlignedPair], keys: U64, min_similarity: float) -> tuple[ReusedPassage, list[AlignedPair]]:
    """Return the passage around the best representative of some pairs, and the pairs that do not belong to it."""
    partners: dict[Side, list[tuple[Side, AlignedPair]]] = {}
    for pair in pairs:
        left, right = _sides(pair)
        partners.setdefault(left, []).append((right, pair))
        partners.setdefault(right, []).append((left, pair))
    representative = min(partners, key=lambda side: (-len(partners[side]), side[0] - side[1], side))
    uses = [representative]
    result = [Use(representative, 1.0, False)]
    tried = {representative}
    # Direct partners first, then partners of what was taken: two steps suffice where links are stars.
    waiting = [
        (side, pair) for same in partners if same_occurrence(same, representative) for side, pair in partners[same]
    ]
    for _ in range(2):
        taken = []
        for side, pair in sorted(waiting, key=lambda item: (-item[1].similarity, item[0][0] - item[0][1], item[0])):
            if side in tried or _overlaps(uses, side):
                continue
            tried.add(side)
            reached = _likeness(representative, side, pair, keys)
            if reached >= min_similarity:
                insort(uses, side)
                result.append(Use(side, reached, pair.reordered))
                taken.append(side)
        waiting = [item for side in taken for item in partners[side]]
    belonging: list[AlignedPair] = []
    remaining: list[AlignedPair] = []
    for pair in pairs:
        inside = all(_covered(uses, side) for side in _sides(pair))
        (belonging if inside else remaining).append(pair)
    return ReusedPassage(representative, sorted(result), belonging), remaining


def _likeness(representative: Side, side: Side, pair: AlignedPair, keys: U64) -> float:
    if representative in _sides(pair):
        return pair.similarity
    return similarity(keys[slice(*representative)], keys[slice(*side)], reordered=pair.reordered)


def _overlaps(uses: list[Side], side: Side) -> bool:
    """Return whether a range overlaps one of some sorted, disjoint ranges."""
    at = bisect_left(uses, side)
    return (at < len(uses) and uses[at][0] < side[1]) or (at > 0 and uses[at - 1][1] > side[0])


def _covered(uses: list[Side], side: Side) -> bool:
    """Return whether half of a range or more lies in one of some sorted, disjoint ranges."""
    at = bisect_left(uses, side)
    return any(
        2 * (min(use[1], side[1]) - max(use[0], side[0])) >= side[1] - side[0] for use in uses[max(at - 1, 0) : at + 1]
    )
