"""Markdown tables, and targets beside what was measured."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
