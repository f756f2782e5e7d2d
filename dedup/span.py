"""Ranges of places in, spans of the original texts out: code points, lines, columns, and what follows them.

The bounds of words are not kept for the whole corpus; texts in which a range lies are tokenized again.

Cost: one sweep over each text with a range in it.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from dedup.arrays import I64
from dedup.corpus import decode, in_batches
from dedup.tokenize import tokenize

_BATCH_BYTES = 1 << 20


class Located(NamedTuple):
    """Where a range of places is in its text, from the first letter to the last."""

    document: int
    start: int
    """In code points, as ``end``."""
    end: int
    line: int
    """Lines and columns count from 1."""
    column: int
    end_line: int
    end_column: int
    """Exclusive."""
    marks: str
    """The punctuation and symbols that follow."""
    content: bytes
    """A digest of the text from ``start`` to ``end``."""


def locate(first: I64, last: I64, offsets: I64, texts: Sequence[bytes]) -> Iterator[Located]:
    """Yield where ranges of places (``int64[n]`` each, sorted by ``first``) are.

    ``offsets`` (``int64[n_documents + 1]``) are the places at which documents begin, ``texts`` the documents in UTF-8.
    """
    document = np.searchsorted(offsets, first, "right") - 1
    begins = np.flatnonzero(np.diff(document, prepend=-1))
    numbers = document[begins].tolist()
    bounds = [*begins.tolist(), len(document)]
    done = 0
    for batch in in_batches((texts[number] for number in numbers), _BATCH_BYTES):
        tokens = tokenize(batch)
        own = slice(bounds[done], bounds[done + len(batch)])
        # From places in the corpus to places in the batch.
        shift = np.repeat(
            tokens.offsets[:-1] - offsets[numbers[done : done + len(batch)]],
            np.diff(bounds[done : done + len(batch) + 1]),
        )
        starts, ends = tokens.starts[first[own] + shift].tolist(), tokens.ends[last[own] + shift - 1].tolist()
        for index, encoded in enumerate(batch, done):
            text, lines = decode(encoded), None
            lines = _Lines(text)
            for at in range(bounds[index] - own.start, bounds[index + 1] - own.start):
                start, end = starts[at], ends[at]
                content = hashlib.blake2b(text[start:end].encode("utf-8", "surrogatepass"), digest_size=16).digest()
                yield Located(numbers[index], start, end, *lines.locate(start, end), _marks(text, end), content)
        done += len(batch)


def _marks(text: str, at: int) -> str:
    """Return the punctuation and symbols that stand in a text from a place on."""
    end = at
    while end < len(text) and unicodedata.category(text[end])[0] in "PS":
        end += 1
    return text[at:end]


class _Lines:
    """Counts the lines of a text, going forward. A line ends with CRLF, LF or CR."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._has_returns = "\r" in text
        self._at = 0  # up to here, a place that is not inside CRLF,
        self._line = 1  # lines are counted, and the last of them
        self._line_start = 0  # begins here

    def locate(self, start: int, end: int) -> tuple[int, int, int, int]:
        """Return line and column of the start, and line and (exclusive) column of the end; starts must not go back."""
        self._line, self._line_start = self._advance(self._at, start, self._line, self._line_start)
        self._at = start
        # The last character decides the last line, also where a line end follows it.
        end_line, end_line_start = self._advance(start, end - 1, self._line, self._line_start)
        return self._line, start - self._line_start + 1, end_line, end - end_line_start + 1

    def _advance(self, begin: int, end: int, line: int, line_start: int) -> tuple[int, int]:
        text = self._text
        line_feed = text.rfind("\n", begin, end)
        if line_feed >= 0:
            line += text.count("\n", begin, end)
            line_start = line_feed + 1
        if self._has_returns:
            line += text.count("\r", begin, end) - text.count("\r\n", begin, end)
            line_start = max(line_start, text.rfind("\r", begin, end) + 1)
        return line, line_start
