"""The format ``json``: the whole result as one object, described by ``result.schema.json``.

With a verdict it is what the check says of the result, schema ``dedup.check/1``, described by ``check.schema.json``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dedup.reports import View
from dedup.result import Result, lay_out
from dedup.verdict import Verdict

CHECK_SCHEMA = "dedup.check/1"


def render(result: Result, view: View, verdict: Verdict | None = None) -> Iterator[str]:
    """Return the JSON that `Result.write` writes and `dedup.result.read_result` reads; nothing of ``view`` matters."""
    return result.to_json() if verdict is None else lay_out(check(result, verdict))


def check(result: Result, verdict: Verdict) -> Mapping[str, Any]:
    """Return the sections of what a check says, in the order of the schema."""
    return {
        "schema": CHECK_SCHEMA,
        "version": result.version,
        "config": dict(result.config),
        "passed": verdict.passed,
        "failures": verdict.failures,
        "ratio": verdict.ratio,
        "findings": verdict.findings,
        "suppressed": verdict.suppressed,
        "notices": verdict.notices,
        "stale": verdict.stale,
        "skipped": result.skipped,
        "documents": result.documents,
        "stats": result.stats,
    }
