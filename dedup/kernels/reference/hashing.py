"""Hashes of integers and of windows of tokens, in numpy. Unsigned arithmetic wraps on purpose."""

from __future__ import annotations

import numpy as np

from dedup.arrays import I64, U32, U64

SHINGLE_MULTIPLIER = np.uint64(0xE7037ED1A0B428DB)


def mix64(values: U64) -> U64:
    """Return the MurmurHash3 finalizer of ``uint64[n]``: a bijection; each input bit moves every output bit."""
    values = values ^ (values >> np.uint64(33))
    values *= np.uint64(0xFF51AFD7ED558CCD)
    values ^= values >> np.uint64(33)
    values *= np.uint64(0xC4CEB9FE1A85EC53)
    values ^= values >> np.uint64(33)
    return values


def fmix32(values: U32) -> U32:
    """Return the 32-bit finalizer of MurmurHash3."""
    values = values ^ (values >> np.uint32(16))
    values *= np.uint32(0x85EBCA6B)
    values ^= values >> np.uint32(13)
    values *= np.uint32(0xC2B2AE35)
    values ^= values >> np.uint32(16)
    return values


def hash_windows(keys: U64, starts: I64, size: int) -> U64:
    """Return the shingle hash of the ``size`` tokens from each of ``starts``."""
    whole = len(starts) > len(keys) // 2  # then shifted slices are faster than gathers
    total = np.zeros(len(keys) - size + 1 if whole else len(starts), np.uint64)
    for place in range(size):
        total *= SHINGLE_MULTIPLIER
        total += keys[place : place + len(total)] if whole else keys[starts + place]
    return mix64(total[starts] if whole else total)
