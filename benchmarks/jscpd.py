"""The peer of checks in CI: jscpd 5, a native program, on a folder."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cases import of_jscpd
from benchmarks.measures import Sides
from benchmarks.runs import Figures, run

FLAGS: dict[str, tuple[str, ...]] = {
    "jscpd": (),
    "jscpd, for prose": (
        "-l",
        "1",
        "-k",
        "20",
        "--ignore-case",
        "--max-gap-lines",
        "3",
        "-m",
        "weak",
        "--cross-formats",
        "markdown,txt",
    ),
}
SHOWS = {
    "jscpd": "Its defaults: 50 tokens and 5 lines at least.",
    "jscpd, for prose": "The flags that found most in prose: 20 tokens on any number of lines, case ignored, clones "
    "joined over 3 lines, Markdown compared with plain text.",
}


def scan(
    python: Path, folder: Path, flags: Sequence[str], *, seconds: float, cores: int = 1
) -> tuple[Figures, list[Sides]]:
    """Run the program that stands beside an interpreter; return its figures and the clones it reports."""
    with tempfile.TemporaryDirectory() as reports:
        always = ("--max-size", "1000mb", "--no-gitignore", "--no-tips", "-s", "-a", "-r", "json", "-o", reports)
        command: list[str | Path] = [python.with_name("jscpd"), folder, *flags, *always, "--workers", str(cores)]
        figures, _ = run(command, seconds=seconds, cores=cores)
        return figures, of_jscpd(Path(reports) / "jscpd-report.json", folder)
