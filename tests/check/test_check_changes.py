"""Diffs: read as difflib and git write them, and refused where they do not say what is added."""

from __future__ import annotations

import difflib
import os
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.check.changes import Changes, gated, pointed, touched
from dedup.check.diff import Hunk
from dedup.errors import InputError
from dedup.model import Document, Occurrence, Passage
from dedup.verdict import Finding

LINE = st.sampled_from(
    [
        "one",
        "two",
        "three",
        "--- a/x",
        "+++ b/x",
        "@@ -1 +1 @@",
        "diff --git a/x b/x",
        "\\",
        "",
        "x\r",
        "\x0b\x0c",
        "\u2028",
    ]
)
TEXT = st.lists(LINE, max_size=14)


def adding(path: str, lines: tuple[int, ...], folder: str = "", top: str = "") -> Changes:
    hunks = tuple(Hunk(number, 1, (), (number,)) for number in lines)
    return Changes({path: hunks} if hunks else {}, folder=folder, top=top)


def added_between(old: list[str], new: list[str]) -> tuple[int, ...]:
    """Return the numbers of added lines that are not blank, as difflib sees them."""
    codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return tuple(
        at + 1 for tag, _, _, a, b in codes if tag != "equal" for at in range(a, b) if new[at].encode().strip()
    )


@given(TEXT, TEXT, st.integers(0, 4))
def test_diffs_of_difflib(old: list[str], new: list[str], context: int) -> None:
    lines = difflib.diff_bytes(
        difflib.unified_diff,
        [f"{line}\n".encode() for line in old],
        [f"{line}\n".encode() for line in new],
        b"a/x.md",
        b"b/x.md",
        n=context,
    )
    changes = Changes.parse(b"".join(lines))
    assert changes.lines.get("x.md", ()) == added_between(old, new)
    [before] = changes.before([Document("x.md", "".join(f"{line}\n" for line in new))])
    assert before.text == "".join(f"{line}\n" for line in old)


@given(
    st.dictionaries(st.sampled_from(["a.md", "b c.md", "d/é.md"]), st.tuples(TEXT, TEXT), min_size=1), st.integers(0, 3)
)
@settings(max_examples=15, deadline=None)
def test_diffs_of_git(files: dict[str, tuple[list[str], list[str]]], context: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for side in (0, 1):
            for name, versions in files.items():
                path = Path(folder, "ab"[side], name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes("\n".join(versions[side]).encode())
        command = ["git", "diff", "--no-index", "--no-prefix", f"-U{context}", "--text", "a", "b"]
        env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        diff = subprocess.run(command, cwd=folder, capture_output=True, env=env).stdout
    changes = Changes.parse(diff)
    for name, (old, new) in files.items():
        # Which lines are added is git's choice; without them and the removed ones the versions are the same.
        added = changes.lines.get(name, ())
        before, *_ = changes.before([Document(name, "\n".join(new))])
        # But for the end of the last line, of which a diff only says in passing whether it is there.
        assert before.text.rstrip("\n") == "\n".join(old).rstrip("\n")
        rest = [line for number, line in enumerate(new, 1) if number not in added and line.encode().strip()]
        assert is_part(rest, [line for line in old if line.encode().strip()])
        assert (not added) or all(new[number - 1].encode().strip() for number in added)


def is_part(some: list[str], every: list[str]) -> bool:
    rest = iter(every)
    # A last line without a line end is another line than one with it.
    return all(line in rest for line in some)


def parse(text: str, folder: str = "") -> dict[str, tuple[int, ...]]:
    return dict(Changes.parse(text.encode(), folder).lines)


HUNK = "@@ -1,2 +1,3 @@ a heading\n one\n+two\n three\n"


@pytest.mark.parametrize(
    ("diff", "lines"),
    [
        ("", {}),
        ("\n \n", {}),
        (f"--- a/x.md\n+++ b/x.md\n{HUNK}", {"x.md": (2,)}),
        (f"--- a/x.md\n+++ b/x.md\n{HUNK}".replace("\n", "\r\n"), {"x.md": (2,)}),
        (f"--- x.md\n+++ x.md\n{HUNK}", {"x.md": (2,)}),
        (f"--- i/x.md\n+++ w/x.md\n{HUNK}", {"x.md": (2,)}),
        (f"--- b/x.md\n+++ b/x.md\n{HUNK}", {"b/x.md": (2,)}),
        (f"--- old/x.md\t2024-01-01 10:00:00\n+++ new/x.md\t2024-01-01 10:00:00\n{HUNK}", {"new/x.md": (2,)}),
        (f"--- a/a b.md\t\n+++ b/a b.md\t\n{HUNK}", {"a b.md": (2,)}),
        (f'--- "a/\\303\\251\\n\\"\\\\.md"\n+++ "b/\\303\\251\\n\\"\\\\.md"\n{HUNK}', {'é\n"\\.md': (2,)}),
        (f'--- "a/\\351.md"\n+++ "b/\\351.md"\n{HUNK}', {"\\xe9.md": (2,)}),
        (f"diff --git a/o.md b/n.md\nrename from o.md\nrename to n.md\n--- a/o.md\n+++ b/n.md\n{HUNK}", {"n.md": (2,)}),
        ("diff --git a/o.md b/n.md\nsimilarity index 100%\nrename from o.md\nrename to n.md\n", {}),
        ("diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1,2 @@\n+a\n+b\n", {"n": (1, 2)}),
        ("diff --git b/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+a\n", {"b/n": (1,)}),
        ("--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+a\n\\ No newline at end of file\n", {"n": (1,)}),
        ("diff --git a/n b/n\ndeleted file mode 100644\n--- a/n\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", {}),
        ("--- a/x\n+++ b/x\n@@ -3 +3,0 @@\n-gone\n@@ -9 +8 @@\n-old\n+new\n", {"x": (8,)}),
        ("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- a/y\n+++ b/y\n\n", {"x": (1,)}),
        ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n", {"x": (1,)}),
        (f"From: A. Writer\n---\n x.md | 1 +\n\n--- a/x.md\n+++ b/x.md\n{HUNK}-- \n2.39.5\n", {"x.md": (2,)}),
        ("diff --git a/x b/x\nold mode 100644\nnew mode 100755\n", {}),
        ("--- a/x\n+++ b/x\n@@ -1 +1,3 @@\n one\n+\n+ \t\n", {}),
    ],
)  # fmt: skip
def test_forms_of_a_diff(diff: str, lines: dict[str, tuple[int, ...]]) -> None:
    assert parse(diff) == lines


@pytest.mark.parametrize(
    ("diff", "message"),
    [
        ("hello\nworld\n", "line 1 of the diff: not a unified diff"),
        ("5c5\n< a\n---\n> b\n", "not a unified diff"),
        ("*** a\n--- b\n***************\n", "not a unified diff"),
        (
            "diff --cc x\nindex 1,2..3\n--- a/x\n+++ b/x\n@@@ -1,1 -1,1 +1,2 @@@\n",
            "line 1 of the diff: a combined diff",
        ),
        ("--- a/x\n+++ b/x\n@@@ -1,1 -1,1 +1,2 @@@\n", "line 3 of the diff: a combined diff"),
        ("--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n one\n", "line 4 of the diff: the diff ends inside a hunk"),
        ("--- a/x\n+++ b/x\n@@ broken @@\n", "line 3 of the diff: not a hunk"),
        ("--- a/x\n+++ b/x\n@@ -1 +1 @@\nxyz\n", "line 4 of the diff: a line of a hunk must begin with"),
        ("--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n+a\n-b\n-c\n", "line 6 of the diff: a hunk has other lines than it says"),
        (
            f"--- a/x\n+++ b/x\n{HUNK}--- a/x\n+++ b/x\n{HUNK}",
            "'x' stands in the diff twice, as in a series of commits",
        ),
        ("\x1b[1m--- a/x\x1b[m\n\x1b[1m+++ b/x\x1b[m\n", "not a unified diff"),
    ],
)
def test_what_is_no_diff_of_two_versions_is_refused(diff: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(diff)
    assert message in str(caught.value)


def test_a_binary_file_that_changed_is_changed_as_a_whole() -> None:
    diff = b"diff --git a/a b.md b/a b.md\nindex 1..2\nBinary files a/a b.md and b/a b.md differ\n"
    quoted = b'diff --git "a/\\303\\251.md" "b/\\303\\251.md"\nGIT binary patch\nliteral 3\nabc\n\n'
    assert Changes.parse(diff + quoted).whole == {"a b.md", "é.md"}


def place(document: str, start: int, end: int) -> Occurrence:
    return Occurrence(document, start, end, 1, 1, 1, 1)


TEXT_OF_LINES = "one\ntwo\rtoo\nthree\nfour\n"


@pytest.mark.parametrize(
    ("added", "start", "end", "expected"),
    [
        ((2,), 4, 11, True),
        ((1, 3), 4, 11, False),
        ((2,), 0, 5, True),
        ((3,), 0, 11, False),
        ((3,), 0, 13, True),
        ((4,), 12, 17, False),
        ((), 0, 20, False),
    ],
)
def test_lines_end_as_for_git(added: tuple[int, ...], start: int, end: int, expected: bool) -> None:
    assert adding("x", added).touch(place("x", start, end), TEXT_OF_LINES) is expected


@pytest.mark.parametrize(
    ("changes", "document", "expected"),
    [
        (Changes(whole=frozenset({"x"})), "x", True),
        (adding("docs/x", (1,), folder="docs/"), "x", True),
        (adding("docs/x", (1,), folder="docs/sub/"), "../x", True),
        (adding("docs/x", (1,), folder="docs/"), "../docs/x", True),
        (adding("docs/x", (1,), folder="docs/", top="/repo"), "/repo/docs/x", True),
        (adding("docs/x", (1,), folder="docs/", top="/repo"), "/other/docs/x", False),
        (adding("x.jsonl", (3,)), "x.jsonl:3", True),
        (adding("x.jsonl", (3,)), "x.jsonl:4", False),
        (Changes(whole=frozenset({"x.jsonl"})), "x.jsonl:4", True),
        (adding("a:3", (1,)), "a:3", True),
        (adding("a", (1,)), "b", False),
    ],
)
def test_documents_are_found_by_their_ids(changes: Changes, document: str, expected: bool) -> None:
    assert changes.touch(place(document, 0, 3), "one") is expected


def finding(*documents: str, fresh: tuple[int, ...] = ()) -> Finding:
    passage = Passage("p", 1, 1.0, "verbatim", tuple(place(name, 0, 3) for name in documents))
    return Finding(passage, "new" if fresh else "known", "it is", fresh)


def test_what_no_added_line_touches_is_known() -> None:
    texts = dict.fromkeys("abc", "one")
    changes = adding("b", (1,))
    item = finding("a", "b", "c", fresh=(0, 1, 2))
    assert touched(item, changes, texts) == (1,)
    assert gated(item, changes, texts) == finding("a", "b", "c", fresh=(1,)).__class__(
        item.passage, "new", "it is", (1,)
    )
    missed = gated(finding("a", "c", fresh=(0, 1)), changes, texts)
    assert (missed.status, missed.reason, missed.fresh) == ("known", "no added line is in it", ())
    known = finding("a", "b")
    assert gated(known, changes, texts) == pointed(known, changes, texts) == known


def test_a_pointer_stays_where_nothing_is_touched_and_prefers_what_is_fresh() -> None:
    texts = dict.fromkeys("abc", "one")
    assert pointed(finding("a", "c", fresh=(1,)), adding("b", (1,)), texts).fresh == (1,)
    assert pointed(
        finding("a", "b", "c", fresh=(1, 2)), Changes({name: (Hunk(1, 1, (), (1,)),) for name in "ac"}), texts
    ).fresh == (2,)
    assert pointed(finding("a", "b", fresh=(1,)), adding("a", (1,)), texts).fresh == (0,)


def test_the_texts_before_a_change() -> None:
    diff = (
        "--- a/docs/x.md\n+++ b/docs/x.md\n@@ -2 +2,2 @@\n-old\n+new\n+more\n@@ -9,2 +9,0 @@\n-gone\n-too\n"
        "--- /dev/null\n+++ b/docs/n.md\n@@ -0,0 +1 @@\n+a\n"
        "--- a/docs/r.jsonl\n+++ b/docs/r.jsonl\n@@ -1,0 +2 @@\n+{}\n"
        "--- a/docs/x.md:1\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-was\n-here\n"
    )
    changes = replace(Changes.parse(diff.encode(), "docs/"), whole=frozenset({"docs/w.md"}))
    texts = {"x.md": "1\nnew\nmore\n4\n5\n6\n7\n8\n9\n", "n.md": "a\n", "w.md": "w", "same.md": "same"}
    texts |= {"r.jsonl:1": "one", "r.jsonl:2": "two"}
    assert {item.id: item.text for item in changes.before(Document(*item) for item in texts.items())} == {
        "x.md": "1\nold\n4\n5\n6\n7\n8\n9\ngone\ntoo\n",
        "n.md": "",
        "same.md": "same",
        "r.jsonl:1": "one",
        "removed: docs/x.md:1": "was\nhere",
    }
