"""Lines of JSON to the texts in them."""

from __future__ import annotations

import io
import json
from typing import NamedTuple

import numpy as np

from dedup.arrays import I64


class Records(NamedTuple):
    """What stands in lines, each an element of every column."""

    names: list[str | None]
    """The ids of records, or none."""
    texts: list[bytes | None]
    """The texts in UTF-8, a surrogate that stands alone being three bytes; none where the line is no record."""
    characters: I64
    """``int64[n_lines]``: code points of the texts."""
    ends: I64
    """``int64[n_lines]``: where the lines end, behind their line feeds."""


_NONE = (None, None)
_decode = json.JSONDecoder().raw_decode  # half a microsecond less than `decode`; what follows is looked at here


def read_records(lines: bytes, text_field: str, id_field: str) -> Records:
    """Return the record in each line.

    A record is an object in UTF-8 that starts its line, whose ``text_field`` is a string and whose ``id_field`` is a
    string, a whole number, null or not there; it means what `json` makes of it. A line that is spelled in an unusual
    way may be taken for no record: which these are is up to the implementation, and the caller asks `json`.
    """
    raw = io.BytesIO(lines).readlines()
    ends = np.cumsum([len(line) for line in raw], dtype=np.int64)
    found = [_record(line, text_field, id_field) for line in raw]
    names = [name for name, _ in found]
    texts = [None if text is None else text.encode("utf-8", "surrogatepass") for _, text in found]
    return Records(names, texts, np.array([len(text or "") for _, text in found], np.int64), ends)


def _record(line: bytes, text_field: str, id_field: str) -> tuple[str | None, str | None]:
    """Return the id and the text of a line; without a text it is no record."""
    try:
        content = line.decode()
        value, end = _decode(content)
        if not isinstance(value, dict) or content[end:].strip(" \t\r\n"):
            return _NONE
        text, name = value.get(text_field), value.get(id_field)
        if isinstance(name, int) and not isinstance(name, bool):
            name = str(name)
    except (ValueError, RecursionError):
        return _NONE
    if not isinstance(text, str) or not isinstance(name, str | None):
        return _NONE
    return name, text
