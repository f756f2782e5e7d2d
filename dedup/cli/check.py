"""``dedup check``: the scan, and a verdict on it that decides the exit status."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from dedup.cli.base import baseline_at, baseline_before, refuse_around, without_submodules
from dedup.cli.commands import files_from_option, paths_argument, show
from dedup.cli.console import Console
from dedup.cli.inputs import Inputs
from dedup.cli.options import (
    SectionCommand,
    option,
    progress_option,
    reading_options,
    run_options,
    setting,
    stack,
    view_options,
)
from dedup.cli.output import check_targets, write_file
from dedup.cli.settings import Settings, resolve
from dedup.config import kebab
from dedup.errors import ConfigError, InputError
from dedup.readers import paths_from
from dedup.result import Result
from dedup.verdict import Finding, Verdict

if TYPE_CHECKING:
    from dedup.check import Changes
    from dedup.check.git import Repository

EXIT_FAILED = 1
GATE = "What is new, and how much of it is too much"
LISTED = 20
"""Passages that an update of the baseline names, unless ``--verbose``."""
MOST_PLACES = 5
"""Occurrences that it names of each."""

gate_options = stack(
    option(
        "--baseline",
        type=click.Path(dir_okay=False, path_type=Path),
        section=GATE,
        metavar="FILE",
        help="File of passages that are known.",
    ),
    option(
        "--update-baseline",
        is_flag=True,
        section=GATE,
        help="Write the file of known passages: all that there are now, and no others.",
    ),
    option(
        "--base-ref",
        section=GATE,
        metavar="REF",
        help="Known is what was there at the merge base of HEAD and this commit of git.",
    ),
    option(
        "--diff",
        section=GATE,
        metavar="FILE",
        help="New is only what lines are in that this unified diff adds, and that was not there before;"
        " - for standard input.",
    ),
    option(
        "--diff-ref",
        section=GATE,
        metavar="REF",
        help="The same for the lines added since the merge base of HEAD and this commit of git.",
    ),
    option(
        "--max-new",
        type=click.IntRange(min=0),
        default=0,
        show_default=True,
        section=GATE,
        metavar="N",
        help="Most new passages.",
    ),
    option(
        "--max-ratio",
        type=click.FloatRange(0, 1),
        section=GATE,
        metavar="X",
        help="Largest share of the text that may be duplicated, new or known: 0.05.",
    ),
    option("--exit-zero", is_flag=True, section=GATE, help="Exit with 0 also when the check fails."),
    option("--allow-empty", is_flag=True, section=GATE, help="Pass when there is nothing to read."),
)


@dataclass(frozen=True, slots=True)
class Gate:
    """What a passage is compared with, and what the comparison decides."""

    baseline: Path | None
    update_baseline: bool
    base_ref: str | None
    diff: str | None
    diff_ref: str | None
    max_new: int
    max_ratio: float | None
    exit_zero: bool
    allow_empty: bool

    @classmethod
    def of(cls, ctx: click.Context, settings: Settings) -> Gate:
        """Return what was asked for; raises `click.UsageError` for what does not go together.

        What was typed, or set by a variable, takes the place of what a configuration file says.
        """
        values = {name: settings.values[name] for name in cls.__dataclass_fields__}
        sources = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)
        given = {
            name
            for name, value in values.items()
            if value not in (None, False) and ctx.get_parameter_source(name) in sources
        }
        if values["update_baseline"] and values["baseline"] is None:
            raise click.UsageError("--update-baseline needs a file to write: --baseline FILE", ctx)
        for first, others in (("update_baseline", ("base_ref", "diff", "diff_ref")), ("diff", ("diff_ref",))):
            for other in others if values[first] not in (None, False) else ():
                if other in given:
                    raise click.UsageError(f"--{kebab(first)} and --{kebab(other)} exclude each other", ctx)
                values[other] = None
        return cls(**values)

    def tools(self) -> dict[Path, str]:
        """Return the files that a check reads for another purpose than their texts, and what they are."""
        found = {} if self.baseline is None else {self.baseline: "the baseline"}
        if self.diff not in (None, "-"):
            found[Path(str(self.diff))] = "the diff of this run"
        return found


@click.command(cls=SectionCommand)
@paths_argument
@stack(*map(setting, ("min_words", "min_similarity", "max_gap")))
@gate_options
@files_from_option
@reading_options
@view_options
@setting("jobs")
@progress_option
@run_options
@click.pass_context
def check(ctx: click.Context, /, **_: Any) -> None:
    """Fail when passages are new, for continuous integration.

    All texts are scanned for reused passages. Those in the baseline are known, also when they moved, were reflowed or
    when words of one copy changed; a further copy is new. Without a baseline, a ref or a diff every passage is new.
    PATH is as for a scan. The exit status is 0 if the check passes, 1 if it fails, 2 for an error.

    \b
    Example:
      dedup check docs --baseline .dedup-baseline.jsonl --update-baseline
      dedup check docs --baseline .dedup-baseline.jsonl
      dedup check docs --base-ref origin/main
      git diff -U0 main... | dedup check docs --diff -
    """
    settings, console = resolve(ctx), ctx.ensure_object(Console)
    gate = Gate.of(ctx, settings)
    settings = _with_all_paths(ctx, settings, gate)
    _check_files(settings, gate)
    from dedup import pipeline  # imports numpy, as the check itself does; help does without
    from dedup.check import Baseline, Limits, judge
    from dedup.check.git import Repository

    limits = Limits(max_new=gate.max_new, max_ratio=gate.max_ratio)
    known = None
    if gate.baseline is not None and (gate.baseline.exists() or not gate.update_baseline):
        known = Baseline.read(gate.baseline)
    repository = None if gate.base_ref is gate.diff_ref is None else Repository.here()
    base = repository.merge_base(gate.base_ref) if repository and gate.base_ref is not None else None
    changes = _changes(gate, repository, base)
    if repository and base:
        refuse_around(repository, settings.paths)
    inputs = Inputs.find(settings, gate.tools())
    if repository and base:
        inputs = without_submodules(inputs, repository, base)
    with console.show_progress() as progress:
        documents = inputs.documents(progress)
        result = pipeline.scan_documents(documents, settings.config, skipped=inputs.skipped, progress=progress)
    if not result.documents and not gate.allow_empty:
        raise InputError(_nothing_read(result))
    if changes and not any(changes.names(document.id) for document in result.documents):
        console.note("the change adds no line to any document that was read")
    then = None
    if repository and base:
        with console.show_progress() as progress:
            then = baseline_at(repository, base, settings, gate.tools(), progress) if result.passages else Baseline()
    only_changes = gate.diff is not None or gate.diff_ref is not None
    verdict = judge(result, limits, baseline=known, base=then, changes=changes, changed_lines_only=only_changes)
    if only_changes and changes and base is None and verdict.of_status("new"):
        # Only now that lines are added to something does it matter whether it was there before, in other lines.
        with console.show_progress() as progress:
            then = baseline_before(changes, settings, inputs, progress)
        verdict = judge(result, limits, baseline=known, base=then, changes=changes)
    if gate.update_baseline and gate.baseline is not None:
        now = Baseline.of((finding.passage for finding in verdict.findings), result.texts)
        write_file(gate.baseline, now.lines())
        _tell_update(gate.baseline, verdict, console, first=known is None)
        verdict = judge(result, limits, baseline=now)
    show(result, settings, console, verdict)
    _tell(verdict, gate, console)
    if not verdict.passed and not gate.exit_zero:
        ctx.exit(EXIT_FAILED)


def _with_all_paths(ctx: click.Context, settings: Settings, gate: Gate) -> Settings:
    """Return settings for a scan of passages, with the paths of the list of files among their paths."""
    paths = list(settings.paths)
    if not paths and not settings.files_from:
        raise click.UsageError("nothing to check: name files or folders, or set `paths` in a configuration file", ctx)
    if [*paths, settings.files_from, gate.diff].count("-") > 1:
        raise click.UsageError("standard input can be only one of a text, the list of files and the diff", ctx)
    if settings.files_from:
        paths += paths_from(settings.files_from)
    config = replace(settings.config, clusters=False, passages=True)
    return replace(settings, config=config, paths=tuple(paths), files_from=None)


def _check_files(settings: Settings, gate: Gate) -> None:
    """Raise `ConfigError` for files that cannot be written, or that would be written over: before the work."""
    check_targets(settings.targets)
    tools = {os.path.realpath(path): name for path, name in gate.tools().items()}
    for target in settings.targets:
        if target.path is not None and (name := tools.get(os.path.realpath(target.path))):
            raise ConfigError(f"--output {target.format}: {target.path} is {name}")
    if gate.update_baseline and gate.baseline is not None and not gate.baseline.absolute().parent.is_dir():
        raise ConfigError(f"--baseline: there is no folder {gate.baseline.parent}")


def _changes(gate: Gate, repository: Repository | None, base: str | None) -> Changes | None:
    """Return the lines that are added, if that matters: they gate, or tell where what is new since a ref was added."""
    from dedup.check import Changes
    from dedup.check.git import Repository

    if gate.diff is not None:
        source, diff = _diff(gate.diff)
        try:
            places = Repository.here().places
        except InputError:  # outside git, paths start here
            places = ("", "")
        try:
            return Changes.parse(diff, *places)
        except InputError as error:
            raise InputError(f"{source}: {error}") from None
    if repository and gate.diff_ref is not None:
        return repository.changes_since(repository.merge_base(gate.diff_ref))
    return repository.changes_since(base) if repository and base else None


def _diff(name: str) -> tuple[str, bytes]:
    """Return what an error calls the diff, and the diff."""
    if name == "-":
        if sys.stdin is None:
            raise InputError("standard input is closed")
        return "standard input", sys.stdin.buffer.read()
    try:
        return name, Path(name).read_bytes()
    except OSError as error:
        raise InputError(f"{name}: the diff cannot be read: {error.strerror or error}") from None


def _nothing_read(result: Result) -> str:
    """Return what to say when no document was read."""
    because = [f"; skipped {len(result.skipped):,}, such as {item.path}: {item.reason}" for item in result.skipped[:1]]
    return f"nothing to check was read{''.join(because)} (--allow-empty lets that pass)"


def _tell_update(path: Path, verdict: Verdict, console: Console, *, first: bool) -> None:
    """Say what an update of the baseline changed."""
    changes = [("added", item.passage.id, item.passage.words, _places(item)) for item in verdict.of_status("new")]
    changes += [("removed", item.id, item.words, ", ".join(item.documents)) for item in verdict.stale]
    changes += [
        ("changed", item.passage.id, item.passage.words, _places(item)) for item in verdict.of_status("changed")
    ]
    kinds = [kind for kind, *_ in changes]
    counts = ", ".join(f"{kinds.count(kind):,} {kind}" for kind in ("added", "removed", "changed"))
    console.note(f"{'wrote' if first else 'updated'} the baseline {path}: {counts}")
    shown = changes if console.verbose else changes[:LISTED]
    for kind, name, words, places in shown:
        console.note(f"{kind} {name} ({words:,} words): {places}")
    if len(shown) < len(changes):
        console.note(f"and {len(changes) - len(shown):,} more (-v names them)")


def _places(finding: Finding) -> str:
    places = [f"{place.document}:{place.line}" for place in finding.passage.occurrences]
    more = f", and {len(places) - MOST_PLACES:,} more" if len(places) > MOST_PLACES else ""
    return ", ".join(places[:MOST_PLACES]) + more


def _tell(verdict: Verdict, gate: Gate, console: Console) -> None:
    """Say in one line whether the check passed, and of how much."""
    counts = [f"{len(verdict.of_status(status)):,} {status}" for status in ("new", "changed", "known")]
    counts += [f"{len(verdict.suppressed):,} suppressed", f"{len(verdict.stale):,} stale"]
    ending = "" if verdict.passed else f"; {'; '.join(verdict.failures)}"
    if not verdict.passed and gate.exit_zero:
        ending += "; the exit status is 0 all the same (--exit-zero)"
    console.note(f"check {'passed' if verdict.passed else 'failed'}: {', '.join(counts)}{ending}")
