"""Tokens in, shingles out: hashes of k consecutive tokens (Broder 1997).

Documents are compared by their sets of 5-token shingles. A document shorter than that still has one, of all its
tokens, so that two equal notes of three words are found to be equal.

Cost: a sort of each document's shingles; 8 bytes a token.
"""

from __future__ import annotations

from zlib import adler32

import numpy as np

from dedup import kernels
from dedup.arrays import I64, U64, appended
from dedup.columns import StringColumn, cut
from dedup.tokenize import token_keys

DOCUMENT_SHINGLE = 5
"""Tokens in a shingle when whole documents are compared."""


def shingle_sets(keys: U64, offsets: I64) -> tuple[U64, I64]:
    """Return documents' distinct shingles, sorted within each, and the documents' offsets in them."""
    return kernels.shingle_sets(keys, offsets, DOCUMENT_SHINGLE)


def text_sets(texts: StringColumn, documents: I64, most: int) -> tuple[I64, U64, I64]:
    """Return which set of shingles each of some documents has (``int64[n]``), these sets, and their offsets.

    ``documents`` (``int64[n]``) number the texts; equal ones have one set, but for a few. The tokens of about ``most``
    bytes of text are there at a time.
    """
    numbers: dict[tuple[int, int], int] = {}
    sets: list[int] = []
    fresh: list[int] = []
    for text, document in zip(texts.views(documents), documents.tolist(), strict=True):
        number = numbers.setdefault((len(text), adler32(text)), len(fresh))
        if number == len(fresh) or texts[fresh[number]] != bytes(text):
            number = len(fresh)
            fresh.append(document)
        sets.append(number)
    own = np.array(fresh, np.int64)
    shingles, counts = np.zeros(0, np.uint64), [np.zeros(1, np.int64)]
    for part in cut(texts.sizes(own), most):
        keys, offsets, _ = token_keys(texts.take(own[part]))
        more, bounds = shingle_sets(keys, offsets)
        shingles = appended(shingles, more)
        counts.append(np.diff(bounds))
    return np.array(sets, np.int64), shingles, np.cumsum(np.concatenate(counts))
