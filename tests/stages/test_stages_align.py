"""Alignments against a table of all words of two short texts."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import COPY_LETTERS, SCRIPTS, unused_words

from dedup import kernels
from dedup.align import LEAST_RUN, align_chains, drop_covered, extend_alignments
from dedup.arrays import Alignments, Runs
from dedup.chain import find_chains
from dedup.tokenize import tokenize


def aligned(documents: list[list[str]], min_words: int = 15, max_gap: int = 30) -> Alignments:
    """Return the alignments around all equal runs, as the pipeline comes to them."""
    encoded = [" ".join(words).encode() for words in documents]
    tokens = tokenize(encoded)
    offsets = tokens.offsets
    assert np.diff(offsets).tolist() == list(map(len, documents))
    found = sorted(run for run in naive.equal_runs(documents, LEAST_RUN) if run[2] <= run[1] - run[0])
    names = np.searchsorted(offsets, np.array(found, np.int64).reshape(-1, 3)[:, :2], "right")
    order = np.lexsort((*reversed(np.array(found, np.int64).reshape(-1, 3).T), names[:, 1], names[:, 0]))
    runs = Runs(*np.array(found, np.int64).reshape(-1, 3)[order].T.copy())
    chains, listed = find_chains(runs, offsets, max_gap)
    texts = kernels.Texts(encoded, offsets)
    stretches = drop_covered(align_chains(runs, chains, listed, tokens.keys, texts), offsets, min_words)
    return extend_alignments(stretches, offsets, tokens.keys, texts)


def misread(random: Random, word: str) -> str:
    at = random.randrange(len(word))
    return word[:at] + random.choice("qxj") + word[at + 1 :]


def edited(random: Random, words: list[str], rate: float) -> list[str]:
    """Return a copy: words misread, divided, dropped, replaced, and others put between them."""
    copy: list[str] = []
    for word in words:
        match random.randrange(5) if random.random() < rate else 5:
            case 0:
                copy.append(misread(random, word))
            case 1:
                copy += [word[: len(word) // 2], word[len(word) // 2 :]]
            case 2:
                pass
            case 3:
                copy += unused_words(random, random.randint(1, 6), SCRIPTS[0])
            case 4:
                copy += [*unused_words(random, random.randint(1, 3), SCRIPTS[1]), word]
            case _:
                copy.append(word)
    return copy


seeds = st.integers(0, 1 << 30).map(Random)
rates = st.sampled_from([0.0, 0.1, 0.3])


def check_alignments(found: Alignments, documents: list[list[str]]) -> None:
    """Assert that alignments stay where they belong and count no more than the words they align."""
    words = [word for document in documents for word in document]
    bounds = list(pairwise(np.cumsum([0, *map(len, documents)]).tolist()))
    for left, left_end, right, right_end, score, equal in zip(*(values.tolist() for values in found), strict=True):
        assert left < left_end <= right < right_end
        for first, last in ((left, left_end), (right, right_end)):
            assert any(begin <= first and last <= end for begin, end in bounds)
        a, b = words[left:left_end], words[right:right_end]
        scores = naive.alignment_scores(a, b, kernels.SCORE, anywhere=False)
        # That there is such an alignment says that its last words agree; backwards, that its first do.
        assert score <= scores[len(a), len(b)]
        reversed_sides = ([word[::-1] for word in reversed(side)] for side in (a, b))
        assert (len(a), len(b)) in naive.alignment_scores(*reversed_sides, kernels.SCORE, anywhere=False)
        assert equal <= naive.common_subsequence(a, b)


@settings(max_examples=30)
@given(seeds, rates)
def test_no_alignment_counts_more_than_its_words(random, rate):
    text = unused_words(random, random.randint(5, 14), COPY_LETTERS)
    before, after = (unused_words(random, random.randint(0, 3), SCRIPTS[2]) for _ in range(2))
    documents = [[*before, *text], [*edited(random, text, rate), *after]]
    found = aligned(documents)
    check_alignments(found, documents)
    best = max(naive.alignment_scores(*documents, kernels.SCORE, anywhere=True).values(), default=0)
    assert max(found.score.tolist(), default=0) <= best
    longest = max((run[2] for run in naive.equal_runs(documents, LEAST_RUN)), default=0)
    if longest:
        assert max(found.score.tolist()) >= kernels.SCORE * longest - kernels.SCORE // 2


@settings(max_examples=15)
@given(seeds, st.integers(1, 3), st.integers(0, 4))
def test_the_best_alignment_of_copies_with_gaps_is_found(random, pieces, widest):
    sides: list[list[str]] = [[], []]
    for _ in range(pieces):
        text = unused_words(random, random.randint(4, 7), COPY_LETTERS)
        for side, letters in zip(sides, SCRIPTS, strict=False):
            side += [*text, *unused_words(random, random.randint(0, widest), letters)]
    found = aligned(sides)
    check_alignments(found, sides)
    assert max(found.score) == max(naive.alignment_scores(*sides, kernels.SCORE, anywhere=True, alike=0).values())


@given(st.lists(st.integers(1, 4), min_size=1, max_size=6), st.integers(1, 12), seeds)
def test_a_text_that_repeats_itself_is_not_aligned_with_itself(unit, times, random):
    words = [f"word{number}" for number in unit] * times
    for at in range(len(words)):
        if random.random() < 0.1:
            words[at] = f"other{random.randint(1, 3)}"
    documents = [words, [*words[len(words) // 2 :], *words[: len(words) // 3]]]
    found = aligned(documents, min_words=4)
    offsets = np.cumsum([0, *map(len, documents)])
    for left, left_end, right, right_end in zip(*(values.tolist() for values in found[:4]), strict=True):
        assert left < left_end <= right < right_end
        for first, last in ((left, left_end), (right, right_end)):
            assert np.searchsorted(offsets, first, "right") == np.searchsorted(offsets, last - 1, "right")


@pytest.mark.parametrize("ends", [("", ""), ("in the beginnlng", "in the beginning")])
def test_ends_grow_over_words_that_are_misread(ends):
    shared = [f"shared{number}" for number in range(10)]
    documents = [[*end.split(), *shared, *reversed(end.split()), own] for end, own in zip(ends, "xy", strict=True)]
    found = aligned(documents)
    check_alignments(found, documents)
    grown = len(ends[0].split())
    assert found.left.tolist() == [0] and found.left_end.tolist() == [10 + 2 * grown]
