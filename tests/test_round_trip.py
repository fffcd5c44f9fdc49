"""What a build gives to correct comes back as ``[sources.residences]``: a correction is used, nothing else moves."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

from atlas.pipeline import counted
from atlas.plan import plan
from atlas.progress import Clock
from atlas.sources.corrections import changes


@pytest.fixture(scope="module")
def territory(demo_territory, demo_build, tmp_path_factory):
    """The demo fed with its own table of residences, one of them split by hand."""
    folder = tmp_path_factory.mktemp("aller-retour") / "demo"
    shutil.copytree(demo_territory.parent, folder)
    table = pd.read_csv(demo_build / "interne" / "residences_a_corriger.csv", sep=";", decimal=",", dtype=str)
    several = table.groupby("id_residence").filter(lambda rows: len(rows) > 2)
    moved = several["id_adresse"].iloc[0]
    table.loc[table["id_adresse"] == moved, ["id_residence", "nom_residence"]] = ["A-PART", "Mise à part"]
    table.to_csv(folder / "residences.csv", sep=";", index=False)
    return folder / "territoire.toml", moved


@pytest.fixture(scope="module")
def survey(territory):
    """The territory counted again: what pages are made of, without making them."""
    return counted(plan(territory[0], ("interne",)), Clock())


def test_a_correction_is_used_and_nothing_else_moves(territory, demo_build, survey):
    _, moved = territory
    way = pd.read_parquet(demo_build / "parcours.parquet").drop_duplicates("id_adresse")
    before, after = (table.set_index("id_adresse")["id_residence"] for table in (way, survey.addresses))
    shown = pd.read_csv(demo_build / "interne" / "residences_a_corriger.csv", sep=";", dtype=str)["id_adresse"]
    changed = before[shown].ne(after[shown])
    assert changed[changed].index.tolist() == [moved]
    assert after[moved] == "A-PART"


def test_what_the_csv_changed_is_told(survey):
    found = changes(survey.corrections)
    assert found["changement"].tolist() == ["division", "nouveau nom"]
    assert "A-PART" in found["detail"].iloc[0] and found["residence"].iloc[1] == "A-PART"
    assert "Résidences corrigées à la main : 1 division, 1 nouveau nom." in survey.remarks


def test_a_build_without_corrections_says_nothing_of_them(demo_build):
    content = json.loads((demo_build / "bilan.json").read_text("utf-8"))
    assert "Corrections faites à la main" not in content["tableaux"]
    assert not [remark for remark in content["remarques"] if "corrigées à la main" in remark]
