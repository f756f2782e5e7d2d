"""Ranges of places in, folded words out.

Cost: a folding of each word that is asked for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from dedup import kernels
from dedup.arrays import Tokens


class Spelling:
    """Answers how the words of ranges of places are spelt; ``texts`` and ``tokens`` belong together."""

    def __init__(self, texts: Sequence[str], tokens: Tokens) -> None:
        self._texts = texts
        self._tokens = tokens
        self._offsets = tokens.offsets.tolist()

    def words(self, first: int, last: int) -> list[str]:
        """Return the folded words of a range of places within one document."""
        text = self._texts[bisect_right(self._offsets, first) - 1]
        starts, ends = self._tokens.starts[first:last].tolist(), self._tokens.ends[first:last].tolist()
        return [kernels.fold(text[start:end]) for start, end in zip(starts, ends, strict=True)]
