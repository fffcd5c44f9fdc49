"""The match stage: in which commune an address is looked for, and what a wrong code, a postcode or a name change."""

from __future__ import annotations

import pandas as pd
import pytest

from atlas.match.communes import AGREED, DOUBTFUL, UNKNOWN, communes_of, place_of
from tests.match_factory import ask, base, one


def towns() -> pd.DataFrame:
    here = base(("1", "Rue du Lac"), ("1", "Rue du Bois"))
    there = base(("1", "Rue du Lac", 9000.0), ("1", "Rue du Pré", 9000.0), code_insee="93063", code_postal="93230",
                 nom_commune="Romainville")  # fmt: skip
    return pd.concat([here, there.assign(id=["r0", "r1"])], ignore_index=True)


def test_postcode_and_name_outvote_a_wrong_commune_code() -> None:
    row = one(towns(), "1 rue du Lac", code_insee="93063")
    assert (row.id_ban, row.score_appariement, row.methode_appariement) == ("id0", 90, "adresse approchée")
    assert "Bondy" in row.raison


def test_a_code_against_a_postcode_is_settled_by_the_only_street_that_answers() -> None:
    answer = ask(towns(), "1 rue du Pré", "1 rue du Lac", code_postal="93230", commune=None)
    assert answer.id_ban[0] == "r1" and answer.score_appariement[0] == 90
    assert answer.statut_appariement.tolist() == ["apparié", "ambigu"]


def test_a_commune_code_confirmed_by_the_name_is_never_left() -> None:
    ban = towns().assign(code_postal="93140")
    assert one(ban, "1 rue du Pré").statut_appariement == "non apparié"
    assert one(ban, "1 rue du Pré", commune=None).id_ban == "r1"


@pytest.mark.parametrize(
    ("code", "postcode", "name", "street", "expected"),
    [
        ("75056", "75011", "PARIS", "12 rue Oberkampf", "p11"),
        ("75056", None, "Paris", "12 rue Oberkampf", "ambigu"),
        ("75056", None, "Paris", "300 rue Oberkampf", "p12"),
        ("75056", None, "PARIS 12EME", "12 rue Oberkampf", "p12a"),
        ("75111", "75011", "Paris", "12 rue Oberkampf", "p11"),
        (None, "75012", "PARIS CEDEX 12", "300 rue Oberkampf", "p12"),
    ],
)
def test_arrondissements(code: str | None, postcode: str | None, name: str, street: str, expected: str) -> None:
    eleventh = base(("12", "Rue Oberkampf", 0.0), code_insee="75111", code_postal="75011")
    twelfth = base(("12", "Rue Oberkampf", 9e3), ("300", "Rue Oberkampf", 9e3), code_insee="75112", code_postal="75012")
    eleventh = eleventh.assign(id="p11", nom_commune="Paris 11e Arrondissement")
    twelfth = twelfth.assign(id=["p12a", "p12"], nom_commune="Paris 12e Arrondissement")
    ban = pd.concat([eleventh, twelfth])
    row = one(ban, street, code_insee=code, code_postal=postcode, commune=name)
    assert expected in (row.id_ban, row.statut_appariement), row.raison


def test_communes_that_share_a_name_are_ambiguous() -> None:
    ban = towns().assign(nom_commune="Saint-Denis")
    row = one(ban, "1 rue du Pré", code_insee=None, code_postal=None, commune="ST DENIS")
    assert row.statut_appariement == "ambigu" and "commune" in row.raison


@pytest.mark.parametrize(
    ("triple", "trust"),
    [
        (("93010", "93140", "Bondy"), AGREED),
        (("93010.0", "", ""), AGREED),
        (("93063", "93140", "BONDY"), DOUBTFUL),
        (("99999", "", "Bondy"), DOUBTFUL),
        (("", "", "Nulle-Part"), UNKNOWN),
        (("", "", ""), UNKNOWN),
    ],
)
def test_voices_of_code_postcode_and_name(triple: tuple[str, str, str], trust: int) -> None:
    ban = towns()
    known, _ = communes_of(ban.code_insee, ban.code_postal, ban.nom_commune)
    assert place_of(*triple, known).trust == trust


def test_the_name_of_the_commune_at_the_end_is_no_part_of_the_street() -> None:
    answer = ask(
        base(("1", "Rue du Lac"), ("1", "Rue de Bondy")), "1 rue du Lac Bondy", "1 rue de Bondy", "1 rue du Lac, BONDY"
    )
    assert answer.id_ban.tolist() == ["id0", "id1", "id0"]


def test_in_merged_communes_a_neighbour_of_another_postcode_is_not_taken() -> None:
    ban = base(("6", "Rue de l'Église"), ("8", "Rue de l'Église"))
    assert ask(ban, "10 rue de l'Eglise").methode_appariement.tolist() == ["numéro voisin"]
    assert ask(ban, "10 rue de l'Eglise", code_postal="93141", commune="Bondy").statut_appariement[0] == "non apparié"


def villages(**changed: object) -> pd.DataFrame:
    """One commune born of a merge: two villages 3 km apart, each with its rue de l'Église; the mill is in one only."""
    chief = base(*((str(n), "Rue de l'Église", 10.0 * n) for n in range(1, 13)), ("2", "Rue du Four", 0.0))
    other = base(*((str(n), "Rue de l'Église", 3000 + 10.0 * n) for n in range(1, 6)), ("4", "Rue du Moulin", 3300.0))
    chief = chief.assign(code_insee_ancienne_commune="02054", nom_ancienne_commune="Bazoches-sur-Vesles")
    other = other.assign(code_insee_ancienne_commune="02695", nom_ancienne_commune="Saint-Thibaut")
    both = pd.concat([chief, other.assign(id="s" + other["id"].str[2:])], ignore_index=True)
    merged = {"code_insee": "02054", "code_postal": "02220", "nom_commune": "Bazoches-et-Saint-Thibaut"}
    return both.assign(**merged | changed)


HERE = {"code_postal": "02220"}


@pytest.mark.parametrize(
    ("code", "name", "street", "found", "method"),
    [
        ("02054", "Saint-Thibaut", "5 rue de l'Église", "s4", "adresse exacte"),
        ("02695", "Saint-Thibaut", "5 rue de l'Église", "s4", "adresse exacte"),
        ("02695", None, "5 rue de l'Église", "s4", "adresse exacte"),
        ("02695", "Bazoches-et-Saint-Thibaut", "5 rue de l'Église", "s4", "adresse exacte"),
        ("02054", "BAZOCHES SUR VESLES", "5 rue de l'Église", "id4", "adresse exacte"),
        # Only the other village has a number 12, a mill, an oven: never exact there.
        ("02054", "Saint-Thibaut", "7 rue de l'Église", "s4", "numéro voisin"),
        ("02054", "Saint-Thibaut", "2 rue du Four", "id12", "adresse approchée"),
        ("02695", None, "2 rue du Four", "id12", "adresse approchée"),
        ("02054", "Bazoches-sur-Vesles", "4 rue du Moulin", "s5", "adresse approchée"),
        # The merged commune names no village: what one village alone has is found, what both have is ambiguous.
        ("02054", "Bazoches-et-Saint-Thibaut", "12 rue de l'Église", "id11", "adresse exacte"),
        ("02054", None, "4 rue du Moulin", "s5", "adresse exacte"),
        ("02054", "Bazoches-et-Saint-Thibaut", "5 rue de l'Église", None, None),
        ("02054", None, "5 rue de l'Église", None, None),
    ],
)
def test_a_former_commune_chooses_its_village(
    code: str, name: str | None, street: str, found: str | None, method: str | None
) -> None:
    row = one(villages(), street, code_insee=code, commune=name, **HERE)
    answer = tuple(None if pd.isna(value) else value for value in (row.id_ban, row.methode_appariement))
    assert answer == (found, method), row.raison
    assert found or ("Bazoches-sur-Vesles" in row.raison and "Saint-Thibaut" in row.raison)


def test_a_former_code_and_a_former_name_that_disagree_are_never_exact() -> None:
    row = one(villages(), "4 rue du Moulin", code_insee="02695", commune="Bazoches-sur-Vesles", **HERE)
    assert (row.id_ban, row.methode_appariement) == ("s5", "adresse approchée")


@pytest.mark.parametrize("told", ["code_insee_ancienne_commune", "nom_ancienne_commune"])
def test_one_of_the_former_code_and_name_is_enough(told: str) -> None:
    ban = villages().assign(**{told: None})
    row = one(ban, "5 rue de l'Église", code_insee="02695", commune="Saint-Thibaut", **HERE)
    assert (row.id_ban, row.methode_appariement) == ("s4", "adresse exacte")


@pytest.mark.parametrize(("code", "name"), [("02054", "Saint-Thibaut"), ("02695", None), ("02695", "Saint-Thibaut")])
def test_a_base_that_tells_no_former_commune_gives_no_exact_answer_for_one(code: str, name: str | None) -> None:
    ban = villages(code_insee_ancienne_commune=None, nom_ancienne_commune=None)
    row = one(ban, "2 rue du Four", code_insee=code, commune=name, **HERE)
    assert (row.id_ban, row.methode_appariement) == ("id12", "adresse approchée")


def test_two_villages_of_two_postcodes_are_told_apart_by_the_postcode() -> None:
    ban = villages()
    ban.loc[ban["nom_ancienne_commune"] == "Saint-Thibaut", "code_postal"] = "02221"
    row = one(ban, "5 rue de l'Église", code_insee="02054", commune=None, code_postal="02221")
    assert (row.id_ban, row.methode_appariement) == ("s4", "adresse exacte")


def test_an_identifier_of_the_other_village_is_set_aside_like_that_of_another_commune() -> None:
    row = one(villages(), "5 rue de l'Église", code_insee="02054", commune="Saint-Thibaut", id_ban="id3", **HERE)
    assert row.id_ban == "s4" and "écarté" in row.raison
    row = one(villages(), "5 rue de l'Église", code_insee="02054", commune=None, id_ban="id3", **HERE)
    assert (row.id_ban, row.methode_appariement) == ("id3", "identifiant")
