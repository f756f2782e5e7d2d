from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from dedup.arrays import F64, I64, U8, U32, U64, Flags
from dedup.kernels.reference.alignment import RunsBetween

def band_keys(signatures: U32, rows: int, bands: int) -> U64: ...
def chain(left: I64, right: I64, length: I64, offsets: I64, costs: I64, look_back: int) -> tuple[I64, I64]: ...
def document_signatures(keys: U64, offsets: I64, size: int, multipliers: U32, increments: U32) -> U32: ...
def equal_groups(hashes: U64) -> tuple[I64, I64]: ...
def equal_runs(
    anchors: Iterable[tuple[I64, I64]], keys: U64, offsets: I64, shortest: int, max_gap: int, least: int
) -> tuple[I64, I64, I64]: ...
def equal_windows(keys: U64, starts: Flags, offsets: I64, size: int) -> tuple[I64, I64]: ...
def fingerprints(keys: U64, offsets: I64, size: int, window: int) -> tuple[U64, I64]: ...
def hash_windows(keys: U64, starts: I64, size: int) -> U64: ...
def link_groups(sizes: I64, limit: int, back: int) -> tuple[I64, I64]: ...
def link_postings(
    places: I64, sizes: I64, offsets: I64, clusters: I64, settled: Flags, limit: int, back: int
) -> tuple[I64, I64]: ...
def mix64(values: U64) -> U64: ...
def read_records(
    lines: bytes, text_field: bytes, id_field: bytes
) -> tuple[list[str | None], list[bytes | None], I64, I64]: ...
def shared_counts(values: U64, offsets: I64, left: I64, right: I64) -> I64: ...
def shingle(keys: U64, offsets: I64, size: int) -> tuple[U64, I64]: ...
def shingle_sets(keys: U64, offsets: I64, size: int) -> tuple[U64, I64]: ...
def text_signatures(
    texts: tuple[bytes, ...],
    size: int,
    multipliers: U32,
    increments: U32,
    filled: NDArray[np.bool_],
    role: U8,
    offset: U32,
    length: U8,
    data: U8,
) -> tuple[I64, I64, U32, U32]: ...
def token_keys(
    buffer: U8, offsets: I64, filled: NDArray[np.bool_], role: U8, offset: U32, length: U8, data: U8
) -> tuple[U64, I64, I64, U32]: ...
def tokenize(
    buffer: U8, offsets: I64, filled: NDArray[np.bool_], role: U8, offset: U32, length: U8, data: U8
) -> tuple[U64, U32, U32, I64, U32]: ...

class Texts:
    def __init__(
        self,
        texts: list[bytes],
        forms: Callable[[bytes], U8],
        token_offsets: I64,
        role: U8,
        offset: U32,
        length: U8,
    ) -> None: ...
    def located(self, first: I64, last: I64) -> I64: ...
    def letters(self, first: int, last: int) -> U32: ...

def pages(text: bytes) -> U32: ...
def alike(a: U32, b: U32) -> bool: ...
def may_be_alike(a: U32, b: U32) -> bool: ...
def alike_prefix(a: U32, b: U32) -> tuple[int, int]: ...
def lcs_length(a: U64, b: U64, known: int = 0) -> int: ...
def lcs_runs(a: U64, b: U64) -> I64: ...
def score_words(
    keys: U64, left: I64, left_end: I64, right: I64, right_end: I64, texts: Texts, skipped: I64, replaced: I64
) -> I64: ...
def align_runs(
    left: I64, right: I64, length: I64, begins: I64, keys: U64, texts: Texts, skipped: I64, replaced: I64
) -> I64: ...
def covered(
    left: I64, left_end: I64, right: I64, right_end: I64, equal: I64, groups: I64, order: I64, shortest: int
) -> NDArray[np.bool_]: ...
def grow(
    keys: U64, texts: Texts, left: I64, right: I64, left_room: I64, right_room: I64, score: I64, direction: int
) -> tuple[I64, I64, I64]: ...
def twice_words(keys: U64, first: I64, last: I64) -> I64: ...
def merge_pieces(
    left: I64,
    left_end: I64,
    right: I64,
    right_end: I64,
    score: I64,
    equal: I64,
    bounds: I64,
    keys: U64,
    texts: Texts,
    skipped: I64,
    replaced: I64,
    least_words: int,
    least_score: int,
    least_similarity: float,
    skip: int,
    near: int,
    close: int,
    recent: int,
    longest: int,
    reordered_gain: float,
    runs_between: RunsBetween,
) -> tuple[I64, I64, I64, I64, F64, U8]: ...
def gather_passages(
    left: I64,
    left_end: I64,
    right: I64,
    right_end: I64,
    similarity: F64,
    reordered: Flags,
    bounds: I64,
    keys: U64,
    least_words: int,
    least_similarity: float,
    runs_between: RunsBetween,
    longest: int,
) -> tuple[I64, I64, I64, F64, U8, U8, I64]: ...
