"""Measurements, side by side, medians: ``python -m benchmarks``."""
