"""Patterns in the syntax of ``.gitignore``: which of them names a file or folder.

`Patterns.verdict` returns the last pattern that names an entry, which decides, as in git. An entry is judged by itself:
what lies in an ignored folder is never asked about, because the walk does not enter it. (A matcher that judges whole
paths, such as pathspec's, cannot be asked about folders: of ``*``, ``!*/``, ``!*.txt`` it says that every folder is
ignored.)

All patterns of a file become two regular expressions, one for names and one for paths, so an entry costs two matches.
They have no nested repetition: a hostile pattern costs little more than an honest one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dedup.errors import ConfigError

_LONGEST = 4096  # characters of a pattern; no path is longer
_TOKEN = re.compile(r"\[[!^]?+\]?+(?:\[:\w+:\]|\\.|[^\]\\])*+\]|\\.|.", re.DOTALL)
_SET_ITEM = re.compile(r"\[:(\w+):\]|\\?(.)(?:-\\?(.))?", re.DOTALL)
_SET_NAMES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": r"\x21-\x7e",
    "lower": "a-z",
    "print": r"\x20-\x7e",
    "punct": r"\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e",
    "space": r"\s",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern: as it is written, and what it says about the entries that it names."""

    pattern: str
    line: int
    ignore: bool
    """False for a pattern that starts with ``!``: what it names is kept."""


class Patterns:
    """The patterns of one ignore file or setting, in their order; the last that names an entry decides."""

    __slots__ = ("_names", "_paths", "base", "name")

    def __init__(self, lines: Iterable[str], name: str, base: str = "", *, strict: bool = False) -> None:
        """Compile ``lines``; ``name`` and ``base`` say where they stand and which folder (ending in ``/``) they see.

        A pattern that cannot be understood names nothing, as in git; raises `ConfigError` for it if ``strict``.
        """
        self.name = name
        self.base = base
        names: list[tuple[Rule, str]] = []
        paths: list[tuple[Rule, str]] = []
        for number, line in enumerate(lines, 1):
            pattern = _without_trailing_spaces(line.removesuffix("\r"))
            if not pattern or pattern.startswith("#"):
                continue
            glob = pattern.removeprefix("!")
            only_folders = glob.endswith("/")
            glob = glob.removesuffix("/")
            try:
                # The entry comes with a slash at its end if it is a folder.
                expression = _path_expression(glob) + ("/" if only_folders else "/?")
            except ValueError as error:
                if strict:
                    raise ConfigError(f"{name}: {line!r} is not a pattern: {error}") from None
                continue
            rule = Rule(pattern, number, ignore=not pattern.startswith("!"))
            (paths if "/" in glob else names).append((rule, expression))
        self._names = _Alternatives(names)
        self._paths = _Alternatives(paths)

    def verdict(self, path: str, *, folder: bool) -> Rule | None:
        """Return the last rule that names the entry at ``path``, which lies in ``base``; None if none does."""
        path = path[len(self.base) :] + ("/" if folder else "")
        by_name = self._names.find(path[path.rfind("/", 0, -1) + 1 :])
        by_path = self._paths.find(path)
        if by_name and by_path:
            return max(by_name, by_path, key=lambda rule: rule.line)
        return by_name or by_path


class _Alternatives:
    """Rules whose expressions are tried from the last to the first, in one match."""

    __slots__ = ("_expression", "_rules")

    def __init__(self, rules: Sequence[tuple[Rule, str]]) -> None:
        self._rules = [rule for rule, _ in reversed(rules)]
        # The empty group at the end of each alternative tells which one it was. At its start it would keep `re` from
        # passing over alternatives by their first character.
        text = "|".join(f"{expression}()" for _, expression in reversed(rules))
        self._expression = re.compile(text, re.DOTALL) if rules else None

    def find(self, text: str) -> Rule | None:
        found = self._expression.fullmatch(text) if self._expression else None
        return self._rules[found.lastindex - 1] if found and found.lastindex else None


def _without_trailing_spaces(line: str) -> str:
    """Return the line without the spaces at its end, except one that a backslash protects."""
    stripped = line.rstrip(" ")
    backslashes = len(stripped) - len(stripped.rstrip("\\"))
    return stripped + " " if backslashes % 2 and len(stripped) < len(line) else stripped


def _path_expression(glob: str) -> str:
    """Return a regular expression for the paths that ``glob`` names; raises `ValueError` if it cannot name any."""
    if len(glob) > _LONGEST:
        raise ValueError(f"it is longer than {_LONGEST} characters")
    segments: list[list[str]] = [[]]
    for token in _TOKEN.findall(glob.removeprefix("/")):
        if token == "/":
            segments.append([])
        else:
            segments[-1].append(token)
    runs: list[list[str]] = [[]]  # of segments, between those that are `**`
    for segment in segments:
        if "/" in glob and len(segment) > 1 and set(segment) == {"*"}:
            runs.append([])
        else:
            runs[-1].append(_segment_expression(segment))
    if len(runs) == 1:
        return "/".join(runs[0])
    first, *middle, last = runs
    start = "".join(f"{segment}/" for segment in first)
    # The first place where a run fits is as good as any later one, so the choice need not be tried again (`?>`).
    between = "".join(f"(?>(?:.*?/)??{'/'.join(run)}/)" for run in middle if run)
    end = f"(?:.*/)?{'/'.join(last)}" if last else ".+"
    return start + between + end


def _segment_expression(tokens: Sequence[str]) -> str:
    """Return a regular expression for one segment of a path; raises `ValueError` if the segment is malformed."""
    if not tokens:
        raise ValueError("it has an empty name between slashes")
    parts = [""]  # between asterisks
    for token in tokens:
        if token == "*":
            if parts[-1] or len(parts) == 1:
                parts.append("")
        elif token == "?":
            parts[-1] += "[^/]"
        elif token == "[":
            raise ValueError("a '[' is not closed")
        elif token == "\\":
            raise ValueError("nothing follows the last backslash")
        elif token.startswith("["):
            parts[-1] += _set_expression(token)
        else:
            parts[-1] += re.escape(token[-1])  # without the backslash that protects it
    if len(parts) == 1:
        return parts[0]
    if parts == ["", ""]:
        return "[^/]+"
    first, *middle, last = parts
    return first + "".join(f"(?>[^/]*?{part})" for part in middle) + "[^/]*" + last


def _set_expression(token: str) -> str:
    """Return a regular expression for one character of a set such as ``[a-z]``; no set has a slash in it."""
    negated = token[1] in "!^"
    items = []
    for name, low, high in _SET_ITEM.findall(token, 2 if negated else 1, len(token) - 1):
        if name:
            if name not in _SET_NAMES:
                raise ValueError(f"no set of characters is called [:{name}:]")
            items.append(_SET_NAMES[name])
        elif not high or high < low:  # git takes the first character of a range that runs backwards
            items.append(re.escape(low))
        else:
            items.append(f"{re.escape(low)}-{re.escape(high)}")
    return f"(?!/)[{'^' if negated else ''}{''.join(items)}]"
