"""What there was before: at a commit of git, or without the lines of a change, scanned as what there is now."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.cli.inputs import Inputs
from dedup.cli.settings import Settings
from dedup.errors import InputError
from dedup.model import Progress, Skipped

if TYPE_CHECKING:
    from dedup.check import Baseline, Changes
    from dedup.check.git import Repository


def without_submodules(inputs: Inputs, repository: Repository, base: str) -> Inputs:
    """Return the inputs without what is in a repository inside this one: the history of this one has nothing of it."""
    inside = repository.submodules(base)
    if not inside:
        return inputs
    kept, skipped = [], list(inputs.skipped)
    for source in inputs.sources:
        path = _from_top(repository, source.path)
        module = next((name for name in inside if path is not None and path.startswith(f"{name}/")), None)
        if module is None:
            kept.append(source)
        else:
            skipped.append(Skipped(source.id, f"in the submodule {module}, which has a history of its own"))
    return Inputs(inputs.config, kept, skipped)


def refuse_around(repository: Repository, paths: Iterable[str]) -> None:
    """Raise `InputError` for a folder around the repository: it has no other content at a commit, and all of this."""
    top = os.path.realpath(repository.top)
    for path in paths:
        outer = os.path.realpath(path)
        if outer != top and os.path.commonpath([outer, top]) == outer:
            raise InputError(
                f"{path} holds the whole repository; with a base ref, name the repository or what is in it"
            )


def _from_top(repository: Repository, path: str) -> str | None:
    """Return a path from the top of the repository, "" for the top itself; None if it lies outside."""
    found = os.path.relpath(os.path.realpath(path), os.path.realpath(repository.top))
    if found == ".":
        return ""
    return None if Path(found).parts[0] == os.pardir else Path(found).as_posix()


def baseline_at(
    repository: Repository,
    commit: str,
    settings: Settings,
    tools: Mapping[Path, str],
    progress: Progress | None = None,
) -> Baseline:
    """Return the passages that a commit had: its files, scanned as those of the work tree are with these settings.

    ``tools`` are files that are no texts: see `Inputs.find`.
    """
    from dedup import pipeline
    from dedup.check import Baseline

    here = os.path.realpath(".")
    wanted = [(os.path.realpath(path), _from_top(repository, path)) for path in settings.paths if path != "-"]
    targets = tuple(target.below(Path.cwd()) for target in settings.targets)  # relative, so that they are there too
    own = {Path(os.path.relpath(path)): name for path, name in tools.items()}
    # What lies outside of the repository is taken to be the same at every commit.
    outside = [path for path, from_top in wanted if from_top is None]
    inside = [os.path.relpath(path, here) for path, from_top in wanted if from_top is not None]
    with tempfile.TemporaryDirectory(prefix="dedup-") as folder:
        tree = Path(folder).resolve() / "tree"
        (tree / ".git").mkdir(parents=True)  # marks the top, as far as files that say what is ignored count
        (tree / repository.prefix).mkdir(parents=True, exist_ok=True)
        repository.write_files(commit, [path for _, path in wanted if path is not None], tree)
        with contextlib.chdir(tree / repository.prefix):
            there = [path for path in inside if os.path.lexists(path)]
            then = replace(settings, paths=tuple(there + outside), targets=targets)
            inputs = Inputs.find(then, own)
            found = pipeline.scan_documents(inputs.documents(progress), settings.config, progress=progress)
    return Baseline.of(found.passages, found.texts)


def baseline_before(changes: Changes, settings: Settings, inputs: Inputs, progress: Progress | None = None) -> Baseline:
    """Return the passages that there were before a change, by its lines: no repository is needed.

    Standard input, which was read, counts as new.
    """
    from dedup import pipeline
    from dedup.check import Baseline

    again = Inputs(inputs.config, [source for source in inputs.sources if source.path != "-"], [])
    found = pipeline.scan_documents(changes.before(again.documents(progress)), settings.config, progress=progress)
    return Baseline.of(found.passages, found.texts)
