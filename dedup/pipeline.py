"""The order of the stages: from documents to a result.

documents -> tokens -> shingles -> signatures -> bands -> candidates -> clusters -------------+
                    -> fingerprints -> anchors -> chains -> alignments -> pairs -> passages --+-> result

Only this module knows the order. Batches of documents are tokenized and sketched side by side in threads; what follows
works on the arrays of the whole corpus. Of the tokens only keys are kept: where words stand in the text is asked again
for those that are reported.

Memory, in bytes for each token (a token of prose is five or six bytes of text): 8 for its key and, until anchors are
found, 16 for each fingerprint (0.4 a token); without passages nothing but the bands of each document.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from dedup import __version__, kernels
from dedup.align import align_chains, drop_covered, extend_alignments
from dedup.anchor import find_anchors
from dedup.arrays import I64, U64, distinct
from dedup.chain import equal_runs, find_chains
from dedup.cluster import Group, find_clusters
from dedup.config import Config
from dedup.corpus import Corpus
from dedup.describe import describe_clusters, describe_passages
from dedup.lsh import band_keys, candidate_pairs
from dedup.merge import find_pairs
from dedup.model import Document, DocumentInfo, Pair, Passage, Progress, Skipped, Stats
from dedup.passage import group_pairs
from dedup.result import Result
from dedup.shingle import DOCUMENT_SHINGLE, shingle_sets
from dedup.sketch import FINGERPRINT_SHINGLE, fingerprint_window, fingerprints, signatures
from dedup.tokenize import token_keys, tokenize
from dedup.unite import absorb, unite


class Sketches(NamedTuple):
    """What is kept of a batch, or of the whole corpus, for the search."""

    counts: I64
    """``int64[n_documents]``: tokens."""
    words: I64
    """``int64[n_documents]``: words, a letter of a script without spaces being half a word."""
    bands: U64
    """``uint64[bands, n_documents]``; without rows where no clusters are looked for."""
    keys: U64
    """``uint64[n_tokens]``; this and the next two are empty where no passages are looked for."""
    hashes: U64
    """``uint64[n_fingerprints]``."""
    places: I64
    """``int64[n_fingerprints]``: the token at which each fingerprint starts, ascending."""


def scan_documents(
    documents: Iterable[Document],
    config: Config | None = None,
    *,
    skipped: Iterable[Skipped] = (),
    progress: Progress | None = None,
) -> Result:
    """Return the clusters and passages of documents, whatever their order.

    ``skipped`` is passed on to the result, once all documents are read. Raises `InputError` when two documents have one
    id.
    """
    began = time.monotonic()
    config = config or Config()
    report = progress or _no_progress
    corpus = Corpus.collect(documents)
    sketches = _gather(_sketch_batches(corpus, config, report), corpus)
    groups = _cluster(corpus, sketches, config, report) if config.clusters else []
    passages: tuple[Passage, ...] = ()
    pairs: tuple[Pair, ...] = ()
    if config.passages:
        passages, pairs = _reuse(corpus, sketches, groups, config, report)
    words = sketches.words.tolist()
    quoted = {occurrence.document for passage in passages for occurrence in passage.occurrences}
    return Result(
        version=__version__,
        config=config.to_dict(),
        documents=tuple(map(DocumentInfo, corpus.ids, words, corpus.characters)),
        skipped=tuple(sorted(skipped, key=lambda item: (item.path, item.reason))),
        clusters=tuple(describe_clusters(groups, corpus)),
        passages=passages,
        pairs=pairs,
        stats=Stats(len(corpus.ids), sum(words), round(time.monotonic() - began, 3)),
        texts=corpus.quoted(number for number, name in enumerate(corpus.ids) if name in quoted),
    )


def _no_progress(phase: str, done: int, total: int) -> None:
    pass


def _sketch_batches(corpus: Corpus, config: Config, report: Progress) -> Iterator[Sketches]:
    done = 0
    with ThreadPoolExecutor(config.jobs or os.cpu_count() or 1) as workers:
        for sketches in workers.map(partial(_sketch, config=config), corpus.batches(config.batch_bytes)):
            done += len(sketches.counts)
            report("sketch", done, len(corpus.ids))
            yield sketches


def _sketch(texts: Sequence[bytes], config: Config) -> Sketches:
    """Return what the search needs of a batch of texts."""
    keys, offsets, words = token_keys(texts)
    bands = np.zeros((0, len(texts)), np.uint64)
    if config.clusters:
        sketch = signatures(keys, offsets, DOCUMENT_SHINGLE, config.permutations, config.seed)
        bands = band_keys(sketch, config.document_similarity)
    if config.passages:
        return Sketches(np.diff(offsets), words, bands, keys, *fingerprints(keys, offsets, config.min_words))
    nothing = np.zeros(0, np.uint64)
    return Sketches(np.diff(offsets), words, bands, nothing, nothing, np.zeros(0, np.int64))


def _gather(batches: Iterable[Sketches], corpus: Corpus) -> Sketches:
    """Return the sketches of consecutive batches as one.

    What grows with the text is written into arrays that hold the most tokens a text can have, one for two bytes. Memory
    that is never written to is never taken, and so the batches are never there twice.
    """
    most = (sum(map(len, corpus.texts)) + len(corpus.texts)) // 2 + 1
    keys, hashes, places = np.empty(most, np.uint64), np.empty(most, np.uint64), np.empty(most, np.int64)
    n_keys = n_hashes = n_tokens = 0
    small = []
    for part in batches:
        small.append(part[:3])
        keys[n_keys : n_keys + len(part.keys)] = part.keys
        hashes[n_hashes : n_hashes + len(part.hashes)] = part.hashes
        places[n_hashes : n_hashes + len(part.hashes)] = part.places + n_tokens
        n_keys, n_hashes, n_tokens = (
            n_keys + len(part.keys),
            n_hashes + len(part.hashes),
            n_tokens + int(part.counts.sum()),
        )
    counts, words, bands = zip(*(small or [_sketch([], Config())[:3]]), strict=True)
    return Sketches(
        np.concatenate(counts),
        np.concatenate(words),
        np.concatenate(bands, axis=1),
        keys[:n_keys],
        hashes[:n_hashes],
        places[:n_hashes],
    )


def _cluster(corpus: Corpus, sketches: Sketches, config: Config, report: Progress) -> list[Group]:
    """Return the clusters of near-duplicate documents."""
    report("cluster", 0, 1)
    filled = np.flatnonzero(sketches.counts)  # a document without words is like no other
    left, right = candidate_pairs(sketches.bands[:, filled])
    left, right = filled[left], filled[right]
    wanted = distinct(np.concatenate([left, right])).tolist()
    tokens = tokenize([corpus.texts[document] for document in wanted])
    sets = shingle_sets([tokens.keys[first:last] for first, last in pairwise(tokens.offsets.tolist())])
    shingles = dict(zip(wanted, sets, strict=True))
    groups = find_clusters(zip(left.tolist(), right.tolist(), strict=True), shingles, config.document_similarity)
    report("cluster", 1, 1)
    return groups


def _reuse(
    corpus: Corpus, sketches: Sketches, groups: Sequence[Group], config: Config, report: Progress
) -> tuple[tuple[Passage, ...], tuple[Pair, ...]]:
    """Return the passages that are reused between documents or inside one, and their pairs."""
    keys = sketches.keys
    offsets = np.concatenate([[0], np.cumsum(sketches.counts)])
    clusters = np.arange(len(corpus.ids))
    for group in groups:
        clusters[[document for document, _ in group.members]] = group.representative
    report("anchor", 0, 1)
    window = fingerprint_window(config.min_words)
    anchors = find_anchors(sketches.hashes, sketches.places, keys, offsets, clusters, config.min_words, window)
    report("chain", 0, 1)
    runs = equal_runs(*anchors, keys, offsets, config.min_words, FINGERPRINT_SHINGLE)
    chains, order = find_chains(runs, offsets, config.max_gap)
    report("align", 0, 1)
    texts = kernels.Texts(corpus.texts, offsets)
    found = drop_covered(align_chains(runs, chains, order, keys, texts), offsets, config.min_words)
    found = drop_covered(extend_alignments(found, offsets, keys, texts), offsets, config.min_words)
    report("merge", 0, 1)
    skip = 2 * config.max_gap
    pairs = find_pairs(found, keys, offsets, texts, config.min_words, config.min_similarity, skip)
    passages = unite(absorb(group_pairs(pairs, keys, config.min_words, config.min_similarity)), keys)
    return describe_passages(passages, corpus, keys, offsets, texts)
