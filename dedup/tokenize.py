"""Texts in, tokens out: what the words of each document are and where they stand.

A batch of texts becomes one UTF-8 buffer with document offsets (the layout of an Arrow string column) and from that
flat arrays of tokens. A token is a run of alphanumeric code points with the marks inside it; a letter of a script that
puts no spaces between words (Chinese, Japanese, Thai, Lao, Khmer, Myanmar, Tibetan) is a token of its own and counts
as half a word. Its key is a hash of its folded form, its bounds are code points of the untouched text.

Cost: linear; 16 bytes a token.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedup import kernels
from dedup.arrays import Tokens


def tokenize(texts: Sequence[str]) -> Tokens:
    """Return the tokens of a batch of texts."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(item) for item in encoded], out=offsets[1:])
    return Tokens(*kernels.tokenize(np.frombuffer(b"".join(encoded), np.uint8), offsets))


def concatenate(batches: Sequence[Tokens]) -> Tokens:
    """Return the tokens of consecutive batches as one."""
    sizes = np.cumsum([0, *(len(batch.keys) for batch in batches)])
    offsets = [batch.offsets[:-1] + size for batch, size in zip(batches, sizes[:-1], strict=True)]
    return Tokens(
        np.concatenate([batch.keys for batch in batches] or [np.zeros(0, np.uint64)]),
        np.concatenate([batch.starts for batch in batches] or [np.zeros(0, np.uint32)]),
        np.concatenate([batch.ends for batch in batches] or [np.zeros(0, np.uint32)]),
        np.concatenate([*offsets, sizes[-1:]]),
    )


def folded_words(text: str) -> list[str]:
    """Return the folded form of each token of a text.

    >>> folded_words("The CAFÉ, 9 o'clock")
    ['the', 'cafe', '9', 'o', 'clock']
    """
    tokens = tokenize([text])
    return [kernels.fold(text[a:b]) for a, b in zip(tokens.starts.tolist(), tokens.ends.tolist(), strict=True)]
