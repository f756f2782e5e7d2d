"""Tools that look for passages, run in a process of Python; commands such as jscpd stand in `passages_speed`.

The input is a JSON file: ``{"pairs": [[text, text], ...]}`` for tools that compare two texts, ``{"folder": path}`` for
those that read a folder. What they find are spans, in code points.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path

from benchmarks.peers.tools import Clock, Quoted, Run, Sides, Tool

SHORTEST_CHARACTERS, SHORTEST_WORDS = 50, 9
"""What copydetect and difflib are told to report."""

Compare = Callable[[str, str], "list[Sides]"]


def _each(prepare: Callable[[], Compare]) -> Callable[[], Run]:
    """Return the tool that applies a comparison to all pairs."""

    def prepared() -> Run:
        compare = prepare()

        def run(path: Path, threshold: float, clock: Clock) -> Quoted:
            pairs = json.loads(path.read_text(encoding="utf-8"))["pairs"]
            clock.lap("load")
            found = [(number, sides) for number, pair in enumerate(pairs) for sides in compare(*pair)]
            clock.lap("compare")
            return Quoted([*found])

        return run

    return prepared


def _dedup() -> Compare:
    import dedup

    def compare(a: str, b: str) -> list[Sides]:
        found = dedup.compare(a, b, dedup.Config(jobs=1))
        return [(pair.left.start, pair.left.end, pair.right.start, pair.right.end) for pair in found]

    return compare


def _quid() -> Compare:
    from quid.core.Quid import Quid  # type: ignore[import-not-found]

    def compare(a: str, b: str) -> list[Sides]:
        found = Quid(include_text_in_result=False).compare(a, b)
        sides = [(pair.source_span, pair.target_span) for pair in found]
        return [(left.start, left.end, right.start, right.end) for left, right in sides]

    return compare


def _difflib() -> Compare:
    import re
    from difflib import SequenceMatcher

    words = re.compile(r"\w+")

    def compare(a: str, b: str) -> list[Sides]:
        left, right = ([(word.group().casefold(), *word.span()) for word in words.finditer(text)] for text in (a, b))
        keys = [[word for word, _, _ in side] for side in (left, right)]
        runs = SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_matching_blocks()
        long = [(run.a, run.b, run.size - 1) for run in runs if run.size >= SHORTEST_WORDS]
        return [(left[x][1], left[x + n][2], right[y][1], right[y + n][2]) for x, y, n in long]

    return compare


def _copydetect() -> Run:
    from copydetect import CopyDetector  # type: ignore[import-not-found]

    def run(path: Path, threshold: float, clock: Clock) -> Quoted:
        folder = json.loads(path.read_text(encoding="utf-8"))["folder"]
        detector = CopyDetector(
            test_dirs=[folder],
            ref_dirs=[folder],
            extensions=["*"],
            noise_t=SHORTEST_CHARACTERS,
            guarantee_t=SHORTEST_CHARACTERS,
            display_t=0.0,
            disable_filtering=True,
            autoopen=False,
            silent=True,
        )
        detector.run()
        clock.lap("run")
        spans: list[tuple[int, Sides] | tuple[str, str, Sides]] = []
        for (one, other), (left, right) in detector.slice_matrix.items():
            slices = [list(zip(*side.astype(int).tolist(), strict=True)) for side in (left, right)]
            spans += [(Path(one).name, Path(other).name, (*a, *b)) for a, b in product(*slices)]
        return Quoted(spans)

    return run


TOOLS: dict[str, Tool] = {
    "dedup.compare": Tool(_each(_dedup), "Two texts at a time, by the library."),
    "Quid": Tool(
        _each(_quid), "Quotations of one text in another, with its defaults; MinHash, then rapidfuzz.", "quid"
    ),
    "difflib": Tool(
        _each(_difflib), "The naive floor: Python's longest common runs of words, none left out as too frequent."
    ),
    "copydetect": Tool(
        _copydetect,
        "Winnowing of characters, every two files compared, without its filter, which drops prose. It does not say "
        "which place of one file goes with which of the other: all combinations count.",
        "copydetect",
    ),
}
