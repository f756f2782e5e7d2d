"""Where the keys of a TOML file stand, which `tomllib` does not tell.

The text is one that `tomllib` has read without complaint, so it is walked along, not checked: keys are noted with their
lines, values are passed over. Where that fails all the same, fewer lines are known, and messages name the file alone.
"""

from __future__ import annotations

import contextlib
import re
import tomllib
from bisect import bisect_right

KeyPath = tuple[str | int, ...]
"""The keys that lead to a value, and its numbers in arrays: ``("tool", "dedup", "group", 0, "paths")``."""

_BLANK = re.compile(r"[ \t]*")
_SPACE = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*'""")
_VALUE = re.compile(
    r'"""(?:\\.|[^\\])*?"""("{0,2})'
    r"|'''.*?'''('{0,2})"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|[^\[\]{},#\s](?:[^\[\]{},#\n]*[^\[\]{},#\s])?",
    re.DOTALL,
)


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the lines, from 1, at which the keys, tables and elements of arrays of a TOML text begin."""
    walk = _Walk(text)
    with contextlib.suppress(_LostError, ValueError, RecursionError):
        walk.document()
    return walk.lines


class _LostError(Exception):
    """The text is not what it should be."""


class _Walk:
    """One pass over a text."""

    def __init__(self, text: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._text = text
        self._at = 0
        self._ends = [found.start() for found in re.finditer("\n", text)]
        self._tables: dict[KeyPath, int] = {}  # the number of the last table of each array of tables

    def document(self) -> None:
        """Note all keys."""
        table: KeyPath = ()
        self._skip(_SPACE)
        while self._at < len(self._text):
            start = self._at
            if self._took("[["):
                keys = self._keys()
                array = (*self._resolved(keys[:-1]), keys[-1])
                self._tables[array] = self._tables.get(array, -1) + 1
                table = (*array, self._tables[array])
                self._note(table, start)
                self._need("]]")
            elif self._took("["):
                table = self._resolved(self._keys())
                self._note(table, start)
                self._need("]")
            else:
                self._pair(table)
            self._skip(_SPACE)

    def _pair(self, table: KeyPath) -> None:
        start = self._at
        path = (*table, *self._keys())
        self._note(path, start)
        self._need("=")
        self._skip(_BLANK)
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        if self._took("["):
            number = 0
            while self._more("]"):
                self._note((*path, number), self._at)
                self._value((*path, number))
                number += 1
        elif self._took("{"):
            while self._more("}"):
                self._pair(path)
        else:
            self._skip(_VALUE)

    def _more(self, closer: str) -> bool:
        """Return whether another element follows in an array or inline table."""
        self._skip(_SPACE)
        self._took(",")
        self._skip(_SPACE)
        return not self._took(closer)

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(_BLANK)
            raw = self._skip(_KEY)
            keys.append(raw if raw[0] not in "\"'" else next(iter(tomllib.loads(f"{raw} = 0"))))
            self._skip(_BLANK)
            if not self._took("."):
                return keys

    def _resolved(self, keys: list[str]) -> KeyPath:
        """Return the path of keys in a header: one that names an array of tables means its last table."""
        path: KeyPath = ()
        for key in keys:
            path = (*path, key)
            if path in self._tables:
                path = (*path, self._tables[path])
        return path

    def _note(self, path: KeyPath, at: int) -> None:
        """Note the line of a path, and of those on the way to it that begin here."""
        line = bisect_right(self._ends, at - 1) + 1
        for count in range(len(path), 0, -1):
            if path[:count] in self.lines:
                break
            self.lines[path[:count]] = line

    def _skip(self, what: re.Pattern[str]) -> str:
        found = what.match(self._text, self._at)
        if found is None:
            raise _LostError
        self._at = found.end()
        return found[0]

    def _took(self, mark: str) -> bool:
        taken = self._text.startswith(mark, self._at)
        self._at += len(mark) * taken
        return taken

    def _need(self, mark: str) -> None:
        self._skip(_BLANK)
        if not self._took(mark):
            raise _LostError
