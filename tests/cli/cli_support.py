"""What the tests of the command line share: how a command ended, and a stub of the scan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, pairwise

import dedup
from dedup.config import Config
from dedup.corpus import Documents
from dedup.model import Document, DocumentInfo, Occurrence, Pair, Passage, Progress, Skipped, Span, Stats
from dedup.result import Result


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@dataclass
class Scans:
    """The scans that a stub was asked for: settings and documents of each."""

    configs: list[Config] = field(default_factory=list)
    documents: list[list[Document]] = field(default_factory=list)
    error: BaseException | None = None

    @property
    def config(self) -> Config:
        assert len(self.configs) == 1
        return self.configs[0]

    @property
    def ids(self) -> list[str]:
        assert len(self.documents) == 1
        return [document.id for document in self.documents[0]]

    def scan_documents(
        self,
        documents: Iterable[Document | Documents],
        config: Config,
        *,
        skipped: Iterable[Skipped] = (),
        progress: Progress | None = None,
    ) -> Result:
        """Find the first four words of the first document in every document."""
        items = ([item] if isinstance(item, Document) else item.singly() for item in documents)
        found = list(chain.from_iterable(items))
        self.configs.append(config)
        self.documents.append(found)
        if self.error is not None:
            raise self.error
        if progress is not None:
            progress("reading", len(found), 0)
        return result_of(found, config, skipped)


def result_of(documents: list[Document], config: Config, skipped: Iterable[Skipped] = ()) -> Result:
    """Return the result that says: the first four words of the first document stand wherever they do stand."""
    wanted = " ".join(documents[0].text.split()[:4]) if documents else ""
    places = tuple(place for document in documents for place in _places(document, wanted))
    passages = (Passage("p1", 4, 1.0, "verbatim", places),) if len(places) > 1 else ()
    spans = [Span(place.document, place.start, place.end) for place in places]
    pairs = tuple(Pair("p1", 1.0, left, right) for left, right in pairwise(spans))
    return Result(
        version=dedup.__version__,
        config=config.to_dict(),
        documents=tuple(DocumentInfo(item.id, len(item.text.split()), len(item.text)) for item in documents),
        skipped=tuple(sorted(skipped, key=lambda item: item.path)),
        clusters=(),
        passages=passages,
        pairs=pairs,
        stats=Stats(len(documents), sum(len(item.text.split()) for item in documents), 0.0),
        texts={item.id: item.text for item in documents},
    )


def _places(document: Document, wanted: str) -> Iterator[Occurrence]:
    start = document.text.find(wanted) if wanted else -1
    while start >= 0:
        end = start + len(wanted)
        yield Occurrence(document.id, start, end, 1, start + 1, 1, end + 1)
        start = document.text.find(wanted, end)
