"""Occurrences to shingles: the words of a passage as numbers that a file can keep and that can be compared.

A shingle is a 24-bit hash of three consecutive folded words: short enough to be written by the hundred, long enough
that two different ones are rarely taken for each other, and of so many words that texts about other things share
few.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup import kernels
from dedup.arrays import F64, I64
from dedup.model import Passage, Span, encode
from dedup.tokenize import token_keys

SHINGLE = 3
"""Words in a shingle (a letter of a script without spaces is one here)."""
BITS = 24
RANGE = 1 << BITS
"""Shingles are whole numbers below this."""
MOST = 256
"""Most shingles that are kept of a passage: the least ones, which are a fair sample (bottom-k, Cohen 1997)."""


class Shingled(NamedTuple):
    """The shingles of texts, one text after the other."""

    values: I64
    """``int64[n_shingles]``, in the order of the words."""
    weights: F64
    """``float64[n_shingles]``: how many words the first of each counts as, one or a half."""
    offsets: I64
    """``int64[n_texts + 1]``: where the shingles of each text begin."""

    @classmethod
    def of(cls, texts: Sequence[str]) -> Shingled:
        """Return the shingles of some texts."""
        keys, bounds, _ = token_keys([encode(text) for text in texts])
        hashes, offsets = kernels.shingle(keys, bounds, SHINGLE)
        first = np.arange(len(hashes)) + np.repeat(bounds[:-1] - offsets[:-1], np.diff(offsets))
        weights = 1.0 - 0.5 * (keys[first] & np.uint64(1)).astype(np.float64)
        return cls((hashes >> np.uint64(64 - BITS)).astype(np.int64), weights, offsets)


def quoted(spans: Iterable[Span], texts: Mapping[str, str]) -> list[str]:
    """Return the text of each span; raises `KeyError` for a document that ``texts`` lacks."""
    spans = list(spans)
    found = [""] * len(spans)
    document, text = None, ""
    # A text is decoded when it is asked for, so each is asked for once.
    for number in sorted(range(len(spans)), key=lambda number: spans[number].document):
        span = spans[number]
        if span.document != document:
            document, text = span.document, texts[span.document]
        found[number] = text[span.start : span.end]
    return found


def sketches(passages: Sequence[Passage], texts: Mapping[str, str]) -> list[NDArray[np.int64]]:
    """Return for each passage the `MOST` least distinct shingles of all its occurrences, ascending."""
    shingled = Shingled.of(quoted((place for passage in passages for place in passage.occurrences), texts))
    bounds = np.cumsum([0, *(len(passage.occurrences) for passage in passages)])
    owner = np.repeat(np.arange(len(passages)), np.diff(shingled.offsets[bounds]))
    pairs = np.unique(owner * RANGE + shingled.values)
    begins = np.searchsorted(pairs, np.arange(len(passages) + 1) * RANGE)
    return [pairs[begin : min(end, begin + MOST)] % RANGE for begin, end in pairwise(begins.tolist())]


def pack(sketch: I64) -> bytes:
    """Return a sketch as bytes, three for each shingle."""
    return sketch.astype(">u4").view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()


def unpack(packed: bytes) -> I64:
    """Return a sketch that was packed, ``int64[n_shingles]``."""
    rows = np.frombuffer(packed, np.uint8).reshape(-1, 3).astype(np.int64)
    return (rows[:, 0] << 16) | (rows[:, 1] << 8) | rows[:, 2]
