"""Command line of the quality benchmarks; README.md says what each shows."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import dedup
from benchmarks import bible, clusters, passages, reading
from dedup.config import Config, kebab
from dedup.model import Cluster, Passage

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

Command = Callable[[argparse.Namespace], "dict[str, Any] | None"]
"""Runs a benchmark and returns its figures, if it has any."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark that the arguments name."""
    options = _parser().parse_args(arguments)
    try:
        values = options.run(options)
    except FileNotFoundError as error:
        raise SystemExit(f"{error.filename} is absent; --data names the folder of the texts") from error
    if values is not None and options.json:
        options.json.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="BENCHMARK")

    command = _command(commands, "passages", _passages, "planted passages: plagdet, recall, precision, boundaries")
    command.add_argument("--seeds", type=int, default=5, metavar="N", help="run the seeds 1..N (default: 5)")
    command.add_argument("--seed", type=int, metavar="N", help="run this one seed instead")
    command.add_argument("--dump-misses", action="store_true", help="print every flawed case and false detection")

    command = _command(commands, "clusters", _clusters, "near-duplicate documents against exact Jaccard")
    command.add_argument("--seed", type=int, default=1, metavar="N", help="seed of the corpus (default: 1)")
    command.add_argument("--documents", type=int, default=clusters.DOCUMENTS, metavar="N", help="size of the corpus")

    command = _command(commands, "bible", _bible, "verses of one translation found in another")
    command.add_argument("--dump-misses", type=int, default=0, metavar="N", help="print N verses that are not covered")

    command = _command(commands, "read", _read, "random passages and clusters of a scan, to be read by eye")
    command.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    command.add_argument("--sample", type=int, default=10, metavar="N", help="how many of each (default: 10)")
    command.add_argument("--seed", type=int, default=1, metavar="N", help="seed of the choice (default: 1)")
    return parser


def _command(commands: Any, name: str, run: Command, help_text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=help_text)
    command.set_defaults(run=run)
    command.add_argument("--data", type=Path, default=DATA, help="folder of the texts (default: ../shared/data)")
    command.add_argument("--json", type=Path, metavar="PATH", help="write the figures here as well")
    command.add_argument(
        "--set", action="append", default=[], type=_setting, metavar="KEY=VALUE", help="a setting to change"
    )
    return command


def _setting(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"expected KEY=VALUE, not {text!r}")
    try:
        return kebab(key), json.loads(value)
    except ValueError:
        return kebab(key), value


def _config(options: argparse.Namespace, **values: Any) -> Config:
    """Return the default configuration with the changes that a benchmark needs, then those of ``--set``."""
    changes = {kebab(name): value for name, value in values.items()}
    return Config.from_mapping({**changes, **dict(options.set)}, "--set")


def _find_passages(config: Config) -> passages.Detector:
    def detector(documents: Mapping[str, str]) -> Sequence[Passage]:
        return dedup.scan(documents, config=config).passages

    return detector


def _passages(options: argparse.Namespace) -> dict[str, Any]:
    seeds = [options.seed] if options.seed is not None else range(1, options.seeds + 1)
    runs = passages.benchmark(_find_passages(_config(options)), options.data, seeds)
    passages.report(runs)
    if options.dump_misses:
        for run in runs:
            passages.dump_misses(run)
    return passages.to_dict(runs)


def _clusters(options: argparse.Namespace) -> dict[str, Any]:
    def detector(documents: Mapping[str, str], threshold: float) -> Sequence[Cluster]:
        config = _config(options, passages=False, document_similarity=threshold)
        return dedup.scan(documents, config=config).clusters

    outcomes = clusters.benchmark(detector, options.seed, options.documents)
    clusters.report(outcomes, options.seed)
    return clusters.to_dict(outcomes)


def _bible(options: argparse.Namespace) -> dict[str, Any]:
    # Whole books are near-duplicates of each other, and a cluster would explain what is to be found verse by verse.
    runs = bible.benchmark(_find_passages(_config(options, clusters=False)), options.data / "bible" / "verses.tsv")
    bible.report(runs)
    for run in runs:
        bible.dump_misses(run, options.dump_misses)
    return bible.to_dict(runs)


def _read(options: argparse.Namespace) -> None:
    reading.read_aloud(dedup.scan(options.paths, config=_config(options)), options.sample, options.seed)


if __name__ == "__main__":
    main()
