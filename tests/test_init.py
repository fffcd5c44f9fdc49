"""From a folder of files to a territory file that the atlas reads as it is."""

from __future__ import annotations

import shutil
import tomllib
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from atlas.check import check
from atlas.errors import AtlasError
from atlas.init import init
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.sources import read_sources
from atlas.territory import read_territory
from tests.test_broken import FOLDER
from tests.workbook_factory import ods, rows_of, xlsx

BASE = FOLDER / "base"
SURVEY = pd.read_csv(BASE / "ops.csv", sep=";", dtype=str)


@pytest.fixture
def folder(tmp_path) -> Path:
    """The small territory without its territory file."""
    place = tmp_path / "Pays de Fontaine"
    shutil.copytree(BASE, place)
    (place / "territoire.toml").unlink()
    return place


def read(path: Path):
    return read_sources(read_territory(path), read_parameters(), Ledger())


def test_a_folder_becomes_a_territory_that_checks(folder):
    started = init(folder)
    assert started.path == folder / "territoire.toml"
    assert check(started.path)[-1] == "Aucun défaut : le territoire peut être construit."
    territory = read_territory(started.path)
    assert sorted(territory.sources.given()) == sorted(
        ["ops", "logements", "adresses", "iris", "qpv", "zones QVA", "residences", "attributions"]
    )
    assert territory.territoire.campagnes == (2022,) and territory.territoire.nom == "Pays de Fontaine"
    assert started.text.endswith(f'À lancer : atlas check "{started.path}"')
    assert any("loyer_plai" in line for line in started.lacking) and "loyer_plai" not in territory.regles
    assert "# [regles.loyer_plai]" in started.path.read_text("utf-8")


def test_the_demo_s_inputs_check_unedited(demo_territory, tmp_path):
    """Its folder holds five campaigns, and both lists of quarters: what is proposed is what its own file says."""
    for path in demo_territory.parent.iterdir():
        if path.is_file() and path.suffix != ".toml":
            shutil.copy(path, tmp_path)
    started = init(tmp_path)
    assert check(started.path)[-1] == "Aucun défaut : le territoire peut être construit."
    mine, theirs = read_territory(started.path), read_territory(demo_territory.with_name("evolution.toml"))
    assert mine.territoire.campagnes == theirs.territoire.campagnes
    names = [
        {name: sorted(path.name for path in files) for name, files in one.sources.files().items()}
        for one in (mine, theirs)
    ]
    assert names[0] == names[1]
    assert [one.millesime for one in mine.sources.iris] == [2022]
    assert [one.generation for one in mine.sources.qpv] == [2015, 2024]


@pytest.mark.parametrize("name", ["bondy_folder", "narbonne_folder"])
def test_real_folders_check_unedited(name, request, tmp_path):
    for path in request.getfixturevalue(name).iterdir():
        if path.is_file() and path.suffix != ".toml":
            shutil.copy(path, tmp_path)
    assert check(init(tmp_path).path)[-1] == "Aucun défaut : le territoire peut être construit."


def test_a_territory_file_is_never_replaced(folder):
    (folder / "territoire.toml").write_text("à moi", "utf-8")
    with pytest.raises(AtlasError, match="INIT-EXISTE"):
        init(folder)
    assert (folder / "territoire.toml").read_text("utf-8") == "à moi"


def test_paths_are_written_from_where_the_file_is(folder, tmp_path):
    started = init(folder, tmp_path / "ailleurs" / "a.toml")
    assert (
        tomllib.loads(started.path.read_text("utf-8"))["sources"]["iris"]["fichier"]
        == "../Pays de Fontaine/iris.geojson"
    )
    assert len(read(started.path).ops) == 4


def test_years_grains_and_copies_of_a_real_folder(folder):
    (folder / "ops.csv").unlink()
    year = SURVEY.drop(columns="campagne")
    year.to_csv(folder / "OPS_2020.csv", sep=";", index=False)
    with pd.ExcelWriter(folder / "ops.xlsx") as book:
        pd.DataFrame({"Lisez-moi": ["Export"]}).to_excel(book, sheet_name="Page de garde", index=False)
        year.rename(columns={"bailleur": "Organisme"}).to_excel(book, sheet_name="OPS 2022", index=False)
    (folder / "envoi").mkdir()
    year.to_csv(folder / "envoi" / "copie_2020.csv", sep=",", index=False)
    with zipfile.ZipFile(folder / "envoi" / "logements.zip", "w") as archive:
        archive.write(folder / "logements.csv", "logements.csv")
        archive.writestr("lisezmoi.txt", "bonjour\n")
    (folder / "logements.csv").unlink()
    started = init(folder)
    territory = read_territory(started.path)
    assert [block.campagne for block in territory.sources.ops] == [2020, 2022]
    first, sheet = territory.sources.ops
    assert sheet.feuille == "OPS 2022" and sheet.colonnes == {"bailleur": "Organisme"}
    assert [path.name for path in first.paths] == ["OPS_2020.csv"]
    inputs = read(started.path)
    assert inputs.ops.groupby("campagne")["nb_logements"].sum().to_dict() == {2020: 77, 2022: 77}
    assert len(inputs.logements) == len(pd.read_csv(BASE / "logements.csv", sep=";"))
    assert "même contenu que OPS_2020.csv" in started.path.read_text("utf-8")
    guessed = "\n".join(started.guessed)
    assert "copie_2020.csv" not in guessed and "OPS_2020.csv : campagne = 2020" in guessed
    assert 'bailleur = "Organisme"' in guessed


def test_one_vintage_of_each_geography_and_of_dwellings(folder):
    shutil.copy(folder / "iris.geojson", folder / "iris_2022.geojson")
    frame = gpd.read_file(folder / "iris.geojson")
    frame.assign(nom_iris=frame.iloc[:, 0].astype(str) + "x").to_file(folder / "iris_2018.geojson")
    (folder / "iris.geojson").unlink()
    homes = pd.read_csv(folder / "logements.csv", sep=";", dtype=str)
    homes.head(2).to_csv(folder / "logements_2020.csv", sep=";", index=False)
    (folder / "logements.csv").rename(folder / "logements_2022.csv")
    started = init(folder)
    territory = read_territory(started.path)
    assert [one.millesime for one in territory.sources.iris] == [2022]
    assert [path.name for path in territory.sources.files()["logements"]] == ["logements_2022.csv"]
    assert "iris_2018.geojson : laissé de côté" in "\n".join(started.guessed)
    read(started.path)


def test_the_year_that_nothing_tells_is_left_to_be_given(folder):
    SURVEY.drop(columns="campagne").to_csv(folder / "ops.csv", sep=";", index=False)
    started = init(folder)
    assert "# campagne = la campagne de toutes les lignes" in started.path.read_text("utf-8")
    with pytest.raises(AtlasError, match="OPS-CAMPAGNE-NON-DITE"):
        read(started.path)


def test_what_cannot_be_read_is_said_and_outputs_are_not_sources(folder):
    (folder / "vide.csv").touch()
    (folder / "vieux.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    (folder / "notes.docx").write_bytes(b"PK")
    (folder / ".cache.csv").write_text("a;b\n", "utf-8")
    (folder / "atlas").mkdir()
    (folder / "atlas" / "bilan.json").write_text("{}", "utf-8")
    shutil.copy(BASE / "ops.csv", folder / "atlas" / "residences.csv")
    started = init(folder)
    told = "\n".join(started.lacking)
    assert "vide.csv est vide" in told and "vieux.xls" in told and "notes.docx" in told
    assert ".cache.csv" not in told and len(read_territory(started.path).sources.ops) == 1


def test_hostile_names_stay_names(folder):
    name = 'ops "2022"\n[territoire]\n.csv'
    (folder / "ops.csv").rename(folder / name)
    started = init(folder)
    assert [path.name for path in read_territory(started.path).sources.files()["ops"]] == [name]


def test_a_table_without_its_columns_is_left_aside_and_told(folder):
    decisions = pd.read_csv(folder / "attributions.csv", sep=";", dtype=str)
    decisions.drop(columns=["issue"]).to_csv(folder / "attributions.csv", sep=";", index=False)
    started = init(folder)
    assert not read_territory(started.path).sources.attributions
    assert "colonnes requises non trouvées : issue" in "\n".join(started.lacking)
    read(started.path)


def test_a_folder_without_addresses_is_refused_with_what_was_seen(folder):
    (folder / "ops.csv").unlink()
    with pytest.raises(AtlasError, match="INIT-SANS-ADRESSES") as caught:
        init(folder)
    assert "logements.csv (logements)" in str(caught.value) and not (folder / "territoire.toml").exists()
    (folder / "ops.csv").write_text("", "utf-8")
    with pytest.raises(AtlasError) as caught:
        init(folder)
    assert "ops.csv est vide" in str(caught.value) and "ops.csv : ops.csv" not in str(caught.value)
    with pytest.raises(AtlasError, match="INIT-DOSSIER"):
        init(folder / "rien")


def test_a_register_alone_takes_its_vintage_from_its_rows(tmp_path):
    (tmp_path / "parc.csv").write_text(
        "DEPCOM;CODEPOSTAL;LIBCOM;NUMVOIE;TYPVOIE;NOMVOIE;QPV;LOCAT\n11262;11100;NARBONNE;1;R;X;1;1986\n"
        "11262;11100;NARBONNE;2;R;X;2;2018\n",
        "utf-8",
    )
    started = init(tmp_path)
    territory = read_territory(started.path)
    assert territory.sources.rpls[0].millesime == 2019 and territory.territoire.campagnes == (2020,)
    assert territory.territoire.nom == "Narbonne"
    assert any("des logements sont loués depuis 2018" in line for line in started.guessed)
    assert len(read(started.path).ops) == 2


FINE = "Aucun défaut : le territoire peut être construit."
ROWS = rows_of(BASE / "ops.csv")


def test_the_sheet_that_holds_the_table_is_found_in_an_ods(folder):
    (folder / "ops.csv").unlink()
    ods(folder / "ops.ods", ROWS, before=[["Notice"], ["Bonjour"]])
    started = init(folder)
    assert read_territory(started.path).sources.ops[0].feuille == "Données"
    assert check(started.path)[-1] == FINE


def test_a_hidden_sheet_goes_aside_with_its_reason(folder):
    (folder / "ops.csv").unlink()
    old = [ROWS[0], *([*row[:8], 1, *row[9:]] for row in ROWS[1:])]
    xlsx(folder / "ops.xlsx", {"Ancien": old, "Données": ROWS}, hidden=["Ancien"])
    started = init(folder)
    assert [block.feuille for block in read_territory(started.path).sources.ops] == ["Données"]
    assert any("feuille « Ancien », masquée, laissée de côté" in said for said in started.guessed)
    assert "# feuille masquée du classeur" in started.path.read_text("utf-8")
    assert check(started.path)[-1] == FINE


def test_a_table_under_a_title_is_found_with_the_line_of_its_headers(folder):
    text = (folder / "ops.csv").read_text("utf-8")
    (folder / "ops.csv").write_text(f"Enquête OPS 2022\n\n{text}", "utf-8")
    (folder / "logements.csv").unlink()
    dwellings = rows_of(BASE / "logements.csv")
    xlsx(folder / "logements.xlsx", {"Parc": [["Logements au 1er janvier"], [], *dwellings]})
    started = init(folder)
    sources = read_territory(started.path).sources
    assert (sources.ops[0].entete, sources.logements[0].entete) == ((3,), (3,))
    assert check(started.path)[-1] == FINE
    assert any("ops.csv : entete = 3" in said for said in started.guessed)
