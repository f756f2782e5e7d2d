"""The GitHub action: its steps, run as a runner runs them."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration_support import ROOT, Repository, clean

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")


@dataclass(frozen=True)
class Outcome:
    """How a step ended, and what it left."""

    code: int
    out: str
    err: str
    outputs: Mapping[str, str]
    summary: str


def run_step(step: Mapping[str, Any], folder: Path, temporary: Path, inputs: Mapping[str, str]) -> Outcome:
    """Run a step the way the runner does: its script in a file, expressions replaced in its environment."""
    values = {f"inputs.{name}": str(value.get("default", "")) for name, value in ACTION["inputs"].items()}
    values |= {f"inputs.{name}": value for name, value in inputs.items()}
    own = {name: _EXPRESSION.sub(lambda found: values[found[1]], text) for name, text in step.get("env", {}).items()}
    files = {name: temporary / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for file in files.values():
        file.write_text("")
    script = temporary / "step.sh"
    script.write_text(step["run"], encoding="utf-8")
    settings = {"RUNNER_TEMP": str(temporary), "GITHUB_ACTION_PATH": str(ROOT), **own}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
        cwd=folder,
        env=clean({**settings, **{name: str(path) for name, path in files.items()}}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
    return Outcome(done.returncode, done.stdout, done.stderr, outputs, files["GITHUB_STEP_SUMMARY"].read_text())


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runner's folder, after the step that installs."""
    folder = tmp_path_factory.mktemp("runner")
    done = run_step(STEPS[0], folder, folder, {})
    assert done.code == 0, done.err
    return folder


def check(repository: Repository, temporary: Path, **inputs: str) -> Outcome:
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    return run_step(STEPS[1], repository.folder, temporary, given)


def test_no_input_stands_in_a_script():
    assert all("${{" not in step["run"] for step in STEPS)
    used = {name for step in STEPS for text in step.get("env", {}).values() for name in _EXPRESSION.findall(text)}
    assert used == {f"inputs.{name}" for name in ACTION["inputs"]}


def test_a_copy_fails_and_is_shown_where_it_stands(repository: Repository, temporary: Path):
    done = check(repository, temporary, paths="docs", base_ref="before")
    assert done.code == 1, done.err
    assert re.search(r"^::error file=docs/visitors\.md,line=5,", done.out, re.M), done.out
    assert done.outputs["passed"] == "false"
    assert done.outputs["new"] == "1"
    assert "docs/visitors.md" in done.summary
    assert json.loads(Path(done.outputs["report"]).read_text("utf-8"))["schema"] == "dedup.check/1"


def test_what_was_there_before_passes(repository: Repository, temporary: Path):
    done = check(repository, temporary, paths="docs", base_ref="main")
    assert (done.code, done.outputs["passed"], done.outputs["known"]) == (0, "true", "1"), done.err
    done = check(repository, temporary, paths="docs", diff_ref="main")
    assert (done.code, done.outputs["new"]) == (0, "0"), done.err


def test_limits_and_sarif(repository: Repository, temporary: Path):
    done = check(repository, temporary, paths="docs/ferry.md\ndocs/visitors.md\n", max_new="1", sarif="out.sarif")
    assert (done.code, done.outputs["new"]) == (0, "1"), done.err
    assert json.loads((repository.folder / "out.sarif").read_text("utf-8"))["version"] == "2.1.0"
    done = check(repository, temporary, paths="docs", exit_zero="true")
    assert (done.code, done.outputs["passed"]) == (0, "false"), done.err


def test_an_error_is_no_verdict(repository: Repository, temporary: Path):
    done = check(repository, temporary, paths="docs", base_ref="no-such-ref")
    assert (done.code, done.outputs) == (2, {})
    assert "no-such-ref" in done.err


@pytest.mark.parametrize(
    "hostile", ["$(touch owned)", "`touch owned`", '"; touch owned; "', "-x; touch owned", "--help"]
)
def test_inputs_are_no_code(repository: Repository, temporary: Path, hostile: str):
    for name in ("paths", "base_ref", "diff_ref", "baseline", "config", "max_new"):
        done = check(repository, temporary, **{"paths": "docs", name: hostile})
        assert done.code == 2, (name, done.out, done.err)
        assert not (repository.folder / "owned").exists()
