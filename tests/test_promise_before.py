"""The promise of secrecy on a real build, beside what was given before it."""

from __future__ import annotations

import shutil

import pandas as pd

from atlas.audit import audit, limits_of
from atlas.pipeline import build
from atlas.plan import secrecy_rules


def test_what_was_given_before_is_taken_into_account_and_reported(demo_territory, demo_build, tmp_path):
    """An earlier edition with other residences: what both give together is protected, or reported when too late."""
    folder = tmp_path / "demo"
    shutil.copytree(demo_territory.parent, folder)
    declared = pd.read_csv(folder / "residences.csv", sep=";", dtype=str)
    way = pd.read_parquet(demo_build / "parcours.parquet")
    sizes = way[way["campagne"] == 2022].set_index("id_adresse")["nb_logements"]
    shown = way[way["campagne"] == 2022].groupby("id_residence").filter(lambda rows: len(rows) > 1)
    small = shown[shown["id_adresse"].isin(declared["id_adresse"]) & shown["nb_logements"].between(1, 10)]
    moved = small["id_adresse"].iloc[0]
    declared.loc[declared["id_adresse"] == moved, "id_residence"] = "HTV-A-PART"
    declared.to_csv(folder / "residences.csv", sep=";", index=False)
    given = [demo_build / "partenaire"]
    built = build(folder / "territoire.toml", tmp_path / "atlas", ("interne", "partenaire"), already=given)
    assert sizes[moved] < 11
    verdict = audit(built / "partenaire", limits_of(secrecy_rules()), already=given, measured=False)
    assert verdict.safe, verdict.text()
