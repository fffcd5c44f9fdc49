"""Read the tables of an edition in whatever form they are written.

Grain in: one file. Grain out: its tables, by name, attributes only. Places are public: geometries are left out.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import lru_cache
from pathlib import Path

import pandas as pd


def tables_of(path: Path) -> dict[str, pd.DataFrame] | None:
    """Read the tables of a file by its ending; None when it is no form of table that the audit knows."""
    read = _READERS.get(path.suffix.lower())
    return None if read is None else read(path)


def geopackage(path: Path) -> dict[str, pd.DataFrame]:
    """Read every table of a GeoPackage, journals ignored: the file as it lies."""
    return {name: table.drop(columns=["fid", "geom"], errors="ignore") for name, table in as_it_lies(path).items()}


def as_it_lies(path: Path) -> Mapping[str, pd.DataFrame]:
    """Read every table of a GeoPackage whole, journals ignored; the very same bytes are read once: change nothing.

    An audit asks for them several times, and a build audits what it measured before its pages told it.
    """
    return _every_table(path, hashlib.sha256(path.read_bytes()).hexdigest())


@lru_cache(maxsize=1)
def _every_table(path: Path, digest: str) -> Mapping[str, pd.DataFrame]:
    with closing(sqlite3.connect(f"file:{path.as_posix()}?mode=ro&immutable=1", uri=True)) as connection:
        names = [row[0] for row in connection.execute("SELECT table_name FROM gpkg_contents")]
        return {name: pd.read_sql_query(f'SELECT * FROM "{name}"', connection) for name in names}


def _csv(path: Path) -> dict[str, pd.DataFrame]:
    return {path.stem: pd.read_csv(path, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig")}


def _parquet(path: Path) -> dict[str, pd.DataFrame]:
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    names = [name for name in table.column_names if name not in {"geometry", "geom"}]
    return {path.stem: table.select(names).to_pandas()}


def _geojson(path: Path) -> dict[str, pd.DataFrame]:
    features = json.loads(path.read_text("utf-8"))["features"]
    return {path.stem: pd.DataFrame([feature["properties"] for feature in features])}


def _flatgeobuf(path: Path) -> dict[str, pd.DataFrame]:
    import pyogrio

    return {path.stem: pyogrio.read_dataframe(path, read_geometry=False)}


_READERS: dict[str, Callable[[Path], dict[str, pd.DataFrame]]] = {
    ".gpkg": geopackage,
    ".csv": _csv,
    ".parquet": _parquet,
    ".geojson": _geojson,
    ".fgb": _flatgeobuf,
}
