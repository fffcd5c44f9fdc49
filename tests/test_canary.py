"""Unmistakable values, planted in masked units of the demo, appear in no byte of a masked edition."""

from __future__ import annotations

import gzip
import shutil
import struct
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from atlas.audit.documents import read_document
from atlas.pipeline import build

# Unbounded measures of the survey, and values that no count of the demo comes near.
CANARIES = {"occupants": 987_654_321, "demandes_mutation": 123_456_787}


@pytest.fixture(scope="module")
def planted(demo_territory, demo_build, tmp_path_factory):
    """Build the demo with canaries in one masked address, and give the folder and the traces to look for."""
    way = pd.read_parquet(demo_build / "parcours.parquet")
    way = way[way["campagne"] == 2022]
    alone = way.groupby("id_residence").filter(lambda rows: len(rows) == 1 and rows["menages"].between(3, 10).all())
    victim = alone.iloc[0]
    folder = tmp_path_factory.mktemp("canari")
    shutil.copytree(demo_territory.parent, folder / "demo")
    survey = folder / "demo" / "ops_2022.csv"
    table = pd.read_csv(survey, sep=";", dtype=str, keep_default_na=False)
    row = table["id_adresse"] == victim["id_adresse"]
    assert row.sum() == 1
    traces: set[bytes] = set()
    for column, value in CANARIES.items():
        table.loc[row, column] = str(value)
        traces |= _traces(value, int(victim["menages"]))
    table.to_csv(survey, sep=";", index=False)
    built = build(folder / "demo" / "territoire.toml", folder / "atlas", ("interne", "partenaire", "public"))
    return built, traces


def _traces(value: int, households: int) -> set[bytes]:
    """Every way a value, or the rate it makes, may be written: digits, separators, SQLite and Arrow numbers."""
    rate = value / households
    texts = {
        str(value),
        f"{value:,}".replace(",", " "),
        f"{value:,}".replace(",", "\u202f"),
        f"{value:,}".replace(",", "\xa0"),
    }
    texts |= {text.replace(".", mark) for text in (f"{rate:.1f}", f"{rate:.2f}", f"{100 * rate:.1f}") for mark in ".,"}
    texts |= {f"{rate:.0f}", f"{100 * rate:.0f}"}
    found = {text.encode() for text in texts if len(text) > 6}
    for number in (float(value), rate, 100 * rate):
        found |= {struct.pack(">d", number), struct.pack("<d", number)}
    return found | {struct.pack(">i", value), struct.pack("<i", value)}


def contents(folder: Path):
    """Every file of an edition as bytes, archives opened to the last level."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            raw = path.read_bytes()
            yield path.name, raw
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    yield from ((f"{path.name}!{name}", archive.read(name)) for name in archive.namelist())
            elif path.suffix == ".gz":
                yield path.name, gzip.decompress(raw)
            elif path.suffix == ".pdf":
                document = read_document(path)
                yield path.name, "\n".join((*document.pages, *document.strings)).encode()


def seen(folder: Path, traces: set[bytes]) -> set[str]:
    return {name for name, raw in contents(folder) for trace in traces if trace in raw}


def test_the_canaries_are_seen_where_nothing_is_masked(planted):
    built, traces = planted
    told = {Path(name).name for name in seen(built / "interne", traces)}
    assert {"atlas.gpkg", "adresses.csv", "residences.csv"} <= told
    assert any(name.endswith(".pdf") for name in told)


@pytest.mark.parametrize("edition", ["partenaire", "public"])
def test_no_byte_of_a_masked_edition_holds_a_canary(planted, edition):
    built, traces = planted
    assert not seen(built / edition, traces)
