"""Documents, passages and pairs as columns: they are what a sequence of the same objects is."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest
from numpy.typing import NDArray

from dedup.columns import Names
from dedup.lists import DocumentList, OccurrenceList, PairList, PassageList
from dedup.model import DocumentInfo, Occurrence, Pair, Passage, Span
from dedup.result import lay_out


def numbers(*values: float) -> NDArray[np.generic]:
    return np.array(values)


DOCUMENTS = DocumentList(["a", "b", "c"], numbers(3, 0, 7), numbers(20, 0, 41))
PAIRS = PairList(
    Names.of(["a", "b"]),
    ["p", "q"],
    [numbers(*column) for column in zip(*[(0, 1, 5, 1, 2, 6, 1, 0.5), (0, 7, 9, 0, 11, 13, 0, 1.0)], strict=True)],
)


PLACES = [
    Occurrence("a", 1, 5, 1, 2, 1, 6),
    Occurrence("b", 2, 6, 1, 3, 1, 7),
    Occurrence("a", 7, 9, 2, 1, 2, 3),
    Occurrence("a", 9, 11, 2, 3, 2, 5),
    Occurrence("b", 0, 2, 1, 1, 1, 3),
]
PASSAGES = PassageList(
    ["p", "q"],
    numbers(4, 2),
    numbers(0.5, 1.0),
    ["edited", "verbatim"],
    OccurrenceList(
        Names.of(["a", "b"]),
        [
            numbers(0, 1, 0, 0, 1),
            *map(np.array, zip(*(astuple(place)[1:] for place in PLACES), strict=True)),
        ],
    ),
    numbers(0, 2),
    numbers(2, 5),
)


def test_documents_are_those_of_the_columns() -> None:
    assert (DocumentInfo("a", 3, 20), DocumentInfo("b", 0, 0), DocumentInfo("c", 7, 41)) == DOCUMENTS
    assert (DocumentInfo("a", 3, 20),) != DOCUMENTS
    assert all(type(value) is int for item in DOCUMENTS for value in (item.words, item.characters))


def test_pairs_are_those_of_the_columns() -> None:
    assert PAIRS[0] == Pair("q", 0.5, Span("a", 1, 5), Span("b", 2, 6))
    assert [pair.passage for pair in PAIRS] == ["q", "p"]


def test_passages_are_those_of_the_columns() -> None:
    assert PASSAGES[0] == Passage("p", 4, 0.5, "edited", tuple(PLACES[:2]))
    assert PASSAGES[1:] == (Passage("q", 2, 1.0, "verbatim", tuple(PLACES[2:])),)


@pytest.mark.parametrize("chosen", [slice(None), slice(1, None), slice(None, None, -1), slice(0)])
def test_lists_are_written_as_their_objects_are(chosen: slice) -> None:
    for made in (DOCUMENTS, PAIRS, PASSAGES):
        part = made[chosen]
        assert list(lay_out({"all": part})) == list(lay_out({"all": tuple(part)}))


@pytest.mark.parametrize("made", [DOCUMENTS, PAIRS, PASSAGES, DocumentList([], numbers(), numbers())])
def test_a_list_is_like_a_tuple_of_the_same(made: DocumentList | PairList | PassageList) -> None:
    same = tuple(made)
    assert made == same and same == made and hash(made) == hash(same) and repr(made) == repr(same)
    assert made[1:] == same[1:] and made[::-1] == same[::-1]
    if same:
        assert made[-1] == same[-1] and same[0] in made
    with pytest.raises(IndexError):
        made[len(same)]
