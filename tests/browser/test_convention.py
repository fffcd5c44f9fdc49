"""The yearly list of a convention as a browser shows it: wide, narrow, printed, without a mouse."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from atlas.publish.book import Book
from atlas.publish.site import write_site
from tests.edition_factory import make_edition


@pytest.fixture(scope="module", params=[True, False], ids=["masked", "internal"])
def folder(request, tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("convention")
    write_site(Book.of(make_edition(residences=90, masked=request.param)), place)
    return place


@pytest.mark.parametrize("width", [1280, 390])
def test_the_list_is_accessible_and_holds_its_width(axe, open_page, folder, width):
    page, did = open_page(folder / "convention.html", width=width)
    assert page.locator("nav a[aria-current=page]").inner_text() == "Convention"
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    cut = """[...document.querySelectorAll('thead th')].filter((one) => one.scrollWidth > one.clientWidth + 1).length"""
    assert page.evaluate(cut) == 0
    assert did.quiet() and not did.remote
    assert axe(folder / "convention.html", width=width) == []


def test_every_question_is_reached_and_every_link_leads_somewhere(open_page, folder):
    page, _ = open_page(folder / "convention.html")
    for link in page.locator("main a").all():
        target = link.get_attribute("href").split("#")
        if target[0]:
            assert (folder / target[0]).is_file(), target
        elif target[1]:
            assert page.locator(f"[id='{target[1]}']").count() == 1
    page.locator(".sommaire a").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#t-parts"


def test_quarters_and_communes_lead_to_the_list_and_back(open_page, folder):
    for name in ("QN02101M", "commune-21230"):
        page, _ = open_page(folder / "quartiers" / f"{name}.html")
        page.get_by_role("link", name="Suivi de la convention").click()
        assert page.url.endswith("/convention.html")
        assert page.locator(f"main a[href='quartiers/{name}.html']").count()


def test_the_map_of_rents_opens_with_its_layer(open_page, folder):
    page, _ = open_page(folder / "convention.html")
    address = page.get_by_role("link", name="Carte des loyers").get_attribute("href")
    assert address == "index.html#r=residences_loyers"
    page, did = open_page(folder / "index.html", hash=address.removeprefix("index.html"))
    assert page.evaluate("Atlas.state.residences") == "residences_loyers"
    assert did.quiet()


def test_the_list_is_printed_whole(open_page, folder, tmp_path):
    page, _ = open_page(folder / "convention.html")
    page.pdf(path=tmp_path / "liste.pdf", format="A4")
    with pypdfium2.PdfDocument(tmp_path / "liste.pdf") as document:
        said = "".join(one.get_textpage().get_text_range() for one in document)
        assert len(document) > 2 and all(one.get_textpage().count_chars() > 40 for one in document)
    assert "Résultat" in said and "Mutations, vacance et rotation" in said
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
