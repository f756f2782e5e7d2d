"""The format ``json``: the whole result as one object, described by ``result.schema.json``."""

from __future__ import annotations

from collections.abc import Iterator

from dedup.reports import View
from dedup.result import Result
from dedup.verdict import Verdict


def render(result: Result, view: View, verdict: Verdict | None = None) -> Iterator[str]:
    """Return the JSON that `Result.write` writes and `dedup.result.read_result` reads; nothing of ``view`` matters."""
    return result.to_json()
