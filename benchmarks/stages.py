"""A profile: where the time of a scan goes, stage by stage, on one core."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import corpora
from benchmarks.corpora import Corpus
from benchmarks.peers.tools import TOOLS
from benchmarks.runs import Row, Settings, race
from benchmarks.runs import run as run_process
from benchmarks.tables import Sheet

MEGABYTES = 50.0
ROUNDS = 2
TOOL = "dedup, clusters and passages"


def run_stages(settings: Settings) -> Iterator[Sheet]:
    """Profile scans of the synthetic corpus and of real prose."""
    size = settings.size(MEGABYTES)
    yield _profile(settings, corpora.synthetic(settings.cache, size, settings.seed))
    try:
        yield _profile(settings, corpora.prose(settings.cache, settings.data, size, settings.seed))
    except FileNotFoundError as error:
        yield Sheet("Stages, prose", "", {"all": {"problem": f"not run: no texts in {error.filename}"}})


def _profile(settings: Settings, corpus: Corpus) -> Sheet:
    row = Row(TOOL)

    def attempt(row: Row) -> None:
        command: list[str | Path] = [sys.executable, "-m", "benchmarks.peers.worker", TOOL, corpus.path, "0.8"]
        figures, said = run_process(command, seconds=settings.seconds)
        row.add(figures, json.loads(said)["stages"])

    race([row], settings.rounds or ROUNDS, attempt)
    title, note = f"Stages, {corpus.name}", f"{corpus.documents} documents, {corpus.text_bytes / 1e6:.1f} MB."
    if not row.runs:
        return Sheet(title, note, {row.title: {"problem": row.problem}})
    stages = {**row.stages, "start and end": row.best - sum(row.stages.values())}
    megabytes = corpus.text_bytes / 1e6
    values = {
        stage: {"seconds": seconds, "share": seconds / row.best, "ns a byte": 1e3 * seconds / megabytes}
        for stage, seconds in {**stages, "all": row.best}.items()
    }
    return Sheet(title, note, values, {TOOL: TOOLS[TOOL].shows})
