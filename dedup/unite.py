"""Passages in, fewer passages out: what two passages say of the same places is said once.

A passage whose every use lies inside another use of one larger passage is absorbed by it; passages with the same words
in their representatives are united (they come apart where documents of a cluster, which are not compared with each
other, repeat a text inside).

Cost: sorts of the uses; a sweep over those that lie inside others.
"""

from __future__ import annotations

from bisect import bisect_left
from hashlib import blake2b

import numpy as np

from dedup import kernels
from dedup.arrays import F64, I64, U64, Pairs, Places, ReusedPassages, Uses
from dedup.ranges import parts_between


def absorb(found: ReusedPassages) -> ReusedPassages:
    """Return passages without those whose every use lies inside another use of one and the same larger passage.

    They say what that one says. Their pairs become its pairs.
    """
    into = kernels.containers(found.uses.passage, found.uses.first, found.uses.last, found.size)
    if np.array_equal(into, np.arange(found.size)):
        return found
    stays = into[found.uses.passage] == found.uses.passage
    while not np.array_equal(further := into[into], into):
        into = further
    return ReusedPassages(found.uses.take(stays), found.pairs, into[found.passage_of_pair]).in_order()


def unite(found: ReusedPassages, keys: U64) -> ReusedPassages:
    """Return passages, those with the same words in their representatives as one.

    ``keys`` are the tokens' (``uint64[n_tokens]``). Of uses that overlap, those of the first passage stay. Where pieces
    stand in another order anywhere in a passage, all its similarities become those of sorted words.
    """
    into = _first_with_same_words(found.uses, keys)
    if not np.array_equal(into, np.arange(found.size)):
        uses = found.uses._replace(
            passage=into[found.uses.passage],
            representative=found.uses.representative & (into[found.uses.passage] == found.uses.passage),
        )
        stays = _without_overlaps(found.uses, into)
        found = ReusedPassages(uses.take(stays), found.pairs, into[found.passage_of_pair]).in_order()
    return _compare_sorted(found, keys)


def _first_with_same_words(uses: Uses, keys: U64) -> I64:
    """Return for each passage the first one that has the same words in its representative (``int64[n_passages]``)."""
    numbers: dict[bytes, int] = {}
    sides = uses.first[uses.representative].tolist(), uses.last[uses.representative].tolist()
    # By a digest: the words themselves may be as many as those of the corpus.
    words = (blake2b(keys[first:last].data, digest_size=16).digest() for first, last in zip(*sides, strict=True))
    return np.array([numbers.setdefault(own, number) for number, own in enumerate(words)], np.int64)


def _without_overlaps(uses: Uses, into: I64) -> I64:
    """Return the uses that stay when passages become others: those that overlap none of the passages before."""
    target = into[uses.passage]
    moved = target != uses.passage
    affected = np.flatnonzero(moved | np.isin(uses.passage, target[moved]))
    affected = affected[np.argsort(target[affected], kind="stable")]
    stays = ~moved
    for part in parts_between(target[affected], 1):
        sides: list[tuple[int, int]] = []
        own = affected[part]
        for index, first, last in zip(own.tolist(), uses.first[own].tolist(), uses.last[own].tolist(), strict=True):
            at = bisect_left(sides, (first, last))
            if (at < len(sides) and sides[at][0] < last) or (at > 0 and sides[at - 1][1] > first):
                continue
            sides.insert(at, (first, last))
            stays[index] = True
    return np.flatnonzero(stays)


def _compare_sorted(found: ReusedPassages, keys: U64) -> ReusedPassages:
    """Return passages, those of reordered pieces with the similarities of sorted words throughout."""
    reordered = found.reordered
    if not reordered.any():
        return found
    uses, pairs = found.uses, found.pairs
    model = np.flatnonzero(uses.representative)[uses.passage]
    likeness, pair_likeness = uses.similarity.copy(), pairs.similarity.copy()
    chosen = np.flatnonzero(reordered[uses.passage])
    likeness[chosen] = _sorted_similarity(
        keys, uses.first[model[chosen]], uses.last[model[chosen]], uses.first[chosen], uses.last[chosen]
    )
    chosen = np.flatnonzero(reordered[found.passage_of_pair])
    pair_likeness[chosen] = _sorted_similarity(keys, *(values[chosen] for values in pairs[:4]))
    return found._replace(
        uses=uses._replace(similarity=likeness), pairs=Pairs(*pairs[:4], pair_likeness, pairs.reordered)
    )


def _sorted_similarity(keys: U64, first: Places, last: Places, other_first: Places, other_last: Places) -> F64:
    rows = zip(first.tolist(), last.tolist(), other_first.tolist(), other_last.tolist(), strict=True)
    return np.array([kernels.similarity(np.sort(keys[a:b]), np.sort(keys[c:d])) for a, b, c, d in rows], np.float64)
