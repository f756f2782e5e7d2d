"""The generator of planted passages: its gold spans hold, its hosts are clean, its operators do what they say."""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from benchmarks.generate import (
    FOREIGN_BOOKS,
    HOST_BOOKS,
    LENGTHS,
    MARGIN_WORDS,
    REPEAT_WORDS,
    SNAP,
    Corpus,
    folded_words,
    generate,
    read_books,
)
from benchmarks.operators import OPERATORS, Material, pieces
from dedup.model import Span

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def prose(seed: int, words: int) -> str:
    """Return made-up prose: paragraphs of sentences of clauses, lines broken, from a vocabulary of its own order."""
    rng = Random(seed)
    vocabulary = ["".join(rng.choices("abcdefghijklmnoprstuvwy", k=rng.randint(2, 9))) for _ in range(1500)]
    out, count = [], 0
    while count < words:
        sentences = []
        for _ in range(rng.randint(1, 8)):
            chosen = rng.choices(vocabulary, k=rng.randint(4, 30))
            count += len(chosen)
            comma = rng.randrange(1, len(chosen))
            sentence = " ".join(chosen[:comma]) + ", " + " ".join(chosen[comma:])
            sentences.append(sentence.capitalize() + rng.choice([".", "?", '."', " !"]))
        out.append(re.sub(r"(.{50}\S*) ", r"\1 \n", " ".join(sentences)))
    return "\n\n".join(out)


@pytest.fixture(scope="module")
def books() -> dict[str, str]:
    made = {name: prose(number, 20_000) for number, name in enumerate((*HOST_BOOKS, *FOREIGN_BOOKS))}
    first, *_, last = made[HOST_BOOKS[0]].split("\n\n", 40)[:40]
    # Reuse in the books themselves, which must not reach the corpus: inside one, and between two.
    made[HOST_BOOKS[0]] += "\n\n" + first + "\n\n" + last
    made[HOST_BOOKS[1]] += "\n\n" + last
    return made


@pytest.fixture(scope="module")
def corpus(books: dict[str, str]) -> Corpus:
    return generate(1, books, documents=20, passages=60)


@pytest.fixture(scope="module")
def real_corpus() -> Corpus:
    if not DATA.is_dir():
        pytest.skip(f"{DATA} is absent: no real texts")
    return generate(1, read_books(DATA / "books"))


@pytest.fixture(params=["made", "real"])
def any_corpus(request: pytest.FixtureRequest) -> Corpus:
    return request.getfixturevalue("corpus" if request.param == "made" else "real_corpus")


def fold(text: str) -> list[str]:
    return folded_words(unicodedata.normalize("NFKC", text))


def is_subsequence(short: Sequence[str], long: Sequence[str]) -> bool:
    rest = iter(long)
    return all(word in rest for word in short)


def test_gold_texts_are_what_the_operators_promise(any_corpus: Corpus) -> None:
    for case in any_corpus.cases:
        source, copy = any_corpus.text(case.source), any_corpus.text(case.copy)
        context = f"{case}\n{source}\n{copy}"
        assert case.source.document != case.copy.document
        assert source[0].isalnum() and not source[-1].isspace(), context
        assert copy[0].isalnum() and not copy[-1].isspace(), context
        if case.operator == "verbatim":
            assert source == copy
        else:
            assert source != copy, context
        if case.operator == "reflow":
            assert source.split() == copy.split(), context
        if case.operator == "surface":
            assert fold(source) == fold(copy), context
        if case.operator == "reordered":
            assert Counter(fold(source)) == Counter(fold(copy)), context
        if case.operator == "dropped":
            assert is_subsequence(fold(copy), fold(source)) and len(fold(copy)) < len(fold(source)), context
        if case.operator == "padded":
            assert is_subsequence(fold(source), fold(copy)) and len(fold(copy)) > len(fold(source)), context


def test_spans_start_and_end_at_words_and_have_the_wanted_length(any_corpus: Corpus) -> None:
    for case in any_corpus.cases:
        text = any_corpus.documents[case.source.document]
        start, end = case.source.start, case.source.end
        assert start == 0 or not text[start - 1].isalnum()
        assert end == len(text) or not (text[end - 1].isalnum() and text[end].isalnum())
        assert case.words <= len(folded_words(text[start:end])) <= (1 + SNAP) * case.words
    closed = [case for case in any_corpus.cases if any_corpus.text(case.source)[-1] in '.?!"']
    assert len(any_corpus.cases) / 4 < len(closed) < len(any_corpus.cases)


def test_planted_and_taken_texts_keep_their_distance(any_corpus: Corpus) -> None:
    spans: dict[str, list[Span]] = {}
    for case in any_corpus.cases:
        spans.setdefault(case.source.document, []).append(case.source)
        spans.setdefault(case.copy.document, []).append(case.copy)
    for document, places in spans.items():
        for before, after in itertools.pairwise(sorted(places)):
            between = any_corpus.documents[document][before.end : after.start]
            assert before.end <= after.start
            assert len(folded_words(between)) >= MARGIN_WORDS


def test_documents_have_no_reuse_of_their_own(any_corpus: Corpus) -> None:
    runs: list[tuple[str, ...]] = []
    for document, text in any_corpus.documents.items():
        hosts, last = [], 0
        for copy in sorted(case.copy for case in any_corpus.cases if case.copy.document == document):
            hosts.append(text[last : copy.start])
            last = copy.end
        words = folded_words("".join([*hosts, text[last:]]))
        runs += zip(*(words[i:] for i in range(REPEAT_WORDS)), strict=False)
    assert [run for run, count in Counter(runs).items() if count > 1] == []


def test_operators_and_lengths_are_balanced(any_corpus: Corpus) -> None:
    for name, values in (("operator", list(OPERATORS)), ("words", list(LENGTHS))):
        counts = Counter(getattr(case, name) for case in any_corpus.cases)
        assert set(counts) == set(values)
        assert max(counts.values()) - min(counts.values()) <= 2
    both = Counter((case.operator, case.words) for case in any_corpus.cases)
    assert len(both) == len(OPERATORS) * len(LENGTHS)


def test_the_real_corpus_has_the_size_that_the_targets_are_for(real_corpus: Corpus) -> None:
    assert len(real_corpus.documents) == 117
    assert len(real_corpus.cases) == 515


def test_a_seed_fixes_the_corpus(books: dict[str, str], corpus: Corpus) -> None:
    assert generate(1, books, documents=20, passages=60) == corpus
    assert generate(2, books, documents=20, passages=60) != corpus


def test_too_few_books_are_an_error(books: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="documents, 500 are wanted"):
        generate(1, books, documents=500)
    with pytest.raises(ValueError, match=r"no room|no place"):
        generate(1, books, documents=3, passages=60)


# operators

TEXT = (
    "The old mill stood by the river, and nobody had worked in it for years. Its wheel was broken; moss grew on the "
    'stones. "Who lives here?" asked the girl - but there was no answer.\nShe opened the door, and the hinges '
    "complained. Inside it was dark, though a little light fell through the roof."
)


def material() -> Material:
    return Material(["quartz", "violin", "saddle"], (f"as the witness number {i} told," for i in itertools.count()))


@given(st.integers(0, 10**9))
def test_edits_are_as_many_as_told(seed: int) -> None:
    for percent in (5, 10, 20, 30):
        edited = OPERATORS[f"edits-{percent}"](TEXT, Random(seed), material()).split()
        wanted = round(percent / 100 * (len(TEXT.split()) - 1))  # one token is a dash
        assert abs(len(edited) - len(TEXT.split())) <= 1 + 1  # deleted and inserted words differ by one, and the dash
        assert math.ceil(wanted / 2) <= Levenshtein.distance(TEXT.split(), edited) <= wanted + 1


@given(st.integers(0, 10**9))
def test_ocr_errors_are_as_many_as_told(seed: int) -> None:
    for percent in (2, 6):
        garbled = OPERATORS[f"ocr-{percent}"](TEXT, Random(seed), material())
        wanted = round(percent / 100 * len(TEXT))
        assert wanted / 2 <= Levenshtein.distance(TEXT, garbled) <= 2 * wanted


@given(st.integers(0, 10**9), st.integers(1, 5))
def test_sentences_are_dropped_inside_only(seed: int, repeats: int) -> None:
    text = " ".join(TEXT.replace("The", f"The {number}th") for number in range(repeats))
    parts = pieces(text)
    kept = pieces(OPERATORS["dropped"](text, Random(seed), material()))
    assert (kept[0], kept[-1]) == (parts[0], parts[-1])
    assert len(kept) == len(parts) - len(parts) // 4
    assert is_subsequence(kept, parts)


@given(st.integers(0, 10**9))
def test_what_is_left_of_a_passage_is_most_of_it(seed: int) -> None:
    for text in (
        "They came. And then the whole of the household rose from its seats and went out to see it, but she did not.",
        "Not now, she said, since every one of those who had been asked to help with the boats was away at sea, too.",
    ):
        kept = OPERATORS["dropped"](text, Random(seed), material())
        assert 0.6 * len(text.split()) <= len(kept.split()) < len(text.split())


@given(st.integers(0, 10**9))
def test_padding_is_one_clause_for_each_25_words(seed: int) -> None:
    padded = OPERATORS["padded"](TEXT, Random(seed), material())
    assert padded.count("as the witness number") == 2
    assert re.sub(r"as the witness number \d told, ", "", padded) == TEXT


@given(st.integers(0, 10**9))
def test_pieces_are_reordered_whole(seed: int) -> None:
    changed = OPERATORS["reordered"](TEXT, Random(seed), material())
    assert all(part in changed for part in pieces(TEXT))
    assert not changed.startswith(" ".join(pieces(TEXT)))


def test_pieces_fall_back_to_clauses_and_chunks() -> None:
    assert len(pieces(TEXT)) == 5
    assert pieces("One of them was here before us, and two of them came later, but the rest stayed at home.") == [
        "One of them was here before us,",
        "and two of them came later,",
        "but the rest stayed at home.",
    ]
    chunks = pieces(" ".join("word" for _ in range(25)))
    assert [len(chunk.split()) for chunk in chunks] == [8, 8, 9]
