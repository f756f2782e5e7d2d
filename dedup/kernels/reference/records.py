"""Lines of JSON to the texts in them."""

from __future__ import annotations

import io
import json
from typing import NamedTuple

import numpy as np

from dedup.arrays import I64, Flags
from dedup.columns import Strings
from dedup.model import encode


class Records(NamedTuple):
    """What stands in lines; each record is an element of every column but the last."""

    names: Strings
    """The ids of records in UTF-8; of one without an id, nothing."""
    named: Flags
    """``bool[n_records]``: whether there is an id."""
    texts: Strings
    """The texts in UTF-8, a surrogate that stands alone being three bytes."""
    characters: I64
    """``int64[n_records]``: code points of the texts."""
    lines: I64
    """``int64[n_records]``: the numbers, from 0, of the lines that hold a record."""
    ends: I64
    """``int64[n_lines]``: where the lines end, behind their line feeds."""


_decode = json.JSONDecoder().raw_decode  # half a microsecond less than `decode`; what follows is looked at here


def read_records(lines: bytes, text_field: str, id_field: str) -> Records:
    """Return the records in lines.

    A record is an object in UTF-8 that starts its line, whose ``text_field`` is a string and whose ``id_field`` is a
    string, a whole number, null or not there; it means what `json` makes of it. A line that is spelled in an unusual
    way may be taken for no record: which these are is up to the implementation, and the caller asks `json`.
    """
    raw = io.BytesIO(lines).readlines()
    found = [(number, *record) for number, line in enumerate(raw) if (record := _record(line, text_field, id_field))]
    return Records(
        Strings.of([encode(name or "") for _, name, _ in found]),
        np.array([name is not None for _, name, _ in found], bool),
        Strings.of([encode(text) for _, _, text in found]),
        np.array([len(text) for _, _, text in found], np.int64),
        np.array([number for number, _, _ in found], np.int64),
        np.cumsum([len(line) for line in raw], dtype=np.int64),
    )


def _record(line: bytes, text_field: str, id_field: str) -> tuple[str | None, str] | None:
    """Return the id, if it has one, and the text of a record; nothing of a line that is none."""
    try:
        content = line.decode()
        value, end = _decode(content)
        if not isinstance(value, dict) or content[end:].strip(" \t\r\n"):
            return None
        text, name = value.get(text_field), value.get(id_field)
        if isinstance(name, int) and not isinstance(name, bool):
            name = str(name)
    except (ValueError, RecursionError):
        return None
    if not isinstance(text, str) or not isinstance(name, str | None):
        return None
    return name, text
