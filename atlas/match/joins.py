"""Joins on sorted integer keys, and the hits they give.

Grain: arrays. Nothing is set aside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass
class Hits:
    """Streets that may answer pairs, with their scores."""

    pair: np.ndarray
    street: np.ndarray
    score: np.ndarray
    how: np.ndarray


def spans(sorted_keys: np.ndarray, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each key with each of its places in a sorted array: (index of the key, place).

    >>> [one.tolist() for one in spans(np.array([1, 3, 3, 8]), np.array([3, 5, 8]))]
    [[0, 0, 2], [1, 2, 3]]
    """
    low, high = np.searchsorted(sorted_keys, keys), np.searchsorted(sorted_keys, keys, side="right")
    counts = high - low
    which = np.repeat(np.arange(len(keys)), counts)
    return which, np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts - low, counts)


def explode(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Repeat each index as often as asked, with its rank: (index, rank)."""
    which = np.repeat(np.arange(len(counts)), counts)
    return which, np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
