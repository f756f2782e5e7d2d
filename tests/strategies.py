"""What the tests of the stages are run on: words, hostile texts, and reuse that is planted and therefore known."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

import naive
from hypothesis import strategies as st

SCRIPTS = ("abcdefghijklm", "αβγδεζηθκλμν", "бвгджзиклмнп", "բգդզէըթժլխծկ", "აბგდევზთიკლმ")
"""Letters of unused words, one row a document: such words are never alike in two documents, not even by a letter."""
COPY_LETTERS = "nopqrstuvwxyzôüñśž"
"""Letters of copied words: none of them folds to a letter of unused words."""
IDEOGRAPHS = [chr(point) for point in range(0x4E00, 0x5E00)]

AWKWARD = [
    *"aAbBxZ09_-.,;:!?'\"()  \n\r\t",
    *"éÉüßæøŁıİςΣσЖжأبשל",  # letters with case, marks, special foldings; right to left
    *"中文字々かガｶﾞﾟー",  # ideographs, kana, half-width kana with a voicing mark
    *"ไทยกำ้ລາວខ្មែរမြန်བོད་",  # scripts without spaces, and their marks
    *"한글각",
    *unicodedata.normalize("NFD", "한각"),  # Hangul as syllables and as letters
    *"ＡｂＣ１２ﬁﬀ²½Ⅷ①㈱",  # compatibility forms
    *"\u0301\u0308\u0323\u20dd\u0345\u05b8\u093c\u3099",  # marks, also without a letter before them
    *"\u00ad\u200b\u200c\u200d\u2060\ufeff\u2028\u0085\u00a0",  # what is not seen
    *"👍👩\u200d🚀🇫🇮\ufe0f",
    "\x00", "\ud800", "\udfff", "\U0010ffff", "\U00020000", "\U0001d518",
]  # fmt: skip


def hostile_text(max_size: int = 40) -> st.SearchStrategy[str]:
    """Return texts of awkward characters, and of any at all."""
    awkward = st.text(st.sampled_from(AWKWARD), max_size=max_size)
    return awkward | st.text(st.characters(exclude_categories=()), max_size=max_size)


def documents_of_words(
    letters: int = 3, max_words: int = 30, max_documents: int = 5
) -> st.SearchStrategy[list[list[int]]]:
    """Return documents as lists of few different small numbers, so that words repeat; some documents are empty."""
    words = st.lists(st.integers(1, letters), max_size=max_words)
    periodic = st.builds(
        lambda unit, times: (unit * times)[:max_words], st.lists(st.integers(1, letters), max_size=6), st.integers(1, 9)
    )
    return st.lists(st.just([]) | words | periodic, max_size=max_documents)


def unused_words(random: Random, count: int, letters: str) -> list[str]:
    """Return random words, so long that none of them is ever seen twice."""
    return ["".join(random.choices(letters, k=random.randint(7, 10))) for _ in range(count)]


Writing = Callable[[Random, Sequence[str]], str]
"""Writes words down as a text that has the same folded words."""


def plain(random: Random, words: Sequence[str]) -> str:
    return " ".join(words)


def shouted(random: Random, words: Sequence[str]) -> str:
    return " ".join(words).upper()


def reflowed(random: Random, words: Sequence[str]) -> str:
    return "".join(word + random.choice([" ", "\n", "\r\n", "  ", "\t", "\u00a0", "\n\n> "]) for word in words).rstrip(
        " \n\r\t\u00a0>"
    )


def punctuated(random: Random, words: Sequence[str]) -> str:
    return (
        "".join(
            word + random.choice([" ", ", ", ". ", " (", "; \u201c", "\u2014", "... ", " | ", "* "])
            for word in words[:-1]
        )
        + words[-1]
    )


def decomposed(random: Random, words: Sequence[str]) -> str:
    return unicodedata.normalize("NFD", " ".join(words))


def full_width(random: Random, words: Sequence[str]) -> str:
    text = " ".join(words)
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def hyphenated(random: Random, words: Sequence[str]) -> str:
    return " ".join(word[: len(word) // 2] + "\u00ad" + word[len(word) // 2 :] for word in words)


WRITINGS: list[Writing] = [plain, shouted, reflowed, punctuated, decomposed, full_width, hyphenated]


class Planted(NamedTuple):
    """Texts by id and, for each text that was planted, its spans from first letter to last: (id, start, end)."""

    texts: dict[str, str]
    spans: list[list[tuple[str, int, int]]]
    min_words: int


@st.composite
def planted_reuse(
    draw: st.DrawFn,
    min_words: st.SearchStrategy[int] | None = None,
    writings: Sequence[Writing] = WRITINGS,
    inside: bool | None = None,
) -> Planted:
    """Draw documents of unused words into which copies of a text were planted, written in different ways.

    With ``inside`` the copies stand in one document; without it in one each; None leaves that open.
    """
    random = Random(draw(st.integers(0, 1 << 30)))
    shortest = draw(min_words or st.integers(4, 20))
    words = unused_words(random, shortest + draw(st.integers(0, 25)), COPY_LETTERS)
    copies = draw(st.integers(2, 4))
    same = draw(st.booleans()) if inside is None else inside
    places = [0] * copies if same else list(range(copies))
    texts = {}
    spans: list[tuple[str, int, int]] = []
    for number in range(max(places) + 1):
        name, text = f"d{number}", ""
        for _ in range(places.count(number)):
            text += (
                " ".join(unused_words(random, draw(st.integers(0, 80)) + 70 * (len(text) > 0), SCRIPTS[number])) + " "
            )
            written = draw(st.sampled_from(writings))(random, words)
            spans.append((name, len(text), len(text) + len(written)))
            text += written + " "
        texts[name] = text + " ".join(unused_words(random, draw(st.integers(0, 80)), SCRIPTS[number]))
    if draw(st.booleans()):
        texts["c"] = draw(st.sampled_from(["", "...", "\n"]))  # nothing, between what there is
    return Planted(texts, [spans], shortest)


def words_of(text: str) -> list[str]:
    """Return the folded words of a text, as the slow twin reads them."""
    return [token.folded for token in naive.tokenize(text)]
