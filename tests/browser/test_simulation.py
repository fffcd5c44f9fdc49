"""The form of a residence's sheet computes what the command line does, to the last digit."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

from atlas.methods.arrivals import AVERAGE, HIGHEST, LOWEST
from atlas.methods.household import ANY, Household
from atlas.prospective import rate_words
from atlas.simulate import edition_at, simulated, unit_of
from atlas.simulate.attribution import LEFT, NOBODY
from atlas.simulate.words import rank_words
from atlas.tables import FAMILIES, INDICATORS
from atlas.tables.households import FEWEST, KINDS

EDITIONS, CASES, SHEETS = ("interne", "partenaire"), 100, 12  # cases of each edition
ASK = """
([sheet, households, leaver]) => {
  const S = Simulation, many = households.length;
  const end = (value) => (value === null ? Infinity : value);
  const read = households.map((one) => ({ ...one, ressources: one.ressources.map(end) }));
  const then = S.after(sheet, read, { nombre: leaver ? many : 0, qui: leaver || S.AVERAGE });
  const rooms = REGLES.criteres.map((code) => [false, true].map((down) => [false, true].map((replacing) => {
    const ends = S.room(sheet, code, read[0], replacing, down);
    return [ends.map((end) => (end === Infinity ? "jamais" : end)), S.rankWords(ends)];
  })));
  return {
    then, rooms, level: S.level(then),
    words: Object.entries(then).map(([code, one]) => [code, S.rateWords(one, REGLES.indicateurs[code].bords)]),
    margins: REGLES.criteres.map((code) => S.margin(then[code], REGLES.indicateurs[code])),
    ways: REGLES.criteres.map((code) => S.direction(sheet, read[0], code)),
  };
}
"""


def drawn(rng: random.Random) -> Household:
    kind = rng.choice(["", *FAMILIES])
    adults = 1 if kind == KINDS["personnes_seules"] else rng.randint(FEWEST.get(kind, (1, 0))[0], 4)
    side = rng.choice([(0.0, 40.0), (40.0, ANY[1])])
    many = rng.choice([None, False, True]) if FEWEST.get(kind, (1, 1))[1] else None
    return Household(side, adults, rng.randint(0, adults), kind, many)


def as_the_form_says(one: Household) -> dict:
    low, beyond = one.resources
    ends = [low, None if beyond == ANY[1] else beyond]
    told = {"adultes": one.adults, "chomeurs": one.unemployed, "famille": one.kind, "nombreux": one.many}
    return {"ressources": ends, **told}


def carried(path: Path) -> dict:
    found = re.search(r'<script type="application/json" id="donnees">(.*?)</script>', path.read_text("utf-8"))
    return json.loads(found[1])["simulation"]


@pytest.mark.parametrize("name", EDITIONS)
def test_the_form_says_what_the_command_line_says_to_the_last_digit(name, demo_build, open_page):
    rng = random.Random(name)
    shown = edition_at(demo_build, name)
    sheets = rng.sample(sorted((demo_build / name / "residences").glob("*.html")), SHEETS)
    held = [carried(path) for path in sheets]
    units = {sheet["id"]: unit_of(shown, sheet["id"]) for sheet in held}
    page, did = open_page(sheets[0])
    for rank in range(CASES):
        sheet = held[rank % SHEETS]
        unit = units[sheet["id"]]
        arrivals = [drawn(rng) for _ in range(rng.randint(1, 3))]
        leaver = rng.choice(["", AVERAGE, LOWEST, HIGHEST])
        mine = page.evaluate(ASK, [sheet, [as_the_form_says(one) for one in arrivals], leaver])
        told = simulated(unit, [(1, one) for one in arrivals])
        state = next(one for one in told["apres"] if one["depart"] == (LEFT[leaver] if leaver else NOBODY))
        for code, one in mine["then"].items():
            theirs = _figures(unit, arrivals, leaver, code, state)
            assert {key: one[key] for key in theirs} == theirs, (sheet["id"], code, leaver)
        method, lead = state["methodes"][0], list(told["places"][0]["seuils"])
        assert mine["level"] == [method["niveau"], method["lecture"], method["criteres"]]
        for place, code in enumerate(lead):
            assert mine["margins"][place] == state["indicateurs"][code]["marge"], (sheet["id"], code)
            room = told["places"][0]["seuils"][code]
            assert mine["ways"][place] == room["sens"], (sheet["id"], code)
            for down, way in enumerate(("atteint", "repasse_sous")):
                for replacing, leaving in enumerate(("sans_depart", "depart_moyen")):
                    ends, words = mine["rooms"][place][down][replacing]
                    assert (ends, words) == (room[way][leaving], rank_words(room[way][leaving])), (sheet["id"], code)
        words = dict(mine["words"])
        for code in lead:
            one = state["indicateurs"][code]
            assert words[code] == rate_words(one["bas"], one["haut"], one["statut"], told["seuils"].get(code, ()))
    assert did.quiet() and not did.remote


def _figures(unit, arrivals, leaver, code, state) -> dict:
    """Take a figure after from the simulation, or compute it where only the form shows its indicator."""
    if code in state["indicateurs"]:
        one = state["indicateurs"][code]
        return {name: one[name] for name in ("statut", "bas", "haut", "numerateur", "denominateur")}
    from atlas.methods.arrivals import Leavers, after
    from atlas.simulate.attribution import _number

    leavers = Leavers(len(arrivals), leaver, int(unit.shown.back.rules["simulation_majeurs_partant"]))
    row = after(unit.read, arrivals, leavers if leaver else Leavers(), fewest=unit.fewest).iloc[0]
    one = INDICATORS[code]
    names = {"bas": one.lo, "haut": one.hi, "numerateur": one.n, "denominateur": one.d}
    return {"statut": row[one.st], **{name: _number(row.get(column)) for name, column in names.items()}}


@pytest.mark.parametrize("width", [1280, 390])
def test_the_form_works_with_the_keyboard_alone_and_fits(demo_build, open_page, width):
    path = sorted((demo_build / "partenaire" / "residences").glob("*.html"))[1]
    page, did = open_page(path, width=width)
    page.focus("input[name=nombre]")
    page.keyboard.type("2")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")  # 40 % or more
    page.keyboard.press("Enter")
    for _ in range(6):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    said = page.inner_text("#simulation [role=status]")
    assert "Après" in said and "Ménages types" in said
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert "jamais sur des personnes" in page.inner_text("section.simulation")
    assert did.quiet() and not did.remote


def test_what_no_household_is_is_refused_in_a_sentence(demo_build, open_page):
    page, _ = open_page(sorted((demo_build / "interne" / "residences").glob("*.html"))[0])
    for name, value, said in (
        ("nombre", "-2", "de 1 à 50"),
        ("nombre", "1", ""),
        ("chomeurs", "4", "plus de chômeurs"),
    ):
        page.fill(f"input[name={name}]", value)
        page.click("section.simulation button")
        assert said in page.inner_text("#simulation [role=status]")


def test_the_form_has_no_violation_once_answered_and_is_not_printed(demo_build, open_page, axe):
    path = sorted((demo_build / "interne" / "residences").glob("*.html"))[0]
    assert not axe(path, before="document.querySelector('section.simulation button').click()")
    page, _ = open_page(path)
    page.click("section.simulation button")
    assert page.is_visible("section.simulation table")
    page.emulate_media(media="print")
    assert not page.is_visible("section.simulation")


@pytest.mark.parametrize("name", EDITIONS)
def test_the_target_of_a_quarter_is_drawn_and_has_no_violation(demo_build, open_page, axe, name):
    path = next(one for one in sorted((demo_build / name / "quartiers").glob("QN*.html")))
    page, did = open_page(path, width=390)
    assert page.locator("section:has(#t-objectif) svg rect").count() == 6
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert "par an" in page.inner_text("section:has(#t-objectif)") and did.quiet()
    assert not axe(path)
