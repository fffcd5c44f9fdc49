"""The residences corrected by hand, as the planner saved them: layer, shapefile or table of what the atlas wrote.

Grain in and out: one row per address. What was changed is told by :mod:`atlas.sources.corrections`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from atlas.cell_guard import restored
from atlas.errors import excerpt
from atlas.geo import outside_extent
from atlas.later import pyproj
from atlas.sources.content import Unreadable
from atlas.sources.coordinates import Ground
from atlas.sources.gdal import LAYER_ENDINGS, read_raw, text_of_attributes
from atlas.sources.layers import crs_of
from atlas.sources.reading import open_table
from atlas.territory import LayerSource
from atlas.writing import many

KEPT = ("id_residence_atlas", "nom_residence_atlas", "x_atlas", "y_atlas")
# A shapefile cuts the names of its columns at ten characters, and numbers those that become alike.
CUT = {
    "id_residence": "id_residen",
    "nom_residence": "nom_reside",
    "id_residence_atlas": "id_resid_1",
    "nom_residence_atlas": "nom_resi_1",
}
LAYER = "residences_a_corriger"  # beside the layer of filiation, where the atlas wrote the file
READ = ("id_adresse", "bailleur", "id_residence", "nom_residence", *KEPT)


def read_corrections(source: LayerSource | None, ground: Ground) -> pd.DataFrame | None:
    """Read the corrected files of ``[sources.residences]``.

    Returns
    -------
    DataFrame or None
        Columns :data:`READ` (texts ``str``, metres float64), then ``x``, ``y`` in the CRS of the ground; None when no
        file of the source keeps what the atlas found. ``x`` and ``y`` are NaN for what comes from a table.

    Raises
    ------
    Unreadable
        When a file cannot be read, which the reader of declarations has then said already; or
        ``RESIDENCES-CORRECTIONS``, when it has lost a part of what tells the corrections; or ``COUCHE-CRS``, when
        nothing says where its points are; or ``RESIDENCES-COORDONNEES``, when what says it puts them elsewhere.
    """
    if source is None:
        return None
    read = [_of_file(path, source, ground) for path in source.paths]
    frames = [frame for frame in read if frame is not None]
    if not frames:
        return None
    frame = pd.concat(frames, ignore_index=True)
    texts = {
        name: text_of_attributes(frame[name]).map(restored, na_action="ignore").astype("str") for name in READ[:-2]
    }
    frame = frame.assign(**texts, **{name: _metres(frame[name]) for name in ("x_atlas", "y_atlas")})
    far = np.hypot(frame["x"] - frame["x_atlas"], frame["y"] - frame["y_atlas"]) > ground.distance
    if far.any():
        raise _elsewhere(excerpt(path.name for path in source.paths), int(far.sum()), len(frame))
    return frame


def _of_file(path: Path, source: LayerSource, ground: Ground) -> pd.DataFrame | None:
    return _of_layer(path, source, ground) if path.suffix.lower() in LAYER_ENDINGS else _of_table(path, source)


def _columns(file: str, headers: list[str], mapping: Mapping[str, str]) -> list[str] | None:
    """Find the header of each column of :data:`READ`; None for a plain declaration, which keeps nothing of the atlas.

    Raises
    ------
    Unreadable
        ``RESIDENCES-CORRECTIONS`` when some of what the atlas found is left, and some is lost.
    """
    found = {
        name: next((one for one in (mapping.get(name), name, CUT.get(name)) if one in headers), None) for name in READ
    }
    lost = [name for name, header in found.items() if header is None]
    if not lost:
        return [header for header in found.values() if header is not None]
    if all(found[name] is None for name in KEPT):
        return None
    raise Unreadable(
        "RESIDENCES-CORRECTIONS",
        f"{file} : ce fichier de résidences corrigées a perdu {excerpt(lost)}, ses corrections ne se lisent plus.",
        f"les colonnes {', '.join(READ)}",
        "repartir de residences_a_corriger.gpkg sans retirer ni renommer de colonne, ou retirer aussi "
        f"{', '.join(KEPT)} pour n'en garder que les résidences",
    )


def _of_layer(path: Path, source: LayerSource, ground: Ground) -> pd.DataFrame | None:
    raw = read_raw(path, source.couche, source.encodage, LAYER)
    columns = _columns(raw.name, [str(name) for name in raw.records.columns], source.colonnes)
    if columns is None:
        return None
    # QGIS may save multipoints, and empty points for missing ones.
    geometries = raw.geometries.copy()
    geometries[shapely.is_empty(geometries)] = None
    points = shapely.centroid(geometries)
    x, y = shapely.get_x(points), shapely.get_y(points)
    known = np.isfinite(x) & np.isfinite(y)
    if known.any():
        if (given := crs_of(raw, source)) != ground.crs:
            x, y = pyproj.Transformer.from_crs(given, ground.crs, always_xy=True).transform(x, y)
        lost = known & (~np.isfinite(x) | ~np.isfinite(y) | outside_extent(x, y, ground.crs))
        if lost.any():
            raise _elsewhere(raw.name, int(lost.sum()), len(lost))
    return (
        raw.records[columns]
        .set_axis(list(READ), axis=1)
        .reset_index(drop=True)
        .assign(x=np.where(known, x, np.nan), y=np.where(known, y, np.nan))
    )


def _elsewhere(files: str, lost: int, among: int) -> Unreadable:
    return Unreadable(
        "RESIDENCES-COORDONNEES",
        f"{files} : {many(lost, 'point')} sur {among} ne sont pas sur le territoire, dans le système de coordonnées "
        "que disent la couche ou « crs ».",
        "des points déplacés à la main, près de ceux que l'atlas avait placés",
        "corriger ou retirer « crs » dans [sources.residences], ou remettre ces points à leur place dans QGIS",
    )


def _of_table(path: Path, source: LayerSource) -> pd.DataFrame | None:
    opened = open_table(path, source.feuille, source.encodage)
    columns = _columns(opened.name, list(opened.headers), source.colonnes)
    if columns is None:
        return None
    cells, _ = opened.read([opened.headers.index(name) for name in columns])
    return cells.rename_columns(list(READ)).to_pandas().assign(x=np.nan, y=np.nan)


def _metres(values: pd.Series) -> pd.Series:
    """Read coordinates, numbers or texts with a decimal comma."""
    return pd.to_numeric(values.astype("str").str.replace(",", "."), errors="coerce").astype("float64")
