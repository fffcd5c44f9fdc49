"""What stands beside a level, and the readings of several methods, as a browser shows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas.publish.book import Book
from atlas.publish.site import write_site
from tests.edition_factory import make_edition

NAMES = ("seuils", "classes_occupation", "surrepresentations")


@pytest.fixture(scope="module")
def edition():
    return make_edition(residences=80, masked=False, methods=NAMES)


@pytest.fixture(scope="module")
def folder(edition, tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("lectures")
    write_site(Book.of(edition), place)
    return place


def test_the_card_and_the_table_say_of_which_answer_a_level_hangs(open_page, folder, edition):
    homes = edition.units["residences"]
    close = homes[homes["proximite"].notna()].iloc[0]
    page, did = open_page(folder / "index.html")
    row = page.evaluate("(id) => Atlas.table('residences').champs.id.v.indexOf(id)", close["id"])
    page.evaluate("(row) => Atlas.open('residences', row, {go: true})", row)
    said = f"{close['niveau']}, {close['proximite']}"
    assert said in page.inner_text("#encart")
    page.evaluate("() => Atlas.close()")
    page.evaluate("(row) => Atlas.chooseCampaign(Math.min(...Atlas.data.campagnes.map((one) => one.annee)))", row)
    page.evaluate("(row) => Atlas.open('residences', row, {still: true})", row)
    assert close["proximite"] not in page.inner_text("#encart")  # known of the campaign shown first alone
    assert did.quiet() and not did.remote


def test_what_each_figure_brings_opens_on_the_sheet(open_page, folder, edition):
    path = next(iter(sorted((folder / "residences").glob("*.html"))))
    page, did = open_page(path)
    details = page.locator(".readings details")
    assert details.count() == len(NAMES) - 1
    for rank in range(details.count()):
        details.nth(rank).locator("summary").focus()
        page.keyboard.press("Enter")
        assert details.nth(rank).locator("table").is_visible()
    picture = page.locator(".readings details svg").first
    assert picture.is_visible() and picture.bounding_box()["width"] > 200
    assert did.quiet() and not did.remote


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_of_readings_is_accessible_and_holds_its_width(axe, open_page, folder, width):
    path = folder / "lectures.html"
    page, did = open_page(path, width=width)
    assert page.locator("nav a[aria-current=page]").inner_text() == "Lectures comparées"
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert did.quiet() and not did.remote
    assert axe(path, width=width) == []
    sheet = next(iter(sorted((folder / "residences").glob("*.html"))))
    opened = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
    assert axe(sheet, before=opened, width=width) == []
