"""Shapes of input for which careless methods take quadratic time or memory, each with the answer it must have.

Every shape can be written in any size, streaming, and says of a result which share of what it holds was found: 1.0 is
right. `None` where there is nothing to find, because passages were not looked for.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.clusters import document_id
from benchmarks.corpora import Prose, finished

Result = Mapping[str, Any]

EVERY, BACK = 500, 100
"""In plain prose one document of so many repeats a passage, and one a whole document, of this many before it."""
PASSAGE_WORDS = 60
FOOTER_WORDS = 60
STOCK_PHRASES, STOCK_WORDS = 20, 12
TINY_WORDS = 8
TINY_COPY = 10


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape: its texts without end, and how to judge a result."""

    texts: Callable[[Prose], Iterator[str]]
    judge: Callable[[Result], float | None]
    """Returns the share that was found."""
    shows: str
    part: float = 1.0
    """Its largest size, as a share of the largest size of all."""
    single: bool = False
    """All is one document."""


def _plain(prose: Prose) -> Iterator[str]:
    last: list[str] = []
    for number, text in enumerate(prose.texts()):
        place = number % EVERY
        if number >= BACK and place == EVERY - 1:
            text = last[0]
        elif number >= BACK and place == EVERY - 2:
            text = f"{text}\n\n{_quotation(last[0])}"
        last.append(text)
        del last[:-BACK]
        yield text


def _quotation(text: str) -> str:
    """Return words from the middle of a text."""
    words = text.split(" ")
    first = len(words) // 3
    return finished(" ".join(words[first : first + PASSAGE_WORDS]))


def _judge_plain(result: Result) -> float | None:
    count = len(result["documents"])
    wanted = [(number - BACK, number) for number in range(EVERY - 1, count, EVERY)]
    if result["config"]["passages"]:
        wanted += [(number - BACK, number) for number in range(EVERY - 2, count, EVERY)]
    return _together(result, wanted)


def _footer(prose: Prose) -> Iterator[str]:
    footer = prose.text(FOOTER_WORDS)
    return (f"{text}\n\n{footer}" for text in prose.texts())


def _judge_footer(result: Result) -> float | None:
    if not result["config"]["passages"]:
        return None
    largest = max((len(_documents(passage)) for passage in result["passages"]), default=0)
    return largest / len(result["documents"])


def _copied(prose: Prose) -> Iterator[str]:
    return itertools.repeat(prose.text(300))


def _word(prose: Prose) -> Iterator[str]:
    for number in itertools.count():
        yield "again " * (200 + number % 200)


def _judge_one_cluster(result: Result) -> float | None:
    largest = max((len(_cluster(cluster)) for cluster in result["clusters"]), default=0)
    return largest / len(result["documents"])


def _stock(prose: Prose) -> Iterator[str]:
    phrases = [finished(" ".join(prose.text(STOCK_WORDS).split())) for _ in range(STOCK_PHRASES)]
    while True:
        for numbers in prose.choose(STOCK_PHRASES).reshape(-1, 32).tolist():
            yield " ".join([phrases[number] for number in numbers])


def _judge_all_found(result: Result) -> float | None:
    if not result["config"]["passages"]:
        return None
    found = set[str]().union(*map(_cluster, result["clusters"]), *map(_documents, result["passages"]))
    return len(found) / len(result["documents"])


def _tiny(prose: Prose) -> Iterator[str]:
    before = ""
    for number, text in enumerate(prose.texts(TINY_WORDS)):
        before = before if number % TINY_COPY == TINY_COPY - 1 else text
        yield before


def _judge_tiny(result: Result) -> float | None:
    count = len(result["documents"])
    return _together(result, [(number - 1, number) for number in range(TINY_COPY - 1, count, TINY_COPY)])


def _long(prose: Prose) -> Iterator[str]:
    passage = f"\n\n{prose.text(200)}\n\n"
    yield passage
    yield from (f"{text}\n\n" for text in itertools.islice(prose.texts(), 10))
    yield passage
    yield from (f"{text}\n\n" for text in prose.texts())


def _judge_long(result: Result) -> float | None:
    if not result["config"]["passages"]:
        return None
    return float(any(passage["words"] >= 190 for passage in result["passages"]))


SHAPES: dict[str, Shape] = {
    "prose": Shape(
        _plain, _judge_plain, "Nothing hostile: made-up prose in documents of 300 words, few of them repeated."
    ),
    "footer": Shape(_footer, _judge_footer, "The same 60 words at the end of every document: one passage."),
    "copied": Shape(_copied, _judge_one_cluster, "One document, copied many times: one cluster."),
    "word": Shape(_word, _judge_one_cluster, "Documents of one word, repeated 200-399 times: one cluster."),
    "stock": Shape(
        _stock, _judge_all_found, "All text is 20 phrases of 12 words in random order: everything occurs elsewhere."
    ),
    "tiny": Shape(
        _tiny, _judge_tiny, "Documents of eight words, each tenth equal to the one before it: clusters.", part=1 / 16
    ),
    "long": Shape(_long, _judge_long, "A single document with 200 words that it repeats.", part=1 / 4, single=True),
}


def _together(result: Result, wanted: list[tuple[int, int]]) -> float:
    """Return the share of pairs of documents (by number) that one cluster or one passage holds."""
    groups: dict[str, set[int]] = {}
    found = itertools.chain(map(_cluster, result["clusters"]), map(_documents, result["passages"]))
    for number, names in enumerate(found):
        for name in names:
            groups.setdefault(name, set()).add(number)
    places = [[groups.get(document_id(number), set()) for number in pair] for pair in wanted]
    return sum(not a.isdisjoint(b) for a, b in places) / len(wanted) if wanted else 1.0


def _cluster(cluster: Mapping[str, Any]) -> set[str]:
    return {cluster["representative"], *(member["document"] for member in cluster["members"])}


def _documents(passage: Mapping[str, Any]) -> set[str]:
    return {place["document"] for place in passage["occurrences"]}
