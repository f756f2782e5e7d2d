"""Bytes to text: the encoding of a file, and what to say where it is not text.

The order is byte order mark, strict UTF-8, configured fallback. A text starts after its byte order mark: that is no
part of it, and offsets count from the first character behind it. Nothing else is changed, line ends neither: offsets
are those of the file as it stands. What holds a NUL is not text, because no text does and nearly every other file soon
does.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from dedup.config import Config
from dedup.errors import InputError
from dedup.model import Document, Skipped
from dedup.readers.markdown import masked

HEAD = 1 << 16
"""Bytes that are looked at before the rest of a file is read."""

# UTF-32 stands first: its little-endian mark starts with that of UTF-16, which no text continues with a NUL.
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE_MARKS = tuple(mark for mark, _ in _WIDE)
_NAMES = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "utf-32-le": "UTF-32", "utf-32-be": "UTF-32"}


def read(stream: BinaryIO, place: str, config: Config) -> Iterator[tuple[int, Document | Skipped]]:
    """Yield 0 and the one document that a text file is; the file's place is the document's id.

    Raises `InputError` with the reason when it is not text, without reading a large file that shows it early.
    """
    head = stream.read(HEAD)
    if not is_wide(head):
        _refuse_nul(head)
    yield 0, masked(Document(place, decode(head + stream.read(), config.fallback_encoding)), config)


def place_of(file: str, line: int) -> str:
    """Return what a line of a file is called; line 0 is the whole file."""
    return f"{file}:{line}" if line else file


def is_wide(head: bytes) -> bool:
    """Return whether a byte order mark says UTF-16 or UTF-32, where NUL bytes are part of characters."""
    return head.startswith(_WIDE_MARKS)


def decode(data: bytes, fallback: str | None) -> str:
    """Return the text of a file, without its byte order mark.

    ``fallback`` is the encoding of data that has no byte order mark and is not UTF-8. Raises `InputError` with the
    reason and the offset, in bytes, at which ``data`` stops being text.
    """
    for mark, encoding in _WIDE:
        if data.startswith(mark):
            text = _decode_marked(data, mark, encoding)
            if (nul := text.find("\0")) >= 0:
                raise InputError(f"not text: NUL character at {nul}")
            return text
    if data.startswith(codecs.BOM_UTF8):
        _refuse_nul(data)
        return _decode_marked(data, codecs.BOM_UTF8, "utf-8")
    return decode_unmarked(data, fallback)


def decode_unmarked(data: bytes, fallback: str | None, *, offset: int = 0, line: int = 1) -> str:
    """Return the text of bytes without a byte order mark; ``offset`` and ``line`` are where they stand in their file.

    Raises `InputError` as `decode` does.
    """
    _refuse_nul(data, offset)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        broken = _place(error, offset, line + data.count(b"\n", 0, error.start))
    if fallback is None:
        raise InputError(f"not UTF-8: {broken}; set fallback-encoding to read it")
    try:
        return data.decode(fallback)
    except UnicodeError as error:
        # Some codecs, such as idna, decode piece by piece and tell no place in the whole.
        if isinstance(error, UnicodeDecodeError) and error.object == data:
            reason = _place(error, offset, line + data.count(b"\n", 0, error.start))
        else:
            reason = str(error)
        raise InputError(f"not UTF-8: {broken}; nor {fallback}: {reason}") from None


def _decode_marked(data: bytes, mark: bytes, encoding: str) -> str:
    try:
        return data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        line = 1 + error.object[: error.start].decode(encoding).count("\n")
        place = _place(error, len(mark), line)
        raise InputError(f"not {_NAMES[encoding]}, which its byte order mark promises: {place}") from None


def _refuse_nul(data: bytes, offset: int = 0) -> None:
    if (nul := data.find(0)) >= 0:
        raise InputError(f"not text: NUL byte at {offset + nul}")


def _place(error: UnicodeDecodeError, offset: int, line: int) -> str:
    """Return which byte is at fault and where in the file, in which the decoded bytes start at ``offset``."""
    return f"byte 0x{error.object[error.start]:02X} at offset {offset + error.start} (line {line})"
