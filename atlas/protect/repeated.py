"""Figures of several campaigns on the same answers: what they tell together, and the later figures to withhold.

In: the ground, today's cells of all campaigns and those that earlier editions gave, and which of today's are open. Out:
the later cells without which no addition nor subtraction of figures of any campaigns bears on fewer dwellings,
households or answers than the thresholds.

A landlord may deliver again, two years later, what it had answered. An address whose whole row of answers is the same
in several campaigns is one unknown, and leaves the difference of two totals. Where it answered otherwise it is another
one; whatever holds some of its unknowns tells of the same people, and counts them once, as heavy as the heaviest of
these (:mod:`atlas.secrecy.once`). An address that answered nothing at all is no answer repeated: it weighs nothing, as
everywhere. A landlord knows the answers of what it held, at whichever campaign they were given.

Today's figures are looked at by themselves, then beside those that earlier editions gave. There an address that
answered more since is what it had told and what came in addition, of other people; where the whole is what it answered
at another campaign too, that answer is both. Of two campaigns with additions of their own, the second stands alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np

from atlas.later import sparse
from atlas.protect.answered import own_of, owners, versions
from atlas.protect.ground import Ground, weighed
from atlas.protect.rules import SecrecyRules
from atlas.protect.weights import told_apart, weights_of
from atlas.secrecy import Owned
from atlas.tables import INDICATORS, UNITS


@dataclass(frozen=True, eq=False)
class Repeated:
    """Campaigns to set side by side, updates among them, with those that earlier editions gave.

    ``owner``: (addresses,), the address that each goes on as. Of the cells of the ground: ``year``, their campaign;
    ``rank``, of their kind; ``read``, those that an edition read without publishing them: (cells,) each. The first
    ``size`` are today's.
    """

    ground: Ground
    rules: SecrecyRules
    owner: np.ndarray
    year: np.ndarray
    rank: np.ndarray
    read: np.ndarray
    size: int
    versions: dict[tuple[str, ...], np.ndarray] = field(default_factory=dict)

    @classmethod
    def of(cls, ground: Ground, rules: SecrecyRules) -> Repeated:
        """Lay the campaigns out."""
        today = ground.kind[ground.kind != ""]
        tables = [ground.counted.units[name] for name in dict.fromkeys(today.tolist())]
        years = [table["campagne"].to_numpy() for table in (*tables, *(one.cells for one in ground.releases))]
        read = [np.arange(len(one.cells)) >= one.first_read for one in ground.releases]
        rank = np.array([UNITS[name].rank if name else 0 for name in ground.kind.tolist()])
        never = np.zeros(len(today), dtype=bool)
        return cls(
            ground, rules, owners(ground), np.concatenate(years), rank, np.concatenate([never, *read]), len(today)
        )

    def rates(self, shown: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Withhold the later cells of each rate: give those that stay shown, (today's cells,), by indicator.

        Most rates are of the same answers as another, and shown where it is: they are asked once.
        """
        kept: dict[bytes, np.ndarray] = {}
        of: dict[str, bytes] = {}
        hidden = np.zeros(self.size, dtype=bool)
        for code, open_ in shown.items():
            own = self.ground.counted.atoms[own_of(INDICATORS[code])].fillna(0).to_numpy(float)
            weights = weights_of(self.ground.counted.atoms, INDICATORS[code])
            # Of releases, what was answered then: no two rates are taken for one.
            then = code.encode() if self.ground.releases else b""
            of[code] = sha256(b"".join([*(part.tobytes() for part in (open_, weights, own)), then])).digest()
            if of[code] not in kept:
                # What other rates cost is likely to be what this one costs.
                found = self.withheld(open_, code, hidden)
                kept[of[code]], hidden = open_ & ~found, hidden | found
        return {code: kept[one].copy() for code, one in of.items()}

    def withheld(self, open_: np.ndarray, code: str | None, doubted: np.ndarray | None = None) -> np.ndarray:
        """Tell the later cells to withhold, (today's cells,): of one rate, or of all that a unit shows (None).

        Parameters
        ----------
        open_ : ndarray of bool, (today's cells,)
            Those that would be shown otherwise.
        doubted : ndarray of bool, (today's cells,), optional
            Those that are looked at first.
        """
        atoms = len(self.ground.counted.atoms)
        weights = weighed(self.ground.counted.atoms, code)
        today = _Laid(self.ground.shared.membership[:, :atoms], weights, np.arange(atoms))
        hidden = self._beside(today, code, open_, np.zeros(len(self.year), dtype=bool), doubted)
        if self.ground.releases:
            measured = self.ground.measured(code)
            laid = _Laid(measured.system.membership, measured.system.weights, measured.address)
            hidden |= self._beside(laid, code, open_ & ~hidden, self.ground.gave(code) & ~self.read, doubted)
        return hidden

    def _beside(
        self, laid: _Laid, code: str | None, open_: np.ndarray, given: np.ndarray, doubted: np.ndarray | None
    ) -> np.ndarray:
        """Tell the later cells to withhold, (today's cells,), beside those ``given``, (cells,)."""
        hidden = np.zeros(self.size, dtype=bool)
        weights = laid.weights
        if code is None:
            weights = np.where(weights[:, 1:] > 0, weights, 0)
        weights, thresholds = told_apart(weights, np.array(self.rules.unit if code is None else self.rules.rate))
        said = self._said([] if code is None else own_of(INDICATORS[code]), laid.address)
        told = np.flatnonzero(weights.any(axis=1))
        often = said.spelt[told].sum(axis=0) > 1
        lasting = told[np.asarray(said.spelt[told] @ often.T).ravel() > 0]
        shown = np.concatenate([open_, np.zeros(len(given) - self.size, dtype=bool)]) | given
        years = self.ground.addresses["campagne"].to_numpy()[laid.address[lasting]]
        cells = np.flatnonzero(shown & np.isin(self.year, years))
        if not len(cells):
            return hidden
        members = laid.members[cells]
        heaviest = np.zeros((len(said.owner), weights.shape[1]), dtype=np.int64)
        alone = told[np.diff(said.spelt.indptr)[told] == 1]
        np.maximum.at(heaviest, said.spelt[alone].indices, weights[alone])
        order = np.lexsort((cells, *-(members @ weights).T[::-1], self.rank[cells], self.year[cells]))
        # What is first shown is given: by the time that another campaign is published, it is known.
        first = given[cells] | (self.year[cells] == self.year[cells].min())
        totals = sparse.csr_matrix(members[:, told] @ said.spelt[told], dtype=np.int64)
        owned = Owned(totals, said.owner, heaviest, said.known, thresholds)
        doubts = np.zeros(len(cells), dtype=bool)
        if doubted is not None:
            doubts[cells < self.size] = doubted[cells[cells < self.size]]
        hidden[cells[~owned.kept(first, order[~first[order]], doubts)]] = True
        return hidden

    def _said(self, own: Sequence[str], address: np.ndarray) -> _Said:
        if tuple(own) not in self.versions:
            self.versions[tuple(own)] = versions(self.ground, own)
        holders = [self.ground.shared.holder, *([] if self.ground.pool is None else [self.ground.pool])]
        return _Said.of(self.owner, self.versions[tuple(own)], holders, address)


@dataclass(frozen=True, eq=False)
class _Laid:
    """Cells over atoms: ``members``, csr (cells, atoms), 0/1; ``weights``, (atoms, measures); ``address`` of each."""

    members: sparse.csr_matrix
    weights: np.ndarray
    address: np.ndarray


@dataclass(frozen=True, eq=False)
class _Said:
    """What each atom said over unknowns, ``spelt``: csr (atoms, unknowns), 0/1, and whose they are, ``owner``.

    ``owner``: (unknowns,). ``known``: csr of bool (unknowns, readers), who knows each.
    """

    spelt: sparse.csr_matrix
    owner: np.ndarray
    known: sparse.csr_matrix

    @classmethod
    def of(cls, owner: np.ndarray, version: np.ndarray, holders: Sequence[np.ndarray], address: np.ndarray) -> _Said:
        """Number answers closely; whoever held an address when it answered so knows it, before a sale as after.

        ``owner``, ``version``, each of ``holders``: (addresses,); ``address``: (atoms,). Of several atoms of an
        address, those but the first are answers of others who live there.
        """
        size, own = len(address), np.arange(len(address))
        several = np.bincount(address)[address] > 1
        _, same = np.unique(owner[address] * len(version) + version[address], return_inverse=True)
        # A row is spelt by the atoms of the first address that is several, or else by the first one that gave it.
        order = np.lexsort((own, ~several, same))
        first = order[np.unique(same[order], return_index=True)[1]]
        spells = np.flatnonzero(address == address[first[same]])
        rows = sparse.csr_matrix((np.ones(len(spells)), (same[spells], spells)), shape=(len(first), size))
        spelt = sparse.csr_matrix(sparse.diags(~several * 1.0) @ rows[same] + sparse.diags(several * 1.0))
        spelt.eliminate_zeros()
        used = np.flatnonzero(spelt.getnnz(axis=0))
        spelt = sparse.csr_matrix(spelt[:, used])
        added = np.isin(used, np.unique(address, return_index=True)[1], invert=True)
        who = np.where(added, owner.max(initial=0) + 1 + used, owner[address[used]])
        held = []
        for holder in holders:
            at = np.flatnonzero(holder[address] >= 0)
            shape = (size, int(holder.max(initial=0)) + 1)
            held.append(sparse.csr_matrix((np.ones(len(at)), (at, holder[address[at]])), shape=shape))
        return cls(spelt, who, sparse.csr_matrix(spelt.T @ sparse.hstack(held), dtype=bool))
