"""The loops over tokens: functions on flat integer arrays, behind this one seam.

Whatever is imported from here has one meaning, that of `reference`; nothing above imports an implementation directly.
The native implementation is used where it was built. The environment variable ``DEDUP_KERNELS`` (``reference`` or
``native``) forces one.
"""

import importlib.util
import os
from typing import TYPE_CHECKING, Literal

from dedup.errors import ConfigError
from dedup.kernels.folding import fold


def _choose() -> Literal["reference", "native"]:
    built = importlib.util.find_spec("dedup.kernels._native") is not None
    match os.environ.get("DEDUP_KERNELS", ""):
        case "":
            return "native" if built else "reference"
        case "reference":
            return "reference"
        case "native":
            if not built:
                raise ConfigError(
                    "DEDUP_KERNELS=native: the native kernels were not built; install a C++ compiler first"
                )
            return "native"
        case other:
            raise ConfigError(f"DEDUP_KERNELS must be reference or native, not {other!r}")


implementation = _choose()
"""Which implementation of the kernels is in use."""

if TYPE_CHECKING or implementation == "reference":
    from dedup.kernels.reference import (
        CROWDED,
        LEAST_GROWN,
        SCORE,
        MergeLimits,
        NameTable,
        Texts,
        align_runs,
        band_keys,
        chain,
        connect_pairs,
        containers,
        covered,
        distinct_ranges,
        document_signatures,
        equal_groups,
        equal_runs,
        equal_windows,
        extend,
        fingerprint_starts,
        gap_costs,
        gather_passages,
        give_back_memory,
        grow,
        hash_windows,
        lcs_length,
        lcs_runs,
        link_groups,
        link_postings,
        mark_members,
        may_grow,
        merge_pieces,
        mix64,
        read_records,
        shared_counts,
        shingle,
        shingle_sets,
        similarity,
        stretch_starts,
        string_order,
        text_signatures,
        token_keys,
        tokenize,
        twice_words,
    )
else:
    from dedup.kernels.native import (
        CROWDED,
        LEAST_GROWN,
        SCORE,
        MergeLimits,
        NameTable,
        Texts,
        align_runs,
        band_keys,
        chain,
        connect_pairs,
        containers,
        covered,
        distinct_ranges,
        document_signatures,
        equal_groups,
        equal_runs,
        equal_windows,
        extend,
        fingerprint_starts,
        gap_costs,
        gather_passages,
        give_back_memory,
        grow,
        hash_windows,
        lcs_length,
        lcs_runs,
        link_groups,
        link_postings,
        mark_members,
        may_grow,
        merge_pieces,
        mix64,
        read_records,
        shared_counts,
        shingle,
        shingle_sets,
        similarity,
        stretch_starts,
        string_order,
        text_signatures,
        token_keys,
        tokenize,
        twice_words,
    )

__all__ = [
    "CROWDED",
    "LEAST_GROWN",
    "SCORE",
    "MergeLimits",
    "NameTable",
    "Texts",
    "align_runs",
    "band_keys",
    "chain",
    "connect_pairs",
    "containers",
    "covered",
    "distinct_ranges",
    "document_signatures",
    "equal_groups",
    "equal_runs",
    "equal_windows",
    "extend",
    "fingerprint_starts",
    "fold",
    "gap_costs",
    "gather_passages",
    "give_back_memory",
    "grow",
    "hash_windows",
    "implementation",
    "lcs_length",
    "lcs_runs",
    "link_groups",
    "link_postings",
    "mark_members",
    "may_grow",
    "merge_pieces",
    "mix64",
    "read_records",
    "shared_counts",
    "shingle",
    "shingle_sets",
    "similarity",
    "stretch_starts",
    "string_order",
    "text_signatures",
    "token_keys",
    "tokenize",
    "twice_words",
]
