"""Texts in, tokens out: what the words of each document are and where they stand.

A batch of texts in UTF-8, one buffer with document offsets, becomes flat arrays of tokens. A token is a run of
alphanumeric code points with the marks inside it; a letter of a script that puts no spaces between words (Chinese,
Japanese, Thai, Lao, Khmer, Myanmar, Tibetan) is a token of its own and counts as half a word. Its key is a hash of its
folded form, its bounds are code points of the untouched text.

Cost: linear; 16 bytes a token.
"""

from __future__ import annotations

from collections.abc import Sequence

from dedup import kernels
from dedup.arrays import I64, U64, Tokens
from dedup.columns import Strings
from dedup.model import encode


def tokenize(texts: Sequence[bytes]) -> Tokens:
    """Return the tokens of a batch of texts in UTF-8 (surrogates encoded as three bytes are let pass)."""
    column = Strings.of(texts)
    return Tokens(*kernels.tokenize(column.buffer, column.offsets))


def token_keys(texts: Sequence[bytes]) -> tuple[U64, I64, I64]:
    """Return the keys of the tokens of a batch of texts (`Tokens.keys`), their offsets, and the words of each text.

    The words are ``int64[n_texts]``, a letter of a script without spaces being half a word.
    """
    column = Strings.of(texts)
    return kernels.token_keys(column.buffer, column.offsets)


def folded_words(text: str) -> list[str]:
    """Return the folded form of each token of a text.

    >>> folded_words("The CAFÉ, 9 o'clock")
    ['the', 'cafe', '9', 'o', 'clock']
    """
    tokens = tokenize([encode(text)])
    return [kernels.fold(text[a:b]) for a, b in zip(tokens.starts.tolist(), tokens.ends.tolist(), strict=True)]
