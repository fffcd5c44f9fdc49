"""Every form of an edition read by the attacker: does one tell more than the GeoPackage that was attacked?

Each format is read by a library of its own, and the archive is opened; a value, a label or a count where the GeoPackage
says that the figure is masked, or another label than it publishes, is told.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import pyogrio

from tests.raid_attack import Spoils

_TOLD = ("tx_", "n_", "d_", "lo_", "hi_", "ic_bas_", "ic_haut_", "marge_")
WORDS = {"secret", "non renseigné", "sans objet"}


def telling(spoils: Spoils) -> Iterator[str]:
    """List what forms beside the GeoPackage tell of masked figures."""
    folder = spoils.folder
    forms = sorted((folder / "formats").rglob("*"))
    seen = set()
    for path in (one for one in forms if one.is_file()):
        seen.add(path.suffix)
        if path.suffix == ".sld":
            continue  # classes by attribute: it holds no feature
        for row in _rows(path):
            yield from (f"{path.name} : {one}" for one in _of_row(path.stem, row, spoils))
    if seen != {".parquet", ".fgb", ".geojson", ".sld"}:
        yield f"formats écrits : {sorted(seen)}"
    yield from _archive(folder)


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    if path.suffix == ".parquet":
        yield from parquet.read_table(path).drop_columns(_geometry(path)).to_pylist()
    elif path.suffix == ".geojson":
        yield from (one["properties"] for one in json.loads(path.read_text("utf-8"))["features"])
    else:
        yield from pyogrio.read_dataframe(path, read_geometry=False).to_dict("records")


def _geometry(path: Path) -> list[str]:
    return [name for name in parquet.read_schema(path).names if name in ("geometry", "geom")]


def _of_row(layer: str, row: Mapping[str, Any], spoils: Spoils) -> Iterator[str]:
    year = row.get("campagne")
    if "indicateur" in row:
        state, label = spoils.figures[row["unite"], str(row["id"]), int(row["campagne"]), row["indicateur"]]
        told = {name: row.get(name) for name in ("valeur", "numerateur", "denominateur")}
        if (row["statut"], row["libelle"]) != (state, label):
            yield f"{row['id']} {row['indicateur']} : autre libellé"
        if state != "publié" and any(_known(value) for value in told.values()):
            yield f"{row['id']} {row['indicateur']} : {told}"
        return
    for name, state in row.items():
        if not name.startswith("st_"):
            continue
        code = name[3:]
        known = spoils.figures.get((layer, str(row["id"]), int(year), code))
        if known is not None and known != (state, row[f"lb_{code}"]):
            yield f"{row['id']} {code} : autre libellé que le GeoPackage"
        if state != "publié":
            values = [f"{mark}{code}" for mark in _TOLD if _known(row.get(f"{mark}{code}"))]
            if values or row[f"lb_{code}"] not in WORDS:
                yield f"{row['id']} {code} : {values}"


def _known(value: Any) -> bool:
    return value is not None and value == value


def _archive(folder: Path) -> Iterator[str]:
    """Compare the zip of an edition with its folder, byte for byte."""
    with zipfile.ZipFile(folder.with_name(f"{folder.name}.zip")) as archive:
        for name in archive.namelist():
            path = folder / name
            path = path if path.is_file() else folder.parent / name
            if not name.endswith("/") and (not path.is_file() or archive.read(name) != path.read_bytes()):
                yield f"archive : {name}"
