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
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dedup.arrays import U64, AlignedPair, twice_the_words
from dedup.edits import similarity, word_opcodes

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

    @property
    def reordered(self) -> bool:
        """Whether pieces stand in another order in a use or a pair; then all similarities are those of sorted words."""
        return any(use.reordered for use in self.uses) or any(pair.reordered for pair in self.pairs)


class Limits(NamedTuple):
    """What every use of a passage must reach: words, and similarity to the representative."""

    words: int
    similarity: float

    def long_enough(self, keys: U64) -> bool:
        """Return whether some tokens are enough words (see `arrays.Tokens.keys`)."""
        return twice_the_words(keys) >= 2 * self.words


def group_pairs(pairs: Sequence[AlignedPair], keys: U64, min_words: int, min_similarity: float) -> list[ReusedPassage]:
    """Return the passages that pairs are made of, by place; each pair belongs to exactly one.

    ``keys`` are the tokens' (``uint64[n_tokens]``); every use has ``min_words`` words or more and reaches
    ``min_similarity`` against its representative.
    """
    limits = Limits(min_words, min_similarity)
    passages = []
    for component in _components(pairs):
        remaining = component
        while remaining:
            passage, remaining = _gather(remaining, keys, limits)
            passages.append(passage)
    return sorted(_unite(_absorb(passages), keys), key=lambda passage: passage.uses[0].side)


def _compare_sorted(passage: ReusedPassage, keys: U64) -> ReusedPassage:
    """Return a passage of reordered pieces with the similarities of sorted words throughout."""
    original = keys[slice(*passage.representative)]
    uses = [
        use._replace(similarity=similarity(original, keys[slice(*use.side)], reordered=True)) for use in passage.uses
    ]
    pairs = [
        pair._replace(similarity=similarity(*(keys[slice(*side)] for side in _sides(pair)), reordered=True))
        for pair in passage.pairs
    ]
    return passage._replace(uses=uses, pairs=pairs)


def _unite(passages: list[ReusedPassage], keys: U64) -> list[ReusedPassage]:
    """Return passages, those with the same words in their representatives as one.

    They come apart where documents of a cluster, which are not compared with each other, repeat a text inside.
    """
    united: dict[bytes, ReusedPassage] = {}
    for passage in passages:
        words = keys[slice(*passage.representative)].tobytes()
        if words not in united:
            united[words] = passage
            continue
        first = united[words]
        uses = list(first.uses)
        sides = [use.side for use in uses]
        for use in passage.uses:
            if not _overlaps(sides, use.side):
                insort(sides, use.side)
                uses.append(use)
        united[words] = first._replace(uses=sorted(uses), pairs=first.pairs + passage.pairs)
    return [_compare_sorted(passage, keys) if passage.reordered else passage for passage in united.values()]


def _absorb(passages: list[ReusedPassage]) -> list[ReusedPassage]:
    """Return passages without those whose every use lies inside another use of one and the same larger passage.

    They say what that one says. Their pairs become its pairs.
    """
    order = sorted(
        (use.side[0], -use.side[1], number, index)
        for number, passage in enumerate(passages)
        for index, use in enumerate(passage.uses)
    )
    around: list[list[set[tuple[int, int]]]] = [[] for _ in passages]
    open_uses: list[tuple[int, int, int]] = []
    for start, negative_end, number, index in order:
        open_uses = [use for use in open_uses if use[0] > start]
        inside = {(other, use) for end, other, use in open_uses if end >= -negative_end and other != number}
        around[number].append(inside)
        open_uses.append((-negative_end, number, index))
    into: dict[int, int] = {}
    for number, places in enumerate(around):
        larger = set.intersection(*({other for other, _ in inside} for inside in places))
        for other in sorted(larger - into.keys()):
            if len({use for inside in places for o, use in inside if o == other}) >= len(places):
                into[number] = other
                break
    pairs = {number: list(passage.pairs) for number, passage in enumerate(passages)}
    for number, other in into.items():
        while other in into:
            other = into[other]
        pairs[other] += passages[number].pairs
    return [
        passage._replace(pairs=sorted(pairs[number])) for number, passage in enumerate(passages) if number not in into
    ]


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


def _gather(pairs: list[AlignedPair], keys: U64, limits: Limits) -> tuple[ReusedPassage, list[AlignedPair]]:
    """Return the passage around the best representative of some pairs, and the pairs that do not belong to it."""
    partners: dict[Side, list[_Link]] = {}
    for pair in pairs:
        left, right = _sides(pair)
        partners.setdefault(left, []).append(_Link(left, right, pair))
        partners.setdefault(right, []).append(_Link(right, left, pair))
    ordered = sorted(partners)
    representative = min(ordered, key=lambda side: (-len(partners[side]), side[0] - side[1], side))
    uses = [Use(representative, 1.0, False)]
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
    belonging: list[AlignedPair] = []
    remaining: list[AlignedPair] = []
    for pair in pairs:
        inside = all(_explained(sides, side, limits.words) for side in _sides(pair))
        (belonging if inside else remaining).append(pair)
    if not belonging:  # all of them reach further than the occurrences: take one as it is
        first = min(partners[representative], key=_Link.rank)
        uses = [Use(representative, 1.0, False), Use(first.there, first.pair.similarity, first.pair.reordered)]
        belonging = [first.pair]
        remaining = [pair for pair in pairs if pair != first.pair]
    return ReusedPassage(representative, sorted(uses), belonging), remaining


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


def _use(representative: Side, anchor: Side, link: _Link, keys: U64) -> Use:
    """Return the far side of a link as an occurrence: what of it is aligned with the occurrence ``anchor``."""
    here, there, pair = link
    if here == representative:
        return Use(there, pair.similarity, pair.reordered)
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
    return Use((first, last), reached, pair.reordered)


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
