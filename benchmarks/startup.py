"""What a shell user waits for: help, version, a scan of the sample corpus, over a Python that does nothing."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.runs import ROOT, Row, RunError, Settings, fastest, race, run
from benchmarks.tables import Sheet

ROUNDS = 15
NOTHING = "python -c pass"
CORPUS = ROOT / "corpus"


def run_startup(settings: Settings) -> Iterator[Sheet]:
    """Time short commands."""
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "result.json"
        yield _timed(settings, saved)


def _timed(settings: Settings, saved: Path) -> Sheet:
    module = (sys.executable, "-m", "dedup")
    scan = ("scan", "--isolated", "--quiet", "--output", f"json:{saved}", str(CORPUS))
    commands: dict[str, Sequence[str]] = {
        NOTHING: (sys.executable, "-c", "pass"),
        "dedup --help": (*module, "--help"),
        "dedup --version": (*module, "--version"),
        "dedup scan corpus": (*module, *scan),
        "dedup scan corpus, one worker": (*module, *scan, "--jobs", "1"),
    }
    wanted = {"dedup --help": b"Usage", "dedup --version": b"kernels"}
    rows = [Row(name) for name in settings.chosen(commands)]

    def attempt(row: Row) -> None:
        cores = 2 if row.tool == "dedup scan corpus" else 1
        figures, said = run(commands[row.tool], seconds=settings.seconds, cores=cores)
        if wanted.get(row.tool, b"") not in said:
            raise RunError("printed something else")
        if "scan" in row.tool:
            row.answer = _share_of_truth(json.loads(saved.read_text(encoding="utf-8")))
        row.add(figures)

    rounds = settings.rounds or ROUNDS
    race(rows, rounds, attempt)
    nothing = fastest(row for row in rows if row.tool == NOTHING)
    values: dict[str, dict[str, Any]] = {}
    for row in rows:
        if not row.runs:
            values[row.tool] = {"problem": row.problem}
            continue
        values[row.tool] = {
            "best ms": 1e3 * row.best,
            "median ms": 1e3 * statistics.median(run.seconds for run in row.runs),
            "CPU ms": 1e3 * row.cpu,
            "peak MB": statistics.median(run.peak_bytes for run in row.runs) / 1e6,
            "over nothing": row.best / nothing.best if nothing else None,
            "passages, of the truth": row.answer.get("passages"),
        }
    return Sheet("Start", f"Whole processes, best of {rounds}.", values, _SHOWS)


_SHOWS = {
    NOTHING: "The interpreter and nothing else, with what the environment makes it import.",
    "dedup --help": "The command line without the libraries that a scan needs.",
    "dedup --version": "The same with NumPy and the kernels.",
    "dedup scan corpus": "A small corpus: mostly imports. It must report as many passages as `truth.json` lists (1).",
    "dedup scan corpus, one worker": "The same on one core.",
}


def _share_of_truth(result: dict[str, Any]) -> dict[str, float]:
    """Return the number of passages reported over that of those listed in the truth."""
    listed = json.loads((CORPUS / "truth.json").read_text(encoding="utf-8"))["passages"]
    return {"passages": len(result["passages"]) / len(listed)}
