"""Lines of JSON to texts: what `json` makes of them, whatever the bytes are."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import AWKWARD

from dedup.model import decode

WRITTEN = [
    *'{}[]:,"\\/ \t\r\n-+.0129eEuU',
    *(char.encode() for char in "é漢🚀\u007f\u0080\u07ff\u0800\uffff\U0010ffff"),
    *(
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xe0\x9f\xbf",
        b"\xf0\x8f\xbf\xbf",
        b"\xff",
        b"\xc3",
        b"\x80",
    ),
    *(b"\x00", b"\x1f", b"true", b"false", b"null", b"NaN", b"Infinity", b"-0", b"\\u00e9", b"\\ud83d\\ude00"),
    *(b"\\ud83d", b"\\udE00", b'"text":', b'"id":', b'"a"', b'{"text":"', b'"}\n', b"\xef\xbb\xbf", b"plain words "),
]
PIECES = [piece if isinstance(piece, bytes) else piece.encode() for piece in WRITTEN]


def read(kernels, lines: bytes, text_field: str = "text", id_field: str = "id") -> list:
    """Return what is found in each line."""
    found = kernels.read_records(lines, text_field, id_field)
    assert [column.dtype for column in found[3:]] == [np.int64] * 3
    assert found.named.dtype == bool
    own = [lines[begin:end] for begin, end in pairwise([0, *found.ends.tolist()])]
    assert b"".join(own) == lines
    assert all(line.find(b"\n") == len(line) - 1 for line in own[:-1])  # a carriage return ends no line
    records: list = [None] * len(own)
    for name, named, text, characters, line in zip(*found[:5], strict=True):
        assert records[line] is None
        assert named or name == b""
        records[line] = (decode(name) if named else None, text, characters)
    assert found.lines.tolist() == [number for number, record in enumerate(records) if record]
    return records


def check(native, reference, lines: bytes) -> None:
    """Assert that what the one understands means what it means to `json`."""
    for found, wanted in zip(read(native, lines), read(reference, lines), strict=True):
        assert found is None or found == wanted


def json_value() -> st.SearchStrategy[object]:
    """Return what stands in the fields of records that nobody asks for."""
    plain = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
    return st.recursive(
        plain | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
    )


def texts() -> st.SearchStrategy[str]:
    return st.text() | st.lists(st.sampled_from([*AWKWARD, '"', "\\", "\n", "\x01", "a", "words "]), max_size=40).map(
        "".join
    )


@given(st.lists(st.tuples(texts(), st.none() | st.integers() | texts(), json_value()), max_size=4), st.booleans())
def test_ordinary_records_are_understood(kernels, records, ascii_only):
    lines = []
    for text, name, other in records:
        surrogates = any("\ud800" <= char <= "\udfff" for char in f"{text}{name}")
        record = {"before": other, "text": text, "id": name, "text ": other}
        lines.append(json.dumps(record, ensure_ascii=ascii_only or surrogates).encode())
    expected = [
        (None if name is None else str(name), text.encode("utf-8", "surrogatepass"), len(text))
        for text, name, _ in (json_round_trip(record) for record in records)
    ]
    assert read(kernels, b"\n".join(lines)) == expected


def json_round_trip(values: tuple) -> tuple:
    """Return strings as JSON holds them: two surrogates that make a pair are one character."""
    return tuple(json.loads(json.dumps(values)))


@given(st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join))
@example(b"")
@example(b"\n")
@example(b'{"text": "a"}')
@example(b'{"text": "a", "text": 1}\n{"text": 1, "text": "a"}\n{"id": 1, "text": "", "id": null}')
def test_any_bytes_mean_what_json_says(native, reference, lines):
    check(native, reference, lines)


@given(texts(), st.lists(st.tuples(st.integers(0, 1 << 16), st.sampled_from(PIECES)), min_size=1, max_size=3))
def test_a_record_with_bytes_put_into_it_means_what_json_says(native, reference, text, changes):
    line = json.dumps({"id": 12, "other": [1, {"a": -1.5e3}, True], "text": text}).encode()
    for at, piece in changes:
        at %= len(line) + 1
        line = line[:at] + piece + line[at:]
    check(native, reference, line)


@pytest.mark.parametrize("special", [b'\\"', b"\\\\", b"\\n", b"\\u00e9", "é".encode(), "🚀".encode(), b"\x7f"])
def test_what_is_special_may_stand_anywhere(kernels, special):
    lines = [
        b'{"text": "' + b"x" * before + special + b"y" * after + b'"}' for before in range(20) for after in (0, 1, 9)
    ]
    assert read(kernels, b"\n".join(lines)) == [
        (None, text.encode(), len(text)) for text in (json.loads(line)["text"] for line in lines)
    ]


@pytest.mark.parametrize(
    "line",
    [
        b'{"text": "cut',
        b'{"text": "cut\\',
        b'{"text": "cut\\u12',
        b'{"text": "a\\ud83d\\u12"}',
        b'{"text": "tab\t"}',
        b'{"text": "a"} {}',
        b'{"text": "a",}',
        b'{"text" "a"}',
        b'{"text": "a" "id": 1}',
        b'{"text": "a", "id": 01}',
        b'{"text": "a", "id": 1.0}',
        b'{"text": "a", "id": 1e3}',
        b'{"text": "a", "id": true}',
        b'{"text": "a", "id": []}',
        b'{"text": "a", "x": -}',
        b'{"text": "a", "x": 1.}',
        b'{"text": "a", "x": .5}',
        b'{"text": "a", "x": 1e}',
        b'{"text": "a", "x": +1}',
        b'{"text": "a", "x": nul}',
        b'{"text": "a", "x": [1 2]}',
        b'{"text": "a", "x": [1,]}',
        b'{"text": null}',
        b'{"text": 1}',
        b'{"other": "a"}',
        b'["text"]',
        b'"text"',
        b"",
        b" ",
        b"plain words",
        b'{"text": "\xc3\x28"}',
        b'{"text": "a", "x": "\xed\xa0\x80"}',
        b'{"text": "a", "x": ' + b"1" * 5000 + b"}",
    ],
)
def test_what_is_no_record(kernels, line):
    assert read(kernels, line + b'\n{"text": "next"}\n') == [None, (None, b"next", 4)]


def test_nothing_is_too_deep_for_the_stack(kernels):
    for deep in (b"[" * 1_000_000, b'{"a":' * 1_000_000, b"[" * 100_000 + b"]" * 100_000):
        lines = b'{"x": ' + deep + b', "text": "a"}\n{"text": "b"}'
        assert read(kernels, lines) == [None, (None, b"b", 1)]


def test_the_fields_can_be_named(kernels):
    line = '{"text": 1, "körper": "a", "url": "u"}'.encode()
    assert read(kernels, line, "körper", "url") == [("u", b"a", 1)]
    assert read(kernels, line, "url", "url") == [("u", b"u", 1)]
    assert read(kernels, line, "", "") == [None]
    assert read(kernels, b'{"": "a"}', "", "") == [("a", b"a", 1)]
