"""Work in ranges, side by side: what a stage does with many things it can do with some of them at a time.

A stage is told how to do that by an `Each`: the builtin ``map``, or one that the pipeline gets from `workers` (kernels
let go of the interpreter while they work). Results come in the order of the ranges, whoever was first.
"""

from __future__ import annotations

import itertools
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol, TypeVar

import numpy as np

from dedup.arrays import I64, distinct

AHEAD = 16
"""How many things a worker may do before the first result is asked for: few of what is read, and so many that one thing
that takes long stops nobody."""
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_Columns = TypeVar("_Columns", bound=tuple[Any, ...])


class Each(Protocol):
    """Calls a function with each of some things and gives its results, in their order."""

    def __call__(self, function: Callable[[_Item], _Result], items: Iterable[_Item], /) -> Iterator[_Result]:
        """Return the results."""


@contextmanager
def workers(jobs: int) -> Iterator[Each]:
    """Give a way to do something with each of many things, in so many threads (0: as many as there are cores)."""
    jobs = jobs or os.cpu_count() or 1
    if jobs == 1:  # alone, a worker would only wait for the one that gives it work
        yield map
        return
    with ThreadPoolExecutor(jobs) as threads:
        yield partial(_ahead, threads, jobs * AHEAD)


def _ahead(
    threads: Executor, most: int, function: Callable[[_Item], _Result], items: Iterable[_Item]
) -> Iterator[_Result]:
    """Yield the results of a function for each item, in their order, of which ``most`` are worked on or wait.

    (`Executor.map` takes all items first. Where they are read from files, all their results would be held twice.)
    """
    waiting: deque[Future[_Result]] = deque()
    for item in items:
        waiting.append(threads.submit(function, item))
        if len(waiting) >= most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def document_ranges(offsets: I64, most: int, least: int) -> I64:
    """Return where to cut documents into ranges of about as many tokens: the first document of each, and the end.

    ``offsets`` (``int64[n_documents + 1]``) are the places at which documents begin. There are ``most`` ranges
    (``int64[n_ranges + 1]``), or fewer, so that the average one has at least ``least`` tokens. Some may be empty.
    """
    count = max(min(most, int(offsets[-1]) // least), 1)
    cuts = np.searchsorted(offsets, np.arange(count + 1) * (int(offsets[-1]) / count))
    cuts[0], cuts[-1] = 0, len(offsets) - 1
    return cuts


def parts_between(groups: I64, size: int) -> Iterator[slice]:
    """Yield slices (one at least) of about ``size`` elements of ``groups``, in which equal neighbours stay together."""
    ends = np.append(np.flatnonzero(groups[1:] != groups[:-1]) + 1, len(groups))
    cuts = distinct(ends[np.searchsorted(ends, np.arange(size, len(groups), size))])
    bounds = [0, *cuts[cuts < len(groups)].tolist(), len(groups)]
    return itertools.starmap(slice, itertools.pairwise(bounds))


def joined(parts: Iterable[_Columns]) -> _Columns:
    """Return tuples of arrays (one at least) as one, column by column.

    Parts are forgotten one column after the other, so that little of what they hold is there twice.
    """
    parts = list(parts)
    kind, columns = type(parts[0]), list(zip(*parts, strict=True))
    del parts
    whole = [np.concatenate(columns.pop(0)) for _ in range(len(columns))]
    return kind(whole) if kind is tuple else kind(*whole)
