"""What protects a figure: dwellings, households and answers, counted where there was an answer.

A rate bears on those who answered its item. An address that did not answer is transparent: its dwellings and its
households protect nothing, and 14 adults of 9 dwellings are 9 dwellings.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from atlas.tables import INDICATORS, Indicator

_OF_HOUSEHOLDS = ("ménages", "emménagés récents")


def responding(atoms: pd.DataFrame) -> np.ndarray:
    """Count the responding households of each address: at least those that answered an item, where no total is given.

    An address that answered by other counts only (its adults) stands for one household: nothing says that there are
    more. Where nobody answered anything in the whole file (a register without a survey), dwellings stand for
    households: there is nothing of theirs to protect.
    """
    counted = [respondents(atoms, indicator) for indicator in INDICATORS.values()]
    households = atoms["menages"].fillna(pd.concat(counted, axis=1).max(axis=1))
    if not households.notna().any():
        return atoms["nb_logements"].fillna(0).to_numpy(float)
    persons = [indicator.d for indicator in INDICATORS.values() if indicator.population == "majeurs"]
    told = (atoms[persons] > 0).any(axis=1)
    return households.mask(households.isna() & told, 1).fillna(0).to_numpy(float)


def respondents(atoms: pd.DataFrame, indicator: Indicator) -> pd.Series:
    """Count the households of each address that answered an item, missing where the survey does not tell them apart."""
    if indicator.population in _OF_HOUSEHOLDS:
        return atoms[indicator.d]
    if indicator.respondents and indicator.m in atoms:
        return atoms[indicator.m]
    return pd.Series(np.nan, index=atoms.index)


def weights_of(atoms: pd.DataFrame, indicator: Indicator) -> np.ndarray:
    """Weigh each address for one rate: dwellings, households and denominator if it answered the item, else nothing.

    Returns
    -------
    ndarray of int64, (atoms, 3)
        Where the households that answered are not told, all that responded stand for them.
    """
    denominator = atoms[indicator.d].fillna(0).to_numpy(float)
    households = respondents(atoms, indicator).fillna(pd.Series(responding(atoms), index=atoms.index)).to_numpy(float)
    weights = np.column_stack([atoms["nb_logements"].fillna(0), households, denominator])
    return np.where(denominator[:, None] > 0, weights, 0).astype(np.int64)


def told_apart(weights: np.ndarray, thresholds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Leave out the measures that another one always implies: as heavy everywhere, at no higher a threshold.

    >>> told_apart(np.array([[12, 11, 9], [0, 0, 0]]), np.array([11, 11, 11]))[0].tolist()
    [[9], [0]]
    >>> told_apart(np.array([[12, 0], [20, 15]]), np.array([11, 11]))[0].tolist()
    [[12, 0], [20, 15]]
    """
    kept: list[int] = []
    for measure in range(weights.shape[1])[::-1]:
        mine = weights[:, measure]
        implied = any(
            thresholds[measure] <= thresholds[other]
            and (weights[:, other] <= mine).all()
            and not ((weights[:, other] == 0) & (mine > 0)).any()
            for other in kept
        )
        if not implied:
            kept.append(measure)
    kept.sort()
    return weights[:, kept], thresholds[kept]
