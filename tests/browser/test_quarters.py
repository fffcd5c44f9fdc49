"""Pages of quarters and the dashboard in a real browser: they hold on a screen, a phone and paper, and ask nothing."""

from __future__ import annotations

import numpy as np
import pypdfium2
import pytest
import shapely

from atlas.publish.book import Book
from atlas.publish.site import write_site
from tests.edition_factory import HOSTILE, make_edition
from tests.test_quarters import changed

PAGES = (
    "quartiers/QN02101M.html",
    "quartiers/SECT-3.html",
    "quartiers/commune-21230.html",
    "quartiers/index.html",
    "tableau-de-bord.html",
)


@pytest.fixture(scope="module", params=["partenaire", "interne"])
def site(request, tmp_path_factory):
    """The whole site of a masked edition, then of an open one whose names are hostile."""
    folder = tmp_path_factory.mktemp(request.param)
    hostile = request.param == "interne"
    edition = make_edition(residences=120, masked=not hostile, hostile=hostile)
    if hostile:
        quarters = edition.units["quartiers"].assign(nom=list(HOSTILE[3:6]))
        edition = changed(edition, quartiers=quarters)
    write_site(Book.of(edition), folder)
    return folder


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_nothing_runs_nothing_and_never_scrolls_sideways(open_page, site, name, width):
    page, did = open_page(site / name, width=width)
    assert did.remote == [] and did.quiet(), did
    assert page.evaluate("window.attaque") is None
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    # What is wider than the page scrolls in its own frame, that a keyboard reaches.
    for frame in page.query_selector_all(".scroll"):
        assert frame.get_attribute("tabindex") == "0" and frame.get_attribute("aria-label")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible(axe, site, name):
    assert axe(site / name) == []
    assert axe(site / name, width=390) == []


def test_sixty_residences_are_printed_on_four_pages(open_page, crowded):
    page, _ = open_page(crowded / "quartiers" / "QN02101M.html")
    assert page.locator(".residences tbody tr:has(.rank)").count() == 60
    assert len(pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))) <= 4


@pytest.fixture(scope="module", params=[True, False], ids=["masked", "open"])
def crowded(request, tmp_path_factory):
    """A quarter of sixty residences."""
    edition = make_edition(residences=90, masked=request.param)
    table = edition.units["residences"].copy()
    quarters = edition.units["quartiers"]
    spots = shapely.get_coordinates(quarters.geometry.iloc[0].buffer(-100).boundary)
    inside = np.arange(len(table)) < 60
    table.loc[inside, "code_qpv"], table.loc[inside, "situation"] = "QN02101M", "QPV"
    table.loc[~inside, "code_qpv"], table.loc[~inside, "situation"] = None, "hors QPV"
    points = shapely.points(np.resize(spots, (60, 2)) + np.arange(60)[:, None])
    table.geometry = [*points, *table.geometry[60:]]
    folder = tmp_path_factory.mktemp("crowded")
    write_site(Book.of(changed(edition, residences=table)), folder)
    return folder


def test_the_link_to_the_map_shows_the_residences_of_the_quarter(open_page, site):
    page, did = open_page(site / "quartiers" / "QN02101M.html")
    listed = page.locator(".residences tbody tr:has(.rank)").count()
    page.click("text=Ouvrir dans la carte interactive")
    page.wait_for_selector("html[data-pret]", state="attached")
    assert page.inner_text("#compte-residences") == str(listed)
    assert page.is_visible(".sheet")
    assert did.errors == []


def test_everything_is_reached_by_keyboard_from_the_list_to_a_residence(open_page, site):
    page, _ = open_page(site / "quartiers" / "index.html")
    page.focus("a[href='QN02101M.html']")
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    page.focus(".residences a >> nth=0")
    name = page.inner_text(".residences a >> nth=0")
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    assert name.split()[0] in page.inner_text("h1")
