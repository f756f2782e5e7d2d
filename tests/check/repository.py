"""A git repository of documentation that a test edits and checks, with the command line running in this process."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dedup.cli import main
from dedup.verdict import Finding

IDENTITY = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "A. Writer",
    "GIT_AUTHOR_EMAIL": "writer@example.org",
    "GIT_COMMITTER_NAME": "A. Writer",
    "GIT_COMMITTER_EMAIL": "writer@example.org",
    "GIT_AUTHOR_DATE": "2024-05-01T12:00:00Z",
    "GIT_COMMITTER_DATE": "2024-05-01T12:00:00Z",
}

KETTLE = (
    "Before the first use, fill the kettle to the upper mark, let it boil twice and pour the water away. A faint smell "
    "of resin is normal on the first day and does not come back. Never run the kettle while it is empty: the fuse "
    "under the base plate melts, and only the workshop in the harbour street can replace it."
)
REFUND = (
    "Whoever sends a parcel back within forty days gets the whole price, postage included, provided that the seal of "
    "the inner bag is unbroken. Gift cards are paid out in the currency in which they were bought, whatever the rate "
    "of the day may be."
)
HERONS = (
    "Each spring the wardens count the nests from the tower at the weir, twice in the morning and once at dusk, and "
    "write the larger number down. A nest without a bird on three days in a row is left out, even when there are eggs "
    "in it."
)


def filler(name: str, words: int = 60) -> str:
    """Return a paragraph of words that stand nowhere else."""
    return wrapped(" ".join(f"{name}{number}x{number * 7 % 11}" for number in range(words)))


def wrapped(text: str, width: int = 80) -> str:
    return "\n".join(textwrap.wrap(text, width))


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def verdict(self) -> str:
        """Return the counts of the line that says how the check ended."""
        lines = [line for line in self.err.splitlines() if line.startswith("dedup: check ")]
        assert len(lines) == 1, self.err
        return lines[0].removeprefix("dedup: check ")


class Repo:
    """A repository and its work tree."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[bytes]) -> None:
        self.folder = folder
        self.capture = capture

    def git(self, *args: str | Path, check: bool = True, folder: Path | None = None) -> str:
        command = ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *map(str, args)]
        env = {**os.environ, **IDENTITY}
        done = subprocess.run(command, cwd=folder or self.folder, env=env, capture_output=True)
        assert not check or done.returncode == 0, done.stderr.decode()
        return done.stdout.decode("utf-8", "surrogateescape")

    def start(self) -> None:
        """Commit four documents: the kettle's paragraph stands in two, the refund's in two."""
        self.write("docs/manual.md", f"# Manual\n\n{filler('man')}\n\n{wrapped(KETTLE)}\n\n{filler('ual')}\n")
        self.write("docs/faq.md", f"# Questions\n\n{wrapped(KETTLE)}\n\n{filler('faq')}\n\n{wrapped(REFUND)}\n")
        self.write("docs/shop.md", f"# Shop\n\n{filler('shop')}\n\n{wrapped(REFUND, 60)}\n\n{filler('opening')}\n")
        self.write("docs/birds.md", f"# Birds\n\n{filler('bird')}\n\n{wrapped(HERONS)}\n\n{filler('nest')}\n")
        self.commit("Write the manual")

    def commit(self, message: str = "Change") -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def read(self, name: str) -> str:
        return (self.folder / name).read_bytes().decode()

    def edit(self, name: str, old: str, new: str) -> None:
        text = self.read(name)
        assert text.count(old) == 1, (name, old)
        self.write(name, text.replace(old, new))

    def dedup(self, *args: str | Path, stdin: bytes = b"") -> Outcome:
        """Run the command line in the current folder."""
        self.capture.readouterr()
        before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(stdin))
        try:
            code = main([str(arg) for arg in args])
        finally:
            sys.stdin = before
        out, err = self.capture.readouterr()
        return Outcome(code, out.decode(), err.decode())

    def check(self, *args: str | Path, stdin: bytes = b"") -> Outcome:
        return self.dedup("check", "docs", "--output", "concise", *args, stdin=stdin)

    def records(self, name: str = ".known.jsonl") -> list[Any]:
        return [json.loads(line) for line in self.read(name).splitlines()[1:]]

    def findings(self, *args: str | Path, stdin: bytes = b"") -> tuple[Finding, ...]:
        """Return the findings of a check of ``docs``, as its reports get them."""
        verdicts = []
        with pytest.MonkeyPatch.context() as patch:
            # Not by its name, which in the package is that of the command.
            module = sys.modules["dedup.cli.check"]
            patch.setattr(module, "show", lambda result, settings, console, verdict: verdicts.append(verdict))
            self.check(*args, stdin=stdin)
        [verdict] = verdicts
        return verdict.findings
