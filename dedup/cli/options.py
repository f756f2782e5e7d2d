"""The options: those of a `Config` field are made from it; each is declared once and shared by the commands.

An option's environment variable is ``DEDUP_`` and its name, the same for every command. Values that a `Config` would
refuse are refused here, so that the message names the option or the variable they came from.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click
from click.core import ParameterSource

from dedup.cli.console import Console
from dedup.cli.output import SORTS, Target
from dedup.config import IGNORABLE, Config, kebab
from dedup.errors import ConfigError
from dedup.reports import FORMATS, View
from dedup.rules import Rules

PREFIX = "DEDUP"
DEFAULTS = Config()

Command = TypeVar("Command", bound=Callable[..., Any])


class Setting(NamedTuple):
    """How a field of `Config` is shown: the part of the help it stands in, its metavariable, its help text."""

    section: str
    metavar: str | None
    help: str


FOUND, READ, SHOWN, RUN = "What is found", "What is read", "What is shown", "How it runs"

SETTINGS = {
    "min_words": Setting(FOUND, "N", "Shortest passage, in words (a Chinese or Japanese character is half a word)."),
    "min_similarity": Setting(FOUND, "X", "Lowest similarity of two occurrences of a passage; 1: the same words."),
    "document_similarity": Setting(FOUND, "X", "Lowest similarity (Jaccard) of near-duplicate documents."),
    "max_gap": Setting(FOUND, "N", "Most words that a passage may skip in one place, where a copy lacks or adds them."),
    "passages": Setting(FOUND, None, "Look for passages; without: near-duplicate documents alone."),
    "clusters": Setting(FOUND, None, "Look for near-duplicate documents; without: passages alone."),
    "include": Setting(READ, "PATTERN", "Read only these files of a folder, as in .gitignore: '*.md'. Repeatable."),
    "exclude": Setting(READ, "PATTERN", "Leave out these files and folders, as in .gitignore: 'drafts/'. Repeatable."),
    "gitignore": Setting(READ, None, "Leave out what .gitignore files name."),
    "hidden": Setting(READ, None, "Read hidden files and folders too."),
    "ignore_blocks": Setting(READ, "KIND", f"Do not compare this in Markdown: {', '.join(IGNORABLE)}. Repeatable."),
    "fallback_encoding": Setting(READ, "NAME", "Encoding of files that are not UTF-8: cp1252, for example."),
    "text_field": Setting(READ, "NAME", "Field of a JSONL record that holds the text."),
    "id_field": Setting(READ, "NAME", "Field of a JSONL record that holds the document's id."),
    "jobs": Setting(RUN, "N", "Worker threads; 0: one for each core. Results are the same for any number."),
}


class SectionOption(click.Option):
    """An option that knows its part of the help, and that is called by its variable where that set the value."""

    def __init__(self, *args: Any, section: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.section = section

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """Return what an error calls the option."""
        if ctx is not None and ctx.get_parameter_source(str(self.name)) is ParameterSource.ENVIRONMENT:
            return f"{PREFIX}_{str(self.name).upper()}"
        return super().get_error_hint(ctx)


class SectionCommand(click.Command):
    """A command whose help lists its options under headings, and whose variables lack the command's name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.context_settings = {"auto_envvar_prefix": PREFIX, **self.context_settings}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, each part under its heading."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if isinstance(parameter, click.Option) and record is not None:
                sections.setdefault(getattr(parameter, "section", RUN), []).append(record)
        for name, records in sections.items():
            with formatter.section(name):
                formatter.write_dl(records)


option = functools.partial(click.option, cls=SectionOption)


def stack(*decorators: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Return one decorator that adds options in the order they are listed."""

    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


def setting(name: str) -> Callable[[Command], Command]:
    """Return the option of a field of `Config`."""
    section, metavar, text = SETTINGS[name]
    default = getattr(DEFAULTS, name)
    flag = kebab(name)
    kinds: dict[type, dict[str, Any]] = {
        bool: {"is_flag": True},
        tuple: {"multiple": True, "type": str},
        type(None): {"type": str},
    }
    return option(
        f"--{flag}/--no-{flag}" if isinstance(default, bool) else f"--{flag}",
        name,
        default=default,
        show_default=default not in (None, ()),
        callback=_refuse,
        section=section,
        metavar=metavar,
        help=text,
        **kinds.get(type(default), {"type": type(default)}),
    )


def _refuse(ctx: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Return the value of a field, or fail where a `Config` would."""
    try:
        Config(**{str(parameter.name): value})
    except ConfigError as error:
        raise click.BadParameter(str(error), ctx, parameter) from None
    return value


def _parse_targets(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[Target, ...]:
    try:
        return tuple(map(Target.parse, values))
    except ConfigError as error:
        raise click.BadParameter(str(error), ctx, parameter) from None


def _tell_console(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
    setattr(ctx.ensure_object(Console), str(parameter.name), value)


reading_options = stack(
    *map(
        setting,
        ("include", "exclude", "gitignore", "hidden", "ignore_blocks", "fallback_encoding", "text_field", "id_field"),
    ),
)
"""How files are found and read."""

rule_options = stack(
    option(
        "--boilerplate",
        multiple=True,
        section=FOUND,
        metavar="PATH",
        help="Report nothing that stands in this file or folder, which is read too. Repeatable.",
    ),
    option(
        "--require-reason/--no-require-reason",
        default=Rules().require_reason,
        show_default=True,
        section=FOUND,
        help="Fail where a marker in a text (dedup: ignore-...) says no reason.",
    ),
)
"""What a check does not report; groups and overrides can be set in a configuration file alone."""

color_option = option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    section=SHOWN,
    help="Colour standard output; auto: as NO_COLOR and FORCE_COLOR say, else where it is a terminal.",
)

view_options = stack(
    option(
        "--output",
        multiple=True,
        default=("text",),
        callback=_parse_targets,
        section=SHOWN,
        metavar="FORMAT[:PATH]",
        help="Format, and the file it goes to; standard output without one. Repeatable; text if not given."
        f" Formats: {', '.join(FORMATS)}.",
    ),
    option(
        "--limit",
        type=click.IntRange(min=0),
        default=View().limit,
        show_default=True,
        section=SHOWN,
        metavar="N",
        help="Most passages, and most clusters, that text shows, the biggest first; 0: all.",
    ),
    option(
        "--sort",
        type=click.Choice(SORTS),
        default="size",
        show_default=True,
        section=SHOWN,
        help="Show the biggest first, or by document and place (text, concise).",
    ),
    color_option,
)
"""How a result is shown."""

progress_option = option(
    "--progress",
    type=click.Choice(["auto", "never"]),
    default="auto",
    show_default=True,
    section=RUN,
    expose_value=False,
    callback=_tell_console,
    help="Show on standard error how far the run is; auto: where that is a terminal.",
)

run_options = stack(
    option(
        "--config",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        section=RUN,
        metavar="FILE",
        help="Configuration file to use instead of the nearest one.",
    ),
    option(
        "--isolated",
        is_flag=True,
        section=RUN,
        help="Read no configuration file.",
    ),
    option(
        "--show-settings",
        is_flag=True,
        section=RUN,
        help="Show each setting, its value and where that comes from, and do nothing else.",
    ),
    option(
        "-q",
        "--quiet",
        is_flag=True,
        section=RUN,
        expose_value=False,
        callback=_tell_console,
        help="Say nothing on standard error but errors.",
    ),
    option(
        "-v",
        "--verbose",
        is_flag=True,
        section=RUN,
        expose_value=False,
        callback=_tell_console,
        help="Name every file that is not read, and why; show where an internal error arose.",
    ),
)
"""What every command takes: where settings come from, and how much is said."""
