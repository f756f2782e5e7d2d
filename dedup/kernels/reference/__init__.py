"""The kernels in numpy: readable, complete, and the specification that a faster implementation must equal to the bit.

Every function takes and returns flat arrays and knows nothing of files, documents' names or the stage that calls it.
Documents lie one after the other; ``offsets`` (``int64[n_documents + 1]``) says where each begins.
"""

from dedup.kernels.reference.alignment import (
    LEAST_GROWN,
    align_runs,
    covered,
    grow,
    lcs_length,
    lcs_runs,
    may_grow,
    score_words,
    similarity,
)
from dedup.kernels.reference.chains import SCORE, chain, gap_costs
from dedup.kernels.reference.components import connect_pairs, distinct_ranges
from dedup.kernels.reference.containers import containers
from dedup.kernels.reference.extension import extend
from dedup.kernels.reference.grouping import equal_groups, equal_windows, link_groups, link_postings, shared_counts
from dedup.kernels.reference.hashing import hash_windows, mix64
from dedup.kernels.reference.letters import alike, alike_prefix, may_be_alike
from dedup.kernels.reference.marking import CROWDED, mark_members, stretch_starts
from dedup.kernels.reference.memory import give_back_memory
from dedup.kernels.reference.merging import MergeLimits, merge_pieces
from dedup.kernels.reference.passages import gather_passages
from dedup.kernels.reference.records import read_records
from dedup.kernels.reference.runs import equal_runs
from dedup.kernels.reference.sketches import (
    band_keys,
    document_signatures,
    fingerprint_starts,
    shingle,
    shingle_sets,
    signatures,
    text_signatures,
    winnow,
)
from dedup.kernels.reference.strings import NameTable, string_order
from dedup.kernels.reference.texts import Texts
from dedup.kernels.reference.tokens import token_keys, tokenize, twice_words

__all__ = [
    "CROWDED",
    "LEAST_GROWN",
    "SCORE",
    "MergeLimits",
    "NameTable",
    "Texts",
    "align_runs",
    "alike",
    "alike_prefix",
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
    "gap_costs",
    "gather_passages",
    "give_back_memory",
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
    "read_records",
    "score_words",
    "shared_counts",
    "shingle",
    "shingle_sets",
    "signatures",
    "similarity",
    "stretch_starts",
    "string_order",
    "text_signatures",
    "token_keys",
    "tokenize",
    "twice_words",
    "winnow",
]
