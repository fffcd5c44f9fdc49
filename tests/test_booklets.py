"""Booklets: every residence once, the edition's own labels, contents that lead to their page, whatever the names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import pypdfium2
import pytest
from edition_factory import HOSTILE, make_edition, resealed

from atlas.audit.documents import document_faults, read_document
from atlas.audit.read_back import read_written
from atlas.publish import booklets, typesetting
from atlas.publish.book import Book
from atlas.publish.booklets import binding, booklets_of
from atlas.publish.geopackage import write_geopackage
from atlas.publish.manifest import write_manifest
from atlas.tables import INDICATORS, PUBLISHED, SECRET

MARKUP = (
    '#import "x.typ"',
    "$x^2$ *gras* _lien_",
    "= Titre @renvoi <fiche>",
    "\\ ` // /* #panic()",
    "مقرّ שלום résidence",
)
PERCENTAGE = re.compile(r"(\d+(?:,\d+)?)\s*%")


def write_booklets(edition, folder: Path) -> list[Path]:
    with binding(Book.of(edition), folder) as bound:
        return [folder / name for names in bound.values() for name in names]


def bare(text: str) -> str:
    """Text without blanks, line ends and invisible signs: what is read, however lines are folded."""
    return re.sub(r"[\s\u200b\u00ad\ufffe\u202e]+", "", text)


def pages_of(path: Path) -> list[str]:
    with pypdfium2.PdfDocument(path) as document:
        return [page.get_textpage().get_text_range() for page in document]


def sheets_in(pages: list[str]) -> dict[str, tuple[int, str]]:
    """First page (from 1) and whole text of each sheet, by identifier."""
    found: dict[str, tuple[int, str]] = {}
    current = ""
    for number, text in enumerate(pages, 1):
        if named := re.search(r"^Identifiant (\S+)", text, re.MULTILINE):
            current = named[1]
            assert current not in found, "twice in one booklet"
            found[current] = (number, text)
        elif current:
            found[current] = (found[current][0], found[current][1] + text)
    return found


def renamed(edition, names: Mapping[int, str]):
    table = edition.units["residences"].copy()
    for row, name in names.items():
        table.loc[row, "nom"] = name
    return resealed(edition, units=MappingProxyType({**edition.units, "residences": table}))


@pytest.fixture(scope="module")
def edition():
    return make_edition()


@pytest.fixture(scope="module")
def folder(edition, tmp_path_factory):
    """A masked edition with its booklets, as the audit reads it."""
    folder = tmp_path_factory.mktemp("partenaire")
    write_geopackage(Book.of(edition), folder / "atlas.gpkg")
    write_booklets(edition, folder)
    write_manifest(Book.of(edition), folder, ())
    return folder


@pytest.fixture(scope="module")
def pages(folder):
    return {path.stem: pages_of(path) for path in (folder / "cahiers").iterdir()}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """An unmasked edition with names from hell, and one residence of a hundred long addresses."""
    edition = make_edition(masked=False, hostile=True)
    edition = renamed(edition, dict(enumerate(MARKUP, len(HOSTILE))))
    addresses = edition.units["adresses"]
    many = pd.concat(
        [addresses.iloc[[3]].assign(id=f"A{i}", nom=f"{i} avenue {'du Grand Pré ' * 4}") for i in range(100)]
    )
    edition = resealed(edition, units=MappingProxyType({**edition.units, "adresses": pd.concat([addresses, many])}))
    folder = tmp_path_factory.mktemp("interne")
    return edition, {path.stem: pages_of(path) for path in write_booklets(edition, folder)}


def test_one_booklet_for_each_commune_and_quarter_that_holds_residences(edition, pages):
    table = edition.units["residences"]
    inside = {one.id: {sheet.id for sheet in one.sheets} for one in booklets_of(Book.of(edition))}
    assert set(pages) == {*table["code_insee"].dropna(), *inside} and "QN02101M" in pages
    for code, texts in pages.items():
        held = set(table.loc[table["code_insee"] == code, "id"]) or inside[code]
        assert set(sheets_in(texts)) == held, code
    assert inside["QN02101M"] == set(table.loc[table["code_qpv"] == "QN02101M", "id"])
    for code, perimeter in edition.units["quartiers"].set_index("id").geometry.items():
        if code != "QN02101M" and code in inside:
            points = table.set_index("id").geometry.loc[sorted(inside[code])]
            assert points.within(perimeter).all()


def test_contents_and_bookmarks_lead_to_the_page_of_each_sheet(edition, folder, pages):
    names = edition.units["residences"].set_index("id")["nom"]
    for code, texts in pages.items():
        sheets = sheets_in(texts)
        first = min(number for number, _ in sheets.values())
        contents = "\n".join(texts[: first - 1]).split("Sommaire")[1]
        lines = {line[1].strip(): int(line[2]) for line in re.finditer(r"^(.+?) \S+ (\d+)\s*$", contents, re.MULTILINE)}
        with pypdfium2.PdfDocument(folder / "cahiers" / f"{code}.pdf") as document:
            marks = {mark.get_title(): mark.get_dest().get_index() + 1 for mark in document.get_toc()}
        for identifier, (number, _) in sheets.items():
            assert [page for line, page in lines.items() if line.startswith(f"{names[identifier]} ")] == [number]
            assert marks[names[identifier]] == number
        assert [names[one] for one in sheets] == sorted(names[[*sheets]], key=booklets.natural)


def test_a_sheet_says_the_labels_of_the_edition_and_no_other_rate(edition, pages):
    units = {kind: table.set_index("id") for kind, table in edition.units.items()}
    rules = {number for rule in edition.context.rules for number in PERCENTAGE.findall(f"{rule.value} {rule.unit}")}
    axis = {str(end) for end in range(10, 101, 10)}
    told = {number for one in INDICATORS.values() for number in PERCENTAGE.findall(one.label)}
    series = edition.series.groupby(["unite", "id"])["libelle"].agg(" ".join)
    for code in ("21230", "QN02101M"):
        for identifier, (_, text) in sheets_in(pages[code]).items():
            row = units["residences"].loc[identifier]
            around = [("residences", identifier), ("communes", row["code_insee"]), ("territoire", "territoire")]
            around += [("quartiers", row["code_qpv"])] if isinstance(row["code_qpv"], str) else []
            known = {number for unit in around for number in PERCENTAGE.findall(series[unit])}
            assert set(PERCENTAGE.findall(text)) <= known | rules | axis | told, identifier
            for indicator in INDICATORS.values():
                if row[indicator.st] == PUBLISHED:
                    assert bare(row[indicator.lb]) in bare(text), (identifier, indicator.code)


def test_a_masked_residence_says_secret_and_nothing_else(edition, pages):
    table = edition.units["residences"]
    masked = table[[one.st for one in INDICATORS.values()]].isin([SECRET, "non renseigné"]).all(axis=1)
    small = table[masked & (table["nb_logements"] < 11)]
    assert len(small)
    for row in small.itertuples():
        _, text = sheets_in(pages[row.code_insee])[row.id]
        assert text.count("secret") >= 3 and "critère atteint" not in text.split("Règles et sources")[0]
        criteria = text.split("Les critères de fragilité")[1].split("Règles et sources")[0]
        past = edition.series[edition.series["id"] == row.id]["libelle"].str.cat(sep=" ")
        thresholds = {"20", "40", "50", "60", "100"}  # with what names of indicators hold, and the end of a scale
        assert set(PERCENTAGE.findall(criteria)) <= thresholds | set(PERCENTAGE.findall(past))


def test_every_page_says_its_notices_and_its_number(edition, pages, hostile):
    for texts in pages.values():
        for number, text in enumerate(texts, 1):
            assert "Données fictives" in text and "édition partenaire" in text
            assert f"page {number} / {len(texts)}" in text
    for texts in hostile[1].values():
        assert all("ne pas diffuser" in text and "Données fictives" in text for text in texts)


def test_a_sheet_takes_two_pages_at_most_whatever_it_holds(pages, hostile):
    for texts in (*pages.values(), *hostile[1].values()):
        starts = [number for number, _ in sheets_in(texts).values()]
        assert starts
        for start, end in zip(starts, [*starts[1:], len(texts) + 1], strict=True):
            assert end - start <= 2
    assert "et 87 de plus" in bare_join(hostile[1])


def bare_join(pages: Mapping[str, list[str]]) -> str:
    return " ".join(" ".join(text.split()) for texts in pages.values() for text in texts)


def test_hostile_names_print_as_they_are_written(hostile):
    edition, pages = hostile
    table = edition.units["residences"]
    for row in table.head(len(HOSTILE) + len(MARKUP)).itertuples():
        _, text = sheets_in(pages[row.code_insee])[row.id]
        shown = bare(text)
        if row.nom == MARKUP[-1]:
            assert bare("résidence") in shown  # right-to-left words are stored in the order they are drawn
        else:
            assert bare(row.nom) in shown, row.nom


def test_the_same_edition_makes_the_same_bytes_in_one_process_or_several(edition, folder, tmp_path, monkeypatch):
    for name, worth in (("one", 10**9), ("several", 1)):
        monkeypatch.setattr(typesetting, "_WORTH_PROCESSES", worth)
        (tmp_path / name).mkdir()
        for path in write_booklets(edition, tmp_path / name):
            assert path.read_bytes() == (folder / "cahiers" / path.name).read_bytes(), (name, path.name)


def test_a_booklet_meets_the_standard_of_accessible_documents(edition, folder, tmp_path):
    import typst

    book = Book.of(edition)
    jobs = booklets._jobs([*booklets_of(book)], book, tmp_path)
    job = next(job for job in jobs if job.path.stem == "QN02101M")
    files = {"main.typ": (typesetting.TEMPLATES / job.template).read_bytes(), "donnees.json": job.content.encode()}
    fonts = [str(typesetting._fonts(tmp_path))]
    pdf, warnings = typst.compile_with_warnings(files, font_paths=fonts, ignore_system_fonts=True, pdf_standards="ua-1")
    assert pdf and not warnings
    raw = (folder / "cahiers" / "QN02101M.pdf").read_bytes()
    assert b"/Lang(fr" in raw and b"/StructTreeRoot" in raw


def test_a_large_unit_is_bound_in_volumes(edition):
    book = Book.of(edition)
    whole = {(one.kind, one.id): one for one in booklets_of(book)}
    parts = [one for one in booklets_of(book, per_volume=10) if one.id == "21230"]
    assert len(parts) == parts[0].volumes > 1 and [one.volume for one in parts] == [*range(1, len(parts) + 1)]
    assert [sheet.id for one in parts for sheet in one.sheets] == [one.id for one in whole["communes", "21230"].sheets]
    assert {one.file for one in parts} == {f"21230-{one.volume}" for one in parts}
    assert max(len(one.sheets) for one in parts) - min(len(one.sheets) for one in parts) <= 1


@pytest.mark.parametrize(
    ("key", "kinds"),
    [("cahiers_residences", set()), ("cahiers_communes", {"quartiers"}), ("", {"communes", "quartiers"})],
)
def test_above_a_rule_communes_or_the_whole_territory_have_no_booklet(edition, tmp_path, key, kinds):
    assert len(edition.units["residences"]) == 60
    rules = tuple(replace(rule, value=59) if rule.key == key else rule for rule in edition.context.rules)
    assert not key or rules != edition.context.rules
    with binding(Book.of(resealed(edition, context=replace(edition.context, rules=rules))), tmp_path) as bound:
        assert {kind for kind, _ in bound} == kinds
    assert (tmp_path / "cahiers").exists() == bool(kinds)


def test_the_audit_reads_every_page_and_what_no_page_shows(folder):
    written = read_written(folder)
    path = folder / "cahiers" / "21230.pdf"
    document = read_document(path)
    assert not document.packed and not document.attached
    assert any("seuil" in text for text in document.strings), "descriptions of pictures"
    assert all([*document_faults(one, written)] == [] for one in (folder / "cahiers").iterdir())


def test_the_audit_refuses_a_figure_that_the_edition_does_not_publish(edition, folder, tmp_path):
    """A booklet of the same residences whose masked figures are told, in whole numbers as if they were published."""
    table = edition.units["residences"].copy()
    victim = table.index[table["st_inf40"] == SECRET][0]
    table.loc[victim, ["lb_inf40", "st_inf40", "tx_inf40"]] = ["37,3 %", PUBLISHED, 37.3]
    told = resealed(edition, units=MappingProxyType({**edition.units, "residences": table}))
    write_booklets(told, tmp_path)
    written = read_written(folder)
    found = [*document_faults(tmp_path / "cahiers" / f"{table.loc[victim, 'code_insee']}.pdf", written)]
    assert [example for _, _, example in found] == ["37,3 %"]


def test_the_audit_refuses_the_figure_of_another_residence(edition, folder, tmp_path):
    """A label published elsewhere does not explain the same number on the sheet of a masked residence."""
    table = edition.units["residences"].copy()
    codes = [one.lb for one in INDICATORS.values() if one.unit == "%"]
    wide = pd.concat([edition.units[kind][codes] for kind in ("communes", "quartiers", "situations", "territoire")])
    common = {number for label in wide.to_numpy().ravel() for number in PERCENTAGE.findall(str(label))}
    victim = table.index[table["st_inf40"] == SECRET][0]
    own = edition.series[edition.series["id"] == table.loc[victim, "id"]]["libelle"].str.cat(sep=" ")
    common |= set(PERCENTAGE.findall(own))
    free = next(
        label
        for label in table["lb_chomage"]
        if (number := PERCENTAGE.findall(label)) and number[0] not in common and int(number[0]) % 10
    )
    table.loc[victim, ["lb_inf40", "st_inf40", "tx_inf40"]] = [free, PUBLISHED, float(free.split()[0])]
    told = resealed(edition, units=MappingProxyType({**edition.units, "residences": table}))
    write_booklets(told, tmp_path)
    found = [*document_faults(tmp_path / "cahiers" / f"{table.loc[victim, 'code_insee']}.pdf", read_written(folder))]
    assert [example for _, _, example in found] == [free]


def test_long_identifiers_are_read_back_from_folded_lines(edition, tmp_path):
    """An identifier without a space, longer than a line: the sheet is recognised, hyphens and folds or not."""
    table = edition.units["residences"]
    names = {0: "3f2504e0-4f89-11d3-9a0c-0305e82c3301", 1: "X" * 90, 2: "a-b" * 40, 3: "a_b" * 40}
    new = {old: names.get(rank, old) for rank, old in enumerate(table["id"])}
    units = {**edition.units, "residences": table.assign(id=table["id"].map(new))}
    told = resealed(edition, units=MappingProxyType(units))
    write_booklets(told, tmp_path)
    write_geopackage(Book.of(told), tmp_path / "atlas.gpkg")
    write_manifest(Book.of(told), tmp_path, ())
    written = read_written(tmp_path)
    found = [fault for one in (tmp_path / "cahiers").iterdir() for fault in document_faults(one, written)]
    assert [fault for fault in found if "ne contient pas" in fault[0]] == []
