"""Fixtures for the tests of the command line: it runs in this process, in an empty folder, on a scan that is a stub."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from cli_support import Outcome, Run, Scans

from dedup import pipeline
from dedup.cli import main


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes], tmp_path: Path) -> Run:
    """Return a function that runs the command line in ``tmp_path``, without variables of the environment it has."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "DEDUP_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)

    def run(*args: str | Path, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main([str(arg) for arg in args])
        out, err = capsysbinary.readouterr()
        return Outcome(code, out.decode(), err.decode())

    return run


@pytest.fixture
def scans(monkeypatch: pytest.MonkeyPatch) -> Scans:
    """Put a stub in the place of the pipeline and return what it is asked for."""
    stub = Scans()
    monkeypatch.setattr(pipeline, "scan_documents", stub.scan_documents)
    return stub


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Return a folder with two texts that share four words, and a file that is no text."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "a.txt").write_text("one two three four and then more", "utf-8")
    (folder / "b.txt").write_text("before it one two three four", "utf-8")
    (folder / "c.bin").write_bytes(b"\x00\x01")
    return folder
