"""Doubling: how time and memory grow with the input, for shapes that make careless methods quadratic.

Each size is a run of ``dedup scan`` with one worker, from the JSONL file to the result on disk. Growth is that of its
CPU time, which says more on a busy machine. A shape is not tried in larger sizes after a run that failed or took
too long.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.corpora import FORM, Prose, until, write_jsonl
from benchmarks.runs import RunError, Settings, dedup_scan
from benchmarks.shapes import SHAPES, Shape
from benchmarks.tables import Measured, Sheet, Target

MEGABYTES = 800.0
DOUBLINGS = 5
GROWTH = Target("<=", 2.15)
"""Twice the time for twice the text, and something for sorting and for caches that are too small."""
STEADY_SECONDS = 1.0
"""Growth has no target after a run shorter than this: there most of the time is the start of the program."""
BOUND = Target("<=", 1.0)
WHOLE = Target(">=", 1.0)
FIXED_BYTES = 100e6

MODES: dict[str, tuple[tuple[str, ...], float]] = {
    "clusters": (("--no-passages",), 1.5),
    "clusters and passages": ((), 4.0),
}
"""The options of each mode, and the bound of its peak memory: this many times the text, and `FIXED_BYTES`."""


def run_scaling(settings: Settings) -> Iterator[Sheet]:
    """Grow every shape, in both modes."""
    for name in settings.chosen(SHAPES):
        for mode in MODES:
            yield grow(settings, name, mode)


def grow(settings: Settings, name: str, mode: str) -> Sheet:
    """Return the table of one shape in one mode."""
    shape = SHAPES[name]
    options, factor = MODES[mode]
    largest = settings.size(MEGABYTES) * shape.part
    rows: dict[str, dict[str, Any]] = {}
    before: float | None = None
    for doubling in range(DOUBLINGS + 1):
        megabytes = largest / 2 ** (DOUBLINGS - doubling)
        path, documents, text_bytes = write_shape(settings.cache, name, megabytes, settings.seed)
        row = f"{megabytes:.4g} MB"
        try:
            figures, result = dedup_scan(path, options, seconds=settings.seconds)
            for _ in range(1, settings.rounds or 1):
                again, _ = dedup_scan(path, options, seconds=settings.seconds)
                figures = min(figures, again, key=lambda run: run.cpu_seconds)
        except RunError as error:
            rows[row] = {"problem": str(error)}
            break
        finally:
            path.unlink()
        found = shape.judge(result)
        growth = None if before is None else figures.cpu_seconds / before
        rows[row] = {
            "documents": documents,
            "seconds": figures.seconds,
            "CPU s": figures.cpu_seconds,
            "MB/s": text_bytes / 1e6 / figures.seconds,
            "times the half": Measured(growth, GROWTH) if before and before >= STEADY_SECONDS else growth,
            "peak MB": figures.peak_bytes / 1e6,
            "of the bound": Measured(figures.peak_bytes / (factor * text_bytes + FIXED_BYTES), BOUND),
            "found": None if found is None else Measured(found, WHOLE),
        }
        before = figures.cpu_seconds
    note = f"{shape.shows} One worker; peak memory bound: {factor:g} times the text and {FIXED_BYTES / 1e6:.0f} MB."
    return Sheet(f"Doubling: {name}, {mode}", note, rows)


def write_shape(cache: Path, name: str, megabytes: float, seed: int) -> tuple[Path, int, int]:
    """Write a shape in a size; return the file, its documents and the bytes of their texts."""
    shape: Shape = SHAPES[name]
    texts = until(shape.texts(Prose(seed)), megabytes * 1e6)
    path = cache / f"shape-{FORM}-{name}-{megabytes:g}-{seed}.jsonl"
    return path, *write_jsonl(path, ["".join(texts)] if shape.single else texts)
