"""The format ``sarif``: the Static Analysis Results Interchange Format 2.1.0, for code scanning.

A result for each new passage, never for each pair: its location is the first occurrence that makes it new, the others
are related locations that the message links to. What is known or suppressed is not written, since GitHub would show
it as an alert all the same. GitHub shows 5,000 results of a run and 100 related locations of a result; more are not
written but counted, in a notification and in the properties of the run. Skipped inputs and notices are notifications.

Lines and columns count from 1, columns and offsets in code points. Paths are relative to ``%SRCROOT%``, which whoever
reads the file knows. Nothing in it differs between two runs over the same input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from urllib.parse import quote

from dedup.model import Occurrence
from dedup.reports import View
from dedup.reports.findings import by_rule
from dedup.reports.issues import DOCUMENT, PASSAGE, TITLES, Issue, fails, issues, level, more, short, source, source_of
from dedup.reports.summary import count
from dedup.reports.terminal import printable
from dedup.result import Result, encode
from dedup.verdict import Verdict

_RESULTS = 5_000
_RELATED = 100
_LINKS = 10
"""Related locations that a message links to."""
_SKIPPED = 1_000
"""Skipped inputs that are listed."""

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_RULES = {
    PASSAGE: "The same text, or nearly the same, occurs more than once.",
    DOCUMENT: "Nearly all of a document occurs in another one as well.",
}
_HELP = (
    "Keep one copy and refer to it, or tell dedup to let the copies be: with a marker in the text, a rule in the "
    "configuration, or an entry in the baseline."
)
_NOTIFICATIONS = {
    "cut": "Something is not listed in this file.",
    "input-skipped": "An input was not read.",
    "marker": "A marker in a text should be mended.",
}
_ABSOLUTE = re.compile(r"/|[A-Za-z]:/")
_LITERAL = str.maketrans({"\\": "\\\\", "[": "\\[", "]": "\\]", "{": "{{", "}": "}}"})

Json = dict[str, object]


def render(result: Result, view: View, verdict: Verdict | None = None) -> Iterator[str]:
    """Yield the file, a line for each result."""
    found = issues(result, verdict, view)
    severity = level(fails(verdict))
    head = encode({"$schema": _SCHEMA, "version": "2.1.0"}).removesuffix("}")
    yield f'{head}, "runs": [{{\n'
    yield f'"tool": {encode(_tool(result.version))},\n'
    yield '"columnKind": "unicodeCodePoints",\n'
    base = {"%SRCROOT%": {"description": {"text": "The folder in which dedup ran."}}}
    yield f'"originalUriBaseIds": {encode(base)},\n'
    notifications = list(_notifications(result, verdict, found))
    yield f'"invocations": {encode([{"executionSuccessful": True, "toolExecutionNotifications": notifications}])},\n'
    yield f'"properties": {encode(_properties(verdict, found))},\n'
    yield '"results": ['
    for index, issue in enumerate(found[:_RESULTS]):
        yield f"{',' if index else ''}\n{encode(_result(issue, severity), compact=True)}"
    yield "\n]}]}\n"


def _tool(version: str) -> Json:
    rules = [
        {
            "id": name,
            "name": TITLES[name].title().replace(" ", "").replace("-", ""),
            "shortDescription": {"text": TITLES[name]},
            "fullDescription": {"text": text},
            "help": {"text": _HELP},
            "defaultConfiguration": {"level": "warning"},
            "properties": {"tags": ["duplication", "maintainability"]},
        }
        for name, text in _RULES.items()
    ]
    notifications = [{"id": name, "shortDescription": {"text": text}} for name, text in _NOTIFICATIONS.items()]
    return {"driver": {"name": "dedup", "version": version, "rules": rules, "notifications": notifications}}


def _properties(verdict: Verdict | None, found: Sequence[Issue]) -> Json:
    """Return what the file does not list."""
    properties: Json = {"results": len(found), "resultsNotListed": max(len(found) - _RESULTS, 0)}
    if verdict is not None:
        properties |= {
            "passed": verdict.passed,
            "failures": [printable(text) for text in verdict.failures],
            "changed": len(verdict.of_status("changed")),
            "known": len(verdict.of_status("known")),
            "suppressed": dict(sorted(by_rule(verdict).items())),
            "stale": len(verdict.stale),
        }
    return properties


def _notifications(result: Result, verdict: Verdict | None, found: Sequence[Issue]) -> Iterator[Json]:
    if len(found) > _RESULTS:
        text = f"{len(found):,} results, of which the first {_RESULTS:,} are listed, as many as GitHub shows."
        yield _notification("cut", "warning", text)
    if many := sum(len(issue.others) > _RELATED for issue in found[:_RESULTS]):
        text = f"{count(many, 'result')} with more than {_RELATED} other places, of which {_RELATED} are listed."
        yield _notification("cut", "note", text)
    for notice in verdict.notices if verdict else ():
        path, line, _, _ = source(notice.document, notice.line, notice.line)
        location = _physical(path, {"startLine": line})
        yield _notification("marker", level(notice.fails), printable(notice.message), location)
    for item in result.skipped[:_SKIPPED]:
        path, line, _, exact = source(item.path, 1, 1)
        location = _physical(path, None if exact else {"startLine": line})
        yield _notification("input-skipped", "note", f"Skipped: {printable(item.reason)}", location)
    if len(result.skipped) > _SKIPPED:
        rest = count(len(result.skipped) - _SKIPPED, "more skipped input")
        yield _notification("cut", "note", f"{rest} not listed.")


def _notification(name: str, level: str, text: str, location: Json | None = None) -> Json:
    found: Json = {"descriptor": {"id": name}, "level": level, "message": {"text": text.translate(_LITERAL)}}
    return found | ({"locations": [{"physicalLocation": location}]} if location else {})


def _result(issue: Issue, level: str) -> Json:
    related = issue.others[:_RELATED]
    links = ", ".join(
        f"[{short(place).translate(_LITERAL)}]({number})" for number, place in enumerate(related[:_LINKS], start=1)
    )
    reason = f": {printable(issue.reason)}" if issue.reason else ""
    rest = more(len(issue.others) - _LINKS)
    return {
        "ruleId": issue.rule,
        "ruleIndex": list(_RULES).index(issue.rule),
        "level": level,
        "message": {"text": f"{issue.summary}, also at {links}{rest}{reason.translate(_LITERAL)}"},
        "locations": [{"physicalLocation": _place(issue.place, issue.whole)}],
        "relatedLocations": [
            {
                "id": number,
                "message": {"text": short(place).translate(_LITERAL)},
                "physicalLocation": _place(place, issue.whole),
            }
            for number, place in enumerate(related, start=1)
        ],
        "partialFingerprints": {"dedupPassage/v1": printable(issue.id)},
    }


def _place(place: Occurrence, whole: bool) -> Json:
    path, line, _, exact = source_of(place)
    if whole or not exact:
        return _physical(path, {"startLine": line})
    return _physical(
        path,
        {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
            "charOffset": place.start,
            "charLength": place.end - place.start,
        },
    )


def _physical(path: str, region: Json | None = None) -> Json:
    location: Json = {"artifactLocation": _artifact(path)}
    return location | ({"region": region} if region else {})


@lru_cache(10_000)
def _artifact(path: str) -> Json:
    """Return where a file is; an absolute path is one on this machine, any other belongs to the sources."""
    try:
        name = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that stands for no byte of a file name
        name = path.encode("utf-8", "surrogatepass")
    if _ABSOLUTE.match(path):
        return {"uri": f"file://{'' if path.startswith('/') else '/'}{quote(name, safe='/:')}"}
    return {"uri": quote(name), "uriBaseId": "%SRCROOT%"}
