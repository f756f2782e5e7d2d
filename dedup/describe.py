"""Passages and clusters as the library returns them: spans, kinds and names instead of numbers.

Of occurrences and pairs there are no objects here but columns, of which `lists` makes them when they are asked for.

Cost: sorts of occurrences and pairs, and what `span.locate` costs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup import kernels
from dedup.arrays import I64, U64, Flags, Places, ReusedPassages, Uses, distinct, narrowed
from dedup.cluster import Group
from dedup.columns import Names
from dedup.corpus import Corpus
from dedup.kernels import Texts
from dedup.lists import OccurrenceList, PairList, PassageList
from dedup.model import Cluster, Kind, Member, Pair, Passage, encode
from dedup.span import Spans, locate
from dedup.tokenize import token_keys

_END, _END_COLUMN = Spans._fields.index("end"), Spans._fields.index("end_column")
_PART = 256  # clusters of whose representatives the tokens are there at a time


def describe_clusters(groups: Sequence[Group], corpus: Corpus) -> Iterator[Cluster]:
    """Yield clusters with the ids of their documents; a cluster is named by the words of its representative."""
    for begin in range(0, len(groups), _PART):
        part = groups[begin : begin + _PART]
        representatives = np.array([group.representative for group in part])
        keys, offsets, _ = token_keys(corpus.texts.take(representatives))
        members = iter(corpus.ids.take([number for group in part for number, _ in group.members]))
        names = corpus.ids.take(representatives)
        for group, name, (first, last) in zip(part, names, pairwise(offsets.tolist()), strict=True):
            words = hashlib.blake2b(keys[first:last].astype("<u8").tobytes(), digest_size=8).hexdigest()
            yield Cluster(words, name, tuple(Member(next(members), *likeness) for _, likeness in group.members))


def describe_passages(
    found: ReusedPassages, corpus: Corpus, keys: U64, offsets: I64, texts: Texts
) -> tuple[Sequence[Passage], Sequence[Pair], I64]:
    """Return passages and their pairs with spans of the documents' texts, and the numbers of documents with passages.

    ``keys`` are those of the corpus' tokens (``uint64[n_tokens]``), ``offsets`` (``int64[n_documents + 1]``) the places
    at which documents begin, ``texts`` gives the folded words of a range of places.
    """
    if not found.size:
        return (), (), np.zeros(0, np.int64)
    spans, of_uses, left, right = _sides(found, corpus, offsets, texts)
    kernels.give_back_memory()
    quoted = distinct(spans.document[of_uses]).astype(np.int64)
    names = _names(found.uses, texts)
    pairs = PairList(corpus.ids, names, _pair_columns(found, spans, left, right))
    # There may be many of all this: what has been described is not kept while the rest is.
    uses, reordered = found.uses, found.reordered
    del found, left, right
    kernels.give_back_memory()
    return _passages(uses, reordered, names, spans, of_uses, corpus.ids, keys), pairs, quoted


def _sides(found: ReusedPassages, corpus: Corpus, offsets: I64, texts: Texts) -> tuple[Spans, Places, Places, Places]:
    """Return the distinct spans of passages, and which of them their uses and both sides of their pairs are."""
    uses, pairs = found.uses, found.pairs
    first, last, number = kernels.distinct_ranges(
        np.concatenate([uses.first, pairs.left, pairs.right]),
        np.concatenate([uses.last, pairs.left_end, pairs.right_end]),
    )
    spans = locate(first, last, offsets, corpus.originals, texts)
    count = len(uses.first), len(uses.first) + len(pairs.left)
    return spans, number[: count[0]].copy(), number[count[0] : count[1]], number[count[1] :]


def _names(uses: Uses, texts: Texts) -> list[str]:
    """Return the ids of passages."""
    first, last = uses.first[uses.representative].tolist(), uses.last[uses.representative].tolist()
    return [fingerprint(texts.words(*words)) for words in zip(first, last, strict=True)]


def _passages(
    uses: Uses, reordered: Flags, names: Sequence[str], spans: Spans, own: Places, ids: Names, keys: U64
) -> PassageList:
    """Return passages in the order of their occurrences, each of these with the punctuation that follows all alike.

    ``own`` are the spans of the uses.
    """
    begins = np.flatnonzero(np.diff(uses.passage, prepend=-1))
    sizes = np.diff(begins, append=len(own))
    first, last = (values[uses.representative].astype(np.int64) for values in (uses.first, uses.last))
    words = (kernels.twice_words(keys, first, last) + 1) // 2
    lowest = np.minimum.reduceat(uses.similarity, begins)
    content = spans.content[own]
    verbatim = np.minimum.reduceat(content, begins) == np.maximum.reduceat(content, begins)
    kinds = list(map(_kind, reordered.tolist(), lowest.tolist(), verbatim.tolist()))
    del content
    extra = np.zeros(len(sizes), np.int64)
    marked = (spans.marks != "")[own]
    for number in np.flatnonzero(np.logical_and.reduceat(marked, begins)).tolist():
        extra[number] = _shared_marks(spans.marks[own[begins[number] : begins[number] + sizes[number]]])
    order = _in_order(spans.document[own], spans.start[own], spans.end[own] + np.repeat(extra, sizes), begins, sizes)
    # The uses of the passages in this order.
    ends = np.cumsum(sizes[order])
    index = np.arange(len(own)) + np.repeat(begins[order] - ends + sizes[order], sizes[order])
    own, more = own[index], np.repeat(extra[order], sizes[order])
    del index
    columns = [values[own] for values in spans[:7]]
    for at in (_END, _END_COLUMN):
        columns[at] = narrowed(columns[at] + more)
    return PassageList(
        [names[number] for number in order.tolist()],
        words[order],
        lowest[order],
        [kinds[number] for number in order.tolist()],
        OccurrenceList(ids, columns),
        ends - sizes[order],
        ends,
    )


def _kind(reordered: bool, lowest: float, verbatim: bool) -> Kind:
    if reordered:
        return "reordered"
    if lowest < 1:
        return "edited"
    return "verbatim" if verbatim else "reformatted"


def _in_order(document: Places, start: Places, end: Places, begins: I64, sizes: I64) -> I64:
    """Return the numbers of passages in the order of their occurrences, given these and where those of each begin."""
    first = document[begins], start[begins], end[begins]
    order = np.lexsort(first[::-1])
    same = np.all([values[order[1:]] == values[order[:-1]] for values in first], axis=0)

    def occurrences(number: int) -> list[tuple[int, int, int]]:
        own = slice(begins[number], begins[number] + sizes[number])
        return list(zip(document[own].tolist(), start[own].tolist(), end[own].tolist(), strict=True))

    # Of those with the same first occurrence the others decide.
    cuts = [0, *(np.flatnonzero(~same) + 1).tolist(), len(order)]
    for begin, after in pairwise(cuts):
        if after - begin > 1:
            order[begin:after] = sorted(order[begin:after].tolist(), key=occurrences)
    return order


def fingerprint(words: Sequence[str]) -> str:
    """Return a name for folded words: 16 hexadecimal digits, the same wherever the words stand."""
    return hashlib.blake2b(encode(" ".join(words)), digest_size=8).hexdigest()


def _shared_marks(marks: Iterable[str]) -> int:
    """Return how many marks several texts begin with alike."""
    distinct_marks = sorted(set(marks))
    first, last = distinct_marks[0], distinct_marks[-1]
    # What the first and the last of sorted texts begin with, all between them begin with.
    same = 0
    while same < len(first) and first[same] == last[same]:
        same += 1
    return same


def _pair_columns(found: ReusedPassages, spans: Spans, left: Places, right: Places) -> list[NDArray[Any]]:
    """Return the columns of pairs in the order of their spans, each with the punctuation that follows both sides."""
    marks, others = spans.marks[left], spans.marks[right]
    same = marks == others
    extra = np.zeros(len(left), np.int64)
    extra[same] = np.fromiter(map(len, marks[same]), np.int64)
    for pair in np.flatnonzero(~same & (marks != "") & (others != "")).tolist():
        extra[pair] = _shared_marks((marks[pair], others[pair]))
    del marks, others
    columns: list[NDArray[Any]] = []
    for side in (left, right):
        columns += spans.document[side], spans.start[side], narrowed(spans.end[side] + extra)
    columns += narrowed(found.passage_of_pair), found.pairs.similarity
    order = np.lexsort((columns[-1], columns[-2], *reversed(columns[:-2])))
    for at, values in enumerate(columns):
        columns[at] = values[order]
    return columns
