"""Text to tokens, in numpy."""

from __future__ import annotations

import numpy as np

from dedup.arrays import I64, U8, U32, U64
from dedup.kernels.folding import ALONE, EXTEND, FOLDING, SEPARATOR
from dedup.kernels.reference.hashing import mix64

# Odd constants with well spread bits.
_WORD_STEP = np.uint64(0x9E3779B97F4A7C15)
_WORD_MULTIPLIER = np.uint64(0xD6E8FEB86659FD93)
_LENGTH_MULTIPLIER = np.uint64(0xA0761D6478BD642F)
_LOW_BYTES = np.array([(1 << 8 * count) - 1 for count in range(9)], np.uint64)
_PLACES = np.arange(8, dtype=np.uint64) * _WORD_STEP
_LONG_TOKEN = 64  # bytes; what goes beyond is hashed one token at a time

_ASCII_ROLE = bytes(FOLDING.role[:128]) + bytes(128)
_ASCII_FOLD = bytes(range(128)).lower() + bytes(128)


def tokenize(buffer: U8, offsets: I64) -> tuple[U64, U32, U32, I64]:
    """Cut UTF-8 text into tokens.

    ``buffer`` is ``uint8[n_bytes]`` of valid UTF-8 (surrogates encoded as three bytes are let pass), ``offsets`` the
    documents' byte offsets in it. Returns ``keys uint64[n_tokens]`` (hash of the folded form; the lowest bit is set
    when the token is a letter of a script without spaces, which counts as half a word), ``starts`` and ``ends``
    ``uint32[n_tokens]`` in code points from the document's start, and the documents' token offsets.
    """
    raw = buffer.tobytes()
    if raw.isascii():
        roles = np.frombuffer(raw.translate(_ASCII_ROLE), np.uint8)
        folded = np.frombuffer(raw.translate(_ASCII_FOLD) + bytes(8), np.uint8)
        starts, ends = _token_bounds(roles, offsets)
        keys = _hash_ranges(folded, starts, ends - starts)
        return keys, *_relative(starts, ends, offsets)
    chars = np.flatnonzero((buffer & 0xC0) != 0x80)
    char_offsets = np.searchsorted(chars, offsets)
    wide = np.flatnonzero(buffer[chars] >= 0x80)
    points = _decode(buffer, chars[wide])
    FOLDING.prepare(points)
    roles = np.frombuffer(raw.translate(_ASCII_ROLE), np.uint8)[chars]
    roles[wide] = FOLDING.role[points]
    alone = roles == ALONE
    starts, ends = _token_bounds(roles, char_offsets)
    folded, fold_offsets = _fold(raw, chars, wide, points)
    keys = _hash_ranges(folded, fold_offsets[starts], fold_offsets[ends] - fold_offsets[starts])
    keys |= alone[starts].astype(np.uint64)
    return keys, *_relative(starts, ends, char_offsets)


def token_keys(buffer: U8, offsets: I64) -> tuple[U64, I64, I64]:
    """Cut UTF-8 text into tokens of which nobody asks where they stand: see `tokenize`.

    Returns ``keys uint64[n_tokens]``, the documents' token offsets and ``int64[n_documents]``: the words of each
    document, a letter of a script without spaces being half a word; a half is rounded up.
    """
    keys, _, _, bounds = tokenize(buffer, offsets)
    return keys, bounds, (twice_words(keys, bounds[:-1], bounds[1:]) + 1) // 2


def twice_words(keys: U64, first: I64, last: I64) -> I64:
    """Return ``int64[n]``: twice the number of words in ranges of places, which is whole where a token is half a word.

    ``keys`` are the tokens' (see `dedup.arrays.Tokens`); a range may be empty.
    """
    before = np.zeros(len(keys) + 1, np.int64)
    np.cumsum(keys & np.uint64(1), out=before[1:], dtype=np.int64)
    return 2 * (last - first) - (before[last] - before[first])


def _decode(buffer: U8, leads: I64) -> U32:
    """Return the code points whose first bytes (0xC0 and above) stand at ``leads``."""
    first = buffer[leads].astype(np.uint32)
    points = np.zeros(len(leads), np.uint32)
    for size, low, high, mask in ((2, 0xC0, 0xE0, 0x1F), (3, 0xE0, 0xF0, 0x0F), (4, 0xF0, 0x100, 0x07)):
        chosen = np.flatnonzero((first >= low) & (first < high))
        value = first[chosen] & np.uint32(mask)
        for step in range(1, size):
            value = (value << np.uint32(6)) | (buffer[leads[chosen] + step] & np.uint32(0x3F))
        points[chosen] = value
    return points


def _token_bounds(roles: U8, offsets: I64) -> tuple[I64, I64]:
    """Return where tokens start and end, as indices into ``roles`` (one role a character)."""
    firsts = offsets[:-1][offsets[:-1] < offsets[1:]]
    extend = roles == EXTEND
    if extend.any():
        # A mark belongs to what stands before it: give it that role, and a document's first marks none.
        roles = roles.copy()
        roles[firsts[extend[firsts]]] = SEPARATOR
        extend[firsts] = False
        base = np.where(extend, 0, np.arange(len(roles)))
        roles = roles[np.maximum.accumulate(base)]
    inside = roles != SEPARATOR
    start = inside.copy()
    start[1:] &= roles[1:] != roles[:-1]
    start[firsts] = inside[firsts]
    start |= (roles == ALONE) & ~extend
    # A token ends where another starts or where a separator follows.
    end = np.zeros(len(roles) + 1, bool)
    end[1:] = inside
    end[:-1] &= start | ~inside
    return np.flatnonzero(start), np.flatnonzero(end)


def _fold(raw: bytes, chars: I64, wide: I64, points: U32) -> tuple[U8, I64]:
    """Return the folded text as bytes (padded by 8) and where the folded form of each character begins in it."""
    lengths = np.ones(len(chars), np.int64)
    lengths[wide] = FOLDING.length[points]
    begins = np.zeros(len(chars) + 1, np.int64)
    np.cumsum(lengths, out=begins[1:])
    folded = np.zeros(begins[-1] + 8, np.uint8)
    narrow = np.ones(len(chars), bool)
    narrow[wide] = False
    folded[begins[:-1][narrow]] = np.frombuffer(raw.translate(_ASCII_FOLD), np.uint8)[chars[narrow]]
    sizes = lengths[wide]
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    folded[np.repeat(begins[wide], sizes) + within] = FOLDING.data[np.repeat(FOLDING.offset[points], sizes) + within]
    return folded, begins


def _hash_ranges(data: U8, starts: I64, lengths: I64) -> U64:
    """Return a 64-bit hash, lowest bit clear, of each range of ``data`` (which ends in 8 bytes of padding).

    The hash is a finalized sum over the range's 8-byte words, each mixed with its place, so that a word of a million
    letters can be hashed as an array as well.
    """
    words: U64 = np.ndarray(len(data) - 7, "<u8", data, strides=(1,))
    sums = words[starts]
    sums &= _LOW_BYTES[np.minimum(lengths, 8)]
    sums *= _WORD_MULTIPLIER
    sums ^= sums >> np.uint64(32)
    sums += lengths.astype(np.uint64) * _LENGTH_MULTIPLIER
    chosen = np.flatnonzero(lengths > 8)
    for place in range(1, _LONG_TOKEN // 8):
        rest = lengths[chosen] - 8 * place
        word = words[starts[chosen] + 8 * place]
        word &= _LOW_BYTES[np.minimum(rest, 8)]
        word ^= _PLACES[place]
        sums[chosen] += mix64(word)
        chosen = chosen[rest > 8]
    for token in chosen.tolist():
        piece = data[starts[token] + _LONG_TOKEN : starts[token] + lengths[token]].tobytes()
        tail = np.frombuffer(piece + bytes(-len(piece) % 8), "<u8")
        places = np.arange(len(tail), dtype=np.uint64) + np.uint64(_LONG_TOKEN // 8)
        sums[token : token + 1] += mix64(tail ^ (places * _WORD_STEP)).sum(dtype=np.uint64)
    return mix64(sums) & ~np.uint64(1)


def _relative(starts: I64, ends: I64, offsets: I64) -> tuple[U32, U32, I64]:
    """Return token bounds counted from their document's start, and the documents' token offsets."""
    token_offsets = np.searchsorted(starts, offsets)
    base = np.repeat(offsets[:-1], np.diff(token_offsets))
    return (starts - base).astype(np.uint32), (ends - base).astype(np.uint32), token_offsets
