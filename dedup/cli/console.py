"""What the command line says besides results: messages and progress on standard error, and when colour is used."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

import click

from dedup.model import Progress, Skipped
from dedup.reports.terminal import printable

REDRAW_SECONDS = 0.1


@dataclass
class Console:
    """Messages to the user, as loud as ``--quiet``, ``--verbose`` and ``--progress`` ask for.

    Nothing raises: a closed or full standard error must not turn a finished run into a failed one.
    """

    quiet: bool = False
    verbose: bool = False
    progress: str = "auto"

    def error(self, message: str) -> None:
        """Say why the command fails."""
        self.line(printable(f"dedup: error: {message}"))

    def note(self, message: str) -> None:
        """Say what the user should know, unless ``--quiet``."""
        if not self.quiet:
            self.line(printable(f"dedup: {message}"))

    def line(self, text: str) -> None:
        """Write a line, or several, to standard error, without what a hostile file name would do to the terminal."""
        with contextlib.suppress(OSError):
            click.echo("\n".join(map(printable, text.split("\n"))), err=True)

    def skipped(self, items: Collection[Skipped], *, reported: bool) -> None:
        """Name what was not read if ``--verbose``, else say how much it was, unless it is ``reported`` elsewhere."""
        if self.verbose:
            for item in items:
                self.line(printable(f"dedup: skipped {item.path}: {item.reason}"))
        elif items and not reported:
            self.note(f"skipped {len(items):,} {'input' if len(items) == 1 else 'inputs'}; -v names them, and why")

    @contextlib.contextmanager
    def show_progress(self) -> Iterator[Progress | None]:
        """Yield a callback that keeps one line on the terminal up to date, or None where nobody would see it."""
        if self.quiet or self.progress == "never" or not is_terminal(sys.stderr):
            yield None
            return
        line = ProgressLine(sys.stderr)
        try:
            yield line
        finally:
            line.clear()


class ProgressLine:
    """A line on a terminal that is rewritten in place: the phase, and how far it is."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._phase = ""
        self._width = 0
        self._next = 0.0

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` (0: not known) are done, at most some ten times a second."""
        now = time.monotonic()
        if phase == self._phase and now < self._next:
            return
        self._phase, self._next = phase, now + REDRAW_SECONDS
        text = f"{phase} {done:,} of {total:,}" if total else f"{phase} {done:,}"
        self._write(f"\r{text:<{self._width}}")
        self._width = len(text)

    def clear(self) -> None:
        """Leave an empty line behind."""
        self._write(f"\r{'':<{self._width}}\r")

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._stream.write(text)
            self._stream.flush()


def is_terminal(stream: IO[Any] | None) -> bool:
    """Return whether a terminal that can move its cursor and show colours is at the other end."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def use_color(choice: str, stream: IO[Any] | None, environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether to colour ``stream``: ``--color``, else NO_COLOR, else FORCE_COLOR, else whether it is a terminal.

    The two variables count when they are not empty, whatever their value (no-color.org, force-color.org).
    """
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    return bool(environ.get("FORCE_COLOR")) or is_terminal(stream)
