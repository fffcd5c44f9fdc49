"""Residences moved, merged, split and renamed in QGIS are used by the next build, which tells what changed."""

from __future__ import annotations

import json
import shutil
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyogrio
import pytest

from atlas.pipeline import build, counted
from atlas.plan import plan
from atlas.progress import Clock
from tests.divided_factory import make_divided

LAYER = "residences_a_corriger"


class Chosen(NamedTuple):
    """Addresses to correct, by what is done to them."""

    merged: list[str]  # all those of a residence
    into: list[str]  # all those of another of the same landlord
    split: str
    renamed: list[str]
    moved: str


@pytest.fixture(scope="module")
def before(divided_build):
    return pyogrio.read_dataframe(divided_build / "interne" / f"{LAYER}.gpkg", layer=LAYER).set_index("id_adresse")


@pytest.fixture(scope="module")
def chosen(before):
    residences = [rows for _, rows in before.groupby("id_residence")]
    single = [rows for rows in residences if len(rows) == 1 and rows.geometry.notna().all()]
    merged = single[0]
    into = next(rows for rows in single[1:] if rows["bailleur"].iloc[0] == merged["bailleur"].iloc[0])
    large = next(rows for rows in residences if len(rows) > 3)
    renamed = next(rows for rows in residences if len(rows) == 2)
    return Chosen(list(merged.index), list(into.index), large.index[0], list(renamed.index), single[-1].index[0])


@pytest.fixture(scope="module")
def again(qgis, divided_build, before, chosen, tmp_path_factory):
    """The commune built again from what QGIS saved, and the folder of the file."""
    place = tmp_path_factory.mktemp("corrigees")
    home, name = before.loc[chosen.into[0], ["id_residence", "nom_residence"]]
    edits = {
        **{key: {"id_residence": home, "nom_residence": name} for key in chosen.merged},
        chosen.split: {"id_residence": "A-PART", "nom_residence": "Mise à part"},
        **{key: {"nom_residence": "L’Orée – nouveau nom"} for key in chosen.renamed},
        chosen.moved: {"shift": [60, -80]},
    }
    shutil.copy(divided_build / "interne" / f"{LAYER}.gpkg", place)
    (place / "edits.json").write_text(json.dumps(edits), "utf-8")
    told = qgis("correct", place, place)
    assert told["saved"] and all(told["done"])
    once_more = tmp_path_factory.mktemp("encore")
    return build(fed_with(place / f"{LAYER}.gpkg", once_more), once_more / "atlas", ("interne",))


def fed_with(file, place):
    """Write one commune of the demo with its residences read from a file."""
    path = make_divided(place / "demo")
    shutil.copy(file, path.parent)
    text = path.read_text("utf-8")
    assert '"residences.csv"' in text
    path.write_text(text.replace('"residences.csv"', f'"{file.name}"'), "utf-8")
    return path


@pytest.fixture(scope="module")
def after(again):
    return pyogrio.read_dataframe(again / "interne" / f"{LAYER}.gpkg", layer=LAYER).set_index("id_adresse")


def test_every_correction_is_used_and_nothing_else_changes(before, after, chosen):
    home = before.loc[chosen.into[0], "id_residence"]
    assert (after.loc[chosen.merged, "id_residence"] == home).all()
    assert after.loc[chosen.split, ["id_residence", "nom_residence"]].tolist() == ["A-PART", "Mise à part"]
    assert (after.loc[chosen.renamed, "nom_residence"] == "L’Orée – nouveau nom").all()
    untouched = after.index.difference([*chosen.merged, chosen.split, *chosen.renamed, chosen.moved])
    columns = ["adresse", "bailleur", "nb_logements", "id_residence", "nom_residence", "geometry"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(after.loc[untouched, columns]), pd.DataFrame(before.loc[untouched, columns])
    )


def test_the_moved_point_is_where_the_hand_put_it(before, after, again, chosen):
    assert after.geometry[chosen.moved].distance(before.geometry[chosen.moved]) == pytest.approx(100)
    address = pyogrio.read_dataframe(again / "interne" / "atlas.gpkg", layer="adresses").set_index("id")
    assert address.loc[chosen.moved, "methode_appariement"] == "placée à la main"
    residence = pyogrio.read_dataframe(again / "interne" / "atlas.gpkg", layer="residences").set_index("id")
    point = residence.geometry[after.loc[chosen.moved, "id_residence"]]
    assert point.distance(after.geometry[chosen.moved]) == pytest.approx(0, abs=0.01)


def test_the_report_says_what_changed(before, again, chosen):
    content = json.loads((again / "bilan.json").read_text("utf-8"))["tableaux"]["Corrections faites à la main"]
    home, gone = (before.loc[addresses[0], "id_residence"] for addresses in (chosen.into, chosen.merged))
    left, new = before.loc[chosen.split, "id_residence"], before.loc[chosen.renamed[0]]
    told = {(row["changement"], row["residence"]): row for row in content}
    assert told["réunion", home]["detail"] == ", ".join(sorted([home, gone]))
    assert told["division", left]["detail"] == ", ".join(sorted([left, "A-PART"]))
    assert told["nouveau nom", new["id_residence"]]["detail"] == f"{new['nom_residence']} → L’Orée – nouveau nom"
    assert told["nouveau nom", new["id_residence"]]["adresses"] == 2
    assert told["déplacement", before.loc[chosen.moved, "id_residence"]]["detail"] == chosen.moved
    assert {kind for kind, _ in told} == {"réunion", "division", "nouveau nom", "déplacement"}
    page = (again / "bilan.html").read_text("utf-8")
    assert "Corrections faites à la main" in page and "A-PART" in page and "L’Orée – nouveau nom" in page


def test_what_the_second_build_gives_to_correct_keeps_the_first_corrections(again, after, tmp_path):
    path = fed_with(again / "interne" / f"{LAYER}.gpkg", tmp_path)
    third = counted(plan(path, ("interne",)), Clock()).addresses.set_index("id_adresse").loc[after.index]
    for column in ("id_residence", "nom_residence"):
        assert third[column].tolist() == after[column].tolist()
    located = after[after.geometry.notna()]
    gaps = np.hypot(
        third.loc[located.index, "x"] - located.geometry.x, third.loc[located.index, "y"] - located.geometry.y
    )
    assert gaps.max() < 0.01
