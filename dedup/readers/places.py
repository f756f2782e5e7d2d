"""Which ids are taken, and by the document of which place: ids are unique, and the first document keeps its own."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from dedup.model import Document, Skipped, decode, encode
from dedup.readers.text import place_of

if TYPE_CHECKING:  # the list of files does without numpy
    from dedup.arrays import I64
    from dedup.corpus import Documents
    from dedup.kernels import NameTable


class Places:
    """The ids that are taken, and the places of their documents, each a number.

    Of documents that come many at a time the ids are kept in a table of bytes: as objects they would take more memory
    than many a text.
    """

    def __init__(self) -> None:
        self._single: dict[bytes, int] = {}
        """Of documents that come one at a time; none once there is a table."""
        self._table: NameTable | None = None
        self._files: list[str] = []
        self._firsts: list[int] = []
        """The numbers of a file and its lines begin here."""
        self._first = self._last = -1

    def __len__(self) -> int:
        return len(self._single) if self._table is None else len(self._table)

    def enter(self, file: str) -> None:
        """Go on to the next file."""
        self._first = self._last = self._last + 1
        self._files.append(file)
        self._firsts.append(self._first)

    def free(self, item: Document | Documents, lines: int | I64) -> Iterator[Document | Documents | Skipped]:
        """Yield the documents whose ids were free, and why the others are skipped.

        They stand at these lines (0: the whole file) of the file, where lines ascend.
        """
        if isinstance(item, Document):
            yield self._free(item, int(lines))
            return
        import numpy as np

        numbers: I64 = np.asarray(lines) + self._first
        self._last = int(numbers[-1])
        free = self._many().add(item.ids.buffer, item.ids.offsets, numbers).tolist()
        if all(free):
            yield item
            return
        for is_free, some in groupby(range(len(free)), free.__getitem__):
            own = list(some)
            if is_free:
                yield item.part(slice(own[0], own[-1] + 1))
            else:
                yield from (self._taken(item.ids[at], int(numbers[at])) for at in own)

    def _free(self, document: Document, line: int) -> Document | Skipped:
        """Return a document if its id was free, and why it is skipped otherwise."""
        name = encode(document.id)
        self._last = number = self._first + line
        many = self._table is not None
        free = self._add({name: number}) if many else self._single.setdefault(name, number) == number
        return document if free else self._taken(name, number)

    def _many(self) -> NameTable:
        """Return the table, in which all ids are from now on."""
        if self._table is None:
            from dedup.kernels import NameTable

            self._table = NameTable()
            self._add(self._single)
            self._single = {}
        return self._table

    def _add(self, names: dict[bytes, int]) -> bool:
        """Put ids into the table; return whether all of them were free."""
        import numpy as np

        from dedup.columns import Strings

        ids = Strings.of(list(names))
        return bool(self._many().add(ids.buffer, ids.offsets, np.array(list(names.values()), np.int64)).all())

    def _taken(self, name: bytes, number: int) -> Skipped:
        """Return why a document is skipped whose id was not free."""
        first = self._single[name] if self._table is None else self._table.number(name)
        return Skipped(self._of(number), f"the id {decode(name)!r} is taken by {self._of(first)}")

    def _of(self, number: int) -> str:
        """Return the place of a number."""
        file = bisect_right(self._firsts, number) - 1
        return place_of(self._files[file], number - self._firsts[file])
