"""Finds near-duplicate documents and reused passages, with exact spans, also when the copy was edited."""

__version__ = "0.1.0"
