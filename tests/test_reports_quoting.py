"""What reports quote: harmless in a terminal, wrapped by columns, shortened with a count, changes marked."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.reports.excerpt import differences, excerpt
from dedup.reports.terminal import Unit, at_line_start, columns, paint, printable, units, wrap
from dedup.result import CONTROLS

anything = st.text(st.characters(exclude_categories=[]) | st.sampled_from(" \n\x1b文ก"))


def flat(text: list[Unit]) -> str:
    return " ".join(wrap(text, 10**9, color=False))


def marked(left: str, right: str, context: int = 5, words: int = 60, most: int = 12) -> tuple[int, str]:
    changes, text = differences(left, right, context=context, words=words, most=most)
    return changes, flat(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("a\tb\nc\rd", "a\\tb\\nc\\rd"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b31m\x7f\x00", "\\x9b31m\\x7f\\x00"),
        ("\u202egpj.exe\u2069", "\\u202egpj.exe\\u2069"),
        ("a\u2028b", "a\\u2028b"),
        ("caf\udce9", "caf\\udce9"),
        ("é, שלום, 中文, 👩‍🚀", "é, שלום, 中文, 👩‍🚀"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("##[error]x", "\\x23#[error]x"),
        ("a ##vso[task.x]", "a \\x23#vso[task.x]"),
        ("### [a](b), ## c [d]", "### [a](b), ## c [d]"),
        ("a::error::b", "a::error::b"),
    ],
)
def test_commands_to_build_servers_are_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert at_line_start(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("::error::x", "\\x3a:error::x"), (" \t::x", " \\t::x"), ("  ::x", "  \\x3a:x"), (":x", ":x"), ("::", "\\x3a:")],
)
def test_no_line_begins_with_a_command(text: str, shown: str) -> None:
    assert at_line_start(text) == shown


def test_harmless_units_do_not_add_up_to_a_command() -> None:
    assert list(wrap([Unit("##", False), Unit("vso", False), Unit("[x]", False)], 40, False)) == ["\\x23#vso[x]"]


@given(anything)
def test_quoted_text_is_harmless_and_complete(text: str) -> None:
    lines = list(wrap(units(text), 30, color=False))
    assert all(line and not CONTROLS.search(line) for line in lines)
    assert "".join("".join(lines).split()) == "".join(printable(word) for word in text.split())


@given(anything, st.integers(20, 60))
def test_lines_are_no_wider_than_asked(text: str, width: int) -> None:
    assert all(columns(line) <= width for line in wrap(units(text), width, color=False))


@pytest.mark.parametrize(
    ("text", "width"),
    [("word", 4), ("文字", 4), ("ｗ", 2), ("e\u0301", 1), ("שלום", 4), ("", 0), ("👍", 2), ("\u200b", 0), ("한글", 4)],
)
def test_columns(text: str, width: int) -> None:
    assert columns(text) == width


def test_white_space_collapses_and_chinese_breaks_anywhere_but_before_punctuation() -> None:
    assert list(wrap(units("one\n\n two\u3000three"), 40, color=False)) == ["one two three"]
    assert list(wrap(units("一二三四五六七八九十，甲乙"), 20, color=False)) == ["一二三四五六七八九", "十，甲乙"]


def test_a_mark_stays_with_its_letter_when_a_long_word_is_cut() -> None:
    lines = list(wrap(units("e\u0301" * 45), 20, color=False))
    assert [columns(line) for line in lines] == [20, 20, 5]
    assert not any(unicodedata.combining(line[0]) for line in lines)


def test_color_is_put_around_runs_and_not_across_lines() -> None:
    text = units("alpha beta gamma delta", style="removed")
    assert list(wrap(text, 20, color=True)) == ["\x1b[1;31malpha beta gamma\x1b[0m", "\x1b[1;31mdelta\x1b[0m"]
    assert paint("", "heading", True) == ""
    assert paint("x", "", True) == "x"


# Excerpts


def test_a_short_text_is_quoted_whole() -> None:
    text = "It rained. " * 20
    assert flat(excerpt(text, 60)) == text.strip()


def test_a_long_text_is_shortened_in_the_middle_with_a_count() -> None:
    text = " ".join(f"w{number}" for number in range(1, 1001))
    assert flat(excerpt(text, 6)) == "w1 w2 w3 w4 … 994 words … w999 w1000"
    assert flat(excerpt(text, 0)) == text


def test_nothing_is_hidden_to_save_three_words() -> None:
    assert flat(excerpt("a b c d e f", 3)) == "a b c d e f"
    assert flat(excerpt("a b c d e f g", 3)) == "a b … 4 words … g"


def test_chinese_is_shortened_too() -> None:
    assert flat(excerpt("文" * 100, 6)) == "文" * 8 + " … 44 words … " + "文" * 4


def test_punctuation_counts_for_nothing() -> None:
    assert flat(excerpt("a - b - c - d - e", 5)) == "a - b - c - d - e"


@given(anything, st.integers(0, 8))
def test_an_excerpt_begins_and_ends_like_its_text(text: str, words: int) -> None:
    whole, short = flat(units(text)), flat(excerpt(text, words))
    head, _, tail = short.partition("…")
    assert whole == short or (whole.startswith(head.rstrip()) and whole.endswith(tail.rpartition("…")[2].lstrip()))


# Differences

STORY = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"


def test_a_replaced_word_is_marked_in_its_context() -> None:
    assert marked(STORY, STORY.replace("eight", "acht"), context=2) == (
        1,
        "… 5 words … six seven [-eight-] {+acht+} nine ten … 6 words …",
    )


def test_removed_and_added_words_are_marked() -> None:
    assert marked("we saw the red boat go", "we saw boat go") == (1, "we saw [-the red-] boat go")
    assert marked("we saw boat go", "we saw the red boat go") == (1, "we saw {+the red+} boat go")
    assert marked("we saw it", "then we saw it") == (1, "{+then+} we saw it")
    assert marked("we saw it", "we saw") == (1, "we saw [-it-]")


def test_what_is_not_a_word_is_shown_as_the_occurrence_has_it() -> None:
    assert marked("Stop, he said, and ran.", "Halt! he said; and ran!") == (1, "[-Stop-] {+Halt+}! he said; and ran!")


def test_changes_inside_what_looks_like_one_word_stay_inside_it() -> None:
    assert marked("version 1.0 is out", "version 1.1 is out") == (1, "version 1.[-0-]{+1+} is out")
    assert marked("see http://www.example.org now", "see http://example.org now") == (
        1,
        "see http://[-www-]example.org now",
    )
    assert marked("it was well-known then", "it was known then") == (1, "it was [-well-] known then")


def test_punctuation_stays_on_its_side_of_a_removed_word() -> None:
    assert marked("we came, alas late", "we came, late") == (1, "we came, [-alas-] late")
    assert marked("we came alas, late", "we came, late") == (1, "we came [-alas-], late")
    assert marked("we came (alas) late", "we came late") == (1, "we came [-alas-] late")


def test_words_that_differ_in_case_alone_are_equal() -> None:
    assert marked("It Rained, All Day", "it rained\nall day") == (0, "")


def test_changes_in_chinese_are_marked_by_character() -> None:
    assert marked("他在公园散步", "他在公园跑步") == (1, "他在公园[-散-]{+跑+}步")


def test_pieces_in_another_order_are_shown_as_removed_here_and_added_there() -> None:
    assert marked("a b c d e f g h", "e f g h a b c d")[1] in (
        "{+e f g h+} a b c d [-e f g h-]",
        "[-a b c d-] e f g h {+a b c d+}",
    )


def test_a_long_change_is_shortened_but_both_ends_are_kept() -> None:
    added = " ".join(f"x{number}" for number in range(1, 101))
    assert marked("we saw it go", f"we saw {added} it go", words=6) == (
        1,
        "we saw {+x1 x2 x3 x4 … 94 words … x99 x100+} it go",
    )


def test_many_changes_are_counted() -> None:
    left = " ".join(f"w{number}" for number in range(200))
    right = " ".join(f"x{number}" if number % 10 == 5 else f"w{number}" for number in range(200))
    changes, text = marked(left, right, context=1, most=3)
    assert changes == 20
    assert text.count("[-") == text.count("{+") == 3
    assert text.endswith("… and 17 more changes")
    assert marked(left, right, context=1, most=0)[1].count("[-") == 20


def test_hostile_words_are_escaped_in_changes_too() -> None:
    changes, text = marked("we saw a\x1b[31mred boat", "we saw a\u202eblue boat")
    assert changes >= 1
    assert not CONTROLS.search(text)


words = st.lists(st.sampled_from(["alpha", "beta", "gamma", "文", "字", "x,", "y."]), max_size=12).map(" ".join)


def tokens(text: str) -> list[str]:
    return text.replace(",", "").replace(".", "").split()


@given(words, words)
def test_without_its_marks_the_text_is_that_of_the_occurrence(left: str, right: str) -> None:
    changes, text = differences(left, right, context=100, words=0, most=0)
    assert (text == []) == (changes == 0) == (tokens(left) == tokens(right))
    if not changes:
        return
    kept = [unit for unit in text if unit.style != "removed"]
    assert "".join(unit.text.removeprefix("{+").removesuffix("+}") for unit in kept) == "".join(right.split())
