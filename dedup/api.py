"""What programs call: `scan` and `compare`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from dedup.config import Config
from dedup.corpus import Documents
from dedup.errors import ConfigError, InputError
from dedup.model import Document, Pair, Progress, Skipped
from dedup.pipeline import scan_documents
from dedup.readers import find_sources, read_columns
from dedup.readers.markdown import masked
from dedup.result import Result


def scan(docs: Any, config: Config | None = None, progress: Progress | None = None) -> Result:
    """Find near-duplicate documents and reused passages.

    ``docs`` is one of

    - a path (`str` or `os.PathLike`) or an iterable of `os.PathLike`: files, folders and JSONL files, read as the
      command line reads them;
    - a mapping of ids to texts;
    - an iterable of texts (`str`; their ids are their numbers, padded with zeros) or of `Document`;
    - anything with an Arrow stream (``__arrow_c_stream__``: pyarrow, polars, duckdb), whose columns
      ``config.text_field`` and, where there is one, ``config.id_field`` are read.

    ``progress(phase, done, total)`` is called now and then. Raises `InputError` for a path that does not exist, a value
    that is no text, or an id that stands twice, and `ConfigError` for an unusable setting.
    """
    config = config or Config()
    skipped: list[Skipped] = []

    def documents() -> Iterator[Document | Documents]:
        for item in _read(docs, config):
            if isinstance(item, Skipped):
                skipped.append(item)
            else:
                yield item

    return scan_documents(documents(), config, skipped=skipped, progress=progress)


def compare(text_a: str, text_b: str, config: Config | None = None) -> list[Pair]:
    """Return the passages that two texts share, as pairs of spans in documents called ``a`` and ``b``."""
    result = scan({"a": text_a, "b": text_b}, replace(config or Config(), clusters=False, passages=True))
    return [pair for pair in result.pairs if pair.left.document != pair.right.document]


def _read(docs: Any, config: Config) -> Iterator[Document | Documents | Skipped]:
    if isinstance(docs, (str, os.PathLike)):
        yield from _read_paths([docs], config)
    elif isinstance(docs, Mapping):
        yield from (masked(_document(name, text), config) for name, text in docs.items())
    elif hasattr(docs, "__arrow_c_stream__"):
        yield from _read_arrow(docs, config)
    elif isinstance(docs, Iterable):
        items = list(docs)
        if items and all(isinstance(item, os.PathLike) for item in items):
            yield from _read_paths(items, config)
            return
        width = len(str(max(len(items) - 1, 0)))
        for number, item in enumerate(items):
            yield item if isinstance(item, Document) else _document(str(number).zfill(width), item)
    else:
        raise InputError(f"documents must be paths, texts or an Arrow stream, not {type(docs).__name__}")


def _document(name: Any, text: Any) -> Document:
    if not isinstance(name, str):
        raise InputError(f"a document's id must be a str, not {name!r}")
    if not isinstance(text, str):
        raise InputError(f"the text of document {name!r} must be a str, not {type(text).__name__}")
    return Document(name, text)


def _read_paths(paths: Iterable[str | os.PathLike[str]], config: Config) -> Iterator[Document | Documents | Skipped]:
    sources, skipped = find_sources(paths, config)
    yield from skipped
    yield from read_columns(sources, config)


def _read_arrow(stream: Any, config: Config) -> Iterator[Document | Skipped]:
    try:
        import pyarrow
    except ImportError:
        raise ConfigError("reading an Arrow stream needs pyarrow: pip install 'dedup-passages[arrow]'") from None
    table = pyarrow.table(stream)
    if config.text_field not in table.column_names:
        raise InputError(f"no column {config.text_field!r}; there are: {', '.join(table.column_names)}")
    names = table.column(config.id_field) if config.id_field in table.column_names else None
    width = len(str(max(len(table) - 1, 0)))
    for number, text in enumerate(table.column(config.text_field)):
        name = str(number).zfill(width) if names is None else str(names[number].as_py())
        value = text.as_py()
        yield Skipped(name, "the text is null") if value is None else _document(name, value)
