"""What holds for the package as a whole: its names, its imports, its files."""

from __future__ import annotations

import ast
import subprocess
import sys
import types
from pathlib import Path

import pytest

import dedup

PACKAGE = Path(dedup.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = ("numpy", "scipy", "datasketch", "rapidfuzz", "pyarrow")


def imported_by(code: str, names: tuple[str, ...]) -> list[str]:
    """Return which of some packages are there after ``code`` ran in a new interpreter."""
    command = [sys.executable, "-c", f"{code}\nimport sys\nprint(*sorted(set({names!r}) & set(sys.modules)))"]
    done = subprocess.run(command, cwd=PACKAGE.parent, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_public_names_are_sorted_and_there():
    assert dedup.__all__ == sorted(dedup.__all__)
    assert all(getattr(dedup, name) is not None for name in dedup.__all__)
    public = {
        name
        for name, value in vars(dedup).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType) and name not in ("TYPE_CHECKING", "Any")
    }
    assert public <= set(dedup.__all__)
    namespace: dict[str, object] = {}
    exec("from dedup import *", namespace)
    assert set(dedup.__all__) <= set(namespace)


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'scna'"):
        dedup.scna  # noqa: B018


@pytest.mark.parametrize("module", ["dedup", "dedup.cli", "dedup.config", "dedup.reports"])
def test_imports_are_light(module):
    assert imported_by(f"import {module}", HEAVY) == []


def test_a_scan_needs_neither_scipy_nor_datasketch():
    code = (
        "import dedup\nresult = dedup.scan({'a': 'some words ' * 40, 'b': 'some words ' * 40})\nassert result.clusters"
    )
    assert imported_by(code, ("scipy", "datasketch", "pyarrow")) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_every_module_says_what_it_is_for_and_stays_short(path):
    source = path.read_text("utf-8")
    assert ast.get_docstring(ast.parse(source)), "no docstring"
    assert len(source.splitlines()) <= 420


def test_layers():
    pytest.importorskip("importlinter", reason="import-linter is not installed")
    settings = PACKAGE.parent / "pyproject.toml"
    if not settings.is_file():
        pytest.skip("the contract is in pyproject.toml, which is not part of an installed package")
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"]
    done = subprocess.run([*command], cwd=PACKAGE.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
