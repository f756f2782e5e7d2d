"""Words aligned with words, against tables filled cell by cell and against the reference."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import NamedTuple

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Indel, LCSseq
from strategies import hostile_text

from dedup.kernels import fold

SCORE = 4


def keys(values: Sequence[int]) -> np.ndarray:
    return np.array(values, np.uint64)


@st.composite
def edited(draw) -> tuple[list[int], list[int]]:
    """Return a sequence and a copy of it in which some symbols are others, are gone or are doubled."""
    values = draw(
        st.lists(st.integers(1, draw(st.sampled_from([2, 4, 200]))), max_size=draw(st.sampled_from([9, 200])))
    )
    copy: list[int] = []
    for value in values:
        copy += draw(st.sampled_from([[], [1], [value] * 2])) if draw(st.integers(0, 5)) == 0 else [value]
    return values, copy


few = st.lists(st.integers(1, 3), max_size=12)
sequences = st.tuples(few, few) | edited()


@settings(max_examples=400)
@given(sequences, st.data())
def test_length_of_the_common_subsequence(kernels, pair, data):
    length = naive.common_subsequence(*pair)
    a, b = map(keys, pair)
    assert kernels.lcs_length(a, b) == kernels.lcs_length(b, a) == length
    assert kernels.lcs_length(a, b, data.draw(st.integers(0, length))) == length
    # Also where more is said to be known than is true.
    assert kernels.lcs_length(a, b, length + data.draw(st.integers(1, 5))) == length


@given(sequences, st.data())
def test_similarity_is_that_of_the_textbook(kernels, pair, data):
    a, b = ([1, *side] for side in pair)
    shared = naive.common_subsequence(a, b)
    known = data.draw(st.integers(0, shared))
    assert kernels.similarity(keys(a), keys(b), known) == Indel.normalized_similarity(a, b)
    assert kernels.similarity(keys(a), keys(b), known) == pytest.approx(2 * shared / (len(a) + len(b)), abs=1e-12)
    assert kernels.similarity(keys(a), keys(a)) == 1.0


def test_a_long_comparison_within_what_is_known(kernels):
    rng = np.random.default_rng(1)
    a = rng.integers(1, 50, 5000).astype(np.uint64)
    b = np.delete(a, rng.integers(0, 5000, 90))
    assert kernels.lcs_length(a, b) == kernels.lcs_length(a, b, len(b) - 10) == len(b)
    assert kernels.lcs_length(a, b[::-1].copy()) == LCSseq.similarity(a.tolist(), b[::-1].tolist())


def naive_runs(a: Sequence[int], b: Sequence[int]) -> list[list[int]]:
    """Return the equal runs of the subsequence that the last cell of the table leads back to.

    After what both begin and end with; a symbol of ``a`` is left out where that loses nothing, else one of ``b`` where
    the symbol of ``a`` is as well found before.
    """
    start = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    pairs = [(k, k) for k in range(start)]
    backwards = zip(rest_a[::-1], rest_b[::-1], strict=False)
    end = next((k for k, (x, y) in enumerate(backwards) if x != y), min(len(rest_a), len(rest_b)))
    pairs += [(len(a) - 1 - k, len(b) - 1 - k) for k in range(end)]
    column, row = len(rest_a) - end, len(rest_b) - end
    table = [[0] * (column + 1) for _ in range(row + 1)]
    for j in range(1, row + 1):
        for i in range(1, column + 1):
            equal = rest_a[i - 1] == rest_b[j - 1]
            table[j][i] = table[j - 1][i - 1] + 1 if equal else max(table[j - 1][i], table[j][i - 1])
    while row and column:
        if table[row][column] == table[row][column - 1]:
            column -= 1
        elif table[row - 1][column] > table[row - 1][column - 1]:
            row -= 1
        else:
            row, column = row - 1, column - 1
            pairs.append((start + column, start + row))
    runs: list[list[int]] = []
    for i, j in sorted(pairs):
        if runs and (runs[-1][0] + runs[-1][2], runs[-1][1] + runs[-1][2]) == (i, j):
            runs[-1][2] += 1
        else:
            runs.append([i, j, 1])
    return runs


@settings(max_examples=400)
@given(sequences)
def test_runs_of_the_common_subsequence(kernels, pair):
    found = kernels.lcs_runs(*map(keys, pair))
    assert (found.dtype, found.shape[1]) == (np.int64, 3)
    assert found.tolist() == naive_runs(*pair)
    expected = LCSseq.opcodes(*pair).as_matching_blocks()
    assert found.tolist() == [[run.a, run.b, run.size] for run in expected if run.size]


class Corpus(NamedTuple):
    """Documents, their tokens, and where their words come from."""

    documents: list[str]
    keys: np.ndarray
    offsets: np.ndarray

    def texts(self, kernels: ModuleType) -> object:
        return kernels.Texts([text.encode("utf-8", "surrogatepass") for text in self.documents], self.offsets)


def corpus_of(documents: Sequence[str]) -> Corpus:
    tokens = [naive.tokenize(text) for text in documents]
    numbers: dict[str, int] = {}
    values = [numbers.setdefault(token.folded, len(numbers) + 1) for own in tokens for token in own]
    return Corpus(list(documents), keys(values), np.cumsum([0, *map(len, tokens)], dtype=np.int64))


@st.composite
def copied(draw) -> Corpus:
    """Return two documents of which the second is the first, misread and edited here and there."""
    words = st.text("abcdeé", min_size=2, max_size=7)
    original = draw(st.lists(words, min_size=1, max_size=40))
    copy: list[str] = []
    for word in original:
        match draw(st.integers(0, 11)):
            case 0:
                copy += [word[: len(word) // 2], word[len(word) // 2 :]]
            case 1:
                copy.append(word[:-1] + "x")
            case 2:
                copy += draw(st.lists(words, max_size=3))
            case _:
                copy.append(word)
    return corpus_of([" ".join(original), " ".join(copy)])


@settings(max_examples=100)
@given(st.lists(hostile_text(120), max_size=4))
def test_texts_give_the_folded_words(kernels, documents):
    tokens = [fold(text[token.start : token.end]) for text in documents for token in naive.tokenize(text)]
    corpus = corpus_of(documents)
    texts = corpus.texts(kernels)
    for begin, end in zip(corpus.offsets[:-1].tolist(), corpus.offsets[1:].tolist(), strict=True):
        assert texts.words(begin, end) == tokens[begin:end]
        for first in range(begin, end):
            last = min(first + 3, end)
            assert texts.words(first, last) == tokens[first:last]
    assert texts.words(0, 0) == []


def test_texts_of_many_words_from_anywhere(kernels):
    documents = [f"«{number}»-é, " * 1000 + "x" * number for number in range(20)]
    texts = corpus_of(documents).texts(kernels)
    for number in (19, 0, 7, 19):
        for word in range(0, 2000, 77):
            found = texts.words(2001 * number - (number > 0) + word, 2001 * number - (number > 0) + word + 2)
            assert found == ([str(number), "e"] if word % 2 == 0 else ["e", str(number)]) or word == 1999


@pytest.mark.parametrize(("first", "last"), [(-1, 1), (1, 3), (0, 9), (4, 5), (9, 10)])
def test_words_are_those_of_one_document(kernels, first, last):
    texts = corpus_of(["one two", "three four"]).texts(kernels)
    with pytest.raises(ValueError, match="within one document"):
        texts.words(first, last)


def test_texts_that_do_not_go_with_their_places(kernels):
    texts = kernels.Texts([b"one two three"], np.array([0, 2]))
    with pytest.raises(ValueError, match="other words"):
        texts.words(0, 1)
    with pytest.raises(ValueError, match="other words"):
        texts.words(0, 1)


def test_texts_for_several_threads(kernels):
    corpus = corpus_of([f"{'wörd ' * number} end" for number in range(200)])
    texts = corpus.texts(kernels)

    def last_words(_: int) -> list[str]:
        return [texts.words(end - 1, end)[0] for end in corpus.offsets[1:].tolist()]

    with ThreadPoolExecutor(4) as workers:
        assert all(words == ["end"] * 200 for words in workers.map(last_words, range(8)))


@settings(max_examples=200)
@given(st.lists(st.binary(max_size=80) | st.text("aé中", max_size=40).map(str.encode), max_size=3), st.data())
def test_bytes_that_are_no_text_have_the_words_of_the_tokenizer(native, documents, data):
    broken = [text[data.draw(st.integers(0, 2)) : len(text) - data.draw(st.integers(0, 2))] for text in documents]
    bounds = np.cumsum([0, *map(len, broken)], dtype=np.int64)
    *_, offsets = native.tokenize(np.frombuffer(b"".join(broken), np.uint8), bounds)
    texts = native.Texts(broken, offsets)
    for begin, end in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True):
        assert len(texts.words(begin, end)) == end - begin


def naive_score(corpus: Corpus, kernels: ModuleType, words: list[str], a: range, b: range) -> int:
    """Return what two aligned ranges of places count together."""
    if not a or not b:
        return -round(SCORE * naive.gap_cost(len(a) + len(b), one_sided=True))
    runs = naive_runs(corpus.keys[a.start : a.stop].tolist(), corpus.keys[b.start : b.stop].tolist())
    total = i = j = 0
    for run_a, run_b, size in [*runs, [len(a), len(b), 0]]:
        gap_a, gap_b = words[a.start + i : a.start + run_a], words[b.start + j : b.start + run_b]
        if gap_a and gap_b and max(len(gap_a), len(gap_b)) <= 8 and kernels.alike("".join(gap_a), "".join(gap_b)):
            total += SCORE // 2 * min(len(gap_a), len(gap_b))
        elif gap_a or gap_b:
            one_sided = not (gap_a and gap_b)
            total -= round(SCORE * naive.gap_cost(max(len(gap_a), len(gap_b)), one_sided=one_sided))
        total += SCORE * size - SCORE // 2 if size else 0
        i, j = run_a + size, run_b + size
    return total


@settings(max_examples=150)
@given(copied(), st.data())
def test_scores_of_ranges(kernels, corpus, data):
    words = [token.folded for text in corpus.documents for token in naive.tokenize(text)]
    middle, end = corpus.offsets[1:].tolist()

    def part(begin: int, stop: int) -> range:
        first, last = sorted(data.draw(st.integers(begin, stop)) for _ in range(2))
        return range(first, last)

    pairs = [(part(0, middle), part(middle, end)) for _ in range(3)] + [(range(middle), range(middle, end))]
    bounds = [np.array([getattr(pair[side], name) for pair in pairs]) for side in (0, 1) for name in ("start", "stop")]
    found = kernels.score_words(corpus.keys, *bounds, corpus.texts(kernels))
    assert found.tolist() == [naive_score(corpus, kernels, words, *pair) for pair in pairs]


def test_ranges_too_long_to_compare(kernels):
    corpus = corpus_of(["a " * 2001, "a " * 2001 + "b"])
    bounds = [np.array([place]) for place in (0, 2001, 2001, 4002)]
    (score,) = kernels.score_words(corpus.keys, *bounds, corpus.texts(kernels))
    assert score == -round(SCORE * naive.gap_cost(2000, one_sided=False))


def chains_between(corpus: Corpus, data: st.DataObject) -> list[list[tuple[int, int, int]]]:
    """Return chains of equal runs of the two documents, some of them overlapping each other."""
    middle, end = corpus.offsets[1:].tolist()
    chains = []
    for _ in range(data.draw(st.integers(0, 3))):
        runs = []
        for left in range(middle):
            right = middle + left + data.draw(st.integers(-1, 1))
            size = 0
            while left + size < middle and middle <= right < right + size < end:
                if corpus.keys[left + size] != corpus.keys[right + size]:
                    break
                size += 1
            if size and data.draw(st.booleans()):
                runs.append((left, right, size))
        if runs:
            chains.append(runs)
    return chains


@settings(max_examples=100)
@given(copied(), st.data())
def test_stretches_are_those_of_the_reference(kernels, reference, corpus, data):
    chains = chains_between(corpus, data)
    runs = np.array([run for chain in chains for run in chain], np.int64).reshape(-1, 3)
    begins = np.cumsum([0, *map(len, chains)], dtype=np.int64)
    found = kernels.align_runs(*runs.T.copy(), begins, corpus.keys, corpus.texts(kernels))
    expected = reference.align_runs(*runs.T, begins, corpus.keys, corpus.texts(reference))
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    assert found.tolist() == expected.tolist()
    for left, left_end, right, right_end, score, equal in found.tolist():
        assert left < left_end and right < right_end
        assert 0 < equal <= min(left_end - left, right_end - right)
        # Where words between two runs are equal they count, and so do letters: no alignment counts more.
        assert score <= SCORE * min(left_end - left, right_end - right)


def test_a_chain_is_cut_where_the_gap_costs_more_than_what_follows(kernels):
    shared, own, other = ("a b c d e", "f g", "h i j k l m n o p q"), "1 2", "3 4 5 6 7 8 9 10 11 12 13 14 15 16 17"
    corpus = corpus_of([f"{shared[0]} {own} {shared[1]}", f"{shared[0]} {other} {shared[1]}"])
    runs = [np.array(values) for values in ((0, 7), (9, 29), (5, 2))]
    found = kernels.align_runs(*runs, np.array([0, 2]), corpus.keys, corpus.texts(kernels))
    assert found.tolist() == [[0, 5, 9, 14, 18, 5], [7, 9, 29, 31, 6, 2]]
    corpus = corpus_of([f"{shared[0]} {own} {shared[2]}", f"{shared[0]} {own} 1 {shared[2]}"])
    runs = [np.array(values) for values in ((0, 7), (17, 25), (5, 10))]
    found = kernels.align_runs(*runs, np.array([0, 2]), corpus.keys, corpus.texts(kernels))
    assert found.tolist() == [[0, 17, 17, 35, 18 + 6 - 2 + 38, 15]]


class Alignment(NamedTuple):
    group: int
    left: int
    left_end: int
    right: int
    right_end: int
    equal: int


def naive_covered(alignments: Sequence[Alignment], order: Sequence[int], shortest: int) -> list[bool]:
    """Return which alignments one that comes before them in an order covers."""
    result = [False] * len(alignments)
    for index in order:
        large = alignments[index]
        for other, small in enumerate(alignments):
            left_slack = min((small.left_end - small.left) // 5, 7)
            right_slack = min((small.right_end - small.right) // 5, 7)
            if (
                not result[index]
                and other != index
                and small.group == large.group
                and large.left - left_slack <= small.left < large.left_end
                and small.left_end <= large.left_end + left_slack
                and large.right - right_slack <= small.right
                and small.right_end <= large.right_end + right_slack
                and small.equal < shortest
            ):
                result[other] = True
    return result


@st.composite
def an_alignment(draw) -> Alignment:
    left, right = draw(st.integers(0, 20)), draw(st.integers(0, 20))
    sizes = draw(st.integers(1, 50)), draw(st.integers(1, 50))
    return Alignment(
        draw(st.integers(0, 1)), left, left + sizes[0], right, right + sizes[1], draw(st.integers(1, min(sizes)))
    )


@settings(max_examples=200)
@given(st.lists(an_alignment(), max_size=12).map(sorted), st.randoms(use_true_random=False), st.integers(1, 40))
def test_what_others_cover(kernels, alignments, random, shortest):
    order = random.sample(range(len(alignments)), random.randint(0, len(alignments)))
    groups, *columns = np.array(alignments, np.int64).reshape(-1, 6).T.copy()
    found = kernels.covered(*columns, groups, np.array(order, np.int64), shortest)
    assert found.dtype == np.bool_
    assert found.tolist() == naive_covered(alignments, order, shortest)


@settings(max_examples=150)
@given(copied(), st.sampled_from([1, -1]), st.data())
def test_ends_are_those_of_the_reference(kernels, reference, corpus, direction, data):
    middle, end = corpus.offsets[1:].tolist()
    count = data.draw(st.integers(0, 4))
    left = np.array([data.draw(st.integers(0, middle)) for _ in range(count)], np.int64)
    right = np.array([data.draw(st.integers(middle, end)) for _ in range(count)], np.int64)
    if data.draw(st.booleans()):
        left[:], right[:] = (0, middle) if direction > 0 else (middle, end)
    room = (middle - left, end - right) if direction > 0 else (left, right - middle)
    score = np.array([data.draw(st.sampled_from([0, 17, 18, 100])) for _ in range(count)], np.int64)
    arguments = left, right, *room, score, direction
    before = [values.copy() for values in arguments[:-1]]
    found = kernels.grow(corpus.keys, corpus.texts(kernels), *arguments)
    expected = reference.grow(corpus.keys, corpus.texts(reference), *arguments)
    assert all((values == old).all() for values, old in zip(arguments[:-1], before, strict=True))
    for values, others in zip(found, expected, strict=True):
        assert values.dtype == others.dtype == np.int64
        assert values.tolist() == others.tolist()
    assert (direction * (found[0] - left) <= room[0]).all() and (direction * (found[1] - right) <= room[1]).all()
    assert (found[2] >= score).all()


@pytest.mark.parametrize("direction", [1, -1])
def test_an_end_grows_over_words_and_letters_in_turn(kernels, direction):
    original = "in the kingdom of heaven they shall inherit the earth"
    copy = "in the kingdorn of hea ven they sha1l inherit the earth"
    sides = [text if direction > 0 else text[::-1] for text in (original, copy)]
    corpus = corpus_of(sides)
    ends = np.array([0 if direction > 0 else 9 + 1]), np.array([10 if direction > 0 else 10 + 11])
    room = np.array([10]), np.array([11])
    left, right, score = kernels.grow(corpus.keys, corpus.texts(kernels), *ends, *room, np.array([100]), direction)
    assert (abs(left - ends[0]).tolist(), abs(right - ends[1]).tolist()) == ([10], [11])
    assert score[0] > 100 + 2 * SCORE


def test_places_outside_the_keys_are_refused(native):
    corpus = corpus_of(["one two", "one two"])
    texts = corpus.texts(native)
    one = np.array([1])
    for wrong in (-1, 5, (1 << 63) - 1, -1 << 63):
        bad = np.array([wrong])
        with pytest.raises(ValueError, match="places"):
            native.score_words(corpus.keys, bad, bad, one, one + 1, texts)
        with pytest.raises(ValueError, match="places"):
            native.align_runs(bad, one, one, np.array([0, 1]), corpus.keys, texts)
        with pytest.raises(ValueError, match="places"):
            native.align_runs(one, one, one, np.array([0, wrong]), corpus.keys, texts)
        with pytest.raises(ValueError, match="places"):
            native.grow(corpus.keys, texts, bad, one, one, one, one, 1)
        with pytest.raises(ValueError, match="places"):
            native.grow(corpus.keys, texts, one, bad, one, one, one, -1)
        with pytest.raises(ValueError, match="order"):
            native.covered(*[one] * 6, bad, 1)
    with pytest.raises(ValueError, match="one length"):
        native.score_words(corpus.keys, one, one, one, np.array([1, 1]), texts)
    with pytest.raises(ValueError, match="direction"):
        native.grow(corpus.keys, texts, one, one, one, one, one, 2)
