"""What is quoted of a passage: its text, shortened in the middle, and what an edited occurrence has of its own.

Comes in: original text of occurrences. Goes out: a list of units for `dedup.reports.terminal.wrap`. Changes are marked
as ``[-removed-] {+added+}``, the notation of wdiff and ``git diff --word-diff``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from math import ceil

from dedup.edits import word_differences
from dedup.model import Occurrence
from dedup.reports.summary import count
from dedup.reports.terminal import Style, Unit, units
from dedup.result import Result

_LEAST_HIDDEN = 4
"""Fewer words than this are shown rather than counted: the count would be as long."""

_LONG = 12
"""Words or characters of a change after which two texts are put side by side anew."""

_MARKS: dict[Style, tuple[str, str]] = {"removed": ("[-", "-]"), "added": ("{+", "+}")}


def text_of(result: Result, place: Occurrence, characters: Mapping[str, int]) -> str | None:
    """Return the text of an occurrence; none if the document is not at hand or is not the one that was scanned.

    ``characters`` has the length of each document, by id.
    """
    text = result.texts.get(place.document)
    if text is None or len(text) != characters.get(place.document, len(text)) or len(text) < place.end:
        return None
    return text[place.start : place.end]


def excerpt(text: str, words: int) -> list[Unit]:
    """Return a text, shortened in the middle to about so many words (0: whole)."""
    return _shortened_middle(units(text), words)


def differences(left: str, right: str, *, context: int, words: int, most: int) -> tuple[int, list[Unit]]:
    """Return how many places of ``right`` differ from ``left``, and ``right`` around each with the change marked.

    ``context`` words are kept on either side of a change, about ``words`` of a long change, and ``most`` changes
    (0 keeps all, for the latter two). What is left out is counted in its place.
    """
    runs = [(style, list(run)) for style, run in groupby(_marked(left, right), key=lambda unit: unit.style)]
    changes = sum(style != "" and (index == 0 or runs[index - 1][0] == "") for index, (style, _) in enumerate(runs))
    if not changes:
        return 0, []
    shown: list[Unit] = []
    begun = 0
    for index, (style, run) in enumerate(runs):
        if style:
            begun += index == 0 or runs[index - 1][0] == ""
            if 0 < most < begun:
                shown.append(Unit(f"… and {count(changes - most, 'more change')}", True, "note"))
                break
            shown += _between(_MARKS[style], _shortened_middle(run, words))
        else:
            shown += _shortened(run, context if index else 0, context if index + 1 < len(runs) else 0)
    return changes, shown


def sides(left: str, right: str) -> Iterator[tuple[list[Unit], list[Unit]]]:
    """Yield two texts piece by piece beside each other, whole, with the words marked that only one of them has.

    A new piece begins after a long change, so that what follows stands side by side again.
    """
    piece: tuple[list[Unit], list[Unit]] = ([], [])
    texts: tuple[tuple[str, Style], ...] = ((left, "removed"), (right, "added"))
    cursor = [0, 0]
    for tag, *bounds in word_differences(left, right):
        if tag == "equal":
            continue
        longest = 0
        for side, (text, style) in enumerate(texts):
            start, end = bounds[2 * side : 2 * side + 2]
            piece[side].extend(units(text, cursor[side], start))
            if change := units(text, start, end, style):
                piece[side].extend(_between(_MARKS[style], change))
            cursor[side] = end
            longest = max(longest, len(change))
        if longest >= _LONG:
            yield piece
            piece = ([], [])
    yield [*piece[0], *units(left, cursor[0])], [*piece[1], *units(right, cursor[1])]


def _marked(left: str, right: str) -> Iterator[Unit]:
    """Yield the units of ``right``, and the words that only ``left`` has before those that stand in their place.

    What is between two words, such as punctuation, is not compared and shown as ``right`` has it.
    """
    opcodes = word_differences(left, right)
    nexts = [*(opcode[3] for opcode in opcodes[1:]), len(right)]
    left_cursor = cursor = 0
    for (tag, left_start, left_end, right_start, right_end), following in zip(opcodes, nexts, strict=False):
        if tag == "delete":
            right_start = right_end = (
                following if _same_gap(left[left_cursor:left_start], right[cursor:following]) else cursor
            )
        yield from units(right, cursor, right_start)
        if tag in ("delete", "replace"):
            first, *rest = units(left, left_start, left_end, "removed")
            # Inside what was one word to the eye, such as a date, a change is not set off by a space.
            inside = left_start > 0 and not any(map(str.isspace, left[left_cursor:left_start]))
            yield first._replace(spaced=not inside)
            yield from rest
        yield from units(right, right_start, right_end, "" if tag == "equal" else "added")
        cursor = right_end
        if tag != "insert":
            left_cursor = left_end
    yield from units(right, cursor)


def _same_gap(left: str, right: str) -> bool:
    """Return whether what stands between words is the same up to white space."""
    return left.split() == right.split()


def _between(marks: tuple[str, str], text: list[Unit]) -> list[Unit]:
    text[0] = text[0]._replace(text=marks[0] + text[0].text)
    text[-1] = text[-1]._replace(text=text[-1].text + marks[1])
    return text


def _shortened_middle(text: list[Unit], words: int) -> list[Unit]:
    if words == 0 or _count(text) <= words:
        return text
    # The beginning says more about what a passage is than its end.
    return _shortened(text, words - words // 3, words // 3)


def _shortened(text: list[Unit], head: int, tail: int) -> list[Unit]:
    """Return a text without what lies between its first and its last words, which is counted instead."""
    first = _reach(text, head)
    last = len(text) - _reach(reversed(text), tail)
    hidden = _count(text[first:last])
    if first >= last or hidden < _LEAST_HIDDEN:
        return text
    rest = [unit._replace(spaced=True) if index == 0 else unit for index, unit in enumerate(text[last:])]
    return [*text[:first], Unit(f"… {hidden:,} words …", True, "note"), *rest]


def _reach(text: Iterable[Unit], words: int) -> int:
    """Return how many units from the beginning hold that many words, with the punctuation that follows them."""
    if words == 0:
        return 0
    total, reached = 0.0, 0
    for unit in text:
        total += unit.words
        if total > words:
            break
        reached += 1
    return reached


def _count(text: Iterable[Unit]) -> int:
    return ceil(sum(unit.words for unit in text))
