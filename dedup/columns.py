"""Byte strings as columns: many in one buffer, since an object for each would take more memory than a short text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from itertools import pairwise, starmap
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from dedup.arrays import I64, U8
from dedup.lists import Sliceable
from dedup.model import decode, encode


class Strings(Sliceable[bytes]):
    """Byte strings in one buffer, one after the other (the layout of an Arrow string column)."""

    __slots__ = ("buffer", "offsets")

    def __init__(self, buffer: U8, offsets: I64) -> None:
        self.buffer = buffer
        """``uint8[n_bytes]``"""
        self.offsets = offsets
        """``int64[n_strings + 1]``: where the strings begin, from 0 to ``n_bytes``."""

    @classmethod
    def of(cls, strings: Sequence[bytes] | Sequence[memoryview]) -> Strings:
        """Return strings as a column, in which they may be already; of a single one nothing is copied."""
        if isinstance(strings, Strings):
            return strings
        offsets = np.zeros(len(strings) + 1, np.int64)
        np.cumsum([len(string) for string in strings], out=offsets[1:])
        return cls(np.frombuffer(b"".join(strings), np.uint8), offsets)

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Return several columns as one; a single one is returned as it is."""
        if len(parts) == 1:
            return parts[0]
        offsets = np.zeros(sum(map(len, parts)) + 1, np.int64)
        np.cumsum(np.concatenate([np.diff(part.offsets) for part in parts] or [offsets[:0]]), out=offsets[1:])
        return cls(np.concatenate([part.buffer for part in parts] or [np.zeros(0, np.uint8)]), offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def _item(self, at: int) -> bytes:
        return self.buffer[self.offsets[at] : self.offsets[at + 1]].tobytes()

    def _slice(self, own: slice) -> Self:
        begin, end, step = own.indices(len(self))
        if step != 1:
            raise ValueError("only consecutive strings can be taken at once")
        end = max(begin, end)
        first, last = self.offsets[begin], self.offsets[end]
        return self.__class__(self.buffer[first:last], self.offsets[begin : end + 1] - first)

    def tolist(self) -> list[bytes]:
        """Return the strings one by one."""
        whole = self.buffer.tobytes()
        return [whole[begin:end] for begin, end in pairwise(self.offsets.tolist())]


class StringColumn(Sliceable[bytes]):
    """Byte strings in several buffers, in any order: none is copied to be in its place."""

    __slots__ = ("_firsts", "_offsets", "_views", "order", "parts")

    def __init__(self, parts: Sequence[Strings], order: I64 | None = None) -> None:
        self._firsts = np.cumsum([0, *map(len, parts)])
        self._offsets = np.concatenate([part.offsets for part in parts] or [self._firsts[:0]])
        """Those of all parts, one after the other: one more for each part than it has strings."""
        bounds = (self._firsts + np.arange(len(self._firsts))).tolist()
        offsets = (self._offsets[begin:end] for begin, end in pairwise(bounds))
        self.parts = [Strings(part.buffer, own) for part, own in zip(parts, offsets, strict=True)]
        self._views = [part.buffer.data.toreadonly() for part in parts]
        self.order = np.arange(self._firsts[-1]) if order is None else order
        """``int64[n_strings]``: where each string is among those of the parts."""

    @classmethod
    def of(cls, strings: Sequence[bytes]) -> StringColumn:
        """Return strings as such a column."""
        return strings if isinstance(strings, StringColumn) else cls([Strings.of(strings)])

    def __len__(self) -> int:
        return len(self.order)

    def _item(self, at: int) -> bytes:
        return bytes(self.view(at))

    def _slice(self, own: slice) -> Self:
        result = copy(self)
        result.order = self.order[own]
        return result

    def view(self, index: int) -> memoryview:
        """Return a string without a copy of it."""
        row = int(self.order[index])
        part = bisect_right(self._firsts, row) - 1
        return self._views[part][self._offsets[row + part] : self._offsets[row + part + 1]]

    def views(self, numbers: I64) -> list[memoryview]:
        """Return some strings (``int64[n]``) without copies."""
        part, begin, end = self._places(numbers)
        places = zip(part.tolist(), begin.tolist(), end.tolist(), strict=True)
        return [self._views[number][first:last] for number, first, last in places]

    def sizes(self, numbers: I64) -> I64:
        """Return how many bytes some strings have (``int64[n]`` both)."""
        _, begin, end = self._places(numbers)
        return end - begin

    def take(self, numbers: I64) -> Strings:
        """Return some strings (``int64[n]``) as a column of their own."""
        return Strings.of(self.views(numbers))

    def only(self, numbers: I64) -> StringColumn:
        """Return some strings (``int64[n]``) with no more buffers than these are in."""
        part, _, _ = self._places(numbers)
        used = np.zeros(len(self.parts), bool)
        used[part] = True
        firsts = np.cumsum(np.where(used, np.diff(self._firsts), 0)) - np.diff(self._firsts)
        order = self.order[numbers] - self._firsts[part] + firsts[part]
        return StringColumn([own for own, wanted in zip(self.parts, used.tolist(), strict=True) if wanted], order)

    def _places(self, numbers: I64) -> tuple[I64, I64, I64]:
        """Return of some strings in which part each is, and where it begins and ends there."""
        rows = self.order[numbers]
        part = np.searchsorted(self._firsts, rows, "right") - 1
        rows += part
        return part, self._offsets[rows], self._offsets[rows + 1]


class Names(Sliceable[str]):
    """Strings in UTF-8 (surrogates encoded as three bytes), decoded when they are asked for."""

    __slots__ = ("encoded",)

    def __init__(self, encoded: StringColumn) -> None:
        self.encoded = encoded

    @classmethod
    def of(cls, names: Iterable[str]) -> Names:
        """Return names as such a column."""
        return cls(StringColumn.of([encode(name) for name in names]))

    def __len__(self) -> int:
        return len(self.encoded)

    def _item(self, at: int) -> str:
        return decode(self.encoded.view(at))

    def _slice(self, own: slice) -> Self:
        return self.__class__(self.encoded[own])

    def tolist(self) -> list[str]:
        """Return the names one by one."""
        return self.take(np.arange(len(self)))

    def take(self, numbers: NDArray[Any] | list[int]) -> list[str]:
        """Return some of the names."""
        found = self.encoded.take(np.asarray(numbers, np.int64))
        text = decode(found.buffer.data)
        if len(text) == len(found.buffer):
            return [text[begin:end] for begin, end in pairwise(found.offsets.tolist())]
        return [decode(name) for name in found.tolist()]


def cut(sizes: I64, most: int) -> Iterator[slice]:
    """Yield stretches of strings of so many bytes each (``int64[n]``), about ``most`` at a time."""
    begins = (np.cumsum(sizes) - sizes) // most
    cuts = np.flatnonzero(np.diff(begins, prepend=-1, append=-1)).tolist()
    return starmap(slice, pairwise(cuts))
