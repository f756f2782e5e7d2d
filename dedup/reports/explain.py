"""One passage in the terminal: its occurrences side by side, what differs in them, and what a check says of it.

The representative stands on the left, each other occurrence on the right in turn; in a narrow terminal one stands below
the other. Words that only one side has are marked ``[-so-]`` on the left and ``{+so+}`` on the right, in colour as well
where there is colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from itertools import zip_longest
from typing import TypeVar

from dedup.describe import fingerprint
from dedup.errors import InputError
from dedup.model import Passage
from dedup.reports import View
from dedup.reports.excerpt import sides, text_of
from dedup.reports.findings import lengths
from dedup.reports.summary import count, sort_of, spread, where
from dedup.reports.terminal import Unit, columns, paint, printable, units, wrap
from dedup.result import Result
from dedup.tokenize import folded_words
from dedup.verdict import Stale, Verdict

_Named = TypeVar("_Named", Passage, Stale)

_NARROW = 70
"""Columns below which two texts do not stand side by side."""
_GUTTER, _BETWEEN = "│ ", " │ "
"""Before each line of text, so that no text can pass for a line of the report; and between two columns."""
_UNBROKEN = 1_000_000
"""Columns of a line that is not broken, so that no part of a name begins a line."""
_NEAR = 5
"""Ids that an error names."""


def find_passage(result: Result, prefix: str) -> Passage:
    """Return the passage whose id is, or alone begins with, a prefix.

    Raises `InputError` that names the passages it may mean, or those with the nearest ids.
    """
    wanted = prefix.strip().lower()
    found = _beginning_with(wanted, result.passages)
    exact = [passage for passage in found if passage.id == wanted]
    if len(exact or found) == 1:
        return (exact or found)[0]
    shown = f"'{printable(prefix)}'"
    if found:
        named = ", ".join(map(_named, found[:_NEAR]))
        rest = f" and {len(found) - _NEAR:,} more" if len(found) > _NEAR else ""
        raise InputError(f"{len(found):,} passages have an id that begins with {shown}: {named}{rest}")
    if not result.passages:
        raise InputError(f"no passage has the id {shown}: none was found at all")
    ids = [passage.id for passage in result.passages]
    near = get_close_matches(wanted, ids, n=_NEAR, cutoff=0.4)
    if not near:  # a prefix is like the beginning of an id, and not like all of it
        beginnings = {name[: len(wanted)]: name for name in reversed(ids)}
        near = [beginnings[name] for name in get_close_matches(wanted, beginnings, n=_NEAR)]
    hint = f"; the nearest: {', '.join(map(printable, near))}" if near else ""
    raise InputError(f"no passage has an id that begins with {shown}{hint}")


def explain_id(result: Result, prefix: str, view: View, verdict: Verdict) -> Iterator[str]:
    """Return the lines that explain what an id, or the beginning of one, stands for in a check.

    That is a passage of the result or, where it has none, the entry that only the baseline has. Raises `InputError` as
    `find_passage` does.
    """
    wanted = prefix.strip().lower()
    stale = _beginning_with(wanted, verdict.stale)
    if len(stale) == 1 and not _beginning_with(wanted, result.passages):
        return explain_stale(stale[0])
    return explain(result, find_passage(result, prefix), view, verdict)


def _beginning_with(wanted: str, items: Iterable[_Named]) -> list[_Named]:
    """Return those whose id begins with what is wanted; nothing wanted is the beginning of none."""
    return [item for item in items if item.id.startswith(wanted)] if wanted else []


def explain_stale(stale: Stale) -> Iterator[str]:
    """Yield the lines that explain an entry that only the baseline has."""
    size = f"{count(stale.words, 'word')}, {count(stale.occurrences, 'occurrence')}"
    yield f"{size}  (passage {printable(stale.id)})\n"
    yield "stale: only the baseline has it; no passage that the check found, and did not suppress, answers to it\n"
    yield from (f"│ {printable(document)}\n" for document in stale.documents)


def explain(result: Result, passage: Passage, view: View, verdict: Verdict | None = None) -> Iterator[str]:
    """Yield the lines that explain a passage of a result, with what a verdict says of it."""
    heading, name = paint(spread(passage), "heading", view.color), f"(passage {printable(passage.id)})"
    yield f"{heading}  {paint(name, 'note', view.color)}\n"
    judged = _Judged(passage, verdict)
    yield from (f"{line}\n" for line in judged.lines())
    characters = lengths(result)
    texts = [text_of(result, place, characters) for place in passage.occurrences]
    model = _representative(passage, texts)
    others = [index for index in range(len(texts)) if index != model]
    shown = others[: view.items or None]
    for index in shown:
        yield "\n"
        heads = [judged.head(number) for number in (model, index)]
        reference, text = texts[model], texts[index]
        if reference is None or text is None:
            yield from _stacked(heads, [([], [])], view)
        elif view.width < _NARROW:
            yield from _stacked(heads, list(sides(reference, text)), view)
        else:
            yield from _beside([(heads[0], heads[1]), *sides(reference, text)], view)
    if None in texts:
        yield "\nThe text of a document is not at hand or has changed since the scan: places only.\n"
    if len(shown) < len(others):
        yield f"\n… and {count(len(others) - len(shown), 'more occurrence')}\n"


class _Judged:
    """What a verdict says of one passage."""

    def __init__(self, passage: Passage, verdict: Verdict | None) -> None:
        self.passage = passage
        self.verdict = verdict
        findings, suppressed = (verdict.findings, verdict.suppressed) if verdict else ((), ())
        self.findings = [finding for finding in findings if finding.passage.id == passage.id]
        self.suppressed = [item for item in suppressed if item.passage.id == passage.id]
        self.notes = {finding.passage.occurrences[index]: "new" for finding in self.findings for index in finding.fresh}
        self.notes |= {
            item.passage.occurrences[index]: f"suppressed by {item.rule}"
            for item in self.suppressed
            for index in item.occurrences
        }

    def lines(self) -> Iterator[str]:
        """Yield why the passage is new, changed or known, and what was suppressed of it."""
        total = len(self.passage.occurrences)
        for finding in self.findings:
            yield f"{finding.status}: {printable(finding.reason)}"
        for item in self.suppressed:
            part = f"{len(item.occurrences):,} of {count(total, 'occurrence')}"
            yield f"suppressed: {part}, by {item.rule} {printable(item.detail)}"
        if self.verdict and not self.findings and not self.suppressed:
            yield "The check says nothing of it."

    def head(self, index: int) -> list[Unit]:
        """Return the place of an occurrence, with a note where there is something to be said of it."""
        place = self.passage.occurrences[index]
        note = self.notes.get(place, "")
        return [*units(where(place), style="place"), *units(f"({note})" if note else "", style="note")]


def _representative(passage: Passage, texts: Sequence[str | None]) -> int:
    """Return the number of the occurrence that the others were compared with: the one whose words make up the id."""
    there = [index for index, text in enumerate(texts) if text is not None]
    named = (index for index in there if fingerprint(folded_words(texts[index] or "")) == passage.id)
    return next(named, there[0] if there else 0)


def _beside(rows: Iterable[tuple[list[Unit], list[Unit]]], view: View) -> Iterator[str]:
    """Yield lines with two columns, each row of texts beginning on a line of its own."""
    width = (view.width - len(_GUTTER) - len(_BETWEEN)) // 2
    gutter, middle = paint(_GUTTER, "note", view.color), paint(_BETWEEN.rstrip(), "note", view.color)
    for row in rows:
        plain, coloured = ([list(wrap(side, width, color)) for side in row] for color in (False, view.color))
        for left, right, bare in zip_longest(*coloured, plain[0], fillvalue=""):
            space = " " * (width - columns(bare))
            yield f"{gutter}{left}{space}{middle}{' ' if right else ''}{right}\n"


def _stacked(heads: Sequence[list[Unit]], rows: Sequence[tuple[list[Unit], list[Unit]]], view: View) -> Iterator[str]:
    """Yield two texts one below the other."""
    gutter = paint(_GUTTER, "note", view.color)
    for side, head in enumerate(heads):
        yield from (f"{line}\n" for line in wrap(head, _UNBROKEN, view.color))
        text = [unit for row in rows for unit in row[side]]
        yield from (f"{gutter}{line}\n" for line in wrap(text, view.width - len(_GUTTER), view.color))


def _named(passage: Passage) -> str:
    return f"{printable(passage.id)} ({sort_of(passage)}, {where(passage.occurrences[0])})"
