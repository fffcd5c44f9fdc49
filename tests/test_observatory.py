"""The observatory of imbalances: counted again from the table, what cannot be told apart, and read by the audit."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pandas as pd
import pytest
from selectolax.lexbor import LexborHTMLParser

from atlas.audit.other_files import remarks_on
from atlas.audit.read_back import read_written
from atlas.parameters import read_parameters
from atlas.publish.book import Book
from atlas.publish.frame import OBSERVATORY
from atlas.publish.geopackage import write_geopackage
from atlas.publish.manifest import write_manifest
from atlas.publish.observatory import observatory_page, write_observatory
from atlas.publish.site import write_site
from atlas.tables import INDICATORS, PUBLISHED, UNDETERMINED, UNKNOWN
from tests.edition_factory import DAY, make_edition, resealed

METHODS = ("seuils", "surrepresentations")
CLASS, GROUPS = "surrepresentations_classe", "surrepresentations_nb_groupes"
RULES = {rule.key: rule.value for rule in read_parameters().in_force(DAY)}
SIGNS = ("impayes", "rotation", "vacance")


@cache
def edition(masked=True):
    return make_edition(methods=METHODS, masked=masked, residences=90)


@pytest.fixture(params=[True, False], ids=["masked", "internal"])
def made(request):
    return edition(request.param)


def page_of(made) -> LexborHTMLParser:
    return LexborHTMLParser(observatory_page(Book.of(made)))


def rows_of(page, table=0):
    """Rows of the tables of residences: known classes first, then the others."""
    return page.css("section[aria-labelledby=t-residences] table")[table].css("tbody tr")


def name_of(row) -> str:
    return row.css_first("a").text(strip=True)


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u00a0", " ").replace("\u202f", " ")).strip()


def test_a_class_that_hangs_on_an_answer_says_so_where_residences_are_ranked(made):
    near = made.units["residences"].set_index("nom")["surrepresentations_proximite"].fillna("")
    said = 0
    for row in rows_of(page_of(made)):
        close = near[name_of(row)]
        assert (close in plain(row.text())) if close else row.css_first(".near") is None
        said += bool(close)
    assert said


def test_residences_are_counted_by_class_at_every_campaign(made):
    history = made.history["residences"]
    (table,) = page_of(made).css("section[aria-labelledby=t-lecture] table")
    first = table.css("tbody")[0]
    told = {}
    for row in first.css("tr")[1:]:
        cells = [int(re.sub(r"\D", "", cell.text())) for cell in row.css("td")]
        told[row.css_first("th").text(strip=True)] = cells
    expected = {}
    for word in history[CLASS].unique():
        mine = [history[(history[CLASS] == word) & (history["campagne"] == year)] for year in made.context.campaigns]
        expected[word] = [*map(len, mine), *(int(one["nb_logements"].sum()) for one in mine)]
    assert told == expected


def test_residences_are_in_the_order_of_what_is_published_and_the_others_by_name(made):
    homes = made.units["residences"].set_index("nom")
    known, silent = (rows_of(page_of(made), table) for table in (0, 1))
    assert {name_of(row) for row in silent} == set(homes.index[homes[CLASS].isin([UNDETERMINED, UNKNOWN])])
    assert len(known) + len(silent) == len(homes)
    assert [name_of(row) for row in silent] == sorted(name_of(row) for row in silent)
    told = homes.loc[[name_of(row) for row in known]]
    rank = {"de nombreux groupes": 0, "quelques groupes": 1, "aucun groupe": 2}
    keys = [(rank[row[CLASS]], -row[GROUPS] if row[GROUPS] == row[GROUPS] else 1) for row in told.to_dict("records")]
    assert keys == sorted(keys)


def test_what_is_marked_is_above_the_territory_by_plain_counting():
    made = edition(masked=False)
    homes, territory = made.units["residences"].set_index("nom"), made.units["territoire"].iloc[0]
    mean = {code: 100 * territory[one.n] / territory[one.d] for code, one in INDICATORS.items()}
    seen = 0
    for row in rows_of(page_of(made)):
        home = homes.loc[name_of(row)]
        rate = {c: 100 * home[one.n] / home[one.d] for c, one in INDICATORS.items() if home[one.st] == PUBLISHED}
        cells = row.css("td")
        over = {code for code in RULES["surrepresentation_groupes"] if rate.get(code, 0) >= mean[code] + 5}
        told = {one.attributes["data-indicateur"] for one in cells[1].css("[data-indicateur]")}
        assert told == over, name_of(row)
        assert home[GROUPS] != home[GROUPS] or len(over) == home[GROUPS]
        for code, cell in zip(SIGNS, cells[3:6], strict=True):
            assert ("▲" in cell.text()) == (rate.get(code, -1) > mean[code]), (name_of(row), code)
        assert ("▲" in cells[2].text()) == (rate.get("er_inf40", -1) >= mean["er_inf40"] + 5)
        seen += len(over)
    assert seen > 40


def test_every_bar_of_the_picture_says_which_figure_it_is(made):
    page = page_of(made)
    (drawn,) = page.css("section[aria-labelledby=t-matrice] svg")
    sources = [one.attributes["data-chiffre"] for one in drawn.css("[data-chiffre]")]
    units = {source.split(" ", 3)[3] for source in sources}
    homes = made.units["residences"].set_index("id")
    assert "territoire" in units and set(homes.loc[list(units - {"territoire"}), CLASS]) <= {
        "aucun groupe",
        "quelques groupes",
        "de nombreux groupes",
    }
    told = [(code, unit) for code, _, _, unit in (source.split(" ", 3) for source in sources) if unit in homes.index]
    assert len(told) > 50 and all(homes.loc[unit, INDICATORS[code].st] == PUBLISHED for code, unit in told)
    filled = {one.attributes["fill"] for one in drawn.css("[data-chiffre]")}
    assert len(filled) >= 2 and drawn.css_first("desc").text()
    assert drawn.text().count("▲") > 20  # never by colour alone


def test_the_page_is_of_editions_that_the_method_judged_alone(tmp_path):
    other = make_edition()
    assert write_observatory(Book.of(other), tmp_path) == []
    write_site(Book.of(other), tmp_path)
    assert not (tmp_path / OBSERVATORY).exists()
    assert OBSERVATORY not in (tmp_path / "methode.html").read_text("utf-8")
    (path,) = write_observatory(Book.of(edition()), tmp_path)
    assert f'href="{OBSERVATORY}" aria-current="page"' in path.read_text("utf-8")


DECIDED = pd.DataFrame(
    {
        "annee": [2022, 2022, 2022, 2021],
        "caracteristique": "trimestre",
        "modalite": ["1", "1", "3", "4"],
        "bailleur": "Orvalis",
        "id": ["R00000", "R00001", "R00000", "R00001"],
        "decisions": [4, 1, 2, 5],
        "baux": [3, 0, 1, 5],
        "baux_q1_ou_relogement": [1, 0, 0, 2],
        "baux_quartile_connu": [2, 0, 1, 4],
        "decisions_refus": [1, 1, 0, 0],
    }
)


def test_decisions_are_told_by_quarter_where_counts_are_shown():
    made = resealed(edition(masked=False), decided=DECIDED)
    section = page_of(made).css_first("section[aria-labelledby=t-trimestres]")
    whole, latest, before = (
        [[plain(cell.text()) for cell in row.css("th, td")] for row in table.css("tbody tr")]
        for table in section.css("table")
    )
    assert whole == [
        ["2022", "3 baux, 2 refus", "–", "1 bail, 1 sans bail", "–", "4 baux, 2 refus, 1 sans bail", "1 sur 3"],
        ["2021", "–", "–", "–", "5 baux", "5 baux", "2 sur 4"],
    ]
    names = made.units["residences"].set_index("id")["nom"]
    held = {next(name for name in names if line[0].startswith(name)): line[2:] for line in latest}
    assert held[names["R00001"]] == ["1 refus", "–", "–", "–", "1 refus", "sans objet"]
    assert len(latest) == 2 and len(before) == 1


def test_a_masked_edition_says_that_quarters_are_not_published():
    section = page_of(edition()).css_first("section[aria-labelledby=t-trimestres]")
    assert "Non publié dans cette édition" in section.text() and not section.css("table")
    none = page_of(resealed(edition(masked=False), decided=DECIDED.iloc[:0]))
    assert "Aucune décision" in none.css_first("section[aria-labelledby=t-trimestres]").text()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A masked edition with its page, as the audit finds it."""
    folder = tmp_path_factory.mktemp("build") / "partenaire"
    folder.mkdir()
    book = Book.of(edition())
    write_geopackage(book, folder / "atlas.gpkg")
    write_observatory(book, folder)
    write_manifest(book, folder, ())
    return folder


def refused(folder, find="", put=""):
    """Give what the audit says of the page, with ``put`` in place of ``find``."""
    path = folder / OBSERVATORY
    text = path.read_text("utf-8")
    try:
        assert find in text
        path.write_text(text.replace(find, put, 1), "utf-8")
        return [str(one) for one in remarks_on(read_written(folder)) if OBSERVATORY in str(one)]
    finally:
        path.write_text(text, "utf-8")


def test_the_audit_reads_the_page_and_refuses_what_is_hidden(written):
    own = refused(written)
    assert not [one for one in own if "manifeste" not in one], own
    homes = edition().units["residences"]
    hidden = homes[(homes["st_inf40"] == "secret") & homes["st_vacance"].eq("secret")].iloc[0]
    cell = f'data-id="{hidden["id"]}" data-campagne="2022" data-indicateur="vacance">secret<'
    told = refused(written, cell, cell.replace("secret<", "7\u00a0%<"))
    assert any("vacance" in one for one in told), told
    bare = refused(written, "Les résidences</h2>", "Les résidences</h2><p>Dont 61,3\u00a0% ici.</p>")
    assert any("61,3 %" in one for one in bare)
    chart = re.search(r'<rect [^>]*data-chiffre="[^"]*"[^>]*/>', (written / OBSERVATORY).read_text("utf-8")).group()
    longer = re.sub(r'width="[\d.]+"', 'width="39.7"', chart)
    assert any("longueur" in one for one in refused(written, chart, longer))
    masked = re.sub(r'data-chiffre="[^"]*"', f'data-chiffre="inf40 2022 residences {hidden["id"]}"', chart)
    assert any("n'est pas publié" in one for one in refused(written, chart, masked))


def test_the_groups_over_represented_of_a_masked_edition_are_true_of_its_spans():
    """What the page marks holds whatever the figures behind rounding and bounds are."""
    made = edition()
    read, territory = made.read("residences", made.units["residences"])
    names = dict(zip(made.units["residences"]["nom"], range(len(read)), strict=True))
    for row in rows_of(page_of(made)):
        place = names[name_of(row)]
        for one in row.css("td")[1].css("[data-indicateur]"):
            indicator = INDICATORS[one.attributes["data-indicateur"]]
            assert read.iloc[place][indicator.st] == PUBLISHED
            ends = [read.iloc[place].get(indicator.lo, np.nan), territory.iloc[place].get(indicator.hi, np.nan)]
            low = read.iloc[place][indicator.tx] if np.isnan(ends[0]) else ends[0]
            high = territory.iloc[place][indicator.tx] if np.isnan(ends[1]) else ends[1]
            assert low >= high + 5 - 1e-9
