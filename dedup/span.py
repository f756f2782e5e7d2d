"""Ranges of places in, spans of the original texts out: code points, lines, columns, and what follows them.

The bounds of words are not kept for the whole corpus; texts in which a range lies are read again.

Cost: one sweep over each text with a range in it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dedup.arrays import I64
from dedup.corpus import decode
from dedup.kernels import Texts

_ASCII_MARKS = frozenset(point for point in range(128) if unicodedata.category(chr(point))[0] in "PS")


class Places(NamedTuple):
    """Where ranges of places are in their texts, from the first letter to the last: an element for each."""

    document: I64
    start: I64
    """In code points, as ``end``."""
    end: I64
    line: I64
    column: I64
    end_line: I64
    end_column: I64
    marks: list[str]
    """The punctuation and symbols that follow."""
    content: list[int]
    """A hash of the text from ``start`` to ``end``, equal for equal texts in one run of the program."""


def locate(first: I64, last: I64, offsets: I64, encoded: Sequence[bytes], texts: Texts) -> Places:
    """Return where ranges of places (``int64[n]`` each, sorted by ``first``) are.

    ``offsets`` (``int64[n_documents + 1]``) are the places at which documents begin, ``encoded`` the documents in
    UTF-8, which ``texts`` reads (or reads with something masked: the bytes have the same places).
    """
    document = np.searchsorted(offsets, first, "right") - 1
    found = texts.locate(first, last)
    own = [encoded[number] for number in document.tolist()]
    ends = found.end_byte.tolist()
    return Places(
        document,
        found.start,
        found.end,
        found.line,
        found.column,
        found.end_line,
        found.end_column,
        [_marks(text, end) for text, end in zip(own, ends, strict=True)],
        [hash(text[start:end]) for text, start, end in zip(own, found.start_byte.tolist(), ends, strict=True)],
    )


def _marks(text: bytes, at: int) -> str:
    """Return the punctuation and symbols that stand in a text in UTF-8 from a byte on."""
    if at == len(text) or (text[at] < 0x80 and text[at] not in _ASCII_MARKS):
        return ""
    end = at
    while end < len(text):
        after = end + 1
        while after < len(text) and text[after] & 0xC0 == 0x80:
            after += 1
        if unicodedata.category(decode(text[end:after]))[0] not in "PS":
            break
        end = after
    return decode(text[at:end])
