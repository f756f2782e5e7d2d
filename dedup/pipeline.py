"""The order of the stages: from documents to a result.

documents -> tokens -> shingles -> signatures -> bands -> candidates -> clusters -------------+
                    -> fingerprints -> anchors -> chains -> alignments -> pairs -> passages --+-> result

Only this module knows the order. Batches of documents are tokenized and sketched side by side in threads; what follows
works on the arrays of the whole corpus.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np

from dedup import __version__, kernels
from dedup.align import align_chains, drop_covered, extend_alignments
from dedup.anchor import find_anchors
from dedup.arrays import I64, U32, U64, Tokens, distinct, twice_the_words
from dedup.chain import equal_runs, find_chains
from dedup.cluster import Group, find_clusters
from dedup.config import Config
from dedup.errors import InputError
from dedup.lsh import candidate_pairs
from dedup.merge import find_pairs
from dedup.model import Cluster, Document, DocumentInfo, Kind, Member, Pair, Passage, Progress, Skipped, Stats
from dedup.passage import ReusedPassage, group_pairs
from dedup.result import Result
from dedup.shingle import document_shingles, shingle_sets
from dedup.sketch import FINGERPRINT_SHINGLE, fingerprint_window, fingerprints, signatures
from dedup.span import Locator
from dedup.tokenize import concatenate, tokenize


class Sketches(NamedTuple):
    """What is kept of a batch, or of the whole corpus, for the search."""

    tokens: Tokens
    signatures: U32
    """``uint32[n_documents, permutations]``; without columns where no clusters are looked for."""
    hashes: U64
    """``uint64[n_fingerprints]``; empty where no passages are looked for."""
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

    ``skipped`` is passed on to the result. Raises `InputError` when two documents have one id.
    """
    began = time.monotonic()
    config = config or Config()
    report = progress or _no_progress
    ordered = sorted(documents, key=lambda document: document.id)
    for before, after in itertools.pairwise(ordered):
        if before.id == after.id:
            raise InputError(f"two documents have the id {after.id!r}; ids must be unique")
    corpus = _gather(_sketch_batches(ordered, config, report))
    groups = _cluster(corpus, config, report) if config.clusters else []
    locator = Locator(ordered, corpus.tokens)
    reused = _reuse(corpus, groups, ordered, config, report) if config.passages else []
    passages, pairs = _describe_passages(reused, corpus.tokens, locator)
    counts = _word_counts(corpus.tokens)
    quoted = {occurrence.document for passage in passages for occurrence in passage.occurrences}
    return Result(
        version=__version__,
        config=config.to_dict(),
        documents=tuple(
            DocumentInfo(document.id, words, len(document.text))
            for document, words in zip(ordered, counts, strict=True)
        ),
        skipped=tuple(sorted(skipped, key=lambda item: (item.path, item.reason))),
        clusters=tuple(_describe_clusters(groups, ordered, corpus.tokens)),
        passages=passages,
        pairs=pairs,
        stats=Stats(len(ordered), sum(counts), round(time.monotonic() - began, 3)),
        texts={document.id: document.text for document in ordered if document.id in quoted},
    )


def _no_progress(phase: str, done: int, total: int) -> None:
    pass


def _batches(documents: Sequence[Document], size: int) -> Iterator[list[str]]:
    """Yield the texts of consecutive documents, about ``size`` characters at a time."""
    batch: list[str] = []
    held = 0
    for document in documents:
        batch.append(document.text)
        held += len(document.text)
        if held >= size:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _sketch_batches(documents: Sequence[Document], config: Config, report: Progress) -> Iterator[Sketches]:
    done = 0
    with ThreadPoolExecutor(config.jobs or os.cpu_count() or 1) as workers:
        for sketches in workers.map(partial(_sketch, config=config), _batches(documents, config.batch_bytes)):
            done += len(sketches.tokens.offsets) - 1
            report("sketch", done, len(documents))
            yield sketches


def _sketch(texts: Sequence[str], config: Config) -> Sketches:
    """Return what the search needs of a batch of texts."""
    tokens = tokenize(texts)
    count = config.permutations if config.clusters else 0
    shingles = document_shingles(tokens.keys, tokens.offsets) if count else (np.zeros(0, np.uint64), tokens.offsets * 0)
    sketch = signatures(*shingles, count, config.seed)
    if config.passages:
        return Sketches(tokens, sketch, *fingerprints(tokens.keys, tokens.offsets, config.min_words))
    nowhere = np.zeros(0, np.uint32)  # nobody will ask where a word stands
    return Sketches(
        tokens._replace(starts=nowhere, ends=nowhere), sketch, np.zeros(0, np.uint64), np.zeros(0, np.int64)
    )


def _gather(batches: Iterable[Sketches]) -> Sketches:
    """Return the sketches of consecutive batches as one."""
    parts = list(batches) or [_sketch([], Config())]
    begins = np.cumsum([0, *(len(part.tokens.keys) for part in parts)])
    return Sketches(
        concatenate([part.tokens for part in parts]),
        np.concatenate([part.signatures for part in parts]),
        np.concatenate([part.hashes for part in parts]),
        np.concatenate([part.places + begin for part, begin in zip(parts, begins, strict=False)]),
    )


def _cluster(corpus: Sketches, config: Config, report: Progress) -> list[Group]:
    """Return the clusters of near-duplicate documents."""
    keys, _, _, offsets = corpus.tokens
    filled = np.flatnonzero(np.diff(offsets))  # a document without words is like no other
    report("cluster", 0, 1)
    left, right = candidate_pairs(corpus.signatures[filled], config.document_similarity)
    left, right = filled[left], filled[right]
    wanted = distinct(np.concatenate([left, right]))
    sets = shingle_sets([keys[offsets[document] : offsets[document + 1]] for document in wanted.tolist()])
    shingles = dict(zip(wanted.tolist(), sets, strict=True))
    groups = find_clusters(zip(left.tolist(), right.tolist(), strict=True), shingles, config.document_similarity)
    report("cluster", 1, 1)
    return groups


def _reuse(
    corpus: Sketches, groups: Sequence[Group], documents: Sequence[Document], config: Config, report: Progress
) -> list[ReusedPassage]:
    """Return the passages that are reused between documents or inside one."""
    keys, _, _, offsets = corpus.tokens
    clusters = np.arange(len(offsets) - 1)
    for group in groups:
        clusters[[document for document, _ in group.members]] = group.representative
    report("anchor", 0, 1)
    window = fingerprint_window(config.min_words)
    anchors = find_anchors(corpus.hashes, corpus.places, keys, offsets, clusters, config.min_words, window)
    report("chain", 0, 1)
    runs = equal_runs(*anchors, keys, offsets, config.min_words, FINGERPRINT_SHINGLE)
    chains, order = find_chains(runs, offsets, config.max_gap)
    report("align", 0, 1)
    texts = kernels.Texts([document.text.encode("utf-8", "surrogatepass") for document in documents], offsets)
    found = drop_covered(align_chains(runs, chains, order, keys, texts), offsets, config.min_words)
    found = drop_covered(extend_alignments(found, offsets, keys, texts), offsets, config.min_words)
    report("merge", 0, 1)
    skip = 2 * config.max_gap
    pairs = find_pairs(found, corpus.tokens, texts, config.min_words, config.min_similarity, skip)
    return group_pairs(pairs, keys, config.min_words, config.min_similarity)


def _word_counts(tokens: Tokens) -> list[int]:
    """Return the words of each document, a letter of a script without spaces being half a word."""
    halves = np.searchsorted(np.flatnonzero(tokens.keys & np.uint64(1)), tokens.offsets)
    counts: list[int] = ((2 * np.diff(tokens.offsets) - np.diff(halves) + 1) // 2).tolist()
    return counts


def _describe_clusters(groups: Iterable[Group], documents: Sequence[Document], tokens: Tokens) -> Iterator[Cluster]:
    for group in groups:
        first, last = tokens.offsets[group.representative : group.representative + 2]
        name = hashlib.blake2b(tokens.keys[first:last].astype("<u8").tobytes(), digest_size=8).hexdigest()
        members = tuple(Member(documents[number].id, *likeness) for number, likeness in group.members)
        yield Cluster(name, documents[group.representative].id, members)


_KINDS = ("verbatim", "reformatted", "edited")


def _describe_passages(
    reused: Sequence[ReusedPassage], tokens: Tokens, locator: Locator
) -> tuple[tuple[Passage, ...], tuple[Pair, ...]]:
    """Return passages and their pairs as they are reported."""
    passages: list[Passage] = []
    pairs: list[Pair] = []
    for passage in reused:
        first, last = passage.representative
        name = locator.fingerprint(first, last)
        sides = [use.side for use in passage.uses]
        spans = locator.spans(sides)
        kind: Kind = (
            "reordered"
            if passage.reordered
            else max(locator.kinds(sides, spans, sides.index((first, last))), key=_KINDS.index)
        )
        passages.append(
            Passage(
                name,
                (twice_the_words(tokens.keys[first:last]) + 1) // 2,
                min(use.similarity for use in passage.uses),
                kind,
                tuple(locator.occurrence(span, side[0]) for span, side in zip(spans, sides, strict=True)),
            )
        )
        found = zip(passage.pairs, locator.pair_spans(passage.pairs), strict=True)
        pairs += [Pair(name, pair.similarity, left, right) for pair, (left, right) in found]
    passages.sort(key=lambda passage: passage.occurrences)
    pairs.sort(key=lambda pair: (pair.left, pair.right))
    return tuple(passages), tuple(pairs)
