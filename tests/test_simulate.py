"""``atlas simulate``: what it says, on which edition, and each wrong use in one clear sentence."""

from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner

from atlas.cli import app
from atlas.errors import AtlasError
from atlas.methods.household import Household
from atlas.methods.household_words import read_households, words_of
from atlas.simulate import ADVICE, edition_at, simulated, unit_of

HOUSEHOLD = "3 x sous 40, 2 adultes, 1 chômeur, monoparentale"


@pytest.fixture(scope="module")
def residence(demo_build) -> str:
    return sorted(path.stem for path in (demo_build / "interne" / "residences").glob("*.html"))[1]


def said(*arguments) -> str:
    result = CliRunner().invoke(app, ["simulate", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_it_tells_before_and_after_and_advises_on_residences_only(demo_build, residence):
    text = said(demo_build, residence, "--menage", HOUSEHOLD)
    for part in ("Aujourd", "personne ne part", "le ménage moyen part", "plus favorable", "plus défavorable"):
        assert part in text
    assert "Ménages types" in text and "marge au seuil" in text
    assert "ne note ni ne classe jamais une personne" in text.replace("\u00a0", " ")


def test_data_say_what_words_say(demo_build, residence):
    told = json.loads(said(demo_build, residence, "--menage", HOUSEHOLD, "--json"))
    assert told["avertissement"] == ADVICE and told["edition"] == "interne"
    before, vacant = told["avant"]["indicateurs"], told["apres"][0]["indicateurs"]
    one = next(iter(before))
    assert vacant[one]["denominateur"] == before[one]["denominateur"] + 3
    assert len(told["apres"]) == 4 and len(told["profils"]) >= 4


def test_a_masked_edition_holds_the_truth_of_the_internal_one(demo_build):
    inside, outside = edition_at(demo_build), edition_at(demo_build / "partenaire")
    arrivals = [(2, Household.under(40, adults=2, unemployed=1)), (1, Household.over(40))]
    compared = 0
    for identifier in sorted(outside.residences["id"])[::25]:
        true, wide = (simulated(unit_of(shown, identifier), arrivals) for shown in (inside, outside))
        for state, other in zip(true["apres"], wide["apres"], strict=True):
            for code, figure in other["indicateurs"].items():
                real = state["indicateurs"][code]
                if figure["bas"] is not None and real["bas"] is not None:
                    assert figure["bas"] <= real["bas"] + 1e-9, (identifier, code, state["depart"])
                    assert real["haut"] - 1e-9 <= figure["haut"], (identifier, code, state["depart"])
                    compared += 1
        for code, room in wide["places"][0]["seuils"].items():
            for way in ("atteint", "repasse_sous"):
                for leaving, (least, most) in room[way].items():
                    real = true["places"][0]["seuils"][code][way][leaving][0]
                    if least is not None:
                        rank, low, high = (float("inf") if one == "jamais" else one for one in (real, least, most))
                        assert low <= rank <= high, (identifier, code, way, leaving)
    assert compared > 100


def test_a_secret_rate_stays_so(demo_build):
    shown = edition_at(demo_build, "partenaire")
    code = shown.back.methods[0].codes[1]
    hidden = shown.residences[shown.residences[f"st_{code}"] == "secret"]["id"].iloc[0]
    told = simulated(unit_of(shown, hidden), [(5, Household.under(40))])
    assert {state["indicateurs"][code]["statut"] for state in told["apres"]} == {"secret"}
    assert {state["indicateurs"][code]["bas"] for state in told["apres"]} == {None}


@pytest.mark.parametrize("kind", ["quartiers", "communes", "iris"])
def test_a_target_is_told_of_any_place(demo_build, kind):
    shown = edition_at(demo_build)
    table = shown.written.units[kind]
    place = table[table["st_rotation"] == "publié"]["id"].iloc[0]
    text = said(demo_build, place, "--objectif", "45", "--annees", "6")
    assert "objectif 45" in text and len(re.findall(r"^  an \d", text, re.MULTILINE)) == 6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--menage", "sous 40, -1 adulte"), "négatif"),
        (("--menage", "-3 x sous 40"), "au moins 1"),
        (("--menage", "sous 40, 1 chomeurr"), "vouliez-vous « 1 chômeur » ?"),
        (("--menage", "sous 40, monoparental"), "monoparentale » ?"),
        (("--menage", "sous 40, 1 adulte, 2 chômeurs"), "2 chômeurs pour 1 adulte"),
        (("--objectif", "140"), "n'est pas une part de 0 à 100"),
        (("--objectif", "-5"), "n'est pas une part de 0 à 100"),
        (("--objectif", "40", "--annees", "0"), "n'est pas un nombre d'années"),
        (("--indicateur", "inf40"), "ne sert qu'avec --objectif"),
    ],
)
def test_wrong_use_gets_one_sentence(demo_build, residence, arguments, words):
    result = CliRunner().invoke(app, ["simulate", str(demo_build), residence, *arguments])
    assert result.exit_code == 2
    assert words in " ".join(result.output.replace("│", " ").split())


def test_what_is_not_there_is_refused_with_what_is_near(demo_build, residence):
    shown = edition_at(demo_build)
    with pytest.raises(AtlasError, match=residence):
        unit_of(shown, residence[:-1] + "x")
    with pytest.raises(AtlasError, match="partenaire"):
        edition_at(demo_build, "partenairee")
    with pytest.raises(AtlasError, match="aucune édition"):
        edition_at(demo_build / "interne" / "tableaux")
    name = shown.residences["nom"].value_counts().index[-1]
    assert unit_of(shown, name.upper()).name == name


def test_an_unknown_turnover_says_so(demo_build):
    shown = edition_at(demo_build, "partenaire")
    table = shown.residences
    silent = table[(table["st_rotation"] != "publié") & (table["st_inf40"] == "publié")]
    if silent.empty:
        silent = table[table["st_inf40"] != "publié"]
    result = CliRunner().invoke(app, ["simulate", str(demo_build), silent["id"].iloc[0], "--edition", "partenaire",
                                      "--objectif", "40"])  # fmt: skip
    assert result.exit_code == 1 and isinstance(result.exception, AtlasError)
    assert "est secret" in str(result.exception) or "non renseigné" in str(result.exception)


@pytest.mark.parametrize(
    "text", [HOUSEHOLD, "plus de 40, couple avec enfants", "entre 40 et 60, seul", "sous 20, trois adultes"]
)
def test_a_household_is_said_as_it_is_read(text):
    number, one = read_households(text)
    assert read_households(words_of(one, number).partition(" : ")[2]) == (1, one)
