"""Sheets in a real browser: they hold on a screen, a phone and two pages of paper, and ask nothing of anyone."""

from __future__ import annotations

import pypdfium2
import pytest

from atlas.methods import load
from atlas.publish.book import Book
from atlas.publish.site import write_site
from tests.edition_factory import HOSTILE, make_edition
from tests.test_sheets import changed

LONG = "Quartier des Grands-Ensembles-de-la-Plaine-du-Haut et de ses abords - " * 4


def twisted():
    """An open edition: hostile names, long names of quarters, one residence of forty addresses in many streets."""
    edition = make_edition(residences=40, masked=False, hostile=True)
    quarters = edition.units["quartiers"].assign(nom=[LONG, HOSTILE[5], HOSTILE[6]])
    addresses = edition.units["adresses"].copy()
    crowded = addresses.index < 40
    addresses.loc[crowded, "id_residence"] = "R00005"
    residences = edition.units["residences"].copy()
    residences.loc[5, ["code_qpv", "situation", "bailleur"]] = ["QN02101M", "QPV", HOSTILE[5]]
    return changed(edition, quartiers=quarters, adresses=addresses, residences=residences)


@pytest.fixture(scope="module", params=["partenaire", "interne"])
def sheets(request, tmp_path_factory):
    """The sheets of a masked edition, then of an open one that is hostile."""
    folder = tmp_path_factory.mktemp(request.param)
    write_site(Book.of(twisted() if request.param == "interne" else make_edition(residences=40)), folder)
    return folder / "residences"


def chosen(sheets):
    """The first ones, where the hostile names are, one that is secret, and the one without a place."""
    secret = [path for path in sorted(sheets.glob("*.html")) if "aucun critère publié" in path.read_text("utf-8")]
    return [*(sheets / f"R{number:05d}.html" for number in range(8)), *secret[:1], sheets / "R00039.html"]


@pytest.mark.parametrize("width", [1280, 390])
def test_a_sheet_asks_nothing_runs_nothing_and_never_scrolls_sideways(open_page, sheets, width):
    for path in chosen(sheets):
        page, did = open_page(path, width=width)
        assert did.remote == [] and did.quiet(), (path.name, did)
        assert page.evaluate("window.attaque") is None and page.locator("img").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path.name
        assert page.locator("h1").count() == 1 and page.get_attribute("html", "lang") == "fr"


def test_names_are_shown_as_they_are_written(open_page, tmp_path):
    write_site(Book.of(make_edition(residences=12, masked=False, hostile=True)), tmp_path)
    for number, name in enumerate(HOSTILE):
        page, _ = open_page(tmp_path / "residences" / f"R{number:05d}.html")
        shown = page.locator("h1").text_content().strip()
        plain = str.maketrans({"\u00a0": " ", "\u202f": " ", "’": "'"})
        assert shown.translate(plain) == name.strip()


def test_a_sheet_is_accessible(axe, sheets):
    for path in chosen(sheets)[4:]:
        assert axe(path) == [], path.name
        assert axe(path, width=390) == [], path.name


def test_a_sheet_is_two_pages_of_paper_at_most(open_page, sheets):
    for path in chosen(sheets):
        page, _ = open_page(path)
        assert len(pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))) <= 2, path.name


def test_the_back_link_reopens_the_residence_on_the_map(open_page, sheets):
    page, did = open_page(sheets / "R00001.html")
    name = page.locator("h1").text_content()
    page.click("text=Retour à la carte")
    page.wait_for_selector("html[data-pret]", state="attached")
    page.wait_for_selector(".sheet h3")
    assert page.locator(".sheet h3").text_content().split() == name.split()
    assert did.errors == []


def test_levels_and_statuses_are_words_and_shapes_not_colours(open_page, sheets):
    """Without any colour, the verdict, the threshold's side and what is secret are still said."""
    for path in chosen(sheets):
        page, _ = open_page(path)
        page.add_style_tag(content="html { filter: grayscale(1); }")
        said = page.inner_text(".verdict h2").split(",")[0]  # then, of which answer it hangs
        method = load()[0]
        titles = {**method.levels.titles, **method.readings.titles}
        assert said in {*titles.values(), "Niveau non déterminé"}
        for text in page.locator(".criterion svg:first-of-type").all_text_contents():
            words = ("critère atteint", "critère non atteint", "secret", "non renseigné", "sans objet")
            assert any(word in text.replace("\u00a0", " ") for word in words)
