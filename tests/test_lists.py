"""Documents and pairs as columns: they are what a sequence of the same objects is."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from dedup.lists import DocumentList, PairList
from dedup.model import DocumentInfo, Pair, Span


def numbers(*values: float) -> NDArray[np.generic]:
    return np.array(values)


DOCUMENTS = DocumentList(["a", "b", "c"], numbers(3, 0, 7), numbers(20, 0, 41))
PAIRS = PairList(
    ["a", "b"],
    ["p", "q"],
    [numbers(*column) for column in zip(*[(0, 1, 5, 1, 2, 6, 1, 0.5), (0, 7, 9, 0, 11, 13, 0, 1.0)], strict=True)],
)


def test_documents_are_those_of_the_columns() -> None:
    assert (DocumentInfo("a", 3, 20), DocumentInfo("b", 0, 0), DocumentInfo("c", 7, 41)) == DOCUMENTS
    assert (DocumentInfo("a", 3, 20),) != DOCUMENTS
    assert all(type(value) is int for item in DOCUMENTS for value in (item.words, item.characters))


def test_pairs_are_those_of_the_columns() -> None:
    assert PAIRS[0] == Pair("q", 0.5, Span("a", 1, 5), Span("b", 2, 6))
    assert [pair.passage for pair in PAIRS] == ["q", "p"]


@pytest.mark.parametrize("made", [DOCUMENTS, PAIRS, DocumentList([], numbers(), numbers())])
def test_a_list_is_like_a_tuple_of_the_same(made: DocumentList | PairList) -> None:
    same = tuple(made)
    assert made == same and same == made and hash(made) == hash(same) and repr(made) == repr(same)
    assert made[1:] == same[1:] and made[::-1] == same[::-1]
    if same:
        assert made[-1] == same[-1] and same[0] in made
    with pytest.raises(IndexError):
        made[len(same)]
