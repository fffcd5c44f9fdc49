"""« Où loger ? » as a browser shows it: the list of the command, to the last digit; keyboard, width, paper, axe."""

from __future__ import annotations

import random

import pytest

from atlas.audit.html import read_page
from atlas.errors import AtlasError
from atlas.housing import Asked, housed, offered
from atlas.simulate import edition_at

CASES = 40
PAGE = "ou-loger.html"
READ = """([homes, wanted, household, first]) => {
  const {found, full, untold} = Offre.listed(homes, wanted, household, first);
  return {full, untold, listed: found.map((one) => [one.home.id, ...one.par_an, one.loyer, one.criteres, one.places])};
}"""


def read_data(path):
    return read_page(path.read_text("utf-8")).data


@pytest.fixture(scope="module")
def homes():
    return "JSON.parse(document.getElementById('donnees').textContent).logements"


@pytest.mark.parametrize("edition", ["interne", "partenaire"])
def test_the_page_answers_as_the_command_does(open_page, demo_build, homes, edition):
    page, did = open_page(demo_build / edition / PAGE)
    held = page.evaluate(homes)
    communes = sorted({one["commune"] for one in held})
    landlords = sorted({one["bailleur"] for one in held})
    chance, shown = random.Random(14), edition_at(demo_build, edition)
    listed = 0
    for _ in range(CASES):
        rooms = chance.choice([None, 1, 2, 3, 4, 5])
        rent = None if rooms is None else chance.choice([None, round(chance.uniform(120, 500), 2)])
        resources = None if rooms is None or rent is not None else chance.choice([None, chance.randrange(4000, 30000)])
        place = chance.choice(["", "", *communes])
        situation, landlord = chance.choice(["", "", "QPV", "QVA", "hors QPV"]), chance.choice(["", "", *landlords])
        access, first, under = (chance.random() < 0.4 for _ in range(3))
        adults = chance.randint(1, 4)
        jobless = chance.randint(0, adults)
        words = f"{'sous' if under else 'plus de'} 40, {adults} adultes, {jobless} chômeurs"
        asked = Asked(rooms, rent, resources, access, place or None, situation or None, landlord or None, words, first)
        told = offered(shown, asked)
        wanted = {
            "pieces": rooms,
            "loyer": told.rent,
            "accessible": access,
            "commune": place,
            "situation": situation,
            "bailleur": landlord,
        }
        household = {
            "ressources": [0, 40] if under else [40, float("inf")],
            "adultes": adults,
            "chomeurs": jobless,
            "famille": "",
            "nombreux": None,
        }
        seen = page.evaluate(READ, [held, wanted, household, first])
        mine = [
            [one.home.id, one.found.least, one.found.expected, one.found.most, one.found.holds, one.verdict, one.room]
            for one in told.listed
        ]
        assert seen["listed"] == mine, asked
        assert (seen["full"], seen["untold"]) == (told.full, told.untold), asked
        listed += len(mine)
    assert listed > CASES and did.quiet() and not did.remote


def test_the_form_filters_from_the_keyboard_and_refuses_in_a_sentence(open_page, demo_build):
    page, did = open_page(demo_build / "interne" / PAGE)
    every = int(page.inner_text("#dit").split()[0])
    page.get_by_label("Pièces").focus()
    page.keyboard.type("3")
    page.get_by_label("ou ressources, par an (€)").fill("14000")
    page.get_by_label("du premier quartile").check()
    told = housed(demo_build, Asked(3, None, 14000, first=True))
    assert page.inner_text("#dit").startswith(f"{len(told.listed)} résidence") and len(told.listed) < every
    first = page.locator("#liste tr").first
    assert told.listed[0].home.name in first.inner_text() and "hors QPV" in first.inner_text()
    page.get_by_label("Loyer hors charges, par mois (€)").fill("300")
    assert "deux fois la même chose" in page.inner_text("#dit") and page.locator("#liste tr").count() == 0
    page.get_by_label("Loyer hors charges, par mois (€)").fill("")
    page.get_by_label("Adultes").fill("-1")
    assert "au moins un adulte" in page.inner_text("#dit")
    assert did.quiet() and not did.remote


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("edition", ["interne", "partenaire", "public"])
def test_the_page_is_accessible_and_holds_its_width(axe, open_page, demo_build, readings_build, edition, width):
    path = (readings_build if edition == "public" else demo_build) / edition / PAGE
    page, did = open_page(path, width=width)
    assert page.locator("nav a[aria-current=page]").get_attribute("href") == PAGE
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert "ne note ni ne classe jamais une personne" in page.inner_text("main")
    assert did.quiet() and not did.remote
    assert axe(path, width=width) == []


@pytest.mark.parametrize("name", [PAGE, "departements/ou-loger-21.html"])
def test_divided_pages_are_accessible_and_hold_their_width(axe, open_page, divided_build, name):
    page, did = open_page(divided_build / "partenaire" / name, width=390)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert did.quiet() and not did.remote and axe(divided_build / "partenaire" / name, width=390) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_plan_is_accessible_and_holds_its_width(axe, open_page, demo_build, tmp_path, width):
    from atlas.allocation import plan_attributions

    path = plan_attributions(demo_build, folder=tmp_path).written[0]
    page, did = open_page(path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert did.quiet() and not did.remote and axe(path, width=width) == []


@pytest.mark.parametrize("edition", ["interne", "partenaire", "public"])
def test_the_map_shows_the_very_list_that_was_found(open_page, demo_build, readings_build, edition):
    """Rents and households included: the map is given the list, and holds no rent."""
    build = readings_build if edition == "public" else demo_build
    page, did = open_page(build / edition / PAGE)
    page.get_by_label("Pièces").select_option("3")
    page.get_by_label("ou ressources, par an (€)").fill("16000")
    page.get_by_label("Situation").select_option("hors QPV")
    page.get_by_label("Adultes").fill("2")
    page.get_by_label("Dont chômeurs").fill("1")
    listed = page.evaluate(
        "new URLSearchParams(document.getElementById('carte').hash.slice(1)).get('liste').split('|')"
    )
    told = housed(
        build, Asked(3, None, 16000, situation="hors QPV", household="sous 40, 2 adultes, 1 chômeur"), edition
    )
    assert listed == [one.home.id for one in told.listed] and listed
    page.locator("#carte").click()
    page.wait_for_selector("html[data-pret=oui]")
    rows = "Atlas.rows('residences').map((row) => Atlas.table('residences').champs.id.v[row])"
    assert sorted(page.evaluate(rows)) == sorted(listed)
    asked = page.inner_text("#filtres-actifs")
    assert "liste de « Où loger ? »" in asked.replace("\u00a0", " ") and "3 pièces" in asked and "1 chômeur" in asked
    assert int(page.inner_text("#compte-residences")) == len(listed)
    page.reload()
    page.wait_for_selector("html[data-pret=oui]")
    assert sorted(page.evaluate(rows)) == sorted(listed)
    page.locator("#effacer").click()
    assert len(page.evaluate(rows)) > len(listed) and "liste=" not in page.url
    assert did.quiet() and not did.remote


def test_pages_by_departement_answer_together_as_the_command_does(open_page, divided_build, homes):
    for edition in ("interne", "partenaire"):
        folder, shown = divided_build / edition, edition_at(divided_build, edition)
        assert not [one for one in read_data(folder / PAGE) if "logements" in one]
        for asked, wanted in (
            (Asked(), {"pieces": None, "loyer": None, "accessible": False}),
            (Asked(rooms=3, rent=330), {"pieces": 3, "loyer": 330, "accessible": False}),
            (Asked(rooms=2, accessible=True), {"pieces": 2, "loyer": None, "accessible": True}),
        ):
            told, found, full, untold = offered(shown, asked), [], 0, 0
            for path in sorted(folder.glob("departements/ou-loger-*.html")):
                page, did = open_page(path)
                household = {"ressources": [0, 40], "adultes": 1, "chomeurs": 1, "famille": "", "nombreux": None}
                where = dict.fromkeys(("commune", "situation", "bailleur"), "")
                seen = page.evaluate(READ, [page.evaluate(homes), {**wanted, **where}, household, False])
                found, full, untold = found + seen["listed"], full + seen["full"], untold + seen["untold"]
                assert page.locator("#liste a").first.get_attribute("href").startswith("../residences/")
                assert did.quiet() and not did.remote
            mine = [
                [
                    one.home.id,
                    one.found.least,
                    one.found.expected,
                    one.found.most,
                    one.found.holds,
                    one.verdict,
                    one.room,
                ]
                for one in told.listed
            ]
            assert sorted(found, key=str) == sorted(mine, key=str) and (full, untold) == (told.full, told.untold)


def test_paper_holds_the_list_and_no_form(open_page, demo_build):
    page, _ = open_page(demo_build / "partenaire" / PAGE)
    page.emulate_media(media="print")
    assert page.locator("#recherche").is_hidden() and page.locator("#liste tr").first.is_visible()
    assert page.inner_text("#demande").startswith("Recherche")


def test_what_is_not_there_is_refused_with_what_is_near(demo_build):
    for asked, said in (
        (Asked(commune="Chantorl"), "Chantorle"),
        (Asked(rooms=-3), "-3 n'est pas un nombre de pièces"),
        (Asked(rent=300), "ajouter --pieces"),
        (Asked(rooms=3, rent=300, resources=9000), "deux fois le loyer"),
        (Asked(household="sous 40, -2 adultes"), "négatif"),
    ):
        with pytest.raises(AtlasError) as refused:
            housed(demo_build, asked)
        assert said in str(refused.value)
