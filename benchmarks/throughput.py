"""Documents and bytes a second, from a JSONL file to clusters, beside the peers on the same file in the same run.

README.md defines every column. Each tool runs in a process of its own, on one core and one thread; rounds are
interleaved, so that a busy minute of the machine meets every tool.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import clusters
from benchmarks.peers import environment
from benchmarks.peers.tools import TOOLS
from benchmarks.tables import Target, cell, show, table

ROOT = Path(__file__).resolve().parents[1]
THRESHOLD = 0.8
SUBJECT = "dedup, clusters"
TARGET = Target(">=", 1.0)
_ONE_THREAD = dict.fromkeys(
    ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)


class Corpus(NamedTuple):
    """The file that all tools read, and what is true of it."""

    path: Path
    documents: int
    text_bytes: int
    exact: Mapping[tuple[int, int], float]


@dataclass(slots=True)
class Row:
    """What is known of a tool: its runs, or why there are none."""

    tool: str
    version: str = ""
    problem: str = ""
    runs: list[dict[str, Any]] = field(default_factory=list)
    recall: float | None = None
    precision: float | None = None

    def best(self, figure: str = "seconds") -> float:
        """Return the least value of a figure over the runs."""
        return float(min(run[figure] for run in self.runs))

    def median(self, figure: str) -> float:
        """Return the median of a figure over the runs."""
        return float(statistics.median(run[figure] for run in self.runs))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the arguments ask for and print the table."""
    options = _parser().parse_args(arguments)
    corpus = write_corpus(options.cache, options.documents, options.seed)
    rows = [Row(name) for name in options.tools]
    pythons = find_interpreters(rows, options.cache)
    load = _load_average()
    for _ in range(options.rounds):
        for row in rows:
            if not row.problem:
                run_once(row, pythons[row.tool], corpus)
    report(rows, corpus, options.rounds, load)
    if options.json:
        options.json.write_text(json.dumps(to_dict(rows, corpus), indent=1) + "\n", encoding="utf-8")


def write_corpus(folder: Path, documents: int, seed: int) -> Corpus:
    """Write the corpus of the cluster benchmark as JSONL, and find the exact similarities."""
    synthetic = clusters.synthesize(seed, documents)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"corpus-{documents}-{seed}.jsonl"
    texts = synthetic.texts()
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps({"id": name, "text": text}) + "\n" for name, text in texts.items())
    size = sum(len(text.encode()) for text in texts.values())
    return Corpus(path, documents, size, clusters.exact_similarities(synthetic))


def find_interpreters(rows: Sequence[Row], cache: Path) -> dict[str, Path]:
    """Return the interpreter for each tool, its packages installed; note versions, and why a tool cannot run."""
    pythons: dict[str, Path] = {}
    for row in rows:
        tool = TOOLS[row.tool]
        pythons[row.tool] = Path(sys.executable)
        if tool.distribution is None:
            continue
        try:
            pythons[row.tool] = environment.python_in(cache)
            row.version = environment.installed(pythons[row.tool], tool.distribution)
            for helper in tool.helpers:
                environment.installed(pythons[row.tool], helper)
        except RuntimeError as error:
            row.problem = f"not installed: {error}"
    return pythons


def run_once(row: Row, python: Path, corpus: Corpus) -> None:
    """Run a tool in a process of its own and add its figures, or what went wrong."""
    command = [str(python), "-m", "benchmarks.peers.worker", row.tool, str(corpus.path), str(THRESHOLD)]
    if hasattr(os, "sched_getaffinity"):
        command.append(str(max(os.sched_getaffinity(0))))
    settings = {**os.environ, **_ONE_THREAD, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=settings, check=False)
    process_seconds = time.perf_counter() - began
    if done.returncode:
        said = done.stderr.strip().splitlines()
        row.problem = f"failed: {said[-1] if said else f'exit code {done.returncode}'}"
        row.runs.clear()
        return
    figures = json.loads(done.stdout)
    pairs, groups = figures.pop("pairs"), figures.pop("groups")
    if pairs is not None and row.recall is None:
        row.recall, row.precision = judge(pairs, groups, corpus.exact)
    row.runs.append({**figures, "process_seconds": process_seconds})


def judge(
    pairs: Sequence[Sequence[int]], groups: Sequence[Sequence[int]], exact: Mapping[tuple[int, int], float]
) -> tuple[float, float]:
    """Return recall by groups and precision by pairs; 1 where there was nothing to find or to report."""
    group_of = {document: number for number, group in enumerate(groups) for document in group}
    true = [pair for pair, jaccard in exact.items() if jaccard >= THRESHOLD]
    together = [a in group_of and group_of[a] == group_of.get(b) for a, b in true]
    right = [exact.get((min(pair), max(pair)), 0.0) >= THRESHOLD for pair in pairs]
    return (statistics.fmean(together) if together else 1.0, statistics.fmean(right) if right else 1.0)


def fastest_peer(rows: Sequence[Row]) -> Row | None:
    """Return the peer with the best run, if any ran."""
    peers = [row for row in rows if row.runs and TOOLS[row.tool].distribution]
    return min(peers, key=Row.best, default=None)


def report(rows: Sequence[Row], corpus: Corpus, rounds: int, load: str) -> None:
    """Print the table and what each row shows."""
    true = sum(jaccard >= THRESHOLD for jaccard in corpus.exact.values())
    peer = fastest_peer(rows)
    header = (
        "tool", "best s", "median s", "CPU s", "process s", "MB/s", "documents/s", "peak MB", "recall", "precision",
        "ratio", "CPU ratio",
    )  # fmt: skip
    show(
        "## Throughput",
        f"{corpus.documents} documents, {corpus.text_bytes / 1e6:.1f} MB of text, {true} true pairs; {rounds} rounds; "
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load before {load}, after {_load_average()}.",
        table(header, [_cells(row, corpus, peer) for row in rows]),
        "\n".join(f"- {_title(row)}: {TOOLS[row.tool].shows}{_stages(row)}" for row in rows),
    )


def to_dict(rows: Sequence[Row], corpus: Corpus) -> dict[str, Any]:
    """Return all figures as plain values."""
    peer = fastest_peer(rows)
    return {
        "benchmark": "throughput",
        "documents": corpus.documents,
        "text_bytes": corpus.text_bytes,
        "threshold": THRESHOLD,
        "fastest_peer": peer and peer.tool,
        "rows": [asdict(row) for row in rows],
    }


def _cells(row: Row, corpus: Corpus, peer: Row | None) -> list[str]:
    if row.problem:
        return [_title(row), row.problem, *["-"] * 10]
    return [
        _title(row),
        f"{row.best():.2f}",
        f"{row.median('seconds'):.2f}",
        f"{row.best('cpu_seconds'):.2f}",
        f"{row.median('process_seconds'):.2f}",
        f"{corpus.text_bytes / 1e6 / row.best():.1f}",
        f"{corpus.documents / row.best():,.0f}",
        f"{row.median('peak_bytes') / 1e6:.0f}",
        cell(row.recall),
        cell(row.precision),
        _ratio(row, peer, "seconds"),
        _ratio(row, peer, "cpu_seconds"),
    ]


def _ratio(row: Row, peer: Row | None, figure: str) -> str:
    ratio = peer.best(figure) / row.best(figure) if peer else None
    if row.tool == SUBJECT:
        return cell(ratio, TARGET)
    return "-" if ratio is None else f"{ratio:.2f}"


def _title(row: Row) -> str:
    return f"{row.tool} ({row.version})" if row.version else row.tool


def _stages(row: Row) -> str:
    """Return the stages of the best run, as far as the tool tells."""
    if not row.runs:
        return ""
    stages = min(row.runs, key=lambda run: run["seconds"])["stages"]
    return f" {'; '.join(f'{name} {seconds:.2f}' for name, seconds in stages.items())} s."


def _load_average() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.throughput", description=__doc__)
    parser.add_argument("--documents", type=int, default=clusters.DOCUMENTS, metavar="N", help="size of the corpus")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="seed of the corpus (default: 1)")
    parser.add_argument("--rounds", type=_positive, default=3, metavar="N", help="runs of each tool (default: 3)")
    parser.add_argument("--tools", nargs="+", choices=TOOLS, default=list(TOOLS), metavar="TOOL", help=", ".join(TOOLS))
    parser.add_argument(
        "--cache",
        type=Path,
        default=environment.cache_folder(),
        metavar="FOLDER",
        help="keeps the corpus and the peers",
    )
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures here as well")
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least one round")
    return value


if __name__ == "__main__":
    main()
