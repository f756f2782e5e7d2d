"""The reports as wholes: golden files, every format with hostile names and texts, empty results, long ones.

``UPDATE_GOLDEN=1 pytest tests/test_reports.py`` writes the golden files anew; read the difference before committing it.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_result import SCHEMA, names, results

from dedup.config import Config
from dedup.errors import ConfigError
from dedup.model import Cluster, DocumentInfo, Kind, Member, Occurrence, Pair, Passage, Skipped, Span, Stats
from dedup.reports import FORMATS, View, render
from dedup.result import CONTROLS, Result, encode

GOLDEN = Path(__file__).parent / "golden" / "reports"
ANSI = re.compile(r"\x1b\[[0-9;]*m")

HARBOUR = (
    "The harbour master closed the north gate at dusk, as he had done every evening since the flood, and walked home "
    "along the quay with his lantern unlit. Nobody spoke of the boats that were missing. In the tavern the pilots "
    "counted the names on the slate, rubbed out those that had come in with the tide, and left the other nine to stand "
    "until morning. By then the wind had turned, the gulls were back on the roofs, and seven sails could be seen from "
    "the church tower, which the boys climbed in spite of the bell."
)
HARBOUR_EDITED = (
    HARBOUR.replace("harbour master", "old harbour master")
    .replace("the other nine", "the remaining nine")
    .replace(" with his lantern unlit", "")
)
RECIPE = (
    "Soak the beans overnight, drain them, and simmer gently with a bay leaf until they are soft; salt them only at "
    "the end."
)
RECIPE_SHOUTED = RECIPE.upper().replace(",", "\n")
CHINESE = "清晨的市场里人声鼎沸，卖鱼的老人把木桶一只一只排在石阶上，等着第一班渡船靠岸。"
CHINESE_EDITED = CHINESE.replace("老人", "少年")
HOSTILE_NAME = "=cmd|' /C calc'!A0\x1b]0;owned\x07\n\u202efdp.txt"
SURROGATE_NAME = "caf\udce9/menu.txt"

TEXTS = {
    SURROGATE_NAME: f"Menu.\r\n{RECIPE_SHOUTED}\r\n",
    "notes/recipe.md": f"# Beans\n\n{RECIPE}\n\nAgain: {RECIPE}\n",
    "tales/draft 2.txt": f"Draft, second.\n\n{HARBOUR_EDITED}\n",
    "tales/harbour.txt": f"{HARBOUR}\nAnd on.\n",
    "市场.txt": CHINESE,
    "市场二.txt": f"　{CHINESE_EDITED}",
    HOSTILE_NAME: f"\x1b[2J{HARBOUR_EDITED}\x9b31m",
}


def occurrence(document: str, part: str, after: int = 0) -> Occurrence:
    """Return where a part stands in one of `TEXTS`."""
    text = TEXTS[document]
    start = text.index(part, after)
    end = start + len(part)
    lines = [(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)) for at in (start, end)]
    return Occurrence(document, start, end, *lines[0], *lines[1])


def passage(id_: str, words: int, similarity: float, kind: Kind, *occurrences: Occurrence) -> Passage:
    return Passage(id_, words, similarity, kind, tuple(sorted(occurrences)))


RECIPE_AT = occurrence("notes/recipe.md", RECIPE)
PASSAGES = (
    passage("0c4d1e5f60718293", 20, 1.0, "reformatted", RECIPE_AT,
            occurrence("notes/recipe.md", RECIPE, RECIPE_AT.end),
            occurrence(SURROGATE_NAME, RECIPE_SHOUTED)),
    passage("5a0b9c8d7e6f5041", 93, 0.957, "edited",
            occurrence("tales/harbour.txt", HARBOUR),
            occurrence("tales/draft 2.txt", HARBOUR_EDITED),
            occurrence(HOSTILE_NAME, HARBOUR_EDITED)),
    passage("f00dfeed12345678", 17, 0.999, "edited",
            occurrence("市场.txt", CHINESE), occurrence("市场二.txt", CHINESE_EDITED)),
)  # fmt: skip
RESULT = Result(
    version="0.1.0",
    config=Config().to_dict(),
    documents=tuple(DocumentInfo(name, len(TEXTS[name].split()), len(TEXTS[name])) for name in sorted(TEXTS)),
    skipped=(
        Skipped("img/a.png", "not text: NUL byte at 8"),
        Skipped("img/b.png", "not text: NUL byte at 8"),
        Skipped("img/c\x1b[1m.png", "not text: NUL byte at 9"),
        Skipped("img/d.png", "not text: NUL byte at 8"),
        Skipped("old.txt", "not UTF-8: byte 0xE9 at offset 3 (line 1)"),
    ),
    clusters=(
        Cluster(
            "77aa77aa77aa77aa",
            "tales/harbour.txt",
            (Member(HOSTILE_NAME, 0.8, 0.9), Member("tales/draft 2.txt", 0.9962, 1.0)),
        ),
    ),
    passages=PASSAGES,
    pairs=(
        Pair(
            "f00dfeed12345678", 0.999, *(Span(item.document, item.start, item.end) for item in PASSAGES[2].occurrences)
        ),
    ),
    stats=Stats(7, 12345, 0.25),
    texts=TEXTS,
)
EMPTY = Result("0.1.0", Config().to_dict(), (), (), (), (), (), Stats(0, 0, 0.0))


DEFAULT = View()


def output(result: Result, format_: str, view: View = DEFAULT) -> str:
    return "".join(render(result, format_, view))


@pytest.mark.parametrize(
    ("name", "format_", "result", "view"),
    [
        ("report.txt", "text", RESULT, View()),
        ("color.txt", "text", RESULT, View(color=True)),
        ("limit.txt", "text", RESULT, View(limit=1, width=60, excerpt=20, context=2, items=1)),
        ("path.txt", "text", RESULT, View(sort="path", excerpt=0, width=72)),
        ("no-texts.txt", "text", replace(RESULT, texts={}), View()),
        ("concise.txt", "concise", RESULT, View()),
        ("concise-path.txt", "concise", RESULT, View(sort="path", color=True)),
        ("empty.txt", "text", EMPTY, View()),
        ("empty-concise.txt", "concise", EMPTY, View()),
        ("report.json", "json", RESULT, View()),
        ("report.jsonl", "jsonl", RESULT, View()),
        ("report.csv", "csv", RESULT, View()),
    ],
)
def test_golden(name: str, format_: str, result: Result, view: View) -> None:
    data = output(result, format_, view).encode("utf-8")
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_bytes(data)
    assert data.decode("utf-8") == path.read_bytes().decode("utf-8")


@pytest.mark.parametrize("format_", FORMATS)
@given(result=results, color=st.booleans(), sort=st.sampled_from(["size", "path"]), limit=st.integers(0, 2))
@settings(max_examples=40, deadline=None)
def test_any_result_gives_utf8(format_: str, result: Result, color: bool, sort: str, limit: int) -> None:
    view = View(color=color, sort=sort, limit=limit)  # type: ignore[arg-type]
    text = output(result, format_, view)
    assert text.endswith("\n")
    assert text.encode("utf-8") == output(result, format_, view).encode("utf-8")


@pytest.mark.parametrize("format_", ["text", "concise", "json", "jsonl"])
@given(name=names, text=st.text(st.characters(exclude_categories=[]) | st.sampled_from("\x1b[\x9b \n"), min_size=1))
@settings(max_examples=60, deadline=None)
def test_names_and_texts_cannot_reach_the_terminal(format_: str, name: str, text: str) -> None:
    place = Occurrence(name, 0, len(text), 1, 1, 1, 1)
    result = Result(
        name,
        {"include": [name]},
        (DocumentInfo(name, 1, len(text)),),
        (Skipped(name, name),),
        (Cluster(name, name, (Member(name, 1.0, 1.0),)),),
        (Passage(name, 1, 0.5, "edited", (place, place)),),
        (),
        Stats(1, 1, 0.0),
        {name: text},
    )
    shown = output(result, format_)
    assert CONTROLS.sub("", shown) == shown.replace("\n", "")
    if format_ == "concise":
        assert shown.count("\n") == 6


@pytest.mark.parametrize("format_", FORMATS)
def test_no_escape_codes_without_color(format_: str) -> None:
    assert ("\x1b" in output(RESULT, format_)) == (format_ == "csv")  # there, a name keeps the one it has
    assert not ANSI.search(output(RESULT, format_))


@pytest.mark.parametrize("format_", ["text", "concise"])
def test_colors_only_add_codes(format_: str) -> None:
    colored = output(RESULT, format_, View(color=True))
    assert ANSI.search(colored)
    assert ANSI.sub("", colored) == output(RESULT, format_)
    assert colored.count("\x1b[0m") * 2 == colored.count("\x1b[")


def test_a_result_without_anything_is_shown_by_every_format() -> None:
    for format_ in FORMATS:
        assert output(EMPTY, format_)


@pytest.mark.parametrize(("name", "hint"), [("jsno", "'json'"), ("consise", "'concise'"), ("Text", "'text'")])
def test_an_unknown_format_is_refused_at_once(name: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=f"{name!r}; did you mean {hint}"):
        render(RESULT, name)


def test_an_unknown_format_like_no_other_lists_those_there_are() -> None:
    with pytest.raises(ConfigError, match="text, concise, json, jsonl, csv"):
        render(RESULT, "parquet!")


@pytest.mark.parametrize(
    ("values", "name"), [({"limit": -1}, "limit"), ({"width": 1.5}, "width"), ({"items": True}, "items"),
                         ({"sort": "name"}, "sort")]
)  # fmt: skip
def test_an_impossible_view_is_refused(values: dict[str, object], name: str) -> None:
    with pytest.raises(ConfigError, match=f"^{name} must be"):
        View(**values)  # type: ignore[arg-type]


def test_formats_are_imported_when_used() -> None:
    code = "import sys, dedup.reports; print([n for n in sys.modules if n.startswith('dedup.reports.')])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


# json and jsonl


def test_json_is_what_write_writes(tmp_path: Path) -> None:
    RESULT.write(tmp_path / "result.json")
    assert output(RESULT, "json").encode("utf-8") == (tmp_path / "result.json").read_bytes()
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(output(RESULT, "json")))


def test_jsonl_has_the_records_of_json_each_under_its_type() -> None:
    lines = [json.loads(line) for line in output(RESULT, "jsonl").splitlines()]
    whole = RESULT.to_dict()
    header, *records, stats = lines
    assert header == {"type": "header", **{key: whole[key] for key in ("schema", "version", "config")}}
    assert stats == {"type": "stats", **whole["stats"]}
    keys = ("documents", "skipped", "clusters", "passages", "pairs")
    expected = [{"type": key.removesuffix("s"), **record} for key in keys for record in whole[key]]
    assert records == expected
    assert next(iter(header)) == "type"
    for record in records:
        described = {"$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{record.pop('type')}"}
        jsonschema.Draft202012Validator(described).validate(record)


# csv


def rows(result: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(output(result, "csv"), newline=""), strict=True))


def test_csv_has_a_row_for_each_occurrence_and_each_document_of_a_cluster() -> None:
    table = rows(RESULT)
    places = [row for row in table if row["record"] == "passage"]
    assert len(places) == sum(len(passage.occurrences) for passage in PASSAGES)
    assert [int(row["occurrence"]) for row in places] == [1, 2, 3, 1, 2, 3, 1, 2]
    assert {(row["id"], row["words"], row["similarity"], row["kind"], row["occurrences"]) for row in places} == {
        (item.id, str(item.words), str(item.similarity), item.kind, str(len(item.occurrences))) for item in PASSAGES
    }
    first = PASSAGES[1].occurrences[1]
    row = next(row for row in places if row["document"] == first.document)
    found = [int(row[name]) for name in ("start", "end", "line", "column", "end_line", "end_column")]
    assert found == [first.start, first.end, first.line, first.column, first.end_line, first.end_column]
    near = [(row["kind"], row["similarity"], row["containment"]) for row in table if row["record"] == "cluster"]
    assert near == [("representative", "1.0", "1.0"), ("member", "0.8", "0.9"), ("member", "0.9962", "1.0")]


def test_csv_ends_every_row_as_rfc_4180_says() -> None:
    text = output(replace(RESULT, passages=PASSAGES[2:], clusters=()), "csv")
    assert text.count("\r\n") == text.count("\n") == 3


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=1+1", "'=1+1"), ("+cmd", "'+cmd"), ("-cmd", "'-cmd"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"), ("\n=1", "'\n=1"), ("  =1", "'  =1"), ("＝1", "'＝1"), ("'quoted", "''quoted"),
        ("-1", "-1"), ("+49.5", "+49.5"), ("a=1", "a=1"), ("a,b", "a,b"), ('say "no"', 'say "no"'), ("", ""),
        ("caf\udce9", "caf\\udce9"),
    ],
)  # fmt: skip
def test_csv_holds_no_formulas(name: str, cell: str) -> None:
    members = (Member(name, 1.0, 1.0),)
    table = rows(replace(RESULT, clusters=(Cluster("c", "plain", members),), passages=()))
    assert table[1]["document"] == cell


@given(names.filter(lambda name: not re.search("[\ud800-\udfff]", name)))
def test_csv_names_can_be_restored(name: str) -> None:
    table = rows(replace(RESULT, clusters=(Cluster("c", "plain", (Member(name, 1.0, 1.0),)),), passages=()))
    assert table[1]["document"].removeprefix("'") == name


# concise


def test_concise_sorted_by_path_is_in_the_order_of_places() -> None:
    lines = output(RESULT, "concise", View(sort="path")).splitlines()
    keys = [(place.document, place.start) for item in PASSAGES for place in item.occurrences]
    found = [line.partition(": ")[0] for line in lines if ", passage " in line]
    assert len(found) == len(keys)
    assert found == [
        f"{document.encode('unicode_escape').decode() if document in (HOSTILE_NAME, SURROGATE_NAME) else document}"
        f":{place.line}:{place.column}"
        for (document, _), place in sorted(
            ((place.document, place.start), place) for item in PASSAGES for place in item.occurrences
        )
    ]


# text


def many(number: int, kind: Kind = "reformatted") -> Result:
    """Return a result with one passage that occurs in so many documents."""
    text = f"{RECIPE}\n"
    ids = [f"pages/{index:06}.html" for index in range(number)]
    places = tuple(Occurrence(name, 0, len(RECIPE), 1, 1, 1, len(RECIPE) + 1) for name in ids)
    return replace(
        EMPTY,
        documents=tuple(DocumentInfo(name, 20, len(text)) for name in ids),
        passages=(Passage("1234", 20, 1.0, kind, places),),
        clusters=(Cluster("5678", ids[0], tuple(Member(name, 0.9, 0.9) for name in ids[1:])),),
        texts=dict.fromkeys(ids, text),
    )


def test_many_occurrences_are_counted_instead() -> None:
    text = output(many(10_000), "text")
    assert "20 words, reformatted, 10,000 occurrences in 10,000 documents" in text
    assert "… and 9,988 more occurrences in 9,988 documents" in text
    assert "10,000 near-duplicate documents" in text
    assert "… and 9,987 more" in text
    assert len(text.splitlines()) < 50


def test_only_what_is_shown_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of a report does not grow with the occurrences that it leaves out."""
    compared = []

    def differences(left: str, right: str, **_: int) -> tuple[int, list[object]]:
        compared.append(right)
        return 1, []

    monkeypatch.setattr("dedup.reports.text.differences", differences)
    result = many(10_000, "edited")
    texts = {name: f"{index:06}{RECIPE}"[: len(RECIPE) + 1] for index, name in enumerate(result.texts)}
    result = replace(result, texts=texts)
    output(result, "text")
    assert len(compared) == 11


def test_every_item_is_shown_when_asked() -> None:
    text = output(many(100), "text", View(items=0))
    assert "more" not in text
    assert text.count("pages/") == 200


@pytest.mark.parametrize("limit", [1, 2])
def test_what_the_limit_leaves_out_is_said(limit: int) -> None:
    text = output(RESULT, "text", View(limit=limit))
    assert text.count("(passage ") == limit
    noun = "passages" if limit == 1 else "passage"
    assert f"… and {3 - limit} more, smaller {noun}, not shown: the limit is {limit}; 0 shows all" in text
    assert "3 passages with 8 occurrences" in text


def test_the_biggest_come_first_or_the_order_of_paths() -> None:
    last_is_longest = replace(RESULT, passages=(*PASSAGES[:2], replace(PASSAGES[2], words=500)))

    def order(view: View) -> list[str]:
        return re.findall(r"\(passage (\w{4})", output(last_is_longest, "text", view))

    assert order(View()) == ["f00d", "5a0b", "0c4d"]
    assert order(View(sort="path")) == ["5a0b", "0c4d", "f00d"]


def test_lines_of_quoted_text_keep_to_the_width() -> None:
    for line in output(RESULT, "text", View(width=50)).splitlines():
        if "│" in line:
            assert len(line) <= 50


@pytest.mark.parametrize(
    ("texts", "where"),
    [
        ({}, "gone"),
        ({**TEXTS, "市场.txt": "短"}, "shorter"),
        ({**TEXTS, "市场.txt": CHINESE + "。"}, "longer"),
    ],
)
def test_a_text_that_is_not_the_scanned_one_is_not_quoted(texts: dict[str, str], where: str) -> None:
    result = replace(RESULT, texts=texts, passages=PASSAGES[2:], clusters=())
    text = output(result, "text")
    assert "市场.txt:1:1" in text
    assert "is not at hand or has changed since the scan" in text
    assert ("│" in text) == (where != "gone")  # the other occurrence has its text, and is quoted instead


def test_a_similarity_below_one_is_never_shown_as_one() -> None:
    assert "similarity 0.99" in output(RESULT, "text")
    assert "similarity 1.00" not in output(RESULT, "text")


@pytest.mark.parametrize(
    ("config", "words", "expected"),
    [
        ({}, [3, 20], "1 of 2 documents has fewer than 15 words"),
        ({}, [3, 2], "All 2 documents have fewer than 15 words"),
        ({}, [300], "Only one document was read"),
        ({}, [], "No document was read"),
        ({"passages": False}, [90, 90], "Nothing found: no two documents are near-duplicates."),
        ({"clusters": False}, [90, 90], "Nothing found: no text of 15 words or more occurs twice."),
        ({}, [90, 90], "min-similarity (now 0.6)"),
        ({"passages": False, "clusters": False}, [90], "neither passages nor clusters were looked for"),
    ],
)
def test_an_empty_result_says_why_that_may_be(config: dict[str, bool], words: list[int], expected: str) -> None:
    documents = tuple(DocumentInfo(f"{index}.txt", number, 9) for index, number in enumerate(words))
    result = replace(EMPTY, config=Config(**config).to_dict(), documents=documents)
    assert expected in output(result, "text")


def test_an_empty_result_without_its_settings_is_shown() -> None:
    text = output(replace(EMPTY, config={}, documents=(DocumentInfo("a", 1, 1),)), "text")
    assert text.startswith("Nothing found: no text occurs twice and no two documents are near-duplicates.\n")
    assert "None" not in text


def test_what_was_not_looked_for_is_said() -> None:
    result = replace(RESULT, clusters=(), config=Config(clusters=False).to_dict())
    assert "No clusters were looked for." in output(result, "text")


def test_json_of_a_name_reads_back_from_the_golden_file() -> None:
    assert encode(HOSTILE_NAME) in (GOLDEN / "report.json").read_text(encoding="utf-8")
