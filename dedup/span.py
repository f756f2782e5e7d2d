"""Ranges of places in, spans of the original texts out: code points, lines, columns, and what follows them.

The bounds of words are not kept for the whole corpus; texts in which a range lies are read again.

Cost: one sweep over each text with a range in it.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup.arrays import I64, Places, narrowed
from dedup.columns import StringColumn
from dedup.kernels import Texts
from dedup.model import decode
from dedup.ranges import parts_between

_ASCII_MARKS = frozenset(point for point in range(128) if unicodedata.category(chr(point))[0] in "PS")


class Spans(NamedTuple):
    """Where ranges of places are in their texts, from the first letter to the last: an element for each.

    Numbers are as narrow as they fit (see `arrays.narrowed`).
    """

    document: Places
    start: Places
    """In code points, as ``end``."""
    end: Places
    line: Places
    column: Places
    end_line: Places
    end_column: Places
    marks: NDArray[np.object_]
    """The punctuation and symbols that follow, as strings."""
    content: I64
    """A hash of the text from ``start`` to ``end``, equal for equal texts in one run of the program."""


_PART = 1 << 14  # ranges of which all is there at a time


def locate(first: Places, last: Places, offsets: I64, encoded: StringColumn, texts: Texts) -> Spans:
    """Return where ranges of places (``[n]`` each, sorted by ``first``) are.

    ``offsets`` (``int64[n_documents + 1]``) are the places at which documents begin, ``encoded`` the documents in
    UTF-8, which ``texts`` reads (or reads with something masked: the bytes have the same places).
    """
    document = np.searchsorted(offsets, first, "right") - 1

    longest = int(encoded.sizes(np.arange(len(encoded))).max(initial=0))
    numbers = [np.empty(len(first), narrowed(np.zeros(0, np.int64), longest).dtype) for _ in Spans._fields[1:7]]
    marks, content = np.empty(len(first), object), np.empty(len(first), np.int64)
    for part in parts_between(document, _PART):
        found = texts.locate(first[part].astype(np.int64), last[part].astype(np.int64))
        own = encoded.views(document[part])
        starts, ends = found.start_byte.tolist(), found.end_byte.tolist()
        marks[part] = [_marks(text, end) for text, end in zip(own, ends, strict=True)]
        content[part] = [hash(bytes(text[start:end])) for text, start, end in zip(own, starts, ends, strict=True)]
        columns = found.start, found.end, found.line, found.column, found.end_line, found.end_column
        for whole, values in zip(numbers, columns, strict=True):
            whole[part] = values
    return Spans._make([narrowed(document), *numbers, marks, content])


def _marks(text: memoryview, at: int) -> str:
    """Return the punctuation and symbols that stand in a text in UTF-8 from a byte on."""
    if at == len(text):
        return ""
    if text[at] < 0x80:  # nearly always there is one mark, or none
        if text[at] not in _ASCII_MARKS:
            return ""
        if at + 1 == len(text) or (text[at + 1] < 0x80 and text[at + 1] not in _ASCII_MARKS):
            return chr(text[at])
    end = at
    while end < len(text):
        after = end + 1
        while after < len(text) and text[after] & 0xC0 == 0x80:
            after += 1
        if unicodedata.category(decode(text[end:after]))[0] not in "PS":
            break
        end = after
    return decode(text[at:end])
