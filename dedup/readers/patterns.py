r"""Patterns in the syntax of ``.gitignore``: which of them names a file or folder.

`Patterns.verdict` returns the last pattern that names an entry, which decides, as in git. An entry is judged by itself:
what lies in an ignored folder is never asked about, because the walk does not enter it.

pathspec matches. By itself it takes a pattern to name also all that lies in what it names, and of ``*``, ``!*/``,
``!*.txt`` then says that every folder is ignored. So patterns and paths get a mark behind their last name: a pattern
names the entry that bears the mark, never a folder around it.

pathspec differs from git in little-used forms: ``***`` is not ``**``; in brackets, classes such as ``[:digit:]``,
backslashes, slashes and ranges that run backwards are not understood, and ``[!a]`` or a range takes a slash too where
the pattern has another; ``\/`` names nothing; ``**`` does not reach over a folder with a line feed in its name. A
pattern with many asterisks can take long on a long name made for it.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

from dedup.errors import ConfigError

_MARK = "\0"  # which no name has


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern: as it is written, and what it says about the entries that it names."""

    pattern: str
    line: int
    ignore: bool
    """False for a pattern that starts with ``!``: what it names is kept."""


class Patterns:
    """The patterns of one ignore file or setting, in their order; the last that names an entry decides."""

    __slots__ = ("_rules", "base", "name")

    def __init__(self, lines: Iterable[str], name: str, base: str = "", *, strict: bool = False) -> None:
        """Compile ``lines``; ``name`` and ``base`` say where they stand and which folder (ending in ``/``) they see.

        A pattern that cannot be understood names nothing, as in git; raises `ConfigError` for it if ``strict``.
        """
        self.name = name
        self.base = base
        rules: list[tuple[Rule, bool, re.Pattern[str]]] = []
        for number, line in enumerate(lines, 1):
            pattern = _without_trailing_spaces(line.removesuffix("\r"))
            if not pattern or pattern.startswith("#"):
                continue
            if expression := _expression(pattern):
                rule = Rule(pattern, number, ignore=not pattern.startswith("!"))
                rules.append((rule, "/" not in pattern.removesuffix("/"), expression))
            elif strict:
                raise ConfigError(
                    f"{name}: {line!r} is not a pattern as in .gitignore: it must have a name, "
                    "close every '[' and not end in a backslash"
                )
        self._rules = rules[::-1]  # each with whether it looks at names alone

    def verdict(self, path: str, *, folder: bool) -> Rule | None:
        """Return the last rule that names the entry at ``path``, which lies in ``base``; None if none does."""
        marked = path[len(self.base) :] + _MARK + ("/" if folder else "")
        last = marked[marked.rfind("/", 0, -1) + 1 :]
        for rule, by_name, expression in self._rules:
            if expression.search(last if by_name else marked):
                return rule
        return None


def _expression(pattern: str) -> re.Pattern[str] | None:
    """Return pathspec's regular expression, which finds marked paths; None if the pattern cannot be understood."""
    # Takes as long to import as all of this package does, and most runs have no pattern.
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    body = pattern.removesuffix("/")
    only_folders = pattern[len(body) :]
    if body.endswith("/**"):
        body += "/*"  # the same, with a last name that can bear the mark
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of `re`, about what stands in brackets
            _, include = GitIgnoreSpecPattern.pattern_to_regex(pattern)  # of which the mark might make a good one
            return None if include is None else GitIgnoreSpecPattern(body + _MARK + only_folders).regex
    except (ValueError, re.error):
        return None


def _without_trailing_spaces(line: str) -> str:
    """Return the line without the spaces at its end, except one that a backslash protects."""
    stripped = line.rstrip(" ")
    backslashes = len(stripped) - len(stripped.rstrip("\\"))
    return stripped + " " if backslashes % 2 and len(stripped) < len(line) else stripped
