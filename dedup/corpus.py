"""Documents in, a corpus out: the texts as UTF-8, in batches as they come, and then sorted by id.

A text is kept once, as UTF-8 (a Python string takes up to four bytes a character), and decoded again where it is shown.
What of a document is masked is searched as if it were blank, at the same offsets; there alone the text is kept twice.
"""

from __future__ import annotations

import itertools
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup.errors import InputError
from dedup.model import Document

_BLANKS = ("", " ", "\u00a0", "\u3000", "\U000e0001")
"""By length in UTF-8, a code point that is neither part of a word nor punctuation."""
_SAME_LENGTH = re.compile("([^\r\n\x80-\U0010ffff]+)|([\x80-\u07ff]+)|([\u0800-\uffff]+)|([\U00010000-\U0010ffff]+)")
"""Stretches of code points that have one length in UTF-8; not line ends, which stay."""


class Corpus(NamedTuple):
    """Documents sorted by id; a document's number is its place."""

    ids: list[str]
    texts: list[bytes]
    """What is searched, in UTF-8; a surrogate that stands alone is encoded as three bytes."""
    characters: NDArray[np.int64]
    """``int64[n_documents]``: code points of each text."""
    unmasked: Mapping[int, bytes] = {}
    """The texts as they were given, of the documents that are masked: the same to the byte, but for what is masked."""

    @property
    def originals(self) -> Sequence[bytes]:
        """The texts as they were given."""
        if not self.unmasked:
            return self.texts
        return [self.unmasked.get(number, text) for number, text in enumerate(self.texts)]

    def quoted(self, numbers: Iterable[int]) -> Mapping[str, str]:
        """Return the texts of some documents by id, as they were given."""
        return _Texts({self.ids[number]: self.unmasked.get(number, self.texts[number]) for number in numbers})


class Intake:
    """Takes documents in as they come: their texts can be worked on while others are read."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._texts: list[bytes] = []
        self._characters = array("q")
        self._unmasked: dict[int, bytes] = {}

    def batches(self, documents: Iterable[Document], size: int) -> Iterator[list[bytes]]:
        """Yield the texts of the documents, taken in, about ``size`` bytes at a time.

        Raises `InputError` for a document whose masked spans are none.
        """
        batch: list[bytes] = []
        held = 0
        for document in documents:
            text = document.utf8
            if document.masked:
                self._unmasked[len(self._ids)] = text
                text = _masked(document).encode("utf-8", "surrogatepass")
            self._ids.append(document.id)
            self._texts.append(text)
            self._characters.append(document.characters)
            batch.append(text)
            held += len(text)
            if held >= size:
                yield batch
                batch, held = [], 0
        if batch:
            yield batch

    def corpus(self) -> tuple[Corpus, NDArray[np.int64]]:
        """Return what was taken in, and for each document of the corpus which one it was (``int64[n_documents]``).

        Raises `InputError` when two have one id.
        """
        order = np.array(sorted(range(len(self._ids)), key=self._ids.__getitem__), np.int64)
        ids = [self._ids[number] for number in order.tolist()]
        for before, after in itertools.pairwise(ids):
            if before == after:
                raise InputError(f"two documents have the id {after!r}; ids must be unique")
        texts = [self._texts[number] for number in order.tolist()]
        unmasked = {}
        if self._unmasked:
            places = enumerate(order.tolist())
            unmasked = {place: self._unmasked[number] for place, number in places if number in self._unmasked}
        return Corpus(ids, texts, np.array(self._characters, np.int64)[order], unmasked), order


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


def _masked(document: Document) -> str:
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


def decode(text: bytes) -> str:
    """Return a text of a corpus as a string."""
    return text.decode("utf-8", "surrogatepass")


class _Texts(Mapping[str, str]):
    """Texts by id, decoded when asked for."""

    def __init__(self, encoded: Mapping[str, bytes]) -> None:
        self._encoded = encoded

    def __getitem__(self, name: str) -> str:
        return decode(self._encoded[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._encoded)

    def __len__(self) -> int:
        return len(self._encoded)
