"""What a change adds and what was there before it: which findings it touches, and the texts as they were.

The lines of a change say where something was added. Whether it is new they do not say: a paragraph that is reflowed is
a paragraph of added lines. So the texts are also known as they were, and what they shared then is not new.
"""

from __future__ import annotations

import os
import posixpath
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from dedup.check.diff import Hunk, parse_diff
from dedup.model import Document, Occurrence
from dedup.verdict import Finding


@dataclass(frozen=True, slots=True)
class Changes:
    """The lines that a change adds, and the files that it adds as a whole, by path."""

    hunks: Mapping[str, tuple[Hunk, ...]] = field(default_factory=dict)
    """Where lines were added or removed."""
    whole: frozenset[str] = frozenset()
    """Files all of whose text counts as added."""
    removed: Mapping[str, str] = field(default_factory=dict)
    """The texts of files that are gone."""
    folder: str = ""
    """The folder that ids of documents start from, as paths of the change name it."""
    top: str = ""
    """The folder that paths of the change start from, for documents whose ids are absolute; empty: not known."""
    lines: Mapping[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)
    """The numbers of the lines that are new in a file and not blank, ascending from 1."""

    _paths: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        added = {path: tuple(n for hunk in hunks for n in hunk.added) for path, hunks in self.hunks.items()}
        object.__setattr__(self, "lines", {path: numbers for path, numbers in added.items() if numbers})

    @classmethod
    def parse(cls, diff: bytes, folder: str = "", top: str = "") -> Changes:
        """Return what a diff says; raises `InputError`, with the line, for what is no unified diff of two versions."""
        found = parse_diff(diff)
        removed = {
            path: "\n".join(line for hunk in hunks for line in hunk.old) for path, hunks in found.removed.items()
        }
        hunks = {path: tuple(hunks) for path, hunks in sorted(found.hunks.items()) if hunks}
        return cls(hunks, frozenset(found.opaque), removed, folder, top)

    def names(self, document: str) -> bool:
        """Return whether there are added lines in the file that a document is, or is a record of."""
        path = self._path(document)
        return any(name in self.whole or name in self.lines for name in (path, path.rpartition(":")[0]))

    def touch(self, place: Occurrence, text: str) -> bool:
        """Return whether an added line is in an occurrence; ``text`` is that of its document."""
        path = self._path(place.document)
        file, _, record = path.rpartition(":")
        if path in self.whole or file in self.whole:
            return True
        if path not in self.hunks:  # a record of a JSONL file is one line of it
            return record.isdigit() and int(record) in self.lines.get(file, ())
        # Not the lines of the occurrence: a carriage return alone ends a line for editors, but not for git.
        first = text.count("\n", 0, place.start) + 1
        last = first + text.count("\n", place.start, place.end)
        added = self.lines.get(path, ())
        at = bisect_left(added, first)
        return at < len(added) and added[at] <= last

    def before(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Yield documents as they were before the change, without those that it adds, and those that it removed."""
        for document in documents:
            path = self._path(document.id)
            file, _, record = path.rpartition(":")
            if path in self.hunks:
                yield Document(document.id, _reversed(document.text, self.hunks[path]))
            elif not ({path, file} & self.whole or (record.isdigit() and int(record) in self.lines.get(file, ()))):
                yield document
        # Ids that are no paths: that of another document may be the same, seen from here.
        yield from (Document(f"removed: {path}", text) for path, text in self.removed.items())

    def _path(self, document: str) -> str:
        """Return the path of a document as the change names it."""
        if document not in self._paths:
            self._paths[document] = (self.top and _below(self.top, document)) or self._spelled(document)
        return self._paths[document]

    def _spelled(self, document: str) -> str:
        if self.top and document.startswith(f"{self.top}/"):
            return document.removeprefix(f"{self.top}/")
        return posixpath.normpath(posixpath.join(self.folder, document))


def _below(top: str, document: str) -> str:
    """Return the path from the top of a file that may be named through symbolic links; empty if it is not below it."""
    try:
        path = os.path.relpath(os.path.realpath(document), os.path.realpath(top))
    except ValueError:  # a name that no file has
        return ""
    return "" if path.partition(os.sep)[0] == os.pardir else path.replace(os.sep, "/")


def _reversed(text: str, hunks: Iterable[Hunk]) -> str:
    """Return a text with the lines of some hunks, in their order, as they were."""
    lines, before, at = text.split("\n"), list[str](), 0
    for hunk in hunks:
        before += [*lines[at : hunk.first - 1], *hunk.old]
        at = hunk.first - 1 + hunk.count
    return "\n".join([*before, *lines[at:]])


def touched(finding: Finding, changes: Changes, texts: Mapping[str, str]) -> tuple[int, ...]:
    """Return which occurrences of a finding have an added line in them; ``texts`` are needed of changed documents."""
    return tuple(
        number
        for number, place in enumerate(finding.passage.occurrences)
        if changes.names(place.document) and changes.touch(place, texts[place.document])
    )


def pointed(finding: Finding, changes: Changes, texts: Mapping[str, str]) -> Finding:
    """Return a finding whose fresh occurrences are, if it is new, those that a change touches, where it touches any."""
    if finding.status != "new":
        return finding
    there = touched(finding, changes, texts)
    fresh = tuple(number for number in there if number in finding.fresh) or there or finding.fresh
    return replace(finding, fresh=fresh)


def gated(finding: Finding, changes: Changes, texts: Mapping[str, str]) -> Finding:
    """Return a finding that is new only if a change touches it."""
    if finding.status == "new" and not touched(finding, changes, texts):
        return replace(finding, status="known", reason="no added line is in it", fresh=())
    return pointed(finding, changes, texts)
