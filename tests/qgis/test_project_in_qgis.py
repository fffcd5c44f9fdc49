"""The project opens without a question, shows what the web map shows, and prints one page per commune and quarter."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import zipfile
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from atlas.publish.book import Book
from atlas.publish.formats import write_formats
from atlas.publish.frame import shipped_catalogue
from atlas.publish.layers import layers_of
from atlas.publish.legend import legend_of
from atlas.publish.page_data import drawable
from atlas.publish.qgis.pictures import pictures_of
from atlas.publish.qgis.project import write_project

IMAGES = Path(__file__).with_name("images")
REDRAW = "ATLAS_REDRAW"  # set it to store the pictures anew, then look at them
MEAN, FAR, FEW = 2.0, 60, 0.02  # a picture may differ by 2 of 255 on average, and far from it on 2 % of its pixels


@pytest.fixture(scope="module")
def seen(qgis, folder, target):
    before = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}
    found = qgis("project", folder, target)
    found["unchanged"] = before == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()
    }
    return found


def test_the_project_opens_whole_and_asks_nothing(seen, edition):
    assert seen["read"] and not seen["error"] and seen["log"] == [] and not seen["dirty"]
    assert seen["crs"] == f"EPSG:{edition.crs.to_epsg()}"
    assert [name for name, layer in seen["layers"].items() if not layer["valid"]] == []
    assert seen["asked"] == [] and seen["code"] == []
    systems = {layer["crs"] for name, layer in seen["layers"].items() if layer["rules"]}
    assert systems == {seen["crs"]} and "" not in {layer["crs"] for layer in seen["layers"].values()}
    assert seen["unchanged"]


def test_the_probe_hears_what_qgis_asks(qgis, folder, tmp_path):
    shutil.copy(folder / "atlas.qgz", tmp_path / "atlas.qgz")
    broken = tmp_path / "atlas.gpkg"
    shutil.copy(folder / "atlas.gpkg", broken)
    with sqlite3.connect(broken) as connection:
        connection.execute("DELETE FROM gpkg_contents WHERE table_name = 'iris'")
    found = qgis("project", tmp_path, tmp_path)
    assert any("iris" in question for question in found["asked"])


def test_every_table_and_every_layer_of_the_page_is_there(seen, edition):
    shown = {re.search(r"layername=(\w+)", layer["source"])[1] for layer in seen["layers"].values() if layer["rules"]}
    every = {layer.name for layer in layers_of(edition) if layer.geometry}
    assert shown == every
    catalogue = shipped_catalogue()
    for drawing in drawable(edition, catalogue):
        layer = seen["layers"][f"atlas_couche_{drawing.id}"]
        assert layer["title"] == drawing.title and layer["visible"] is (
            drawing.column == edition.level if drawing.undetermined else drawing.visible
        )
        assert [rule["label"] for rule in layer["rules"]] == [
            one.label for one in legend_of(drawing, edition, catalogue).classes
        ]
        assert layer["without_class"] == []
    assert {group.title for group in catalogue.groups} <= set(seen["groups"])


def test_the_background_is_there_and_off(seen):
    background = seen["layers"]["atlas_couche_plan_ign"]
    assert background["valid"] and not background["visible"] and "geopf.fr" in background["source"]


def test_paths_are_relative_and_name_nothing_of_the_machine(seen, folder, tmp_path):
    with zipfile.ZipFile(folder / "atlas.qgz") as archive:
        assert archive.namelist() == ["atlas.qgs"]
        text = archive.read("atlas.qgs").decode("utf-8")
    sources = re.findall(r"<datasource>([^<]*)</datasource>", text)
    assert all(source.startswith(("./atlas.gpkg|", "type=xyz")) for source in sources)
    assert str(folder.parent) not in text and "saveUser" not in text
    assert not seen["absolute"]


def test_a_folder_moved_whole_still_opens(qgis, folder, tmp_path):
    moved = tmp_path / "Ailleurs, déplacé"
    shutil.copytree(folder, moved)
    found = qgis("project", moved, tmp_path)
    assert all(layer["valid"] for layer in found["layers"].values())
    assert str(moved) in found["layers"]["atlas_couche_residences_niveau"]["source"]


def test_relations_show_addresses_and_series_of_a_residence(seen, edition):
    tables = {"series": edition.series, "parc": edition.stock, "historique": edition.history["residences"]}
    for name, table in tables.items():
        own = table[(table.get("unite", "residences") == "residences") & (table["id"] == seen["first"])]
        assert seen["relations"][f"residence_{name}"] == [True, len(own)] and len(own)
    if edition.masked:
        assert "residence_adresses" not in seen["relations"]
    else:
        own = edition.units["adresses"]["id_residence"] == seen["first"]
        assert seen["relations"]["residence_adresses"] == [True, int(own.sum())]


def test_the_ready_selection_shows_what_it_says(seen, edition):
    table = edition.units["residences"]
    expected = (table["situation"].isin(["QVA", "hors QPV"]) & (table["nb_bas_loyer"] > 0)).sum()
    assert seen["layers"]["atlas_couche_selection_1"]["count"] == expected > 0


def test_one_bookmark_per_commune_and_quarter(seen, edition):
    assert seen["bookmarks"] == {
        **dict.fromkeys(edition.units["communes"]["nom"], "Communes"),
        **dict.fromkeys(edition.units["quartiers"]["nom"], "Quartiers"),
    }


@pytest.mark.parametrize(
    ("unit", "title"), [("communes", "Une page par commune"), ("quartiers", "Une page par quartier")]
)
def test_layouts_print_one_a4_page_per_unit(seen, edition, unit, title):
    layout = seen["layouts"][title]
    assert layout["result"][0] == 0 and layout["pages"] == len(edition.units[unit])
    pages = PdfReader(layout["pdf"]).pages
    assert len(pages) == len(edition.units[unit])
    for page in pages:
        width, height = (float(side) / 72 * 25.4 for side in (page.mediabox.width, page.mediabox.height))
        assert (round(width), round(height)) == (297, 210)
    told = sorted((" ".join(page.extract_text().split()) for page in pages), key=str.casefold)
    for name, page in zip(sorted(edition.units[unit]["nom"], key=str.casefold), told, strict=True):
        assert page.startswith(" ".join(name.split())), page[:120]
        assert not re.search(r"\d,\d{3}", page)  # a scale bar in French
    said = "\n".join(layout["texts"])
    for words in ("Données fictives", f"Édition « {edition.name} »", "Sources : ", "données simulées"):
        assert words in said
    assert ("À ne pas transmettre" in said) is not edition.masked


def test_themes_are_the_choices_of_the_page(seen, edition):
    pictures = pictures_of(edition, shipped_catalogue(), layers_of(edition))
    expected = {picture.style_name for picture in pictures if picture.group in ("residences", "secteurs")}
    assert set(seen["themes"]) == expected


PROVEN = "Ce que prouvent les critères publiés"


def picture(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"), dtype=float)


def same(one, other):
    gap = np.abs(one - other)
    return one.shape == other.shape and gap.mean() <= MEAN and (gap.max(axis=2) > FAR).mean() <= FEW


def test_every_theme_looks_as_it_did(seen, edition, target):
    stored = IMAGES / edition.name
    if os.environ.get(REDRAW):
        stored.mkdir(exist_ok=True, parents=True)
        for number in range(len(seen["themes"])):
            image = Image.open(target / f"theme_{number:02d}.png").convert("RGB")
            image.quantize(64, dither=Image.Dither.NONE).save(stored / f"theme_{number:02d}.png", optimize=True)
        (stored / "themes.json").write_text(json.dumps(seen["themes"], ensure_ascii=False, indent=1) + "\n", "utf-8")
    titles = json.loads((stored / "themes.json").read_text("utf-8"))
    assert titles == seen["themes"]
    different = [
        title
        for number, title in enumerate(titles)
        if not same(picture(target / f"theme_{number:02d}.png"), picture(stored / f"theme_{number:02d}.png"))
    ]
    assert different == []


def test_the_comparison_of_pictures_can_see(seen, target):
    drawn = {title: picture(target / f"theme_{number:02d}.png") for number, title in enumerate(seen["themes"])}
    criteria = [title for title in drawn if title.startswith(("Critères", "Synthèse", "Par IRIS"))]
    # A level and what published figures prove of it may be drawn alike.
    scales = {f"Synthèse : {title}" for title in ("Niveau de fragilité des résidences", PROVEN)}
    alike = [pair for pair in combinations(criteria, 2) if not set(pair) <= scales and same(*map(drawn.get, pair))]
    assert alike == []
    assert all(len(np.unique(image.reshape(-1, 3), axis=0)) > 20 for image in drawn.values())


def test_the_same_edition_gives_the_same_project(edition, folder, tmp_path):
    write_project(Book.of(edition), tmp_path)
    assert (tmp_path / "atlas.qgz").read_bytes() == (folder / "atlas.qgz").read_bytes()


def test_qgis_reads_every_sld(qgis, edition, folder, target):
    write_formats(Book.of(edition), folder, ["sld"])
    pictures = [one for one in pictures_of(edition, shipped_catalogue(), layers_of(edition)) if one.kind]
    tables = {picture.id: picture.layer.name for picture in pictures}
    (target / "tables.json").write_text(json.dumps(tables), "utf-8")
    found = qgis("slds", folder, target)
    for one in pictures:
        told = found[one.id]
        assert told["loaded"], told["message"]
        if len(one.classes) > 1:
            assert {rule["label"] for rule in told["rules"]} == {drawn.label for drawn in one.classes}
    shutil.rmtree(folder / "formats")
