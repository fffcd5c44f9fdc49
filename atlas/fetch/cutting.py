"""National files cut to a territory: its rows as they are written, its polygons as they are drawn.

In: a file as its producer publishes it. Out: the same form with what is of the communes asked for, and how much. No
value is changed: what is read later is what the producer wrote.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from atlas.fetch.archives import taken_out
from atlas.fetch.refusals import unreadable
from atlas.geo import within
from atlas.ledger import Ledger
from atlas.sources.content import Unreadable
from atlas.sources.desk import Desk
from atlas.sources.gdal import read_raw
from atlas.sources.headers import match_headers
from atlas.sources.iris import WANTED as IRIS

_COMMUNE = ("code_insee", "depcom_code", "depcom", "code_commune", "insee_com")
_LAYERS = (".gpkg", ".geojson", ".json", ".shp", ".shx", ".dbf", ".prj", ".cpg")
_LATIN = "latin-1"


class Place:
    """What is of a territory: communes when they are named, otherwise whole départements."""

    def __init__(self, departments: frozenset[str], communes: frozenset[str]) -> None:
        self.departments, self.communes = departments, communes

    def holds(self, codes: pd.Series) -> pd.Series:
        """Tell which codes of communes are of the territory; arrondissements are of their city."""
        if self.communes:
            return within(codes, self.communes)
        return codes.map(department_of).isin(self.departments)

    def __str__(self) -> str:
        said = f"département{'s' if len(self.departments) > 1 else ''} {', '.join(sorted(self.departments))}"
        return f"{said}, communes {', '.join(sorted(self.communes))}" if self.communes else said


def department_of(code: str) -> str:
    """Give the département of a commune.

    >>> department_of("21231"), department_of("2A004"), department_of("97411")
    ('21', '2A', '974')
    """
    return code[:3] if code.startswith("97") else code[:2]


def cut_table(path: Path, target: Path, place: Place) -> int:
    """Keep the rows of a CSV whose commune is of the territory, as they are; give how many.

    Compressed or not as its name says; the target is compressed when its own name ends in ``.gz``.

    Raises
    ------
    AtlasError
        ``RESEAU-CONTENU``.
    """
    held: dict[str, bool] = {}
    kept = 0
    try:
        encoding = _encoding(path)
        with _reading(path, encoding) as source, _writing(target, encoding) as out:
            head = source.readline()
            delimiter = max(";,\t", key=head.count)
            names = [name.strip().strip('\ufeff"').lower() for name in head.rstrip("\r\n").split(delimiter)]
            rank = next((names.index(name) for name in _COMMUNE if name in names), None)
            if rank is None:
                raise unreadable(path.name, "aucune colonne de code commune")
            out.write(head)
            for lines, row in _rows(source, delimiter):
                code = row[rank].strip() if rank < len(row) else ""
                if code not in held:
                    held[code] = bool(code) and bool(place.holds(pd.Series([code], dtype="str")).iloc[0])
                if held[code]:
                    out.write(lines)
                    kept += 1
    except (EOFError, gzip.BadGzipFile, UnicodeError, csv.Error) as error:
        raise unreadable(path.name, f"fichier abîmé ({type(error).__name__})") from None
    return kept


def cut_districts(path: Path, target: Path, place: Place) -> Any:
    """Keep the IRIS of the territory; give them, in their own projection."""
    raw = _read(path)
    desk = Desk(Ledger())
    found = match_headers(raw.name, [str(name) for name in raw.records.columns], {}, IRIS, desk)
    if found is None:
        raise unreadable(path.name, "; ".join(fault.what for fault in desk.faults.found))
    column = found.get("code_insee", found.get("code_iris"))
    assert column is not None  # both are required of a layer of IRIS
    codes = raw.records.iloc[:, column].astype("str").str[:5]
    return _written(raw, place.holds(codes).to_numpy(bool), target)


def cut_communes(path: Path, target: Path, place: Place) -> Any:
    """Keep the communes of the territory."""
    raw = _read(path)
    names = {str(name).lower(): name for name in raw.records.columns}
    column = next((names[name] for name in ("code", *_COMMUNE) if name in names), None)
    if column is None:
        raise unreadable(path.name, "aucun code de commune")
    return _written(raw, place.holds(raw.records[column].astype("str")).to_numpy(bool), target)


def cut_quarters(path: Path, target: Path, ground: Any) -> Any:
    """Keep the quarters that touch the ground of the territory."""
    import numpy as np
    import shapely

    raw = _read(path)
    if raw.crs is None:
        raise unreadable(path.name, "la couche ne dit pas sa projection")
    around = shapely.union_all(shapely.make_valid(ground.to_crs(raw.crs).geometry.to_numpy()))
    shapely.prepare(around)
    shapes = np.array([None if one is None else shapely.make_valid(one) for one in raw.geometries], dtype=object)
    return _written(raw, shapely.intersects(shapes, around), target)


def _read(path: Path) -> Any:
    """Read the layer of a file, or of the one file that an archive holds."""
    try:
        if path.suffix.lower() == ".7z":
            out = taken_out(path, path.with_suffix(".extrait"), lambda name: name.lower().endswith(_LAYERS))
            layers = [one for one in out if one.suffix.lower() in {".gpkg", ".geojson", ".shp"}]
            if len(layers) != 1:
                raise unreadable(path.name, f"{len(layers)} couches dans l'archive, une attendue")
            path = layers[0]
        return read_raw(path)
    except Unreadable as error:
        raise unreadable(path.name, error.fault.what.rstrip(".")) from None


def _written(raw: Any, kept: Any, target: Path) -> Any:
    import geopandas as gpd
    import pyogrio

    records = raw.records[kept].reset_index(drop=True)
    table = gpd.GeoDataFrame(records, geometry=raw.geometries[kept], crs=raw.crs)
    target.unlink(missing_ok=True)
    if len(table):
        pyogrio.write_dataframe(table, target, driver="GPKG", layer=target.stem)
    return table


def _rows(source: io.TextIOBase, delimiter: str) -> Iterator[tuple[str, list[str]]]:
    """Give each row with the lines that it takes in the file, quotes included."""
    lines: list[str] = []

    def read() -> Iterator[str]:
        for line in source:
            lines.append(line)
            yield line

    for row in csv.reader(read(), delimiter=delimiter):
        yield "".join(lines), row
        lines.clear()


def _encoding(path: Path) -> str:
    """Tell UTF-8 from what producers wrote before: bytes that are not the first are the second."""
    with _opened(path) as file:
        try:
            while block := file.readline():
                block.decode("utf-8")
        except UnicodeDecodeError:
            return _LATIN
    return "utf-8"


def _opened(path: Path) -> Any:
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")


@contextmanager
def _reading(path: Path, encoding: str) -> Iterator[io.TextIOWrapper]:
    with _opened(path) as file, io.TextIOWrapper(file, encoding=encoding, newline="") as text:
        yield text


@contextmanager
def _writing(target: Path, encoding: str) -> Iterator[io.TextIOWrapper]:
    with target.open("wb") as raw:
        if target.suffix == ".gz":
            packed = gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0)
            with packed, io.TextIOWrapper(packed, encoding=encoding, newline="") as text:
                yield text
        else:
            with io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
                yield text
