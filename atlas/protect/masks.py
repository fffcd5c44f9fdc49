"""Which cells of an edition may be shown: small units, and whatever would let a subtraction give them back.

In: counts of every kind of unit, all years, and the 0/1 matrices that make them from addresses. Out: by kind, which
rows and which rates of each row are open. The reasoning on sums is that of :mod:`atlas.secrecy`; here are the policies:
what counts as weight, what is kept first, what landlords know already, how editions nest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from scipy import sparse

from atlas.secrecy import System, protect_cells
from atlas.tables import INDICATORS, UNITS


class Counts(Protocol):
    """What protection reads of the counting stage."""

    @property
    def atoms(self) -> pd.DataFrame:
        """One row per campaign and address: what every total is made of."""

    @property
    def units(self) -> Mapping[str, pd.DataFrame]:
        """Counts by kind of unit."""

    @property
    def membership(self) -> Mapping[str, sparse.csr_array]:
        """By kind, which atoms make each row."""


@dataclass(frozen=True)
class SecrecyRules:
    """Thresholds of secrecy: dwellings, responding households, a rate's own denominator; the two ends, in %."""

    dwellings: float
    households: float
    denominator: float
    low_end: float
    high_end: float


@dataclass(frozen=True)
class Opening:
    """What an audience may see of one kind of unit: ``rows`` (rows,) and ``rates``, by indicator code, (rows,)."""

    rows: np.ndarray
    rates: Mapping[str, np.ndarray]


def opened(counted: Counts, rules: SecrecyRules, kinds: Sequence[str] = tuple(UNITS)) -> dict[str, Opening]:
    """Decide what masked editions may show of these kinds of unit; every masked audience sees at most that.

    The result is safe against an outsider, and against each landlord, who knows its own stock exactly and subtracts
    it: an edition passes from hand to hand, and landlords sit in the commissions. Dwelling counts are public and not
    decided here.
    """
    system, kind = _system(counted, kinds)
    landlords = [counted.atoms["bailleur"].to_numpy() == name for name in counted.atoms["bailleur"].dropna().unique()]
    rows = _safe(system, [rules.dwellings, rules.households], landlords)
    rates: dict[bytes, np.ndarray] = {}
    by_indicator = {}
    for indicator in INDICATORS.values():
        given = counted.atoms[indicator.d].notna().to_numpy()
        weights = counted.atoms[indicator.d].fillna(0).to_numpy(np.int64)
        told = system.membership @ given > 0
        signature = weights.tobytes() + told.tobytes()
        if signature not in rates:  # most rates share the denominator of another
            wished = system.wishing(rows & told).weighing(weights)
            rates[signature] = _safe(wished, [rules.denominator], landlords)
        by_indicator[indicator.code] = rates[signature]
    return {
        name: Opening(rows[kind == name], {code: shown[kind == name] for code, shown in by_indicator.items()})
        for name in kinds
    }


def _system(counted: Counts, kinds: Sequence[str]) -> tuple[System, np.ndarray]:
    """Stack every published cell over the atoms; campaigns are independent blocks.

    Figures of two campaigns never subtract: each household count is of its own year, and dwelling counts are public.
    """
    tables = [counted.units[name] for name in kinds]
    kind = np.repeat(np.array(kinds), [len(table) for table in tables])
    names = pd.concat([table["id"] + "\n" + table["campagne"].astype(str) for table in tables])
    weights = np.column_stack([counted.atoms["nb_logements"].fillna(0), responding(counted.atoms)]).astype(np.int64)
    system = System.build(
        sparse.vstack([sparse.csr_matrix(counted.membership[name]) for name in kinds]),
        weights,
        np.repeat([UNITS[name].rank for name in kinds], [len(table) for table in tables]),
        block=pd.factorize(counted.atoms["campagne"])[0],
        key=(kind + np.array(["\n"]) + names.to_numpy(str)),
    )
    return system, kind


def responding(atoms: pd.DataFrame) -> np.ndarray:
    """Count the responding households of each address: at least those that answered an item, where no total is given.

    Where nobody answered anything in the whole file (a register without a survey), dwellings stand for households:
    there is nothing of theirs to protect.
    """
    answered = [indicator.d for indicator in INDICATORS.values() if indicator.population == "ménages"]
    households = atoms["menages"].fillna(atoms[answered].max(axis=1))
    return (households if households.notna().any() else atoms["nb_logements"]).fillna(0).to_numpy(float)


def _safe(system: System, thresholds: Sequence[float], landlords: Sequence[np.ndarray]) -> np.ndarray:
    """Find the cells that neither an outsider nor any landlord can turn into a small group.

    Taking cells away never gives anything back, so each landlord is heard once, on what the others left.
    """
    limits = [int(np.ceil(threshold)) for threshold in thresholds]
    safe = protect_cells(system, limits).published
    for own in landlords:
        safe &= protect_cells(system.knowing(own).wishing(safe), limits).published
    return safe
