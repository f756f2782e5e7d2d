"""What flows between the stages: flat arrays of equal length, and the names of their elements.

A place is a token's number in the whole corpus, documents lying one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
U64 = NDArray[np.uint64]
U32 = NDArray[np.uint32]
F64 = NDArray[np.float64]
Flags = NDArray[np.bool_]
_T = TypeVar("_T", bound=np.generic)
Chosen = I64 | Flags | slice
Places = U32 | I64
"""Places as narrow as they fit: see `narrowed`."""
Sides = tuple[Places, Places]
"""The left and the right places of some anchors; left comes before right."""


class Tokens(NamedTuple):
    """Tokens of documents that lie one after the other."""

    keys: U64
    """``uint64[n_tokens]``: hash of the folded form; the lowest bit marks a token that counts as half a word."""
    starts: U32
    """``uint32[n_tokens]``: first code point, counted from the document's start."""
    ends: U32
    """``uint32[n_tokens]``: one past the last code point."""
    offsets: I64
    """``int64[n_documents + 1]``: where each document's tokens begin."""


class Runs(NamedTuple):
    """Equal runs: ``length`` tokens from places ``left`` and ``right`` on (``int64[n_runs]``, left before right)."""

    left: I64
    right: I64
    length: I64

    def take(self, chosen: Chosen) -> Self:
        """Return the chosen ones."""
        return type(self)(*(values[chosen] for values in self))


class Alignments(NamedTuple):
    """Aligned stretches as half-open ranges of places (``int64[n]`` each), left before right, and their scores."""

    left: I64
    left_end: I64
    right: I64
    right_end: I64
    score: I64
    """In units of `kernels.SCORE` a word."""
    equal: I64
    """Words that are known to be equal: a lower bound."""

    def take(self, chosen: Chosen) -> Self:
        """Return the chosen ones."""
        return type(self)(*(values[chosen] for values in self))


class AlignedPair(NamedTuple):
    """Two aligned ranges of places, and whether their pieces stand in another order."""

    left: int
    left_end: int
    right: int
    right_end: int
    similarity: float
    reordered: bool


class Pairs(NamedTuple):
    """Aligned pairs as arrays (places, ``float64`` and ``bool``, all ``[n_pairs]``): see `AlignedPair`."""

    left: Places
    left_end: Places
    right: Places
    right_end: Places
    similarity: F64
    reordered: Flags

    @classmethod
    def of(cls, rows: Sequence[AlignedPair]) -> Self:
        """Return some pairs as arrays."""
        return cls._make(_columns(rows, (np.int64, np.int64, np.int64, np.int64, np.float64, np.bool_)))

    def rows(self) -> list[AlignedPair]:
        """Return the pairs one by one."""
        return list(map(AlignedPair._make, zip(*(values.tolist() for values in self), strict=True)))

    def take(self, chosen: Chosen) -> Self:
        """Return the chosen ones."""
        return type(self)._make(values[chosen] for values in self)


class Uses(NamedTuple):
    """Occurrences of passages as ranges of places, each compared with its passage's representative (all ``[n_uses]``).

    Sorted by passage and place; a passage's own ranges do not overlap.
    """

    passage: Places
    """The number of the passage that each belongs to, as narrow as it fits."""
    first: Places
    last: Places
    similarity: F64
    reordered: Flags
    representative: Flags
    """True for one use of each passage."""

    @classmethod
    def of(cls, rows: Sequence[tuple[int, int, int, float, bool, bool]]) -> Self:
        """Return some uses as arrays."""
        return cls._make(_columns(rows, (np.int64, np.int64, np.int64, np.float64, np.bool_, np.bool_)))

    def take(self, chosen: Chosen) -> Self:
        """Return the chosen ones."""
        return type(self)._make(values[chosen] for values in self)


class ReusedPassages(NamedTuple):
    """Passages: their uses, and the pairs that they are made of, sorted by passage and place."""

    uses: Uses
    pairs: Pairs
    passage_of_pair: Places
    """Numbers of passages (``[n_pairs]``)."""

    @property
    def size(self) -> int:
        """How many passages there are."""
        return int(np.count_nonzero(self.uses.representative))

    @property
    def reordered(self) -> Flags:
        """``bool[size]``: whether pieces stand in another order in a use or a pair of the passage."""
        result = np.zeros(self.size, bool)
        result[self.uses.passage[self.uses.reordered]] = True
        result[self.passage_of_pair[self.pairs.reordered]] = True
        return result

    def in_order(self) -> Self:
        """Return the same passages with everything sorted, numbered from 0 on by the place of their first use."""
        uses = self.uses
        order = np.lexsort((uses.last, uses.first, uses.passage))
        passage = uses.passage[order]
        begins = np.flatnonzero(np.diff(passage, prepend=-1))
        models = order[begins]
        by_place = np.lexsort((begins, uses.last[models], uses.first[models]))
        renumbered = np.zeros(int(passage.max(initial=0)) + 1, np.int64)
        renumbered[passage[begins[by_place]]] = np.arange(len(begins))
        number = narrowed(renumbered, len(begins))
        order = order[np.argsort(number[passage], kind="stable")]
        uses = uses.take(order)
        uses = uses._replace(passage=number[uses.passage])
        passage_of_pair = number[self.passage_of_pair]
        by_passage = np.lexsort((*reversed(self.pairs), passage_of_pair))
        return type(self)(uses, self.pairs.take(by_passage), passage_of_pair[by_passage])


class Located(NamedTuple):
    """Where ranges of places are in the texts of their documents, from the first letter to the last (``int64[n]``)."""

    start: I64
    """In code points; ``end`` is exclusive."""
    end: I64
    start_byte: I64
    """In bytes of the text as UTF-8."""
    end_byte: I64
    line: I64
    """Lines and columns count from 1; a line ends with CRLF, LF or CR."""
    column: I64
    end_line: I64
    end_column: I64
    """Exclusive, in the line of the last letter."""


def _columns(rows: Sequence[Sequence[Any]], kinds: Sequence[type[np.generic]]) -> list[NDArray[Any]]:
    """Return rows of values as arrays, one for each kind."""
    columns = list(zip(*rows, strict=True)) or [()] * len(kinds)
    return [np.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]


def narrowed(places: Places, count: int | None = None) -> Places:
    """Return places of ``count`` tokens in 32 bits, as long as sums of them fit as well.

    Without a count there are as many tokens as the last of these places needs.
    """
    if count is None:
        count = int(places.max(initial=0)) + 1
    return places.astype(np.uint32) if count < 1 << 30 else places


def appended(values: NDArray[_T], more: NDArray[_T]) -> NDArray[_T]:
    """Return both arrays as one; what was returned before is not copied if it is large, its pages are moved.

    Nothing else may refer to either array.
    """
    if not len(values):
        return more  # most often the only one if it is large: a single text
    if not values.flags.owndata:
        values = values.copy()
    size = len(values)
    values.resize(size + len(more), refcheck=False)
    values[size:] = more
    return values


def distinct(values: NDArray[_T]) -> NDArray[_T]:
    """Return the distinct values of an array, sorted (by sorting: `numpy.unique` builds a slower hash table first)."""
    values = np.sort(values)
    fresh = np.ones(len(values), bool)
    fresh[1:] = values[1:] != values[:-1]
    return values[fresh]


def document_pairs(left: I64, right: I64, offsets: I64) -> I64:
    """Return a number for the pair of documents of each two places (``int64[n]``), ascending by left and right."""
    return np.searchsorted(offsets, left, "right") * (len(offsets) + 1) + np.searchsorted(offsets, right, "right")


def connected(count: int, left: Places, right: Places) -> I64:
    """Return ``int64[count]``: for each member the least member that links connect it with, over any number of links.

    Every round hooks the roots of linked trees onto the lower root and then flattens the trees (Shiloach, Vishkin
    1982), so there are few rounds.
    """
    root = np.arange(count)
    while True:
        low = np.minimum(root[left], root[right])
        hooked = root.copy()
        np.minimum.at(hooked, root[left], low)
        np.minimum.at(hooked, root[right], low)
        while not np.array_equal(flat := hooked[hooked], hooked):
            hooked = flat
        if np.array_equal(hooked, root):
            return root
        root = hooked
