"""Pairs in, passages out: every occurrence of a text once, each verified against a representative.

Two sides that cover each other by four fifths or more are the same occurrence; pairs that share an occurrence belong
together. As that relation drifts (a text, its beginning, the beginning of that), a passage is not simply all that hangs
together: it is a representative (the occurrence with the most partners, of those the longest, of those the first) and
the occurrences that align with it; what remains of the pairs founds passages of its own. Within a document the
occurrences of a passage do not overlap.

Cost: a sort of the pairs' sides; an alignment for each occurrence that has no direct pair with the representative.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from dedup import kernels
from dedup.arrays import I64, U64, Pairs, ReusedPassages, Uses, connected
from dedup.edits import runs_between
from dedup.ranges import Each, joined

PARTS = 32
"""Into how many parts components of pairs are divided, to be worked on side by side."""


def group_pairs(pairs: Pairs, keys: U64, min_words: int, min_similarity: float, each: Each = map) -> ReusedPassages:
    """Return the passages that pairs are made of, by place; each pair belongs to exactly one.

    ``keys`` are the tokens' (``uint64[n_tokens]``); every use has ``min_words`` words or more and reaches
    ``min_similarity`` against its representative.
    """
    component = _components(pairs)
    pairs = pairs.take(np.argsort(component, kind="stable"))
    sizes = np.bincount(component)
    bounds = np.concatenate([[0], np.cumsum(sizes[sizes > 0])])

    def gather(components: tuple[int, int]) -> tuple[Uses, I64]:
        own = bounds[components[0] : components[1] + 1]
        some = pairs.take(slice(own[0], own[-1]))
        return kernels.gather_passages(some, own - own[0], keys, runs_between(keys), min_words, min_similarity)

    cuts = np.searchsorted(bounds, np.arange(PARTS + 1) * (len(pairs.left) / PARTS))
    count = 0
    numbered = []
    for uses, passage_of_pair in each(gather, pairwise(cuts.tolist())):
        numbered.append((*uses._replace(passage=uses.passage + count), passage_of_pair + count))
        count += int(np.count_nonzero(uses.representative))
    *columns, passage_of_pair = joined(numbered)
    return ReusedPassages(Uses._make(columns), pairs, passage_of_pair).in_order()


def _components(pairs: Pairs) -> I64:
    """Return for each pair the least of the sides, numbered by place, that hang together with its own."""
    first, last, left, right = _sides_of(pairs)
    same, as_this = _all_same_occurrences(first, last)
    return connected(len(first), np.concatenate([left, same]), np.concatenate([right, as_this]))[left]


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
