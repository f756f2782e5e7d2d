"""The speed benchmarks: one command that makes its data, installs the peers, prints tables and records them.

``python -m benchmarks.speed [EXPERIMENT...]`` runs the experiments named, or all. README.md says what each shows. The
record, with all figures, goes to ``benchmarks/records/``.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import dedup
from benchmarks import growth, limits, markdown, passages_speed, scaling, stages, startup, throughput
from benchmarks.peers import environment
from benchmarks.runs import ROOT, Settings
from benchmarks.tables import Sheet, show
from dedup import kernels

Experiment = Callable[[Settings], Iterator[Sheet]]

EXPERIMENTS: dict[str, Experiment] = {
    "clusters": throughput.run_clusters,
    "with-passages": throughput.run_with_passages,
    "passages": passages_speed.run_folder,
    "pairs": passages_speed.run_pairs,
    "kinds": markdown.run_kinds,
    "markdown": markdown.run_markdown,
    "limits": limits.run_limits,
    "scaling": scaling.run_scaling,
    "growth": growth.run_growth,
    "startup": startup.run_startup,
    "stages": stages.run_stages,
}
RECORDS = Path(__file__).parent / "records"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the arguments ask for."""
    options = _parser().parse_args(arguments)
    cache = options.cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        cache, options.data.resolve(), options.size, options.rounds, options.timeout, tuple(options.only), options.seed
    )
    record = {**describe(), "settings": {"megabytes": options.size, "rounds": options.rounds, "seed": options.seed}}
    target = options.record or RECORDS / f"{record['began'].replace(':', '')}.json"
    show(f"# dedup {record['version']}, {record['kernels']} kernels, {record['machine']}, load {record['load']}")
    sheets: dict[str, list[dict[str, Any]]] = {}
    for name in options.experiments or EXPERIMENTS:
        for sheet in EXPERIMENTS[name](settings):
            sheet.show()
            sheets.setdefault(name, []).append({**sheet.to_dict(), "load after": load_average()})
            write(target, {**record, "experiments": sheets})
    show(f"Recorded in {target}")


def describe() -> dict[str, Any]:
    """Return what ran, where and when."""
    return {
        "began": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "version": dedup.__version__,
        "commit": _commit(),
        "kernels": kernels.implementation,
        "python": platform.python_version(),
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()}",
        "load": load_average(),
    }


def write(path: Path, record: dict[str, Any]) -> None:
    """Write the record as far as it is, so that a run that is interrupted leaves what it measured."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load_average() -> str:
    """Return how busy the machine is: below 1 it is free for a benchmark."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _processor() -> str:
    """Return the name of the processor."""
    listed = Path("/proc/cpuinfo")
    names = [line.partition(":")[2].strip() for line in _lines(listed) if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument(
        "experiments", nargs="*", choices=[[], *EXPERIMENTS], metavar="EXPERIMENT", help=", ".join(EXPERIMENTS)
    )
    parser.add_argument("--size", type=_positive(float), metavar="MB", help="size of the (largest) input")
    parser.add_argument("--rounds", type=_positive(int), metavar="N", help="runs of each tool")
    parser.add_argument("--timeout", type=_positive(float), default=3600.0, metavar="SECONDS", help="for one run")
    parser.add_argument("--only", nargs="+", default=[], metavar="ROW", help="names of the rows to run")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="seed of all data (default: 1)")
    parser.add_argument(
        "--cache", type=Path, default=environment.cache_folder(), metavar="FOLDER", help="keeps data and peers"
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of real texts")
    parser.add_argument("--record", type=Path, metavar="PATH", help="where the figures go")
    return parser


def _positive(kind: type[int] | type[float]) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = kind(text)
        if not value > 0:
            raise argparse.ArgumentTypeError(f"must be above 0, not {text}")
        return value

    return parse


if __name__ == "__main__":
    main()
