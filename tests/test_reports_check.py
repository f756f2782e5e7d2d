"""Reports of a verdict as wholes: golden files, what each format says of which part, and no command in any log.

``UPDATE_GOLDEN=1 pytest tests/test_reports_check.py`` writes the golden files anew; read the difference first.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from dataclasses import replace
from importlib.resources import files

import jsonschema
import pytest
from hypothesis import given, settings
from test_reports import EMPTY, GOLDEN, RESULT, output
from test_result import SCHEMA as RESULT_SCHEMA
from verdicts import CHECKED, CLEAN, FAILED, PASSED, RECIPE, checks, hostile, hostile_check

from dedup.config import Config
from dedup.errors import ConfigError
from dedup.reports import FORMATS, View, render
from dedup.reports.explain import explain
from dedup.result import CONTROLS, Result
from dedup.verdict import Verdict

SCHEMA = json.loads(files("dedup.reports").joinpath("check.schema.json").read_bytes())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
SUFFIXES = {"text": "txt", "markdown": "md", "gitlab": "gitlab.json", "junit": "xml"}


def shown(result: Result, format_: str, verdict: Verdict | None, view: View | None = None) -> str:
    return "".join(render(result, format_, view or View(), verdict))


@pytest.mark.parametrize("format_", FORMATS)
def test_golden(format_: str) -> None:
    data = shown(CHECKED, format_, FAILED).encode("utf-8")
    path = GOLDEN / f"check.{SUFFIXES.get(format_, format_)}"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_bytes(data)
    assert data.decode("utf-8") == path.read_bytes().decode("utf-8")


@pytest.mark.parametrize(
    ("name", "format_", "view", "verdict"),
    [
        ("check-details.txt", "text", View(details=True, color=True, sort="path"), FAILED),
        ("check-passed.txt", "text", View(), PASSED),
        ("check-clean.concise", "concise", View(), CLEAN),
        ("check-passed.md", "markdown", View(), PASSED),
        ("scan.md", "markdown", View(), None),
        ("scan.github", "github", View(), None),
        ("scan.sarif", "sarif", View(), None),
    ],
)
def test_golden_of_other_views(name: str, format_: str, view: View, verdict: Verdict | None) -> None:
    data = shown(CHECKED if verdict else RESULT, format_, verdict, view).encode("utf-8")
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_bytes(data)
    assert data.decode("utf-8") == path.read_bytes().decode("utf-8")


@pytest.mark.parametrize("format_", FORMATS)
@given(check=checks())
@settings(max_examples=40, deadline=None)
def test_any_verdict_gives_utf8_and_always_the_same(format_: str, check: tuple[Result, Verdict]) -> None:
    text = shown(check[0], format_, check[1])
    assert text.endswith("\n")
    assert text.encode("utf-8") == shown(check[0], format_, check[1]).encode("utf-8")


@pytest.mark.parametrize("format_", FORMATS)
def test_a_verdict_on_nothing_is_shown_by_every_format(format_: str) -> None:
    assert shown(EMPTY, format_, CLEAN)


@pytest.mark.parametrize("format_", [*(name for name in FORMATS if name != "csv"), "explain"])
@given(name=hostile, text=hostile)
@settings(max_examples=80, deadline=None)
def test_no_log_is_commanded(format_: str, name: str, text: str) -> None:
    result, verdict = hostile_check(name, text)
    for judged in (verdict, None):
        for width in (30, 100):
            view = View(width=width, details=True)
            if format_ == "explain":
                log = "".join(explain(result, result.passages[0], view, judged))
            else:
                log = shown(result, format_, judged, view)
            assert CONTROLS.sub("", log) == log.replace("\n", "")
            assert not re.search(r"##\w*\[", log)
            if format_ != "github":
                assert not any(line.lstrip().startswith("::") for line in log.split("\n"))


# text and concise


def test_text_ends_with_the_verdict() -> None:
    assert shown(CHECKED, "text", CLEAN).endswith("\nCheck passed.\n")
    assert shown(CHECKED, "text", PASSED).startswith("No new passage.\n")
    within = replace(FAILED, failures=())
    assert shown(CHECKED, "text", within).endswith("\nCheck passed, with 2 new passages within its limits.\n")
    assert shown(CHECKED, "concise", FAILED).endswith(
        "\nCheck failed: 2 new passages, more than 0 (max-new); 1 marker without a reason (require-reason).\n"
    )


def test_text_points_at_what_is_fresh_first() -> None:
    text = shown(CHECKED, "text", replace(FAILED, findings=FAILED.findings[:1]))
    third, first, second = (RECIPE.occurrences[index] for index in (2, 0, 1))
    lines = [line.strip() for line in text.splitlines() if re.match(r"  \S+:\d+:\d+", line)]
    assert lines == [
        f"{third.document}:{third.line}:{third.column}  (new)",
        f"caf\\udce9/menu.txt:{first.line}:{first.column}  (same words)",
        f"{second.document}:{second.line}:{second.column}  (verbatim)",
    ]


@pytest.mark.parametrize("format_", ["text", "concise"])
def test_what_fails_is_listed_and_the_rest_when_asked(format_: str) -> None:
    few, all_ = (shown(CHECKED, format_, FAILED, View(details=details)) for details in (False, True))
    assert "  - notes/recipe.md:1: a marker without a reason\n" in few
    assert "never ends" not in few
    for entry in ("never ends", "group tales: 1 of 3 occurrences", "00ff00ff00ff00ff  41 words", "with other words\n"):
        assert entry in all_
    assert "3 passages suppressed, whole or in part (group 2, marker 1)." in few


def test_details_must_be_true_or_false() -> None:
    with pytest.raises(ConfigError, match="details must be"):
        View(details=1)  # type: ignore[arg-type]


# csv, json and jsonl


def test_csv_says_the_status_of_each_occurrence() -> None:
    kept = replace(RECIPE, occurrences=RECIPE.occurrences[1:])
    verdict = replace(FAILED, findings=(replace(FAILED.findings[0], passage=kept, fresh=(1,)),))
    rows = list(csv.DictReader(io.StringIO(shown(CHECKED, "csv", verdict), newline=""), strict=True))
    assert [row["status"] for row in rows] == ["suppressed", "new", "new", *["suppressed"] * 5]
    assert "status" not in output(RESULT, "csv")


@given(checks())
@settings(max_examples=60, deadline=None)
def test_json_is_described_by_its_schema(check: tuple[Result, Verdict]) -> None:
    values = json.loads(shown(check[0], "json", check[1]))
    VALIDATOR.validate(values)
    assert list(values) == SCHEMA["required"]
    assert values["passed"] == (not values["failures"])


def test_the_schema_refuses_what_is_not_a_check() -> None:
    values = json.loads(shown(CHECKED, "json", FAILED))
    for name in SCHEMA["required"]:
        assert not VALIDATOR.is_valid({key: value for key, value in values.items() if key != name})
    assert not VALIDATOR.is_valid({**values, "passed": True})
    assert not VALIDATOR.is_valid({**values, "findings": [{**values["findings"][0], "status": "old"}]})
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_both_schemas_say_the_same_of_what_they_share() -> None:
    shared = SCHEMA["$defs"].keys() & RESULT_SCHEMA["$defs"].keys()
    assert {"passage", "occurrence", "document", "skipped", "stats"} <= shared
    assert all(SCHEMA["$defs"][name] == RESULT_SCHEMA["$defs"][name] for name in shared)


def test_jsonl_has_the_records_of_json_each_under_its_type() -> None:
    whole = json.loads(shown(CHECKED, "json", FAILED))
    header, *records, stats = [json.loads(line) for line in shown(CHECKED, "jsonl", FAILED).splitlines()]
    listed = {"findings": "finding", "suppressed": "suppressed", "notices": "notice", "stale": "stale",
              "skipped": "skipped", "documents": "document"}  # fmt: skip
    assert header == {"type": "header"} | {key: whole[key] for key in whole if key not in listed and key != "stats"}
    assert records == [{"type": type_, **record} for key, type_ in listed.items() for record in whole[key]]
    assert stats == {"type": "stats", **whole["stats"]}


def test_the_settings_are_those_of_the_result() -> None:
    values = json.loads(shown(CHECKED, "json", CLEAN))
    assert values["config"] == json.loads(json.dumps(Config().to_dict()))
