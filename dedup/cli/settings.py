"""From what was typed to what is meant: option, else ``DEDUP_*`` variable, else configuration file, else default.

The file is ``[tool.dedup]`` of pyproject.toml, else dedup.toml, .dedup.toml or .config/dedup.toml, in the nearest
folder that has one, from the current folder up to the root of its repository. Outside a repository only the current
folder is looked at: a file that someone left in /tmp must not decide what a run writes, or where.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from dedup.cli.console import is_terminal, use_color
from dedup.cli.output import SORTS, Target, write_stdout
from dedup.cli.show_settings import shown
from dedup.cli.toml_lines import KeyPath, key_lines
from dedup.config import Config, check_keys, kebab
from dedup.errors import ConfigError
from dedup.reports import View
from dedup.rules import KEYS as RULE_KEYS
from dedup.rules import Rules

PYPROJECT = "pyproject.toml"
FILE_NAMES = (PYPROJECT, "dedup.toml", ".dedup.toml", ".config/dedup.toml")

CONFIG_FIELDS = {kebab(field.name): field.name for field in fields(Config)}


def _is_strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


RUN_KEYS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "paths": (_is_strings, "a list of files and folders"),
    "output": (_is_strings, "a list of FORMAT or FORMAT:PATH"),
    "limit": (lambda value: type(value) is int and value >= 0, "a whole number, 0 or more"),
    "sort": (lambda value: value in SORTS, " or ".join(map(repr, SORTS))),
    "baseline": (_is_name, "a file"),
    "base-ref": (_is_name, "the name of a commit"),
    "diff-ref": (_is_name, "the name of a commit"),
    "max-new": (lambda value: type(value) is int and value >= 0, "a whole number, 0 or more"),
    "max-ratio": (lambda value: type(value) in (int, float) and 0 <= value <= 1, "a number from 0 to 1"),
    "allow-empty": (lambda value: isinstance(value, bool), "true or false"),
}
"""Keys of a configuration file that say what a run reads and shows: the value's check, and what it must be."""


@dataclass(frozen=True, slots=True)
class Table:
    """The settings in a configuration file as they stand there."""

    path: Path
    values: Mapping[str, Any]
    text: str = ""
    root: KeyPath = ()

    def place(self, *keys: str | int) -> str:
        """Return the file and, where it is known, the line of a key in the table; without one, the file alone."""
        lines = key_lines(self.text) if keys else {}
        path = (*self.root, *keys)
        known = (path[:count] for count in range(len(path), len(self.root), -1))
        line = next((lines[outer] for outer in known if outer in lines), None)
        return f"{self.path}" if line is None else f"{self.path}:{line}"


@dataclass(frozen=True, slots=True)
class FileSettings:
    """What a configuration file says: checked, with paths relative to the current folder."""

    path: Path | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    run: Mapping[str, Any] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What a command runs with."""

    config: Config
    paths: tuple[str, ...]
    files_from: str | None
    targets: tuple[Target, ...]
    view: View
    values: Mapping[str, Any] = field(default_factory=dict)
    """All that was set, by the names of parameters: for what one command alone has."""
    rules: Rules = field(default_factory=Rules)


def resolve(ctx: click.Context, run_keys: Iterable[str] = tuple(RUN_KEYS)) -> Settings:
    """Return what a command runs with; of `RUN_KEYS`, it takes only ``run_keys`` from a configuration file.

    With ``--show-settings`` they are shown, and the command ends. Raises `ConfigError` for a configuration file that
    cannot be used.
    """
    file = read_settings(ctx.params["config"], ctx.params["isolated"])
    # An argument that is left out counts as given to click before 8.2: as an empty one.
    given = {name: value for name, value in ctx.params.items() if value != () and not _is_default(ctx, name)}
    run = {key.replace("-", "_"): value for key, value in file.run.items() if key in run_keys}
    if "files_from" in given:
        run.pop("paths", None)  # a list of files takes the place of the configured paths
    values = {**ctx.params, **run, **given}
    config = Config(**{**file.config, **{name: given[name] for name in CONFIG_FIELDS.values() if name in given}})
    rules = replace(file.rules, **{name: given[name] for name in ("boilerplate", "require_reason") if name in given})
    if ctx.params.get("show_settings"):
        taken = {key: values[name] for key in run_keys if (name := key.replace("-", "_")) in values}
        write_stdout(shown(ctx, given, file.table, taken, config, rules))
        ctx.exit()
    paths, targets = values.get("paths", ()), values.get("output", ())
    return Settings(config, paths, values.get("files_from"), targets, view_of(values), values, rules)


def view_of(values: Mapping[str, Any]) -> View:
    """Return how results are shown on standard output."""
    if "color" not in values:
        return View()
    color = use_color(values["color"], sys.stdout)
    width = shutil.get_terminal_size().columns if is_terminal(sys.stdout) else View().width
    given = {name: values[name] for name in ("limit", "sort", "details") if name in values}
    return View(color=color, width=width, **given)


def _is_default(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is ParameterSource.DEFAULT


def read_settings(named: Path | None, isolated: bool) -> FileSettings:
    """Return the settings of the file named by ``--config``, else of the nearest one, else none."""
    if named is not None:
        if isolated:
            raise click.UsageError("--isolated and --config exclude each other")
        table = read_table(named)
        if table is None:
            raise ConfigError(f"{named}: has no table [tool.dedup]")
        return check_table(table)
    for path in () if isolated else candidates(Path.cwd()):
        table = read_table(path) if path.is_file() else None
        if table is not None:
            return check_table(table)
    return FileSettings()


def candidates(folder: Path) -> Iterator[Path]:
    """Yield where a configuration file may stand, the first that counts first."""
    folders = [folder, *folder.parents]
    root = next((index for index, place in enumerate(folders) if (place / ".git").exists()), 0)
    for place in folders[: root + 1]:
        for name in FILE_NAMES:
            yield place / name


def read_table(path: Path) -> Table | None:
    """Return the settings in a TOML file as they stand there; None for a pyproject.toml that has none.

    Raises `ConfigError`, with the line, for a file that cannot be read or is not TOML.
    """
    try:
        text = path.read_bytes().decode()
        values = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        line = re.search(r"\(at line (\d+), ", str(error))
        raise ConfigError(f"{path}{f':{line[1]}' if line else ''}: not TOML: {error}") from error
    if path.name != PYPROJECT:
        if "tool" in values:
            place = Table(path, values, text).place("tool")
            hint = f"in this file the keys stand without [tool.dedup], which is for {PYPROJECT}"
            raise ConfigError(f"{place}: unknown key 'tool': {hint}")
        return Table(path, values, text)
    tool = values.get("tool", {})
    table = tool.get("dedup") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError(f"{Table(path, {}, text).place('tool', 'dedup')}: tool.dedup must be a table, not {table!r}")
    return None if table is None else Table(path, table, text, ("tool", "dedup"))


def check_table(table: Table) -> FileSettings:
    """Return the settings of a file's table; raises `ConfigError`, with file and line, for a key or value of no use."""
    config: dict[str, Any] = {}
    run: dict[str, Any] = {}
    rules: dict[str, Any] = {}
    known = (*CONFIG_FIELDS, *RUN_KEYS, *RULE_KEYS)
    folder = _project_folder(table.path)
    for key, value in table.values.items():
        if key not in known:
            check_keys([key], known, table.place(key))
        elif key in CONFIG_FIELDS:
            try:
                Config(**{CONFIG_FIELDS[key]: value})
            except ConfigError as error:
                raise ConfigError(f"{table.place(key)}: {error}") from None
            config[CONFIG_FIELDS[key]] = value
        elif key in RULE_KEYS:
            rules[key] = value
        else:
            is_valid, expected = RUN_KEYS[key]
            if not is_valid(value):
                raise ConfigError(f"{table.place(key)}: {key} must be {expected}, not {value!r}")
            run[key] = value
    checked = Rules.from_mapping(rules, table.place)
    checked = replace(checked, boilerplate=tuple(_from_here(folder, item) for item in checked.boilerplate))
    if "paths" in run:
        run["paths"] = tuple(_from_here(folder, item) for item in run["paths"])
    if "baseline" in run:
        run["baseline"] = Path(_from_here(folder, run["baseline"]))
    if "output" in run:
        try:
            targets = [Target.parse(item) for item in run["output"]]
        except ConfigError as error:
            raise ConfigError(f"{table.place('output')}: output: {error}") from None
        run["output"] = tuple(target.below(folder) for target in targets)
    return FileSettings(table.path, config, run, checked, table)


def _project_folder(path: Path) -> Path:
    """Return the folder that relative paths in a configuration file start from."""
    folder = path.absolute().parent
    return folder.parent if folder.name == ".config" else folder


def _from_here(folder: Path, name: str) -> str:
    return Path(os.path.relpath(folder / name)).as_posix()
