"""The format ``markdown``: a comment on a pull request, or the summary of a job, in GitHub's Markdown.

The verdict, the new passages (the biggest first: what, where, why, and folded away the text with what differs in the
copies), the rest of the verdict counted, and what was not read. Without a verdict, all passages and clusters.

Names and quoted text stand in code alone, inline or fenced by more backticks than they have, so that nothing in them is
Markdown, HTML, a link or a mention. A report has at most `_LIMIT` bytes, less than GitHub takes for a comment (65,536
characters): first texts are left out, then passages, and that is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple

from dedup.model import Cluster, Occurrence
from dedup.reports import View
from dedup.reports.excerpt import differences, excerpt, text_of
from dedup.reports.findings import Tally, conclusion, lengths, order, shown, tallies
from dedup.reports.issues import more, short
from dedup.reports.summary import (
    count,
    found,
    not_looked_for,
    nothing,
    ordered_clusters,
    ratio,
    skipped,
    spread,
)
from dedup.reports.terminal import Unit, at_line_start, printable, wrap
from dedup.result import Result
from dedup.verdict import Finding, Verdict

_LIMIT = 65_000
_LISTED = 10
"""Entries that a list of the rest has (files that were skipped, notices, ...)."""
_PLACES = 30
"""Most places of a passage, and most documents of a cluster."""
_LONGEST = 200
"""Characters that are shown of a name."""

_TICKS = re.compile("`+")
# Nothing that Markdown, or GitHub when it looks for links and mentions, could take for more than words.
_WORDS = re.compile(r"(?:[A-Za-z0-9 ,;()%]|[.:](?=[ 0-9]|$)|(?<=[a-z])[-'](?=[a-z]))*")


def render(result: Result, view: View, verdict: Verdict | None = None) -> Iterator[str]:
    """Yield the report."""
    head = f"### {_heading(result, verdict)}\n"
    foot = list(_foot(result, verdict))
    entries = list(_entries(result, verdict, view))
    shown_entries, cut = _fit(entries, _LIMIT - _size(head, *foot) - 400, view.limit)
    yield head
    if shown_entries:
        yield "\n"
        yield from shown_entries
    if cut:
        yield f"\n{cut}\n"
    yield from foot


def _heading(result: Result, verdict: Verdict | None) -> str:
    if verdict is None:
        return found(result).rstrip(".") or "Nothing found"
    return _words(conclusion(verdict).rstrip("."))


class _Entry(NamedTuple):
    """An item of the list: a line or two, and the texts folded away below it, which are made when they are wanted."""

    brief: str
    texts: Iterator[str] = iter(())


def _entries(result: Result, verdict: Verdict | None, view: View) -> Iterator[_Entry]:
    if verdict is None:
        for cluster in ordered_clusters(result.clusters, view):
            yield _Entry(_cluster(cluster, view))
    characters = lengths(result)
    for finding in shown(result, verdict, view):
        yield _Entry(_finding(finding, view), _texts(result, finding, characters, view))


def _fit(entries: Sequence[_Entry], room: int, most: int) -> tuple[list[str], str]:
    """Return the entries that fit into so many bytes, and what is to be said of the others and of texts left out."""
    kept: list[str] = []
    listed = without_text = 0
    for brief, texts in entries[: most or None]:
        if _size(brief) > room:
            break
        kept.append(brief)
        listed += 1
        room -= _size(brief)
        if not (text := next(texts, "")):
            continue
        # The last third of the room is for naming passages, which all their texts might not leave it.
        text += "".join(texts) if room > _LIMIT // 3 else ""
        if room > _LIMIT // 3 and _size(text) <= room:
            kept.append(text)
            room -= _size(text)
        else:
            without_text += 1
    sentences = []
    if without_text:
        sentences.append(f"The texts of {without_text:,} of them are left out to keep this report short.")
    if listed < len(entries):
        sentences.append(f"… and {len(entries) - listed:,} more, not listed here: the formats text and json list them.")
    return kept, " ".join(sentences)


def _finding(finding: Finding, view: View) -> str:
    """Return what a passage is, where it is and why it is shown: one item of a list."""
    passage = finding.passage
    numbers = order(finding)[: _most(view)]
    new = [passage.occurrences[number] for number in numbers[: len(finding.fresh)]]
    old = [passage.occurrences[number] for number in numbers[len(finding.fresh) :]]
    where = f"{_places(new)}; also at {_places(old)}" if new and old else _places(new or old)
    rest = more(len(passage.occurrences) - len(numbers))
    reason = f" ({_words(finding.reason)})" if finding.reason else ""
    return f"- **{spread(passage)}**: {where}{rest}{reason}\n"


def _places(places: Sequence[Occurrence]) -> str:
    return ", ".join(_code(short(place)) for place in places)


def _texts(result: Result, finding: Finding, characters: Mapping[str, int], view: View) -> Iterator[str]:
    """Yield a passage's text, and what is different in each edited copy, folded away."""
    passage = finding.passage
    places = [passage.occurrences[number] for number in order(finding)[: _most(view)]]
    texts = [(place, text_of(result, place, characters)) for place in places]
    texts = [(place, text) for place, text in texts if text is not None]
    if not texts:
        return
    (_, reference), *others = texts
    yield "  <details><summary>Show the text</summary>\n\n"
    yield from _fenced(excerpt(reference or "", view.excerpt), view.width)
    for place, text in others:
        if passage.kind in ("verbatim", "reformatted") or text is None:
            continue
        changes, quote = differences(reference or "", text, context=view.context, words=view.excerpt, most=view.items)
        if changes:
            yield f"\n  {_code(short(place))}, {count(changes, 'change')}:\n\n"
            yield from _fenced(quote, view.width)
    yield "\n  </details>\n"


def _cluster(cluster: Cluster, view: View) -> str:
    """Return a cluster as one item of a list."""
    named = cluster.members[: _most(view)]
    members = ", ".join(f"{_code(item.document)} (jaccard {ratio(item.jaccard)})" for item in named)
    rest = len(cluster.members) - len(named)
    others = f" and {rest:,} more" if rest else ""
    heading = count(1 + len(cluster.members), "near-duplicate document")
    return f"- **{heading}**: {_code(cluster.representative)}, {members}{others}\n"


def _foot(result: Result, verdict: Verdict | None) -> Iterator[str]:
    """Yield the rest of the verdict and what was read."""
    for tally in tallies(verdict) if verdict else ():
        yield from _folded(tally)
    if verdict is None:
        sentences = not_looked_for(result) if found(result) else nothing(result)
        yield from (f"\n{_words(sentence)}\n" for sentence in sentences)
    stats = result.stats
    yield f"\nRead {count(stats.documents, 'document')}, {count(stats.words, 'word')}.\n"
    if result.skipped:
        first, *lines = skipped(result)
        yield from _folded(Tally(first.replace(":", "."), [line.strip() for line in lines]))


def _folded(tally: Tally) -> Iterator[str]:
    """Yield a line with its entries folded away, unless one of them fails the check."""
    yield f"\n<details{' open' if tally.urgent else ''}><summary>{escape(tally.line)}</summary>\n\n"
    entries = sorted(tally.entries, key=lambda entry: entry not in tally.urgent) if tally.urgent else tally.entries
    yield from (f"- {_code(entry)}\n" for entry in entries[:_LISTED])
    if len(tally.entries) > _LISTED:
        yield f"- and {len(tally.entries) - _LISTED:,} more\n"
    yield "\n</details>\n"


def _fenced(quote: list[Unit], width: int) -> Iterator[str]:
    lines = list(wrap(quote, width, color=False))
    fence = "`" * max(3, 1 + _longest_run(lines))
    yield f"  {fence}text\n"
    yield from (f"  {at_line_start(line)}\n" for line in lines)
    yield f"  {fence}\n"


def _most(view: View) -> int:
    """Return how many places of a passage, or documents of a cluster, are named."""
    return min(view.items or _PLACES, _PLACES)


def _words(text: str) -> str:
    """Return our own words as they are; with anything in them that Markdown might read, as code."""
    return text if _WORDS.fullmatch(text) else _code(text)


def _code(text: str) -> str:
    """Return text as inline code, on one line and not endless."""
    text = printable(text)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}…"
    fence = "`" * (1 + _longest_run([text]))
    # One space on either side is taken away again, unless there is nothing else.
    pad = " " if text.strip() and (text.startswith((" ", "`")) or text.endswith((" ", "`"))) else ""
    return f"{fence}{pad}{text}{pad}{fence}" if text else "(no name)"


def _longest_run(lines: Iterable[str]) -> int:
    return max((len(run) for line in lines for run in _TICKS.findall(line)), default=0)


def _size(*texts: str) -> int:
    return sum(len(text.encode("utf-8")) for text in texts)
