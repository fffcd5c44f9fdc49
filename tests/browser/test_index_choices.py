"""The atlas in a real browser: another campaign, dwellings by size, and the way to the other pages."""

from __future__ import annotations

import io

import pytest

from atlas.publish.book import Book
from atlas.publish.frame import shipped_catalogue
from atlas.publish.index import write_index
from atlas.publish.paths import file_names
from tests.browser.test_index import READY, VERY_FRAGILE, counted, ink, table_total, wait_for_count
from tests.edition_factory import make_edition, resealed
from tests.test_departments import large

CATALOGUE = shipped_catalogue()


@pytest.fixture(scope="module")
def edition():
    """300 residences, of which one in two has no T4 and one in three nothing accessible."""
    made = make_edition(residences=300, iris=25)
    stock = made.stock
    number = stock["id"].str[1:].where(stock["unite"].eq("residences"), "0").astype(int)
    absent = (stock["modalite"].eq("T4") & (number % 2 == 1)) | (stock["modalite"].eq("accessible") & (number % 3 == 1))
    return resealed(made, stock=stock[~absent].reset_index(drop=True))


@pytest.fixture(scope="module")
def atlas(edition, tmp_path_factory):
    """The atlas beside a page for every residence but one, every quarter and every commune."""
    folder = tmp_path_factory.mktemp("atlas")
    beside = []
    for kind, prefix in (
        ("residences", "residences/"),
        ("quartiers", "quartiers/"),
        ("communes", "quartiers/commune-"),
    ):
        beside += [f"{prefix}{name}.html" for name in file_names(edition.units[kind]["id"]).values()]
    beside.remove("residences/R00007.html")
    for name in beside:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(f"<!DOCTYPE html><title>{name}</title>", "utf-8")
    return write_index(Book.of(edition), folder, beside)[0]


def table_rows(page) -> list[str]:
    return page.locator("#tableau tbody tr").all_inner_texts()


def test_another_campaign_changes_map_table_counters_and_legend_together(open_page, atlas, edition):
    page, did = open_page(atlas)
    before, drawn, seen = table_rows(page), ink(page, VERY_FRAGILE), page.evaluate(READY)
    assert page.is_hidden("#campagne-dite")
    page.select_option("#choix-campagne", "2020")
    assert counted(page) == table_total(page) == 299  # the first residence was not built
    assert page.evaluate(READY) == seen - 1 and ink(page, VERY_FRAGILE) != drawn
    assert table_rows(page) != before
    said = page.inner_text("body").replace("\u00a0", " ")
    assert "1er janvier 2020" in said and "janvier 2022" not in said and "campagne 2020" in page.inner_text("#theme")
    told = page.inner_text("#campagne-dite").replace("\u00a0", " ")
    assert "non montrés : 1 résidence." in told.split("Connus")[0] and told.endswith("non montrés : 1 résidence.")
    history = edition.history["residences"]
    then = history[history["campagne"] == 2020].set_index("id")
    shown = page.evaluate(
        """() => Atlas.rows("residences").map((row) => ["id", "inf40", "chomage", "niveau", "nb_logements"]
          .map((column) => Atlas.text("residences", column, row)))"""
    )
    for identifier, inf40, chomage, level, dwellings in shown:
        row = then.loc[identifier]
        assert [inf40, chomage, level] == [row["lb_inf40"], row["lb_chomage"], row["niveau"]]
        assert int(dwellings.replace("\u202f", "")) == row["nb_logements"]
    counts = dict(zip(*[page.locator(f".counters {tag}").all_inner_texts() for tag in ("dt", "dd")], strict=True))
    assert int(counts["très fragile"]) == (then["niveau"].drop("R-disparue") == "très fragile").sum()
    page.select_option("#choix-campagne", "2022")
    assert table_rows(page) == before and page.is_hidden("#campagne-dite")
    assert did.remote == [] and did.errors == []


def test_the_campaign_is_in_the_address_and_follows_what_is_open(open_page, atlas):
    page, _ = open_page(atlas)
    page.evaluate("Atlas.open('residences', 1)")
    page.select_option("#choix-campagne", "2020")
    assert "campagne 2020" in page.inner_text(".sheet .kind")
    page.evaluate("Atlas.open('residences', 0)")
    assert "absent de la campagne 2020" in page.inner_text("#message")
    again, did = open_page(atlas, hash=page.evaluate("location.hash"))
    assert again.input_value("#choix-campagne") == "2020" and counted(again) == 299
    assert did.quiet()
    broken, did = open_page(atlas, hash="#c=1789&_taille=T99&_accessibilite=")
    assert did.quiet() and broken.input_value("#choix-campagne") == "2022" and counted(broken) == 0


def test_a_residence_masked_then_is_secret_then_and_nothing_else(open_page, atlas, edition):
    page, _ = open_page(atlas)
    page.select_option("#choix-campagne", "2020")
    history = edition.history["residences"]
    masked = history[(history["campagne"] == 2020) & (history["nb_logements"] < 11)]["id"].iloc[0]
    row = edition.units["residences"]["id"].tolist().index(masked)
    page.evaluate("row => Atlas.open('residences', row, {go: true})", row)
    lines = page.locator(".sheet dl > div").all_inner_texts()
    rates = [line for line in lines if line.startswith(("Ménages", "Emménag", "Majeurs", "Logements à bas"))]
    assert len(rates) >= 4 and all("secret" in line for line in rates)


@pytest.mark.parametrize(("feature", "word", "kept"), [("taille", "T4", 150), ("accessibilite", "accessible", 200)])
def test_dwellings_filter_map_table_and_counters_together(open_page, atlas, feature, word, kept):
    page, _ = open_page(atlas)
    seen = page.evaluate(READY)
    page.click("#filtrer")
    page.select_option(f"#filtre-{feature}", word)
    assert wait_for_count(page, 300) == table_total(page) == kept
    assert kept - 1 <= page.evaluate(READY) < seen
    assert f"au moins un {word if feature == 'taille' else 'logement accessible'}" in page.inner_text("#filtres-actifs")
    # The dwellings asked for have their column beside the size.
    headings = page.locator("#tableau thead th").all_inner_texts()
    column = next(rank for rank, text in enumerate(headings) if text.startswith(word.capitalize()))
    assert headings[column - 1].startswith("Logements")
    counts = page.locator(f"#tableau tbody tr > :nth-child({column + 1})").all_inner_texts()
    assert all(int(text.replace("\u202f", "")) > 0 for text in counts)
    again, _ = open_page(atlas, hash=page.evaluate("location.hash"))
    assert counted(again) == kept and again.input_value(f"#filtre-{feature}") == word
    page.select_option("#choix-campagne", "2020")
    assert counted(page) <= kept and page.input_value(f"#filtre-{feature}") == word


def test_the_sheet_says_the_dwellings_of_each_size(open_page, atlas, edition):
    page, _ = open_page(atlas)
    page.evaluate("Atlas.open('residences', 2, {go: true})")
    stock = edition.stock.query("unite == 'residences' and id == 'R00002' and caracteristique == 'taille'")
    wanted = " · ".join(
        f"{word} : {count:.0f}" for word, count in zip(stock["modalite"], stock["nb_logements"], strict=True)
    )
    assert wanted in page.inner_text(".sheet").replace("\u00a0", " ")


def test_the_table_follows_an_indicator_that_it_does_not_hold(open_page, atlas, edition):
    page, _ = open_page(atlas)
    page.select_option("#choix-residences", "residences_apl")
    column = page.locator("#tableau thead th").count()
    names = page.locator("#tableau tbody th button").all_inner_texts()
    shown = page.locator(f"#tableau tbody tr > :nth-child({column})").all_inner_texts()
    unit = edition.units["residences"].set_index("nom")
    assert shown == [unit.loc[name, "lb_apl"] for name in names]


def test_from_search_to_the_page_of_a_residence_with_the_keyboard_only(open_page, atlas, edition):
    page, did = open_page(atlas)
    for _ in range(12):  # the menu comes first
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "recherche":
            break
    page.keyboard.type("mansart 13")
    page.wait_for_selector("#propositions li")
    page.keyboard.press("ArrowDown")
    name = page.inner_text("#proposition-0 strong")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Fiche de la résidence"
    page.keyboard.press("Enter")
    page.wait_for_url("**/residences/*.html")
    identifier = edition.units["residences"].set_index("nom").loc[name, "id"]
    assert page.url.endswith(f"/residences/{identifier}.html")
    assert did.remote == []


def test_links_of_the_sheet_and_of_the_table(open_page, atlas, edition):
    page, _ = open_page(atlas)
    table = edition.units["residences"]
    row = int((table["code_qpv"] == "QN02101M").to_numpy().nonzero()[0][0])
    page.evaluate("row => Atlas.open('residences', row, {go: true})", row)
    links = page.locator(".sheet .pages a").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    assert links == [
        f"residences/{table['id'][row]}.html",
        "quartiers/QN02101M.html",
        f"quartiers/commune-{table['code_insee'][row]}.html",
    ]
    page.evaluate("Atlas.open('residences', 7, {go: true})")
    assert page.locator(".sheet .pages a").first.inner_text().startswith("Page")  # this one has no page
    for kind in ("residences", "communes", "quartiers"):
        page.check(f"input[name=tableau][value={kind}]", force=True)
        addresses = page.locator("#tableau tbody th a").evaluate_all("links => links.map((link) => link.href)")
        assert addresses and all((atlas.parent / url.rsplit(f"{atlas.parent.name}/")[1]).exists() for url in addresses)
    page.check("input[name=tableau][value=iris]", force=True)
    assert page.locator("#tableau tbody th a").count() == 0


def test_a_residence_without_a_place_still_leads_to_its_page(open_page, atlas):
    page, _ = open_page(atlas)
    page.fill("#recherche", "300")
    page.wait_for_selector("#propositions li")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert "Position inconnue" in page.inner_text(".sheet")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "residences/R00299.html"


@pytest.mark.parametrize("width", [1280, 390])
def test_no_accessibility_violation_nor_horizontal_scroll_whatever_is_chosen(axe, open_page, atlas, width):
    before = """document.getElementById('choix-campagne').value = '2020';
        document.getElementById('choix-campagne').dispatchEvent(new Event('change'));
        Atlas.open('residences', 1, {go: true})"""
    assert axe(atlas, before=before, width=width, hash="#_taille=T4") == []
    page, did = open_page(atlas, width=width, hash="#c=2020&_taille=T4&_accessibilite=accessible&f=iris_inf40")
    page.evaluate("Atlas.open('residences', 2, {go: true})")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth") and did.quiet()


def test_an_earlier_campaign_is_told_on_paper(open_page, atlas):
    from pypdf import PdfReader

    page, _ = open_page(atlas, hash="#c=2020&_taille=T4&f=iris_er_inf40")
    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    text = " ".join(pdf.pages[0].extract_text().split())
    assert len(pdf.pages) == 1
    assert "1er janvier 2020" in text and "Absents de cette campagne" in text
    assert "janvier 2022" not in text


def test_a_large_territory_opens_on_its_communes_and_leads_to_each_residence(open_page, axe, tmp_path):
    large_edition = large(residences=240)
    index, *others = write_index(Book.of(large_edition), tmp_path)
    for width in (1280, 390):
        page, did = open_page(index, width=width)
        assert page.locator(".parts a").count() == len(others) == 2
        assert page.locator("#tableau tbody tr").count() == 2 and page.locator(".counters").count() == 0
        page.fill("#recherche", "valmont")
        page.wait_for_selector("#propositions li")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert "département 21" in page.evaluate("document.activeElement.textContent")
        page.select_option("#choix-campagne", "2020")
        page.select_option("#choix-secteurs", "communes_inf40")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert did.remote == [] and did.quiet()
    assert axe(index, before="Atlas.open('communes', 0, {go: true})") == []
    page.click(".sheet .pages a")
    page.wait_for_url("**/departements/21.html*")
    page.wait_for_selector("html[data-pret]", state="attached")
    assert page.inner_text(".sheet h3") == "Valmont"
    assert counted(page) == (large_edition.units["residences"]["code_insee"] == "21230").sum()
    assert did.remote == [] and did.errors == []
