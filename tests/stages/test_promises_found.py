"""What is there is found: every verbatim copy, however written, however frequent its parts, and each just once.

Found means: one passage has an occurrence around each copy of the planted text. Only where copies touch or overlap one
another (tandem repeats) is it enough that every word of them lies in some passage.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scan_checks import check_result, found_in_one, found_in_pieces
from strategies import COPY_LETTERS, IDEOGRAPHS, SCRIPTS, WRITINGS, plain, planted_reuse, unused_words

import dedup


@given(planted_reuse())
@settings(max_examples=80)
def test_copies_are_found_however_they_are_written(planted):
    result = dedup.scan(planted.texts, dedup.Config(min_words=planted.min_words, clusters=False))
    for spans in planted.spans:
        assert found_in_one(result, spans)


@given(planted_reuse(writings=[plain]))
@settings(max_examples=60)
def test_plain_copies_are_found_to_the_character_and_nothing_else(planted):
    result = dedup.scan(planted.texts, dedup.Config(min_words=planted.min_words, clusters=False))
    (passage,) = result.passages
    assert [(place.document, place.start, place.end) for place in passage.occurrences] == planted.spans[0]
    assert (passage.similarity, passage.kind) == (1.0, "verbatim")


@given(planted_reuse(inside=True))
def test_copies_inside_one_document_are_found(planted):
    result = dedup.scan(planted.texts, dedup.Config(min_words=planted.min_words))
    assert found_in_one(result, planted.spans[0])


@pytest.mark.parametrize("min_words", range(4, 21))
def test_copies_of_just_the_shortest_length_are_found_and_shorter_ones_not(min_words):
    random = Random(min_words)
    config = dedup.Config(min_words=min_words, clusters=False)
    for words, expected in ((min_words, 1), (min_words - 1, 0)):
        for write in WRITINGS:
            copied = unused_words(random, words, COPY_LETTERS)
            texts = {}
            for number, written in enumerate((" ".join(copied), write(random, copied))):
                around = [" ".join(unused_words(random, 40, SCRIPTS[number])) for _ in range(2)]
                texts[str(number)] = f"{around[0]} {written} {around[1]}"
            result = dedup.scan(texts, config)
            assert [passage.words for passage in result.passages] == [words] * expected, write.__name__


def stock_corpus(
    random: Random, users: int, min_words: int, first: bool
) -> tuple[dict[str, str], list[tuple[str, int, int]]]:
    """Return documents that use stock phrases, and two among them where the same phrases follow each other."""
    phrases = [" ".join(unused_words(random, 6, COPY_LETTERS)) for _ in range(4)]
    own = ["".join(random.choices("abcdefghijklm", k=8)) for _ in range(40 * users)]
    texts = {}
    for number in range(users):
        words = own[40 * number : 40 * number + 40]
        mixed = random.sample(phrases, 4)
        texts[f"{number:04}"] = " ".join(" ".join((*words[10 * at : 10 * at + 10], mixed[at])) for at in range(4))
    copied = " ".join(" ".join(phrases).split()[:min_words])
    spans = []
    for at, name in enumerate(("0000a", "0001a") if first else ("0000a", f"{users:04}a")):
        before, after = (" ".join(unused_words(random, 30, SCRIPTS[1 + at])) + " " for _ in range(2))
        texts[name] = before + copied + " " + after
        spans.append((name, len(before), len(before) + len(copied)))
    return texts, spans


@pytest.mark.parametrize("min_words", [7, 9, 12, 15, 20, 24])
@pytest.mark.parametrize("users", [10, 17, 60, 400])
def test_copies_made_of_stock_phrases_are_found(users, min_words):
    texts, spans = stock_corpus(Random(users), users, min_words, first=users == 60)
    result = dedup.scan(texts, dedup.Config(min_words=min_words))
    assert found_in_one(result, spans)


@given(st.integers(0, 1 << 30), st.integers(4, 20), st.integers(0, 20))
@settings(max_examples=30)
def test_copies_in_scripts_without_spaces_are_found(seed, min_words, more):
    random = Random(seed)
    letters = random.sample(IDEOGRAPHS, 2 * min_words + more + 200)
    copied, letters = "".join(letters[200:]), letters[:200]
    texts = {
        "a": "".join(letters[:100]) + copied + "。" + "".join(letters[100:130]),
        "b": "".join(letters[130:150]) + "「" + copied + "」" + "".join(letters[150:]),
    }
    result = dedup.scan(texts, dedup.Config(min_words=min_words))
    spans = [(name, text.index(copied), text.index(copied) + len(copied)) for name, text in texts.items()]
    (passage,) = result.passages
    assert [(place.document, place.start, place.end) for place in passage.occurrences] == spans
    assert passage.words == (len(copied) + 1) // 2
    shorter = dedup.scan(texts, dedup.Config(min_words=len(copied) // 2 + 1))
    assert shorter.passages == ()


@pytest.mark.parametrize("copies", [2, 3, 5, 16, 17, 18, 33, 60])
@pytest.mark.parametrize("words", [15, 22, 90])
def test_copies_in_many_documents_are_one_passage(copies, words):
    random = Random(copies * words)
    copied = " ".join(unused_words(random, words, COPY_LETTERS)) + "."
    texts = {}
    spans = []
    for number in range(copies):
        before, after = (" ".join(unused_words(random, random.randint(20, 200), SCRIPTS[0])) for _ in range(2))
        texts[f"{number:02}"] = f"{before} {copied} {after}"
        spans.append((f"{number:02}", len(before) + 1, len(before) + 1 + len(copied)))
    (passage,) = dedup.scan(texts).passages
    assert [(place.document, place.start, place.end) for place in passage.occurrences] == spans
    assert (passage.words, passage.similarity, passage.kind) == (words, 1.0, "verbatim")


@given(st.integers(0, 1 << 30), st.integers(2, 30), st.integers(15, 40))
@settings(max_examples=10)
def test_edited_copies_in_many_documents_are_listed_once_each(seed, copies, size):
    random = Random(seed)
    words = unused_words(random, size, COPY_LETTERS)
    texts = {}
    for number in range(copies):
        changed = [word if random.random() > 0.04 else unused_words(random, 1, SCRIPTS[1])[0] for word in words]
        around = [" ".join(unused_words(random, 60, SCRIPTS[0])) for _ in range(2)]
        texts[f"{number:02}"] = " ".join((around[0], *changed, around[1]))
    config = dedup.Config(clusters=False)
    result = dedup.scan(texts, config)
    check_result(result, texts, config)
    for passage in result.passages:
        names = [place.document for place in passage.occurrences]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("times", [2, 3, 4, 7, 20, 50])
@pytest.mark.parametrize("period", [15, 20, 47])
def test_paragraphs_that_follow_each_other_again_and_again_are_found(times, period):
    paragraph = " ".join(unused_words(Random(period), period, COPY_LETTERS))
    text = "\n".join([paragraph] * times)
    config = dedup.Config()
    result = dedup.scan({"a": text}, config)
    check_result(result, {"a": text}, config)
    assert found_in_pieces(result, {"a": text}, ("a", 0, len(text)))


@given(st.integers(0, 1 << 30), st.integers(1, 3), st.integers(6, 12))
@settings(max_examples=60)
def test_copies_in_repetitive_text_are_found(seed, letters, min_words):
    # Few different words, so that everything recurs: each word of a copy must lie in some passage.
    random = Random(seed)
    vocabulary = unused_words(random, 3 * letters, SCRIPTS[0])
    noise = [" ".join(random.choices(vocabulary, k=random.randint(0, 40))) for _ in range(4)]
    copied = " ".join(unused_words(random, 2, COPY_LETTERS) + random.choices(vocabulary, k=min_words))
    texts = {str(at): f"{noise[2 * at]} {copied} {noise[2 * at + 1]}" for at in range(2)}
    result = dedup.scan(texts, dedup.Config(min_words=min_words, clusters=False))
    for name, text in texts.items():
        start = text.index(copied)
        assert found_in_pieces(result, texts, (name, start, start + len(copied)))
