"""Means and shares with 95 % intervals."""

import math

import numpy as np

BOOTSTRAP_SAMPLES = 2000
Z_95 = 1.959964


def share(values: list[bool]) -> dict:
    """A share with its Wilson interval."""
    n, p = len(values), sum(values) / len(values)
    centre = (p + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
    half = Z_95 / (1 + Z_95**2 / n) * math.sqrt(p * (1 - p) / n + Z_95**2 / (4 * n * n))
    low, high = max(0.0, centre - half), min(1.0, centre + half)
    return {"n": n, "share": round(p, 4), "interval": [round(low, 4), round(high, 4)]}


def mean(values: list[float], seed: int = 0) -> dict:
    """A mean with its percentile bootstrap interval over items."""
    array = np.asarray(values, dtype=float)
    samples = np.random.default_rng(seed).integers(len(array), size=(BOOTSTRAP_SAMPLES, len(array)))
    low, high = np.percentile(array[samples].mean(1), [2.5, 97.5])
    return {
        "n": len(array),
        "mean": round(float(array.mean()), 4),
        "interval": [round(float(low), 4), round(float(high), 4)],
    }
