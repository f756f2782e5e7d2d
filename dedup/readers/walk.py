"""Paths to sources: which files are read, and why each other one is not.

Left out are, in this order: hidden entries, what ``exclude`` names, what ignore files name (`dedup.readers.ignore`),
what is no regular file, what no ``include`` pattern names, and further paths to a file that is read already. Symbolic
links to folders are not followed, so there are no loops. What is named directly is read though hidden or ignored, but
not if it is excluded.
"""

from __future__ import annotations

import difflib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dedup.config import Config
from dedup.errors import InputError
from dedup.model import Skipped
from dedup.readers.ignore import Rules, rules_around
from dedup.readers.names import absolute, document_id, folder_prefix, printable, real
from dedup.readers.patterns import Patterns

STANDARD_INPUT = "-"

_JSONL = (".jsonl", ".ndjson")
_SPECIAL = "not a regular file (a pipe, socket or device)"


@dataclass(frozen=True, slots=True)
class Source:
    """A file that is to be read."""

    path: str
    """What to open; ``-`` is standard input."""
    id: str
    """The path relative to the current directory, normalised, with forward slashes; as typed if it lies outside."""
    kind: Literal["text", "jsonl"]
    """How to read it: as one document, or as one record a line."""


def find_sources(paths: Iterable[str | os.PathLike[str]], config: Config) -> tuple[list[Source], list[Skipped]]:
    """Return the files that the paths name or hold, and what was left out with the reason.

    Both are sorted, the files by id, and do not depend on the order of the paths. A folder that is left out is one
    entry. Raises `InputError` for a path that does not exist and `ConfigError` for an ``include`` or ``exclude`` that
    is no pattern.
    """
    walk = _Walk(config)
    for path in paths:
        walk.add(os.fspath(path))
    return walk.result()


@dataclass(frozen=True, slots=True)
class _Found:
    """A source, the real file behind it, and whether a symbolic link leads there."""

    source: Source
    real: str
    linked: bool


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder on the walk: its spellings, to which the names of entries are added, and what holds in it."""

    path: str
    """What to open."""
    prefix: str
    """Of ids; ends in ``/``, or is empty for the current directory."""
    absolute: str
    """Ends in ``/``."""
    real: str
    """Absolute, without symbolic links; ends in ``/``."""
    rules: Rules
    included: bool
    """Whether a file is read that no ``include`` pattern names: there are none, or one names a folder around it."""


class _Walk:
    """One run of `find_sources`."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._here = folder_prefix(absolute("."))
        self._exclude = Patterns(config.exclude, "exclude", strict=True)
        self._include = Patterns(config.include, "include", strict=True)
        self._named: set[str] = set()
        self._found: list[_Found] = []
        self._left_out: set[Skipped] = set()  # of folders, by the rules
        self._failed: set[Skipped] = set()  # although asked for

    def add(self, path: str) -> None:
        """Find what a path stands for; raises `InputError` if there is nothing."""
        if path == STANDARD_INPUT:
            self._found.append(_Found(Source(path, path, "text"), path, linked=False))
            return
        name = document_id(path)
        try:
            mode = os.stat(path).st_mode  # noqa: PTH116 - for pathlib an empty path is the current directory
        except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the path
            raise InputError(_nothing_at(path)) from None
        except OSError as error:
            self._failed.add(Skipped(name, f"cannot be read: {error.strerror or error}"))
            return
        self._named.add(name)
        is_folder = stat.S_ISDIR(mode)
        if pattern := self._excluding(name, folder=is_folder):
            self._failed.add(Skipped(name, f"excluded by {pattern}"))
        elif is_folder:
            self._walk(path, name)
        elif stat.S_ISREG(mode):
            real_path = real(path)
            self._keep(path, name, real_path, linked=real_path != absolute(path))
        else:
            self._failed.add(Skipped(name, _SPECIAL))

    def result(self) -> tuple[list[Source], list[Skipped]]:
        """Return what was found, each real file once: under its own path rather than that of a symbolic link."""
        # What one path leaves out may be named by another.
        skipped = self._failed | {item for item in self._left_out if item.path not in self._named}
        sources: dict[str, Source] = {}
        for found in sorted(self._found, key=lambda found: (found.linked, found.source.id, found.source.path)):
            first = sources.setdefault(found.real, found.source)
            if first.id != found.source.id:
                skipped.add(Skipped(found.source.id, f"the same file as {first.id}"))
        return (
            sorted(sources.values(), key=lambda source: (source.id, source.path)),
            sorted(skipped, key=lambda item: (item.path, item.reason)),
        )

    def _keep(self, path: str, name: str, real_path: str, *, linked: bool) -> None:
        kind: Literal["text", "jsonl"] = "jsonl" if name.lower().endswith(_JSONL) else "text"
        self._found.append(_Found(Source(path, name, kind), real_path, linked))

    def _walk(self, path: str, name: str) -> None:
        """Find the files of a folder and of the folders in it."""
        inside = folder_prefix(absolute(path))
        try:
            rules = rules_around(inside, self._here, use_git=self._config.gitignore)
        except OSError as error:
            self._failed.add(Skipped(name, _unlisted(error)))
            return
        prefix = "" if name == "." else folder_prefix(name)
        included = self._includes(name)
        # A list instead of recursion: only the file system limits the depth.
        folders = [_Folder(path, prefix, inside, folder_prefix(real(path)), rules, included)]
        while folders:
            folders.extend(self._enter(folders.pop()))

    def _enter(self, folder: _Folder) -> Iterator[_Folder]:
        """Keep the files of a folder, list what is left out and yield the folders to enter next."""
        try:
            with os.scandir(folder.path) as listing:
                entries = list(listing)
            rules = folder.rules.entered(folder.absolute, {entry.name for entry in entries})
        except OSError as error:
            self._failed.add(Skipped(printable(folder.prefix.removesuffix("/")) or ".", _unlisted(error)))
            return
        for entry in entries:
            name = folder.prefix + entry.name
            try:
                is_folder = entry.is_dir(follow_symlinks=False)
                include = self._include.verdict(name, folder=is_folder)
                included = include.ignore if include else folder.included
                reason = (
                    self._rule_against(name, entry.name, folder=is_folder)
                    or rules.reason(folder.absolute + entry.name, folder=is_folder)
                    or (None if is_folder else _type_against(entry))
                    or (None if is_folder or included else "named by no include pattern")
                )
            except OSError as error:
                reason = f"cannot be read: {error.strerror or error}"
            if reason:
                self._left_out.add(Skipped(printable(name), reason))
            elif is_folder:
                yield _Folder(
                    entry.path,
                    f"{name}/",
                    f"{folder.absolute}{entry.name}/",
                    f"{folder.real}{entry.name}/",
                    rules,
                    included,
                )
            else:
                is_link = entry.is_symlink()
                real_path = real(entry.path) if is_link else folder.real + entry.name
                self._keep(entry.path, printable(name), real_path, linked=is_link or folder.real != folder.absolute)

    def _rule_against(self, name: str, last: str, *, folder: bool) -> str | None:
        """Return why the settings leave out an entry found in a folder, None if they do not."""
        if last.startswith(".") and not self._config.hidden:
            return "hidden"
        if last == ".git":
            return "data of git"
        rule = self._exclude.verdict(name, folder=folder)
        return f"excluded by {printable(rule.pattern)}" if rule and rule.ignore else None

    def _excluding(self, name: str, *, folder: bool) -> str | None:
        """Return the ``exclude`` pattern that leaves out a path or a folder around it."""
        for outer in _stages(name):
            rule = self._exclude.verdict(outer, folder=folder or outer != name)
            if rule and rule.ignore:
                return printable(rule.pattern)
        return None

    def _includes(self, name: str) -> bool:
        """Return whether the files of a folder are read by ``include`` patterns that name it or a folder around it."""
        included = not self._config.include
        for outer in _stages(name):
            if rule := self._include.verdict(outer, folder=True):
                included = rule.ignore
        return included


def _stages(name: str) -> Iterator[str]:
    """Yield the paths on the way to a path, the outermost first, and the path itself."""
    parts = name.split("/")
    for count, part in enumerate(parts, 1):
        if part not in ("", ".", ".."):
            yield "/".join(parts[:count])


def _type_against(entry: os.DirEntry[str]) -> str | None:
    """Return why an entry that is no folder cannot be read as a file, None if it can; raises `OSError`."""
    if entry.is_file():
        return None
    if entry.is_symlink() and not Path(entry.path).exists():
        return "a broken symbolic link"
    return "a symbolic link to a folder" if entry.is_dir() else _SPECIAL


def _unlisted(error: OSError) -> str:
    where = "" if error.filename is None else f" ({printable(Path(error.filename).name)})"
    return f"cannot be listed: {error.strerror or error}{where}"


def _nothing_at(path: str) -> str:
    """Return what to say of a path that does not exist, with the name that was probably meant."""
    shown = printable(path)
    missing = Path(path)
    try:
        if missing.is_symlink():
            return f"{shown!r} is a broken symbolic link"
        near = difflib.get_close_matches(missing.name, sorted(other.name for other in missing.parent.iterdir()), n=1)
    except (OSError, ValueError):
        near = []
    hint = f"; did you mean {printable(str(missing.with_name(near[0])))!r}?" if near else ""
    return f"no file or folder is called {shown!r}{hint}"
