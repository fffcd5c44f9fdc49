"""An edition is read from Python with its types, its dictionary and its rules; the browser opens what is looked for."""

from __future__ import annotations

import os
import pty
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from delivered_factory import written
from typer.testing import CliRunner

import atlas
from atlas.cli import app
from atlas.errors import AtlasError
from atlas.opening import Found, edition_of, pages_of, search

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return written(tmp_path_factory.mktemp("library") / "partenaire")


def test_importing_the_atlas_loads_nothing_heavy():
    heavy = "('pandas', 'geopandas', 'psycopg', 'py7zr')"
    told = f"import sys, atlas, atlas.cli; print([name for name in {heavy} if name in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", told], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_tables_are_those_of_the_geopackage_with_their_types(folder):
    opened = atlas.open(folder)
    assert (opened.name, opened.masked, opened.campaigns) == ("partenaire", True, (2020, 2022))
    with closing(sqlite3.connect(folder / "atlas.gpkg")) as connection:
        for name in opened:
            table = opened[name]
            columns = [one for one in table.columns if one != "geometry"]
            listed = ", ".join(f'"{one}"' for one in columns)
            rows = connection.execute(f'SELECT {listed} FROM "{name}" ORDER BY fid').fetchall()
            told = table[columns].astype(object)
            assert [tuple(row) for row in told.where(told.notna(), None).itertuples(index=False)] == rows, name
    residences = opened["residences"]
    assert isinstance(residences, gpd.GeoDataFrame) and residences.crs.to_epsg() == 2154
    assert str(residences["nb_logements"].dtype) == "Int64" and str(residences["tx_inf40"].dtype) == "float64"
    assert type(opened["series"]) is pd.DataFrame
    residences.loc[0, "nom"] = "changée"
    assert opened["residences"]["nom"][0] != "changée", "what is read is not what others changed"


def test_every_column_is_in_the_dictionary(folder):
    opened = atlas.open(folder)
    for name in opened.tables:
        columns = [one for one in opened[name].columns if one != "geometry"]
        assert opened.columns(name).index.tolist() == columns
    assert opened.columns("residences").loc["tx_inf40", "unite"] == "%"
    assert opened.rules.loc["fragilite_inf40", "valeur"] == 40


def test_a_unit_is_found_by_its_identifier_or_its_name(folder):
    opened = atlas.open(str(folder))
    first = opened["residences"].iloc[30]
    unit = opened.residence(first["id"])
    assert unit.name == first["nom"] and set(unit.history["campagne"]) == {2020, 2022}
    mine = opened["series"].query("unite == 'residences' and id == @first.id")
    assert len(unit.series) == len(mine) > 10
    assert opened.quarter("QN02101M").kind == "quartiers" and unit.addresses is None
    for wrong in ("zzz", "' OR 1=1 --"):
        with pytest.raises(AtlasError, match="EDITION-UNITE"):
            opened.residence(wrong)
    with pytest.raises(AtlasError, match="EDITION-TABLE"):
        opened["residence"]


def test_what_is_no_edition_is_refused(tmp_path):
    with pytest.raises(AtlasError, match="EDITION-ILLISIBLE"):
        atlas.open(tmp_path)
    with pytest.raises(AtlasError, match="OUVRIR-RIEN"):
        edition_of(tmp_path)


def test_the_closest_names_come_first():
    names = [
        "Les Lilas (résidence, R1)",
        "Mansart (résidence, R2)",
        "Les Lilas bleus (résidence, R3)",
        "[% 7 %] (résidence, R4)",
    ]
    pages = [Found(name, Path(name)) for name in names]
    assert [one.title for one in search(pages, "lilas")][:2] == [names[0], names[2]]
    assert search(pages, "R2")[0].title == names[1] and search(pages, "qqqqqq") == []


def test_the_demo_is_opened_by_its_edition_and_its_sheets(demo_build):
    assert edition_of(demo_build).name == "interne" and edition_of(demo_build / "partenaire").name == "partenaire"
    pages = pages_of(demo_build / "partenaire")
    assert len(pages) == len(list((demo_build / "partenaire").glob("residences/*.html"))) + len(
        [one for one in (demo_build / "partenaire").glob("quartiers/*.html") if one.stem != "index"]
    )
    run = CliRunner()
    done = run.invoke(app, ["ouvrir", str(demo_build)])
    assert done.exit_code == 0 and done.output == f"À ouvrir : {demo_build / 'interne' / 'index.html'}\n"
    name = atlas.open(demo_build / "partenaire")["quartiers"]["nom"][0]
    done = run.invoke(app, ["ouvrir", str(demo_build), "--edition", "partenaire", "--chercher", name.lower()])
    assert "À ouvrir : " in done.output and "/quartiers/" in done.output
    assert run.invoke(app, ["ouvrir", str(demo_build), "--chercher", "zzqqww"]).exit_code == 1


def test_in_a_terminal_it_offers_the_sheets(demo_build):
    """A real terminal: what is typed is looked for, what is chosen is given to the browser."""
    master, slave = pty.openpty()
    seen = "import webbrowser; webbrowser.open = lambda address: print('NAVIGATEUR', address) or True"
    program = f"{seen}; import sys; sys.argv[0] = 'atlas'; from atlas.cli import main; main()"
    run = subprocess.Popen(
        [sys.executable, "-c", program, "ouvrir", str(demo_build), "--edition", "partenaire"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb", "COLUMNS": "300"},
        stdin=slave, stdout=slave, stderr=slave,
    )  # fmt: skip
    os.close(slave)
    told = ""

    def until(words):
        nonlocal told
        while words not in told:
            told += os.read(master, 4096).decode("utf-8", "replace")

    until("rien pour finir")
    os.write(master, "les érables\n".encode())
    until("1. ")
    until("Numéro")
    os.write(master, b"1\n")
    until("/residences/")
    os.write(master, b"\n")
    assert run.wait(timeout=60) == 0
    os.close(master)
    assert "NAVIGATEUR file://" in told and "index.html" in told
