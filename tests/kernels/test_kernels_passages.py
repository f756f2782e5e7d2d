"""Pieces joined to pairs, pairs gathered to passages, and where words stand: equal in every bit, whatever comes in."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from random import Random
from types import ModuleType
from typing import NamedTuple

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_support import batch, same
from strategies import hostile_text

from dedup.arrays import AlignedPair, Alignments, Pairs
from dedup.edits import runs_between
from dedup.kernels.reference import MergeLimits, similarity

SCORE = 4
LONGEST_COMPARED = 2000
WORDS = ["alpha", "beta", "gamma", "delta", *"中文字"]
"""Few, so that they recur; the ideographs count as half words."""

Side = tuple[int, int]


class Corpus(NamedTuple):
    """Documents as UTF-8, and their tokens."""

    documents: list[bytes]
    keys: np.ndarray
    offsets: np.ndarray

    @classmethod
    def of(cls, kernels: ModuleType, documents: list[list[str]]) -> Corpus:
        encoded = [" ".join(words).encode() for words in documents]
        keys, _, _, offsets = kernels.tokenize(*batch(encoded))
        assert np.diff(offsets).tolist() == [len(words) for words in documents]
        return cls(encoded, keys, offsets)


def edited(random: Random, words: list[str], rate: float) -> list[str]:
    """Return a copy in which words are others, are gone, are misread or are doubled."""
    copy: list[str] = []
    for word in words:
        if random.random() >= rate:
            copy.append(word)
        else:
            copy += random.choice(
                [[], [word, word], [word + "x" if word.isascii() else "語"], random.choices(WORDS, k=2)]
            )
    return copy


def planted(random: Random) -> tuple[list[list[str]], list[tuple[Side, Side]]]:
    """Return three documents and ranges of them that are copies: edited, reordered, dropped, doubled, one in another.

    The first two documents share copies, and so do two parts of the third.
    """
    documents: list[list[str]] = [[], [], []]
    ranges: list[tuple[Side, Side]] = []
    vocabulary = WORDS if random.random() < 0.3 else [f"w{number}" for number in range(60)] + WORDS
    texts = [random.choices(vocabulary, k=random.randint(3, 40)) for _ in range(random.randint(1, 6))]
    rate = random.choice([0, 0.1, 0.4])
    for here, there in ((0, 1), (2, 2)):
        sides: list[dict[int, Side]] = [{}, {}]
        for document, own in zip((here, there), sides, strict=True):
            order = (
                random.choices(range(len(texts)), k=len(texts)) if random.random() < 0.2 else list(range(len(texts)))
            )
            if random.random() < 0.5:
                random.shuffle(order)
            for number in order:
                documents[document] += random.choices(vocabulary, k=random.choice([0, 0, 3, 12, 70]))
                begin = len(documents[document])
                documents[document] += edited(random, texts[number], rate)
                if begin < len(documents[document]):
                    own[number] = begin, len(documents[document])
        ranges += [
            (placed(documents, here, sides[0][number]), placed(documents, there, sides[1][number]))
            for number in sides[0].keys() & sides[1].keys()
        ]
    # The second document was still growing when the ranges of the first two were placed, but not what is before it.
    return documents, ranges


def placed(documents: list[list[str]], document: int, side: Side) -> Side:
    before = sum(map(len, documents[:document]))
    return before + side[0], before + side[1]


def jittered(random: Random, side: Side, low: int, high: int) -> Side:
    """Return a range that begins and ends a little elsewhere, or lies inside."""
    if random.random() < 0.2:
        first, last = sorted(random.randint(*side) for _ in range(2))
    else:
        first, last = side[0] + random.randint(-3, 3), side[1] + random.randint(-3, 3)
    first = min(max(first, low), high - 1)
    return first, min(max(last, first + 1), high)


def some_pairs(random: Random, corpus: Corpus, ranges: list[tuple[Side, Side]], count: int) -> list[tuple[Side, Side]]:
    """Return pairs of ranges at and around the planted ones, and anywhere; the left one ends before the right one."""
    offsets = corpus.offsets.tolist()
    found: set[tuple[Side, Side]] = set()
    for _ in range(count):
        if ranges and random.random() < 0.9:
            pair = random.choice(ranges)
            bounds = [next((a, b) for a, b in pairwise(offsets) if a <= side[0] < b) for side in pair]
        else:
            bounds = random.choice(
                [[(offsets[0], offsets[1]), (offsets[1], offsets[2])], [(offsets[2], offsets[3])] * 2]
            )
            if any(a == b for a, b in bounds):
                continue
            pair = bounds[0], bounds[1]
        left, right = (jittered(random, side, *limits) for side, limits in zip(pair, bounds, strict=True))
        if left[1] <= right[0]:
            found.add((left, right))
    return sorted(found)


def in_groups(corpus: Corpus, pairs: list[tuple[Side, Side]]) -> list[int]:
    """Return where pairs of other documents begin."""
    documents = [tuple(np.searchsorted(corpus.offsets, [a[0], b[0]], "right").tolist()) for a, b in pairs]
    return [0] * (not pairs) + [at for at in range(len(pairs)) if at == 0 or documents[at] != documents[at - 1]]


def arrays(*columns: list[int]) -> list[np.ndarray]:
    return [np.array(column, np.int64) for column in columns]


seeds = st.integers(0, 1 << 30).map(Random)


def merged(kernels: ModuleType, pieces: Alignments, bounds: np.ndarray, corpus: Corpus, limits: MergeLimits) -> Pairs:
    texts = kernels.Texts(corpus.documents, corpus.offsets)
    return kernels.merge_pieces(pieces, bounds, corpus.keys, texts, runs_between(corpus.keys), limits)


@settings(max_examples=300)
@given(seeds, st.integers(4, 20), st.sampled_from([0.3, 0.6, 0.9, 1.0]), st.sampled_from([0, 4, 60, 500]))
def test_pairs_are_those_of_the_reference(native, reference, random, min_words, min_similarity, skip):
    documents, ranges = planted(random)
    corpus = Corpus.of(reference, documents)
    pairs = some_pairs(random, corpus, ranges, random.choice([1, 5, 40]))
    sizes = [min(a[1] - a[0], b[1] - b[0]) for a, b in pairs]
    scores = [random.choice([SCORE * size - 2, random.randint(0, SCORE * size)]) for size in sizes]
    equal = [random.choice([size, random.randint(0, size)]) for size in sizes]
    columns = [[side[end] for side in sides] for sides in zip(*pairs, strict=True) or [(), ()] for end in (0, 1)]
    pieces = Alignments(*arrays(*(columns or [[]] * 4), scores, equal))
    (bounds,) = arrays([*in_groups(corpus, pairs), len(pairs)])
    limits = MergeLimits(2 * min_words, min(40, SCORE * min_words - 2), min_similarity, skip)
    found = merged(native, pieces, bounds, corpus, limits)
    same(found, merged(reference, pieces, bounds, corpus, limits))
    for pair in found.rows():
        left, right = corpus.keys[pair.left : pair.left_end], corpus.keys[pair.right : pair.right_end]
        assert pair.left_end <= pair.right or not len(pairs)
        assert min(2 * len(keys) - int((keys & np.uint64(1)).sum()) for keys in (left, right)) >= 2 * min_words
        reached = naive.similarity(
            *(sorted(keys.tolist()) if pair.reordered else keys.tolist() for keys in (left, right))
        )
        assert pair.similarity == pytest.approx(reached, abs=1e-12) and reached >= min_similarity


def long_pair(random: Random, equal: int, other: int, size: int) -> list[list[str]]:
    """Return two documents in turn equal for some words and other for some."""
    a = [f"w{random.randrange(400)}" for _ in range(size)]
    b = [word if at % (equal + other) < equal else f"o{random.randrange(400)}" for at, word in enumerate(a)]
    return [a, b]


def asked(corpus: Corpus, calls: list[tuple[int, ...]]) -> Callable[[int, int, int, int], list[tuple[int, int, int]]]:
    """Return a `runs_between` that notes what it is asked for."""

    def ask(*bounds: int) -> list[tuple[int, int, int]]:
        calls.append(bounds)
        return runs_between(corpus.keys)(*bounds)

    return ask


@pytest.mark.parametrize(("equal", "other"), [(60, 50), (400, 700), (3, 4)])
def test_runs_of_very_long_pieces_are_asked_for(native, reference, equal, other):
    documents = long_pair(Random(equal), equal, other, LONGEST_COMPARED + 500)
    corpus = Corpus.of(reference, documents)
    size = len(documents[0])
    pieces = Alignments(*arrays([0], [size], [size], [2 * size], [SCORE * size], [1]))
    limits = MergeLimits(30, 40, 0.6, 60)
    both, calls = [], ([], [])
    for kernels, own in zip((native, reference), calls, strict=True):
        texts = kernels.Texts(corpus.documents, corpus.offsets)
        ask = asked(corpus, own)
        both.append(kernels.merge_pieces(pieces, np.array([0, 1]), corpus.keys, texts, ask, limits))
    same(*both)
    assert (0, size, size, 2 * size) in calls[0] and (0, size, size, 2 * size) in calls[1]
    assert len(both[0].left) > 0 or equal < 15


@given(seeds, st.integers(4, 20), st.sampled_from([0.3, 0.6, 0.9]))
@settings(max_examples=300)
def test_passages_are_those_of_the_reference(native, reference, random, min_words, min_similarity):
    documents, ranges = planted(random)
    corpus = Corpus.of(reference, documents)
    keys = corpus.keys
    rows = []
    for left, right in some_pairs(random, corpus, ranges, random.choice([1, 6, 40])):
        sides = keys[slice(*left)], keys[slice(*right)]
        reordered = random.random() < 0.2
        rows.append(AlignedPair(*left, *right, similarity(*map(np.sort, sides) if reordered else sides), reordered))
    random.shuffle(rows)
    cuts = sorted(random.randint(0, len(rows)) for _ in range(random.randint(0, 3)))
    (bounds,) = arrays([0, *cuts, len(rows)])
    arguments = Pairs.of(rows), bounds, keys, runs_between(keys), min_words, min_similarity
    uses, passages = native.gather_passages(*arguments)
    expected_uses, expected_passages = reference.gather_passages(*arguments)
    same(uses, expected_uses)
    same([passages], [expected_passages])
    assert np.count_nonzero(uses.representative) == len(set(passages.tolist()))


def test_runs_of_very_long_uses_are_asked_for(native, reference):
    # The third copy reaches beyond what the first two share, so runs tell which part of the fourth is a use.
    size = LONGEST_COMPARED + 300
    random = Random(3)
    text = [f"w{random.randrange(900)}" for _ in range(size)]
    longer = [*(f"o{random.randrange(900)}" for _ in range(100)), *text]
    corpus = Corpus.of(reference, [text, text, longer, longer])
    first, second, third, fourth = corpus.offsets[:-1].tolist()
    rows = [
        AlignedPair(first, first + size, second, second + size, 1.0, False),
        AlignedPair(first, first + size, third + 100, fourth, 1.0, False),
        AlignedPair(third, fourth, fourth, fourth + size + 100, 1.0, False),
    ]
    both, calls = [], ([], [])
    for kernels, own in zip((native, reference), calls, strict=True):
        uses, passages = kernels.gather_passages(
            Pairs.of(rows), np.array([0, 3]), corpus.keys, asked(corpus, own), 15, 0.6
        )
        both.append([*uses, passages])
    same(*both)
    assert calls[0] == calls[1] and (third, fourth, fourth, fourth + size + 100) in calls[0]
    sides = list(zip(uses.first.tolist(), uses.last.tolist(), strict=True))
    assert (fourth + 100, fourth + 100 + size) in sides


def test_nothing_comes_of_nothing(kernels):
    corpus = Corpus.of(kernels, [])
    empty = np.zeros(0, np.int64)
    limits = MergeLimits(30, 40, 0.6, 60)
    for bounds in ([], [0], [0, 0, 0]):
        own = np.array(bounds, np.int64)
        assert len(merged(kernels, Alignments(*[empty] * 6), own, corpus, limits).left) == 0
        uses, passages = kernels.gather_passages(Pairs.of([]), own, corpus.keys, runs_between(corpus.keys), 15, 0.6)
        same(uses, [empty, empty, empty, np.zeros(0), np.zeros(0, bool), np.zeros(0, bool)])
        same([passages], [empty])


def test_arguments_that_make_no_sense_are_refused(native):
    corpus = Corpus.of(native, [["one"] * 20, ["one"] * 20])
    limits = MergeLimits(8, 10, 0.6, 60)
    good = [0], [20], [20], [40], [78], [20]

    def merge(*columns: list[int], bounds: tuple[int, ...] = (0, 1)) -> None:
        merged(native, Alignments(*arrays(*columns)), np.array(bounds, np.int64), corpus, limits)

    def gather(*columns: list[int], bounds: tuple[int, ...] = (0, 1)) -> None:
        pairs = Pairs(*arrays(*columns[:4]), np.ones(len(columns[4])), np.zeros(len(columns[4]), bool))
        native.gather_passages(pairs, np.array(bounds, np.int64), corpus.keys, runs_between(corpus.keys), 4, 0.6)

    for call in (merge, gather):
        call(*good)
        for at in range(5):
            wrong = list(good)
            wrong[at] = [*good[at], good[at][0]]
            with pytest.raises(ValueError, match="length"):
                call(*wrong)
        for at in range(4):
            for value in (-1, 41, (1 << 63) - 1, -1 << 63):
                wrong = list(good)
                wrong[at] = [value]
                with pytest.raises(ValueError, match="places"):
                    call(*wrong)
        for place in (([5], [5]), ([5], [4])):
            with pytest.raises(ValueError, match="places"):
                call(*place, *good[2:])
        for bounds in ((0, 2), (-1, 1), (1, 0), (0, (1 << 63) - 1), (-1 << 63, 0)):
            with pytest.raises(ValueError, match="bounds"):
                call(*good, bounds=bounds)


@pytest.mark.parametrize("run", [(2400, 0, 101), (0, 2400, 101), (1 << 62, 0, 1), (0, 0, (1 << 64) - 1)])
def test_runs_outside_of_what_was_asked_for_are_refused(native, run):
    corpus = Corpus.of(native, long_pair(Random(1), 3, 4, LONGEST_COMPARED + 500))
    size = LONGEST_COMPARED + 500
    pieces = Alignments(*arrays([0], [size], [size], [2 * size], [SCORE * size], [1]))
    texts = native.Texts(corpus.documents, corpus.offsets)
    with pytest.raises(ValueError, match="runs"):
        native.merge_pieces(
            pieces, np.array([0, 1]), corpus.keys, texts, lambda *_: [(0, 0, 1), run], MergeLimits(30, 40, 0.6, 60)
        )


def located(kernels: ModuleType, documents: list[str], ranges: list[Side]) -> list[list[int]]:
    encoded = [text.encode("utf-8", "surrogatepass") for text in documents]
    offsets = np.cumsum([0, *(len(naive.tokenize(text)) for text in documents)], dtype=np.int64)
    columns = np.array(ranges, np.int64).reshape(-1, 2).T.copy()
    found = kernels.Texts(encoded, offsets).locate(*columns)
    assert all(values.dtype == np.int64 and values.shape == (len(ranges),) for values in found)
    return np.stack(found, axis=1).tolist() if ranges else []


def read(documents: list[str], first: int, last: int) -> list[int]:
    """Return where a range of places is, as a reader who counts would say."""
    words = [(text, word) for text in documents for word in naive.tokenize(text)]
    text, start, end = words[first][0], words[first][1].start, words[last - 1][1].end
    line, column = naive.line_and_column(text, start)
    end_line, end_column = naive.line_and_column(text, end - 1)
    in_bytes = [len(text[:at].encode("utf-8", "surrogatepass")) for at in (start, end)]
    return [start, end, *in_bytes, line, column, end_line, end_column + 1]


lines = st.text(st.sampled_from("ab .\r\n\u2028\u2029\x0b\x85中文กำ\u0301\u200d\ud800\udfff👍é"), max_size=60)


@settings(max_examples=150)
@given(st.lists(lines | hostile_text(60), max_size=4), st.data())
def test_words_are_where_a_reader_finds_them(kernels, documents, data):
    offsets = np.cumsum([0, *(len(naive.tokenize(text)) for text in documents)]).tolist()
    within = [st.tuples(*[st.integers(a, b - 1)] * 2) for a, b in pairwise(offsets) if a < b]
    # In any order, some of them overlapping, some the same.
    drawn = data.draw(st.lists(st.one_of(within), max_size=12)) if within else []
    ranges = [(min(pair), max(pair) + 1) for pair in drawn]
    assert located(kernels, documents, ranges) == [read(documents, *own) for own in ranges]


def test_every_line_ending_counts_once(kernels):
    text = "one\r\ntwo\rthree\nfour\n\rfive\r\r\nsix\u2028seven\x0beight"
    rows = located(kernels, [text], [(word, word + 1) for word in range(8)])
    assert [(line, column) for *_, line, column, _, _ in rows] == [
        *((1, 1), (2, 1), (3, 1), (4, 1), (6, 1), (8, 1), (8, 5), (8, 11)),
    ]
    assert located(kernels, [text], [(7, 8), (0, 8), (0, 1)]) == [
        read([text], *own) for own in [(7, 8), (0, 8), (0, 1)]
    ]


def test_words_are_located_for_several_threads(kernels):
    documents = ["wörd 中\r\n" * number + "end" for number in range(60)]
    encoded = [text.encode() for text in documents]
    offsets = np.cumsum([0, *(len(naive.tokenize(text)) for text in documents)], dtype=np.int64)
    texts = kernels.Texts(encoded, offsets)
    firsts, lasts = offsets[:-1].copy(), offsets[1:].copy()
    with ThreadPoolExecutor(4) as workers:
        found = list(workers.map(lambda _: texts.locate(firsts[::-1].copy(), lasts[::-1].copy()), range(8)))
    for rows in found:
        assert rows.end.tolist() == [len(text) for text in documents[::-1]]
        assert rows.end_line.tolist() == list(range(60, 0, -1))


@pytest.mark.parametrize("wrong", [(-1, 1), (0, 4), (2, 5), (6, 7), (1, 1), (2, 1), ((1 << 63) - 1, 0), (-1 << 63, 1)])
def test_ranges_are_those_of_words_of_one_document(kernels, wrong):
    with pytest.raises(ValueError, match=r"within one document|empty"):
        located(kernels, ["one two three", "four five six"], [(0, 1), wrong])
