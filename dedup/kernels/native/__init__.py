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
from dedup.kernels.native.alignment import (
    Texts,
    align_runs,
    alike,
    alike_prefix,
    grow,
    lcs_length,
    lcs_lengths,
    lcs_runs,
    may_be_alike,
    score_words,
)
from dedup.kernels.native.tokens import tokenize
from dedup.kernels.reference import (
    LEAST_GROWN,
    SCORE,
    chain,
    extend,
    gap_costs,
    link_groups,
)

__all__ = [
    "LEAST_GROWN",
    "SCORE",
    "Texts",
    "align_runs",
    "alike",
    "alike_prefix",
    "band_keys",
    "chain",
    "extend",
    "gap_costs",
    "grow",
    "hash_windows",
    "lcs_length",
    "lcs_lengths",
    "lcs_runs",
    "link_groups",
    "may_be_alike",
    "mix64",
    "score_words",
    "shingle",
    "signatures",
    "tokenize",
    "winnow",
]
