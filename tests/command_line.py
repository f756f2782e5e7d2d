"""The command line as a process of its own, for the tests that need no more than what it prints."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def run_dedup(*args: str | Path, folder: Path = ROOT) -> str:
    """Return what the command prints in a folder, without settings of the environment; it must succeed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DEDUP_", "PYTHON"))}
    kept.pop("FORCE_COLOR", None)
    done = subprocess.run(
        [sys.executable, "-m", "dedup", *map(str, args)],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "80"},
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()
