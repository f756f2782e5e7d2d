"""A corpus of real prose with planted passages whose spans are known.

In: the books of ``data/books``. Out: a `Corpus`: documents cut from the books at paragraph boundaries, and one `Case`
for each planted passage. The documents have no reuse of their own by a criterion that does not involve the detector: a
paragraph is left out when it would repeat any 7 consecutive folded words of what was kept before it. So what a
detector reports is either planted or at best a paraphrase.

A passage is taken from one document, changed by an operator and put into another one at a paragraph or sentence
boundary. It starts at a sentence; it ends with a sentence (its closing punctuation included) when one ends at most a
fifth beyond the wanted length, and otherwise with the word that makes the length full. No text is taken twice, and
planted and taken texts stay `MARGIN_WORDS` apart. The same seed and books give the same corpus.
"""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TypeVar

from benchmarks.operators import OPERATORS, WORD, Material, sentence_starts
from dedup.model import Span

HOST_BOOKS = ("calltounconv00baxt", "memoirjamesbrai00ricegoog", "practicalthought00nev")
"""The long books; the others are other printings or parts of these, or serve as `FOREIGN_BOOKS`."""
FOREIGN_BOOKS = ("gospeltruth00whit", "remember00palm")
"""Where the clauses of the operator "padded" come from; no document is cut from them."""

LENGTHS = (25, 40, 80, 160, 300)
REPEAT_WORDS = 7
DOCUMENT_WORDS = (1500, 3200)
MARGIN_WORDS = 30
SNAP = 0.2

_T = TypeVar("_T")

_BREAK = re.compile(r"\n\s*\n")
_CLOSING = re.compile(r"[^\w\s]*")
_CLAUSE = re.compile(r"[A-Za-z][A-Za-z' \n]+(?=[,;:.])")


@dataclass(frozen=True, slots=True)
class Case:
    """A planted passage: ``words`` is the wanted length, the spans are those of the finished documents."""

    operator: str
    words: int
    source: Span
    copy: Span


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents by id, and the passages planted in them."""

    documents: Mapping[str, str]
    cases: tuple[Case, ...]

    def text(self, span: Span) -> str:
        """Return the text of a span."""
        return self.documents[span.document][span.start : span.end]


@dataclass(slots=True)
class _Draft:
    """A document before anything is planted, with the word ranges that are taken."""

    id: str
    text: str
    words: list[tuple[int, int]]
    sentences: list[int]
    breaks: list[int]
    taken: list[tuple[int, int]] = field(default_factory=list)
    plants: list[tuple[int, str, str, int]] = field(default_factory=list)  # (place, text, space after, case)

    @classmethod
    def of(cls, name: str, text: str) -> _Draft:
        words = [match.span() for match in WORD.finditer(text)]
        breaks = [match.end() for match in _BREAK.finditer(text)]
        return cls(name, text, words, sentence_starts(text), breaks)

    def word_at(self, place: int) -> int:
        """Return the index of the first word that starts at ``place`` or after it."""
        return bisect.bisect_left(self.words, (place, place))

    def is_free(self, first: int, last: int) -> bool:
        """Whether the words ``[first, last)`` keep their distance from all that is taken and from both ends."""
        low, high = first - MARGIN_WORDS, last + MARGIN_WORDS
        return low >= 0 and high <= len(self.words) and all(high <= a or b <= low for a, b in self.taken)


def read_books(folder: Path) -> dict[str, str]:
    """Return the books that the benchmark needs, by name; raises `OSError` when one is absent."""
    return {name: (folder / f"{name}.txt").read_text(encoding="utf-8") for name in (*HOST_BOOKS, *FOREIGN_BOOKS)}


def generate(seed: int, books: Mapping[str, str], documents: int = 117, passages: int = 515) -> Corpus:
    """Return a corpus with ``passages`` planted passages, spread evenly over operators and lengths."""
    rng = Random(seed)
    drafts, material = _drafts(rng, books, documents)
    operators = list(OPERATORS)
    plan = [(operators[i % len(operators)], LENGTHS[(i // len(operators) + i) % len(LENGTHS)]) for i in range(passages)]
    rng.shuffle(plan)
    plan.sort(key=lambda item: -item[1])  # long passages first, while there is room for them

    sources = []
    for number, (operator, length) in enumerate(plan):
        source_draft, span = _take(rng, drafts, length)
        changed = OPERATORS[operator](source_draft.text[span.start : span.end], rng, material)
        _plant(rng, drafts, source_draft, re.sub(r"^[\W_]+", "", changed), number)
        sources.append(span)
    return _finish(drafts, plan, sources)


def folded_words(text: str) -> list[str]:
    """Return the alphanumeric runs of a text, case-folded."""
    return [word.casefold() for word in WORD.findall(text)]


def distinct_paragraphs(text: str, seen: set[tuple[str, ...]]) -> Iterator[str]:
    """Yield the paragraphs that repeat no `REPEAT_WORDS` consecutive words of ``seen``, and add theirs to it.

    Runs that reach over the end of a paragraph into the next one kept count as well.
    """
    tail: list[str] = []
    for paragraph in _BREAK.split(text):
        words = tail + folded_words(paragraph)
        runs = list(zip(*(words[i:] for i in range(REPEAT_WORDS)), strict=False))
        if len(words) > len(tail) and len(set(runs)) == len(runs) and seen.isdisjoint(runs):
            seen.update(runs)
            tail = words[-(REPEAT_WORDS - 1) :]
            yield paragraph.strip()


def _drafts(rng: Random, books: Mapping[str, str], count: int) -> tuple[list[_Draft], Material]:
    """Cut the host books into documents and choose ``count`` of them; the foreign text comes with them."""
    seen: set[tuple[str, ...]] = set()
    texts = []
    for name in HOST_BOOKS:
        part: list[str] = []
        size, wanted = 0, rng.randint(*DOCUMENT_WORDS)
        for paragraph in distinct_paragraphs(books[name], seen):
            part.append(paragraph)
            size += len(WORD.findall(paragraph))
            if size >= wanted:
                texts.append("\n\n".join(part))
                part, size, wanted = [], 0, rng.randint(*DOCUMENT_WORDS)
    if len(texts) < count:
        raise ValueError(f"the books give {len(texts)} documents, {count} are wanted")
    chosen = rng.sample(texts, count)
    material = Material(_vocabulary(chosen), _clauses(rng, [books[name] for name in FOREIGN_BOOKS], seen))
    return [_Draft.of(f"{number:03d}.txt", text) for number, text in enumerate(chosen)], material


def _vocabulary(texts: Sequence[str]) -> list[str]:
    """Return the words, each once, that stand three times or more in lower case: few misreadings are among them."""
    counts = Counter(word for text in texts for word in WORD.findall(text) if word.isalpha() and word.islower())
    return sorted(word for word, count in counts.items() if count >= 3)


def _clauses(rng: Random, texts: Sequence[str], seen: set[tuple[str, ...]]) -> Iterator[str]:
    """Return clauses of 4-10 words in random order, none of which repeats words of the hosts or of another clause."""
    found = [" ".join(match.group().split()) + "," for text in texts for match in _CLAUSE.finditer(text)]
    short = [clause for clause in found if 4 <= len(WORD.findall(clause)) <= 10]
    rng.shuffle(short)
    fresh = [part for clause in short for part in distinct_paragraphs(clause, seen)]
    return iter(dict.fromkeys(fresh))


def _take(rng: Random, drafts: Sequence[_Draft], length: int) -> tuple[_Draft, Span]:
    """Choose a text of about ``length`` words that is still free, and mark it as taken."""

    def attempt() -> tuple[_Draft, Span] | None:
        draft = rng.choice(drafts)
        first = draft.word_at(rng.choice(draft.sentences))
        ends = [draft.word_at(place) for place in draft.sentences]
        near = [end for end in ends if length <= end - first <= (1 + SNAP) * length]
        last = min(near, default=first + length)
        if not draft.is_free(first, last):
            return None
        draft.taken.append((first, last))
        end = draft.words[last - 1][1]
        closing = _CLOSING.match(draft.text, end)
        if near and closing:
            end = closing.end()
        return draft, Span(draft.id, draft.words[first][0], end)

    return _try(attempt, f"no room for another source of {length} words")


def _plant(rng: Random, drafts: Sequence[_Draft], source: _Draft, text: str, number: int) -> None:
    """Choose a host and a place in it for the text of case ``number``."""

    def attempt() -> bool | None:
        draft = rng.choice(drafts)
        at_break = rng.random() < 0.5
        place = rng.choice(draft.breaks if at_break else draft.sentences)
        word = draft.word_at(place)
        if draft is source or not draft.is_free(word, word):
            return None
        draft.taken.append((word, word))
        draft.plants.append((place, text, "\n\n" if at_break else " ", number))
        return True

    _try(attempt, "no place for another passage")


def _try(attempt: Callable[[], _T | None], failure: str) -> _T:
    for _ in range(10_000):
        found = attempt()
        if found is not None:
            return found
    raise ValueError(failure)


def _finish(drafts: Sequence[_Draft], plan: Sequence[tuple[str, int]], sources: Sequence[Span]) -> Corpus:
    """Put the planted texts in, and move the spans of the sources to where they are then."""
    documents: dict[str, str] = {}
    copies: dict[int, Span] = {}
    shifts: dict[str, list[tuple[int, int]]] = {}
    for draft in drafts:
        out: list[str] = []
        last = written = 0
        shifts[draft.id] = []
        for place, text, space, number in sorted(draft.plants):
            out += [draft.text[last:place], text, space]
            start = written + place - last
            copies[number] = Span(draft.id, start, start + len(text))
            written = start + len(text) + len(space)
            last = place
            shifts[draft.id].append((place, written - place))
        documents[draft.id] = "".join([*out, draft.text[last:]])

    def moved(span: Span) -> Span:
        shift = max((entry for entry in shifts[span.document] if entry[0] <= span.start), default=(0, 0))[1]
        return Span(span.document, span.start + shift, span.end + shift)

    cases = (
        Case(operator, length, moved(source), copies[number])
        for number, ((operator, length), source) in enumerate(zip(plan, sources, strict=True))
    )
    return Corpus(documents, tuple(sorted(cases, key=lambda case: case.source)))
