"""A figure is the same in every file of an edition: pages, CSV, workbook and series say what the GeoPackage says."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from contextlib import closing
from html.parser import HTMLParser

import openpyxl
import pandas as pd
import pytest

from atlas.tables import INDICATORS

EDITIONS = ("interne", "partenaire")
SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'"})


class Marked(HTMLParser):
    """Collects the figures that a page marks: attributes and text."""

    def __init__(self):
        super().__init__()
        self.found, self._open = [], []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if self._open:
            self._open[-1][1] += tag == self._open[-1][0]
        elif "data-unite" in attributes:
            self._open.append([tag, 1, attributes, ""])

    def handle_endtag(self, tag):
        if self._open and tag == self._open[-1][0]:
            self._open[-1][1] -= 1
            if not self._open[-1][1]:
                _, _, attributes, text = self._open.pop()
                self.found.append((attributes, " ".join(text.translate(SPACES).split())))

    def handle_data(self, data):
        if self._open:
            self._open[-1][3] += data


def marked(path):
    reader = Marked()
    reader.feed(path.read_text("utf-8"))
    return reader.found


def read(folder, name):
    with closing(sqlite3.connect(folder / "atlas.gpkg")) as connection:
        return pd.read_sql_query(f'SELECT * FROM "{name}"', connection)


@pytest.fixture(scope="module", params=EDITIONS)
def folder(demo_build, request):
    return demo_build / request.param


def test_the_series_say_what_the_layers_say(folder):
    series = read(folder, "series")
    latest = series[series["campagne"] == series["campagne"].max()].set_index(["unite", "id", "indicateur"])["libelle"]
    for unit in ("territoire", "communes", "iris", "quartiers", "residences"):
        table = read(folder, unit)
        table = table[table["nb_logements"] > 0]
        for code, indicator in INDICATORS.items():
            keys = pd.MultiIndex.from_product([[unit], table["id"], [code]])
            assert latest.reindex(keys).tolist() == table[indicator.lb].tolist(), (unit, code)


def test_levels_of_the_last_campaign_are_those_of_the_layers(folder):
    history = read(folder, "historique")
    latest = history[history["campagne"] == history["campagne"].max()].set_index(["unite", "id"])
    for unit in ("territoire", "communes", "quartiers", "residences"):
        table = read(folder, unit).set_index("id")
        kept = table[table["nb_logements"] > 0]
        for column in ("niveau", "nb_logements"):
            told = latest.loc[unit].reindex(kept.index)[column]
            assert told.tolist() == kept[column].tolist(), (unit, column)


def test_pages_mark_their_figures_and_each_is_that_of_the_geopackage(folder):
    series = read(folder, "series")
    keys = zip(series["unite"], series["id"], series["campagne"].astype(str), series["indicateur"], strict=True)
    labels = dict(zip(keys, series["libelle"].str.translate(SPACES), strict=True))
    layers = {
        name: read(folder, name).set_index("id") for name in ("residences", "quartiers", "communes", "territoire")
    }
    pages = Counter()
    for path in sorted(folder.rglob("*.html")):
        for told, text in marked(path):
            pages[path.relative_to(folder).parts[0]] += 1
            where = (path.name, told, text)
            if "data-indicateur" in told:
                key = (told["data-unite"], told["data-id"], told["data-campagne"], told["data-indicateur"])
                assert text == labels.get(key, "non renseigné"), where
            elif told["data-unite"] in layers:
                value = layers[told["data-unite"]].loc[told["data-id"], told["data-colonne"]]
                assert said(text) == (None if pd.isna(value) else value) or str(value).translate(SPACES) in text, where
    assert pages["residences"] > 10_000 and pages["quartiers"] > 500 and pages["tableau-de-bord.html"] > 50


def said(text):
    """The first number of a text, None when it has none."""
    found = re.search(r"\d[\d ]*(,\d+)?", text)
    return None if found is None else float(found[0].replace(" ", "").replace(",", "."))


def test_no_page_tells_a_rate_outside_a_mark(folder):
    """A percentage in the text of a sheet is a marked figure, or one of a rule's."""
    rules = json.loads((folder / "manifeste.json").read_text("utf-8"))["regles"]
    assert {"identite_distance", "secret_logements"} <= {rule["cle"] for rule in rules}  # of reading, and of stages
    allowed = set(re.findall(r"\d+(?:,\d+)?", json.dumps(rules) + " ".join(i.label for i in INDICATORS.values())))
    for path in sorted((folder / "residences").glob("*.html"))[::40]:
        text = re.sub(r"<(script|style|svg)\b.*?</\1>", "", path.read_text("utf-8"), flags=re.DOTALL)
        text = re.sub(r"<span[^>]*data-unite=.*?</span>", "", text, flags=re.DOTALL)
        stray = set(re.findall(r"(\d+(?:,\d+)?)\s*%", re.sub(r"<[^>]+>", " ", text).translate(SPACES))) - allowed
        assert not stray, (path.name, stray)


def test_csv_and_workbook_say_what_the_geopackage_says(folder):
    book = openpyxl.load_workbook(folder / "tableaux" / "atlas.xlsx", read_only=True, data_only=True)
    for name in ("residences", "communes", "quartiers", "historique", "parc"):
        table = read(folder, name)
        csv = pd.read_csv(folder / "tableaux" / f"{name}.csv", sep=";", dtype=str, keep_default_na=False, decimal=",")
        assert len(csv) == len(table)
        rows = [list(row) for row in book[name].iter_rows(values_only=True)]
        header = next(position for position, row in enumerate(rows) if "id" in row)
        sheet = pd.DataFrame(rows[header + 1 :], columns=rows[header])
        for column in csv.columns.intersection(table.columns):
            known = [plain(value) for value in table[column]]
            assert [plain(value) for value in csv[column]] == known, (name, column)
            assert [plain(value) for value in sheet[column]] == known, (name, column)


def plain(value) -> str:
    """Write a value so that 12, 12.0 and "12" are one; a guarding apostrophe is not part of it."""
    if value is None or value != value:
        return ""
    text = str(value).removeprefix("'")
    try:
        return f"{float(text.replace(',', '.')):.10g}"
    except ValueError:
        return text
