"""Other forms of an edition, on demand: GeoParquet, FlatGeobuf, GeoJSON, SLD, PMTiles; and the whole in one zip.

In: a sealed edition, or its folder once written. Out: ``formats/<couche>.<extension>``, ``<edition>.zip`` and its
SHA-256. The tables are those of the GeoPackage. FlatGeobuf, which indexes space, leaves out the features without a
place; they are in every other form.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas.publish.layers import Layer
from atlas.publish.portal import write_portal
from atlas.publish.qgis.sld import sld_of
from atlas.publish.tiles import write_tiles

if TYPE_CHECKING:
    from atlas.publish.book import Book

_EPOCH = (1980, 1, 1, 0, 0, 0)
_GEOJSON_DIGITS = 7  # decimals of a degree: a centimetre


def write_formats(book: Book, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Write an edition in further formats, under ``formats``.

    Parameters
    ----------
    formats : sequence of str
        Among :data:`atlas.output.FORMATS`, as the plan of a build has checked.

    Returns
    -------
    list of Path
        The files written; none, and no folder, without any format.
    """
    target = folder / "formats"
    if formats:
        target.mkdir(parents=True, exist_ok=True)
    return [path for name in dict.fromkeys(formats) for path in _WRITERS[name](book, target)]


def write_archive(folder: Path, target: Path) -> Path:
    """Put a folder in one zip, with the checksum of the zip beside it (``sha256sum -c`` reads it).

    Parameters
    ----------
    folder : Path
        Folder of an edition, complete.
    target : Path
        The zip to write, outside the folder.

    Returns
    -------
    Path
        The checksum's file. The same folder gives the same bytes.
    """
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            info = zipfile.ZipInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}", _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as entry:
                while block := source.read(1 << 20):
                    entry.write(block)
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    checksum = target.with_name(f"{target.name}.sha256")
    checksum.write_text(f"{digest}  {target.name}\n", "utf-8")
    return checksum


def _parquet(book: Book, folder: Path) -> list[Path]:
    def write(layer: Layer, path: Path) -> None:
        layer.table.to_parquet(path, index=False)

    return _each(book, folder, "parquet", write)


def _flatgeobuf(book: Book, folder: Path) -> list[Path]:
    def write(layer: Layer, path: Path) -> None:
        table = layer.table if layer.geometry is None else layer.table[layer.table["geometry"].notna()]
        _write(table, path, "FlatGeobuf", layer, layer_options={"SPATIAL_INDEX": "YES" if len(table) else "NO"})

    return _each(book, folder, "fgb", write, spatial=True)


def _geojson(book: Book, folder: Path) -> list[Path]:
    def write(layer: Layer, path: Path) -> None:
        table: Any = layer.table
        options = {"RFC7946": "YES", "COORDINATE_PRECISION": str(_GEOJSON_DIGITS), "WRITE_NAME": "NO"}
        _write(table.to_crs(4326), path, "GeoJSON", layer, layer_options=options)

    return _each(book, folder, "geojson", write, spatial=True)


def _pmtiles(book: Book, folder: Path) -> list[Path]:
    tiles = write_tiles(book, folder)
    return [*tiles, *(write_portal(book, folder.parent, tiles) if tiles else [])]


def _sld(book: Book, folder: Path) -> list[Path]:
    paths = []
    for picture in book.pictures:
        if picture.kind:
            paths.append(folder / f"{picture.id}.sld")
            paths[-1].write_text(sld_of(picture), "utf-8")
    return paths


_WRITERS: dict[str, Callable[[Book, Path], list[Path]]] = {
    "geoparquet": _parquet,
    "flatgeobuf": _flatgeobuf,
    "geojson": _geojson,
    "sld": _sld,
    "pmtiles": _pmtiles,
}


def _each(
    book: Book, folder: Path, ending: str, write: Callable[[Layer, Path], None], *, spatial: bool = False
) -> list[Path]:
    """Write every table, or those that have a geometry, each in its own file."""
    paths = []
    for layer in book.layers:
        if layer.geometry or not spatial:
            paths.append(folder / f"{layer.name}.{ending}")
            paths[-1].unlink(missing_ok=True)
            write(layer, paths[-1])
    return paths


def _write(table: Any, path: Path, driver: str, layer: Layer, **options: Any) -> None:
    import pyogrio

    pyogrio.write_dataframe(
        table,
        path,
        driver=driver,
        layer=layer.name,
        use_arrow=True,
        geometry_type=layer.geometry,
        promote_to_multi=layer.geometry == "MultiPolygon",
        **options,
    )
