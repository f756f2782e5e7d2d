"""A slow twin of each stage, obviously right: written from what is promised, in plain Python, without the arrays.

A document is a list of words (or of any values that compare), places count from 0, ranges are half-open.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable, Sequence
from functools import cache
from itertools import combinations, product
from math import log2
from typing import NamedTuple

from rapidfuzz.distance import Indel

Document = Sequence[Hashable]

_SCRIPTS_WITHOUT_SPACES = (
    "CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH", "IDEOGRAPHIC", "HIRAGANA", "HENTAIGANA", "KATAKANA",
    "HALFWIDTH KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN",
)  # fmt: skip
_IGNORED = "\u00ad\u200c\u200d\u2060"  # soft hyphen, zero-width non-joiner and joiner, word joiner


class Token(NamedTuple):
    """A word of a text: folded form, range of code points, and whether it counts as half a word."""

    folded: str
    start: int
    end: int
    half: bool


def is_mark(char: str) -> bool:
    """Return whether a code point belongs to the one before it and changes at most its look or sound."""
    voicing = char in "\uff9e\uff9f"  # half-width forms of marks, though Unicode calls them letters
    return unicodedata.category(char).startswith("M") or char in _IGNORED or voicing


def stands_alone(char: str) -> bool:
    """Return whether a code point is a letter of a script that puts no spaces between words."""
    return not char.isdecimal() and unicodedata.name(char, "").startswith(_SCRIPTS_WITHOUT_SPACES)


def is_accent(char: str) -> bool:
    """Return whether a mark stands above (combining class 230) or below (220) its letter, or is a usual accent."""
    return unicodedata.combining(char) in (220, 230) or 0x300 <= ord(char) <= 0x36F


@cache
def fold(word: str) -> str:
    """Return the folded form: compatibility decomposition, accents dropped, case folded, decomposed again."""
    result = ""
    for char in word:
        for step in (lambda c: c, str.casefold):
            char = unicodedata.normalize("NFKD", step(char))
            char = "".join(c for c in char if not is_accent(c) and c not in _IGNORED)
        result += char
    return result


def tokenize(text: str) -> list[Token]:
    """Return the words of a text, read character by character."""
    words: list[list[int]] = []
    open_word = ""  # what the last word is made of ("run" or "letter"), or nothing when it has ended
    for place, char in enumerate(text):
        if is_mark(char):
            if open_word:
                words[-1][1] = place + 1
        elif not char.isalnum():
            open_word = ""
        elif stands_alone(char):
            words.append([place, place + 1, True])
            open_word = "letter"
        else:
            if open_word != "run":
                words.append([place, place, False])
            words[-1][1] = place + 1
            open_word = "run"
    return [Token(fold(text[start:end]), start, end, bool(half)) for start, end, half in words]


def punctuation_after(text: str, end: int) -> str:
    """Return the punctuation and symbols, white space not among them, that directly follow a place."""
    marks = ""
    while end + len(marks) < len(text) and unicodedata.category(text[end + len(marks)])[0] in "PS":
        marks += text[end + len(marks)]
    return marks


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Return the line and the column of an offset, from 1; a line ends with CRLF, LF or CR."""
    line = column = 1
    for place in range(offset):
        if text[place] == "\n" or (text[place] == "\r" and text[place + 1 : place + 2] != "\n"):
            line, column = line + 1, 1
        else:
            column += 1
    return line, column


def shingles(document: Document, size: int) -> list[tuple[Hashable, ...]]:
    """Return every ``size`` consecutive words."""
    return [tuple(document[at : at + size]) for at in range(len(document) - size + 1)]


def document_shingles(document: Document, size: int = 5) -> list[tuple[Hashable, ...]]:
    """Return the shingles of a document; one that is shorter has one, of all its words."""
    return shingles(document, size) or ([tuple(document)] if document else [])


def jaccard(a: Document, b: Document) -> float:
    """Return the Jaccard similarity of the sets of 5-word shingles of two documents that have words."""
    x, y = set(document_shingles(a)), set(document_shingles(b))
    return len(x & y) / len(x | y)


def containment(a: Document, b: Document) -> float:
    """Return the share of the smaller set of 5-word shingles that is in the other."""
    x, y = set(document_shingles(a)), set(document_shingles(b))
    return len(x & y) / min(len(x), len(y))


def clusters(documents: Sequence[Document], threshold: float) -> dict[int, list[int]]:
    """Return the members of each cluster by representative: the document with the most near ones, of those the one
    with the most shingles, of those the first, takes what is near and still free; and so on."""
    filled = [number for number, document in enumerate(documents) if document]
    near: dict[int, set[int]] = {number: set() for number in filled}
    for a, b in combinations(filled, 2):
        if jaccard(documents[a], documents[b]) >= threshold:
            near[a].add(b)
            near[b].add(a)
    result: dict[int, list[int]] = {}
    taken: set[int] = set()
    for number in sorted(filled, key=lambda n: (-len(near[n]), -len(set(document_shingles(documents[n]))), n)):
        members = near[number] - taken
        if number not in taken and members:
            result[number] = sorted(members)
            taken |= members | {number}
    return result


def winnow(values: Sequence[int], window: int) -> list[int]:
    """Return the places of the least (of equal ones the last) of every ``window`` consecutive values."""
    chosen = set()
    for at in range(len(values) - window + 1):
        least = min(values[at : at + window])
        chosen.add(max(place for place in range(at, at + window) if values[place] == least))
    return sorted(chosen)


def link_groups(sizes: Sequence[int], limit: int, back: int) -> list[tuple[int, int]]:
    """Return all pairs of small groups; in larger ones each member with its predecessors and with the first."""
    pairs = set()
    first = 0
    for size in sizes:
        for later in range(first, first + size):
            earliest = first if size <= limit else max(first, later - back)
            pairs |= {(earlier, later) for earlier in {first, *range(earliest, later)} if earlier < later}
        first += size
    return sorted(pairs)


def equal_runs(documents: Sequence[Document], shortest: int) -> set[tuple[int, int, int]]:
    """Return (left, right, length) of the maximal equal runs of ``shortest`` words and more, by place in the corpus."""
    words = [(number, place) for number, document in enumerate(documents) for place in range(len(document))]

    def equal(i: int, j: int) -> bool:
        return documents[words[i][0]][words[i][1]] == documents[words[j][0]][words[j][1]]

    def goes_on(i: int, step: int) -> bool:
        return 0 <= i + step < len(words) and words[i + step][0] == words[i][0]

    runs = set()
    for i, j in combinations(range(len(words)), 2):
        begins = not (goes_on(i, -1) and goes_on(j, -1) and equal(i - 1, j - 1))
        if not equal(i, j) or not begins:
            continue
        length = 1
        while goes_on(i + length - 1, 1) and goes_on(j + length - 1, 1) and equal(i + length, j + length):
            length += 1
        if length >= shortest:
            runs.add((i, j, length))
    return runs


def gap_cost(words: int, one_sided: bool) -> float:
    """Return what it costs, in words, to skip some: on one side alone, or where others stand in their place."""
    return words / 2 if words <= 4 else 2 + (1 if one_sided else 2) * log2(words - 3)


@cache
def letters_agree(a: str, b: str) -> bool:
    """Return whether two stretches of words agree in six tenths of their letters."""
    return Indel.normalized_similarity(a, b) >= 0.6


def alignment_scores(
    a: Sequence[str], b: Sequence[str], unit: int, *, anywhere: bool, alike: int = 8
) -> dict[tuple[int, int], int]:
    """Return, for each pair of lengths, the best score of an alignment of two beginnings that ends in words that agree.

    It starts where the texts do, or ``anywhere``. An equal run of n words counts n - 1/2 (the half is not paid again
    after words that are alike); words whose letters agree, at most ``alike`` at a time, count half a word each; words
    between cost what `gap_cost` says or, at the ends of an alignment, half a word each.
    """
    scores: dict[tuple[int, int], int] = {}

    def gap(left: int, right: int) -> int:
        wide = max(left, right)
        return min(round(unit * gap_cost(wide, one_sided=not (left and right))), wide * unit // 2)

    def before(i: int, j: int) -> list[int]:
        joined = [score - gap(i - k, j - m) for (k, m), score in scores.items() if k <= i and m <= j]
        return [*joined, 0] if anywhere or (i, j) == (0, 0) else joined

    for i, j in product(range(1, len(a) + 1), range(1, len(b) + 1)):
        options = []
        if a[i - 1] == b[j - 1]:
            options += [score + unit - unit // 2 for score in before(i - 1, j - 1)]
            options += [scores[at] + unit for at in [(i - 1, j - 1)] if at in scores]
        for p, q in product(range(1, min(i, alike) + 1), range(1, min(j, alike) + 1)):
            if letters_agree("".join(a[i - p : i]), "".join(b[j - q : j])):
                options += [score + unit // 2 * min(p, q) for score in before(i - p, j - q)]
        if options:
            scores[i, j] = max(options)
    return scores


class Run(NamedTuple):
    """Words that are equal from two places on."""

    left: int
    right: int
    length: int


def link_score(before: Run, after: Run, max_gap: int, unit: int) -> int | None:
    """Return what joining a run to its predecessor adds to the score (0 or less); None where it may not be joined.

    The part of the later run that overlaps the earlier one is cut off; gaps are what is then between them.
    """
    if after.left <= before.left or after.right <= before.right:
        return None
    overlap = max(before.left + before.length - after.left, before.right + before.length - after.right, 0)
    gap_left = after.left + overlap - before.left - before.length
    gap_right = after.right + overlap - before.right - before.length
    if overlap >= after.length or max(gap_left, gap_right) > max_gap:
        return None
    return (
        -round(unit * gap_cost(abs(gap_left - gap_right), one_sided=True))
        - unit * min(gap_left, gap_right) // 4
        - unit * overlap
    )


def best_chain_score(runs: Sequence[Run], max_gap: int, unit: int) -> int:
    """Return the score of the best chain, trying every predecessor of every run."""
    scores: list[int] = []
    for number, run in enumerate(runs):
        joined = [
            scores[before] + cost
            for before in range(number)
            if (cost := link_score(runs[before], run, max_gap, unit)) is not None
        ]
        scores.append(unit * run.length - unit // 2 + max([0, *joined]))
    return max(scores)


def extension_scores(a: Document, b: Document, unit: int) -> dict[tuple[int, int], int]:
    """Return, for each pair of lengths, the best score of an alignment of two beginnings that ends in equal words.

    An equal word scores one unit, half a unit less where equal words begin anew; a word skipped on one side, or on both
    at once, costs half a unit. The words before the beginnings are equal ones.
    """
    low = -(10**9)
    run = {(0, 0): 0}
    gap: dict[tuple[int, int], int] = {}

    def best(i: int, j: int) -> int:
        return max(run.get((i, j), low), gap.get((i, j), low))

    for i in range(len(a) + 1):
        for j in range(len(b) + 1):
            if i and j and a[i - 1] == b[j - 1]:
                run[i, j] = max(run.get((i - 1, j - 1), low) + unit, gap.get((i - 1, j - 1), low) + unit - unit // 2)
            if i or j:
                gap[i, j] = max(best(i - 1, j), best(i, j - 1), best(i - 1, j - 1)) - unit // 2
    return run


def common_subsequence(a: Document, b: Document) -> int:
    """Return the length of a longest common subsequence."""
    row = [0] * (len(b) + 1)
    for x in a:
        above = row
        row = [0]
        for at, y in enumerate(b):
            row.append(above[at] + 1 if x == y else max(above[at + 1], row[at]))
    return row[-1]


def similarity(a: Document, b: Document) -> float:
    """Return the Indel similarity: twice the longest common subsequence over the sum of lengths."""
    return 2 * common_subsequence(a, b) / (len(a) + len(b))


def same_occurrence(a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Return whether two ranges cover each other by four fifths or more."""
    x, y = set(range(*a)), set(range(*b))
    return all(len(x & y) >= 4 * len(side) / 5 for side in (x, y))
