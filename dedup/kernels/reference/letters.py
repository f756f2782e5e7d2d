"""How alike words are in their letters, by way of rapidfuzz.

Texts are folded words, each of them followed by `WORD_END` where the function says so. Of longer texts only the first
`MOST_LETTERS` are compared, so that a word of a million letters costs no more than others.
"""

from __future__ import annotations

from rapidfuzz.distance import Indel, Levenshtein

WORD_END = "\n"
"""Divides words. Unlike a space it is in no folded word (some Arabic signs are folded to a space and a mark)."""
MOST_LETTERS = 2000
ALIKE = 0.6
"""Similarity from which a replaced stretch of words counts as the same words misread."""
_MAY_BE_ALIKE = 0.5
_LEAST_GAIN = 3


def alike(a: str, b: str) -> bool:
    """Return whether two stretches of words, nothing between them, agree in six tenths of their letters.

    Then they are the same words misread or respelt (Indel similarity, as of `dedup.edits.similarity`). Those longer
    than `MOST_LETTERS` are not.

    >>> alike("kingdorn", "kingdom"), alike("heaven", "earth")
    (True, False)
    """
    # Not by rapidfuzz's score_cutoff, some versions of which leave out what is exactly as similar as that.
    return max(len(a), len(b)) <= MOST_LETTERS and Indel.normalized_similarity(a, b) >= ALIKE


def may_be_alike(a: str, b: str) -> bool:
    """Return whether a look at `alike_prefix` of longer texts is worth while, from their first few words.

    Words are divided by `WORD_END`. Half of the letters of the shorter text and as many of the other must agree
    (Levenshtein).
    """
    length = min(len(a), len(b), MOST_LETTERS)
    return Levenshtein.normalized_similarity(a[:length], b[:length]) >= _MAY_BE_ALIKE


def alike_prefix(a: str, b: str) -> tuple[int, int]:
    """Return how many words at the beginning of two texts are the same words misread, divided or joined.

    Every word is followed by `WORD_END`. A letter (or the end of a word before others) that is the same counts 1, one
    that is not -2; the prefix is the one that counts most, at least 3, and ends with a word on both sides. Letters are
    aligned at the least Levenshtein distance. Of several such alignments it is the one that is found going back from
    the end, after what both texts begin and end with, where leaving out a letter of ``a`` is preferred to leaving out
    one of ``b``, and both to a replacement or to equal letters.

    >>> alike_prefix("the\\nkingdorn\\nof\\nheaven\\n", "the\\nkingdom\\nis\\nnot\\n")
    (2, 2)
    """
    a, b = a[:MOST_LETTERS], b[:MOST_LETTERS]
    best, counts = _LEAST_GAIN - 1, (0, 0)
    total = 0
    for step in Levenshtein.opcodes(a, b):
        i, i_end, j, j_end = step.src_start, step.src_end, step.dest_start, step.dest_end
        if step.tag != "equal":
            total -= 2 * max(i_end - i, j_end - j)
            continue
        last = a.rfind(WORD_END, i, i_end)
        if last >= 0 and total + last - i > best:
            best = total + last - i
            counts = a.count(WORD_END, 0, last + 1), b.count(WORD_END, 0, j + last - i + 1)
        total += i_end - i
    return counts
