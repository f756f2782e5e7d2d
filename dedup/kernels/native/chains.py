"""The native kernel of chains, as its function is called: with the widest gap in place of a table of costs."""

from __future__ import annotations

from dedup.arrays import I64
from dedup.kernels import _native
from dedup.kernels.reference.chains import gap_costs

__all__ = ["chain"]


def chain(left: I64, right: I64, length: I64, offsets: I64, max_gap: int, look_back: int) -> tuple[I64, I64]:
    """Join equal runs into collinear chains."""
    return _native.chain(left, right, length, offsets, gap_costs(max_gap, one_sided=True), look_back)
