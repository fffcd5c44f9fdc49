"""What a build gives to correct comes back as ``[sources.residences]``: a correction is used, nothing else moves."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from atlas.pipeline import build


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


def test_a_correction_is_used_and_nothing_else_moves(territory, demo_build, tmp_path):
    file, moved = territory
    built = build(file, tmp_path / "atlas", ("interne",))
    before, after = (
        pd.read_parquet(folder / "parcours.parquet")
        .drop_duplicates("id_adresse")
        .set_index("id_adresse")["id_residence"]
        for folder in (demo_build, built)
    )
    shown = pd.read_csv(demo_build / "interne" / "residences_a_corriger.csv", sep=";", dtype=str)["id_adresse"]
    changed = before[shown].ne(after[shown])
    assert changed[changed].index.tolist() == [moved]
    assert after[moved] == "A-PART"
