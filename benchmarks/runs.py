"""Races: tools in processes of their own, round by round, and what is known of each.

Rounds are interleaved (every tool once, then every tool again), so that a busy minute of the machine meets every tool.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.peers import environment

ROOT = Path(__file__).resolve().parents[1]
_LAUNCHER = Path(__file__).parent / "peers" / "launch.py"
_THREADS = ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class RunError(RuntimeError):
    """A tool did not finish; the message says how."""


class Settings(NamedTuple):
    """What all experiments are told."""

    cache: Path
    data: Path
    megabytes: float | None = None
    """Size of the (largest) input; none: that of the experiment's definition."""
    rounds: int | None = None
    """Runs of each tool; none: as the experiment has it."""
    seconds: float = 3600.0
    """A run that takes longer is stopped, and its row says so."""
    only: tuple[str, ...] = ()
    """Names of rows to run; none: all."""
    seed: int = 1

    def size(self, megabytes: float) -> float:
        """Return the size in megabytes, given that of the definition."""
        return megabytes if self.megabytes is None else self.megabytes

    def chosen(self, names: Iterable[str]) -> list[str]:
        """Return the names that are to run, in their order."""
        return [name for name in names if not self.only or name in self.only]


class Figures(NamedTuple):
    """Of one process: seconds from start to end, CPU seconds, peak memory in bytes."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


@dataclass(slots=True)
class Row:
    """What is known of a tool: its runs, what its answer is worth, or why there are none."""

    tool: str
    version: str = ""
    problem: str = ""
    runs: list[Figures] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)
    """Seconds of the stages of its best run, as far as it tells."""
    answer: dict[str, Any] = field(default_factory=dict)
    """Recall, precision and the like."""

    @property
    def best(self) -> float:
        """Least seconds over the runs."""
        return min(run.seconds for run in self.runs)

    @property
    def cpu(self) -> float:
        """Least CPU seconds over the runs."""
        return min(run.cpu_seconds for run in self.runs)

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.tool} ({self.version})" if self.version else self.tool

    def add(self, figures: Figures, stages: dict[str, float] | None = None) -> None:
        """Add a run."""
        if stages and (not self.runs or figures.seconds < self.best):
            self.stages = stages
        self.runs.append(figures)

    def speed(self, text_bytes: int, documents: int) -> dict[str, float]:
        """Return the columns that every table of speed has."""
        return {
            "best s": self.best,
            "median s": statistics.median(run.seconds for run in self.runs),
            "CPU s": self.cpu,
            "MB/s": text_bytes / 1e6 / self.best,
            "documents/s": documents / self.best,
            "peak MB": statistics.median(run.peak_bytes for run in self.runs) / 1e6,
        }


def run(command: Sequence[str | Path], *, seconds: float, cores: int = 1) -> tuple[Figures, bytes]:
    """Run a command on so many cores and threads; return its figures and what it printed.

    Raises `RunError` when it fails or takes longer than ``seconds``.
    """
    settings = {**os.environ, **dict.fromkeys(_THREADS, str(cores)), "PYTHONHASHSEED": "0"}
    settings["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    with tempfile.TemporaryDirectory() as folder:
        report, said, complained = (Path(folder) / name for name in ("report", "out", "err"))
        launch = [sys.executable, "-S", str(_LAUNCHER), str(report), _binding(cores), str(seconds)]
        with said.open("wb") as out, complained.open("wb") as err:
            subprocess.run([*launch, *map(str, command)], cwd=ROOT, env=settings, stdout=out, stderr=err, check=True)
        values = json.loads(report.read_text(encoding="utf-8"))
        if values["stopped"]:
            raise RunError(f"stopped after {seconds:.0f} s")
        if values["code"]:
            last = complained.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise RunError(f"failed: {last[0] if last else 'exit code ' + str(values['code'])}")
        return Figures(values["seconds"], values["cpu_seconds"], values["peak_bytes"]), said.read_bytes()


def dedup_scan(
    path: Path, options: Sequence[str] = (), *, seconds: float, cores: int = 1
) -> tuple[Figures, dict[str, Any]]:
    """Run ``dedup scan`` as `dedup_run` does."""
    return dedup_run("scan", path, options, seconds=seconds, cores=cores)


def dedup_run(
    name: str, path: Path, options: Sequence[str | Path] = (), *, seconds: float, cores: int = 1
) -> tuple[Figures, dict[str, Any]]:
    """Run a command of dedup as a user does, with a worker for each core; return its figures and its result."""
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "result.json"
        always = ("--isolated", "--quiet", "--jobs", str(cores), "--output", f"json:{saved}")
        command: list[str | Path] = [sys.executable, "-m", "dedup", name, path, *always, *options]
        figures, _ = run(command, seconds=seconds, cores=cores)
        return figures, json.loads(saved.read_text(encoding="utf-8"))


def race(rows: Sequence[Row], rounds: int, attempt: Callable[[Row], None]) -> None:
    """Let every tool run once a round; one that fails is out, with the reason and without figures."""
    for _ in range(rounds):
        for row in rows:
            if row.problem:
                continue
            try:
                attempt(row)
            except RunError as error:
                row.problem = str(error)
                row.runs.clear()


def python_of(row: Row, cache: Path, distribution: str | None, helpers: Sequence[str] = ()) -> Path:
    """Return the interpreter for a row, its packages installed; note the version, or why it cannot run."""
    if distribution is None:
        return Path(sys.executable)
    try:
        python = environment.python_for(cache, distribution)
        row.version = environment.installed(python, distribution, *helpers)
    except RuntimeError as error:
        row.problem = f"not installed: {error}"
        return Path(sys.executable)
    return python


def fastest(rows: Iterable[Row]) -> Row | None:
    """Return the row with the least seconds, if any ran."""
    return min((row for row in rows if row.runs), key=lambda row: row.best, default=None)


def _binding(cores: int) -> str:
    """Return which cores to bind to: the last ones, which the system itself uses least."""
    if not hasattr(os, "sched_getaffinity"):
        return "any"
    return ",".join(map(str, sorted(os.sched_getaffinity(0))[-cores:]))
