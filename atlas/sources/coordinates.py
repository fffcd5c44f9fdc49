"""Coordinates that come with addresses, brought to the legal projection of the territory."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyproj

from atlas.geo import outside_extent
from atlas.sources.desk import Desk, many

_DEGREES = 4326
_MOST = 0.5  # of the rows given a point: beyond, the column is not in the projection that it is read in
_USUAL = (3857, 27572, 2154, 32631, 32630, 32632, 3946, 3948, 3950)  # tried to say what the coordinates look like


def to_legal(frame: pd.DataFrame, crs: pyproj.CRS, who: str, desk: Desk, epsg: pd.Series | None = None) -> pd.DataFrame:
    """Project the ``x`` and ``y`` of a table; those that cannot be of the territory are blanked and listed.

    When most of them cannot, the columns are in another projection: a fault is recorded.

    Parameters
    ----------
    crs : pyproj.CRS
        Legal projected CRS of the territory, metres.
    epsg : Series, optional
        EPSG code of each row, as text; where missing, coordinates are taken to be in ``crs``, or in longitude and
        latitude when every one of them is within their bounds.

    Returns
    -------
    DataFrame
        A copy with ``x`` and ``y`` in ``crs``.
    """
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
    wrong = ~(np.isfinite(x) & np.isfinite(y)) | outside_extent(x, y, crs)
    given = frame["x"].notna().to_numpy() & frame["y"].notna().to_numpy()
    placed = frame.assign(x=np.where(wrong, np.nan, x), y=np.where(wrong, np.nan, y))
    lost = frame[wrong & given]
    nowhere = given & (frame["x"] == 0).to_numpy() & (frame["y"] == 0).to_numpy()
    meant = (given & ~nowhere).sum()
    if meant and (wrong & given & ~nowhere).sum() > _MOST * meant:
        _refuse(lost, int(meant), crs, who, desk)
    elif len(lost):
        desk.note(f"{who} : {many(len(lost), 'ligne')} aux coordonnées hors du territoire, ignorées (rejets.csv).")
        columns = [name for name in ("campagne", "fichier", "ligne", "id_adresse") if name in lost]
        desk.ledger.note(f"lecture {who}", lost[columns].assign(motif="coordonnées hors de la projection légale"))
    return placed


def _refuse(lost: pd.DataFrame, given: int, crs: pyproj.CRS, who: str, desk: Desk) -> None:
    """Record that the coordinates of a table are in another projection, and which one they look like."""
    x, y = lost["x"].to_numpy(float), lost["y"].to_numpy(float)
    like = ""
    for code in _USUAL:
        there = pyproj.CRS.from_epsg(code)
        if there == crs or outside_extent(x, y, there).any():
            continue
        moved = pyproj.Transformer.from_crs(there, crs, always_xy=True).transform(x, y)
        if not outside_extent(*moved, crs).any():
            like = f" ; elles ressemblent à du {there.name} (EPSG:{code})"
            break
    first = lost.iloc[0]
    desk.faults.add(
        f"{who}-COORDONNEES",
        f"{first['fichier']} : x et y ne sont pas du territoire sur {len(lost)} des {given} lignes placées "
        f"(ligne {first['ligne']} : {first['x']:g}, {first['y']:g}){like}.",
        f"des mètres en {crs.name}, ou des degrés (longitude, latitude)",
        "reprojeter x et y, ou retirer ces colonnes : les adresses se placent par la base d'adresses",
    )
