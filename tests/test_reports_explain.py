"""A passage explained in the terminal: two columns or one, differences marked, and what the check says; ids found."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_reports import ANSI, HARBOUR_EDITED, RESULT
from test_reports import HARBOUR as HARBOUR_TEXT
from verdicts import CHECKED, CLEAN, FAILED, HARBOUR, MARKET, PASSED, RECIPE, hostile, hostile_check

from dedup import scan
from dedup.config import Config
from dedup.describe import fingerprint
from dedup.errors import InputError
from dedup.model import Passage
from dedup.reports import View
from dedup.reports.excerpt import sides
from dedup.reports.explain import explain, find_passage
from dedup.reports.terminal import columns, wrap
from dedup.tokenize import folded_words
from dedup.verdict import Verdict


def explained(passage: Passage, view: View | None = None, verdict: Verdict | None = FAILED) -> str:
    return "".join(explain(CHECKED, passage, view or View(), verdict))


def test_the_representative_stands_on_the_left_of_each_other_occurrence() -> None:
    text = HARBOUR_EDITED
    result = scan({"a.txt": f"{text} One.", "b.txt": f"{HARBOUR_TEXT} Two.", "c.txt": f"{text} Three."},
                  Config(clusters=False))  # fmt: skip
    (passage,) = result.passages
    lines = "".join(explain(result, passage, View(width=120))).splitlines()
    heads = [re.findall(r"[abc](?=\.txt:1:)", line) for line in lines if ".txt" in line]
    place = next(place for place in passage.occurrences if place.document == "b.txt")
    assert fingerprint(folded_words(result.texts["b.txt"][place.start : place.end])) == passage.id
    assert heads == [["b", "a"], ["b", "c"]]


@pytest.mark.parametrize("passage", [RECIPE, HARBOUR, MARKET])
@pytest.mark.parametrize("width", [70, 81, 100, 200])
def test_columns_are_as_wide_as_they_should_be(passage: Passage, width: int) -> None:
    lines = [line for line in explained(passage, View(width=width)).splitlines() if line.startswith("│")]
    assert lines
    assert all(columns(line) <= width for line in lines)
    middles = {columns(line[: line.index(" │", 2)]) for line in lines if " │" in line[2:]}
    assert len(middles) == 1


def test_a_narrow_terminal_shows_one_below_the_other() -> None:
    lines = explained(HARBOUR, View(width=69)).splitlines()
    assert not any(" │ " in line for line in lines)
    assert lines.count("tales/draft 2.txt:3:1 (new)") == 1
    assert all(columns(line) <= 69 for line in lines if line.startswith("│"))


@pytest.mark.parametrize("width", [60, 120])
def test_differences_are_marked_by_signs_and_by_color(width: int) -> None:
    plain, colored = (explained(HARBOUR, View(width=width, color=color)) for color in (False, True))
    assert ANSI.sub("", colored) == plain
    assert "[-remaining-]" in plain
    assert "{+other+}" in plain
    assert "\x1b[1;31m[-remaining-]\x1b[0m" in colored
    assert "\x1b[1;32m{+other+}\x1b[0m" in colored


def test_what_the_check_says_is_said() -> None:
    assert "\nnew: not in the baseline\nsuppressed: 1 of 3 occurrences, by group tales\n" in explained(HARBOUR)
    assert "(new)" in explained(HARBOUR)
    assert "(suppressed by marker)" in explained(RECIPE)
    text = explained(MARKET)
    assert "\nchanged: in the baseline with other words\nsuppressed: 2 of 2 occurrences, by group markets\n" in text
    assert "\nknown: in the baseline\n" in explained(RECIPE, verdict=PASSED)
    assert "\nThe check says nothing of it.\n" in explained(RECIPE, verdict=CLEAN)
    assert "new:" not in explained(RECIPE, verdict=None)


def test_what_is_not_shown_is_counted() -> None:
    assert explained(HARBOUR, View(items=1)).endswith("\n… and 1 more occurrence\n")
    text = "".join(explain(replace(CHECKED, texts={}), HARBOUR, View(), FAILED))
    assert "is not at hand or has changed since the scan" in text
    assert "│" not in text


@given(hostile, hostile, st.sampled_from([20, 69, 70, 100]))
@settings(max_examples=100, deadline=None)
def test_every_line_of_text_stands_behind_a_sign(name: str, text: str, width: int) -> None:
    result, verdict = hostile_check(name, text)
    lines = "".join(explain(result, result.passages[0], View(width=width), verdict)).split("\n")
    quoted = [line for line in lines if "one two" in line]
    assert all(line.startswith("│ ") for line in quoted)


words = st.lists(st.sampled_from(["alpha", "beta", "gamma", "文", "字", "x,", "y."]), max_size=40).map(" ".join)


@given(words, words)
def test_both_sides_are_whole(left: str, right: str) -> None:
    pieces = list(sides(left, right))
    for side, text, marks in ((0, left, "[-]"), (1, right, "{+}")):
        units = [unit for piece in pieces for unit in piece[side]]
        flat = "".join("".join(wrap(units, 10**6, False)).split())
        assert re.sub(f"[{re.escape(marks)}]", "", flat) == "".join(text.split())


def test_after_a_long_change_the_sides_begin_anew() -> None:
    added = " ".join(f"x{number}" for number in range(20))
    first, second = sides("We saw the red boat go.", f"We saw {added} the red boat go.")
    assert [unit.text for unit in first[0]] == ["We", "saw"]
    assert [unit.text for unit in second[0]] == [unit.text for unit in second[1]] == ["the", "red", "boat", "go."]


# find_passage


def test_a_passage_is_found_by_what_its_id_alone_begins_with() -> None:
    for prefix in ("0", "0c4d", "0C4D1E", RECIPE.id, f" {RECIPE.id}\n"):
        assert find_passage(RESULT, prefix) == RECIPE
    longer = replace(HARBOUR, id=f"{RECIPE.id}0")
    assert find_passage(replace(RESULT, passages=(RECIPE, longer)), RECIPE.id) == RECIPE


def test_an_ambiguous_id_names_the_passages_it_may_mean() -> None:
    passages = tuple(replace(RECIPE, id=f"0c4d{index}") for index in range(8))
    with pytest.raises(InputError) as error:
        find_passage(replace(RESULT, passages=passages), "0c4d")
    said = str(error.value)
    first = r"0c4d0 (20 words, reformatted, caf\udce9/menu.txt:2:1)"
    assert said.startswith(f"8 passages have an id that begins with '0c4d': {first}, 0c4d1 (")
    assert said.endswith(") and 3 more")


@pytest.mark.parametrize(
    ("prefix", "message"),
    [
        ("0c4d1e5f60718294", "no passage has an id that begins with '0c4d1e5f60718294'; the nearest: 0c4d1e5f60718293"),
        ("f00e", "no passage has an id that begins with 'f00e'; the nearest: f00dfeed12345678"),
        ("zzzz", "no passage has an id that begins with 'zzzz'"),
        ("\x1b[31m", r"no passage has an id that begins with '\x1b[31m'"),
    ],
)
def test_an_unknown_id_names_the_nearest(prefix: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        find_passage(RESULT, prefix)
    assert str(error.value) == message


def test_without_passages_there_is_nothing_to_explain() -> None:
    with pytest.raises(InputError, match="none was found at all"):
        find_passage(replace(RESULT, passages=()), "0c4d")
