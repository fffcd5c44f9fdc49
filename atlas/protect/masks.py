"""Which cells of an edition may be shown: small units, and whatever would let a subtraction give them back.

In: counts of every kind of unit, all years, and the 0/1 matrices that make them from addresses. Out: by kind, which
rows and which rates of each row are open. The reasoning on sums is that of :mod:`atlas.secrecy`; here are the policies:
what counts as weight, what is kept first, what landlords know already, how editions nest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
from scipy import sparse

from atlas.errors import excerpt
from atlas.protect.released import Released, released_by
from atlas.secrecy import Group, Layer, System, protect_cells, protect_layers
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

    @property
    def unit(self) -> tuple[int, int]:
        """Smallest dwellings and responding households of a shown unit."""
        return ceil(self.dwellings), ceil(self.households)


@dataclass(frozen=True)
class Opening:
    """What an audience may see of one kind of unit: ``rows`` (rows,) and ``rates``, by indicator code, (rows,)."""

    rows: np.ndarray
    rates: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Secrecy:
    """What masked editions may show, by kind of unit, and what earlier releases gave away for good, in French."""

    openings: Mapping[str, Opening]
    remarks: tuple[str, ...]


def opened(
    counted: Counts, rules: SecrecyRules, kinds: Sequence[str] = tuple(UNITS), already: Sequence[Path] = ()
) -> Secrecy:
    """Decide what masked editions may show of these kinds of unit; every masked audience sees at most that.

    The result is safe against an outsider, and against each landlord, who knows its own stock exactly and subtracts it:
    an edition passes from hand to hand, and landlords sit in the commissions. Dwelling counts are public and not
    decided here. ``already``: folders of the editions that the audience holds, whose figures cannot be taken back.
    """
    released = released_by(already, counted.atoms)
    kind = _kinds(counted, kinds, len(released.names))
    system = system_of(counted, kinds, released)
    base = protect_cells(system, rules.unit)
    layers: dict[str, Layer] = {}
    signatures = {}
    for indicator in INDICATORS.values():
        told = counted.atoms[indicator.d].notna().to_numpy()
        weights = counted.atoms[indicator.d].fillna(0).to_numpy(np.int64)
        given = np.concatenate([np.zeros(int((kind != "").sum()), dtype=bool), released.rates[indicator.code]])
        # Most rates share the denominator of another: one system serves them all.
        signatures[indicator.code] = sha256(weights.tobytes() + told.tobytes() + given.tobytes()).hexdigest()
        layers[signatures[indicator.code]] = Layer(weights, system.membership @ told > 0, given)
    rates = protect_layers(system, base, layers, ceil(rules.denominator))
    shown = {code: rates[signature].published for code, signature in signatures.items()}
    openings = {
        name: Opening(base.published[kind == name], {code: open_[kind == name] for code, open_ in shown.items()})
        for name in kinds
    }
    groups = {group for pattern in (base, *rates.values()) for group in pattern.unprotectable}
    return Secrecy(openings, (*released.remarks, *_given_away(groups, counted.atoms)))


def price(counted: Counts, rules: SecrecyRules, secrecy: Secrecy, campaign: int) -> pd.DataFrame:
    """Say what secrecy costs: units and dwellings masked by kind, and what would come back if less were published.

    Returns
    -------
    DataFrame
        One row per kind of unit: counts for ``campaign``, with and without addresses, with and without landlords.
    """
    fewer = {
        "sans les adresses": [name for name in UNITS if name != "adresses"],
        "sans les bailleurs": [name for name in UNITS if name != "bailleurs"],
    }
    variants = {label: _rows(counted, kinds, rules) for label, kinds in fewer.items()}
    lines = []
    for name, opening in secrecy.openings.items():
        table = counted.units[name]
        now = (table["campagne"] == campaign).to_numpy()
        masked = now & ~opening.rows
        line: dict[str, object] = {
            "unité": UNITS[name].singular,
            "unités": int(now.sum()),
            "masquées": int(masked.sum()),
            "logements masqués": float(table.loc[masked, "nb_logements"].sum()),
        }
        for label, rows in variants.items():
            line[f"reviendraient {label}"] = int((masked & rows[name]).sum()) if name in rows else None
        lines.append(line)
    return pd.DataFrame(lines)


def _rows(counted: Counts, kinds: Sequence[str], rules: SecrecyRules) -> dict[str, np.ndarray]:
    """Decide the rows alone, for an edition of these kinds."""
    published = protect_cells(system_of(counted, kinds), rules.unit).published
    kind = _kinds(counted, kinds, 0)
    return {name: published[kind == name] for name in kinds}


def _kinds(counted: Counts, kinds: Sequence[str], released: int) -> np.ndarray:
    """Name the kind of each cell of a system, empty for what was released before."""
    return np.repeat(np.array([*kinds, ""]), [*(len(counted.units[name]) for name in kinds), released])


def system_of(counted: Counts, kinds: Sequence[str] = tuple(UNITS), released: Released | None = None) -> System:
    """Stack every published cell over the atoms, kind after kind; campaigns are independent blocks.

    Figures of two campaigns never subtract: each household count is of its own year, and dwelling counts are public.
    """
    released = released or released_by((), counted.atoms)
    kind = _kinds(counted, kinds, len(released.names))
    tables = [counted.units[name] for name in kinds]
    names = pd.concat([table["id"] + "\n" + table["campagne"].astype(str) for table in tables]).to_numpy(str)
    given = kind == ""
    return System.build(
        sparse.vstack([*(sparse.csr_matrix(counted.membership[name]) for name in kinds), released.membership]),
        np.column_stack([counted.atoms["nb_logements"].fillna(0), responding(counted.atoms)]).astype(np.int64),
        [UNITS[name].rank if name else 0 for name in kind],
        released=given,
        candidates=~given,
        block=pd.factorize(counted.atoms["campagne"])[0],
        key=kind + np.array(["\n"]) + np.concatenate([names, released.names]),
        holder=pd.factorize(counted.atoms["bailleur"])[0],
    )


def _given_away(groups: Iterable[Group], atoms: pd.DataFrame) -> list[str]:
    """Report the groups that earlier releases let anyone derive: they can no longer be protected."""
    sentences = []
    for group in sorted(groups, key=lambda group: group.atoms):
        rows = atoms.iloc[list(group.atoms)]
        sentences.append(
            f"Déjà publié, ne peut plus être protégé : {rows['nb_logements'].sum():.0f} logements, campagne "
            f"{rows['campagne'].iloc[0]}, adresses {excerpt(rows['id_adresse'])}."
        )
    return sentences


def responding(atoms: pd.DataFrame) -> np.ndarray:
    """Count the responding households of each address: at least those that answered an item, where no total is given.

    Where nobody answered anything in the whole file (a register without a survey), dwellings stand for households:
    there is nothing of theirs to protect.
    """
    answered = [indicator.d for indicator in INDICATORS.values() if indicator.population == "ménages"]
    households = atoms["menages"].fillna(atoms[answered].max(axis=1))
    return (households if households.notna().any() else atoms["nb_logements"]).fillna(0).to_numpy(float)
