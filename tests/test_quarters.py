"""Pages of quarters and the dashboard: who is in a quarter, in which order, and what the pages must never tell."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from html.parser import HTMLParser
from types import MappingProxyType
from urllib.parse import unquote

import pytest
import shapely

from atlas.methods import load
from atlas.methods.seuils import CRITERIA, LEVELS
from atlas.publish.book import Book
from atlas.publish.dashboard import dashboard_page, write_dashboard
from atlas.publish.figures import Figure, Figures
from atlas.publish.paths import quarter_files
from atlas.publish.quarters import write_quarters
from atlas.publish.quarters.grounds import Surroundings
from atlas.publish.quarters.maps import quarter_map, quarters_map
from atlas.publish.quarters.members import Member, Residences, by_level, ranked
from atlas.publish.quarters.reading import verdict
from atlas.publish.sheets.model import Line
from atlas.publish.site import write_site
from atlas.tables import INDICATORS, PUBLISHED, SECRET, UNDETERMINED, UNKNOWN
from tests.edition_factory import HOSTILE, make_edition, resealed

LEVELS_OF = load()[0].levels
SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "’": "'"})


def changed(edition, **units):
    """The same edition with other tables of units; None takes one away."""
    kept = {name: table for name, table in {**edition.units, **units}.items() if table is not None}
    return resealed(edition, units=MappingProxyType(kept))


def written(edition, folder):
    """The pages of an edition by name, without markup."""
    return {path.stem: path.read_text("utf-8") for path in write_quarters(Book.of(edition), folder)}


def visible(html):
    bare = re.sub(r"<(script|style|svg)\b.*?</\1>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", bare).translate(SPACES).split())


def member(name, level=UNDETERMINED, met=None, value=None, dwellings=20):
    status = SECRET if value is None else PUBLISHED
    label = SECRET if value is None else f"{value} %"
    rates = tuple(Figure("residences", name, 2022, code, label, status, value) for code in (*CRITERIA, "bas_loyer"))
    return Member(name, name, name, "", "21230", "QPV", dwellings, level, met, rates, None)


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name == "href" and tag == "a"]


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.attributes = set(), set()

    def handle_starttag(self, tag, attrs):
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_a_qpv_holds_the_residences_of_its_code_and_any_other_perimeter_those_whose_point_it_covers():
    edition = make_edition(residences=200, iris=16)
    residences, table = Residences(Figures(edition)), edition.units["residences"]
    of_qpv = set(table.loc[table["code_qpv"] == "QN02101M", "id"])
    assert of_qpv and {one.id for one in residences.of_quarter("QN02101M")} == of_qpv
    for code in ("QVA-1", "SECT-3"):
        quarters = edition.units["quartiers"]
        shape = quarters.geometry[quarters["id"] == code].iloc[0]
        inside = {
            name for name, point in zip(table["id"], table.geometry, strict=True) if point and shape.covers(point)
        }
        assert inside and {one.id for one in residences.of_quarter(code)} == inside


def test_on_a_border_of_one_kind_of_perimeter_the_smallest_code_wins():
    edition = make_edition()
    quarters = edition.units["quartiers"]
    everywhere = shapely.box(*edition.units["territoire"].total_bounds)
    twice = quarters.assign(situation="PLH", geometry=[everywhere] * 3).set_crs(edition.crs, allow_override=True)
    residences = Residences(Figures(changed(edition, quartiers=twice)))
    held = {code: len(residences.of_quarter(code)) for code in quarters["id"]}
    located = edition.units["residences"].geometry.notna()
    qpv = edition.units["residences"]["situation"] == "QPV"
    assert held[min(held)] >= (located & ~qpv).sum() and held["QVA-1"] == held["SECT-3"] == 0


def test_outside_the_qpv_a_commune_holds_all_the_others_even_those_without_a_place():
    edition = make_edition()
    residences, table = Residences(Figures(edition)), edition.units["residences"]
    for commune in edition.units["communes"]["id"]:
        expected = table.loc[(table["code_insee"] == commune) & (table["situation"] != "QPV"), "id"]
        assert {one.id for one in residences.outside(commune)} == set(expected)


def test_the_most_fragile_come_first_and_the_undetermined_last_by_name():
    members = [
        member("Zoé", "très fragile", 2, 41),
        member("Anna", "très fragile", 3, 40),
        member("Boris", "très fragile", 2, 60),
        member("Carl", "très fragile", 2),
        member("Dora", "sans fragilité repérée", 0, 39),
        member("Émile", "fragile", 1, 40),
        member("Yves", met=1, value=45),
        member("Élia", met=0, value=12),
        member("Elsa"),
        member("Bob", met=2),
    ]
    random.Random(3).shuffle(members)
    found = ranked(members, LEVELS_OF)
    assert [one.name for one in found.known] == ["Anna", "Boris", "Zoé", "Carl", "Émile", "Dora"]
    assert [one.name for one in found.met] == ["Bob", "Yves"]
    assert [one.name for one in found.unknown] == ["Élia", "Elsa"]


def test_the_order_of_a_page_depends_on_what_is_published_alone():
    edition = make_edition(residences=200, iris=16)
    table = edition.units["residences"].assign(secret_ordre=range(200))
    turned = table.sample(frac=1, random_state=5).reset_index(drop=True)
    once, again = (
        [one.id for one in ranked(Residences(Figures(one)).of_quarter("QN02101M"), one.levels).every]
        for one in (edition, changed(edition, residences=turned))
    )
    assert once == again


def test_levels_add_up_to_the_residences_listed():
    members = [member("a", "fragile", 1, 40), member("b"), member("c", "fragile", 1, 41, 7)]
    counts = {count.level: (count.residences, count.dwellings) for count in by_level(members, LEVELS_OF)}
    assert counts == {
        "très fragile": (0, 0),
        "fragile": (2, 27),
        "sans fragilité repérée": (0, 0),
        UNDETERMINED: (1, 20),
    }


@pytest.mark.parametrize("masked", [True, False])
def test_every_quarter_and_every_commune_has_a_page_and_the_list_leads_to_all(tmp_path, masked):
    edition = make_edition(masked=masked)
    pages = written(edition, tmp_path)
    assert set(pages) == {"QN02101M", "QVA-1", "SECT-3", "commune-21230", "commune-21231", "index"}
    for name in set(pages) - {"index"}:
        assert f'href="{name}.html"' in pages["index"]
    assert "Quartier prioritaire : Grésilles - Épirey" in visible(pages["QN02101M"])
    assert "L'atlas ne calcule pas de taux pour la partie de la commune hors QPV" in visible(pages["commune-21230"])
    assert "son point (celui de son adresse la plus centrale) est dans le périmètre" in visible(pages["SECT-3"])
    assert ("ne pas diffuser" in pages["QN02101M"]) == (not masked)


def test_every_link_of_the_site_leads_to_a_page_that_is_there(tmp_path):
    edition = make_edition(hostile=True, masked=False)
    write_site(Book.of(edition), tmp_path)
    (tmp_path / "aide-qgis.html").touch()
    for path in [tmp_path / "tableau-de-bord.html", *(tmp_path / "quartiers").glob("*.html")]:
        links = Links()
        links.feed(path.read_text("utf-8"))
        for href in links.found:
            target = unquote(href.split("#")[0])
            assert not target or (path.parent / target).is_file(), (path.name, href)


def test_a_quarter_cannot_take_the_name_of_another_page():
    edition = make_edition()
    quarters = edition.units["quartiers"].assign(id=["index", "Commune-21230", "../x"])
    files = quarter_files(Figures(changed(edition, quartiers=quarters)))
    assert files["communes", "21230"] == "commune-21230"
    names = [name.lower() for name in files.values()]
    assert len(set(names)) == len(names) == 5
    assert "index" not in names and not any("/" in name or name.startswith(".") for name in names)


def test_a_perimeter_without_a_residence_says_so(tmp_path):
    edition = make_edition()
    quarters = edition.units["quartiers"].copy()
    quarters.geometry = [*quarters.geometry[:2], shapely.Point(0, 0).buffer(50)]
    page = visible(written(changed(edition, quartiers=quarters), tmp_path)["SECT-3"])
    assert "Aucune résidence de l'atlas n'est dans ce périmètre." in page and "Les résidences, de" not in page


def test_a_commune_without_a_dwelling_has_no_page(tmp_path):
    edition = make_edition()
    table, history = edition.units["communes"].copy(), dict(edition.history)
    table.loc[table["id"] == "21231", "nb_logements"] = 0
    pages = written(resealed(changed(edition, communes=table), history=MappingProxyType(history)), tmp_path)
    assert "commune-21231" not in pages and "commune-21231" not in pages["index"]


def test_without_a_survey_pages_tell_no_level_and_no_criterion(tmp_path):
    edition = make_edition()
    unheard = {column: UNKNOWN for code in INDICATORS for column in (f"lb_{code}", f"st_{code}")}
    silent = {f"tx_{code}": float("nan") for code in INDICATORS}
    tables = {name: table.assign(**unheard, **silent, niveau=UNDETERMINED) for name, table in edition.units.items()}
    history = {name: table.assign(**unheard, **silent, niveau=UNDETERMINED) for name, table in edition.history.items()}
    series = edition.series.assign(statut=UNKNOWN, libelle=UNKNOWN, valeur=float("nan"))
    mute = resealed(changed(edition, **tables), history=MappingProxyType(history), series=series)
    page = visible(written(mute, tmp_path)["QN02101M"])
    assert "Aucune enquête d'occupation ne renseigne ce périmètre" in page
    assert "très fragile" not in page and "non déterminé" not in page
    board = visible(dashboard_page(Book.of(mute)))
    assert "Aucune enquête d'occupation" in board and "non déterminé" not in board


@pytest.mark.parametrize("gone", [("quartiers",), ("communes", "iris"), ("quartiers", "communes", "iris")], ids=str)
def test_an_edition_may_lack_some_kinds_of_unit(tmp_path, gone):
    edition = changed(make_edition(), **dict.fromkeys(gone))
    assert "index" in written(edition, tmp_path)
    assert "<h1>" in dashboard_page(Book.of(edition))


@pytest.mark.parametrize("masked", [True, False])
def test_no_percentage_is_written_outside_a_marked_figure(tmp_path, masked):
    edition = make_edition(masked=masked, residences=120)
    said = [one.label for one in INDICATORS.values()] + [str(rule) for rule in edition.context.rules]
    allowed = set(re.findall(r"\d+(?:,\d+)?", " ".join(said)))
    for path in [*write_quarters(Book.of(edition), tmp_path), *write_dashboard(Book.of(edition), tmp_path)]:
        html = re.sub(r"<span[^>]*data-(unite|part)=.*?</span>", "", path.read_text("utf-8"), flags=re.DOTALL)
        stray = set(re.findall(r"(\d+(?:,\d+)?)\s*%", visible(html))) - allowed
        assert not stray, (path.name, stray)


def test_a_number_under_a_mask_changes_nothing_on_any_page(tmp_path):
    """The door never lets one out; were it to, no order, drawing or text would tell it."""
    edition = make_edition(residences=120)
    planted, rng = {}, random.Random(2)
    for name, table in edition.units.items():
        planted[name] = table.copy()
        for one in INDICATORS.values():
            hidden = table[one.st] == SECRET
            planted[name].loc[hidden, one.tx] = [rng.uniform(0, 100) for _ in range(hidden.sum())]
    told = changed(edition, **planted)
    pages = [(written(one, tmp_path), dashboard_page(Book.of(one))) for one in (edition, told)]
    assert pages[0] == pages[1]


def test_a_masked_edition_shows_neither_counts_nor_rents(tmp_path):
    for html in written(make_edition(), tmp_path).values():
        assert not re.search(r'data-colonne="(n|d)_', html) and "plafond PLAI</text>" not in html


def test_hostile_names_stay_text(tmp_path):
    edition = make_edition(hostile=True, masked=False)
    hostile = changed(edition, quartiers=edition.units["quartiers"].assign(nom=list(HOSTILE[:3])))
    for path in [*write_quarters(Book.of(hostile), tmp_path), *write_dashboard(Book.of(hostile), tmp_path)]:
        tags = Tags()
        tags.feed(path.read_text("utf-8"))
        assert not tags.found & {"script", "img", "b"} and not any(name.startswith("on") for name in tags.attributes)


def test_two_builds_write_the_same_pages(tmp_path):
    first, second = (
        [path.read_bytes() for path in write_quarters(Book.of(make_edition()), folder)]
        for folder in (tmp_path / "a", tmp_path / "b")
        if folder.mkdir() is None
    )
    assert first == second
    assert dashboard_page(Book.of(make_edition())) == dashboard_page(Book.of(make_edition()))


def test_the_dashboard_counts_each_residence_once_in_each_table():
    edition = make_edition(masked=False)
    html = dashboard_page(Book.of(edition))
    table = edition.units["residences"]
    for level in LEVELS:
        dwellings = int(table.loc[table["niveau"] == level, "nb_logements"].sum())
        assert f">{dwellings:,}<".replace(",", "\u202f") in html
    assert "Par bailleur" in html and "Habitat du Val" in html
    assert "Non publié ici : non publié dans une édition masquée." in visible(dashboard_page(Book.of(make_edition())))


def test_a_map_numbers_residences_as_the_list_does_and_draws_no_one_without_a_place():
    edition = make_edition(residences=40)
    residences = Residences(Figures(edition))
    quarters = edition.units["quartiers"]
    members = ranked(residences.of_quarter("QN02101M"), edition.levels).every
    around = Surroundings(edition, residences.every)
    svg = quarter_map(
        quarters.geometry.iloc[0],
        members,
        around,
        levels=edition.levels.order,
        own="QN02101M",
        key="carte",
        title="Carte",
        situation="QPV",
    )
    for rank, one in enumerate(members, start=1):
        assert f"{one.name} : {one.level}" in svg.replace("&#39;", "'") and f">{rank}</text>" in svg
    shapes = [(rank, "QPV", shape) for rank, shape in enumerate(quarters.geometry, start=1)]
    territory = edition.units["territoire"].geometry.iloc[0]
    every = quarters_map(territory, shapes, around, key="carte", title="Carte")
    assert (
        all(f">{rank}</text>" in every for rank in (1, 2, 3))
        and quarters_map(None, [], around, key="c", title="") == ""
    )
    lost = [replace(one, point=None) for one in members]
    drawn = quarter_map(None, lost, around, levels=edition.levels.order, own="", key="carte", title="Carte")
    assert drawn == ""


@pytest.mark.parametrize(
    ("label", "value", "status", "said"),
    [
        ("50 %", 50.0, PUBLISHED, "objectif atteint"),
        ("49 %", 49.0, PUBLISHED, "objectif non atteint"),
        ("de 40 à moins de 60 %", 40.0, PUBLISHED, "à cheval sur l'objectif"),
        (SECRET, None, SECRET, SECRET),
        (UNKNOWN, None, UNKNOWN, UNKNOWN),
    ],
)
def test_a_target_is_judged_on_the_published_figure_alone(label, value, status, said):
    target = make_edition().context.rule("cible_q2_q4_qpv")
    assert target.value == 50
    figure = Figure("quartiers", "q", 2022, "attr_q2_q4", label, status, value)
    assert verdict(Line(label, (figure,), target)) == said


def test_the_page_of_a_quarter_leads_to_its_booklets(tmp_path):
    bound = {("quartiers", "QN02101M"): ["cahiers/QN02101M-1.pdf", "cahiers/QN02101M-2.pdf"]}
    pages = {path.stem: path.read_text("utf-8") for path in write_quarters(Book.of(make_edition()), tmp_path, bound)}
    for rank, name in enumerate(bound["quartiers", "QN02101M"], start=1):
        assert f'href="../{name}">Cahier des fiches, volume {rank} (PDF)' in pages["QN02101M"]
    assert ".pdf" not in pages["commune-21230"]
