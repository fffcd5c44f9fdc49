"""Figures of several campaigns on the same answers: what they tell together, and the later figures to withhold.

In: counts of all campaigns, and the cells open at each. Out: the later cells without which no addition nor subtraction
of figures of any campaigns bears on fewer dwellings, households or answers than the thresholds.

A landlord may deliver again, two years later, what it had answered. An address whose whole row of answers is the same
in several campaigns is one unknown, and leaves the difference of two totals. Where it answered otherwise it is another
one; whatever holds some of its unknowns tells of the same people, and counts them once, as heavy as the heaviest of
these (:mod:`atlas.secrecy.once`). An address that answered nothing at all is no answer repeated: it weighs nothing, as
everywhere. A landlord knows the answers of what it held, at whichever campaign they were given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
import pandas as pd

from atlas.later import sparse
from atlas.protect.audiences import Pools, pooled
from atlas.protect.ground import Counts
from atlas.protect.rules import SecrecyRules
from atlas.protect.weights import responding, told_apart, weights_of
from atlas.secrecy import Owned
from atlas.tables import INDICATORS, UNITS, Indicator
from atlas.tables.years import FOLLOWED

_OF_PEOPLE = ("ménages", "emménagés récents", "majeurs")
Versions = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True, eq=False)
class Repeated:
    """Campaigns to set side by side, updates among them.

    ``versions``: numbers what each atom answered, alike where the same was given for an address twice, and more columns
    are the same; ``holders``: who held each atom, (atoms,), landlord by landlord and, where some declare a group, as
    groups. ``owner``: (atoms,), the address that each goes on as. Of today's cells, ``members``: csr (cells, atoms),
    0/1, ``year`` and ``rank``: (cells,).
    """

    counted: Counts
    rules: SecrecyRules
    versions: Versions
    holders: Sequence[np.ndarray]
    owner: np.ndarray
    members: sparse.csr_matrix
    year: np.ndarray
    rank: np.ndarray
    numbered: dict[tuple[str, ...], _Said] = field(default_factory=dict)

    @classmethod
    def of(
        cls, counted: Counts, kinds: Sequence[str], rules: SecrecyRules, pools: Pools, versions: Versions
    ) -> Repeated:
        """Lay the campaigns out.

        Parameters
        ----------
        kinds : sequence of str
            Kinds of the cells, one after another.
        pools : mapping
            By landlord's folded name, the declared group it pools with.
        versions : callable
            :func:`atlas.protect.united.versions` of today's atoms, by the columns that must be the same too.
        """
        landlords = counted.atoms["bailleur"]
        names = [landlords, *([pooled(landlords, pools)] if pools else [])]
        members = sparse.vstack([sparse.csr_matrix(counted.membership[name]) for name in kinds], format="csr")
        return cls(
            counted,
            rules,
            versions,
            [pd.factorize(one)[0] for one in names],
            pd.factorize(_followed(counted.atoms))[0],
            members,
            np.concatenate([counted.units[name]["campagne"].to_numpy() for name in kinds]),
            np.repeat([UNITS[name].rank for name in kinds], [len(counted.units[name]) for name in kinds]),
        )

    @property
    def size(self) -> int:
        """Count today's cells."""
        return len(self.year)

    def rates(self, shown: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Withhold the later cells of each rate: give those that stay shown, (cells,), by indicator.

        Most rates are of the same answers as another, and shown where it is: they are asked once.
        """
        kept: dict[bytes, np.ndarray] = {}
        of: dict[str, bytes] = {}
        hidden = np.zeros(self.size, dtype=bool)
        for code, open_ in shown.items():
            own = self.counted.atoms[own_of(INDICATORS[code])].fillna(0).to_numpy(float)
            parts = (open_, weights_of(self.counted.atoms, INDICATORS[code]), own)
            of[code] = sha256(b"".join(part.tobytes() for part in parts)).digest()
            if of[code] not in kept:
                # What other rates cost is likely to be what this one costs.
                found = self.withheld(open_, code, hidden)
                kept[of[code]], hidden = open_ & ~found, hidden | found
        return {code: kept[one].copy() for code, one in of.items()}

    def withheld(self, open_: np.ndarray, code: str | None, doubted: np.ndarray | None = None) -> np.ndarray:
        """Tell the later cells to withhold, (cells,): of one rate, or of all that a unit shows (None).

        Parameters
        ----------
        open_ : ndarray of bool, (cells,)
            Those that would be shown otherwise.
        doubted : ndarray of bool, (cells,), optional
            Those that are looked at first.
        """
        atoms = self.counted.atoms
        if code is None:
            weights = np.column_stack([atoms["nb_logements"].fillna(0), responding(atoms)]).astype(np.int64)
            weights[weights[:, 1] == 0] = 0
        else:
            weights = weights_of(atoms, INDICATORS[code])
        thresholds = np.array(self.rules.unit if code is None else self.rules.rate)
        weights, thresholds = told_apart(weights, thresholds)
        hidden = np.zeros(self.size, dtype=bool)
        said = self._said([] if code is None else own_of(INDICATORS[code]))
        told = np.flatnonzero(weights.any(axis=1))
        lasting = told[np.bincount(said.number[told])[said.number[told]] > 1]
        cells = np.flatnonzero(open_ & np.isin(self.year, atoms["campagne"].to_numpy()[lasting]))
        if not len(cells):
            return hidden
        totals = self.members[cells][:, told] @ _placed(said.number[told], len(said.owner))
        size = self.members[cells] @ weights
        heaviest = np.zeros((len(said.owner), weights.shape[1]), dtype=np.int64)
        np.maximum.at(heaviest, said.number[told], weights[told])
        order = np.lexsort((cells, *-size.T[::-1], self.rank[cells], self.year[cells]))
        first = self.year[cells] == self.year[cells].min()
        owned = Owned(sparse.csr_matrix(totals, dtype=np.int64), said.owner, heaviest, said.known, thresholds)
        doubts = np.zeros(len(cells), dtype=bool) if doubted is None else doubted[cells]
        hidden[cells[~owned.kept(first, order[~first[order]], doubts)]] = True
        return hidden

    def _said(self, own: Sequence[str]) -> _Said:
        if tuple(own) not in self.numbered:
            version = self.versions(own)[: len(self.owner)]
            self.numbered[tuple(own)] = _Said.of(self.owner, version, self.holders)
        return self.numbered[tuple(own)]


@dataclass(frozen=True, eq=False)
class _Said:
    """What each atom said, ``number``: (atoms,), whose it is, ``owner``: (numbers,), and who knows it.

    ``known``: csr of bool (numbers, readers).
    """

    number: np.ndarray
    owner: np.ndarray
    known: sparse.csr_matrix

    @classmethod
    def of(cls, owner: np.ndarray, version: np.ndarray, holders: Sequence[np.ndarray]) -> _Said:
        """Number answers closely; whoever held an address when it answered so knows it, before a sale as after."""
        several, number = np.unique(np.column_stack([owner, version]), axis=0, return_inverse=True)
        parts = []
        for who in holders:
            held = np.flatnonzero(who >= 0)
            shape = (len(several), int(who.max(initial=0)) + 1)
            parts.append(sparse.csr_matrix((np.ones(len(held), dtype=bool), (number[held], who[held])), shape=shape))
        return cls(number, several[:, 0], sparse.csr_matrix(sparse.hstack(parts)))


def own_of(indicator: Indicator) -> list[str]:
    """Name the columns of an indicator that the row of answers of an address does not hold."""
    return [] if indicator.population in _OF_PEOPLE else [indicator.n, indicator.d]


def answers_of(atoms: pd.DataFrame) -> pd.DataFrame:
    """Give the whole row of what each address answered of its households and people, nothing as zero."""
    told = [name for one in INDICATORS.values() if one.population in _OF_PEOPLE for name in (one.n, one.d, one.m)]
    return atoms[["menages", *(name for name in told if name in atoms)]].fillna(0).astype(float)


def _followed(atoms: pd.DataFrame) -> pd.Series:
    """Name the address that each atom goes on as; those that one address became keep their own names."""
    if FOLLOWED not in atoms:
        return atoms["id_adresse"]
    who = atoms[FOLLOWED].fillna(atoms["id_adresse"])
    several = who.groupby(atoms["campagne"]).transform(lambda names: names.duplicated(keep=False))
    return who.mask(several.astype(bool), atoms["id_adresse"])


def _placed(number: np.ndarray, count: int) -> sparse.csr_matrix:
    """Write which number each row has, 0/1: (rows, numbers)."""
    return sparse.csr_matrix((np.ones(len(number)), (np.arange(len(number)), number)), shape=(len(number), count))
