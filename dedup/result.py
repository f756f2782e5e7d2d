"""The result of a scan, and its form on disk (schema ``dedup.result/1``).

The mapping of `Result.to_dict` is what ``--output json`` prints and `read_result` reads; ``result.schema.json`` beside
the reports describes it. Texts are not part of it: they stay with the run that read them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dedup.errors import InputError
from dedup.model import Cluster, DocumentInfo, Member, Occurrence, Pair, Passage, Skipped, Span, Stats

SCHEMA = "dedup.result/1"


@dataclass(frozen=True, slots=True)
class Result:
    """What a scan found: everything sorted, so that the same input gives the same bytes.

    ``texts`` holds, by id, the text of each document that has an occurrence (for reports that quote); it is neither
    saved nor compared.
    """

    version: str
    config: Mapping[str, Any]
    documents: tuple[DocumentInfo, ...]
    skipped: tuple[Skipped, ...]
    clusters: tuple[Cluster, ...]
    passages: tuple[Passage, ...]
    pairs: tuple[Pair, ...]
    stats: Stats
    texts: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def keep_ids(self) -> list[str]:
        """Return the ids of the documents that remain when each cluster keeps its representative alone."""
        dropped = {m.document for c in self.clusters for m in c.members if m.document != c.representative}
        return [document.id for document in self.documents if document.id not in dropped]

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values, in the key order of the schema."""
        return {
            "schema": SCHEMA,
            "version": self.version,
            "config": dict(self.config),
            "documents": [asdict(item) for item in self.documents],
            "skipped": [asdict(item) for item in self.skipped],
            "clusters": [asdict(item) for item in self.clusters],
            "passages": [asdict(item) for item in self.passages],
            "pairs": [asdict(item) for item in self.pairs],
            "stats": asdict(self.stats),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Result:
        """Return the result that `to_dict` described; raises `InputError` for any other mapping."""
        if not isinstance(values, Mapping) or values.get("schema") != SCHEMA:
            found = values.get("schema") if isinstance(values, Mapping) else type(values).__name__
            raise InputError(f"not a result of this version: expected schema {SCHEMA!r}, found {found!r}")
        try:
            return cls(
                version=values["version"],
                config=values["config"],
                documents=tuple(DocumentInfo(**item) for item in values["documents"]),
                skipped=tuple(Skipped(**item) for item in values["skipped"]),
                clusters=tuple(
                    Cluster(**{**item, "members": tuple(Member(**member) for member in item["members"])})
                    for item in values["clusters"]
                ),
                passages=tuple(
                    Passage(**{**item, "occurrences": tuple(Occurrence(**place) for place in item["occurrences"])})
                    for item in values["passages"]
                ),
                pairs=tuple(
                    Pair(**{**item, "left": Span(**item["left"]), "right": Span(**item["right"])})
                    for item in values["pairs"]
                ),
                stats=Stats(**values["stats"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError(f"a damaged result: {type(error).__name__}: {error}") from error

    def write(self, path: str | Path) -> None:
        """Write the result as JSON."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, indent=1) + "\n"
        # A lone surrogate in an id cannot be UTF-8; JSON's own escape for it can.
        Path(path).write_bytes(text.encode("utf-8", "backslashreplace"))


def read_result(path: str | Path) -> Result:
    """Return a result that was written as JSON.

    Raises `InputError`, naming the file, when it cannot be read or is not such a result.
    """
    try:
        return Result.from_dict(json.loads(Path(path).read_bytes()))
    except (OSError, ValueError, InputError) as error:
        raise InputError(f"{path}: {error}") from error
