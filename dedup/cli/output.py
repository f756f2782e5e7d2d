"""Where results go: ``--output FORMAT[:PATH]``, files that are written whole or not at all, standard output as UTF-8.

Text is encoded here, the same on every platform and in every locale. A lone surrogate (a file name that is not UTF-8,
an escape in JSON) cannot be encoded and is written as a backslash escape, which JSON reads back.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import click

from dedup.cli.console import Console
from dedup.config import suggest
from dedup.errors import ConfigError
from dedup.reports import FORMATS, View, render
from dedup.result import Result
from dedup.verdict import Verdict

SORTS = ("size", "path")


@dataclass(frozen=True, slots=True)
class Target:
    """A format, and the file it goes to; standard output without one."""

    format: str
    path: Path | None = None

    @classmethod
    def parse(cls, text: str) -> Target:
        """Return the target that ``FORMAT`` or ``FORMAT:PATH`` means (``FORMAT:-`` is standard output)."""
        name, colon, path = text.partition(":")
        if name not in FORMATS:
            raise ConfigError(f"no output format is called {name!r}; {suggest(name, FORMATS)}")
        if colon and not path:
            raise ConfigError(f"{text!r} names no file after the colon")
        return cls(name, Path(path) if path not in ("", "-") else None)

    def below(self, folder: Path) -> Target:
        """Return the target with a relative path taken from ``folder``."""
        return self if self.path is None else replace(self, path=Path(os.path.relpath(folder / self.path)))


def check_targets(targets: Sequence[Target]) -> None:
    """Raise `ConfigError` for targets that cannot all be written: said before the work, not after it."""
    places = [target.path and target.path.absolute() for target in targets]
    for target, place in zip(targets, places, strict=True):
        if places.count(place) > 1:
            where = "standard output" if place is None else f"{target.path}"
            raise ConfigError(f"two outputs go to {where}: give each its own file, as in --output {target.format}:FILE")
        if target.path is None:
            continue
        if target.path.is_dir():
            raise ConfigError(f"--output {target.format}: {target.path} is a folder, not a file")
        if not target.path.parent.is_dir():
            raise ConfigError(f"--output {target.format}: there is no folder {target.path.parent}")
        if not os.access(target.path if _is_special(target.path) else target.path.parent, os.W_OK):
            raise ConfigError(f"--output {target.format}: {target.path} cannot be written there")


def deliver(
    result: Result, targets: Iterable[Target], view: View, console: Console, verdict: Verdict | None = None
) -> None:
    """Write a result, or what a check says of it, to every target.

    Files come first, so that they are there when the reader of a pipe goes away.
    """
    plain = replace(view, color=False)
    for target in sorted(targets, key=lambda target: target.path is None):
        if target.path is None:
            write_stdout(render(result, target.format, view, verdict))
        else:
            write_file(target.path, render(result, target.format, plain, verdict))
            console.note(f"wrote {target.path}")


def write_file(path: Path, pieces: Iterable[str]) -> None:
    """Write text to a file that appears whole: a temporary file beside it is renamed over it."""
    try:
        if _is_special(path):
            with path.open("wb") as stream:
                stream.writelines(encode(pieces))
            return
        goal = path.resolve()  # a symbolic link stays one
        part = goal.with_name(f".dedup-{secrets.token_hex(8)}.part")
        try:
            with part.open("xb") as stream:
                stream.writelines(encode(pieces))
            if goal.exists():
                shutil.copymode(goal, part)
            part.replace(goal)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be written: {error.strerror}") from error


def write_stdout(pieces: Iterable[str]) -> None:
    """Write text to standard output.

    A reader that goes away (``| head``) has seen enough: that is no error, and a command's verdict stays what it is.
    """
    if sys.stdout is None:
        raise click.ClickException("standard output is closed")
    try:
        sys.stdout.buffer.writelines(encode(pieces))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        silence(sys.stdout)
    except OSError as error:
        silence(sys.stdout)
        raise click.ClickException(f"standard output cannot be written: {error.strerror}") from error


def silence(stream: IO[Any]) -> None:
    """Send to nowhere what a stream still holds, so that closing it at exit does not fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def encode(pieces: Iterable[str]) -> Iterator[bytes]:
    """Yield text as UTF-8."""
    for piece in pieces:
        yield piece.encode("utf-8", "backslashreplace")


def _is_special(path: Path) -> bool:
    """Return whether a path is a device or pipe, which is written to and must never be replaced."""
    return path.exists() and not path.is_file()
