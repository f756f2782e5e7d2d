"""The file of a baseline: written the same every time, read in any order, and refused where it is damaged."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from check_support import around, baseline_of, prose, scan
from hypothesis import given
from hypothesis import strategies as st

from dedup.check.baseline import Baseline, Record
from dedup.check.shingles import MOST, Shingled
from dedup.errors import InputError
from dedup.result import CONTROLS

RECORD = {"id": "ab", "words": 20, "places": {"a.md": 1, "b.md": 2}, "begins": "One", "sketch": "AAAB"}
HEADER = '{"schema": "dedup.baseline/1"}'


def read(tmp_path: Path, *lines: str) -> Baseline:
    path = tmp_path / "known.jsonl"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8", newline="")
    return Baseline.read(path)


def write(tmp_path: Path, baseline: Baseline) -> Path:
    path = tmp_path / "known.jsonl"
    path.write_text("".join(baseline.lines()), encoding="utf-8", newline="")
    return path


texts = st.text(st.characters(exclude_categories=()), max_size=9)
records = st.builds(
    Record,
    texts,
    st.integers(1, 999),
    st.dictionaries(texts, st.integers(1, 9), min_size=1, max_size=3).map(lambda found: tuple(sorted(found.items()))),
    st.lists(st.binary(min_size=3, max_size=3), max_size=4).map(b"".join),
    texts,
)


@given(st.lists(records, max_size=5, unique_by=lambda record: record.id))
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, found: list[Record]) -> None:
    baseline = Baseline(tuple(sorted(found)))
    path = write(tmp_path_factory.mktemp("x"), baseline)
    assert Baseline.read(path) == baseline
    assert not CONTROLS.search(path.read_text("utf-8").replace("\n", ""))


def test_a_record_is_a_line_and_they_are_sorted() -> None:
    random = Random(1)
    words = [prose(random, 30), prose(random, 400, "p"), prose(random, 20, "q")]
    documents = around(random, [*words, *words])
    baseline = baseline_of(documents)
    header, *lines = "".join(baseline.lines()).splitlines()
    assert header == HEADER
    values = [json.loads(line) for line in lines]
    assert [value["id"] for value in values] == sorted(item.id for item in scan(documents).passages)
    assert sorted(value["words"] for value in values) == [20, 30, 400]
    assert all(list(value) == list(RECORD) for value in values)
    sizes = {record.words: len(record.sketch) // 3 for record in baseline.records}
    assert (sizes[20], sizes[30], sizes[400]) == (18, 28, MOST)


def test_a_sketch_has_the_least_shingles_of_all_occurrences() -> None:
    random = Random(2)
    words = prose(random, 500)
    edited = [f"u{word}" if number % 50 == 7 else word for number, word in enumerate(words)]
    result = scan(around(random, [words, edited]))
    [record] = Baseline.of(result.passages, result.texts).records
    spans = [result.texts[place.document][place.start : place.end] for place in result.passages[0].occurrences]
    expected = sorted(set(Shingled.of(spans).values.tolist()))[:MOST]
    assert record.sketch == b"".join(value.to_bytes(3, "big") for value in expected)


def test_a_hostile_text_is_shown_as_escapes() -> None:
    evil = "\x1b[2J ::error:: \u202e one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    documents = {"a\x1b\n": f"1 {evil} 15", "b": f"2 {evil} 15"}
    text = "".join(baseline_of(documents, 12).lines())
    assert "\\u001b" in text
    assert not CONTROLS.search(text.replace("\n", ""))


def test_lines_in_any_order_and_twice_are_what_a_merge_leaves(tmp_path: Path) -> None:
    other = {**RECORD, "id": "cd"}
    more = {**RECORD, "places": {"b.md": 1, "c.md": 1}}
    found = read(tmp_path, HEADER, json.dumps(other), json.dumps(RECORD), HEADER, "", json.dumps(more) + "\r")
    assert [record.id for record in found.records] == ["ab", "cd"]
    assert dict(found.records[0].places) == {"a.md": 1, "b.md": 2, "c.md": 1}
    assert found.records[0].occurrences == 4


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "line 1: not a baseline: expected {"),
        (["x"], "line 1: not a baseline: expected {"),
        (["[" * 100_000], "line 1: not a baseline"),
        (['{"schema": "dedup.result/1"}'], "found 'dedup.result/1'"),
        ([HEADER, "<<<<<<< HEAD"], "line 2: a merge conflict of git: keep the lines of both sides"),
        ([HEADER, "======="], "line 2: a merge conflict"),
        ([HEADER, ">>>>>>> change"], "line 2: a merge conflict"),
        (["<<<<<<< HEAD", HEADER], "line 1: a merge conflict"),
        ([HEADER, "||||||| 1234"], "line 2: a merge conflict"),
        ([HEADER, json.dumps(RECORD), '{"id": '], "line 3: not a record: not JSON"),
        ([HEADER, "[]"], "line 2: not a record: not an object"),
        *(
            ([HEADER, json.dumps({**RECORD, key: value})], f"line 2: not a record: {message}")
            for key, value, message in [
                ("id", 3, "id must be a string, not 3"),
                ("words", "x", "words must be"),
                ("words", True, "words must be"),
                ("words", 0, "words and places must not be nothing"),
                ("places", [], "places must be"),
                ("places", {}, "words and places must not be nothing"),
                ("places", {"a": 0}, "places of 'a' must be a number above 0"),
                ("places", {"a": 1.5}, "places of 'a' must be a number above 0"),
                ("sketch", "A", "sketch is not base64"),
                ("sketch", "é", "sketch is not base64"),
                ("sketch", "AA==", "sketch is cut off"),
                ("sketch", None, "sketch must be a string, not None"),
                ("begins", None, "begins must be a string"),
            ]
        ),
    ],
)
def test_a_damaged_file_is_refused_with_the_line(tmp_path: Path, lines: list[str], message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, *lines)
    assert str(caught.value).startswith(f"{tmp_path / 'known.jsonl'}, line ")
    assert message in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.jsonl: there is no such baseline; --update-baseline writes it"):
        Baseline.read(tmp_path / "none.jsonl")
    with pytest.raises(InputError, match="the baseline cannot be read"):
        Baseline.read(tmp_path)
    (tmp_path / "x").write_bytes(b"\xff")
    with pytest.raises(InputError, match="not UTF-8"):
        Baseline.read(tmp_path / "x")


def test_shingles_stay_what_they_are() -> None:
    """Files of baselines hold them: another hash needs another schema."""
    shingled = Shingled.of(["The café, at nine: o'clock", "石段の港"])
    assert shingled.offsets.tolist() == [0, 4, 6]
    assert shingled.weights.tolist() == [1, 1, 1, 1, 0.5, 0.5]
    assert shingled.values.tolist() == [11842623, 11344641, 14328099, 14062834, 2225076, 177575]
