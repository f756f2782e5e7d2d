"""Chains in, alignments out: exactly which words of the left side are which words of the right side.

Between the runs of a chain and outwards from its ends the words are aligned (`kernels.align_runs`, `kernels.grow`), and
scored: an equal run of n words counts n - 1/2; a gap costs what `kernels.gap_costs` says; a replaced stretch of up to
eight words whose characters agree to 0.6 or more (a misread, respelt or divided word) counts in favour. The
best-scoring stretch of a chain is an alignment: both its ends are equal words, or words that are alike in their
letters.

Cost: about a microsecond for each gap between runs and each end.
"""

from __future__ import annotations

import numpy as np

from dedup import kernels
from dedup.arrays import I64, U64, Alignments, Runs, document_pairs
from dedup.kernels import LEAST_GROWN, SCORE, Texts

LEAST_RUN = 4
"""Tokens of the shortest run that is worth aligning although no other run follows it."""
_COVERING = 8 * SCORE  # score from which an alignment hides those inside it
_NEXT = 4  # neighbours, and _FOLLOWS tokens, within which the one that continues an alignment is looked for
_FOLLOWS = 48
_FARTHEST = 64  # tokens that an end may grow


def align_chains(runs: Runs, chains: I64, order: I64, keys: U64, texts: Texts) -> Alignments:
    """Return the best-scoring stretches of chains.

    ``chains`` numbers the chain of each run and ``order`` lists the runs chain by chain (``int64[n_runs]`` each). A
    chain of one run is that run, if it is not too short; in a longer one the words between runs decide where it holds
    together.
    """
    sizes = np.diff(np.flatnonzero(np.diff(chains[order], prepend=-1)), append=len(order))
    several = np.repeat(sizes > 1, sizes)
    begins = np.cumsum(np.concatenate([[0], sizes[sizes > 1]]))
    joined = kernels.align_runs(*runs.take(order[several]), begins, keys, texts)
    left, right, length = runs.take(order[~several & (runs.length[order] >= LEAST_RUN)])
    alone = np.stack([left, left + length, right, right + length, SCORE * length - SCORE // 2, length], axis=1)
    return Alignments(*np.concatenate([alone, joined]).T)


def drop_hopeless(found: Alignments, offsets: I64, keys: U64, least: int) -> Alignments:
    """Return alignments without those that score less than ``least`` and cannot grow.

    In a text with little reuse these are most: four words that happen to stand in two places. So short, they neither
    cover another one nor stop it.
    """
    weak = np.flatnonzero(found.score < min(least, LEAST_GROWN))
    hopeless = ~kernels.may_grow(keys, offsets, *found.take(weak)[:4])
    kept = np.ones(len(found.score), bool)
    kept[weak[hopeless]] = False
    return found.take(kept)


def drop_covered(found: Alignments, offsets: I64, shortest: int) -> Alignments:
    """Return alignments without those that lie, on both sides, inside a better one; by documents and places.

    Inside two long stretches that are nearly the same, every phrase that recurs is aligned with its other places as
    well. That says nothing new, and once extended it joins the long alignment (then it may stand out by a few words).
    What has ``shortest`` equal words of its own is a passage, wherever it lies.
    """
    group = document_pairs(found.left, found.right, offsets)
    order = np.lexsort((found.right, found.left, group))
    found, group = found.take(order), group[order]
    strong = np.flatnonzero(found.score >= _COVERING)
    strong = strong[np.lexsort((strong, -found.score[strong]))]
    covered = kernels.covered(*found[:4], found.equal, group, strong, shortest)
    return found.take(~covered)


def extend_alignments(found: Alignments, offsets: I64, keys: U64, texts: Texts) -> Alignments:
    """Return alignments extended outwards over edited words.

    ``found`` is sorted by documents and places. An alignment does not leave its documents, overlap itself, or enter the
    next one that continues it (whether those two belong together is decided later).
    """
    left, left_end, right, right_end, score, equal = found
    document = np.searchsorted(offsets, left, "right") - 1
    other = np.searchsorted(offsets, right, "right") - 1
    left_stop = np.where(document == other, right, offsets[document + 1])
    right_stop = offsets[other + 1]
    here, there = _neighbours(found, document, other, 1)
    left_stop[here] = np.minimum(left_stop[here], left[there])
    right_stop[here] = np.minimum(right_stop[here], right[there])
    left_end, right_end, score = _grow(
        keys, texts, left_end, right_end, left_stop - left_end, right_stop - right_end, score, 1
    )
    left_stop = offsets[document]
    right_stop = np.where(document == other, left_end, offsets[other])
    here, there = _neighbours(found, document, other, -1)
    left_stop[here] = np.maximum(left_stop[here], left_end[there])
    right_stop[here] = np.maximum(right_stop[here], right_end[there])
    left, right, score = _grow(keys, texts, left, right, left - left_stop, right - right_stop, score, -1)
    return Alignments(left, left_end, right, right_end, score, equal)


def _grow(
    keys: U64, texts: Texts, left: I64, right: I64, left_room: I64, right_room: I64, score: I64, direction: int
) -> tuple[I64, I64, I64]:
    # What goes on for longer has runs of its own further on; in a text of near-equal lines this would never end.
    left_room, right_room = np.minimum(left_room, _FARTHEST), np.minimum(right_room, _FARTHEST)
    return kernels.grow(keys, texts, left, right, left_room, right_room, score, direction)


def _neighbours(found: Alignments, document: I64, other: I64, direction: int) -> tuple[I64, I64]:
    """Return which alignments have a neighbour that continues them in ``direction``, on both sides, and which one.

    Only what can be part of a passage by itself stops another one.
    """
    strong = found.score >= LEAST_GROWN
    sure = np.flatnonzero(strong)
    passed: I64 = np.cumsum(strong)  # how many are sure up to each
    nearest = np.full(len(document), -1, np.int64)
    for step in range(_NEXT, 0, -1):  # the nearest comes last and decides
        at = passed + (step - 1) if direction > 0 else passed - strong - step
        here = np.flatnonzero((at >= 0) & (at < len(sure)))
        there = sure[at[here]]
        first, second = (here, there) if direction > 0 else (there, here)
        gap_left, gap_right = found.left[second] - found.left_end[first], found.right[second] - found.right_end[first]
        follows = (document[here] == document[there]) & (other[here] == other[there])
        follows &= (gap_left >= 0) & (gap_left <= _FOLLOWS) & (gap_right >= 0) & (gap_right <= _FOLLOWS)
        nearest[here[follows]] = there[follows]
    here = np.flatnonzero(nearest >= 0)
    return here, nearest[here]
