"""The format ``jsonl``: the whole result as one JSON object in each line, for tools that read line by line.

The first line has ``"type": "header"`` with the schema, the version and the configuration. Then come, each under its
own type and with the keys that `Result.to_dict` gives it, every ``document``, ``skipped``, ``cluster``, ``passage``
and ``pair``; the last line is ``stats``, so a file without it was cut off.

With a verdict the records are those of the format ``json`` for a check: every ``finding`` (its passage and status),
``suppressed``, ``notice``, ``stale``, ``skipped`` and ``document``, and what the check says of them all in the header.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dedup.reports import View
from dedup.reports.json import check
from dedup.result import SCHEMA, Result, encode, plain
from dedup.verdict import Verdict

_RESULT = {"documents": "document", "skipped": "skipped", "clusters": "cluster", "passages": "passage", "pairs": "pair"}
_CHECK = {
    "findings": "finding",
    "suppressed": "suppressed",
    "notices": "notice",
    "stale": "stale",
    "skipped": "skipped",
    "documents": "document",
}


def render(result: Result, view: View, verdict: Verdict | None = None) -> Iterator[str]:
    """Yield the lines; nothing of ``view`` matters."""
    types: Mapping[str, str]
    sections: Mapping[str, Any]
    if verdict is None:
        types, sections = _RESULT, {name: getattr(result, name) for name in _RESULT}
        header = {"schema": SCHEMA, "version": result.version, "config": dict(result.config)}
    else:
        types, sections = _CHECK, check(result, verdict)
        header = {name: plain(value) for name, value in sections.items() if name not in types and name != "stats"}
    yield _line("header", header)
    for name, type_ in types.items():
        for record in sections[name]:
            yield _line(type_, plain(record))
    yield _line("stats", plain(result.stats))


def _line(type_: str, values: dict[str, Any]) -> str:
    return encode({"type": type_, **values}, compact=True) + "\n"
