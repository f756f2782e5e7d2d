"""Settings: their names, defaults and limits.

A `Config` is complete and valid by construction. Option names of the command line and keys of configuration files are
the field names in kebab-case; nothing else is accepted.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from dedup.errors import ConfigError

IGNORABLE = ("front-matter", "code", "quote", "table", "links")
"""The kinds of Markdown structure that need not be compared (`dedup.readers.markdown` says what each is)."""

RUN_ONLY = frozenset({"jobs", "batch_bytes"})
"""Fields that change how a run is carried out, never its result; a saved result does not show them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that can be set about a scan.

    Raises `ConfigError` for a value out of range.
    """

    min_words: int = 15
    """Shortest passage that is reported, in words (a character of a script without spaces is half a word)."""
    min_similarity: float = 0.6
    """Lowest similarity of two spans: Indel similarity of their folded words."""
    document_similarity: float = 0.8
    """Lowest Jaccard similarity of two near-duplicate documents, over sets of 5-word shingles."""
    max_gap: int = 30
    """Longest stretch of words, on either side, that one passage may skip."""
    passages: bool = True
    """Look for passages."""
    clusters: bool = True
    """Look for clusters of near-duplicate documents."""
    permutations: int = 128
    """Values in a document's MinHash signature."""
    seed: int = 1
    """Seed of the MinHash permutations, as in ``datasketch.MinHash``."""

    include: tuple[str, ...] = ()
    """Patterns (as in .gitignore) of files to read in folders; none: every text file."""
    exclude: tuple[str, ...] = ()
    """Patterns (as in .gitignore) of files and folders to leave out."""
    gitignore: bool = True
    """Leave out what .gitignore files name."""
    hidden: bool = False
    """Read hidden files and folders too."""
    ignore_blocks: tuple[str, ...] = ()
    """What of Markdown files is not compared: some of `IGNORABLE`."""
    fallback_encoding: str | None = None
    """Encoding of files that have no byte order mark and are not UTF-8; none: such files are skipped and listed."""
    text_field: str = "text"
    """Field of a JSONL record that holds the text."""
    id_field: str = "id"
    """Field of a JSONL record that holds the document's id."""

    jobs: int = 0
    """Worker threads; 0: one for each core."""
    batch_bytes: int = 1 << 20
    """Text that is worked on at a time, in bytes."""

    def __post_init__(self) -> None:
        for name, low, high in (
            ("min_words", 4, 1_000_000),
            ("max_gap", 0, 10_000),
            ("permutations", 2, 4096),
            ("seed", 0, 2**32 - 1),
            ("jobs", 0, 1024),
            ("batch_bytes", 1, 1 << 30),
        ):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise ConfigError(f"{kebab(name)} must be a whole number from {low} to {high}, not {value!r}")
        for name in ("min_similarity", "document_similarity"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.3 <= value <= 1:
                raise ConfigError(f"{kebab(name)} must be a number from 0.3 to 1, not {value!r}")
            object.__setattr__(self, name, float(value))
        for name in ("passages", "clusters", "gitignore", "hidden"):
            value = getattr(self, name)
            if not isinstance(value, bool):
                raise ConfigError(f"{kebab(name)} must be true or false, not {value!r}")
        for name in ("include", "exclude"):
            value = getattr(self, name)
            if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
                raise ConfigError(f"{kebab(name)} must be a list of patterns, not {value!r}")
            object.__setattr__(self, name, tuple(value))
        kinds = self.ignore_blocks
        if not isinstance(kinds, (list, tuple)) or not all(isinstance(item, str) for item in kinds):
            raise ConfigError(f"ignore-blocks must be a list of {', '.join(IGNORABLE)}, not {kinds!r}")
        for kind in kinds:
            if kind not in IGNORABLE:
                raise ConfigError(f"ignore-blocks: nothing in Markdown is called {kind!r}; {suggest(kind, IGNORABLE)}")
        object.__setattr__(self, "ignore_blocks", tuple(kind for kind in IGNORABLE if kind in kinds))
        for name in ("text_field", "id_field"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value:
                raise ConfigError(f"{kebab(name)} must be the name of a field, not {value!r}")
        if self.fallback_encoding is not None:
            try:
                b"-".decode(self.fallback_encoding)  # not b"", for which no encoding is looked up
            except UnicodeError:
                pass
            except (LookupError, TypeError, ValueError):
                raise ConfigError(f"fallback-encoding: no encoding is called {self.fallback_encoding!r}") from None

    def to_dict(self) -> dict[str, Any]:
        """Return what a saved result shows: every setting that can change the result, by its kebab-case name."""
        values = {kebab(field.name): getattr(self, field.name) for field in fields(self) if field.name not in RUN_ONLY}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], source: str = "configuration") -> Config:
        """Return the configuration that kebab-case keys give, defaults elsewhere.

        Raises `ConfigError`, which names ``source`` and, for an unknown key, the nearest one there is.
        """
        known = {kebab(field.name): field.name for field in fields(cls)}
        check_keys(values, known, source)
        try:
            return cls(**{known[key]: value for key, value in values.items()})
        except ConfigError as error:
            raise ConfigError(f"{source}: {error}") from None


def check_keys(keys: Iterable[str], known: Iterable[str], source: str) -> None:
    """Raise `ConfigError`, naming ``source`` and the nearest known key, for the first key that is not known."""
    known = tuple(known)
    for key in keys:
        if key not in known:
            raise ConfigError(f"{source}: unknown key {key!r}; {suggest(kebab(key), known)}")


def suggest(name: str, known: Iterable[str]) -> str:
    """Return what an error says after a name that is not known: the nearest known one or, if none is near, all."""
    known = tuple(known)
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"


def kebab(name: str) -> str:
    """Return a field's name as options and configuration files spell it."""
    return name.replace("_", "-")
