"""The national address base (BAN), or a local one that feeds it (BAL): one row per address.

Grain in and out: one row per address. Sets aside rows without coordinates, without identifier or commune, and repeated
identifiers: a national file cannot be corrected by the planner who reads it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from atlas.geo import within
from atlas.later import pyproj
from atlas.sources.contract import read_rows
from atlas.sources.coordinates import ASTRAY, Ground, refuse
from atlas.sources.desk import Desk
from atlas.sources.headers import expected
from atlas.tables import BAN, Column
from atlas.territory import FileSource

STAGE = "lecture BAN"
DEGREES = (
    Column("lon", "Longitude", "°", "WGS 84, là où x ou y est vide"),
    Column("lat", "Latitude", "°"),
)
WANTED = expected(
    "BAN",
    BAN,
    {
        "id": ("cle_interop",),
        "nom_voie": ("voie_nom",),
        "nom_commune": ("commune_nom",),
        "rep": ("suffixe",),
        "code_insee": ("citycode", "commune_insee"),
        "code_insee_ancienne_commune": ("commune_deleguee_insee",),
        "nom_ancienne_commune": ("commune_deleguee_nom",),
        "lon": ("long", "longitude"),
        "lat": ("latitude",),
    },
    required=[name for name in BAN.required if name not in ("x", "y")],
    alternatives=(("x", "y"), ("lon", "lat")),
    extra=("lon", "lat"),
    national=True,
)


def read_ban(
    source: tuple[FileSource, ...], ground: Ground, communes: frozenset[str], desk: Desk
) -> pd.DataFrame | None:
    """Read BAN files; longitude and latitude serve only where x or y is empty.

    Points that cannot be of their commune are set aside; when most of those of the ``communes`` are, x and y are in
    another projection: a fault is recorded.

    Returns
    -------
    DataFrame or None
        The columns of ``tables.BAN``, ``x`` and ``y`` in metres in the CRS of the ground, with ``fichier``, ``ligne``.
    """
    frame = read_rows(source, WANTED, desk, extra=DEGREES)
    if frame is None:
        return None
    x, y = frame["x"].to_numpy().copy(), frame["y"].to_numpy().copy()
    degrees = (np.isnan(x) | np.isnan(y)) & frame["lon"].notna().to_numpy() & frame["lat"].notna().to_numpy()
    if degrees.any():
        transformer = pyproj.Transformer.from_crs(4326, ground.crs, always_xy=True)
        x[degrees], y[degrees] = transformer.transform(frame.loc[degrees, "lon"], frame.loc[degrees, "lat"])
        desk.note(f"BAN : {int(degrees.sum())} adresse(s) sans x, y, placées par longitude et latitude.")
    frame = frame.assign(x=x, y=y).drop(columns=["lon", "lat"])
    astray = ground.strays(frame["code_insee"], x, y)
    own = within(frame["code_insee"], communes).to_numpy() & np.isfinite(x) & np.isfinite(y)
    if own.any() and (own & astray).sum() > ground.most * own.sum():
        refuse(frame[own & astray], int(own.sum()), ground, "BAN", desk)
        return None
    reason = np.select(
        [
            frame["id"].isna() | frame["code_insee"].isna(),
            ~np.isfinite(x) | ~np.isfinite(y),
            astray,
            frame["id"].duplicated(),
        ],
        [
            "identifiant ou commune vide",
            "sans coordonnées",
            ASTRAY,
            "identifiant répété",
        ],
        "",
    )
    aside = pd.Series(reason, index=frame.index) != ""
    desk.ledger.balance(STAGE, frame, frame[~aside], frame[aside].assign(motif=reason[aside.to_numpy()]))
    return frame[~aside].reset_index(drop=True)
