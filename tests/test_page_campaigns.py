"""Earlier campaigns, dwellings and links of the atlas's page: the edition's, row for row, and nothing that it lacks."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from atlas.audit.html import read_page
from atlas.audit.other_files import compared
from atlas.audit.page_tables import contradictions, page_tables
from atlas.audit.table_files import geopackage
from atlas.publish.book import Book
from atlas.publish.frame import shipped_catalogue
from atlas.publish.geopackage import write_geopackage
from atlas.publish.index import index_page
from atlas.publish.page_data import page_data
from atlas.publish.page_fields import words
from atlas.publish.paths import file_names
from atlas.publish.rendering import json_text
from atlas.symbology import classify
from tests.edition_factory import make_edition, resealed

CATALOGUE = shipped_catalogue()


@pytest.fixture(scope="module", params=[True, False], ids=["masked", "open"])
def edition(request):
    return make_edition(masked=request.param, residences=120, iris=16)


@pytest.fixture(scope="module")
def data(edition):
    return page_data(edition, CATALOGUE)


def test_an_earlier_campaign_repeats_the_history_and_nothing_more(edition, data):
    assert [one["annee"] for one in data["campagnes"]] == [2022, 2020]
    for name, then in data["passe"]["2020"].items():
        history = edition.history[name]
        rows = history[history["campagne"] == 2020].set_index("id")
        identifiers = edition.units[name]["id"].tolist()
        there = [row for row, one in enumerate(identifiers) if one in rows.index]
        assert then["absents"] == [row for row in range(len(identifiers)) if row not in there]
        for column, field in then["champs"].items():
            assert "m" not in field  # margins of the campaign shown first alone
            written = rows.loc[[identifiers[row] for row in there]]
            if "t" in field:
                assert [field["u"][field["i"][row]] for row in there] == written[f"lb_{column}"].tolist()
            elif "u" in field:
                assert [field["u"][field["i"][row]] for row in there] == words(column, written, edition).fillna(
                    ""
                ).tolist()
            else:
                assert [field["v"][row] for row in there] == written[column].astype(object).where(
                    written[column].notna(), None
                ).tolist()
            for row in then["absents"]:
                assert (field["i"][row] if "i" in field else field["v"][row]) in (-1, None)
    assert data["passe"]["2020"]["residences"]["absents"] == [0]
    assert data["passe"]["2020"]["residences"]["disparues"] == 1


def test_classes_of_an_earlier_campaign_are_those_of_its_figures(edition, data):
    layer = CATALOGUE.layer("residences_niveau")
    keys = [one["cle"] for one in next(one for one in data["couches"] if one["id"] == layer.id)["classes"]]
    history = edition.history["residences"]
    then = history[history["campagne"] == 2020]
    wanted = classify(then, layer, edition.context.rules).set_axis(then["id"])
    told = data["passe"]["2020"]["residences"]["classes"][layer.id]
    for digit, identifier in zip(told, edition.units["residences"]["id"], strict=True):
        assert (keys[int(digit, 36)] if digit != "." else None) == wanted.get(identifier)


def test_an_edition_of_one_campaign_offers_no_choice(edition):
    history = {name: table[table["campagne"] == 2022] for name, table in edition.history.items()}
    alone = resealed(edition, history=history, context=replace(edition.context, campaigns=(2022,)))
    assert page_data(alone, CATALOGUE)["passe"] == {}
    assert 'id="choix-campagne"' not in index_page(alone, CATALOGUE)


def test_dwellings_by_size_are_the_stock_s(edition, data):
    parc = data["tables"]["residences"]["parc"]
    assert list(parc) == ["taille", "accessibilite"]
    stock = edition.stock[edition.stock["unite"] == "residences"]
    for feature, one in parc.items():
        for word, counts in one["n"].items():
            rows = stock[(stock["caracteristique"] == feature) & (stock["modalite"] == word)].set_index("id")
            assert counts == rows.loc[edition.units["residences"]["id"], "nb_logements"].astype(int).tolist()
    assert "loyer" not in json.dumps(parc)
    assert all(not table["parc"] for name, table in data["tables"].items() if name != "residences")


def test_without_a_file_of_dwellings_there_is_no_such_filter(edition):
    bare = resealed(edition, stock=edition.stock.iloc[:0])
    html = index_page(bare, CATALOGUE)
    assert 'data-filter="taille"' not in html and 'data-filter="accessibilite"' not in html
    assert 'data-filter="taille"' in index_page(edition, CATALOGUE)


def test_links_lead_to_the_pages_that_exist_and_to_no_other():
    edition = make_edition(residences=20)
    units = dict(edition.units)
    units["residences"] = units["residences"].assign(id=["a/b", "A-1", "a-1", *units["residences"]["id"][3:]])
    edition = resealed(edition, units=units)
    names = file_names(units["residences"]["id"])
    beside = {f"residences/{name}.html" for identifier, name in names.items() if identifier != "R00005"}
    links = page_data(edition, CATALOGUE, beside=beside)["tables"]["residences"]["liens"]
    found = {}
    for row, identifier in enumerate(units["residences"]["id"]):
        other = links["autres"].get(row)
        found[identifier] = links["debut"] + identifier + links["fin"] if other is None else other
    assert found.pop("R00005") == ""
    assert set(found.values()) == beside
    assert found["A-1"] != found["a-1"] and "/" not in found["a/b"].removeprefix("residences/")
    tables = page_data(edition, CATALOGUE)["tables"]
    assert all(table["liens"] is None for table in tables.values())


def test_the_audit_finds_what_a_page_alone_tells(edition, data, tmp_path):
    write_geopackage(Book.of(edition), tmp_path / "atlas.gpkg")
    tables = geopackage(tmp_path / "atlas.gpkg")

    def remarks(content) -> str:
        text = f'<script type="application/json">{json_text(content)}</script>'
        found = [
            f"{one}"
            for name, table in page_tables(read_page(text).data).items()
            for one in compared(name, table, tables[name], name)
        ]
        return "\n".join([*found, *contradictions(read_page(text).data)])

    assert remarks(data) == ""
    assert {"series", "historique", "parc"} <= page_tables([data]).keys()
    for place, expected in (
        (("passe", "2020", "residences", "champs", "inf40", "u", 0), "série"),
        (("passe", "2020", "residences", "champs", "nb_logements", "v", 5), "historique"),
        (("tables", "residences", "parc", "taille", "n", "T3", 7), "parc"),
        (("tables", "residences", "champs", "niveau", "u", 0), "residences"),
    ):
        planted = json.loads(json.dumps(data))
        holder = planted
        for key in place[:-1]:
            holder = holder[key]
        holder[place[-1]] = "91 %" if isinstance(holder[place[-1]], str) else 9999
        assert expected.replace("série", "series") in remarks(planted)


def test_the_audit_finds_a_colour_that_tells_what_a_label_hides():
    edition = make_edition(residences=120, iris=16)
    data = page_data(edition, CATALOGUE)
    row = edition.units["residences"].index[edition.units["residences"]["st_inf40"] == "secret"][0]
    for layer, kept in (("residences_inf40", data["tables"]), ("residences_niveau", data["passe"]["2020"])):
        classes = kept["residences"]["classes"][layer]
        place = row if kept is data["tables"] else classes.index(min(set(classes) - {"."}))
        told = json.loads(json.dumps(data))
        holder = told["tables"] if kept is data["tables"] else told["passe"]["2020"]
        worst = format(len(next(one for one in data["couches"] if one["id"] == layer)["classes"]) - 1, "x")
        holder["residences"]["classes"][layer] = classes[:place] + worst + classes[place + 1 :]
        assert contradictions([told])
    assert contradictions([data]) == []
