"""Documents in, a corpus out: the texts as UTF-8, in batches as they come, and then sorted by id.

A text is kept once, as UTF-8 (a Python string takes up to four bytes a character), in the buffer of the batch that it
came in, and decoded again where it is shown. What of a document is masked is searched as if it were blank, at the same
offsets; of batches with such documents alone the texts are kept twice.

Cost: a sort of the ids; for each document 8 bytes in its order and for each of its columns.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from dedup import kernels
from dedup.arrays import I64, Places, narrowed
from dedup.columns import Names, StringColumn, Strings, cut
from dedup.errors import InputError
from dedup.model import Document, decode, encode

_BLANKS = ("", " ", "\u00a0", "\u3000", "\U000e0001")
"""By length in UTF-8, a code point that is neither part of a word nor punctuation."""
_SAME_LENGTH = re.compile("([^\r\n\x80-\U0010ffff]+)|([\x80-\u07ff]+)|([\u0800-\uffff]+)|([\U00010000-\U0010ffff]+)")
"""Stretches of code points that have one length in UTF-8; not line ends, which stay."""


class Documents(NamedTuple):
    """Many documents as columns, an element of each for every document."""

    ids: Strings
    texts: Strings
    """What is searched, in UTF-8; a surrogate that stands alone is encoded as three bytes."""
    characters: I64
    """``int64[n_documents]``: code points of each text."""
    originals: Strings
    """The texts as they were given: the same to the byte, but for what is masked, and the same object if nothing is."""

    @classmethod
    def of(cls, documents: Sequence[Document]) -> Documents:
        """Return documents as columns; raises `InputError` for one whose masked spans are none."""
        ids = Strings.of([encode(document.id) for document in documents])
        originals = Strings.of([document.utf8 for document in documents])
        searched = originals
        if any(document.masked for document in documents):
            searched = Strings.of([encode(_searched(document)) for document in documents])
        return cls(ids, searched, np.array([document.characters for document in documents], np.int64), originals)

    @classmethod
    def joined(cls, parts: Sequence[Documents]) -> Documents:
        """Return several as one; a single one is returned as it is."""
        if len(parts) == 1:
            return parts[0]
        texts = originals = Strings.joined([part.texts for part in parts])
        if any(part.texts is not part.originals for part in parts):
            originals = Strings.joined([part.originals for part in parts])
        ids = Strings.joined([part.ids for part in parts])
        return cls(ids, texts, np.concatenate([part.characters for part in parts]), originals)

    @property
    def size(self) -> int:
        """Bytes of the texts."""
        return len(self.texts.buffer)

    def pieces(self, size: int) -> Iterator[Documents]:
        """Yield the documents in their order, about ``size`` bytes at a time."""
        stretches = list(cut(np.diff(self.texts.offsets), size))
        yield from [self] if len(stretches) == 1 else map(self.part, stretches)

    def part(self, own: slice) -> Documents:
        """Return some of the documents, which lie together."""
        texts = originals = self.texts[own]
        if self.originals is not self.texts:
            originals = self.originals[own]
        return Documents(self.ids[own], texts, self.characters[own], originals)

    def singly(self) -> Iterator[Document]:
        """Yield the documents one at a time, with their texts as they were given; what was masked is not known."""
        columns = self.ids.tolist(), self.originals.tolist(), self.characters.tolist()
        for name, text, characters in zip(*columns, strict=True):
            yield Document.encoded(decode(name), text, characters)


class Corpus(NamedTuple):
    """Documents sorted by id; a document's number is its place."""

    ids: Names
    texts: StringColumn
    """What is searched, in UTF-8; a surrogate that stands alone is encoded as three bytes."""
    characters: Places
    """``[n_documents]``: code points of each text."""
    originals: StringColumn
    """The texts as they were given: the same to the byte, but for what is masked."""

    def quoted(self, numbers: I64) -> Mapping[str, str]:
        """Return the texts of some documents by id, as they were given."""
        names = self.ids.take(numbers)
        return _Texts(dict(zip(names, range(len(names)), strict=True)), self.originals.only(numbers))


class Intake:
    """Takes documents in as they come: their texts can be worked on while others are read."""

    def __init__(self) -> None:
        self._parts: list[Documents] = []
        self.size = 0
        """Bytes of the texts that were taken in."""

    def batches(self, documents: Iterable[Document | Documents], size: int) -> Iterator[Strings]:
        """Yield the texts of the documents, taken in, about ``size`` bytes at a time.

        What comes as columns is not copied to be with others if it has half as many. Raises `InputError` for a document
        whose masked spans are none.
        """
        batch: list[Document | Documents] = []
        held = 0
        for item in documents:
            for piece in item.pieces(size) if isinstance(item, Documents) else [item]:
                more, enough = (piece.size, size // 2) if isinstance(piece, Documents) else (len(piece.utf8), size)
                if batch and more >= enough:  # nor is a long text
                    yield self._take_in(batch)
                    batch, held = [], 0
                batch.append(piece)
                held += more
                if held >= enough:
                    yield self._take_in(batch)
                    batch, held = [], 0
        if batch:
            yield self._take_in(batch)

    def _take_in(self, batch: Sequence[Document | Documents]) -> Strings:
        parts: list[Documents] = []
        for _, some in itertools.groupby(batch, type):
            alike = list(some)
            parts += [part for part in alike if isinstance(part, Documents)]
            if single := [part for part in alike if isinstance(part, Document)]:
                parts.append(Documents.of(single))
        taken = Documents.joined(parts)
        self._parts.append(taken)
        self.size += taken.size
        return taken.texts

    def corpus(self) -> tuple[Corpus, I64]:
        """Return what was taken in, and for each document of the corpus which one it was (``int64[n_documents]``).

        Raises `InputError` when two have one id.
        """
        parts = self._parts or [Documents.of([])]
        encoded = Strings.joined([part.ids for part in parts])
        order, repeated = kernels.string_order(encoded.buffer, encoded.offsets)
        ids = Names(StringColumn([encoded], order))
        if len(repeated):
            raise InputError(f"two documents have the id {ids[repeated[0]]!r}; ids must be unique")
        texts = originals = StringColumn([part.texts for part in parts], order)
        if any(part.texts is not part.originals for part in parts):
            originals = StringColumn([part.originals for part in parts], order)
        characters = narrowed(np.concatenate([part.characters for part in parts]))
        return Corpus(ids, texts, characters[order], originals), order


def blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return a text of which some spans, sorted and without overlap, hold nothing but blanks and the same line ends.

    Every other code point keeps its place, counted in code points and in bytes of UTF-8.
    """
    pieces: list[str] = []
    at = 0
    for start, end in spans:
        pieces += (text[at:start], _SAME_LENGTH.sub(_blanks, text[start:end]))
        at = end
    return "".join((*pieces, text[at:]))


def _blanks(stretch: re.Match[str]) -> str:
    return _BLANKS[stretch.lastindex or 0] * len(stretch[0])


def _searched(document: Document) -> str:
    """Return what is searched of a document; raises `InputError` where its masked spans are none."""
    at = 0
    for start, end in document.masked:
        if not at <= start <= end <= document.characters:
            raise InputError(
                f"document {document.id!r}: masked spans must be sorted, lie in the text of {document.characters} code "
                f"points and not overlap; ({start}, {end}) does not"
            )
        at = end
    return blank(document.text, document.masked)


class _Texts(Mapping[str, str]):
    """Texts by id, decoded when asked for."""

    def __init__(self, numbers: Mapping[str, int], encoded: StringColumn) -> None:
        self._numbers = numbers
        self._encoded = encoded

    def __getitem__(self, name: str) -> str:
        return decode(self._encoded.view(self._numbers[name]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)
