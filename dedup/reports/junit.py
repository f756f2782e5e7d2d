"""The format ``junit``: a test suite with a case for the check as a whole and one for each new passage.

The case ``gate`` passes when the check does. The cases of new passages fail when it does not; those that its limits
let pass, and the passages of a plain scan, which has no gate, are skipped, with their description as the reason.

XML 1.0 cannot hold control characters at all: they stand as the escapes of `dedup.reports.terminal.printable`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from dedup.reports import View
from dedup.reports.findings import conclusion
from dedup.reports.issues import Issue, fails, issues, more, short
from dedup.reports.summary import found, nothing
from dedup.reports.terminal import printable
from dedup.result import Result
from dedup.verdict import Verdict

_LOCATIONS = 100
"""Places of a passage that are listed."""

_NOT_XML = re.compile("[\ufffe\uffff]")


def render(result: Result, view: View, verdict: Verdict | None = None) -> Iterator[str]:
    """Yield the document, a line for each case."""
    failing = fails(verdict)
    found_issues = issues(result, verdict, view)
    gate = verdict is not None and not verdict.passed
    skipped = 0 if failing else len(found_issues)
    failed = gate + len(found_issues) - skipped
    counts = f'tests="{1 + len(found_issues)}" failures="{failed}" errors="0"'
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="dedup" {counts}>\n'
    yield f' <testsuite name="dedup" {counts} skipped="{skipped}">\n'
    text = conclusion(verdict) if verdict else found(result) or next(nothing(result))
    outcome = f'<failure type="gate" message={_attribute(text)}/>' if gate else ""
    yield f'  <testcase classname="dedup" name="gate">{outcome}</testcase>\n'
    for issue in found_issues:
        yield f"  {_case(issue, failing)}\n"
    yield " </testsuite>\n</testsuites>\n"


def _case(issue: Issue, failing: bool) -> str:
    named = [issue.place, *issue.others][:_LOCATIONS]
    # A line never begins with a name, which a build server might take for a command.
    lines = [*(f"at {short(place)}" for place in named), more(len(issue.others) + 1 - len(named)).strip()]
    message = _attribute(issue.message(5))
    text = escape(_allowed("\n".join(filter(None, lines))))
    body = (
        f'<failure type="{issue.rule}" message={message}>{text}</failure>'
        if failing
        else f"<skipped message={message}>{text}</skipped>"
    )
    name = _attribute(f"{issue.rule} {printable(issue.id)} at {short(issue.place)}")
    return f"<testcase classname={_attribute(printable(issue.place.document))} name={name}>{body}</testcase>"


def _attribute(text: str) -> str:
    return quoteattr(_allowed(text))


def _allowed(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
