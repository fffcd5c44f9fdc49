"""An edition too large for one page: every residence on the page of its département, nothing added up."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from atlas.audit.html import read_page
from atlas.audit.other_files import compared
from atlas.audit.page_tables import contradictions, page_tables
from atlas.audit.table_files import geopackage
from atlas.parameters import read_parameters
from atlas.publish.book import Book
from atlas.publish.departments import department_of_units, departments, overview
from atlas.publish.frame import shipped_catalogue
from atlas.publish.geopackage import write_geopackage
from atlas.publish.index import write_index
from atlas.publish.sheets.pages import write_sheets
from atlas.publish.web_map import lightened, web_map
from tests.edition_factory import DAY, make_edition, resealed

CATALOGUE = shipped_catalogue()
MOST = 100


def large(residences: int = 240, **shape):
    """An edition over two départements, whose pages show at most :data:`MOST` residences."""
    made = make_edition(residences=residences, iris=16, **shape)
    units = {
        name: table.assign(code_insee=table["code_insee"].str.replace("21231", "2A004"))
        if "code_insee" in table
        else table
        for name, table in made.units.items()
    }
    units["communes"] = units["communes"].assign(id=units["communes"]["code_insee"])
    communes = made.history["communes"]
    history = {**made.history, "communes": communes.assign(id=communes["id"].str.replace("21231", "2A004"))}
    series = made.series.assign(id=made.series["id"].replace({"21231": "2A004"}))
    rules = tuple(replace(one, value=MOST) if one.key == "page_residences" else one for one in made.context.rules)
    return resealed(made, units=units, history=history, series=series, context=replace(made.context, rules=rules))


@pytest.fixture(scope="module")
def edition():
    return large()


@pytest.fixture(scope="module")
def folder(edition, tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    beside = {f"residences/{identifier}.html" for identifier in edition.units["residences"]["id"]}
    names = [path.relative_to(folder).as_posix() for path in write_index(Book.of(edition), folder, beside)]
    assert names == ["index.html", "departements/21.html", "departements/2A.html"]
    return folder


def carried(path):
    text = path.read_text("utf-8")
    return json.loads(
        re.search(r'<script type="application/json" id="donnees">(.*?)</script>', text, re.DOTALL).group(1)
    )


def test_the_shipped_maximum_is_a_choice_of_the_project():
    (rule,) = [one for one in read_parameters().in_force(DAY) if one.key == "page_residences"]
    assert rule.value == 20_000 and rule.nature == "choix du projet"


@pytest.mark.parametrize("residences", [MOST, MOST + 1])
def test_one_page_up_to_the_maximum(residences, tmp_path):
    written = write_index(Book.of(large(residences)), tmp_path)
    assert (len(written) == 1) == (residences == MOST)


def test_each_residence_is_on_one_page_and_no_row_is_changed(edition):
    parts = departments(edition)
    assert list(parts) == ["21", "2A"]
    for name in ("residences", "iris", "communes", "quartiers"):
        found = np.concatenate([part.units[name]["id"] for part in parts.values()])
        assert sorted(found) == sorted(edition.units[name]["id"]), name
    for code, part in parts.items():
        for name, table in part.units.items():
            whole = edition.units[name].set_index("id").loc[table["id"]]
            assert (
                table.set_index("id")
                .drop(columns="geometry", errors="ignore")
                .equals(whole.drop(columns="geometry", errors="ignore"))
            ), (code, name)
        assert part.masked and part.history["residences"]["id"].isin(part.units["residences"]["id"]).all()


def test_what_has_no_commune_keeps_a_page(edition):
    table = edition.units["residences"].copy()
    table.loc[3, "code_insee"] = None
    parts = departments(resealed(edition, units={**edition.units, "residences": table}))
    assert parts["sans-commune"].units["residences"]["id"].tolist() == ["R00003"]


def test_pages_show_what_the_geopackage_holds(edition, folder, tmp_path):
    write_geopackage(Book.of(edition), tmp_path / "atlas.gpkg")
    tables = geopackage(tmp_path / "atlas.gpkg")
    for path in sorted(folder.rglob("*.html")):
        text = path.read_text("utf-8")
        data = read_page(text).data
        told = page_tables(data)
        assert told and contradictions(data) == []
        for name, table in told.items():
            assert compared(path.name, table, tables[name], name) == []


def test_the_overview_shows_communes_and_quarters_and_leads_to_each_page(edition, folder):
    data = carried(folder / "index.html")
    assert list(data["tables"]) == ["communes", "quartiers"] and data["apercu"]
    assert {layer["table"] for layer in data["couches"]} == {"communes", "quartiers"}
    text = (folder / "index.html").read_text("utf-8")
    for name, held in data["tables"].items():
        wanted = department_of_units(edition, name)
        for row, code in enumerate(wanted):
            href, _ = held["cartes"]["pages"][held["cartes"]["i"][row]]
            assert href == f"departements/{code}.html" and (folder / href).exists() and f'href="{href}"' in text
    for path in folder.glob("departements/*.html"):
        inside = carried(path)
        assert inside["racine"] == "../" and not inside["apercu"]
        assert inside["tables"]["residences"]["liens"]["autres"] == {}
        assert 'href="../methode.html"' in path.read_text("utf-8")


def test_a_sheet_leads_back_to_the_map_that_shows_it(edition, folder, tmp_path):
    for path in write_sheets(Book.of(edition), tmp_path)[:200:40]:
        page, asked = re.search(r'href="\.\./([^"#]*)#voir=residences%2C([^"]*)"', path.read_text("utf-8")).groups()
        assert asked in carried(folder / page)["tables"]["residences"]["champs"]["id"]["v"]


def test_outlines_of_an_overview_are_those_of_a_screen():
    edition = make_edition(iris=9, vertices=200)
    communes = edition.units["communes"]
    far, near = (lightened(communes, edition, tolerance) for tolerance in (400.0, 4.0))
    assert far.geometry.count_coordinates().sum() <= near.geometry.count_coordinates().sum()
    assert len(web_map(overview(edition), overview=True).script) < len(web_map(edition).script)
