"""Known passages and what tools report of them, for the experiments that time passages."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from benchmarks.measures import Sides, assess, score
from benchmarks.runs import ROOT
from dedup.model import Span

HALF = 0.5
_ALL_PAIRS = 32


def judged(cases: Sequence[Sides], found: Iterable[Sides]) -> dict[str, float]:
    """Return the measures of the quality benchmark, by characters."""
    result = score(assess(cases, found))
    return {
        "recall": result.recall,
        "precision": result.precision,
        "granularity": result.granularity,
        "plagdet": result.plagdet,
    }


def share_found(cases: Mapping[str, Sequence[Sides]], found: Sequence[Sides]) -> dict[str, float]:
    """Return, for each kind of case, the share of cases of which half the characters are covered."""
    listed = [(kind, case) for kind, of_kind in cases.items() for case in of_kind]
    linked = assess([case for _, case in listed], found).by_case
    covered: dict[str, list[bool]] = defaultdict(list)
    for (kind, _), link in zip(listed, linked, strict=True):
        covered[kind].append(link.covered >= HALF)
    return {kind: sum(flags) / len(flags) for kind, flags in covered.items()}


def of_dedup(result: Mapping[str, Any], folder: Path) -> list[Sides]:
    """Return what a saved result reports of a folder: pairs of occurrences, and of whole documents in one cluster.

    Of a passage with very many occurrences each one is paired with the first alone.
    """
    size = {document["id"]: document["characters"] for document in result["documents"]}
    within = {name: (ROOT / name).relative_to(folder).as_posix() for name in size}
    found: list[Sides] = []
    for passage in result["passages"]:
        spans = [Span(within[place["document"]], place["start"], place["end"]) for place in passage["occurrences"]]
        found += combinations(spans, 2) if len(spans) <= _ALL_PAIRS else [(spans[0], span) for span in spans[1:]]
    for cluster in result["clusters"]:
        names = sorted({cluster["representative"], *(member["document"] for member in cluster["members"])})
        wholes = [Span(within[name], 0, size[name]) for name in names]
        found += combinations(wholes, 2) if len(wholes) <= _ALL_PAIRS else [(wholes[0], whole) for whole in wholes[1:]]
    return found


def of_jscpd(report: Path, folder: Path) -> list[Sides]:
    """Return what jscpd reports in JSON; its positions are bytes."""
    texts: dict[str, bytes] = {}

    def span(side: Mapping[str, Any]) -> Span:
        path = Path(side["name"])
        name = path.relative_to(folder).as_posix() if path.is_absolute() else path.as_posix()
        text = texts.setdefault(name, (folder / name).read_bytes())
        first, last = (side[end]["position"] for end in ("startLoc", "endLoc"))
        start = len(text[:first].decode(errors="ignore"))
        return Span(name, start, start + len(text[first:last].decode(errors="ignore")))

    clones = json.loads(report.read_text(encoding="utf-8"))["duplicates"]
    return [(span(clone["firstFile"]), span(clone["secondFile"])) for clone in clones]
