"""The notebook that adds a method: what a reader writes is short, and shows on every face without any other change."""

from __future__ import annotations

import csv
import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from notebook_factory import FOLDER, executed, outputs
from program_factory import ROOT, atlas, data_of, table_of, text_of

COLUMN, STATES = "stabilite_etat", {"stable", "à surveiller", "instable"}
ADDED = {
    "atlas/methods/stabilite.py",
    "data/parameters/stabilite_rotation.toml",
    "data/parameters/stabilite_vacance.toml",
    "layers/residences_stabilite.toml",
}
READING = "L'état vient de la rotation de l'année et de la vacance de plus de trois mois."


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> tuple[object, Path]:
    """The notebook as executed, and the temporary folder that it left."""
    temporary = tmp_path_factory.mktemp("carnet")
    notebook = executed(FOLDER / "04_ajouter_une_methode.ipynb", temporary)
    (folder,) = temporary.glob("atlas-*")
    return notebook, folder


@pytest.fixture(scope="module")
def program(ran) -> Path:
    return ran[1] / "programme"


@pytest.fixture(scope="module")
def output(ran) -> Path:
    return ran[1] / "sortie"


def digests(root: Path) -> dict[str, str]:
    """Digest of each file that travels with the program, by path."""
    paths = (path for name in ("atlas", "data", "layers") for path in (root / name).rglob("*"))
    files = (path for path in paths if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_it_draws(ran):
    assert outputs(ran[0], "image/png")


def test_nothing_else_of_the_copy_is_touched_and_nothing_of_the_program(program):
    ours, copied = digests(ROOT), digests(program)
    assert set(copied) - set(ours) == ADDED
    assert {name: digest for name, digest in copied.items() if name not in ADDED} == ours


def test_the_method_its_rules_and_its_layer_are_a_page_each(program):
    for name in ADDED:
        assert len((program / name).read_text("utf-8").splitlines()) <= (30 if name.endswith(".py") else 50), name


@pytest.mark.parametrize("name", ["interne", "partenaire"])
def test_it_is_in_the_geopackage_and_the_dictionary(output, name):
    edition = output / name
    states = table_of(edition, "residences")[COLUMN]
    assert STATES <= set(states) <= STATES | {"non déterminé"}
    assert COLUMN in table_of(edition, "iris") and COLUMN in table_of(edition, "historique")
    with (edition / "dictionnaire.csv").open(encoding="utf-8-sig", newline="") as lines:
        entries = {(line["couche"], line["colonne"]): line for line in csv.DictReader(lines, delimiter=";")}
    assert entries["residences", COLUMN]["libelle"] == "Stabilité : État"
    assert json.loads((edition / "manifeste.json").read_text("utf-8"))["methodes"] == ["seuils", "stabilite"]


def test_what_partners_read_is_what_the_landlord_reads_or_less(output):
    true, said = (table_of(output / name, "residences").set_index("id")[COLUMN] for name in ("interne", "partenaire"))
    told = said[said.isin(STATES)]
    assert len(told) and (told == true[told.index]).all() and (said == "non déterminé").any()


@pytest.mark.parametrize("name", ["interne", "partenaire"])
def test_it_is_on_the_map(output, name):
    data = data_of(output / name / "index.html")
    (layer,) = [one for one in data["couches"] if one["colonne"] == COLUMN]
    assert layer["titre"] == "Stabilité des résidences" and not layer["visible"]
    fields = data["tables"]["residences"]["champs"]
    assert COLUMN in fields
    assert "Stabilité des résidences" in text_of(output / name / "index.html")


@pytest.mark.parametrize("name", ["interne", "partenaire"])
def test_it_is_on_every_sheet_with_its_symbol_and_its_words(output, name):
    table = table_of(output / name, "residences").set_index("id")
    sheets = sorted((output / name / "residences").glob("*.html"))
    shown = 0
    for sheet in sheets:
        said = text_of(sheet)
        if f"Stabilité : {table.loc[sheet.stem, COLUMN]}" in said:
            shown += 1
            assert READING in said, sheet.name
    assert shown == len(sheets) > 10


@pytest.mark.parametrize("name", ["interne", "partenaire"])
def test_it_is_in_the_qgis_project(output, name):
    with zipfile.ZipFile(output / name / "atlas.qgz") as archive:
        project = archive.read(next(name for name in archive.namelist() if name.endswith(".qgs"))).decode()
    assert "Stabilité des résidences" in project and all(f'"{state}"' in project for state in STATES)


def test_it_is_explained(program, output):
    residences = table_of(output / "interne", "residences").set_index("id")
    identifier = residences.index[residences[COLUMN] == "instable"][0]
    said = atlas(program, "explain", output, identifier)
    assert f"Stabilité : {READING}" in said and "Niveau : instable" in said
    facts = json.loads(atlas(program, "explain", output, identifier, "--json"))
    (method,) = [one for one in facts["methodes"] if one["code"] == "stabilite"]
    assert [one["points"] for one in method["contributions"]] == [[1, 1], [1, 1]]
