"""Limits: how far the tool is from what cannot be undercut, and what a second worker adds, on prose in one file.

A program that only counts words (``wc -w``) reads every byte once and decides where words begin; a copy in memory is
what moving the bytes costs. Tokenizing is compared with the one, all else is stated in its seconds.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.corpora import FORM, Prose, until, write_jsonl
from benchmarks.runs import Figures, Row, RunError, Settings, dedup_scan, race, run
from benchmarks.shapes import SHAPES
from benchmarks.tables import Measured, Sheet, Target

MEGABYTES = 200.0
ROUNDS = 3
BATCH = 1 << 19

Attempt = Callable[[], tuple[Figures, "float | None"]]
"""Returns figures, and what the answer is worth: 1.0 is right."""


class Inputs(NamedTuple):
    """The file, and what it holds."""

    path: Path
    documents: int
    text_bytes: int
    words: int


def run_limits(settings: Settings) -> Iterator[Sheet]:
    """Time the limits, the tokenizer alone, and whole scans with one worker and with two."""
    inputs = write_inputs(settings.cache, settings.size(MEGABYTES), settings.seed)
    rounds = settings.rounds or ROUNDS
    scan = partial(_scan, inputs, settings.seconds)
    attempts: dict[str, Attempt] = {
        WC: partial(_count_words, inputs, "C", settings.seconds),
        "wc -w, UTF-8": partial(_count_words, inputs, "C.UTF-8", settings.seconds),
        "copy in memory": partial(_worker, inputs, "copy", settings.seconds),
        "tokenize": partial(_worker, inputs, "tokenize", settings.seconds),
        "clusters": partial(scan, ("--no-passages",), 1),
        "clusters, two workers": partial(scan, ("--no-passages",), 2),
        "clusters and passages": partial(scan, (), 1),
        "clusters and passages, two workers": partial(scan, (), 2),
    }
    rows = [Row(name) for name in settings.chosen(attempts)]

    def attempt(row: Row) -> None:
        figures, right = attempts[row.tool]()
        row.add(figures)
        row.answer = {"right": right}

    race(rows, rounds, attempt)
    yield _sheet(rows, inputs, rounds)


WC = "wc -w"
_SHOWS = {
    WC: "Words counted byte by byte: the limit for all that follows.",
    "wc -w, UTF-8": "The same where it has to decode letters first.",
    "copy in memory": "The bytes of the file, moved once; without reading the file.",
    "tokenize": "The texts to keys and places of words, half a megabyte at a time; without reading the file.",
    "clusters": "`dedup scan --no-passages`, whole process, from the file to the result on disk.",
    "clusters, two workers": "The same on two cores.",
    "clusters and passages": "`dedup scan` with its defaults.",
    "clusters and passages, two workers": "The same on two cores.",
}


def write_inputs(cache: Path, megabytes: float, seed: int) -> Inputs:
    """Return the file of plain prose, which is made first if it is not there."""
    path = cache / f"limits-{FORM}-{megabytes:g}-{seed}.jsonl"
    known = path.with_suffix(".known.json")
    if not (path.exists() and known.exists()):
        words = 0

        def counted() -> Iterator[str]:
            nonlocal words
            for text in until(SHAPES["prose"].texts(Prose(seed)), megabytes * 1e6):
                words += len(text.split())
                yield text

        written = write_jsonl(path, counted())
        known.write_text(json.dumps([*written, words]), encoding="utf-8")
    return Inputs(path, *json.loads(known.read_text(encoding="utf-8")))


def work(kind: str, path: Path) -> tuple[float, float, int]:
    """Return the seconds and CPU seconds of one piece of work on the texts of a file, and what it counted."""
    with path.open(encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    if kind == "copy":
        held = bytearray("".join(texts).encode())
        began, cpu = time.perf_counter(), time.process_time()
        counted = len(bytes(held))
    else:
        import numpy as np

        from dedup import kernels

        batches = _batches(texts)
        began, cpu = time.perf_counter(), time.process_time()
        counted = 0
        for batch in batches:
            offsets = np.cumsum([0, *map(len, batch)], dtype=np.int64)
            counted += len(kernels.tokenize(np.frombuffer(b"".join(batch), np.uint8), offsets)[0])
    return time.perf_counter() - began, time.process_time() - cpu, counted


def _batches(texts: list[str]) -> list[list[bytes]]:
    encoded = [text.encode() for text in texts]
    ends = itertools.accumulate(map(len, encoded))
    grouped = itertools.groupby(zip(encoded, ends, strict=True), key=lambda item: item[1] // BATCH)
    return [[text for text, _ in group] for _, group in grouped]


def _count_words(inputs: Inputs, locale: str, seconds: float) -> tuple[Figures, float | None]:
    figures, said = run(["env", f"LC_ALL={locale}", "wc", "-w", inputs.path], seconds=seconds)
    # A record adds the words of its own form: two keys and an id. "\n\n" in JSON is no white space.
    return figures, float(0.9 < int(said.split()[0]) / (inputs.words + 3 * inputs.documents) <= 1)


def _worker(inputs: Inputs, kind: str, seconds: float) -> tuple[Figures, float | None]:
    """Do a piece of work in a process of its own; the seconds are those of the work alone."""
    whole, said = run([sys.executable, "-m", "benchmarks.limits", kind, inputs.path], seconds=seconds)
    took, cpu, counted = json.loads(said)
    expected = inputs.text_bytes if kind == "copy" else inputs.words
    return Figures(took, cpu, whole.peak_bytes), float(counted == expected)


def _scan(inputs: Inputs, seconds: float, options: tuple[str, ...], cores: int) -> tuple[Figures, float | None]:
    figures, result = dedup_scan(inputs.path, options, seconds=seconds, cores=cores)
    if len(result["documents"]) != inputs.documents:
        raise RunError(f"{len(result['documents'])} documents instead of {inputs.documents}")
    return figures, SHAPES["prose"].judge(result)


def _sheet(rows: list[Row], inputs: Inputs, rounds: int) -> Sheet:
    best = {row.tool: row.best for row in rows if row.runs}
    cpu = {row.tool: row.cpu for row in rows if row.runs}
    values: dict[str, dict[str, Any]] = {}
    for row in rows:
        if not row.runs:
            values[row.tool] = {"problem": row.problem}
            continue
        single = row.tool.removesuffix(", two workers")
        values[row.tool] = {
            **row.speed(inputs.text_bytes, inputs.documents),
            "times wc -w": row.best / best[WC] if WC in best else None,
            "CPU, times": cpu[row.tool] / cpu[WC] if WC in cpu else None,
            "one worker / two": best[single] / row.best if single != row.tool and single in best else None,
            "right": Measured(row.answer["right"], Target(">=", 1.0)),
        }
    note = (
        f"{inputs.documents} documents of made-up prose, {inputs.text_bytes / 1e6:.1f} MB, {inputs.words:,} words; "
        f"best of {rounds}."
    )
    return Sheet("Limits", note, values, {row.tool: _SHOWS[row.tool] for row in rows})


if __name__ == "__main__":
    sys.stdout.write(json.dumps(work(sys.argv[1], Path(sys.argv[2]))))
