"""The detector on the sample corpus: with its defaults it finds what truth.json lists, there, once, and nothing else.

``UPDATE_GOLDEN=1 pytest tests/test_corpus.py`` writes the golden files anew; read the difference before committing it.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from command_line import ROOT, run_dedup
from test_corpus_truth import DOCUMENTS, TRUTH, words_of

import dedup

GOLDEN = Path(__file__).parent / "golden"
SECONDS = re.compile(r'(?<="seconds": )[\d.]+|(?<= in )[\d.]+(?= seconds)')

each_case = pytest.mark.parametrize("case", TRUTH["passages"], ids=[case["case"] for case in TRUTH["passages"]])


class Place(NamedTuple):
    """An occurrence, its document named as truth.json names it."""

    document: str
    start: int
    end: int

    def overlaps(self, other: Place) -> bool:
        return self.document == other.document and self.start < other.end and other.start < self.end


@pytest.fixture(scope="module")
def result() -> dedup.Result:
    with contextlib.chdir(ROOT):
        return dedup.scan("corpus")


def name(document: str) -> str:
    return document.removeprefix("corpus/")


def found_places(passage: dedup.Passage) -> list[Place]:
    return [Place(name(item.document), item.start, item.end) for item in passage.occurrences]


def true_places(case: dict[str, Any]) -> list[Place]:
    return [Place(**item) for item in case["occurrences"]]


def passages_of(case: dict[str, Any], result: dedup.Result) -> list[dedup.Passage]:
    """Return the reported passages that touch an occurrence of a case."""
    wanted = true_places(case)
    return [
        passage
        for passage in result.passages
        if any(place.overlaps(true) for place in found_places(passage) for true in wanted)
    ]


def words_between(document: str, one: int, other: int) -> int:
    """Return how many words begin between two starts (or, as no words overlap, end between two ends)."""
    low, high = sorted((one, other))
    return sum(low <= first < high for _, first, _ in words_of(document))


def is_near(found: Place, true: Place, tolerance: int) -> bool:
    """Tell whether both ends lie where they should; with a tolerance, up to so many words beside."""
    if not tolerance:
        return found == true
    starts = words_between(true.document, found.start, true.start)
    ends = words_between(true.document, found.end, true.end)
    return starts <= tolerance and ends <= tolerance


def faults(found: list[Place], case: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the occurrences that are reported for a case."""
    true = true_places(case)
    for place in true:
        overlapping = [item for item in found if item.overlaps(place)]
        if not overlapping:
            yield f"missed: {place}"
        elif len(overlapping) > 1:
            yield f"in pieces: {place} is {overlapping}"
        elif not is_near(overlapping[0], place, case["tolerance_words"]):
            text = DOCUMENTS[place.document][overlapping[0].start : overlapping[0].end]
            yield f"not exact: {place} is {overlapping[0]}: {text[:40]!r} ... {text[-40:]!r}"
    yield from (f"in excess: {place}" for place in found if not any(place.overlaps(item) for item in true))


@each_case
def test_a_planted_passage_is_found_once_and_exactly(case: dict[str, Any], result: dedup.Result) -> None:
    [passage] = passages_of(case, result)
    assert list(faults(found_places(passage), case)) == []


@each_case
def test_a_planted_passage_is_of_its_kind(case: dict[str, Any], result: dedup.Result) -> None:
    assert [passage.kind for passage in passages_of(case, result)] == [case["kind"]]


def test_no_other_passage_is_reported(result: dedup.Result) -> None:
    planted = [passage for case in TRUTH["passages"] for passage in passages_of(case, result)]
    assert [found_places(passage) for passage in result.passages if passage not in planted] == []


def test_no_two_cases_share_a_passage(result: dedup.Result) -> None:
    reported = Counter(passage.id for case in TRUTH["passages"] for passage in passages_of(case, result))
    assert [number for number in reported.values() if number > 1] == []


def test_the_clusters_are_those_planted(result: dedup.Result) -> None:
    found = [
        sorted([name(cluster.representative), *(name(member.document) for member in cluster.members)])
        for cluster in result.clusters
    ]
    assert sorted(found) == sorted(sorted(entry["documents"]) for entry in TRUTH["clusters"])


@pytest.mark.parametrize("entry", TRUTH["near_misses"], ids=[entry["case"] for entry in TRUTH["near_misses"]])
def test_a_near_miss_is_not_reported(entry: dict[str, Any], result: dedup.Result) -> None:
    reported = [{place.document for place in found_places(passage)} for passage in result.passages]
    reported += [
        {name(cluster.representative), *(name(member.document) for member in cluster.members)}
        for cluster in result.clusters
    ]
    assert DOCUMENTS.keys() >= set(entry["documents"])
    assert [documents for documents in reported if documents & set(entry["documents"])] == []


def test_every_document_is_read(result: dedup.Result) -> None:
    assert {name(document.id) for document in result.documents} == {*DOCUMENTS, "README.md"}
    assert {name(item.path) for item in result.skipped} == {".dedupignore", ".gitattributes", "truth.json"}


def test_the_command_line_finds_what_the_library_finds(result: dedup.Result, tmp_path: Path) -> None:
    run_dedup("scan", "corpus", "--isolated", "--output", f"json:{tmp_path / 'result.json'}")
    found = dedup.read_result(tmp_path / "result.json")
    assert found.stats.words == result.stats.words
    assert found.to_dict() | {"stats": None} == result.to_dict() | {"stats": None}


@pytest.mark.parametrize(("file", "format_"), [("corpus.txt", "text"), ("corpus.json", "json")])
def test_golden(file: str, format_: str) -> None:
    printed = SECONDS.sub("0", run_dedup("scan", "corpus", "--isolated", "--output", format_))
    path = GOLDEN / file
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_bytes(printed.encode("utf-8"))
    assert printed == path.read_bytes().decode("utf-8")
