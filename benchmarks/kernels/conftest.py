"""What every benchmark of a kernel is run with: each implementation that there is."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest


@pytest.fixture(scope="session", params=["reference", "native"])
def kernels(request: pytest.FixtureRequest) -> ModuleType:
    """Each implementation in turn."""
    try:
        return importlib.import_module(f"dedup.kernels.{request.param}")
    except ImportError as missing:
        pytest.skip(f"the {request.param} kernels are not built: {missing}")
