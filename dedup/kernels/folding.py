"""Tables that say, for each code point, what part it plays in a token and what it folds to.

Both come from `unicodedata`, in pages of 256 code points that are filled the first time a text needs them (filling all
0x110000 entries would take a second). Every kernel reads the same arrays, so every kernel finds the same tokens.

Folding is compatibility decomposition, accents dropped (U+0300-U+036F and every mark that stands above or below its
letter), case folding, and decomposition again: é, é and É are one, ﬁ is fi, full-width letters are ASCII. It works code
point by code point and so does not depend on context.
"""

from __future__ import annotations

import threading
import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SEPARATOR, WORD, ALONE, EXTEND = 0, 1, 2, 3
"""Roles: between tokens; part of a run; a token of its own; continues whatever stands before it."""

_PAGE = 256
_CODE_POINTS = 0x110000

# Scripts that put no spaces between words: a letter is a token.
_ALONE_RANGES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x0FFF),  # Tibetan
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # ideographic iteration mark, closing mark, zero
    (0x3040, 0x30FF),  # kana
    (0x31F0, 0x31FF),  # kana, phonetic extensions
    (0x3400, 0x4DBF),  # ideographs
    (0x4E00, 0x9FFF),
    (0xA9E0, 0xA9FF),  # Myanmar, extended
    (0xAA60, 0xAA7F),
    (0xF900, 0xFAFF),  # compatibility ideographs
    (0xFF66, 0xFF9D),  # half-width kana
    (0x1AFF0, 0x1B16F),  # kana, supplements
    (0x20000, 0x3FFFF),  # ideographs, supplementary planes
)

# Soft hyphen, zero-width (non-)joiner, word joiner: inside a word they change nothing but its look.
_IGNORABLE = frozenset("\u00ad\u200c\u200d\u2060")

# Combining classes of marks below and above a letter. Composed and decomposed text has them in different orders.
_DROPPED_CLASSES = frozenset({220, 230})


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """Return the folded form of a word; the concatenation of what its code points fold to."""
    return "".join(map(_fold_code_point, text))


def _fold_code_point(char: str) -> str:
    if char.isascii():
        return char.lower()
    return _decompose(_decompose(char).casefold())


def _decompose(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if unicodedata.combining(c) not in _DROPPED_CLASSES and not _is_dropped(c))


def _is_dropped(char: str) -> bool:
    return "\u0300" <= char <= "\u036f" or char in _IGNORABLE


def _role(char: str) -> int:
    category = unicodedata.category(char)
    if category[0] == "M" or char in _IGNORABLE:
        return EXTEND
    if not char.isalnum():
        return SEPARATOR
    if category == "Nd":
        return WORD
    if category == "Lm" and all(unicodedata.category(c)[0] == "M" for c in unicodedata.normalize("NFKD", char)):
        return EXTEND  # half-width voicing marks
    point = ord(char)
    return ALONE if any(low <= point <= high for low, high in _ALONE_RANGES) else WORD


class Folding:
    """The tables, growing as pages are asked for.

    ``role`` is ``uint8[0x110000]``; the folded form of code point c, as UTF-8, is
    ``data[offset[c] : offset[c] + length[c]]`` with ``offset`` ``uint32``, ``length`` and ``data`` ``uint8``.
    """

    def __init__(self) -> None:
        self.role = np.zeros(_CODE_POINTS, np.uint8)
        self.offset = np.zeros(_CODE_POINTS, np.uint32)
        self.length = np.zeros(_CODE_POINTS, np.uint8)
        self.data: NDArray[np.uint8] = np.zeros(0, np.uint8)
        self._filled = np.zeros(_CODE_POINTS // _PAGE, bool)
        self._lock = threading.Lock()
        self.prepare(np.arange(128, dtype=np.uint32))

    def prepare(self, code_points: NDArray[np.uint32]) -> None:
        """Fill the pages of ``uint32[n]`` code points; afterwards the tables are right for them."""
        pages = code_points // _PAGE
        if self._filled[pages].all():
            return
        with self._lock:
            for page in np.unique(pages[~self._filled[pages]]).tolist():
                self._fill(page)

    def snapshot(self) -> tuple[NDArray[np.bool_], NDArray[np.uint8]]:
        """Return which pages are filled (``bool[n_pages]``) and the ``data`` that holds what they fold to.

        Neither changes while others fill more pages; the other arrays change in those pages only.
        """
        with self._lock:
            return self._filled.copy(), self.data

    def _fill(self, page: int) -> None:
        first = page * _PAGE
        folded = []
        for point in range(first, first + _PAGE):
            char = chr(point)
            self.role[point] = role = _role(char)
            folded.append(b"" if role == SEPARATOR else _fold_code_point(char).encode("utf-8", "surrogatepass"))
        lengths = np.array([len(item) for item in folded], np.uint8)
        self.offset[first : first + _PAGE] = len(self.data) + np.cumsum(lengths, dtype=np.uint32) - lengths
        self.length[first : first + _PAGE] = lengths
        self.data = np.concatenate([self.data, np.frombuffer(b"".join(folded), np.uint8)])
        # Readers look at this flag without the lock, so it is set last.
        self._filled[page] = True


FOLDING = Folding()
