r"""Markdown structure: which spans of a text are front matter, code, quotes, tables and the hidden parts of links.

A scanner of lines, not a parser: it keeps the containers that are open (quotes, items of lists) and what the last line
belongs to, as CommonMark describes, with GFM's tables. The tests compare it with markdown-it-py.

- ``front-matter``: YAML between ``---`` and ``---`` or ``...``, TOML between ``+++``, at the very start.
- ``code``: fenced (with its fences; to the end of what holds it if it is not closed) and indented. Inline code is no
  code here: it is a word of its sentence.
- ``quote``: block quotes, with the lines that continue their last paragraph without a mark.
- ``table``: GFM tables, with head and delimiter row.
- ``links``: see `dedup.readers.links`.

Cost: linear in the text; containers are nested at most 100 deep, what lies deeper is text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from itertools import accumulate

from dedup.config import Config
from dedup.model import Document
from dedup.readers.links import bare_urls, links

Spanned = tuple[str, int, int]
"""A kind, and a half-open span of code points."""

SUFFIXES = (".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".mdwn", ".mdx", ".qmd", ".rmd")

_DEEPEST = 100
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_FRONT_MATTER = re.compile(
    r"\ufeff?(?:---[ \t]*(?:\r\n|\r|\n)(?![ \t]*[\r\n])(?:[^\r\n]*(?:\r\n|\r|\n))*?(?:---|\.\.\.)"
    r"|\+\+\+[ \t]*(?:\r\n|\r|\n)(?:[^\r\n]*(?:\r\n|\r|\n))*?\+\+\+)[ \t]*(?:\r\n|\r|\n|\Z)"
)
_FENCE = re.compile(r"`{3,}(?=[^`]*$)|~{3,}")
_HEADING = re.compile(r"#{1,6}(?:[ \t]|$)")
_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*$")
_RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$")
_ITEM = re.compile(r"(?:[-+*]|(\d{1,9})[.)])(?=[ \t]|$)", re.ASCII)
_DELIMITERS = re.compile(r"(?:[|:]|-(?![ \t]))[-:| \t]+$")
_CELL = re.compile(r":?-+:?")

_TAGS = (
    "address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link "
    "main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead "
    "title tr track ul"
).replace(" ", "|")
_ATTRIBUTE = r"""\s+[a-zA-Z_:][\w:.-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?"""
_ANY_TAG = rf"<(?:[A-Za-z][A-Za-z0-9-]*(?:{_ATTRIBUTE})*\s*/?|/[A-Za-z][A-Za-z0-9-]*\s*)>\s*$"
_HTML: tuple[tuple[re.Pattern[str], re.Pattern[str] | None], ...] = (
    (
        re.compile(r"<(?:script|pre|style|textarea)(?=\s|>|$)", re.I | re.A),
        re.compile(r"</(?:script|pre|style|textarea)>", re.I | re.A),
    ),
    (re.compile(r"<!--"), re.compile(r"-->")),
    (re.compile(r"<\?"), re.compile(r"\?>")),
    (re.compile(r"<![A-Za-z]"), re.compile(r">")),
    (re.compile(r"<!\[CDATA\["), re.compile(r"\]\]>")),
    (re.compile(rf"</?(?:{_TAGS})(?=\s|/?>|$)", re.I | re.A), None),
    (re.compile(_ANY_TAG, re.A), None),
)
"""How HTML begins, and how it ends: at a blank line where nothing is said. The last one interrupts no paragraph."""


def is_markdown(name: str) -> bool:
    """Return whether the name of a document is that of Markdown."""
    return name.lower().endswith(SUFFIXES)


def masked(document: Document, config: Config) -> Document:
    """Return the document with what ``config.ignore_blocks`` names masked, if its name is that of Markdown."""
    if not config.ignore_blocks or not is_markdown(document.id):
        return document
    found = masks(document.text, config.ignore_blocks)
    return Document.encoded(document.id, document.utf8, document.characters, found)


def masks(text: str, kinds: Collection[str]) -> tuple[tuple[int, int], ...]:
    """Return the spans of some kinds, as `dedup.Document` takes them: sorted, and joined where they touch."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((start, end) for kind, start, end in scan(text, kinds) if kind in kinds):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def masked_characters(document: Document, config: Config) -> dict[str, int]:
    """Return how many characters of a document `masked` masks, by kind; what is of several counts for the first."""
    counts = {}
    text, before = document.text, 0
    for number, kind in enumerate(config.ignore_blocks if is_markdown(document.id) else (), 1):
        total = sum(end - start for start, end in masks(text, config.ignore_blocks[:number]))
        counts[kind], before = total - before, total
    return {kind: count for kind, count in counts.items() if count}


def scan(text: str, kinds: Collection[str] = ("links",)) -> Iterator[Spanned]:
    """Yield the spans of every kind, line by line; links, which cost most, only if ``kinds`` asks for them.

    Spans of different kinds may lie in each other. Line ends belong to the spans.
    """
    start = 0
    if found := _FRONT_MATTER.match(text):
        start = found.end()
        yield "front-matter", 0, start
    yield from _Scanner(text, "links" in kinds).scan(start)


class _Scanner:
    """One pass over the lines of a text."""

    def __init__(self, text: str, with_links: bool) -> None:
        self._text = text
        self._with_links = with_links
        self._containers: list[int] = []  # 0: a quote; else the columns by which an item of a list is indented
        self._empty_item = False  # whether the innermost item has no content yet
        self._leaf = ""  # what the last line belongs to: paragraph, fence, code, html, table, or nothing
        self._fence = ""
        self._html: re.Pattern[str] | None = None
        self._header: str | None = None  # the last line of a paragraph, where it may be the head of a table
        self._header_span = (0, 0)
        self._found: list[Spanned] = []
        self._lines: list[tuple[int, int]] = []  # of the paragraph, heading or row that may have links
        self._in_quote = -1  # where the outermost quote begins on this line
        # The line at hand: what is left of it begins at `_at`, in `_column`.
        self._at = self._end = self._column = 0

    def scan(self, start: int) -> Iterator[Spanned]:
        """Yield the spans from ``start`` on."""
        for line in _LINE.finditer(self._text, start):
            begin, after = line.span()
            self._end = begin + len(line[0].rstrip("\r\n"))
            self._at, self._column, self._in_quote = begin, 0, -1
            if begin == after:
                self._flush()
            elif self._containers or not self._text[begin].isalpha() or not self._take_text(begin, after):
                self._take(begin, after)
            yield from self._found
            self._found.clear()

    def _take_text(self, begin: int, after: int) -> bool:
        """Take a line that begins with a letter, outside of containers, where that can only be text: most lines are."""
        if self._leaf == "fence":
            self._found.append(("code", begin, after))
        elif self._leaf in ("paragraph", ""):
            self._leaf = "paragraph"
            self._lines.append((begin, self._end))
            self._header, self._header_span = self._text[begin : self._end], (begin, after)
        else:
            return False
        return True

    # The line at hand

    def _indent(self) -> tuple[int, int]:
        """Return by how many columns what is left of the line is indented, and where its first other character is."""
        at, column = self._at, self._column
        while at < self._end and self._text[at] in " \t":
            column += 4 - column % 4 if self._text[at] == "\t" else 1
            at += 1
        return column - self._column, at

    def _skip_columns(self, count: int) -> None:
        """Leave out white space of ``count`` columns; part of a tab may remain."""
        while count > 0 and self._at < self._end and self._text[self._at] in " \t":
            width = 4 - self._column % 4 if self._text[self._at] == "\t" else 1
            step = min(count, width)
            self._column += step
            self._at += step == width
            count -= step

    def _skip_to(self, at: int) -> None:
        """Leave out what stands before ``at``: white space, then a mark."""
        while self._at < at:
            self._column += 4 - self._column % 4 if self._text[self._at] == "\t" else 1
            self._at += 1

    def _enter_quote(self, begin: int, at: int) -> None:
        if self._in_quote < 0:
            self._in_quote = begin if self._containers[:1] in ([], [0]) else at
        self._skip_to(at + 1)
        self._skip_columns(1)

    # Containers and what is in them

    def _take(self, begin: int, after: int) -> None:
        """Find the spans of a line, which stands from ``begin`` to ``after``."""
        matched = self._continue_containers(begin)
        all_matched = matched == len(self._containers)
        indent, at = self._indent()
        if self._leaf == "fence" and all_matched:
            self._found.append(("code", self._at, after))
            closing = self._text[at : self._end].rstrip(" \t")
            if indent < 4 and len(closing) >= len(self._fence) and closing == self._fence[0] * len(closing):
                self._leaf = ""
        elif self._leaf == "html" and all_matched and not (at == self._end and self._html is None):
            self._continue_html(at)
        elif at == self._end:
            self._take_blank(matched)
        elif all_matched and self._leaf == "paragraph" and self._starts_table(indent, at):
            self._open_table(after)
        else:
            if not self._begin(matched, begin, after):
                self._lines.append((at, self._end))  # a lazy line: its containers stay open
                self._header = None
                if 0 in self._containers:
                    self._in_quote = begin
        if self._in_quote >= 0:
            self._found.append(("quote", self._in_quote, after))

    def _continue_containers(self, begin: int) -> int:
        """Return how many of the open containers the line continues, and leave out their marks."""
        indent, at = self._indent()
        for number, container in enumerate(self._containers):
            if container == 0:
                if indent >= 4 or at == self._end or self._text[at] != ">":
                    return number
                self._enter_quote(begin, at)
                indent, at = self._indent()
            elif at == self._end:
                if self._empty_item and number == len(self._containers) - 1:
                    return number
            elif indent >= container:
                self._skip_columns(container)
                indent -= container
            else:
                return number
        return len(self._containers)

    def _take_blank(self, matched: int) -> None:
        """Close what a blank line ends; blank lines of indented code hold nothing that would have to be masked."""
        if self._leaf != "code" or matched < len(self._containers):
            self._close(matched)
        self._empty_item = False

    def _begin(self, matched: int, begin: int, after: int) -> bool:
        """Take the line as the begin of containers and of a leaf, or as the next line of one; return whether it is.

        It is not if only a paragraph could take it whose containers it does not continue.
        """
        within = self._leaf if matched == len(self._containers) else ""
        lazy = self._leaf == "paragraph" and not within
        while True:
            indent, at = self._indent()
            rest = self._text[at : self._end]
            if indent >= 4 or not rest:
                break
            if rest[0] == ">" and matched < _DEEPEST:
                self._close(matched)
                self._enter_quote(begin, at)
                self._containers.append(0)
                self._empty_item = False
            elif (
                matched < _DEEPEST
                and not _RULE.match(rest)
                and not (within == "paragraph" and _UNDERLINE.match(rest))
                and (width := self._item(rest, within == "paragraph"))
            ):
                self._close(matched)
                self._containers.append(self._enter_item(at, indent, width))
                self._empty_item = self._indent()[1] == self._end
            else:
                break
            matched += 1
            within, lazy = "", False
        if not rest:
            return True
        if indent >= 4:
            if within != "paragraph" and not lazy:
                self._close(matched)
                self._leaf, self._empty_item = "code", False
                self._found.append(("code", self._at, after))
                return True
        elif self._begin_leaf(rest, at, within, lazy, matched, after):
            return True
        if lazy:
            return False
        if within == "table":
            self._lines = [(at, self._end)]
            self._flush()
            self._found.append(("table", self._at, after))
            return True
        if within != "paragraph":
            self._close(matched)
        self._leaf, self._empty_item = "paragraph", False
        self._lines.append((at, self._end))
        self._header, self._header_span = rest if indent < 4 else None, (self._at, after)
        return True

    def _begin_leaf(self, rest: str, at: int, within: str, lazy: bool, matched: int, after: int) -> bool:
        """Take the line as the begin of code, HTML, a heading or a rule; return whether it is one."""
        if fence := _FENCE.match(rest):
            self._close(matched)
            self._leaf, self._fence = "fence", fence[0]
            self._found.append(("code", self._at, after))
        elif (kind := self._html_kind(rest, within in ("paragraph", "table") or lazy)) is not None:
            self._close(matched)
            self._leaf, self._html = "html", _HTML[kind][1]
            self._continue_html(at)
        elif _HEADING.match(rest):
            self._close(matched)
            self._leaf = ""
            self._lines = [(at, self._end)]
            self._flush()
        elif (within == "paragraph" and _UNDERLINE.match(rest)) or _RULE.match(rest):
            self._close(matched)
            self._leaf = ""
        else:
            return False
        self._empty_item = False
        return True

    def _close(self, matched: int) -> None:
        """Close what is open behind the containers that the line continues."""
        self._flush()
        del self._containers[matched:]
        self._leaf = ""

    def _item(self, rest: str, in_paragraph: bool) -> int:
        """Return the width of the mark that begins an item of a list, 0 if there is none."""
        found = _ITEM.match(rest)
        if found is None or (in_paragraph and (found[1] not in (None, "1") or not rest[found.end() :].strip(" \t"))):
            return 0
        return found.end()

    def _enter_item(self, at: int, indent: int, width: int) -> int:
        """Leave out the mark of an item, and return by how many columns its further lines are indented."""
        self._skip_to(at + width)
        spaces, content = self._indent()
        if content == self._end or not 1 <= spaces <= 4:
            spaces = 1
        self._skip_columns(spaces)
        return indent + width + spaces

    def _html_kind(self, rest: str, interrupts: bool) -> int | None:
        if rest[0] != "<":
            return None
        kinds = range(len(_HTML) - interrupts)
        return next((kind for kind in kinds if _HTML[kind][0].match(rest)), None)

    def _continue_html(self, at: int) -> None:
        self._lines.append((at, self._end))
        if self._html is not None and self._html.search(self._text, at, self._end):
            self._close(len(self._containers))

    # Tables and links

    def _starts_table(self, indent: int, at: int) -> bool:
        """Return whether the line is the delimiter row of a table whose head is the line before it."""
        header, row = self._header, self._text[at : self._end]
        if header is None or indent >= 4 or "|" not in header or not _DELIMITERS.match(row):
            return False
        cells = [cell.strip(" \t") for cell in row.strip(" \t").split("|")]
        cells = cells[not cells[0] : len(cells) - (not cells[-1] and len(cells) > 1)]
        if not all(map(_CELL.fullmatch, cells)):
            return False
        columns = re.sub(r"\\.", "x", header.strip(" \t")).split("|")
        count = len(columns) - (not columns[0]) - (not columns[-1] and len(columns) > 1)
        return 0 < count == len(cells)

    def _open_table(self, after: int) -> None:
        self._leaf = "table"
        self._found.append(("table", *self._header_span))
        self._found.append(("table", self._at, after))
        self._flush()

    def _flush(self) -> None:
        """Find the links of the lines that were gathered."""
        lines, self._lines = self._lines, []
        if not self._with_links or not lines:
            return
        find = bare_urls if self._leaf == "html" else links
        starts = list(accumulate((end - start + 1 for start, end in lines), initial=0))
        for start, end in find("\n".join(self._text[first:last] for first, last in lines)):
            # A span over several lines is one on each of them: marks of quotes stand between.
            for number in range(bisect_right(starts, start) - 1, bisect_right(starts, end - 1)):
                first, last = lines[number]
                low, high = max(start - starts[number], 0) + first, min(end - starts[number] + first, last)
                if low < high:
                    self._found.append(("links", low, high))
