"""An environment of their own for the peers, kept in a cache folder: they do not meet what is installed here."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_VERSION = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"


def cache_folder() -> Path:
    """Return where the corpus and the environment are kept between runs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dedup-benchmarks"


def python_in(folder: Path) -> Path:
    """Return the interpreter of the environment in a folder, which is made if it is not there.

    Raises `RuntimeError` with what the command said when that is not possible.
    """
    name = f"peers-{sys.version_info[0]}.{sys.version_info[1]}"
    python = folder / name / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        _run([sys.executable, "-m", "venv", str(folder / name)])
    return python


def installed(python: Path, distribution: str) -> str:
    """Return the version of a distribution in an environment, where it is installed first if it is not there.

    Raises `RuntimeError` with the last line of what pip said when that is not possible.
    """
    query = [str(python), "-c", _VERSION, distribution]
    try:
        return _run(query)
    except RuntimeError:
        _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", distribution])
        return _run(query)


def _run(command: Sequence[str]) -> str:
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    except OSError as error:
        raise RuntimeError(f"{command[0]}: {error.strerror}") from None
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout).strip().splitlines()
        raise RuntimeError(said[-1] if said else f"exit code {error.returncode}") from None
