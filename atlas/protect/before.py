"""What labels of earlier editions bound: figures that cannot be taken back, of counts that have not changed since.

In: the ground, with what earlier editions gave. Out: by indicator, sums of today's addresses of which a reader knows
bounds. A figure that bears on an address gone since, or that answered otherwise then, is of other counts: left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import sparse

from atlas.protect.ground import Ground
from atlas.protect.released import Release
from atlas.tables import Indicator
from atlas.tables.wider import RECENT

Given = tuple[sparse.csr_matrix, np.ndarray, np.ndarray]  # rows over today's addresses, bounds of their counts
_NUMBER = re.compile(r"\d+(?:,\d+)?")


def given(ground: Ground, indicator: Indicator) -> Iterator[Given]:
    """Give, of each earlier edition, what it tells of an indicator."""
    atoms = ground.counted.atoms
    for release, place in zip(ground.releases, ground.place, strict=True):
        told = release.figures[release.figures["indicateur"] == indicator.code]
        rows = release.membership[told["cell"].to_numpy()]
        now = np.where(place < len(atoms), place, 0)
        same = (place < len(atoms)) & _alike(release, atoms.iloc[now], indicator)
        whole = atoms[indicator.d].fillna(0).to_numpy(float)
        kept = np.flatnonzero(rows @ ~same == 0)
        entries = rows[kept].tocoo()
        moved = sparse.csr_matrix((entries.data, (entries.row, now[entries.col])), shape=(len(kept), len(atoms)))
        labels = told["libelle"].to_numpy(str)[kept]
        bounds = [bounds_told(*one, indicator) for one in zip(labels, moved @ whole, strict=True)]
        low, high = np.array(bounds, dtype=float).reshape(-1, 2).T
        yield moved, low, high
        if indicator.code == RECENT and release.read.sums.shape[0]:
            yield _read(release, now, same, whole)


def _read(release: Release, now: np.ndarray, same: np.ndarray, whole: np.ndarray) -> Given:
    """Give what readings tell: of each sum, on which side of the threshold of then it is."""
    read = release.read
    rows = (read.sums @ read.membership).tocsr()
    kept = np.flatnonzero(rows @ ~same == 0)
    entries = rows[kept].tocoo()
    moved = sparse.csr_matrix((entries.data, (entries.row, now[entries.col])), shape=(len(kept), len(whole)))
    size, met = moved @ whole, read.met[kept]
    needed = np.ceil((size * read.threshold / 100).round(9))
    return moved, np.where(met, needed, 0), np.where(met, size, needed - 1)


def bounds_told(label: str, size: float, indicator: Indicator) -> tuple[float, float]:
    """Bound a count by a label, out of a known denominator; people are counted beyond the first of each household.

    >>> from atlas.tables import INDICATORS
    >>> share, people = INDICATORS["inf40"], INDICATORS["occupants"]
    >>> bounds_told("42 %", 50, share), bounds_told("≤ 5 %", 50, share), bounds_told("de 20 à moins de 30 %", 50, share)
    ((21.0, 21.0), (0.0, 2.0), (10.0, 14.0))
    >>> bounds_told("2,1", 20, people), bounds_told("≤ 1,5", 20, people)
    ((21.0, 23.0), (0.0, 10.0))
    """
    numbers = [float(one.replace(",", ".")) for one in _NUMBER.findall(label)]
    share = indicator.unit == "%"
    unit, first = (size / 100, 0.0) if share else (size, size)
    most = size if share else np.inf
    if not numbers:
        return 0.0, most
    step = 0.5 if share else 0.05
    if label.startswith("≤"):
        low, high = 0.0, numbers[0] * unit
    elif label.startswith("≥") or label.endswith("et plus"):
        low, high = numbers[0] * unit, most
    elif "moins de" in label:
        low, high = (numbers[0] * unit if len(numbers) > 1 else 0.0), np.ceil(round(numbers[-1] * unit, 9)) - 1
    else:
        low, high = (numbers[0] - step) * unit, (numbers[0] + step) * unit
    low, high = max(round(low - first, 9), 0), min(round(high - first, 9), most)
    return float(np.ceil(low)), float(np.floor(high))


def _alike(release: Release, today: pd.DataFrame, indicator: Indicator) -> np.ndarray:
    """Tell the addresses whose answers are those of then, as far as the edition tells, (atoms of the release,)."""
    columns = [name for name in (indicator.n, indicator.d) if release.answers and name in release.atoms]
    then, now = (table[columns].fillna(0).to_numpy(float) for table in (release.atoms, today))
    return (then == now).all(axis=1)
