"""Records of JSONL, in Python: what json is for."""

from __future__ import annotations


def plain_record(line: bytes, text_field: bytes, id_field: bytes) -> tuple[str, str | None] | None:
    """Return the text and the id of a JSONL record, or None where it is left to `json`.

    ``line`` is the line as it stands in the file, the fields' names are UTF-8. What is returned is what `json` makes of
    the line; the id is None where there is none, and a whole number is spelled out. Any line may be left to `json`: this
    implementation leaves all of them, another one those that are not plain.
    """
    return None
