"""Stock: what dwellings are, and how many are let under the ceiling, from the landlords' files.

In: one row per dwelling, the placed and grouped addresses, the quarters each lies in. Out: low-rent counts by address,
which :mod:`atlas.count` sums with the survey's; and for every unit above the address, how many dwellings have each
feature. Dwellings of unknown addresses are set aside.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from atlas.tables import FEATURES, UNITS, UNKNOWN, Unit
from atlas.tables.keys import positions

SURFACES = {"SU": "surface_utile", "SH": "surface_habitable", "SC": "surface_corrigee"}
SUMS = ("nb_logements", "logements_loyer_connu", "logements_bas_loyer", "loyers", "surfaces")
RULE_KEYS = {"periods": "parc_periodes", "largest": "parc_grands_logements"}
_TYPES = {"C": "collectif", "I": "individuel"}


@dataclass(frozen=True)
class LowRent:
    """The low-rent rule: a ceiling in €/m² of one kind of surface (``SU``, ``SH`` or ``SC``), None when not given."""

    ceiling: float
    surface: str


@dataclass(frozen=True)
class StockRules:
    """``periods``: first years of the periods of construction; ``largest``: rooms from which sizes are one class."""

    periods: tuple[float, ...]
    largest: float


def low_rents(
    dwellings: pd.DataFrame | None, known_addresses: pd.Series, rule: LowRent | None, campaign: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count dwellings under the rent ceiling, by address.

    A rent is compared per m² of the surface that the rule names, and of no other: a dwelling whose landlord gives
    another surface is not counted at all (not in the denominator either), since guessing a ratio between surfaces
    would move dwellings across the ceiling.

    Parameters
    ----------
    dwellings : DataFrame, optional
        Canonical columns of :data:`atlas.tables.LOGEMENTS`, plus ``fichier`` and ``ligne``.
    known_addresses : Series
        Identifiers of the survey's addresses.
    rule : LowRent, optional
        None: no ceiling was given, and every dwelling is "non renseigné".

    Returns
    -------
    (rents, aside)
        One row per address for ``campaign`` (``logements_bas_loyer``, ``logements_loyer_connu``; missing where no
        dwelling tells), and the dwellings whose address is unknown, with their ``motif``.
    """
    none = {"campagne": pd.Series(dtype=np.int64), "id_adresse": pd.Series(dtype="str")}
    nothing = pd.DataFrame({**none, "logements_bas_loyer": [], "logements_loyer_connu": []})
    if dwellings is None:
        return nothing, pd.DataFrame({"motif": []})
    place = positions(dwellings["id_adresse"], known_addresses)
    aside = dwellings.loc[place < 0].assign(
        motif="logement dont l'adresse est absente de l'enquête", id=lambda row: row["id_logement"]
    )
    if rule is None:
        return nothing, aside
    told, low, _ = _rents(dwellings, rule)
    known = place >= 0
    homes, answers, below = (
        np.bincount(place[known & rows], minlength=len(known_addresses)) for rows in (known, told, low)
    )
    silent = answers == 0
    rents = pd.DataFrame(
        {
            "campagne": campaign,
            "id_adresse": known_addresses.array,
            "logements_bas_loyer": np.where(silent, np.nan, below),
            "logements_loyer_connu": np.where(silent, np.nan, answers),
        }
    )
    return rents[homes > 0].reset_index(drop=True), aside


def stock(
    dwellings: pd.DataFrame | None,
    addresses: pd.DataFrame,
    quarters: pd.DataFrame,
    rent: LowRent | None,
    rules: StockRules,
) -> pd.DataFrame:
    """Count the dwellings of every unit above the address by feature, with the sums that rents are made of.

    Parameters
    ----------
    addresses : DataFrame
        One row per ``id_adresse`` with the keys of :data:`atlas.tables.UNITS`.
    quarters : DataFrame
        One row per address and quarter (``id_adresse``, ``id``).

    Returns
    -------
    DataFrame
        One row per ``unite``, ``id``, ``caracteristique`` and ``modalite``: :data:`SUMS`, rents in € and surfaces in m²
        of the dwellings whose both are known. Features that no dwelling tells are left out.
    """
    if dwellings is None or not len(dwellings):
        return pd.DataFrame(columns=["unite", "id", "caracteristique", "modalite", *SUMS])
    told, low, surface = _rents(dwellings, rent or LowRent(np.inf, "SU"))
    sums = pd.DataFrame(
        {
            "nb_logements": 1.0,
            "logements_loyer_connu": told.astype(float) if rent else np.nan,
            "logements_bas_loyer": low.astype(float) if rent else np.nan,
            "loyers": dwellings["loyer_mensuel_hc"].where(told, 0.0).to_numpy(float),
            "surfaces": surface.where(told, 0.0).to_numpy(float),
        }
    )
    place = positions(dwellings["id_adresse"], addresses["id_adresse"])
    features = {name: words for name, words in _features(dwellings, rules).items() if (words != UNKNOWN).any()}
    blocks = []
    for unit in UNITS.values():
        if unit.key == "id_adresse" or unit.occasional:  # dwellings are told of today's perimeter
            continue
        identifier, row = _units_of(unit, addresses, quarters, place)
        for name, words in features.items():
            keys = [identifier, pd.Series(words[row], name="modalite")]
            block = sums.iloc[row].reset_index(drop=True).groupby(keys, sort=True).sum(min_count=1).reset_index()
            blocks.append(block.assign(unite=unit.name, caracteristique=name))
    table = pd.concat(blocks, ignore_index=True)
    return table[["unite", "id", "caracteristique", "modalite", *SUMS]]


def alike(dwellings: pd.DataFrame | None, rules: StockRules) -> pd.DataFrame:
    """Say what all the dwellings of an address are: a decision names an address, and not the dwelling.

    Returns
    -------
    DataFrame
        By ``id_adresse``, one column per feature of :data:`atlas.tables.FEATURES`; missing where the dwellings of an
        address differ, or where one of them is not told.
    """
    if dwellings is None or not len(dwellings):
        return pd.DataFrame(columns=list(FEATURES), index=pd.Index([], name="id_adresse"), dtype="str")
    words = pd.DataFrame(_features(dwellings, rules), index=dwellings["id_adresse"], dtype="str")
    found = words.groupby(level=0).agg(["first", "nunique"])
    return pd.DataFrame(
        {
            name: found[name, "first"].where((found[name, "nunique"] == 1) & (found[name, "first"] != UNKNOWN))
            for name in FEATURES
        }
    )


def _units_of(
    unit: Unit, addresses: pd.DataFrame, quarters: pd.DataFrame, place: np.ndarray
) -> tuple[pd.Series, np.ndarray]:
    """Give pairs of a unit and a dwelling: a dwelling lies in no quarter or in several."""
    row = np.flatnonzero(place >= 0)
    if unit.name == "quartiers":
        inside = quarters.assign(place=positions(quarters["id_adresse"], addresses["id_adresse"]))
        pairs = pd.DataFrame({"place": place[row], "row": row}).merge(inside[["place", "id"]], on="place")
        return pairs["id"], pairs["row"].to_numpy()
    keys = unit.keys_of(addresses)
    assert keys is not None  # the stages before give every key that no unit makes
    identifier = keys.iloc[place[row]].reset_index(drop=True).rename("id")
    held = identifier.notna().to_numpy()
    return identifier[held].reset_index(drop=True), row[held]


def _rents(dwellings: pd.DataFrame, rule: LowRent) -> tuple[np.ndarray, np.ndarray, pd.Series]:
    """Tell the dwellings whose rent per m² is known, those under the ceiling, and their surface (m²)."""
    surface = dwellings[SURFACES[rule.surface]].where(lambda metres: metres > 0)
    rent = dwellings["loyer_mensuel_hc"] / surface
    return rent.notna().to_numpy(), (rent < rule.ceiling).to_numpy(), surface


def _features(dwellings: pd.DataFrame, rules: StockRules) -> dict[str, np.ndarray]:
    """Write each feature of a dwelling as the word that pages show."""
    rooms, year = dwellings["nb_pieces"], dwellings["annee_construction"]
    largest = int(rules.largest)
    size = "T" + rooms.clip(upper=largest).fillna(0).astype(int).astype("str")
    size = size.where(rooms < largest, size + " et plus")
    starts = [int(start) for start in rules.periods]
    names = [
        f"avant {starts[0]}",
        *(f"{start} à {end - 1}" for start, end in pairwise(starts)),
        f"depuis {starts[-1]}",
    ]
    period = pd.Series(np.array(names)[np.searchsorted(starts, year.fillna(0), side="right")], dwellings.index)
    words = {
        "taille": size.where(rooms > 0),
        "periode": period.where(year.notna()),
        "financement": dwellings["financement"].str.strip(),
        "dpe": dwellings["dpe"],
        "construction": dwellings["type_construction"].map(_TYPES),
        "accessibilite": dwellings["accessible_pmr"].map({"oui": "accessible", "non": "non accessible"}),
    }
    return {name: words[name].fillna(UNKNOWN).to_numpy(object) for name in FEATURES}
