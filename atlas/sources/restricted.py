"""The restricted register (RPLS) as a file of dwellings: which surface it gives, and which address of the survey.

Grain in and out: one row per dwelling. The register names no address of the survey: a dwelling joins the address that
is spelt as its own, in its commune. One that joins none keeps the identifier made of its address, and is listed by the
checks that follow.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from atlas.sources.desk import Desk
from atlas.sources.headers import plain
from atlas.sources.rpls import VARIANTS as REGISTER
from atlas.sources.streets import STREET_TYPES, street_of
from atlas.tables import Column
from atlas.tables.sources import PLACE
from atlas.writing import many

_SPELT = ("code_insee", "code_postal", "numero", "repetition", "type_voie", "nom_voie")
_LABELS = {column.name: column.label for column in PLACE}
FIELDS = (
    Column("nature_surface", "Nature de la surface (1 utile, 2 corrigée, 3 habitable)", "code"),
    Column("surface_declaree", "Surface de cette nature", "m²"),
    *(Column(name, _LABELS[name], "code" if name.startswith("code") else "texte") for name in _SPELT),
    Column("complement", "Complément d'identification géographique"),
)
VARIANTS = {
    "nature_surface": ("modesurf",),
    "surface_declaree": ("surfmode",),
    **{name: REGISTER[name] for name in (*_SPELT, "complement")},
}
NATURES = {"1": "surface_utile", "2": "surface_corrigee", "3": "surface_habitable"}
_LINE = re.compile(r"^\s*0*(\d+)\s*[-/]?\s*(?:(BIS|TER|QUATER|[A-Z])(?![A-Z'’.]))?[\s,]*(.+)$")


def with_surfaces(frame: pd.DataFrame) -> pd.DataFrame:
    """Give each dwelling the surface that its row names: ``SURFMODE`` is of the nature that ``MODESURF`` says.

    A surface that has its own column is kept; of another nature (9, or none) it is compared with nothing.
    """
    if not frame["surface_declaree"].notna().any():
        return frame
    nature = frame["nature_surface"].fillna("").str.strip().str[:1]
    filled = {
        column: frame[column].fillna(frame["surface_declaree"].where(nature == code))
        for code, column in NATURES.items()
    }
    return frame.assign(**filled)


def with_address(frame: pd.DataFrame) -> pd.DataFrame:
    """Name the address of rows that have none after its spelling; ``deduit`` tells them."""
    bare = frame["id_adresse"].isna() & frame["code_insee"].notna() & frame["nom_voie"].notna()
    if not bare.any():
        return frame.assign(deduit=False)
    code, first = _distinct(frame.loc[bare, [*_SPELT]])
    named = street_of(first)["id_adresse"].to_numpy()[code]
    made = frame["id_adresse"].to_numpy(object, copy=True)
    made[bare.to_numpy()] = named
    return frame.assign(id_adresse=pd.Series(made, frame.index, "str"), deduit=bare)


def _distinct(table: pd.DataFrame) -> tuple[np.ndarray, pd.DataFrame]:
    code = table.groupby(list(table.columns), dropna=False, sort=False).ngroup().to_numpy()
    return code, table.drop_duplicates().reset_index(drop=True)


def joined(dwellings: pd.DataFrame | None, survey: pd.DataFrame | None, desk: Desk) -> pd.DataFrame | None:
    """Give the dwellings of the register the address and the landlord of the survey, where one address is spelt so.

    Where several landlords of the survey share an address, the dwelling joins the one whose name it bears; where only
    one does, the dwelling joins it unless the rest of its owner's dwellings go to another.

    Parameters
    ----------
    dwellings : DataFrame, optional
        What :func:`with_address` gives; its ``deduit`` rows only are joined.
    survey : DataFrame, optional
        Canonical columns of the survey; the latest campaign of an address is the one joined.
    """
    if dwellings is None or "deduit" not in dwellings:
        return dwellings
    made = dwellings["deduit"]
    whole = dwellings.drop(columns="deduit")
    if survey is None or not made.any():
        return whole
    homes = _spelt_addresses(survey)
    rows = whole.loc[made, ["id_adresse", "bailleur"]].assign(row=np.flatnonzero(made))
    rows["lieu"] = _place_of(rows["id_adresse"])
    pairs = rows.merge(homes, on="lieu", suffixes=("", "_enquete"))
    same = pairs["bailleur"].map(plain) == pairs["bailleur_enquete"].map(plain)
    alone = pairs.groupby("row")["lieu"].transform("size") == 1
    usual = _usual_names(pairs[alone])
    pairs = pairs[same | (alone & (pairs["bailleur"].map(usual) == pairs["bailleur_enquete"]))]
    pairs = pairs[~pairs["row"].duplicated(keep=False)]
    found = pairs.set_index("row")
    address, landlord = (whole[name].to_numpy(object, copy=True) for name in ("id_adresse", "bailleur"))
    address[found.index], landlord[found.index] = found["id_adresse_enquete"], found["bailleur_enquete"]
    desk.note(
        f"Logements : {many(len(found), 'logement')} du RPLS détaillé sur {many(int(made.sum()), 'ligne')} sont "
        "rattachés à une adresse de l'enquête par leur voie et leur numéro."
    )
    return whole.assign(
        id_adresse=pd.Series(address, whole.index, "str"), bailleur=pd.Series(landlord, whole.index, "str")
    )


def _place_of(identifier: pd.Series) -> pd.Series:
    """Leave the postal code out: the survey and the register often differ on it."""
    return identifier.str.replace(r"^(\w{5})-\w{5}-", r"\1-", regex=True)


def _usual_names(pairs: pd.DataFrame) -> pd.Series:
    """Tell, for each owner of the register, the landlord of the survey that most of its dwellings go to."""
    counts = pairs.groupby(["bailleur", "bailleur_enquete"]).size().reset_index(name="n")
    best = counts.sort_values("n", ascending=False, kind="stable").drop_duplicates("bailleur")
    return best.set_index("bailleur")["bailleur_enquete"]


def _spelt_addresses(survey: pd.DataFrame) -> pd.DataFrame:
    """Spell the addresses of the survey as the register's: one row per address and landlord, latest campaign first."""
    latest = survey.sort_values("campagne", ascending=False, kind="stable")
    latest = latest.drop_duplicates(["id_adresse", "bailleur"]).reset_index(drop=True)
    spelt = latest[list(_SPELT)].copy()
    lines = latest["adresse"].where(latest["nom_voie"].isna()).str.upper()
    for row, line in lines.dropna().items():
        spelt.loc[row, ["numero", "repetition", "type_voie", "nom_voie"]] = _split(str(line))
    named = street_of(spelt.astype("str"))["id_adresse"]
    return latest[["id_adresse", "bailleur"]].assign(lieu=_place_of(named))


def _split(line: str) -> list[str | float]:
    """Cut "12 BIS RUE X" into its number, its suffix and its street.

    >>> _split("12 B, AV FOCH"), _split("7 R VOLTAIRE")
    (['12', 'B', nan, 'AV FOCH'], ['7', nan, nan, 'R VOLTAIRE'])
    """
    found = _LINE.match(line)
    if found is None:
        return [np.nan, np.nan, np.nan, line]
    number, suffix, street = found.groups()
    if suffix in STREET_TYPES and street.split()[0].strip(".") not in {*STREET_TYPES, *STREET_TYPES.values()}:
        suffix, street = None, f"{suffix} {street}"
    return [number, suffix or np.nan, np.nan, street]
