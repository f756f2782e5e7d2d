"""Text in a terminal: made harmless, measured in columns, wrapped and coloured.

Quoted text is a list of `Unit`: words, or single characters of the scripts that put no spaces between words. White
space between units is one space or none, so quoted text never brings its own lines.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from dedup.result import CONTROLS, is_harmless

Style = Literal["", "heading", "place", "removed", "added", "note"]

_CODES: dict[Style, str] = {"heading": "1", "place": "36", "removed": "1;31", "added": "1;32", "note": "2"}

# Thai, Lao and Tibetan; Myanmar; Khmer; ideographs, kana, Bopomofo and Yi; Myanmar extended; compatibility ideographs;
# half-width kana; the supplementary ideographs. The ideographic space U+3000 is white space, not one of them.
_SPACELESS = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fff\u3001-\ua4cf\uaa60-\uaa7f\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff"
)
_UNIT = re.compile(rf"[{_SPACELESS}]|[^\s{_SPACELESS}]+")
_WIDE = re.compile(f"[{_SPACELESS}]")
_COMMAND = re.compile(r"^(\s*):(?=:)")
_SERVER = re.compile(r"#(?=#\w*\[)")


class Unit(NamedTuple):
    """A piece of quoted text that stays on one line if it fits there; ``spaced``: white space stands before it."""

    text: str
    spaced: bool
    style: Style = ""

    @property
    def is_character(self) -> bool:
        """Whether this is a letter of a script without spaces, so that a line may be broken before it."""
        return _WIDE.match(self.text) is not None and self.text[0].isalnum()

    @property
    def words(self) -> float:
        """How many words it counts as: half of one for a character of such a script, none for punctuation."""
        if self.is_character:
            return 0.5
        return float(any(map(str.isalnum, self.text)))


def printable(text: str) -> str:
    """Return text on one line in which control characters, line ends, lone surrogates and the like are escaped."""
    return text if is_harmless(text) else CONTROLS.sub(_escape, text)


def at_line_start(text: str) -> str:
    """Return `printable` text that may begin a line: build servers obey lines that begin with ``::command``."""
    return _COMMAND.sub(r"\1\\x3a", printable(text))


def paint(text: str, style: Style, color: bool) -> str:
    """Return text between the codes of its style, or as it is."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if color and style and text else text


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def units(text: str, start: int = 0, end: int | None = None, style: Style = "") -> list[Unit]:
    """Return the units of ``text[start:end]``, escaped where they would do harm."""
    return [
        Unit(printable(found[0]), found.start() == 0 or text[found.start() - 1].isspace(), style)
        for found in _UNIT.finditer(text, start, len(text) if end is None else end)
    ]


def wrap(text: Iterable[Unit], width: int, color: bool) -> Iterator[str]:
    """Yield lines of at most ``width`` columns (at least 20)."""
    width = max(width, 20)
    line: list[Unit] = []
    used = 0
    for atom in _atoms(text, width):
        size = sum(columns(unit.text) for unit in atom)
        space = int(bool(line) and atom[0].spaced)
        if line and used + space + size > width:
            yield _joined(line, color)
            line, used, space = [], 0, 0
        line += atom
        used += space + size
    if line:
        yield _joined(line, color)


def _escape(found: re.Match[str]) -> str:
    point = ord(found[0])
    return f"\\x{point:02x}" if 32 < point < 127 else found[0].encode("unicode_escape").decode("ascii")


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _atoms(text: Iterable[Unit], width: int) -> Iterator[Sequence[Unit]]:
    """Yield the units that must share a line together; what is wider than a line is cut."""
    atom: list[Unit] = []
    for unit in text:
        if atom and (unit.spaced or unit.is_character):
            yield from _cut(atom, width)
            atom = []
        atom.append(unit)
    if atom:
        yield from _cut(atom, width)


def _cut(atom: list[Unit], width: int) -> Iterator[Sequence[Unit]]:
    if sum(columns(unit.text) for unit in atom) <= width:
        yield atom
        return
    for unit in atom:
        begin, used, spaced = 0, 0, unit.spaced
        for index, character in enumerate(unit.text):
            size = _columns(character)
            if used + size > width:
                yield [Unit(unit.text[begin:index], spaced, unit.style)]
                begin, used, spaced = index, 0, False
            used += size
        yield [Unit(unit.text[begin:], spaced, unit.style)]


def _joined(line: Iterable[Unit], color: bool) -> str:
    parts: list[str] = []
    for style, run in groupby(line, key=lambda unit: unit.style):
        first, *rest = run
        text = first.text + "".join(f" {unit.text}" if unit.spaced else unit.text for unit in rest)
        parts.append(f"{' ' if parts and first.spaced else ''}{paint(text, style, color)}")
    joined = "".join(parts)
    # Units that are harmless may add up to a command.
    return _SERVER.sub(r"\\x23", joined) if "##" in joined else joined
