"""Anchors in, chains out: equal runs of words, and which of them belong together.

The equal words around anchors are runs (`kernels.equal_runs`). Runs of one pair of documents that follow each other on
both sides, with gaps that an edited copy could have, are one chain (`kernels.chain`). A text that repeats itself with a
short period (one word a million times) is cut into two halves, so that left and right never overlap.

Cost: a sort of the anchors by distance, and of the runs that stay; at most three times the look-back for each run. Runs
are grown token by token, but where two texts repeat themselves what is known of either tells how far one goes.
"""

from __future__ import annotations

from collections.abc import Iterable

from dedup import kernels
from dedup.arrays import I64, U64, Runs, Sides

LOOK_BACK = 40
"""How many runs before it, in each of three diagonal bands, a run may follow."""


def equal_runs(anchors: Iterable[Sides], keys: U64, offsets: I64, shortest: int, max_gap: int, least: int) -> Runs:
    """Return the maximal equal runs around anchors, sorted by documents and places, without overlap of their sides.

    ``anchors`` are left and right places, some at a time, in any order. ``shortest`` is the number of tokens of the
    shortest passage. Runs of fewer than ``least`` tokens that no other one of their left document is near to, within
    ``max_gap`` tokens on both sides, are left out: in a text with little reuse these are most runs, a few words that
    happen to stand in two places.
    """
    return Runs(*kernels.equal_runs(anchors, keys, offsets, shortest, max_gap, least))


def find_chains(runs: Runs, offsets: I64, max_gap: int) -> tuple[I64, I64]:
    """Return the chain number of each run, and runs in the order of chains (``int64[n_runs]`` each).

    Within a chain runs follow each other.
    """
    return kernels.chain(*runs, offsets, max_gap, LOOK_BACK)
