"""``--show-settings``: every setting, its value, and where that comes from, as TOML that a file could hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from dedup.cli.output import Target
from dedup.config import Config, kebab
from dedup.reports.terminal import printable
from dedup.result import encode
from dedup.rules import Group, Override, Rules

if TYPE_CHECKING:
    from dedup.cli.settings import Table


def shown(
    ctx: click.Context,
    given: Mapping[str, Any],
    table: Table | None,
    run: Mapping[str, Any],
    config: Config,
    rules: Rules,
) -> Iterator[str]:
    """Yield a line for each setting.

    ``given`` holds what was typed or set by a variable, by parameter; ``table`` is that of the configuration file,
    ``run`` what a command takes of it besides the fields of ``config`` and ``rules``, by key.
    """
    values = {
        **run,
        **{kebab(item.name): getattr(config, item.name) for item in fields(config)},
        "boilerplate": rules.boilerplate,
        "group": rules.groups,
        "override": rules.overrides,
        "require-reason": rules.require_reason,
    }
    lines = []
    for key, value in values.items():
        name = key.replace("-", "_")
        if name in given:
            source = _said(ctx, name, key)
        elif table is not None and key in table.values:
            source = table.place(key)
        else:
            source = "default"
        lines.append((f"{key} = {_toml(value)}" if value is not None else f"# {key} is not set", source))
    width = min(max(len(setting) for setting, _ in lines), 40)
    yield from (f"{setting:<{width}}  # {printable(source)}\n" for setting, source in lines)


def _said(ctx: click.Context, name: str, key: str) -> str:
    if ctx.get_parameter_source(name) is ParameterSource.ENVIRONMENT:
        return f"variable {ctx.auto_envvar_prefix}_{name.upper()}"
    parameter = next(item for item in ctx.command.params if item.name == name)
    return "argument" if isinstance(parameter, click.Argument) else f"option --{key}"


def _toml(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, Target):
        value = value.format if value.path is None else f"{value.format}:{value.path}"
    if isinstance(value, (Group, Override)):
        members = {kebab(item.name): getattr(value, item.name) for item in fields(value) if item.init}
        return f"{{{', '.join(f'{key} = {_toml(item)}' for key, item in members.items() if item not in (None, ''))}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    return encode(f"{value}" if isinstance(value, Path) else value)
