"""What flows between the stages: flat arrays of equal length, and the names of their elements.

A place is a token's number in the whole corpus, documents lying one after the other.
"""

from __future__ import annotations

from typing import NamedTuple, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
U64 = NDArray[np.uint64]
U32 = NDArray[np.uint32]
_T = TypeVar("_T", bound=np.generic)
Chosen = NDArray[np.int64] | NDArray[np.bool_]


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


def words_before(keys: U64) -> I64:
    """Return ``int64[n_tokens + 1]``: twice the number of words among the tokens before each place."""
    result = np.zeros(len(keys) + 1, np.int64)
    np.cumsum(2 - (keys & np.uint64(1)).astype(np.int64), out=result[1:])
    return result


def distinct(values: NDArray[_T]) -> NDArray[_T]:
    """Return the distinct values of an array, sorted (by sorting: `numpy.unique` builds a slower hash table first)."""
    values = np.sort(values)
    fresh = np.ones(len(values), bool)
    fresh[1:] = values[1:] != values[:-1]
    return values[fresh]


def twice_the_words(keys: U64) -> int:
    """Return twice the number of words that some tokens are, which is whole where a token is half a word."""
    return 2 * len(keys) - int(np.count_nonzero(keys & np.uint64(1)))


def document_pairs(left: I64, right: I64, offsets: I64) -> I64:
    """Return a number for the pair of documents of each two places (``int64[n]``), ascending by left and right."""
    return np.searchsorted(offsets, left, "right") * (len(offsets) + 1) + np.searchsorted(offsets, right, "right")
