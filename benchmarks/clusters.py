"""How completely and how purely near-duplicate documents are clustered, against the exact answer.

The corpus: documents of about 300 pseudo-words, drawn from a Zipf(1.05) distribution over 50,000; a tenth of them are
copies of others, with words replaced at a rate drawn from 0-4 %. Natural text has no such answer; this one has all
similarities around the threshold, where banding loses pairs and estimates err.

The answer: exact Jaccard similarities of the sets of 5-word shingles, of every pair that shares a shingle, by an
inverted index over exact shingle numbers: no hashing, no sampling, nothing taken from the detector.

- recall: share of the pairs with Jaccard >= threshold that end in one cluster; *direct*: where one of the two is the
  cluster's representative, so that the report shows their similarity.
- precision: share of the reported (representative, member) pairs whose Jaccard reaches the threshold.
- agreement: share of the reported similarities that equal the exact ones.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.tables import Target, cell, show, table
from dedup.model import Cluster

Detector = Callable[[Mapping[str, str], float], Sequence[Cluster]]
"""Returns the clusters of documents by id at a threshold."""

DOCUMENTS = 20_000
WORDS = 300
VOCABULARY = 50_000
ZIPF = 1.05
COPIES = 0.1
HIGHEST_RATE = 0.04
SHINGLE = 5
_DRAWN = 1 << 20
_POSTINGS = 4_000_000

TARGETS = {
    0.8: {"recall": Target(">=", 1.0), "precision": Target(">=", 1.0), "agreement": Target(">=", 1.0)},
    0.7: {"recall": Target(">=", 0.995), "precision": Target(">=", 1.0), "agreement": Target(">=", 1.0)},
}


@dataclass(frozen=True, slots=True)
class Synthetic:
    """Documents as word numbers, ``words[starts[i]:starts[i + 1]]``, and the spelling of each word."""

    words: NDArray[np.int32]
    starts: NDArray[np.int64]
    spelling: NDArray[np.str_]

    def texts(self) -> dict[str, str]:
        """Return the documents by id, ids in order."""
        return {document_id(number): text for number, text in enumerate(self.each_text())}

    def each_text(self) -> Iterator[str]:
        """Yield the texts in order, one at a time: spelled out, a large corpus would not fit into memory."""
        spelling = self.spelling.tolist()
        for first, last in itertools.pairwise(self.starts.tolist()):
            yield " ".join([spelling[word] for word in self.words[first:last].tolist()])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one threshold gave; shares are 1 where there was nothing to find or to report."""

    threshold: float
    true_pairs: int
    clusters: int
    recall: float
    direct: float
    precision: float
    agreement: float
    seconds: float


def document_id(number: int) -> str:
    """Return the id of a document."""
    return f"{number:06d}"


def synthesize(seed: int, documents: int = DOCUMENTS) -> Synthetic:
    """Return a corpus; the same seed gives the same one."""
    rng = np.random.default_rng(seed)
    weights = np.arange(1, VOCABULARY + 1, dtype=np.float64) ** -ZIPF
    cumulative = np.cumsum(weights / weights.sum())
    # Rounding leaves the last sum a little below 1; a draw beyond it would be no word.
    cumulative[-1] = 1.0

    def draw(count: int) -> NDArray[np.int32]:
        drawn = np.empty(count, np.int32)
        for first in range(0, count, _DRAWN):  # the same numbers as at once, in less memory
            chances = rng.random(min(_DRAWN, count - first))
            drawn[first : first + _DRAWN] = np.searchsorted(cumulative, chances, side="right")
        return drawn

    originals = documents - round(documents * COPIES)
    lengths = rng.integers(WORDS * 3 // 4, WORDS * 5 // 4, originals, endpoint=True)
    drawn = draw(int(lengths.sum()))
    parts = np.split(drawn, np.cumsum(lengths)[:-1])
    for original in rng.integers(0, originals, documents - originals).tolist():
        copy = parts[original].copy()
        replaced = rng.random(len(copy)) < rng.uniform(0, HIGHEST_RATE)
        copy[replaced] = draw(int(replaced.sum()))
        parts.append(copy)
    parts = [parts[i] for i in rng.permutation(documents)]
    starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])]).astype(np.int64)
    return Synthetic(np.concatenate(parts), starts, spellings(rng))


def exact_similarities(corpus: Synthetic, least: float = 0.0) -> dict[tuple[int, int], float]:
    """Return the Jaccard similarity of the 5-word shingle sets of every two documents that share a shingle.

    Those below ``least`` are left out. Postings are worked on in parts, each with all of its shingles, so that a
    large corpus needs little more memory than its words.
    """
    count = len(corpus.starts) - 1
    sizes = np.zeros(count, np.int64)
    keys, shared = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for shingles, documents in _postings(corpus):
        sizes += np.bincount(documents, minlength=count)
        pairs, counts = np.unique(_together(shingles, documents, count), return_counts=True)
        keys.append(pairs)
        shared.append(counts)
    pairs, places = np.unique(np.concatenate(keys), return_inverse=True)
    common = np.bincount(places, np.concatenate(shared), len(pairs))
    left, right = pairs // count, pairs % count
    jaccard = common / (sizes[left] + sizes[right] - common)
    kept = jaccard >= least
    return dict(zip(zip(left[kept].tolist(), right[kept].tolist(), strict=True), jaccard[kept].tolist(), strict=True))


def judge(
    clusters: Sequence[Cluster], exact: Mapping[tuple[int, int], float], threshold: float, seconds: float = 0.0
) -> Outcome:
    """Compare reported clusters with the exact similarities."""
    cluster_of: dict[int, int] = {}
    reported: dict[tuple[int, int], float] = {}
    for number, cluster in enumerate(clusters):
        anchor = int(cluster.representative)
        cluster_of[anchor] = number
        for member in cluster.members:
            other = int(member.document)
            cluster_of[other] = number
            if other != anchor:  # whether the members name the representative again is not judged here
                reported[_key(anchor, other)] = member.jaccard
    true = [pair for pair, jaccard in exact.items() if jaccard >= threshold]
    together = [a in cluster_of and cluster_of[a] == cluster_of.get(b) for a, b in true]
    return Outcome(
        threshold=threshold,
        true_pairs=len(true),
        clusters=len(clusters),
        recall=_share(together),
        direct=_share([pair in reported for pair in true]),
        precision=_share([exact.get(pair, 0.0) >= threshold for pair in reported]),
        agreement=_share([abs(exact.get(pair, 0.0) - jaccard) < 1e-9 for pair, jaccard in reported.items()]),
        seconds=seconds,
    )


def benchmark(detector: Detector, seed: int, documents: int = DOCUMENTS) -> list[Outcome]:
    """Run the detector at each threshold."""
    corpus = synthesize(seed, documents)
    exact = exact_similarities(corpus)
    texts = corpus.texts()
    outcomes = []
    for threshold in TARGETS:
        started = time.perf_counter()
        clusters = detector(texts, threshold)
        outcomes.append(judge(clusters, exact, threshold, time.perf_counter() - started))
    return outcomes


def report(outcomes: Sequence[Outcome], seed: int) -> None:
    """Print the table."""
    rows = []
    for outcome in outcomes:
        targets = TARGETS.get(outcome.threshold, {})
        rows.append([cell(value, targets.get(name)) for name, value in asdict(outcome).items()])
    header = ("threshold", "true pairs", "clusters", "recall", "direct", "precision", "agreement", "seconds")
    show(f"## Near-duplicate documents (seed {seed})", table(header, rows))


def to_dict(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return all figures as plain values."""
    return {"benchmark": "clusters", "thresholds": [asdict(outcome) for outcome in outcomes]}


def spellings(rng: np.random.Generator) -> NDArray[np.str_]:
    """Return distinct pseudo-words of two to eight letters, short ones first as in natural languages."""
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words: dict[str, None] = {}
    size = 2
    while len(words) < VOCABULARY:
        drawn = letters[rng.integers(0, 26, (VOCABULARY // 16 * 2 ** min(size - 2, 4), size))]
        words.update(dict.fromkeys("".join(row) for row in drawn.tolist()))
        size += 1
    return np.array(list(words)[:VOCABULARY])


def _postings(corpus: Synthetic) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield the distinct (shingle, document) postings, sorted, in parts.

    In a part equal shingles, and only those, have equal numbers; all postings of a shingle are in one part.
    """
    words, starts = corpus.words, corpus.starts
    lengths = np.diff(starts)
    inside = np.arange(len(words)) + SHINGLE <= np.repeat(starts[1:], lengths)
    places = np.flatnonzero(inside)
    documents = np.repeat(np.arange(len(lengths)), lengths)[places]
    parts = 1 + len(places) // _POSTINGS
    # Any function of some of its words sends a shingle to one part; these factors are odd and far apart.
    part = (words[places].astype(np.int64) * 40_503 + words[places + 2].astype(np.int64) * 2_654_435_761) % parts
    for number in range(parts):
        chosen = part == number
        at = places[chosen]
        numbers = words[at].astype(np.int64)
        for offset in range(1, SHINGLE):
            numbers = numbers * len(corpus.spelling) + words[at + offset]
            if offset > 1:  # ranks leave room for the next word
                numbers = np.unique(numbers, return_inverse=True)[1].astype(np.int64)
        postings = np.unique(numbers * len(starts) + documents[chosen])
        yield postings // len(starts), postings % len(starts)


def _together(shingles: NDArray[np.int64], documents: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return ``left * count + right`` for every two documents, once for each shingle that both have."""
    keys = [np.zeros(0, np.int64)]
    # Postings of one shingle stand together: those `step` apart give all their pairs, until no list is that long.
    for step in range(1, len(shingles)):
        same = shingles[step:] == shingles[:-step]
        if not same.any():
            break
        keys.append(documents[:-step][same] * count + documents[step:][same])
    return np.concatenate(keys)


def _key(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 1.0
