"""The loops over tokens: functions on flat integer arrays, behind this one seam.

Whatever is imported from here has one meaning, that of `reference`; nothing above imports an implementation directly.
"""

from dedup.kernels.folding import fold
from dedup.kernels.reference import (
    SCORE,
    band_keys,
    chain,
    extend,
    gap_costs,
    hash_windows,
    link_groups,
    mix64,
    shingle,
    signatures,
    tokenize,
    winnow,
)

implementation = "reference"
"""Which implementation of the kernels is in use."""

__all__ = [
    "SCORE",
    "band_keys",
    "chain",
    "extend",
    "fold",
    "gap_costs",
    "hash_windows",
    "implementation",
    "link_groups",
    "mix64",
    "shingle",
    "signatures",
    "tokenize",
    "winnow",
]
