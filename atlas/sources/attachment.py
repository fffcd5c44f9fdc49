"""Which address of the survey each dwelling, decision and declaration is about: joined by landlord and identifier.

Grain in and out: one row per dwelling, decision or declaration. Sets aside what carries the identifier of another
landlord's address, what several landlords' addresses share when no landlord is told, and a decision whose commune is
not that of its address. A row of an address that no survey knows stays, and is listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from atlas.errors import excerpt
from atlas.geo import present_commune
from atlas.sources.desk import Desk
from atlas.sources.holders import one_spelling, warn_look_alikes
from atlas.sources.identity import IdentityRules
from atlas.tables import ORIGINS, UNDISCLOSED
from atlas.tables.keys import positions
from atlas.writing import many

OTHER = "identifiant d'une adresse d'un autre bailleur"
SHARED = "identifiant porté par plusieurs bailleurs, et bailleur non précisé"
COMMUNE = "commune différente de celle de l'adresse"
TWICE = "adresse déjà déclarée par un autre bailleur"
UNSURVEYED = "adresse absente de l'enquête"
_REASONS = ("", OTHER, SHARED, COMMUNE, TWICE)
_YEAR = {name: origin.year for name, origin in ORIGINS.items() if origin.year}


def attached(
    survey: pd.DataFrame, tables: Mapping[str, pd.DataFrame | None], rules: IdentityRules, desk: Desk
) -> dict[str, pd.DataFrame | None]:
    """Attach the tables of a territory to the addresses of its survey.

    Parameters
    ----------
    survey : DataFrame
        As :func:`atlas.sources.identity.identified` gives.
    tables : mapping
        Those of dwellings, declarations, decisions and other counts, by source, each None when not given.

    Returns
    -------
    dict
        The same tables, ``id_adresse`` naming the addresses of the survey, without the rows set aside.
    """
    known = _Known.of(survey)
    names = set(survey["bailleur"].unique())
    found: dict[str, pd.DataFrame | None] = {}
    everyone = set(names)
    for name, table in tables.items():
        found[name] = table
        if table is None or not table["id_adresse"].notna().any():
            continue
        if "bailleur" in table:
            table = table.assign(bailleur=one_spelling(table["bailleur"], desk, names))
            everyone |= set(table["bailleur"].dropna().unique())
        found[name] = _attached(name, table, known, desk)
    warn_look_alikes(everyone, rules.name, desk)
    return found


@dataclass(frozen=True)
class _Known:
    """The rows of the survey, the latest campaign first; ``shared``: identifiers of several landlords in a campaign."""

    rows: pd.DataFrame
    shared: frozenset[str]

    @classmethod
    def of(cls, survey: pd.DataFrame) -> _Known:
        columns = ["campagne", "bailleur", "code_adresse", "id_adresse", "code_insee"]
        columns += ["nb_logements", "fichier", "ligne"]
        latest = np.argsort(-survey["campagne"].to_numpy(), kind="stable")
        rows = survey[columns].iloc[latest].reset_index(drop=True)
        renamed = rows[rows["code_adresse"] != rows["id_adresse"]]
        holders = renamed.groupby(["campagne", "code_adresse"])["bailleur"].nunique()
        return cls(rows, frozenset(holders.index[holders > 1].get_level_values("code_adresse")))

    def find(self, table: pd.DataFrame, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Find the row of each line of a table (-1: none), and tell the lines that only another landlord's row fits."""
        code = table["id_adresse"]
        place = positions(code, rows["code_adresse"])
        if not rows["code_adresse"].equals(rows["id_adresse"]):  # a file that the atlas wrote names addresses its way
            place = np.where(place < 0, positions(code, rows["id_adresse"]), place)
        if "bailleur" not in table or not len(rows):
            return place, np.zeros(len(table), dtype=bool)
        theirs, own = _numbers(rows["bailleur"], table["bailleur"], UNDISCLOSED)
        told = own >= 0
        same = (theirs[np.maximum(place, 0)] == own) | (theirs[np.maximum(place, 0)] == 0)
        doubtful = np.flatnonzero((place >= 0) & told & ~same)
        if not len(doubtful):
            return place, np.zeros(len(table), dtype=bool)
        both = [
            rows[name].astype("str") + "\n" + rows["bailleur"].astype("str") for name in ("code_adresse", "id_adresse")
        ]
        wanted = (code + "\n" + table["bailleur"]).iloc[doubtful]
        found = positions(wanted, both[0])
        found = np.where(found < 0, positions(wanted, both[1]), found)
        other = np.zeros(len(table), dtype=bool)
        other[doubtful[found < 0]] = True
        place[doubtful] = found
        return place, other


def _numbers(one: pd.Series, other: pd.Series, first: str) -> tuple[np.ndarray, np.ndarray]:
    """Number the names of two columns alike, ``first`` being 0; missing ones are below 0."""
    names = {first: 0}
    numbered = []
    for column in (one, other):
        code, found = pd.factorize(column)
        known = [names.setdefault(str(name), len(names)) for name in found]
        numbered.append(np.array([*known, -1])[code])
    return numbered[0], numbered[1]


def _attached(name: str, table: pd.DataFrame, known: _Known, desk: Desk) -> pd.DataFrame:
    place, other = known.find(table, known.rows)
    if name in _YEAR:  # an address that was sold, or another place that year: that year's row prevails
        for campaign in known.rows["campagne"].unique():
            of_year = np.flatnonzero(known.rows["campagne"] == campaign)
            lines = np.flatnonzero(table[_YEAR[name]] == campaign)
            found, _ = known.find(table.iloc[lines], known.rows.iloc[of_year].reset_index(drop=True))
            place[lines] = np.where(found >= 0, of_year[found], place[lines])
            other[lines] &= found < 0
    unsure = np.zeros(len(table), dtype=bool)
    if known.shared and ("bailleur" not in table or table["bailleur"].isna().any()):
        nameless = table["bailleur"].isna() if "bailleur" in table else True
        unsure = np.asarray(table["id_adresse"].isin(list(known.shared)) & nameless, dtype=bool)
    reason = np.where(other, _REASONS.index(OTHER), np.where(unsure, _REASONS.index(SHARED), 0))
    if name in _YEAR and "code_insee" in table:
        reason[(reason == 0) & _elsewhere(table, known.rows, place)] = _REASONS.index(COMMUNE)
    joined = table.assign(id_adresse=_renamed(table["id_adresse"], known.rows, place))
    if name == "residences":
        rows = np.flatnonzero(reason == 0)
        reason[rows[joined["id_adresse"].iloc[rows].duplicated()]] = _REASONS.index(TWICE)
    _refuse_strangers(name, table, place, other, known.rows, desk)
    aside = reason > 0
    if name == "logements":
        _more_than_surveyed(place[~aside], known.rows, desk)
    unknown = (place < 0) & ~aside & table["id_adresse"].notna().to_numpy()
    if unknown.any():
        _list_unknown(name, table[unknown], desk)
    if not aside.any():
        return joined
    return _without(name, table, joined, aside, np.array(_REASONS, dtype=object)[reason[aside]], desk)


def _renamed(codes: pd.Series, rows: pd.DataFrame, place: np.ndarray) -> pd.Series:
    """Take the identifier of the address; the column itself where none was completed."""
    if rows["code_adresse"].equals(rows["id_adresse"]):
        return codes
    named = pd.Series(pd.array(rows["id_adresse"]).take(np.maximum(place, 0)), index=codes.index)
    return named.where(place >= 0, codes).astype("str")


def _elsewhere(table: pd.DataFrame, rows: pd.DataFrame, place: np.ndarray) -> np.ndarray:
    """Tell the decisions that name another commune than that of their address."""
    theirs = present_commune(rows["code_insee"]).to_numpy(object)[np.maximum(place, 0)]
    own = present_commune(table["code_insee"]).to_numpy(object)
    return (place >= 0) & table["code_insee"].notna().to_numpy() & (own != theirs)


def _without(
    name: str, table: pd.DataFrame, joined: pd.DataFrame, aside: np.ndarray, reason: np.ndarray, desk: Desk
) -> pd.DataFrame:
    """Set rows aside in the ledger, with what they said of themselves."""
    kept = joined[~aside].reset_index(drop=True)
    columns = [column for column in ("fichier", "ligne", "id_adresse") if column in table]
    details = table["id_adresse"] + ", " + _landlords(table)
    listed = table.loc[aside, columns].assign(motif=reason, detail=details[aside])
    if "id_logement" in table:
        listed = listed.assign(id=table.loc[aside, "id_logement"])
    desk.ledger.balance(f"rattachement {name}", table[["ligne"]], kept[["ligne"]], listed)
    for words, rows in listed.groupby("motif"):
        desk.note(
            f"{name} : {many(len(rows), 'ligne')} écartée(s), {words} (ex. {rows['fichier'].iloc[0]} ligne "
            f"{rows['ligne'].iloc[0]} : {rows['detail'].iloc[0]} ; liste dans rejets.csv)."
        )
    return kept


def _landlords(table: pd.DataFrame) -> pd.Series:
    if "bailleur" not in table:
        return pd.Series("bailleur non précisé", table.index, dtype="str")
    return table["bailleur"].fillna("bailleur non précisé")


def _refuse_strangers(
    name: str, table: pd.DataFrame, place: np.ndarray, other: np.ndarray, rows: pd.DataFrame, desk: Desk
) -> None:
    """Refuse a table that shares no address with the survey, or whose landlords are none of its own."""
    given = table["id_adresse"].notna().to_numpy()
    if (place[given] >= 0).any():
        return
    example, landlord = table.loc[given].iloc[0], _landlords(table)[given].iloc[0]
    if other.any():
        if table["bailleur"].isin(rows["bailleur"].unique()).any():
            return
        desk.faults.add(
            f"{name.upper()}-BAILLEUR",
            f"{excerpt(table['fichier'].unique())} : aucun id_adresse n'y est du bailleur que dit l'enquête (ex. "
            f"« {example['id_adresse']} », {landlord}).",
            f"les bailleurs de l'enquête ({excerpt(rows['bailleur'].unique(), 3)}), écrits de la même façon",
            "écrire le nom de chaque bailleur comme dans l'enquête, ou donner le bon fichier",
        )
        return
    desk.faults.add(
        f"{name.upper()}-ADRESSES",
        f"{excerpt(table['fichier'].unique())} : aucun id_adresse n'existe dans l'enquête "
        f"(ex. « {example['id_adresse']} »).",
        f"les identifiants de l'enquête (ex. « {rows['code_adresse'].iloc[0]} »)",
        "donner la bonne colonne pour id_adresse, ou le bon fichier",
    )


def _list_unknown(name: str, rows: pd.DataFrame, desk: Desk) -> None:
    """Say how many rows have an address that no survey knows."""
    desk.note(f"{name} : {many(len(rows), 'ligne')} d'une adresse absente de l'enquête (liste dans rejets.csv).")
    if name != "logements":  # counted, and listed, against the addresses of the campaign they describe
        desk.ledger.note(f"lecture {name}", rows[["fichier", "ligne", "id_adresse"]].assign(motif=UNSURVEYED))


def _more_than_surveyed(place: np.ndarray, survey: pd.DataFrame, desk: Desk) -> None:
    """List the addresses of the last campaign that hold more dwellings in the file of dwellings than in the survey.

    ``place``: the row of the survey of each dwelling, -1 where none is.
    """
    held = np.bincount(place[place >= 0], minlength=len(survey))
    latest = (survey["campagne"] == survey["campagne"].max()).to_numpy()
    more = latest & (held > survey["nb_logements"].fillna(np.inf).to_numpy())
    if not more.any():
        return
    rows = survey.loc[more, ["campagne", "fichier", "ligne", "id_adresse", "nb_logements"]]
    details = [f"{many(int(count), 'logement')} au fichier des logements" for count in held[more]]
    listed = rows.assign(motif="plus de logements au fichier des logements qu'à l'enquête", detail=details)
    desk.ledger.note("rattachement logements", listed)
    first = rows.iloc[0]
    desk.note(
        f"logements : {many(int(more.sum()), 'adresse')} y ont plus de logements que nb_logements à l'enquête (ex. "
        f"« {first['id_adresse']} » : {held[more][0]} pour {first['nb_logements']:.0f} ; liste dans rejets.csv)."
    )
