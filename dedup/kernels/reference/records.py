"""Lines of JSON to the texts in them."""

from __future__ import annotations

import io
import json

import numpy as np

from dedup.arrays import I64

Record = tuple[str | None, bytes, int]
"""The id or none; the text in UTF-8, a surrogate that stands alone being three bytes; how many code points it has."""

_decode = json.JSONDecoder().raw_decode  # half a microsecond less than `decode`; what follows is looked at here


def read_records(lines: bytes, text_field: str, id_field: str) -> tuple[list[Record | None], I64]:
    """Return the record in each line, and where each line ends (``int64[n_lines]``, behind its line feed).

    A record is an object in UTF-8 that starts its line, whose ``text_field`` is a string and whose ``id_field`` is a
    string, a whole number, null or not there; it means what `json` makes of it. None stands for a line that is no
    record, and may stand for one that is spelled in an unusual way: which these are is up to the implementation, and
    the caller asks `json`.
    """
    raw = io.BytesIO(lines).readlines()
    ends = np.cumsum([len(line) for line in raw], dtype=np.int64)
    return [_record(line, text_field, id_field) for line in raw], ends


def _record(line: bytes, text_field: str, id_field: str) -> Record | None:
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
    return name, text.encode("utf-8", "surrogatepass"), len(text)
