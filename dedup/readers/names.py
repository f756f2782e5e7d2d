"""How paths are spelled: as ids of documents, and as what ignore rules are matched with."""

from __future__ import annotations

import os


def document_id(path: str) -> str:
    """Return the path relative to the current directory, normalised, with forward slashes.

    A path that lies outside stays as it is typed, normalised. The current directory itself is ``.``.
    """
    around, inside = folder_prefix(absolute(".")), absolute(path)
    if folder_prefix(inside) == around:
        return "."
    if inside.startswith(around):
        return printable(inside.removeprefix(around))
    return printable(os.path.normpath(path).replace(os.sep, "/"))


def printable(name: str) -> str:
    r"""Return a name from the file system as valid text, the same in every locale.

    Its bytes are taken for UTF-8; those that are not are spelled like ``\xe9``.
    """
    try:
        return os.fsencode(name).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # no name of the file system, which a typed path need not be
        return name.encode("utf-8", "backslashreplace").decode()


def absolute(path: str) -> str:
    """Return the absolute path, normalised, with forward slashes; symbolic links are not looked at."""
    return os.path.abspath(path).replace(os.sep, "/")  # noqa: PTH100 - pathlib keeps `..` or follows links


def real(path: str) -> str:
    """Return the absolute path without symbolic links, with forward slashes."""
    return os.path.realpath(path).replace(os.sep, "/")


def folder_prefix(folder: str) -> str:
    """Return what stands before the names in a folder: its path and a slash."""
    return folder if folder.endswith("/") else f"{folder}/"
