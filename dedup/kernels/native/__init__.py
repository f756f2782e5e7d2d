"""The kernels in C++: the same functions as `reference`, equal to it in every bit.

What is not worth a second implementation is the reference's own. Importing this fails with `ImportError` where the
extension was not built.
"""

from dedup.kernels._native import (
    band_keys,
    hash_windows,
    mix64,
    shingle,
    signatures,
    winnow,
)
from dedup.kernels.native.tokens import tokenize
from dedup.kernels.reference import (
    SCORE,
    chain,
    extend,
    gap_costs,
    link_groups,
)

__all__ = [
    "SCORE",
    "band_keys",
    "chain",
    "extend",
    "gap_costs",
    "hash_windows",
    "link_groups",
    "mix64",
    "shingle",
    "signatures",
    "tokenize",
    "winnow",
]
