"""Text to tokens, in C++: the loop is there, the tables it reads are filled here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dedup.arrays import I64, U8, U32, U64
from dedup.kernels import _native
from dedup.kernels.folding import FOLDING


def tokenize(buffer: U8, offsets: I64) -> tuple[U64, U32, U32, I64]:
    """Cut UTF-8 text into tokens: see `reference.tokenize`.

    Any bytes may be given. What is not UTF-8 separates tokens, and bytes that are no beginning of a character do not
    count as code points. Raises `ValueError` where the offsets do not cut the buffer into documents.
    """
    keys, starts, ends, bounds = _with_tables(_native.tokenize, buffer, offsets)
    return keys, starts, ends, bounds


def token_keys(buffer: U8, offsets: I64) -> tuple[U64, I64, I64]:
    """Cut UTF-8 text into tokens of which nobody asks where they stand: see `reference.token_keys` and `tokenize`."""
    keys, bounds, words = _with_tables(_native.token_keys, buffer, offsets)
    return keys, bounds, words


def text_signatures(buffer: U8, offsets: I64, size: int, multipliers: U32, increments: U32) -> tuple[I64, I64, U32]:
    """Return the tokens, words and signatures of texts: see `reference.text_signatures` and `tokenize`."""
    counts, words, signatures = _with_tables(_native.text_signatures, buffer, offsets, size, multipliers, increments)
    return counts, words, signatures


def _with_tables(read: Callable[..., tuple[Any, ...]], *arguments: Any) -> Any:
    """Return what a kernel makes of a text, with the tables filled that it needs; its last result says what lacked."""
    while True:
        filled, data = FOLDING.snapshot()
        *columns, missing = read(*arguments, filled, FOLDING.role, FOLDING.offset, FOLDING.length, data)
        if not len(missing):
            return tuple(columns)
        # The first text with a character of some page: its tokens were found without it.
        FOLDING.prepare(missing)
