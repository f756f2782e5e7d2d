"""The format ``markdown``, read back by a parser: no element but ours, whatever names and texts hold; its size."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from test_reports import EMPTY, HOSTILE_NAME, RESULT
from test_reports_check import shown
from verdicts import CHECKED, CLEAN, FAILED, HARBOUR, PASSED, checks, hostile, hostile_check, many

from dedup.model import Skipped
from dedup.reports import View
from dedup.reports.terminal import printable
from dedup.result import Result
from dedup.verdict import Notice, Stale, Verdict

markdown_it = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")
# As GitHub reads it: with tables, struck words and raw HTML.
PARSER = markdown_it.MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

OURS = {"h3", "ul", "li", "p", "strong", "code", "details", "summary", "pre"}
# What GitHub would turn into a link or a mention wherever it stands outside of code.
LINKED = re.compile(r"@\w|#\d|GH-\d|https?:|www\.", re.IGNORECASE)


class Page(HTMLParser):
    """What a report shows: the elements, the text in code, and the text outside of it."""

    def __init__(self, report: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.open: list[str] = []
        self.attributes: set[tuple[str, str | None]] = set()
        self.code: list[str] = []
        self.words = ""
        self.comments: list[str] = []
        self.feed(PARSER.render(report))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.open.append(tag)
        self.attributes.update(attrs)
        if tag == "code":
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "code" in self.open:
            self.code[-1] += data
        else:
            self.words += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def page(report: str) -> Page:
    read = Page(report)
    assert not read.open
    assert set(read.tags) <= OURS
    assert read.attributes <= {("open", None), ("class", "language-text")}
    assert not read.comments
    assert not LINKED.search(read.words)
    return read


@given(hostile, hostile)
@settings(max_examples=250, deadline=None)
def test_names_and_texts_stand_in_code_alone(name: str, text: str) -> None:
    result, verdict = hostile_check(name, text)
    for judged in (verdict, None):
        read = page(shown(result, "markdown", judged))
        if name.strip() and len(name) < 60:
            assert any(printable(name) in code for code in read.code)


@given(checks())
@settings(max_examples=60, deadline=None)
def test_any_verdict_is_well_formed(check: tuple[Result, Verdict]) -> None:
    page(shown(check[0], "markdown", check[1]))


def test_every_new_passage_is_an_item_with_its_places_and_text() -> None:
    read = page(shown(CHECKED, "markdown", FAILED))
    assert read.tags["strong"] == 2
    assert read.words.index("93 words, edited") < read.words.index("20 words, reformatted")
    for place in ("tales/draft 2.txt:3", "tales/harbour.txt:1", "notes/recipe.md:5", "caf\\udce9/menu.txt:2"):
        assert place in read.code
    assert printable(f"{HOSTILE_NAME}:1") in read.code
    assert any("[-remaining-]" in code and "{+other+}" in code for code in read.code)
    assert "one occurrence more than the 2 of the baseline" in read.words
    assert "Skipped 5 inputs." in read.words


def test_the_heading_is_the_verdict() -> None:
    for verdict, heading in (
        (FAILED, "Check failed: 2 new passages"),
        (PASSED, "Check passed"),
        (CLEAN, "Check passed"),
    ):
        assert shown(CHECKED, "markdown", verdict).startswith(f"### {heading}")
    assert shown(RESULT, "markdown", None).startswith(
        "### Found 1 cluster of 3 near-duplicate documents and 3 passages"
    )
    assert shown(EMPTY, "markdown", None).startswith("### Nothing found\n")


def test_a_notice_that_fails_the_check_is_not_folded_away() -> None:
    read = page(shown(CHECKED, "markdown", FAILED))
    assert ("open", None) in read.attributes
    assert ("open", None) not in page(shown(CHECKED, "markdown", PASSED)).attributes
    assert read.code.index("notes/recipe.md:1: a marker without a reason") < read.code.index(
        printable(f"{HOSTILE_NAME}:9: ignore-start never ends")
    )


@pytest.mark.parametrize("view", [View(), View(limit=0, excerpt=0, items=0)])
@pytest.mark.parametrize(("number", "occurrences"), [(3, 2), (150, 3), (5_000, 10)])
def test_a_report_keeps_to_its_size_and_says_what_it_lacks(view: View, number: int, occurrences: int) -> None:
    result, verdict = many(number, occurrences)
    report = shown(result, "markdown", verdict, view)
    assert len(report.encode("utf-8")) <= 65_000
    read = page(report)
    listed = read.tags["strong"]
    if listed < number:
        assert f"… and {number - listed:,} more, not listed here" in read.words
    assert listed == min(number, view.limit) if view.limit else listed > min(number - 1, 60)
    # The biggest are those that are listed.
    sizes = [int(size.replace(",", "")) for size in re.findall(r"([\d,]+) words, verbatim", read.words)]
    assert sizes == sorted(range(20, 20 + number), reverse=True)[:listed]
    without = re.search(r"The texts of ([\d,]+) of them are left out", read.words)
    texts = sum("street" in code for code in read.code)
    assert texts + (int(without[1].replace(",", "")) if without else 0) == listed


def test_a_report_full_of_long_names_keeps_to_its_size() -> None:
    name = "文`|" * 1_500
    result, verdict = many(30, 3)
    verdict = replace(
        verdict,
        notices=tuple(Notice(f"{name}{line}", line, name) for line in range(1, 50)),
        stale=tuple(Stale(f"{line}", 9, 2, (name, name)) for line in range(50)),
    )
    skipped = tuple(Skipped(f"{name}{index}", f"{index}: {name}") for index in range(500))
    report = shown(replace(result, skipped=skipped), "markdown", verdict)
    assert len(report.encode("utf-8")) <= 65_000
    assert page(report).tags["strong"] > 5
    assert "and 39 more" in report


def test_a_text_that_is_not_at_hand_is_not_quoted() -> None:
    read = page(shown(replace(CHECKED, texts={}), "markdown", FAILED))
    assert "Show the text" not in read.words
    assert f"{HARBOUR.occurrences[1].document}:3" in read.code
    assert "left out" not in read.words


def test_a_passage_with_very_many_places_is_listed_all_the_same() -> None:
    result, verdict = many(3, 3_000)
    report = shown(result, "markdown", verdict, View(items=0, limit=0))
    assert len(report.encode("utf-8")) <= 65_000
    assert page(report).tags["strong"] == 3
    assert report.count("and 2,970 more places") == 3
