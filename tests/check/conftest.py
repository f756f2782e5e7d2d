"""Fixtures for the tests of the check: a repository of documentation with passages that occur twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from repository import Repo


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Repo:
    """Return a new repository, which is the current folder, with documents of which two pairs share a passage."""
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "repo"
    folder.mkdir()
    monkeypatch.chdir(folder)
    repo = Repo(folder, capfdbinary)
    repo.git("init", "-q")
    repo.start()
    return repo
