"""Benchmarks of dedup; README.md says what each shows and how to run it."""
