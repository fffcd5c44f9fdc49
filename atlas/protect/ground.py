"""The ground of protection: published cells over addresses, today's and those of every earlier release.

In: counts, with the matrices that make them from addresses, and what earlier editions gave. Out: for the base or for
one rate, a :class:`atlas.secrecy.System` and its weights.

An address that answered more between two releases is several atoms: what the first release counted, and each addition.
A total published again with nine more adults gives these nine adults by subtraction, whoever else is in it. Where
nothing was released before, one address of one campaign is one atom.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pandas as pd

from atlas.later import sparse
from atlas.protect.audiences import Pools, pooled
from atlas.protect.released import Release, named_today
from atlas.protect.weights import responding, weights_of
from atlas.secrecy import Pattern, System, protect_cells
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


@dataclass(frozen=True, eq=False)
class Measured:
    """A system for one measure.

    ``address``: (atoms,), row of :attr:`Ground.addresses` that each atom is part of; ``pool``: (atoms,), the group that
    holds it, as :attr:`atlas.secrecy.System.holder`, None where nobody pools. ``also``: other readings of who knows
    each atom, where some are known to several.
    """

    system: System
    address: np.ndarray
    pool: np.ndarray | None
    also: tuple[np.ndarray, ...] = ()

    @property
    def others(self) -> tuple[np.ndarray, ...]:
        """Who knows each atom besides its holder: each a reading of its own, (atoms,)."""
        return (*(() if self.pool is None else (self.pool,)), *self.also)


@dataclass(frozen=True, eq=False)
class Ground:
    """Everything that an audience holds or may receive.

    ``kind``: (cells,), kind of unit of today's cells, then "" for each released cell. ``addresses``: every address of
    every campaign, today's first, then those that only a release knows (``campagne, id, bailleur, nb_logements``);
    ``pool``: the group that holds each, None where no landlord declares one.
    ``shared``: a system of one atom per address, weighed by nothing yet.
    """

    counted: Counts
    releases: Sequence[Release]
    kind: np.ndarray
    addresses: pd.DataFrame
    place: Sequence[np.ndarray]
    shared: System
    pool: np.ndarray | None

    @classmethod
    def of(cls, counted: Counts, kinds: Sequence[str], releases: Sequence[Release], pools: Pools) -> Ground:
        """Stack every published cell over the addresses, kind after kind; campaigns are independent blocks.

        Figures of two campaigns do not subtract: each household count is of its own year, and dwelling counts are
        public. Where answers were given again, :mod:`atlas.protect.united` makes one atom of both, and
        :mod:`atlas.protect.repeated` protects the differences.
        """
        addresses = counted.atoms.rename(columns={"id_adresse": "id"})[_OF_ADDRESS].reset_index(drop=True)
        place = []
        for release in releases:
            known = pd.MultiIndex.from_frame(addresses[_KEY])
            before = release.atoms[_OF_ADDRESS].assign(id=named_today(release, addresses[[*_KEY, "bailleur"]]))
            found = known.get_indexer(pd.MultiIndex.from_frame(before[_KEY]))
            gone = found < 0
            found[gone] = len(addresses) + np.arange(gone.sum())
            place.append(found)
            addresses = pd.concat([addresses, before[gone]], ignore_index=True)
        kind = np.repeat(
            np.array([*kinds, ""]),
            [*(len(counted.units[name]) for name in kinds), sum(len(release.cells) for release in releases)],
        )
        today = [sparse.csr_matrix(counted.membership[name]) for name in kinds]
        earlier = [
            _moved(release.membership, found, len(addresses)) for release, found in zip(releases, place, strict=True)
        ]
        widened = [
            sparse.csr_matrix((part.data, part.indices, part.indptr), shape=(part.shape[0], len(addresses)))
            for part in today
        ]
        names = [table["id"] + "\n" + table["campagne"].astype(str) for table in (counted.units[n] for n in kinds)]
        names += [
            f"{rank}\n{release.name}\n" + release.cells["unite"] + "\n" + release.cells["id"] + "\n"
            + release.cells["campagne"].astype(str)
            for rank, release in enumerate(releases)
        ]  # fmt: skip
        shared = System.build(
            sparse.vstack([*widened, *earlier]),
            np.zeros((len(addresses), 1)),
            [UNITS[name].rank if name else 0 for name in kind],
            released=_of_releases(releases, kind, None),
            candidates=kind != "",
            block=pd.factorize(addresses["campagne"], sort=True)[0],
            key=kind + np.array(["\n"]) + pd.concat(names).to_numpy(str),
            holder=pd.factorize(addresses["bailleur"])[0],
        )
        pool = pd.factorize(pooled(addresses["bailleur"], pools))[0] if pools else None
        return cls(counted, releases, kind, addresses, place, shared, pool)

    def measured(self, code: str | None) -> Measured:
        """Weigh the ground for one rate, or for all (None): dwellings and responding households.

        Returns
        -------
        Measured
            Weights (atoms, 2), or (atoms, 3) with the rate's own denominator last; nothing for who did not answer.
        """
        versions = [weighed(self.counted.atoms, code)]
        for release in self.releases:
            # What an edition alone does not tell is taken to be as today: its members are compared, not its answers.
            versions.append(weighed(release.atoms, code) if release.answers else np.zeros((0, versions[0].shape[1])))
        if not self.releases:
            return Measured(self.shared.weighing(versions[0]), np.arange(len(self.addresses)), self.pool)
        laid = np.zeros((len(versions), len(self.addresses), versions[0].shape[1]), dtype=np.int64)
        laid[0, : len(versions[0])] = versions[0]
        for rank, (release, found, weights) in enumerate(zip(self.releases, self.place, versions[1:], strict=True), 1):
            gone = (found >= len(versions[0]))[:, None]
            dwellings = release.atoms["nb_logements"].fillna(0).to_numpy(np.int64)[:, None]
            laid[rank, found] = weights if release.answers else np.where(gone, dwellings, laid[0, found])
        return self._stepped(laid)

    def preferring(self, later: np.ndarray) -> Ground:
        """Offer, among cells of one kind, those of a lower number first, then the larger; ``later``: today's cells."""
        among = np.zeros(len(self.kind), dtype=np.int64)
        among[: len(later)] = later
        priority = self.shared.priority * (int(among.max(initial=0)) + 1) + among
        return replace(self, shared=replace(self.shared, priority=priority))

    def gave(self, code: str | None) -> np.ndarray:
        """Tell the cells that were released with an indicator, or with any figure, (cells,)."""
        return _of_releases(self.releases, self.kind, code)

    @property
    def halves(self) -> np.ndarray:
        """Give the two cells, one by campaign, of each sum over two campaigns that a release reads, (sums, 2)."""
        found = [np.zeros((0, 2), dtype=np.int64)]
        start = int((self.kind != "").sum())
        for release in self.releases:
            found.append(release.halves() + start)
            start += len(release.cells)
        return np.concatenate(found)

    def _stepped(self, laid: np.ndarray) -> Measured:
        """Cut each address where its answers grew from one release to another.

        Parameters
        ----------
        laid : ndarray of int64, (versions, addresses, measures)
            Today's weights, then those of each release; the last measure tells versions apart.
        """
        version = np.zeros(len(self.kind), dtype=np.int64)
        today = int((self.kind != "").sum())
        version[today:] = np.repeat(np.arange(len(self.releases)) + 1, [len(r.cells) for r in self.releases])
        amount = laid[:, :, -1]
        order = np.argsort(amount, axis=0, kind="stable")
        entries = self.shared.membership.tocoo()
        at = np.arange(amount.shape[1])
        blocks, weights, address = [], [], []
        before = np.zeros(laid.shape[1:], dtype=np.int64)
        for rank in range(len(laid)):
            now = laid[order[rank], at]
            grew = now[:, -1] > before[:, -1]
            step = np.where((before[:, -1] > 0)[:, None], _addition(before, now), now)
            if rank == 0:
                grew |= (now[:, -1] == 0) & (amount.max(axis=0) == 0)  # nobody ever answered: keep the address
            number = np.cumsum(grew) - 1
            held = grew[entries.col] & (amount[version[entries.row], entries.col] >= now[entries.col, -1])
            blocks.append(
                sparse.csr_matrix(
                    (np.ones(int(held.sum())), (entries.row[held], number[entries.col[held]])),
                    shape=(len(self.kind), int(grew.sum())),
                )
            )
            weights.append(step[grew])
            address.append(at[grew])
            before = np.where(grew[:, None], now, before)
        where = np.concatenate(address)
        shared = self.shared
        system = replace(
            shared,
            membership=sparse.hstack(blocks, format="csr").astype(np.int32),
            weights=np.concatenate(weights),
            block=shared.block[where],
            known=shared.known[where],
            holder=shared.holder[where],
        )
        return Measured(system, where, None if self.pool is None else self.pool[where])


def safe_for_all(system: System, others: Sequence[np.ndarray], thresholds: Sequence[int] | np.ndarray) -> Pattern:
    """Protect from each landlord, then from those who pool what they know, within what the former left.

    A member alone is a reader too: the group's total less its own stock is its partner's.
    """
    pattern = protect_cells(system, thresholds)
    for holder in others:
        within = protect_cells(replace(system.wishing(pattern.published), holder=holder), thresholds)
        masked = system.candidates & ~pattern.published
        pattern = replace(within, status=np.where(masked, pattern.status, within.status))
    return pattern


_KEY = ["campagne", "id"]
_OF_ADDRESS = [*_KEY, "bailleur", "nb_logements"]


def _of_releases(releases: Sequence[Release], kind: np.ndarray, code: str | None) -> np.ndarray:
    """Tell the cells that releases gave with an indicator, or with any figure, (cells,): none of today's."""
    before = [release.gave(code) for release in releases]
    return np.concatenate([np.zeros(int((kind != "").sum()), dtype=bool), *before])


def weighed(atoms: pd.DataFrame, code: str | None) -> np.ndarray:
    """Weigh atoms for one rate, or for all (None): dwellings and households, and the denominator of a rate."""
    if code is not None:
        return weights_of(atoms, INDICATORS[code])
    return np.column_stack([atoms["nb_logements"].fillna(0), responding(atoms)]).astype(np.int64)


def _addition(before: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Weigh what an address answered in addition: its households (one at least) are its dwellings."""
    own = now[:, -1] - before[:, -1]
    if now.shape[1] == 2:
        return np.column_stack([own, own])
    households = np.maximum(now[:, 1] - before[:, 1], 1)
    return np.column_stack([households, households, own])


def _moved(membership: sparse.csr_matrix, place: np.ndarray, width: int) -> sparse.csr_matrix:
    """Renumber the columns of a matrix."""
    entries = membership.tocoo()
    return sparse.csr_matrix((entries.data, (entries.row, place[entries.col])), shape=(membership.shape[0], width))
