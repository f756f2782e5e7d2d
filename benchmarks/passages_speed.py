"""Passages: time and quality of the tools that look for reused passages, where planted ones are known.

The corpus is that of the quality benchmark (`generate`): 117 documents of real prose, 515 planted passages. As a folder
for the tools that read one; as pairs of documents that share a planted passage for those that compare two texts.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import generate, jscpd
from benchmarks.cases import judged, of_dedup
from benchmarks.measures import Sides
from benchmarks.peers.quoting import TOOLS
from benchmarks.runs import Figures, Row, Settings, dedup_scan, fastest, python_of, race, run
from benchmarks.tables import Sheet
from dedup.model import Span

ROUNDS = 3
PAIRS = 40
"""Compared by the tools that take two texts: the slowest needs seconds for each."""


class Work(NamedTuple):
    """What a tool has to do, and the answer."""

    path: Path
    documents: int
    text_bytes: int
    cases: Sequence[Sides]


Attempt = Callable[[Work, float], "tuple[Figures, dict[str, float], list[Sides]]"]
"""Runs a tool within so many seconds: figures, stages, what it found."""


def run_folder(settings: Settings) -> Iterator[Sheet]:
    """Time the tools that read a folder."""
    try:
        work = _folder(settings)
    except FileNotFoundError as error:
        yield Sheet("Passages in a folder", "", {"all": {"problem": f"not run: {error.filename} is absent"}})
        return
    rows = {name: Row(name) for name in settings.chosen([*_SCANS, *jscpd.FLAGS, "copydetect"])}
    attempts: dict[str, Attempt] = {name: partial(_scan, options) for name, options in _SCANS.items()}
    for name, flags in jscpd.FLAGS.items():
        if name in rows:
            attempts[name] = partial(_jscpd, python_of(rows[name], settings.cache, "jscpd"), flags)
    if "copydetect" in rows:
        python = python_of(rows["copydetect"], settings.cache, "copydetect")
        attempts["copydetect"] = partial(_worker, "copydetect", python)
    shows = {**_SHOWS, **jscpd.SHOWS, "copydetect": TOOLS["copydetect"].shows}
    yield _raced("Passages in a folder", settings, work, list(rows.values()), attempts, shows)


def run_pairs(settings: Settings) -> Iterator[Sheet]:
    """Time the tools that compare two texts."""
    try:
        work = _pairs(settings)
    except FileNotFoundError as error:
        yield Sheet("Passages of two texts", "", {"all": {"problem": f"not run: {error.filename} is absent"}})
        return
    rows = [Row(name) for name in settings.chosen([name for name in TOOLS if name != "copydetect"])]
    pythons = {row.tool: python_of(row, settings.cache, TOOLS[row.tool].distribution) for row in rows}
    attempts: dict[str, Attempt] = {row.tool: partial(_worker, row.tool, pythons[row.tool]) for row in rows}
    shows = {name: tool.shows for name, tool in TOOLS.items()}
    yield _raced("Passages of two texts", settings, work, rows, attempts, shows)


_SCANS: dict[str, tuple[str, ...]] = {"dedup": (), "dedup, passages alone": ("--no-clusters",)}
_SHOWS = {
    "dedup": "`dedup scan` with its defaults: clusters and passages.",
    "dedup, passages alone": "The same without the search for clusters.",
}


def _raced(
    title: str, settings: Settings, work: Work, rows: Sequence[Row], attempts: dict[str, Attempt], shows: dict[str, str]
) -> Sheet:
    rounds = settings.rounds or ROUNDS

    def attempt(row: Row) -> None:
        figures, stages, found = attempts[row.tool](work, settings.seconds)
        row.add(figures, stages)
        row.answer = row.answer or dict(judged(work.cases, found))

    race(rows, rounds, attempt)
    peer = fastest(row for row in rows if not row.tool.startswith("dedup") and row.tool != "difflib")
    values: dict[str, dict[str, Any]] = {}
    for row in rows:
        speed = {**row.speed(work.text_bytes, work.documents), **row.answer} if row.runs else {"problem": row.problem}
        values[row.title] = {**speed, **({"ratio": peer.best / row.best} if row.runs and peer else {})}
    note = (
        f"{work.documents} documents, {work.text_bytes / 1e6:.2f} MB, {len(work.cases)} planted passages; best of "
        f"{rounds}; one core. Measures by characters, as in `benchmarks.quality passages`; ratio to "
        f"{peer.title if peer else 'the fastest peer (none ran)'}, whatever it found."
    )
    return Sheet(title, note, values, {row.title: shows[row.tool] for row in rows})


def _corpus(settings: Settings) -> generate.Corpus:
    return generate.generate(settings.seed, generate.read_books(settings.data / "books"))


def _folder(settings: Settings) -> Work:
    corpus = _corpus(settings)
    folder = settings.cache / f"passages-{settings.seed}"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in corpus.documents.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    cases = [(case.source, case.copy) for case in corpus.cases]
    return Work(folder, len(corpus.documents), _size(corpus.documents.values()), cases)


def _pairs(settings: Settings) -> Work:
    """Write the first pairs of documents that share a planted passage; the texts of pair N are called Na and Nb."""
    corpus = _corpus(settings)
    shared: dict[tuple[str, str], list[Sides]] = defaultdict(list)
    for case in corpus.cases:
        left, right = sorted((case.source, case.copy))
        shared[left.document, right.document].append((left, right))
    chosen = list(shared.items())[:PAIRS]
    cases = [
        (Span(f"{number}a", left.start, left.end), Span(f"{number}b", right.start, right.end))
        for number, (_, sides) in enumerate(chosen)
        for left, right in sides
    ]
    texts = [[corpus.documents[name] for name in names] for names, _ in chosen]
    path = settings.cache / f"pairs-{settings.seed}.json"
    path.write_text(json.dumps({"pairs": texts}), encoding="utf-8")
    return Work(path, 2 * len(texts), _size(text for pair in texts for text in pair), cases)


def _size(texts: Any) -> int:
    return sum(len(text.encode()) for text in texts)


def _scan(options: Sequence[str], work: Work, seconds: float) -> tuple[Figures, dict[str, float], list[Sides]]:
    figures, result = dedup_scan(work.path, options, seconds=seconds)
    return figures, {}, of_dedup(result, work.path)


def _jscpd(
    python: Path, flags: Sequence[str], work: Work, seconds: float
) -> tuple[Figures, dict[str, float], list[Sides]]:
    figures, found = jscpd.scan(python, work.path, flags, seconds=seconds)
    return figures, {}, found


def _worker(tool: str, python: Path, work: Work, seconds: float) -> tuple[Figures, dict[str, float], list[Sides]]:
    source = work.path
    if source.is_dir():
        source = source.with_suffix(".json")
        source.write_text(json.dumps({"folder": str(work.path)}), encoding="utf-8")
    figures, said = run([python, "-m", "benchmarks.peers.worker", tool, source, "0"], seconds=seconds)
    values = json.loads(said)
    found: list[Sides] = []
    for *names, (a, b, c, d) in values["spans"]:
        left, right = names if len(names) == 2 else (f"{names[0]}a", f"{names[0]}b")
        found.append((Span(left, a, b), Span(right, c, d)))
    return figures, values["stages"], found
