"""The kernels in C++: the same functions as `reference`, equal to it in every bit.

What is not worth a second implementation is the reference's own. Importing this fails with `ImportError` where the
extension was not built.
"""

from dedup.kernels._native import (
    band_keys,
    document_signatures,
    equal_groups,
    equal_runs,
    equal_windows,
    fingerprint_starts,
    fingerprints,
    hash_windows,
    link_groups,
    link_postings,
    mark_members,
    mix64,
    shared_counts,
    shingle,
    shingle_sets,
    stretch_starts,
    twice_words,
)
from dedup.kernels.native.alignment import (
    Texts,
    align_runs,
    alike,
    alike_prefix,
    covered,
    grow,
    lcs_length,
    lcs_runs,
    may_be_alike,
    may_grow,
    score_words,
    similarity,
)
from dedup.kernels.native.chains import chain
from dedup.kernels.native.passages import gather_passages, merge_pieces
from dedup.kernels.native.tokens import text_signatures, token_keys, tokenize
from dedup.kernels.reference import (
    CROWDED,
    LEAST_GROWN,
    SCORE,
    MergeLimits,
    extend,
    gap_costs,
)

__all__ = [
    "CROWDED",
    "LEAST_GROWN",
    "SCORE",
    "MergeLimits",
    "Texts",
    "align_runs",
    "alike",
    "alike_prefix",
    "band_keys",
    "chain",
    "covered",
    "document_signatures",
    "equal_groups",
    "equal_runs",
    "equal_windows",
    "extend",
    "fingerprint_starts",
    "fingerprints",
    "gap_costs",
    "gather_passages",
    "grow",
    "hash_windows",
    "lcs_length",
    "lcs_runs",
    "link_groups",
    "link_postings",
    "mark_members",
    "may_be_alike",
    "may_grow",
    "merge_pieces",
    "mix64",
    "score_words",
    "shared_counts",
    "shingle",
    "shingle_sets",
    "similarity",
    "stretch_starts",
    "text_signatures",
    "token_keys",
    "tokenize",
    "twice_words",
]
