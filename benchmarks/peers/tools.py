"""The tools that are timed, each from a JSONL file to groups of near-duplicate documents.

A tool's function imports what it needs and returns the function that does the work, so that imports are not timed. All
do the same: load the records, take lower-case words between white space (`dedup`: its own tokens, which are the same
here), 5-word shingles, 128 signature values, find candidates, accept. Where a tool leaves a step to its user, the
quickest way known to us in plain Python is taken. This module itself needs the standard library alone: it runs in the
peers' own environment as well.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

SLOTS = 128
SHINGLE = 5


Sides = tuple[int, int, int, int]
"""Start and end of a span in the first text, then in the second, in code points."""


class Found(NamedTuple):
    """What a tool reports, as numbers of records: the pairs it accepts, and the groups it makes of them.

    A tool that only says of each record whether it is like some other has these in ``flagged``, and no pairs.
    """

    pairs: list[tuple[int, int]]
    groups: list[list[int]]
    flagged: list[int] | None = None


@dataclass(slots=True)
class Clock:
    """Adds up the seconds of named stages; what passes before a `lap` belongs to its stage."""

    stages: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.perf_counter)

    def lap(self, stage: str) -> None:
        """Give the time since the last call to a stage."""
        now = time.perf_counter()
        self.stages[stage] = self.stages.get(stage, 0.0) + now - self._last
        self._last = now


class Quoted(NamedTuple):
    """What a tool for passages reports: spans, by the number of a pair of texts or the names of two files."""

    spans: list[tuple[int, Sides] | tuple[str, str, Sides]]


Run = Callable[[Path, float, Clock], "Found | Quoted | None"]
"""Works on a file at a threshold; ``None`` from what looks for nothing."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A row of the table."""

    prepare: Callable[[], Run]
    shows: str
    distribution: str | None = None
    """What has to be installed for it in the peers' environment; none: it runs beside the benchmark."""
    helpers: tuple[str, ...] = ()
    """Further distributions that it needs there."""
    extent: str = "clusters"
    """What it does: ``clusters``, more (``passages``), or less (``reading``)."""


def components(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return the connected components of pairs, by union-find with path halving."""
    parent: dict[int, int] = {}

    def root(number: int) -> int:
        while (above := parent.setdefault(number, number)) != number:
            parent[number] = number = parent[above]
        return number

    for a, b in pairs:
        parent[root(a)] = root(b)
    groups: dict[int, list[int]] = {}
    for number in sorted(parent):
        groups.setdefault(root(number), []).append(number)
    return list(groups.values())


def _read_and_split() -> Run:
    def run(path: Path, threshold: float, clock: Clock) -> None:
        with path.open(encoding="utf-8") as file:
            for line in file:
                json.loads(line)["text"].split()
        clock.lap("read, split")

    return run


def _dedup(*, passages: bool) -> Callable[[], Run]:
    def prepare() -> Run:
        from dedup import Config, scan  # not `import dedup`, which would load the rest when it is used

        def run(path: Path, threshold: float, clock: Clock) -> Found:
            current = "read, sketch"

            def progress(phase: str, done: int, total: int) -> None:
                nonlocal current
                if phase != "sketch":
                    clock.lap(current)
                    current = phase if done < total else "rest"

            config = Config(passages=passages, jobs=1, document_similarity=threshold)
            result = scan(str(path), config, progress)
            clock.lap(current)
            pairs = [(int(c.representative), int(m.document)) for c in result.clusters for m in c.members]
            groups = [[int(c.representative), *(int(m.document) for m in c.members)] for c in result.clusters]
            groups += [sorted({int(place.document) for place in passage.occurrences}) for passage in result.passages]
            reused = {(int(pair.left.document), int(pair.right.document)) for pair in result.pairs}
            return Found(pairs + sorted(reused), groups)

        return run

    return prepare


def _gaoya() -> Run:
    from gaoya.minhash import MinHashStringIndex  # type: ignore[import-not-found]

    def run(path: Path, threshold: float, clock: Clock) -> Found:
        texts = _load(path)
        clock.lap("load")
        index = MinHashStringIndex(
            hash_size=32,
            jaccard_threshold=threshold,
            num_bands=None,
            band_size=None,
            num_hashes=SLOTS,
            analyzer="word",
            lowercase=True,
            ngram_range=(SHINGLE, SHINGLE),
            id_container="smallvec",
        )
        index.par_bulk_insert_docs(list(range(len(texts))), texts)
        clock.lap("insert")
        pairs = list(_ascending(index.par_bulk_query(texts)))
        clock.lap("query")
        return _grouped(pairs, clock)

    return run


def _rensa() -> Run:
    from rensa import RMinHash, RMinHashLSH  # type: ignore[import-not-found]

    def run(path: Path, threshold: float, clock: Clock) -> Found:
        texts = _load(path)
        clock.lap("load")
        shingled = [_shingles(text) for text in texts]
        clock.lap("shingle")
        sketches = RMinHash.from_token_sets(shingled, SLOTS, 42)
        clock.lap("sketch")
        index = RMinHashLSH(threshold, SLOTS, 16)
        index.insert_many(sketches)
        clock.lap("insert")
        candidates = _ascending(index.query_all(sketches))
        pairs = [(a, b) for a, b in candidates if sketches[a].jaccard(sketches[b]) >= threshold]
        clock.lap("query, estimate")
        return _grouped(pairs, clock)

    return run


def _rensa_sampling() -> Run:
    from rensa import RMinHash, RMinHashLSH

    def run(path: Path, threshold: float, clock: Clock) -> Found:
        texts = _load(path)
        clock.lap("load")
        shingled = [_shingles(text) for text in texts]
        clock.lap("shingle")
        matrix = RMinHash.digest_matrix_from_token_sets_rho(shingled, SLOTS, 42)
        clock.lap("sketch")
        flags = RMinHashLSH(threshold, SLOTS, 8).query_duplicate_flags_matrix_one_shot(matrix)
        clock.lap("query")
        return Found([], [], [number for number, flag in enumerate(flags) if flag])

    return run


def _fast_sketch() -> Run:
    from FastSketchLSH import LSH, FastSimilaritySketch, estimate_jaccard  # type: ignore[import-not-found]

    def run(path: Path, threshold: float, clock: Clock) -> Found:
        texts = _load(path)
        clock.lap("load")
        shingled = [_shingles(text) for text in texts]
        clock.lap("shingle")
        sketches = FastSimilaritySketch(size=SLOTS, seed=42).batch(shingled, num_threads=1)
        clock.lap("sketch")
        index = LSH(num_perm=SLOTS, num_bands=16, num_threads=1)
        index.insert(sketches)
        clock.lap("insert")
        candidates = _ascending(index.query(sketches))
        pairs = [(a, b) for a, b in candidates if estimate_jaccard(sketches[a], sketches[b]) >= threshold]
        clock.lap("query, estimate")
        return _grouped(pairs, clock)

    return run


def _datatrove() -> Run:
    from benchmarks.peers.pipelines import datatrove

    return datatrove()


def _text_dedup() -> Run:
    from benchmarks.peers.pipelines import text_dedup

    return text_dedup()


def _datasketch_xxh32() -> Run:
    import xxhash  # type: ignore[import-not-found]

    return _datasketch(xxhash.xxh32_intdigest)


def _datasketch_sha1() -> Run:
    return _datasketch(None)


def _datasketch(hash_function: Callable[[bytes], int] | None) -> Run:
    from datasketch import MinHash, MinHashLSH

    options: dict[str, Any] = {} if hash_function is None else {"hashfunc": hash_function}

    def run(path: Path, threshold: float, clock: Clock) -> Found:
        texts = _load(path)
        clock.lap("load")
        shingled = ([shingle.encode() for shingle in _shingles(text)] for text in texts)
        sketches = list(MinHash.generator(shingled, num_perm=SLOTS, **options))
        clock.lap("shingle, sketch")
        index = MinHashLSH(threshold=threshold, num_perm=SLOTS)
        with index.insertion_session() as session:
            for number, sketch in enumerate(sketches):
                session.insert(number, sketch)
        clock.lap("insert")
        candidates = _ascending(index.query(sketch) for sketch in sketches)
        pairs = [(a, b) for a, b in candidates if sketches[a].jaccard(sketches[b]) >= threshold]
        clock.lap("query, estimate")
        return _grouped(pairs, clock)

    return run


def _load(path: Path) -> list[str]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line)["text"] for line in file]


def _shingles(text: str) -> list[str]:
    words = text.lower().split()
    return list(map(" ".join, zip(*(words[place:] for place in range(SHINGLE)), strict=False)))


def _ascending(neighbours: Iterable[Sequence[int]]) -> Iterator[tuple[int, int]]:
    """Yield each pair once from every record's neighbours, itself among them."""
    return ((a, b) for a, near in enumerate(neighbours) for b in near if a < b)


def _grouped(pairs: list[tuple[int, int]], clock: Clock) -> Found:
    groups = components(pairs)
    clock.lap("group")
    return Found(pairs, groups)


TOOLS: dict[str, Tool] = {
    "read and split": Tool(
        _read_and_split, "What any tool in Python pays before it begins: the file, JSON, `str.split`.", extent="reading"
    ),
    "dedup, clusters": Tool(_dedup(passages=False), "Every candidate verified by exact Jaccard."),
    "dedup, clusters and passages": Tool(
        _dedup(passages=True), "What the search for passages costs on top; no peer does both.", extent="passages"
    ),
    "gaoya": Tool(_gaoya, "Everything in Rust, tokens too; hashes each document twice.", "gaoya"),
    "rensa": Tool(_rensa, "A fast sketch in Rust behind shingles made in Python (R-MinHash, 16x8 bands).", "rensa"),
    "rensa, sampling": Tool(
        _rensa_sampling,
        "Its path of the highest claims samples some positions of a document (rho, 8 bands) and flags documents, "
        "without saying which are alike: recall is by flags.",
        "rensa",
    ),
    "FastSketchLSH": Tool(_fast_sketch, "The same idea in C++, behind the same shingles.", "FastSketchLSH"),
    "datasketch, xxh32": Tool(
        _datasketch_xxh32,
        "The usual library at its quickest: batches (`MinHash.generator`), a fast hash.",
        "datasketch",
        ("xxhash",),
    ),
    "datasketch, SHA-1": Tool(_datasketch_sha1, "The same with its default hash.", "datasketch"),
    "datatrove": Tool(
        _datatrove,
        "A pipeline for clusters of machines, its stages one after the other; words cut at white space, since its own "
        "tokenizer takes eight times as long; no verification; stops before writing the texts that remain.",
        "datatrove",
        ("xxhash<4", "nltk", "spacy", "orjson", "tokenizers"),
    ),
    "text-dedup": Tool(
        _text_dedup,
        "Its command `minhash` with its faster hash; no verification; writes the texts that remain.",
        "text-dedup",
    ),
}
"""The rows in the order of the table."""
