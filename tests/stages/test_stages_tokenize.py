"""Words and where they stand: the kernel against a reader that goes character by character."""

from __future__ import annotations

import sys
import unicodedata
from itertools import pairwise, product

import naive
import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from strategies import WRITINGS, hostile_text, unused_words

from dedup import kernels
from dedup.arrays import Tokens
from dedup.kernels.folding import ALONE, EXTEND, FOLDING, SEPARATOR, WORD
from dedup.tokenize import folded_words
from dedup.tokenize import tokenize as tokenize_encoded


def tokenize(texts: list[str]) -> Tokens:
    return tokenize_encoded([text.encode("utf-8", "surrogatepass") for text in texts])


def tokens_of(text: str) -> list[naive.Token]:
    keys, starts, ends, offsets = tokenize([text])
    assert offsets.tolist() == [0, len(keys)]
    return [
        naive.Token(kernels.fold(text[start:end]), start, end, bool(key & 1))
        for key, start, end in zip(keys.tolist(), starts.tolist(), ends.tolist(), strict=True)
    ]


def keys_of(text: str) -> list[int]:
    return tokenize([text]).keys.tolist()


@given(hostile_text())
def test_tokens_are_those_of_a_slow_reader(text):
    assert tokens_of(text) == naive.tokenize(text)
    assert folded_words(text) == [token.folded for token in naive.tokenize(text)]


def test_every_letter_has_the_role_that_its_script_gives_it():
    points = np.arange(sys.maxunicode + 1, dtype=np.uint32)
    points = points[[unicodedata.category(chr(point))[0] in "LNM" for point in points.tolist()]]
    FOLDING.prepare(points)
    wrong = []
    for point in points.tolist():
        char = chr(point)
        if unicodedata.category(char) in ("No", "Nl"):  # fractions, circled and Roman numbers: in words or alone
            expected = {WORD, ALONE}
        else:
            expected = {EXTEND if naive.is_mark(char) else ALONE if naive.stands_alone(char) else WORD}
        if int(FOLDING.role[point]) not in expected:
            wrong.append(f"U+{point:04X} {unicodedata.name(char, '')}")
    assert wrong == []


@pytest.mark.parametrize("char", [*" \n\t-_.,'\u2019\u2014/\x00\u200b\u00a0\u2028", "👍", "\ud800", "€", "+"])
def test_what_is_neither_letter_nor_digit_separates(char):
    FOLDING.prepare(np.array([ord(char)], np.uint32))
    assert FOLDING.role[ord(char)] == SEPARATOR
    assert folded_words(f"a{char}b") == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "words", "half"),
    [
        ("Don't stop-now_3.5", ["don", "t", "stop", "now", "3", "5"], 0),
        ("ÉTÉ été e\u0301te\u0301", ["ete", "ete", "ete"], 0),
        ("ﬁne Ｆｉｎｅ ﬀ STRASSE straße", ["fine", "fine", "ff", "strasse", "strasse"], 0),
        ("co\u00adop\u200derate", ["cooperate"], 0),
        ("漢字かな", ["漢", "字", "か", "な"], 4),
        ("がか\u3099ｶﾞ", ["か\u3099", "か\u3099", "カ\u3099"], 3),
        ("abc漢def", ["abc", "漢", "def"], 1),
        ("\u0301a b\u0301", ["a", "b"], 0),
        (
            "\u0645\u064f\u062d\u064e\u0645\u0651\u064e\u062f",
            ["\u0645\u064f\u062d\u064e\u0645\u0651\u064e\u062f"],
            0,
        ),  # Arabic with vowels
    ],
)
def test_words_of_examples(text, words, half):
    assert [word for word, *_ in tokens_of(text)] == words
    assert sum(token.half for token in tokens_of(text)) == half


@given(st.lists(hostile_text(12), max_size=8))
def test_tokens_of_a_batch_are_those_of_each_text_alone(texts):
    batch = tokenize(texts)
    assert len(batch.offsets) == len(texts) + 1
    for text, (first, last) in zip(texts, pairwise(batch.offsets.tolist()), strict=True):
        alone = tokenize([text])
        assert alone.offsets.tolist() == [0, last - first]
        for together, own in zip(batch[:3], alone[:3], strict=True):
            assert together.dtype == own.dtype
            assert together[first:last].tolist() == own.tolist()


@given(st.lists(hostile_text(12), min_size=1, max_size=4))
def test_keys_are_equal_if_and_only_if_the_words_are(texts):
    # A mark of half words is part of the key: the numeral 〹 folds to an ideograph but is a whole word.
    names: dict[int, tuple[str, bool]] = {}
    keys: dict[tuple[str, bool], int] = {}
    for text in texts:
        for token, key in zip(naive.tokenize(text), keys_of(text), strict=True):
            word = (token.folded, token.half)
            assert names.setdefault(key, word) == word
            assert keys.setdefault(word, key) == key


@given(st.lists(st.text("ab", min_size=1, max_size=200), min_size=2, max_size=6, unique=True))
def test_long_words_have_keys_of_their_own(words):
    assert len(set(keys_of(" ".join(words)))) == len(words)


@pytest.mark.parametrize("prefix", ["", "id7", "x" * 60])
@pytest.mark.parametrize("letters", ["01", "ab"])
def test_words_of_few_letters_have_keys_of_their_own(letters, prefix):
    # Numbers and identifiers differ in few bits, here and there: a hash must not let two such changes cancel out.
    words = [prefix + "".join(item) for item in product(letters, repeat=16)]
    assert len(set(keys_of(" ".join(words)))) == len(words)


@pytest.mark.parametrize("length", [1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 71, 72, 73, 128, 1000])
def test_a_key_depends_on_every_letter_and_not_on_the_place(length):
    word = "a" * length
    others = [word[:at] + "b" + word[at + 1 :] for at in range(length)] + [word + "a"]
    keys = keys_of(" ".join([word, *others]) + " é " + word)
    assert len(set(keys)) == len(others) + 2
    assert keys[0] == keys[-1]


@given(
    st.randoms(use_true_random=False),
    st.lists(st.sampled_from("abcdefghijklmnopqrstuvwxyzßáéñøσя漢か한ا"), min_size=1),
    st.sampled_from(WRITINGS),
)
def test_however_words_are_written_their_keys_stay(random, letters, write):
    words = ["".join(letters[at : at + 4]) for at in range(0, len(letters), 4)]
    assert keys_of(write(random, words)) == keys_of(" ".join(words))


@given(hostile_text())
@example("\u0623\u064e\u062d\u0645\u062f")  # Arabic: alef with hamza and fatha, which change places when decomposed
def test_canonical_forms_have_the_same_keys(text):
    assert keys_of(unicodedata.normalize("NFD", text)) == keys_of(unicodedata.normalize("NFC", text))


@given(hostile_text())
def test_case_does_not_change_keys(text):
    # Letters whose upper case is another letter's too (ı and i, ͅ and ι) are not one in Unicode's case folding either.
    assume(not set(text) & set("ıİ\u0345") and text.casefold() == text.upper().casefold())
    assert [word for word, *_ in tokens_of(text.upper())] == [word for word, *_ in tokens_of(text)]
    assert keys_of(text.upper()) == keys_of(text)


def test_case_of_ordinary_alphabets_does_not_change_keys():
    text = "Straße ŒUVRE Ångström Đorđe Žižek ΟΔΥΣΣΕΥΣ Λόγος Съешь Ёлка Հայերեն ﬂuﬀy Ǆ"
    assert keys_of(text.upper()) == keys_of(text.lower()) == keys_of(text.swapcase()) == keys_of(text)


@given(hostile_text(), st.data())
def test_half_words_are_counted(text, data):
    halves = [1 if token.half else 2 for token in naive.tokenize(text)]
    first = data.draw(st.integers(0, len(halves)))
    last = data.draw(st.integers(first, len(halves)))
    found = kernels.twice_words(tokenize([text]).keys, np.array([first]), np.array([last]))
    assert found.tolist() == [sum(halves[first:last])]


def test_words_are_found_again_whatever_other_words_stand_around():
    import random

    words = unused_words(random.Random(3), 300, "abcdéß漢")
    alone = [keys_of(word) for word in words]
    assert keys_of(" ".join(words)) == [key for keys in alone for key in keys]


def test_nothing_at_all():
    for texts in ([], [""], ["", "", ""], ["... \n"], ["\u0301\u0301"]):
        tokens = tokenize(texts)
        assert tokens.offsets.tolist() == [0] * (len(texts) + 1)
        assert len(tokens.keys) == len(tokens.starts) == len(tokens.ends) == 0
