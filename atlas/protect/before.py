"""What labels of earlier editions bound: figures that cannot be taken back.

In: the ground, with what earlier editions gave. Out: addresses as they were counted then, and by indicator, sums of
counts of which a reader knows bounds. An address whose answers have changed since, or that has left, is counted apart,
as it was then; where answers came in addition, its counts of then and of today are tied.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from atlas.later import sparse
from atlas.protect.ground import Ground
from atlas.protect.released import Release
from atlas.tables import Indicator
from atlas.tables.wider import RECENT

Given = tuple["sparse.csr_matrix", np.ndarray, np.ndarray]  # rows over addresses, bounds of their counts
_NUMBER = re.compile(r"\d+(?:,\d+)?")


@dataclass(frozen=True, eq=False)
class Before:
    """What earlier editions told of some indicators.

    ``atoms``: addresses counted apart, with the counts of these indicators then, in rows that follow today's addresses;
    ``today``: (atoms,), the row of each among today's, -1 for one that has left. ``told``: by indicator, what is known.
    """

    atoms: pd.DataFrame
    today: np.ndarray
    told: Mapping[str, Sequence[Given]]


def given(ground: Ground, indicators: Sequence[Indicator]) -> Before:
    """Find what earlier editions told of indicators that bound one another."""
    today = ground.counted.atoms
    columns = list(dict.fromkeys(name for one in indicators for name in (one.n, one.d)))
    apart, rows_of, places = [pd.DataFrame(columns=columns, dtype=float)], [np.zeros(0, dtype=np.int64)], []
    width = len(today)
    for release, place in zip(ground.releases, ground.place, strict=True):
        here = place < len(today)
        now = np.where(here, place, 0)
        alike = here & _alike(release, today.iloc[now], columns)
        then = release.atoms.reindex(columns=columns)[~alike]
        at = now.copy()
        at[~alike] = width + np.arange(len(then))
        width += len(then)
        apart.append(then)
        rows_of.append(np.where(here, place, -1)[~alike])
        places.append(at)
    atoms = pd.concat(apart, ignore_index=True)
    told: dict[str, list[Given]] = {one.code: [] for one in indicators}
    for indicator in indicators:
        whole = np.r_[today[indicator.d].fillna(0).to_numpy(float), atoms[indicator.d].fillna(0).to_numpy(float)]
        for release, at in zip(ground.releases, places, strict=True):
            known = np.ones(len(at), dtype=bool) if release.answers else at < len(today)
            told[indicator.code].append(_published(release, indicator, at, known, whole))
            if indicator.code == RECENT and release.read.sums.shape[0]:
                told[indicator.code].append(_read(release, at, known, whole))
    return Before(atoms, np.concatenate(rows_of), told)


def _published(release: Release, indicator: Indicator, at: np.ndarray, known: np.ndarray, whole: np.ndarray) -> Given:
    """Give what labels tell, of the addresses of which it is known what they had answered."""
    figures = release.figures[release.figures["indicateur"] == indicator.code]
    rows = release.membership[figures["cell"].to_numpy()]
    kept = np.flatnonzero(rows @ ~known == 0)
    moved = _moved(rows[kept], at, len(whole))
    labels = figures["libelle"].to_numpy(str)[kept]
    bounds = [bounds_told(*one, indicator) for one in zip(labels, moved @ whole, strict=True)]
    low, high = np.array(bounds, dtype=float).reshape(-1, 2).T
    return moved, low, high


def _read(release: Release, at: np.ndarray, known: np.ndarray, whole: np.ndarray) -> Given:
    """Give what readings tell: of each sum, on which side of the threshold of then it is."""
    read = release.read
    rows = (read.sums @ read.membership).tocsr()
    kept = np.flatnonzero(rows @ ~known == 0)
    moved = _moved(rows[kept], at, len(whole))
    size, met = moved @ whole, read.met[kept]
    needed = np.ceil((size * read.threshold / 100).round(9))
    return moved, np.where(met, needed, 0), np.where(met, size, needed - 1)


def _moved(rows: sparse.csr_matrix, at: np.ndarray, width: int) -> sparse.csr_matrix:
    entries = rows.tocoo()
    return sparse.csr_matrix((entries.data, (entries.row, at[entries.col])), shape=(rows.shape[0], width))


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


def _alike(release: Release, today: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Tell the addresses whose answers are those of then, as far as the edition tells, (atoms of the release,)."""
    known = [name for name in columns if release.answers and name in release.atoms]
    then, now = (table[known].fillna(0).to_numpy(float) for table in (release.atoms, today))
    return (then == now).all(axis=1)
