"""Chains in, alignments out: exactly which words of the left side are which words of the right side.

Between the runs of a chain and outwards from its ends the words are aligned (rapidfuzz for the words between, the
`extend` kernel for the ends), and scored: an equal run of n words counts n - 1/2; a gap costs what `kernels.gap_costs`
says; a replaced stretch of up to eight words whose characters agree to 0.6 or more (a misread, respelt or divided word)
counts in favour. The best-scoring stretch of a chain is an alignment: both its ends are equal words, or words that
are alike in their letters.

Cost: a few microseconds for each gap between runs and each end.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dedup import kernels
from dedup.arrays import I64, U64, Alignments, Runs, document_pairs
from dedup.edits import Words, alike_prefix, may_be_alike, score_words
from dedup.kernels import SCORE

LEAST_RUN = 4
"""Tokens of the shortest run that is worth aligning although no other run follows it."""
_COVERING = 8 * SCORE  # score from which an alignment hides those inside it
_STANDS_OUT = 7  # tokens by which what it hides may reach beyond it
_NEXT = 4  # neighbours, and _FOLLOWS tokens, within which the one that continues an alignment is looked for
_FOLLOWS = 48
_LEAST_GROWN = 9 * SCORE // 2  # score from which ends are grown over letters, and stop others
_FARTHEST = 64  # tokens that an end may grow
_LETTER_WINDOW = 8  # words compared by their letters at a time
_GLANCE = 3  # words that tell whether that is worth while


def align_chains(runs: Runs, chains: I64, order: I64, keys: U64, words: Words) -> Alignments:
    """Return the best-scoring stretches of chains.

    ``chains`` numbers the chain of each run and ``order`` lists the runs chain by chain (``int64[n_runs]`` each). A
    chain of one run is that run, if it is not too short; in a longer one the words between runs decide where it holds
    together.
    """
    left, right, length = runs
    numbers = chains[order]
    begins = np.flatnonzero(np.diff(numbers, prepend=-1))
    sizes = np.diff(begins, append=len(order))
    single = order[begins[sizes == 1]]
    single = single[length[single] >= LEAST_RUN]
    pieces: list[tuple[int, ...]] = []
    for begin, size in zip(begins[sizes > 1].tolist(), sizes[sizes > 1].tolist(), strict=True):
        own = order[begin : begin + size]
        pieces += _best_stretches(left[own].tolist(), right[own].tolist(), length[own].tolist(), keys, words)
    joined = np.array(pieces, np.int64).reshape(-1, 6)
    alone = np.stack(
        [
            left[single],
            (left + length)[single],
            right[single],
            (right + length)[single],
            SCORE * length[single] - SCORE // 2,
            length[single],
        ],
        axis=1,
    )
    return Alignments(*np.concatenate([alone, joined]).T)


def _best_stretches(
    left: list[int], right: list[int], length: list[int], keys: U64, words: Words
) -> Iterator[tuple[int, ...]]:
    """Cut one chain where the words between two runs cost more than what follows is worth."""
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
            scores.append(score_words(keys, (a_end, a), (b_end, b), words))
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


def drop_covered(found: Alignments, offsets: I64, shortest: int) -> Alignments:
    """Return alignments without those that lie, on both sides, inside a better one; by documents and places.

    Inside two long stretches that are nearly the same, every phrase that recurs is aligned with its other places as
    well. That says nothing new, and once extended it joins the long alignment (then it may stand out by a few words).
    What has ``shortest`` equal words of its own is a passage, wherever it lies.
    """
    group = document_pairs(found.left, found.right, offsets)
    order = np.lexsort((found.right, found.left, group))
    found, group = found.take(order), group[order]
    left_slack = np.minimum(_STANDS_OUT, (found.left_end - found.left) // 5)
    right_slack = np.minimum(_STANDS_OUT, (found.right_end - found.right) // 5)
    covered = np.zeros(len(group), bool)
    strong = np.flatnonzero(found.score >= _COVERING)
    begins, ends = np.searchsorted(group, group[strong]), np.searchsorted(group, group[strong], "right")
    several = ends - begins > 1
    strong, begins, ends = strong[several], begins[several], ends[several]
    for best in np.lexsort((strong, -found.score[strong])).tolist():
        index = int(strong[best])
        if covered[index]:
            continue
        own = found.left[begins[best] : ends[best]]
        first, last = np.searchsorted(own, [found.left[index] - _STANDS_OUT, found.left_end[index]]) + begins[best]
        near = slice(int(first), int(last))
        inside = found.left[near] >= found.left[index] - left_slack[near]
        inside &= found.left_end[near] <= found.left_end[index] + left_slack[near]
        inside &= found.right[near] >= found.right[index] - right_slack[near]
        inside &= found.right_end[near] <= found.right_end[index] + right_slack[near]
        inside &= found.equal[near] < shortest
        inside[index - near.start] = False
        covered[near] |= inside
    return found.take(~covered)


def extend_alignments(found: Alignments, offsets: I64, keys: U64, words: Words) -> Alignments:
    """Return alignments extended outwards over edited words.

    ``found`` is sorted by documents and places. An alignment does not leave its documents, overlap itself, or enter the
    next one that continues it (whether those two belong together is decided later).
    """
    left, left_end, right, right_end, score, equal = found
    document = np.searchsorted(offsets, left, "right") - 1
    other = np.searchsorted(offsets, right, "right") - 1
    left_stop = np.where(document == other, right, offsets[document + 1])
    right_stop = offsets[other + 1]
    here, there = _neighbours(found, document, other, 1)
    left_stop[here] = np.minimum(left_stop[here], left[there])
    right_stop[here] = np.minimum(right_stop[here], right[there])
    left_end, right_end, score = _grow(
        keys, words, left_end, right_end, left_stop - left_end, right_stop - right_end, score, 1
    )
    left_stop = offsets[document]
    right_stop = np.where(document == other, left_end, offsets[other])
    here, there = _neighbours(found, document, other, -1)
    left_stop[here] = np.maximum(left_stop[here], left_end[there])
    right_stop[here] = np.maximum(right_stop[here], right_end[there])
    left, right, score = _grow(keys, words, left, right, left - left_stop, right - right_stop, score, -1)
    return Alignments(left, left_end, right, right_end, score, equal)


def _grow(
    keys: U64, words: Words, left: I64, right: I64, left_room: I64, right_room: I64, score: I64, direction: int
) -> tuple[I64, I64, I64]:
    """Return the ends ``left`` and ``right`` moved outwards in ``direction``, and the scores.

    Over edited words by their keys; then, where words are misread, by their letters; in turn until neither helps.
    """
    left, right, score = left.copy(), right.copy(), score.copy()
    # What goes on for longer has runs of its own further on; in a text of near-equal lines this would never end.
    left_room, right_room = np.minimum(left_room, _FARTHEST), np.minimum(right_room, _FARTHEST)
    active = np.flatnonzero((left_room > 0) & (right_room > 0))
    while len(active):
        shift = 0 if direction > 0 else -1
        gain, on_left, on_right = kernels.extend(
            keys, left[active] + shift, right[active] + shift, left_room[active], right_room[active], direction
        )
        score[active] += gain
        for values, room, taken in ((left, left_room, on_left), (right, right_room, on_right)):
            values[active] += direction * taken
            room[active] -= taken
        active = active[(score[active] >= _LEAST_GROWN) & (left_room[active] > 0) & (right_room[active] > 0)]
        grown = []
        for index in active.tolist():
            here = int(left[index]), int(left_room[index]), direction
            there = int(right[index]), int(right_room[index]), direction
            if not may_be_alike(_ahead(words, *here, _GLANCE), _ahead(words, *there, _GLANCE)):
                continue
            words_left, words_right = alike_prefix(
                _ahead(words, *here, _LETTER_WINDOW), _ahead(words, *there, _LETTER_WINDOW)
            )
            if words_left:
                left[index] += direction * words_left
                right[index] += direction * words_right
                left_room[index] -= words_left
                right_room[index] -= words_right
                score[index] += SCORE // 2 * min(words_left, words_right)
                grown.append(index)
        active = np.array(grown, np.int64)
    return left, right, score


def _ahead(words: Words, place: int, room: int, direction: int, most: int) -> list[str]:
    """Return the next few words in a direction, going backward with the words and their letters reversed."""
    count = min(room, most)
    if direction > 0:
        return words(place, place + count)
    return [word[::-1] for word in reversed(words(place - count, place))]


def _neighbours(found: Alignments, document: I64, other: I64, direction: int) -> tuple[I64, I64]:
    """Return which alignments have a neighbour that continues them in ``direction``, on both sides, and which one.

    Only what can be part of a passage by itself stops another one.
    """
    sure = np.flatnonzero(found.score >= _LEAST_GROWN)
    places = np.arange(len(document))
    nearest = np.full(len(document), -1, np.int64)
    for step in range(_NEXT, 0, -1):  # the nearest comes last and decides
        if direction > 0:
            at = np.searchsorted(sure, places, "right") + step - 1
        else:
            at = np.searchsorted(sure, places) - step
        here = np.flatnonzero((at >= 0) & (at < len(sure)))
        there = sure[at[here]]
        first, second = (here, there) if direction > 0 else (there, here)
        gap_left, gap_right = found.left[second] - found.left_end[first], found.right[second] - found.right_end[first]
        follows = (document[here] == document[there]) & (other[here] == other[there])
        follows &= (gap_left >= 0) & (gap_left <= _FOLLOWS) & (gap_right >= 0) & (gap_right <= _FOLLOWS)
        nearest[here[follows]] = there[follows]
    here = np.flatnonzero(nearest >= 0)
    return here, nearest[here]
