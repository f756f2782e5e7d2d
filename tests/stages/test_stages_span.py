"""Spans of the original text: code points, lines, columns, closing punctuation, kinds."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import hostile_text

import dedup
from dedup.arrays import Tokens
from dedup.model import Document
from dedup.span import Bounds, bounds_of, closing_punctuation, occurrences
from dedup.spelling import Spelling
from dedup.tokenize import tokenize

FILLER = " ".join(f"word{number}" for number in range(20))


@given(
    st.text(st.sampled_from("ab \n\r\u2028\x0b\x85漢"), max_size=30), st.text(st.sampled_from("ab\n\r"), max_size=30)
)
def test_lines_and_columns_are_counted_from_one(before, text):
    documents = [Document("0", before), Document("1", text)]
    tokens = tokenize([before, text])
    places = np.arange(len(tokens.keys))
    bounds = bounds_of(places, places + 1, tokens)
    words = [(number, word) for number, own in enumerate((before, text)) for word in naive.tokenize(own)]
    for found, (number, word) in zip(occurrences(documents, bounds), words, strict=True):
        own = documents[number].text
        assert (found.document, found.start, found.end) == (str(number), word.start, word.end)
        assert (found.line, found.column) == naive.line_and_column(own, word.start)
        line, column = naive.line_and_column(own, word.end - 1)
        assert (found.end_line, found.end_column) == (line, column + 1)


@given(st.text(st.sampled_from("ab\n\r"), min_size=1, max_size=30), st.data())
def test_ranges_may_overlap_and_span_lines(text, data):
    def inside(at: int) -> bool:
        return text[at - 1 : at + 1] == "\r\n"

    starts = sorted(data.draw(st.lists(st.integers(0, len(text) - 1).filter(lambda at: not inside(at)), max_size=4)))
    ends = [data.draw(st.integers(start + 1, len(text)).filter(lambda at: not inside(at - 1))) for start in starts]
    found = occurrences([Document("a", text)], Bounds([0] * len(starts), starts, ends))
    for start, end, occurrence in zip(starts, ends, found, strict=True):
        assert (occurrence.line, occurrence.column) == naive.line_and_column(text, start)
        line, column = naive.line_and_column(text, end - 1)
        assert (occurrence.end_line, occurrence.end_column) == (line, column + 1)


@given(st.lists(hostile_text(20), min_size=2, max_size=4), st.data())
def test_the_punctuation_that_all_have_closes_a_span(texts, data):
    ends = [data.draw(st.integers(0, len(text))) for text in texts]
    marks = [naive.punctuation_after(text, end) for text, end in zip(texts, ends, strict=True)]

    def common(a: str, b: str) -> int:
        return next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))

    assert closing_punctuation(texts, ends) == min(common(marks[0], own) for own in marks[1:])


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ("One two. Three", "One two. Three", "verbatim"),
        ("One two. Three!", "One two. Three", "verbatim"),
        ("One two. Three", "one two three", "reformatted"),
        ("é t", "e\u0301 t", "reformatted"),
        ("One two " + FILLER[::-1], "One three " + FILLER[::-1], "edited"),
    ],
)
def test_kinds(a, b, kind):
    result = dedup.scan({"a": f"{FILLER} {a}", "b": f"{FILLER} {b}"}, dedup.Config(clusters=False))
    assert [passage.kind for passage in result.passages] == [kind]


def spelling(*texts: str) -> tuple[Spelling, Tokens]:
    tokens = tokenize(texts)
    return Spelling(texts, tokens), tokens


@given(hostile_text(), st.integers(0, 3))
def test_words_are_those_of_the_text_wherever_it_stands(text, shift):
    words = [word.folded for word in naive.tokenize(text)]
    assume(words)
    alone, _ = spelling(text)
    among, _ = spelling("x " * shift, text)
    assert alone.words(0, len(words)) == words
    assert among.words(shift, shift + len(words)) == words
    assert among.words(shift + len(words) - 1, shift + len(words)) == words[-1:]


def test_a_passage_is_named_by_its_words_wherever_they_stand():
    config = dedup.Config(clusters=False)
    words = [f"word{number}" for number in range(20)]
    texts = {"a": " ".join(words), "b": "x. " + "\n".join(words).upper()}
    moved = {"c": "Something else, " + " ".join(words) + ".", "b": " ".join(words)}
    (first,), (second,) = (dedup.scan(own, config).passages for own in (texts, moved))
    assert first.id == second.id
    assert len(first.id) == 16 and set(first.id) <= set("0123456789abcdef")
    (other,) = dedup.scan({name: text.rsplit(maxsplit=1)[0] for name, text in texts.items()}, config).passages
    assert other.id != first.id
