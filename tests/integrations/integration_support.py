"""A repository that a team might check, and the ways in which services run what the project ships."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]

NOTICE = (
    "The night ferry leaves from the lower quay at half past nine, and passengers with bicycles go on board first. "
    "Tickets are sold in the kiosk beside the crane until nine; after that the purser takes coins only, and gives no "
    "change. Dogs travel free, but not on the upper deck, where the wind has taken two of them in as many years."
)
OTHER = (
    "Anyone who wants a plot in the walled garden writes to the warden before the first frost. Plots are given out in "
    "the order of the letters, one to each household, and whoever lets the weeds reach the wall twice in a summer "
    "hands the key back without a quarrel."
)


class Repository:
    """A git repository with a folder of documents."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *args: str) -> str:
        identity = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "A"), ("EMAIL", "a@example.org"))
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        settings = {**kept, **identity, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        command = ["git", "-C", str(self.folder), *args]
        return subprocess.run(command, env=settings, capture_output=True, text=True, check=True).stdout

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        return path

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)


def clean(extra: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without settings of ours, of pytest and of pip's callers, and with ``extra``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DEDUP_", "PYTHON", "GIT_"))}
    kept.pop("FORCE_COLOR", None)
    return {**kept, "CXX": "/bin/false", **extra}  # what is tested needs no native kernels, and is there sooner
