"""JSONL records: documents, and what is said of those that are broken."""

import codecs
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pieces import Pieces

from dedup.config import Config
from dedup.errors import InputError
from dedup.model import Document, Skipped
from dedup.readers import jsonl, text

GOOD = b'{"text": "good", "id": "g"}'


def read(data, **settings):
    """Return what a file named f holds: documents as (id, text), the others as (place, reason)."""
    items = []
    for line, item in jsonl.read(io.BytesIO(data), "f", Config(**settings)):
        if isinstance(item, Skipped):
            assert item.path == f"f:{line}"
            items.append((item.path, item.reason))
        elif isinstance(item, Document):
            items.append((item.id, item.text))
        else:
            assert len(line) == len(item.ids)
            items += [(document.id, document.text) for document in item.singly()]
    return items


def test_ids_are_given_or_are_the_place():
    data = b'{"id": "a", "text": "1"}\n{"id": 7, "text": "2"}\n\n{"text": "3"}\r\n{"id": null, "text": ""}'
    assert read(data) == [("a", "1"), ("7", "2"), ("f:4", "3"), ("f:5", "")]


def test_the_fields_can_be_named():
    assert read(b'{"url": "u", "body": "b", "text": 1}', text_field="body", id_field="url") == [("u", "b")]


@pytest.mark.parametrize("data", [b"", b"\n", b"\r\n \t\n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_a_file_without_records(data):
    assert read(data) == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"text": "a" "b"}', "not JSON: Expecting ',' delimiter (column 14)"),
        (b'{"text": "cut', "not JSON: Unterminated string starting at (column 10)"),
        (b"plain words", "not JSON: Expecting value (column 1)"),
        (b'{"text": "a"} {}', "not JSON: Extra data (column 15)"),
        (b'["text"]', "a record must be an object, not an array"),
        (b'"text"', "a record must be an object, not a string"),
        (b"12", "a record must be an object, not 12"),
        (b"null", "a record must be an object, not null"),
        (b'{"body": "a", "id": 1}', "no field 'text'; fields: 'body', 'id'"),
        (b"{}", "no field 'text'; fields: none"),
        (b'{"text": null}', "field 'text' must be a string, not null"),
        (b'{"text": 1.5}', "field 'text' must be a string, not 1.5"),
        (b'{"text": ["a"]}', "field 'text' must be a string, not an array"),
        (b'{"text": {}}', "field 'text' must be a string, not an object"),
        (b'{"text": "a", "id": 1.5}', "field 'id' must be a string or a whole number, not 1.5"),
        (b'{"text": "a", "id": true}', "field 'id' must be a string or a whole number, not true"),
        (b'{"text": "a", "id": []}', "field 'id' must be a string or a whole number, not an array"),
        (b'{"text": "a\0b"}', "not text: NUL byte at 39"),
        (b'{"text": "\xe9"}', "not UTF-8: byte 0xE9 at offset 38 (line 2); set fallback-encoding to read it"),
        (b'{"text": "a", "n": ' + b"[" * 100_000, "not read: its values are nested too deeply"),
    ],
)
def test_a_broken_record_is_named_and_the_rest_goes_on(line, reason):
    data = GOOD + b"\n" + line + b"\n" + b'{"text": "more"}\n'
    assert read(data) == [("g", "good"), ("f:2", reason), ("f:3", "more")]


def test_a_number_of_too_many_digits_is_named_and_the_rest_goes_on():
    broken, good = read(b'{"text": "a", "n": ' + b"9" * 5000 + b"}\n" + GOOD)
    assert broken[0] == "f:1"
    assert broken[1].startswith("not read: Exceeds the limit")
    assert good == ("g", "good")


def test_the_fallback_holds_for_each_line():
    data = '{"text": "é"}\n'.encode() + '{"text": "é"}\n'.encode("latin-1")
    assert read(data, fallback_encoding="latin-1") == [("f:1", "é"), ("f:2", "é")]


def test_escapes_are_kept_as_they_are():
    assert read(rb'{"text": "a\u0000b\ud800\n\u2028"}') == [("f:1", "a\0b\ud800\n\u2028")]
    assert read(rb'{"text": "", "id": "\udc80"}') == [("\udc80", "")]


def test_a_line_ends_at_a_line_feed_alone():
    assert read('{"text": "a\u2028b\u0085c"}\n'.encode()) == [("f:1", "a\u2028b\u0085c")]


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
def test_a_byte_order_mark_is_understood(mark, encoding):
    content = '{"text": "é\u0a0a"}\r\n\n{"text": "b"}\nbroken'
    expected = [("f:1", "é\u0a0a"), ("f:3", "b"), ("f:4", "not JSON: Expecting value (column 1)")]
    assert read(mark + content.encode(encoding)) == expected


def test_offsets_behind_a_byte_order_mark_are_those_of_the_file():
    broken, good = read(codecs.BOM_UTF8 + b'{"text": "\xe9"}\n' + GOOD)
    assert broken == ("f:1", "not UTF-8: byte 0xE9 at offset 13 (line 1); set fallback-encoding to read it")
    assert good == ("g", "good")


@pytest.mark.parametrize("data", [b"\x1f\x8b\x08\0\n\n", b"\0" * 200_000, b"PK\x03\x04\x14\0" + b"x" * 200_000])
def test_a_binary_file_is_refused_as_a_whole(data):
    stream = io.BytesIO(data)
    with pytest.raises(InputError, match="not text: NUL byte at"):
        list(jsonl.read(stream, "f", Config()))
    assert stream.tell() <= text.HEAD


def test_a_first_record_with_a_nul_is_broken_alone():
    assert read(b'{"text": "\0"}\n' + GOOD) == [("f:1", "not text: NUL byte at 10"), ("g", "good")]


def test_wide_text_that_breaks_is_refused_with_the_place():
    with pytest.raises(InputError, match=r"not UTF-16, .* at offset 4 \(line 2\)"):
        read(codecs.BOM_UTF16_LE + b"\n\0\0\xd8a\0")


@pytest.mark.parametrize("size", [text.HEAD - 1, text.HEAD, text.HEAD + 1, 3 * text.HEAD])
def test_a_long_first_line_is_one_record(size):
    content = "é" * (size // 2)
    data = json.dumps({"text": content}, ensure_ascii=False).encode() + b"\n" + GOOD
    assert read(data) == [("f:1", content), ("g", "good")]


def test_no_record_with_the_field_is_an_error_that_names_the_fields():
    with pytest.raises(jsonl.TextFieldError) as error:
        read(b'{"body": "a", "id": 1}\nbroken\n{"body": "b", "title": "t"}\n', text_field="txt")
    assert str(error.value) == "no record has the field 'txt'; fields: 'body', 'id', 'title'"


def test_lines_that_are_no_objects_are_not_a_wrong_field():
    assert read(b"[1]\nbroken") == [
        ("f:1", "a record must be an object, not an array"),
        ("f:2", "not JSON: Expecting value (column 1)"),
    ]


def test_records_without_the_field_are_listed_one_by_one_if_another_has_it():
    missing = "no field 'text'; fields: 'x'"
    data = b'{"x": 1}\n{"x": 2}\n{"text": "a"}\n{"x": 3}'
    items = read(data)
    assert sorted(items) == [("f:1", missing), ("f:2", missing), ("f:3", "a"), ("f:4", missing)]


def test_a_list_of_many_fields_is_cut():
    record = json.dumps({f"field {n}": n for n in range(1000)}).encode()
    items = dict(read(GOOD + b"\n" + record))
    assert len(items["f:2"]) < 300
    assert items["f:2"].endswith("...")


def test_records_are_read_as_they_come():
    def pieces():
        yield GOOD + b"\n"
        yield b'{"text": "second"}\n{"text": "third"}\n{"text"'
        yield b': "fourth"}\n'
        raise AssertionError("read ahead")

    items = jsonl.read(Pieces(pieces()), "f", Config())
    assert [[document.text for document in next(items)[1].singly()] for _ in range(3)] == [
        ["good"],
        ["second", "third"],
        ["fourth"],
    ]


@given(st.lists(st.tuples(st.text(st.characters()), st.integers()), max_size=5), st.booleans())
def test_what_json_writes_is_read(records, ascii_only):
    lines = [json.dumps({"text": content, "id": number}, ensure_ascii=ascii_only) for content, number in records]
    data = "\n".join(lines).encode("utf-8", "surrogatepass" if ascii_only else "replace")
    expected = [
        (str(number), content if ascii_only else content.encode("utf-8", "replace").decode())
        for content, number in records
    ]
    assert read(data) == expected


@given(st.binary(max_size=200))
def test_no_bytes_crash(data):
    try:
        read(data, fallback_encoding="cp1252")
    except InputError as error:
        assert str(error)
