"""A repository in which a text stands twice; these tests set up environments, for which they need a package index."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from integration_support import NOTICE, OTHER, Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository in which one text stands twice, which a commit of its own has added."""
    made = Repository(tmp_path / "repository")
    made.write("docs/ferry.md", f"# Ferry\n\n{NOTICE}\n")
    made.write("docs/garden.md", f"# Garden\n\n{OTHER}\n")
    made.commit("Texts")
    made.git("tag", "before")
    made.write("docs/visitors.md", f"# For visitors\n\nWelcome to the island.\n\n{NOTICE}\n")
    made.commit("The same notice again")
    return made


@pytest.fixture(scope="session", autouse=True)
def _package_index() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps", "click"],
        capture_output=True,
    )
    if done.returncode != 0:
        pytest.skip("no package index is reached: environments cannot be set up")
