"""Readers: from paths to documents.

`find_sources` says which files will be read and why each other one is not; `read_sources` reads them. What cannot be
used comes back as `Skipped` with the reason, in both, and never stops the rest. A family of readers, one for each kind
of file (`text`, `jsonl`), with one form: ``read(stream, place, config)`` yields documents
and the lines at which they stand, 0 for a whole file.
"""

from __future__ import annotations

import bisect
import codecs
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import BinaryIO

from dedup.config import Config
from dedup.errors import InputError
from dedup.model import Document, Skipped
from dedup.readers import jsonl, text
from dedup.readers.walk import STANDARD_INPUT, Source, find_sources

__all__ = ["Source", "find_sources", "paths_from", "read_sources"]

_READERS: dict[str, Callable[[BinaryIO, str, Config], Iterator[tuple[int, Document | Skipped]]]] = {
    "text": text.read,
    "jsonl": jsonl.read,
}


def read_sources(
    sources: Iterable[Source], config: Config, *, stdin: BinaryIO | None = None
) -> Iterator[Document | Skipped]:
    """Yield the documents of the sources, one at a time, and what is skipped with the reason.

    Ids are unique: a later document with an id that is taken is skipped. ``stdin`` is read in place of standard input.
    A JSONL file of which no record has ``text_field`` is skipped; raises `InputError` at the end if there was such a
    file and no document at all, which is taken for a mistake in the setting.
    """
    taken = _Places()
    lacking: list[Skipped] = []
    for source in sources:
        taken.enter(source.id)
        try:
            with _opened(source.path, stdin) as stream:
                for line, item in _READERS[source.kind](stream, source.id, config):
                    if isinstance(item, Skipped) or taken.add(item.id, line):
                        yield item
                    else:
                        reason = f"the id {item.id!r} is taken by {taken.place(item.id)}"
                        yield Skipped(text.place_of(source.id, line), reason)
        except jsonl.TextFieldError as error:
            lacking.append(Skipped(source.id, str(error)))
        except InputError as error:
            yield Skipped(source.id, str(error))
        except OSError as error:
            yield Skipped(source.id, f"cannot be read: {error.strerror or error}")
    if lacking and not len(taken):
        raise InputError(
            f"{lacking[0].path}: {lacking[0].reason}. Name the field to read with text-field, "
            "or leave the file out with exclude"
        )
    yield from lacking


class _Places:
    """The places of ids, each a number: their names would take more memory than many a text."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._files: list[str] = []
        self._firsts: list[int] = []
        """The numbers of a file and its lines begin here."""
        self._first = self._last = -1

    def __len__(self) -> int:
        return len(self._numbers)

    def enter(self, file: str) -> None:
        """Go on to the next file."""
        self._first = self._last = self._last + 1
        self._files.append(file)
        self._firsts.append(self._first)

    def add(self, name: str, line: int) -> bool:
        """Return whether an id was free, which now stands at this line of the file, where the lines ascend."""
        self._last = number = self._first + line
        return self._numbers.setdefault(name, number) == number

    def place(self, name: str) -> str:
        """Return where an id stands."""
        number = self._numbers[name]
        file = bisect.bisect_right(self._firsts, number) - 1
        return text.place_of(self._files[file], number - self._firsts[file])


def paths_from(file: str | os.PathLike[str], *, stdin: BinaryIO | None = None) -> list[str]:
    """Return the paths that a file lists: one a line, or each ended by a NUL if there is one; ``-`` is standard input.

    Blank lines are passed over. Raises `InputError` if the file cannot be read.
    """
    try:
        with _opened(os.fspath(file), stdin) as stream:
            data = stream.read().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        raise InputError(f"{os.fspath(file)}: the list of files cannot be read: {error.strerror or error}") from None
    items = data.split(b"\0") if b"\0" in data else (line.removesuffix(b"\r") for line in data.split(b"\n"))
    return [os.fsdecode(item) for item in items if item.strip()]


def _opened(path: str, stdin: BinaryIO | None) -> AbstractContextManager[BinaryIO]:
    """Return the open file; standard input is not closed at the end."""
    if path != STANDARD_INPUT:
        return io.BufferedReader(io.FileIO(path), text.HEAD)  # as `Path.open` does, in half the time
    if stdin is None and sys.stdin is None:
        raise InputError("standard input is closed")
    return nullcontext(stdin or sys.stdin.buffer)
