"""Schemas and packages, validated as their readers do: by the library of Frictionless."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from atlas.audit.packages import package_faults
from atlas.audit.read_back import read_written
from atlas.audit.table_files import geopackage
from atlas.errors import AtlasError
from atlas.publish.book import Book
from atlas.publish.downloads import write_downloads
from atlas.publish.geopackage import write_geopackage
from atlas.publish.layers import layers_of
from atlas.publish.manifest import fingerprints, write_manifest
from atlas.schema import schema, schemas, text_of, write_schemas
from atlas.tables import SOURCES
from tests.edition_factory import make_edition
from tests.test_broken import FOLDER

frictionless = pytest.importorskip("frictionless")
BASE = FOLDER / "base"


def faults(table: pd.DataFrame, name: str, folder: Path) -> set[str]:
    """Validate a table against a schema as who delivers it would, and give the kinds of its errors."""
    table.to_csv(folder / "livraison.csv", index=False)
    described = frictionless.Schema.from_descriptor(json.loads(text_of(schema(name))))
    report = frictionless.Resource(path="livraison.csv", basepath=str(folder), schema=described).validate()
    return {error.type for task in report.tasks for error in task.errors} | {error.type for error in report.errors}


@pytest.mark.parametrize("name", list(schemas()))
def test_every_schema_is_one(name):
    described = frictionless.Schema.from_descriptor(json.loads(text_of(schema(name))))
    assert len(described.fields) == len(schema(name)["fields"])
    assert all(field.title for field in described.fields)


def test_every_source_has_its_schema():
    assert {*SOURCES, "menages", "rpls"} <= set(schemas())


@pytest.mark.parametrize("name", ["ops", "adresses", "residences", "attributions", "logements"])
def test_a_delivery_that_the_atlas_reads_is_valid(name, tmp_path):
    table = pd.read_csv(BASE / f"{name}.csv", sep=";", decimal=",", dtype=object)
    table = table.map(lambda cell: cell.replace(",", ".") if isinstance(cell, str) else cell)
    assert faults(table, name, tmp_path) == set()


SURVEY = pd.read_csv(BASE / "ops.csv", sep=";", dtype=str)
WRONG = {
    "a landlord that lacks": (lambda table: table.assign(bailleur=None), "constraint-error"),
    "a column that lacks": (lambda table: table.drop(columns="nb_logements"), "missing-label"),
    "a rate in the place of a count": (lambda table: table.assign(menages_inf40_plus="40,5"), "type-error"),
    "a negative count": (lambda table: table.assign(nb_logements="-1"), "constraint-error"),
    "a code without its zero": (lambda table: table.assign(code_insee="1901"), "constraint-error"),
}


@pytest.mark.parametrize(("change", "kind"), WRONG.values(), ids=WRONG)
def test_a_delivery_that_the_atlas_refuses_is_not(change, kind, tmp_path):
    assert kind in faults(change(SURVEY), "ops", tmp_path)


def test_a_key_is_held_to_and_said_in_words_where_a_block_may_give_a_part_of_it(tmp_path):
    dwellings = pd.read_csv(BASE / "logements.csv", sep=";", dtype=str)
    assert "primary-key" in faults(pd.concat([dwellings, dwellings]), "logements", tmp_path)
    assert "Une seule ligne pour les mêmes campagne, bailleur et id_adresse." in schema("ops")["description"]


def test_bounds_between_columns_are_validata_s():
    assert {
        "name": "compare-columns-value",
        "params": {"column": "menages", "op": "<=", "column2": "nb_logements"},
    } in schema("ops")["custom_checks"]


def test_a_count_that_an_indicator_needs_says_which_and_may_be_empty():
    field = next(field for field in schema("ops")["fields"] if field["name"] == "majeurs_chomeurs")
    assert "« Majeurs au chômage »" in field["description"] and not field["constraints"]["required"]


def test_an_unknown_schema_names_the_nearest():
    with pytest.raises(AtlasError, match="écrire « logements »"):
        schema("logement")


def test_schemas_are_written_one_file_each(tmp_path):
    assert [path.name for path in write_schemas(tmp_path, "ops")] == ["ops.json"]
    assert len(write_schemas(tmp_path / "tous")) == len(schemas())
    assert json.loads((tmp_path / "tous" / "edition-series.json").read_text("utf-8"))["primaryKey"][0] == "unite"


@pytest.fixture(scope="module", params=["interne", "partenaire"])
def edition(request):
    return make_edition(masked=request.param == "partenaire", hostile=True)


@pytest.fixture(scope="module")
def whole(edition, tmp_path_factory):
    place = tmp_path_factory.mktemp("paquet")
    write_geopackage(Book.of(edition), place / "atlas.gpkg")
    write_downloads(Book.of(edition), place)
    (place / "secret_2022.csv").write_text("campagne;id\n", "utf-8")
    inputs = fingerprints({"ops": [place / "secret_2022.csv"]})
    (place / "secret_2022.csv").unlink()
    write_manifest(Book.of(edition), place, inputs)
    return place


@pytest.fixture
def folder(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "e")
    return tmp_path / "e"


def validated(folder: Path):
    return frictionless.Package(str(folder / "datapackage.json")).validate()


def test_the_package_of_an_edition_is_valid_and_describes_every_table(folder, edition):
    package = frictionless.Package(str(folder / "datapackage.json"))
    assert [resource.name for resource in package.resources] == [layer.name for layer in layers_of(edition)]
    report = validated(folder)
    assert report.valid, [error.message for task in report.tasks for error in task.errors]


def test_a_table_unlike_its_description_is_not_valid(folder):
    path = folder / "tableaux" / "residences.csv"
    lines = path.read_bytes().split(b"\r\n")
    place = lines[0].decode("utf-8-sig").replace('"', "").split(";").index("nb_logements")
    cells = lines[1].split(b";")
    cells[place] = b"beaucoup"
    path.write_bytes(b"\r\n".join([lines[0], b";".join(cells), *lines[2:]]))
    assert not validated(folder).valid


def said(folder: Path) -> list[str]:
    written = read_written(folder)
    return [
        what for what, _, _ in package_faults(folder / "datapackage.json", written, geopackage(folder / "atlas.gpkg"))
    ]


def test_the_audit_finds_nothing_in_a_package_as_written(folder):
    assert said(folder) == []


def _resource(content: dict) -> dict:
    return next(one for one in content["resources"] if one["name"] == "residences")


PLANTED = {
    "a size": (lambda content: _resource(content).update(bytes=1200), "clé qu'une description"),
    "a count of rows": (lambda content: _resource(content).update(rowcount=12), "nombre dans la description"),
    "an input": (lambda content: content.update(description="d'après secret_2022.csv"), "nom d'un fichier lu"),
    "a digest": (lambda content: content.update(title="a" * 64), "empreinte d'un fichier"),
    "a figure in words": (lambda content: content.update(description="7413 ménages"), "nombre que rien ne déclare"),
    "a table more": (lambda content: _resource(content).update(name="menages"), "table que le GeoPackage"),
    "a column more": (
        lambda content: _resource(content)["schema"]["fields"][0].update(name="revenu"),
        "colonne ou valeur",
    ),
    "a value more": (
        lambda content: _resource(content)["schema"]["fields"][1].update(constraints={"enum": ["Mme Untel"]}),
        "colonne ou valeur",
    ),
    "a bound": (
        lambda content: _resource(content)["schema"]["fields"][1].update(constraints={"minimum": 3}),
        "nombre dans la description",
    ),
}


@pytest.mark.parametrize(("plant", "words"), PLANTED.values(), ids=PLANTED)
def test_the_audit_finds_what_is_planted_in_a_package(folder, plant, words):
    path = folder / "datapackage.json"
    content = json.loads(path.read_text("utf-8"))
    plant(content)
    path.write_text(json.dumps(content), "utf-8")
    assert [what for what in said(folder) if words in what], said(folder)


def test_a_broken_package_is_a_remark(folder):
    (folder / "datapackage.json").write_text("{", "utf-8")
    assert said(folder) == ["description de tables illisible"]


@pytest.mark.parametrize("name", schemas())
def test_every_column_that_a_description_names_is_a_field(name):
    described = schema(name)
    names = {field["name"] for field in described["fields"]}
    assert len(names) == len(described["fields"])
    ways = re.search(r"est donné par ([^.]*)\.", described.get("description", ""))
    assert not ways or set(re.split(" ou | et ", ways[1])) <= names


def test_degrees_and_the_words_of_a_street_are_fields_without_a_floor():
    fields = {field["name"]: field for field in schema("adresses")["fields"]}
    assert "minimum" not in fields["lon"]["constraints"] and fields["lat"]["type"] == "number"
    assert {"code_insee", "nom_voie"} <= {field["name"] for field in schema("logements")["fields"]}


def test_a_survey_without_the_year_that_its_block_gives_is_valid(tmp_path):
    assert faults(SURVEY.drop(columns="campagne"), "ops", tmp_path) == set()
