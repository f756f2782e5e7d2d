"""The ways in which a planted passage is changed, each a function of a text and a random generator.

An operator takes the source text and returns the text that is planted. Its strength is a number of words or characters,
not a probability, so that "edits-20" is 20 % of the words in every passage. `OPERATORS` lists them by name.
"""

from __future__ import annotations

import itertools
import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"\S*[^\W_]\S*")
_SENTENCE_END = re.compile(r"""[.!?]["'”’)\]]*\s+(?=["“'‘(]?\s?[A-Z])""")
_CLAUSE_END = re.compile(r"""[.!?,;:]["'”’)\]]*\s+""")
_ABBREVIATION = re.compile(r"\b(?:Mr|Mrs|Dr|St|Rev|Hon|Prof|Gen|Col|Vol|No|Ch|Chap|Gal|Rom|Cor|Eph|Matt|Heb|[A-Z])\.$")

CHUNK_WORDS = 8
MIN_PIECE_WORDS = 5
WORDS_PER_PAD = 25
LARGEST_DROP = 0.4

# What optical character recognition mistakes for what; the multi-letter ones are its signature errors.
CONFUSIONS: dict[str, tuple[str, ...]] = {
    "rn": ("m",), "m": ("rn", "in"), "cl": ("d",), "d": ("cl",), "li": ("h",), "vv": ("w",), "w": ("vv",),
    "ii": ("n",), "fi": ("ti",), "ri": ("n",), "l": ("1", "I", "i"), "1": ("l", "I"), "I": ("l", "1"),
    "i": ("l", "j"), "j": ("i",), "e": ("c", "o"), "c": ("e", "o"), "o": ("0", "c"), "0": ("o", "O"),
    "O": ("0", "Q"), "h": ("b", "li"), "b": ("h", "6"), "n": ("u", "ii"), "u": ("n", "ii"), "a": ("o", "u"),
    "s": ("5", "f"), "S": ("5",), "5": ("S",), "f": ("t", "s"), "t": ("f", "l"), "y": ("v",), "v": ("y",),
    "g": ("q", "9"), "q": ("g",), "k": ("lc",), "p": ("n",), "r": ("v",), "T": ("l", "7"), "B": ("8", "R"),
    "8": ("B",), "H": ("II",), "G": ("C", "6"), "C": ("G",), "E": ("F",), "D": ("O",),
    ".": (",",), ",": (".",), ";": (":",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Material:
    """Foreign text: words to replace and insert (``vocabulary``), and clauses that are each used once."""

    vocabulary: Sequence[str]
    clauses: Iterator[str]


Operator = Callable[[str, Random, Material], str]


def verbatim(text: str, rng: Random, material: Material) -> str:
    return text


def reflow(text: str, rng: Random, material: Material) -> str:
    """Break the lines at another width (and, one time in four, not at all); hyphens stay where they were."""
    words = text.split()
    widths = [10_000, *rng.sample(range(30, 120), 3)]
    for width in rng.sample(widths, len(widths)):
        flowed = textwrap.fill(" ".join(words), width, break_long_words=False, break_on_hyphens=False)
        if flowed != text:
            return flowed
    return "  ".join(words)


def surface(text: str, rng: Random, material: Material) -> str:
    """Change case, quotation marks and dashes, and the Unicode form; the folded words stay."""
    changed = rng.choice([str.upper, str.lower, str.title, str.swapcase])(text)
    changed = re.sub(r'"(?=\w)', "“", changed).replace('"', "”").replace("'", "’")
    changed = changed.replace("—", " - ").replace("-", rng.choice(["‐", "–", "-"]))
    forms: list[Callable[[str], str]] = [_full_width, _ligatures, lambda value: unicodedata.normalize("NFD", value)]
    return rng.choice(forms)(changed)


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _ligatures(text: str) -> str:
    return text.replace("ffi", "ﬃ").replace("ff", "ﬀ").replace("fi", "ﬁ").replace("fl", "ﬂ")


def ocr(percent: int) -> Operator:
    """Return the operator that garbles ``percent`` of the characters: confused, lost, words split and joined."""

    def garble(text: str, rng: Random, material: Material) -> str:
        # Half the spaces are safe: joined words are rarer than misread letters.
        places = [i for i, c in enumerate(text) if not c.isspace() or rng.random() < 0.5]
        chosen = set(rng.sample(places, max(1, round(len(text) * percent / 100))))
        out: list[str] = []
        position = 0
        while position < len(text):
            taken, written = _garbled(text, position, rng) if position in chosen else (1, text[position])
            out.append(written)
            position += taken
        return "".join(out).strip() or text

    return garble


def _garbled(text: str, position: int, rng: Random) -> tuple[int, str]:
    """Return how many characters from ``position`` an error takes up, and what it leaves in their place."""
    character = text[position]
    if character.isspace():
        return 1, ""  # two words joined
    kind = rng.random()
    if kind < 0.10:
        return 1, ""
    if kind < 0.20 and text[position + 1 : position + 2].isalnum():
        return 1, character + " "  # one word split
    for size in (2, 1):
        piece = text[position : position + size]
        if piece in CONFUSIONS:
            return size, rng.choice(CONFUSIONS[piece])
    return 1, rng.choice(".,'^*~")


def edits(percent: int) -> Operator:
    """Return the operator that edits ``percent`` of the words: a third each replaced, deleted, joined by a new one."""

    def edit(text: str, rng: Random, material: Material) -> str:
        tokens = list(_TOKEN.finditer(text))
        chosen = rng.sample(range(len(tokens)), max(1, round(len(tokens) * percent / 100)))
        kinds = [("replace", "delete", "insert")[i % 3] for i in range(len(chosen))]
        rng.shuffle(kinds)
        changed = [match.group() for match in tokens]
        for index, kind in zip(chosen, kinds, strict=True):
            changed[index] = _edited(changed[index], kind, index == len(tokens) - 1, rng, material)
        spaces = [text[a.end() : b.start()] for a, b in itertools.pairwise(tokens)]
        parts = [word + space for word, space in zip(changed, [*spaces, ""], strict=True) if word]
        return "".join(parts).strip()

    return edit


def _edited(token: str, kind: str, last: bool, rng: Random, material: Material) -> str:
    if kind == "delete":
        return ""
    core = WORD.search(token)
    assert core is not None
    word = rng.choice(material.vocabulary)
    while word.casefold() == core.group().casefold():
        word = rng.choice(material.vocabulary)
    if kind == "replace":
        return token[: core.start()] + word + token[core.end() :]
    # A word put after the last one would not be part of the passage.
    return f"{word} {token}" if last else f"{token} {word}"


def reordered(text: str, rng: Random, material: Material) -> str:
    """Put the pieces (see `pieces`) into another order."""
    parts = pieces(text)
    order = list(range(len(parts)))
    while [parts[i] for i in order] == parts:
        rng.shuffle(order)
    return " ".join(parts[i] for i in order)


def dropped(text: str, rng: Random, material: Material) -> str:
    """Leave out one piece of every four, at least one: never the first or last, nor two neighbours.

    Pieces are the first of sentences, clauses and chunks where one of those inside holds no more than `LARGEST_DROP` of
    the words: what is left is still a copy of the passage.
    """
    most = LARGEST_DROP * len(WORD.findall(text))
    for parts in _divisions(text):
        small = [i for i in range(1, len(parts) - 1) if len(WORD.findall(parts[i])) <= most]
        if small:
            break
    gone: set[int] = set()
    for index in rng.sample(small, len(small)):
        if len(gone) < max(1, len(parts) // 4) and not {index - 1, index + 1} & gone:
            gone.add(index)
    return " ".join(part for index, part in enumerate(parts) if index not in gone)


def padded(text: str, rng: Random, material: Material) -> str:
    """Put foreign clauses between clauses, one for every 25 words, at least one."""
    wanted = max(1, round(len(WORD.findall(text)) / WORDS_PER_PAD))
    gaps = [match.end() for match in _CLAUSE_END.finditer(text) if match.end() < len(text)]
    if len(gaps) < wanted:
        gaps = [match.start() for match in _TOKEN.finditer(text)][1:]
    out = []
    last = 0
    for gap in sorted(rng.sample(gaps, wanted)):
        out += [text[last:gap], next(material.clauses), " "]
        last = gap
    return "".join([*out, text[last:]])


def sentence_starts(text: str) -> list[int]:
    """Return where sentences begin after the first one, by punctuation and a capital."""
    return [
        match.end()
        for match in _SENTENCE_END.finditer(text)
        if not _ABBREVIATION.search(text, max(0, match.start() - 8), match.start() + 1)
    ]


def pieces(text: str) -> list[str]:
    """Return the text in three or more pieces: sentences, else clauses, else chunks of about eight words."""
    return next(_divisions(text))


def _divisions(text: str) -> Iterator[list[str]]:
    """Yield the ways to divide a text into three or more pieces, from sentences to chunks."""
    for cuts in (sentence_starts(text), [match.end() for match in _CLAUSE_END.finditer(text)]):
        parts = _cut(text, cuts)
        if len(parts) >= 3:
            yield parts
    starts = [match.start() for match in _TOKEN.finditer(text)]
    count = max(3, round(len(starts) / CHUNK_WORDS))
    edges = [0, *(starts[len(starts) * i // count] for i in range(1, count)), len(text)]
    yield [text[a:b].strip() for a, b in itertools.pairwise(edges)]


def _cut(text: str, cuts: Sequence[int]) -> list[str]:
    """Return the text cut where told, except where a piece would have fewer than `MIN_PIECE_WORDS` words."""
    edges = [0]
    for cut in cuts:
        if len(WORD.findall(text, edges[-1], cut)) >= MIN_PIECE_WORDS <= len(WORD.findall(text, cut)):
            edges.append(cut)
    return [text[a:b].strip() for a, b in itertools.pairwise([*edges, len(text)])]


OPERATORS: dict[str, Operator] = {
    "verbatim": verbatim,
    "reflow": reflow,
    "surface": surface,
    "ocr-2": ocr(2),
    "ocr-6": ocr(6),
    "edits-5": edits(5),
    "edits-10": edits(10),
    "edits-20": edits(20),
    "edits-30": edits(30),
    "reordered": reordered,
    "dropped": dropped,
    "padded": padded,
}
