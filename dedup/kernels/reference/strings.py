"""Strings of bytes in columns: in their order, and told apart."""

from __future__ import annotations

import numpy as np

from dedup.arrays import I64, U8, Flags
from dedup.columns import Strings


def string_order(buffer: U8, offsets: I64) -> tuple[I64, I64]:
    """Return the order of byte strings, and where in it one follows that is the same (``int64`` both).

    ``offsets`` (``int64[n_strings + 1]``) say where each begins in ``buffer``. Of equal strings the first comes first.
    """
    strings = Strings(buffer, offsets).tolist()
    order = sorted(range(len(strings)), key=strings.__getitem__)
    repeated = [at for at in range(1, len(order)) if strings[order[at - 1]] == strings[order[at]]]
    return np.array(order, np.int64), np.array(repeated, np.int64)


class NameTable:
    """Names that are taken, each with a number; to be used by one thread at a time."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, buffer: U8, offsets: I64, numbers: I64) -> Flags:
        """Return which names were free (``bool[n_names]``); these are taken from now on, with their numbers.

        ``offsets`` (``int64[n_names + 1]``) say where each begins in ``buffer``; ``numbers`` are ``int64[n_names]``.
        """
        free = []
        for name, number in zip(Strings(buffer, offsets).tolist(), numbers.tolist(), strict=True):
            free.append(name not in self._numbers)
            self._numbers.setdefault(name, number)
        return np.array(free, bool)

    def number(self, name: bytes) -> int:
        """Return the number of a name; raises `KeyError` if it is free."""
        return self._numbers[name]
