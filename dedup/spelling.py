"""Ranges of places in, folded words out.

Cost: a folding of each word that is asked for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from dedup import kernels
from dedup.arrays import I64, U32
from dedup.corpus import decode
from dedup.tokenize import tokenize


class Spelling:
    """Answers how the words of ranges of places are spelt.

    ``texts`` are the documents in UTF-8, ``offsets`` (``int64[n_documents + 1]``) the places at which they begin.
    """

    def __init__(self, texts: Sequence[bytes], offsets: I64) -> None:
        self._texts = texts
        self._offsets = offsets.tolist()
        self._known: dict[int, tuple[str, U32, U32]] = {}

    def words(self, first: int, last: int) -> list[str]:
        """Return the folded words of a range of places within one document."""
        number = bisect_right(self._offsets, first) - 1
        if number not in self._known:
            tokens = tokenize([self._texts[number]])
            self._known[number] = decode(self._texts[number]), tokens.starts, tokens.ends
        text, starts, ends = self._known[number]
        own = slice(first - self._offsets[number], last - self._offsets[number])
        return [kernels.fold(text[a:b]) for a, b in zip(starts[own].tolist(), ends[own].tolist(), strict=True)]
