"""The process in which a tool runs once: ``python -m benchmarks.peers.worker TOOL FILE THRESHOLD [CORE]``.

Binds itself to one core where the system allows it, imports the tool, then takes the time. Prints one JSON object:
seconds, CPU seconds, stages, peak memory, and what was found.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.peers.tools import TOOLS, Clock


def main(tool: str, path: str, threshold: str, core: str | None = None) -> None:
    """Run a tool and print the figures."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {int(core)})
    sys.stdout.write(json.dumps(measure(tool, Path(path), float(threshold))))


def measure(tool: str, path: Path, threshold: float) -> dict[str, Any]:
    """Return the figures of one run; sizes in bytes."""
    run = TOOLS[tool].prepare()
    clock = Clock()
    began, cpu_began = time.perf_counter(), time.process_time()
    found = run(path, threshold, clock)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu_began
    return {
        "seconds": seconds,
        "cpu_seconds": cpu,
        "stages": clock.stages,
        "peak_bytes": _peak(),
        "pairs": found and found.pairs,
        "groups": found and found.groups,
    }


def _peak() -> int:
    """Return the most memory that this process held at a time."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent held before this program was started in its place
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import resource  # not on Windows

    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held if sys.platform == "darwin" else held * 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
