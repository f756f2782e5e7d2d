"""Passages and clusters as the library returns them: spans, kinds and names instead of numbers.

Cost: a few microseconds for each occurrence and pair.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from dedup.arrays import I64, ReusedPassages, Tokens, twice_the_words
from dedup.cluster import Group
from dedup.edits import Words
from dedup.model import Cluster, Document, Kind, Member, Occurrence, Pair, Passage, Span
from dedup.span import Bounds, bounds_of, closing_punctuation, occurrences


def describe_clusters(groups: Iterable[Group], documents: Sequence[Document], tokens: Tokens) -> Iterator[Cluster]:
    """Yield clusters with the ids of their documents."""
    for group in groups:
        first, last = tokens.offsets[group.representative : group.representative + 2]
        name = hashlib.blake2b(tokens.keys[first:last].astype("<u8").tobytes(), digest_size=8).hexdigest()
        members = tuple(Member(documents[number].id, *likeness) for number, likeness in group.members)
        yield Cluster(name, documents[group.representative].id, members)


def describe_passages(
    found: ReusedPassages, documents: Sequence[Document], tokens: Tokens, words: Words
) -> tuple[tuple[Passage, ...], tuple[Pair, ...]]:
    """Return passages and their pairs with spans of the documents' texts."""
    uses = found.uses
    bounds = _with_punctuation(bounds_of(uses.first, uses.last, tokens), uses.passage, documents)
    located = _located(bounds, documents)
    texts = [document.text for document in documents]
    models = np.flatnonzero(uses.representative)
    firsts, lasts = uses.first[models].tolist(), uses.last[models].tolist()
    begins = np.searchsorted(uses.passage, np.arange(found.size + 1)).tolist()
    lowest = np.minimum.reduceat(uses.similarity, begins[:-1]).tolist() if found.size else []
    passages: list[Passage] = []
    for number, ((begin, end), reordered) in enumerate(zip(pairwise(begins), found.reordered.tolist(), strict=True)):
        first, last = firsts[number], lasts[number]
        kind: Kind
        if reordered:
            kind = "reordered"
        elif lowest[number] < 1:
            kind = "edited"
        else:
            sides = zip(bounds.document[begin:end], bounds.start[begin:end], bounds.end[begin:end], strict=True)
            kind = "verbatim" if len({texts[document][a:b] for document, a, b in sides}) == 1 else "reformatted"
        passages.append(
            Passage(
                _fingerprint(words(first, last)),
                (twice_the_words(tokens.keys[first:last]) + 1) // 2,
                lowest[number],
                kind,
                tuple(located[begin:end]),
            )
        )
    pairs = _describe_pairs(found, [passage.id for passage in passages], documents, tokens)
    return tuple(sorted(passages, key=lambda passage: passage.occurrences)), pairs


def _fingerprint(words: Sequence[str]) -> str:
    """Return a name for folded words: 16 hexadecimal digits, the same wherever the words stand."""
    return hashlib.blake2b(" ".join(words).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _with_punctuation(bounds: Bounds, group: I64, documents: Sequence[Document]) -> Bounds:
    """Return ranges, sorted by group, each with the punctuation that follows all of its group alike."""
    edges = [*np.flatnonzero(np.diff(group, prepend=-1)).tolist(), len(group)]
    ends: list[int] = []
    for begin, end in pairwise(edges):
        own = bounds.end[begin:end]
        extra = closing_punctuation([documents[number].text for number in bounds.document[begin:end]], own)
        ends += [at + extra for at in own] if extra else own
    return bounds._replace(end=ends)


def _located(bounds: Bounds, documents: Sequence[Document]) -> list[Occurrence]:
    """Return ranges, in any order, as occurrences in the same order."""
    order = np.lexsort((bounds.start, bounds.document))
    in_order = Bounds(*([values[index] for index in order.tolist()] for values in bounds))
    found = list(occurrences(documents, in_order))
    return [found[at] for at in np.argsort(order).tolist()]


def _describe_pairs(
    found: ReusedPassages, names: Sequence[str], documents: Sequence[Document], tokens: Tokens
) -> tuple[Pair, ...]:
    """Return pairs in the order of their spans, each with the punctuation that follows both sides."""
    pairs = found.pairs
    left, right = bounds_of(pairs.left, pairs.left_end, tokens), bounds_of(pairs.right, pairs.right_end, tokens)
    texts = [document.text for document in documents]
    both = zip(left.document, left.end, right.document, right.end, strict=True)
    extra = [closing_punctuation((texts[a], texts[b]), (a_end, b_end)) for a, a_end, b, b_end in both]
    left, right = (
        side._replace(end=[end + more for end, more in zip(side.end, extra, strict=True)]) for side in (left, right)
    )
    by_span = (left.document, left.start, left.end, right.document, right.start, right.end)
    order = np.lexsort((found.passage_of_pair, *(np.array(values) for values in reversed(by_span))))
    passage, similarity = found.passage_of_pair.tolist(), pairs.similarity.tolist()
    return tuple(
        Pair(
            names[passage[index]],
            similarity[index],
            Span(documents[left.document[index]].id, left.start[index], left.end[index]),
            Span(documents[right.document[index]].id, right.start[index], right.end[index]),
        )
        for index in order.tolist()
    )
