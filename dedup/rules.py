"""Rules about documents: boilerplate, groups that are compared in part, settings for some paths.

Values alone; `dedup.check.suppress` applies them. Paths of groups and overrides are patterns as in ``.gitignore``,
which name documents by their ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any, Literal, get_args

from dedup.config import Config, check_keys, kebab, suggest
from dedup.errors import ConfigError
from dedup.readers.names import document_id
from dedup.readers.patterns import Patterns

Compare = Literal["within", "across", "never"]
"""What is compared: each part of a group with itself alone, with the other parts alone, or no two documents at all."""

Place = Callable[..., str]
"""``place("group", 0, "paths")``: what an error calls the place at which a value stands, its file and line."""

KEYS = ("boilerplate", "group", "override", "require-reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Documents that belong together, in parts: versions, translations, mirrors.

    Each of ``paths`` is a part, and a document belongs to the first that names it. With what is in no part, every
    document is compared. Raises `ConfigError` for a pattern that is none.
    """

    paths: tuple[str, ...]
    compare: Compare
    name: str = ""
    _parts: tuple[Patterns, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_patterns(self, "group")
        if self.compare not in get_args(Compare):
            known = " or ".join(map(repr, get_args(Compare)))
            raise ConfigError(f"compare must be {known}, not {self.compare!r}")
        if not isinstance(self.name, str):
            raise ConfigError(f"name must be a string, not {self.name!r}")
        if wrong := next((path for path in self.paths if path.startswith("!")), None):
            raise ConfigError(f"paths: {wrong!r} names no part of a group: it says what to leave out of others")
        parts = tuple(Patterns([path], "paths", strict=True) for path in self.paths)
        object.__setattr__(self, "_parts", parts)

    def part(self, document: str) -> int | None:
        """Return the number of the part that a document belongs to, None if it is none of the group."""
        return next((number for number, part in enumerate(self._parts) if _names(part, document)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Settings that hold for the documents that ``paths`` name, together, as a ``.gitignore`` file would.

    Raises `ConfigError` for a pattern that is none, and for a value that a `Config` would refuse.
    """

    paths: tuple[str, ...]
    min_words: int | None = None
    min_similarity: float | None = None
    ignore: bool = False
    """Report nothing in these documents."""
    _patterns: Patterns = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_patterns(self, "override")
        self.over(Config())
        if not isinstance(self.ignore, bool):
            raise ConfigError(f"ignore must be true or false, not {self.ignore!r}")
        if self.min_words is None and self.min_similarity is None and not self.ignore:
            raise ConfigError("an override must set min-words, min-similarity, or ignore = true")
        object.__setattr__(self, "_patterns", Patterns(self.paths, "paths", strict=True))

    def over(self, config: Config) -> Config:
        """Return the configuration that holds for the documents."""
        given: dict[str, Any] = {"min_words": self.min_words, "min_similarity": self.min_similarity}
        return replace(config, **{name: value for name, value in given.items() if value is not None})

    def names(self, document: str) -> bool:
        """Return whether it holds for a document."""
        return _names(self._patterns, document)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is not reported although it was found; markers in the texts are obeyed besides.

    Raises `ConfigError` for a value of another type.
    """

    boilerplate: tuple[str, ...] = ()
    """Files and folders whose text is reported nowhere. They have to be read with the documents."""
    groups: tuple[Group, ...] = ()
    """Which documents are compared with which others."""
    overrides: tuple[Override, ...] = ()
    """Settings for some documents. Of several that set the same for a document, the last one holds."""
    require_reason: bool = False
    """Whether a marker without a reason fails the check."""

    def __post_init__(self) -> None:
        _check_strings(self, "boilerplate", "a list of files and folders")
        if not isinstance(self.require_reason, bool):
            raise ConfigError(f"require-reason must be true or false, not {self.require_reason!r}")

    def scan_config(self, config: Config) -> Config:
        """Return the configuration for a scan that finds what any document asks for, by its override or ``config``."""
        configs = [config, *(override.over(config) for override in self.overrides)]
        return replace(
            config,
            min_words=min(item.min_words for item in configs),
            min_similarity=min(item.min_similarity for item in configs),
        )

    def boilerplate_of(self, documents: Iterable[str]) -> dict[str, str]:
        """Return, for each of the documents that is boilerplate, the path that says so.

        Ids that a JSONL file gives its records are not seen to belong to the file.
        """
        paths = {document_id(path): path for path in self.boilerplate}
        found = {}
        for document in documents if paths else ():
            outer = next((name for name in _around(document) if name in paths), "." if "." in paths else None)
            if outer is not None:
                found[document] = paths[outer]
        return found

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], place: Place = lambda *_: "configuration") -> Rules:
        """Return the rules that the `KEYS` of a configuration file give.

        Raises `ConfigError`, which names the place and, for an unknown key, the nearest one there is.
        """
        check_keys(values, KEYS, place())
        plain = {key.replace("-", "_"): values[key] for key in ("boilerplate", "require-reason") if key in values}
        for key, value in plain.items():
            _at(place, (key.replace("_", "-"),), partial(cls, **{key: value}))
        groups = tuple(_build(Group, table, place, at) for at, table in _tables(values, "group", place))
        overrides = tuple(_build(Override, table, place, at) for at, table in _tables(values, "override", place))
        return cls(groups=groups, overrides=overrides, **plain)


def _tables(values: Mapping[str, Any], key: str, place: Place) -> Iterator[tuple[tuple[str, int], Mapping[str, Any]]]:
    tables = values.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
        raise ConfigError(f"{place(key)}: {key} must be a list of tables, [[{key}]], not {tables!r}")
    yield from (((key, number), table) for number, table in enumerate(tables))


def _build(cls: Any, table: Mapping[str, Any], place: Place, at: tuple[str, int]) -> Any:
    """Return the rule of a table; an error names the line of the key at fault where one value is, else the table's."""
    known = {kebab(item.name): item.name for item in fields(cls) if item.init}
    for key in table:
        if key not in known:
            raise ConfigError(f"{place(*at, key)}: unknown key {key!r}; {suggest(key, known)}")
    for key in ("paths", *(["compare"] if cls is Group else [])):
        if key not in table:
            raise ConfigError(f"{place(*at)}: {at[0]} needs {key}")
    fine: dict[str, Any] = {"compare": "never"} if cls is Group else {"min_words": Config().min_words}
    for key, value in table.items():
        _at(place, (*at, key), partial(cls, **{"paths": ("*",), **fine, known[key]: value}))
    return _at(place, at, partial(cls, **{known[key]: value for key, value in table.items()}))


def _at(place: Place, at: tuple[str | int, ...], build: Callable[[], Any]) -> Any:
    try:
        return build()
    except ConfigError as error:
        raise ConfigError(f"{place(*at)}: {error}") from None


def _check_patterns(rule: Group | Override, what: str) -> None:
    _check_strings(rule, "paths", "a list of patterns")
    if not rule.paths:
        raise ConfigError(f"paths of {what} must name something")
    Patterns(rule.paths, "paths", strict=True)


def _check_strings(rule: Any, name: str, expected: str) -> None:
    """Make a list of strings a tuple; raises `ConfigError` for anything else."""
    value = getattr(rule, name)
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{name} must be {expected}, not {value!r}")
    object.__setattr__(rule, name, tuple(value))


def _names(patterns: Patterns, document: str) -> bool:
    """Return whether patterns name a document or a folder around it; the innermost that is named decides."""
    named = False
    for outer in reversed(list(_around(document))):
        if rule := patterns.verdict(outer, folder=outer != document):
            named = rule.ignore
    return named


def _around(document: str) -> Sequence[str]:
    """Return a document's id, the file it is a record of, and the folders around, the innermost first."""
    file = document.rpartition(":")
    names = [document, file[0]] if file[2].isdecimal() and file[0] else [document]
    parts = names[-1].split("/")
    folders = ("/".join(parts[:count]) for count in range(len(parts) - 1, 0, -1))
    return [*names, *filter(None, folders)]
