"""What the kernels must return, one number at a time in plain Python, and how results are compared."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

MASK = (1 << 64) - 1
SHINGLE_MULTIPLIER = 0xE7037ED1A0B428DB


def same(results: Sequence[np.ndarray], expected: Sequence[np.ndarray]) -> None:
    """Assert that arrays are equal in type, shape and every element."""
    assert len(results) == len(expected)
    for result, other in zip(results, expected, strict=True):
        assert (result.dtype, result.shape) == (other.dtype, other.shape)
        assert result.tolist() == other.tolist()


def batch(documents: Sequence[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """Return documents as one buffer and their offsets in it."""
    return np.frombuffer(b"".join(documents), np.uint8), bounds(documents)


def bounds(documents: Sequence[Sequence[object]]) -> np.ndarray:
    return np.cumsum([0, *map(len, documents)], dtype=np.int64)


def flat(documents: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Return documents' values as one array and their offsets in it."""
    return np.array([value for document in documents for value in document], np.uint64), bounds(documents)


def divided(values: np.ndarray, offsets: np.ndarray) -> list[list[int]]:
    return [values[begin:end].tolist() for begin, end in pairwise(offsets.tolist())]


def mix64(value: int) -> int:
    """Return the finalizer of MurmurHash3."""
    for multiplier in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53, 1):
        value = (value ^ value >> 33) * multiplier & MASK
    return value


def fmix32(value: int) -> int:
    """Return the 32-bit finalizer of MurmurHash3."""
    value = (value ^ value >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    value = (value ^ value >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    return value ^ value >> 16


def token_key(folded: str, half: bool) -> int:
    """Return the key of a word: a sum over its 8-byte pieces, and a bit for what counts as half a word."""
    data = folded.encode("utf-8", "surrogatepass")
    pieces = [int.from_bytes(data[at : at + 8], "little") for at in range(0, max(len(data), 1), 8)]
    total = pieces[0] * 0xD6E8FEB86659FD93 & MASK
    total = (total ^ total >> 32) + len(data) * 0xA0761D6478BD642F
    for place, piece in enumerate(pieces[1:], start=1):
        total += mix64(piece ^ (place * 0x9E3779B97F4A7C15 & MASK))
    return (mix64(total & MASK) & ~1) | half


def window_hash(values: Sequence[int]) -> int:
    """Return the hash of a shingle."""
    total = 0
    for value in values:
        total = (total * SHINGLE_MULTIPLIER + value) & MASK
    return mix64(total)


def signature(shingles: Sequence[int], multipliers: Sequence[int], increments: Sequence[int]) -> list[int]:
    """Return the least value of each permutation."""
    elements = [fmix32(shingle >> 32) for shingle in shingles]
    return [
        min(((a * element + b) & 0xFFFFFFFF for element in elements), default=0xFFFFFFFF)
        for a, b in zip(multipliers, increments, strict=True)
    ]
