"""Every difficulty that the demonstration announces is in its files."""

import numpy as np
import pytest
import shapely


def test_absent_numbers_have_neighbours_in_the_same_zones(planted, truth, ban, zones):
    absent = truth[truth["id_adresse"].isin(planted["numeros_absents_de_la_ban"])]
    assert len(absent) == 12
    iris = zones["iris"].set_index("code_iris").geometry
    inside = zones["qpv"].union_all()
    for row in absent.itertuples():
        assert row.id_ban not in set(ban["id"])
        street, number = row.id_ban.rsplit("_", 1)
        near = ban[ban["id_fantoir"].eq(street) & (ban["numero"] - int(number)).abs().le(6)]
        points = shapely.points(near["x"], near["y"])
        assert len(near) >= 4
        assert shapely.within(points, iris[row.code_iris]).all()
        assert (shapely.within(points, inside) == bool(row.code_qpv)).all()


def test_every_other_address_is_in_the_address_base(planted, truth, ban):
    known = truth[~truth["id_adresse"].isin(planted["numeros_absents_de_la_ban"])]
    joined = known.merge(ban[["id", "x", "y"]], left_on="id_ban", right_on="id", suffixes=("", "_ban"))
    assert len(joined) == len(known)
    assert np.hypot(joined["x"] - joined["x_ban"], joined["y"] - joined["y_ban"]).max() == 0


def test_ambiguous_address_has_two_candidates(planted, surveys, ban):
    case = planted["adresse_ambigue"]
    candidates = ban[ban["id"].isin(case["candidats_ban"])]
    assert len(candidates) == 2
    assert candidates["code_insee"].nunique() == candidates["numero"].nunique() == 1
    assert candidates["nom_voie"].nunique() == 2
    written = surveys[2022].set_index("id_adresse").at[case["id_adresse"], "adresse"]
    number, name = written.split(" ", 1)
    same = ban["nom_afnor"].str.endswith(" " + name) & ban["numero"].eq(int(number)) & ban["code_insee"].eq("21901")
    assert set(ban.loc[same, "id"]) == set(case["candidats_ban"])


def test_stacked_addresses_share_a_point(planted, truth):
    where = truth.set_index("id_adresse")
    for kind, residences in (("adresses_empilees_meme_residence", 1), ("adresses_empilees_deux_bailleurs", 2)):
        for group in planted[kind]:
            assert where.loc[group, "id_ban"].nunique() == 1
            assert where.loc[group, "id_residence_vraie"].nunique() == residences


def test_edge_addresses_are_within_a_metre(planted, truth, zones):
    where = truth.set_index("id_adresse")
    edge = zones["qpv"].boundary.union_all()
    sides = planted["adresses_a_50_cm_d_un_bord_de_qpv"]
    assert [len(side) for side in sides.values()] == [3, 3]
    for side, ids in sides.items():
        rows = where.loc[ids]
        assert shapely.distance(shapely.points(rows["x"], rows["y"]), edge) == pytest.approx(0.5, abs=0.12)
        assert (rows["code_qpv"].ne("") == (side == "dedans")).all()
    rows = where.loc[planted["adresses_a_50_cm_d_un_bord_d_iris"]]
    inner = zones["iris"].boundary.union_all().difference(zones["iris"].union_all().boundary)
    assert shapely.distance(shapely.points(rows["x"], rows["y"]), inner) == pytest.approx(0.5, abs=0.12)


def test_residences_cross_borders(planted, truth):
    groups = truth.groupby("id_residence_vraie")
    assert len(planted["residences_a_cheval_sur_un_bord_de_qpv"]) >= 5
    for name in planted["residences_a_cheval_sur_un_bord_de_qpv"]:
        assert groups.get_group(name)["code_qpv"].nunique() == 2
    for name in planted["residences_a_cheval_sur_plusieurs_iris"]:
        assert groups.get_group(name)["code_iris"].nunique() > 1


def test_programme_names_mislead_as_announced(planted, surveys, truth):
    survey = surveys[2022].merge(truth, on="id_adresse", suffixes=("", "_vrai"))
    named = survey.groupby("nom_residence")["id_residence_vraie"].unique().map(sorted)
    for names in (
        "noms_numeriques_couvrant_plusieurs_residences",
        "noms_de_quartier_entier",
        "nom_porte_par_deux_residences",
    ):
        for name, residences in planted[names].items():
            assert named[name] == sorted(residences)
    assert survey.loc[survey["bailleur"].eq(planted["bailleur_sans_aucun_nom"]), "nom_residence"].isna().all()
    for name in planted["residences_au_nom_ecrit_de_deux_facons"]:
        assert survey.loc[survey["id_residence_vraie"].eq(name), "nom_residence"].nunique() == 2


def test_declared_residences_are_the_true_ones(read, planted, truth):
    declared = read("residences.csv")
    assert declared["id_adresse"].iloc[-1] == planted["declaration_sans_adresse"]
    joined = declared.merge(truth, on="id_adresse", validate="1:1")
    assert len(joined) == len(declared) - 1
    assert (joined.groupby("id_residence")["id_residence_vraie"].nunique() == 1).all()
    far = truth[truth["id_residence_vraie"].eq(planted["residence_declaree_en_deux_lieux"])]
    assert np.hypot(np.ptp(far["x"]), np.ptp(far["y"])) > 300


def test_answers_are_missing_as_announced(planted, surveys, truth):
    survey = surveys[2022].merge(truth[["id_adresse", "id_residence_vraie"]], on="id_adresse")
    absent = planted["rubriques_non_fournies"]
    mine = survey["bailleur"].eq(absent["bailleur"])
    assert survey.loc[mine, absent["colonnes"]].isna().all(axis=None)
    assert survey.loc[~mine, absent["colonnes"]].notna().all(axis=None)
    home = survey.set_index("id_residence_vraie")
    case = planted["enquete"]
    assert home.loc[[case["activite_vide"]], "majeurs_activite_connue"].isna().all()
    assert home.loc[[case["activite_zero_2022"]], "majeurs_activite_connue"].eq(0).all()
    assert home.loc[[case["sans_reponse_2022"]], "menages"].eq(0).all()
    apl = home.loc[[case["apl_partiel_2022"]], "menages_apl"]
    assert apl.isna().sum() == 1
    assert len(apl) >= 3


def test_dwellings_agree_with_the_survey_but_for_the_announced(read, planted, surveys):
    rents = read("logements_2022.csv.gz")
    case = planted["logements"]
    count = surveys[2022].set_index("id_adresse")["nb_logements"]
    gap = count.sub(rents.groupby("id_adresse").size(), fill_value=0)
    assert set(gap.index[gap.eq(1)]) == set(case["adresses_a_qui_manque_un_logement"])
    assert gap[gap.lt(0)].to_dict() == {"HTV-9998": -len(case["logements_sans_adresse"])}
    living = rents["bailleur"].eq(case["bailleur_en_surface_habitable"])
    assert rents.loc[living, "surface_utile"].isna().all()
    assert rents.loc[~living, "surface_habitable"].isna().all()


def test_created_and_demolished_addresses(planted, surveys):
    first, second = (set(surveys[year]["id_adresse"]) for year in (2020, 2022))
    assert second - first == set(planted["adresses_creees_apres_2020"])
    assert first - second == set(planted["adresses_demolies_avant_2022"])
    both = surveys[2020].merge(surveys[2022], on="id_adresse", suffixes=("_2020", "_2022"))
    respelt = both.loc[both["adresse_2020"].ne(both["adresse_2022"]), "id_adresse"]
    assert set(respelt) == set(planted["adresses_reecrites_entre_2020_et_2022"])
