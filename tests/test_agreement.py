"""Where methods agree: sides counted by hand, the page recounted from the table, and what one file says of another."""

from __future__ import annotations

import json

import pandas as pd
import pyogrio
import pytest
from selectolax.lexbor import LexborHTMLParser

from atlas.compare import compare_methods
from atlas.errors import AtlasError
from atlas.explain import explained
from atlas.methods import ACCORDS, AGREEMENT, agreement, judged_columns, load, side_of, taking_sides
from atlas.parameters import read_parameters
from atlas.publish.agreement import agreement_page, write_agreement
from atlas.publish.book import Book
from atlas.tables import UNDETERMINED
from tests.edition_factory import DAY, make_edition

NAMES = ("seuils", "classes_occupation")
METHODS = load(NAMES)
RULES = {rule.key: rule.value for rule in read_parameters().in_force(DAY)}


@pytest.fixture(scope="module", params=[True, False], ids=["masked", "internal"])
def edition(request):
    return make_edition(methods=NAMES, masked=request.param, residences=90)


@pytest.mark.parametrize(
    ("level", "proven", "other", "said"),
    [
        ("fragile", "fragile", "très sociale", ACCORDS[2]),
        ("fragile", "fragile", "ordinaire", ACCORDS[1]),
        ("sans fragilité repérée", "sans fragilité repérée", "très sociale", ACCORDS[1]),
        ("sans fragilité repérée", "sans fragilité repérée", "intermédiaire", ACCORDS[0]),
        ("non déterminé", "au moins fragile", "très sociale", ACCORDS[2]),
        ("non déterminé", "au moins fragile", "intermédiaire", ACCORDS[1]),
        ("non déterminé", "aucun critère publié atteint", "intermédiaire", UNDETERMINED),
        ("très fragile", "très fragile", "non déterminé", UNDETERMINED),
        ("très fragile", "très fragile", "non renseigné", UNDETERMINED),
    ],
)
def test_methods_agree_where_both_take_a_side(level, proven, other, said):
    table = pd.DataFrame({"niveau": [level], "lecture": [proven], "classes_occupation_classe": [other]})
    assert agreement(table, METHODS).tolist() == [said]


def test_only_methods_that_call_something_fragile_take_sides():
    every = load(["seuils", "typologie", "accueil", "classes_occupation"])
    assert [one.code for one in taking_sides(every)] == list(NAMES)
    told = {column.name for column in judged_columns(every, "residences", counts=False)}
    assert AGREEMENT in told
    assert AGREEMENT not in {column.name for column in judged_columns(every[:2], "residences", counts=False)}
    assert AGREEMENT not in {column.name for column in judged_columns(every, "communes", counts=False)}


def test_the_page_counts_what_the_table_says(edition):
    homes = edition.units["residences"]
    page = LexborHTMLParser(agreement_page(Book.of(edition)))
    rows = {
        row.css_first("th").text(strip=True): [cell.text(strip=True) for cell in row.css("td")]
        for row in page.css("section[aria-labelledby=t-accord] tbody tr")
    }
    for word in (*ACCORDS, UNDETERMINED):
        mine = homes[homes[AGREEMENT] == word]
        counted = [str(len(mine)), f"{mine['nb_logements'].sum():.0f}"]
        assert [cell.replace("\u202f", "").replace("\u00a0", "") for cell in rows[word]] == counted
    sides = [side_of(homes, one) for one in METHODS]
    opposed = homes[sides[0].notna() & sides[1].notna() & (sides[0] != sides[1])]
    listed = {row.css_first("a").attributes["href"] for row in page.css("section[aria-labelledby=t-liste] tbody tr")}
    assert len(listed) == len(opposed) and (homes[AGREEMENT] == ACCORDS[1]).sum() == len(opposed)


def test_one_method_makes_no_page(tmp_path):
    assert write_agreement(Book.of(make_edition()), tmp_path) == []
    assert not list(tmp_path.iterdir())


def test_comparing_the_methods_of_a_build_asks_for_two(demo_build):
    with pytest.raises(AtlasError) as error:
        compare_methods(demo_build)
    assert [fault.code for fault in error.value.faults] == ["COMPARER-METHODES"]


def test_every_figure_is_computed_again_from_what_explain_gives(divided_build):
    """By hand: counts to rates, rates to points, points to criteria and level."""
    homes = pyogrio.read_dataframe(divided_build / "interne" / "atlas.gpkg", layer="residences", read_geometry=False)
    asked = homes["id"][::3]
    seen = set()
    for identifier in asked:
        facts = json.loads(json.dumps(explained(divided_build, identifier)))
        rules = {rule["cle"]: rule["valeur"] for rule in facts["regles"]}
        lines = [row for row in facts["lignes"] if row["campagne"] == facts["campagne"]]
        assert sum(row["nb_logements"] for row in lines) == facts["tailles"]["nb_logements"]
        (method,) = facts["methodes"]
        met = 0
        for part in method["contributions"]:
            figure, (threshold,) = facts["indicateurs"][part["indicateur"]], part["seuils"]
            assert threshold == rules[part["regle"]]
            if figure["statut"] != "publié":
                continue
            counted, among = figure["numerateur"], figure["denominateur"]
            reached = 100 * counted >= threshold * among
            assert part["points"] == [int(reached)] * 2 and (part["marge"] > 0) == reached
            assert abs(100 * counted / among - figure["taux"]) <= 0.1
            met += reached
        columns = method["colonnes"]
        seen.add(method["niveau"])
        if method["niveau"] == UNDETERMINED:
            continue
        assert columns["nb_criteres"] == met
        words = ["sans fragilité repérée", "fragile", "très fragile"]
        assert method["niveau"] == words[(met >= rules["niveau_fragile"]) + (met >= rules["niveau_tres_fragile"])]
    assert len(asked) > 18 and seen == {"sans fragilité repérée", "fragile", "très fragile", UNDETERMINED}


def test_a_residence_that_left_the_stock_is_told_as_such(demo_build):
    trace = pd.read_parquet(demo_build / "parcours.parquet")
    last = trace.groupby("id_residence")["campagne"].max()
    gone = last.index[last < trace["campagne"].max()]
    assert len(gone)
    with pytest.raises(AtlasError) as error:
        explained(demo_build, gone[0])
    assert [fault.code for fault in error.value.faults] == ["EXPLIQUER-CAMPAGNE"]
