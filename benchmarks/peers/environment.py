"""An environment of its own for each peer, kept in a cache folder: peers meet neither each other nor what is here."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

_VERSION = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"
_PATIENCE = 1800  # seconds for one command of pip


def cache_folder() -> Path:
    """Return where data and environments are kept between runs, unless told otherwise."""
    return Path(tempfile.gettempdir()) / "dedup-benchmarks"


def python_for(cache: Path, distribution: str) -> Path:
    """Return the interpreter of a peer's environment, which is made if it is not there.

    Raises `RuntimeError` with what the command said when that is not possible.
    """
    folder = cache / "environments" / f"{distribution}-{sys.version_info[0]}.{sys.version_info[1]}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        _run([sys.executable, "-m", "venv", str(folder)])
    return python


def installed(python: Path, distribution: str, *helpers: str) -> str:
    """Return the version of a distribution, which is installed first, with its helpers, if it is not there.

    Raises `RuntimeError` with the last line of what pip said when that is not possible.
    """
    query = [str(python), "-c", _VERSION]
    try:
        for helper in helpers:
            _run([*query, helper])
        return _run([*query, distribution])
    except RuntimeError:
        options = ("--quiet", "--disable-pip-version-check")
        _run([str(python), "-m", "pip", "install", *options, distribution, *helpers])
        return _run([*query, distribution])


def _run(command: Sequence[str]) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=_PATIENCE).stdout.strip()
    except OSError as error:
        raise RuntimeError(f"{command[0]}: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{command[0]}: not done after {_PATIENCE} s") from None
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout).strip().splitlines()
        raise RuntimeError(said[-1] if said else f"exit code {error.returncode}") from None
