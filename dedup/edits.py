"""How two stretches of words differ: opcodes, similarity, and what the reader of a report is shown.

Everything here compares folded words by their keys, with rapidfuzz (Indel: insertions and deletions, hence a longest
common subsequence).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from rapidfuzz.distance import Indel, LCSseq, Levenshtein

from dedup import kernels
from dedup.arrays import U64
from dedup.kernels import SCORE
from dedup.tokenize import tokenize

Words = Callable[[int, int], list[str]]
"""``words(first, last)``: the folded words of a range of places."""

ALIKE = 0.6
"""Character similarity from which a replaced stretch of words counts as the same words misread."""
ALIKE_WORDS = 8
_LEAST_GAIN = 3
_LONGEST = 2000
_SKIPPED = kernels.gap_costs(_LONGEST, one_sided=True).tolist()
_REPLACED = kernels.gap_costs(_LONGEST, one_sided=False).tolist()


def word_opcodes(a: U64, b: U64) -> list[tuple[str, int, int, int, int]]:
    """Return how two token sequences differ, as opcodes (tag, start, end, start, end).

    Tags are equal, replace, delete and insert; a deletion next to an insertion is one replacement. They are those of a
    longest common subsequence; in long sequences, whose table would not fit into memory, of one through the stretches
    of words that stand once in each (patience diff, Cohen 2003, on shingles).
    """
    blocks: list[tuple[int, int, int]] = []
    for first, last, other_first, other_last in _pieces(a, b):
        for block in LCSseq.opcodes(a[first:last].tolist(), b[other_first:other_last].tolist()).as_matching_blocks():
            begin, other_begin = first + block.a, other_first + block.b
            if blocks and block.size and blocks[-1][0] + blocks[-1][2] == begin:
                before, other_before, size = blocks[-1]
                if other_before + size == other_begin:
                    blocks[-1] = before, other_before, size + block.size
                    continue
            if block.size:
                blocks.append((begin, other_begin, block.size))
    result = []
    i = j = 0
    for begin, other_begin, size in [*blocks, (len(a), len(b), 0)]:
        if i < begin or j < other_begin:
            tag = "replace" if i < begin and j < other_begin else "delete" if i < begin else "insert"
            result.append((tag, i, begin, j, other_begin))
        if size:
            result.append(("equal", begin, begin + size, other_begin, other_begin + size))
        i, j = begin + size, other_begin + size
    return result


def _pieces(a: U64, b: U64) -> Iterator[tuple[int, int, int, int]]:
    """Yield which part of one sequence is to be compared with which part of another: the whole, unless it is long."""
    first = other_first = 0
    anchors = _unique_anchors(a, b) if max(len(a), len(b)) > _LONGEST else []
    for last, other_last in [*anchors, (len(a), len(b))]:
        if last - first < _LONGEST // 4 and last < len(a):
            continue
        # Without anything to hold on to, both go forward by the same step.
        while max(last - first, other_last - other_first) > 4 * _LONGEST:
            step, other_step = min(last - first, _LONGEST), min(other_last - other_first, _LONGEST)
            yield first, first + step, other_first, other_first + other_step
            first, other_first = first + step, other_first + other_step
        yield first, last, other_first, other_last
        first, other_first = last, other_last


def _unique_anchors(a: U64, b: U64) -> list[tuple[int, int]]:
    """Return places of both sequences where the same eight words begin that stand nowhere else, further in both."""
    places = []
    for keys in (a, b):
        hashes = kernels.hash_windows(keys, np.arange(max(len(keys) - 7, 0)), 8)
        values, where, counts = np.unique(hashes, return_index=True, return_counts=True)
        places.append((values[counts == 1], where[counts == 1]))
    (values_a, where_a), (values_b, where_b) = places
    _, at_a, at_b = np.intersect1d(values_a, values_b, assume_unique=True, return_indices=True)
    order = np.argsort(where_a[at_a])
    rights = where_b[at_b][order].tolist()
    # Longest increasing subsequence of the places in b.
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, right in enumerate(rights):
        at = bisect_left(tails, right)
        before.append(ends[at - 1] if at else -1)
        if at == len(tails):
            tails.append(right)
            ends.append(index)
        else:
            tails[at], ends[at] = right, index
    kept = []
    index = ends[-1] if ends else -1
    while index >= 0:
        kept.append(index)
        index = before[index]
    lefts = where_a[at_a][order].tolist()
    return [(lefts[index], rights[index]) for index in reversed(kept)]


def gap_cost(words: int, *, one_sided: bool) -> int:
    """Return what a gap of some words costs, in units of `kernels.SCORE` a word (see `kernels.gap_costs`)."""
    return int((_SKIPPED if one_sided else _REPLACED)[min(max(words, 0), _LONGEST)])


def score_words(keys: U64, a: tuple[int, int], b: tuple[int, int], words: Words) -> int:
    """Return what two aligned ranges of places count together, in units of `kernels.SCORE` a word.

    An equal run of n words counts n - 1/2; a replaced stretch of up to eight words whose letters agree counts half a
    word for each; other words cost what `kernels.gap_costs` says. Ranges too long to compare count as replaced.
    """
    size_a, size_b = a[1] - a[0], b[1] - b[0]
    if not size_a or not size_b:
        return -gap_cost(size_a + size_b, one_sided=True)
    if max(size_a, size_b) > _LONGEST:
        return -gap_cost(_LONGEST, one_sided=False)
    total = 0
    for tag, i, i_end, j, j_end in word_opcodes(keys[slice(*a)], keys[slice(*b)]):
        longer, shorter = max(i_end - i, j_end - j), min(i_end - i, j_end - j)
        if tag == "equal":
            total += SCORE * longer - SCORE // 2
        elif tag != "replace":
            total -= gap_cost(longer, one_sided=True)
        elif longer <= ALIKE_WORDS and alike(words(a[0] + i, a[0] + i_end), words(b[0] + j, b[0] + j_end)):
            total += SCORE // 2 * shorter
        else:
            total -= gap_cost(longer, one_sided=False)
    return total


def alike(a: Sequence[str], b: Sequence[str]) -> bool:
    """Return whether two stretches of words agree in six tenths of their letters: the same words misread or respelt."""
    return Indel.normalized_similarity("".join(a), "".join(b), score_cutoff=ALIKE) > 0


def may_be_alike(a: Sequence[str], b: Sequence[str]) -> bool:
    """Return whether a look at `alike_prefix` of longer sequences is worth while, from their first few words."""
    text_a, text_b = " ".join(a), " ".join(b)
    length = min(len(text_a), len(text_b))
    return Levenshtein.normalized_similarity(text_a[:length], text_b[:length], score_cutoff=0.5) > 0


def alike_prefix(a: Sequence[str], b: Sequence[str]) -> tuple[int, int]:
    """Return how many words at the beginning of two sequences are the same words misread, divided or joined.

    A letter (or the space between two words) that is the same counts 1, one that is not -2; the prefix is the one that
    counts most, at least 3, and ends with a word on both sides.

    >>> alike_prefix(["the", "kingdorn", "of", "heaven"], ["the", "kingdom", "is", "not"])
    (2, 2)
    """
    text_a, text_b = " ".join(a) + " ", " ".join(b) + " "
    best, counts = _LEAST_GAIN - 1, (0, 0)
    total = 0
    for step in Levenshtein.opcodes(text_a, text_b):
        i, i_end, j, j_end = step.src_start, step.src_end, step.dest_start, step.dest_end
        if step.tag != "equal":
            total -= 2 * max(i_end - i, j_end - j)
            continue
        last = text_a.rfind(" ", i, i_end)
        if last >= 0 and total + last - i > best:
            best = total + last - i
            counts = text_a.count(" ", 0, last + 1), text_b.count(" ", 0, j + last - i + 1)
        total += i_end - i
    return counts


def shared_words(a: U64, b: U64) -> int:
    """Return the length of the longest common subsequence of two token sequences."""
    return LCSseq.similarity(a.tolist(), b.tolist())


def similarity(a: U64, b: U64, *, reordered: bool = False, equal: int = 0) -> float:
    """Return the Indel similarity of two token sequences, both sorted first where pieces stand in another order.

    ``equal`` words are known to be shared; the more, the less of the table of a long comparison is looked at.
    """
    if len(a) == len(b) and np.array_equal(a, b):
        return 1.0
    if reordered:
        a, b = np.sort(a), np.sort(b)
    length = len(a) + len(b)
    known = Indel.normalized_similarity(a.tolist(), b.tolist(), score_cutoff=max(2 * equal - 1, 0) / length)
    return known or Indel.normalized_similarity(a.tolist(), b.tolist())


def word_differences(left: str, right: str) -> list[tuple[str, int, int, int, int]]:
    """Return how the words of two texts differ, as opcodes with code point offsets into the two texts.

    Each is (tag, left start, left end, right start, right end), tag being equal, replace, delete or insert; offsets
    reach from the first letter of a word to the last of a word, and what stands between words belongs to neither.

    >>> word_differences("The old town hall.", "the town hall")
    [('equal', 0, 3, 0, 3), ('delete', 4, 7, 3, 3), ('equal', 8, 17, 4, 13)]
    """
    keys, starts, ends, offsets = tokenize([text.encode("utf-8", "surrogatepass") for text in (left, right)])
    begin = int(offsets[1])

    def place(first: int, last: int) -> tuple[int, int]:
        if first < last:
            return int(starts[first]), int(ends[last - 1])
        at = int(ends[first - 1]) if first not in (0, begin) else 0
        return at, at

    return [
        (tag, *place(i, i_end), *place(begin + j, begin + j_end))
        for tag, i, i_end, j, j_end in word_opcodes(keys[:begin], keys[begin:])
    ]
