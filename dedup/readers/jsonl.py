"""JSONL to documents: one record a line.

A record is an object with a text and, if it has one, an id; without one, the id is the record's place, ``file:line``.
A record that cannot be used is skipped at its place and the next one is read; blank lines are passed over. Encoding is
decided line by line, as for a text file; a file whose byte order mark says UTF-16 or UTF-32 is decoded as a whole.
"""

from __future__ import annotations

import bisect
import codecs
import io
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from dedup.config import Config
from dedup.errors import InputError
from dedup.model import Document, Skipped
from dedup.readers import text

if TYPE_CHECKING:  # the list of files does without numpy
    from dedup.arrays import I64
    from dedup.corpus import Documents
    from dedup.kernels.reference.records import Records

_BLOCK = 1 << 20
_WHITE_SPACE = b" \t\r\n"  # what JSON takes for white space
_LONGEST_LIST = 200
_decode = json.JSONDecoder().decode


class TextFieldError(InputError):
    """None of a file's records has the field that should hold the text."""


def read(stream: BinaryIO, place: str, config: Config) -> Iterator[tuple[int | I64, Document | Documents | Skipped]]:
    """Yield, for each record, its line and the document, or why there is none; most documents many at a time.

    Raises `InputError` with the reason when the file is not text, and `TextFieldError` at its end when it has records
    but none with the text field. Until the first that has it, what is to be said of the others is held back.
    """
    found = False
    lacking: list[tuple[int, Skipped]] = []
    fields: dict[str, None] = {}
    for lines, record in _records(stream, place, config):
        if isinstance(record, Skipped):
            yield lines, record
        elif not isinstance(record, dict):
            found = True
            yield lines, record
        elif config.text_field in record:
            found = True
            yield lines, _document(record, place, int(lines), config)
        else:
            fields.update(dict.fromkeys(record))
            reason = f"no field {config.text_field!r}; fields: {_listed(record)}"
            lacking.append((int(lines), Skipped(text.place_of(place, int(lines)), reason)))
        if found and lacking:
            yield from lacking
            lacking.clear()
    if lacking:
        raise TextFieldError(f"no record has the field {config.text_field!r}; fields: {_listed(fields)}")


def _records(
    stream: BinaryIO, place: str, config: Config
) -> Iterator[tuple[int | I64, Documents | dict[str, Any] | Skipped]]:
    """Yield the documents of ordinary records with their lines, and of each other line its number and what is there.

    That is an object, or why there is none. Blank lines are passed over.
    """
    offset = line = 0
    for block in _blocks(stream):
        if line == 0 and block.startswith(codecs.BOM_UTF8):
            offset, block = len(codecs.BOM_UTF8), block.removeprefix(codecs.BOM_UTF8)
        size = len(block)
        ordinary = _ordinary(block, config)
        done, ends = 0, ordinary.ends
        others = {*range(len(ends))}.difference(ordinary.lines.tolist()) if len(ordinary.lines) < len(ends) else ()
        for number in sorted(others):
            begin, end = int(ends[number - 1]) if number else 0, int(ends[number])
            if not (raw := block[begin:end].rstrip(_WHITE_SPACE)):
                continue
            if end == size:
                block = b""  # a line may be as large as the memory: what is not needed any more is let go
            before = bisect.bisect_left(ordinary.lines, number)
            if done < before:
                yield _documents(ordinary, slice(done, before), place, line + 1)
                done = before
            record: dict[str, Any] | Skipped
            try:
                at = line + 1 + number
                content = text.decode_unmarked(raw, config.fallback_encoding, offset=offset + begin, line=at)
                raw = b""
                record = _object(content)
            except InputError as error:
                record = Skipped(text.place_of(place, at), str(error))
            content = ""
            yield at, record
        if done < len(ordinary.lines):
            yield _documents(ordinary, slice(done, len(ordinary.lines)), place, line + 1)
        offset += size
        line += len(ends)


def _ordinary(block: bytes, config: Config) -> Records:
    """Return the ordinary records among some lines."""
    import numpy as np  # the list of files does without it

    from dedup.kernels import read_records

    if len(block) <= _BLOCK:
        return read_records(block, config.text_field, config.id_field)
    none = read_records(b"", config.text_field, config.id_field)  # one line: `json` needs less memory for it
    return none._replace(ends=np.array([len(block)], np.int64))


def _documents(records: Records, own: slice, place: str, first: int) -> tuple[I64, Documents]:
    """Return some records as documents, and their lines; ``first`` is the number of the first of all lines."""
    from dedup.columns import Strings
    from dedup.corpus import Documents
    from dedup.model import encode

    lines, names, texts = records.lines[own] + first, records.names[own], records.texts[own]
    if not records.named[own].all():
        each = zip(records.named[own].tolist(), names.tolist(), lines.tolist(), strict=True)
        names = Strings.of([name if named else encode(text.place_of(place, line)) for named, name, line in each])
    return lines, Documents(names, texts, records.characters[own], texts)


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a file as UTF-8, if it has another byte order mark, or else as they are, many at a time.

    The first line comes alone, and what is longer than a block is one line. Raises `InputError` when the first line
    shows a file that is not text; elsewhere a NUL spoils its record alone.
    """
    start = stream.readline(text.HEAD)
    if text.is_wide(start):
        stream = io.BytesIO(text.decode(start + stream.read(), None).encode())
        start = stream.readline()
    elif b"\0" in start and not start.lstrip().startswith(b"{"):
        text.decode_unmarked(start, None)
    yield start if start.endswith(b"\n") else start + stream.readline()
    read = getattr(stream, "read1", stream.read)  # what there is: nothing waits for more, or is lost where that fails
    rest = b""
    while block := read(_BLOCK - len(rest)):
        block = rest + block
        whole = block.rfind(b"\n") + 1
        rest = block[whole:] if whole else b""
        yield block[:whole] if whole else block + stream.readline()
    yield rest


def _object(content: str) -> dict[str, Any]:
    try:
        value = _decode(content)
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON: {error.msg} (column {error.colno})") from None
    except RecursionError:
        raise InputError("not read: its values are nested too deeply") from None
    except ValueError as error:  # a number with more digits than Python converts
        raise InputError(f"not read: {error}") from None
    if not isinstance(value, dict):
        raise InputError(f"a record must be an object, not {_kind(value)}")
    return value


def _document(record: dict[str, Any], place: str, line: int, config: Config) -> Document | Skipped:
    """Return the document of a record that has the text field; an id that is null is none."""
    text_field, id_field = config.text_field, config.id_field
    content, name = record[text_field], record.get(id_field)
    if not isinstance(content, str):
        reason = f"field {text_field!r} must be a string, not {_kind(content)}"
        return Skipped(text.place_of(place, line), reason)
    if isinstance(name, str):
        return Document(name, content)
    if name is None:
        return Document(text.place_of(place, line), content)
    if isinstance(name, bool) or not isinstance(name, int):
        reason = f"field {id_field!r} must be a string or a whole number, not {_kind(name)}"
        return Skipped(text.place_of(place, line), reason)
    return Document(str(name), content)


def _kind(value: object) -> str:
    """Return what JSON calls a value."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, str):
        return "a string"
    return json.dumps(value)


def _listed(fields: Iterable[str]) -> str:
    """Return the names of fields, as many as fit a message."""
    names = ", ".join(map(repr, fields)) or "none"
    return names if len(names) <= _LONGEST_LIST else names[:_LONGEST_LIST] + "..."
