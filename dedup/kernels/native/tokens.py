"""Text to tokens, in C++: the loop is there, the tables it reads are filled here."""

from __future__ import annotations

from dedup.arrays import I64, U8, U32, U64
from dedup.kernels import _native
from dedup.kernels.folding import FOLDING


def tokenize(buffer: U8, offsets: I64) -> tuple[U64, U32, U32, I64]:
    """Cut UTF-8 text into tokens: see `reference.tokenize`.

    Any bytes may be given. What is not UTF-8 separates tokens, and bytes that are no beginning of a character do not
    count as code points. Raises `ValueError` where the offsets do not cut the buffer into documents.
    """
    while True:
        filled, data = FOLDING.snapshot()
        keys, starts, ends, bounds, missing = _native.tokenize(
            buffer, offsets, filled, FOLDING.role, FOLDING.offset, FOLDING.length, data
        )
        if not len(missing):
            return keys, starts, ends, bounds
        # The first text with a character of some page: its tokens were found without it.
        FOLDING.prepare(missing)
