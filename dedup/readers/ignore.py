"""Ignore files: which rules hold in a folder, and whether they ignore an entry of it.

The rules of a deeper folder come before those of the folders around it, and ``.dedupignore`` files before
``.gitignore`` files: the first that names an entry decides, also with ``!`` that it is kept. Rules of git end at the
root of a repository; those of ``.dedupignore`` reach from the current directory, if that lies further out.
"""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from dedup.readers.names import document_id, folder_prefix, printable
from dedup.readers.patterns import Patterns

_GIT = ".git"
_GIT_RULES = ".gitignore"
_OWN_RULES = ".dedupignore"


@dataclass(frozen=True, slots=True)
class Rules:
    """The ignore files that hold in a folder, those that decide first standing first."""

    use_git: bool
    own: tuple[Patterns, ...] = ()
    git: tuple[Patterns, ...] = ()

    def entered(self, folder: str, names: Collection[str]) -> Rules:
        """Return the rules inside ``folder`` (absolute, ending in ``/``), in which ``names`` stand.

        Raises `OSError` when an ignore file cannot be read.
        """
        own = _with_file(self.own, folder, _OWN_RULES) if _OWN_RULES in names else self.own
        git = () if _GIT in names else self.git
        if self.use_git and _GIT_RULES in names:
            git = _with_file(git, folder, _GIT_RULES)
        return self if own is self.own and git is self.git else Rules(self.use_git, own, git)

    def reason(self, path: str, *, folder: bool) -> str | None:
        """Return why the entry at an absolute path is ignored, None if it is not."""
        for chain in (self.own, self.git):
            for patterns in chain:
                if rule := patterns.verdict(path, folder=folder):
                    place = f"{patterns.name}, line {rule.line}: {printable(rule.pattern)}"
                    return f"ignored by {place}" if rule.ignore else None
        return None


def rules_around(folder: str, here: str, *, use_git: bool) -> Rules:
    """Return the rules that the folders around ``folder`` set for it; ``here`` is the current directory.

    Both are absolute and end in ``/``. Looked at are the folders from the root of the repository or the current
    directory, whichever lies further out. Raises `OSError` when an ignore file cannot be read.
    """
    around = _folders_around(folder)
    repository = next((outer for outer in reversed(around) if os.path.lexists(outer + _GIT)), folder)
    top = min((repository, here) if folder.startswith(here) else (repository,), key=len)
    rules = Rules(use_git)
    for outer in around:
        if outer.startswith(top):
            names = [name for name in (_GIT, _GIT_RULES, _OWN_RULES) if os.path.lexists(outer + name)]
            rules = rules.entered(outer, names)
    return rules


def _folders_around(folder: str) -> list[str]:
    """Return the folders that hold ``folder``, the outermost first."""
    parts = folder.rstrip("/").split("/")
    return [folder_prefix("/".join(parts[:count])) for count in range(1, len(parts))]


def _with_file(chain: tuple[Patterns, ...], folder: str, name: str) -> tuple[Patterns, ...]:
    """Return the chain with the rules of an ignore file before it."""
    path = Path(folder + name)
    if not path.is_file():
        return chain
    # As names come from the system, whose encoding need not be that of the file.
    lines = path.read_bytes().removeprefix(codecs.BOM_UTF8).decode(sys.getfilesystemencoding(), "surrogateescape")
    return (Patterns(lines.split("\n"), document_id(os.path.relpath(path)), folder), *chain)
