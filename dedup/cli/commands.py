"""The commands: each opens what it is given, calls the library and shows the result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from dedup.cli.console import Console
from dedup.cli.inputs import Inputs, read_one, read_texts
from dedup.cli.options import (
    READ,
    SectionCommand,
    option,
    progress_option,
    reading_options,
    run_options,
    setting,
    stack,
    view_options,
)
from dedup.cli.output import check_targets, deliver, write_stdout
from dedup.cli.settings import Settings, resolve
from dedup.config import Config
from dedup.errors import InputError
from dedup.model import Document
from dedup.readers.markdown import masked_characters
from dedup.reports.terminal import printable
from dedup.result import Result, read_result
from dedup.verdict import Verdict

paths_argument = click.argument("paths", nargs=-1, metavar="[PATH]...")

files_from_option = option(
    "--files-from",
    section=READ,
    metavar="FILE",
    help="Read the files listed in FILE too, one path a line; - for standard input.",
)


@click.command(cls=SectionCommand)
@paths_argument
@stack(*map(setting, ("min_words", "min_similarity", "document_similarity", "max_gap", "passages", "clusters")))
@files_from_option
@reading_options
@view_options
@setting("jobs")
@progress_option
@run_options
@click.pass_context
def scan(ctx: click.Context, /, **_: Any) -> None:
    """Find near-duplicate documents and reused passages in files and folders.

    PATH is a file, a folder, or - for standard input. Each line of a .jsonl file is a document. In a configuration
    file, `paths` names what to scan when no PATH is given, and `output`, `limit` and `sort` say how it is shown.

    \b
    Example:
      dedup scan docs
      dedup scan corpus.jsonl --text-field body --output json:result.json
      dedup scan . --include '*.md' --exclude drafts/ --no-clusters
      git ls-files '*.txt' | dedup scan --files-from - --output concise
    """
    settings, console = resolve(ctx), ctx.ensure_object(Console)
    if not settings.paths and not settings.files_from:
        raise click.UsageError("nothing to scan: name files or folders, or - for standard input", ctx)
    check_targets(settings.targets)
    inputs = Inputs.find(settings)
    from dedup import pipeline  # imports numpy, which help and the list of files do without

    with console.show_progress() as progress:
        documents = inputs.columns(progress)
        result = pipeline.scan_documents(documents, settings.config, skipped=inputs.skipped, progress=progress)
    show(result, settings, console)


@click.command(cls=SectionCommand)
@click.argument("a")
@click.argument("b")
@stack(*map(setting, ("min_words", "min_similarity", "document_similarity", "max_gap")))
@setting("fallback_encoding")
@view_options
@run_options
@click.pass_context
def compare(ctx: click.Context, /, a: str, b: str, **_: Any) -> None:
    """Show what two texts share, also where it was edited.

    A and B are files; one of them may be - for standard input. What is repeated inside one of them alone is not shown.

    \b
    Example:
      dedup compare draft.txt final.txt
      pdftotext paper.pdf - | dedup compare - thesis.txt --min-words 8
    """
    settings, console = resolve(ctx, ("limit", "sort")), ctx.ensure_object(Console)
    check_targets(settings.targets)
    config = replace(settings.config, include=(), exclude=())  # these are about folders; here texts are named
    left, right = read_one(a, config), read_one(b, config)
    if left.id == right.id:
        raise InputError(f"both texts are {left.id}; what repeats inside one text is found by: dedup scan {left.id}")
    show(shared([left, right], config), settings, console)


@click.command(cls=SectionCommand)
@click.argument("result", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@paths_argument
@view_options
@run_options
@click.pass_context
def report(ctx: click.Context, /, result: Path, **_: Any) -> None:
    """Show a saved result again, in another format.

    RESULT is what `dedup scan --output json:RESULT` wrote. Texts are not part of it. To quote them, files are read
    again: those that the result names, from the current folder, or under and among the PATHs given. A text that has
    another length than in the result is not quoted.

    \b
    Example:
      dedup report result.json --output html:report.html --output csv:passages.csv
      dedup report result.json corpus.jsonl --limit 10
    """
    settings, console = resolve(ctx, ("limit", "sort")), ctx.ensure_object(Console)
    check_targets(settings.targets)
    saved = read_result(result)
    texts, missing = read_texts(saved, ctx.params["paths"])
    if missing:
        names = missing if console.verbose else missing[:3]
        more = f" and {len(missing) - len(names):,} more (-v names them)" if len(missing) > len(names) else ""
        console.note(f"not found as they were, so not quoted: {', '.join(names)}{more}")
    show(replace(saved, texts=texts), settings, console)


@click.command(cls=SectionCommand)
@paths_argument
@files_from_option
@reading_options
@run_options
@click.pass_context
def files(ctx: click.Context, /, **_: Any) -> None:
    """List the documents that a scan would read, and why each other file is not.

    Documents go to standard output, one id a line; what is left out goes to standard error as `skipped PATH: REASON`,
    and with -v what of a document is not compared (--ignore-blocks) as `masked PATH: ...`. Files are read to find out
    which of them are text. Without PATH: what the configuration names, else this folder.

    \b
    Example:
      dedup files docs
      dedup files docs 2>&1 >/dev/null | grep 'not UTF-8'
    """
    settings, console = resolve(ctx, ("paths",)), ctx.ensure_object(Console)
    if not settings.paths and not settings.files_from:
        settings = replace(settings, paths=(".",))
    inputs = Inputs.find(settings)
    masked: dict[str, dict[str, int]] = {}

    def names() -> Iterator[str]:
        for document in inputs.documents():
            if document.masked:
                masked[document.id] = masked_characters(document, settings.config)
            yield f"{printable(document.id)}\n"

    write_stdout(names())
    for item in () if console.quiet else inputs.skipped:
        console.line(printable(f"skipped {item.path}: {item.reason}"))
    for name, counts in masked.items() if console.verbose else ():
        said = ", ".join(f"{count:,} characters of {kind}" for kind, count in counts.items())
        console.line(printable(f"masked {name}: {said}"))
    if masked and not console.verbose:
        total = sum(count for counts in masked.values() for count in counts.values())
        of = f"{len(masked):,} {'document' if len(masked) == 1 else 'documents'}"
        console.note(f"not compared: {total:,} characters of {of} (ignore-blocks); -v names them")


def shared(documents: list[Document], config: Config) -> Result:
    """Return what two documents have in common.

    Where a cluster explains that documents are alike, a scan does not repeat it as passages. Who compares two texts
    wants to see both: how alike they are, and where.
    """
    from dedup import pipeline

    alike = pipeline.scan_documents(documents, replace(config, passages=False))
    found = pipeline.scan_documents(documents, replace(config, clusters=False))
    passages = tuple(item for item in found.passages if len({place.document for place in item.occurrences}) == 2)
    kept = {item.id for item in passages}
    pairs = tuple(pair for pair in found.pairs if pair.passage in kept and pair.left.document != pair.right.document)
    return replace(found, config=config.to_dict(), clusters=alike.clusters, passages=passages, pairs=pairs)


def show(result: Result, settings: Settings, console: Console, verdict: Verdict | None = None) -> None:
    """Write a result, or what a check says of it, where it is wanted, and say what was not read."""
    to_people = any(target.path is None and target.format in ("text", "concise") for target in settings.targets)
    console.skipped(result.skipped, reported=to_people)
    deliver(result, settings.targets, settings.view, console, verdict)
