"""Clusters: from a JSONL file to groups of near-duplicate documents, beside the peers on the same file.

README.md defines every column. Each tool runs in a process of its own, on one core and one thread, and its time is that
of the whole process: interpreter, imports and handing over the result included.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import corpora
from benchmarks.corpora import Corpus
from benchmarks.peers.tools import TOOLS
from benchmarks.runs import Row, RunError, Settings, fastest, python_of, race, run
from benchmarks.tables import Measured, Sheet, Target

MEGABYTES = 212.0
ROUNDS = 3
THRESHOLD = 0.8
PASSAGES_FROM = 0.3
"""Where documents are copies with all their edits, though not near-duplicates: what passages have to explain."""
LEAST_RECALL = 2 / 3
"""A peer that misses more than a third of the true pairs is not what others are compared with."""
SUBJECT = "dedup, clusters"
TARGET = Target(">=", 1.0)
Pairs = Collection[tuple[int, int]]


def run_clusters(settings: Settings) -> Iterator[Sheet]:
    """Time all tools that group documents, on the synthetic corpus and on real prose."""
    yield from _on_both(settings, [name for name, tool in TOOLS.items() if tool.extent != "passages"])


def run_with_passages(settings: Settings) -> Iterator[Sheet]:
    """Time what the search for passages adds, on the same corpora."""
    yield from _on_both(settings, ["dedup, clusters", "dedup, clusters and passages"])


def measure(row: Row, python: Path, corpus: Corpus, seconds: float) -> None:
    """Run a tool once and add its figures; the first time, judge what it found."""
    command: list[str | Path] = [python, "-m", "benchmarks.peers.worker", row.tool, corpus.path, str(THRESHOLD)]
    figures, said = run(command, seconds=seconds)
    try:
        found = json.loads(said)
    except ValueError as error:
        raise RunError(f"printed no result: {error}") from None
    row.add(figures, found["stages"])
    if "pairs" in found and not row.answer:
        row.answer = judge(found, corpus, passages=TOOLS[row.tool].extent == "passages")


def judge(found: Mapping[str, Any], corpus: Corpus, *, passages: bool = False) -> dict[str, float | None]:
    """Return recall and precision against the exact similarities.

    With passages a pair is wanted from `PASSAGES_FROM` on. In real prose passages are reused beyond the copies made
    for the benchmark, and nobody knows all of them: no precision is stated.
    """
    least = PASSAGES_FROM if passages else THRESHOLD
    wanted, allowed = corpus.wanted(least), corpus.allowed(0.0 if passages else THRESHOLD)
    if found["flagged"] is not None:
        return _by_flags(set(found["flagged"]), wanted, allowed)
    precision = None if passages and len(corpus.exact) > 1 else _precision(found["pairs"], allowed)
    return {"recall": _recall(found["groups"], wanted), "precision": precision}


def sheet(rows: Sequence[Row], corpus: Corpus, rounds: int) -> Sheet:
    """Return the table; ratios are to the fastest peer that does the work, which one with little recall does not."""
    peer = fastest(
        row for row in rows if TOOLS[row.tool].distribution and row.answer.get("recall", 0.0) >= LEAST_RECALL
    )
    values: dict[str, dict[str, Any]] = {}
    for row in rows:
        if not row.runs:
            values[row.title] = {"problem": row.problem}
            continue
        ratio = peer.best / row.best if peer else None
        values[row.title] = {
            **row.speed(corpus.text_bytes, corpus.documents),
            "recall": row.answer.get("recall"),
            "precision": row.answer.get("precision"),
            "ratio": Measured(ratio, TARGET) if row.tool == SUBJECT and peer else ratio,
            "CPU ratio": peer.cpu / row.cpu if peer else None,
        }
    note = (
        f"{corpus.documents} documents, {corpus.text_bytes / 1e6:.1f} MB of text, {len(corpus.wanted(THRESHOLD))} true "
        f"pairs; best of {rounds}; one core. Ratio: seconds of {peer.title if peer else 'the fastest peer (none ran)'} "
        "over those of the row; peers with a recall below 2/3 are not compared with."
    )
    return Sheet(f"Clusters, {corpus.name}", note, values, {row.title: _shows(row) for row in rows})


def _on_both(settings: Settings, names: Sequence[str]) -> Iterator[Sheet]:
    rounds = settings.rounds or ROUNDS
    size = settings.size(MEGABYTES)
    yield _timed(settings, names, corpora.synthetic(settings.cache, size, settings.seed), rounds)
    try:
        real = corpora.prose(settings.cache, settings.data, size, settings.seed)
    except FileNotFoundError as error:
        yield Sheet("Clusters, prose", "Real prose.", {"all": {"problem": f"not run: no texts in {error.filename}"}})
    else:
        yield _timed(settings, names, real, rounds)


def _timed(settings: Settings, names: Sequence[str], corpus: Corpus, rounds: int) -> Sheet:
    rows = [Row(name) for name in settings.chosen(names)]
    pythons = {
        row.tool: python_of(row, settings.cache, TOOLS[row.tool].distribution, TOOLS[row.tool].helpers) for row in rows
    }
    race(rows, rounds, lambda row: measure(row, pythons[row.tool], corpus, settings.seconds))
    return sheet(rows, corpus, rounds)


def _recall(groups: Sequence[Sequence[int]], wanted: Pairs) -> float:
    """Return the share of the wanted pairs that are together in some group; 1 where nothing is wanted."""
    groups_of: dict[int, set[int]] = {}
    for number, group in enumerate(groups):
        for document in group:
            groups_of.setdefault(document, set()).add(number)
    together = [not groups_of.get(a, set()).isdisjoint(groups_of.get(b, ())) for a, b in wanted]
    return statistics.fmean(together) if together else 1.0


def _precision(pairs: Sequence[Sequence[int]], allowed: Pairs) -> float:
    """Return the share of the reported pairs that are no error; 1 where nothing is reported."""
    right = [(min(pair), max(pair)) in allowed for pair in pairs]
    return statistics.fmean(right) if right else 1.0


def _by_flags(flagged: set[int], wanted: Pairs, allowed: Pairs) -> dict[str, float | None]:
    """Return the share of wanted pairs of which both are flagged, and of the flagged that are in an allowed pair."""
    right = flagged & {document for pair in allowed for document in pair}
    both = [a in flagged and b in flagged for a, b in wanted]
    return {
        "recall": statistics.fmean(both) if both else 1.0,
        "precision": len(right) / len(flagged) if flagged else 1.0,
    }


def _shows(row: Row) -> str:
    """Return what a row shows, and the stages of its best run."""
    stages = "; ".join(f"{name} {seconds:.2f}" for name, seconds in row.stages.items())
    return TOOLS[row.tool].shows + (f" {stages} s." if stages else "")
