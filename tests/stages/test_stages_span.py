"""Spans of the original text: code points, lines, columns, closing punctuation, kinds."""

from __future__ import annotations

from collections.abc import Sequence

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dedup
from dedup.span import Located, locate

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
    found = list(locate(firsts, lasts, offsets, bytes_of_texts))
    assert len(found) == len(ranges)
    digests: dict[str, bytes] = {}
    for place, (first, last) in zip(found, ranges, strict=True):
        number, start, end = words[first][0], words[first][1].start, words[last - 1][1].end
        text = texts[number]
        assert place[:3] == (number, start, end)
        assert (place.line, place.column) == naive.line_and_column(text, start)
        line, column = naive.line_and_column(text, end - 1)
        assert (place.end_line, place.end_column) == (line, column + 1)
        assert place.marks == naive.punctuation_after(text, end)
        assert digests.setdefault(text[start:end], place.content) == place.content
    assert len(set(digests.values())) == len(digests)


def test_texts_of_more_than_one_batch_are_located():
    texts = [f"{number} " * 100_000 for number in range(30)]
    bytes_of_texts, offsets = encoded(texts)
    found = locate(offsets[:-1], offsets[:-1] + 2, offsets, bytes_of_texts)
    assert [place[:3] for place in found] == [(number, 0, 2 * len(f"{number} ") - 1) for number in range(30)]
    assert isinstance(next(locate(offsets[:1], offsets[:1] + 1, offsets, bytes_of_texts)), Located)


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
