"""The first screen's map: a card beside it, never over it; a neutral count where residences would hide one another."""

from __future__ import annotations

import io
import re
from itertools import combinations
from math import dist

import pytest

from atlas.publish.book import Book
from atlas.publish.site import write_site
from tests.browser.test_index import READY, counted, wait_for_count
from tests.edition_factory import make_edition
from tests.test_quarters import changed

# A symbol that stands alone, away from the edges: its row and where it is in the window.
ALONE = """() => {
  const {map} = Atlas, inner = map.getBounds().pad(-0.1), frame = map.getContainer().getBoundingClientRect();
  const mark = Atlas.marks.find(({rows, place}) => rows.length === 1 && inner.contains(place));
  const {x, y} = map.latLngToContainerPoint(mark.place);
  return {row: mark.rows[0], x: frame.x + x, y: frame.y + y};
}"""
# Everything that is drawn of residences: the middle and the radius of each, as drawn, and how many it stands for.
DRAWN = """() => {
  const {map} = Atlas, scale = Atlas.scale(map.getZoom()), found = [];
  for (const button of document.querySelectorAll(".leaflet-marker-pane .many")) {
    const {x, y, width} = button.getBoundingClientRect();
    found.push({x: x + width / 2, y: y + width / 2, radius: width / 2, number: Number(button.textContent)});
  }
  const frame = map.getContainer().getBoundingClientRect();
  Atlas.groups.residences.eachLayer((shape) => {
    const {x, y} = map.latLngToContainerPoint(shape.getLatLng());
    found.push({x: frame.x + x, y: frame.y + y, radius: shape.options.radius * scale, number: 1});
  });
  return found;
}"""
TOGETHER = 3


@pytest.fixture(scope="module")
def edition():
    """300 residences, of which three at the same place."""
    made = make_edition(residences=300, iris=25)
    table = made.units["residences"].copy()
    table.geometry = [table.geometry.iloc[0]] * TOGETHER + table.geometry.to_list()[TOGETHER:]
    return changed(made, residences=table)


@pytest.fixture(scope="module")
def atlas(edition, tmp_path_factory):
    folder = tmp_path_factory.mktemp("carte")
    write_site(Book.of(edition), folder)
    return folder / "index.html"


def box(page, selector: str) -> dict[str, float]:
    found = page.locator(selector).bounding_box()
    assert found is not None, selector
    return {**found, "right": found["x"] + found["width"], "bottom": found["y"] + found["height"]}


def test_a_click_opens_the_card_beside_the_map_which_stays_whole(open_page, atlas, edition):
    page, did = open_page(atlas, width=1280, height=800)
    before, spot = box(page, "#map_atlas"), page.evaluate(ALONE)
    page.mouse.click(spot["x"], spot["y"])
    card, after = box(page, ".sheet"), box(page, "#map_atlas")
    assert after == before and page.evaluate("window.scrollY") == 0
    assert card["x"] >= after["right"] and card["y"] >= 0 and card["bottom"] <= 800 and card["right"] <= 1280
    assert page.inner_text(".sheet h3") == edition.units["residences"]["nom"][spot["row"]]
    link = box(page, ".sheet .button")  # the sheet is one step away, in sight
    assert page.inner_text(".sheet .button") == "Fiche de la résidence" and link["bottom"] <= card["bottom"]
    ring = box(page, ".ring")
    assert dist(((ring["x"] + ring["right"]) / 2, (ring["y"] + ring["bottom"]) / 2), (spot["x"], spot["y"])) < 2
    # From the foot of the column, the card is still beside the map.
    page.evaluate("scrollTo(0, 500)")
    assert page.evaluate("window.scrollY") == 500
    assert box(page, ".sheet")["y"] == box(page, ".map")["y"] > 0
    page.click(".sheet .close")
    assert page.is_hidden(".sheet") and page.locator(".ring").count() == 0 and did.quiet()


def test_a_tap_opens_a_drawer_under_the_symbol(open_page, atlas, edition):
    page, did = open_page(atlas, width=390, height=844, has_touch=True)
    spot = page.evaluate(ALONE)
    page.touchscreen.tap(spot["x"], spot["y"])
    card, ring = box(page, ".sheet"), box(page, ".ring")
    assert page.inner_text(".sheet h3") == edition.units["residences"]["nom"][spot["row"]]
    assert (card["x"], card["right"], card["bottom"]) == (0, 390, 844) and card["height"] <= 844 / 2
    assert ring["y"] >= 0 and ring["bottom"] <= card["y"]
    assert box(page, ".sheet .button")["bottom"] <= 844
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.click(".sheet .close")
    assert page.is_hidden(".sheet") and did.quiet()


def test_a_low_screen_moves_the_map_so_that_the_symbol_is_above_the_drawer(open_page, atlas):
    page, _ = open_page(atlas, width=800, height=420)
    page.evaluate("row => Atlas.open('residences', row, {go: true})", page.evaluate(ALONE)["row"])
    assert box(page, ".ring")["y"] >= 0 and box(page, ".ring")["bottom"] <= box(page, ".sheet")["y"]


def test_from_the_map_to_the_card_and_back_with_the_keyboard_only(open_page, atlas):
    page, _ = open_page(atlas)
    page.focus("#map_atlas")
    page.keyboard.press("Tab")
    marks = page.locator(".leaflet-marker-pane .mark")
    assert marks.count() == page.evaluate("Atlas.marks.length")
    said, wanted = [], page.evaluate("Atlas.marks.filter(({rows}) => rows.length === 1).length")
    for _ in range(marks.count()):
        said.append(page.evaluate("document.activeElement.ariaLabel"))
        page.keyboard.press("ArrowRight")
    assert sum("résidences proches" not in name for name in said) == wanted
    assert said == marks.evaluate_all("all => all.map((one) => one.ariaLabel)")
    alone = next(name for name in said if "résidences proches" not in name)
    while page.evaluate("document.activeElement.ariaLabel") != alone:
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    card = page.locator(".sheet")
    assert card.get_attribute("role") == "dialog"
    assert page.locator(f"#{card.get_attribute('aria-labelledby')}").inner_text() in alone
    assert page.evaluate("document.activeElement.closest('.sheet') !== null")
    page.keyboard.press("Escape")
    assert card.is_hidden() and page.evaluate("document.activeElement.ariaLabel") == alone
    # The next stop leaves the map's residences.
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.leaflet-marker-pane')") is None


@pytest.mark.parametrize(("how", "width"), [("click", 1280), ("key", 1280), ("click", 390)])
def test_a_count_is_opened_into_what_it_holds(open_page, atlas, how, width):
    page, did = open_page(atlas, width=width)
    page.evaluate("scrollTo(0, 400)")
    zoom = page.evaluate("Atlas.map.getZoom()")
    held = page.evaluate("Atlas.marks.reduce((a, b) => (a.rows.length < b.rows.length ? b : a)).rows")
    for _ in range(8):
        left = page.evaluate(
            """held => {
              document.querySelector("[data-next]")?.removeAttribute("data-next");
              const all = [...document.querySelectorAll(".leaflet-marker-pane .many")].filter(({mark}) =>
                mark.rows.some((row) => held.includes(row)));
              all[0]?.setAttribute("data-next", "");
              return all.length;
            }""",
            held,
        )
        if not left or page.is_visible(".sheet"):
            break
        if how == "click":
            page.click("[data-next]")
        else:
            page.focus("[data-next]")
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.mark !== undefined")
    assert page.evaluate("Atlas.map.getZoom()") > zoom and did.quiet()
    seen = page.evaluate("held => Atlas.marks.filter(({rows}) => rows.some((row) => held.includes(row))).length", held)
    assert seen > 1


def test_residences_at_the_same_place_are_listed_in_the_card(open_page, axe, atlas, edition):
    page, _ = open_page(atlas)
    page.evaluate("void Atlas.map.setView(Atlas.shapes.residences[0].getLatLng(), 19, {animate: false})")
    assert page.evaluate("Atlas.map.getZoom()") == 19
    page.click(".leaflet-marker-pane .many")
    names = edition.units["residences"]["nom"][:TOGETHER].tolist()
    assert page.locator(".together button").all_inner_texts() == names
    page.click(".together button >> nth=1")
    assert page.inner_text(".sheet h3") == names[1] and page.locator(".sheet dl").count() == 1
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == str(TOGETHER)
    assert axe(atlas, before=f"Atlas.list([{', '.join(map(str, range(TOGETHER)))}])") == []


def test_a_count_has_no_colour_of_a_class(open_page, atlas):
    page, _ = open_page(atlas)
    looks = page.evaluate(
        """() => [...new Set([...document.querySelectorAll(".leaflet-marker-pane .many")].flatMap((one) => {
          const {color, backgroundColor, borderTopColor, backgroundImage} = getComputedStyle(one);
          return [color, backgroundColor, borderTopColor, backgroundImage];
        }))]"""
    )
    classes = page.evaluate("Atlas.data.couches.flatMap(({classes}) => classes.map((one) => one.couleur))")
    reserved = {tuple(bytes.fromhex(one[1:])) for one in classes if one and one != "#ffffff"}
    assert len(reserved) > 3 and looks.count("none") == 1
    for look in set(looks) - {"none"}:
        red, green, blue = map(int, re.findall(r"\d+", look)[:3])
        assert max(red, green, blue) - min(red, green, blue) <= 32, look  # a grey
        assert (red, green, blue) not in reserved
    # The same whatever the count holds.
    assert len(looks) == 4


@pytest.mark.parametrize("width", [1280, 390])
def test_counts_and_symbols_are_all_the_placed_residences_and_none_hides_another(open_page, atlas, edition, width):
    page, _ = open_page(atlas, width=width)
    placed = edition.units["residences"][edition.units["residences"].geometry.notna()]

    def check(wanted: int) -> None:
        drawn = page.evaluate(DRAWN)
        assert sum(one["number"] for one in drawn) == page.evaluate(READY) == wanted
        for one, other in combinations(drawn, 2):
            assert dist((one["x"], one["y"]), (other["x"], other["y"])) >= one["radius"] + other["radius"] - 0.5
        # A button for each: the keyboard reaches what the eye sees.
        assert page.locator(".leaflet-marker-pane .mark").count() == len(drawn)

    check(len(placed))
    before = counted(page)
    page.uncheck('[data-legend=residences_niveau] input[data-class="fragile"]')
    before = wait_for_count(page, before)
    check((placed["niveau"] != "fragile").sum())
    page.click("#filtrer")
    page.select_option("select[data-filter=niveau]", "très fragile")
    wait_for_count(page, before)
    check((placed["niveau"] == "très fragile").sum())
    page.fill("#recherche", "introuvable")
    page.wait_for_function("() => document.getElementById('compte-residences').textContent === '0'")
    check(0)
    assert page.is_hidden("#groupes")


def test_counts_depend_on_the_scale_and_not_on_where_one_looks_from(open_page, atlas):
    page, _ = open_page(atlas)
    told = "Atlas.marks.map(({rows}) => rows.join())"
    before, zoom = page.evaluate(told), page.evaluate("Atlas.map.getZoom()")
    page.evaluate("void Atlas.map.panBy([173, 91], {animate: false})")
    assert page.evaluate(told) == before
    page.evaluate("void Atlas.map.setZoom(17, {animate: false})")
    assert len(page.evaluate(told)) > len(before)
    assert page.locator(".leaflet-marker-pane .mark").count() < len(page.evaluate(told))  # only those in view
    page.evaluate("zoom => void Atlas.map.setZoom(zoom, {animate: false})", zoom)
    assert page.evaluate(told) == before


def test_what_one_searches_is_shown_at_the_scale_where_it_stands_alone(open_page, atlas):
    page, _ = open_page(atlas)
    held = page.evaluate(
        "first => Atlas.gather(Atlas.placed, 16).find(({rows}) => rows.length > 1 && rows[0] >= first).rows", TOGETHER
    )
    assert len(held) > 1
    page.evaluate("row => Atlas.open('residences', row, {go: true})", held[0])
    assert page.evaluate("row => Atlas.marks.find(({rows}) => rows.includes(row)).rows", held[0]) == held[:1]
    # No scale sets apart those that share a place: a few streets are shown.
    page.evaluate("void Atlas.map.setZoom(14, {animate: false})")
    page.evaluate("Atlas.open('residences', 0, {go: true})")
    assert page.evaluate("Atlas.map.getZoom()") == 16


def test_a_residence_that_a_filter_hides_is_shown_where_it_is(open_page, atlas):
    page, _ = open_page(atlas, hash="#sans=très fragile|fragile|sans fragilité repérée")
    row = page.evaluate("[...Atlas.shapes.residences.keys()].find((row) => row > 2 && !Atlas.placed.includes(row))")
    page.evaluate("row => Atlas.open('residences', row, {go: true})", row)
    ring, frame = box(page, ".ring"), box(page, "#map_atlas")
    assert frame["x"] < ring["x"] and ring["right"] < frame["right"]
    assert frame["y"] < ring["y"] and ring["bottom"] < frame["bottom"]


def test_paper_has_every_symbol_and_neither_card_nor_count(open_page, atlas, edition):
    from pypdf import PdfReader

    page, _ = open_page(atlas)
    page.evaluate("Atlas.open('residences', 1)")
    before = page.evaluate(DRAWN)
    assert any(one["number"] > 1 for one in before)
    # What paper will show, asked before the page is given back to the screen.
    page.evaluate(
        """() => window.addEventListener("beforeprint", () => {
          window.onPaper = [0, document.querySelectorAll(".leaflet-marker-pane .mark").length];
          Atlas.groups.residences.eachLayer(() => { window.onPaper[0] += 1; });
        })"""
    )
    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert page.evaluate("window.onPaper") == [edition.units["residences"].geometry.notna().sum(), 0]
    text = " ".join(pdf.pages[0].extract_text().split())
    assert len(pdf.pages) == 1 and "Fiche de la résidence" not in text and "Critères atteints" not in text
    assert "trop proches" not in text and "trop proches" in page.inner_text("#groupes")
    assert page.is_visible(".sheet") and page.evaluate(DRAWN) == before


def test_a_count_lets_the_map_be_dragged_and_a_symbol_tells_its_name(open_page, atlas, edition):
    page, _ = open_page(atlas)
    many = box(page, ".leaflet-marker-pane .many >> nth=0")
    at, zoom = (many["x"] + 12, many["y"] + 12), page.evaluate("Atlas.map.getZoom()")
    centre = page.evaluate("Atlas.map.getCenter().lng")
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(at[0] + 30, at[1], steps=5)
    page.mouse.move(at[0] + 60, at[1], steps=5)
    page.mouse.up()
    assert page.evaluate("Atlas.map.getZoom()") == zoom and page.evaluate("Atlas.map.getCenter().lng") < centre
    page.reload()
    page.wait_for_selector("html[data-pret]", state="attached")
    spot = page.evaluate(ALONE)
    page.mouse.move(spot["x"], spot["y"])
    assert edition.units["residences"]["nom"][spot["row"]] in page.inner_text(".leaflet-tooltip .tip")
