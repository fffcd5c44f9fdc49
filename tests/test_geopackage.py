"""The GeoPackage of an edition: complete, explained, conformant, reproducible, and holding nothing else."""

from __future__ import annotations

import importlib.util
import json
import os
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import fiona
import pandas as pd
import pyogrio
import pytest

from atlas.edition import Edition
from atlas.errors import AtlasError
from atlas.methods import Outcome, judged_columns
from atlas.methods.seuils import LEVELS
from atlas.publish.book import Book
from atlas.publish.geopackage import write_geopackage
from atlas.publish.layers import layers_of
from atlas.tables import FEATURES, INDICATORS, STATUSES, UNITS, Column, columns_of
from tests.edition_factory import HOSTILE, make_edition

SPATIAL = {"territoire", "communes", "quartiers", "iris", "residences", "residences_emprises", "adresses"}
PLAIN = {"situations", "bailleurs", "series", "historique", "parc"}


@pytest.fixture(scope="module", params=["interne", "partenaire"])
def edition(request) -> Edition:
    return make_edition(masked=request.param == "partenaire", hostile=True)


@pytest.fixture(scope="module")
def written(edition, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("gpkg") / "atlas.gpkg"
    write_geopackage(Book.of(edition), path)
    return path


def rows(path, query, *values):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query, values).fetchall()


def test_every_published_layer_is_there_and_no_other(edition, written):
    kinds = dict(rows(written, "SELECT table_name, data_type FROM gpkg_contents WHERE table_name <> 'layer_styles'"))
    expected = SPATIAL | PLAIN
    if edition.masked:
        expected -= {"adresses", "bailleurs"}
    assert set(kinds) == expected
    assert {name for name, kind in kinds.items() if kind == "features"} == expected & SPATIAL


def test_columns_are_the_declared_ones_in_their_order(edition, written):
    for name in edition.units:
        held = {"followed": edition.followed, "updated": "actualisations" in edition.units}
        judged = judged_columns(edition.methods, name, counts=edition.counts, **held)
        declared = [column.name for column in columns_of(name, counts=edition.counts, judged=judged)]
        assert list(pyogrio.read_info(written, layer=name)["fields"]) == declared


def test_values_are_those_of_the_edition_sorted_by_identifier(edition, written):
    for name, table in edition.units.items():
        read = pyogrio.read_dataframe(written, layer=name, read_geometry=False)
        expected = table.sort_values("id").reset_index(drop=True)
        for column in read:
            same = pd.Series(read[column]).astype("object"), expected[column].astype("object")
            pd.testing.assert_series_equal(
                *(side.where(side.notna(), None) for side in same), check_dtype=False, check_names=False
            )


def test_geometries_survive(edition, written):
    for name in ("residences", "iris"):
        read = pyogrio.read_dataframe(written, layer=name)
        table = edition.units[name].sort_values("id").reset_index(drop=True)
        assert read.crs == edition.crs
        assert (read.geometry.isna() == table.geometry.isna()).all()
        kept = read.geometry.notna()
        assert read.geometry[kept].geom_equals(table.geometry[kept].reset_index(drop=True), align=False).all() or (
            read.geometry[kept].normalize().geom_equals_exact(table.geometry[kept].normalize(), 1e-9, align=False).all()
        )


def test_the_same_edition_gives_the_same_bytes(edition, written, tmp_path):
    again = tmp_path / "autre nom.gpkg"
    again.write_bytes(b"not a database")
    write_geopackage(Book.of(edition), again)
    assert again.read_bytes() == written.read_bytes()


def test_the_date_option_of_gdal_is_put_back(edition, tmp_path):
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None
    dates = rows_after(edition, tmp_path, "SELECT DISTINCT last_change FROM gpkg_contents")
    assert dates == [("2024-03-01T00:00:00.000Z",)]
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def rows_after(edition, folder, query):
    write_geopackage(Book.of(edition), folder / "atlas.gpkg")
    return rows(folder / "atlas.gpkg", query)


def test_one_file_without_free_page(written):
    assert rows(written, "PRAGMA journal_mode") == [("delete",)]
    assert rows(written, "PRAGMA freelist_count") == [(0,)]
    assert rows(written, "PRAGMA integrity_check") == [("ok",)]
    assert [path.name for path in written.parent.iterdir()] == [written.name]


def test_every_column_has_a_label_and_closed_lists_hold_every_value(written):
    for layer, _ in pyogrio.list_layers(written):
        if layer == "layer_styles":
            continue
        labelled = dict(rows(written, "SELECT column_name, name FROM gpkg_data_columns WHERE table_name = ?", layer))
        assert set(labelled) == set(pyogrio.read_info(written, layer=layer)["fields"])
        assert all(labelled.values())
        lists = rows(
            written,
            "SELECT column_name, value FROM gpkg_data_columns JOIN gpkg_data_column_constraints USING (constraint_name)"
            " WHERE table_name = ?",
            layer,
        )
        allowed = pd.DataFrame(lists, columns=["column", "value"]).groupby("column")["value"].agg(set)
        table = pyogrio.read_dataframe(written, layer=layer, read_geometry=False)
        for column, values in allowed.items():
            assert set(table[column].dropna()) <= values, (layer, column)
        if layer in UNITS:
            assert set(LEVELS) <= allowed["niveau"] and allowed["st_inf40"] == set(STATUSES)


def test_codes_are_spelt_out_in_the_closed_lists(written):
    query = (
        "SELECT value, listed.description FROM gpkg_data_column_constraints listed "
        "JOIN gpkg_data_columns USING (constraint_name) WHERE table_name = ? AND column_name = ?"
    )
    spelt = {name: one.label for name, one in INDICATORS.items()}
    assert dict(rows(written, query, "series", "indicateur")) == spelt
    assert dict(rows(written, query, "parc", "caracteristique")) == FEATURES


def test_metadata_tells_source_date_rules_edition_secrecy_and_omissions(edition, written):
    ((text,),) = rows(written, "SELECT metadata FROM gpkg_metadata WHERE mime_type = 'application/json'")
    said = json.loads(text)
    assert said["issued"] == "2024-03-01" and edition.name in said["audience"]
    assert {rule["cle"] for rule in said["conformsTo"]} == {rule.key for rule in edition.context.rules}
    assert said["source"][0]["simulee"] and "Données fictives" in said["description"][1]
    assert ("À ne pas transmettre" in said["accessRights"]) is not edition.masked
    # Layers of the earlier list of quarters are missing from no territory that has one.
    assert set(said["nonPublie"]) == ({"Adresses", "Bailleurs"} if edition.masked else set())
    tables = {name for (name,) in rows(written, "SELECT table_name FROM gpkg_metadata_reference") if name}
    assert tables == {name for name, _ in pyogrio.list_layers(written)} - {"layer_styles"}


def test_a_masked_edition_holds_no_count(written, edition):
    columns = {name for (name,) in rows(written, "SELECT column_name FROM gpkg_data_columns")}
    series = pyogrio.read_dataframe(written, layer="series")
    if edition.masked:
        assert not [name for name in columns if name.startswith(("n_", "d_", "marge_"))]
        assert series["numerateur"].isna().all() and series["denominateur"].isna().all()
    else:
        assert {"n_inf40", "d_inf40", "marge_inf40"} <= columns and series["numerateur"].notna().any()


def test_hostile_names_are_kept_as_they_are(written, edition):
    read = pyogrio.read_dataframe(written, layer="residences", read_geometry=False)
    assert set(HOSTILE) <= set(read["nom"])


def test_fiona_reads_every_layer(written):
    for layer in fiona.listlayers(written):
        with fiona.open(written, layer=layer) as source:
            assert len(list(source)) == len(source)


def test_the_validator_of_gdal_finds_nothing(written):
    validator = importlib.util.find_spec("osgeo_utils.samples.validate_gpkg")
    python = "/usr/bin/python3"
    if validator is None or subprocess.run([python, "-c", "import osgeo"], capture_output=True, check=False).returncode:
        message = "gdal-utils or the system's osgeo is not at hand: run tests/prepare.py"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    script = (
        "import importlib.util, sys\n"
        "spec = importlib.util.spec_from_file_location('validate_gpkg', sys.argv[1])\n"
        "module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)\n"
        "print(module.check(sys.argv[2], extra_checks=True, warning_as_error=True))"
    )
    done = subprocess.run(
        [python, "-c", script, validator.origin, written], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


@pytest.mark.parametrize("change", [{"retrait": "nb_logements"}, {"ajout": "nombre_secret"}])
def test_a_table_that_is_not_the_declared_one_is_refused(change):
    edition = make_edition()
    table = edition.units["iris"]
    table = table.drop(columns=change["retrait"]) if "retrait" in change else table.assign(**{change["ajout"]: 3})
    tampered = object.__new__(Edition)
    tampered.__dict__.update({**vars(edition), "units": {**edition.units, "iris": table}})
    with pytest.raises(AtlasError, match="PUBLICATION-COLONNES") as refused:
        layers_of(tampered)
    assert next(iter(change.values())) in str(refused.value)


def test_a_further_method_brings_its_own_columns():
    edition = make_edition()
    first = edition.method
    score = Outcome(Column("score", "Score", "réel"), units=("iris",), history=False)
    changes = {"code": "essai", "label": "Essai", "bare": False, "criteria": (), "readings": None, "together": True}
    changes["levels"] = replace(first.levels, calm=len(first.levels.titles))  # it takes no side
    further = replace(first, more=(score,), **changes)
    units, history = (
        {name: table.assign(essai_niveau="fragile", essai_score=1.5) for name, table in tables.items()}
        for tables in (edition.units, edition.history)
    )
    units = {name: table if name == "iris" else table.drop(columns="essai_score") for name, table in units.items()}
    layers = {one.name: one for one in layers_of(edition.judged(units, history, (first, further)))}
    added = {name: [one for one in layer.columns if one.name.startswith("essai_")] for name, layer in layers.items()}
    assert [(one.name, one.numeric) for one in added["iris"]] == [("essai_niveau", False), ("essai_score", True)]
    assert added["iris"][0].label == "Essai : Niveau de fragilité" and "méthode « essai »" in added["iris"][0].meaning
    assert [one.name for one in added["communes"]] == [one.name for one in added["historique"]] == ["essai_niveau"]
