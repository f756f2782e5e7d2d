"""Readers: from paths to documents.

`find_sources` says which files will be read and why each other one is not; `read_sources` reads them. What cannot be
used comes back as `Skipped` with the reason, in both, and never stops the rest. A family of readers, one for each kind
of file (`text`, `jsonl`), with one form: ``read(stream, place, config)`` yields documents
and the lines at which they stand, 0 for a whole file.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, BinaryIO

from dedup.config import Config
from dedup.errors import InputError
from dedup.model import Document, Skipped
from dedup.readers import jsonl, text
from dedup.readers.places import Places
from dedup.readers.walk import STANDARD_INPUT, Source, find_sources

if TYPE_CHECKING:  # the list of files does without numpy
    from dedup.arrays import I64
    from dedup.corpus import Documents

    _Reader = Callable[[BinaryIO, str, Config], Iterator[tuple[int | I64, Document | Documents | Skipped]]]

__all__ = ["Source", "find_sources", "paths_from", "read_columns", "read_sources"]

_READERS: dict[str, _Reader] = {"text": text.read, "jsonl": jsonl.read}


def read_sources(
    sources: Iterable[Source], config: Config, *, stdin: BinaryIO | None = None
) -> Iterator[Document | Skipped]:
    """Yield the documents of the sources, one at a time, and what is skipped with the reason: see `read_columns`."""
    for item in read_columns(sources, config, stdin=stdin):
        if isinstance(item, (Document, Skipped)):
            yield item
        else:
            yield from item.singly()


def read_columns(
    sources: Iterable[Source], config: Config, *, stdin: BinaryIO | None = None
) -> Iterator[Document | Documents | Skipped]:
    """Yield the documents of the sources, in files of many many at a time, and what is skipped with the reason.

    Ids are unique: a later document with an id that is taken is skipped. ``stdin`` is read in place of standard input.
    A JSONL file of which no record has ``text_field`` is skipped; raises `InputError` at the end if there was such a
    file and no document at all, which is taken for a mistake in the setting.
    """
    taken = Places()
    lacking: list[Skipped] = []
    for source in sources:
        taken.enter(source.id)
        try:
            with _opened(source.path, stdin) as stream:
                for lines, item in _READERS[source.kind](stream, source.id, config):
                    if isinstance(item, Skipped):
                        yield item
                    else:
                        yield from taken.free(item, lines)
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
