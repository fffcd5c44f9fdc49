"""Random draws that stay the same from one version of the libraries to the next.

Only uniform numbers are asked of numpy (their stream is stable); everything else is derived from them here.
"""

from __future__ import annotations

import zlib

import numpy as np
from scipy.special import ndtri

SEED = 20261121


def stream(name: str) -> np.random.Generator:
    """Open the stream of one part of the territory: a change in one part leaves the others as they were."""
    return np.random.Generator(np.random.PCG64([SEED, zlib.crc32(name.encode())]))


def normal(rng: np.random.Generator, size: int) -> np.ndarray:
    """Draw standard normal numbers by inversion."""
    return ndtri(np.clip(rng.random(size), 1e-9, 1 - 1e-9))


def whole(rng: np.random.Generator, low: int, high: int) -> int:
    """Draw one whole number from ``low`` to ``high``, both possible."""
    return low + int(rng.random() * (high - low + 1))


def pick(rng: np.random.Generator, weights: np.ndarray) -> int:
    """Draw one position with the given weights."""
    cumulated = np.cumsum(np.asarray(weights, dtype=float))
    return int(np.searchsorted(cumulated, rng.random() * cumulated[-1], side="right"))


def pick_each(rng: np.random.Generator, shares: np.ndarray) -> np.ndarray:
    """Draw one class per row of a table of shares (rows × classes, each row summing to one)."""
    cumulated = np.cumsum(shares, axis=1)[:, :-1]
    return (rng.random(len(shares))[:, None] >= cumulated).sum(axis=1)


def shuffled(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw an order of ``count`` things."""
    return np.argsort(rng.random(count), kind="stable")


def logistic(score: np.ndarray) -> np.ndarray:
    """Turn a score into a share."""
    return 1.0 / (1.0 + np.exp(-score))
