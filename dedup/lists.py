"""Documents, passages and pairs as columns: a corpus has more of them than a program should hold as objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

from dedup.model import DocumentInfo, Kind, Occurrence, Pair, Passage, Span

if TYPE_CHECKING:  # help and the list of files do without numpy
    from numpy.typing import NDArray

    from dedup.columns import Names

_T = TypeVar("_T")
_Spans = TypeVar("_Spans", bound=Span)
_PART = 1024


class Sliceable(Sequence[_T], Generic[_T]):
    """A sequence of which a slice is such a sequence again; an index out of range raises `IndexError`."""

    __slots__ = ()

    @overload
    def __getitem__(self, index: int) -> _T: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> _T | Self:
        return self._slice(index) if isinstance(index, slice) else self._item(range(len(self))[index])

    def _item(self, at: int) -> _T:
        """Return an element; the number lies in range."""
        raise NotImplementedError

    def _slice(self, own: slice) -> Self:
        """Return a slice."""
        raise NotImplementedError


class ColumnList(Sliceable[_T]):
    """Objects that are made when they are asked for; equal to any sequence of the same objects.

    ``columns`` are of equal length; `fields` makes the fields of the objects from them, and `_make` takes a value of
    each.
    """

    __slots__ = ("_columns",)

    def __init__(self, *columns: NDArray[Any] | Names | list[Any]) -> None:
        self._columns: tuple[Any, ...] = columns

    def __len__(self) -> int:
        return len(self._columns[0])

    def _item(self, at: int) -> _T:
        return next(iter(self[at : at + 1]))

    def _slice(self, own: slice) -> Self:
        return self._take(own)

    def __iter__(self) -> Iterator[_T]:
        for begin in range(0, len(self), _PART):  # not all numbers at once as objects either
            yield from map(self._make, *self[begin : begin + _PART].fields())

    def fields(self) -> list[Sequence[Any]]:
        """Return each field of the objects as a sequence with a value for each of them."""
        return list(self._lists())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def _take(self, chosen: slice | list[int]) -> Self:
        """Return some of the objects; by numbers only where all columns are arrays."""
        result = copy(self)
        result._columns = tuple(values[chosen] for values in self._columns)
        return result

    def _lists(self) -> Iterator[list[Any]]:
        return (values if isinstance(values, list) else values.tolist() for values in self._columns)

    def _make(self, *values: Any) -> _T:
        raise NotImplementedError


class DocumentList(ColumnList[DocumentInfo]):
    """What is reported of documents; the columns are their ids, words and characters."""

    __slots__ = ()

    _make = staticmethod(DocumentInfo)


class _SpanList(ColumnList[_Spans]):
    """Spans; the first column are the numbers of their documents, of which ``ids`` are the ids."""

    __slots__ = ("_ids",)

    def __init__(self, ids: Names, columns: Sequence[NDArray[Any]]) -> None:
        super().__init__(*columns)
        self._ids = ids

    def fields(self) -> list[Sequence[Any]]:
        """Return each field as a sequence: names in place of the documents' numbers."""
        document, *others = self._lists()
        return [self._ids.take(document), *others]


class SpanList(_SpanList[Span]):
    """Spans; the columns are arrays: document, start and end."""

    __slots__ = ()

    _make = staticmethod(Span)


class OccurrenceList(_SpanList[Occurrence]):
    """Occurrences; the columns are arrays: document, start, end, line, column, end line and end column."""

    __slots__ = ()

    _make = staticmethod(Occurrence)


class GroupList(ColumnList[tuple[_T, ...]]):
    """Stretches of a list, as tuples; the columns are arrays, where each begins and ends."""

    __slots__ = ("_items",)

    def __init__(self, items: ColumnList[_T], begins: NDArray[Any], ends: NDArray[Any]) -> None:
        super().__init__(begins, ends)
        self._items = items

    def sizes(self) -> list[int]:
        """Return the lengths of the tuples."""
        begins, ends = self._lists()
        return [end - begin for begin, end in zip(begins, ends, strict=True)]

    def members(self) -> ColumnList[_T]:
        """Return what the tuples hold, one after the other."""
        begins, ends = self._lists()
        if begins and begins[1:] == ends[:-1]:
            return self._items[begins[0] : ends[-1]]
        return self._items._take([at for begin, end in zip(begins, ends, strict=True) for at in range(begin, end)])

    def _make(self, begin: int, end: int) -> tuple[_T, ...]:
        return tuple(self._items[begin:end])


class PassageList(ColumnList[Passage]):
    """Passages.

    ``occurrences`` are those of all passages, of which each has a stretch, from ``begins`` to ``ends`` (arrays, as are
    ``words`` and ``similarity``).
    """

    __slots__ = ("_occurrences",)

    def __init__(
        self,
        ids: list[str],
        words: NDArray[Any],
        similarity: NDArray[Any],
        kinds: list[Kind],
        occurrences: OccurrenceList,
        begins: NDArray[Any],
        ends: NDArray[Any],
    ) -> None:
        super().__init__(ids, words, similarity, kinds, begins, ends)
        self._occurrences = occurrences

    def fields(self) -> list[Sequence[Any]]:
        """Return each field as a sequence: the occurrences as a list of their groups."""
        *others, begins, ends = self._columns
        return [*ColumnList(*others).fields(), GroupList(self._occurrences, begins, ends)]

    _make = staticmethod(Passage)


class PairList(ColumnList[Pair]):
    """Pairs of spans.

    ``columns`` are arrays: document, start and end of the left side, the same of the right side, the passage's number
    and the similarity; ``ids`` are the documents', ``names`` the passages'.
    """

    __slots__ = ("_ids", "_names")

    def __init__(self, ids: Names, names: Sequence[str], columns: Sequence[NDArray[Any]]) -> None:
        super().__init__(*columns)
        self._ids = ids
        self._names = names

    def fields(self) -> list[Sequence[Any]]:
        """Return each field as a sequence: both sides as lists of spans."""
        sides, (passage, similarity) = self._columns[:6], self._columns[6:]
        left, right = SpanList(self._ids, sides[:3]), SpanList(self._ids, sides[3:])
        return [[self._names[number] for number in passage.tolist()], similarity.tolist(), left, right]

    _make = staticmethod(Pair)
