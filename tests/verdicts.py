"""Verdicts for the tests of reports: a fixed one, with everything in it, hostile names and texts, and strategies."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from hypothesis import strategies as st
from test_reports import HOSTILE_NAME, PASSAGES, RESULT
from test_result import ids, names, places, results

from dedup.model import DocumentInfo, Occurrence, Passage, Skipped, Stats
from dedup.result import Result
from dedup.verdict import Finding, Notice, Rule, Stale, Status, Suppression, Verdict

RECIPE, HARBOUR, MARKET = PASSAGES
CHECKED = replace(RESULT, clusters=(), pairs=())
FAILED = Verdict(
    findings=(
        Finding(RECIPE, "new", "one occurrence more than the 2 of the baseline", (2,)),
        Finding(HARBOUR, "new", "not in the baseline", (1, 2)),
        Finding(MARKET, "changed", "in the baseline with other words"),
    ),
    suppressed=(
        Suppression(RECIPE, "marker", "notes/recipe.md:3", (1,)),
        Suppression(HARBOUR, "group", "tales", (0,)),
        Suppression(MARKET, "group", "markets", (0, 1)),
    ),
    notices=(
        Notice("notes/recipe.md", 1, "a marker without a reason", True),
        Notice(HOSTILE_NAME, 9, "ignore-start never ends"),
    ),
    stale=(Stale("00ff00ff00ff00ff", 41, 3, ("a.md", "b.md", "c.md", "d.md")),),
    ratio=0.625,
    failures=("2 new passages, more than 0 (max-new)", "1 marker without a reason (require-reason)"),
)
PASSED = replace(FAILED, findings=(Finding(RECIPE, "known", "in the baseline"),), notices=(), failures=())
CLEAN = Verdict((), (), (), (), 0.0, ())

HOSTILE = [
    "a b.md", 'say "no".md', "it's.md", "a\nb.md", "\r\n::error::owned", "::error file=a,line=1::owned",
    "%0A::warning::x", " ::add-mask::x", "##[error]owned", "##vso[task.complete]x", "x##teamcity[y]",
    "\x1b[31mred\x1b[0m", "\x9b2J", "\x1b]0;title\x07", "<script>alert(1)</script>", "a --> b <!-- c",
    "<img src=x onerror=y>", "</details></summary>", "`code`", "``` fence", "~~~", "a|b|c", "\\|",
    "[a](http://example.org)", "![a](b)", "https://example.org/x", "www.example.org", "@someone", "#1", "GH-1",
    "owner/name#1", "*bold* _it_ ~~no~~", "# title", "- item", "1. one", "> quote", "&lt;b&gt; &amp;", "]]>",
    "{0} {{x}}", "[x](1)", "\\[x\\](1)", "a:b,c=d", "\u202efdp.exe\u2069", "\u2028line", "a\x00b", "caf\udce9",
    "\ud800", "\ufffe\uffff", "../up.md", "/etc/passwd", "C:/x.md", "//host/x", "", " ", "é/文.md", "data.jsonl:12",
    "::error::x.jsonl:3",
]  # fmt: skip
"""Names and texts that a terminal, a log, a table, Markdown, HTML, XML or a link might obey."""

hostile = st.sampled_from(HOSTILE) | st.lists(st.sampled_from(HOSTILE), min_size=2, max_size=4).map("".join) | names


@st.composite
def checks(draw: st.DrawFn) -> tuple[Result, Verdict]:
    """Return a result and a verdict on it."""
    result = draw(results)
    findings, suppressed = [], []
    for passage in result.passages:
        numbers = st.sets(st.integers(0, len(passage.occurrences) - 1), min_size=1).map(lambda s: tuple(sorted(s)))
        if draw(st.booleans()):
            status = draw(st.sampled_from(get_args(Status)))
            findings.append(Finding(passage, status, draw(hostile), draw(numbers) if status == "new" else ()))
        if draw(st.booleans()):
            suppressed.append(Suppression(passage, draw(st.sampled_from(get_args(Rule))), draw(hostile), draw(numbers)))
    notices = st.builds(Notice, hostile, st.integers(1, 9), hostile.filter(bool), st.booleans())
    stale = st.builds(Stale, ids, places, places, st.lists(hostile, max_size=5).map(tuple))
    verdict = Verdict(
        tuple(findings),
        tuple(suppressed),
        tuple(draw(st.lists(notices, max_size=3))),
        tuple(draw(st.lists(stale, max_size=2))),
        draw(st.floats(0, 1)),
        tuple(draw(st.lists(hostile.filter(bool), max_size=2))),
    )
    return result, verdict


def hostile_check(name: str, text: str) -> tuple[Result, Verdict]:
    """Return a check in which every string is the name and all that is quoted is the text."""
    text = f"{text} one two"
    one, two = (Occurrence(document, 0, len(text), 1, 1, 1, len(text) + 1) for document in sorted([name, f"{name}2"]))
    other = Passage(f"{name}3", 3, 1.0, "reformatted", (one, two))
    passage = Passage(name, 3, 0.5, "edited", (one, two))
    texts = {name: text, f"{name}2": f"{text[:-4]}{'!' * 4}"}
    result = Result(
        "0.1.0",
        {},
        tuple(DocumentInfo(document, 3, len(text)) for document in sorted(texts)),
        (Skipped(name, f"{name}: {text}"), Skipped(name, "x")),
        (),
        (passage, other),
        (),
        Stats(2, 6, 0.0),
        texts,
    )
    verdict = Verdict(
        (Finding(passage, "new", name, (1,)), Finding(other, "known", name)),
        (Suppression(other, "marker", name, (0,)),),
        (Notice(name, 3, name or "x", True), Notice(name, 3, text)),
        (Stale(name or "x", 3, 2, (name, name)),),
        0.5,
        (name or "x", "1 marker without a reason (require-reason)"),
    )
    return result, verdict


def many(number: int, occurrences: int = 3) -> tuple[Result, Verdict]:
    """Return a failed check with so many new passages, each of another length."""
    documents = [f"docs/page-{index:05}.md" for index in range(occurrences)]
    passages = tuple(
        Passage(
            f"{index:016x}",
            20 + index,
            1.0,
            "verbatim",
            tuple(Occurrence(name, 200 * index, 200 * index + 120, index + 1, 1, index + 1, 121) for name in documents),
        )
        for index in range(number)
    )
    result = replace(
        CHECKED,
        documents=tuple(DocumentInfo(name, 40 * number, 200 * number) for name in documents),
        skipped=(),
        passages=passages,
        texts=dict.fromkeys(documents, ("A street, a square and a bridge; " * 7 * number)[: 200 * number]),
    )
    findings = tuple(Finding(passage, "new", "not in the baseline", (occurrences - 1,)) for passage in passages)
    return result, Verdict(findings, (), (), (), 0.6, (f"{number:,} new passages, more than 0 (max-new)",))
