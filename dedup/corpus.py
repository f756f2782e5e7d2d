"""Documents in, a corpus out: the texts as UTF-8, sorted by id, to be worked on in batches.

A text is kept once, as UTF-8 (a Python string takes up to four bytes a character), and decoded again where it is shown.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Self

from dedup.errors import InputError
from dedup.model import Document


class Corpus(NamedTuple):
    """Documents sorted by id; a document's number is its place."""

    ids: list[str]
    texts: list[bytes]
    """UTF-8; a surrogate that stands alone is encoded as three bytes."""
    characters: list[int]
    """Code points of each text."""

    @classmethod
    def collect(cls, documents: Iterable[Document]) -> Self:
        """Return documents as a corpus; raises `InputError` when two have one id."""
        ids: list[str] = []
        texts: list[bytes] = []
        characters: list[int] = []
        for document in documents:
            ids.append(document.id)
            texts.append(document.text.encode("utf-8", "surrogatepass"))
            characters.append(len(document.text))
        order = sorted(range(len(ids)), key=ids.__getitem__)
        ids = [ids[number] for number in order]
        for before, after in itertools.pairwise(ids):
            if before == after:
                raise InputError(f"two documents have the id {after!r}; ids must be unique")
        return cls(ids, [texts[number] for number in order], [characters[number] for number in order])

    def batches(self, size: int) -> Iterator[list[bytes]]:
        """Yield the texts of consecutive documents, about ``size`` bytes at a time."""
        return in_batches(self.texts, size)

    def quoted(self, numbers: Iterable[int]) -> Mapping[str, str]:
        """Return the texts of some documents by id."""
        return _Texts({self.ids[number]: self.texts[number] for number in numbers})


def in_batches(texts: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    """Yield consecutive texts, about ``size`` bytes at a time."""
    batch: list[bytes] = []
    held = 0
    for text in texts:
        batch.append(text)
        held += len(text)
        if held >= size:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


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
