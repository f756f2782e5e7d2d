"""From sources to documents: ids, standard input, and what goes wrong on the way."""

import io
import json
import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pieces import Pieces

from dedup.config import Config
from dedup.errors import InputError
from dedup.model import Document, Skipped
from dedup.readers import Source, find_sources, read_sources


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(*paths, stdin=None, **settings):
    config = Config(**settings)
    sources, _ = find_sources(paths or ["."], config)
    return list(read_sources(sources, config, stdin=stdin))


def test_files_of_all_kinds_become_documents():
    Path("a.txt").write_bytes(b"one\r\ntwo")
    Path("b.txt").write_bytes("été".encode("utf-16"))
    Path("c.jsonl").write_bytes(b'{"text": "three", "id": "c"}\n{"text": "four"}\n')
    Path("d.bin").write_bytes(b"GIF89a\0\0")
    Path("e.txt").write_bytes(b"")
    Path("f.txt").write_bytes(b"caf\xe9")
    assert read() == [
        Document("a.txt", "one\r\ntwo"),
        Document("b.txt", "été"),
        Document("c", "three"),
        Document("c.jsonl:2", "four"),
        Skipped("d.bin", "not text: NUL byte at 6"),
        Document("e.txt", ""),
        Skipped("f.txt", "not UTF-8: byte 0xE9 at offset 3 (line 1); set fallback-encoding to read it"),
    ]
    assert Document("f.txt", "café") in read(fallback_encoding="latin-1")


def test_a_long_line_is_a_text():
    Path("a.txt").write_bytes(b"word " * 10_000_000)
    (document,) = read()
    assert len(document.text) == 50_000_000


def test_sources_are_read_one_at_a_time():
    Path("a.txt").write_text("a")
    items = read_sources([Source("a.txt", "a.txt", "text"), Source("b.txt", "b.txt", "text")], Config())
    assert next(items) == Document("a.txt", "a")
    Path("b.txt").write_text("b")
    assert next(items) == Document("b.txt", "b")


# Standard input


def test_standard_input_is_a_text():
    stream = io.BytesIO(b"\xef\xbb\xbfpiped\r\n")
    assert read("-", stdin=stream) == [Document("-", "piped\r\n")]
    assert not stream.closed


def test_the_real_standard_input_is_taken_by_default(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"caf\xc3\xa9\r\n"), "ascii"))
    assert read("-") == [Document("-", "café\r\n")]


def test_standard_input_can_be_records():
    source = Source("-", "-", "jsonl")
    items = read_sources([source], Config(), stdin=io.BytesIO(b'{"text": "a"}\n{"text": "b", "id": "x"}'))
    assert list(items) == [Document("-:1", "a"), Document("x", "b")]


def test_standard_input_that_is_closed_is_listed(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert read("-") == [Skipped("-", "standard input is closed")]


def test_a_file_of_that_name_is_not_standard_input():
    Path("-").write_text("a file")
    assert read("./-", stdin=io.BytesIO(b"input")) == [Document("-", "a file")]
    first, second = read("./-", "-", stdin=io.BytesIO(b"input"))
    assert second == Skipped("-", "the id '-' is taken by -")
    assert isinstance(first, Document)


# What goes wrong


def test_a_file_that_vanished_is_listed():
    Path("a.txt").write_text("a")
    Path("b.txt").write_text("b")
    sources, _ = find_sources(["."], Config())
    Path("a.txt").unlink()
    items = list(read_sources(sources, Config()))
    assert items == [Skipped("a.txt", "cannot be read: No such file or directory"), Document("b.txt", "b")]


def test_a_file_that_became_a_folder_is_listed():
    Path("a.txt").mkdir()
    (item,) = read_sources([Source("a.txt", "a.txt", "text")], Config())
    assert item.reason.startswith("cannot be read: ")


def test_a_file_that_may_not_be_read_is_listed(monkeypatch):
    Path("a.txt").write_text("a")
    Path("b.txt").write_text("b")
    original = io.FileIO

    def refuse(path):
        if path.endswith("a.txt"):
            raise PermissionError(13, "Permission denied")
        return original(path)

    monkeypatch.setattr(io, "FileIO", refuse)
    assert read() == [Skipped("a.txt", "cannot be read: Permission denied"), Document("b.txt", "b")]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is locked for this user")
def test_a_file_that_really_may_not_be_read_is_listed():
    Path("a.txt").write_text("a")
    Path("a.txt").chmod(0)
    assert read() == [Skipped("a.txt", "cannot be read: Permission denied")]


def test_a_disk_that_fails_in_the_middle_keeps_what_was_read():
    def pieces():
        yield b'{"text": "a"}\n{"text": "b"}\n'
        yield b'{"text": "c"}\n{"text": "d"}\n'
        raise OSError(5, "Input/output error")

    source = Source("-", "-", "jsonl")
    items = list(read_sources([source], Config(), stdin=Pieces(pieces())))
    assert items[:-1] == [Document(f"-:{line}", name) for line, name in enumerate("abcd", 1)]
    assert items[-1] == Skipped("-", "cannot be read: Input/output error")


# Ids


def test_an_id_that_is_taken_is_listed_with_both_places():
    Path("a.jsonl").write_text('{"text": "1", "id": "x"}\n{"text": "2", "id": "x"}\n{"text": "3", "id": "z.txt"}\n')
    Path("b.jsonl").write_text('{"text": "4", "id": "x"}\n{"text": "5", "id": "a.jsonl:1"}\n')
    Path("z.txt").write_text("6")
    assert read() == [
        Document("x", "1"),
        Skipped("a.jsonl:2", "the id 'x' is taken by a.jsonl:1"),
        Document("z.txt", "3"),
        Skipped("b.jsonl:1", "the id 'x' is taken by a.jsonl:1"),
        Document("a.jsonl:1", "5"),
        Skipped("z.txt", "the id 'z.txt' is taken by a.jsonl:3"),
    ]


NAMES = st.sampled_from(["a", "b", "0.txt", "2.txt", "1.jsonl:1", "1.jsonl:3", "\u00e9", None])
LINES = st.lists(st.tuples(NAMES, st.sampled_from(["ordinary", "escaped", "blank", "broken"])), max_size=8)


@given(st.lists(st.none() | LINES, max_size=4))
def test_the_first_document_keeps_its_id_whatever_the_others_are(files):
    taken: dict[str, str] = {}
    expected: list[tuple[str, str]] = []
    sources = []

    def say(name: str, place: str) -> None:
        if name in taken:
            expected.append((place, f"the id {name!r} is taken by {taken[name]}"))
        else:
            taken[name] = place
            expected.append((name, place))

    for number, lines in enumerate(files):
        file = f"{number}.txt" if lines is None else f"{number}.jsonl"
        sources.append(Source(file, file, "text" if lines is None else "jsonl"))
        if lines is None:
            Path(file).write_text(file)
            say(file, file)
            continue
        written = []
        for at, (name, kind) in enumerate(lines, start=1):
            place = f"{file}:{at}"
            field = {"ordinary": "text", "escaped": "\\u0074ext"}.get(kind, "text")  # what a kernel may leave to `json`
            line = f'{{"id": {json.dumps(name)}, "{field}": "{place}"}}'
            written.append({"blank": " ", "broken": line[:-1]}.get(kind, line))
            if kind == "broken":
                expected.append((place, "not JSON: Expecting ',' delimiter"))
            elif kind != "blank":
                say(name or place, place)
        Path(file).write_text("\n".join(written))
    found = [
        (item.id, item.text) if isinstance(item, Document) else (item.path, item.reason.split(" (column")[0])
        for item in read_sources(sources, Config())
    ]
    assert found == expected


def test_the_same_source_twice_is_listed():
    Path("a.txt").write_text("a")
    source = Source("a.txt", "a.txt", "text")
    items = list(read_sources([source, source], Config()))
    assert items == [Document("a.txt", "a"), Skipped("a.txt", "the id 'a.txt' is taken by a.txt")]


def test_a_number_and_a_string_that_look_alike_are_one_id():
    Path("a.jsonl").write_text('{"text": "1", "id": 1}\n{"text": "2", "id": "1"}\n')
    assert read() == [Document("1", "1"), Skipped("a.jsonl:2", "the id '1' is taken by a.jsonl:1")]


# A wrong name of the text field


def test_nothing_read_for_want_of_the_text_field_is_an_error():
    Path("a.jsonl").write_text('{"body": "1", "id": 1}\n')
    Path("b.jsonl").write_text('{"title": "1"}\n')
    Path("c.bin").write_bytes(b"\0")
    with pytest.raises(InputError) as error:
        read()
    for part in ("a.jsonl", "'text'", "'body', 'id'", "text-field", "exclude"):
        assert part in str(error.value)


@pytest.mark.parametrize(("name", "content"), [("b.jsonl", '{"text": "1", "id": "b"}\n'), ("b", "1"), ("b", "")])
def test_a_file_without_the_text_field_is_one_entry_if_anything_else_is_read(name, content):
    Path("a.jsonl").write_text('{"event": "1"}\n' * 50)
    Path(name).write_text(content)
    Path("c.jsonl").write_text('{"body": "1"}\n')
    reason = "no record has the field 'text'; fields: "
    document, *skipped = read()
    assert document.id == "b"
    assert skipped == [Skipped("a.jsonl", f"{reason}'event'"), Skipped("c.jsonl", f"{reason}'body'")]


def test_broken_records_alone_are_no_wrong_field():
    Path("a.jsonl").write_text("broken\n")
    assert read() == [Skipped("a.jsonl:1", "not JSON: Expecting value (column 1)")]
