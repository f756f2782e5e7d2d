"""The baseline: the passages that are known, as a file that is kept with the texts.

A header line and then one record a line, sorted by id, each JSON: a change of one passage changes one line, and two
branches merge by keeping the lines of both (also in any order, and with a record twice: git's ``merge=union`` will
do). Nothing in it depends on when or where it was written. Paths are there for people, and to say which of several
occurrences is the further one; a passage is recognised by its words (`dedup.check.identity`).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dedup.check.shingles import pack, quoted, sketches
from dedup.errors import InputError
from dedup.model import Passage
from dedup.result import encode

SCHEMA = "dedup.baseline/1"
HINT = 60
"""Characters of a passage's text that a record shows."""

Places = tuple[tuple[str, int], ...]
"""How many occurrences each document has, sorted."""

_CONFLICT = re.compile(r"(<<<<<<<|=======|>>>>>>>|\|\|\|\|\|\|\|)( |$)")


@dataclass(frozen=True, slots=True, order=True)
class Record:
    """What a baseline keeps of a passage."""

    id: str
    """That of the passage: a fingerprint of its folded words."""
    words: int
    places: Places
    sketch: bytes
    """Of all occurrences: see `dedup.check.shingles`."""
    begins: str
    """How its text begins, for people."""

    @property
    def occurrences(self) -> int:
        """How many occurrences there are in all documents."""
        return sum(count for _, count in self.places)

    def line(self) -> str:
        """Return the record as a line of the file, harmless in any terminal."""
        sketch = base64.b64encode(self.sketch).decode()
        values = {
            "id": self.id,
            "words": self.words,
            "places": dict(self.places),
            "begins": self.begins,
            "sketch": sketch,
        }
        return encode(values) + "\n"


@dataclass(frozen=True, slots=True)
class Baseline:
    """The known passages: records sorted by id, each id once.

    >>> Baseline.of([], {}).records
    ()
    """

    records: tuple[Record, ...] = ()

    @classmethod
    def of(cls, passages: Iterable[Passage], texts: Mapping[str, str]) -> Baseline:
        """Return the baseline in which just these passages are known; ``texts`` are those of a result."""
        passages = list(passages)
        starts = quoted((passage.occurrences[0] for passage in passages), texts)
        return cls._gathered(
            Record(
                passage.id,
                passage.words,
                places_of(passage),
                pack(sketch),
                _hint(text),
            )
            for passage, sketch, text in zip(passages, sketches(passages, texts), starts, strict=True)
        )

    @classmethod
    def read(cls, path: str | Path) -> Baseline:
        """Return the baseline in a file; raises `InputError`, naming file and line, if it is none."""
        try:
            text = Path(path).read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            raise InputError(f"{path}: there is no such baseline; --update-baseline writes it") from None
        except OSError as error:
            raise InputError(f"{path}: the baseline cannot be read: {error.strerror or error}") from error
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: not a baseline: byte {error.start} is not UTF-8") from None
        records = []
        for number, line in enumerate(text.split("\n"), 1):
            line = line.removesuffix("\r")
            try:
                if _CONFLICT.match(line):
                    raise InputError("a merge conflict of git: keep the lines of both sides, without the markers")
                if number == 1:
                    _check_header(line)
                elif line and not _is_header(line):  # a second header is what a merge may leave
                    records.append(_record(line))
            except InputError as error:
                raise InputError(f"{path}, line {number}: {error}") from None
        return cls._gathered(records)

    def lines(self) -> Iterator[str]:
        """Yield the lines of the file."""
        yield encode({"schema": SCHEMA}) + "\n"
        for record in self.records:
            yield record.line()

    @classmethod
    def _gathered(cls, records: Iterable[Record]) -> Baseline:
        """Return a baseline of records in any order, those with one id as one."""
        found: dict[str, Record] = {}
        for record in sorted(records):
            same = found.get(record.id)
            found[record.id] = record if same is None else _united(same, record)
        return cls(tuple(found.values()))


def places_of(passage: Passage) -> Places:
    """Return how many occurrences of a passage each document has."""
    return tuple(sorted(Counter(place.document for place in passage.occurrences).items()))


def most_places(counted: Iterable[Places]) -> dict[str, int]:
    """Return for each document the most occurrences that any of some counts has there."""
    most: dict[str, int] = {}
    for places in counted:
        for document, count in places:
            most[document] = max(count, most.get(document, 0))
    return most


def _united(first: Record, second: Record) -> Record:
    """Return one record of two with one id."""
    places = tuple(sorted(most_places((first.places, second.places)).items()))
    longer = max(first, second, key=lambda record: len(record.sketch))
    return Record(first.id, first.words, places, longer.sketch, first.begins)


def _hint(text: str) -> str:
    line = " ".join(text[: 4 * HINT].split())
    return line if len(line) <= HINT else f"{line[:HINT].rstrip()}…"


def _is_header(line: str) -> bool:
    return line.startswith('{"schema"')


def _check_header(line: str) -> None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    schema = found.get("schema") if isinstance(found, dict) else None
    if schema != SCHEMA:
        shown = "" if schema is None else f", found {ascii(schema)[:60]}"
        raise InputError(f'not a baseline: expected {{"schema": "{SCHEMA}"}}{shown}')


def _record(line: str) -> Record:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        raise InputError("not a record: not JSON") from None
    if not isinstance(values, dict):
        raise InputError("not a record: not an object")

    def value(key: str, kind: type, expected: str) -> Any:
        found = values.get(key)
        if not isinstance(found, kind) or isinstance(found, bool):
            raise InputError(f"not a record: {key} must be {expected}, not {ascii(found)[:60]}")
        return found

    places = value("places", dict, "an object of documents and numbers")
    for document, count in places.items():
        if type(count) is not int or count < 1:
            raise InputError(f"not a record: places of {ascii(document)[:60]} must be a number above 0")
    words = value("words", int, "a number above 0")
    if words < 1 or not places:
        raise InputError("not a record: words and places must not be nothing")
    try:
        sketch = base64.b64decode(value("sketch", str, "a string"), validate=True)
    except (binascii.Error, ValueError):
        raise InputError("not a record: sketch is not base64") from None
    if len(sketch) % 3:
        raise InputError("not a record: sketch is cut off")
    return Record(
        value("id", str, "a string"), words, tuple(sorted(places.items())), sketch, value("begins", str, "a string")
    )
