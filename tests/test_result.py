"""The saved form of a result: what is written is read back, described by the schema, and never half understood."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.resources import files
from typing import Any, get_args

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.config import Config
from dedup.errors import InputError
from dedup.model import Cluster, DocumentInfo, Kind, Member, Occurrence, Pair, Passage, Skipped, Span, Stats
from dedup.result import Result, encode, lay_out, plain, read_result

SCHEMA = json.loads(files("dedup.reports").joinpath("result.schema.json").read_bytes())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

# A high surrogate directly before a low one is what JSON writes an astral character as: the two cannot be told apart.
names = st.text(
    st.one_of(st.characters(), st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF, categories=["Cs"]))
)
ids = st.text("0123456789abcdef", min_size=1, max_size=16)
ratios = st.floats(0, 1)
counts = st.integers(0, 2**40)
places = st.integers(1, 2**40)
offsets = st.tuples(counts, places).map(lambda pair: (pair[0], pair[0] + pair[1]))
spans = st.builds(lambda document, ends: Span(document, *ends), names, offsets)
occurrences = st.builds(
    lambda document, ends, *rest: Occurrence(document, *ends, *rest), names, offsets, places, places, places, places
)
members = st.builds(Member, names, ratios, ratios)
results = st.builds(
    Result,
    version=st.just("0.1.0"),
    config=st.just({}) | st.just(Config().to_dict()) | st.just(Config(exclude=("*.bin",), clusters=False).to_dict()),
    documents=st.lists(st.builds(DocumentInfo, names, counts, counts), max_size=3).map(tuple),
    skipped=st.lists(st.builds(Skipped, names, names.filter(bool)), max_size=3).map(tuple),
    clusters=st.lists(
        st.builds(Cluster, ids, names, st.lists(members, min_size=1, max_size=3).map(tuple)), max_size=2
    ).map(tuple),
    passages=st.lists(
        st.builds(
            Passage,
            ids,
            places,
            ratios,
            st.sampled_from(get_args(Kind)),
            st.lists(occurrences, min_size=2, max_size=4).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
    pairs=st.lists(st.builds(Pair, ids, ratios, spans, spans), max_size=3).map(tuple),
    stats=st.builds(Stats, counts, counts, st.floats(0, 1e6)),
    texts=st.dictionaries(names, names, max_size=2),
)


def example() -> Result:
    """Return a result with one of everything."""
    first = Occurrence("a.txt", 10, 90, 2, 3, 4, 5)
    second = Occurrence("b.txt", 0, 80, 1, 1, 2, 9)
    return Result(
        version="0.1.0",
        config=Config().to_dict(),
        documents=(DocumentInfo("a.txt", 30, 200), DocumentInfo("b.txt", 29, 190), DocumentInfo("c.txt", 5, 20)),
        skipped=(Skipped("d.bin", "not text: NUL byte at 17"),),
        clusters=(Cluster("c1", "a.txt", (Member("b.txt", 0.93, 0.97),)),),
        passages=(Passage("p1", 16, 0.875, "edited", (first, second)),),
        pairs=(Pair("p1", 0.875, Span("a.txt", 10, 90), Span("b.txt", 0, 80)),),
        stats=Stats(3, 64, 0.25),
        texts={"a.txt": "text"},
    )


@given(results)
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, result: Result) -> None:
    path = tmp_path_factory.getbasetemp() / "result.json"
    result.write(path)
    assert read_result(path) == result
    path.read_bytes().decode("utf-8")
    VALIDATOR.validate(json.loads(path.read_bytes()))


@given(results)
@settings(max_examples=50, deadline=None)
def test_the_json_is_the_mapping(result: Result) -> None:
    text = "".join(result.to_json())
    assert json.loads(text) == result.to_dict()
    assert list(json.loads(text)) == SCHEMA["required"]
    assert Result.from_dict(result.to_dict()) == result


def test_each_record_has_a_line() -> None:
    lines = "".join(example().to_json()).splitlines()
    assert '  {"id": "a.txt", "words": 30, "characters": 200},' in lines
    assert sum('"line": ' in line for line in lines) == 2
    assert sum('"left": ' in line for line in lines) == 1


def test_no_line_commands_a_build_server() -> None:
    name = "##vso[task.complete]##[error]"
    result = replace(example(), documents=(DocumentInfo(name, 1, 2),), skipped=(Skipped(name, name),))
    text = "".join(result.to_json())
    assert not re.search(r"##\w*\[", text)
    assert Result.from_dict(json.loads(text)) == result


def test_texts_are_not_saved() -> None:
    assert "texts" not in example().to_dict()


@pytest.mark.parametrize(
    "text", ["\x1b[2J", "\x9b31m", "a\u2028b\x85c", "\u202eevil", "caf\udce9", "\\udce9", "\ud83d"]
)
@pytest.mark.parametrize("compact", [True, False])
def test_encoded_text_is_harmless_and_exact(text: str, compact: bool) -> None:
    encoded = encode({"id": text}, compact=compact)
    assert json.loads(encoded) == {"id": text}
    assert encoded.encode("utf-8").decode("utf-8").isprintable()


def test_readable_scripts_stay_readable() -> None:
    assert encode("naïve 中文 שלום 🙂") == '"naïve 中文 שלום 🙂"'


def test_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode(float("nan"))
    for number in (float("nan"), float("inf"), -float("inf")):
        with pytest.raises(ValueError, match="no number that JSON can hold"):
            list(lay_out({"members": (Member("b.txt", 0.5, number),)}))


def test_plain_values() -> None:
    member = Member("b.txt", 0.5, 1.0)
    assert plain((member,)) == [{"document": "b.txt", "jaccard": 0.5, "containment": 1.0}]


def test_keep_ids_leaves_the_representatives_and_the_rest() -> None:
    assert example().keep_ids() == ["a.txt", "c.txt"]


# Damaged files


def _mutations(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield a place in nested values and what is wrong there: the wrong type, a key too many, a key too few."""
    if path:
        yield path, object
    if isinstance(value, Mapping):
        yield (*path, "surplus"), 1
        for name, item in value.items():
            yield (*path, name), KeyError
            yield from _mutations(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _mutations(item, (*path, index))
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield path, -1
        yield path, "1"
        yield path, True


def _mutated(values: dict[str, Any], path: tuple[Any, ...], change: Any) -> dict[str, Any]:
    values = copy.deepcopy(values)
    *parents, last = path
    inner: Any = values
    for step in parents:
        inner = inner[step]
    if change is KeyError:
        del inner[last]
    else:
        inner[last] = {"no": "such thing"} if change is object else change
    return values


SOUND = json.loads("".join(example().to_json()))
MUTATIONS = [(path, change) for path, change in _mutations(SOUND) if path[:1] != ("config",) or change == "1"]


@pytest.mark.parametrize(("path", "change"), MUTATIONS)
def test_a_damaged_result_is_refused_by_the_reader_and_by_the_schema(path: tuple[Any, ...], change: Any) -> None:
    damaged = _mutated(SOUND, path, change)
    assert not VALIDATOR.is_valid(damaged)
    if path[0] != "config":  # the reader takes settings as they are: it shows them, and does not act on them
        with pytest.raises(InputError):
            Result.from_dict(damaged)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("passages", 0, "similarity"), 1.01),
        (("passages", 0, "kind"), "alike"),
        (("passages", 0, "occurrences"), SOUND["passages"][0]["occurrences"][:1]),
        (("passages", 0, "occurrences", 0, "line"), 0),
        (("clusters", 0, "members"), []),
        (("config", "min-words"), 3),
        (("config", "min-wrods"), 15),
        (("schema",), "dedup.result/2"),
        (("version",), ""),
    ],
)
def test_the_schema_knows_the_ranges(path: tuple[Any, ...], value: Any) -> None:
    VALIDATOR.validate(SOUND)
    assert not VALIDATOR.is_valid(_mutated(SOUND, path, value))


def test_the_schema_is_a_schema_that_describes_and_closes_every_object() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for name, part in {"result": SCHEMA, **SCHEMA["$defs"]}.items():
        if part["type"] == "object":
            assert part["additionalProperties"] is False, name


def test_the_schema_knows_every_setting() -> None:
    """A new setting that is saved belongs into the schema."""
    assert SCHEMA["$defs"]["config"]["properties"].keys() == Config().to_dict().keys()


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "not JSON: "),
        (b'{"schema": "dedup.result/1"', "not JSON: "),
        (b"\xff\xfe\x00", "not JSON: "),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "expected an object, found []"),
        (b"null", "expected an object, found None"),
        (b"{}", "expected schema 'dedup.result/1', found None"),
        (b'{"schema": "dedup.result/2"}', "expected schema 'dedup.result/1', found 'dedup.result/2'"),
        (b'{"schema": "dedup.result/1"}', "a damaged result: 'clusters' is missing"),
    ],
)
def test_reading_another_file_names_the_file_and_the_cause(tmp_path: Any, content: bytes, cause: str) -> None:
    path = tmp_path / "saved.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_result(path)
    assert str(path) in str(caught.value)
    assert cause in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("stats", "words"), "9", "stats.words: expected a whole number, found '9'"),
        (("passages", 0, "occurrences", 1, "end"), -5, "passages[0].occurrences[1].end: expected a whole number"),
        (
            ("passages", 0, "kind"),
            "alike",
            "passages[0].kind: expected one of verbatim, reformatted, edited, reordered",
        ),
        (("pairs", 0, "left"), [], "pairs[0].left: expected an object, found []"),
        (("clusters", 0, "members", 0, "jaccard"), float("nan"), "clusters[0].members[0].jaccard: expected a number"),
        (("documents",), {}, "documents: expected a list, found {}"),
        (("skipped", 0, "path"), 7 * 10**99, "skipped[0].path: expected a string, found 7000"),
    ],
)
def test_damage_is_located(path: tuple[Any, ...], value: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        Result.from_dict(_mutated(SOUND, path, value))
    assert f"a damaged result: {message}" in str(caught.value)
    assert len(str(caught.value)) < 200


def test_a_missing_file_is_named_once(tmp_path: Any) -> None:
    path = tmp_path / "gone.json"
    with pytest.raises(InputError) as caught:
        read_result(path)
    assert str(caught.value) == f"{path}: No such file or directory"
