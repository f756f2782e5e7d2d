"""The order of the stages: from documents to a result.

documents -> tokens -> shingles -> signatures -> bands -> candidates -> clusters -------------+
                    -> fingerprints -> anchors -> chains -> alignments -> pairs -> passages --+-> result

Only this module knows the order. Batches of documents are tokenized and sketched side by side in threads while further
ones are read. Of the tokens only keys are kept: where words stand in the text is asked again for those that are
reported. Fingerprints and anchors are looked for in the whole corpus, what follows up to aligned pairs in one range of
documents after the other (that of the left sides), in threads as well: only anchors are held for all ranges.

Memory, in bytes for each token (a token of prose is five or six bytes of text): 8 for its key, 1 that says whether
it is a fingerprint, and while anchors are looked for 2 for other marks, 12 for half of the fingerprints, 4 for each
that stands more than once, and 8 for each anchor; then about 120 for each pair with a use of a passage that comes of
it, of which the result keeps half. Without passages nothing but the bands of each document, 100 bytes or half its text,
until there are candidates, and the shingles of those that are compared at a time.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from dedup import __version__, kernels
from dedup.align import LEAST_RUN, align_chains, drop_covered, drop_hopeless, extend_alignments
from dedup.anchor import find_anchors
from dedup.arrays import I64, U32, U64, Flags, Pairs, Places, Runs, Sides, appended, document_pairs, narrowed
from dedup.chain import equal_runs, find_chains
from dedup.cluster import Group, cut_candidates, find_clusters
from dedup.columns import StringColumn, Strings
from dedup.config import Config
from dedup.corpus import Corpus, Documents, Intake
from dedup.describe import describe_clusters, describe_passages
from dedup.lists import DocumentList
from dedup.lsh import band_keys, candidate_pairs, choose_bands, each_band
from dedup.merge import find_pairs, in_order, least_piece
from dedup.model import Document, Pair, Passage, Progress, Skipped, Stats
from dedup.passage import group_pairs
from dedup.ranges import document_ranges, joined, parts_between, workers
from dedup.result import Result
from dedup.shingle import DOCUMENT_SHINGLE, text_sets
from dedup.sketch import FINGERPRINT_SHINGLE, fingerprint_starts, fingerprint_window, signatures, text_signatures
from dedup.tokenize import token_keys
from dedup.unite import absorb, unite

RANGES = 64
"""Into how many ranges of documents the search for passages is divided at most; few enough that what is done once a
range counts for nothing."""
RANGE_TOKENS = 1 << 16
"""How many tokens a range has at least, on the average."""
BANDS_ROOM = 1 << 24
"""Bytes that the bands of documents may take, or half as many as the texts if that is more."""
BANDS_TIMES = 5
"""How many times bands are made at most; if need be they take more."""
PART_RUNS = 1 << 15
"""About how many runs are aligned at a time."""
_T = TypeVar("_T", bound=np.generic)


class Sketches(NamedTuple):
    """What is kept of a batch, or of the whole corpus, for the search."""

    counts: I64
    """``int64[n_documents]``: tokens."""
    words: Places
    """``[n_documents]``: words, a letter of a script without spaces being half a word."""
    bands: list[U32]
    """``uint32[bands, n]`` each: those of documents in the order in which they came, as many as there is room for."""
    keys: U64
    """``uint64[n_tokens]``; this and the next one are empty where no passages are looked for."""
    fingerprints: Flags
    """``bool[n_tokens]``: whether a fingerprint starts at the token. (Its hash is soon made again.)"""

    def in_order(self, order: I64) -> Sketches:
        """Return the sketches of the documents in another order: ``order`` holds the number that each has here.

        Bands stay as they are.
        """
        if np.all(order[:-1] < order[1:]):
            return self
        offsets = np.concatenate([[0], np.cumsum(self.counts)])
        return Sketches(
            self.counts[order],
            self.words[order],
            self.bands,
            _rearranged(self.keys, offsets, order),
            _rearranged(self.fingerprints, offsets, order),
        )


def scan_documents(
    documents: Iterable[Document | Documents],
    config: Config | None = None,
    *,
    skipped: Iterable[Skipped] = (),
    progress: Progress | None = None,
) -> Result:
    """Return the clusters and passages of documents, given one or many at a time, whatever their order.

    ``skipped`` is passed on to the result, once all documents are read. Raises `InputError` when two documents have one
    id.
    """
    began = time.monotonic()
    config = config or Config()
    report = progress or _no_progress
    intake = Intake()
    sketches = _gather(_sketch_batches(intake.batches(documents, config.batch_bytes), config, report), intake)
    corpus, order = intake.corpus()
    sketches = sketches.in_order(order)
    del intake, order
    kernels.give_back_memory()
    groups = _cluster(corpus, sketches, config, report) if config.clusters else []
    kernels.give_back_memory()
    passages: Sequence[Passage] = ()
    pairs: Sequence[Pair] = ()
    quoted = np.zeros(0, np.int64)
    if config.passages:
        passages, pairs, quoted = _reuse(corpus, sketches, groups, config, report)
    return Result(
        version=__version__,
        config=config.to_dict(),
        documents=DocumentList(corpus.ids, sketches.words, corpus.characters),
        skipped=tuple(sorted(skipped, key=lambda item: (item.path, item.reason))),
        clusters=tuple(describe_clusters(groups, corpus)),
        passages=passages,
        pairs=pairs,
        stats=Stats(len(corpus.ids), int(sketches.words.sum()), round(time.monotonic() - began, 3)),
        texts=corpus.quoted(quoted),
    )


def _no_progress(phase: str, done: int, total: int) -> None:
    pass


def _rearranged(values: NDArray[_T], offsets: I64, order: I64) -> NDArray[_T]:
    """Return the values of each document, one document after the other in the given order."""
    result = np.empty_like(values)
    if not len(values):
        return result
    at = 0
    for some in np.array_split(order, len(order) // 1024 + 1):  # not all numbers at once as objects
        for begin, end in zip(offsets[some].tolist(), offsets[some + 1].tolist(), strict=True):
            result[at : at + end - begin] = values[begin:end]
            at += end - begin
    return result


def _sketch_batches(batches: Iterable[Strings], config: Config, report: Progress) -> Iterator[Sketches]:
    """Yield the sketches of batches of texts, in their order."""
    done = 0
    with workers(config.jobs) as each:  # several get the first batches while the next ones are read
        for sketches in each(partial(_sketch, config=config), batches):
            done += len(sketches.counts)
            report("sketch", done, 0)
            yield sketches


def _sketch(texts: Strings, config: Config) -> Sketches:
    """Return what the search needs of a batch of texts."""
    bands = np.zeros((0, len(texts)), np.uint32)
    _, rows = choose_bands(config.document_similarity, config.permutations)
    if not config.passages:
        counts, words, sketch = text_signatures(texts, DOCUMENT_SHINGLE, config.permutations, config.seed)
        if config.clusters:
            bands = band_keys(sketch, rows)
        return Sketches(counts, words, [bands], np.zeros(0, np.uint64), np.zeros(0, bool))
    keys, offsets, words = token_keys(texts)
    if config.clusters:
        sketch = signatures(keys, offsets, DOCUMENT_SHINGLE, config.permutations, config.seed)
        bands = band_keys(sketch, rows)
    starts = fingerprint_starts(keys, offsets, config.min_words)
    return Sketches(np.diff(offsets), words, [bands], keys, starts)


def _gather(batches: Iterable[Sketches], intake: Intake) -> Sketches:
    """Return the sketches of consecutive batches of what is taken in as one.

    What grows with the text is appended to memory that grows, and so the batches are never there twice. Of short
    documents all bands would take more memory than the texts: then the last ones are not kept.
    """
    keys, chosen = np.zeros(0, np.uint64), np.zeros(0, bool)
    small: list[tuple[I64, Places]] = []
    bands: list[U32] = []
    documents = 0
    for part in batches:
        small.append((part.counts, part.words))
        keys = appended(keys, part.keys)
        chosen = appended(chosen, part.fingerprints)
        documents += len(part.counts)
        [more] = part.bands
        kept = max(BANDS_ROOM, intake.size // 2) // (documents * more.itemsize)
        kept = min(max(kept, -(-len(more) // BANDS_TIMES)), len(bands[0]) if bands else len(more))
        if bands and kept < len(bands[0]):
            bands = [own[:kept].copy() for own in bands]
        bands.append(more if kept == len(more) else more[:kept].copy())
    counts, words = zip(*(small or [_sketch(Strings.of([]), Config())[:2]]), strict=True)
    return Sketches(np.concatenate(counts), narrowed(np.concatenate(words)), bands, keys, chosen)


def _cluster(corpus: Corpus, sketches: Sketches, config: Config, report: Progress) -> list[Group]:
    """Return the clusters of near-duplicate documents."""
    report("cluster", 0, 1)
    filled = np.flatnonzero(sketches.counts)  # a document without words is like no other
    candidates = candidate_pairs(_bands(sketches.bands, corpus.texts, filled, config), filled)
    parts = cut_candidates(*candidates, corpus.texts.sizes(np.arange(len(corpus.ids))), config.batch_bytes)
    del candidates
    kernels.give_back_memory()
    work = partial(_cluster_part, texts=corpus.texts, most=config.batch_bytes, threshold=config.document_similarity)
    with workers(config.jobs) as each:
        groups = sorted(itertools.chain.from_iterable(each(work, parts)))
    report("cluster", 1, 1)
    return groups


def _bands(parts: list[U32], texts: StringColumn, documents: I64, config: Config) -> Iterator[U64]:
    """Yield each band of some documents: those that were kept, and then as many others at a time, made again."""
    places = texts.order[documents]
    total, rows = choose_bands(config.document_similarity, config.permutations)
    kept = len(parts[0]) if parts else total
    yield from each_band(parts, places)
    parts.clear()
    for first in range(kept, total, kept):
        own = slice(first * rows, min(first + kept, total) * rows)
        make = partial(_some_bands, own=own, rows=rows, config=config)
        with workers(config.jobs) as each:
            parts = list(each(make, texts.parts))
        kernels.give_back_memory()
        yield from each_band(parts, places)
        parts.clear()  # before others are made


def _some_bands(texts: Strings, own: slice, rows: int, config: Config) -> U32:
    """Return some bands of a batch of texts, given which values of the signatures they are made of."""
    _, _, sketch = text_signatures(texts, DOCUMENT_SHINGLE, config.permutations, config.seed, own)
    return band_keys(sketch, rows)


def _cluster_part(part: tuple[I64, Places, Places], texts: StringColumn, most: int, threshold: float) -> list[Group]:
    """Return the clusters among some documents, given their numbers and the candidate pairs within them."""
    documents, left, right = part
    sets = text_sets(texts, documents, most)
    found = find_clusters(left, right, *sets, threshold)
    names = documents.tolist()
    return [Group(names[first], [(names[other], like) for other, like in members]) for first, members in found]


def _reuse(
    corpus: Corpus, sketches: Sketches, groups: Sequence[Group], config: Config, report: Progress
) -> tuple[Sequence[Passage], Sequence[Pair], I64]:
    """Return the passages reused between documents or inside one, their pairs, and the documents that they are in."""
    kernels.give_back_memory()
    keys = sketches.keys
    offsets = np.concatenate([[0], np.cumsum(sketches.counts)])
    clusters = np.arange(len(corpus.ids))
    for group in groups:
        clusters[[document for document, _ in group.members]] = group.representative
    report("anchor", 0, 1)
    cuts = document_ranges(offsets, RANGES, RANGE_TOKENS)
    texts = kernels.Texts(corpus.texts, offsets)
    with workers(config.jobs) as each:
        anchors = find_anchors(
            sketches.fingerprints,
            keys,
            offsets,
            clusters,
            cuts,
            FINGERPRINT_SHINGLE,
            config.min_words,
            fingerprint_window(config.min_words),
            each,
        )
        search = partial(_reused_pairs, keys=keys, offsets=offsets, texts=texts, config=config)
        # Nothing keeps what the next stage was given: a text that repeats itself has more pairs than words.
        pairs = [_all_pairs(each(search, anchors), len(cuts) - 1, report)]
        passages = [group_pairs(pairs.pop(), keys, config.min_words, config.min_similarity, each)]
    kernels.give_back_memory()
    passages = [absorb(passages.pop())]
    kernels.give_back_memory()
    passages = [unite(passages.pop(), keys)]
    kernels.give_back_memory()
    return describe_passages(passages.pop(), corpus, keys, offsets, texts)


def _all_pairs(pairs: Iterable[Pairs], ranges: int, report: Progress) -> Pairs:
    """Return the pairs of all ranges, and report how many ranges there were."""

    def reported() -> Iterator[Pairs]:
        for done, part in enumerate(pairs, start=1):
            report("align", done, ranges)
            yield part

    found = joined(reported())
    kernels.give_back_memory()
    report("merge", 0, 1)
    return found


def _reused_pairs(anchors: list[Sides], keys: U64, offsets: I64, texts: kernels.Texts, config: Config) -> Pairs:
    """Return the pairs of stretches around the anchors of a range of documents, by places."""
    runs = equal_runs(anchors, keys, offsets, config.min_words, config.max_gap, LEAST_RUN)
    anchors.clear()
    # Two documents have nothing to do with another two; where a phrase stands everywhere, one has runs with all others.
    parts = map(runs.take, parts_between(document_pairs(runs.left, runs.right, offsets), PART_RUNS))
    search = partial(_pairs_along, keys=keys, offsets=offsets, texts=texts, config=config)
    return in_order(joined(map(search, parts)))


def _pairs_along(runs: Runs, keys: U64, offsets: I64, texts: kernels.Texts, config: Config) -> Pairs:
    """Return the pairs of stretches that runs belong to, in any order; of two documents with a run all are there."""
    chains, order = find_chains(runs, offsets, config.max_gap)
    found = align_chains(runs, chains, order, keys, texts)
    found = drop_hopeless(found, offsets, keys, least_piece(config.min_words))
    found = drop_covered(found, offsets, config.min_words)
    found = drop_covered(extend_alignments(found, offsets, keys, texts), offsets, config.min_words)
    skip = 2 * config.max_gap
    return find_pairs(found, keys, offsets, texts, config.min_words, config.min_similarity, skip)
