r"""The parts of links that no reader sees: where they stand in a stretch of Markdown text.

Destinations and titles of inline links and images, whole reference definitions, autolinks, and bare URLs. The text of a
link stays. Links in inline code are none. Of what CommonMark and GFM say, two rules are left out: raw HTML is not told
from text (`<a title="[b](c)">` counts as a link), and reference links (`[text][label]`) keep their label.

Cost: linear. A link's destination is read again by at most the 32 parentheses that may be nested in it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

_DEEPEST = 32
"""Most parentheses that may be nested in a destination, as in the reference implementations of CommonMark."""

_PUNCTUATION = r"[!-/:-@\[-`{-~]"
_TITLE = r"""(?:"[^"\\]*+(?:\\.[^"\\]*+)*"|'[^'\\]*+(?:\\.[^'\\]*+)*'|\([^()\\]*+(?:\\.[^()\\]*+)*\))"""
_PIECE = rf"[^\s()\\\x00-\x1f\x7f]++|\\{_PUNCTUATION}|\\(?!{_PUNCTUATION})"
_NESTED = _PIECE
for _ in range(_DEEPEST):
    _NESTED = rf"{_PIECE}|\((?:{_NESTED})*\)"
_TOKEN = re.compile(
    rf"(?P<escape>\\{_PUNCTUATION})"
    r"|(?P<ticks>`++)"
    r"|(?P<auto><(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*+|[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,255})>)"
    r"|(?P<open>!?\[)"
    r"|(?P<close>\]\(?)"
    r"|(?P<url>(?<!\w)(?:https?://|www\.)[^\s<>\[\]`|\"]++)",
    re.ASCII,
)
_TARGET = re.compile(
    rf"[ \t\n]*(?:<[^<>\\\n]*+(?:\\.[^<>\\\n]*+)*>|(?!<)(?:{_NESTED})*)(?:\s+{_TITLE})?\s*\)", re.ASCII | re.DOTALL
)
_DEFINITION = re.compile(
    r"[ ]{0,3}\[(?!\^)(?=[^\]]*\S)(?:[^\[\]\\]|\\.){1,999}\]:[ \t]*(?:\n[ \t]*)?"
    r"(?:<(?:[^<>\\\n]|\\.)*>|[^\s<]\S*)"
    rf"(?:(?:[ \t]+|[ \t]*\n[ \t]*){_TITLE}[ \t]*(?:\n|$)|[ \t]*(?:\n|$))",
    re.DOTALL,
)
_SIGNS = ("](", "]:", "<", "://", "www.")
"""A text with none of these has no link."""
_CLOSERS = ".,:;!?*_~'\""


def links(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of a paragraph, heading or row that belong to links and are not shown, in order.

    ``text`` is without the marks of quotes and lists around it; its lines end with LF.
    """
    if not any(sign in text for sign in _SIGNS):
        return
    at = 0
    while found := _DEFINITION.match(text, at):
        yield at, found.end()
        at = found.end()
    runs = _Runs(text)
    openers: list[bool] = []  # of brackets that are open: whether each is that of an image
    spent = 0  # those before have a link inside, so that only images among them can be links
    while token := _TOKEN.search(text, at):
        at = token.end()
        if token.lastgroup == "ticks":
            at = runs.closing(at, at - token.start()) or at
        elif token.lastgroup == "auto":
            yield token.span()
        elif token.lastgroup == "url":
            at = _end_of_url(text, token.start(), at)
            yield token.start(), at
        elif token.lastgroup == "open":
            openers.append(token[0] == "![")
        elif token.lastgroup == "close" and openers:
            is_image = openers.pop()
            active = is_image or len(openers) >= spent
            if active and token[0] == "](" and (target := _TARGET.match(text, at)):
                if target.end() - 1 > at:
                    yield at, target.end() - 1
                at = target.end()
                if not is_image:
                    spent = len(openers)
            spent = min(spent, len(openers))


def bare_urls(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of URLs in a text that is no Markdown, such as HTML."""
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "url":
            yield token.start(), _end_of_url(text, *token.span())


class _Runs:
    """The runs of backticks of a text by length, to find which one closes inline code."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: dict[int, list[int]] | None = None

    def closing(self, at: int, length: int) -> int | None:
        """Return where the first run of a length from ``at`` on ends, None if there is none."""
        if self._starts is None:
            self._starts = {}
            for run in re.finditer("`+", self._text):
                self._starts.setdefault(len(run[0]), []).append(run.start())
        starts = self._starts.get(length, [])
        place = bisect_right(starts, at - 1)
        return starts[place] + length if place < len(starts) else None


def _end_of_url(text: str, start: int, end: int) -> int:
    """Return where a bare URL ends: before punctuation, and before a parenthesis that none in it opened."""
    surplus = text.count(")", start, end) - text.count("(", start, end)
    while end > start:
        if text[end - 1] in _CLOSERS:
            end -= 1
        elif text[end - 1] == ")" and surplus > 0:
            end, surplus = end - 1, surplus - 1
        else:
            break
    return end
