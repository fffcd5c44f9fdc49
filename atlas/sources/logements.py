"""Dwellings: one row per dwelling, from a landlord's file or the restricted register.

Grain in and out: one row per dwelling. Nothing is set aside; a value that stands for "not known" becomes missing.
"""

from __future__ import annotations

import pandas as pd

from atlas.sources.checks import check
from atlas.sources.contract import read_rows
from atlas.sources.desk import Desk
from atlas.sources.ground import judged
from atlas.sources.headers import expected
from atlas.sources.totals import without_totals
from atlas.tables import LOGEMENTS
from atlas.territory import FileSource

# Values that registers write where a figure is unknown: a rent or a surface of 0 is not a rent or a surface.
SENTINELS = (0, 999, 9999, 99999)
_MEASURES = ("nb_pieces", "surface_utile", "surface_habitable", "surface_corrigee", "loyer_mensuel_hc")
_YEARS = ("annee_construction",)

VARIANTS = {
    "id_logement": ("identifiant_logement", "num_logement", "ident_rep"),
    "nb_pieces": ("nbpiece", "pieces"),
    "surface_habitable": ("surfhab",),
    "loyer_mensuel_hc": ("loyer", "loyer_hc", "loyerprinc"),
    "financement": ("finan",),
    "annee_construction": ("construct",),
    "dpe": ("dpeenergie", "classe_dpe"),
    "type_construction": ("typeconst",),
}
WANTED = expected("LOGEMENTS", LOGEMENTS, VARIANTS)


def read_logements(
    source: tuple[FileSource, ...], desk: Desk, survey: pd.DataFrame | None = None
) -> pd.DataFrame | None:
    """Read the dwellings; rents, surfaces, rooms and years that are sentinels become "non renseigné".

    Only those of the addresses of the ``survey`` are held to the contract.
    """
    frame = read_rows(source, WANTED, desk)
    if frame is None:
        return None
    frame = without_totals(frame, LOGEMENTS, "lignes de total logements", desk)
    frame = without_sentinels(frame, (*_MEASURES, *_YEARS), "Logements", desk)
    return frame if check(judged(frame, survey), WANTED, desk) else None


def without_sentinels(frame: pd.DataFrame, columns: tuple[str, ...], who: str, desk: Desk) -> pd.DataFrame:
    """Blank the sentinel values of some columns, saying how many."""
    cleaned = {}
    for column in columns:
        sentinel = frame[column].isin(SENTINELS)
        if sentinel.any():
            cleaned[column] = frame[column].mask(sentinel)
            values = ", ".join(f"{value:g}" for value in sorted(frame.loc[sentinel, column].unique()))
            desk.note(f"{who} : {column} vaut {values} sur {int(sentinel.sum())} ligne(s), lu « non renseigné ».")
    return frame.assign(**cleaned)
