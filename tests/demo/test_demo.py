"""The demonstration territory: it regenerates itself, follows the published totals, and its answer adds up."""

import gzip
import tomllib
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

DEMO = Path(__file__).parents[2] / "data" / "demo"
WRITTEN = [
    "actualisation_2025-06-30.csv",
    "adresses.csv.gz",
    "attributions_2022.csv",
    "demandes_2022.csv",
    "iris_2022.gpkg",
    "logements_2022.csv.gz",
    "logements_2026.csv.gz",
    "ops_2018.csv.gz",
    "ops_2020.csv",
    "ops_2022.csv",
    "ops_2024.csv.gz",
    "ops_2026.csv.gz",
    "qpv_2015.geojson",
    "qpv_2024.geojson",
    "qva.gpkg",
    "reponse.json",
    "reponse_adresses.csv.gz",
    "reponse_evolution.json",
    "reponse_residences_2022.csv.gz",
    "residences.csv",
]
RATES = {
    "inf40": ("menages_inf40_plus", "menages_ressources_connues"),
    "er_inf40": ("emmenages_recents_inf40_plus", "emmenages_recents_ressources_connues"),
    "chomage": ("majeurs_chomeurs", "majeurs_activite_connue"),
}


def share(table: pd.DataFrame, numerator: str, denominator: str) -> float:
    return table[numerator].sum() / table[denominator].sum()


# --- the files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WRITTEN)
def test_shipped_file_is_what_the_generator_writes(fresh, name):
    new, shipped = fresh / name, DEMO / name
    if name.endswith(".gz"):  # the compressed bytes follow the zlib at hand, what they hold does not
        assert gzip.decompress(new.read_bytes()) == gzip.decompress(shipped.read_bytes())
    elif name.endswith(".gpkg"):  # the container follows the SQLite at hand
        assert_geodataframe_equal(gpd.read_file(new), gpd.read_file(shipped))
    else:
        assert new.read_bytes() == shipped.read_bytes()


@pytest.mark.slow
def test_two_runs_write_the_same_bytes(generate, fresh, tmp_path):
    again = generate(tmp_path / "b", "1")
    assert sorted(path.name for path in again.iterdir()) == WRITTEN
    assert [name for name in WRITTEN if (again / name).read_bytes() != (fresh / name).read_bytes()] == []


def test_folder_stays_small():
    assert sum((DEMO / name).stat().st_size for name in WRITTEN) < 2_100_000


def test_territory_file_names_existing_files_and_says_it_is_fictional():
    territory = tomllib.loads((DEMO / "territoire.toml").read_text(encoding="utf-8"))
    assert territory["territoire"]["fictif"] is True
    sources = territory["sources"]
    named = [name for source in sources.values() if isinstance(source, dict) for name in source.get("fichiers", [])]
    named += [source["fichier"] for source in sources.values() if isinstance(source, dict) and "fichier" in source]
    named += [zone["fichier"] for zone in sources["zones"]]
    assert len(named) == 10
    assert all((DEMO / name).is_file() for name in named)


def test_address_base_has_the_national_columns(ban):
    assert len(ban.columns) == 23
    assert list(ban.columns[:4]) == ["id", "id_fantoir", "numero", "rep"]
    assert ban["id"].is_unique
    assert ban["numero"].dtype == "int64"
    metres = gpd.GeoSeries(gpd.points_from_xy(ban["lon"], ban["lat"]), crs=4326).to_crs(2154)
    assert np.hypot(metres.x - ban["x"], metres.y - ban["y"]).max() < 0.2


# --- the ground --------------------------------------------------------------------------------------------------


def test_iris_tile_the_territory(zones):
    iris = zones["iris"]
    assert len(iris) == 60
    assert iris["code_insee"].nunique() == 12
    assert iris.crs.to_epsg() == 2154
    assert (iris.geom_type == "Polygon").all()
    assert shapely.coverage_is_valid(iris.geometry.values)
    assert (iris["code_iris"].str[:5] == iris["code_insee"]).all()
    whole = iris.union_all()
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0
    assert whole.area == pytest.approx(iris.area.sum())


def test_quarters_cross_the_statistical_districts(zones):
    parts = gpd.overlay(zones["qpv"], zones["iris"], how="intersection")
    parts = parts[parts.area > 100]
    assert (parts.groupby("code_qp")["code_iris"].nunique() >= 2).any()
    assert parts.groupby("code_qp")["code_insee"].nunique().max() == 2  # one spans two communes


def test_truth_is_where_the_zone_files_say(truth, zones):
    points = shapely.points(truth["x"], truth["y"])
    for key, code, column in (
        ("iris", "code_iris", "code_iris"),
        ("qpv", "code_qp", "code_qpv"),
        ("qva", "code", "code_qva"),
    ):
        row, zone = shapely.STRtree(zones[key].geometry.values).query(points, predicate="within")
        found = pd.Series("", index=truth.index)
        found.iloc[row] = zones[key][code].to_numpy()[zone]
        assert found.tolist() == truth[column].tolist()


# --- the published orders of magnitude ---------------------------------------------------------------------------


def test_stock_follows_published_totals(surveys, truth):
    survey = surveys[2022].merge(truth[["id_adresse", "code_qpv"]], on="id_adresse")
    total = survey["nb_logements"].sum()
    assert total == pytest.approx(27_008, rel=0.02)
    published = np.array([9638, 5148, 4645, 3197, 1348])
    landlords = survey.groupby("bailleur")["nb_logements"].sum().sort_values(ascending=False).to_numpy()
    assert landlords / total == pytest.approx(published / published.sum(), abs=0.015)
    assert survey.loc[survey["code_qpv"].ne(""), "nb_logements"].sum() / total == pytest.approx(0.304, abs=0.02)
    assert survey["code_insee"].nunique() == 12
    assert survey.groupby("code_insee")["nb_logements"].sum().idxmax() == "21901"


def test_occupation_follows_published_totals(surveys, truth):
    survey = surveys[2022].merge(truth[["id_adresse", "code_qpv"]], on="id_adresse")
    inside = survey[survey["code_qpv"].ne("")]
    outside = survey[survey["code_qpv"].eq("")]
    assert 0.50 < share(inside, *RATES["inf40"]) < 0.62
    assert share(inside, *RATES["er_inf40"]) == pytest.approx(0.63, abs=0.025)
    assert share(inside, *RATES["chomage"]) > 0.20 > share(outside, *RATES["chomage"])
    assert share(outside, *RATES["inf40"]) < 0.40
    assert share(survey, "logements_vacants", "nb_logements") == pytest.approx(0.014, abs=0.002)
    assert share(inside, "logements_vacants", "nb_logements") == pytest.approx(0.018, abs=0.003)
    assert 0.08 <= share(survey, "emmenagements_annee", "nb_logements") <= 0.09
    occupied = survey["nb_logements"].sum() - survey["logements_vacants"].sum()
    assert survey["menages"].sum() / occupied == pytest.approx(0.85, abs=0.02)


def test_low_rents_follow_published_totals(answer):
    low = answer["bas_loyer_2022"]["verite"]
    count = sum(place["bas_loyer"] for place in low.values())
    assert count / sum(place["comparables"] for place in low.values()) == pytest.approx(0.37, abs=0.01)
    assert low["QPV"]["bas_loyer"] / count == pytest.approx(0.57, abs=0.02)
    assert low["QPV"]["bas_loyer"] / low["QPV"]["comparables"] == pytest.approx(0.70, abs=0.01)


def test_levels_vary_and_secrecy_bites(answer):
    counts = {k: len(v) for k, v in answer["residences_2022"]["par_nombre_de_criteres"].items()}
    assert set(counts) == {"0", "1", "2", "3"}
    assert min(counts.values()) >= 50
    assert 150 <= answer["residences_2022"]["moins_de_11_logements"] <= 250
    assert 600 <= answer["residences_2022"]["nombre"] <= 700


def test_attributions_follow_published_totals(answer):
    found = answer["attributions_2022"]
    assert 0.10 < found["hors_qpv"]["baux_q1_ou_relogement"] / found["hors_qpv"]["baux"] < 0.16  # published: 12.76 %
    assert 0.50 < found["en_qpv"]["decisions_q2_q4"] / found["en_qpv"]["decisions"] < 0.75


# --- the known answer --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [2020, 2022])
def test_answer_adds_up(answer, surveys, truth, year):
    survey = surveys[year].merge(truth, on="id_adresse", suffixes=("", "_vrai"), validate="1:1")
    zones = answer["verite"][str(year)]
    for name, total in answer["territoire"][str(year)].items():
        assert total["somme"] == survey[name].sum()
        assert total["logements_renseignes"] == survey.loc[survey[name].notna(), "nb_logements"].sum()
    for column in ("nb_logements", *(c for pair in RATES.values() for c in pair)):
        whole = answer["territoire"][str(year)][column]["somme"]
        for by in ("iris", "communes", "situation"):
            assert sum(zone[column] for zone in zones[by].values()) == whole
        for by, key in (("iris", "code_iris"), ("qpv", "code_qpv")):
            sums = survey[survey[key].ne("")].groupby(key)[column].sum()
            assert {code: zone[column] for code, zone in zones[by].items()} == sums.to_dict()
        lost = survey.loc[survey["localisable"].eq("non"), column].sum()
        assert sum(zone[column] for zone in answer["localisable"][str(year)]["iris"].values()) == whole - lost


def test_bands_and_denominators_are_in_order(surveys):
    chain = [f"menages_inf{top}_plus" for top in (20, 40, 60, 100)] + ["menages_ressources_connues", "menages"]
    works = ["majeurs_chomeurs", "majeurs_emploi_stable", "majeurs_emploi_precaire", "majeurs_sans_emploi"]
    for survey in surveys.values():
        assert survey["id_adresse"].is_unique
        for small, large in [*pairwise(chain), *RATES.values()]:
            assert (survey[small] <= survey[large]).where(survey[small].notna(), True).all()
        assert (survey["menages"] + survey["logements_vacants"] <= survey["nb_logements"]).all()
        known = survey[survey["majeurs_activite_connue"].notna()]
        assert (known[works].sum(axis=1) == known["majeurs_activite_connue"]).all()


def test_low_rents_recounted_from_the_file(read, answer, truth):
    rents = read("logements_2022.csv.gz")
    rents = rents.merge(truth[["id_adresse", "code_qpv", "code_qva"]], on="id_adresse")
    monthly = pd.to_numeric(rents["loyer_mensuel_hc"], errors="coerce").replace({9999: np.nan, 0: np.nan})
    rate = monthly / rents["surface_utile"].where(rents["surface_utile"].ne(999))
    place = np.where(rents["code_qpv"].ne(""), "QPV", np.where(rents["code_qva"].ne(""), "QVA", "hors QPV"))
    for name, counts in answer["bas_loyer_2022"]["fichier"].items():
        mine = rate[place == name].dropna()
        assert counts == {"bas_loyer": int((mine < 5.10).sum()), "comparables": len(mine)}
