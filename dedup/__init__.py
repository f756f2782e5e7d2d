"""Finds near-duplicate documents and reused passages, with exact spans, also when the copy was edited.

>>> import dedup
>>> result = dedup.scan({"a.txt": "...", "b.txt": "..."}, dedup.Config(min_words=15))
>>> result.passages
()
"""

from typing import TYPE_CHECKING, Any

from dedup.config import Config
from dedup.errors import ConfigError, DedupError, InputError
from dedup.model import Cluster, Document, DocumentInfo, Member, Occurrence, Pair, Passage, Skipped, Span, Stats
from dedup.result import Result, read_result

if TYPE_CHECKING:
    from dedup.api import compare, scan

__version__ = "0.1.0"

__all__ = [
    "Cluster",
    "Config",
    "ConfigError",
    "DedupError",
    "Document",
    "DocumentInfo",
    "InputError",
    "Member",
    "Occurrence",
    "Pair",
    "Passage",
    "Result",
    "Skipped",
    "Span",
    "Stats",
    "compare",
    "read_result",
    "scan",
]


def __getattr__(name: str) -> Any:
    # What needs numpy is imported when it is used: `dedup --help` and a bare import stay fast.
    if name in ("compare", "scan"):
        from dedup import api

        return getattr(api, name)
    raise AttributeError(f"module 'dedup' has no attribute {name!r}")
