"""Pairs as arrays: a corpus that repeats itself has more pairs than a program could hold as objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

from numpy.typing import NDArray

from dedup.model import Pair, Span

_PART = 1024


class PairList(Sequence[Pair]):
    """Pairs that are made when they are asked for; equal to any sequence of the same pairs.

    ``columns`` are arrays of equal length: document, start and end of the left side, the same of the right side, the
    passage's number and the similarity; ``ids`` are the documents', ``names`` the passages'.
    """

    __slots__ = ("_columns", "_ids", "_names")

    def __init__(self, ids: Sequence[str], names: Sequence[str], columns: Sequence[NDArray[Any]]) -> None:
        self._ids = ids
        self._names = names
        self._columns = columns

    def __len__(self) -> int:
        return len(self._columns[0])

    @overload
    def __getitem__(self, index: int) -> Pair: ...
    @overload
    def __getitem__(self, index: slice) -> PairList: ...
    def __getitem__(self, index: int | slice) -> Pair | PairList:
        if isinstance(index, slice):
            return PairList(self._ids, self._names, [values[index] for values in self._columns])
        return self._pair(*(values[index].item() for values in self._columns))

    def __iter__(self) -> Iterator[Pair]:
        for begin in range(0, len(self), _PART):  # not all numbers at once as objects either
            part = [values[begin : begin + _PART].tolist() for values in self._columns]
            yield from map(self._pair, *part)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def _pair(
        self, a: int, start: int, end: int, b: int, other_start: int, other_end: int, passage: int, similarity: float
    ) -> Pair:
        left, right = Span(self._ids[a], start, end), Span(self._ids[b], other_start, other_end)
        return Pair(self._names[passage], similarity, left, right)
