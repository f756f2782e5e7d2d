"""Spans of the original text: code points, lines, columns, closing punctuation, kinds."""

from __future__ import annotations

import naive
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import hostile_text

from dedup.model import Document, Span
from dedup.span import Locator
from dedup.tokenize import tokenize


def locator(*texts: str) -> Locator:
    return Locator([Document(str(number), text) for number, text in enumerate(texts)], tokenize(texts))


@given(
    st.text(st.sampled_from("ab \n\r\u2028\x0b\x85漢"), max_size=30), st.text(st.sampled_from("ab\n\r"), max_size=30)
)
def test_lines_and_columns_are_counted_from_one(before, text):
    words = naive.tokenize(text)
    first = len(naive.tokenize(before))
    for place, word in enumerate(words, first):
        found = locator(before, text).occurrence(Span("1", word.start, word.end), place)
        assert (found.line, found.column) == naive.line_and_column(text, word.start)
        line, column = naive.line_and_column(text, word.end - 1)
        assert (found.end_line, found.end_column) == (line, column + 1)


@given(st.lists(hostile_text(20), min_size=2, max_size=4), st.data())
def test_spans_hold_the_words_and_the_punctuation_that_both_sides_have(texts, data):
    words = [naive.tokenize(text) for text in texts]
    filled = [number for number, found in enumerate(words) if found]
    assume(len(filled) >= 2)
    begins = [sum(map(len, words[:number])) for number in range(len(words))]
    chosen, ranges = [], []
    for number in filled:
        first = data.draw(st.integers(0, len(words[number]) - 1))
        last = data.draw(st.integers(first + 1, len(words[number])))
        chosen.append((number, words[number][first].start, words[number][last - 1].end))
        ranges.append((begins[number] + first, begins[number] + last))
    marks = [naive.punctuation_after(texts[number], end) for number, _, end in chosen]

    def common(a: str, b: str) -> int:
        return next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))

    extra = min(common(marks[0], own) for own in marks[1:])
    assert locator(*texts).spans(ranges) == [Span(str(number), start, end + extra) for number, start, end in chosen]


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ("One two. Three", "One two. Three", "verbatim"),
        ("One two. Three!", "One two. Three", "verbatim"),
        ("One two. Three", "one two three", "reformatted"),
        ("é t", "e\u0301 t", "reformatted"),
        ("One two", "One three", "edited"),
    ],
)
def test_kinds(a, b, kind):
    both = locator(a, b)
    first, size = len(naive.tokenize(a)), len(naive.tokenize(b))
    ranges = [(0, first), (first, first + size)]
    assert list(both.kinds(ranges, both.spans(ranges), 0)) == ["verbatim", kind]


@given(hostile_text(), st.integers(0, 3))
def test_words_and_fingerprints_are_those_of_the_text_wherever_it_stands(text, shift):
    words = naive.tokenize(text)
    assume(words)
    alone, among = locator(text), locator("x " * shift, text)
    assert alone.words(0, len(words)) == [word.folded for word in words]
    name = alone.fingerprint(0, len(words))
    assert name == among.fingerprint(shift, shift + len(words))
    assert len(name) == 16 and set(name) <= set("0123456789abcdef")
    if len(words) > 1:
        assert name != alone.fingerprint(0, len(words) - 1)
