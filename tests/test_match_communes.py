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
