"""Passages and clusters as the library returns them: spans, kinds and names instead of numbers.

Cost: a few microseconds for each occurrence and pair, and what `span.locate` costs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from dedup import kernels
from dedup.arrays import I64, U64, ReusedPassages
from dedup.cluster import Group
from dedup.corpus import Corpus
from dedup.kernels import Texts
from dedup.lists import PairList
from dedup.model import Cluster, Kind, Member, Occurrence, Pair, Passage
from dedup.span import Places, locate
from dedup.tokenize import token_keys

_PART = 256  # clusters of whose representatives the tokens are there at a time


def describe_clusters(groups: Sequence[Group], corpus: Corpus) -> Iterator[Cluster]:
    """Yield clusters with the ids of their documents; a cluster is named by the words of its representative."""
    for begin in range(0, len(groups), _PART):
        part = groups[begin : begin + _PART]
        keys, offsets, _ = token_keys([corpus.texts[group.representative] for group in part])
        for group, (first, last) in zip(part, pairwise(offsets.tolist()), strict=True):
            name = hashlib.blake2b(keys[first:last].astype("<u8").tobytes(), digest_size=8).hexdigest()
            members = tuple(Member(corpus.ids[number], *likeness) for number, likeness in group.members)
            yield Cluster(name, corpus.ids[group.representative], members)


def describe_passages(
    found: ReusedPassages, corpus: Corpus, keys: U64, offsets: I64, texts: Texts
) -> tuple[tuple[Passage, ...], Sequence[Pair]]:
    """Return passages and their pairs with spans of the documents' texts.

    ``keys`` are those of the corpus' tokens (``uint64[n_tokens]``), ``offsets`` (``int64[n_documents + 1]``) the places
    at which documents begin, ``texts`` gives the folded words of a range of places.
    """
    sides = _Sides.of(found, corpus, offsets, texts)
    located = _Located.of(sides, corpus.ids)
    uses = found.uses
    models = np.flatnonzero(uses.representative)
    words = ((kernels.twice_words(keys, uses.first[models], uses.last[models]) + 1) // 2).tolist()
    firsts, lasts = uses.first[models].tolist(), uses.last[models].tolist()
    begins = np.searchsorted(uses.passage, np.arange(found.size + 1)).tolist()
    lowest = np.minimum.reduceat(uses.similarity, begins[:-1]).tolist() if found.size else []
    passages: list[Passage] = []
    for number, ((begin, end), reordered) in enumerate(zip(pairwise(begins), found.reordered.tolist(), strict=True)):
        own = slice(begin, end)
        kind: Kind = "edited"
        if reordered:
            kind = "reordered"
        elif lowest[number] == 1:
            kind = "verbatim" if len(set(located.content[own])) == 1 else "reformatted"
        passages.append(
            Passage(
                fingerprint(texts.words(firsts[number], lasts[number])),
                words[number],
                lowest[number],
                kind,
                tuple(located.occurrences(own)),
            )
        )
    pairs = _describe_pairs(found, [passage.id for passage in passages], sides, corpus.ids)
    return tuple(sorted(passages, key=lambda passage: passage.occurrences)), pairs


class _Sides(NamedTuple):
    """Where the uses and both sides of the pairs of passages are, as numbers of distinct places."""

    places: Places
    of_uses: I64
    left: I64
    right: I64

    @classmethod
    def of(cls, found: ReusedPassages, corpus: Corpus, offsets: I64, texts: Texts) -> _Sides:
        """Look for each distinct range once."""
        uses, pairs = found.uses, found.pairs
        first = np.concatenate([uses.first, pairs.left, pairs.right])
        last = np.concatenate([uses.last, pairs.left_end, pairs.right_end])
        order = np.lexsort((last, first))
        fresh = np.ones(len(order), bool)
        fresh[1:] = (np.diff(first[order]) != 0) | (np.diff(last[order]) != 0)
        chosen = order[fresh]
        places = locate(first[chosen], last[chosen], offsets, corpus.originals, texts)
        number = np.zeros(len(order), np.int64)
        number[order] = np.cumsum(fresh) - 1
        return cls(places, *np.split(number, [len(uses.first), len(uses.first) + len(pairs.left)]))


class _Located(NamedTuple):
    """Where the uses of passages are: lists, an element for each."""

    columns: list[list[Any]]
    """Document, start, end, line, column, end line and end column."""
    marks: list[str]
    content: list[int]

    @classmethod
    def of(cls, sides: _Sides, ids: Sequence[str]) -> _Located:
        """Look up the places of the uses."""
        places, chosen = sides.places, sides.of_uses
        names = [ids[number] for number in places.document[chosen].tolist()]
        numbers = chosen.tolist()
        return cls(
            [names, *(values[chosen].tolist() for values in places[1:7])],
            [places.marks[at] for at in numbers],
            [places.content[at] for at in numbers],
        )

    def occurrences(self, own: slice) -> Iterator[Occurrence]:
        """Return the occurrences of a passage, each with the punctuation that follows all of them alike."""
        names, start, end, line, column, end_line, end_column = (values[own] for values in self.columns)
        if extra := _shared_marks(self.marks[own]):
            end, end_column = ([value + extra for value in values] for values in (end, end_column))
        return map(Occurrence, names, start, end, line, column, end_line, end_column)


def fingerprint(words: Sequence[str]) -> str:
    """Return a name for folded words: 16 hexadecimal digits, the same wherever the words stand."""
    return hashlib.blake2b(" ".join(words).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _shared_marks(marks: Iterable[str]) -> int:
    """Return how many marks several texts begin with alike."""
    distinct_marks = sorted(set(marks))
    first, last = distinct_marks[0], distinct_marks[-1]
    # What the first and the last of sorted texts begin with, all between them begin with.
    same = 0
    while same < len(first) and first[same] == last[same]:
        same += 1
    return same


def _describe_pairs(found: ReusedPassages, names: Sequence[str], sides: _Sides, ids: Sequence[str]) -> Sequence[Pair]:
    """Return pairs in the order of their spans, each with the punctuation that follows both sides."""
    places, left, right = sides.places, sides.left, sides.right
    extra = np.zeros(len(left), np.int64)
    marked = np.array([bool(marks) for marks in places.marks], bool)
    for pair in np.flatnonzero(marked[left] & marked[right]).tolist():
        extra[pair] = _shared_marks((places.marks[left[pair]], places.marks[right[pair]]))
    spans = [
        values
        for side in (left, right)
        for values in (places.document[side], places.start[side], places.end[side] + extra)
    ]
    order = np.lexsort((found.pairs.similarity, found.passage_of_pair, *reversed(spans)))
    columns = (*spans, found.passage_of_pair, found.pairs.similarity)
    return PairList(ids, names, [values[order] for values in columns])
