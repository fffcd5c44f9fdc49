"""The plan of a build: rules on their three clocks, everything refused before a file is read, what pages must say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from atlas.errors import AtlasError
from atlas.parameters import read_parameters
from atlas.plan import plan

DAY = date(2026, 5, 4)
BASE = """\
[territoire]
nom = "Bondy"
campagnes = [2020, 2022]
[sources.ops]
fichiers = ["ops_2020.csv", "ops_2022.csv"]
"""


@pytest.fixture
def made(tmp_path: Path):
    """Write a territory file with its empty files and plan it."""

    def make(more: str = "", editions=("interne",), accepted=(), today: date = DAY, base: str = BASE, formats=()):
        for name in ("ops_2020.csv", "ops_2022.csv", "ops_2022_simule.csv", "attributions.csv"):
            (tmp_path / name).touch()
        path = tmp_path / "bondy.toml"
        path.write_text(base + more, "utf-8")
        return plan(path, editions, accepted, today, formats=formats)

    return make


def faults(make, **given) -> list[str]:
    with pytest.raises(AtlasError) as caught:
        make(**given)
    return [str(fault) for fault in caught.value.faults]


def test_every_stage_gets_the_values_of_its_own_rules(made):
    todo = made()
    values = {key: dated[-1].value for key, dated in read_parameters().values.items()}
    assert todo.group.touching == values["regroupement_distance"]
    assert todo.group.diameter == values["regroupement_diametre"]
    assert todo.place.outside == values["plausibilite_hors_zones"]
    assert (todo.secrecy.dwellings, todo.secrecy.households) == (11, 11)
    assert todo.method_rules["fragilite_inf40"] == 40
    assert todo.low_rent is None
    assert {rule.key for rule in todo.context.rules} >= {
        "secret_logements",
        "fragilite_chomage",
        "regroupement_distance",
    }


RENT = '[regles.loyer_plai]\nvaleur = 5.10\nsource = "Document cadre, 2.1.6"\nunite = "{}"\n'


@pytest.mark.parametrize(("unit", "surface"), [("€/m² SU", "SU"), ("€/m² de SH", "SH"), ("€/m² sc", "SC")])
def test_the_rent_ceiling_is_local_and_says_its_surface(made, unit, surface):
    low_rent = made(RENT.format(unit)).low_rent
    assert (low_rent.ceiling, low_rent.surface) == (5.10, surface)


def test_a_rent_ceiling_without_a_surface_is_refused(made):
    (said,) = faults(made, more=RENT.format("€/m²"))
    assert "REGLE-SURFACE" in said and "« €/m² »" in said


def test_a_local_rule_that_nothing_reads_is_refused_with_the_nearest_one(made):
    said = faults(made, more=RENT.format("€/m² SU").replace("loyer_plai", "loyer_plia"))
    assert any("REGLE-INCONNUE" in fault and "écrire « loyer_plai » ?" in fault for fault in said), said
    said = faults(made, more='[regles.fragilite_inf4O]\nvaleur = 35\nunite = "%"\nsource = "Local"\n')
    assert any("REGLE-INCONNUE" in fault and "écrire « fragilite_inf40 » ?" in fault for fault in said), said


def test_a_local_threshold_replaces_the_shipped_one_and_is_listed_with_its_source(made):
    todo = made('[regles.fragilite_inf40]\nvaleur = 35\nunite = "%"\nsource = "Délibération locale"\n')
    assert todo.method_rules["fragilite_inf40"] == 35
    assert todo.context.rule("fragilite_inf40").reference == "Délibération locale"
    assert 35 in todo.scale.thresholds["inf40"]


@pytest.mark.parametrize("threshold", [None, 37])
def test_every_threshold_is_an_edge_of_the_classes_that_coarse_editions_publish(made, threshold):
    """Otherwise a class would straddle it and the level told to the public would not be that of the partners."""
    more = f'[regles.fragilite_inf40]\nvaleur = {threshold}\nunite = "%"\nsource = "Local"\n' if threshold else ""
    scale = made(more).scale
    for code, thresholds in scale.thresholds.items():
        assert set(thresholds) <= {lower for lower, _ in scale.classes[code]}, code


def test_local_rules_faults_and_the_others_are_told_together(made):
    said = faults(
        made,
        more='[regles.secret_logements]\nvaleur = 1\nunite = "logements"\nsource = "x"\n'
        '[methodes]\nactives = ["nuls"]\n',
        editions=("publique",),
    )
    assert all(
        any(code in fault for fault in said) for code in ("PARAM-SECRET", "METHODE-INCONNUE", "EDITION-INCONNUE")
    )


def test_stale_rules_are_refused_all_at_once_and_secrecy_cannot_be_waived(made):
    late = date(2029, 1, 1)
    said = faults(made, today=late)
    assert sum("PARAM-PERIME" in fault for fault in said) > 5
    choices = [rule.key for rule in made().context.rules if not rule.key.startswith("secret_")]
    still = faults(made, today=late, accepted=choices)
    assert still and all("PARAM-PERIME" in fault and "secret_" in fault for fault in still)


def test_an_accepted_rule_is_said_on_every_page(made, monkeypatch):
    last = read_parameters().at("fragilite_inf40", DAY).verified_until
    late = date(last.year, 12, 31)
    stale = [rule.key for rule in made().context.rules if rule.verified_until < late]
    if any(key.startswith("secret_") for key in stale):
        monkeypatch.setattr("atlas.parameters.rules._SECRECY", "\0")
    todo = made(today=late, accepted=stale)
    said = [notice for notice in todo.context.notices if "fragilite_inf40" in notice]
    assert len(said) == 1 and f"{last:%d/%m/%Y}" in said[0]


def test_simulated_inputs_are_named_on_every_page_and_fictional_ones_said(made):
    """By what they are: the name of a file may name a landlord, and the notice reaches the public edition."""
    simulated = made(base=BASE.replace("ops_2022.csv", "ops_2022_simule.csv"))
    (notice,) = simulated.context.notices
    assert notice.startswith("Données simulées") and "Enquête d'occupation" in notice and ".csv" not in notice
    fictional = made(base=BASE.replace("[sources.ops]", "fictif = true\n[sources.ops]"))
    assert any(notice.startswith("Données fictives") for notice in fictional.context.notices)
    assert made().context.notices == ()


def test_faults_of_the_territory_and_of_the_accepted_rules_come_together(made):
    said = faults(made, base=BASE.replace("[2020, 2022]", "[2021]"), accepted=["inconnue"])
    assert any("TERR-VALEUR" in fault for fault in said) and any("PARAM-INCONNU" in fault for fault in said)


def test_unknown_formats_are_refused_with_everything_else(made):
    said = faults(made, editions=("presse",), formats=("geojson", "shapefile", "geoparket"))
    assert [code for fault in said for code in ("EDITION-INCONNUE", "FORMAT-INCONNU") if code in fault] == [
        *("EDITION-INCONNUE", "FORMAT-INCONNU", "FORMAT-INCONNU")
    ]
    assert "« shapefile »" in said[1] and "écrire « geoparquet » ?" in said[2]
    assert made(formats=("sld", "geojson", "sld")).formats == ("sld", "geojson")


def test_what_a_convention_fixes_for_all_is_the_target_of_its_pages(made):
    given = (
        '[sources.attributions]\nfichiers = ["attributions.csv"]\n'
        '[[cibles]]\ntest = "q2_q4_qpv"\nvaleur = 75\nannees = [2022]\nsource = "Convention, 3"\n'
        '[[cibles]]\ntest = "q2_q4_qpv"\nvaleur = 60\nsource = "Convention, 2"\n'
        '[[cibles]]\ntest = "prioritaires"\nvaleur = 30\nannees = [2020]\nsource = "Convention, 1"\n'
        '[[cibles]]\ntest = "q1_hors_qpv"\nvaleur = 40\nbailleur = "Habitat"\nsource = "Convention, 4"\n'
    )
    rules = {rule.key: rule for rule in made(given).context.rules}
    assert (rules["cible_q2_q4_qpv"].value, rules["cible_q2_q4_qpv"].reference) == (75, "Convention, 3")
    assert rules["cible_publics_prioritaires"].value == 25 and rules["cible_q1_hors_qpv"].value == 25
