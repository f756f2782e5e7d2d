"""The kernels in numpy: readable, complete, and the specification that a faster implementation must equal to the bit.

Every function takes and returns flat arrays and knows nothing of files, documents' names or the stage that calls it.
Documents lie one after the other; ``offsets`` (``int64[n_documents + 1]``) says where each begins.
"""

from dedup.kernels.reference.chains import SCORE, chain, gap_costs
from dedup.kernels.reference.extension import extend
from dedup.kernels.reference.hashing import hash_windows, mix64
from dedup.kernels.reference.sketches import band_keys, link_groups, shingle, signatures, winnow
from dedup.kernels.reference.tokens import tokenize

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
