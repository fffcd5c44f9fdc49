"""Filiation: what became of every residence from one campaign to the next, with the evidence of it.

In: every address at every campaign as that campaign described it, the addresses as placed and grouped today, the
dwellings, the rows that a hand wrote. Out: one row per event and residence of today that it concerns, in the columns of
:data:`atlas.tables.years.FILIATION_COLUMNS`. A landlord that did not answer a campaign is compared with the last one
that it answered. Hand-made rows that no residence or campaign fits are set aside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from atlas.filiation.events import Regroup
from atlas.filiation.hand import corrected
from atlas.filiation.leaving import came, went
from atlas.filiation.rules import RULE_KEYS, FiliationRules
from atlas.filiation.walk import Walk
from atlas.tables.years import EVENTS, FILIATION_COLUMNS, FOLLOWED, FOUND

__all__ = ["RULE_KEYS", "FiliationRules", "Followed", "Regroup", "follow"]
_TODAY = {"id_residence": "id", "nom_residence": "nom"}
_PLACES = ("x", "y", "id_ban", "methode_appariement")


@dataclass(frozen=True)
class Followed:
    """``events``: the table of filiation; ``same``: by identifier of address, the one that took its place; ``remarks``:
    what is said once, and is no event; ``aside``: hand-made rows that were not used, with their ``motif``."""

    events: pd.DataFrame
    same: pd.Series
    remarks: tuple[str, ...]
    aside: pd.DataFrame

    def named(self, addresses: pd.DataFrame) -> pd.DataFrame:
        """Add to addresses, where some changed their identifier, the one that each has since, ``id_suite``."""
        own = addresses["id_adresse"]
        since = own.map(self.same).fillna(own)
        return addresses if since.equals(own) else addresses.assign(**{FOLLOWED: since})


def follow(
    described: pd.DataFrame,
    addresses: pd.DataFrame,
    dwellings: pd.DataFrame | None,
    campaigns: Sequence[int],
    rules: FiliationRules,
    regroup: Regroup,
    by_hand: pd.DataFrame | None = None,
) -> Followed:
    """Follow residences over campaigns.

    Parameters
    ----------
    described : DataFrame
        One row per campaign and address, as :func:`atlas.gather.described_then` gives it.
    addresses : DataFrame
        One row per address: its point (metres, legal CRS), its match, its residence of today.
    dwellings : DataFrame, optional
        ``id_adresse``, ``annee_construction``.
    campaigns : sequence of int
        Those of the territory; rows of other years are left alone.
    regroup : callable
        Groups the addresses of one campaign into residences, as those of today were.
    by_hand : DataFrame, optional
        As :func:`atlas.sources.filiation.read_filiation` reads it.
    """
    known = addresses.set_index("id_adresse")[[*_TODAY, *_PLACES]].rename(columns=_TODAY)
    rows = described[described["campagne"].isin(list(campaigns))].drop(columns=list(_PLACES), errors="ignore")
    rows = rows.join(known, on="id_adresse").sort_values(["id_adresse", "campagne"], ignore_index=True)
    seen = rows.groupby("id_adresse")["campagne"]
    stock = _stock(dwellings)
    rows = rows.assign(vue=seen.shift(1), suite=seen.shift(-1), annee=rows["id_adresse"].map(stock).astype("float64"))
    walk = Walk(regroup, rules.gap)
    for year, held in rows.groupby("campagne"):
        walk.step(int(str(year)), held.reset_index(drop=True))
    whole = _whole(rows, stock, rules.whole)
    left = [
        went(gone.assign(dernier=walk.latest_name(gone["bailleur"])), year, stock.index, whole).assign(campagne=year)
        for year, gone in walk.gone.items()
    ]
    arrived = [_arrived(rows, year, stock, walk) for year, rows in walk.came.items()]
    events = pd.concat([pd.DataFrame(), *walk.events, *left, *arrived], ignore_index=True)
    events = _once(events.reindex(columns=[column.name for column in FILIATION_COLUMNS]).assign(origine=FOUND))
    aside = rows.iloc[:0].assign(motif="")
    if by_hand is not None:
        events, aside = corrected(events, by_hand, rows)
    former = pd.Series(list(walk.later), dtype="str")
    same = walk.latest_code(former).set_axis(former)
    return Followed(_ordered(events, known), same, tuple(walk.remarks()), aside)


def _once(events: pd.DataFrame) -> pd.DataFrame:
    """Say one event of a residence in one row, with all that proves it."""
    keys = ["campagne_avant", "campagne", "id", "evenement", "de", "vers"]
    rows = events.fillna({"de": "", "vers": ""})
    if not rows.duplicated(keys).any():
        return rows
    grouped = rows.groupby(keys, sort=False)
    sums = grouped[["nb_adresses", "nb_logements"]].sum(min_count=1)
    told = grouped[["origine", "nom"]].first()
    proofs = grouped["preuve"].agg(lambda given: " ; ".join(sorted(set(given))))
    return sums.join(told).assign(preuve=proofs).reset_index()


def _arrived(rows: pd.DataFrame, year: int, stock: pd.Series, walk: Walk) -> pd.DataFrame:
    """List what came; of a landlord that had never answered, what was built since, and the rest in one sentence."""
    built = walk.latest_code(rows["id_adresse"]).map(stock).astype("float64")
    rows = rows.assign(annee=built, neuve=built >= rows["campagne_avant"])
    known_before = rows["nouveau"] & ~rows["neuve"]
    walk.say_newcomers(rows[known_before], year)
    return came(rows[~known_before], year).assign(campagne=year)


def _ordered(events: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Give the names of today, types and order that depend on nothing but what is told."""
    named = events.assign(nom=events["id"].map(known.drop_duplicates("id").set_index("id")["nom"]))
    types = {column.name: "float64" if column.numeric else "str" for column in FILIATION_COLUMNS}
    named = named.astype(types | {"campagne": "int64", "campagne_avant": "int64"})
    rank = named["evenement"].map({event: rank for rank, event in enumerate(EVENTS)})
    keys = ["campagne", "rang", "id", "de", "vers", "preuve", "campagne_avant", "nb_logements"]
    ordered = named.assign(rang=rank).sort_values(keys, ignore_index=True)
    return ordered[[column.name for column in FILIATION_COLUMNS]]


def _stock(dwellings: pd.DataFrame | None) -> pd.Series:
    """Give, by address of the file of dwellings, the first year of construction, NaN where a dwelling tells none."""
    if dwellings is None:
        return pd.Series(dtype="float64")
    years = dwellings.groupby("id_adresse")["annee_construction"]
    return years.min().where(years.count() == years.size())


def _whole(rows: pd.DataFrame, stock: pd.Series, share: float) -> frozenset[str]:
    """List the landlords whose addresses of their latest campaign the file of dwellings holds."""
    latest = rows[rows["campagne"] == rows.groupby("bailleur")["campagne"].transform("max")]
    held = latest["id_adresse"].isin(stock.index).groupby(latest["bailleur"]).mean()
    return frozenset(held.index[np.array(100 * held >= share)])
