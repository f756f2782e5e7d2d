"""The corpora of the speed benchmarks, with what is true of them. Made once, streaming, and kept in the cache.

- *synthetic*: that of `clusters`: pseudo-words, a tenth of the documents copies with 0-4 % of the words replaced.
- *prose*: real books and statutes cut into documents of 300 words, as they are, line breaks included; then the same
  tenth of copies. As large as the texts are, at most.
- *made-up prose* (`Prose`): sentences of pseudo-words with capitals, punctuation, paragraphs and a few letters beyond
  ASCII, in any amount: what anyone can make anywhere, with the surface of prose.

True pairs are those whose sets of 5-word shingles have the exact Jaccard similarity of the threshold or more. Tools cut
real prose into words in two ways, at white space or by alphanumeric runs, and a pair may be similar enough by one and
not by the other: a pair is wanted when both ways reach the threshold, and an error only when neither does.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks import clusters

FORM = 1
"""To be raised when a change makes other corpora: files of another form are not used."""
BYTES_A_DOCUMENT = 1060
"""Of the synthetic corpus, about."""
PROSE_WORDS = 300
_LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz"))
_KEPT = 0.05
"""Least similarity that is kept of the truth: far below any planted copy, far above chance."""

Similarities = Mapping[tuple[int, int], float]


class Corpus(NamedTuple):
    """A JSONL file, and the exact similarities of its documents by each way of cutting words."""

    name: str
    path: Path
    documents: int
    text_bytes: int
    exact: Sequence[Similarities]

    def wanted(self, threshold: float) -> set[tuple[int, int]]:
        """Return the pairs that are similar enough by all ways."""
        return set.intersection(*self._reaching(threshold))

    def allowed(self, threshold: float) -> set[tuple[int, int]]:
        """Return the pairs that are similar enough by one way at least."""
        return set.union(*self._reaching(threshold))

    def _reaching(self, threshold: float) -> list[set[tuple[int, int]]]:
        return [{pair for pair, jaccard in exact.items() if jaccard >= threshold} for exact in self.exact]


class Written(NamedTuple):
    """What was written: documents, and the UTF-8 bytes of their texts."""

    documents: int
    text_bytes: int


def synthetic(cache: Path, megabytes: float, seed: int) -> Corpus:
    """Return the synthetic corpus of about this size."""
    documents = max(10, round(megabytes * 1e6 / BYTES_A_DOCUMENT))

    def make() -> tuple[Iterable[str], list[Similarities]]:
        corpus = clusters.synthesize(seed, documents)
        return corpus.each_text(), [clusters.exact_similarities(corpus, _KEPT)]

    return _kept("synthetic", cache / f"synthetic-{FORM}-{documents}-{seed}", make)


def prose(cache: Path, data: Path, megabytes: float, seed: int) -> Corpus:
    """Return the corpus of real prose, of this size at most; raises `FileNotFoundError` where the texts are absent."""
    files = [path for folder in ("books", "statutes") for path in sorted((data / folder).glob("*.txt"))]
    if not files:
        raise FileNotFoundError(2, "no texts", str(data))

    def make() -> tuple[Iterable[str], list[Similarities]]:
        texts = list(_with_copies(_cut(files, round(megabytes * 1e6)), seed))
        ways: list[Callable[[str], list[str]]] = [
            lambda text: text.lower().split(),
            lambda text: re.findall(r"[^\W_]+", text.casefold()),
        ]
        return texts, [clusters.exact_similarities(_numbered(map(way, texts)), _KEPT) for way in ways]

    return _kept("prose", cache / f"prose-{FORM}-{megabytes:g}-{seed}", make)


def write_jsonl(path: Path, texts: Iterable[str]) -> Written:
    """Write texts as records whose ids are their numbers, in one pass."""
    documents = size = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        for text in texts:
            file.write(json.dumps({"id": clusters.document_id(documents), "text": text}, ensure_ascii=False) + "\n")
            documents += 1
            size += len(text.encode())
    partial.replace(path)
    return Written(documents, size)


def until(texts: Iterator[str], size: float) -> Iterator[str]:
    """Yield texts until they hold so many characters; the last one may go beyond."""
    held = 0
    while held < size:
        text = next(texts)
        held += len(text)
        yield text


class Prose:
    """Endless made-up prose; the same seed gives the same."""

    _SENTENCE, _CLAUSE, _PARAGRAPH = 1 / 16, 1 / 11, 1 / 6
    """Chances that a word ends a sentence, that it is followed by a comma, that a sentence ends a paragraph."""
    _DRAWN = 1 << 18

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        words = self._words()
        ends = (" ", ", ", ". ", ".\n\n")
        self._forms = np.array([w + end for end in ends for w in (*words, *map(str.capitalize, words))], object)
        weights = np.arange(1, len(words) + 1, dtype=np.float64) ** -clusters.ZIPF
        self._cumulative = np.cumsum(weights / weights.sum())
        self._count = len(words)
        self._pieces = itertools.chain.from_iterable(iter(self._draw, None))

    def pieces(self, count: int) -> list[str]:
        """Return the next words, each with the punctuation and white space that follow it."""
        return list(itertools.islice(self._pieces, count))

    def text(self, count: int) -> str:
        """Return the next words as a text that ends with a full stop."""
        return finished("".join(self.pieces(count)))

    def texts(self, count: int = PROSE_WORDS) -> Iterator[str]:
        """Yield texts of so many words without end."""
        while True:
            yield self.text(count)

    def choose(self, count: int) -> NDArray[np.int64]:
        """Return random numbers below ``count``, many at a time."""
        return self._rng.integers(0, count, self._DRAWN)

    def _words(self) -> list[str]:
        """Return pseudo-words, longer the rarer they are (in a text about 4.6 letters); one of 50 is not ASCII."""
        ranks = np.arange(clusters.VOCABULARY)
        ends = np.cumsum(2 + self._rng.poisson(0.55 * np.log(ranks + 1))).tolist()
        letters = "".join(self._rng.choice(_LETTERS, ends[-1]))
        words = [letters[first:last] for first, last in itertools.pairwise([0, *ends])]
        return [word + ("é" if rank % 50 == 49 else "") for rank, word in enumerate(words)]

    def _draw(self) -> list[str]:
        size = self._DRAWN
        words = np.minimum(np.searchsorted(self._cumulative, self._rng.random(size)), self._count - 1)
        chances, paragraphs = self._rng.random(size), self._rng.random(size) < self._PARAGRAPH
        stops = chances < self._SENTENCE
        ends = np.where(stops, np.where(paragraphs, 3, 2), np.where(chances < self._SENTENCE + self._CLAUSE, 1, 0))
        capitals = np.concatenate([[True], stops[:-1]])
        drawn: list[str] = self._forms[(2 * ends + capitals) * self._count + words].tolist()
        return drawn


def finished(text: str) -> str:
    """Return a text without white space at its end, closed by a full stop."""
    return text.rstrip().rstrip(",.") + "."


def _kept(name: str, base: Path, make: Callable[[], tuple[Iterable[str], list[Similarities]]]) -> Corpus:
    """Return a corpus from the cache, where it is made first if it is not there."""
    path, truth = base.with_name(base.name + ".jsonl"), base.with_name(base.name + ".truth.json")
    if not (path.exists() and truth.exists()):
        texts, exact = make()
        written = write_jsonl(path, texts)
        listed = [[[a, b, jaccard] for (a, b), jaccard in sorted(way.items())] for way in exact]
        truth.write_text(json.dumps({**written._asdict(), "exact": listed}), encoding="utf-8")
    values = json.loads(truth.read_text(encoding="utf-8"))
    exact = [{(a, b): jaccard for a, b, jaccard in way} for way in values["exact"]]
    return Corpus(name, path, values["documents"], values["text_bytes"], exact)


def _cut(files: Sequence[Path], size: int) -> Iterator[str]:
    """Yield the texts of files, `PROSE_WORDS` words at a time, the white space between them untouched."""
    held = 0
    for path in files:
        pieces = re.findall(r"\S+\s*", path.read_text(encoding="utf-8"))
        for first in range(0, len(pieces) - PROSE_WORDS + 1, PROSE_WORDS):
            if held >= size:
                return
            text = "".join(pieces[first : first + PROSE_WORDS]).rstrip()
            held += len(text)
            yield text


def _with_copies(texts: Iterable[str], seed: int) -> Iterator[str]:
    """Yield texts and, in random order, the copies of some, edited as those of the synthetic corpus."""
    rng = np.random.default_rng(seed)
    documents = [re.findall(r"\S+\s*", text) for text in texts]
    spare = [piece for pieces in documents for piece in pieces]
    for original in rng.integers(0, len(documents), round(len(documents) * clusters.COPIES)).tolist():
        copy = documents[original].copy()
        for place in np.flatnonzero(rng.random(len(copy)) < rng.uniform(0, clusters.HIGHEST_RATE)).tolist():
            copy[place] = spare[int(rng.integers(len(spare)))]
        documents.append(copy)
    for number in rng.permutation(len(documents)).tolist():
        yield "".join(documents[number]).rstrip()


def _numbered(documents: Iterable[list[str]]) -> clusters.Synthetic:
    """Return documents of words as word numbers."""
    numbers: dict[str, int] = {}
    words: list[int] = []
    starts = [0]
    for document in documents:
        words += [numbers.setdefault(word, len(numbers)) for word in document]
        starts.append(len(words))
    return clusters.Synthetic(np.array(words, np.int32), np.array(starts, np.int64), np.array(list(numbers)))
