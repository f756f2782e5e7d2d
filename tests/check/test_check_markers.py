"""Markers in texts: which count, what they ignore, what their authors are told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import hostile
from dedup.check.markers import Marked, find_marks, note_marks
from dedup.model import Document
from dedup.verdict import Notice


def ignored(text: str, name: str = "a.txt") -> list[str]:
    return [text[item.start : item.end] for item in find_marks(Document(name, text)).markers]


def reasons(text: str, name: str = "a.txt") -> list[str]:
    return [item.reason for item in find_marks(Document(name, text)).markers]


def faults(text: str, name: str = "a.txt") -> list[tuple[int, str]]:
    return [(item.line, item.message) for item in find_marks(Document(name, text)).faults]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028"])
def test_what_each_marker_ignores(end):
    lines = ["one", "# dedup: ignore-start", "two", "# dedup: ignore-end", "three", "", "# dedup: ignore-next", "four"]
    text = end.join([*lines, "five", "", "six"])
    enclosed = end.join(["dedup: ignore-start", "two", "# dedup: ignore-end"])
    paragraph = end.join(["dedup: ignore-next", "four", "five", ""])
    assert ignored(text) == [enclosed, paragraph]
    whole = end.join(["one", "// dedup: ignore-file", "two"])
    assert ignored(whole) == [whole]
    assert not faults(text) and not faults(whole)
    counted = 1 if end == "\u2028" else 7
    assert [item.line for item in find_marks(Document("a", text)).markers][1] == counted


COMMENTS = [
    "<!-- {} -->", "# {}", "// {}", "/// {}", "/* {} */", " * {}", "/** {} */", "% {}", "%% {}", "; {}", ".. {}",
    "{{# {} #}}", "{{/* {} */}}", "{{{{/* {} */}}}}", "(* {} *)", "[//]: # ({})", "{}", "\t{}", "> <!-- {} -->", "> {}",
    "-- {}", "- <!-- {} -->", "1. <!-- {} -->", "\ufeff<!-- {} -->", "! {}", "*> {}",
]  # fmt: skip


@pytest.mark.parametrize("comment", COMMENTS)
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_comments_of_many_languages(comment, name):
    if comment.startswith("\t") and name == "a.md":
        return  # there it is code
    for said, reason in [("", ""), (" the law says so", "the law says so"), (": a b", "a b"), (" -- a-b: c", "a-b: c")]:
        text = comment.format(f"dedup: ignore-file{said}") + "\nmore"
        assert ignored(text, name) == [text], said
        assert reasons(text, name) == [reason], said


@pytest.mark.parametrize(
    "line",
    [
        "Write dedup: ignore-file to leave a file out.",
        "`dedup: ignore-file`",
        '"dedup: ignore-file"',
        "- dedup: ignore-file",
        "x # dedup: ignore-file",
        "dedup : ignore-file",
        "mydedup: ignore-file",
        "dedup: ignored",
        "dedup: keep",
        "#" * 70 + " dedup: ignore-file",
    ],
)
def test_what_is_no_marker(line):
    assert find_marks(Document("a.txt", f"{line}\nmore\n")) == Marked()


def test_in_code_of_markdown_a_marker_is_text():
    text = "```html\n<!-- dedup: ignore-file -->\n```\n\n    # dedup: ignore-file\n\ntext\n"
    assert find_marks(Document("a.md", text)) == Marked()
    assert ignored(text, "a.txt") == [text]
    assert ignored(text + "<!-- dedup: ignore-file -->", "a.md") == [text + "<!-- dedup: ignore-file -->"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# dedup: ignore-next\n\n \n---\n\na\nb\n\nc", "\n\n \n---\n\na\nb\n"),
        ("<!-- dedup: ignore-next --> a\nb\n\nc", " --> a\nb\n"),
        ("/*\n * dedup: ignore-next\n */\na\n\nb", "\n */\na\n"),
        ("<!--\ndedup: ignore-next\n-->\n\na\n\nb", "\n-->\n\na\n"),
        ("# dedup: ignore-next", ""),
        ("# dedup: ignore-next\n\n***\n", ""),
    ],
)
def test_the_next_paragraph(text, found):
    assert ignored(text) == [f"dedup: ignore-next{found}"] * bool(found)
    assert faults(text) == ([] if found else [(1, "ignore-next has no paragraph after it and ignores nothing")])


def test_markers_that_do_not_fit_are_told_of():
    needless = "has no effect: the marker in line {} ignores this text already"
    assert faults("# dedup: ignore-start\na\n") == [
        (1, "ignore-start is never closed and ignores nothing; add: dedup: ignore-end")
    ]
    assert faults("a\n# dedup: ignore-end\n") == [(2, "ignore-end closes no ignore-start and has no effect")]
    assert faults("# dedup: ignore-strat\na\n") == [
        (1, "no marker is called 'ignore-strat'; did you mean 'ignore-start'?")
    ]
    start, end = "# dedup: ignore-start\n", "# dedup: ignore-end"
    nested = f"{start}{start}# dedup: ignore-next\na\n{end}\n{end}"
    assert faults(nested) == [
        (2, f"ignore-start {needless.format(1)}"),
        (3, f"ignore-next {needless.format(1)}"),
        (6, "ignore-end closes no ignore-start and has no effect"),
    ]
    assert ignored(nested) == [nested[len("# ") : nested.rindex("\n")]]
    whole = "# dedup: ignore-next\na\n\n# dedup: ignore-file\n# dedup: ignore-file\n"
    assert faults(whole) == [(1, f"ignore-next {needless.format(4)}"), (5, f"ignore-file {needless.format(4)}")]
    assert ignored(whole) == [whole]
    twice = "# dedup: ignore-next\n# dedup: ignore-next\na\n"
    assert faults(twice) == [(2, f"ignore-next {needless.format(1)}")]
    assert ignored(twice) == [twice.removeprefix("# ")]


def test_marks_are_noted_while_documents_pass():
    documents = [Document("a", "a"), Document("b", "dedup: ignore-end"), Document("c", "c", ((0, 1),))]
    noted: dict[str, Marked] = {}
    assert list(note_marks(documents, noted)) == documents
    fault = Notice("b", 1, "ignore-end closes no ignore-start and has no effect")
    assert noted == {"b": Marked(faults=(fault,)), "c": Marked(masked=((0, 1),))}


PIECES = st.sampled_from(
    [
        "# dedup: ignore-start",
        "<!-- dedup: ignore-end -->",
        "dedup: ignore-next why",
        "a b",
        "",
        "  ",
        "```",
        "---",
        "// dedup: ignore-file",
        "dedup: ignore-x",
        "\u2028c",
        "    dedup: ignore-next",
    ]
)


@given(st.lists(PIECES, max_size=12), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["a.md", "a.txt"]))
def test_spans_ascend_and_each_marker_is_accounted_for(lines, end, name):
    text = end.join(lines)
    marked = find_marks(Document(name, text))
    spans = [(item.start, item.end) for item in marked.markers]
    assert all(0 <= start < stop <= len(text) for start, stop in spans)
    assert spans == sorted(spans) and [stop for _, stop in spans] == sorted(stop for _, stop in spans)
    assert list(marked.faults) == sorted(marked.faults)
    closed = sum(item.name == "ignore-start" for item in marked.markers)
    if name == "a.txt":
        assert len(marked.markers) + closed + len(marked.faults) >= text.count("dedup:") - text.count("ignore-end")
        assert len(marked.markers) + len(marked.faults) <= text.count("dedup:")


@pytest.mark.parametrize("name", hostile.MARKERS)
@pytest.mark.parametrize("suffix", [".md", ".txt"])
def test_markers_of_hostile_texts_lie_in_them_in_order(name, suffix):
    text = hostile.MARKERS[name]
    markers = find_marks(Document(f"a{suffix}", text)).markers
    assert all(0 <= marker.start < marker.end <= len(text) for marker in markers)
    for bounds in ("start", "end", "line"):
        ascending = [getattr(marker, bounds) for marker in markers]
        assert ascending == sorted(ascending)


def test_a_hundred_thousand_markers():
    marked = find_marks(Document("a.txt", "# dedup: ignore-next\na\n\n" * 100_000))
    assert len(marked.markers) == 100_000 and not marked.faults


def test_a_marker_at_the_end_of_a_large_text():
    text = "x" * 10_000_000 + "\n# dedup: ignore-file"
    assert ignored(text) == [text]
    assert ignored("dedup: ignore-file" + "x" * 10_000_000) == []
