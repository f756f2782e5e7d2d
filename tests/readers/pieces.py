"""A stream of which there is never more than what has come."""

from __future__ import annotations

import io
from collections.abc import Iterable


class Pieces(io.BufferedReader):
    """Gives pieces of bytes as a pipe does, each when it is asked for and not before."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        super().__init__(_Raw(pieces))


class _Raw(io.RawIOBase):
    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:
        piece = next(self._pieces, b"")
        into[: len(piece)] = piece
        return len(piece)
