"""Spans of the original text: code points, lines, columns, closing punctuation, kinds."""

from __future__ import annotations

from collections.abc import Sequence

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup.columns import StringColumn
from dedup.kernels import Texts
from dedup.span import locate

FILLER = " ".join(f"word{number}" for number in range(20))


def encoded(texts: Sequence[str]) -> tuple[list[bytes], np.ndarray]:
    """Return texts in UTF-8 and the places at which they begin."""
    offsets = np.cumsum([0, *(len(naive.tokenize(text)) for text in texts)])
    return [text.encode("utf-8", "surrogatepass") for text in texts], offsets


@given(st.lists(st.text(st.sampled_from("ab. \n\r\u2028\x0b\x85漢"), max_size=30), max_size=4), st.data())
def test_ranges_are_located_as_a_reader_would(texts, data):
    words = [(number, word) for number, text in enumerate(texts) for word in naive.tokenize(text)]
    bytes_of_texts, offsets = encoded(texts)
    starts = sorted(data.draw(st.lists(st.integers(0, len(words) - 1), max_size=6))) if words else []
    ranges = [(first, data.draw(st.integers(first + 1, int(offsets[words[first][0] + 1])))) for first in starts]
    firsts, lasts = np.array(ranges, np.int64).reshape(-1, 2).T
    places = locate(firsts, lasts, offsets, StringColumn.of(bytes_of_texts), Texts(bytes_of_texts, offsets))
    assert {len(column) for column in places} == {len(ranges)}
    contents: dict[str, int] = {}
    for (first, last), document, start, end, line, column, end_line, end_column, marks, content in zip(
        ranges, *places, strict=True
    ):
        number, *bounds = words[first][0], words[first][1].start, words[last - 1][1].end
        text = texts[number]
        assert [document, start, end] == [number, *bounds]
        assert (line, column) == naive.line_and_column(text, start)
        last_line, last_column = naive.line_and_column(text, end - 1)
        assert (end_line, end_column) == (last_line, last_column + 1)
        assert marks == naive.punctuation_after(text, end)
        assert contents.setdefault(text[start:end], content) == content
    assert len(set(contents.values())) == len(contents)


@given(st.lists(st.text(st.sampled_from(".!\u201d+ \n\u3002"), max_size=4), min_size=2, max_size=4))
def test_the_punctuation_that_all_copies_have_closes_a_span(endings):
    texts = {str(number): f"{FILLER}{ending}" for number, ending in enumerate(endings)}
    words = [naive.tokenize(text) for text in texts.values()]
    result = dedup.scan(texts, dedup.Config(clusters=False))
    marks = [naive.punctuation_after(text, own[-1].end) for text, own in zip(texts.values(), words, strict=True)]
    common = next(
        size for size in range(5, -1, -1) if len({mark[:size] for mark in marks}) == 1 and size <= len(marks[0])
    )
    (passage,) = result.passages
    for occurrence, own in zip(passage.occurrences, words, strict=True):
        assert occurrence.end - own[-1].end == common


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
