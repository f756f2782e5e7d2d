"""Growth of single parts: four times the input, for inputs that make careless code quadratic, in time of the processor.

What `scaling` is for whole scans of large files, this is for texts of one line or word, and for what works on texts or
results in Python: Markdown, markers, rules and baselines. Every size runs in this process, without other threads.
"""

from __future__ import annotations

import gc
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from random import Random

import dedup
from benchmarks import hostile
from benchmarks.corpora import Prose
from benchmarks.runs import Settings
from benchmarks.tables import Measured, Sheet, Target
from dedup import Config, Document, Result
from dedup.check import Baseline, Marked, Marker, Rules, judge, suppress
from dedup.check.markers import find_marks
from dedup.readers.markdown import scan

TIMES = 4
GROWTH = Target("<=", TIMES * 1.25)
ROUNDS = 3
STEADY_SECONDS = 0.02
"""Growth has no target where the smaller input takes less than this, and the larger less than `TIMES` as long."""

Work = Callable[[], object]
Part = Callable[[int], Work]
"""Makes an input of so many units, and returns the work to be done with it."""


def run_growth(settings: Settings) -> Iterator[Sheet]:
    """Let every part work on an input, and on one four times as large."""
    rounds = settings.rounds or ROUNDS
    rows = {}
    for name in settings.chosen(PARTS):
        part, units = PARTS[name]
        small, large = (_seconds(part, size, rounds) for size in (units, TIMES * units))
        steady = max(small, large / TIMES) >= STEADY_SECONDS
        growth = large / max(small, 1e-6)
        rows[name] = {
            "units": units,
            "CPU s": small,
            "CPU s of four times": large,
            "times": Measured(large / max(small, STEADY_SECONDS), GROWTH) if steady else growth,
        }
    yield Sheet("Growth of parts", f"Four times the units, in one process; the least of {rounds} runs.", rows)


def _seconds(part: Part, units: int, rounds: int) -> float:
    """Return the least time of the processor for a piece of work, over some rounds."""
    taken = []
    for _ in range(rounds):
        work = part(units)
        gc.collect()
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)


def _markdown(text: str, units: int) -> Work:
    return partial(deque, scan(text * units), 0)  # takes all and keeps nothing


def _markers(name: str, text: str, units: int) -> Work:
    return partial(find_marks, Document(name, text * units))


def _rules(owners: str, units: int) -> Work:
    return partial(suppress, hostile.one_passage(units, hostile.OWNERS[owners]), hostile.RULES, {})


def _scattered_markers(units: int) -> Work:
    """Markers at random places of a document in which one text stands on every other line."""
    result = hostile.one_passage(units, ["a"])
    bounds = sorted(Random(1).sample(range(100 * units), 2 * (units // 5)))
    spans = zip(bounds[::2], bounds[1::2], strict=True)
    markers = tuple(Marker("ignore-next", number, start, end, "") for number, (start, end) in enumerate(spans, 1))
    return partial(suppress, result, Rules(), {"a": Marked(markers)})


def _baseline(units: int) -> Work:
    """A baseline with many records of a text that now stands once more."""
    prose = Prose(5)
    shared = prose.text(60)
    texts = {name: f"{prose.text(60)} {shared}" for name in "abc"}
    before, now = (dedup.scan(own, _PASSAGES) for own in ({name: texts[name] for name in "ab"}, texts))
    [record] = Baseline.of(before.passages, before.texts).records
    records = tuple(replace(record, id=f"{number:016x}") for number in range(units))
    return partial(judge, now, baseline=Baseline(records))


def _one_text(words: str, units: int) -> Work:
    return partial(_scan, {"a": _repeated(words, units)})


def _two_texts(words: str, units: int) -> Work:
    """Two texts that are the same for nearly all of their length: there are as many ways to align them as words."""
    prose = Prose(5)
    return partial(_scan, {name: _repeated(words, units // 2) + prose.text(300) for name in "ab"})


def _chunks(units: int) -> Work:
    """Texts of 100 words that overlap by 90, as chunks for a search do: all hang together, in very many passages."""
    words = Prose(5).pieces(10 * units + 100)
    return partial(_scan, {f"{number}": "".join(words[10 * number : 10 * number + 100]) for number in range(units)})


def _repeated(words: str, count: int) -> str:
    return f"{words} " * (count // len(words.split()))


def _scan(texts: dict[str, str]) -> Result:
    return dedup.scan(texts, _PASSAGES)


_PASSAGES = Config(clusters=False, jobs=1)
_REPEATED = {
    "one word": "again",
    "two words": "again and",
    "a line": hostile.LINE,
    "a paragraph": Prose(7).text(200),
}

PARTS: dict[str, tuple[Part, int]] = {
    **{f"{name} in one text": (partial(_one_text, words), 200_000) for name, words in _REPEATED.items()},
    **{f"{name} in two texts": (partial(_two_texts, words), 200_000) for name, words in _REPEATED.items()},
    "chunks that overlap": (_chunks, 2_000),
    **{f"Markdown: {name}": (partial(_markdown, text), 5) for name, text in hostile.MARKDOWN.items()},
    **{
        f"markers: {name}, {end}": (partial(_markers, f"a{end}", text), 5)
        for name, text in hostile.MARKERS.items()
        for end in (".md", ".txt")
    },
    **{f"rules: {owners}": (partial(_rules, owners), 5_000) for owners in hostile.OWNERS},
    "rules: markers at random": (_scattered_markers, 5_000),
    "baseline: records of one text": (_baseline, 5_000),
}
"""The parts, and the units of their smaller inputs."""
