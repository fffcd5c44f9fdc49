"""Sheets: what they say of a residence is what the edition says, whatever the names, and no more than it shows."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from types import MappingProxyType, SimpleNamespace
from urllib.parse import unquote

import pytest

from atlas.methods.seuils import CRITERIA, READING, WIDER_LEVEL
from atlas.methods.signals import OUTSIDE
from atlas.methods.small import CLOSE
from atlas.publish.book import Book
from atlas.publish.figures import Figure, Figures
from atlas.publish.sheets import Criterion, sheets_of
from atlas.publish.sheets.drawings import Grounds, drawings_of
from atlas.publish.sheets.pages import write_sheets
from atlas.publish.site import write_site
from atlas.tables import INDICATORS, NOT_APPLICABLE, PUBLISHED, SECRET, UNDETERMINED, UNKNOWN
from atlas.tables.wider import CRITERION, PERIMETER
from tests.edition_factory import HOSTILE, make_edition, resealed

SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "’": "'"})
HUNDREDTHS = re.compile(r"\d+(?:,\d+)?\s*%")


def changed(edition, **units):
    """The same edition with other tables of units; None takes one away."""
    kept = {name: table for name, table in {**edition.units, **units}.items() if table is not None}
    return resealed(edition, units=MappingProxyType(kept))


def written(edition, folder):
    """The sheets of an edition, by file name without ending."""
    files = write_sheets(Book.of(edition), folder)  # and the script of their form
    return {path.stem: path.read_text("utf-8") for path in files if path.suffix == ".html"}


def visible(html):
    bare = re.sub(r"<(script|style|svg)\b.*?</\1>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", bare).translate(SPACES).split())


class Marked(HTMLParser):
    """Collects the attributes and text of elements that an attribute marks, and the addresses of links."""

    def __init__(self, attribute):
        super().__init__()
        self.attribute, self.found, self.links, self._inside = attribute, [], [], False

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if self.attribute in told:
            self.found.append([told, ""])
            self._inside = True
        if tag == "a":
            self.links.append(told["href"])

    def handle_endtag(self, tag):
        self._inside = self._inside and tag != "span"

    def handle_data(self, data):
        if self._inside:
            self.found[-1][1] += data.translate(SPACES)


def read(html, attribute="data-unite"):
    reader = Marked(attribute)
    reader.feed(html)
    return reader


@pytest.mark.parametrize("masked", [True, False])
def test_every_figure_of_a_sheet_is_that_of_the_edition(masked):
    edition = make_edition(masked=masked, residences=40)
    table = edition.units["residences"].set_index("id")
    series = edition.series.set_index(["unite", "id", "campagne", "indicateur"])["libelle"]
    for sheet in sheets_of(Figures(edition)):
        row = table.loc[sheet.id]
        assert (sheet.name, sheet.level, sheet.situation) == (row["nom"], row[edition.level], row["situation"])
        told = [one.figure for one in sheet.criteria]
        told += [figure for _, lines in sheet.lines for line in lines for figure in line.figures]
        told += [figure for line in sheet.attributions for figure in line.figures]
        told += [figure for _, years in sheet.trend for _, figures in years for figure in figures]
        assert {figure.code for figure in told} == set(INDICATORS)
        for figure in told:
            known = series.get((figure.kind, figure.id, figure.campaign, figure.code), UNKNOWN)
            assert figure.label == known, figure
            assert masked <= (figure.numerator is None and figure.denominator is None and figure.margin is None)
        assert all(one.met == (row[f"tx_{one.figure.code}"] >= one.rule.value) for one in sheet.criteria
                   if one.figure.published)  # fmt: skip


@pytest.mark.parametrize("masked", [True, False])
def test_every_number_of_a_page_is_marked_and_true(tmp_path, masked):
    edition = make_edition(masked=masked, residences=36)
    series = edition.series.set_index(["unite", "id", "campagne", "indicateur"])["libelle"].to_dict()
    layers = {name: table.set_index("id") for name, table in edition.units.items()}
    stock = edition.stock.set_index(["unite", "id", "caracteristique", "modalite"])
    for name, html in written(edition, tmp_path).items():
        for told, text in read(html).found:
            if "data-indicateur" in told:
                key = (told["data-unite"], told["data-id"], int(told["data-campagne"]), told["data-indicateur"])
                assert text == series.get(key, UNKNOWN).translate(SPACES), (name, key)
            else:
                value = layers[told["data-unite"]].loc[told["data-id"], told["data-colonne"]]
                if told["data-colonne"] in (READING, PERIMETER, CRITERION, WIDER_LEVEL, CLOSE, OUTSIDE):
                    assert text == value.translate(SPACES), told
                    continue
                number = re.match(r"\d+", text)
                assert (number is None) == (value != value) and (number is None or int(number[0]) == value), told
        for told, text in read(html, "data-parc").found:
            keys = [told[f"data-{part}"] for part in ("parc", "id", "caracteristique", "modalite")]
            assert float(text.replace(",", ".")) == stock.loc[tuple(keys), told["data-colonne"]]
        rules = " ".join(str(rule.value) for rule in edition.context.rules)
        labels = " ".join(indicator.label for indicator in INDICATORS.values())
        bare = visible(re.sub(r"<span[^>]*data-unite=.*?</span>", "", html, flags=re.DOTALL))
        stray = set(re.findall(r"(\d+(?:,\d+)?) %", bare)) - set(re.findall(r"\d+", rules + labels))
        assert not stray, (name, stray)


def test_a_secret_residence_says_secret_and_nothing_else(tmp_path):
    edition = make_edition(residences=80)
    pages = written(edition, tmp_path)
    table = edition.units["residences"]
    columns = [indicator.st for indicator in INDICATORS.values()]
    hidden = table[(table[columns] == SECRET).all(axis=1) & table["menages"].isna()]["id"]
    assert len(hidden) > 1
    for sheet in sheets_of(Figures(edition)):
        if sheet.id not in set(hidden):
            continue
        own = [text for told, text in read(pages[sheet.file]).found if told.get("data-id") == sheet.id
               and told.get("data-campagne") == str(edition.context.campaign)]  # fmt: skip
        assert own and set(own) == {SECRET}
        text = visible(pages[sheet.file])
        assert "Niveau non déterminé aucun critère publié : 3 secrets" in text
        assert "Ménages répondants secret" in text
        assert "Loyers par taille : non publiés dans cette édition." in text
        assert "de plus et le critère" not in text and "de moins et le critère" not in text
        drawn = drawings_of(sheet, Grounds(edition).around(sheet))
        assert "autour" not in drawn
        for code in CRITERIA:
            assert "-valeur" not in drawn[f"jauge-{code}"]


def test_a_number_under_a_mask_changes_no_page(tmp_path):
    """The door never lets one out; were it to, no text and no drawing would tell it."""
    edition = make_edition(residences=60)
    planted = {name: table.copy() for name, table in edition.units.items()}
    for table in planted.values():
        for indicator in INDICATORS.values():
            table.loc[table[indicator.st] == SECRET, indicator.tx] = 77.7
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    try:
        told = written(changed(edition, **planted), tmp_path / "b")
    except ValueError as refusal:  # pictures refuse a number where nothing is published
        assert "un nombre pour ce qui n'est pas publié" in str(refusal)
    else:
        assert told == written(edition, tmp_path / "a")


def test_hostile_identifiers_and_names_make_safe_files_and_inert_text(tmp_path):
    edition = make_edition(hostile=True, masked=False)
    table = edition.units["residences"].copy()
    worst = ["../../x", "a/b", "A/B", "CON", "", "é\u202e", "x" * 300, 'q"q', "<i>", "a b?c#d%"]
    renamed = dict(zip(table["id"], worst, strict=False))
    changes = {"residences": table.assign(id=table["id"].replace(renamed))}
    history = {
        **edition.history,
        "residences": edition.history["residences"].assign(id=lambda rows: rows["id"].replace(renamed)),
    }
    twisted = resealed(changed(edition, **changes), history=MappingProxyType(history))
    pages = written(twisted, tmp_path)
    assert len(pages) == len({name.lower() for name in pages}) == len(table)
    assert {path.parent.name for path in tmp_path.rglob("*.html")} == {"residences"}
    assert all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,79}", name) for name in pages)
    for html in pages.values():
        own = ['<script type="application/json" id="donnees">', '<script src="../simulation.js">']
        assert re.findall(r"<script[^>]*>", html) in (own, []) and "<img" not in html
        assert not re.search(r"<[^>]*\son[a-z]+\s*=", re.sub(r'"[^"]*"', '""', html))
        for link in read(html).links:
            assert link.startswith(("#", "../")) or unquote(link).removesuffix(".html") in pages
        back = next(link for link in read(html).links if "#voir=" in link)
        assert unquote(back.split("#voir=residences%2C")[1]) in set(changes["residences"]["id"])
    told = " ".join(pages.values())
    assert all(f"<h1>{name}" not in told for name in HOSTILE if "<" in name)
    assert "{{ 7 * 7 }}" in visible(told)


def test_links_lead_to_pages_that_are_there_and_neighbours_follow_by_name(tmp_path):
    edition = make_edition(residences=40)
    write_site(Book.of(edition), tmp_path)
    (tmp_path / "aide-qgis.html").touch()
    order: dict[str, list[str]] = {}
    for sheet in sheets_of(Figures(edition)):
        order.setdefault(sheet.commune, []).append(f"{sheet.file}.html")
        links = read((tmp_path / "residences" / f"{sheet.file}.html").read_text("utf-8")).links
        for link in links:
            target = unquote(link.split("#")[0])
            assert not target or (tmp_path / "residences" / target).is_file(), link
        assert f"../quartiers/commune-{sheet.commune}.html" in links
        assert ("../quartiers/QN02101M.html" in links) == (sheet.quarter == "QN02101M")
    for files in order.values():
        for before, after in pairwise(files):
            assert f'href="{after}" rel="next"' in (tmp_path / "residences" / before).read_text("utf-8")
            assert f'href="{before}" rel="prev"' in (tmp_path / "residences" / after).read_text("utf-8")


def criterion(status, met=False):
    value = 50.0 if status == PUBLISHED else None
    figure = Figure("residences", "r", 2022, "inf40", status, status, value)
    return Criterion(figure, SimpleNamespace(value=40), met if status == PUBLISHED else None)


@pytest.mark.parametrize(
    ("statuses", "met", "said"),
    [
        ((PUBLISHED,) * 3, 2, "2 critères sur 3"),
        ((PUBLISHED,) * 3, 0, "aucun critère sur 3"),
        ((PUBLISHED, SECRET, PUBLISHED), 1, "au moins 1 critère atteint, 1 secret"),
        ((PUBLISHED, SECRET, UNKNOWN), 0, "aucun critère atteint, 1 secret, 1 non renseigné"),
        ((PUBLISHED, PUBLISHED, UNKNOWN), 2, "au moins 2 critères atteints, 1 non renseigné"),
        ((PUBLISHED, NOT_APPLICABLE, PUBLISHED), 1, "1 critère sur 2, 1 sans objet"),
        ((SECRET,) * 3, None, "aucun critère publié : 3 secrets"),
    ],
)
def test_the_number_of_criteria_says_what_cannot_be_read(statuses, met, said):
    sheet = next(sheets_of(Figures(make_edition())))
    told = replace(sheet, criteria=tuple(criterion(one) for one in statuses), criteria_met=met)
    assert told.met_text == said


def test_addresses_of_a_street_are_told_together():
    sheet = replace(
        next(sheets_of(Figures(make_edition()))),
        addresses=("2 rue des Lilas", "4 bis rue des Lilas", "6 A RUE DES LILAS", "Tour Nord", "8, allée Verte"),
    )
    assert sheet.streets == ("2, 4 bis, 6 A rue des Lilas", "Tour Nord", "8 allée Verte")


def test_a_campaign_alone_has_no_trend_and_an_edition_may_lack_outlines(tmp_path):
    edition = make_edition()
    alone = resealed(edition, context=replace(edition.context, campaigns=(2022,)))
    sheet = next(sheets_of(Figures(alone)))
    assert not any(name.startswith("suivi") for name in drawings_of(sheet))
    bare = changed(edition, communes=None, iris=None, quartiers=None)
    assert "pas de carte" in next(iter(written(bare, tmp_path).values()))


def test_without_a_survey_a_sheet_tells_the_stock_and_no_criterion(tmp_path):
    edition = make_edition()
    unheard = {column: UNKNOWN for code in INDICATORS for column in (f"lb_{code}", f"st_{code}")}
    silent = {f"tx_{code}": float("nan") for code in INDICATORS}
    tables, history = (
        {name: table.assign(**unheard, **silent, niveau=UNDETERMINED, nb_criteres=float("nan"))
         for name, table in kinds.items()}
        for kinds in (edition.units, edition.history)
    )  # fmt: skip
    series = edition.series.assign(statut=UNKNOWN, libelle=UNKNOWN, valeur=float("nan"))
    mute = resealed(changed(edition, **tables), history=MappingProxyType(history), series=series)
    told = visible(next(iter(written(mute, tmp_path).values())))
    assert "Tailles et loyers" in told and "Qualité des données" in told
    assert "Les critères de fragilité" not in told and "À côté de son territoire" not in told
    assert "Aucune enquête d'occupation ne renseigne cette résidence" in told
    assert "Loyers par taille : non renseignés." in told
    assert not HUNDREDTHS.search(told.split("Règles et sources")[0].replace("sous 40 %", ""))


def test_pictures_share_no_identifier_on_a_page(tmp_path):
    for html in written(make_edition(residences=12, masked=False), tmp_path).values():
        found = re.findall(r'\sid="([^"]+)"', html)
        assert len(found) == len(set(found))
