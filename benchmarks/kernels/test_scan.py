"""From records to passages: what each kernel of the later steps takes of a scan of documents with known repeats.

A benchmark repeats all calls of a kernel in a scan. What the scan finds must be what was planted (`recording`), and
each implementation must return what the reference does, element by element. Where a kernel is given `Texts`, these have
read the documents in a round before.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from benchmarks.kernels.recording import Call, Copy, Scan, answers, kernel, prose, record, same
from dedup.arrays import Sides
from dedup.kernels import Texts, reference
from dedup.model import Occurrence
from dedup.ranges import joined

DOCUMENTS = 500
WORDS = 300
"""Of each document."""
SHORT_DOCUMENTS = 3000
SHORT_WORDS = 80

# With clusters alone, which many short documents show best.
CLUSTERS = [
    "read_records",
    "string_order",
    "text_signatures",
    "equal_groups",
    "link_groups",
    "shingle_sets",
    "shared_counts",
]
# In the order of the stages.
PASSAGES = [
    "token_keys",
    "fingerprint_starts",
    "equal_windows",
    "stretch_starts",
    "link_postings",
    "equal_runs",
    "chain",
    "align_runs",
    "may_grow",
    "covered",
    "grow",
    "twice_words",
    "merge_pieces",
    "connect_pairs",
    "gather_passages",
    "containers",
    "similarity",
    "distinct_ranges",
]
# What kernels call themselves, or what belongs to an object: their arguments are made of those of others.
WITHIN = ["lcs_length", "lcs_runs", "score_words", "Texts.locate"]


@pytest.fixture(scope="module")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """Return a scan for clusters alone, in which every double was found."""
    made = prose(SHORT_DOCUMENTS, SHORT_WORDS, seed=1)
    scan = record(made, tmp_path_factory.mktemp("clusters"), CLUSTERS, passages=False)
    found = {member.document for cluster in scan.result.clusters for member in cluster.members}
    found |= {cluster.representative for cluster in scan.result.clusters}
    assert {f"{number:06}" for number in made.doubles} <= found
    return scan


@pytest.fixture(scope="module")
def passages(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """Return a scan with passages, in which the footer and nearly every copy was found."""
    made = prose(DOCUMENTS, WORDS, seed=2)
    scan = record(made, tmp_path_factory.mktemp("passages"), [*PASSAGES, "mark_members"], passages=True)
    assert max(len(passage.occurrences) for passage in scan.result.passages) == DOCUMENTS
    uses = [use for passage in scan.result.passages for use in passage.occurrences]
    assert sum(_found(copy, uses) for copy in made.copies) >= 0.95 * len(made.copies)
    scan.calls.update(_within(scan))
    return scan


def _found(copy: Copy, uses: Sequence[Occurrence]) -> bool:
    """Return whether one occurrence covers half of a copy."""
    name = f"{copy.document:06}"
    shared = (min(use.end, copy.end) - max(use.start, copy.start) for use in uses if use.document == name)
    return 2 * max(shared, default=0) >= copy.end - copy.start


def _within(scan: Scan) -> dict[str, list[Call]]:
    """Return calls of what only kernels call: with the two sides of each pair, or all of them."""
    sides = [places.astype(np.int64) for places in scan.calls["connect_pairs"][0]]
    first, last, _ = reference.distinct_ranges(*scan.calls["distinct_ranges"][0])
    rows = zip(*(places.tolist() for places in sides), strict=True)
    words = [(scan.keys[a:b], scan.keys[c:d]) for a, b, c, d in rows]
    texts = Texts(scan.texts, scan.offsets)
    return {
        "lcs_length": words,
        "lcs_runs": words,
        "score_words": [(scan.keys, *sides, texts)],
        "Texts.locate": [(texts, first.astype(np.int64), last.astype(np.int64))],
    }


@pytest.mark.parametrize("name", CLUSTERS)
def test_clusters(benchmark: Any, kernels: ModuleType, clusters: Scan, name: str) -> None:
    _check(benchmark, kernels, clusters, name)


@pytest.mark.parametrize("name", [*PASSAGES, *WITHIN])
def test_passages(benchmark: Any, kernels: ModuleType, passages: Scan, name: str) -> None:
    _check(benchmark, kernels, passages, name)


def test_mark_members(benchmark: Any, kernels: ModuleType, passages: Scan) -> None:
    """Marks are written into the last argument, so every round has its own."""
    benchmark.group = "mark_members"
    rounds: list[list[Call]] = []

    def fresh() -> tuple[tuple[Any, ...], dict[str, Any]]:
        rounds.append(deepcopy(passages.calls["mark_members"]))
        return (kernels.mark_members, rounds[-1]), {}

    benchmark.pedantic(answers, setup=fresh, rounds=20)
    expected = deepcopy(passages.calls["mark_members"])
    answers(reference.mark_members, expected)
    assert all(same(calls, expected) for calls in rounds)


def _check(benchmark: Any, kernels: ModuleType, scan: Scan, name: str) -> None:
    """Measure all calls of a kernel in a scan, and compare what they return with what the reference returns."""
    calls = scan.arguments(kernels, name)
    assert calls, "no stage calls it"
    benchmark.group = f"{name}, {len(calls)} calls" if len(calls) > 1 else name
    result, expected = benchmark(answers, kernel(kernels, name), calls), scan.expected(name)
    if name == "link_postings":  # anchors come some at a time, as it suits the implementation
        result, expected = _joined(result), _joined(expected)
    assert same(result, expected)


def _joined(calls: Sequence[Sequence[Sequence[Sides]]]) -> list[list[Sides]]:
    """Return the anchors of each range at once."""
    none = np.zeros(0, np.uint32)
    return [[joined([(none, none), *sides]) for sides in ranges] for ranges in calls]
