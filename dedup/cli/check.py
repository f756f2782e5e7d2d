"""``dedup check``: the scan, and a verdict on it that decides the exit status; ``dedup explain``: one passage of it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import click

from dedup.cli.base import Before, scan_marked
from dedup.cli.commands import files_from_option, paths_argument, show
from dedup.cli.console import Console
from dedup.cli.gate import Gate, gate_options
from dedup.cli.options import (
    SHOWN,
    SectionCommand,
    color_option,
    option,
    progress_option,
    reading_options,
    rule_options,
    run_options,
    setting,
    stack,
    view_options,
)
from dedup.cli.output import check_targets, write_file, write_stdout
from dedup.cli.settings import Settings, resolve
from dedup.errors import ConfigError, InputError
from dedup.readers import paths_from
from dedup.result import Result
from dedup.verdict import Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dedup.check import Baseline, Marked

EXIT_FAILED = 1
LISTED = 20
"""Passages that an update of the baseline names, unless ``--verbose``."""
MOST_PLACES = 5
"""Occurrences that it names of each."""


checked_options = stack(
    *map(setting, ("min_words", "min_similarity", "max_gap")),
    rule_options,
    gate_options,
    files_from_option,
    reading_options,
)
"""What decides what a check finds."""

details_option = option(
    "--details",
    is_flag=True,
    section=SHOWN,
    help="List also what is changed, known, suppressed and stale (text, markdown).",
)


@click.command(cls=SectionCommand)
@paths_argument
@checked_options
@view_options
@details_option
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
    done = _Check.of(ctx)
    gate, console = done.gate, done.console
    verdict = done.verdict
    if gate.update_baseline and gate.baseline is not None:
        verdict = _update(done, gate.baseline)
    show(done.result, done.settings, console, verdict)
    _tell(verdict, gate, console)
    if not verdict.passed and not gate.exit_zero:
        ctx.exit(EXIT_FAILED)


@click.command(cls=SectionCommand)
@click.argument("id")
@paths_argument
@checked_options
@color_option
@setting("jobs")
@progress_option
@run_options
@click.pass_context
def explain(ctx: click.Context, /, id: str, **_: Any) -> None:
    """Show the occurrences of a passage side by side, and why a check calls it new, changed or known.

    ID is that of a passage in the report of a check, or the beginning of one. The check is made again: PATH and the
    options are as they were there.

    \b
    Example:
      dedup explain 2e39d5a9 docs --baseline .dedup-baseline.jsonl
    """
    done = _Check.of(ctx)
    from dedup.reports import explain as report

    write_stdout(report.explain_id(done.result, id, done.settings.view, done.verdict))


@dataclass(frozen=True, slots=True)
class _Check:
    """A check that was made, and what it was made with."""

    settings: Settings
    gate: Gate
    console: Console
    known: Baseline | None
    result: Result
    marks: Mapping[str, Marked]
    verdict: Verdict

    @classmethod
    def of(cls, ctx: click.Context) -> Self:
        """Read, scan and judge what a command line asks for."""
        settings, console = resolve(ctx), ctx.ensure_object(Console)
        gate = Gate.of(ctx, settings)
        settings = _with_all_paths(ctx, settings, gate)
        _check_files(settings, gate)
        from dedup.check import Baseline

        known = None
        if gate.baseline is not None and (gate.baseline.exists() or not gate.update_baseline):
            known = Baseline.read(gate.baseline)
        before = Before.of(gate)
        inputs = before.inputs(settings, gate)
        with console.show_progress() as progress:
            marks, result = scan_marked(inputs.documents(progress), settings, progress, inputs.skipped)
        if not result.documents:
            if not gate.allow_empty:
                raise InputError(_nothing_read(result))
            if gate.update_baseline and known is not None and known.records:
                raise InputError(f"nothing was read, which would empty the baseline {gate.baseline}; delete it instead")
        changes = before.changes
        if changes and gate.changed_lines_only and not any(changes.names(document.id) for document in result.documents):
            console.note("the change adds no line to any document that was read")
        verdict = before.verdict(result, marks, known, settings, inputs, gate, console)
        # Rules may make the scan look lower than what was asked for.
        return cls(settings, gate, console, known, replace(result, config=settings.config.to_dict()), marks, verdict)


def _update(done: _Check, path: Path) -> Verdict:
    """Write the baseline, say what changed in it, and return the verdict next to the new one."""
    from dedup.check import Baseline, judge

    now = Baseline.of((finding.passage for finding in done.verdict.findings), done.result.texts)
    write_file(path, now.lines())
    _tell_update(path, done.verdict, done.console, first=done.known is None)
    rules, config = done.settings.rules, done.settings.config
    return judge(done.result, done.gate.limits(), rules=rules, marks=done.marks, config=config, baseline=now)


def _with_all_paths(ctx: click.Context, settings: Settings, gate: Gate) -> Settings:
    """Return settings for a scan of passages, with the paths of the list of files among their paths."""
    paths = list(settings.paths)
    if not paths and not settings.files_from:
        raise click.UsageError("nothing to check: name files or folders, or set `paths` in a configuration file", ctx)
    if [*paths, settings.files_from, gate.diff].count("-") > 1:
        raise click.UsageError("standard input can be only one of a text, the list of files and the diff", ctx)
    if settings.files_from:
        paths += paths_from(settings.files_from)
    paths += settings.rules.boilerplate
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
