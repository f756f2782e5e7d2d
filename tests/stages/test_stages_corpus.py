"""Documents taken in to a corpus: in order, each once, nothing of a text lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import hostile_text

from dedup.corpus import Corpus, Intake, decode
from dedup.errors import InputError
from dedup.model import Document

ids = st.text(st.characters(exclude_categories=()), max_size=6)


def taken_in(documents: Iterable[Document], size: int = 1 << 19) -> tuple[Corpus, list[int], list[list[bytes]]]:
    """Return the corpus of documents, which one each was, and the batches they came in."""
    intake = Intake()
    batches = list(intake.batches(documents, size))
    return *intake.corpus(), batches


@given(st.dictionaries(ids, hostile_text(), max_size=8), st.integers(1, 60), st.randoms(use_true_random=False))
def test_documents_come_back_as_they_were_by_id(texts, size, random):
    names = list(texts)
    random.shuffle(names)
    corpus, order, batches = taken_in((Document(name, texts[name]) for name in names), size)
    assert corpus.ids == sorted(texts)
    assert [names[number] for number in order.tolist()] == corpus.ids
    assert [decode(text) for text in corpus.texts] == [texts[name] for name in corpus.ids]
    assert corpus.characters.tolist() == [len(texts[name]) for name in corpus.ids]
    assert [decode(text) for batch in batches for text in batch] == [texts[name] for name in names]
    chosen = [number for number in range(len(names)) if random.random() < 0.5]
    quoted = corpus.quoted(chosen)
    assert dict(quoted) == {corpus.ids[number]: texts[corpus.ids[number]] for number in chosen}
    assert (len(quoted), list(quoted)) == (len(chosen), [corpus.ids[number] for number in chosen])


@given(st.lists(ids, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_no_two_documents_have_one_id(names, random):
    twice = random.choice(names)
    documents = [Document(name, str(number)) for number, name in enumerate([*dict.fromkeys(names), twice])]
    random.shuffle(documents)
    with pytest.raises(InputError) as error:
        taken_in(documents)
    assert repr(twice) in str(error.value)


def test_ids_that_look_alike_are_not_the_same():
    names = ["é", "e\u0301", "E", "e", "e ", "\ud800", ""]
    assert taken_in(Document(name, "") for name in names)[0].ids == sorted(names)


def test_no_documents():
    corpus, order, batches = taken_in([])
    assert (corpus.ids, corpus.texts, len(corpus.characters), len(order), batches) == ([], [], 0, 0, [])
    assert dict(corpus.quoted([])) == {}


@given(st.lists(hostile_text(12), max_size=20), st.integers(1, 30))
def test_batches_hold_about_as_much_as_is_asked_for(texts, size):
    _, _, batches = taken_in((Document(str(number), text) for number, text in enumerate(texts)), size)
    assert all(batches)
    for number, batch in enumerate(batches):
        held = [len(text) for text in batch]
        assert sum(held[:-1]) < size  # no text more than it takes
        assert sum(held) >= size or number == len(batches) - 1


def test_documents_are_read_when_batches_are_asked_for():
    read: list[str] = []

    def documents() -> Iterator[Document]:
        for name in "abcd":
            read.append(name)
            yield Document(name, "x")
        raise OSError("the disk is gone")

    batches = Intake().batches(documents(), 2)
    assert read == []
    assert next(batches) == [b"x", b"x"] and read == ["a", "b"]
    assert next(batches) == [b"x", b"x"] and read == ["a", "b", "c", "d"]
    with pytest.raises(OSError, match="gone"):
        next(batches)


def test_texts_are_decoded_when_they_are_asked_for():
    quoted = Corpus(["a", "b"], [b"\xff no text", b"fine"], [0, 4]).quoted([0, 1])
    assert (list(quoted), len(quoted), quoted["b"]) == (["a", "b"], 2, "fine")
    with pytest.raises(UnicodeDecodeError):
        quoted["a"]
    with pytest.raises(KeyError):
        quoted["c"]
