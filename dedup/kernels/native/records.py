"""Lines of JSON to the texts in them, in C++."""

from __future__ import annotations

from dedup.columns import Strings
from dedup.kernels import _native
from dedup.kernels.reference.records import Records
from dedup.model import encode


def read_records(lines: bytes, text_field: str, id_field: str) -> Records:
    """Return the records in lines: see `reference.read_records`.

    Understood is what is JSON by the letter, at most 64 containers deep, with names of fields spelled without escapes
    and whole numbers of at most 640 digits, none of them -0. Any bytes may be given.
    """
    texts, text_offsets, names, name_offsets, named, *others = _native.read_records(
        lines, encode(text_field), encode(id_field)
    )
    return Records(Strings(names, name_offsets), named.view(bool), Strings(texts, text_offsets), *others)
