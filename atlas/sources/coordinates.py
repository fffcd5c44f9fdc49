"""Coordinates that come with addresses, brought to the legal projection of the territory."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyproj

from atlas.geo import outside_extent
from atlas.sources.desk import Desk, many

_DEGREES = 4326


def to_legal(frame: pd.DataFrame, crs: pyproj.CRS, who: str, desk: Desk, epsg: pd.Series | None = None) -> pd.DataFrame:
    """Project the ``x`` and ``y`` of a table; those that cannot be of the territory are blanked and listed.

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
    if len(lost):
        desk.note(f"{who} : {many(len(lost), 'ligne')} aux coordonnées hors du territoire, ignorées (rejets.csv).")
        columns = [name for name in ("campagne", "fichier", "ligne", "id_adresse") if name in lost]
        desk.ledger.note(f"lecture {who}", lost[columns].assign(motif="coordonnées hors de la projection légale"))
    return placed
