"""Records of JSONL: what is not left to json is what json makes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

NAMES = st.sampled_from(["text", "id", "é", "other", ""])
STRINGS = st.text(max_size=40) | st.text('a"\\/\b\n\t\x00\x1f\x7f é漢🚀', max_size=40)
NUMBERS = st.integers() | st.floats() | st.sampled_from([0, -0.0, 10**30, 1e300])
VALUES = st.recursive(
    STRINGS | NUMBERS | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
PLAIN = [
    '{"id": "a", "text": "some words"}',
    '{"text":"some words"}\n',
    ' {"id" : 12, "text" : "a\\n\\"b\\" \\u00e9\\ud83d\\ude80 é", "more": {"a": [1.5e-3, true, null, {}, []]}} \r\n',
    '{"id": null, "text": ""}',
    '{"text": "first", "id": "b", "text": "last"}',
    '{"id": -5, "text": "x", "score": 0.95110952854156491234}',
]


def by_json(line: bytes, text_field: str, id_field: str) -> tuple[str, str | None] | None:
    """Return what json makes of a line, None where that is no document."""
    try:
        record = json.loads(line.decode())
    except ValueError:
        return None
    if not isinstance(record, dict) or not isinstance(record.get(text_field), str):
        return None
    name = record.get(id_field)
    if name is None:
        return record[text_field], None
    return None if isinstance(name, bool) or not isinstance(name, (str, int)) else (record[text_field], str(name))


def check(kernels: Any, line: bytes, text_field: str = "text", id_field: str = "id") -> None:
    found = kernels.plain_record(line, text_field.encode(), id_field.encode())
    assert found is None or found == by_json(line, text_field, id_field)


@pytest.mark.parametrize("line", PLAIN)
def test_plain_records_are_read(native, line):
    found = native.plain_record(line.encode(), b"text", b"id")
    assert found is not None
    assert found == by_json(line.encode(), "text", "id")


@given(
    st.lists(st.tuples(NAMES, VALUES), max_size=5), NAMES, NAMES, st.booleans(), st.sampled_from([None, 1, (",", ":")])
)
def test_records_are_those_of_json(kernels, members, text_field, id_field, ascii_only, layout):
    style: dict[str, Any] = {"separators": layout} if isinstance(layout, tuple) else {"separators": None}
    parts = [
        f"{json.dumps(name, ensure_ascii=ascii_only)}: {json.dumps(value, ensure_ascii=ascii_only, **style)}"
        for name, value in members
    ]
    check(kernels, f"{{{', '.join(parts)}}}".encode("utf-8", "surrogatepass"), text_field, id_field)


@settings(max_examples=400)
@given(
    st.sampled_from(PLAIN),
    st.integers(0, 200),
    st.integers(0, 4),
    st.binary(max_size=3)
    | st.sampled_from(
        [
            b"\\",
            b'"',
            b"\\u",
            b"\\ud83d",
            b"\\ud800\\u0041",
            b"\xed\xa0\x80",
            b"\xff",
            b"\x00",
            b"{",
            b"]",
            b",",
            b"-0",
            b"NaN",
            b"01",
        ]
    ),
)
def test_damaged_records_are_those_of_json(kernels, line, at, dropped, added):
    data = line.encode()
    check(kernels, data[:at] + added + data[at + dropped :])


@given(st.binary(max_size=60))
@example(b"")
@example(b'{"text":')
@example(b'{"text": "\\')
@example(b'{"text": "\\u12')
@example(b'{"text": "a", "id": -')
@example(b'{"text": "a", "id": 1.0}')
@example(b'{"text": "a", "id": true}')
@example(b'{"text": "a"} {}')
@example(b'\xef\xbb\xbf{"text": "a"}')
def test_any_bytes(kernels, line):
    check(kernels, line)


@pytest.mark.parametrize(
    "inner", ["[" * 100_000, "[" * 63 + "]" * 63, '{"a":' * 64 + "1" + "}" * 64, "9" * 5000, "0." + "1" * 2000]
)
def test_what_is_deep_or_long(kernels, inner):
    line = f'{{"text": "a", "more": {inner}}}'.encode()
    try:
        check(kernels, line)
    except RecursionError:
        assert kernels.plain_record(line, b"text", b"id") is None
