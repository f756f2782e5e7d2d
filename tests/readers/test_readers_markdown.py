"""Which spans of a Markdown text are structure: by hand, and as markdown-it-py sees them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from strategies import hostile_text

from benchmarks import hostile
from dedup.config import IGNORABLE, Config
from dedup.model import Document
from dedup.readers.markdown import is_markdown, masked, masked_characters, masks, scan

ORACLE = MarkdownIt("commonmark", {"maxNesting": 200}).enable("table")
KINDS = {"fence": "code", "code_block": "code", "blockquote_open": "quote", "table_open": "table"}
Lines = dict[str, set[int]]


def holds_something(line: str) -> bool:
    return bool(line.strip(" \t>"))


def lines_of_oracle(text: str) -> Lines:
    """Return the lines of each kind as markdown-it-py has them, but for lines on which nothing stands."""
    lines = text.split("\n")
    found: Lines = {kind: set() for kind in KINDS.values()}
    for token in ORACLE.parse(text):
        if token.map and token.type in KINDS:
            own = range(token.map[0], min(token.map[1], len(lines)))
            found[KINDS[token.type]].update(number for number in own if holds_something(lines[number]))
    return found


def lines_found(text: str) -> Lines:
    lines = text.split("\n")
    starts = list(itertools.accumulate((len(line) + 1 for line in lines), initial=0))
    found: Lines = {kind: set() for kind in KINDS.values()}
    for kind, start, end in scan(text, ()):
        for number, line in enumerate(lines):
            if kind in found and start < starts[number] + len(line) and starts[number] < end and holds_something(line):
                found[kind].add(number)
    return found


def spans(text: str, *kinds: str) -> list[str]:
    return [text[start:end] for start, end in masks(text, kinds)]


def hidden_by_links(text: str) -> list[str]:
    return [text[start:end] for kind, start, end in scan(text) if kind == "links"]


WRITTEN = {
    "fences": """
        before
        ```python
        x = 1

        y = 2
        ```
        after
        ~~~ with `ticks` in its info
        ```
        ~~~
        after
        """,
    "a fence that is longer, and one that is not closed": """
        ````
        ```
        ````
        text
        ```
        all
        of the rest
        """,
    "a fence indented by up to three": """
        text
           ```
          code
         ```
        text

            ```
            this is indented code
        """,
    "no fence": """
        ``` with `ticks` is inline code ```
        `` not enough
        text
        """,
    "fences in lists and quotes": """
        - item
          ```
          code
          ```
          text
        1. > ```
           > code

           text
        > ```
        > code
        no code: the quote is over
        """,
    "indented code": """
        text
            goes on

            code

            more code
        text
        - item

              code in the item
          text
        """,
    "quotes with lazy lines": """
        > a quote
        goes on
            here too
        - but not here

        > > nested
        > lazy
        lazy as well

        over
        """,
    "a quote ends": """
        > quote
        # heading
        > quote
        ---
        > quote
        ```
        code
        ```
        > - item in a quote
        lazy

        text
        """,
    "tables": """
        | a | b |
        |---|:-:|
        | c | d |
        | lonely
        > quote

        a | b
        - | -
        text

        text before
        | a | b |
        | --- | --- |
        more | rows

        after
        """,
    "no tables": """
        | a | b |
        |---|
        text

        | a |
            |---|

        a
        ---
        """,
    "tables in a list and a quote": """
        - x

          | a | b |
          |---|---|
          | c | d |

        > | a |
        > |---|
        > | c |
        text
        """,
    "html": """
        <div>

            code

        </div>

        <!-- ```
        > no quote

        -->
        > quote

        <pre>
        ```

        > text
        </pre>
        ```
        code
        """,
    "tabs": "-\ttext\n\n\t\tcode\n\n>\t\tcode in a quote\n\n\tcode\n- a\n\n \t  code?\n",
    "rules and headings": "***\n    code\n# heading\n    code\nheading\n===\n    code\n- - -\n    code\n",
    "an item without content": "-\n\n      code\n\n1.\n   ```\n   code\n   ```\n",
    "numbers": "text\n2. no item\n    goes on\n\n2. item\n\n       code\n\n1234567890. no item\n",
}


@pytest.mark.parametrize("text", [pytest.param(dedent(text).lstrip("\n"), id=name) for name, text in WRITTEN.items()])
def test_structure_is_where_markdown_it_finds_it(text):
    assert lines_found(text) == lines_of_oracle(text)
    windows = text.replace("\n", "\r\n")
    expected = [item.replace("\n", "\r\n") for item in spans(text, *IGNORABLE)]
    assert spans(windows, *IGNORABLE) == expected
    assert spans(text.replace("\n", "\r"), *IGNORABLE) == [item.replace("\r\n", "\r") for item in expected]


LEAVES = [
    "text", "two\nlines", "# heading", "***", "```\ncode\n```", "~~~ info\ncode\n\n> code\n~~~",
    "````\n```\ncode\n````", "    indented\n\n    code", "| a | b |\n|---|---|\n| c | d |", "| a |\n|---|\nc",
    "<div>\n    html\n</div>", "<!-- x\n\n```\n-->", "heading\n---", "`code` and [a](b)", "```\nnot closed",
]  # fmt: skip


def indented(text: str, first: str, others: str) -> str:
    lines = text.split("\n")
    return "\n".join([first + lines[0], *(others + line if line or ">" in others else line for line in lines[1:])])


# A head row without a bar at its begin is not among them: where it begins an item of a list, and the delimiter row is
# not indented as the item is, markdown-it takes the item's mark into the table. The reference implementations do not.


def documents() -> st.SearchStrategy[str]:
    """Return texts of paragraphs, code, tables and the like, nested in quotes and lists."""

    def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        several = st.lists(inner, min_size=1, max_size=4).map("\n\n".join)
        return (
            several
            | st.tuples(several, st.sampled_from(["> ", ">"])).map(lambda drawn: indented(drawn[0], drawn[1], drawn[1]))
            | st.tuples(several, st.sampled_from(["- ", "*   ", "1. ", "12)  "])).map(
                lambda drawn: indented(drawn[0], drawn[1], " " * len(drawn[1]))
            )
        )

    return st.recursive(st.sampled_from(LEAVES), nested, max_leaves=8)


@given(documents())
def test_nested_structure_is_where_markdown_it_finds_it(text):
    assert lines_found(text) == lines_of_oracle(text)


MARKS = st.sampled_from(["", " ", "   ", "    ", "\t", "> ", ">", "- ", "  ", "1. "])
CONTENTS = st.sampled_from(["", "a", "```", "~~~", "# b", "===", "<div>", "-->", "<!-- c", "****", "`d`"])


@given(st.lists(st.tuples(MARKS, CONTENTS), max_size=8))
def test_lines_in_any_order_are_what_markdown_it_takes_them_for(lines):
    text = "".join(f"{mark}{content}\n" for mark, content in lines)
    assert lines_found(text) == lines_of_oracle(text)


FRONT = "---\ntitle: a title\ntags: [b]\n---\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (FRONT + "text", [FRONT]),
        ("\ufeff" + FRONT + "text", ["\ufeff" + FRONT]),
        (FRONT.replace("\n", "\r\n") + "text", [FRONT.replace("\n", "\r\n")]),
        ("---\na: b\n...\ntext", ["---\na: b\n...\n"]),
        ("+++\na = 'b'\n+++\ntext\n+++\n", ["+++\na = 'b'\n+++\n"]),
        ("---\n---\ntext", ["---\n---\n"]),
        ("---\na: b\n---", ["---\na: b\n---"]),
        ("---\na: b\ntext", []),  # not closed
        ("---\n\ntext\n\n---\n", []),  # two rules
        ("text\n" + FRONT, []),
        (" ---\na: b\n---\n", []),
        ("----\na: b\n----\n", []),
        ("---\na: b\n--- c\n", []),
    ],
)
def test_front_matter(text, found):
    assert spans(text, "front-matter") == found


def test_what_stands_after_front_matter_is_read():
    assert spans(FRONT + "    code\n", "code") == ["    code\n"]
    assert spans(FRONT, "code", "quote", "table", "links") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see [text](https://example.org/a) now", ["https://example.org/a"]),
        ("[text](<a b> \"a title\") and ![image](c 'd')", ['<a b> "a title"', "c 'd'"]),
        ("[a](b(c)d) [e](f\\)g) [h]() [i]( j )", ["b(c)d", "f\\)g", " j "]),
        ("[a](b (title)) [a](b 'two\nlines')", ["b (title)", "b 'two", "lines'"]),
        ("[![image](a)](b) [outer [inner](c) no](d)", ["a", "b", "c"]),
        ("no [link] (a) [b](c d) ](e) \\[f](g)", []),
        ("`[a](b)` ``x ` [c](d)`` `[e](f)", ["f"]),
        ("<https://example.org/a> <me@example.org> <b>", ["<https://example.org/a>", "<me@example.org>"]),
        ("at https://example.org/a(b). (www.example.org/c) x", ["https://example.org/a(b)", "www.example.org/c"]),
        ("[https://a.example](https://b.example)", ["https://a.example", "https://b.example"]),
        ("[a]: /url 'title'\n[b c]: <d e>\n\n[^1]: note\n\ntext\n[f]: g", ["[a]: /url 'title'\n", "[b c]: <d e>"]),
        ("> [a](b\n> 'c\n> d') e", ["b", "'c", "d'"]),
        ("- [a](b)\n  [c](d)\n\n# [e](f)\n\n[g](h)\n===\n", ["b", "d", "f", "h"]),
        ("| [a](b) | c |\n|---|---|\n| d | [e](f) |\n| https://g.example | x", ["b", "f", "https://g.example"]),
        ("```\n[a](b)\n```\n\n    [c](d)\n", []),
        ('<div>\n<a href="https://a.example">[b](c)</a>\n</div>\n', ["https://a.example"]),
        ("<!-- https://a.example -->\n[b](c)", ["https://a.example", "c"]),
        ("[ü](é) [字](中文)", ["é", "中文"]),
    ],
)  # fmt: skip
def test_links(text, found):
    assert [item.rstrip("\n") for item in hidden_by_links(text)] == [item.rstrip("\n") for item in found]


WORDS = st.sampled_from(
    ["a", "b c", "`d`", "`", "[", "]", "(", ")", "![", "](", "\\", "*e*", "\n", "<f>", "<", ">", '"']
)
LINKS = st.sampled_from(["[x](/u1)", '![y](/u2 "t")', "[z](</u 3>)", "<http://u4.example>", "[a [b](/u5) c](/u6)"])


@given(st.lists(WORDS | LINKS, max_size=12).map(" ".join))
def test_links_are_those_of_markdown_it(text):
    text = re.sub(r"\s*\n\s*", "\nx ", f"x {text} x")  # one paragraph
    [inline, *_] = [token for token in ORACLE.parse(text) if token.type == "inline"]

    def targets(tokens) -> Iterator[str]:
        for token in tokens:
            if token.type in ("link_open", "image"):
                yield token.attrs.get("href") or token.attrs.get("src")
            yield from targets(token.children or ())

    expected = sorted(target.replace("%20", " ") for target in targets(inline.children) if target)
    found = "\n".join(hidden_by_links(text))
    assert sorted(re.findall(r"/u ?\d|http://u4.example", found)) == [item for item in expected if "u" in item]


@given(hostile_text(80) | st.text(st.sampled_from(list("`~>-*# \t\n\r|[]()<>!\\\"'ab1.:/")), max_size=80))
def test_spans_lie_in_the_text_in_order(text):
    check_spans(text)


def check_spans(text: str) -> None:
    for kind, start, end in scan(text):
        assert kind in IGNORABLE
        assert 0 <= start < end <= len(text)
    found = masks(text, IGNORABLE)
    assert list(found) == sorted(found)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(found))
    for kind in IGNORABLE:
        own = masks(text, [kind])
        assert all(any(start <= a and b <= end for start, end in found) for a, b in own)


@pytest.mark.parametrize("text", hostile.MARKDOWN.values(), ids=hostile.MARKDOWN)
def test_spans_of_hostile_texts_lie_in_them_in_order(text):
    check_spans(text)


@pytest.mark.parametrize(("name", "expected"), [("a.md", True), ("b/README.MARKDOWN", True), ("c.mdx", True),
                                                ("md", False), ("a.md.txt", False), ("a.rst", False)])  # fmt: skip
def test_markdown_is_known_by_its_name(name, expected):
    assert is_markdown(name) == expected
    text = "> quote\n"
    document = masked(Document(name, text), Config(ignore_blocks=("quote",)))
    assert document == Document(name, text, ((0, len(text)),) if expected else ())
    assert masked(Document(name, text), Config()) == Document(name, text)


def test_what_is_masked_is_counted_once():
    text = "> quote\n> ```\n> code\n> ```\n\n    code\n"
    config = Config(ignore_blocks=("code", "quote", "table"))
    counts = masked_characters(Document("a.md", text), config)
    assert counts == {"code": len("```\ncode\n```\n    code\n"), "quote": len("> quote\n> > > ")}
    assert masked_characters(Document("a.txt", text), config) == {}
