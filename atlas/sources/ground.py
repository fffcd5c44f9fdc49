"""The ground of a territory: which communes are its own, and the projection in which its distances are measured."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from atlas.errors import AtlasError
from atlas.geo import legal_crs, official, present_commune, quartile_words, unfit, within
from atlas.later import geopandas as gpd
from atlas.later import pyproj
from atlas.parameters import Parameters
from atlas.sources.desk import Desk
from atlas.territory import Territory

DEFORMATION = "plausibilite_deformation"


def communes_of(territory: Territory, addresses: pd.DataFrame | None) -> frozenset[str]:
    """Take the communes that the territory file names, otherwise those of its addresses; empty when neither tells."""
    named = frozenset(territory.territoire.communes)
    if named or addresses is None:
        return named
    return frozenset(addresses["code_insee"].dropna().unique())


def own(codes: pd.Series, communes: frozenset[str], *, named: bool) -> pd.Series:
    """Tell which rows of a national file are of the territory, from their commune.

    Those of its communes; where it does not name them, those of the same EPCI too, since a commune without social
    housing is on the map. A code that the official list does not know is kept, to be judged.
    """
    code = official()
    inside = within(codes, communes)
    if not named:
        siblings = {
            code.epci[one] for one in present_commune(pd.Series(sorted(communes), dtype="str")) if one in code.epci
        }
        inside |= present_commune(codes).map(code.epci).isin(siblings)
    return inside | ~codes.map({one: code.knows(one) for one in codes.dropna().unique()}).isin([True])


def judged(frame: pd.DataFrame, survey: pd.DataFrame | None) -> pd.DataFrame:
    """Keep, of a wider table, the rows that the contract is asked of: those of the survey's addresses and communes.

    The others are counted and listed when addresses are compared, whatever else is wrong with them. A table that shares
    nothing with the survey is judged whole. An identifier made of the address (``deduit``) is none of the survey's yet:
    its row is told by its commune, as one without an identifier.
    """
    if survey is None:
        return frame
    bare = frame["id_adresse"].isna() | frame.get("deduit", False)
    elsewhere = ~bare & ~frame["id_adresse"].isin(survey["id_adresse"].unique())
    if "code_insee" in frame:
        codes = frame["code_insee"]
        known = codes.map({one: official().knows(one) for one in codes.dropna().unique()}).isin([True])
        elsewhere |= bare & known & ~within(codes, survey["code_insee"].dropna().unique())
    return frame if elsewhere.all() else frame[~elsewhere]


def covered(iris: gpd.GeoDataFrame | None, *points: pd.DataFrame | None) -> np.ndarray:
    """Say what the territory covers: its districts, or else the rectangle of every point known of it; maybe nothing.

    Parameters
    ----------
    points : DataFrame, optional
        Tables with ``x`` and ``y`` in metres, in the CRS of the territory.
    """
    if iris is not None:
        return iris.geometry.to_numpy()
    known = [table[["x", "y"]].dropna() for table in points if table is not None]
    together = pd.concat(known) if known else pd.DataFrame({"x": [], "y": []})
    if not len(together):
        return np.zeros(0, dtype=object)
    west, south, east, north = (*together.min(), *together.max())
    return np.array([shapely.box(west - 1, south - 1, east + 1, north + 1)], dtype=object)


def say_epci(communes: frozenset[str], desk: Desk) -> None:
    """Say which EPCI the communes are of, all of them, and its threshold of the first quartile."""
    found = official().epci_of(communes) if communes else None
    if found is not None:
        siren, name = found
        said = f"Communes de l'EPCI {name} (SIREN {siren}), code officiel géographique {official().vintage}."
        desk.note(" ".join(filter(None, (said, quartile_words(siren)))))


def crs_of(territory: Territory, communes: frozenset[str], parameters: Parameters, desk: Desk) -> pyproj.CRS:
    """Take the CRS of the territory file, or the legal one of its communes; a fault is recorded, never guessed over."""
    given = territory.territoire.crs
    if given is None:
        return _legal(communes, desk)
    try:
        crs = pyproj.CRS.from_user_input(given)
        reason = unfit(crs, communes, parameters.at(DEFORMATION, territory.published_on()).value)
    except AtlasError as error:
        desk.faults.found.extend(error.faults)
        return legal_crs([])
    except pyproj.exceptions.CRSError:
        reason = "n'est pas un système de coordonnées connu"
    if reason is None:
        return crs
    legal = _legal(communes, Desk(desk.ledger)).to_epsg()
    desk.faults.add(
        "TERR-CRS",
        f"[territoire] crs : « {given} » {reason}.",
        f'une projection plane en mètres, fidèle sur le territoire, par exemple "EPSG:{legal}"',
        "corriger crs, ou le retirer : il se déduit des communes",
    )
    return legal_crs([])


def _legal(communes: frozenset[str], desk: Desk) -> pyproj.CRS:
    try:
        crs = legal_crs(sorted(communes))
    except AtlasError as error:
        desk.faults.found.extend(error.faults)
        return legal_crs([])
    desk.note(f"Projection légale déduite des communes : {crs.name} (EPSG:{crs.to_epsg()}).")
    return crs
