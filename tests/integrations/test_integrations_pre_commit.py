"""The pre-commit hook: set up and run by pre-commit from this repository, over a repository with a copy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from integration_support import ROOT, Repository, clean


def test_the_hook_reads_more_than_what_is_staged(repository: Repository, tmp_path: Path):
    if not (ROOT / ".git").exists():
        pytest.skip("pre-commit takes hooks from a git repository, which this folder is not")
    repository.write("dedup.toml", 'paths = ["docs"]\nbaseline = ".dedup-baseline"\n')

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=repository.folder,
            env=clean({"PRE_COMMIT_HOME": str(tmp_path / "hooks"), "GIT_CONFIG_GLOBAL": str(tmp_path / "none")}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    def hook() -> subprocess.CompletedProcess[str]:
        return run(sys.executable, "-m", "pre_commit", "try-repo", str(ROOT), "dedup", "--verbose")

    run(sys.executable, "-m", "dedup", "check", "--update-baseline")
    repository.commit("Baseline")
    done = hook()
    assert done.returncode == 0, done.stdout + done.stderr
    # The original is committed and not staged; only its copy is.
    garden = (repository.folder / "docs" / "garden.md").read_text("utf-8")
    repository.write("docs/warden.md", garden.replace("# Garden", "# To the warden"))
    repository.git("add", "docs/warden.md")
    done = hook()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "docs/warden.md" in done.stdout


def test_the_hook_is_given_no_file_names():
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert (hook["pass_filenames"], hook["require_serial"]) == (False, True)
