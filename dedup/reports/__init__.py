"""How results are shown.

A format is a module of this package, named like the format, with ``render(result, view, verdict) -> Iterator[str]``; a
new one takes that module and a line in `FORMATS`. With the verdict of a check a format shows what is new and counts
the rest; without one (None), all of the result. Every piece of text that a format yields can be encoded as UTF-8,
whatever the documents hold or are called.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Final, Literal, cast

from dedup.config import suggest
from dedup.errors import ConfigError
from dedup.result import Result
from dedup.verdict import Verdict

FORMATS: Final[Mapping[str, str]] = {
    "text": "made to be read: passages with what differs in them, clusters and a summary",
    "concise": "one line for each occurrence, for editors and grep",
    "json": "the whole result, schema dedup.result/1",
    "jsonl": "the whole result, one record in each line",
    "csv": "one row for each occurrence and each document of a cluster",
    "markdown": "a comment on a pull request, or the summary of a job",
    "github": "annotations that GitHub Actions shows beside the lines of a change",
    "gitlab": "a Code Quality report for GitLab's merge requests",
    "sarif": "SARIF 2.1.0, for code scanning",
    "junit": "a JUnit report: a test case for each new passage, and one for the check",
}
"""The formats there are, and what each is for."""


@dataclass(frozen=True, slots=True)
class View:
    """How much of a result is shown, and how. What a report leaves out, it counts.

    Raises `ConfigError` for a value that cannot be used.
    """

    color: bool = False
    """Use the colours of terminals (``text`` and ``concise``); they never carry meaning alone."""
    limit: int = 100
    """Most passages, and most clusters, in ``text``; 0: all."""
    sort: Literal["size", "path"] = "size"
    """Order of ``text`` and ``concise``: the biggest first, or by document and place."""
    width: int = 100
    """Columns that ``text`` fills with quoted text."""
    excerpt: int = 60
    """Words that ``text`` quotes of a passage, or of one change in it; 0: all."""
    context: int = 5
    """Words that ``text`` quotes on either side of a change."""
    items: int = 12
    """Occurrences of a passage, documents of a cluster and changes of an occurrence in ``text``; 0: all."""
    details: bool = False
    """List what a check lets pass (known, suppressed, ...) in ``text`` and ``concise``, which else count it."""

    def __post_init__(self) -> None:
        for name in ("limit", "width", "excerpt", "context", "items"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise ConfigError(f"{name} must be a whole number, 0 or more, not {value!r}")
        if not isinstance(self.details, bool):
            raise ConfigError(f"details must be true or false, not {self.details!r}")
        if self.sort not in ("size", "path"):
            raise ConfigError(f"sort must be 'size' or 'path', not {self.sort!r}")


def render(result: Result, format: str, view: View = View(), verdict: Verdict | None = None) -> Iterator[str]:
    """Return a result, or what a check says of it, as text in one of `FORMATS`, piece by piece.

    Raises `ConfigError` at once, naming the nearest format, for one that there is not.
    """
    if format not in FORMATS:
        raise ConfigError(f"no output format is called {format!r}; {suggest(format, FORMATS)}")
    return cast(Iterator[str], import_module(f"{__name__}.{format}").render(result, view, verdict))
