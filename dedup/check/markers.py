r"""Markers in texts: what their authors do not want to have reported.

``dedup: ignore-start`` and ``dedup: ignore-end`` enclose what is ignored, ``dedup: ignore-next`` stands before the
paragraph that is, ``dedup: ignore-file`` anywhere. Each may be followed by a reason, after ``:``, ``-``, ``--`` or
nothing::

    <!-- dedup: ignore-start -- the wording is prescribed by law -->
    # dedup: ignore-next: quoted from the standard

A marker counts where it is the first word of its line, after comment signs or nothing, and in Markdown not in a code
block: a text that tells of markers does not set them. A paragraph is a run of lines that are not blank and hold a word;
if text follows the marker's comment on its line, it is the one that this begins. Markers do not nest, and one where
another ignores the text already has no effect. One that is never closed, or closes nothing, ignores nothing.

Cost: linear.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from dedup.config import suggest
from dedup.model import Document
from dedup.readers.markdown import is_markdown, scan
from dedup.verdict import Notice

NAMES = ("ignore-start", "ignore-end", "ignore-next", "ignore-file")

_LONGEST_PREFIX = 64
_CLOSERS = {"<!--": "-->", "{{/*": "*/}}", "{/*": "*/}", "/*": "*/", "{#": "#}", "(*": "*)", "[//]: # (": ")"}
"""Comment signs with an end sign."""
_CLOSER = re.compile(r"-->|\*/|#\}|\*\)")
"""What may end a comment that began on an earlier line."""
_SIGNS = re.compile(
    r"[ \t\ufeff]*(?:(?:[-+*]|\d{1,9}[.)])[ \t]+(?=<!--|\{))?"  # of an item in a list
    r"(?P<signs>(?>(?:(?:<!--|\{\{/\*|\{/\*|/\*|\{#|\(\*|\[//\]: # \(|//|\.\.|--|[#%;*/!>])[ \t]*)*))"
)
_MARKER = re.compile(r"dedup:[ \t]*(ignore-[\w-]+)")
_LINE_ENDS = "\n\r\u2028\u2029\x85\v\f"
_LINE_END = re.compile(f"[{_LINE_ENDS}]")
_WORD = re.compile(r"\w")
_PARAGRAPH = re.compile(rf"(?<![^{_LINE_ENDS}])(?:[^\S{_LINE_ENDS}]*+\S[^{_LINE_ENDS}]*+(?:\r\n|[{_LINE_ENDS}]|\Z))+")


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker, and the span of code points that it ignores: with what it says itself, which is no text to compare."""

    name: str
    line: int
    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Marked:
    """What stands in the way of comparing a document: its markers, what is wrong with some, and what is masked.

    ``markers`` are in text order: their starts ascend, and so do their ends.
    """

    markers: tuple[Marker, ...] = ()
    faults: tuple[Notice, ...] = ()
    masked: tuple[tuple[int, int], ...] = ()


def note_marks(documents: Iterable[Document], into: dict[str, Marked]) -> Iterator[Document]:
    """Pass documents on, noting by id what `find_marks` finds, if it is anything."""
    for document in documents:
        marked = find_marks(document)
        if marked != Marked():
            into[document.id] = marked
        yield document


def find_marks(document: Document) -> Marked:
    """Return the markers of a document, and what its author should mend."""
    if b"dedup:" not in document.utf8:
        return Marked(masked=document.masked)
    reader = _Reader(document)
    reader.read()
    return Marked(tuple(reader.markers), tuple(reader.faults), document.masked)


class _Reader:
    """One pass over the markers of a text."""

    def __init__(self, document: Document) -> None:
        self._name, self._text = document.id, document.text
        self.markers: list[Marker] = []
        self.faults: list[Notice] = []
        self._opened: Marker | None = None
        self._whole: Marker | None = None  # that ignores the file

    def read(self) -> None:
        """Find the markers and the spans that they ignore."""
        line, counted = 1, 0
        for found in self._candidates():
            line += _lines(self._text, counted, found.start())
            counted = found.start()
            self._take(found, line)
        if self._opened is not None:
            self._fault(self._opened.line, "ignore-start is never closed and ignores nothing; add: dedup: ignore-end")
        if (whole := self._whole) is not None:
            self.faults += (self._needless(item.name, item.line, whole.line) for item in self.markers)
            self.markers = [whole]
        self.faults.sort()

    def _candidates(self) -> Iterator[re.Match[str]]:
        """Yield markers that begin their line and do not stand in code."""
        code = [(a, b) for kind, a, b in scan(self._text, ()) if kind == "code"] if is_markdown(self._name) else []
        for found in _MARKER.finditer(self._text):
            if self._signs(found.start()) is None:
                continue
            place = bisect_left(code, (found.start() + 1,)) - 1
            if place < 0 or code[place][1] <= found.start():
                yield found

    def _signs(self, at: int) -> str | None:
        """Return the comment signs before a place, from the begin of its line on; None if there is more than those."""
        before = self._text[max(at - _LONGEST_PREFIX, 0) : at]
        line = _LINE_END.split(before)[-1]
        if len(line) == _LONGEST_PREFIX and at > _LONGEST_PREFIX:
            return None
        signs = _SIGNS.fullmatch(line)
        return None if signs is None else signs["signs"].rstrip(" \t")

    def _take(self, found: re.Match[str], line: int) -> None:
        name, start = found[1], found.start()
        reason, after, end = self._rest(found)
        if name not in NAMES:
            self._fault(line, f"no marker is called {name!r}; {suggest(name, NAMES)}")
        elif name == "ignore-end":
            if self._opened is None:
                self._fault(line, "ignore-end closes no ignore-start and has no effect")
            else:
                opened, self._opened = self._opened, None
                self._keep(Marker(opened.name, opened.line, opened.start, end, opened.reason))
        elif (outer := self._whole if name == "ignore-file" else self._opened) is not None:
            self.faults.append(self._needless(name, line, outer.line))
        elif name == "ignore-start":
            self._opened = Marker(name, line, start, start, reason)
        elif name == "ignore-file":
            self._whole = Marker(name, line, 0, len(self._text), reason)
        elif (paragraph_end := self._paragraph_end(after, end)) is None:
            self._fault(line, "ignore-next has no paragraph after it and ignores nothing")
        else:
            self._keep(Marker(name, line, start, paragraph_end, reason))

    def _keep(self, marker: Marker) -> None:
        last = self.markers[-1] if self.markers else None
        if last is not None and marker.end <= last.end:
            self.faults.append(self._needless(marker.name, marker.line, last.line))
        else:
            self.markers.append(marker)

    def _rest(self, found: re.Match[str]) -> tuple[str, int, int]:
        """Return the reason behind a marker, where its comment ends, and where its line does."""
        line_end = _LINE_END.search(self._text, found.end())
        end = line_end.start() if line_end else len(self._text)
        rest = self._text[found.end() : end]
        signs = self._signs(found.start()) or ""
        closer = next((re.escape(closer) for opener, closer in _CLOSERS.items() if opener in signs), _CLOSER)
        closed = re.search(closer, rest)
        reason = rest[: closed.start()] if closed else rest
        after = found.end() + (closed.end() if closed else len(rest))
        return reason.lstrip(" \t:-\u2013\u2014").rstrip(" \t"), after, end

    def _paragraph_end(self, after: int, end: int) -> int | None:
        """Return the end of the paragraph that begins behind a comment, on its line or on a later one."""
        starts = self._paragraphs[0]
        at = after if _WORD.search(self._text, after, end) else end
        # The paragraph in which the place lies goes on behind it, unless it holds no word there.
        number = bisect_left(starts, at + 1) - 1
        for place in range(max(number, 0), len(starts)):
            start, stop = max(starts[place], at), self._paragraphs[1][place]
            if _WORD.search(self._text, start, stop):
                return stop
        return None

    @cached_property
    def _paragraphs(self) -> tuple[list[int], list[int]]:
        """The starts and the ends of the runs of lines that are not blank."""
        runs = [run.span() for run in _PARAGRAPH.finditer(self._text)]
        return [start for start, _ in runs], [end for _, end in runs]

    def _needless(self, name: str, line: int, other: int) -> Notice:
        return Notice(self._name, line, f"{name} has no effect: the marker in line {other} ignores this text already")

    def _fault(self, line: int, message: str) -> None:
        self.faults.append(Notice(self._name, line, message))


def _lines(text: str, start: int, end: int) -> int:
    """Return how many lines end in a part of a text, as the lines of occurrences are counted."""
    return text.count("\n", start, end) + text.count("\r", start, end) - text.count("\r\n", start, end)
