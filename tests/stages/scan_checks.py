"""What every result promises, whatever the texts: spans, similarities, kinds; recomputed from the texts alone."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

import naive
from rapidfuzz.distance import Indel

from dedup.config import Config
from dedup.model import Pair, Passage, Span
from dedup.result import Result

KINDS = ("verbatim", "reformatted", "edited")


def as_bytes(result: Result) -> str:
    """Return a result as it is written, but for the time it took."""
    return "".join(replace(result, stats=replace(result.stats, seconds=0.0)).to_json())


class Reading:
    """The words of texts, read once by the slow tokenizer."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts
        self.tokens = {name: naive.tokenize(text) for name, text in texts.items()}

    def within(self, span: Span) -> list[naive.Token]:
        return [token for token in self.tokens[span.document] if span.start <= token.start and token.end <= span.end]

    def words(self, span: Span) -> list[str]:
        return [token.folded for token in self.within(span)]

    def count(self, span: Span) -> float:
        return sum(0.5 if token.half else 1 for token in self.within(span))

    def characters(self, span: Span) -> str:
        """Return the text from the first letter of a span to its last."""
        return self.texts[span.document][span.start : self.within(span)[-1].end]


def check_result(result: Result, texts: Mapping[str, str], config: Config) -> None:
    """Assert the promises that hold for each span, pair and passage."""
    reading = Reading(texts)
    assert [item.id for item in result.documents] == sorted(texts)
    for item in result.documents:
        whole = Span(item.id, 0, len(texts[item.id]))
        assert (item.characters, item.words) == (len(texts[item.id]), int(reading.count(whole) + 0.5))
    for passage in result.passages:
        check_passage(passage, reading, config)
    for pair in result.pairs:
        check_pair(pair, reading, config)
    named = {passage.id for passage in result.passages}
    assert {pair.passage for pair in result.pairs} == named
    assert list(result.passages) == sorted(result.passages, key=lambda item: item.occurrences)
    assert list(result.pairs) == sorted(result.pairs, key=lambda item: (item.left, item.right))


def check_span(span: Span, reading: Reading) -> None:
    text = reading.texts[span.document]
    assert 0 <= span.start < span.end <= len(text)
    words = reading.within(span)
    assert words and words[0].start == span.start
    # After the last word there is nothing but punctuation that directly follows it.
    assert naive.punctuation_after(text, words[-1].end).startswith(text[words[-1].end : span.end])


def likenesses(a: Sequence[str], b: Sequence[str]) -> tuple[float, float]:
    """Return the similarity of two sequences of words as they are, and with both sorted."""
    return Indel.normalized_similarity(a, b), Indel.normalized_similarity(sorted(a), sorted(b))


def check_pair(pair: Pair, reading: Reading, config: Config) -> None:
    assert pair.left < pair.right
    for span in (pair.left, pair.right):
        check_span(span, reading)
        assert reading.count(span) >= config.min_words
    if pair.left.document == pair.right.document:
        assert pair.left.end <= pair.right.start
    in_order, in_any_order = likenesses(reading.words(pair.left), reading.words(pair.right))
    assert min(abs(pair.similarity - in_order), abs(pair.similarity - in_any_order)) < 1e-9
    assert pair.similarity >= config.min_similarity


def check_passage(passage: Passage, reading: Reading, config: Config) -> None:
    places = passage.occurrences
    assert len(places) >= 2
    assert list(places) == sorted(places)
    for place in places:
        check_span(place, reading)
        text = reading.texts[place.document]
        line, column = naive.line_and_column(text, place.start)
        end_line, end_column = naive.line_and_column(text, place.end - 1)
        assert (place.line, place.column, place.end_line, place.end_column) == (line, column, end_line, end_column + 1)
    for before, after in itertools.pairwise(places):
        assert before.document != after.document or before.end <= after.start
    assert passage.similarity >= config.min_similarity
    assert passage.words >= config.min_words
    assert any(describes(passage, place, reading) for place in places), f"no occurrence accounts for {passage}"


def describes(passage: Passage, representative: Span, reading: Reading) -> bool:
    """Return whether similarity, words and kind of a passage are those of its occurrences against one of them."""
    if int(reading.count(representative) + 0.5) != passage.words:
        return False
    own = reading.words(representative)
    others = [place for place in passage.occurrences if place != representative]
    found = [likenesses(own, reading.words(place)) for place in others]
    if passage.kind == "reordered":  # some of the occurrences, not necessarily all
        lowest, highest = min(min(pair) for pair in found), min(max(pair) for pair in found)
        return lowest - 1e-9 <= passage.similarity <= highest + 1e-9
    kinds = [
        0
        if reading.characters(place) == reading.characters(representative)
        else 1
        if reading.words(place) == own
        else 2
        for place in others
    ]
    return abs(passage.similarity - min(pair[0] for pair in found)) < 1e-9 and passage.kind == KINDS[max(kinds)]


def words_covered(span: tuple[str, int, int], spans: Sequence[Span]) -> bool:
    """Return whether a span lies in one of some spans."""
    name, start, end = span
    return any(found.document == name and found.start <= start and end <= found.end for found in spans)


def found_in_one(result: Result, spans: Sequence[tuple[str, int, int]]) -> bool:
    """Return whether one passage has, for each span, an occurrence of its own in which that span lies."""
    return any(all(words_covered(span, passage.occurrences) for span in spans) for passage in result.passages)


def found_in_pieces(result: Result, texts: Mapping[str, str], span: tuple[str, int, int]) -> bool:
    """Return whether every word of a span lies in some occurrence of some passage."""
    name, start, end = span
    places = [place for passage in result.passages for place in passage.occurrences if place.document == name]
    return all(
        any(place.start <= token.start and token.end <= place.end for place in places)
        for token in naive.tokenize(texts[name])
        if start <= token.start and token.end <= end
    )
