"""What a territory may choose of the methods: which, their lists, their alerts; rules that must be read again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from atlas.errors import AtlasError
from atlas.methods.alerte import ALERTS
from atlas.plan import plan
from atlas.protect import AUDIENCES, LANDLORD, audiences_of

DAY = date(2026, 5, 4)
BASE = """\
[territoire]
nom = "Bondy"
campagnes = [2020, 2022]
[sources.ops]
fichiers = ["ops.csv"]
"""
LANDLORDS = ("Habitat du Val", "Orle Habitat")
LEGAL = ("apl_65_part", "mixite_plus_inf60", "mixite_plus_inf100")


@pytest.fixture
def made(tmp_path: Path):
    def make(more: str, accepted=()):
        (tmp_path / "ops.csv").touch()
        path = tmp_path / "bondy.toml"
        path.write_text(BASE + more, "utf-8")
        return plan(path, ("interne",), accepted, DAY)

    return make


def actives(*names: str) -> str:
    return "[methodes]\nactives = [" + ", ".join(f'"{name}"' for name in names) + "]\n"


def refused(make, *words: str) -> str:
    with pytest.raises(AtlasError) as caught:
        make()
    said = "\n".join(map(str, caught.value.faults))
    assert all(word in said for word in words), said
    return said


@pytest.mark.parametrize("name", ["apl_65", "mixite_plus", "typologie", "accueil", "alerte"])
def test_a_method_that_some_units_lack_is_never_shown_first(made, name):
    said = refused(lambda: made(actives(name, "seuils"), LEGAL), "METHODE-PREMIERE", name)
    assert said.count("[") == said.count("METHODE-PREMIERE") + 1  # and nothing else is found wrong
    assert made(actives("seuils", name), LEGAL).methods[1].code == name


@pytest.mark.parametrize("name", ["grille", "surrepresentations", "profil_batiment"])
def test_a_method_that_judges_every_unit_may_be_shown_first(made, name):
    assert made(actives(name)).methods[0].code == name


def test_the_legal_readings_need_to_be_accepted_and_are_told_on_every_page(made):
    both = actives("seuils", "apl_65", "mixite_plus")
    refused(lambda: made(both), "PARAM-PERIME", *LEGAL)
    notices = made(both, LEGAL).context.notices
    assert all(any(key in notice and "31/12/2017" in notice for notice in notices) for key in LEGAL)


def test_no_method_of_this_kind_changes_what_is_published(made):
    """Their thresholds are read in spans: rounding and bounds are those of the three criteria alone."""
    alone = made(actives("seuils")).scale
    every = ("seuils", "grille", "surrepresentations", "profil_batiment", "apl_65", "mixite_plus", "accueil", "alerte")
    together = made(actives(*every, "typologie"), LEGAL).scale
    assert (together.thresholds, together.classes) == (alone.thresholds, alone.classes)


RULE = '[regles.{key}]\nvaleur = {value}\nunite = "{unit}"\nsource = "Délibération"\n'


def test_a_territory_chooses_indicators_and_cut_offs(made):
    more = RULE.format(key="grille_stock", value='["inf40", "vacance"]', unit="indicateurs")
    more += RULE.format(key="grille_inf40", value="[30, 45.5]", unit="%")
    rules = made(more + actives("seuils", "grille")).method_rules
    assert tuple(rules["grille_stock"]) == ("inf40", "vacance") and tuple(rules["grille_inf40"]) == (30, 45.5)


@pytest.mark.parametrize(
    ("key", "value", "unit", "words"),
    [
        ("grille_stock", '["inf40", "chomag"]', "indicateurs", ("REGLE-INDICATEUR", "écrire « chomage » ?")),
        ("surrepresentation_groupes", '["vacance"]', "indicateurs", ("REGLE-INDICATEUR", "« vacance »")),
        ("grille_stock", "3", "indicateurs", ("REGLE-TYPE", "une liste de mots")),
        ("grille_inf40", "40", "%", ("REGLE-TYPE", "une liste de 2 nombres croissants")),
        ("grille_inf40", "[20, 30, 40]", "%", ("REGLE-TYPE", "une liste de 2 nombres croissants")),
        ("grille_inf40", "[40, 20]", "%", ("REGLE-TYPE", "une liste de 2 nombres croissants")),
        ("grille_inf40", '["a", "b"]', "%", ("REGLE-TYPE", "une liste de 2 nombres croissants")),
        ("fragilite_inf40", "[40]", "%", ("REGLE-TYPE", "un nombre")),
    ],
)
def test_a_list_that_no_rule_could_read_is_refused(made, key, value, unit, words):
    more = RULE.format(key=key, value=value, unit=unit) + actives("seuils", "grille", "surrepresentations")
    refused(lambda: made(more), *words)


ALERT = '[[alertes]]\nbailleur = "{name}"\npartage = {shared}\nseuils = {{ {rates} }}\n'


def test_alerts_are_those_of_the_landlord_and_of_whom_it_shares_them_with(made):
    more = ALERT.format(name="HABITAT DU VAL", shared="false", rates="inf40 = 45, impayes = 10")
    more += ALERT.format(name="Orle Habitat", shared="true", rates="chomage = 20")
    todo = made(more + actives("seuils", "alerte"))
    own, other = {"inf40": 45.0, "impayes": 10.0}, {"chomage": 20.0}
    audiences = audiences_of(["interne", "partenaire", "public", f"{LANDLORD}habitat-du-val"], LANDLORDS)
    seen = {one.name: todo.rules_for(one, LANDLORDS)[ALERTS] for one in audiences}
    shared = {"Orle Habitat": other}
    both = {"Habitat du Val": own, **shared}
    # The public edition names no landlord.
    assert seen == {"interne": both, "partenaire": shared, "public": {}, f"{LANDLORD}habitat-du-val": both}


def test_alerts_of_nobody_or_of_nothing_are_refused(made):
    more = ALERT.format(name="Habitat du Var", shared="false", rates="inf40 = 45")
    todo = made(more + actives("seuils", "alerte"))
    refused(lambda: todo.rules_for(AUDIENCES["interne"], LANDLORDS), "ALERTE-BAILLEUR", "écrire « Habitat du Val » ?")
    wrong = ALERT.format(name="Habitat du Val", shared="false", rates="impaye = 10, attr_q1 = 5")
    refused(lambda: made(wrong), "ALERTE-INDICATEUR", "écrire « impayes » ?", "« attr_q1 »")
    refused(lambda: made(2 * ALERT.format(name="Orle", shared="false", rates="inf40 = 45")), "ALERTE-DOUBLE")
    refused(lambda: made(ALERT.format(name="Orle", shared="false", rates="inf40 = 145")), "alertes", "inf40")
    refused(lambda: made(ALERT.format(name="Orle", shared="false", rates="")), "seuils")


def test_a_territory_without_alerts_goes_on(made):
    assert made(actives("seuils", "alerte")).rules_for(AUDIENCES["interne"], LANDLORDS)[ALERTS] == {}
