"""The GitLab template: its script, run line by line as a runner runs it."""

from __future__ import annotations

import json
import subprocess
import xml.etree.ElementTree as ET
from typing import Any

import yaml
from integration_support import ROOT, Repository, clean

JOB: dict[str, Any] = yaml.safe_load((ROOT / ".gitlab" / "dedup.yml").read_text("utf-8"))["dedup"]


def test_the_job_fails_for_a_copy_and_leaves_its_reports(repository: Repository):
    own = {**JOB["variables"], "DEDUP_PACKAGE": str(ROOT)}

    def run(**variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", "\n".join(JOB["script"])],
            cwd=repository.folder,
            env=clean({**own, **variables}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    repository.write("dedup.toml", 'paths = ["docs"]\n')
    done = run(DEDUP_BASE_REF="before")
    assert done.returncode == 1, done.stderr
    reports = JOB["artifacts"]["reports"]
    (entry,) = json.loads((repository.folder / reports["codequality"]).read_text("utf-8"))
    assert (entry["location"]["path"], entry["location"]["lines"]["begin"]) == ("docs/visitors.md", 5)
    suite = ET.parse(repository.folder / reports["junit"]).getroot()
    assert suite.find(".//failure") is not None

    done = run(DEDUP_BASE_REF="main")
    assert done.returncode == 0, done.stderr
    assert json.loads((repository.folder / reports["codequality"]).read_text("utf-8")) == []
