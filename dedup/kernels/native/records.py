"""Lines of JSON to the texts in them, in C++."""

from __future__ import annotations

from dedup.kernels import _native
from dedup.kernels.reference.records import Records


def read_records(lines: bytes, text_field: str, id_field: str) -> Records:
    """Return the record in each line: see `reference.read_records`.

    Understood is what is JSON by the letter, at most 64 containers deep, with names of fields spelled without escapes
    and whole numbers of at most 640 digits, none of them -0. Any bytes may be given.
    """
    return Records(*_native.read_records(lines, _encoded(text_field), _encoded(id_field)))


def _encoded(field: str) -> bytes:
    return field.encode("utf-8", "surrogatepass")
