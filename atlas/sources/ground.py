"""The ground of a territory: which communes are its own, and the projection in which its distances are measured."""

from __future__ import annotations

import pandas as pd
import pyproj

from atlas.errors import AtlasError
from atlas.geo import legal_crs, unfit
from atlas.parameters import Parameters
from atlas.sources.desk import Desk
from atlas.territory import Territory

DEFORMATION = "plausibilite_deformation"
RULE_KEYS = (DEFORMATION,)


def communes_of(territory: Territory, addresses: pd.DataFrame | None) -> frozenset[str]:
    """Take the communes that the territory file names, otherwise those of its addresses; empty when neither tells."""
    named = frozenset(territory.territoire.communes)
    if named or addresses is None:
        return named
    return frozenset(addresses["code_insee"].dropna().unique())


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
