"""From text to sketches: megabytes of made-up prose, whose words are known, and what each kernel makes of it.

The sums are those of the reference; they change only when a kernel's meaning does.
"""

from __future__ import annotations

from random import Random
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from dedup.kernels import fold
from dedup.sketch import permutations

WORDS = 400_000
DOCUMENT = 800
SCRIPTS = {
    "ascii": ("abcdefghijklmnopqrstuvwxyz", " ", ", ", ". "),
    "quotes": ("abcdefghijklmnopqrstuvwxyz", " ", " \u201c", "\u201d "),
    "accents": ("abcdefghijklmnopqrstuvéàüñ", " ", ", ", ". "),
    "cyrillic": ("абвгдежзиклмнопрстуфхцчшщы", " ", ", ", ". "),
}


class Prose(NamedTuple):
    """Documents as the tokenizer takes them, and the words that they are made of."""

    buffer: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    words: list[str]


def prose(script: str) -> Prose:
    """Return documents of 800 words, long and short, frequent and rare; one in ten is followed by punctuation."""
    letters, plain, *marks = SCRIPTS[script]
    random = Random(1)
    lengths = random.choices(range(1, 14), (3, 16, 20, 15, 11, 9, 8, 6, 5, 3, 2, 1, 1), k=20_000)
    vocabulary = ["".join(random.choices(letters, k=length)) for length in lengths]
    words = [vocabulary[int(len(vocabulary) * random.random() ** 4)] for _ in range(WORDS)]
    gaps = [random.choice(marks) if random.random() < 0.1 else plain for _ in words]
    pieces = [word + gap for word, gap in zip(words, gaps, strict=True)]
    documents = ["".join(pieces[at : at + DOCUMENT]).encode() for at in range(0, WORDS, DOCUMENT)]
    offsets = np.cumsum([0, *map(len, documents)], dtype=np.int64)
    return Prose(np.frombuffer(b"".join(documents), np.uint8), offsets, words)


@pytest.fixture(scope="module")
def keys() -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return 64-bit numbers for the words of documents of 800."""
    return np.random.RandomState(1).randint(0, 1 << 64, WORDS, np.uint64), np.arange(0, WORDS + 1, DOCUMENT)


def total(values: NDArray[Any]) -> int:
    """Return a sum that depends on the values and on their order."""
    return int((values.ravel().astype(np.uint64) * np.arange(1, 2 * values.size, 2, dtype=np.uint64)).sum())


@pytest.mark.parametrize("script", SCRIPTS)
def test_tokenize(benchmark: Any, kernels: ModuleType, script: str) -> None:
    text = prose(script)
    benchmark.group = f"tokenize, {script}"
    found, starts, ends, offsets = benchmark(kernels.tokenize, text.buffer, text.offsets)
    assert (ends - starts).tolist() == [len(word) for word in text.words]
    assert np.diff(offsets).tolist() == [DOCUMENT] * (WORDS // DOCUMENT)
    folded = list(map(fold, text.words))
    assert kernels.token_keys(text.buffer, text.offsets)[0].tolist() == found.tolist()
    key_of = dict(zip(folded, found.tolist(), strict=True))
    assert found.tolist() == [key_of[word] for word in folded]
    assert len(set(key_of.values())) == len(key_of)


def test_mix64(benchmark: Any, kernels: ModuleType, keys: Any) -> None:
    benchmark.group = "mix64"
    assert total(benchmark(kernels.mix64, keys[0])) == 0x8F51263112DC2A54


@pytest.mark.parametrize("size", [3, 5])
def test_shingle(benchmark: Any, kernels: ModuleType, keys: Any, size: int) -> None:
    benchmark.group = f"shingle, {size} tokens"
    hashes, offsets = benchmark(kernels.shingle, *keys, size)
    assert np.diff(offsets).tolist() == [DOCUMENT - size + 1] * (WORDS // DOCUMENT)
    assert total(hashes) == {3: 0x6C314169E7A2897D, 5: 0x31D654F489DEDC45}[size]


def test_hash_windows(benchmark: Any, kernels: ModuleType, keys: Any) -> None:
    benchmark.group = "hash_windows, 8 tokens at every fifth place"
    starts = np.arange(0, WORDS - 8, 5)
    assert total(benchmark(kernels.hash_windows, keys[0], starts, 8)) == 0xF8BC0D13EB3EF913


def test_signatures(benchmark: Any, kernels: ModuleType, keys: Any) -> None:
    benchmark.group = "document_signatures, 5 tokens, 128 values"
    result = benchmark(kernels.document_signatures, *keys, 5, *permutations(128, 1))
    assert result.shape == (WORDS // DOCUMENT, 128)
    assert total(result) == 0x004EC563AF7559EF


def test_band_keys(benchmark: Any, kernels: ModuleType, keys: Any) -> None:
    benchmark.group = "band_keys, 21 of 6 values"
    signatures = (keys[0] >> np.uint64(32)).astype(np.uint32).reshape(-1, 128)
    assert total(benchmark(kernels.band_keys, signatures, 6, 21)) == 0x9BB05770812BC03C


def test_fingerprint_starts(benchmark: Any, kernels: ModuleType, keys: Any) -> None:
    benchmark.group = "fingerprint_starts, 3 tokens, window 4"
    starts = benchmark(kernels.fingerprint_starts, *keys, 3, 4)
    places = np.flatnonzero(starts)
    assert total(places) == 0x0018018083EDDF13
    assert 0.38 < len(places) / WORDS < 0.42  # 2 / (window + 1)
