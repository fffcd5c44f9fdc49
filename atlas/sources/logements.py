"""Dwellings: one row per dwelling, from a landlord's file or the restricted register.

Grain in and out: one row per dwelling. Nothing is set aside; a value that stands for "not known" becomes missing.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from atlas.errors import AtlasError, excerpt
from atlas.parameters import Parameters
from atlas.sources import restricted
from atlas.sources.checks import check
from atlas.sources.contract import read_rows
from atlas.sources.desk import Desk
from atlas.sources.ground import judged
from atlas.sources.headers import expected
from atlas.sources.restricted import NATURES
from atlas.sources.scales import RENT, check_scale
from atlas.sources.sentinels import UNKNOWN_NUMBERS, without_sentinels
from atlas.sources.totals import without_totals
from atlas.tables import LOGEMENTS
from atlas.territory import FileSource

# Values that registers write where a figure is unknown: a rent or a surface of 0 is not a rent or a surface. 999 stands
# for an unknown surface and may be a rent.
_RENTS = (0, 9999, 99999)
_SENTINELS = (*_RENTS, *UNKNOWN_NUMBERS)
_MEASURES = ("nb_pieces", *NATURES.values(), "surface_declaree", "annee_construction")
_REQUIRED = ("id_logement", "bailleur")
_PLACES = (("id_adresse",), ("code_insee", "nom_voie"))

_WORDS = {
    **restricted.VARIANTS,
    "id_logement": ("identifiant_logement", "num_logement", "ident_rep", "ident_int"),
    "bailleur": ("rsexpro",),
    "nb_pieces": ("nbpiece", "pieces"),
    "surface_habitable": ("surfhab",),
    "loyer_mensuel_hc": ("loyer", "loyer_hc", "loyerprinc"),
    "financement": ("finan",),
    "annee_construction": ("construct",),
    "dpe": ("dpeenergie", "classe_dpe"),
    "type_construction": ("typeconst",),
}
# Headers of 2018 end with this.
VARIANTS = {name: (*words, *(f"{word}_red" for word in words)) for name, words in _WORDS.items()}
WANTED = expected(
    "LOGEMENTS",
    LOGEMENTS,
    VARIANTS,
    required=_REQUIRED,
    alternatives=_PLACES,
    extra=tuple(column.name for column in restricted.FIELDS),
)


def read_logements(
    source: tuple[FileSource, ...],
    parameters: Parameters,
    campaign: int,
    desk: Desk,
    survey: pd.DataFrame | None = None,
) -> pd.DataFrame | None:
    """Read the dwellings; rents, surfaces, rooms and years that are sentinels become "non renseigné".

    Parameters
    ----------
    parameters : Parameters
        What a monthly rent may be (``plausibilite_loyer_*``), at 1 January of ``campaign``.
    survey : DataFrame, optional
        Only the dwellings of its addresses are held to the contract.

    Returns
    -------
    DataFrame or None
        The columns of ``tables.LOGEMENTS``, ``fichier``, ``ligne`` and ``deduit`` (whether ``id_adresse`` was made of
        the address, as the restricted register's is); None when a fault was recorded.
    """
    frame = read_rows(source, WANTED, desk, extra=restricted.FIELDS)
    if frame is None:
        return None
    frame = without_totals(frame, LOGEMENTS, "lignes de total logements", desk)
    frame = without_sentinels(frame, _MEASURES, "Logements", desk, _SENTINELS)
    frame = without_sentinels(frame, ("loyer_mensuel_hc",), "Logements", desk, _RENTS)
    frame = restricted.with_address(restricted.with_surfaces(frame))
    if frame["deduit"].any():
        frame = _of_the_register(frame, desk)
    good = check(judged(frame, survey), WANTED, desk, filled=LOGEMENTS.required)
    before = len(desk.faults.found)
    try:
        check_scale(frame, RENT, "LOGEMENTS", parameters, campaign, desk)
        least = float(parameters.at("plausibilite_loyer_infime", date(campaign, 1, 1)).value)
    except AtlasError as error:
        desk.faults.found.extend(error.faults)
        return None
    if not good or len(desk.faults.found) > before:
        return None
    frame = _without_tokens(frame, least, desk)
    return frame[[*LOGEMENTS.names, "fichier", "ligne", "deduit"]]


def _of_the_register(frame: pd.DataFrame, desk: Desk) -> pd.DataFrame:
    """Blank what the register says beyond the closed lists: student housing, a label that was not drawn up."""
    cleaned = {}
    for name in ("dpe", "type_construction"):
        other = frame["deduit"] & frame[name].notna() & ~frame[name].isin(LOGEMENTS[name].values)
        if other.any():
            cleaned[name] = frame[name].mask(other)
            words = excerpt(sorted(frame.loc[other, name].unique()))
            desk.note(f"Logements : {name} vaut {words} sur {int(other.sum())} ligne(s), lu « non renseigné ».")
    return frame.assign(**cleaned)


def _without_tokens(frame: pd.DataFrame, least: float, desk: Desk) -> pd.DataFrame:
    """Blank the few rents too low to be one: they would pass for low rents."""
    token = frame["loyer_mensuel_hc"] <= least
    if not token.any():
        return frame
    desk.note(
        f"Logements : loyer_mensuel_hc ne dépasse pas {least:g} € sur {int(token.sum())} ligne(s), "
        "lu « non renseigné »."
    )
    return frame.assign(loyer_mensuel_hc=frame["loyer_mensuel_hc"].mask(token))
