"""The kernels in numpy: readable, complete, and the specification that a faster implementation must equal to the bit.

Every function takes and returns flat arrays and knows nothing of files, documents' names or the stage that calls it.
Documents lie one after the other; ``offsets`` (``int64[n_documents + 1]``) says where each begins. Unsigned 64-bit
arithmetic wraps on purpose.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from dedup.kernels.folding import ALONE, EXTEND, FOLDING, SEPARATOR

U8 = NDArray[np.uint8]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]
I64 = NDArray[np.int64]

# Odd constants with well spread bits (fractions of irrational numbers), and the finalizer of MurmurHash3.
_WORD_STEP = np.uint64(0x9E3779B97F4A7C15)
_WORD_MULTIPLIER = np.uint64(0xD6E8FEB86659FD93)
_LENGTH_MULTIPLIER = np.uint64(0xA0761D6478BD642F)
_SHINGLE_MULTIPLIER = np.uint64(0xE7037ED1A0B428DB)
_LONG_TOKEN = 64  # bytes; longer tokens are hashed one at a time

_ASCII_ROLE = bytes(FOLDING.role[:128]) + bytes(128)
_ASCII_FOLD = bytes(range(128)).lower() + bytes(128)


def mix64(values: U64) -> U64:
    """Return the MurmurHash3 finalizer of ``uint64[n]``: a bijection in which every input bit moves every output bit."""
    values = values ^ (values >> np.uint64(33))
    values *= np.uint64(0xFF51AFD7ED558CCD)
    values ^= values >> np.uint64(33)
    values *= np.uint64(0xC4CEB9FE1A85EC53)
    values ^= values >> np.uint64(33)
    return values


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
    sums = lengths.astype(np.uint64) * _LENGTH_MULTIPLIER
    for place in range(_LONG_TOKEN // 8):
        chosen = np.flatnonzero(lengths > 8 * place) if place else np.arange(len(lengths))
        missing = np.maximum(8 - (lengths[chosen] - 8 * place), 0).astype(np.uint64) * np.uint64(8)
        word = words[starts[chosen] + 8 * place] << missing >> missing
        sums[chosen] += _mix_word(word, np.array([place + 1], np.uint64))
    for token in np.flatnonzero(lengths > _LONG_TOKEN).tolist():
        piece = data[starts[token] + _LONG_TOKEN : starts[token] + lengths[token]].tobytes()
        tail = np.frombuffer(piece + bytes(-len(piece) % 8), "<u8")
        places = np.arange(len(tail), dtype=np.uint64) + np.uint64(_LONG_TOKEN // 8 + 1)
        sums[token] += _mix_word(tail, places).sum(dtype=np.uint64)
    return mix64(sums) & ~np.uint64(1)


def _mix_word(word: U64, place: U64) -> U64:
    value = (word ^ (place * _WORD_STEP)) * _WORD_MULTIPLIER
    return value ^ (value >> np.uint64(32))


def _relative(starts: I64, ends: I64, offsets: I64) -> tuple[U32, U32, I64]:
    """Return token bounds counted from their document's start, and the documents' token offsets."""
    token_offsets = np.searchsorted(starts, offsets)
    base = np.repeat(offsets[:-1], np.diff(token_offsets))
    return (starts - base).astype(np.uint32), (ends - base).astype(np.uint32), token_offsets


def shingle(keys: U64, offsets: I64, size: int) -> tuple[U64, I64]:
    """Hash every ``size`` consecutive tokens of each document.

    Returns ``uint64[n_shingles]`` and the documents' offsets in it; a document of n tokens has max(n - size + 1, 0)
    shingles, the i-th starting at its i-th token.
    """
    counts = np.maximum(np.diff(offsets) - (size - 1), 0)
    shingle_offsets = np.concatenate([[0], np.cumsum(counts)])
    if len(keys) < size:
        return np.zeros(0, np.uint64), shingle_offsets
    inside = np.ones(len(keys) + 1, np.int8)
    for back in range(1, size):  # no shingle starts at a document's last size - 1 tokens
        inside[np.maximum(offsets[1:] - back, offsets[:-1])] = 0
    return hash_windows(keys, np.flatnonzero(inside[: len(keys)]), size), shingle_offsets


def hash_windows(keys: U64, starts: I64, size: int) -> U64:
    """Return the shingle hash of the ``size`` tokens from each of ``starts``."""
    whole = len(starts) > len(keys) // 2  # then shifted slices are faster than gathers
    total = np.zeros(len(keys) - size + 1 if whole else len(starts), np.uint64)
    for place in range(size):
        total *= _SHINGLE_MULTIPLIER
        total += keys[place : place + len(total)] if whole else keys[starts + place]
    return mix64(total[starts] if whole else total)


def signatures(shingles: U64, offsets: I64, multipliers: U32, increments: U32) -> U32:
    """Return the MinHash signatures of documents, ``uint32[n_documents, n_permutations]``.

    The element of a shingle is its upper 32 bits, the permutations are h -> a * fmix32(h) + b mod 2^32 (datasketch 2,
    scheme ``affine32``), and a document without shingles has all values at 2^32 - 1, as there.
    """
    result = np.full((len(offsets) - 1, len(multipliers)), 0xFFFFFFFF, np.uint32)
    elements = _fmix32((shingles >> np.uint64(32)).astype(np.uint32))
    filled = np.flatnonzero(np.diff(offsets))
    # Blocks of documents small enough that a block's elements stay in the cache through all permutations.
    blocks = np.flatnonzero(np.diff(offsets[filled] // (1 << 15), prepend=-1))
    for first, last in itertools.pairwise([*blocks.tolist(), len(filled)]):
        documents = filled[first:last]
        begin = offsets[documents[0]]
        block = elements[begin : offsets[documents[-1] + 1]]
        begins = offsets[documents] - begin
        values = np.empty_like(block)
        minima = np.empty((len(multipliers), len(documents)), np.uint32)
        for row, (a, b) in enumerate(zip(multipliers, increments, strict=True)):
            np.multiply(block, a, out=values)
            np.add(values, b, out=values)
            np.minimum.reduceat(values, begins, out=minima[row])
        result[documents] = minima.T
    return result


def _fmix32(values: U32) -> U32:
    values = values ^ (values >> np.uint32(16))
    values *= np.uint32(0x85EBCA6B)
    values ^= values >> np.uint32(13)
    values *= np.uint32(0xC2B2AE35)
    values ^= values >> np.uint32(16)
    return values


def band_keys(signatures: U32, rows: int, bands: int) -> U64:
    """Return ``uint64[bands, n_documents]``: a hash of each band of ``rows`` signature values."""
    keys = np.zeros((bands, len(signatures)), np.uint64)
    for band in range(bands):
        for row in range(band * rows, (band + 1) * rows):
            keys[band] *= _SHINGLE_MULTIPLIER
            keys[band] += signatures[:, row]
        keys[band] = mix64(keys[band])
    return keys


def winnow(shingles: U64, offsets: I64, window: int) -> I64:
    """Return the indices of the shingles that are the least of some ``window`` consecutive ones of their document.

    Of equal ones the last counts. Two runs of the same ``window`` shingles always choose the same one. A document of
    fewer shingles than the window chooses none.
    """
    count = len(shingles) - window + 1
    if count <= 0:
        return np.zeros(0, np.int64)
    least = shingles[:count].copy()
    chosen = np.arange(count)
    for step in range(1, window):
        other = shingles[step : step + count]
        smaller = other <= least
        np.copyto(least, other, where=smaller)
        chosen[smaller] = np.flatnonzero(smaller) + step
    inside = np.ones(len(shingles), bool)
    for back in range(1, window):  # windows that would cross into the next document
        inside[np.maximum(offsets[1:] - back, offsets[:-1])[offsets[1:] > offsets[:-1]]] = False
    chosen = chosen[inside[:count]]
    return chosen[np.diff(chosen, prepend=-1) > 0]


def link_groups(sizes: I64, limit: int, back: int) -> tuple[I64, I64]:
    """Choose which members of groups to pair.

    Groups of ``sizes`` members lie one after the other and members are known by their place. A group of up to
    ``limit`` gives all its pairs; in a larger one each member is paired with its ``back`` predecessors and with the
    first, so that the number of pairs is linear and the group stays connected. Returns the places of the earlier and
    of the later members, ``int64[n_pairs]`` each.
    """
    places = np.arange(sizes.sum())
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    large = np.repeat(sizes > limit, sizes)
    rank = places - first
    counts = np.where(large, np.minimum(rank, back + 1), rank)
    later = np.repeat(places, counts)
    step = np.arange(len(later)) - np.repeat(np.cumsum(counts) - counts, counts)
    earlier = np.where(large[later] & (step == back), first[later], later - 1 - step)
    return earlier, later


SCORE = 4
"""Score units per word, so that half and quarter words stay whole numbers."""


def gap_costs(longest: int, *, one_sided: bool) -> I64:
    """Return ``int64[longest + 1]``: what it costs, in score units, to skip n words.

    Half a word each up to four; then 2 + 2 log2(n - 3) words where other words stand in their place, and only
    2 + log2(n - 3) where nothing does (a dropped or inserted sentence: that the words around it touch is no chance).
    """
    counts = np.arange(longest + 1)
    curve = 2 + (1 if one_sided else 2) * np.log2(np.maximum(counts - 3, 1))
    return np.round(SCORE * np.where(counts <= 4, counts / 2, curve)).astype(np.int64)


def chain(left: I64, right: I64, lengths: I64, groups: I64, max_gap: int, look_back: int) -> tuple[I64, I64]:
    """Join equal runs into collinear chains: dynamic programming with the shape of minimap2's (Li 2018, section 2.1).

    A run is ``lengths`` tokens equal from ``left`` and ``right`` on; runs are sorted by ``groups`` (the pair of
    documents), then ``left``, then ``right``, and only those of one group are joined. A run scores a word for each
    token less half a word. A predecessor may overlap, be at most ``max_gap`` tokens away on either side, and be among
    the last ``look_back`` in its own or a neighbouring diagonal band; it costs `gap_costs` of the difference of
    the two gaps, a quarter word for each token that both skip, and the overlap. Unlike minimap2's, gap costs are a
    table of whole numbers, so that every implementation agrees.

    Returns the chain number of each run (``int64[n_runs]``) and the predecessor in its chain (-1 at the start).
    """
    cost = gap_costs(max_gap, one_sided=True).tolist()
    lefts, rights, sizes, pairs = left.tolist(), right.tolist(), lengths.tolist(), groups.tolist()
    width = max(max_gap, 1)
    scores: list[int] = []
    predecessors: list[int] = []
    bands: dict[int, list[int]] = {}
    longest: dict[int, int] = {}
    group = -1
    for run, (a, b, size, pair) in enumerate(zip(lefts, rights, sizes, pairs, strict=True)):
        if pair != group:
            bands, longest, group = {}, {}, pair
        band = (b - a) // width
        best, predecessor = 0, -1
        for near in (band - 1, band, band + 1):
            reach = max_gap + longest.get(near, 0)
            for other in bands.get(near, [])[: -look_back - 1 : -1]:
                if a - lefts[other] > reach:
                    break
                if a == lefts[other] or b <= rights[other]:
                    continue
                gap_a = a - lefts[other] - sizes[other]
                gap_b = b - rights[other] - sizes[other]
                overlap = max(-gap_a, -gap_b, 0)
                if gap_a > max_gap or gap_b > max_gap or overlap >= size:
                    continue
                gap_a, gap_b = gap_a + overlap, gap_b + overlap
                if abs(gap_a - gap_b) > max_gap:
                    continue
                score = scores[other] - cost[abs(gap_a - gap_b)] - min(gap_a, gap_b) - SCORE * overlap
                if score > best:
                    best, predecessor = score, other
        scores.append(best + SCORE * size - SCORE // 2)
        predecessors.append(predecessor)
        bands.setdefault(band, []).append(run)
        longest[band] = max(longest.get(band, 0), size)
    return _trace(np.array(scores, np.int64), np.array(predecessors, np.int64))


def _trace(scores: I64, predecessors: I64) -> tuple[I64, I64]:
    """Follow predecessors from the best ends; a run belongs to the first chain that reaches it."""
    chains = np.full(len(scores), -1, np.int64)
    count = 0
    for end in np.lexsort((np.arange(len(scores)), -scores)).tolist():
        if chains[end] >= 0:
            continue
        run = end
        while True:
            chains[run] = count
            before = predecessors[run]
            if before < 0:
                break
            if chains[before] >= 0:  # taken by a better chain: this one starts here
                predecessors[run] = -1
                break
            run = before
        count += 1
    return chains, predecessors


_WINDOW = 16


def extend(
    keys: U64, left: I64, right: I64, left_room: I64, right_room: I64, direction: int
) -> tuple[I64, I64, I64]:
    """Extend alignments outwards over edits, as far as that raises the score.

    From the tokens at ``left`` and ``right`` (``int64[n]``) in ``direction`` (1 or -1), over at most ``left_room`` and
    ``right_room`` tokens: an equal token scores a word, a skipped one (on one side or both) costs half a word, and so
    does beginning a run of equal tokens. Local alignment (Smith and Waterman 1981) within windows of 24 tokens, the
    next one starting where the best score was, for all alignments at once along anti-diagonals.

    Returns the gain in score units and the tokens taken on the left and on the right.
    """
    gain = np.zeros(len(left), np.int64)
    taken_left = np.zeros(len(left), np.int64)
    taken_right = np.zeros(len(left), np.int64)
    active = np.flatnonzero((left_room > 0) & (right_room > 0))
    while len(active):
        grown = []
        for chunk in np.array_split(active, len(active) // 4096 + 1):
            a = _windows(keys, left[chunk] + direction * taken_left[chunk], left_room[chunk] - taken_left[chunk], direction)
            b = _windows(
                keys, right[chunk] + direction * taken_right[chunk], right_room[chunk] - taken_right[chunk], direction
            )
            score, x, y = _best_cell(a, b)
            chosen = score > 0
            grown.append(chunk[chosen])
            gain[grown[-1]] += score[chosen]
            taken_left[grown[-1]] += x[chosen]
            taken_right[grown[-1]] += y[chosen]
        active = np.concatenate(grown)
    return gain, taken_left, taken_right


def _windows(keys: U64, begin: I64, room: I64, direction: int) -> U64:
    """Return ``uint64[n, 24]``: the keys from ``begin`` on in ``direction``, 0 (no key) outside the room."""
    steps = np.arange(_WINDOW)
    places = begin[:, None] + direction * steps
    return np.where(steps < room[:, None], keys[np.clip(places, 0, len(keys) - 1)], np.uint64(0))


def _best_cell(a: U64, b: U64) -> tuple[I64, I64, I64]:
    """Return the best score of an alignment from the windows' origins and how many tokens of each it takes."""
    count = len(a)
    low = np.int16(-10_000)
    shape = (count, _WINDOW + 1)
    # [i] of an anti-diagonal d: i tokens of a and d - i of b are used; `run` ends in an equal token, `gap` does not.
    run_before, gap_before = np.full(shape, low), np.full(shape, low)  # d - 2
    run_last, gap_last = np.full(shape, low), np.full(shape, low)  # d - 1
    run_last[:, 0] = 0
    best = np.zeros(count, np.int16)
    best_a = np.zeros(count, np.int64)
    best_b = np.zeros(count, np.int64)
    reversed_b = b[:, ::-1]
    half = np.int16(SCORE // 2)
    for d in range(1, 2 * _WINDOW + 1):
        run, gap = np.full(shape, low), np.full(shape, low)
        top_last = np.maximum(run_last, gap_last)
        lo, hi = max(0, d - _WINDOW), min(d, _WINDOW)
        gap[:, lo : hi + 1] = top_last[:, lo : hi + 1]
        gap[:, max(lo, 1) : hi + 1] = np.maximum(gap[:, max(lo, 1) : hi + 1], top_last[:, max(lo, 1) - 1 : hi])
        first, last = max(lo, 1), min(hi, d - 1)
        if first <= last:
            inner = slice(first, last + 1)
            outer = slice(first - 1, last)
            gap[:, inner] = np.maximum(gap[:, inner], np.maximum(run_before, gap_before)[:, outer])
            words_a = a[:, outer]
            words_b = reversed_b[:, _WINDOW - (d - first) : _WINDOW - (d - last) + 1]
            equal = (words_a == words_b) & (words_a != 0)
            score = np.maximum(run_before[:, outer] + np.int16(SCORE), gap_before[:, outer] + half)
            run[:, inner] = np.where(equal, score, low)
            place = run[:, inner].argmax(axis=1)
            value = run[np.arange(count), first + place]
            better = value > best
            best[better] = value[better]
            best_a[better] = first + place[better]
            best_b[better] = d - first - place[better]
        gap -= half
        run_before, gap_before, run_last, gap_last = run_last, gap_last, run, gap
    return best.astype(np.int64), best_a, best_b
