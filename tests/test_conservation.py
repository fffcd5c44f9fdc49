"""The conservation laws of every output, against an independent recount of the input files in plain pandas."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest

BUILDS = ("demo_build", "bondy_build", "narbonne_build")
PARTITIONS = ("residences", "adresses", "situations", "communes")


@pytest.fixture(params=BUILDS)
def built(request):
    return request.getfixturevalue(request.param)


def layer(built, name, edition="interne"):
    return pyogrio.read_dataframe(built / edition / "atlas.gpkg", layer=name, read_geometry=False)


def test_dwellings_of_every_partition_add_up_to_the_territory(built):
    total = layer(built, "territoire")["nb_logements"].iloc[0]
    for name in PARTITIONS:
        assert layer(built, name)["nb_logements"].sum() == total, name
    addresses = layer(built, "adresses")
    unplaced = addresses.loc[addresses["code_iris"].isna(), "nb_logements"].sum()
    assert layer(built, "iris")["nb_logements"].sum() + unplaced == total


def test_unmasked_counts_of_every_partition_add_up_to_the_territory(built):
    territory = layer(built, "territoire").iloc[0]
    counts = [name for name in territory.index if name.startswith(("n_", "d_"))] + ["menages", "nb_adresses"]
    for name in PARTITIONS:
        table = layer(built, name)
        for column in counts:
            whole = territory[column]
            assert (pd.isna(whole) and table[column].isna().all()) or table[column].sum() == whole, (name, column)


def test_editions_agree_on_dwellings(built):
    for name in ("territoire", "communes", "iris", "quartiers", "residences"):
        internal, partner = layer(built, name), layer(built, name, "partenaire")
        assert internal["nb_logements"].tolist() == partner["nb_logements"].tolist(), name


def test_bondy_agrees_with_a_plain_recount(bondy_build, bondy_folder):
    survey = pd.read_csv(bondy_folder / "ops_2022_simule.csv", sep=";", dtype={"code_insee": str})
    addresses = layer(bondy_build, "adresses")
    points = gpd.read_file(bondy_build / "interne" / "atlas.gpkg", layer="adresses")
    iris = gpd.read_file(bondy_folder / "iris_2022.gpkg")
    qpv = gpd.read_file(bondy_folder / "qpv_2024.geojson").to_crs(iris.crs)
    qpv["geometry"] = qpv.make_valid()
    total = layer(bondy_build, "territoire").iloc[0]
    assert total["nb_logements"] == survey["nb_logements"].sum() == 10862
    assert total["menages"] == survey["menages"].sum()
    assert total["n_inf40"] == survey["menages_inf40_plus"].sum()

    joined = points[["id", "geometry"]].merge(survey, left_on="id", right_on="id_adresse")
    for polygons, code, name, published in ((iris, "CODE_IRIS", "iris", "iris"), (qpv, "code", "qpv", "quartiers")):
        inside = gpd.sjoin(joined, polygons[[code, "geometry"]]).drop_duplicates("id_adresse")
        expected = inside.groupby(code)[["nb_logements", "menages_inf40_plus", "majeurs_chomeurs"]].sum()
        found = layer(bondy_build, published).set_index("id").reindex(expected.index)
        assert found["nb_logements"].tolist() == expected["nb_logements"].tolist(), name
        assert found["n_inf40"].tolist() == expected["menages_inf40_plus"].tolist(), name
        assert found["n_chomage"].tolist() == expected["majeurs_chomeurs"].tolist(), name
    assert len(addresses) == 714


def test_narbonne_agrees_with_the_register(narbonne_build, narbonne_folder):
    register = pd.read_csv(narbonne_folder / "rpls_detail_11262.csv", sep=";", dtype=str)
    dwellings = pd.to_numeric(register["nb"])
    situations = layer(narbonne_build, "situations").set_index("id")["nb_logements"]
    declared = dwellings.groupby(register["QPV"]).sum()
    assert layer(narbonne_build, "territoire")["nb_logements"].iloc[0] == dwellings.sum() == 6043
    assert situations["QPV"] == declared["1"]
    assert situations["hors QPV"] == declared["2"]


def test_rates_are_sums_over_sums(built):
    for name in ("territoire", "communes", "iris", "residences"):
        table = layer(built, name)
        shown = table[table["st_inf40"] == "publié"]
        exact = 100 * shown["n_inf40"] / shown["d_inf40"]
        assert np.allclose(shown["tx_inf40"], exact, atol=0.1), name
