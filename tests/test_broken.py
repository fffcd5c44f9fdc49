"""Every broken territory of tests/broken refuses with its codes and its words, and never with a traceback."""

from __future__ import annotations

import gzip
import json
import shutil
import tomllib
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from atlas.errors import AtlasError
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.sources import read_sources
from atlas.territory import read_territory

FOLDER = Path(__file__).parent / "broken"
CASES = tomllib.loads((FOLDER / "cases.toml").read_text("utf-8"))["cas"]
RULE = """
cle = "ma_regle"
libelle = "Une règle"
unite = "ans"
nature = "choix du projet"
horloge = "enquête"
[[valeurs]]
depuis = 2020-01-01
valeur = 2
reference = "Décret"
verifie_jusqu_au = 2026-12-31
"""


def _gz(folder: Path, name: str) -> None:
    (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes()))


def _zip(folder: Path, name: str, *members: str) -> None:
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            archive.write(folder / member, member)


def _gpkg(folder: Path, name: str, *layers: str) -> None:
    import geopandas as gpd

    for layer in layers:
        gpd.read_file(folder / layer).to_file(folder / name, layer=Path(layer).stem)


def _shp(folder: Path, layer: str, name: str) -> None:
    import geopandas as gpd

    gpd.read_file(folder / layer).to_file(folder / name)
    (folder / name).with_suffix(".prj").unlink()


def _unplaced(folder: Path, layer: str, name: str) -> None:
    """Write a GeoPackage whose layer says that its coordinates are in no known frame (srs_id -1)."""
    import sqlite3

    import geopandas as gpd

    gpd.read_file(folder / layer).to_crs(2154).to_file(folder / name, layer="iris")
    with sqlite3.connect(folder / name) as base:
        base.execute("UPDATE gpkg_contents SET srs_id = -1")
        base.execute("UPDATE gpkg_geometry_columns SET srs_id = -1")
    base.close()


def write_dbf(folder: Path, layer: str, name: str, encoding: str) -> None:
    """Write a shapefile whose texts are in an encoding, and that does not say which."""
    import geopandas as gpd

    gpd.read_file(folder / layer).to_file(folder / name, encoding="ISO-8859-1")
    table = (folder / name).with_suffix(".dbf")
    data = table.read_bytes()
    for letter in "éèÉ":  # as wide in the encoding, or taken from the spaces that fill the column
        here, there = letter.encode("latin-1"), letter.encode(encoding)
        while here in data and here != there:
            place = data.index(here)
            end = data.index(b" " * len(there), place)
            data = data[:place] + there + data[place + 1 : end] + data[end + len(there) - 1 :]
    table.write_bytes(data[:29] + b"\x00" + data[30:])
    (folder / name).with_suffix(".cpg").unlink()


def _lambert(folder: Path, name: str) -> None:
    import geopandas as gpd

    layer = json.loads(gpd.read_file(folder / name).to_crs(2154).to_json(to_wgs84=False))
    layer.pop("crs", None)
    (folder / name).write_text(json.dumps(layer), "utf-8")


def _bomb(folder: Path, name: str) -> None:
    line = b"0" * 2**20
    with gzip.open(folder / name, "wb", compresslevel=9) as stream:
        for _ in range(300):
            stream.write(line)


def _mixed(folder: Path, name: str) -> None:
    first, rest = (folder / name).read_bytes().split(b"\n", 1)
    one, others = rest.split(b"\n", 1)
    (folder / name).write_bytes(b"\n".join([first, one, others.decode().encode("latin-1")]))


def _rule(folder: Path, before: str, after: str) -> None:
    assert before in RULE
    (folder / "parametres").mkdir()
    (folder / "parametres" / "ma_regle.toml").write_text(RULE.replace(before, after), "utf-8")


ACTIONS = {
    "gz": _gz,
    "zip": _zip,
    "gpkg": _gpkg,
    "shp sans prj": _shp,
    "en lambert": _lambert,
    "sans repère": _unplaced,
    "dbf": write_dbf,
    "bombe": _bomb,
    "regle": _rule,
    "mele les encodages": _mixed,
    "tronque": lambda d, n: (d / n).write_bytes((d / n).read_bytes()[: (d / n).stat().st_size * 2 // 3]),
    "vide": lambda d, n: (d / n).write_bytes(b""),
    "entetes seuls": lambda d, n: (d / n).write_text((d / n).read_text("utf-8").splitlines()[0] + "\n", "utf-8"),
    "renomme": lambda d, old, new: (d / old).rename(d / new),
    "copie": lambda d, old, new: shutil.copy(d / old, d / new),
    "encode": lambda d, n, encoding: (d / n).write_bytes((d / n).read_text("utf-8").encode(encoding)),
    "octets": lambda d, n: (d / n).write_bytes(bytes(range(256)) * 8),
    "vieux classeur": lambda d, n: (d / n).write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600),
    "xlsx": lambda d, n, to: pd.read_csv(d / n, sep=";", dtype=str).to_excel(d / to, sheet_name="donnees", index=False),
    "parquet": lambda d, n, to: pd.read_csv(d / n, sep=";", dtype=str).to_parquet(d / to),
}


def break_territory(case: dict, folder: Path) -> Path:
    """Copy the good territory into a folder, break it as a case says, and give its territory file."""
    shutil.copytree(FOLDER / "base", folder, dirs_exist_ok=True)
    for name, before, after in case.get("remplace", []):
        text = (folder / name).read_text("utf-8")
        assert before in text, f"{name} does not hold {before!r}"
        (folder / name).write_text(text.replace(before, after), "utf-8")
    for name, text in case.get("ajoute", []):
        with (folder / name).open("a", encoding="utf-8") as stream:
            stream.write(text)
    for action, *arguments in case.get("fait", []):
        ACTIONS[action](folder, *arguments)
    return folder / "territoire.toml"


def read_all(territory: Path):
    own = territory.parent / "parametres"
    return read_sources(read_territory(territory), read_parameters(own if own.is_dir() else None), Ledger())


def test_the_unbroken_territory_is_read(tmp_path):
    inputs = read_all(break_territory({}, tmp_path))
    assert len(inputs.ops) == 4 and len(inputs.iris) == 2 and len(inputs.zones) == 1


def test_there_are_enough_cases_and_their_names_differ():
    names = [case["nom"] for case in CASES]
    assert len(names) >= 40 and len(set(names)) == len(names)


@pytest.mark.parametrize("case", CASES, ids=[case["nom"] for case in CASES])
def test_a_broken_territory_says_what_is_wrong(case, tmp_path):
    territory = break_territory(case, tmp_path)
    with pytest.raises(AtlasError) as caught:
        read_all(territory)
    message = str(caught.value)
    assert sorted({fault.code for fault in caught.value.faults}) == case["codes"], message
    for words in case["mots"]:
        assert words in message, message
    for fault in caught.value.faults:
        assert fault.what and fault.expected and fault.remedy
        assert "Traceback" not in str(fault) and str(tmp_path) not in str(fault)
