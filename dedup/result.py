"""The result of a scan, and its form on disk (schema ``dedup.result/1``).

The mapping of `Result.to_dict` is what ``--output json`` prints and `read_result` reads; ``reports/result.schema.json``
describes it. Texts are not part of it: they stay with the run that read them.
"""

from __future__ import annotations

import itertools
import json
import re
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import cache
from math import inf
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from dedup.errors import InputError
from dedup.lists import ColumnList, GroupList
from dedup.model import Cluster, DocumentInfo, Pair, Passage, Skipped, Stats

SCHEMA = "dedup.result/1"

CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff]"
    r"|#(?=#\w*\[)"
)
"""What no report prints as it is: terminals obey control characters, lines and reading order break at separators and
bidirectional controls, a lone surrogate (from a file name that is not UTF-8) cannot be encoded, and build servers obey
``##[command]`` and ``##vso[command]`` anywhere in a line of their logs."""

_PART = 1024  # records that are written at a time
_GROUPS = 64  # and of those that hold lists of others
_READABLE = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_COMPACT = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Result:
    """What a scan found: everything sorted, so that the same input gives the same bytes.

    ``texts`` holds, by id, the text of each document that has an occurrence (for reports that quote); it is neither
    saved nor compared.
    """

    version: str
    config: Mapping[str, Any]
    documents: Sequence[DocumentInfo]
    skipped: tuple[Skipped, ...]
    clusters: tuple[Cluster, ...]
    passages: Sequence[Passage]
    pairs: Sequence[Pair]
    stats: Stats
    texts: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def keep_ids(self) -> list[str]:
        """Return the ids of the documents that remain when each cluster keeps its representative alone."""
        dropped = {member.document for cluster in self.clusters for member in cluster.members}
        return [document.id for document in self.documents if document.id not in dropped]

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values, in the key order of the schema."""
        return {name: plain(value) for name, value in self._sections().items()}

    def to_json(self) -> Iterator[str]:
        """Yield `to_dict` as JSON, piece by piece: one line for each record, so that two results can be compared."""
        yield from lay_out(self._sections())

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Result:
        """Return the result that `to_dict` described; raises `InputError`, naming the place, for any other mapping."""
        if not isinstance(values, Mapping):
            raise InputError(f"not a result: expected an object, found {_shown(values)}")
        if values.get("schema") != SCHEMA:
            found = _shown(values.get("schema"))
            raise InputError(f"not a result of this version: expected schema {SCHEMA!r}, found {found}")
        try:
            return typing.cast(Result, _build(cls, {name: value for name, value in values.items() if name != "schema"}))
        except InputError as error:
            raise InputError(f"a damaged result: {str(error).lstrip('.: ')}") from None

    def write(self, path: str | Path) -> None:
        """Write the result as JSON; raises `OSError` where that is not possible."""
        with Path(path).open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(self.to_json())

    def _sections(self) -> dict[str, Any]:
        return {"schema": SCHEMA, **_members(self), "config": dict(self.config)}


def read_result(path: str | Path) -> Result:
    """Return a result that was written as JSON.

    Raises `InputError`, naming the file and the cause, when it cannot be read or is not such a result.
    """
    try:
        return Result.from_dict(json.loads(Path(path).read_bytes()))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except RecursionError as error:
        raise InputError(f"{path}: not a result: nested too deeply") from error
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except ValueError as error:
        raise InputError(f"{path}: not JSON: {error}") from error


def plain(value: Any) -> Any:
    """Return a value object as JSON has it: dataclasses as dictionaries, tuples as lists."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    if is_dataclass(value):
        return {name: plain(item) for name, item in _members(value).items()}
    return value


def encode(value: Any, *, compact: bool = False) -> str:
    """Return a plain value as one line of JSON that any terminal can show and UTF-8 can hold.

    Every `CONTROLS` character stands there as its escape, which reads back as the character.
    """
    text = (_COMPACT if compact else _READABLE).encode(value)
    return text if is_harmless(text) else CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def is_harmless(text: str) -> bool:
    """Return whether a text surely has none of `CONTROLS`, as nearly every text; found out without looking for them."""
    return text.isprintable() and "##" not in text


def lay_out(sections: Mapping[str, Any]) -> Iterator[str]:
    """Yield sections as a JSON object, piece by piece: one line for each value object in a list."""
    yield from _layout(dict(sections), "\n")
    yield "\n"


def _layout(value: Any, newline: str) -> Iterator[str]:
    """Yield JSON with a line for each key of a dictionary, each record of a list and each list of records in one."""
    inner = newline + " "
    if _is_records(value):
        write = _lines(value[0].__class__, inner)
        separator = f"[{inner}"
        size = _GROUPS if _holds_lists(value[0].__class__) else _PART
        for begin in range(0, len(value), size):
            yield separator
            separator = f",{inner}"
            yield separator.join(write(value[begin : begin + size]))
        yield f"{newline}]"
    elif isinstance(value, dict) and value:
        yield "{"
        for index, (name, item) in enumerate(value.items()):
            yield f"{',' if index else ''}{inner}{encode(name)}: "
            yield from _layout(item, inner)
        yield f"{newline}}}"
    else:
        yield encode(plain(value))


@cache
def _lines(cls: Any, newline: str) -> Callable[[Sequence[Any]], list[str]]:
    """Return what writes value objects, many at a time: each in one line, or in several if it holds a list of others.

    A column of values is written before the next one, since a record at a time takes several times as long.
    """
    inner = newline + " "
    writers = {name: _writer(hint, inner) for name, hint in _hints(cls).items()}
    first, separator, last = (inner, f",{inner}", newline) if _holds_lists(cls) else ("", ", ", "")
    starts = ["{" + first, *[separator] * (len(writers) - 1)]
    beginnings = [f"{start}{encode(name)}: " for start, name in zip(starts, writers, strict=True)]

    def write(values: Sequence[Any]) -> list[str]:
        if isinstance(values, ColumnList):
            columns: Iterable[Sequence[Any]] = values.fields()
        else:
            columns = ([getattr(value, name) for value in values] for name in writers)
        pieces: list[Iterable[str]] = []
        for beginning, write_column, column in zip(beginnings, writers.values(), columns, strict=True):
            pieces += itertools.repeat(beginning), write_column(column)
        return list(map("".join, zip(*pieces, itertools.repeat(last + "}"))))

    return write


def _writer(hint: Any, newline: str) -> Callable[[Sequence[Any]], list[str]]:
    """Return what writes values of a type as `_layout` does, many at a time."""
    if hint is str or get_origin(hint) is Literal:
        return _write_strings
    if hint is int or hint is float:
        return _write_numbers
    if is_dataclass(hint):
        return _lines(typing.cast(Any, hint), newline)
    if not _is_record_list(hint):
        return lambda values: [encode(plain(value)) for value in values]
    write = _lines(get_args(hint)[0], newline + " ")
    first, separator, last = f"[{newline} ", f",{newline} ", f"{newline}]"

    def write_lists(lists: Sequence[Sequence[Any]]) -> list[str]:
        items: Sequence[Any]
        if isinstance(lists, GroupList):
            sizes, items = lists.sizes(), lists.members()
        else:
            sizes, items = list(map(len, lists)), [item for own in lists for item in own]
        lines = iter(write(items))
        return [f"{first}{separator.join(itertools.islice(lines, size))}{last}" if size else "[]" for size in sizes]

    return write_lists


def _holds_lists(cls: Any) -> bool:
    return any(map(_is_record_list, _hints(cls).values()))


def _is_record_list(hint: Any) -> bool:
    return get_origin(hint) in (tuple, Sequence) and is_dataclass(get_args(hint)[0])


def _write_strings(texts: Sequence[str]) -> list[str]:
    quoted = list(map(json.encoder.encode_basestring, texts))
    return quoted if is_harmless("".join(quoted)) else list(map(encode, texts))


def _write_numbers(numbers: Sequence[float]) -> list[str]:
    written = list(map(repr, numbers))
    if "n" in "".join(written):  # as in nan and inf, and in no other number
        wrong = next(text for text in written if "n" in text)
        raise ValueError(f"{wrong} is no number that JSON can hold")
    return written


def _is_records(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and bool(value) and is_dataclass(value[0])


def _members(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in _hints(value.__class__)}


@cache
def _hints(cls: Any) -> dict[str, Any]:
    """Return the saved fields of a dataclass with their types; a field with a default factory is not saved."""
    types = typing.get_type_hints(cls)
    return {item.name: types[item.name] for item in fields(cls) if item.default_factory is MISSING}


def _build(cls: Any, values: Any) -> Any:
    """Return the value object that a dictionary describes; an error's message begins with the place inside it."""
    hints = _hints(cls)
    if not isinstance(values, dict):
        raise InputError(f": expected an object, found {_shown(values)}")
    if values.keys() != hints.keys():
        missing, unknown = sorted(hints.keys() - values.keys()), sorted(values.keys() - hints.keys())
        raise InputError(f": {f'{missing[0]!r} is missing' if missing else f'unknown key {unknown[0]!r}'}")
    arguments = {}
    for name, hint in hints.items():
        try:
            arguments[name] = _value(hint, values[name])
        except InputError as error:
            raise InputError(f".{name}{error}") from None
    return cls(**arguments)


def _value(hint: Any, value: Any) -> Any:
    """Return a value of the hinted type; every number in a result is finite and not negative."""
    if hint is str:
        expected, fits = "a string", isinstance(value, str)
    elif hint is int:
        expected, fits = "a whole number", isinstance(value, int) and not isinstance(value, bool) and value >= 0
    elif hint is float:
        fits = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < inf
        expected = "a number that is not negative"
    elif is_dataclass(hint):
        return _build(hint, value)
    elif get_origin(hint) in (tuple, Sequence):
        return _values(get_args(hint)[0], value)
    elif get_origin(hint) is Literal:
        expected, fits = f"one of {', '.join(get_args(hint))}", value in get_args(hint)
    else:
        expected, fits = "an object", isinstance(value, Mapping)
    if not fits:
        raise InputError(f": expected {expected}, found {_shown(value)}")
    return value


def _values(hint: Any, values: Any) -> tuple[Any, ...]:
    if not isinstance(values, (list, tuple)):
        raise InputError(f": expected a list, found {_shown(values)}")
    built = []
    for index, value in enumerate(values):
        try:
            built.append(_value(hint, value))
        except InputError as error:
            raise InputError(f"[{index}]{error}") from None
    return tuple(built)


def _shown(value: Any) -> str:
    """Return a wrong value as an error message shows it, on one line and not endless."""
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
