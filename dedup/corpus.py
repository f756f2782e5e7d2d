"""Documents in, a corpus out: the texts as UTF-8, in batches as they come, and then sorted by id.

A text is kept once, as UTF-8 (a Python string takes up to four bytes a character), and decoded again where it is shown.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from dedup.errors import InputError
from dedup.model import Document


class Corpus(NamedTuple):
    """Documents sorted by id; a document's number is its place."""

    ids: list[str]
    texts: list[bytes]
    """UTF-8; a surrogate that stands alone is encoded as three bytes."""
    characters: list[int]
    """Code points of each text."""

    def quoted(self, numbers: Iterable[int]) -> Mapping[str, str]:
        """Return the texts of some documents by id."""
        return _Texts({self.ids[number]: self.texts[number] for number in numbers})


class Intake:
    """Takes documents in as they come: their texts can be worked on while others are read."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._texts: list[bytes] = []
        self._characters: list[int] = []

    def batches(self, documents: Iterable[Document], size: int) -> Iterator[list[bytes]]:
        """Yield the texts of the documents, taken in, about ``size`` bytes at a time."""
        batch: list[bytes] = []
        held = 0
        for document in documents:
            text = document.text.encode("utf-8", "surrogatepass")
            self._ids.append(document.id)
            self._texts.append(text)
            self._characters.append(len(document.text))
            batch.append(text)
            held += len(text)
            if held >= size:
                yield batch
                batch, held = [], 0
        if batch:
            yield batch

    def corpus(self) -> tuple[Corpus, list[int]]:
        """Return what was taken in, and for each document of the corpus which one it was.

        Raises `InputError` when two have one id.
        """
        order = sorted(range(len(self._ids)), key=self._ids.__getitem__)
        ids = [self._ids[number] for number in order]
        for before, after in itertools.pairwise(ids):
            if before == after:
                raise InputError(f"two documents have the id {after!r}; ids must be unique")
        texts, characters = self._texts, self._characters
        return Corpus(ids, [texts[number] for number in order], [characters[number] for number in order]), order


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
