"""The format ``github``: workflow commands, which GitHub Actions shows as annotations beside the lines of a change.

One annotation for each new passage, at the first occurrence that makes it new, and one for each notice: errors if they
fail the check, otherwise warnings. GitHub shows ten of each kind in a step; so of more, the nine biggest are written
and the tenth counts the others. The last command is a notice with the verdict.

A command is one line; `dedup.reports.terminal.printable` and the escapes of such commands keep it so, whatever the
names are. Columns are given for a place inside one line alone: GitHub refuses others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dedup.reports import View
from dedup.reports.findings import conclusion
from dedup.reports.issues import TITLES, Issue, fails, issues, level, source, source_of
from dedup.reports.summary import found, nothing
from dedup.reports.terminal import printable
from dedup.result import Result
from dedup.verdict import Notice, Verdict

_MOST = 10
"""Annotations of one kind that GitHub shows of a step."""
_PLACES = 5
"""Other places of a passage that an annotation names."""

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(result: Result, view: View, verdict: Verdict | None = None) -> Iterator[str]:
    """Yield the commands, a line for each."""
    failing = fails(verdict)
    annotations: dict[str, list[str]] = {"error": [], "warning": []}
    for issue in issues(result, verdict, view):
        annotations[level(failing)].append(_issue(issue, level(failing)))
    for notice in verdict.notices if verdict else ():
        annotations[level(notice.fails)].append(_notice(notice))
    for kind, commands in annotations.items():
        if len(commands) <= _MOST:
            yield from commands
            continue
        yield from commands[: _MOST - 1]
        rest = len(commands) - _MOST + 1
        text = (
            f"{rest:,} more are not shown here, since GitHub shows {_MOST} annotations of a kind: "
            "the formats text, markdown and json list them."
        )
        yield _command(kind, {"title": "dedup"}, text)
    text = conclusion(verdict) if verdict else found(result) or next(nothing(result))
    yield _command("notice", {"title": "dedup"}, text)


def _issue(issue: Issue, kind: str) -> str:
    path, line, end_line, exact = source_of(issue.place)
    properties: dict[str, object] = {"file": path, "line": line, "endLine": end_line}
    if exact and line == end_line and not issue.whole:
        # The last column of a command belongs to what it marks.
        properties |= {"col": issue.place.column, "endColumn": max(issue.place.end_column - 1, issue.place.column)}
    properties["title"] = TITLES[issue.rule]
    return _command(kind, properties, f"{issue.message(_PLACES)} ({issue.id})")


def _notice(notice: Notice) -> str:
    path, line, _, _ = source(notice.document, notice.line, notice.line)
    return _command(level(notice.fails), {"file": path, "line": line, "title": "dedup marker"}, notice.message)


def _command(kind: str, properties: Mapping[str, object], data: str) -> str:
    pairs = ",".join(f"{name}={printable(str(value)).translate(_PROPERTY)}" for name, value in properties.items())
    return f"::{kind} {pairs}::{printable(data).translate(_DATA)}\n"
