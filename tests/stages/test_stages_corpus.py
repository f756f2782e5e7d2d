"""Documents taken in to a corpus: in order, each once, nothing of a text lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import hostile_text

from dedup.columns import Names, StringColumn, Strings
from dedup.corpus import Corpus, Documents, Intake
from dedup.errors import InputError
from dedup.model import Document, decode

ids = st.text(st.characters(exclude_categories=()), max_size=6)


def taken_in(
    documents: Iterable[Document | Documents], size: int = 1 << 19
) -> tuple[Corpus, np.ndarray, list[Strings]]:
    """Return the corpus of documents, which one each was, and the batches they came in."""
    intake = Intake()
    batches = list(intake.batches(documents, size))
    return *intake.corpus(), batches


@given(st.dictionaries(ids, hostile_text(), max_size=8), st.integers(1, 60), st.randoms(use_true_random=False))
def test_documents_come_back_as_they_were_by_id(texts, size, random):
    names = list(texts)
    random.shuffle(names)
    corpus, order, batches = taken_in((Document(name, texts[name]) for name in names), size)
    assert list(corpus.ids) == corpus.ids.tolist() == sorted(texts)
    assert [names[number] for number in order.tolist()] == sorted(texts)
    assert [decode(text) for text in corpus.texts] == [texts[name] for name in corpus.ids]
    assert corpus.characters.tolist() == [len(texts[name]) for name in corpus.ids]
    assert [decode(text) for batch in batches for text in batch] == [texts[name] for name in names]
    chosen = [number for number in range(len(names)) if random.random() < 0.5]
    quoted = corpus.quoted(np.array(chosen, np.int64))
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
    assert taken_in(Document(name, "") for name in names)[0].ids.tolist() == sorted(names)


def test_no_documents():
    corpus, order, batches = taken_in([])
    assert [len(values) for values in (corpus.ids, corpus.texts, corpus.characters, order, batches)] == [0] * 5
    assert dict(corpus.quoted(np.zeros(0, np.int64))) == {}


@given(st.lists(hostile_text(12), max_size=20), st.integers(1, 30))
def test_batches_hold_about_as_much_as_is_asked_for(texts, size):
    _, _, batches = taken_in((Document(str(number), text) for number, text in enumerate(texts)), size)
    assert all(map(len, batches))
    sizes = [[len(text) for text in batch] for batch in batches]
    for held, following in zip(sizes, [*sizes[1:], [size]][: len(sizes)], strict=True):
        assert sum(held[:-1]) < size  # no text more than it takes
        assert sum(held) >= size or following[0] >= size  # a long text is not put with others


def test_documents_are_read_when_batches_are_asked_for():
    read: list[str] = []

    def documents() -> Iterator[Document]:
        for name in "abcd":
            read.append(name)
            yield Document(name, "x")
        raise OSError("the disk is gone")

    batches = Intake().batches(documents(), 2)
    assert read == []
    assert list(next(batches)) == [b"x", b"x"] and read == ["a", "b"]
    assert list(next(batches)) == [b"x", b"x"] and read == ["a", "b", "c", "d"]
    with pytest.raises(OSError, match="gone"):
        next(batches)


def test_texts_are_decoded_when_they_are_asked_for():
    names, broken = Strings.of([b"a", b"b"]), Strings.of([b"\xff no text", b"fine"])
    intake = Intake()
    list(intake.batches([Documents(names, broken, np.zeros(2, np.int64), broken)], 99))
    quoted = intake.corpus()[0].quoted(np.arange(2))
    assert (list(quoted), len(quoted), quoted["b"]) == (["a", "b"], 2, "fine")
    with pytest.raises(UnicodeDecodeError):
        quoted["a"]
    with pytest.raises(KeyError):
        quoted["c"]


@given(st.lists(st.tuples(hostile_text(), st.booleans()), max_size=9), st.integers(1, 60), st.data())
def test_documents_may_come_many_at_a_time(texts, size, data):
    documents = [
        Document(str(number), text, ((0, len(text)),) if masked else ()) for number, (text, masked) in enumerate(texts)
    ]
    single = taken_in(documents, size)[0]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(documents)), max_size=4)))
    items: list[Document | Documents] = []
    for begin, end in pairwise([0, *cuts, len(documents)]):
        some = documents[begin:end]
        items += [Documents.of(some)] if data.draw(st.booleans()) else some
    corpus = taken_in(items, size)[0]
    for name in ("ids", "texts", "characters", "originals"):
        assert list(getattr(corpus, name)) == list(getattr(single, name))
    assert [[(item.id, item.text) for item in some.singly()] for some in items if isinstance(some, Documents)] == [
        [(decode(name), decode(text)) for name, text in zip(some.ids, some.originals, strict=True)]
        for some in items
        if isinstance(some, Documents)
    ]


@given(st.lists(st.binary(max_size=5), max_size=9), st.integers(1, 3), st.data())
def test_a_column_of_strings_is_a_sequence_of_them(strings, parts, data):
    cuts = [0, *sorted(data.draw(st.lists(st.integers(0, len(strings)), max_size=parts))), len(strings)]
    pieces = [Strings.of(strings[begin:end]) for begin, end in pairwise(cuts)]
    whole = Strings.joined(pieces)
    assert list(whole) == whole.tolist() == strings
    begin, end = (data.draw(st.integers(-10, 10)) for _ in range(2))
    assert list(whole[begin:end]) == strings[begin:end]
    assert whole[begin:end].offsets[0] == 0
    order = data.draw(st.permutations(range(len(strings))))
    column = StringColumn(pieces, np.array(order, np.int64))
    wanted = [strings[number] for number in order]
    assert list(column) == wanted
    assert list(column[1:4]) == wanted[1:4]
    some = np.array(data.draw(st.lists(st.integers(0, len(strings) - 1), max_size=9)) if strings else [], np.int64)
    for found in (column.take(some), column.only(some), map(bytes, column.views(some))):
        assert list(found) == [wanted[number] for number in some]
    assert column.sizes(some).tolist() == [len(wanted[number]) for number in some]
    assert sum(len(part.buffer) for part in column.only(some).parts) <= len(whole.buffer)
    with pytest.raises(IndexError):
        whole[len(strings)]
    with pytest.raises(IndexError):
        column[len(strings)]


@given(st.lists(ids, max_size=9), st.data())
def test_names_are_decoded_as_they_were(names, data):
    column = Names.of(names)
    assert list(column) == column.tolist() == names
    some = data.draw(st.lists(st.integers(0, len(names) - 1), max_size=9)) if names else []
    assert column.take(some) == [names[number] for number in some]
    assert column[2:5].tolist() == names[2:5]


def test_buffers_that_nothing_is_quoted_of_are_let_go():
    intake = Intake()
    list(intake.batches([Document(name, name * 9) for name in "abcd"], 9))
    quoted = intake.corpus()[0].quoted(np.array([2]))
    assert dict(quoted) == {"c": "c" * 9}
    assert len(quoted._encoded.parts) == 1
