"""Input that nobody would write by hand: the scan ends, tells the truth about every span, and loses nothing silently.

`problems` checks a result against its texts without the detector's own code: whatever the design promises and a reader
could verify. It has its own tokenizer, line ends and set arithmetic, so that it cannot share the detector's mistakes.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import random
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rapidfuzz.distance import Indel
from test_corpus_truth import DOCUMENTS

import dedup
from dedup import Config, reports
from dedup.reports import FORMATS, View

SCHEMA = json.loads((Path(dedup.__file__).parent / "reports" / "result.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
ALONE = [(0x0E00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3040, 0x30FF), (0x3400, 0x9FFF)]
IGNORABLE = "\u00ad\u200c\u200d\u2060"
Texts = dict[str, str]
Place = dict[str, Any]


# The checker


@cache
def role(char: str) -> str:
    """Tell what a character is to a token: part of a ``word``, one ``alone``, a ``mark`` on another, or nothing."""
    if unicodedata.category(char).startswith("M") or char in IGNORABLE:
        return "mark"
    if not char.isalnum():
        return ""
    return "alone" if not char.isdigit() and any(low <= ord(char) <= high for low, high in ALONE) else "word"


def is_accent(char: str) -> bool:
    """Tell whether folding drops a character: accents, marks above or below their letter, and what is ignorable."""
    return "\u0300" <= char <= "\u036f" or unicodedata.combining(char) in {220, 230} or char in IGNORABLE


def strip_marks(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(char for char in plain if not is_accent(char))


@cache
def fold(word: str) -> str:
    return strip_marks(strip_marks(word).casefold())


class Text:
    """A text and its tokens: where they start and end, their folded words, and half words before each."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: list[int] = []
        self.ends: list[int] = []
        halves: list[int] = []
        before = ""
        for at, char in enumerate(text):
            kind = role(char)
            if kind == "mark":
                if before:
                    self.ends[-1] = at + 1
                continue
            if kind == "word" == before:
                self.ends[-1] = at + 1
            elif kind:
                self.starts.append(at)
                self.ends.append(at + 1)
                halves.append(1 if kind == "alone" else 2)
            before = kind
        self.words = [fold(text[start:end]) for start, end in zip(self.starts, self.ends, strict=True)]
        self.halves = [0, *itertools.accumulate(halves)]
        self.lines = [0, *(found.end() for found in re.finditer("\r\n|\n|\r", text))]

    def range(self, place: Place) -> tuple[int, int]:
        return bisect_left(self.starts, place["start"]), bisect_right(self.ends, place["end"])

    def count(self, first: int, last: int) -> int:
        return (self.halves[last] - self.halves[first] + 1) // 2

    def shingles(self) -> set[tuple[str, ...]]:
        return {tuple(self.words[at : at + 5]) for at in range(max(len(self.words) - 4, min(len(self.words), 1)))}


def span_problems(text: Text, place: Place) -> Iterator[str]:
    """Say where a span is not from a word's start to a word's end plus punctuation that directly follows."""
    if not 0 <= place["start"] < place["end"] <= len(text.text):
        yield f"out of bounds: {place}"
        return
    first, last = text.range(place)
    if first >= last or text.starts[first] != place["start"]:
        yield f"does not start at a word: {place}"
        return
    if last < len(text.starts) and text.starts[last] < place["end"]:
        yield f"ends inside a word: {place}"
    tail = text.text[text.ends[last - 1] : place["end"]]
    if any(unicodedata.category(char)[0] not in "PS" for char in tail):
        yield f"ends with {tail!r}: {place}"


def position(text: Text, place: Place) -> tuple[int, int, int, int]:
    """Return line, column, end line and end column of a span."""
    line, end_line = bisect_right(text.lines, place["start"]), bisect_right(text.lines, place["end"] - 1)
    return (
        line, place["start"] - text.lines[line - 1] + 1, end_line, place["end"] - text.lines[end_line - 1] + 1,
    )  # fmt: skip


class Checker:
    """What is wrong with a result, as one list of sentences; an empty list is what a test wants."""

    def __init__(self, result: dedup.Result, texts: Mapping[str, str]) -> None:
        self.values = json.loads("".join(result.to_json()))
        self.source = texts
        self.texts = {name: Text(text) for name, text in texts.items()}
        self.config = self.values["config"]
        self.cluster_of: dict[str, str] = {}

    def problems(self) -> list[str]:
        return [
            *(f"schema: {error.message[:200]}" for error in itertools.islice(VALIDATOR.iter_errors(self.values), 3)),
            *self.documents(), *self.clusters(), *self.passages(), *self.pairs(),
        ]  # fmt: skip

    def documents(self) -> Iterator[str]:
        listed = self.values["documents"]
        if [document["id"] for document in listed] != sorted(self.texts):
            yield "documents are not those that were given, sorted"
        for document in listed:
            text = self.texts[document["id"]]
            if (document["words"], document["characters"]) != (text.count(0, len(text.words)), len(text.text)):
                yield f"miscounted: {document}"
        stats = self.values["stats"]
        if (stats["documents"], stats["words"]) != (len(listed), sum(document["words"] for document in listed)):
            yield f"stats: {stats}"

    def clusters(self) -> Iterator[str]:
        for cluster in self.values["clusters"]:
            names = [member["document"] for member in cluster["members"]]
            if names != sorted(set(names)):
                yield f"members unsorted or repeated: {cluster['id']}"
            for name in (cluster["representative"], *names):
                if name in self.cluster_of:
                    yield f"in two clusters: {name}"
                self.cluster_of[name] = cluster["representative"]
            model = self.texts[cluster["representative"]].shingles()
            for member in cluster["members"]:
                own = self.texts[member["document"]].shingles()
                shared = len(own & model)
                if member["jaccard"] != pytest.approx(shared / len(own | model)):
                    yield f"jaccard: {member}"
                if member["containment"] != pytest.approx(shared / min(len(own), len(model))):
                    yield f"containment: {member}"
                if member["jaccard"] < self.config["document-similarity"]:
                    yield f"too unlike: {member}"

    def words(self, place: Place) -> list[str]:
        text = self.texts[place["document"]]
        first, last = text.range(place)
        return text.words[first:last]

    def similarity(self, left: Place, right: Place, *, reordered: bool) -> float:
        a, b = self.words(left), self.words(right)
        return Indel.normalized_similarity(sorted(a), sorted(b)) if reordered else Indel.normalized_similarity(a, b)

    def passages(self) -> Iterator[str]:
        passages = self.values["passages"]
        for section in ("passages", "clusters"):
            for name, count in Counter(item["id"] for item in self.values[section]).items():
                if count > 1:
                    yield f"{count} {section} are called {name}"
        orders = [[key(place) for place in passage["occurrences"]] for passage in passages]
        if orders != sorted(orders):
            yield "passages unsorted"
        for passage, order in zip(passages, orders, strict=True):
            if order != sorted(set(order)):
                yield f"occurrences unsorted or repeated: {passage['id']}"
            unsound = [
                problem
                for place in passage["occurrences"]
                for problem in self.occurrence(place)
            ]  # fmt: skip
            yield from unsound or self.passage(passage)

    def occurrence(self, place: Place) -> Iterator[str]:
        text = self.texts[place["document"]]
        yield from span_problems(text, place)
        if position(text, place) != tuple(place[name] for name in ("line", "column", "end_line", "end_column")):
            yield f"line or column: {place}"
        if text.count(*text.range(place)) < self.config["min-words"]:
            yield f"too short: {place}"

    def passage(self, passage: dict[str, Any]) -> Iterator[str]:
        places, kind, name = passage["occurrences"], passage["kind"], passage["id"]
        for before, after in itertools.pairwise(places):
            if before["document"] == after["document"] and before["end"] > after["start"]:
                yield f"occurrences overlap: {before} {after}"
        documents = {place["document"] for place in places}
        if len(documents) > 1 and len({self.cluster_of.get(document, document) for document in documents}) == 1:
            yield f"explained by a cluster: {name}"
        models = [place for place in places if fingerprint(self.words(place)) == name]
        if not models:
            yield f"no occurrence is the representative: {name}"
            return
        if (
            self.texts[models[0]["document"]].count(*self.texts[models[0]["document"]].range(models[0]))
            != passage["words"]
        ):
            yield f"words: {name}"
        strings = {self.source[place["document"]][place["start"] : place["end"]] for place in places}
        sequences = {tuple(self.words(place)) for place in places}
        fitting = (
            {"verbatim"} if len(strings) == 1 else {"reformatted"} if len(sequences) == 1 else {"edited", "reordered"}
        )
        if kind not in fitting:
            yield f"called {kind}, is {' or '.join(sorted(fitting))}: {name}"
        plain = [self.similarity(models[0], place, reordered=False) for place in places]
        best = plain
        if kind == "reordered":
            turned = [self.similarity(models[0], place, reordered=True) for place in places]
            best = [max(pair) for pair in zip(plain, turned, strict=True)]
        elif passage["similarity"] != pytest.approx(min(plain)):
            yield f"similarity {passage['similarity']}, really {min(plain)}: {name}"
        if min(best) < self.config["min-similarity"] - 1e-9:
            yield f"an occurrence has similarity {min(best)}: {name}"

    def pairs(self) -> Iterator[str]:
        pairs = self.values["pairs"]
        order = [(key(pair["left"]), key(pair["right"])) for pair in pairs]
        if order != sorted(set(order)):
            yield "pairs unsorted or repeated"
        known = {passage["id"]: passage for passage in self.values["passages"]}
        for name in known.keys() - {pair["passage"] for pair in pairs}:
            yield f"no pair: {name}"
        for pair, (left, right) in zip(pairs, order, strict=True):
            if pair["passage"] not in known:
                yield f"of no passage: {pair}"
                continue
            if left >= right or (left[0] == right[0] and left[2] > right[1]):
                yield f"left is not before right: {pair}"
            for side in (pair["left"], pair["right"]):
                yield from span_problems(self.texts[side["document"]], side)
            if left[0] != right[0] and self.cluster_of.get(left[0], left) == self.cluster_of.get(right[0], right):
                yield f"explained by a cluster: {pair}"
            if pair["similarity"] < self.config["min-similarity"]:
                yield f"too unlike: {pair}"
            turned = known[pair["passage"]]["kind"] == "reordered"
            found = {self.similarity(pair["left"], pair["right"], reordered=way) for way in {False, turned}}
            if not any(pair["similarity"] == pytest.approx(value) for value in found):
                yield f"similarity is {found}: {pair}"


def key(place: Place) -> tuple[str, int, int]:
    return place["document"], place["start"], place["end"]


def fingerprint(words: list[str]) -> str:
    return blake2b(" ".join(words).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def problems(result: dedup.Result, texts: Mapping[str, str]) -> list[str]:
    return Checker(result, texts).problems()


def uncovered(result: dedup.Result, texts: Mapping[str, str]) -> list[str]:
    """Return the words of every run of `min_words` that stands at two places, apart, but lies in no occurrence.

    A run counts as found when an occurrence covers 80 % of it: where a chance word before a copy is the same too, the
    run that begins with that word is longer than what all occurrences share.
    """
    length = int(result.config["min-words"])
    explained = {member.document: group.representative for group in result.clusters for member in group.members}
    known = {name: Text(text) for name, text in texts.items()}
    spans: dict[str, list[tuple[int, int]]] = {}
    for passage in result.passages:
        for place in passage.occurrences:
            spans.setdefault(place.document, []).append((place.start, place.end))
    places: dict[tuple[str, ...], list[tuple[str, int]]] = {}
    for name, text in known.items():
        for at in range(len(text.words) - length + 1):
            places.setdefault(tuple(text.words[at : at + length]), []).append((name, at))
    lost = []
    for words, found in places.items():
        for name, at in found:
            # What a member of a cluster repeats inside itself, the representative may show for it.
            apart = any(
                abs(at - other) >= length and explained.get(name, name) == name
                if name == document
                else explained.get(name, name) != explained.get(document, document)
                for document, other in found
            )
            begin, end = known[name].starts[at], known[name].ends[at + length - 1]
            if apart and not any(
                10 * (min(end, last) - max(begin, first)) >= 8 * (end - begin) for first, last in spans.get(name, [])
            ):
                lost.append(f"{name} {begin}: {' '.join(words)}")
    return lost


# Texts


SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]
WORDS = ["".join(parts) for parts in itertools.islice(itertools.product(SYLLABLES, repeat=3), 0, 300_000, 61)]
ARABIC, HEBREW, IDEOGRAPHS = (
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "אבגדהוזחטיכלמנסעפצקרשת",
    [chr(0x4E00 + i) for i in range(900)],
)


def prose(source: random.Random, count: int) -> str:
    return " ".join(source.choices(WORDS, k=count))


def foreign(source: random.Random, letters: str, count: int, marks: str = "") -> str:
    return " ".join(
        "".join(
            letter + (source.choice(marks) if marks else "")
            for letter in source.choices(letters, k=source.randint(3, 7))
        )
        for _ in range(count)
    )


def right_to_left(source: random.Random) -> Texts:
    points = "\u05b0\u05b7\u05b8"
    arabic, hebrew = foreign(source, ARABIC, 40) + ".", foreign(source, HEBREW, 40, points) + "."
    return {
        name: f"{foreign(source, ARABIC, 80)} {arabic}\n{foreign(source, HEBREW, 80)} {hebrew} {prose(source, 20)}"
        for name in ("a", "b", "c")
    }


def stock_sentences(source: random.Random) -> Texts:
    sentences = [prose(source, source.randint(12, 25)) + "." for _ in range(12)]
    return {f"{number:02}": " ".join(source.sample(sentences, 12)) for number in range(30)}


def log_lines(source: random.Random) -> Texts:
    return {
        "log": "".join(
            f"2024-05-0{day} 0{source.randint(0, 9)}:1{source.randint(0, 9)}:00 INFO worker-{source.randint(1, 8)} "
            f"request for item {source.randint(1, 99999)} completed in {source.randint(1, 900)} ms with status 200\n"
            for day in range(1, 9)
            for _ in range(25)
        )
    }


def table(source: random.Random) -> Texts:
    rows = (
        f"| {n} | {source.choice(WORDS)} | {source.choice(['open', 'closed'])} | see the appendix |" for n in range(250)
    )
    return {"table.md": "| id | name | status | note |\n|---|---|---|---|\n" + "\n".join(rows)}


def quoting(source: random.Random) -> Texts:
    texts, quoted = {}, ""
    for number in range(8):
        quoted = prose(source, 40) + "\n" + re.sub("^", "> ", quoted, flags=re.MULTILINE)
        texts[f"{number}"] = quoted
    return texts


def line_ends(source: random.Random) -> Texts:
    shared = [prose(source, 12) for _ in range(4)]
    return {
        name: end.join([prose(source, 30), *shared, prose(source, 30), ""])
        for name, end in (("cr", "\r"), ("lf", "\n"), ("crlf", "\r\n"), ("separator", "\u2028"))
    }


def repeated_paragraphs(source: random.Random) -> Texts:
    return {"twice": "\n\n".join(paragraph for _ in range(25) for paragraph in [prose(source, 50) + "."] * 2)}


def padded_copies(source: random.Random) -> Texts:
    text = prose(source, 150)
    return {"one": text, "ten": " ".join(f"{text}.\n{prose(source, 60)}" for _ in range(10))}


def ten_copies(source: random.Random) -> Texts:
    text = prose(source, 150) + "."
    return {"one": text, "ten": "\n\n".join([text] * 10)}


def copied_whole(source: random.Random) -> Texts:
    """The same document 20 times, with one paragraph that stands in it twice."""
    twice = prose(source, 40)
    text = f"{prose(source, 100)} {twice}.\n{prose(source, 100)} {twice}.\n{prose(source, 100)}"
    return {f"{number:02}": text for number in range(20)}


def ideographs(source: random.Random) -> Texts:
    shared = "".join(source.choices(IDEOGRAPHS, k=60))
    return {
        name: f"{''.join(source.choices(IDEOGRAPHS, k=300))}{shared}。{''.join(source.choices(IDEOGRAPHS, k=300))}"
        for name in "ab"
    }


CASES: dict[str, Callable[[random.Random], Texts]] = {
    "no document": lambda source: {},
    "nothing but emptiness": lambda source: {"a": "", "b": " \n\t\n", "c": "", "d": "\ufeff\u200b"},
    "one character": lambda source: {"a": "x", "b": "x", "c": "好", "d": ".", "e": "\u0301"},
    "empty documents between others": lambda source: {
        name: text
        for number in range(40)
        for name, text in ((f"{number:02}", prose(source, 3 * number)), (f"{number:02}x", ""))
    },
    "punctuation": lambda source: {"a": "".join(source.choices(".,;:!?-()[]{}'\" \n", k=20_000)), "b": "..." * 5_000},
    "one word without end": lambda source: {"a": "x" * 200_000, "b": "x" * 200_000 + " end"},
    "one word": lambda source: {"a": "buffalo " * 5_000},
    "one word in two documents": lambda source: {"a": "buffalo " * 700, "b": "buffalo " * 900},
    "two words": lambda source: {"a": "tick tock " * 2_500},
    "a short sentence": lambda source: {"a": "I will not talk in class. " * 1_000},
    "a long sentence": lambda source: {"a": (prose(source, 20) + ". ") * 300},
    "zeros": lambda source: {"a": ("0 " * 20 + "\n") * 200, "b": "0,1,0,0\n" * 1_000},
    "zeros and ones by chance": lambda source: {"a": " ".join(source.choices("01", weights=[9, 1], k=1_500))},
    "four words by chance": lambda source: {"a": " ".join(source.choices("abcd", k=3_000))},
    "base64": lambda source: {"a": base64.encodebytes(source.randbytes(60_000)).decode()},
    "marks after a letter": lambda source: {"a": "a" + "\u0301" * 20_000 + " word", "b": "a word"},
    "marks at the start": lambda source: {"a": "\u0301" * 20_000 + " word", "b": "\u0301" * 3, "c": "\u0301"},
    "a mark on every letter": lambda source: {"a": re.sub("(?<=[a-z])", "\u0323\u0301", prose(source, 60)) * 2},
    "surrogates": lambda source: {
        "a": "\ud800 " + (shared := prose(source, 30)) + " \udfff",
        "b": f"{shared}\udc00 \udc80",
    },
    "control characters": lambda source: {
        "a": "\0\x1b[31m " + (shared := prose(source, 30)) + "\x07",
        "b\n\u202e\x1b": f"\0 {shared}",
    },
    "right to left": right_to_left,
    "ideographs": ideographs,
    "line ends": line_ends,
    "stock sentences": stock_sentences,
    "log": log_lines,
    "table": table,
    "quoted mail": quoting,
    "paragraphs twice": repeated_paragraphs,
    "copies with padding": padded_copies,
    "copies without padding": ten_copies,
    "a document 20 times": copied_whole,
}


@cache
def case(name: str) -> tuple[Texts, dedup.Result]:
    texts = CASES[name](random.Random(name))
    return texts, dedup.scan(texts)


# What holds for every text


@pytest.mark.parametrize("name", CASES)
def test_every_promise_that_can_be_verified_holds(name: str) -> None:
    texts, result = case(name)
    assert problems(result, texts) == []


WINDOWS_SAY_NOTHING = {"one word", "one word in two documents", "two words", "a short sentence", "zeros", "ideographs"}
"""Texts that repeat themselves within a passage's length, or whose tokens count half a word."""
REPEATED_IN_A_ROW = {"a long sentence", "copies without padding"}
"""Texts whose copies touch: a stretch across the border of two copies lies in both, but in neither whole."""


@pytest.mark.parametrize("name", [name for name in CASES if name not in WINDOWS_SAY_NOTHING | REPEATED_IN_A_ROW])
def test_no_verbatim_copy_is_missed(name: str) -> None:
    texts, result = case(name)
    assert uncovered(result, texts) == []


@pytest.mark.parametrize("name", CASES)
def test_every_report_can_be_written(name: str) -> None:
    _, result = case(name)
    for format in FORMATS:
        shown = "".join(reports.render(result, format, View())).encode("utf-8")
        assert b"\0" not in shown
        if format != "csv":  # which has no escapes and leaves names as they are
            assert b"\x1b" not in shown


@pytest.mark.parametrize(
    "name", ["empty documents between others", "stock sentences", "right to left", "zeros", "table"]
)
def test_workers_batches_and_order_change_nothing(name: str) -> None:
    texts, result = case(name)
    turned = dict(reversed(texts.items()))
    for jobs, size in ((1, 1), (3, 2_000)):
        again = dedup.scan(turned, Config(jobs=jobs, batch_bytes=size))
        assert (again.clusters, again.passages, again.pairs) == (result.clusters, result.passages, result.pairs)


# What must be found


def test_a_footer_in_every_document_is_one_passage() -> None:
    source = random.Random(1)
    footer = prose(source, 30) + "."
    texts = {f"{number:04}": f"{prose(source, 40)}\n\n{footer}" for number in range(1_000)}
    result = dedup.scan(texts)
    assert [(p.kind, p.words, len(p.occurrences)) for p in result.passages] == [("verbatim", 30, 1_000)]
    assert {texts[place.document][place.start : place.end] for place in result.passages[0].occurrences} == {footer}
    assert len(result.pairs) <= 5 * 1_000  # links are linear in the documents, not quadratic


def test_one_document_copied_is_one_cluster_without_passages() -> None:
    text = prose(random.Random(2), 200)
    result = dedup.scan({f"{number:03}": text for number in range(400)})
    assert [len(cluster.members) for cluster in result.clusters] == [399]
    assert result.passages == ()


def test_a_paragraph_repeated_inside_a_document_that_is_copied_is_one_passage() -> None:
    _, result = case("a document 20 times")
    assert [passage.words for passage in result.passages] == [40]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("copies with padding", 11),
        # Ten copies and nothing else have the shingles of the one: a cluster, which explains the eleventh.
        ("copies without padding", 10),
    ],
)
def test_a_document_that_contains_another_ten_times_is_one_passage(name: str, count: int) -> None:
    texts, result = case(name)
    places = [place for passage in result.passages for place in passage.occurrences]
    assert [(len(passage.occurrences), passage.words) for passage in result.passages] == [(count, 150)]
    assert {texts[place.document][place.start : place.end].rstrip(".") for place in places} == {
        texts["one"].rstrip(".")
    }


def test_each_paragraph_that_stands_twice_is_a_passage() -> None:
    _, result = case("paragraphs twice")
    assert [(passage.words, len(passage.occurrences)) for passage in result.passages] == [(50, 2)] * 25


def test_texts_in_other_scripts_are_found_to_the_letter() -> None:
    texts, result = case("right to left")
    assert [(passage.kind, len(passage.occurrences), passage.words) for passage in result.passages] == [
        ("verbatim", 3, 40)
    ] * 2
    quoted = [texts[place.document][place.start : place.end] for place in result.passages[0].occurrences]
    assert len(set(quoted)) == 1 and quoted[0].endswith(".")


def test_an_empty_document_changes_nothing_in_the_next() -> None:
    source = random.Random(3)
    shared = prose(source, 16)
    texts = {"b": f"{shared}. {prose(source, 30)}", "d": f"{shared}. {prose(source, 30)}"}
    alone = dedup.scan(texts)
    assert [len(passage.occurrences) for passage in alone.passages] == [2]
    among = dedup.scan({"a": "", "c": "...", "cc": "", **texts, "e": ""})
    assert (among.passages, among.pairs) == (alone.passages, alone.pairs)


# Files


def test_every_file_is_a_document_or_listed_with_a_reason(tmp_path: Path) -> None:
    text = prose(random.Random(4), 30).encode()
    (tmp_path / "empty folder").mkdir()
    files = {
        "good.txt": text, "empty.txt": b"", "nul.txt": b"a \0 b", "late-nul.txt": text * 500 + b"\0",
        "latin.txt": b"caf\xe9",
        "surrogate.txt": b"\xed\xa0\x80", "cut.txt": text + b"\xe2\x82", "marked.txt": b"\xef\xbb\xbf" + text,
        "wide.txt": "\ufeffwide".encode("utf-16-le"), "new\nline.txt": text, "-rf.txt": text,
    }  # fmt: skip
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "up").symlink_to(".")
    (tmp_path / "dangling.txt").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.txt")
    result = dedup.scan(tmp_path)
    read = {Path(document.id).name for document in result.documents}
    unread = {Path(item.path).name: item.reason for item in result.skipped}
    assert read == {"good.txt", "empty.txt", "marked.txt", "wide.txt", "new\nline.txt", "-rf.txt"}
    assert unread.keys() >= {
        "nul.txt",
        "late-nul.txt",
        "latin.txt",
        "surrogate.txt",
        "cut.txt",
        "self",
        "up",
        "dangling.txt",
        "pipe.txt",
    }
    assert all(unread.values()) and not read & unread.keys()


def test_broken_records_spoil_nothing_but_themselves(tmp_path: Path) -> None:
    shared = prose(random.Random(5), 30)
    lines = [
        json.dumps({"id": "a", "text": shared}), json.dumps({"id": "lone", "text": f"\ud800 {shared}"}),
        "not JSON", "[1]",
        '{"id": "number", "text": 3}', '{"id": "none"}', "", "{" * 50_000, "[" * 50_000, '{"id": 1e400, "text": "x"}',
        json.dumps({"id": "\udc00", "text": shared}), json.dumps({"text": shared}), '{"id": "cut", "text": "cut',
        '{"id": ' + "9" * 5_000 + ', "text": "x"}',
    ]  # fmt: skip
    path = tmp_path / "records.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    result = dedup.scan(path)
    blank = 1
    assert len(result.documents) + len(result.skipped) == len(lines) - blank
    assert {"a", "lone", "\udc00"} < {document.id for document in result.documents}
    saved = tmp_path / "result.json"
    result.write(saved)
    assert dedup.read_result(saved) == result


def test_an_unreadable_file_is_listed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("words")
    secret.chmod(0)
    if os.access(secret, os.R_OK):
        pytest.skip("this user can read every file")
    result = dedup.scan(tmp_path)
    assert result.documents == () and [Path(item.path).name for item in result.skipped] == ["secret.txt"]


def test_deep_folders_are_read(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*["d"] * 150)
    folder.mkdir(parents=True)
    (folder / "deep.txt").write_text("words")
    assert [document.words for document in dedup.scan(tmp_path).documents] == [1]


def test_the_sample_corpus_keeps_every_promise() -> None:
    assert problems(dedup.scan(DOCUMENTS), DOCUMENTS) == []
