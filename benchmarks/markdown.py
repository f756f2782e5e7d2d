"""A check in CI: a folder of 10,000 Markdown files on two cores, `dedup` beside jscpd, which is built for this.

The files and what is planted in them are those of `kinds`. A kind counts as found where half the characters of a
passage are covered on both sides. With a baseline that holds all passages planted in the folder, a check must pass.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import jscpd
from benchmarks.cases import judged, of_dedup, share_found
from benchmarks.kinds import FILE_BYTES, FILES, Folder, write_folder
from benchmarks.measures import Sides
from benchmarks.runs import Figures, Row, RunError, Settings, dedup_run, fastest, python_of, race, run
from benchmarks.tables import Measured, Sheet, Target
from dedup.model import Span

MEGABYTES = 25.0
ROUNDS = 3
CORES = 2
FILES_FOR_EACH = 60
"""Files for one passage of each kind: 10,000 files hold about 2,000 passages."""
FASTER, SMALLER = Target(">=", 1.0), Target("<=", 0.2)
ALL = Target(">=", 1.0)


class Answer(NamedTuple):
    """What a run told: its figures, what it found and, of a check against a baseline, how many it calls new."""

    figures: Figures
    found: list[Sides]
    new: int | None = None


Attempt = Callable[[], Answer]


def run_markdown(settings: Settings) -> Iterator[Sheet]:
    """Time the tools on a large folder, with and without a baseline, and show what each finds."""
    count = max(FILES_FOR_EACH, round(settings.size(MEGABYTES) * 1e6 / FILE_BYTES))
    folder = write_folder(settings.cache, count, count // FILES_FOR_EACH, settings.seed)
    rounds = settings.rounds or ROUNDS
    rows = [Row(name) for name in settings.chosen(_SHOWS)]
    with tempfile.TemporaryDirectory() as kept:
        answers = _raced(rows, _attempts(rows, folder, settings, Path(kept)), rounds)
    yield _times(folder, rows, answers, rounds)
    yield _kinds("Markdown files: what is found", folder, rows, answers)


def run_kinds(settings: Settings) -> Iterator[Sheet]:
    """Show which kinds of reuse the tools find in a folder that has one passage of each."""
    folder = write_folder(settings.cache, FILES, 1, settings.seed)
    rows = [Row(name) for name in settings.chosen(["dedup check", *jscpd.FLAGS, "copydetect"])]
    attempts = _attempts(rows, folder, settings, settings.cache)
    for row in rows:
        if row.tool == "copydetect":
            attempts[row.tool] = partial(_copydetect, python_of(row, settings.cache, "copydetect"), folder, settings)
    answers = _raced(rows, attempts, 1)
    yield _kinds("Kinds of reuse", folder, rows, answers, total=True)


_SHOWS = {
    "dedup scan": "With its defaults: clusters and passages.",
    "dedup check": "With its defaults and no baseline: all passages are new.",
    "dedup check, baseline": "Against a baseline of all passages: none is new.",
    **jscpd.SHOWS,
    "jscpd, baseline": "Its defaults, against its own baseline of all it finds.",
    "jscpd, for prose, baseline": "The flags for prose, against its own baseline.",
}
_BASELINE = ", baseline"


def _attempts(rows: Sequence[Row], folder: Folder, settings: Settings, kept: Path) -> dict[str, Attempt]:
    """Return what runs each row's tool; baselines are made first and stay in ``kept``."""
    attempts: dict[str, Attempt] = {}
    for row in rows:
        tool, baseline = row.tool.removesuffix(_BASELINE), None
        if tool in jscpd.FLAGS:
            python = python_of(row, settings.cache, "jscpd")
            attempt: Callable[..., Answer] = partial(_jscpd, python, jscpd.FLAGS[tool], folder, settings)
        elif tool.startswith("dedup"):
            attempt = partial(_dedup, tool.split()[1], folder, settings)
        else:
            continue
        if row.tool.endswith(_BASELINE) and not row.problem:
            baseline = kept / f"{len(attempts)}.baseline"
            try:
                attempt(("--baseline", baseline, "--update-baseline"))
            except RunError as error:
                row.problem = f"no baseline: {error}"
        attempts[row.tool] = partial(attempt, ("--baseline", baseline) if baseline else ())
    return attempts


def _raced(rows: Sequence[Row], attempts: Mapping[str, Attempt], rounds: int) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}

    def attempt(row: Row) -> None:
        answers[row.tool] = attempts[row.tool]()
        row.add(answers[row.tool].figures)

    race(rows, rounds, attempt)
    return answers


def _dedup(command: str, folder: Folder, settings: Settings, options: Sequence[str | Path] = ()) -> Answer:
    if command == "check":
        options = ("--exit-zero", *options)
    figures, result = dedup_run(command, folder.path, options, seconds=settings.seconds, cores=CORES)
    if command == "scan":
        return Answer(figures, of_dedup(result, folder.path))
    found = {**result, "clusters": [], "passages": [finding["passage"] for finding in result["findings"]]}
    new = sum(finding["status"] == "new" for finding in result["findings"])
    return Answer(figures, of_dedup(found, folder.path), new)


def _jscpd(
    python: Path, flags: Sequence[str], folder: Folder, settings: Settings, options: Sequence[str | Path] = ()
) -> Answer:
    figures, found = jscpd.scan(python, folder.path, [*flags, *options], seconds=settings.seconds, cores=CORES)
    return Answer(figures, found)


def _copydetect(python: Path, folder: Folder, settings: Settings) -> Answer:
    source = folder.path.with_suffix(".json")
    source.write_text(json.dumps({"folder": str(folder.path)}), encoding="utf-8")
    command = [python, "-m", "benchmarks.peers.worker", "copydetect", source, "0"]
    figures, said = run(command, seconds=settings.seconds)
    within = {path.name: path.relative_to(folder.path).as_posix() for path in folder.path.rglob("*.*")}
    found: list[Sides] = [
        (Span(within[one], a, b), Span(within[other], c, d)) for one, other, (a, b, c, d) in json.loads(said)["spans"]
    ]
    return Answer(figures, found)


def _times(folder: Folder, rows: Sequence[Row], answers: Mapping[str, Answer], rounds: int) -> Sheet:
    peer = fastest(row for row in rows if row.tool.startswith("jscpd"))
    every = [case for of_kind in folder.cases.values() for case in of_kind]
    values: dict[str, dict[str, Any]] = {}
    for row in rows:
        if not row.runs:
            values[row.title] = {"problem": row.problem}
            continue
        answer = answers[row.tool]
        measures = judged(every, answer.found)
        speed = row.speed(folder.text_bytes, folder.files)
        values[row.title] = {
            **speed,
            "found pairs": len(answer.found),
            **({"new": answer.new} if answer.new is not None else {}),
            "recall": measures["recall"],
            "precision": measures["precision"],
        }
        if peer:
            ratio, memory = peer.best / row.best, speed["peak MB"] / peer.speed(1, 1)["peak MB"]
            own = row.tool.startswith("dedup")
            values[row.title]["ratio"] = Measured(ratio, FASTER) if own else ratio
            values[row.title]["memory ratio"] = Measured(memory, SMALLER) if own else memory
    note = (
        f"{folder.files} files, {folder.text_bytes / 1e6:.1f} MB, {len(every)} planted passages; best of {rounds}; "
        f"{CORES} cores, wall time; ratios to {peer.title if peer else 'jscpd (did not run)'}."
    )
    return Sheet("Markdown files on two cores", note, values, {row.title: _SHOWS[row.tool] for row in rows})


def _kinds(
    title: str, folder: Folder, rows: Sequence[Row], answers: Mapping[str, Answer], *, total: bool = False
) -> Sheet:
    ran = [row for row in rows if row.runs and not row.tool.endswith(_BASELINE)]
    shares = {row.tool: share_found(folder.cases, answers[row.tool].found) for row in ran}
    values: dict[str, dict[str, Any]] = {
        kind: {tool: share[kind] for tool, share in shares.items()} for kind in folder.cases
    }
    if total:
        kinds = {tool: sum(share.values()) / len(share) for tool, share in shares.items()}
        own = {tool: Measured(share, ALL) if tool.startswith("dedup") else share for tool, share in kinds.items()}
        values["all"] = own
    missing = {row.title: {"problem": row.problem} for row in rows if row.problem}
    return Sheet(title, "Share of the planted passages of which half is covered on both sides.", {**values, **missing})
