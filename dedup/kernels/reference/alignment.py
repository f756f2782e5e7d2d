"""Words aligned with words: common subsequences, and the scores of what lies between runs and beyond ends.

Gaps cost what `gap_costs` says. In plain Python with rapidfuzz, one alignment after the other.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np
from rapidfuzz.distance import LCSseq

from dedup.arrays import I64, U64, Flags
from dedup.kernels.reference.chains import SCORE, gap_costs
from dedup.kernels.reference.extension import WINDOW, extend
from dedup.kernels.reference.letters import WORD_END, alike, alike_prefix, may_be_alike
from dedup.kernels.reference.texts import Texts

RunsBetween = Callable[[int, int, int, int], list[tuple[int, int, int]]]
"""``runs_between(first, last, other_first, other_last)``: the equal runs (place in the one range, in the other, length)
of two ranges of places."""
LONGEST_COMPARED = 2000
"""Words of the longest sequences of which the table of common subsequences is made as a whole."""
ALIKE_WORDS = 8
"""Words of the longest replaced stretch whose letters are compared."""
LEAST_GROWN = 9 * SCORE // 2
"""Score from which ends are grown over letters (an equal run of five words)."""
_STANDS_OUT = 7  # tokens by which an alignment may reach beyond one that covers it
_LETTER_WINDOW = 8  # words compared by their letters at a time
_GLANCE = 3  # words that tell whether that is worth while
_SKIPPED: list[int] = gap_costs(LONGEST_COMPARED, one_sided=True).tolist()
_REPLACED: list[int] = gap_costs(LONGEST_COMPARED, one_sided=False).tolist()


def lcs_length(a: U64, b: U64, known: int = 0) -> int:
    """Return the length of the longest common subsequence of two sequences of keys.

    It may be said to be ``known`` or more: then, if it is, less of the table is looked at.
    """
    return LCSseq.similarity(a.tolist(), b.tolist(), score_cutoff=known) or LCSseq.similarity(a.tolist(), b.tolist())


def similarity(a: U64, b: U64, known: int = 0) -> float:
    """Return the Indel similarity of two sequences of keys, ``known`` of which are known to be shared."""
    both = len(a) + len(b)
    return 1.0 - (both - 2 * lcs_length(a, b, known)) / both


def lcs_runs(a: U64, b: U64) -> I64:
    """Return ``int64[n, 3]``: the equal runs (place in ``a``, in ``b``, length) of a longest common subsequence.

    Of several it is the one that is found going back from the end of the table (after what both begin and end with),
    where leaving out a key of ``a`` is preferred to leaving out one of ``b``. The table takes ``len(a) * len(b)`` bits.
    """
    found = LCSseq.opcodes(a.tolist(), b.tolist()).as_matching_blocks()
    return np.array([(run.a, run.b, run.size) for run in found if run.size], np.int64).reshape(-1, 3)


def score_words(keys: U64, left: I64, left_end: I64, right: I64, right_end: I64, texts: Texts) -> I64:
    """Return ``int64[n]``: what aligned ranges of places count together, in units of `SCORE` a word.

    An equal run of n words counts n - 1/2; a replaced stretch of up to eight words whose letters agree counts half a
    word for each; other words cost what `gap_costs` says. Ranges too long to compare count as replaced.
    """
    rows = zip(*(values.tolist() for values in (left, left_end, right, right_end)), strict=True)
    return np.array([_score(keys, (a, a_end), (b, b_end), texts) for a, a_end, b, b_end in rows], np.int64)


def _score(keys: U64, a: tuple[int, int], b: tuple[int, int], texts: Texts) -> int:
    size_a, size_b = a[1] - a[0], b[1] - b[0]
    if not size_a or not size_b:
        return -_SKIPPED[min(size_a + size_b, LONGEST_COMPARED)]
    if max(size_a, size_b) > LONGEST_COMPARED:
        return -_REPLACED[LONGEST_COMPARED]
    total = 0
    i, j = a[0], b[0]
    runs: list[list[int]] = lcs_runs(keys[slice(*a)], keys[slice(*b)]).tolist()
    for begin, other_begin, size in [*runs, [size_a, size_b, 0]]:
        i_end, j_end = a[0] + begin, b[0] + other_begin
        total += _score_gap((i, i_end), (j, j_end), texts)
        if size:
            total += SCORE * size - SCORE // 2
        i, j = i_end + size, j_end + size
    return total


def _score_gap(a: tuple[int, int], b: tuple[int, int], texts: Texts) -> int:
    """Return what two ranges without an equal word count."""
    shorter, longer = sorted((a[1] - a[0], b[1] - b[0]))
    if not shorter:
        return -_SKIPPED[longer]
    if longer <= ALIKE_WORDS and alike("".join(texts.words(*a)), "".join(texts.words(*b))):
        return SCORE // 2 * shorter
    return -_REPLACED[longer]


def align_runs(left: I64, right: I64, length: I64, begins: I64, keys: U64, texts: Texts) -> I64:
    """Return the best-scoring stretches of chains of equal runs, chain by chain.

    ``left``, ``right`` and ``length`` (``int64[n_runs]``) are the runs of one chain after the other, within a chain in
    their order; ``begins`` (``int64[n_chains + 1]``) says where each chain begins. A run of n words counts n - 1/2, and
    what lies between two runs what `score_words` says. A chain is cut where that costs more than what follows is worth.

    Returns ``int64[n, 6]``: left, left end, right, right end, score, and how many words are equal in the runs.
    """
    pieces: list[tuple[int, ...]] = []
    for begin, end in itertools.pairwise(begins.tolist()):
        own = slice(begin, end)
        pieces += _best_stretches(left[own].tolist(), right[own].tolist(), length[own].tolist(), keys, texts)
    return np.array(pieces, np.int64).reshape(-1, 6)


def _best_stretches(
    left: list[int], right: list[int], length: list[int], keys: U64, texts: Texts
) -> Iterator[tuple[int, ...]]:
    """Yield the best stretches of one chain."""
    spans: list[list[int]] = []
    scores: list[int] = []  # runs and holes in turn
    for a, b, size in zip(left, right, length, strict=True):
        if spans:
            a_end, b_end = spans[-1][1], spans[-1][3]
            overlap = max(a_end - a, b_end - b, 0)
            a, b, size = a + overlap, b + overlap, size - overlap
            if size <= 0:
                continue
            if a + size > spans[0][2]:
                # A text that repeats itself: what comes next on the left is what was the right. A new stretch begins.
                yield from _cut(spans, scores)
                spans, scores = [[a, a + size, b, b + size]], [SCORE * size - SCORE // 2]
                continue
            scores.append(_score(keys, (a_end, a), (b_end, b), texts))
        spans.append([a, a + size, b, b + size])
        scores.append(SCORE * size - SCORE // 2)
    yield from _cut(spans, scores)


def _cut(spans: list[list[int]], scores: list[int]) -> Iterator[tuple[int, ...]]:
    """Yield the best stretch of runs (``spans``) and holes, then those of what is left on either side of it."""
    waiting = [(0, len(spans))]
    while waiting:
        first, last = waiting.pop()
        if first >= last:
            continue
        best, begin, end = _best_stretch(scores[2 * first : 2 * last - 1])
        begin, end = first + begin, first + end
        equal = sum(a_end - a for a, a_end, _, _ in spans[begin : end + 1])
        yield spans[begin][0], spans[end][1], spans[begin][2], spans[end][3], best, equal
        waiting += [(first, begin), (end + 1, last)]


def _best_stretch(scores: list[int]) -> tuple[int, int, int]:
    """Return the best sum of consecutive runs and the holes between them, and its first and last run."""
    best = (scores[0], 0, 0)
    total, begin = scores[0], 0
    for run in range(1, (len(scores) + 1) // 2):
        if total + scores[2 * run - 1] > 0:
            total += scores[2 * run - 1] + scores[2 * run]
        else:
            total, begin = scores[2 * run], run
        if total > best[0]:
            best = (total, begin, run)
    return best


def covered(
    left: I64, left_end: I64, right: I64, right_end: I64, equal: I64, groups: I64, order: I64, shortest: int
) -> Flags:
    """Return ``bool[n]``: which alignments lie, on both sides, inside one that comes before them in ``order``.

    Alignments (``int64[n]`` each) are sorted by ``groups`` and ``left``, and only those of one group cover each other.
    One by one those in ``order`` (``int64[m]``) cover others, unless they are covered themselves. What is covered may
    stand out by 7 tokens or a fifth of its length on each end; with ``shortest`` equal words it is not covered.
    """
    left_slack = np.minimum(_STANDS_OUT, (left_end - left) // 5)
    right_slack = np.minimum(_STANDS_OUT, (right_end - right) // 5)
    result = np.zeros(len(groups), bool)
    coverable = np.flatnonzero(equal < shortest)  # in a text that repeats itself few are: most are long
    begins, ends = (np.searchsorted(groups[coverable], groups[order], side) for side in ("left", "right"))
    lefts = left[coverable]
    for index, begin, end in zip(order.tolist(), begins.tolist(), ends.tolist(), strict=True):
        if result[index] or begin == end:
            continue
        first, last = np.searchsorted(lefts[begin:end], [left[index] - _STANDS_OUT, left_end[index]]) + begin
        near = coverable[first:last]
        inside = left[near] >= left[index] - left_slack[near]
        inside &= left_end[near] <= left_end[index] + left_slack[near]
        inside &= right[near] >= right[index] - right_slack[near]
        inside &= right_end[near] <= right_end[index] + right_slack[near]
        inside &= near != index
        result[near[inside]] = True
    return result


def grow(
    keys: U64, texts: Texts, left: I64, right: I64, left_room: I64, right_room: I64, score: I64, direction: int
) -> tuple[I64, I64, I64]:
    """Return ends ``left`` and ``right`` of alignments moved outwards in ``direction`` (1 or -1), and the scores.

    All are ``int64[n]``; an end moves over at most ``left_room`` and ``right_room`` tokens. Over edited words by their
    keys (`extend`); then, where words are misread, by their letters (`alike_prefix`), a word counting half and only if
    the score is `LEAST_GROWN`; in turn until neither helps.
    """
    left, right, score = left.copy(), right.copy(), score.copy()
    left_room, right_room = left_room.copy(), right_room.copy()
    active = np.flatnonzero((left_room > 0) & (right_room > 0))
    while len(active):
        shift = 0 if direction > 0 else -1
        gain, on_left, on_right = extend(
            keys, left[active] + shift, right[active] + shift, left_room[active], right_room[active], direction
        )
        score[active] += gain
        for values, room, taken in ((left, left_room, on_left), (right, right_room, on_right)):
            values[active] += direction * taken
            room[active] -= taken
        active = active[(score[active] >= LEAST_GROWN) & (left_room[active] > 0) & (right_room[active] > 0)]
        grown = []
        for index in active.tolist():
            here = int(left[index]), int(left_room[index]), direction
            there = int(right[index]), int(right_room[index]), direction
            if not may_be_alike(*(WORD_END.join(_ahead(texts, *side, _GLANCE)) for side in (here, there))):
                continue
            ahead = (_ahead(texts, *side, _LETTER_WINDOW) for side in (here, there))
            words_left, words_right = alike_prefix(*("".join(word + WORD_END for word in words) for words in ahead))
            if words_left:
                left[index] += direction * words_left
                right[index] += direction * words_right
                left_room[index] -= words_left
                right_room[index] -= words_right
                score[index] += SCORE // 2 * min(words_left, words_right)
                grown.append(index)
        active = np.array(grown, np.int64)
    return left, right, score


def may_grow(keys: U64, offsets: I64, left: I64, left_end: I64, right: I64, right_end: I64) -> Flags:
    """Return which alignments edited words beyond one of their ends would raise the score of (`extend`), ``bool[n]``.

    ``left`` to ``left_end`` and ``right`` to ``right_end`` (``int64[n]`` each) are places, each range in one of the
    documents that begin at ``offsets``, which ends do not leave.
    """
    document = np.searchsorted(offsets, left, "right") - 1
    other = np.searchsorted(offsets, right, "right") - 1
    # What raises it begins in the first window; to look at more would have no end in a text of two words.
    left_room = np.minimum(offsets[document + 1] - left_end, WINDOW)
    right_room = np.minimum(offsets[other + 1] - right_end, WINDOW)
    ahead = extend(keys, left_end, right_end, left_room, right_room, 1)
    left_room, right_room = np.minimum(left - offsets[document], WINDOW), np.minimum(right - offsets[other], WINDOW)
    back = extend(keys, left - 1, right - 1, left_room, right_room, -1)
    return (ahead[0] > 0) | (back[0] > 0)


def _ahead(texts: Texts, place: int, room: int, direction: int, most: int) -> list[str]:
    """Return the next few words in a direction, going backward with the words and their letters reversed."""
    count = min(room, most)
    if direction > 0:
        return texts.words(place, place + count)
    return [word[::-1] for word in reversed(texts.words(place - count, place))]
