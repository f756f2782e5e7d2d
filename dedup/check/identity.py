"""Passages against a baseline: which are known, which changed, which are new, and what in them is new.

Most passages are recognised by their id. The others are compared by the shingles of each of their occurrences, since
an edit may change which occurrence stands for all, divide a passage or unite two. A passage is new when

- less than half of it is known, whatever occurrence one looks at;
- or it has grown: at least ``min_words`` words are shared by two of its occurrences that no record has;
- or it has more occurrences than the records that explain them.

Otherwise it is known, with these words, or changed. So an edit of one copy never makes a passage new: the other copies
remain explained. Occurrences are counted over all documents together: what moved or was renamed stays known.

Cost: a sort of the records' shingles, and some 300 microseconds for each different text of a passage whose id is new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup.arrays import F64, I64, Flags
from dedup.check.baseline import Baseline, Places, Record, most_places, places_of
from dedup.check.shingles import MOST, RANGE, SHINGLE, Shingled, quoted, unpack
from dedup.model import Passage
from dedup.verdict import Finding, Stale, Suppression

EXPLAINED = 0.5
"""Share of a text that makes a record explain it, and of a record that makes it part of the text."""
AS_GOOD = 0.9
"""Records explain an occurrence that come this close to the one that explains most of it."""


class Wording(NamedTuple):
    """How reasons speak of the records."""

    present: str
    past: str


IN_BASELINE = Wording("in the baseline", "of the baseline")
BEFORE = Wording("there before the change", "before the change")


def compare(
    passages: Sequence[Passage],
    texts: Mapping[str, str],
    baseline: Baseline,
    min_words: int,
    wording: Wording = IN_BASELINE,
    suppressed: Iterable[Suppression] = (),
) -> tuple[tuple[Finding, ...], tuple[Stale, ...]]:
    """Return a finding for each passage, in their order, and the records that no passage answers to.

    ``texts`` are those of the result that has the passages; ``wording`` is for the reasons. What is ``suppressed`` of
    a passage has not moved: it leaves no room for another occurrence.
    """
    hidden = _hidden(suppressed)
    records, by_id = baseline.records, {record.id: number for number, record in enumerate(baseline.records)}
    same = [by_id.get(passage.id) for passage in passages]
    others = [
        number
        for number, passage in enumerate(passages)
        if (known := same[number]) is None
        or passage.id in hidden
        or len(passage.occurrences) > records[known].occurrences
    ]
    views = _views([passages[number] for number in others], texts, _Index.of(records))
    view_of = dict(zip(others, views, strict=True))
    related = [
        view_of[number].related if number in view_of else frozenset([known] if known is not None else [])
        for number, known in enumerate(same)
    ]
    counts = _Counts.of(passages, related, records, hidden)
    findings = tuple(
        _judged(number, passage, view_of[number], counts, min_words, wording)
        if number in view_of
        else _known(passage, records[min(related[number])], wording)
        for number, passage in enumerate(passages)
    )
    answered = {known for known in same if known is not None}
    answered.update(number for view in views for reading in view.readings for number in reading.close)
    stale = [
        Stale(record.id, record.words, record.occurrences, tuple(document for document, _ in record.places))
        for number, record in enumerate(records)
        if number not in answered
    ]
    return findings, tuple(sorted(stale))


@dataclass(frozen=True, slots=True)
class _Index:
    """The shingles of all records, so that those of a text find theirs."""

    values: I64
    """``int64[n]``, ascending."""
    owners: I64
    """``int64[n]``: the numbers of the records."""
    sizes: I64
    """``int64[n_records]``: shingles of each record."""
    limits: I64
    """``int64[n_records]``: the record has all its shingles below this one."""

    @classmethod
    def of(cls, records: Sequence[Record]) -> _Index:
        """Return the index of some records."""
        sketches = [unpack(record.sketch) for record in records]
        sizes = np.array([len(sketch) for sketch in sketches], np.int64)
        values = np.concatenate([np.zeros(0, np.int64), *sketches])
        owners = np.repeat(np.arange(len(records)), sizes)
        order = np.lexsort((owners, values))
        limits = [int(sketch[-1]) + 1 if len(sketch) >= MOST else RANGE for sketch in sketches]
        return cls(values[order], owners[order], sizes, np.array(limits, np.int64))

    def lookup(self, values: I64) -> tuple[I64, I64]:
        """Return which of some shingles stand in which records, as two arrays of numbers."""
        begins = np.searchsorted(self.values, values)
        counts = np.searchsorted(self.values, values, "right") - begins
        places = np.repeat(np.arange(len(values)), counts)
        steps = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
        return places, self.owners[begins[places] + steps]


class _Reading(NamedTuple):
    """What the records know of one text."""

    share: float
    """Of its words, how many some record has."""
    close: frozenset[int]
    """Records in which most of it is, and records that are mostly in it."""
    related: frozenset[int]
    """Records that explain it best."""
    grown: float
    """Words in one stretch that no record has, although another occurrence has them."""


@dataclass(frozen=True, slots=True)
class _View:
    """The readings of a passage's different texts, and which of them each occurrence has."""

    readings: list[_Reading]
    of_occurrence: list[int]

    @property
    def related(self) -> frozenset[int]:
        """The records that explain the occurrences of which most is known."""
        return frozenset[int]().union(*(reading.related for reading in self.readings if reading.share >= EXPLAINED))


def _views(passages: Sequence[Passage], texts: Mapping[str, str], index: _Index) -> list[_View]:
    """Return how the records read some passages."""
    shingled = Shingled.of(quoted((place for passage in passages for place in passage.occurrences), texts))
    bounds = np.cumsum([0, *(len(passage.occurrences) for passage in passages)]).tolist()
    return [_view(shingled, first, last, index) for first, last in pairwise(bounds)]


def _view(shingled: Shingled, first: int, last: int, index: _Index) -> _View:
    """Return how the records read the texts ``first`` to ``last``, which are the occurrences of one passage."""
    slices = [slice(*bounds) for bounds in pairwise(shingled.offsets[first : last + 1].tolist())]
    numbers: dict[bytes, int] = {}
    of_occurrence = [numbers.setdefault(shingled.values[own].tobytes(), len(numbers)) for own in slices]
    different = [slices[of_occurrence.index(number)] for number in range(len(numbers))]
    shared = _shared([shingled.values[own] for own in slices])
    readings = [_read(shingled.values[own], shingled.weights[own], shared, index) for own in different]
    return _View(readings, of_occurrence)


def _shared(texts: Iterable[I64]) -> I64:
    """Return the shingles that stand in two or more of some texts, sorted."""
    values, counts = np.unique(np.concatenate([np.unique(text) for text in texts]), return_counts=True)
    return values[counts > 1]


def _read(values: I64, weights: F64, shared: I64, index: _Index) -> _Reading:
    """Return what the records know of a text with these shingles."""
    places, owners = index.lookup(values)
    candidates = np.unique(owners)
    if not len(candidates):
        return _Reading(0.0, frozenset(), frozenset(), 0.0)
    in_candidate = np.searchsorted(candidates, owners)
    words = np.bincount(in_candidate, weights[places], len(candidates))
    limits = index.limits[candidates]
    seen = np.array([weights[values < limit].sum() for limit in limits.tolist()])
    distinct = np.unique(in_candidate * RANGE + values[places]) // RANGE
    part = np.bincount(distinct, minlength=len(candidates)) / index.sizes[candidates]
    shares = words / np.maximum(seen, 1e-9)
    close = (shares >= EXPLAINED) | (part >= EXPLAINED)
    # A few words that two texts share by chance do not make one explain a stretch of the other.
    chosen = close | (words * RANGE / limits >= 8)
    if not chosen.any():
        return _Reading(0.0, frozenset(), frozenset(), 0.0)
    limit = int(limits[chosen].min())
    known = np.zeros(len(values), bool)
    known[places[chosen[in_candidate]]] = True
    kept = values < limit  # those of which every chosen record could tell
    known, heavy, both = known[kept], weights[kept], np.isin(values[kept], shared)
    share = float(heavy[known].sum() / max(heavy.sum(), 1e-9))
    best = shares[chosen].max()
    related = candidates[chosen & (shares >= AS_GOOD * best)]
    grown = _heaviest(np.where(known, -heavy, np.where(both, heavy, 0.0))) * RANGE / limit
    # Of a stretch between known words, the first and last shingles hold words of both.
    inside = 0 if _is_at_an_end(known) else SHINGLE - 1
    return _Reading(
        share,
        frozenset(candidates[close].tolist()),
        frozenset(related.tolist()),
        grown - inside,
    )


def _is_at_an_end(known: Flags) -> bool:
    """Return whether what is not known stands at an end of a text."""
    return len(known) > 0 and not (known[0] and known[-1])


def _heaviest(values: NDArray[np.float64]) -> float:
    """Return the greatest sum of consecutive values (Kadane); 0 for none."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return float((sums - np.minimum.accumulate(sums)).max())


def _known(passage: Passage, record: Record, wording: Wording) -> Finding:
    """Return the finding of a passage with the words of a record and no more occurrences."""
    now, before = len(passage.occurrences), record.occurrences
    if now < before:
        return Finding(passage, "changed", f"{wording.present} with {before:,} occurrences, of which {now:,} remain")
    return Finding(passage, "known", wording.present)


def _judged(number: int, passage: Passage, view: _View, counts: _Counts, min_words: int, wording: Wording) -> Finding:
    """Return the finding of a passage that is not simply one of the records."""
    everywhere = tuple(range(len(passage.occurrences)))
    related = view.related
    if not related:
        return Finding(passage, "new", f"not {wording.present}", everywhere)
    grown = [view.readings[which].grown for which in view.of_occurrence]
    if max(grown) >= min_words:
        fresh = tuple(place for place in everywhere if grown[place] >= min_words)
        reason = f"{wording.present} without {round(max(grown)):,} words that now are duplicated too"
        return Finding(passage, "new", reason, fresh)
    of_occurrence = [view.readings[which] for which in view.of_occurrence]
    own = [reading.related if reading.share >= EXPLAINED else related for reading in of_occurrence]
    before = counts.accounted(own)
    further = counts.further(number)
    if len(own) > before:
        return Finding(passage, "new", _more(len(own), before, wording), further or everywhere)
    there, now = counts.before(related), counts.now(number)
    if now > there and further:
        return Finding(passage, "new", _more(now, there, wording), further)
    whole = [reading for reading in view.readings if reading.share == 1 and reading.grown <= 0]
    if any(counts.records[same].words == passage.words for reading in whole for same in reading.related):
        most = max(sorted(related), key=lambda same: counts.records[same].occurrences)
        return _known(passage, counts.records[most], wording)
    return Finding(passage, "changed", f"{wording.present} with other words")


@dataclass(frozen=True, slots=True)
class _Counts:
    """How often a text occurred and occurs.

    Several records, and several passages, may have one text (a passage, and a part of it that occurs more often). They
    share their places: what two of them have in a document is counted once.
    """

    records: Sequence[Record]
    places: Mapping[int, Places]
    """Those of records that differ from what they say, since an occurrence is there but suppressed."""
    passages: Sequence[Passage]
    related: Sequence[frozenset[int]]
    """The records that explain each passage."""
    of_record: Mapping[int, Sequence[int]]
    """The passages that each record explains."""

    @classmethod
    def of(
        cls,
        passages: Sequence[Passage],
        related: Sequence[frozenset[int]],
        records: Sequence[Record],
        hidden: Mapping[str, Counter[str]],
    ) -> _Counts:
        """Return the counts for passages that these records explain; ``hidden`` is what is suppressed of each id."""
        of_record: dict[int, list[int]] = {}
        for number, own in enumerate(related):
            for record in own:
                of_record.setdefault(record, []).append(number)
        places: dict[int, Places] = {}
        for passage, own in zip(passages, related, strict=True):
            if passage.id in hidden:
                now = dict(places_of(passage))
                for record in own:
                    there = places.get(record, records[record].places)
                    places[record] = _without(there, hidden[passage.id], now)
        return cls(records, places, passages, related, of_record)

    def before(self, group: Iterable[int]) -> int:
        """Return how many occurrences the text of some records had."""
        return sum(self._places_before(group).values())

    def accounted(self, related: Sequence[frozenset[int]]) -> int:
        """Return for how many occurrences of a passage there are places in the records that explain each."""
        least = len(related)
        for group in {*related, frozenset[int]().union(*related)}:
            inside = sum(own <= group for own in related)
            least = min(least, len(related) - max(inside - self.before(group), 0))
        return least

    def now(self, number: int) -> int:
        """Return how many occurrences there are of the text of the records that explain a passage."""
        return sum(self._places_now(number).values())

    def further(self, number: int) -> tuple[int, ...]:
        """Return the occurrences of a passage in documents that have more of them than its records say."""
        before = self._places_before(self.related[number])
        now = self._places_now(number)
        places = self.passages[number].occurrences
        return tuple(place for place, span in enumerate(places) if now[span.document] > before.get(span.document, 0))

    def _places_before(self, group: Iterable[int]) -> dict[str, int]:
        return most_places(self.places.get(record, self.records[record].places) for record in group)

    def _places_now(self, number: int) -> dict[str, int]:
        own = self.related[number]
        others = {other for record in own for other in self.of_record[record]}
        return most_places(places_of(self.passages[other]) for other in others if self.related[other] <= own)


def _hidden(suppressed: Iterable[Suppression]) -> dict[str, Counter[str]]:
    """Return how many occurrences are suppressed in each document, by the id of the passage."""
    hidden: dict[str, Counter[str]] = {}
    for item in suppressed:
        documents = (item.passage.occurrences[number].document for number in item.occurrences)
        hidden.setdefault(item.passage.id, Counter()).update(documents)
    return hidden


def _without(places: Places, hidden: Mapping[str, int], now: Mapping[str, int]) -> Places:
    """Return the places of a record without those of occurrences that are still there, but suppressed."""
    left = ((name, count - min(hidden.get(name, 0), max(count - now.get(name, 0), 0))) for name, count in places)
    return tuple((name, count) for name, count in left if count)


def _more(now: int, before: int, wording: Wording) -> str:
    count = "one occurrence" if now - before == 1 else f"{now - before:,} occurrences"
    return f"{count} more than the {before:,} {wording.past}"
