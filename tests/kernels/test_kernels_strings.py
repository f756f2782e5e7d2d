"""Strings in columns: their order and which are the same, against Python's own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_support import batch

strings = st.binary(max_size=3) | st.lists(st.sampled_from([b"\0", b"a", b"\xff", b"abcdefg", b"abcdefgh"])).map(
    b"".join
)


@given(st.lists(strings, max_size=30))
def test_strings_are_put_in_order(kernels, names):
    order, repeated = kernels.string_order(*batch(names))
    assert order.dtype == repeated.dtype == np.int64
    assert order.tolist() == sorted(range(len(names)), key=lambda number: (names[number], number))
    placed = [names[number] for number in order]
    assert repeated.tolist() == [at for at in range(1, len(placed)) if placed[at - 1] == placed[at]]


@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=4), max_size=9))
def test_the_order_of_names_is_that_of_their_code_points(kernels, names):
    order, _ = kernels.string_order(*batch([name.encode("utf-8", "surrogatepass") for name in names]))
    assert [names[number] for number in order] == sorted(names)


@given(st.lists(st.lists(strings, max_size=9), max_size=5))
def test_a_name_is_free_once(kernels, batches):
    table = kernels.NameTable()
    numbers: dict[bytes, int] = {}
    for index, names in enumerate(batches):
        own = np.arange(len(names), dtype=np.int64) + 100 * index
        free = table.add(*batch(names), own)
        assert free.dtype == bool
        for name, number, was_free in zip(names, own.tolist(), free.tolist(), strict=True):
            assert was_free == (name not in numbers)
            numbers.setdefault(name, number)
    assert len(table) == len(numbers)
    assert [table.number(name) for name in numbers] == list(numbers.values())
    with pytest.raises(KeyError):
        table.number(b"nobody")


def test_many_names(kernels):
    names = [f"{number:x}".encode() for number in range(20_000)]
    table = kernels.NameTable()
    numbers = np.arange(20_000)
    assert table.add(*batch(names), numbers).all()
    assert not table.add(*batch(names[::-1]), numbers).any()
    assert [table.number(name) for name in names] == numbers.tolist()


def test_offsets_and_numbers_are_checked(native):
    buffer, offsets = batch([b"ab", b"c"])
    for broken in (offsets[:0], offsets + 1, offsets[::-1].copy(), np.array([0, 4, 3])):
        with pytest.raises(ValueError, match="offsets"):
            native.string_order(buffer, broken)
        with pytest.raises(ValueError, match="offsets"):
            native.NameTable().add(buffer, broken, np.arange(2))
    with pytest.raises(ValueError, match="number for every name"):
        native.NameTable().add(buffer, offsets, np.arange(3))


def test_texts_may_lie_in_several_buffers(native):
    buffers, bounds = zip(batch([b"one two", b""]), batch([]), batch([b"three"]), strict=True)
    from dedup.columns import StringColumn, Strings

    column = StringColumn(list(map(Strings, buffers, bounds)), np.array([2, 1, 0]))
    texts = native.Texts(column, np.array([0, 1, 1, 3]))
    assert [texts.words(first, last) for first, last in ((0, 1), (1, 3))] == [["three"], ["one", "two"]]
    for order, reason in (([0, 1, 3], "order"), ([0, -1, 2], "order"), ([0, 1], "place for every text")):
        with pytest.raises(ValueError, match=reason):
            native.Texts(StringColumn(column.parts, np.array(order)), np.array([0, 1, 1, 3]))
