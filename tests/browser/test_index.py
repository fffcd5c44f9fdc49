"""index.html in a real browser: it asks nothing of the network, and what it says it does, it does."""

from __future__ import annotations

import io
import json

import pytest

from atlas.publish.book import Book
from tests.edition_factory import HOSTILE, make_edition

READY = "Number(document.documentElement.dataset.dessinees)"


def counted(page) -> int:
    return int(page.inner_text("#compte-residences").replace("\u202f", ""))


def table_total(page) -> int:
    said = page.inner_text("#tableau-pages")
    return int(said.split(" sur ")[1].replace("\u202f", "")) if " sur " in said else 0


def wait_for_count(page, unlike: int) -> int:
    page.wait_for_function(
        "before => document.getElementById('compte-residences').textContent.replace(/\\s/g, '') !== String(before)",
        arg=unlike,
    )
    return counted(page)


def ink(page, colour: tuple[int, int, int]) -> int:
    """Count the map's pixels of a colour: what the eye sees, not what the script believes."""
    return page.evaluate(
        """([r, g, b]) => { let n = 0;
          for (const canvas of document.querySelectorAll('.folium-map canvas')) {
            const d = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            for (let i = 0; i < d.length; i += 4) {
              n += Math.abs(d[i] - r) + Math.abs(d[i + 1] - g) + Math.abs(d[i + 2] - b) < 9 && d[i + 3] > 250;
            }
          } return n; }""",
        colour,
    )


VERY_FRAGILE = (0x93, 0x13, 0x2B)


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_asked_of_the_network_and_nothing_goes_wrong(open_page, index, width):
    page, did = open_page(index, width=width)
    page.wait_for_timeout(300)
    assert did.remote == [] and did.quiet(), did
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(READY) == 299  # 300 residences, one without a place
    assert ink(page, VERY_FRAGILE) > 200


def test_the_page_says_what_it_is(page):
    page, _ = page
    assert page.get_attribute("html", "lang") == "fr"
    assert page.locator("h1").count() == 1
    top = page.inner_text("header")
    assert "Métropole d’essai" in top and "2022" in top and "partenaire" in top
    assert "Données fictives" in page.inner_text(".notices")
    assert "user-scalable" not in page.get_attribute("meta[name=viewport]", "content")


def test_the_legend_says_direction_unit_source_year_rule_and_secrecy(page):
    page, _ = page
    page.select_option("#choix-secteurs", "iris_inf40")
    said = page.inner_text("[data-legend=iris_inf40]").replace("\u00a0", " ")
    for words in (
        "Plus la teinte est foncée",
        "% des ménages aux ressources connues",
        "Enquête d’occupation du parc social",
        "1er janvier 2022",
        "seuil du critère : 40 %",
        "moins de 11 logements",
        "secret",
        "non renseigné",
    ):
        assert words in said, words
    page.click("[data-legend=iris_inf40] summary")
    assert "Dijon métropole, document cadre CIL-CIA" in page.inner_text("[data-legend=iris_inf40]")


@pytest.mark.parametrize("width", [1280, 390])
def test_hostile_names_run_nothing_and_hold_in_the_page(open_page, hostile_index, width):
    page, did = open_page(hostile_index, width=width)
    for row in range(len(HOSTILE)):
        page.evaluate("row => Atlas.open('residences', row, {go: true})", row)
        assert page.locator(".sheet h3").text_content().strip() == HOSTILE[row].strip()
        page.evaluate("row => document.body.append(Atlas.tooltip('residences', row))", row)
    for text in ("script", "img", "49", "{{"):
        page.fill("#recherche", text)
        page.wait_for_timeout(160)
    page.fill("#recherche", "")
    page.wait_for_timeout(160)
    assert page.evaluate("window.attaque") is None
    assert page.locator("img[src=x]").count() == 0
    assert did.remote == [] and did.quiet(), did
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_even_an_injected_script_is_refused_by_the_page(open_page, index):
    page, _ = open_page(index)
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\" onerror=\"window.attaque = 9\">')"
    )
    page.evaluate(
        """() => { const s = document.createElement('script'); s.textContent = 'window.attaque = 8';
        document.body.append(s); }"""
    )
    page.wait_for_timeout(100)
    assert page.evaluate("window.attaque") is None


def test_search_changes_map_table_and_counters_together(page):
    page, _ = page
    before, drawn = counted(page), ink(page, VERY_FRAGILE)
    page.fill("#recherche", "perdrix CHAMP")  # accents, case and word order forgiven
    after = wait_for_count(page, before)
    assert 0 < after < before
    assert table_total(page) == after
    assert ink(page, VERY_FRAGILE) < drawn
    names = page.locator("#tableau tbody th").all_inner_texts()
    assert names and all("Champ Perdrix" in name for name in names)
    page.fill("#recherche", "epirey")
    wait_for_count(page, after)
    assert all(
        "Épirey" in text for text in page.locator("#tableau tbody tr").all_inner_texts()
    )  # in a name, or in the name of the quarter
    page.fill("#recherche", "introuvable")
    wait_for_count(page, counted(page))
    assert counted(page) == 0 and "Aucune ligne" in page.inner_text("#tableau-pages")
    assert page.evaluate(READY) == 0


def test_streets_are_found_where_addresses_are_published(open_page, hostile_index):
    page, _ = open_page(hostile_index)
    before = counted(page)
    page.fill("#recherche", "9 rue vauban")
    assert 0 < wait_for_count(page, before) < before


@pytest.mark.parametrize(
    ("column", "choose"),
    [
        ("bailleur", "Habitat du Val"),
        ("code_insee", "Valmont"),
        ("situation", "QPV"),
        ("lecture", "très fragile"),
        ("bas_loyer", None),
    ],
)
def test_each_filter_changes_map_table_and_counters_together(page, column, choose):
    page, _ = page
    before = counted(page)
    select = f"select[data-filter={column}]"
    choose = choose or page.locator(f"{select} option").nth(1).get_attribute("value")
    assert not page.locator(select).is_visible()
    page.click("#filtrer")
    page.select_option(select, choose)
    assert page.inner_text("#filtrer") == "Filtres\u00a0(1)"
    after = wait_for_count(page, before)
    assert 0 < after < before
    assert table_total(page) == after
    assert page.evaluate(READY) <= after
    if column != "bas_loyer":
        assert all(choose in text for text in page.locator("#tableau tbody tr").all_inner_texts())
    page.click("#effacer")
    assert wait_for_count(page, after) == before
    assert page.inner_text("#filtrer") == "Filtres"


def test_unticking_a_class_hides_it_everywhere(page):
    page, _ = page
    before = counted(page)
    page.uncheck('[data-legend=residences_lecture] input[data-class="très fragile"]')
    after = wait_for_count(page, before)
    assert after < before and table_total(page) == after
    assert ink(page, VERY_FRAGILE) == 0


def test_sorting_from_the_keyboard_and_statuses_last(page):
    page, _ = page
    page.focus("#tableau button.sort[data-column=inf40]")
    page.keyboard.press("Enter")
    assert page.locator("#tableau th[aria-sort=ascending]").inner_text().startswith("Sous 40")
    first = page.locator("#tableau tbody tr").first.inner_text()
    assert "%" in first
    page.keyboard.press("Enter")  # the button keeps the focus
    assert page.locator("#tableau th[aria-sort=descending]").count() == 1
    edition = make_edition(residences=300, iris=25).units["residences"]
    column = page.evaluate("Atlas.table('residences').colonnes.indexOf('inf40')")
    shown = page.locator(f"#tableau tbody tr > :nth-child({column + 1})").first.inner_text()
    assert shown.split("(")[0].strip() == edition.loc[edition["tx_inf40"].idxmax(), "lb_inf40"]
    page.evaluate("Atlas.state.page = 99; Atlas.refresh({map: false})")
    last = page.locator(f"#tableau tbody tr > :nth-child({column + 1})").last.inner_text()
    assert last in {"secret", "non renseigné", "sans objet"}


@pytest.mark.parametrize("kind", ["residences", "iris", "communes", "quartiers"])
def test_every_figure_of_the_table_is_the_edition_s(page, kind):
    page, _ = page
    unit = make_edition(residences=300, iris=25).units[kind]
    page.check(f"input[name=tableau][value={kind}]", force=True)
    said = page.evaluate(
        """kind => { const t = Atlas.table(kind); const rows = [];
        for (let r = 0; r < t.nombre; r++) rows.push(Object.fromEntries(
          Object.keys(t.champs).map((c) => [c, Atlas.text(kind, c, r)])));
        return rows; }""",
        kind,
    )
    assert [row["id"] for row in said] == unit["id"].tolist()
    for code in ("inf40", "er_inf40", "chomage", "bas_loyer"):
        assert [row[code] for row in said] == unit[f"lb_{code}"].tolist()
    assert [row["niveau"] for row in said] == unit["niveau"].tolist()
    assert table_total(page) == len(unit)


def test_a_masked_residence_shows_secret_and_nothing_else(page):
    page, _ = page
    unit = make_edition(residences=300, iris=25).units["residences"]
    row = int((unit["nb_logements"] < 11).to_numpy().nonzero()[0][0])
    page.evaluate("row => Atlas.open('residences', row, {go: true})", row)
    sheet = page.inner_text(".sheet").replace("\u00a0", " ")
    assert sheet.count("secret") >= 3
    figures = [line for line in sheet.splitlines() if "%" in line and "seuil" not in line]
    assert not [line for line in figures if any(sign.isdigit() for sign in line.replace("40 % du plafond", ""))]
    told = json.loads(page.evaluate("document.getElementById('donnees').textContent"))["tables"]["residences"]
    for name, field in told["champs"].items():
        if field["genre"] == "taux":
            assert field["t"][field["i"][row]] is None, name
            assert field["u"][field["i"][row]] == "secret", name


def test_from_search_to_sheet_with_the_keyboard_only(page):
    page, _ = page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(9):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "recherche":
            break
    page.keyboard.type("mansart")
    page.wait_for_selector("#propositions li")
    page.keyboard.press("ArrowDown")
    chosen = page.get_attribute("#recherche", "aria-activedescendant")
    assert page.get_attribute(f"#{chosen}", "aria-selected") == "true"
    name = page.inner_text(f"#{chosen} strong")
    page.keyboard.press("Enter")
    assert page.inner_text(".sheet h3") == name
    assert page.evaluate("document.activeElement.closest('.sheet') !== null")
    page.keyboard.press("Escape")
    page.wait_for_selector(".sheet", state="hidden")
    assert page.evaluate("document.activeElement.id") == "recherche"


def test_a_row_of_the_table_leads_to_the_map_and_back(page):
    page, _ = page
    page.focus("#tableau tbody tr:nth-child(3) button")
    name = page.inner_text("#tableau tbody tr:nth-child(3) button")
    page.keyboard.press("Enter")
    assert page.inner_text(".sheet h3") == name
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == name


def test_a_residence_without_a_place_says_so(page):
    page, _ = page
    page.fill("#recherche", "300")
    page.wait_for_timeout(200)
    page.click("#tableau tbody tr:first-child button")
    assert page.inner_text(".sheet h3").endswith("300")
    assert "Position inconnue" in page.inner_text(".sheet")


def test_choosing_an_indicator_recolours_the_map_and_its_legend(page):
    page, _ = page
    assert ink(page, VERY_FRAGILE) > 0
    page.select_option("#choix-residences", "residences_chomage")
    page.select_option("#choix-secteurs", "iris_er_inf40")
    assert ink(page, VERY_FRAGILE) == 0
    assert page.is_visible("[data-legend=residences_chomage]") and page.is_hidden("[data-legend=residences_lecture]")
    assert "Majeurs au chômage" in page.inner_text("#theme") and "par IRIS" in page.inner_text("#theme")
    counts = page.locator("[data-legend=residences_chomage] .count").all_inner_texts()
    assert sum(int(text.replace("\u202f", "")) for text in counts) == counted(page)


def test_the_address_reopens_the_same_view(open_page, index):
    page, _ = open_page(index)
    page.select_option("#choix-residences", "residences_loyers")
    page.select_option("#choix-secteurs", "communes_chomage")
    page.click("#filtrer")
    page.select_option("select[data-filter=situation]", "hors QPV")
    page.fill("#recherche", "clos")
    wait_for_count(page, 300)
    page.evaluate("void Atlas.map.setView([47.32, 4.87], 14.5, {animate: false})")
    page.click("#tableau button.sort[data-column=chomage]")
    page.evaluate("Atlas.open('residences', 1)")
    page.wait_for_timeout(600)  # the map moves to show the sheet whole
    view = """() => [location.hash, Atlas.map.getZoom(), document.getElementById('compte-residences').textContent,
      document.querySelector('#tableau tbody').innerText, document.querySelector('.sheet h3')?.textContent]"""
    said = page.evaluate(view)
    again, did = open_page(index, hash=said[0])
    assert again.evaluate(view) == said
    assert again.input_value("#recherche") == "clos"
    assert did.quiet()
    broken, did = open_page(index, hash="#carte=x/y&r=rien&_situation=nulle&t=a,b,c&voir=residences,zzz&%")
    assert did.quiet() and counted(broken) in (0, 300)


def test_without_network_the_background_gives_way_to_a_message(open_page, index):
    page, did = open_page(index)
    drawn = page.evaluate(READY)
    page.route("https://**", lambda route: route.abort())
    page.click("#plan")
    page.wait_for_function(
        "() => document.getElementById('message').textContent.includes('indisponible')", timeout=9000
    )
    said = page.inner_text("#message").replace("\u00a0", " ")
    assert said == "Fond de plan indisponible (pas de réseau) : les données restent affichées."
    assert not page.is_checked("#plan")
    assert did.remote and all(url.startswith("https://data.geopf.fr/wmts?") for url in did.remote)
    assert page.evaluate(READY) == drawn and ink(page, VERY_FRAGILE) > 200
    assert did.errors == []


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_search_counters_and_the_whole_map_stand_in_the_first_screen(open_page, index, width, height):
    page, _ = open_page(index, width=width, height=height)
    for part in (
        "#recherche",
        "#filtrer",
        "#compte-residences",
        "[data-count='residences_lecture|très fragile']",
        "#map_atlas",
    ):
        box = page.locator(part).first.bounding_box()
        assert box is not None and box["y"] >= 0 and box["y"] + box["height"] <= height, part
    page.click("#filtrer")
    assert page.locator("#filtre-situation").is_visible() and page.get_attribute("#filtrer", "aria-expanded") == "true"
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_print_fits_one_page(open_page, index, hostile_index):
    from pypdf import PdfReader

    for path in (index, hostile_index):
        page, _ = open_page(path)
        page.select_option("#choix-secteurs", "iris_er_inf40")
        page.click("#filtrer")
        page.select_option("select[data-filter=situation]", "hors QPV")
        pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        assert len(pdf.pages) == 1
        text = pdf.pages[0].extract_text()
        assert "Atlas des résidences" in text and "hors QPV" in text and "Sources" in text
        assert page.evaluate("document.querySelector('.printing')") is None


@pytest.mark.parametrize("width", [1280, 390])
def test_the_method_page_is_sound_and_reached_from_the_atlas(axe, open_page, index, width):
    page, did = open_page(index, width=width)
    page.click("nav >> text=Méthode")
    page.wait_for_load_state()
    assert "methode.html" in page.url and page.locator("h1").count() == 1
    said = page.inner_text("main").replace("\u00a0", " ")
    for words in ("40 % et plus", "non déterminé", "Dijon métropole", "30 juin 2028", "moins de 11 logements"):
        assert words in said, words
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert did.remote == [] and did.quiet()
    assert axe(index.with_name("methode.html"), width=width) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_no_accessibility_violation(axe, index, hostile_index, width):
    assert axe(index, width=width) == []
    assert axe(index, width=width, before="document.getElementById('filtrer').click()") == []
    assert axe(hostile_index, width=width, before="Atlas.open('residences', 2, {go: true})") == []
    assert (
        axe(
            index,
            width=width,
            before="document.getElementById('recherche').value='mansart';"
            "document.getElementById('recherche').dispatchEvent(new Event('input'))",
        )
        == []
    )


def test_the_atlas_page_stays_light(tmp_path):
    from atlas.publish.index import write_index

    edition = make_edition(residences=1500, iris=150, vertices=200)
    beside = {f"residences/{identifier}.html" for identifier in edition.units["residences"]["id"]}
    (page,) = write_index(Book.of(edition), tmp_path, beside)
    assert page.stat().st_size < 1_500_000
