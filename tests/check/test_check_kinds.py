"""Twelve kinds of reuse: a check with its default settings finds each, and nothing else."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import pytest

from benchmarks import kinds
from benchmarks.cases import judged, share_found
from dedup.cli import main
from dedup.model import Span


def test_all_kinds_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = kinds.write_folder(tmp_path, kinds.FILES, 1, seed=3)
    monkeypatch.chdir(folder.path)
    assert main(["check", ".", "--isolated", "--output", f"json:{tmp_path / 'check.json'}"]) == 1
    check = json.loads((tmp_path / "check.json").read_text("utf-8"))
    assert {finding["status"] for finding in check["findings"]} == {"new"}
    passages = [finding["passage"]["occurrences"] for finding in check["findings"]]
    spans = [[Span(place["document"], place["start"], place["end"]) for place in places] for places in passages]
    found = [pair for places in spans for pair in combinations(places, 2)]
    assert len(folder.cases) == 12
    assert share_found(folder.cases, found) == dict.fromkeys(kinds.KINDS, 1.0)
    every = [case for of_kind in folder.cases.values() for case in of_kind]
    assert judged(every, found)["precision"] > 0.95
