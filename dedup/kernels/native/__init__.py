"""The kernels in C++: the same functions as `reference`, equal to it in every bit.

What is not worth a second implementation is the reference's own. Importing this fails with `ImportError` where the
extension was not built.
"""

from dedup.kernels._native import mix64
from dedup.kernels.reference import (
    SCORE,
    band_keys,
    chain,
    extend,
    gap_costs,
    hash_windows,
    link_groups,
    shingle,
    signatures,
    tokenize,
    winnow,
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
