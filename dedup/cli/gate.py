"""What a check compares with and what that decides: its options, and which of them go together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from dedup.cli.options import option, stack
from dedup.cli.settings import Settings
from dedup.config import kebab

if TYPE_CHECKING:
    from dedup.check import Limits

GATE = "What is new, and how much of it is too much"

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
        for name in ("baseline", "diff"):
            if values[name] in ("", Path()):  # as when a variable of a workflow is not set
                raise click.UsageError(f"--{kebab(name)} is empty", ctx)
        if values["update_baseline"] and values["baseline"] is None:
            raise click.UsageError("--update-baseline needs a file to write: --baseline FILE", ctx)
        for first, others in (("update_baseline", ("base_ref", "diff", "diff_ref")), ("diff", ("diff_ref",))):
            for other in others if values[first] not in (None, False) else ():
                if other in given:
                    raise click.UsageError(f"--{kebab(first)} and --{kebab(other)} exclude each other", ctx)
                values[other] = None
        return cls(**values)

    @property
    def changed_lines_only(self) -> bool:
        """Whether only what added lines are in is new."""
        return self.diff is not None or self.diff_ref is not None

    def limits(self) -> Limits:
        """Return how much passes; raises `ConfigError` for a value out of range."""
        from dedup.check import Limits  # imports numpy, which help does without

        return Limits(max_new=self.max_new, max_ratio=self.max_ratio)

    def tools(self) -> dict[Path, str]:
        """Return the files that a check reads for another purpose than their texts, and what they are."""
        found = {} if self.baseline is None else {self.baseline: "the baseline"}
        if self.diff not in (None, "-"):
            found[Path(str(self.diff))] = "the diff of this run"
        return found
