"""Benchmarks of the kernels, one by one, both implementations side by side; each checks its answer."""
