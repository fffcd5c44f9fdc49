"""The observatory as a browser shows it: filters from the keyboard, what opens, width, accessibility, paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas.publish.book import Book
from atlas.publish.frame import OBSERVATORY
from atlas.publish.observatory import write_observatory
from atlas.tables import DECIDED_COUNTS
from tests.edition_factory import HOSTILE, make_edition, resealed

SHOWN = "table.filtered:not(.quarters) tbody.rows tr:not([hidden])"
METHODS = ("seuils", "surrepresentations")


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, Path]:
    """The page of a masked edition and, with hostile names, of one that shows decisions by quarter."""
    found = {}
    for name, masked in (("partenaire", True), ("interne", False)):
        made = make_edition(methods=METHODS, masked=masked, residences=60, hostile=not masked)
        if not masked:
            dated = {"annee": 2022, "caracteristique": "trimestre", "modalite": "2", **dict.fromkeys(DECIDED_COUNTS, 1)}
            made = resealed(made, decided=made.units["residences"][["id"]].head(9).assign(**dated))
        (found[name],) = write_observatory(Book.of(made), tmp_path_factory.mktemp(name))
    return found


def test_filters_show_the_residences_of_a_place_from_the_keyboard(open_page, pages):
    page, did = open_page(pages["partenaire"])
    every = page.locator(SHOWN).count()
    assert every == 60 and page.inner_text("#filtres-dit") == "60 résidences affichées sur 60"
    landlord = page.get_by_label("Bailleur")
    landlord.focus()
    page.keyboard.type("Orv")
    page.keyboard.press("Enter")
    assert landlord.input_value() == "Orvalis"
    told = page.locator(f"{SHOWN} .f-bailleur").all_text_contents()
    assert set(told) == {"Orvalis"} and 0 < len(told) < every
    assert page.inner_text("#filtres-dit") == f"{len(told)} résidences affichées sur {every}"
    quarter = page.get_by_label("Quartier")
    quarter.select_option(index=1)
    wanted = quarter.input_value()
    assert all(wanted in row for row in page.locator(SHOWN).all_text_contents())
    page.get_by_role("button", name="Tout afficher").click()
    assert page.locator(SHOWN).count() == every
    assert did.quiet() and not did.remote


def test_what_is_folded_opens_from_the_keyboard_and_by_a_filter(open_page, pages):
    page, did = open_page(pages["interne"])
    folded = page.locator("details.residences-more")
    assert folded.count() >= 2
    folded.last.locator("summary").focus()
    page.keyboard.press("Enter")
    assert folded.last.locator("table").is_visible() and "1 bail" in folded.last.inner_text()
    page.get_by_label("Commune").select_option(index=1)
    assert all(folded.nth(rank).locator("table").is_visible() for rank in range(folded.count()))
    assert page.evaluate("window.attaque") is None
    assert any(HOSTILE[4] in text for text in page.locator("bdi").all_text_contents())
    assert did.quiet() and not did.remote


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["partenaire", "interne"])
def test_the_page_is_accessible_and_holds_its_width(axe, open_page, pages, name, width):
    page, did = open_page(pages[name], width=width)
    assert page.locator("nav a[aria-current=page]").get_attribute("href") == OBSERVATORY
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    held = "(one) => one.scrollWidth <= one.clientWidth + 1"
    assert page.evaluate(f"[...document.querySelectorAll('.filtered td, .filtered th')].every({held})")
    assert did.quiet() and not did.remote
    opened = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
    assert axe(pages[name], before=opened, width=width) == []


def test_paper_holds_tables_and_picture_and_no_filter(open_page, pages):
    page, _ = open_page(pages["partenaire"], width=718)
    page.emulate_media(media="print")
    assert not page.locator("#filtres").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    picture = page.locator("section[aria-labelledby=t-matrice] svg").bounding_box()
    assert picture["width"] <= 718
