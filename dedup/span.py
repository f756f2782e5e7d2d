"""Ranges of places in, spans of the original texts out: code points, lines, columns, ids.

Cost: for each text with an occurrence, one sweep for its line ends.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence

import numpy as np

from dedup import kernels
from dedup.arrays import AlignedPair, Tokens
from dedup.model import Document, Kind, Occurrence, Span

_LINE_END = re.compile(r"\r\n|\n|\r")


class Locator:
    """Answers where in the texts a range of places is.

    ``documents`` and ``tokens`` belong together, document by document. A line ends with CRLF, LF or CR.
    """

    def __init__(self, documents: Sequence[Document], tokens: Tokens) -> None:
        self._documents = documents
        self._tokens = tokens
        self._offsets = tokens.offsets.tolist()
        self._line_starts: dict[int, list[int]] = {}

    def fingerprint(self, first: int, last: int) -> str:
        """Return a name for the folded words of a range: 16 hexadecimal digits, the same wherever the words stand."""
        words = " ".join(self.words(first, last)).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(words, digest_size=8).hexdigest()

    def words(self, first: int, last: int) -> list[str]:
        """Return the folded words of a range of places within one document."""
        text = self._documents[self._document(first)].text
        starts, ends = self._tokens.starts[first:last].tolist(), self._tokens.ends[first:last].tolist()
        return [kernels.fold(text[start:end]) for start, end in zip(starts, ends, strict=True)]

    def _document(self, place: int) -> int:
        return bisect_right(self._offsets, place) - 1

    def spans(self, ranges: Sequence[tuple[int, int]]) -> list[Span]:
        """Return the spans of ranges of like words, each with the punctuation that follows all of them alike."""
        found = [self._bounds(first, last) for first, last in ranges]
        document, _, end = found[0]
        text = self._documents[document].text
        extra = min(_same_punctuation(text, end, self._documents[other].text, at) for other, _, at in found[1:])
        return [Span(self._documents[document].id, start, end + extra) for document, start, end in found]

    def pair_spans(self, pairs: Sequence[AlignedPair]) -> Iterator[tuple[Span, Span]]:
        """Yield the spans of both sides of pairs, each with the punctuation that follows both."""
        places = np.array([pair[:4] for pair in pairs], np.int64).reshape(-1, 4)
        documents = np.searchsorted(self._tokens.offsets, places[:, ::2], "right") - 1
        starts, ends = self._tokens.starts[places[:, ::2]], self._tokens.ends[places[:, 1::2] - 1]
        for (a, b), (a_start, b_start), (a_end, b_end) in zip(
            documents.tolist(), starts.tolist(), ends.tolist(), strict=True
        ):
            left, right = self._documents[a], self._documents[b]
            extra = _same_punctuation(left.text, a_end, right.text, b_end)
            yield Span(left.id, a_start, a_end + extra), Span(right.id, b_start, b_end + extra)

    def _bounds(self, first: int, last: int) -> tuple[int, int, int]:
        return self._document(first), int(self._tokens.starts[first]), int(self._tokens.ends[last - 1])

    def occurrence(self, span: Span, place: int) -> Occurrence:
        """Return a span, of which ``place`` is a token, with its lines and columns."""
        number = self._document(place)
        if number not in self._line_starts:
            ends = _LINE_END.finditer(self._documents[number].text)
            self._line_starts[number] = [0, *(end.end() for end in ends)]
        starts = self._line_starts[number]
        line = bisect_right(starts, span.start)
        # The last character decides the last line, also where a line end follows it.
        end_line = bisect_right(starts, span.end - 1)
        return Occurrence(
            span.document, span.start, span.end,
            line, span.start - starts[line - 1] + 1, end_line, span.end - starts[end_line - 1] + 1,
        )  # fmt: skip

    def kinds(self, ranges: Sequence[tuple[int, int]], spans: Sequence[Span], model: int) -> Iterator[Kind]:
        """Yield how the text of each range, whose span is given, differs from that of range number ``model``."""
        keys = [self._tokens.keys[first:last] for first, last in ranges]
        texts = [
            self._documents[self._document(first)].text[span.start : span.end]
            for (first, _), span in zip(ranges, spans, strict=True)
        ]
        for own, text in zip(keys, texts, strict=True):
            if not np.array_equal(own, keys[model]):
                yield "edited"
            else:
                yield "verbatim" if text == texts[model] else "reformatted"


def _same_punctuation(a: str, a_start: int, b: str, b_start: int) -> int:
    """Return how many marks (punctuation and symbols) stand in both texts from two places on."""
    count = 0
    while (
        (mark := a[a_start + count : a_start + count + 1])
        and mark == b[b_start + count : b_start + count + 1]
        and unicodedata.category(mark)[0] in "PS"
    ):
        count += 1
    return count
