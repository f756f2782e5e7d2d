"""A unified diff: which lines it adds, and which findings they touch.

Read are the diffs of git and of ``diff -u``: with or without context, with renames, new files, quoted names, names
with spaces, any line ends. What cannot say which lines are added (a combined diff of a merge, a series of commits) is
an error, since a gate that saw no lines would let all pass.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dedup.errors import InputError
from dedup.model import Occurrence
from dedup.verdict import Finding

_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_NOTHING = b"/dev/null"
_PREFIX = re.compile(rb"[a-z]/")


@dataclass(frozen=True, slots=True)
class Changes:
    """The lines that a change adds, and the files that it adds as a whole, by path."""

    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Ascending, from 1; lines of nothing but white space are left out. A line ends with LF, as for git."""
    whole: frozenset[str] = frozenset()
    folder: str = ""
    """The folder that ids of documents start from, as paths of the change name it."""
    top: str = ""
    """The folder that paths of the change start from, for documents whose ids are absolute; empty: not known."""

    @classmethod
    def parse(cls, diff: bytes, folder: str = "", top: str = "") -> Changes:
        """Return what a diff adds; raises `InputError`, with the line, for what is no unified diff of two versions."""
        lines, whole = _Parser(diff).changes()
        return cls({path: tuple(lines[path]) for path in sorted(lines) if lines[path]}, frozenset(whole), folder, top)

    def names(self, document: str) -> bool:
        """Return whether there are added lines in the file that a document is, or is a record of."""
        path = self._path(document)
        return any(name in self.lines or name in self.whole for name in (path, path.rpartition(":")[0]))

    def touch(self, place: Occurrence, text: str) -> bool:
        """Return whether an added line is in an occurrence; ``text`` is that of its document."""
        path = self._path(place.document)
        file, _, record = path.rpartition(":")
        if path in self.whole or file in self.whole:
            return True
        if path not in self.lines:  # a record of a JSONL file is one line of it
            return record.isdigit() and int(record) in self.lines.get(file, ())
        # Not the lines of the occurrence: a carriage return alone ends a line for editors, but not for git.
        first = text.count("\n", 0, place.start) + 1
        last = first + text.count("\n", place.start, place.end)
        added = self.lines[path]
        at = bisect_left(added, first)
        return at < len(added) and added[at] <= last

    def _path(self, document: str) -> str:
        if self.top and document.startswith(f"{self.top}/"):
            return document.removeprefix(f"{self.top}/")
        return posixpath.normpath(posixpath.join(self.folder, document))


def touched(finding: Finding, changes: Changes, texts: Mapping[str, str]) -> tuple[int, ...]:
    """Return which occurrences of a finding have an added line in them."""
    return tuple(
        number
        for number, place in enumerate(finding.passage.occurrences)
        if changes.touch(place, texts[place.document])
    )


def pointed(finding: Finding, changes: Changes, texts: Mapping[str, str]) -> Finding:
    """Return a finding whose fresh occurrences are, if it is new, those that a change touches, where it touches any."""
    if finding.status != "new":
        return finding
    there = touched(finding, changes, texts)
    fresh = tuple(number for number in there if number in finding.fresh) or there or finding.fresh
    return replace(finding, fresh=fresh)


def gated(finding: Finding, changes: Changes, texts: Mapping[str, str]) -> Finding:
    """Return a finding that is new only if a change touches it."""
    if finding.status == "new" and not touched(finding, changes, texts):
        return replace(finding, status="known", reason="no added line is in it", fresh=())
    return pointed(finding, changes, texts)


class _Parser:
    """Reads a diff line by line."""

    def __init__(self, diff: bytes) -> None:
        self._lines = diff.split(b"\n")
        if self._lines[-1] == b"":
            self._lines.pop()
        self._at = 0
        self._added: dict[str, list[int]] = {}
        self._whole: set[str] = set()

    def changes(self) -> tuple[dict[str, list[int]], set[str]]:
        """Return the added lines of each path and the paths of files whose content is not shown."""
        old, path, header, known = b"", None, b"", not any(line.strip() for line in self._lines)
        while self._at < len(self._lines):
            line = self._lines[self._at].removesuffix(b"\r")
            if line.startswith((b"diff --cc ", b"diff --combined ", b"@@@ ")):
                raise self._error("a combined diff of a merge does not say what is added; compare two versions")
            if line.startswith(b"diff --git "):
                header, path, known = line.removeprefix(b"diff --git "), None, True
            elif line.startswith(b"--- ") and self._next().startswith(b"+++ "):
                old = _name(line[4:])
                self._at += 1
                path = self._opened(old, _name(self._lines[self._at].removesuffix(b"\r")[4:]), header)
                known = True
            elif line.startswith(b"@@ "):
                self._hunk(line, path)
                continue
            elif line.startswith((b"Binary files ", b"GIT binary patch")) and (name := _same_name(header)):
                self._whole.add(name)
            self._at += 1
        if not known:
            self._at = 0
            raise self._error("not a unified diff, such as `git diff` prints")
        return self._added, self._whole

    def _next(self) -> bytes:
        return self._lines[self._at + 1] if self._at + 1 < len(self._lines) else b""

    def _opened(self, old: bytes, new: bytes, header: bytes) -> str | None:
        """Return the path of the new version of a file, None if there is none; its lines follow."""
        if new == _NOTHING:
            return None
        path = _text(_unprefixed(old, new, header))
        if path in self._added:
            raise self._error(f"{path!r} stands in the diff twice, as in a series of commits; compare two versions")
        self._added[path] = []
        return path

    def _hunk(self, line: bytes, path: str | None) -> None:
        """Read a hunk: as many lines as it says it has."""
        found = _HUNK.match(line)
        if not found:
            raise self._error("not a hunk of a unified diff: expected `@@ -1,2 +1,3 @@`")
        left, number, right = (1 if value is None else int(value) for value in found.groups())
        self._at += 1
        while left > 0 or right > 0:
            if self._at >= len(self._lines):
                raise self._error("the diff ends inside a hunk")
            line = self._lines[self._at]
            mark = line[:1]
            if mark in (b" ", b"", b"\r"):  # an editor may have taken the space of an empty line
                left, right, number = left - 1, right - 1, number + 1
            elif mark == b"-":
                left -= 1
            elif mark == b"+":
                if path is not None and line[1:].strip():
                    self._added[path].append(number)
                right, number = right - 1, number + 1
            elif mark != b"\\":
                raise self._error("a line of a hunk must begin with a space, + or -")
            if left < 0 or right < 0:
                raise self._error("a hunk has other lines than it says")
            self._at += 1

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


def _text(path: bytes) -> str:
    """Return a path as it stands in ids of documents."""
    return path.decode("utf-8", "backslashreplace")
