"""The promise of secrecy on real builds, as written: masked editions, their union, every landlord, every campaign."""

from __future__ import annotations

import shutil
import sqlite3

import pandas as pd
import pyogrio
import pytest

from atlas.audit import audit, limits_of, refuse_leaks
from atlas.errors import AtlasError
from atlas.pipeline import build
from atlas.plan import secrecy_rules
from tests.conftest import EVERYONE, LANDLORDS


@pytest.fixture(scope="module")
def everything(demo_territory, tmp_path_factory):
    """A build with every kind of edition; that of Bondy is looked at by tests/test_promise_bondy.py."""
    return build(demo_territory, tmp_path_factory.mktemp("demo") / "atlas", (*EVERYONE, *LANDLORDS))


@pytest.fixture(scope="module")
def limits():
    return limits_of(secrecy_rules())


def test_no_group_under_the_threshold_is_derivable(everything, limits):
    editions = [folder for folder in sorted(everything.iterdir()) if folder.is_dir() and folder.name != "interne"]
    landlords = pd.read_parquet(everything / "atomes.parquet")["bailleur"].nunique()
    for folder in editions:
        others = [other for other in editions if other != folder and not other.name.startswith("bailleur-")]
        verdict = audit(folder, limits, also=others if folder.name != "public" else (), measured=False)
        assert verdict.safe, verdict.text()
        assert {attacked.campaign for attacked in verdict.attacks} == {2020, 2022}
        if folder.name == "partenaire":
            assert len({attacked.reader for attacked in verdict.attacks}) == landlords + 1


def test_public_shows_nothing_that_partners_do_not_see(everything):
    for layer in ("territoire", "situations", "communes", "quartiers", "iris"):
        public, partner = (
            pyogrio.read_dataframe(everything / name / "atlas.gpkg", layer=layer, read_geometry=False)
            for name in ("public", "partenaire")
        )
        pd.testing.assert_frame_equal(public, partner)
    counted = {
        name: pyogrio.read_dataframe(everything / name / "atlas.gpkg", layer="residences", read_geometry=False)
        for name in ("public", "partenaire")
    }
    assert (counted["public"]["st_inf40"] == "publié").sum() == (counted["partenaire"]["st_inf40"] == "publié").sum()
    assert counted["public"]["bailleur"].isna().all()


def test_a_landlord_sees_its_own_stock_and_no_other(everything):
    for folder in everything.glob("bailleur-*"):
        residences = pyogrio.read_dataframe(folder / "atlas.gpkg", layer="residences", read_geometry=False)
        internal = pyogrio.read_dataframe(
            everything / "interne" / "atlas.gpkg", layer="residences", read_geometry=False
        )
        own = residences["n_inf40"].notna()
        assert own.any() and residences.loc[own, "bailleur"].nunique() == 1
        mine = internal.set_index("id").loc[residences.loc[own, "id"]]
        assert mine["n_inf40"].tolist() == residences.loc[own, "n_inf40"].tolist()
        others = residences[residences["bailleur"] != residences.loc[own, "bailleur"].iloc[0]]
        assert others.filter(regex="^(n|d|marge)_").isna().all(axis=None)


def test_the_gate_refuses_an_edition_that_tells_one_masked_residence(everything, tmp_path):
    """A planted leak: the partners' GeoPackage tells one figure that it should not, as a faulty engine would."""
    shutil.copytree(everything, tmp_path / "atlas", ignore=shutil.ignore_patterns("public", "bailleur-*"))
    package = tmp_path / "atlas" / "partenaire" / "atlas.gpkg"
    with sqlite3.connect(package) as database:
        database.create_function("ST_IsEmpty", 1, lambda value: 0)
        told = database.execute(
            "SELECT id FROM residences WHERE st_inf40 = 'secret' AND nb_logements < 11 LIMIT 1"
        ).fetchone()
        database.execute(
            "UPDATE series SET statut = 'publié', valeur = 40"
            " WHERE unite = 'residences' AND id = ? AND campagne = 2022",
            told,
        )
    database.close()
    with pytest.raises(AtlasError) as refused:
        refuse_leaks(tmp_path / "atlas", secrecy_rules())
    assert "AUDIT-FUITE" in str(refused.value)
