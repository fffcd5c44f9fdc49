"""Polygon layers: shapefile (zipped or not), GeoPackage, GeoJSON, in any CRS, brought to the legal projection.

Grain in: one record per polygon. Grain out: one row per code, valid polygons in the legal CRS. Sets aside records
without a geometry, with an unreadable one, or without any surface.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from atlas.geo import extent_of, on_the_ground, repaired
from atlas.later import geopandas as gpd
from atlas.later import pyproj
from atlas.sources.content import Unreadable
from atlas.sources.desk import Desk
from atlas.sources.gdal import NO_GEOMETRY, RawLayer, read_raw, text_of_attributes
from atlas.sources.headers import Expected, match_headers
from atlas.territory import LayerSource
from atlas.writing import many

NO_SURFACE = "géométrie sans surface"
_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def read_layer(
    source: LayerSource, path: Path, wanted: Expected, crs: pyproj.CRS, desk: Desk, stage: str
) -> gpd.GeoDataFrame | None:
    """Read one polygon layer into canonical columns and the legal projection.

    Parameters
    ----------
    wanted : Expected
        Columns looked for among the attributes, with the names of every vintage.
    crs : pyproj.CRS
        Legal projected CRS of the territory.
    stage : str
        Name of the stage in the ledger.

    Returns
    -------
    GeoDataFrame or None
        Text columns of the table, valid polygons in ``crs``, ``fichier``, ``ligne`` (rank of the record, from 1); None
        when a fault was recorded.
    """
    try:
        raw = read_raw(path, source.couche, source.encodage)
        given = crs_of(raw, source)
    except Unreadable as error:
        desk.faults.found.append(error.fault)
        return None
    found = match_headers(raw.name, [str(name) for name in raw.records.columns], source.colonnes, wanted, desk)
    if found is None:
        return None
    columns = {name: text_of_attributes(raw.records.iloc[:, place]) for name, place in found.items()}
    count = len(raw.records)
    frame = pd.DataFrame(columns, index=pd.RangeIndex(count)).assign(
        fichier=pd.Series(raw.name, index=range(count), dtype="str"), ligne=np.arange(1, count + 1)
    )
    geometries, reasons = _surfaces(raw, desk)
    aside = pd.Series(reasons != "", index=frame.index)
    kept = frame[~aside]
    desk.ledger.balance(stage, frame, kept, frame[aside].assign(motif=reasons[aside.to_numpy()]))
    if not len(kept):
        desk.faults.add(
            "COUCHE-VIDE",
            f"{raw.name}, couche « {raw.layer} » : aucun polygone utilisable sur {count}.",
            "au moins un polygone",
            "vérifier la couche dans QGIS",
        )
        return None
    layer = gpd.GeoDataFrame(kept.reset_index(drop=True), geometry=geometries[~aside.to_numpy()], crs=given)
    return _projected(layer, raw, crs, desk)


def crs_of(raw: RawLayer, source: LayerSource) -> pyproj.CRS:
    """Take the CRS that the section states, or else the one that the layer carries.

    Raises
    ------
    Unreadable
        ``COUCHE-CRS`` when neither tells where coordinates are.
    """
    if source.crs is not None:
        try:
            given = pyproj.CRS.from_user_input(source.crs)
        except pyproj.exceptions.CRSError:
            given = None
        if given is not None and on_the_ground(given):
            return given
        raise Unreadable(
            "COUCHE-CRS",
            f"« {source.crs} » n'est pas un système de coordonnées connu"
            + (f" ({raw.name})." if given is None else f", ou ne place rien au sol ({raw.name})."),
            'un code EPSG, par exemple "EPSG:2154"',
            "corriger « crs »",
        )
    if raw.crs is None:
        raise Unreadable(
            "COUCHE-CRS",
            f"{raw.name} ne dit pas dans quel système sont ses coordonnées (fichier .prj absent, repère local ?).",
            "une couche qui porte son système de coordonnées",
            'ajouter crs = "EPSG:2154" (ou le bon code) à la section, ou définir le CRS de la couche dans QGIS',
        )
    return raw.crs


def _surfaces(raw: RawLayer, desk: Desk) -> tuple[np.ndarray, np.ndarray]:
    """Repair polygons and find those that have none left."""
    reasons = raw.reasons.copy()
    geometries = raw.geometries.copy()
    empty = np.array([geometry is None for geometry in geometries]) | shapely.is_empty(geometries)
    reasons[empty & (reasons == "")] = NO_GEOMETRY
    kinds = shapely.get_type_id(geometries)
    flat = ~empty & ~np.isin(kinds, [*_POLYGONS, shapely.GeometryType.GEOMETRYCOLLECTION])
    reasons[flat] = NO_SURFACE
    usable = reasons == ""
    fixed, changed = repaired(geometries[usable])
    geometries[usable] = _only_polygons(fixed)
    if changed.any():
        desk.note(
            f"{raw.name} : {many(int(changed.sum()), 'polygone invalide réparé', 'polygones invalides réparés')}."
        )
    reasons[usable & shapely.is_empty(geometries)] = NO_SURFACE
    return geometries, reasons


def _only_polygons(geometries: np.ndarray) -> np.ndarray:
    mixed = np.flatnonzero(shapely.get_type_id(geometries) == shapely.GeometryType.GEOMETRYCOLLECTION)
    only = geometries.copy()
    for place in mixed:
        parts = shapely.get_parts(geometries[place])
        only[place] = shapely.union_all(parts[np.isin(shapely.get_type_id(parts), _POLYGONS)])
    return only


def _projected(layer: gpd.GeoDataFrame, raw: RawLayer, crs: pyproj.CRS, desk: Desk) -> gpd.GeoDataFrame | None:
    """Bring a layer to the legal projection; its polygons beyond are not read, and one at least must be within."""
    before = layer.crs
    try:
        moved = layer.to_crs(crs) if not before.equals(crs) else layer
        inside = _inside(moved, extent_of(crs))
    except pyproj.exceptions.ProjError:  # no way from one to the other
        moved, inside = layer, np.zeros(len(layer), dtype=bool)
    if not inside.any():
        desk.faults.add(
            "COUCHE-CRS",
            f"{raw.name} : les coordonnées ne peuvent pas être en {before.name} sur ce territoire.",
            f"des coordonnées situées dans l'emprise de {crs.name}",
            'indiquer le vrai système par crs = "EPSG:…" (2154, 4326, 27572…)',
        )
        return None
    if not inside.all():
        _elsewhere(raw.name, int((~inside).sum()), f"hors de l'emprise de {crs.name}", desk)
    if moved is layer:
        return layer[inside].reset_index(drop=True).set_crs(crs, allow_override=True)
    desk.note(f"{raw.name} : reprojeté de {before.name} vers {crs.name}.")
    moved = moved[inside].reset_index(drop=True)
    fixed, changed = repaired(moved.geometry.to_numpy())
    moved = moved.set_geometry(gpd.GeoSeries(fixed, index=moved.index, crs=crs)) if changed.any() else moved
    return moved.set_crs(crs, allow_override=True)


def _inside(layer: gpd.GeoDataFrame, limits: tuple[float, float, float, float]) -> np.ndarray:
    """Mark the polygons of which a part is within some bounds; those that cannot be projected are not."""
    west, south, east, north = layer.bounds.to_numpy().T
    with np.errstate(invalid="ignore"):
        within = (west <= limits[2]) & (east >= limits[0]) & (south <= limits[3]) & (north >= limits[1])
    return within & np.isfinite(west + south + east + north)


def _elsewhere(name: str, count: int, where: str, desk: Desk) -> None:
    desk.note(f"{name} : {many(count, 'polygone')} {where}, non {'lus' if count > 1 else 'lu'}.")


def touching(layer: gpd.GeoDataFrame, ground: np.ndarray, desk: Desk) -> gpd.GeoDataFrame:
    """Keep the polygons that touch the ground of the territory, and say how many others a wider file holds.

    Parameters
    ----------
    ground : ndarray of polygons
        What the territory covers, in the CRS of the layer; nothing is left out when it is empty.
    """
    if not len(ground) or not len(layer):
        return layer
    shapes, tree = layer.geometry.to_numpy(), shapely.STRtree(ground)
    near = np.zeros(len(layer), dtype=bool)
    near[np.unique(tree.query(shapes, predicate="intersects")[0])] = True
    if not near.any():
        gap = tree.query_nearest(shapes, return_distance=True, all_matches=False)[1].min()
        desk.note(
            f"{layer['fichier'].iloc[0]} : aucun polygone ne touche le territoire (le plus proche est à "
            f"{gap / 1000:.1f} km) : territoire sans quartier, autre territoire ou projection fausse."
        )
    for name, rows in layer[~near].groupby("fichier", sort=False):
        _elsewhere(str(name), len(rows), "d'ailleurs que le territoire", desk)
    return layer[near].reset_index(drop=True)


def united(layer: gpd.GeoDataFrame, code: str, desk: Desk) -> gpd.GeoDataFrame:
    """Unite the polygons that share a code, as some files cut a quarter by commune; the first row's texts stay.

    Polygons without a code share nothing: each is left as it is.
    """
    coded = layer[code].notna()
    repeated = layer[code].duplicated(keep=False) & coded
    if not repeated.any():
        return layer
    count = layer.loc[repeated, code].nunique()
    desk.note(f"{layer['fichier'].iloc[0]} : {many(count, 'code')} en plusieurs polygones, réunis.")
    together = layer[[code, "geometry"]].dissolve(by=code)
    first = layer[~(layer[code].duplicated() & coded)].reset_index(drop=True)
    shapes = np.where(first[code].notna(), together.geometry.reindex(first[code]).to_numpy(), first.geometry.to_numpy())
    return first.set_geometry(gpd.GeoSeries(shapes, crs=layer.crs))
