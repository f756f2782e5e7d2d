"""Documents and pairs as columns: a corpus has more of them than a program should hold as objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

from dedup.model import DocumentInfo, Pair, Span

if TYPE_CHECKING:  # help and the list of files do without numpy
    from numpy.typing import NDArray

_T = TypeVar("_T")
_PART = 1024


class _ColumnList(Sequence[_T], Generic[_T]):
    """Objects that are made when they are asked for; equal to any sequence of the same objects.

    ``columns`` are of equal length; `_make` takes a value of each.
    """

    __slots__ = ("_columns",)

    def __init__(self, *columns: NDArray[Any] | list[str]) -> None:
        self._columns = columns

    def __len__(self) -> int:
        return len(self._columns[0])

    @overload
    def __getitem__(self, index: int) -> _T: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> _T | Self:
        if isinstance(index, slice):
            chosen = copy(self)
            chosen._columns = tuple(values[index] for values in self._columns)
            return chosen
        at = range(len(self))[index]
        return next(iter(self[at : at + 1]))

    def __iter__(self) -> Iterator[_T]:
        for begin in range(0, len(self), _PART):  # not all numbers at once as objects either
            yield from map(self._make, *self[begin : begin + _PART].columns())

    def columns(self) -> list[list[Any]]:
        """Return the columns as lists, of which each has as many values as there are objects."""
        return [values if isinstance(values, list) else values.tolist() for values in self._columns]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def _make(self, *values: Any) -> _T:
        raise NotImplementedError


class DocumentList(_ColumnList[DocumentInfo]):
    """What is reported of documents; the columns are their ids, words and characters."""

    __slots__ = ()

    _make = staticmethod(DocumentInfo)


class PairList(_ColumnList[Pair]):
    """Pairs of spans.

    ``columns`` are arrays: document, start and end of the left side, the same of the right side, the passage's number
    and the similarity; ``ids`` are the documents', ``names`` the passages'.
    """

    __slots__ = ("_ids", "_names")

    def __init__(self, ids: Sequence[str], names: Sequence[str], columns: Sequence[NDArray[Any]]) -> None:
        super().__init__(*columns)
        self._ids = ids
        self._names = names

    def _make(self, *values: Any) -> Pair:
        a, start, end, b, other_start, other_end, passage, similarity = values
        left, right = Span(self._ids[a], start, end), Span(self._ids[b], other_start, other_end)
        return Pair(self._names[passage], similarity, left, right)
