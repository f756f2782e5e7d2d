"""The native kernels of alignments, as their functions are called: with texts as they come and with tables of costs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedup.arrays import I64, U8, U32, U64, Located
from dedup.columns import StringColumn
from dedup.kernels import _native
from dedup.kernels._native import covered, lcs_length, may_grow
from dedup.kernels.folding import FOLDING
from dedup.kernels.reference.alignment import LONGEST_COMPARED
from dedup.kernels.reference.chains import gap_costs
from dedup.kernels.reference.letters import WORD_END

__all__ = [
    "Texts",
    "align_runs",
    "alike",
    "alike_prefix",
    "covered",
    "grow",
    "lcs_length",
    "lcs_runs",
    "may_be_alike",
    "may_grow",
    "score_words",
    "similarity",
]

SKIPPED = gap_costs(LONGEST_COMPARED, one_sided=True)
"""What a gap of 0, 1, ... words costs with nothing opposite."""
REPLACED = gap_costs(LONGEST_COMPARED, one_sided=False)
"""And with other words opposite."""


class Texts(_native.Texts):
    """Gives the folded words of ranges of places, as the reference does.

    Of a document that was asked for once its text is kept, and where every 32nd word begins.
    """

    def __init__(self, texts: Sequence[bytes], offsets: I64) -> None:
        column = StringColumn.of(texts)
        buffers, bounds = [part.buffer for part in column.parts], [part.offsets for part in column.parts]
        super().__init__(buffers, bounds, column.order, _forms, offsets, FOLDING.role, FOLDING.offset, FOLDING.length)

    def words(self, first: int, last: int) -> list[str]:
        """Return the folded words of a range of places within one document."""
        return _decode(self.letters(first, last)).split(WORD_END)[:-1]

    def locate(self, first: I64, last: I64) -> Located:
        """Return where ranges of places are in the texts."""
        return Located(*self.located(first, last).reshape(-1, 8).T)


def _forms(text: bytes) -> U8:
    """Return the folded forms of code points, those in a text included."""
    FOLDING.prepare(_native.pages(text))
    return FOLDING.data


def _encode(text: str) -> U32:
    return np.array([ord(letter) for letter in text], np.uint32)


def _decode(letters: U32) -> str:
    return "".join(map(chr, letters.tolist()))


def alike(a: str, b: str) -> bool:
    """Return whether two stretches of words agree in six tenths of their letters."""
    return _native.alike(_encode(a), _encode(b))


def may_be_alike(a: str, b: str) -> bool:
    """Return whether a look at `alike_prefix` of longer texts is worth while, from their first few words."""
    return _native.may_be_alike(_encode(a), _encode(b))


def alike_prefix(a: str, b: str) -> tuple[int, int]:
    """Return how many words at the beginning of two texts are the same words misread, divided or joined."""
    return _native.alike_prefix(_encode(a), _encode(b))


def similarity(a: U64, b: U64, known: int = 0) -> float:
    """Return the Indel similarity of two sequences of keys, ``known`` of which are known to be shared."""
    both = len(a) + len(b)
    return 1.0 - (both - 2 * lcs_length(a, b, known)) / both


def lcs_runs(a: U64, b: U64) -> I64:
    """Return the equal runs of a longest common subsequence."""
    return _native.lcs_runs(a, b).reshape(-1, 3)


def score_words(keys: U64, left: I64, left_end: I64, right: I64, right_end: I64, texts: Texts) -> I64:
    """Return what aligned ranges of places count together."""
    return _native.score_words(keys, left, left_end, right, right_end, texts, SKIPPED, REPLACED)


def align_runs(left: I64, right: I64, length: I64, begins: I64, keys: U64, texts: Texts) -> I64:
    """Return the best-scoring stretches of chains of equal runs."""
    return _native.align_runs(left, right, length, begins, keys, texts, SKIPPED, REPLACED).reshape(-1, 6)


def grow(
    keys: U64, texts: Texts, left: I64, right: I64, left_room: I64, right_room: I64, score: I64, direction: int
) -> tuple[I64, I64, I64]:
    """Return ends of alignments moved outwards, and the scores."""
    return _native.grow(keys, texts, left, right, left_room, right_room, score, direction)
