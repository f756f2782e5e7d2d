"""What the tests of the check share: prose of words that chance does not repeat, and a check of texts in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import dedup
from dedup.check import Baseline, Limits, judge
from dedup.check.changes import Changes
from dedup.verdict import Verdict

COMMON = [
    "the", "of", "and", "a", "to", "in", "is", "that", "it", "was", "for", "on", "as", "with", "at", "by",
    "this", "from", "but", "not", "are", "be", "have", "an", "or", "which",
]  # fmt: skip


def scan(texts: Mapping[str, str], min_words: int = 15) -> dedup.Result:
    return dedup.scan(texts, dedup.Config(min_words=min_words, clusters=False, jobs=1))


def baseline_of(texts: Mapping[str, str], min_words: int = 15) -> Baseline:
    result = scan(texts, min_words)
    return Baseline.of(result.passages, result.texts)


def check(
    texts: Mapping[str, str], baseline: Baseline | None, min_words: int = 15, changes: Changes | None = None
) -> Verdict:
    return judge(scan(texts, min_words), Limits(), baseline=baseline, changes=changes)


def statuses(verdict: Verdict) -> list[str]:
    return [finding.status for finding in verdict.findings]


def prose(random: Random, count: int, name: str = "") -> list[str]:
    """Return words like those of a text: four in ten are common ones, the others stand once or twice."""
    return [
        random.choice(COMMON) if random.random() < 0.4 else f"{name}{''.join(random.choices('bcdfglmnprstv', k=5))}"
        for _ in range(count)
    ]


def around(random: Random, copies: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return documents ``d0``, ``d1``, ..., each with one of some copies between words of its own."""
    return {
        f"d{number}": " ".join([*prose(random, 40, "x"), *copy, *prose(random, 40, "y")])
        for number, copy in enumerate(copies)
    }
