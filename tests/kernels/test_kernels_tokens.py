"""Text to tokens: what is a token, where it stands, and its key; whatever the bytes are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import naive
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kernel_support import batch, bounds, same, token_key
from strategies import AWKWARD, hostile_text

from dedup.kernels import fold, folding

ASCII = [*"aZ09_ .\n\x00", "word ", "Longer", "0123456789"]
LETTERS = "éßяあ漢ไကཀ한ﬁＡ𝔘"
SEPARATING = "\u2019\u201c\u2014\u00a0🚀\ud800"


def mostly_ascii() -> st.SearchStrategy[str]:
    """Return texts long enough for several blocks of 64 bytes, with some wider character now and then."""
    pieces = st.sampled_from(ASCII * 4 + AWKWARD)
    return st.lists(pieces, max_size=120).map("".join)


def any_text() -> st.SearchStrategy[str]:
    return hostile_text() | mostly_ascii()


def encoded(texts: list[str]) -> list[bytes]:
    return [text.encode("utf-8", "surrogatepass") for text in texts]


def check(kernels, texts: list[str]) -> None:
    """Assert that tokens, their places and their keys are those of a slow reader."""
    keys, starts, ends, offsets = kernels.tokenize(*batch(encoded(texts)))
    assert [values.dtype for values in (keys, starts, ends, offsets)] == [np.uint64, np.uint32, np.uint32, np.int64]
    expected = [naive.tokenize(text) for text in texts]
    assert offsets.tolist() == bounds(expected).tolist()
    tokens = [token for document in expected for token in document]
    words = [fold(text[a:b]) for text, document in zip(texts, expected, strict=True) for _, a, b, _ in document]
    assert starts.tolist() == [token.start for token in tokens]
    assert ends.tolist() == [token.end for token in tokens]
    assert keys.tolist() == [token_key(folded, token.half) for folded, token in zip(words, tokens, strict=True)]
    counted = [(2 * len(document) - sum(token.half for token in document) + 1) // 2 for document in expected]
    same(kernels.token_keys(*batch(encoded(texts))), [keys, offsets, np.array(counted, np.int64)])
    factors = np.arange(1, 80, 2, dtype=np.uint32)
    signatures = kernels.document_signatures(keys, offsets, 3, factors, factors)
    same(
        kernels.text_signatures(*batch(encoded(texts)), 3, factors, factors),
        [np.diff(offsets), np.array(counted, np.int64), signatures],
    )


@given(st.lists(any_text(), max_size=6))
@example([])
@example(["", "", "a", ""])
@example(["a", "\u0301b", "\u3099か\u3099", "漢"])  # marks that begin a document have nothing to belong to
def test_tokens_and_keys_are_those_of_a_slow_reader(kernels, texts):
    check(kernels, texts)


@pytest.mark.parametrize("wide", [*LETTERS, *SEPARATING, "\u0301", "\u200d", "か\u3099", "e\u0301"])
def test_a_wider_character_may_stand_anywhere(kernels, wide):
    check(kernels, [before * letter + wide + "b c" for before in range(70) for letter in "a "])
    check(kernels, ["ab " * 30 + wide, wide * 40, f"a{wide}" * 40, f" {wide}" * 40])


@pytest.mark.parametrize("letter", ["a", "я", "漢"])
def test_words_may_have_any_length(kernels, letter):
    check(kernels, [" ".join(letter * length for length in range(140)), letter * 131, letter * 64, letter * 65 + " "])


@pytest.mark.parametrize("word", ["a", "é", "b\u0301", "e\u0301\u00ad"])
def test_a_word_of_a_million_letters(kernels, word):
    (key,), (start,), (end,), _ = kernels.tokenize(*batch(encoded([word * 1_100_000])))
    assert (start, end) == (0, len(word) * 1_100_000)
    assert key == token_key(fold(word) * 1_100_000, half=False)


def test_every_letter_of_two_bytes_goes_with_others():
    # The native kernel sizes its results by this: a token of its own takes three bytes and more.
    points = np.arange(0x800, dtype=np.uint32)
    folding.FOLDING.prepare(points)
    assert not (folding.FOLDING.role[points] == folding.ALONE).any()


@pytest.mark.parametrize("text", ["a " * 5000, " a" * 5000, "a漢" * 3000, "1" * 9999, "漢" * 3000])
def test_texts_with_as_many_tokens_as_can_be(kernels, text):
    check(kernels, [text, text[:1], text[:2]])
    check(kernels, list(text[:600]))


@pytest.mark.parametrize("repeated", ["ab, ", "é", "x", "a漢", "漢 ", "nai\u0308ve \u0301", "a" * 99 + "é " + "b" * 70])
@pytest.mark.parametrize("size", [1, 5, 70_000])
def test_long_texts_are_signed_as_they_are_in_one_piece(native, repeated, size):
    texts = encoded(["z" * shift + repeated * (200_000 // len(repeated.encode())) for shift in range(3)])
    texts.append(b"\xe6\xbc" * 70_000 + b" a \xff" * 20_000)
    factors = np.arange(1, 9, dtype=np.uint32)
    keys, offsets, words = native.token_keys(*batch(texts))
    signatures = native.document_signatures(keys, offsets, size, factors, factors)
    same(native.text_signatures(*batch(texts), size, factors, factors), [np.diff(offsets), words, signatures])


@given(st.lists(st.binary(max_size=90), max_size=5), st.data())
def test_any_bytes_give_tokens_in_order(native, documents, data):
    buffer, offsets = batch(documents)
    results = native.tokenize(buffer, offsets)
    same(native.tokenize(buffer, offsets), results)
    keys, token_offsets, words = native.token_keys(buffer, offsets)
    same([keys, token_offsets], [results[0], results[3]])
    factors = np.ones(4, np.uint32)
    signatures = native.document_signatures(keys, token_offsets, 2, factors, factors)
    same(native.text_signatures(buffer, offsets, 2, factors, factors), [np.diff(token_offsets), words, signatures])
    _, starts, ends, bounds = results
    for number, document in enumerate(documents):
        first, last = bounds[number : number + 2]
        flat = np.stack([starts[first:last], ends[first:last]], axis=1).ravel().astype(np.int64)
        assert (starts[first:last] < ends[first:last]).all()
        assert (np.diff(flat) >= 0).all()
        assert not len(flat) or flat[-1] <= len(document)
        same(native.tokenize(*batch([document]))[:3], [values[first:last] for values in results[:3]])


@given(st.lists(any_text(), min_size=1, max_size=3), st.data())
def test_documents_may_be_cut_inside_a_character(native, texts, data):
    text = b"".join(encoded(texts))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    pieces = [text[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    together = native.tokenize(*batch(pieces))
    alone = [native.tokenize(*batch([piece])) for piece in pieces]
    same(together[:3], [np.concatenate(parts) for parts in list(zip(*alone, strict=True))[:3]])


@pytest.mark.parametrize(
    "odd", [b"\xff", b"\x80", b"\xc3", b"\xe2\x80", b"\xf4\x90\x80\x80", b"\xf8\x80\x80\x80", b"\xed\xa0"]
)
def test_what_is_not_utf8_separates(native, odd):
    keys, *_ = native.tokenize(*batch([b"ab" + odd + b"cd" + odd]))
    same([keys], [native.tokenize(*batch([b"ab cd"]))[0]])


@pytest.mark.parametrize("offsets", [[], [0], [1, 3], [0, 2], [0, 4], [0, 2, 1, 3], [-1, 3], [0, 1 << 40, 3]])
def test_offsets_must_cut_the_text_into_documents(native, offsets):
    for call in (native.tokenize, native.token_keys):
        with pytest.raises(ValueError, match="offsets"):
            call(np.frombuffer(b"a b", np.uint8), np.array(offsets, np.int64))


def scripts() -> list[bytes]:
    """Return texts of many scripts, which need many pages of the tables."""
    points = [point for point in range(0x80, 0x11000) if not 0xD800 <= point < 0xE000]
    return [" ".join(map(chr, points[at : at + 700])).encode() for at in range(0, len(points), 700)]


def test_tables_are_filled_while_others_read_them(native, monkeypatch):
    documents = scripts()
    buffer, offsets = batch(documents)
    expected = native.tokenize(buffer, offsets)
    fresh = folding.Folding()
    monkeypatch.setattr("dedup.kernels.native.tokens.FOLDING", fresh)
    with ThreadPoolExecutor(4) as workers:
        parts = list(workers.map(lambda document: native.tokenize(*batch([document])), documents * 3))
    for number, part in enumerate(parts):
        first, last = expected[3][number % len(documents) :][:2]
        same(part[:3], [values[first:last] for values in expected[:3]])


def test_the_first_text_of_a_script_is_read_as_any_later_one(kernels, monkeypatch):
    buffer, offsets = batch(scripts())
    expected = kernels.tokenize(buffer, offsets)
    monkeypatch.setattr(f"{kernels.__name__}.tokens.FOLDING", folding.Folding())
    same(kernels.tokenize(buffer, offsets), expected)


def test_all_code_points_in_one_text(native, reference):
    text = "".join(map(chr, range(0x3400))) + "x" + "".join(map(chr, range(0xA000, 0x1F000)))
    both = batch(encoded([text, text[::-1]]))
    same(native.tokenize(*both), reference.tokenize(*both))


def test_signatures_are_those_of_texts_with_permutations(native):
    factors = np.ones(4, np.uint32)
    buffer, offsets = batch([b"a"])
    with pytest.raises(ValueError, match="offsets"):
        native.text_signatures(buffer, offsets + 1, 2, factors, factors)
    with pytest.raises(ValueError, match="size"):
        native.text_signatures(buffer, offsets, 0, factors, factors)
    with pytest.raises(ValueError, match="increments"):
        native.text_signatures(buffer, offsets, 2, factors, factors[:2])


@given(st.lists(st.lists(st.integers(0, 2000), min_size=2, max_size=2).map(sorted), max_size=20), st.integers(0, 99))
def test_half_words_of_ranges_that_overlap(kernels, ranges, seed):
    keys = np.random.default_rng(seed).integers(0, 1 << 64, 2000, np.uint64)
    first, last = np.array(ranges, np.int64).reshape(-1, 2).T.copy()
    found = kernels.twice_words(keys, first, last)
    assert found.tolist() == [2 * (b - a) - int((keys[a:b] % 2).sum()) for a, b in ranges]
