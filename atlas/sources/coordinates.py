"""Coordinates that come with addresses, brought to the legal projection of the territory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from atlas.errors import AtlasError
from atlas.geo import far_from_home, outside_extent
from atlas.later import pyproj
from atlas.parameters import Parameters
from atlas.sources.desk import Desk
from atlas.territory import Territory
from atlas.writing import many

_INSTEAD = {"BAN": "longitude et latitude serviront"}
_BASE = "les adresses se placent par la base d'adresses"
ASTRAY = "coordonnées hors du territoire"
_DEGREES = 4326
_USUAL = (3857, 27572, 2154, 32631, 32630, 32632, 3946, 3948, 3950)  # tried to say what the coordinates look like


@dataclass(frozen=True)
class Ground:
    """Where points can be: the legal CRS, metres from the chief town of a département, share (0-1) of strays."""

    crs: pyproj.CRS
    distance: float = np.inf
    most: float = 0.5

    def strays(self, codes: pd.Series, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Mark the points, metres in the CRS, that cannot be of their commune; missing ones are not marked."""
        return outside_extent(x, y, self.crs) | far_from_home(codes, x, y, self.crs, self.distance)


def ground_of(territory: Territory, crs: pyproj.CRS, parameters: Parameters, desk: Desk) -> Ground:
    """Read the rules of where points can be; an invented place is nowhere near its codes."""
    day = territory.published_on()
    try:
        most = parameters.at("plausibilite_points_egares", day).value / 100
        distance = 1000 * parameters.at("plausibilite_eloignement", day).value
    except AtlasError as error:
        desk.faults.found.extend(error.faults)
        return Ground(crs)
    return Ground(crs, np.inf if territory.territoire.fictif else distance, most)


def to_legal(frame: pd.DataFrame, ground: Ground, who: str, desk: Desk, epsg: pd.Series | None = None) -> pd.DataFrame:
    """Project the ``x`` and ``y`` of a table; those that cannot be of the territory are blanked and listed.

    When most of them cannot, the columns are in another projection: a fault is recorded.

    Parameters
    ----------
    frame : DataFrame
        ``x``, ``y``, ``code_insee``, ``fichier``, ``ligne``.
    epsg : Series, optional
        EPSG code of each row, as text; where missing, coordinates are taken to be in ``crs``, or in longitude and
        latitude when every one of them is within their bounds.

    Returns
    -------
    DataFrame
        A copy with ``x`` and ``y`` in ``crs``.
    """
    crs = ground.crs
    x, y = frame["x"].to_numpy(dtype=float).copy(), frame["y"].to_numpy(dtype=float).copy()
    if not (np.isfinite(x) & np.isfinite(y)).any():
        return frame
    code = pd.Series(np.nan, frame.index, "str") if epsg is None else epsg
    undeclared = code.isna().to_numpy() & np.isfinite(x)
    if undeclared.any() and (np.abs(x[undeclared]) <= 180).all() and (np.abs(y[undeclared]) <= 90).all():
        code = code.mask(undeclared, str(_DEGREES))
        desk.note(f"{who} : x et y sont des degrés, lus comme longitude et latitude.")
    for one in code.dropna().unique():
        rows = (code == one).to_numpy() & np.isfinite(x)
        try:
            source = pyproj.CRS.from_user_input(int(one) if str(one).isdigit() else one)
        except pyproj.exceptions.CRSError:
            desk.note(f"{who} : code EPSG inconnu « {one} » sur {many(int(rows.sum()), 'ligne')}.")
            x[rows] = np.nan
            continue
        if not source.equals(crs):
            x[rows], y[rows] = pyproj.Transformer.from_crs(source, crs, always_xy=True).transform(x[rows], y[rows])
    wrong = ~(np.isfinite(x) & np.isfinite(y)) | ground.strays(frame["code_insee"], x, y)
    given = frame["x"].notna().to_numpy() & frame["y"].notna().to_numpy()
    placed = frame.assign(x=np.where(wrong, np.nan, x), y=np.where(wrong, np.nan, y))
    lost = frame[wrong & given]
    nowhere = given & (frame["x"] == 0).to_numpy() & (frame["y"] == 0).to_numpy()
    meant = (given & ~nowhere).sum()
    if meant and (wrong & given & ~nowhere).sum() > ground.most * meant:
        refuse(lost, int(meant), ground, who, desk)
    elif len(lost):
        desk.note(f"{who} : {many(len(lost), 'ligne')} aux coordonnées hors du territoire, ignorées (rejets.csv).")
        columns = [name for name in ("campagne", "fichier", "ligne", "id_adresse") if name in lost]
        desk.ledger.note(f"lecture {who}", lost[columns].assign(motif=ASTRAY))
    return placed


def refuse(lost: pd.DataFrame, given: int, ground: Ground, who: str, desk: Desk) -> None:
    """Record that the coordinates of a table are in another projection, and which one they look like."""
    x, y, crs = lost["x"].to_numpy(float), lost["y"].to_numpy(float), ground.crs
    like = ""
    for code in _USUAL:
        there = pyproj.CRS.from_epsg(code)
        if there == crs or outside_extent(x, y, there).any():
            continue
        moved = pyproj.Transformer.from_crs(there, crs, always_xy=True).transform(x, y)
        if not ground.strays(lost["code_insee"], *moved).any():
            like = f" ; elles ressemblent à du {there.name} (EPSG:{code})"
            break
    first = lost.iloc[0]
    desk.faults.add(
        f"{who}-COORDONNEES",
        f"{first['fichier']} : x et y ne sont pas du territoire sur {len(lost)} des {given} lignes placées "
        f"(ligne {first['ligne']} : {first['x']:g}, {first['y']:g}){like}.",
        f"des mètres en {crs.name}, ou des degrés (longitude, latitude)",
        f"reprojeter x et y, ou retirer ces colonnes : {_INSTEAD.get(who, _BASE)}",
    )
