"""Documents of which something is masked: it is not compared, and all else is as if it were."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace

import naive
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import hostile_text, planted_reuse

import dedup
from dedup import Config, Document, InputError
from dedup.corpus import Intake, blank
from dedup.model import decode
from dedup.readers.markdown import masks

Spans = list[tuple[int, int]]
SENTENCE = "the keeper of the lower lock sells eels and lends his second boat to anybody who asks politely"


def spans_in(length: int) -> st.SearchStrategy[Spans]:
    """Return sorted spans without overlap; some are empty, some touch."""
    bounds = st.lists(st.integers(0, length), max_size=8).map(sorted)
    return bounds.map(lambda places: list(zip(places[::2], places[1::2], strict=False)))


@st.composite
def text_and_spans(draw: st.DrawFn) -> tuple[str, Spans]:
    text = draw(hostile_text())
    return text, draw(spans_in(len(text)))


def size(char: str) -> int:
    return len(char.encode("utf-8", "surrogatepass"))


@given(text_and_spans())
def test_a_blank_text_keeps_every_offset_and_line(drawn):
    text, spans = drawn
    found = blank(text, spans)
    assert len(found) == len(text)
    for place, (before, after) in enumerate(zip(text, found, strict=True)):
        hidden = any(start <= place < end for start, end in spans)
        if hidden and before not in "\r\n":
            assert after in " \u00a0\u3000\U000e0001"
            assert not naive.tokenize(f"a{after}")[1:] and naive.punctuation_after(after, 0) == ""
        else:
            assert after == before
        assert size(after) == size(before)


@given(text_and_spans())
def test_the_corpus_is_searched_blank_and_quoted_as_it_was(drawn):
    text, spans = drawn
    intake = Intake()
    [batch] = intake.batches([Document("b", "plain"), Document("a", text, tuple(spans))], 1 << 20)
    corpus, _ = intake.corpus()
    assert decode(batch[1]) == decode(corpus.texts[0]) == blank(text, spans)
    assert [decode(item) for item in corpus.originals] == [text, "plain"]
    assert dict(corpus.quoted(np.arange(2))) == {"a": text, "b": "plain"}
    assert corpus.characters.tolist() == [len(text), 5]
    assert (corpus.originals is corpus.texts) == (not spans)


def test_nothing_is_kept_twice_where_nothing_is_masked():
    intake = Intake()
    list(intake.batches([Document("a", "text")], 1))
    corpus, _ = intake.corpus()
    assert corpus.originals is corpus.texts


@pytest.mark.parametrize("masked", [[(0, 9)], [(-1, 2)], [(3, 2)], [(2, 3), (0, 1)], [(0, 2), (1, 3)]])
def test_masked_spans_must_be_spans(masked):
    with pytest.raises(InputError, match=r"document 'a.md': masked spans must be sorted"):
        dedup.scan([Document("a.md", "five.", tuple(masked))])


def by_hand(text: str, spans: Spans) -> str:
    """Return the text with a space for each masked character."""
    hidden = {place for start, end in spans for place in range(start, end)}
    return "".join(" " if place in hidden and char not in "\r\n" else char for place, char in enumerate(text))


def as_found(result: dedup.Result) -> dedup.Result:
    return replace(result, stats=replace(result.stats, seconds=0.0))


@given(planted_reuse(), st.data())
def test_masking_between_copies_is_like_blanking_by_hand(planted, data):
    masked = {}
    for name, text in planted.texts.items():
        copies = [(start, end) for own in planted.spans for document, start, end in own if document == name]
        free = [
            (start, end)
            for start, end in data.draw(spans_in(len(text)))
            if all(end <= first or last < start for first, last in copies)
        ]
        masked[name] = free
    config = Config(min_words=planted.min_words)
    found = dedup.scan([Document(name, text, tuple(masked[name])) for name, text in planted.texts.items()], config)
    blanked = dedup.scan({name: by_hand(text, masked[name]) for name, text in planted.texts.items()}, config)
    assert as_found(found) == as_found(blanked)
    assert all(found.texts[name] == planted.texts[name] for name in found.texts)


def kinds(texts: Mapping[str, tuple[str, Spans]]) -> list[str]:
    documents = [Document(name, text, tuple(spans)) for name, (text, spans) in texts.items()]
    return [passage.kind for passage in dedup.scan(documents, Config(clusters=False)).passages]


def test_what_a_passage_holds_that_is_masked_still_makes_its_kind():
    one, other = (SENTENCE.replace("eels", f"eels <{word}>") for word in ("first", "other"))
    mark = lambda text: [(text.index("<"), text.index(">") + 1)]  # noqa: E731
    assert kinds({"a": (one, mark(one)), "b": (one, mark(one))}) == ["verbatim"]
    assert kinds({"a": (one, mark(one)), "b": (other, mark(other))}) == ["reformatted"]
    assert kinds({"a": (one, []), "b": (other, [])}) == ["edited"]


def test_punctuation_belongs_to_a_passage_though_it_is_masked():
    text = f"{SENTENCE}!)"
    documents = [Document(name, text, ((len(SENTENCE), len(text)),)) for name in "ab"]
    [passage] = dedup.scan(documents, Config(clusters=False)).passages
    assert [(place.start, place.end) for place in passage.occurrences] == [(0, len(text))] * 2


def test_words_are_those_compared():
    text = f"---\ntitle: five words in a title\n---\n\n{SENTENCE}\n\n```\ncode\n```\n"
    config = Config(ignore_blocks=("front-matter", "code"))
    [document] = dedup.scan({"a.md": text}, config).documents
    assert (document.words, document.characters) == (len(SENTENCE.split()), len(text))
    [document] = dedup.scan({"a.txt": text}, config).documents
    assert document.words > len(SENTENCE.split())


def test_copies_in_code_and_quotes_are_not_found_if_they_are_ignored():
    texts = {"a.md": f"# A\n\n{SENTENCE}\n", "b.md": f"# B\n\n> {SENTENCE}\n", "c.md": f"# C\n\n```\n{SENTENCE}\n```\n"}

    def found(*kinds: str) -> list[str]:
        passages = dedup.scan(texts, Config(ignore_blocks=kinds, clusters=False)).passages
        return [place.document for passage in passages for place in passage.occurrences]

    assert found() == ["a.md", "b.md", "c.md"]
    assert found("code") == ["a.md", "b.md"]
    assert found("quote", "table") == ["a.md", "c.md"]
    assert found("code", "quote") == []


def test_the_kernels_agree():
    body = f"> é\n\n> {SENTENCE} é\U0001f600\n\n```\n中文 {SENTENCE}\r\n```\n{SENTENCE}[l](é 中😀)\n"
    texts = {f"{name}.md": f"{name} {body}" for name in "abc"}
    documents = [[name, text, masks(text, ["code", "links"])] for name, text in texts.items()]
    code = (
        "import json, sys, dedup\n"
        "documents = [dedup.Document(a, b, tuple(map(tuple, c))) for a, b, c in json.load(sys.stdin)]\n"
        "result = dedup.scan(documents, dedup.Config(clusters=False))\n"
        "print(json.dumps(result.to_dict() | {'stats': None}))"
    )
    printed = []
    for kernels in ("reference", ""):
        done = subprocess.run(
            [sys.executable, "-c", code],
            input=json.dumps(documents),
            env={**os.environ, "DEDUP_KERNELS": kernels},
            capture_output=True,
            text=True,
            check=True,
        )
        printed.append(done.stdout)
    assert printed[0] == printed[1]
    assert json.loads(printed[0])["passages"]
