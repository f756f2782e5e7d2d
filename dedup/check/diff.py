"""A unified diff, read: for each file, which lines of its new version are there in the place of which old ones.

Read are the diffs of git and of ``diff -u``: with or without context, with renames, new files, quoted names, names
with spaces, any line ends. What cannot say which lines are added (a combined diff of a merge, a series of commits) is
an error, since a gate that saw no lines would let all pass.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dedup.errors import InputError

_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_NOTHING = b"/dev/null"
_PREFIX = re.compile(rb"[a-z]/")


@dataclass(frozen=True, slots=True)
class Hunk:
    """A stretch of lines that a change replaced; a line ends with LF."""

    first: int
    """The line of the new version, from 1, at which the stretch begins."""
    count: int
    """Lines of the new version in it."""
    old: tuple[str, ...]
    """The lines that stood there before."""
    added: tuple[int, ...]
    """The numbers of the lines that are new and not blank."""


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed between two versions, by paths as ids of documents spell them."""

    hunks: dict[str, list[Hunk]] = field(default_factory=dict)
    """Of the files of the new version, in the order of their lines."""
    removed: dict[str, list[Hunk]] = field(default_factory=dict)
    """Of the files that the new version lacks."""
    opaque: set[str] = field(default_factory=set)
    """Files that changed in a way that the diff does not show."""


def parse_diff(diff: bytes) -> Diff:
    """Return what a diff says; raises `InputError`, with the line, for what is no unified diff of two versions."""
    return _Parser(diff).diff()


class _Parser:
    """Reads a diff line by line."""

    def __init__(self, diff: bytes) -> None:
        self._lines = diff.split(b"\n")
        if self._lines[-1] == b"":
            self._lines.pop()
        self._at = 0
        self._found = Diff()

    def diff(self) -> Diff:
        """Return what the diff says."""
        header, known = b"", not any(line.strip() for line in self._lines)
        hunks: list[Hunk] | None = None  # of the file whose lines follow
        while self._at < len(self._lines):
            line = self._lines[self._at].removesuffix(b"\r")
            if line.startswith((b"diff --cc ", b"diff --combined ", b"@@@ ")):
                raise self._error("a combined diff of a merge does not say what is added; compare two versions")
            if line.startswith(b"diff --git "):
                header, hunks, known = line.removeprefix(b"diff --git "), None, True
            elif line.startswith(b"--- ") and self._next().startswith(b"+++ "):
                self._at += 1
                hunks = self._opened(_name(line[4:]), _name(self._lines[self._at].removesuffix(b"\r")[4:]), header)
                known = True
            elif line.startswith(b"@@ "):
                hunk = self._hunk(line)
                if hunks is not None:
                    hunks.append(hunk)
                continue
            elif line.startswith((b"Binary files ", b"GIT binary patch")) and (name := _same_name(header)):
                self._found.opaque.add(name)
            self._at += 1
        if not known:
            self._at = 0
            raise self._error("not a unified diff, such as `git diff` prints")
        return self._found

    def _next(self) -> bytes:
        return self._lines[self._at + 1] if self._at + 1 < len(self._lines) else b""

    def _opened(self, old: bytes, new: bytes, header: bytes) -> list[Hunk]:
        """Return the list for the hunks of a file, which follow."""
        if new == _NOTHING:
            return self._found.removed.setdefault(_text(_unprefixed(new, old, header)), [])
        path = _text(_unprefixed(old, new, header))
        if path in self._found.hunks:
            raise self._error(f"{path!r} stands in the diff twice, as in a series of commits; compare two versions")
        return self._found.hunks.setdefault(path, [])

    def _hunk(self, line: bytes) -> Hunk:
        """Read a hunk: as many lines as it says it has."""
        found = _HUNK.match(line)
        if not found:
            raise self._error("not a hunk of a unified diff: expected `@@ -1,2 +1,3 @@`")
        left, start, right = (1 if value is None else int(value) for value in found.groups())
        first = start if right else start + 1  # of no lines, the header names the one before them
        count, number = right, first
        old: list[str] = []
        added: list[int] = []
        self._at += 1
        while left > 0 or right > 0:
            if self._at >= len(self._lines):
                raise self._error("the diff ends inside a hunk")
            line = self._lines[self._at]
            mark = line[:1]
            if mark in (b" ", b"", b"\r"):  # an editor may have taken the space of an empty line
                left, right, number = left - 1, right - 1, number + 1
                old.append(_text(line.removeprefix(b" ")))
            elif mark == b"-":
                left -= 1
                old.append(_text(line[1:]))
            elif mark == b"+":
                if line[1:].strip():
                    added.append(number)
                right, number = right - 1, number + 1
            elif mark != b"\\":
                raise self._error("a line of a hunk must begin with a space, + or -")
            if left < 0 or right < 0:
                raise self._error("a hunk has other lines than it says")
            self._at += 1
        return Hunk(first, count, tuple(old), tuple(added))

    def _error(self, message: str) -> InputError:
        return InputError(f"line {min(self._at + 1, len(self._lines))} of the diff: {message}")


def _name(raw: bytes) -> bytes:
    """Return the path in a header: quoted as in C, or up to a tab, behind which a time may stand."""
    if raw.startswith(b'"') and (end := re.match(rb'"((?:[^"\\]|\\.)*)"', raw, re.DOTALL)):
        return _unquoted(end[1])
    return raw.partition(b"\t")[0]


def _unquoted(quoted: bytes) -> bytes:
    def character(found: re.Match[bytes]) -> bytes:
        code = found[1]
        return bytes([int(code, 8) & 0xFF]) if code[:1].isdigit() else _LETTERS.get(code, code)

    return _ESCAPE.sub(character, quoted)


def _unprefixed(old: bytes, new: bytes, header: bytes) -> bytes:
    """Return the path behind the prefix (``b/``) that marks the new side, if there is one.

    The prefixes of the two sides differ; without them (``diff.noprefix``) both begin with the same folder.
    """
    if not _PREFIX.match(new):
        return new
    if old == _NOTHING:
        # The line above both has the new path twice: `a/x b/x` with prefixes, `b/x b/x` where that is its folder.
        if header and header.lstrip(b'"')[:2] == new[:2]:
            return new
        return new[2:]
    return new[2:] if _PREFIX.match(old) and old[:2] != new[:2] else new


def _same_name(header: bytes) -> str | None:
    """Return the path of `a/PATH b/PATH`, None if the two are not the same."""
    if header.startswith(b'"'):
        names = [_unquoted(quoted) for quoted in re.findall(rb'"((?:[^"\\]|\\.)*)"', header)]
    else:
        middle = len(header) // 2
        names = [header[:middle], header[middle + 1 :]]
    if len(names) != 2:
        return None
    old, new = (name[2:] if _PREFIX.match(name) else name for name in names)
    return _text(new) if old == new else None


def _text(line: bytes) -> str:
    """Return a path as it stands in ids of documents, or a line."""
    return line.decode("utf-8", "backslashreplace")
