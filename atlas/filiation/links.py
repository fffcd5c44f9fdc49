"""Which addresses of two campaigns are one address: by identifier, or by place where an identifier gave way to another.

Grain in: one row per address of each side. Grain out: for each row, the number of its link, -1 without one. Nothing is
guessed: a place links only the rows of one residence on each side, with about as many dwellings; what could be several
stays apart, and is said to be contested.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from atlas.tables.keys import numbered
from atlas.writing import slug

SAME = "mêmes identifiants d'adresse"
WRITTEN = "même adresse écrite"
BASE = "même adresse de la base adresse"
POINT = "même point et même numéro"
_SURE = ("identifiant", "adresse exacte", "adresse approchée")


@dataclass(frozen=True)
class Linked:
    """``before``, ``after``: by row, the number of its link or -1; ``evidence``: by link; ``contested_before``,
    ``contested_after``: rows without a link that share their place with one of the other side."""

    before: np.ndarray
    after: np.ndarray
    evidence: np.ndarray
    contested_before: np.ndarray
    contested_after: np.ndarray


def link(
    before: pd.DataFrame, after: pd.DataFrame, gone: np.ndarray, fresh: np.ndarray, built: np.ndarray, gap: float
) -> Linked:
    """Link the addresses of two campaigns.

    Parameters
    ----------
    before, after : DataFrame
        One row per address: ``id_adresse, bailleur, residence, code_insee, adresse_affichee, numero, nb_logements``,
        and ``x, y`` (metres), ``id_ban``, ``methode_appariement``.
    gone, fresh : array of bool
        Rows of ``before`` whose identifier never comes back, rows of ``after`` whose identifier was never seen.
    built : array of bool
        Rows of ``after`` that were not built yet at the campaign before: nothing then was them.
    gap : float
        Largest difference of dwellings, % of the larger.
    """
    position = pd.Series(np.arange(len(before)), index=before["id_adresse"])
    found = position.reindex(after["id_adresse"]).to_numpy(dtype=float)
    same = np.flatnonzero(~np.isnan(found))
    linked_before, linked_after = np.full(len(before), -1), np.full(len(after), -1)
    linked_after[same] = np.arange(len(same))
    linked_before[found[same].astype(np.int64)] = np.arange(len(same))
    evidence = [np.full(len(same), SAME, dtype=object)]
    left = np.flatnonzero(gone & (linked_before < 0))
    right = np.flatnonzero(fresh & (linked_after < 0))
    could = right[~built[right]]
    count = len(same)
    sides = _Sides(before.iloc[left], after.iloc[could])
    for words, keys in sides.places():
        one, other = sides.pairs(keys, linked_before[left] < 0, linked_after[could] < 0, gap)
        linked_before[left[one >= 0]] = one[one >= 0] + count
        linked_after[could[other >= 0]] = other[other >= 0] + count
        made = int(one.max(initial=-1)) + 1
        evidence.append(np.full(made, words, dtype=object))
        count += made
    contested_before, contested_after = np.zeros(len(before), dtype=bool), np.zeros(len(after), dtype=bool)
    contested_before[left], contested_after[could] = sides.contested(linked_before[left] < 0, linked_after[could] < 0)
    return Linked(linked_before, linked_after, np.concatenate(evidence), contested_before, contested_after)


class _Sides:
    """The rows that lost or gained an identifier, and the keys of their places on one numbering."""

    def __init__(self, before: pd.DataFrame, after: pd.DataFrame) -> None:
        self.cut = len(before)
        both = pd.concat([before, after], ignore_index=True)
        self.residence = both["residence"]
        self.dwellings = both["nb_logements"].to_numpy(float)
        landlord = numbered(both["bailleur"])
        text = both["adresse_affichee"].map(lambda line: slug(str(line), " "), na_action="ignore")
        sure = both["id_ban"].notna() & (both["id_ban"] != "") & both["methode_appariement"].isin(_SURE)
        number = both["numero"].fillna(both["adresse_affichee"].str.extract(r"^\s*(\d+)", expand=False))
        located = both["x"].notna() & number.notna()
        self.written = np.where(text.fillna("") == "", -1, numbered(landlord, both["code_insee"], text))
        self.base = np.where(sure, numbered(both["id_ban"]), -1)
        self.point = np.where(located, numbered(both["x"].round(), both["y"].round(), number), -1)
        self.landlord = landlord

    def places(self) -> tuple[tuple[str, np.ndarray], ...]:
        """Give the keys of places, the surest first: within one landlord, then from one to another."""
        own = [(words, self._own(key)) for words, key in ((BASE, self.base), (POINT, self.point))]
        return ((WRITTEN, self.written), *own, (BASE, self.base), (POINT, self.point))

    def _own(self, key: np.ndarray) -> np.ndarray:
        return np.where(key < 0, -1, numbered(key, self.landlord))

    def pairs(
        self, key: np.ndarray, open_before: np.ndarray, open_after: np.ndarray, gap: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Number the places that one residence holds on each side, with about as many dwellings; -1 elsewhere."""
        found = np.full(len(key), -1)
        rows = np.flatnonzero((key >= 0) & np.concatenate([open_before, open_after]))
        if not (rows < self.cut).any() or not (rows >= self.cut).any():
            return found[: self.cut], found[self.cut :]
        table = pd.DataFrame({"key": key[rows], "then": rows < self.cut, "residence": self.residence.iloc[rows].array})
        table["dwellings"] = self.dwellings[rows]
        table["known"] = ~np.isnan(self.dwellings[rows])
        sides = table.groupby(["key", "then"]).agg(
            residences=("residence", "nunique"), dwellings=("dwellings", "sum"), known=("known", "all")
        )
        alone = sides[(sides["residences"] == 1) & sides["known"]].reset_index()
        both = alone[alone["then"]].merge(alone[~alone["then"]], on="key", suffixes=("_then", "_now"))
        sizes = both[["dwellings_then", "dwellings_now"]].to_numpy()
        sure = both["key"].to_numpy()[np.ptp(sizes, axis=1) <= sizes.max(axis=1) * gap / 100]
        number = pd.Series(np.arange(len(sure)), index=sure).reindex(key[rows]).fillna(-1)
        found[rows] = number.to_numpy(dtype=np.int64)
        return found[: self.cut], found[self.cut :]

    def contested(self, open_before: np.ndarray, open_after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Tell the rows left alone whose place one of the other side, left alone too, could be."""
        alone = np.concatenate([open_before, open_after])
        found = np.zeros(len(alone), dtype=bool)
        for key in (self.written, self.base, self.point):
            rows = np.flatnonzero((key >= 0) & alone)
            then = rows < self.cut
            shared = np.intersect1d(key[rows[then]], key[rows[~then]])
            found[rows[np.isin(key[rows], shared)]] = True
        return found[: self.cut], found[self.cut :]
