"""What a scan gives the kernels: made-up documents with known repeats, and the arguments of every call.

So each kernel is measured on what it is given in a scan, whatever stage made it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest

import dedup
from dedup import kernels as active
from dedup.arrays import I64, U64
from dedup.columns import Strings
from dedup.kernels import Texts, reference
from dedup.result import Result

FOOTER = 40
"""Words at the end of every document."""
Call = tuple[Any, ...]


class Copy(NamedTuple):
    """A stretch of words that a document has from an earlier one."""

    document: int
    start: int
    """In characters."""
    end: int


class Prose(NamedTuple):
    """Documents, and what is repeated in them."""

    texts: list[str]
    copies: list[Copy]
    doubles: list[int]
    """Documents that are the one before them with a few words replaced."""


def prose(count: int, size: int, seed: int) -> Prose:
    """Return so many documents of so many words, the footer included; one in ten is nearly the one before it.

    Every second one has 20 to 200 words of an earlier document, one in twenty of them replaced. Of every fifth copy
    the halves are swapped, so that some passages are reordered.
    """
    random = Random(seed)
    lengths = random.choices(range(2, 13), (16, 20, 15, 11, 9, 8, 6, 5, 3, 2, 1), k=20_000)
    vocabulary = ["".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=length)) for length in lengths]

    def fresh(length: int) -> list[str]:  # about as frequent as in prose: some runs are equal by chance
        return [vocabulary[int(len(vocabulary) * random.random() ** 6)] for _ in range(length)]

    def edited(words: Sequence[str]) -> list[str]:
        return [random.choice(vocabulary) if random.random() < 0.05 else word for word in words]

    footer = fresh(FOOTER)
    bodies: list[list[str]] = []
    copies, doubles = [], []
    for number in range(count):
        body = fresh(size - FOOTER)
        if number % 10 == 9:
            at = random.randrange(len(body))
            body = [*bodies[-1][:at], random.choice(vocabulary), *bodies[-1][at + 1 :]]
            doubles.append(number)
        elif number % 2:
            source = random.choice(bodies)
            length = random.randint(20, min(200, len(source)))
            begin, at = random.randint(0, len(source) - length), random.randint(0, len(body) - length)
            copied = edited(source[begin : begin + length])
            if number % 10 == 5:
                copied = copied[length // 2 :] + copied[: length // 2]
            body[at : at + length] = copied
            start = sum(map(len, body[:at])) + at
            copies.append(Copy(number, start, start + sum(map(len, copied)) + length - 1))
        bodies.append(body)
    return Prose([_lines(body + footer) for body in bodies], copies, doubles)


def _lines(words: Sequence[str]) -> str:
    """Return a text in lines of twelve words."""
    return "\n".join(" ".join(words[at : at + 12]) for at in range(0, len(words), 12))


class Scan(NamedTuple):
    """A scan: its documents, its result, and the calls of kernels in it."""

    prose: Prose
    result: Result
    texts: list[bytes]
    keys: U64
    offsets: I64
    calls: dict[str, list[Call]]
    answers: dict[str, list[Any]]
    """What the reference returns for the calls of a kernel, once somebody asked."""

    def arguments(self, kernels: ModuleType, name: str) -> list[Call]:
        """Return the arguments of the calls of a kernel, for one implementation."""
        texts = kernels.Texts(self.texts, self.offsets)

        def runs_between(first: int, last: int, other_first: int, other_last: int) -> list[tuple[int, int, int]]:
            return list(map(tuple, kernels.lcs_runs(self.keys[first:last], self.keys[other_first:other_last]).tolist()))

        def own(argument: Any) -> Any:
            if isinstance(argument, Texts):
                return texts
            return runs_between if callable(argument) else argument

        return [tuple(map(own, call)) for call in self.calls[name]]

    def expected(self, name: str) -> list[Any]:
        """Return what the reference returns for the calls of a kernel."""
        if name not in self.answers:
            self.answers[name] = answers(kernel(reference, name), self.arguments(reference, name))
        return self.answers[name]


def record(made: Prose, folder: Path, names: Sequence[str], *, passages: bool) -> Scan:
    """Scan documents, as JSONL and in one thread, and keep the arguments of the calls of some kernels."""
    path = folder / "documents.jsonl"
    rows = ({"id": f"{number:06}", "text": text} for number, text in enumerate(made.texts))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    calls: dict[str, list[Call]] = {name: [] for name in names}
    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            patch.setattr(active, name, _recorded(getattr(active, name), calls[name]))
        result = dedup.scan(path, dedup.Config(passages=passages, jobs=1))
    texts = [text.encode() for text in made.texts]
    buffer = np.frombuffer(b"".join(texts), np.uint8)
    keys, offsets, _ = reference.token_keys(buffer, np.cumsum([0, *map(len, texts)], dtype=np.int64))
    return Scan(made, result, texts, keys, offsets, calls, {})


def _recorded(function: Callable[..., Any], calls: list[Call]) -> Callable[..., Any]:
    """Return a function that keeps its arguments as they are before the call: some are written to or cleared."""

    def call(*arguments: Any) -> Any:
        calls.append(tuple(value if isinstance(value, Texts) else deepcopy(value) for value in arguments))
        return function(*arguments)

    return call


def kernel(kernels: ModuleType, name: str) -> Callable[..., Any]:
    """Return a kernel; one with a dot is a method, whose first argument is the object."""
    owner, _, method = name.rpartition(".")
    found: Callable[..., Any] = getattr(getattr(kernels, owner) if owner else kernels, method)
    return found


def answers(function: Callable[..., Any], calls: Sequence[Call]) -> list[Any]:
    """Return what a kernel returns for each of some calls."""
    return [function(*arguments) for arguments in calls]


def same(result: Any, expected: Any) -> bool:
    """Return whether two answers are equal in every element, and arrays in type."""
    if isinstance(expected, np.ndarray):
        return isinstance(result, np.ndarray) and result.dtype == expected.dtype and np.array_equal(result, expected)
    if isinstance(expected, Strings):
        return isinstance(result, Strings) and same(result.tolist(), expected.tolist())
    if isinstance(expected, tuple | list):
        return len(result) == len(expected) and all(map(same, result, expected))
    return bool(result == expected)
