"""What cannot be decided: one sentence each, with what to do; and what is masked is told in intervals."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from atlas.allocation.freed import freed
from atlas.cli import app
from atlas.errors import AtlasError
from atlas.housing import Asked, offered
from atlas.methods.household_words import read_households
from atlas.simulate import attribution_words, edition_at, simulated, unit_of
from atlas.tables import INDICATORS


@pytest.fixture(scope="module")
def shown(demo_build):
    return edition_at(demo_build)


def refusal(made):
    with pytest.raises(AtlasError) as refused:
        made()
    (fault,) = refused.value.faults
    return fault


def test_a_misspelt_residence_is_refused_with_the_nearest_names(shown):
    name = shown.residences["nom"].dropna().iloc[3]
    fault = refusal(lambda: unit_of(shown, f"{name[:-2]}zz"))
    assert fault.code == "SIMULER-INCONNU" and name in fault.remedy and len(fault.remedy.split(" ; ")) == 3


@pytest.mark.parametrize("words", ["sous 40, -2 adultes", "-1 x sous 40", "sous 40, 2 adultes, -1 chômeur"])
def test_negative_households_are_refused_by_every_command(shown, words):
    with pytest.raises(ValueError, match=r"négatif|au moins"):
        read_households(words)
    if " x " not in words:
        assert refusal(lambda: offered(shown, Asked(household=words))).code == "LOGER-MENAGE"


@pytest.mark.parametrize("target", ["-0.1", "100.5", "nan", "inf"])
def test_a_target_outside_0_to_100_is_refused_whatever_the_number(demo_build, shown, target):
    asked = ["simulate", str(demo_build), shown.residences["id"].iloc[0], "--objectif", target]
    told = CliRunner().invoke(app, asked)
    assert told.exit_code == 2 and "n'est pas une part de 0 à 100" in " ".join(told.output.replace("│", " ").split())


def test_where_no_turnover_is_known_nothing_is_planned_listed_nor_aimed(shown):
    one = INDICATORS["rotation"]
    silent = shown.residences.assign(**{one.st: "non renseigné", one.n: None, one.d: None, one.tx: None})
    fault = refusal(lambda: freed(silent))
    assert fault.code == "PLAN-ROTATION" and "rotation" in fault.what and "emmenagements_annee" in fault.remedy


@pytest.mark.parametrize("edition", ["partenaire", "public"])
def test_a_masked_edition_says_intervals_and_that_it_does(readings_build, edition):
    masked = edition_at(readings_build, edition)
    table = masked.residences
    told = table[(table["st_inf40"] == "publié") & (table["st_er_inf40"] == "publié")]["id"].iloc[0]
    words = attribution_words(simulated(unit_of(masked, told), [read_households("sous 40, 1 adulte")]))
    after = words.replace("\u202f", " ").replace("\u00a0", " ").replace("’", "'").split("Après :")[1]
    assert "Édition masquée" in words and re.search(r"(de|entre) [\d,]+ (à|et) [\d,]+ %", after)
    assert not re.search(r"\d+ sur \d+", after) and "marge au seuil" not in after
