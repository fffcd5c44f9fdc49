"""Where the départements of mainland France are, roughly: enough to see that a point is not of its commune."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd

from atlas.later import pyproj
from atlas.resources import shipped


def far_from_home(codes: pd.Series, x: np.ndarray, y: np.ndarray, crs: pyproj.CRS, distance: float) -> np.ndarray:
    """Mark the points that are farther from the chief town of their département than any of its communes.

    Parameters
    ----------
    codes : Series of str
        Communes; a missing one, or one overseas, where the legal projection is narrow already, marks nothing.
    x, y : ndarray
        Metres in ``crs``; missing ones are not marked.
    distance : float
        Metres.

    Examples
    --------
    >>> far_from_home(pd.Series(["93010"] * 2), np.array([662_000., 276_000.]), np.array([6_867_000., 6_257_000.]),
    ...     pyproj.CRS(2154), 200_000).tolist()
    [False, True]
    """
    place, communes = pd.factorize(codes)
    nowhere = (np.nan, np.nan)
    towns = np.array([_chief_towns().get(code[:2], nowhere) for code in communes], dtype=float).reshape(-1, 2)
    towns = np.append(towns, [nowhere], axis=0)  # where no commune is told, factorize gives -1
    east, north = pyproj.Transformer.from_crs(4326, crs, always_xy=True).transform(towns[:, 0], towns[:, 1])
    with np.errstate(invalid="ignore"):
        return np.hypot(x - np.asarray(east)[place], y - np.asarray(north)[place]) > distance


@cache
def _chief_towns() -> Mapping[str, tuple[float, float]]:
    content = tomllib.loads((shipped("data") / "reference" / "chefs_lieux.toml").read_text("utf-8"))
    return {code: (lon, lat) for code, (lon, lat) in content["chefs_lieux"].items()}
