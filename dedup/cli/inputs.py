"""What the commands read: the documents of a scan, one text to compare, the texts that a saved result quotes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from dedup.cli.settings import CONFIG_FIELDS, Settings
from dedup.config import Config
from dedup.errors import InputError
from dedup.model import Document, Progress, Skipped
from dedup.readers import Source, find_sources, paths_from, read_columns, read_sources
from dedup.result import Result

if TYPE_CHECKING:  # help and the list of files do without numpy
    from dedup.corpus import Documents

_Read = TypeVar("_Read", bound="Document | Documents")


@dataclass(frozen=True, slots=True)
class Inputs:
    """The sources of a scan, and what is not read: ``skipped`` grows while `documents` is iterated."""

    config: Config
    sources: list[Source]
    skipped: list[Skipped]

    @classmethod
    def find(cls, settings: Settings, tools: Mapping[Path, str] | None = None) -> Inputs:
        """Return what the settings say is to be read, except files that the same run writes and ``tools``.

        The latter are files that the run reads for another purpose, each with what it is.

        Raises `InputError` for a path or list that does not exist, `ConfigError` for a pattern that is none.
        """
        paths = list(settings.paths)
        if settings.files_from is not None:
            if settings.files_from == "-" and "-" in paths:
                raise click.UsageError("standard input cannot be both a text and the list of files")
            paths += paths_from(settings.files_from)
        found, skipped = find_sources(paths, settings.config)
        # A second run over the same folder must not find the report of the first.
        written = {target.path: "output of this run" for target in settings.targets if target.path is not None}
        reasons = {_file(path): reason for path, reason in {**(tools or {}), **written}.items()}
        reasons.pop(None, None)
        sources = []
        for source in found:
            if reasons and (reason := reasons.get(_file(source.path))):
                skipped.append(Skipped(source.id, reason))
            else:
                sources.append(source)
        return cls(settings.config, sources, skipped)

    def columns(self, progress: Progress | None = None) -> Iterator[Document | Documents]:
        """Yield the documents, one or many at a time, and note in ``skipped`` what turns out not to be one."""
        return self._noted(read_columns(self._counted(progress), self.config))

    def documents(self, progress: Progress | None = None) -> Iterator[Document]:
        """Yield the documents one at a time; otherwise as `columns`."""
        return self._noted(read_sources(self._counted(progress), self.config))

    def _noted(self, items: Iterable[_Read | Skipped]) -> Iterator[_Read]:
        for item in items:
            if isinstance(item, Skipped):
                self.skipped.append(item)
            else:
                yield item

    def _counted(self, progress: Progress | None) -> Iterator[Source]:
        for done, source in enumerate(self.sources):
            if progress is not None:
                progress("read", done, len(self.sources))
            yield source


def _file(path: str | os.PathLike[str]) -> tuple[int, int] | None:
    """Return what a file is known by, whatever its path; none if there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - a path object would cost more than this does
    except OSError:
        return None
    return found.st_dev, found.st_ino


def read_one(path: str, config: Config) -> Document:
    """Return the one document of a file; raises `InputError` where there is none, or more than one."""
    if Path(path).is_dir():
        raise InputError(f"{path} is a folder; name a text, or compare all files in it with: dedup scan {path}")
    inputs = Inputs(config, *find_sources([path], config))
    documents = list(inputs.documents())
    if inputs.skipped and not documents:
        raise InputError(f"{path}: {inputs.skipped[0].reason}")
    if len(documents) != 1:
        raise InputError(f"{path} holds {len(documents):,} documents, not one; compare them with: dedup scan {path}")
    return documents[0]


def read_texts(result: Result, paths: tuple[str, ...]) -> tuple[dict[str, str], list[str]]:
    """Return the texts that a saved result quotes, by id, and the sorted ids of those that are not as they were.

    They are read the way the scan read them. Ids are taken as paths below the folders among ``paths`` (without one:
    below the current folder); what is not there is looked for among all documents that ``paths`` name or hold.
    """
    saved = {key: value for key, value in result.config.items() if key in CONFIG_FIELDS}
    config = Config.from_mapping(saved, "the configuration in the result")
    quoted = {place.document for passage in result.passages for place in passage.occurrences}
    characters = {document.id: document.characters for document in result.documents if document.id in quoted}
    texts: dict[str, str] = {}

    def read(sources: Iterable[Source]) -> None:
        for item in read_sources(sources, config):
            if isinstance(item, Document) and characters.get(item.id) == item.characters:
                texts[item.id] = item.text

    for folder in [path for path in paths if Path(path).is_dir()] or ["."]:
        below = ((Path(folder, name), name) for name in sorted(characters.keys() - texts.keys()))
        # An id may be longer than any file name, where Path.is_file raises an error.
        read([Source(str(path), name, "text") for path, name in below if os.path.isfile(path)])  # noqa: PTH113
    if len(texts) < len(characters):
        read(find_sources(paths, config)[0])
    return texts, sorted(quoted - texts.keys())
