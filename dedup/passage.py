"""Pairs in, passages out: every occurrence of a text once, each verified against a representative.

Two sides that cover each other by four fifths or more are the same occurrence; pairs that share an occurrence belong
together. As that relation drifts (a text, its beginning, the beginning of that), a passage is not simply all that hangs
together: it is a representative (the occurrence with the most partners, of those the longest, of those the first) and
the occurrences that align with it; what remains of the pairs founds passages of its own. Within a document the
occurrences of a passage do not overlap.

Cost: a sort of the pairs' sides; an alignment for each occurrence that has no direct pair with the representative.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup import kernels
from dedup.arrays import I64, U64, Pairs, ReusedPassages, Uses, narrowed
from dedup.edits import runs_between
from dedup.ranges import Each, joined

PARTS = 32
"""Into how many parts components of pairs are divided, to be worked on side by side."""


def group_pairs(pairs: Pairs, keys: U64, min_words: int, min_similarity: float, each: Each = map) -> ReusedPassages:
    """Return the passages that pairs are made of, by place; each pair belongs to exactly one.

    ``keys`` are the tokens' (``uint64[n_tokens]``); every use has ``min_words`` words or more and reaches
    ``min_similarity`` against its representative.
    """
    component = kernels.connect_pairs(*pairs[:4])
    pairs = pairs.take(np.argsort(component, kind="stable"))
    sizes = np.bincount(component)
    bounds = np.concatenate([[0], np.cumsum(sizes[sizes > 0])])

    def gather(components: tuple[int, int]) -> tuple[Uses, I64]:
        own = bounds[components[0] : components[1] + 1]
        some = pairs.take(slice(own[0], own[-1]))
        return kernels.gather_passages(some, own - own[0], keys, runs_between(keys), min_words, min_similarity)

    def number(parts: Iterable[tuple[Uses, I64]]) -> Iterator[tuple[NDArray[Any], ...]]:
        count = 0
        for uses, passage_of_pair in parts:
            passage, first, last, *others = uses
            sides = narrowed(first, len(keys)), narrowed(last, len(keys))
            # There are no more passages than pairs.
            passage, of_pair = (narrowed(own + count, len(pairs.left)) for own in (passage, passage_of_pair))
            yield (passage, *sides, *others, of_pair)
            count += int(np.count_nonzero(uses.representative))

    cuts = np.searchsorted(bounds, np.arange(PARTS + 1) * (len(pairs.left) / PARTS))
    *columns, passage_of_pair = joined(number(each(gather, pairwise(cuts.tolist()))))
    return ReusedPassages(Uses._make(columns), pairs, passage_of_pair).in_order()
