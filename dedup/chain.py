"""Anchors in, chains out: equal runs of words, and which of them belong together.

The equal words around anchors are runs (`kernels.equal_runs`). Runs of one pair of documents that follow each other on
both sides, with gaps that an edited copy could have, are one chain (`kernels.chain`). A text that repeats itself with a
short period (one word a million times) is cut into two halves, so that left and right never overlap.

Cost: sorts of the anchors and of the runs; at most three times the look-back for each run.
"""

from __future__ import annotations

from dedup import kernels
from dedup.arrays import I64, U64, Runs

LOOK_BACK = 40
"""How many runs before it, in each of three diagonal bands, a run may follow."""


def equal_runs(left: I64, right: I64, keys: U64, offsets: I64, shortest: int) -> Runs:
    """Return the maximal equal runs around anchors, sorted by documents and places, without overlap of their sides.

    ``left`` and ``right`` are anchors in any order. ``shortest`` is the number of tokens of the shortest passage.
    """
    return Runs(*kernels.equal_runs(left, right, keys, offsets, shortest))


def find_chains(runs: Runs, offsets: I64, max_gap: int) -> tuple[I64, I64]:
    """Return the chain number of each run, and runs in the order of chains (``int64[n_runs]`` each).

    Within a chain runs follow each other.
    """
    return kernels.chain(*runs, offsets, max_gap, LOOK_BACK)
