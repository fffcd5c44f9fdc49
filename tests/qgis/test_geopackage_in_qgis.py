"""Every layer of the GeoPackage, dragged alone into QGIS, is dressed, labelled and classed at once."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from contextlib import closing

import pandas as pd
import pyogrio
import pytest

from atlas.methods.seuils import LEVELS
from atlas.publish.frame import shipped_catalogue
from atlas.publish.layers import layers_of
from atlas.publish.legend import legend_of
from atlas.publish.page_data import drawable
from atlas.tables import STATUSES
from tests.edition_factory import HOSTILE


@pytest.fixture(scope="module")
def seen(qgis, folder, target):
    before = hashlib.sha256((folder / "atlas.gpkg").read_bytes()).hexdigest()
    found = qgis("geopackage", folder, target)
    found["unchanged"] = hashlib.sha256((folder / "atlas.gpkg").read_bytes()).hexdigest() == before
    found["beside"] = sorted(path.name for path in folder.iterdir())
    return found


def test_every_layer_is_valid_and_dressed(seen, edition):
    for layer in layers_of(edition):
        told = seen[layer.name]
        assert told["loaded"] and told["count"] == len(layer.table), layer.name
        assert told["crs"] == ("EPSG:2154" if layer.geometry else "")
        assert bool(told["rules"]) is bool(layer.geometry), layer.name


def test_looking_at_the_file_leaves_it_as_it_was(seen):
    assert seen["unchanged"]
    assert not [name for name in seen["beside"] if name.endswith(("-wal", "-shm", "-journal"))]


def test_every_value_has_a_class_in_every_style(seen, edition):
    for layer in layers_of(edition):
        told = seen[layer.name]
        assert told["without_class"] == []
        assert told["styles"], layer.name
        for title, style in told["styles"].items():
            assert style["loaded"] and style["without_class"] == [], (layer.name, title)
            assert not [rule for rule in style["rules"] if rule["error"]], title


def test_the_probe_sees_a_value_without_class(qgis, folder, tmp_path):
    shutil.copy(folder / "atlas.gpkg", tmp_path / "atlas.gpkg")
    with sqlite3.connect(tmp_path / "atlas.gpkg") as connection:
        connection.execute("UPDATE layer_styles SET styleQML = replace(styleQML, '''très fragile''', '''inconnu''')")
    found = qgis("geopackage", tmp_path, tmp_path)
    lost = pyogrio.read_dataframe(tmp_path / "atlas.gpkg", layer="residences", where="niveau = 'très fragile'")
    assert sorted(found["residences"]["without_class"]) == sorted(lost["id"]) != []


def test_styles_say_what_the_legend_of_the_page_says(seen, edition):
    catalogue = shipped_catalogue()
    for drawing in drawable(edition, catalogue):
        expected = [one.label for one in legend_of(drawing, edition, catalogue).classes]
        title = f"{drawing.family} : {drawing.title}" if drawing.family else drawing.title
        style = seen[drawing.table]["styles"][title]
        assert [rule["label"] for rule in style["rules"]] == expected
        assert drawing.reading in style["description"]


def test_what_is_not_a_figure_is_hatched_or_dashed(seen):
    layers = {rule["label"]: rule["layers"] for rule in seen["iris"]["rules"]}
    assert "LinePatternFill" in layers["secret"] and "PointPatternFill" in layers["sans objet"]
    assert "SimpleLine" in layers["non renseigné"] and layers["60 % et plus"] == ["SimpleFill"]
    points = {rule["label"]: rule["layers"] for rule in seen["residences"]["rules"]}
    assert points["secret"] == ["FilledMarker"] and points["fragile"] == ["SimpleMarker"]


def test_aliases_and_value_lists(seen, edition):
    for layer in layers_of(edition):
        told = seen[layer.name]
        assert {name: alias for name, alias in told["aliases"].items() if name != "fid"} == {
            column.name: column.label for column in layer.columns
        }
        for column in layer.columns:
            kind, values = told["widgets"][column.name]
            if column.values:
                present = set(pd.Series(layer.table[column.name]).dropna())
                assert kind == "ValueMap" and present <= set(values), (layer.name, column.name)
    assert set(LEVELS) <= set(seen["residences"]["widgets"]["niveau"][1])
    assert set(STATUSES) == set(seen["iris"]["widgets"]["st_inf40"][1])


def test_figures_are_not_typed_over(seen, edition):
    for layer in layers_of(edition):
        figures = {column.name for column in layer.columns if column.secret}
        assert figures <= set(seen[layer.name]["read_only"]), layer.name
    assert "nom" not in seen["residences"]["read_only"]


def test_names_appear_as_one_comes_near(seen):
    scales = {name: seen[name]["label_scale"] for name in ("quartiers", "residences")}
    assert seen["residences"]["labels"] == "nom" and 0 < scales["residences"] < scales["quartiers"]


def test_map_tips_show_names_and_never_run_them(seen, edition):
    tips = "\n".join(seen["residences"]["map_tips"])
    assert "&lt;script>" in tips and "<script" not in tips.lower() and "<img" not in tips.lower()
    assert "7 * 7" in tips and HOSTILE[3].split("}}")[0] in tips
    assert f"{edition.levels.label} : " in tips


def test_filters_are_ready_and_run(seen, folder):
    condition = seen["residences"]["filters"]["Hors QPV et bas loyer"]
    kept = pyogrio.read_dataframe(folder / "atlas.gpkg", layer="residences", where=condition)
    assert len(kept) and (kept["nb_bas_loyer"] > 0).all() and not (kept["situation"] == "QPV").any()


def test_metadata_is_read(seen, edition):
    for layer in layers_of(edition):
        assert f"Édition « {edition.name} »" in seen[layer.name]["metadata"]
    assert ("Non publié dans cette édition" in seen["iris"]["metadata"]) is edition.masked


def test_edited_and_saved_by_qgis_nothing_else_moves(qgis, folder, edition, tmp_path):
    shutil.copy(folder / "atlas.gpkg", tmp_path / "atlas.gpkg")
    saved = qgis("edit", tmp_path, tmp_path)
    assert all(saved.values()) and set(saved) == {
        layer.name for layer in layers_of(edition) if "nom" in layer.attributes
    }
    assert sorted(path.suffix for path in tmp_path.iterdir() if "atlas" in path.name) == [".gpkg"]
    for layer, _ in pyogrio.list_layers(folder / "atlas.gpkg"):
        before = pyogrio.read_dataframe(folder / "atlas.gpkg", layer=layer)
        after = pyogrio.read_dataframe(tmp_path / "atlas.gpkg", layer=layer)
        if layer in saved:
            changed = before.index == 0
            assert after.loc[changed, "nom"].item() == "Renommée à la main"
            before.loc[changed, "nom"] = "Renommée à la main"
        if layer == "residences":
            moved = after.geometry[changed].item().distance(before.geometry[changed].item())
            assert moved == pytest.approx((25**2 + 10**2) ** 0.5)
            before.loc[changed, "geometry"] = after.loc[changed, "geometry"].to_numpy()
        pd.testing.assert_frame_equal(pd.DataFrame(before), pd.DataFrame(after))


def test_edited_and_saved_by_qgis_the_file_still_explains_itself(qgis, folder, tmp_path):
    shutil.copy(folder / "atlas.gpkg", tmp_path / "atlas.gpkg")
    qgis("edit", tmp_path, tmp_path)
    kept, found = (contents(place / "atlas.gpkg") for place in (folder, tmp_path))
    assert set(kept) == set(found) and {"layer_styles", "gpkg_data_columns", "gpkg_metadata"} <= set(kept)
    for name, rows in kept.items():
        assert found[name] == rows, name


def contents(path):
    """Every table of a GeoPackage that describes the others, but the day of the last change and the extent."""
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        names = [name for name in names if name == "layer_styles" or name.startswith("gpkg_")]
        tables = {name: pd.read_sql_query(f"SELECT * FROM {name}", connection) for name in names}
    moving = ["last_change", "min_x", "min_y", "max_x", "max_y"]
    return {
        name: table.drop(columns=moving, errors="ignore").astype("object").fillna("").to_dict("split")
        for name, table in tables.items()
    }
