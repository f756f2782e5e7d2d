"""The process in which a tool of Python runs once: ``python -m benchmarks.peers.worker TOOL PATH THRESHOLD``.

Prints one JSON object: the seconds of its stages, and what was found.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from benchmarks.peers.quoting import TOOLS as QUOTING
from benchmarks.peers.tools import TOOLS, Clock


def main(tool: str, path: str, threshold: str) -> None:
    """Run a tool and print what it tells."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the tool itself prints is no part of the answer
    with answers:
        json.dump(measure(tool, Path(path), float(threshold)), answers)


def measure(tool: str, path: Path, threshold: float) -> dict[str, Any]:
    """Return the stages of one run and what it found; imports are a stage."""
    clock = Clock()
    run = (TOOLS.get(tool) or QUOTING[tool]).prepare()
    clock.lap("import")
    found = run(path, threshold, clock)
    return {"stages": clock.stages, **(found._asdict() if found is not None else {})}


if __name__ == "__main__":
    main(*sys.argv[1:])
