"""Texts in, tokens out: what the words of each document are and where they stand.

A batch of texts in UTF-8 becomes one buffer with document offsets (the layout of an Arrow string column) and from that
flat arrays of tokens. A token is a run of alphanumeric code points with the marks inside it; a letter of a script that
puts no spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Myanmar, Tibetan) is a token of its own and counts
as half a word. Its key is a hash of its folded form, its bounds are code points of the untouched text.

Cost: linear; 16 bytes a token.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedup import kernels
from dedup.arrays import I64, U8, U64, Tokens


def tokenize(texts: Sequence[bytes]) -> Tokens:
    """Return the tokens of a batch of texts in UTF-8 (surrogates encoded as three bytes are let pass)."""
    return Tokens(*kernels.tokenize(*_joined(texts)))


def token_keys(texts: Sequence[bytes]) -> tuple[U64, I64, I64]:
    """Return the keys of the tokens of a batch of texts (`Tokens.keys`), their offsets, and the words of each text.

    The words are ``int64[n_texts]``, a letter of a script without spaces being half a word.
    """
    return kernels.token_keys(*_joined(texts))


def _joined(texts: Sequence[bytes]) -> tuple[U8, I64]:
    """Return texts as one buffer and their offsets in it."""
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=offsets[1:])
    return np.frombuffer(b"".join(texts), np.uint8), offsets


def folded_words(text: str) -> list[str]:
    """Return the folded form of each token of a text.

    >>> folded_words("The CAFÉ, 9 o'clock")
    ['the', 'cafe', '9', 'o', 'clock']
    """
    tokens = tokenize([text.encode("utf-8", "surrogatepass")])
    return [kernels.fold(text[a:b]) for a, b in zip(tokens.starts.tolist(), tokens.ends.tolist(), strict=True)]
