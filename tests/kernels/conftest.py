"""Every implementation of the kernels runs through the same tests."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest


def _load(name: str) -> ModuleType:
    try:
        return importlib.import_module(f"dedup.kernels.{name}")
    except ImportError as missing:
        pytest.skip(f"the {name} kernels are not built: {missing}")


@pytest.fixture(scope="session", params=["reference", "native"])
def kernels(request: pytest.FixtureRequest) -> ModuleType:
    """Each implementation in turn."""
    return _load(request.param)


@pytest.fixture(scope="session")
def reference() -> ModuleType:
    """The specification, for what has no shorter one."""
    return _load("reference")


@pytest.fixture(scope="session")
def native() -> ModuleType:
    """The one that reads memory by itself."""
    return _load("native")
