"""How hypothesis runs in these tests: the same examples every time, and no clock. This folder is on the import path."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("repeatable", max_examples=50, deadline=None, derandomize=True)
settings.load_profile("repeatable")
