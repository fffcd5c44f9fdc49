"""The match stage: streets, numbers, communes, and the honesty of its statuses."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from atlas.match import RULE_KEYS, MatchRules, match
from tests.benchmarks.noise import judge, make_case
from tests.match_factory import RULES, ask, base, one

COLUMNS = ["id_adresse", "x", "y", "id_ban", "voie", "methode_appariement", "score_appariement", "statut_appariement"]
COLUMNS += ["raison"]
PARAMETERS = Path(__file__).resolve().parents[1] / "data" / "parameters"


def test_exact_answer_takes_the_point_of_the_address() -> None:
    row = one(base(("12", "AllÃ©e de lâ€™EspÃ©rance"), ("14", "AllÃ©e de lâ€™EspÃ©rance")), "14 all. de l'esperance")
    assert (row.x, row.id_ban, row.voie) == (10.0, "id1", "Allée de l’Espérance")
    assert (row.methode_appariement, row.score_appariement, row.statut_appariement) == (
        "adresse exacte",
        100,
        "apparié",
    )


@pytest.mark.parametrize(
    ("known", "typed"),
    [
        ("Rue Louis Auguste Blanqui", "12RUEL.A. BLANQUI"),
        ("Rue Louis Auguste Blanqui", "12 RUE LOUIS BLANQUI"),
        ("Rue Louis Auguste Blanqui", "12 rue Blanqui"),
        ("Avenue du Mal de Lattre de Tassigny", "12 AVE DE LATTRE DE TAS.BAT.G"),
        ("Avenue du Mal de Lattre de Tassigny", "12AVENUEDU MARECHAL DE LATTRE"),
        ("Avenue Galliéni", "12AVENUEDU GENERAL GALLIENI"),
        ("Avenue Galliéni", "12AVGALLIENI LAMARTINE"),
        ("Avenue Marx Dormoy", "12AVENUEMAX DORMOY"),
        ("Rue Gaston Defferre", "12 RUE G. DEFERRE"),
        ("Rue de la Terre Saint-Blaise", "12RUEDE LA TERRE ST BLAISE"),
        ("Rue du Bel Air", "12 RUE DU BELAIR"),
        ("Rue Henri Rol Tanguy", "12RUEHENRI ROL-TANGUY"),
        ("Rue Jean Jaurès", "12 RUE JAURES JEAN"),
        ("Rue de la Rapublique", "12 rue de la République"),
        ("Allae des Lilas", "12 ALL DES LILAS"),
        ("Rue des 5 Ormes", "12 rue des Cinq Ormes"),
        ("Rue Frantz Fanon", "12 R F FANON"),
        ("Rue du Docteur Roux", "12 R DR ROUX"),
        ("Avenue Maurice Benhamou", "12 RUE MAURICE BENHAMOU"),
        ("Rue de Meaux", "12 RUE DE MEUAX"),
    ],
)
def test_liberties_and_slips_still_find_the_street(known: str, typed: str) -> None:
    row = one(base(("12", known), ("12", "Rue Sans Rapport"), ("12", "Chemin des Vignes")), typed)
    assert (row.statut_appariement, row.id_ban) == ("apparié", "id0"), row.raison
    assert row.methode_appariement in ("adresse exacte", "adresse approchée")


@pytest.mark.parametrize(
    ("known", "typed"),
    [
        ("Rue Pierre Curie", "12 RUE MARIE CURIE"),
        ("Rue Louise Michel", "12 RUE LOUIS MICHEL"),
        ("Avenue Jean Moulin", "12 AVENUE DU MOULIN"),
        ("Rue du Docteur Moulin", "12 RUE DU MOULIN"),
        ("Rue du Moulin", "12 RUE DU MOULIN VERT"),
        ("Rue du Moulin Vert", "12 RUE DU MOULIN"),
        ("Rue Victor", "12 RUE VICTOR HUGO"),
        ("Rue du Port", "12 RUE DU PONT"),
        ("Allée Manet", "12 ALLEE MONET"),
        ("Rue du Mont Blanc", "12 RUE DU PONT BLANC"),
        ("Rue de la Rivière Basse", "12 RUE DE LA RIVIERE HAUTE"),
        ("Rue du Chemin de Fer", "12 RUE DU CHEMIN DE FER PROLONGEE"),
        ("Rue du 8 Mai 1945", "12 RUE DU 18 MAI 1945"),
        ("Allée Raphaël", "12 RUE RAPHAEL"),
        ("Rue Arago", "12 RUE A"),
        ("Avenue de Razimbaud", "12 AVENUE DE R"),
        ("Rue du Général Ledru-Rollin", "12 RUE R. LEDRU-ROLLIN"),
        ("Rue Paul", "12 AVENUE PAUL TOURNAL"),
    ],
)
def test_another_street_is_never_taken(known: str, typed: str) -> None:
    row = one(base(("12", known), ("12", "Chemin des Vignes")), typed)
    assert row.statut_appariement == "non apparié", row.raison
    assert pd.isna(row.x) and pd.isna(row.score_appariement) and row.raison


def test_two_streets_that_fit_alike_are_ambiguous() -> None:
    ban = base(
        ("12", "Rue de la République"),
        ("12", "Place de la République"),
        ("12", "Rue Jean Moulin"),
        ("12", "Rue du Moulin"),
    )
    answer = ask(ban, "12 REPUBLIQUE", "12 RUE MOULIN", "12 rue de la République")
    assert answer.statut_appariement.tolist() == ["ambigu", "ambigu", "apparié"]
    assert "Rue de la République" in answer.raison[0] and "Place de la République" in answer.raison[0]
    assert answer.x.isna().tolist() == [True, True, False]


def test_the_number_in_the_street() -> None:
    street = [(str(n), "Rue du Lac") for n in (1, 2, 3, 10, 20)]
    ban = base(*street, ("29", "Rue du Lac"), ("5 bis", "Rue du Lac"), ("7 b", "Rue du Lac"))
    typed = ["3", "12", "22", "40", "29A", "5", "7 BIS", "11-13-3", "999"]
    answer = ask(ban, *(f"{number} RUE DU LAC" for number in typed))
    numbers = ban.set_index("id").numero.reindex(answer.id_ban).tolist()
    assert [numbers[n] for n in (0, 1, 2, 4, 5, 6, 7)] == ["3", "10", "20", "29", "5", "7", "3"]
    methods = answer.methode_appariement.tolist()
    assert methods[:3] == ["adresse exacte", "numéro voisin", "numéro voisin"]
    assert methods[4:8] == ["adresse approchée"] * 3 + ["adresse exacte"]
    assert answer.statut_appariement[3] == "non apparié" and "40" in answer.raison[3]
    assert methods[8] == "voie seule"


def test_a_neighbour_of_the_same_side_is_preferred_to_a_nearer_one_across() -> None:
    row = one(base(("4", "Rue du Lac"), ("7", "Rue du Lac"), ("12", "Rue du Lac")), "8 RUE DU LAC")
    assert (row.id_ban, row.methode_appariement) == ("id0", "numéro voisin")


def test_a_street_alone_places_only_when_short_and_unnumbered() -> None:
    ban = base(
        *((str(n), "Sente Blériot", 5.0 * n) for n in (1, 2, 3)), *((str(n), "Rue Longue", 50.0 * n) for n in (1, 2, 9))
    )
    answer = ask(ban, "SENTE BLERIOT", "RUE LONGUE", "90 SENTE BLERIOT")
    assert answer.methode_appariement.tolist()[0] == "voie seule" and answer.x[0] == 10.0
    assert answer.statut_appariement.tolist() == ["apparié", "non apparié", "non apparié"]
    assert "400 m" in answer.raison[1]


def test_an_approximate_street_needs_its_very_number() -> None:
    ban = base(("2", "Rue Watteau"), ("4", "Rue Watteau"))
    answer = ask(ban, "4 RUE WATTEAUX", "6 RUE WATTEAUX", "6 RUE WATTEAU", "RUE WATTEAUX")
    assert answer.statut_appariement.tolist() == ["apparié", "non apparié", "apparié", "non apparié"]


def test_one_address_at_distant_points_is_ambiguous_unless_the_postcode_tells() -> None:
    ban = base(
        ("1", "Rue du Lac", 0.0), ("1", "Rue du Lac", 5000.0), ("2", "Rue du Lac", 10.0), ("2", "Rue du Lac", 30.0)
    )
    ban["code_postal"] = ["93140", "93141", "93140", "93140"]
    assert ask(ban, "1 RUE DU LAC", code_postal=None).statut_appariement.tolist() == ["ambigu"]
    answer = ask(ban, "1 RUE DU LAC", "2 RUE DU LAC")
    assert answer.id_ban.tolist() == ["id0", "id2"]


def test_identifiers_come_first_then_coordinates_then_text() -> None:
    ban = base(("1", "Rue du Lac"), ("2", "Rue du Lac"), ("3", "Rue du Lac"))
    addresses = pd.DataFrame(
        {
            "id_adresse": list("abcd"),
            "id_ban": ["id2", "inconnu", None, None],
            "x": [7.0, 7.0, np.nan, 0.0],
            "y": [7.0, 7.0, np.nan, 0.0],
            "adresse": ["1 RUE DU LAC"] * 4,
            "code_insee": "93010",
        }
    )
    answer = match(addresses, ban, RULES)
    assert answer.methode_appariement.tolist() == ["identifiant", "coordonnées", "adresse exacte", "adresse exacte"]
    assert answer.x.tolist() == [20.0, 7.0, 0.0, 0.0]


def test_coordinates_far_from_the_commune_give_way_to_the_text() -> None:
    ban = base(("1", "Rue du Lac"))
    answer = ask(ban, "1 RUE DU LAC", "1 RUE INCONNUE", x=900000.0, y=6_000_000.0)
    assert answer.methode_appariement.tolist()[0] == "adresse exacte"
    assert answer.statut_appariement.tolist() == ["apparié", "non apparié"]
    assert all("Coordonnées" in reason for reason in answer.raison)


def test_an_identifier_of_another_commune_is_not_taken_for_granted() -> None:
    ban = pd.concat([base(("1", "Rue du Lac")), base(("1", "Rue du Bois"), code_insee="93063", code_postal="93230",
                                                     nom_commune="Romainville").assign(id="autre")])  # fmt: skip
    answer = ask(ban, "1 RUE DU LAC", "1 RUE ABSENTE", id_ban="autre")
    assert answer.statut_appariement.tolist() == ["apparié", "ambigu"]
    assert answer.id_ban[0] == "id0"


def test_stacked_points_are_flagged() -> None:
    ban = base(*((str(n), "Allée des Mimosas", 0.0) for n in range(1, 30)), ("1", "Rue du Lac", 50.0))
    answer = ask(ban, "3 ALLEE DES MIMOSAS", "1 RUE DU LAC")
    assert answer.methode_appariement.tolist() == ["adresse approchée", "adresse exacte"]
    assert "approximatif" in answer.raison[0]


def test_without_a_base_only_coordinates_place() -> None:
    addresses = pd.DataFrame(
        {"id_adresse": ["a", "b"], "x": [1.0, np.nan], "y": [2.0, np.nan], "adresse": "1 rue du Lac"}
    )
    for ban in (None, base().head(0)):
        answer = match(addresses, ban, RULES)
        assert answer.statut_appariement.tolist() == ["apparié", "non apparié"]
        assert "Aucune base" in answer.raison[1]


def test_nothing_at_all_is_said_so() -> None:
    answer = ask(base(("1", "Rue du Lac")), "", "   ", "NC", "12")
    assert answer.statut_appariement.tolist() == ["non apparié"] * 4
    assert answer.raison[0].startswith("Adresse vide")


def test_shape_order_index_and_input_left_alone() -> None:
    addresses = pd.DataFrame(
        {"id_adresse": ["b", "a"], "adresse": ["1 rue du Lac", None], "code_insee": ["93010"] * 2}, index=[7, 3]
    )
    ban = base(("1", "Rue du Lac"))
    before = addresses.copy(), ban.copy()
    answer = match(addresses, ban, RULES)
    assert answer.index.tolist() == [7, 3] and answer.id_adresse.tolist() == ["b", "a"]
    assert answer.columns.tolist() == COLUMNS
    pd.testing.assert_frame_equal(addresses, before[0])
    pd.testing.assert_frame_equal(ban, before[1])
    empty = match(addresses.head(0), ban, RULES)
    assert len(empty) == 0 and empty.columns.tolist() == answer.columns.tolist()


def test_every_rule_has_its_parameter_and_the_shipped_values_are_those_tested() -> None:
    assert set(RULE_KEYS) == {field.name for field in fields(MatchRules)}
    for name, key in RULE_KEYS.items():
        rule = tomllib.loads((PARAMETERS / f"{key}.toml").read_text(encoding="utf-8"))
        assert rule["cle"] == key and rule["valeurs"][-1]["reference"]
        assert rule["valeurs"][-1]["valeur"] == getattr(RULES, name), key


def test_precision_on_noisy_addresses() -> None:
    case = make_case(count=3000, rows=12_000, seed=7)
    shares = judge(case, match(case.addresses, case.ban, RULES))
    assert shares["precision"] >= 0.995, shares
    assert shares["rappel"] >= 0.95, shares


def test_a_base_without_the_streets_asked_for_answers_almost_nothing() -> None:
    case = make_case(count=2000, rows=12_000, seed=8, unknown=0.5)
    answer = match(case.addresses, case.ban, RULES)
    absent = case.truth.street.isna()
    assert absent.sum() > 500
    assert (answer.statut_appariement[absent] == "apparié").mean() < 0.1
