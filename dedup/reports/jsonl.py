"""The format ``jsonl``: the whole result as one JSON object in each line, for tools that read line by line.

The first line has ``"type": "header"`` with the schema, the version and the configuration. Then come, each under its
own type and with the keys that `Result.to_dict` gives it, every ``document``, ``skipped``, ``cluster``, ``passage``
and ``pair``; the last line is ``stats``, so a file without it was cut off.
"""

from __future__ import annotations

from collections.abc import Iterator

from dedup.reports import View
from dedup.result import SCHEMA, Result, encode, plain
from dedup.verdict import Verdict


def render(result: Result, view: View, verdict: Verdict | None = None) -> Iterator[str]:
    """Yield the lines; nothing of ``view`` matters."""
    header: dict[str, object] = {"schema": SCHEMA, "version": result.version, "config": dict(result.config)}
    yield _line("header", header)
    for type_, records in (
        ("document", result.documents),
        ("skipped", result.skipped),
        ("cluster", result.clusters),
        ("passage", result.passages),
        ("pair", result.pairs),
        ("stats", (result.stats,)),
    ):
        for record in records:
            yield _line(type_, plain(record))


def _line(type_: str, values: dict[str, object]) -> str:
    return encode({"type": type_, **values}, compact=True) + "\n"
