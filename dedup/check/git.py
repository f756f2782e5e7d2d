"""What a check asks git: the merge base of a ref, the lines added since, and the files of a commit.

Nothing of the repository is changed: git is kept from refreshing its index, and a commit's files are written with an
index of their own to a folder of their own. Names of files are taken as bytes. What git says when it fails is put in
words that say what to do.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dedup.check.changes import Changes
from dedup.errors import InputError

_LINK, _MODULE = b"120000 ", b"160000 "
"""How the index shows symbolic links and submodules."""
_IGNORE_FILES = (".gitignore", ".dedupignore")
_DIFF = (
    *("diff", "--no-color", "--no-ext-diff", "--no-textconv", "--no-relative", "--ignore-submodules=all", "-p"),
    *("--unified=0", "--inter-hunk-context=0", "--ignore-all-space", "--find-renames"),
    *("--src-prefix=a/", "--dst-prefix=b/"),
)
"""Everything that a user's settings may change is said: ``diff.noprefix``, ``diff.external``, colours, ..."""


@dataclass(frozen=True, slots=True)
class Repository:
    """The work tree of git around the current folder."""

    top: str
    """Absolute."""
    prefix: str
    """The current folder, from the top: empty, or with a slash at the end."""
    is_shallow: bool

    @classmethod
    def here(cls) -> Repository:
        """Return the repository around the current folder; raises `InputError` where there is none to work with."""
        bare, shallow = _git("rev-parse", "--is-bare-repository", "--is-shallow-repository").split()
        if bare == b"true":
            raise InputError("git: a bare repository has no files to check; run it in a work tree")
        top = _git("rev-parse", "--show-toplevel").removesuffix(b"\n")
        prefix = _git("rev-parse", "--show-prefix").removesuffix(b"\n")
        return cls(os.fsdecode(top), os.fsdecode(prefix), shallow == b"true")

    def merge_base(self, ref: str) -> str:
        """Return the commit from which HEAD and a ref went apart; raises `InputError` where there is none."""
        other, head = self._commit(ref), self._commit("HEAD")
        done = _run(("merge-base", other, head))
        if done.returncode > 1:
            raise _failure(done)
        if done.returncode == 1:
            reason = (
                f"in this shallow clone; fetch the history: {_DEEPEN}" if self.is_shallow else "they share no history"
            )
            raise InputError(f"git: {ref!r} and HEAD have no merge base: {reason}")
        return done.stdout.decode().strip()

    def changes_since(self, commit: str) -> Changes:
        """Return the lines of the work tree that a commit has not, with files that git does not track.

        Those that it ignores are among them, since a check may read them all the same. Lines that differ in white space
        alone are no changes, nor are files that moved.
        """
        changes = Changes.parse(_git(*_DIFF, commit, "--", folder=self.top), *self.places)
        untracked = _git("ls-files", "--others", "-z", folder=self.top).split(b"\0")
        return replace(changes, whole=changes.whole | {_text(path) for path in untracked if path})

    def submodules(self, commit: str) -> tuple[str, ...]:
        """Return the paths, from the top, of the repositories inside this one, now or at a commit."""
        listed = _git("ls-files", "--stage", "-z", folder=self.top)
        listed += _git("ls-tree", "-r", "-z", "--full-tree", commit)
        entries = (entry.partition(b"\t") for entry in listed.split(b"\0"))
        return tuple(sorted({os.fsdecode(path) for mode, _, path in entries if mode.startswith(_MODULE)}))

    def write_files(self, commit: str, paths: Iterable[str], folder: Path) -> None:
        """Write the files of a commit that paths, from the top, name or hold to an empty folder; "" is the top.

        Files that say what is ignored come with them. Line ends and filters are those of the work tree.
        """
        index = {"GIT_INDEX_FILE": str(folder.with_name(f"{folder.name}.index"))}
        _git("read-tree", commit, env=index)
        every = [line.partition(b"\t") for line in _git("ls-files", "-sz", folder=self.top, env=index).split(b"\0")]
        wanted = {os.fsencode(path) for path in paths}
        chosen = [(mode, path) for mode, _, path in every if _is_in(path, wanted) or _is_ignore_file(path)]
        if any(mode.startswith(_LINK) for mode, _ in chosen):  # it may lead to any file
            chosen = [(mode, path) for mode, _, path in every]
        listed = b"".join(path + b"\0" for mode, path in chosen if path and not mode.startswith(_MODULE))
        prefix = f"--prefix={folder}/"
        _git("checkout-index", "-f", "-q", "-z", "--stdin", prefix, folder=self.top, env=index, stdin=listed)

    def _commit(self, ref: str) -> str:
        if not ref or ref.startswith("-") or "\0" in ref:
            raise InputError(f"git: {ref!r} is no name of a commit")
        done = _run(("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"))
        if done.returncode == 0:
            return done.stdout.decode().strip()
        if ref == "HEAD":
            raise InputError("git: there is no commit yet to compare with")
        hint = f"; a shallow clone may lack it: {_DEEPEN}" if self.is_shallow else "; is it fetched? (git fetch)"
        raise InputError(f"git: no commit is called {ref!r}{hint}")

    @property
    def places(self) -> tuple[str, str]:
        """The current folder from the top, and the top, as `Changes` wants them."""
        return _text(os.fsencode(self.prefix)), _text(os.fsencode(self.top))


_DEEPEN = "git fetch --unshallow, or fetch-depth: 0 in a workflow's checkout"


def _is_in(path: bytes, wanted: set[bytes]) -> bool:
    """Return whether a path or a folder around it is wanted."""
    return path in wanted or b"" in wanted or any(path[:at] in wanted for at in _slashes(path))


def _slashes(path: bytes) -> Sequence[int]:
    return [at for at, byte in enumerate(path) if byte == 0x2F]


def _is_ignore_file(path: bytes) -> bool:
    return path.rpartition(b"/")[2].decode("utf-8", "replace") in _IGNORE_FILES


def _text(path: bytes) -> str:
    """Return a path as it stands in ids of documents."""
    return path.decode("utf-8", "backslashreplace")


def _git(
    *args: str, folder: str | None = None, env: Mapping[str, str] | None = None, stdin: bytes | None = None
) -> bytes:
    """Return what a command of git prints; raises `InputError` if it fails."""
    done = _run(args, folder, env, stdin)
    if done.returncode:
        raise _failure(done)
    return done.stdout


def _run(
    args: Sequence[str],
    folder: str | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
) -> subprocess.CompletedProcess[bytes]:
    settings = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_LITERAL_PATHSPECS": "1", **(env or {})}
    try:
        return subprocess.run(
            ["git", *args], cwd=folder, env={**os.environ, **settings}, input=stdin or b"", capture_output=True
        )
    except FileNotFoundError:
        raise InputError("git is not installed, or not on the PATH") from None


def _failure(done: subprocess.CompletedProcess[bytes]) -> InputError:
    """Return the error for a command of git that failed."""
    said = done.stderr.decode("utf-8", "backslashreplace").strip()
    if "not a git repository" in said:
        return InputError("git: this folder is in no repository; comparing with a ref needs one")
    if "must be run in a work tree" in said:
        return InputError("git: a bare repository has no files to check; run it in a work tree")
    if "dubious ownership" in said:
        return InputError(
            "git: the repository belongs to another user; git config --global --add safe.directory FOLDER"
        )
    first = said.partition("\n")[0].removeprefix("fatal: ") or f"exit status {done.returncode}"
    return InputError(f"git {done.args[1]}: {first}")
