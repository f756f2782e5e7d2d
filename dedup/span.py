"""Ranges of places in, spans of the original texts out: code points, closing punctuation, lines and columns.

Cost: one sweep over each text with an occurrence, up to the last one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from dedup.arrays import I64, Tokens
from dedup.model import Document, Occurrence


class Bounds(NamedTuple):
    """Where ranges of places are: document numbers and half-open ranges of code points, one after the other."""

    document: list[int]
    start: list[int]
    end: list[int]


def bounds_of(first: I64, last: I64, tokens: Tokens) -> Bounds:
    """Return where ranges of places (``int64[n]`` each) are, from the first letter to the last."""
    document = np.searchsorted(tokens.offsets, first, "right") - 1
    return Bounds(document.tolist(), tokens.starts[first].tolist(), tokens.ends[last - 1].tolist())


def closing_punctuation(texts: Sequence[str], ends: Sequence[int]) -> int:
    """Return how many marks (punctuation and symbols) follow alike in all of some texts, each from its own end on."""
    count = 0
    while True:
        marks = {text[end + count : end + count + 1] for text, end in zip(texts, ends, strict=True)}
        mark = marks.pop()
        if marks or not mark or unicodedata.category(mark)[0] not in "PS":
            return count
        count += 1


def occurrences(documents: Sequence[Document], bounds: Bounds) -> Iterator[Occurrence]:
    """Yield ranges with their lines and columns; the ranges are sorted by document and start."""
    number, lines = -1, _Lines("")
    for document, start, end in zip(*bounds, strict=True):
        if document != number:
            number, lines = document, _Lines(documents[document].text)
        yield Occurrence(documents[document].id, start, end, *lines.locate(start, end))


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
