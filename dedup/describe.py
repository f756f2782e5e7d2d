"""Passages and clusters as the library returns them: spans, kinds and names instead of numbers.

Cost: a few microseconds for each occurrence and pair, and what `span.locate` costs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from dedup import kernels
from dedup.arrays import I64, U64, ReusedPassages
from dedup.cluster import Group
from dedup.corpus import Corpus
from dedup.kernels import Texts
from dedup.model import Cluster, Kind, Member, Occurrence, Pair, Passage, Span
from dedup.span import Places, locate
from dedup.tokenize import tokenize


def describe_clusters(groups: Iterable[Group], corpus: Corpus) -> Iterator[Cluster]:
    """Yield clusters with the ids of their documents."""
    for group in groups:
        keys = tokenize([corpus.texts[group.representative]]).keys
        name = hashlib.blake2b(keys.astype("<u8").tobytes(), digest_size=8).hexdigest()
        members = tuple(Member(corpus.ids[number], *likeness) for number, likeness in group.members)
        yield Cluster(name, corpus.ids[group.representative], members)


def describe_passages(
    found: ReusedPassages, corpus: Corpus, keys: U64, offsets: I64, texts: Texts
) -> tuple[tuple[Passage, ...], tuple[Pair, ...]]:
    """Return passages and their pairs with spans of the documents' texts.

    ``keys`` are those of the corpus' tokens (``uint64[n_tokens]``), ``offsets`` (``int64[n_documents + 1]``) the places
    at which documents begin, ``texts`` gives the folded words of a range of places.
    """
    sides = _Sides.of(found, corpus, offsets, texts)
    uses = found.uses
    models = np.flatnonzero(uses.representative)
    words = ((kernels.twice_words(keys, uses.first[models], uses.last[models]) + 1) // 2).tolist()
    firsts, lasts = uses.first[models].tolist(), uses.last[models].tolist()
    begins = np.searchsorted(uses.passage, np.arange(found.size + 1)).tolist()
    lowest = np.minimum.reduceat(uses.similarity, begins[:-1]).tolist() if found.size else []
    passages: list[Passage] = []
    for number, ((begin, end), reordered) in enumerate(zip(pairwise(begins), found.reordered.tolist(), strict=True)):
        own = sides.of_uses[begin:end]
        kind: Kind = "edited"
        if reordered:
            kind = "reordered"
        elif lowest[number] == 1:
            kind = "verbatim" if len({sides.places.content[at] for at in own}) == 1 else "reformatted"
        passages.append(
            Passage(
                _fingerprint(texts.words(firsts[number], lasts[number])),
                words[number],
                lowest[number],
                kind,
                tuple(_occurrences(own, sides.places, corpus.ids)),
            )
        )
    pairs = _describe_pairs(found, [passage.id for passage in passages], sides, corpus.ids)
    return tuple(sorted(passages, key=lambda passage: passage.occurrences)), pairs


class _Sides(NamedTuple):
    """Where the uses and both sides of the pairs of passages are, as numbers of distinct places."""

    places: Places
    of_uses: list[int]
    left: list[int]
    right: list[int]

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
        places = locate(first[chosen], last[chosen], offsets, corpus.texts, texts)
        number = np.zeros(len(order), np.int64)
        number[order] = np.cumsum(fresh) - 1
        of_uses, left, right = np.split(number, [len(uses.first), len(uses.first) + len(pairs.left)])
        return cls(places, of_uses.tolist(), left.tolist(), right.tolist())


def _fingerprint(words: Sequence[str]) -> str:
    """Return a name for folded words: 16 hexadecimal digits, the same wherever the words stand."""
    return hashlib.blake2b(" ".join(words).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _occurrences(own: Sequence[int], places: Places, ids: Sequence[str]) -> Iterator[Occurrence]:
    """Yield the occurrences of a passage, each with the punctuation that follows all of them alike."""
    document, start, end, line, column, end_line, end_column, marks, _ = places
    extra = _shared_marks([marks[at] for at in own])
    for at in own:
        yield Occurrence(
            ids[document[at]], start[at], end[at] + extra, line[at], column[at], end_line[at], end_column[at] + extra
        )


def _shared_marks(marks: Iterable[str]) -> int:
    """Return how many marks several texts begin with alike."""
    distinct_marks = sorted(set(marks))
    first, last = distinct_marks[0], distinct_marks[-1]
    # What the first and the last of sorted texts begin with, all between them begin with.
    same = 0
    while same < len(first) and first[same] == last[same]:
        same += 1
    return same


def _describe_pairs(found: ReusedPassages, names: Sequence[str], sides: _Sides, ids: Sequence[str]) -> tuple[Pair, ...]:
    """Return pairs in the order of their spans, each with the punctuation that follows both sides."""
    rows = []
    passages, similarities = found.passage_of_pair.tolist(), found.pairs.similarity.tolist()
    document, start, end, marks = sides.places.document, sides.places.start, sides.places.end, sides.places.marks
    for a, b, passage, similarity in zip(sides.left, sides.right, passages, similarities, strict=True):
        extra = _shared_marks((marks[a], marks[b])) if marks[a] and marks[b] else 0
        spans = document[a], start[a], end[a] + extra, document[b], start[b], end[b] + extra
        rows.append((*spans, passage, similarity))
    rows.sort()
    return tuple(
        Pair(names[passage], similarity, Span(ids[a], a_start, a_end), Span(ids[b], b_start, b_end))
        for a, a_start, a_end, b, b_start, b_end, passage, similarity in rows
    )
