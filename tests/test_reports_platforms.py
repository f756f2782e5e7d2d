"""Reports for platforms, read back as the platforms read them: annotations for GitHub, GitLab, JUnit."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import replace
from typing import Any, NamedTuple

import jsonschema
import pytest
from hypothesis import given, settings
from test_reports import EMPTY, RESULT
from test_reports_check import shown
from verdicts import CHECKED, CLEAN, FAILED, HARBOUR, PASSED, RECIPE, checks, hostile, hostile_check, many

from dedup.model import DocumentInfo, Occurrence, Passage
from dedup.reports import View
from dedup.reports.issues import DOCUMENT, PASSAGE, issues, source
from dedup.reports.terminal import printable
from dedup.result import CONTROLS, Result
from dedup.verdict import Finding, Notice, Verdict

# Where an issue points


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("docs/a.md", ("docs/a.md", 3, 5, True)),
        ("data/x.jsonl:12", ("data/x.jsonl", 12, 12, False)),
        ("X.NDJSON:1", ("X.NDJSON", 1, 1, False)),
        ("a.md:12", ("a.md:12", 3, 5, True)),
        ("x.jsonl:0", ("x.jsonl:0", 3, 5, True)),
        ("record-17", ("record-17", 3, 5, True)),
    ],
)
def test_records_are_pointed_at_by_their_line(document: str, expected: tuple[str, int, int, bool]) -> None:
    assert source(document, 3, 5) == expected


@pytest.mark.parametrize(
    ("spans", "rule"),
    [
        (((0, 80), (0, 100)), DOCUMENT),
        (((0, 79), (0, 100)), PASSAGE),
        (((0, 10), (90, 100)), PASSAGE),
        (((0, 10), (0, 85), (0, 90)), DOCUMENT),
    ],
)
def test_a_copied_document_is_a_passage_that_is_nearly_all_of_two(spans: Any, rule: str) -> None:
    places = tuple(Occurrence(f"{index}.md", *span, 1, 1, 1, 9) for index, span in enumerate(spans))
    documents = tuple(DocumentInfo(place.document, 20, 100) for place in places)
    result = replace(EMPTY, documents=documents, passages=(Passage("1", 20, 1.0, "verbatim", places),))
    assert [issue.rule for issue in issues(result, None, View())] == [rule]


# github


class Command(NamedTuple):
    kind: str
    properties: dict[str, str]
    message: str


def unescape(text: str, signs: str) -> str:
    for sign in signs:
        text = text.replace(f"%{ord(sign):02X}", sign)
    return text.replace("%25", "%")


def commands(log: str) -> list[Command]:
    """Return the commands in a log, as a runner reads them; every line must be one."""
    read = []
    for line in re.split("[\r\n]+", log.removesuffix("\n")):
        assert line.startswith("::")
        head, separator, data = line[2:].partition("::")
        assert separator
        kind, _, pairs = head.partition(" ")
        properties = dict(pair.split("=", 1) for pair in pairs.split(","))
        read.append(
            Command(
                kind, {name: unescape(value, "\r\n:,") for name, value in properties.items()}, unescape(data, "\r\n")
            )
        )
    return read


def test_an_annotation_points_at_what_is_fresh_and_names_the_rest() -> None:
    first, second, marker, ending, notice = commands(shown(CHECKED, "github", FAILED))
    assert [item.kind for item in (first, second, marker, ending, notice)] == ["error"] * 3 + ["warning", "notice"]
    fresh = HARBOUR.occurrences[1]
    assert first.properties == {
        "file": "tales/draft 2.txt", "line": str(fresh.line), "endLine": str(fresh.end_line),
        "col": "1", "endColumn": str(fresh.end_column - 1), "title": "Near-duplicate document",
    }  # fmt: skip
    assert first.message.startswith("93 words, edited, similarity 0.96, also at tales/harbour.txt:1, =cmd|' /C calc'")
    assert first.message.endswith(": not in the baseline (5a0b9c8d7e6f5041)")
    assert second.properties["file"] == "notes/recipe.md"
    assert second.properties["line"] == str(RECIPE.occurrences[2].line)
    assert (marker.properties["file"], marker.properties["line"]) == ("notes/recipe.md", "1")
    assert notice.message == "Check failed: " + "; ".join(FAILED.failures) + "."


def test_columns_are_given_inside_one_line_alone() -> None:
    place = RECIPE.occurrences[0]
    assert place.line < place.end_line
    finding = Finding(RECIPE, "new", "", (0,))
    command = commands(shown(CHECKED, "github", Verdict((finding,), (), (), (), 0.1, ())))[0]
    assert command.kind == "warning"  # the check passed
    assert command.properties.keys() == {"file", "line", "endLine", "title"}


@pytest.mark.parametrize(("number", "written", "rest"), [(9, 9, 0), (10, 10, 0), (11, 10, 2), (500, 10, 491)])
def test_no_more_annotations_than_github_shows(number: int, written: int, rest: int) -> None:
    *found, notice = commands(shown(*many(number)[:1], "github", many(number)[1]))
    assert notice.kind == "notice"
    assert Counter(item.kind for item in found) == {"error": written}
    words = [int(item.message.split()[0]) for item in found if "file" in item.properties]
    assert words == sorted(range(20, 20 + number), reverse=True)[: len(words)]
    if rest:
        assert found[-1].message.startswith(f"{rest:,} more are not shown here")
        assert len(words) == 9


@given(hostile, hostile)
@settings(max_examples=150, deadline=None)
def test_no_name_becomes_another_command(name: str, text: str) -> None:
    read = commands(shown(*hostile_check(name, text)[:1], "github", hostile_check(name, text)[1]))
    assert [item.kind for item in read] == ["error", "error", "warning", "notice"]
    allowed = {"file", "line", "endLine", "col", "endColumn", "title"}
    for command in read:
        assert command.properties.keys() <= allowed
        assert not CONTROLS.search(command.message)
    assert read[1].properties["file"] == printable(source(name, 1, 1).path)
    assert read[2].message == printable(f"{text} one two")


# gitlab

# What GitLab's manual asks of a Code Quality report, and nothing else.
LINES = {
    "type": "object",
    "required": ["begin"],
    "additionalProperties": False,
    "properties": {"begin": {"type": "integer", "minimum": 1}, "end": {"type": "integer", "minimum": 1}},
}
LOCATION = {
    "type": "object",
    "required": ["path", "lines"],
    "additionalProperties": False,
    "properties": {"path": {"type": "string", "not": {"pattern": "^\\./"}}, "lines": LINES},
}
CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string"},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32,64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": LOCATION,
            "other_locations": {"type": "array", "items": LOCATION},
        },
    },
}


def code_quality(result: Result, verdict: Verdict | None) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(shown(result, "gitlab", verdict))
    jsonschema.Draft202012Validator(CODE_QUALITY).validate(entries)
    return entries


def test_code_quality_has_an_entry_for_each_new_passage_and_each_notice() -> None:
    first, second, marker, ending = code_quality(CHECKED, FAILED)
    assert first["location"] == {"path": "tales/draft 2.txt", "lines": {"begin": 3, "end": 3}}
    assert [place["path"] for place in second["other_locations"]] == ["caf\\udce9/menu.txt", "notes/recipe.md"]
    assert [item["severity"] for item in (first, second, marker, ending)] == ["major", "major", "major", "info"]
    assert code_quality(EMPTY, CLEAN) == []
    assert {entry["severity"] for entry in code_quality(RESULT, None)} == {"minor"}


def test_fingerprints_tell_entries_apart_and_stay_when_lines_shift() -> None:
    result, verdict = many(300)
    prints = [entry["fingerprint"] for entry in code_quality(result, verdict)]
    assert len(set(prints)) == 300
    shifted = tuple(
        replace(item, passage=replace(item.passage, occurrences=tuple(
            replace(place, start=place.start + 40, end=place.end + 40, line=place.line + 2, end_line=place.line + 3)
            for place in item.passage.occurrences)))
        for item in verdict.findings
    )  # fmt: skip
    assert prints == [entry["fingerprint"] for entry in code_quality(result, replace(verdict, findings=shifted))]
    twice = Finding(replace(RECIPE, occurrences=RECIPE.occurrences[1:]), "new", "", (0,))
    other = replace(twice, fresh=(1,))
    one, two = (code_quality(CHECKED, replace(CLEAN, findings=(item,)))[0] for item in (twice, other))
    assert one["location"]["path"] == two["location"]["path"]
    assert one["fingerprint"] != two["fingerprint"]


@given(hostile, hostile)
@settings(max_examples=80, deadline=None)
def test_code_quality_holds_no_control_characters(name: str, text: str) -> None:
    for entry in code_quality(*hostile_check(name, text)):
        assert not CONTROLS.search(entry["description"] + entry["location"]["path"])


# junit

# The elements of the JUnit schema that Jenkins reads (junit-10.xsd), as far as a report of ours has them: for each its
# attributes, those it must have, and its children. No package that can be installed carries the schema itself.
JUNIT: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": ({"name", "time", "tests", "failures", "disabled", "errors"}, set(), {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package"},
        {"name"},
        {"testcase", "properties", "system-out", "system-err"},
    ),
    "testcase": ({"name", "classname", "assertions", "time", "status"}, {"name"}, {"failure", "skipped", "error"}),
    "failure": ({"type", "message"}, set(), set()),
    "skipped": ({"type", "message"}, set(), set()),
}


def check_element(element: ElementTree.Element) -> None:
    attributes, required, children = JUNIT[element.tag]
    assert required <= set(element.keys()) <= attributes
    assert {child.tag for child in element} <= children
    for name in {"tests", "failures", "errors", "skipped"} & set(element.keys()):
        assert element.attrib[name].isdigit()
    for child in element:
        check_element(child)


def suite_of(result: Result, verdict: Verdict | None) -> ElementTree.Element:
    root = ElementTree.fromstring(shown(result, "junit", verdict).encode("utf-8"))
    assert root.tag == "testsuites"
    check_element(root)
    (suite,) = root
    cases = list(suite)
    for element in (root, suite):
        assert int(element.attrib["tests"]) == len(cases)
        assert int(element.attrib["failures"]) == sum(case.find("failure") is not None for case in cases)
    assert int(suite.attrib["skipped"]) == sum(case.find("skipped") is not None for case in cases)
    return suite


def test_junit_has_a_case_for_the_gate_and_each_new_passage() -> None:
    gate, first, second = suite_of(CHECKED, FAILED)
    failure = gate.find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "Check failed: " + "; ".join(FAILED.failures) + "."
    assert first.attrib["classname"] == "tales/draft 2.txt"
    places = second.find("failure")
    assert places is not None
    assert places.text == "at notes/recipe.md:5\nat caf\\udce9/menu.txt:2\nat notes/recipe.md:3"


def test_junit_of_a_check_that_passed_fails_nothing() -> None:
    assert suite_of(CHECKED, PASSED).attrib["tests"] == "1"
    within = suite_of(CHECKED, replace(FAILED, failures=()))
    assert (within.attrib["failures"], within.attrib["skipped"]) == ("0", "2")
    assert suite_of(RESULT, None).attrib["failures"] == "0"


def test_new_passages_within_the_limits_are_no_errors_because_a_marker_is_one() -> None:
    """Otherwise a report would call errors what its verdict lets pass."""
    markers_only = replace(FAILED, failures=FAILED.failures[1:])
    assert any(notice.fails for notice in markers_only.notices) and not markers_only.passed
    suite = suite_of(CHECKED, markers_only)
    assert (suite.attrib["failures"], suite.attrib["skipped"]) == ("1", "2")
    annotations = shown(CHECKED, "github", markers_only)
    assert (annotations.count("::error "), annotations.count("::warning ")) == (1, 3)
    assert shown(CHECKED, "github", FAILED).count("::error ") == 3


def test_junit_is_read_by_a_consumer() -> None:
    junitparser = pytest.importorskip("junitparser", reason="junitparser is not installed")
    xml = junitparser.JUnitXml.fromstring(shown(*many(7)[:1], "junit", many(7)[1]).encode("utf-8"))
    assert (xml.tests, xml.failures, xml.errors) == (8, 8, 0)
    assert all(isinstance(entry, junitparser.Failure) for suite in xml for case in suite for entry in case.result)


@given(hostile, hostile)
@settings(max_examples=150, deadline=None)
def test_junit_is_xml_whatever_the_names(name: str, text: str) -> None:
    result, verdict = hostile_check(name, text)
    _, case = suite_of(result, verdict)
    assert case.attrib["classname"] == re.sub("[\ufffe\uffff]", "\ufffd", printable(f"{name}2"))


@given(checks())
@settings(max_examples=60, deadline=None)
def test_any_verdict_can_be_read_back(check: tuple[Result, Verdict]) -> None:
    suite_of(*check)
    code_quality(*check)
    commands(shown(check[0], "github", check[1]))


def test_a_notice_in_a_record_points_at_its_line() -> None:
    verdict = replace(CLEAN, notices=(Notice("x.jsonl:12", 3, "never ends", True),), failures=("1 marker",))
    assert commands(shown(EMPTY, "github", verdict))[0].properties["line"] == "12"
    assert code_quality(EMPTY, verdict)[0]["location"] == {"path": "x.jsonl", "lines": {"begin": 12, "end": 12}}
