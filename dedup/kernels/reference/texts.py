"""The folded words of a corpus, found in its texts when they are asked for."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from dedup.arrays import I64
from dedup.kernels.folding import fold
from dedup.kernels.reference.tokens import tokenize

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
        document = bisect_right(self._offsets, first) - 1
        if document < 0 or document + 1 == len(self._offsets) or last > self._offsets[document + 1]:
            raise ValueError("words must be places within one document")
        text, starts, ends = self._bounds(document)
        begin = self._offsets[document]
        bounds = zip(starts[first - begin : last - begin], ends[first - begin : last - begin], strict=True)
        return [fold(text[start:end]) for start, end in bounds]

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
        found = encoded.decode("utf-8", "surrogatepass"), starts.tolist(), ends.tolist()
        with self._lock:
            if document not in self._recent:
                self._recent[document] = found
                self._kept += len(starts)
            while self._kept > _KEPT_WORDS and len(self._recent) > 1:
                _, (_, old, _) = self._recent.popitem(last=False)
                self._kept -= len(old)
        return found
