"""The atlas finds what the generator of the demo knows: places, residences, counts and levels."""

from __future__ import annotations

import json

import pandas as pd
import pyogrio
import pytest

NUMERATORS = {
    "menages_inf40_plus": "n_inf40",
    "menages_ressources_connues": "d_inf40",
    "emmenages_recents_inf40_plus": "n_er_inf40",
    "emmenages_recents_ressources_connues": "d_er_inf40",
    "majeurs_chomeurs": "n_chomage",
    "majeurs_activite_connue": "d_chomage",
}

PLACES = {"oui": ["QPV"], "non": ["QVA", "hors QPV"]}


@pytest.fixture(scope="module")
def answer(demo_territory):
    return json.loads((demo_territory.parent / "reponse.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def truth(demo_territory):
    return pd.read_csv(demo_territory.parent / "reponse_adresses.csv.gz", sep=";", dtype={"code_iris": str}).set_index(
        "id_adresse"
    )


@pytest.fixture(scope="module")
def way(demo_build):
    return pd.read_parquet(demo_build / "parcours.parquet")


def layer(built, name):
    return pyogrio.read_dataframe(built / "interne" / "atlas.gpkg", layer=name, read_geometry=False).set_index("id")


@pytest.mark.parametrize(("kind", "name"), [("iris", "iris"), ("qpv", "quartiers"), ("qva", "quartiers")])
def test_counts_of_every_zone_are_those_of_the_places_that_can_be_found(demo_build, answer, kind, name):
    found = layer(demo_build, name)
    for code, expected in answer["localisable"]["2022"][kind].items():
        assert found.loc[code, "nb_logements"] == expected["nb_logements"], code
        for measure, column in NUMERATORS.items():
            if measure in expected:
                assert found.loc[code, column] == expected[measure], (code, measure)


def test_totals_of_every_campaign_are_those_of_the_generator(demo_build, answer):
    series = pyogrio.read_dataframe(demo_build / "interne" / "atlas.gpkg", layer="series")
    whole = series[series["unite"] == "territoire"].set_index(["campagne", "indicateur"])
    for year, measures in answer["territoire"].items():
        assert whole.loc[(int(year), "inf40"), "numerateur"] == measures["menages_inf40_plus"]["somme"]
        assert whole.loc[(int(year), "chomage"), "numerateur"] == measures["majeurs_chomeurs"]["somme"]


def test_only_the_planted_addresses_have_no_place(way, truth):
    lost = set(way.loc[way["x"].isna(), "id_adresse"])
    assert lost == set(truth.index[truth["localisable"].astype(str).isin(["non", "False", "0"])]) & set(
        way["id_adresse"]
    )
    assert len(lost) == 5


def test_a_found_address_is_at_its_true_place(way, truth):
    found = way.dropna(subset="x").drop_duplicates("id_adresse").set_index("id_adresse")
    exact = found[found["methode_appariement"].isin(["identifiant", "adresse exacte"])]
    at = truth.loc[exact.index]
    distance = ((exact["x"] - at["x"]) ** 2 + (exact["y"] - at["y"]) ** 2) ** 0.5
    assert distance.quantile(0.99) < 5
    assert (found["code_iris"] == truth.loc[found.index, "code_iris"]).mean() > 0.998


def test_addresses_are_grouped_as_the_generator_built_them(way, truth):
    found = way.drop_duplicates("id_adresse").set_index("id_adresse")["id_residence"]
    both = pd.crosstab(found, truth.loc[found.index, "id_residence_vraie"]).to_numpy()

    def pairs(sizes):
        return (sizes * (sizes - 1) / 2).sum()

    together = pairs(both.ravel())
    assert together / pairs(both.sum(axis=1)) > 0.99, "addresses of different residences are kept apart"
    assert together / pairs(both.sum(axis=0)) > 0.98, "addresses of one residence are together"


def test_low_rents_are_those_that_can_be_compared(demo_build, answer):
    found = layer(demo_build, "situations")
    known = answer["bas_loyer_2022"]["fichier"]
    for column, measure in (("n_bas_loyer", "bas_loyer"), ("d_bas_loyer", "comparables")):
        unplaced = found.loc["non placé", column]
        missing = {name: known[name][measure] - found.loc[name, column] for name in known}
        assert sum(missing.values()) == unplaced and min(missing.values()) >= 0, column
    total = layer(demo_build, "territoire").iloc[0]
    assert total["n_bas_loyer"] == sum(part["bas_loyer"] for part in known.values())


def test_levels_are_those_of_the_true_residences(demo_build, way, truth, answer):
    levels = layer(demo_build, "residences")["niveau"]
    true_of = way.assign(vraie=way["id_adresse"].map(truth["id_residence_vraie"]))
    alike = true_of.groupby("vraie")["id_residence"].nunique().eq(1) & (
        true_of.groupby("vraie")["id_residence"].first().map(true_of.groupby("id_residence")["vraie"].nunique()).eq(1)
    )
    own = true_of.drop_duplicates("vraie").set_index("vraie")["id_residence"]
    words = {"0": "sans fragilité repérée", "1": "fragile", "2": "très fragile", "3": "très fragile"}
    wrong = {}
    for number, residences in answer["residences_2022"]["par_nombre_de_criteres"].items():
        for true in residences:
            if alike.get(true) and levels.get(own[true]) not in (words[number], "non déterminé"):
                wrong[true] = (number, levels.get(own[true]))
    assert not wrong


def test_attributions_are_those_of_the_generator_in_and_outside_quarters(demo_build, answer):
    known, found = answer["attributions_2022"], layer(demo_build, "situations")
    columns = ["n_attr_q2_q4", "d_attr_q2_q4", "n_attr_q1", "d_attr_q1"]
    by_place = {place: found.loc[names, columns].sum() for place, names in PLACES.items()}
    missing = {}
    for place, told in by_place.items():
        quartiles = known["par_lieu_et_quartile"][place]
        decisions = [quartiles[quartile]["decisions"] for quartile in "1234"]
        expected = [sum(decisions[1:]), sum(decisions), None, sum(quartiles[one]["baux"] for one in "1234")]
        missing[place] = {
            name: total - told[name] for name, total in zip(columns, expected, strict=True) if total is not None
        }
    missing["non"]["n_attr_q1"] = known["hors_qpv"]["baux_q1_ou_relogement"] - by_place["non"]["n_attr_q1"]
    for name in columns[1:]:
        # What is missing is at the addresses without a place, and nowhere else.
        assert all(part.get(name, 0) >= 0 for part in missing.values()), name
    for name in ("d_attr_q2_q4", "d_attr_q1", "n_attr_q2_q4"):
        assert sum(part[name] for part in missing.values()) == found.loc["non placé", name], name
    asked = sum(part["decisions"] for part in known["publics_prioritaires_par_reservataire"].values())
    unknown = sum(part["decisions"] for part in known["par_lieu_et_quartile"]["inconnu"].values())
    assert layer(demo_build, "territoire")["d_attr_prioritaires"].sum() == asked - unknown


def test_decisions_without_an_address_are_told_one_by_one(demo_build, answer):
    rejects = pd.read_csv(demo_build / "rejets.csv", sep=";", dtype=str)
    listed = rejects[rejects["etape"] == "attributions"]
    unknown = sum(part["decisions"] for part in answer["attributions_2022"]["par_lieu_et_quartile"]["inconnu"].values())
    assert len(listed) == unknown and listed["motif"].unique().tolist() == [
        "attribution dont l'adresse n'est pas renseignée"
    ]


def test_the_stock_holds_every_dwelling_of_the_file_but_those_of_unknown_addresses(demo_build, demo_territory):
    homes = pd.read_csv(demo_territory.parent / "logements_2022.csv.gz", sep=";", dtype={"nb_pieces": str})
    stock = pyogrio.read_dataframe(demo_build / "interne" / "atlas.gpkg", layer="parc")
    whole = stock[stock["unite"] == "territoire"]
    assert whole.groupby("caracteristique")["nb_logements"].sum().nunique() == 1
    rejects = pd.read_csv(demo_build / "rejets.csv", sep=";", dtype=str)
    aside = rejects[rejects["etape"] == "logements"]
    sizes = whole[whole["caracteristique"] == "taille"].set_index("modalite")["nb_logements"]
    assert sizes.sum() + len(aside) == len(homes)
    kept = homes[~homes["id_logement"].isin(aside["id"])]
    assert sizes["T3"] == (kept["nb_pieces"].astype(float) == 3).sum()
    assert (
        (stock.groupby(["unite", "caracteristique"])["nb_logements"].sum().unstack().loc["residences"]).nunique() == 1
    )


def test_requests_are_those_of_the_generator_beside_the_leases_of_the_year(demo_build, answer):
    path = demo_build / "interne" / "tableaux" / "convention.xlsx"
    sheet = pd.read_excel(path, sheet_name="pression-demande", dtype={"Valeur": str}, engine="openpyxl")
    names = layer(demo_build, "communes")["nom"]
    whole = sheet[sheet["Selon"] == "Ensemble"].iloc[0]
    signed = answer["attributions_2022"]["baux_signes"]
    assert (whole["Demandes"], whole["Baux signés"]) == (answer["demandes_2022"]["demandes"], signed)
    for key, heading in (("par_typologie", "Taille du logement"), ("par_code_insee", "Commune")):
        told = sheet[sheet["Selon"] == heading].set_index("Valeur")
        expected = {names.get(code, code): one for code, one in answer["demandes_2022"][key].items()}
        assert set(told.index) == set(expected)
        for value, one in expected.items():
            assert (told.loc[value, "Demandes"], told.loc[value, "Baux signés"]) == (one["demandes"], one["baux"])
    with pd.ExcelFile(demo_build / "partenaire" / "tableaux" / "convention.xlsx", engine="openpyxl") as shared:
        assert not {"pression-demande", "rapport-bailleurs", "mutations-bailleurs"} & set(shared.sheet_names)


def test_the_landlords_report_is_that_of_the_decisions_at_known_addresses(demo_build, demo_territory):
    rows = pd.read_csv(demo_territory.parent / "attributions_2022.csv", sep=";", dtype=str)
    rows = rows[rows["id_adresse"].notna()]
    path = demo_build / "interne" / "tableaux" / "convention.xlsx"
    sheet = pd.read_excel(path, sheet_name="rapport-bailleurs", engine="openpyxl")
    for heading, column in (("Réservataire", "reservataire"), ("Taille du logement", "typologie")):
        told = sheet[sheet["Selon"] == heading].set_index(["Bailleur", "Valeur"])
        counted = rows.groupby(["bailleur", column]).agg(
            decisions=("issue", "size"), baux=("issue", lambda one: (one == "bail signé").sum())
        )
        assert set(told.index) == set(counted.index)
        for key, one in counted.iterrows():
            assert (told.loc[key, "Décisions"], told.loc[key, "Baux signés"]) == (one["decisions"], one["baux"])
    assert {"Financement d'origine", "Période de construction", "Situation", "Commune"} <= set(sheet["Selon"])


def test_transfers_are_within_a_landlord_or_between_two_as_the_decisions_say(demo_build, demo_territory):
    rows = pd.read_csv(demo_territory.parent / "attributions_2022.csv", sep=";", dtype=str)
    rows = rows[rows["id_adresse"].notna() & rows["mutation"].eq("oui")]
    path = demo_build / "interne" / "tableaux" / "convention.xlsx"
    sheet = pd.read_excel(path, sheet_name="mutations-bailleurs", engine="openpyxl")
    totals = sheet[sheet["Bailleur quitté"] == "tous"].set_index("Mouvement")["Décisions"].to_dict()
    left = rows["bailleur_actuel"]
    assert totals == {
        "au sein du même bailleur": int((left == rows["bailleur"]).sum()),
        "d'un bailleur à un autre": int((left.notna() & (left != rows["bailleur"])).sum()),
        "bailleur quitté non renseigné": int(left.isna().sum()),
    }
    assert min(totals.values()) > 10
