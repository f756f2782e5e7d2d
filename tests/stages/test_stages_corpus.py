"""Documents collected to a corpus: in order, each once, nothing of a text lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import hostile_text

from dedup.corpus import Corpus, decode, in_batches
from dedup.errors import InputError
from dedup.model import Document

ids = st.text(st.characters(exclude_categories=()), max_size=6)


@given(st.dictionaries(ids, hostile_text(), max_size=8), st.randoms(use_true_random=False))
def test_documents_come_back_as_they_were_by_id(texts, random):
    names = list(texts)
    random.shuffle(names)
    corpus = Corpus.collect(Document(name, texts[name]) for name in names)
    assert corpus.ids == sorted(texts)
    assert [decode(text) for text in corpus.texts] == [texts[name] for name in corpus.ids]
    assert corpus.characters == [len(texts[name]) for name in corpus.ids]
    chosen = [number for number in range(len(names)) if random.random() < 0.5]
    quoted = corpus.quoted(chosen)
    assert dict(quoted) == {name: texts[name] for name in sorted(texts) if corpus.ids.index(name) in chosen}
    assert (len(quoted), list(quoted)) == (len(chosen), [corpus.ids[number] for number in chosen])


@given(st.lists(ids, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_no_two_documents_have_one_id(names, random):
    twice = random.choice(names)
    documents = [Document(name, str(number)) for number, name in enumerate([*dict.fromkeys(names), twice])]
    random.shuffle(documents)
    with pytest.raises(InputError) as error:
        Corpus.collect(documents)
    assert repr(twice) in str(error.value)


def test_ids_that_look_alike_are_not_the_same():
    names = ["é", "e\u0301", "E", "e", "e ", "\ud800", ""]
    assert Corpus.collect(Document(name, "") for name in names).ids == sorted(names)


def test_no_documents():
    corpus = Corpus.collect([])
    assert corpus == Corpus([], [], [])
    assert list(corpus.batches(1)) == []
    assert dict(corpus.quoted([])) == {}


def test_documents_are_taken_one_by_one():
    def documents() -> Iterator[Document]:
        yield Document("b", "second")
        yield Document("a", "first")
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="gone"):
        Corpus.collect(documents())


@given(st.lists(st.binary(max_size=12), max_size=20), st.integers(1, 30))
def test_batches_hold_every_text_in_order(texts, size):
    batches = list(in_batches(texts, size))
    assert [text for batch in batches for text in batch] == texts
    assert all(batches)
    for number, batch in enumerate(batches):
        held = [len(text) for text in batch]
        assert sum(held[:-1]) < size  # no text more than it takes
        assert sum(held) >= size or number == len(batches) - 1
    assert list(Corpus([], texts, []).batches(size)) == batches


def test_batches_are_read_when_they_are_asked_for():
    read: list[bytes] = []

    def texts() -> Iterator[bytes]:
        for number in range(6):
            read.append(bytes([number]))
            yield read[-1]

    batches = in_batches(texts(), 2)
    assert next(batches) == [b"\0", b"\1"] and len(read) == 2
    assert next(batches) == [b"\2", b"\3"] and len(read) == 4


def test_texts_are_decoded_when_they_are_asked_for():
    quoted = Corpus(["a", "b"], [b"\xff no text", b"fine"], [0, 4]).quoted([0, 1])
    assert (list(quoted), len(quoted), quoted["b"]) == (["a", "b"], 2, "fine")
    with pytest.raises(UnicodeDecodeError):
        quoted["a"]
    with pytest.raises(KeyError):
        quoted["c"]
