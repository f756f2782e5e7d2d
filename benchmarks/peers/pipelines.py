"""Peers that are pipelines from files to files: they report groups, which are read from what they leave behind."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchmarks.peers.tools import SHINGLE, SLOTS, Clock, Found, Run

BANDS, ROWS = 9, 13
"""What is customary for 128 values at 0.8; more bands would find more pairs and, without verification, wrong ones."""


class _WhiteSpace:
    """A tokenizer of datatrove that only splits."""

    def word_tokenize(self, text: str) -> list[str]:
        return text.split()


def datatrove() -> Run:
    """Return the first three of its four stages, in this process."""
    from datatrove.executor import LocalPipelineExecutor  # type: ignore[import-not-found]
    from datatrove.pipeline.dedup import (  # type: ignore[import-not-found]
        MinhashDedupBuckets,
        MinhashDedupCluster,
        MinhashDedupSignature,
        minhash,
    )
    from datatrove.pipeline.readers import JsonlReader  # type: ignore[import-not-found]
    from loguru import logger  # type: ignore[import-not-found]

    logger.remove()
    minhash.load_word_tokenizer = lambda language: _WhiteSpace()

    def run(path: Path, threshold: float, clock: Clock) -> Found:
        config = minhash.MinhashConfig(n_grams=SHINGLE, num_buckets=BANDS, hashes_per_bucket=ROWS)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            signatures, buckets, clusters = (str(folder / part) for part in ("signatures", "buckets", "clusters"))
            reader = JsonlReader(str(path.parent), glob_pattern=path.name)
            stages = {
                "sign": (1, [reader, MinhashDedupSignature(signatures, config)]),
                "buckets": (BANDS, [MinhashDedupBuckets(signatures, buckets, config=config)]),
                "cluster": (1, [MinhashDedupCluster(buckets, clusters, config, save_cluster_id=True)]),
            }
            for stage, (tasks, steps) in stages.items():
                logs = str(folder / "logs" / stage)
                LocalPipelineExecutor(steps, tasks=tasks, workers=1, logging_dir=logs).run()
                clock.lap(stage)
            groups: dict[int, list[int]] = {}
            for record, group in struct.iter_unpack("<II", (folder / "clusters" / "000000.clusters").read_bytes()):
                groups.setdefault(group, []).append(record)
        return _of_groups(groups.values())

    return run


def text_dedup() -> Run:
    """Return its command for MinHash."""
    from text_dedup import minhash  # type: ignore[import-not-found]

    def run(path: Path, threshold: float, clock: Clock) -> Found:
        with tempfile.TemporaryDirectory() as folder:
            options = {
                "--path": "json",
                "--data_files": path,
                "--split": "train",
                "--column": "text",
                "--cache_dir": Path(folder) / "cache",
                "--output": Path(folder) / "output",
                "--num_proc": 1,
                "--ngram": SHINGLE,
                "--min_length": SHINGLE,
                "--num_perm": SLOTS,
                "--threshold": threshold,
                "--hash_func": "xxh3",
                "--batch_size": 10000,
            }
            minhash.main([str(part) for option in options.items() for part in option], standalone_mode=False)
        clock.lap("run")
        groups: dict[int, list[int]] = {}
        for record in sorted(minhash.uf.parent):
            groups.setdefault(minhash.uf.find(record), []).append(record)
        return _of_groups(groups.values())

    return run


def _of_groups(groups: Iterable[list[int]]) -> Found:
    """Return groups of two and more; the pairs that stand for a group are those of its first member."""
    kept = [sorted(group) for group in groups if len(group) > 1]
    return Found([(group[0], other) for group in kept for other in group[1:]], kept)
