"""What there was before: at a commit of git, or without the lines of a change, scanned as what there is now."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.cli.console import Console
from dedup.cli.gate import Gate
from dedup.cli.inputs import Inputs
from dedup.cli.settings import Settings
from dedup.errors import InputError
from dedup.model import Document, Progress, Skipped
from dedup.readers import read_sources
from dedup.readers.markdown import masked
from dedup.result import Result
from dedup.verdict import Verdict

if TYPE_CHECKING:
    from dedup.check import Baseline, Changes, Marked
    from dedup.check.git import Repository


@dataclass(frozen=True, slots=True)
class Before:
    """What a check compares with besides the baseline: a commit, a change, or neither."""

    repository: Repository | None = None
    commit: str | None = None
    """The commit whose passages are known."""
    changes: Changes | None = None
    """Since the commit, if there is one, else those that the gate is about."""

    @classmethod
    def of(cls, gate: Gate) -> Before:
        """Return what a gate asks for; raises `InputError` where git or a diff does not give it."""
        from dedup.check.git import Repository

        if gate.base_ref is None and gate.diff_ref is None:
            return cls(changes=None if gate.diff is None else _read_diff(gate.diff))
        repository = Repository.here()
        commit = None if gate.base_ref is None else repository.merge_base(gate.base_ref)
        if gate.diff is not None:
            changes = _read_diff(gate.diff)
        elif gate.diff_ref is not None:
            changes = repository.changes_since(repository.merge_base(gate.diff_ref))
        else:
            changes = repository.changes_since(str(commit))
        return cls(repository, commit, changes)

    def inputs(self, settings: Settings, gate: Gate) -> Inputs:
        """Return what a check reads: all that can be compared; raises `InputError` for some that cannot."""
        if self.repository is not None and self.commit is not None:
            _refuse_around(self.repository, settings.paths)
        inputs = Inputs.find(settings, gate.tools())
        if self.repository is not None and self.commit is not None:
            inputs = _without_submodules(inputs, self.repository, self.commit)
        if self.changes is not None and gate.changed_lines_only:
            _refuse_own_ids(self.changes, inputs)
        return inputs

    def verdict(
        self,
        result: Result,
        marks: Mapping[str, Marked],
        known: Baseline | None,
        settings: Settings,
        inputs: Inputs,
        gate: Gate,
        console: Console,
    ) -> Verdict:
        """Return what a check says of a result next to a baseline and to what there was before."""
        from dedup.check import Baseline, judge

        limits, only, then = gate.limits(), gate.changed_lines_only, None
        if self.repository is not None and self.commit is not None:
            then = Baseline()
            if result.passages:
                with console.show_progress() as progress:
                    then = _baseline_at(self.repository, self.commit, settings, gate.tools(), progress)
        judged = partial(judge, result, limits, rules=settings.rules, marks=marks, config=settings.config)
        judged = partial(judged, baseline=known, changes=self.changes, changed_lines_only=only)
        verdict = judged(base=then)
        if then is None and self.changes is not None and verdict.of_status("new"):
            # Only now that lines are added to something does it matter whether it was there before, in other lines.
            with console.show_progress() as progress:
                verdict = judged(base=_baseline_before(self.changes, settings, inputs, progress))
        return verdict


def _read_diff(name: str) -> Changes:
    """Return the changes in a diff: a file, or ``-`` for standard input."""
    from dedup.check import Changes
    from dedup.check.git import Repository

    try:
        if name != "-":
            diff = Path(name).read_bytes()
        elif sys.stdin is None:
            raise InputError("standard input is closed")
        else:
            diff = sys.stdin.buffer.read()
    except OSError as error:
        raise InputError(f"{name}: the diff cannot be read: {error.strerror or error}") from None
    try:
        places = Repository.here().places
    except InputError:  # outside git, paths start here
        places = ("", "")
    try:
        return Changes.parse(diff, *places)
    except InputError as error:
        raise InputError(f"{'standard input' if name == '-' else name}: {error}") from None


def _without_submodules(inputs: Inputs, repository: Repository, base: str) -> Inputs:
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


def _refuse_around(repository: Repository, paths: Iterable[str]) -> None:
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


def _baseline_at(
    repository: Repository,
    commit: str,
    settings: Settings,
    tools: Mapping[Path, str],
    progress: Progress | None,
) -> Baseline:
    """Return the passages that a commit had: its files, scanned as those of the work tree are with these settings.

    ``tools`` are files that are no texts: see `Inputs.find`.
    """
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
            return _known(inputs.documents(progress), settings, progress)


def _refuse_own_ids(changes: Changes, inputs: Inputs) -> None:
    """Raise `InputError` for records that lines are added to and that are not named by their lines.

    The lines of a change do not say which of them are added, and a gate that saw none would let all pass.
    """
    for source in inputs.sources:
        if source.kind == "jsonl" and changes.names(source.id):
            for item in read_sources([source], inputs.config):
                if isinstance(item, Document) and item.id.rpartition(":")[0] != source.id:
                    raise InputError(
                        f"{source.id}: its records have ids of their own, so that a diff does not say which are new; "
                        "compare with --baseline or --base-ref alone"
                    )


def _baseline_before(changes: Changes, settings: Settings, inputs: Inputs, progress: Progress | None) -> Baseline:
    """Return the passages that there were before a change, by its lines: no repository is needed.

    Standard input, which was read, counts as new.
    """
    again = Inputs(inputs.config, [source for source in inputs.sources if source.path != "-"], [])
    documents = changes.before(again.documents(progress))
    return _known((masked(document, inputs.config) for document in documents), settings, progress)


def _known(documents: Iterable[Document], settings: Settings, progress: Progress | None) -> Baseline:
    """Return the passages of documents that no rule suppresses."""
    from dedup.check import Baseline, suppress

    marks, result = scan_marked(documents, settings, progress)
    kept = suppress(result, settings.rules, marks, settings.config)
    return Baseline.of(kept.passages, result.texts)


def scan_marked(
    documents: Iterable[Document], settings: Settings, progress: Progress | None, skipped: Iterable[Skipped] = ()
) -> tuple[dict[str, Marked], Result]:
    """Return the markers of documents, and all their passages that the rules may ask for."""
    from dedup import pipeline  # imports numpy, as the check itself does; help does without
    from dedup.check import note_marks

    marks: dict[str, Marked] = {}
    config = settings.rules.scan_config(settings.config)
    result = pipeline.scan_documents(note_marks(documents, marks), config, skipped=skipped, progress=progress)
    return marks, result
