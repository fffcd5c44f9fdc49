"""A layer as a file holds it, read at once when nothing is wrong in it, record by record otherwise.

Grain in and out: one row per record. Nothing is set aside here: an unreadable geometry is None, with its reason.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
import pandas as pd
import shapely

from atlas.errors import excerpt
from atlas.geo import on_the_ground
from atlas.later import pyproj
from atlas.mojibake import repair
from atlas.sources.content import Unreadable
from atlas.sources.layer_texts import BYTES, decoded

LAYER_ENDINGS = (".gpkg", ".shp", ".geojson", ".json", ".fgb", ".gml", ".tab", ".mif")
NO_GEOMETRY, UNREADABLE = "géométrie absente", "géométrie illisible"


@dataclass(frozen=True)
class RawLayer:
    """A layer as the file holds it: attributes, geometries (None when unreadable) and why, the CRS written in it."""

    name: str
    layer: str
    crs: pyproj.CRS | None
    records: pd.DataFrame
    geometries: np.ndarray
    reasons: np.ndarray


def address_of(path: Path) -> str:
    """Say how GDAL reaches a file, inside its zip archive when it is one; nothing is extracted.

    Raises
    ------
    Unreadable
        ``LECTURE-ZIP``.
    """
    if path.suffix.lower() != ".zip":
        return str(path)
    try:
        with ZipFile(path) as archive:
            names = [name for name in archive.namelist() if PurePosixPath(name).suffix.lower() in LAYER_ENDINGS]
    except (BadZipFile, OSError, EOFError):
        names = None
    if names is None or len(names) != 1:
        found = "abîmée" if names is None else f"de {len(names)} couche(s)"
        raise Unreadable(
            "LECTURE-ZIP",
            f"{path.name} est une archive {found}.",
            "une archive zip entière contenant une seule couche (.shp et ses compagnons, .gpkg ou .geojson)",
            "refaire l'archive, ou extraire la couche voulue",
        )
    return f"/vsizip/{path}/{names[0]}"


def layers_of(path: Path) -> list[str]:
    """Name the layers of a file, styles left out.

    Raises
    ------
    Unreadable
        ``COUCHE-ILLISIBLE``, ``LECTURE-ZIP``.
    """
    import fiona
    from fiona.errors import FionaError

    address = address_of(path)
    try:
        with _said_once():
            return [name for name in fiona.listlayers(address) if name not in ("layer_styles", "qgis_projects")]
    except (FionaError, OSError, ValueError):
        raise Unreadable(
            "COUCHE-ILLISIBLE",
            f"{path.name} n'est pas une couche lisible (fichier abîmé, tronqué ou sans ses compagnons .shx, .dbf).",
            "un GeoPackage, un shapefile complet ou un GeoJSON",
            "exporter la couche à nouveau depuis QGIS",
        ) from None


@contextmanager
def _said_once() -> Iterator[None]:
    """Keep off the terminal what Fiona cannot raise: a message of GDAL that holds a damaged byte is no news."""
    before = sys.unraisablehook, sys.excepthook
    sys.unraisablehook, sys.excepthook = (lambda unraisable: None), (lambda *raised: None)
    try:
        yield
    finally:
        sys.unraisablehook, sys.excepthook = before


def chosen_layer(path: Path, wanted: str | None, usual: str = "") -> str:
    """Choose the layer to read: the one named, the only one, or of several the one that usually is it.

    Raises
    ------
    Unreadable
        ``COUCHE-ABSENTE`` or ``COUCHE-CHOIX``, beside those of :func:`layers_of`.
    """
    names = layers_of(path)
    if wanted is not None and wanted not in names:
        raise Unreadable(
            "COUCHE-ABSENTE",
            f"{path.name} n'a pas de couche « {wanted} » mais {excerpt(names) or 'aucune'}.",
            "le nom d'une couche du fichier",
            "corriger « couche »",
        )
    if wanted is None and usual in names:
        return usual
    if wanted is None and len(names) != 1:
        raise Unreadable(
            "COUCHE-CHOIX",
            f"{path.name} contient {len(names)} couches : {excerpt(names)}.",
            "une seule couche, ou son nom",
            'ajouter couche = "…" à la section',
        )
    return wanted or names[0]


def read_raw(path: Path, layer: str | None = None, encoding: str | None = None, usual: str = "") -> RawLayer:
    """Read a layer; the whole at once when nothing is wrong in it, otherwise record by record.

    Raises
    ------
    Unreadable
        See :func:`chosen_layer`.
    """
    name = chosen_layer(path, layer, usual)
    address = address_of(path)
    # A shapefile says its encoding beside it, or not at all: its texts are taken as bytes, and told from what they are.
    as_bytes = encoding is not None or address.lower().endswith(".shp")
    try:
        whole = _at_once(path.name, address, name, as_bytes)
    except UnicodeDecodeError:
        as_bytes, whole = True, _at_once(path.name, address, name, True)
    read = whole if whole is not None else _by_record(path.name, address, name, as_bytes)
    return replace(read, records=decoded(read.records, path.name, encoding, _hint(address))) if as_bytes else read


def _hint(address: str) -> str | None:
    """Encoding that the file announces, None when it announces none."""
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        return pyogrio.read_info(address).get("encoding")
    except (DataLayerError, DataSourceError, ValueError, UnicodeDecodeError):
        return None


def _at_once(file: str, address: str, layer: str, as_bytes: bool) -> RawLayer | None:
    """Read every record through pyogrio; None as soon as one is not in order, for the careful reading to name it.

    Raises
    ------
    UnicodeDecodeError
        When texts are not in the encoding of the format.
    """
    import pyogrio.raw
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        meta, _, wkb, values = pyogrio.raw.read(
            address, layer=layer, encoding=BYTES if as_bytes else None, force_2d=True
        )
    except UnicodeDecodeError:
        raise
    except (DataLayerError, DataSourceError, ValueError, OSError, RuntimeError):
        return None
    if wkb is None or any(one is None for one in wkb):
        return None
    try:
        geometries = shapely.from_wkb(wkb)
    except shapely.errors.ShapelyError:
        return None
    records = pd.DataFrame({str(name): column for name, column in zip(meta["fields"], values, strict=True)})
    return RawLayer(
        file, layer, _crs_written(meta["crs"]), records, geometries, np.full(len(geometries), "", dtype=object)
    )


def _crs_written(text: str | None) -> pyproj.CRS | None:
    """Read the CRS that a layer carries; None when it carries none, or one that places nothing on the ground."""
    if not text:
        return None
    try:
        crs = pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError:
        return None
    return crs if on_the_ground(crs) else None


def _by_record(file: str, address: str, layer: str, as_bytes: bool) -> RawLayer:
    import fiona
    from fiona.errors import FionaError

    rows: list[dict[str, Any]] = []
    geometries: list[shapely.Geometry | None] = []
    reasons: list[str] = []
    try:
        with _said_once(), fiona.open(address, layer=layer, encoding=BYTES if as_bytes else None) as collection:
            crs = _crs_written(collection.crs_wkt)
            fields = list(collection.schema["properties"])
            for record in collection:
                geometry, reason = _geometry(record.geometry)
                rows.append(dict(record.properties))
                geometries.append(geometry)
                reasons.append(reason)
    except (FionaError, OSError, ValueError) as error:
        raise Unreadable(
            "COUCHE-ILLISIBLE",
            f"{file} ne se lit pas jusqu'au bout ({str(error).splitlines()[0][:100]}).",
            "un GeoPackage, un shapefile complet ou un GeoJSON",
            "exporter la couche à nouveau depuis QGIS",
        ) from None
    shapes = np.empty(len(geometries), dtype=object)
    shapes[:] = geometries
    return RawLayer(file, layer, crs, pd.DataFrame(rows, columns=fields), shapes, np.array(reasons, dtype=object))


def _geometry(mapping: Any) -> tuple[shapely.Geometry | None, str]:
    from shapely.geometry import shape

    if mapping is None:
        return None, NO_GEOMETRY
    try:
        return shapely.force_2d(shape(mapping)), ""
    except Exception:  # whatever a broken geometry raises, the others must be read
        return None, UNREADABLE


def text_of_attributes(values: pd.Series) -> pd.Series:
    """Write attributes as trimmed text, accents repaired, numbers without decimals, empty ones missing."""
    # A column without any text comes back from map as numbers.
    mended = values.astype("str").map(repair, na_action="ignore").astype("str")
    text = mended.str.strip().str.replace(r"^(\d+)\.0$", r"\1", regex=True)
    missing = values.isna() | text.eq("") | text.isin(["None", "nan"])
    return text.mask(missing.to_numpy()).reset_index(drop=True)
