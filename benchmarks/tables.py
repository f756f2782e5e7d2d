"""Markdown tables, and targets beside what was measured."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_COMPARE: dict[str, Callable[[float, float], bool]] = {">=": operator.ge, "<=": operator.le, "=": operator.eq}


@dataclass(frozen=True, slots=True)
class Target:
    """What a measure has to reach, e.g. ``Target(">=", 0.965)``."""

    sign: str
    value: float

    def is_met(self, measured: float | None) -> bool:
        """Whether a measured value reaches the target; nothing measured does not."""
        return measured is not None and _COMPARE[self.sign](measured, self.value)


def cell(measured: float | None, target: Target | None = None) -> str:
    """Return a measured value, with its target and the verdict where there is one."""
    shown = "-" if measured is None else f"{measured:.0f}" if isinstance(measured, int) else f"{measured:.4f}"
    if target is None:
        return shown
    verdict = "met" if target.is_met(measured) else "**MISSED**"
    return f"{shown} ({target.sign} {target.value:g}: {verdict})"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table with its columns aligned."""
    lines = [list(header), *[list(row) for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    lines.insert(1, ["-" * width for width in widths])
    padded = [[value.ljust(width) for value, width in zip(line, widths, strict=True)] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in padded)


def show(*paragraphs: str) -> None:
    """Print paragraphs, at once, so that a long run can be watched."""
    sys.stdout.write("\n\n".join(paragraphs) + "\n\n")
    sys.stdout.flush()


@dataclass(frozen=True, slots=True)
class Measured:
    """A value that has a target; `None` where nothing was measured."""

    value: float | None
    target: Target


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of an experiment: named rows, and one sentence on what each shows."""

    title: str
    note: str
    rows: Mapping[str, Mapping[str, Any]]
    """By the row's name: values by column. A row that has only ``problem`` says so across its cells."""
    shows: Mapping[str, str] = field(default_factory=dict)

    def show(self) -> None:
        """Print the table as Markdown."""
        columns = list(dict.fromkeys(name for row in self.rows.values() for name in row if name != "problem"))
        lines = [
            [name, *([row["problem"], *["-"] * (len(columns) - 1)] if row.get("problem") else _cells(row, columns))]
            for name, row in self.rows.items()
        ]
        listed = "\n".join(f"- {name}: {sentence}" for name, sentence in self.shows.items())
        show(f"## {self.title}", self.note, table(["row", *(columns or ["problem"])], lines), *filter(None, [listed]))

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain values; a value with a target becomes its value, the target and the verdict."""
        rows = {name: {column: _plain(value) for column, value in row.items()} for name, row in self.rows.items()}
        return {"title": self.title, "note": self.note, "rows": rows, "shows": dict(self.shows)}


def figure(value: float | str | Measured | None) -> str:
    """Return a value as tables of speed show it: three or four digits that mean something."""
    if isinstance(value, Measured):
        verdict = "met" if value.target.is_met(value.value) else "**MISSED**"
        return f"{figure(value.value)} ({value.target.sign} {value.target.value:g}: {verdict})"
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    if isinstance(value, int) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def _cells(row: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    return [figure(row.get(column)) for column in columns]


def _plain(value: Any) -> Any:
    if isinstance(value, Measured):
        target = f"{value.target.sign} {value.target.value:g}"
        return {"value": value.value, "target": target, "met": value.target.is_met(value.value)}
    return value
