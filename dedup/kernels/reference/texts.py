"""The words of a corpus, found in its texts when they are asked for: how they are spelt, and where they stand."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from copy import copy

import numpy as np

from dedup.arrays import I64, Located
from dedup.kernels.folding import fold
from dedup.kernels.reference.tokens import tokenize
from dedup.model import decode, encode

_KEPT_WORDS = 1 << 22


class Texts:
    """Gives the folded words of ranges of places; may be used by several threads.

    ``texts`` are the documents as UTF-8 (surrogates as three bytes), read one at a time, when a word of it is first
    asked for; ``offsets`` (``int64[n_documents + 1]``) are the places where their words begin. Where words stand is not
    kept for the whole corpus: a document is tokenized again if it was not asked for lately.
    """

    def __init__(self, texts: Sequence[bytes], offsets: I64) -> None:
        self._texts = texts
        self._offsets: list[int] = offsets.tolist()
        self._recent: OrderedDict[int, tuple[str, list[int], list[int]]] = OrderedDict()
        self._kept = 0
        self._lock = threading.Lock()

    def words(self, first: int, last: int) -> list[str]:
        """Return the folded words of a range of places within one document.

        Raises `ValueError` where the places are not those of one document.
        """
        if first >= last:
            return []
        document = self._document(first, last)
        text, starts, ends = self._bounds(document)
        begin = self._offsets[document]
        bounds = zip(starts[first - begin : last - begin], ends[first - begin : last - begin], strict=True)
        return [fold(text[start:end]) for start, end in bounds]

    def locate(self, first: I64, last: I64) -> Located:
        """Return where ranges of places (``int64[n]`` each, each within one document) are in the texts.

        Of ranges sorted by ``first`` every text is read once. Raises `ValueError` where a range is empty or is not one
        of places of one document.
        """
        rows = []
        number, cursor = -1, _Cursor("")
        for begin, end in zip(first.tolist(), last.tolist(), strict=True):
            if begin >= end:
                raise ValueError("ranges must not be empty")
            document = self._document(begin, end)
            text, starts, ends = self._bounds(document)
            if document != number:
                number, cursor = document, _Cursor(text)
            start, stop = starts[begin - self._offsets[document]], ends[end - 1 - self._offsets[document]]
            if start < cursor.at:
                cursor = _Cursor(text)
            cursor.advance(start)
            beyond = copy(cursor)
            beyond.advance(stop)
            columns = start - cursor.line_start + 1, stop - beyond.line_start + 1
            rows.append((start, stop, cursor.byte, beyond.byte, cursor.line, columns[0], beyond.line, columns[1]))
        return Located(*np.array(rows, np.int64).reshape(-1, 8).T)

    def _document(self, first: int, last: int) -> int:
        """Return the document that a range of places is in."""
        document = bisect_right(self._offsets, first) - 1
        if document < 0 or document + 1 == len(self._offsets) or last > self._offsets[document + 1]:
            raise ValueError("words must be places within one document")
        return document

    def _bounds(self, document: int) -> tuple[str, list[int], list[int]]:
        """Return a document's text, and in it where its words start and end."""
        with self._lock:
            if document in self._recent:
                self._recent.move_to_end(document)
                return self._recent[document]
        encoded = self._texts[document]
        _, starts, ends, _ = tokenize(np.frombuffer(encoded, np.uint8), np.array([0, len(encoded)]))
        if len(starts) != self._offsets[document + 1] - self._offsets[document]:
            raise ValueError("a document has other words than its places say")
        found = decode(encoded), starts.tolist(), ends.tolist()
        with self._lock:
            if document not in self._recent:
                self._recent[document] = found
                self._kept += len(starts)
            while self._kept > _KEPT_WORDS and len(self._recent) > 1:
                _, (_, old, _) = self._recent.popitem(last=False)
                self._kept -= len(old)
        return found


class _Cursor:
    """A place in a text that is not inside CRLF, and where that is."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.at = 0
        self.byte = 0
        self.line = 1
        self.line_start = 0

    def advance(self, to: int) -> None:
        """Go forward to a code point."""
        text, at = self._text, self.at
        self.byte += len(encode(text[at:to]))
        self.line += text.count("\n", at, to) + text.count("\r", at, to) - text.count("\r\n", at, to)
        self.line_start = max(self.line_start, text.rfind("\n", at, to) + 1, text.rfind("\r", at, to) + 1)
        self.at = to
