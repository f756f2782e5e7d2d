"""Marks at tokens: whether their fingerprints stand alone, and where stretches around frequent ones begin, in numpy."""

from __future__ import annotations

import numpy as np

from dedup.arrays import I64, U8, Flags, Places

ALONE, REPEATED, CROWDED = 1, 2, 3
"""Marks of tokens at which a fingerprint starts: it stands there alone, in several places, in a large group."""


def mark_members(places: Places, sizes: I64, limit: int, marks: U8) -> None:
    """Mark members of groups, in ``marks`` (``uint8[n_tokens]``): `REPEATED`, in a group of over ``limit`` `CROWDED`.

    ``places`` (``int64[n]`` or ``uint32[n]``) are the members, group after group, and ``sizes`` how many each has.
    """
    marks[places] = np.repeat(np.where(sizes > limit, CROWDED, REPEATED), sizes)


def stretch_starts(marks: U8, size: int, shingle: int, window: int) -> Flags:
    """Return at which tokens a stretch of ``size`` may start that is there twice and of interest, ``bool[n_tokens]``.

    It has a `CROWDED` token among its first ``window``. And it has none that is `ALONE` where equal stretches have the
    same fingerprints: where all ``window`` shingles, of ``shingle`` tokens, of which one can be the least are within.
    """
    starts = np.zeros(len(marks), bool)
    for back in range(window):
        starts[: max(len(marks) - back, 0)] |= marks[back:] == CROWDED
    for back in range(window - 1, size - shingle - window + 2):
        starts[: max(len(marks) - back, 0)] &= marks[back:] != ALONE
    return starts
