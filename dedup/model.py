"""The values that the library takes and returns: documents, spans, passages, clusters.

All of them are frozen and compare by value. Offsets are code points of a document's original text and half-open, so
``text[span.start:span.end]`` is the reported text. Lines and columns count from 1. Similarities lie in [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Self

Kind = Literal["verbatim", "reformatted", "edited", "reordered"]
"""How two spans differ: not at all; in case, white space, punctuation or Unicode form; in words; in their order."""

Progress = Callable[[str, int, int], None]
"""``progress(phase, done, total)``; ``total`` is 0 where it is not known."""


def encode(text: str) -> bytes:
    """Return a string in UTF-8, as texts and ids are kept: a surrogate that stands alone is three bytes."""
    return text.encode("utf-8", "surrogatepass")


def decode(text: bytes | memoryview) -> str:
    """Return the string that `encode` was given."""
    return str(text, "utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Document:
    """A text with a name that is unique in the corpus: ``Document(id, text, masked=())``.

    ``masked`` holds half-open spans of code points that are not compared, sorted and without overlap. They belong to
    the text all the same: offsets, lines and what is quoted are those of the text as it stands.
    """

    id: str
    utf8: bytes
    """The text; a surrogate that stands alone is encoded as three bytes."""
    characters: int
    """Code points of the text."""
    masked: tuple[tuple[int, int], ...]

    def __init__(self, id: str, text: str, masked: tuple[tuple[int, int], ...] = ()) -> None:
        _fill(self, id, encode(text), len(text), masked)

    @classmethod
    def encoded(cls, id: str, utf8: bytes, characters: int, masked: tuple[tuple[int, int], ...] = ()) -> Self:
        """Return the document of a text that is in UTF-8 and has so many code points; both are taken on trust."""
        document = cls.__new__(cls)
        _fill(document, id, utf8, characters, masked)
        return document

    @property
    def text(self) -> str:
        """The text, decoded each time that it is asked for."""
        return decode(self.utf8)

    def __repr__(self) -> str:
        masked = f", masked={self.masked!r}" if self.masked else ""
        return f"Document(id={self.id!r}, text={self.text!r}{masked})"


def _fill(document: Document, id: str, utf8: bytes, characters: int, masked: tuple[tuple[int, int], ...]) -> None:
    assign = object.__setattr__
    assign(document, "id", id)
    assign(document, "utf8", utf8)
    assign(document, "characters", characters)
    assign(document, "masked", masked)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points in one document's original text."""

    document: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, order=True)
class Occurrence(Span):
    """One span of a passage, with the lines and columns that an editor shows (``end_column`` is exclusive)."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Passage:
    """Two or more occurrences of nearly the same text, in document and text order.

    ``id`` is a fingerprint of the folded words of the representative occurrence; ``words`` counts them; ``similarity``
    is the lowest of the occurrences against the representative.
    """

    id: str
    words: int
    similarity: float
    kind: Kind
    occurrences: tuple[Occurrence, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two aligned spans, left before right in document and text order; ``passage`` is the id of theirs."""

    passage: str
    similarity: float
    left: Span
    right: Span


@dataclass(frozen=True, slots=True)
class Member:
    """A document of a cluster, compared with the representative.

    ``jaccard`` is that of the two shingle sets; ``containment`` is the share of the smaller set that is in the other.
    """

    document: str
    jaccard: float
    containment: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """Near-duplicate documents: the representative and those verified against it, sorted by id."""

    id: str
    representative: str
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """What is reported of a document that was read."""

    id: str
    words: int
    characters: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """Input that was not read, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Stats:
    """Totals of a run; ``seconds`` is the one value that may differ between two runs over the same input."""

    documents: int
    words: int
    seconds: float
