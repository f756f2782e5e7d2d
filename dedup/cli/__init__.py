"""The command line: what was typed becomes a `Config`, the library does the work, a report shows its result.

``console`` says things on standard error, ``options`` declares what can be typed, ``settings`` adds environment and
configuration file, ``output`` writes results, ``commands`` joins them; ``check`` is the command that judges, ``gate``
its options, ``base`` what it compares with. Here stands what holds for all commands: how they end.

====  =====================================================================================================
exit  meaning
====  =====================================================================================================
0     done; also when the reader of a pipe went away (``| head``)
1     only ever the verdict of a command that judges; click's own use of 1 for errors is mapped away
2     the command could not do its work: usage, settings, input, output, or an error of ours
130   interrupted
====  =====================================================================================================
"""

from __future__ import annotations

import contextlib
import gc
import os
import platform
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from dedup import __version__
from dedup.cli.check import check, explain
from dedup.cli.commands import compare, files, report, scan
from dedup.cli.console import Console
from dedup.cli.output import silence
from dedup.errors import DedupError

EXIT_ERROR = 2
EXIT_INTERRUPTED = 130

COMPLETION = "_DEDUP_COMPLETE"
"""The variable by which a shell asks for completions."""


def _show_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    from dedup import kernels  # imports numpy, which no other use of the group needs

    click.echo(f"dedup {__version__}")
    click.echo(f"Python {platform.python_version()} ({platform.python_implementation()}, {sys.platform})")
    click.echo(f"kernels: {kernels.implementation}")
    ctx.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version, Python's, and whether the kernels are native.",
)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Find text that occurs more than once.

    That is near-duplicate documents, and passages reused between documents or inside one, also when the copy was
    edited, with exact places on every side.

    \b
    Example:
      dedup scan docs --output html:report.html
      dedup compare draft.txt final.txt

    Every option can also be set by a variable (--min-words: DEDUP_MIN_WORDS; lists separated by white space) and, by
    its long name, in [tool.dedup] of pyproject.toml or in dedup.toml, .dedup.toml or .config/dedup.toml, in the current
    folder or one above it in the same repository. An option comes before a variable, a variable before the file.

    Results go to standard output, in UTF-8; messages and progress to standard error. Exit status: 0 done, 1 a check
    failed, 2 error, 130 interrupted.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(EXIT_ERROR)


for _command in (scan, check, explain, compare, report, files):
    cli.add_command(_command)


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line with these arguments (those of the process) and return the exit status."""
    # numpy's BLAS, which nothing here uses, would start a thread for each core and keep them busy for a while.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with _uncollected():
        code = _run(args, Console())
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError as error:
            silence(stream)
            code = code if isinstance(error, BrokenPipeError) else code or EXIT_ERROR
    return code


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no cycles: a run makes many objects and hardly a cycle, and would spend a tenth of its time there."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _run(args: Sequence[str] | None, console: Console) -> int:
    try:
        return cli.main(args, "dedup", COMPLETION, standalone_mode=False, obj=console) or 0
    except SystemExit as end:  # how click leaves after shell completion, and when the reader of a pipe goes away
        return EXIT_ERROR if end.code and COMPLETION in os.environ else 0
    except KeyboardInterrupt:
        return _interrupted(console)
    except click.Abort as abort:  # what click makes of an interrupt, and of an EOFError, which is a defect of ours
        if isinstance(abort.__cause__, EOFError):
            return _internal_error(abort.__cause__, console)
        return _interrupted(console)
    except click.UsageError as error:
        console.error(error.format_message())
        if error.ctx is not None:
            console.line(f"Try '{error.ctx.command_path} --help'.")
        return EXIT_ERROR
    except click.ClickException as error:
        console.error(error.format_message())
        return EXIT_ERROR
    except (DedupError, OSError) as error:
        console.error(str(error))
        return EXIT_ERROR
    except Exception as error:
        return _internal_error(error, console)


def _interrupted(console: Console) -> int:
    console.line("dedup: interrupted")
    return EXIT_INTERRUPTED


def _internal_error(error: BaseException, console: Console) -> int:
    """Say what went wrong and where; the whole traceback only for those who asked."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}, line {frame.lineno}"
    console.error(f"internal error: {type(error).__name__}: {error} ({place})")
    if console.verbose or os.environ.get("DEDUP_TRACEBACK"):
        console.line("".join(traceback.format_exception(error)).rstrip())
    else:
        console.line("This is a defect of dedup. DEDUP_TRACEBACK=1 shows where it arose, for a report.")
    return EXIT_ERROR
