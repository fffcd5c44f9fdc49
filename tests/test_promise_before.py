"""The promise of secrecy on a real build of one commune, beside what was given before it."""

from __future__ import annotations

import pandas as pd
import pyogrio

from atlas.audit import audit, limits_of
from atlas.pipeline import build
from atlas.plan import secrecy_rules
from tests.divided_factory import make_divided


def test_what_was_given_before_is_taken_into_account_and_reported(divided_build, tmp_path):
    """An earlier edition with other residences: what both give together is protected, or reported when too late.

    One small address leaves its residence. Another, masked, joins a large one that was published alone: published in
    its turn, their residence would give it by difference.
    """
    territory = make_divided(tmp_path / "commune")
    declared = pd.read_csv(territory.parent / "residences.csv", sep=";", dtype=str)
    way = pd.read_parquet(divided_build / "parcours.parquet").query("campagne == 2022")
    sizes = way.set_index("id_adresse")["nb_logements"]
    shown = way.groupby("id_residence").filter(lambda rows: len(rows) > 1)
    small = shown[shown["id_adresse"].isin(declared["id_adresse"]) & shown["nb_logements"].between(1, 10)]
    moved = small["id_adresse"].iloc[0]
    declared.loc[declared["id_adresse"] == moved, "id_residence"] = "HTV-A-PART"
    alone = way.groupby("id_residence").filter(lambda rows: len(rows) == 1)
    few = alone[alone["menages"].between(3, 10)].iloc[0]
    many = alone[(alone["bailleur"] == few["bailleur"]) & (alone["menages"] > 30)].iloc[0]
    pair = [few["id_adresse"], many["id_adresse"]]
    joined = pd.DataFrame({"id_adresse": pair, "id_residence": "HTV-ENSEMBLE", "nom_residence": "Ensemble"})
    declared = pd.concat([declared[~declared["id_adresse"].isin(pair)], joined])
    declared.to_csv(territory.parent / "residences.csv", sep=";", index=False)
    given = [divided_build / "partenaire"]
    built = build(territory, tmp_path / "atlas", ("partenaire",), already=given)
    assert sizes[moved] < 11 and sizes[pair[0]] < 11
    before, now = (
        pyogrio.read_dataframe(folder / "atlas.gpkg", layer=layer, read_geometry=False).set_index("id")["st_inf40"]
        for folder, layer in ((given[0], "adresses"), (built / "partenaire", "residences"))
    )
    assert before[pair].tolist() == ["secret", "publié"] and now["HTV-ENSEMBLE"] == "secret"
    verdict = audit(built / "partenaire", limits_of(secrecy_rules()), already=given, measured=False)
    assert verdict.safe, verdict.text()
