"""What of a result is not reported: markers, boilerplate, overrides and groups, in this order.

1. *Markers and boilerplate* give spans of documents: what a marker ignores; all of a boilerplate file, and every place
   that a passage or pair aligns with one. An occurrence with fewer than ``min_words`` words outside of these spans is
   removed; the rule that covers most of it is named, of equals the first in the order of the text, markers first.
2. *Overrides*: an occurrence is removed where its document is ignored, where it has fewer words than its document asks
   for, or is less similar to the others.
3. *Groups*: an occurrence is removed if it may be compared with none of those that are left.

A passage of which fewer than two occurrences are left is none. Each occurrence is removed once, by the first rule that
does. What lies below the configuration's own limits, and was found only because an override made the scan look lower,
is removed without a record: it is no more suppressed than any other text that is too short.

Cost: linear in the occurrences, and in the pairs if there is boilerplate or an override for the similarity; the words
of an occurrence are counted where a span overlaps it or an override asks for more than the scan did. A group costs each
passage the square of the number of its parts in that passage.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, groupby
from typing import Any, Generic, NamedTuple, TypeVar

from dedup import kernels
from dedup.check.markers import Marked, Marker, find_marks
from dedup.config import Config
from dedup.corpus import blank
from dedup.errors import InputError
from dedup.model import Document, Passage, Span, encode
from dedup.result import Result
from dedup.rules import Override, Rules
from dedup.tokenize import token_keys
from dedup.verdict import Notice, Rule, Suppression

_Spanned = TypeVar("_Spanned", bound=Any)
"""A named tuple that begins with ``start`` and ``end``."""

ORDER: tuple[Rule, ...] = ("marker", "boilerplate", "override", "group")
"""The rules, as they are applied and as suppressions of one passage are sorted."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the rules leave of a result: passages in its order, with the occurrences that remain; what they removed."""

    passages: tuple[Passage, ...]
    suppressed: tuple[Suppression, ...]
    notices: tuple[Notice, ...]


class _Cause(NamedTuple):
    """A rule, and the place of it that a suppression names; sorted as suppressions are."""

    order: int
    number: int
    detail: str


_NONE = _Cause(0, 0, "")


class _Cover(NamedTuple):
    """A span of a document that a rule takes out, and the number of the marker among those of the document, or -1."""

    start: int
    end: int
    cause: _Cause
    marker: int = -1


def suppress(
    result: Result, rules: Rules, marks: Mapping[str, Marked] | None = None, config: Config | None = None
) -> Kept:
    """Return what is left of a result.

    ``marks`` are those of the documents, by id, as `dedup.check.markers.note_marks` notes them while documents are
    read; without it, those in ``result.texts`` are looked for, which are only the documents with an occurrence.
    ``config`` is what holds where no override does; without it, what the result was found with. (A scan for overrides
    that look lower is made with `Rules.scan_config`.) Raises `InputError` when the words of a text must be counted that
    the result does not hold, as one that was saved and read again does not.
    """
    if marks is None:
        marks = {name: find_marks(Document(name, text)) for name, text in result.texts.items()}
    found_with = Config.from_mapping(result.config)
    limits = _Limits(config or found_with, rules.overrides)
    covers, boilerplate = _covers(result, rules, marks)
    removed: list[dict[int, _Cause | None]] = [{} for _ in result.passages]
    used: set[tuple[str, int]] = set()
    _cover_occurrences(result, covers, boilerplate, marks, limits, removed, used)
    _apply_limits(result, limits, found_with, marks, removed)
    _apply_groups(result, rules, removed)
    kept = []
    suppressed: list[Suppression] = []
    for passage, causes in zip(result.passages, removed, strict=True):
        left = tuple(place for number, place in enumerate(passage.occurrences) if number not in causes)
        if len(left) > 1:
            kept.append(passage if not causes else replace(passage, occurrences=left))
        suppressed += _records(passage, causes)
    notices = sorted(_notices(marks, used, rules.require_reason))
    return Kept(tuple(kept), tuple(suppressed), tuple(notices))


def _records(passage: Passage, causes: Mapping[int, _Cause | None]) -> Iterator[Suppression]:
    by_cause: dict[_Cause, list[int]] = defaultdict(list)
    for number, cause in sorted(causes.items()):
        if cause is not None:
            by_cause[cause].append(number)
    for cause, numbers in sorted(by_cause.items()):
        yield Suppression(passage, ORDER[cause.order], cause.detail, tuple(numbers))


def _notices(marks: Mapping[str, Marked], used: set[tuple[str, int]], require_reason: bool) -> Iterator[Notice]:
    for document, marked in marks.items():
        yield from marked.faults
        for number, marker in enumerate(marked.markers):
            if (document, number) not in used:
                yield Notice(document, marker.line, f"{marker.name} suppresses nothing; remove it")
            if require_reason and not marker.reason:
                example = f"dedup: {marker.name} -- why"
                yield Notice(document, marker.line, f"{marker.name} has no reason; write: {example}", fails=True)


# Markers and boilerplate


def _covers(result: Result, rules: Rules, marks: Mapping[str, Marked]) -> tuple[dict[str, list[_Cover]], set[str]]:
    """Return what is covered in each document, and which documents are boilerplate."""
    covers: dict[str, list[_Cover]] = defaultdict(list)
    for document, marked in marks.items():
        covers[document] += (
            _Cover(marker.start, marker.end, _Cause(0, number, _place(document, marker)), number)
            for number, marker in enumerate(marked.markers)
        )
    sources = rules.boilerplate_of(document.id for document in result.documents)
    causes = {document: _Cause(1, 0, path) for document, path in sources.items()}
    found: set[tuple[str, int, int, _Cause]] = set()
    for spans in _aligned(result) if causes else ():
        # Of several boilerplate files with the same text, the first is named.
        if source := next((span.document for span in spans if span.document in causes), None):
            found.update(
                (span.document, span.start, span.end, causes[source]) for span in spans if span.document not in causes
            )
    found.update((item.id, 0, item.characters, causes[item.id]) for item in result.documents if item.id in causes)
    for document, start, end, cause in found:
        covers[document].append(_Cover(start, end, cause))
    return covers, set(causes)


def _aligned(result: Result) -> Iterator[Sequence[Span]]:
    yield from (passage.occurrences for passage in result.passages)
    yield from ((pair.left, pair.right) for pair in result.pairs)


def _place(document: str, marker: Marker) -> str:
    return f"{document}:{marker.line}"


def _cover_occurrences(
    result: Result,
    covers: Mapping[str, Sequence[_Cover]],
    boilerplate: set[str],
    marks: Mapping[str, Marked],
    limits: _Limits,
    removed: Sequence[dict[int, _Cause | None]],
    used: set[tuple[str, int]],
) -> None:
    """Remove occurrences of which too few words are outside of what is covered."""
    finders = {document: _Finder(own) for document, own in covers.items() if own}
    places: list[tuple[int, int]] = []
    spans: list[Span] = []
    overlapping: list[list[_Cover]] = []
    for number, passage in enumerate(result.passages):
        for index, place in enumerate(passage.occurrences):
            finder = finders.get(place.document)
            if finder is not None and (found := finder.overlapping(place)):
                places.append((number, index))
                spans.append(place)
                overlapping.append(found)
    outside = _words(result, marks, spans, overlapping)
    for (number, index), span, found, twice in zip(places, spans, overlapping, outside, strict=True):
        if twice < 2 * limits.of(span.document).min_words or span.document in boilerplate:
            best = max(found, key=lambda cover: (_overlap(span, cover), -cover.cause.order, -cover.start))
            removed[number][index] = best.cause
            used.update((span.document, cover.marker) for cover in found if cover.marker >= 0)


def _overlap(span: Span, cover: _Cover) -> int:
    return min(span.end, cover.end) - max(span.start, cover.start)


class _Finder(Generic[_Spanned]):
    """Finds which of some spans overlap another."""

    def __init__(self, spans: Iterable[_Spanned]) -> None:
        self._spans = sorted(spans)
        self._starts = [span.start for span in self._spans]
        self._reach = list(accumulate((span.end for span in self._spans), max))  # the farthest end so far

    def overlapping(self, span: Span) -> list[_Spanned]:
        first, last = bisect_right(self._reach, span.start), bisect_left(self._starts, span.end)
        return [other for other in self._spans[first:last] if other.end > span.start]


def _words(
    result: Result, marks: Mapping[str, Marked], spans: Sequence[Span], covered: Sequence[Sequence[_Cover]]
) -> list[int]:
    """Return twice the words of spans of the result's documents that lie outside of what is covered or masked.

    They are counted as by a scan that has all of that masked.
    """

    twice = [0] * len(spans)
    order = sorted(range(len(spans)), key=lambda number: spans[number].document)
    for document, numbers in groupby(order, lambda number: spans[number].document):
        if document not in result.texts:
            raise InputError(f"the words of {document!r} cannot be counted: the result is without its text")
        text, own = result.texts[document], list(numbers)
        masked = _Finder(_Cover(*span, _NONE) for span in marks[document].masked) if document in marks else None
        pieces = []
        for number in own:
            start, end = spans[number].start, spans[number].end
            hidden = [*covered[number], *(masked.overlapping(spans[number]) if masked else ())]
            inside = _joined((max(item.start, start) - start, min(item.end, end) - start) for item in hidden)
            pieces.append(encode(blank(text[start:end], inside)))
        keys, offsets, _ = token_keys(pieces)
        counts = kernels.twice_words(keys, offsets[:-1].copy(), offsets[1:].copy())
        for number, count in zip(own, counts.tolist(), strict=True):
            twice[number] = count
    return twice


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans sorted, and those that overlap as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


# Overrides


class _Limit(NamedTuple):
    """What a document asks of an occurrence, and which override says so (by number; -1: none does)."""

    min_words: int
    min_similarity: float
    ignored: int
    of_words: int
    of_similarity: int


class _Limits:
    """The limits of documents, each looked up once."""

    def __init__(self, config: Config, overrides: Sequence[Override]) -> None:
        self.default = _Limit(config.min_words, config.min_similarity, -1, -1, -1)
        self.overrides = overrides
        self._known: dict[str, _Limit] = {}

    def of(self, document: str) -> _Limit:
        if not self.overrides:
            return self.default
        if document not in self._known:
            self._known[document] = self._look_up(document)
        return self._known[document]

    def _look_up(self, document: str) -> _Limit:
        limit = self.default
        for number, override in enumerate(self.overrides):
            if not override.names(document):
                continue
            if override.min_words is not None:
                limit = limit._replace(min_words=override.min_words, of_words=number)
            if override.min_similarity is not None:
                limit = limit._replace(min_similarity=override.min_similarity, of_similarity=number)
            if override.ignore:
                limit = limit._replace(ignored=number)
        return limit

    def cause(self, number: int) -> _Cause | None:
        return None if number < 0 else _Cause(2, number, ", ".join(self.overrides[number].paths))


def _apply_limits(
    result: Result,
    limits: _Limits,
    found_with: Config,
    marks: Mapping[str, Marked],
    removed: Sequence[dict[int, _Cause | None]],
) -> None:
    """Remove occurrences in documents that are ignored or ask for more than the occurrence is."""
    if not limits.overrides and limits.default == _Limits(found_with, ()).default:
        return
    likeness = _Likeness(result)
    long: list[tuple[int, int, Span]] = []
    for number, passage in enumerate(result.passages):
        for index, place in enumerate(passage.occurrences):
            if index in removed[number]:
                continue
            limit = limits.of(place.document)
            if limit.ignored >= 0:
                removed[number][index] = limits.cause(limit.ignored)
            elif found_with.min_similarity < limit.min_similarity > likeness.of(passage, place):
                removed[number][index] = limits.cause(limit.of_similarity)
            elif limit.min_words > found_with.min_words:
                long.append((number, index, place))
    words = _words(result, marks, [span for *_, span in long], [()] * len(long))
    for (number, index, span), twice in zip(long, words, strict=True):
        limit = limits.of(span.document)
        if twice < 2 * limit.min_words:
            removed[number][index] = limits.cause(limit.of_words)


class _Likened(NamedTuple):
    """One side of a pair."""

    start: int
    end: int
    similarity: float


class _Likeness:
    """How similar an occurrence is to the others of its passage: as the most similar pair says that it is part of."""

    def __init__(self, result: Result) -> None:
        self._result = result

    def of(self, passage: Passage, place: Span) -> float:
        sides = self._sides.get((passage.id, place.document))
        found = sides.overlapping(place) if sides else ()
        return max((side.similarity for side in found), default=passage.similarity)

    @cached_property
    def _sides(self) -> dict[tuple[str, str], _Finder[_Likened]]:
        """By passage and document."""
        sides = defaultdict(list)
        for pair in self._result.pairs:
            for side in (pair.left, pair.right):
                sides[pair.passage, side.document].append(_Likened(side.start, side.end, pair.similarity))
        return {key: _Finder(own) for key, own in sides.items()}


# Groups

_Parts = tuple[int | None, ...]
"""The part of each group that a document belongs to."""


def _apply_groups(result: Result, rules: Rules, removed: Sequence[dict[int, _Cause | None]]) -> None:
    """Remove occurrences that may be compared with no other one that is left."""
    if not rules.groups:
        return
    known: dict[str, _Parts] = {}
    for passage, causes in zip(result.passages, removed, strict=True):
        left = [(number, place.document) for number, place in enumerate(passage.occurrences) if number not in causes]
        if len(left) < 2:
            continue
        for _, document in left:
            if document not in known:
                known[document] = tuple(group.part(document) for group in rules.groups)
        parts = Counter(known[document] for _, document in left)
        documents = Counter(document for _, document in left)
        compared = {own: _is_compared(own, parts, rules) for own in parts}
        for number, document in left:
            own = known[document]
            if not compared[own] and not (documents[document] > 1 and _within_document(own, rules)):
                causes[number] = _against(own, parts, rules)


def _is_compared(own: _Parts, parts: Counter[_Parts], rules: Rules) -> bool:
    """Return whether an occurrence in a document of these parts may be compared with any other, of another document."""
    return any(not any(_kept_apart(own, other, rules)) for other in parts if other != own or parts[own] > 1)


def _kept_apart(own: _Parts, other: _Parts, rules: Rules) -> Iterator[bool]:
    """Yield, for each group, whether it keeps two documents apart that belong to these parts."""
    for group, a, b in zip(rules.groups, own, other, strict=True):
        if a is None or b is None:
            yield False
        else:
            yield group.compare == "never" or (group.compare == "within") == (a != b)


def _within_document(own: _Parts, rules: Rules) -> bool:
    """Return whether the places of one document of these parts may be compared."""
    return all(part is None or group.compare != "across" for group, part in zip(rules.groups, own, strict=True))


def _against(own: _Parts, parts: Counter[_Parts], rules: Rules) -> _Cause:
    """Return the first group that keeps an occurrence apart from any other."""
    others = [list(_kept_apart(own, other, rules)) for other in parts if other != own or parts[own] > 1]
    number = next(number for number in range(len(rules.groups)) if any(apart[number] for apart in others))
    return _Cause(3, number, rules.groups[number].name or f"group {number + 1}")
