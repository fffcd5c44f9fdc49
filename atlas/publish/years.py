"""From one survey to another, ``evolution.html``: how many residences are fragile, which moved, what may explain it.

In: an edition of several campaigns. Out: HTML. Every number counts rows that the GeoPackage holds, and says which;
moves and reasons are those of its tables. A change of dwellings, of answers or of rule is never told as one of people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from atlas.evolution import consecutive
from atlas.publish.convention.model import Cell, Head, Line, Question, Sums, Table, Where, named, rate, word
from atlas.publish.frame import EVOLUTION, page_of
from atlas.publish.layers import EVOLUTION as MOVED
from atlas.publish.layers import FILIATION, HISTORY, PASSAGES
from atlas.publish.legend import secrecy_of, sources_of
from atlas.publish.passages import passages
from atlas.publish.paths import file_names, href, quarter_files
from atlas.publish.quarters.illustrations import level_symbols
from atlas.publish.rendering import render
from atlas.publish.sheets.model import flow_pair
from atlas.tables import INDICATORS
from atlas.tables.years import (
    ENTERS,
    EVENTS,
    LEAVES,
    MOVE,
    MOVES,
    OUTSIDE,
    REASONS,
    REMAINS,
    UNTOLD,
    WHY,
)
from atlas.writing import natural

if TYPE_CHECKING:
    from atlas.publish.book import Book

LONGEST = 30  # rows of a table on the page: files have them all
_WORKBOOK = "tableaux/atlas.xlsx"
_HOMES, _SIZE = "residences", "nb_logements"
_CHANGING = (ENTERS, LEAVES)
_ORDER = (*_CHANGING, REMAINS, OUTSIDE, UNTOLD)
_NEW, _GONE = "pas encore là", "n'est plus là"
_PLACES = {"logements_restes": "Restés", "logements_entres": "Entrés", "logements_sortis": "Sortis"}


def write_evolution(book: Book, folder: Path) -> list[Path]:
    """Write the page where an edition follows several campaigns; give the files written."""
    if not book.edition.followed:
        return []
    path = folder / EVOLUTION
    path.write_text(evolution_page(book), "utf-8")
    return [path]


def evolution_page(book: Book) -> str:
    """Render levels by campaign, flux beside stock, moves between campaigns with their reasons, changed perimeters."""
    edition = book.edition
    questions = tuple(_Years(book).every())
    return render(
        "questions.html.j2",
        page=page_of(edition, title="Évolution", heading=f"Évolution : {edition.context.territory}", here=EVOLUTION),
        questions=[replace(one, tables=tuple(map(_cut, one.tables))) for one in questions],
        lengths={table.key: len(table.lines) for one in questions for table in one.tables},
        longest=LONGEST,
        workbook=_WORKBOOK,
        sheet=MOVED,
        symbols={word: Markup(drawn) for word, drawn in level_symbols((*edition.words, *MOVES)).items()},
        caveats=book.reservations("evolution"),
        sources=sources_of(edition),
        secrecy=secrecy_of(edition),
    )


def _cut(table: Table) -> Table:
    return replace(table, lines=table.lines[:LONGEST])


class _Years:
    """What an edition tells of its campaigns, question by question."""

    def __init__(self, book: Book) -> None:
        self.book, self.edition, self.figures = book, book.edition, book.figures
        self.tables = {layer.name: layer.attributes for layer in book.layers}
        self.sums = Sums(self.tables)
        told = set(self.tables[HISTORY]["campagne"])
        self.campaigns = [year for year in self.edition.context.campaigns if year in told]
        homes = self.edition.units[_HOMES]
        self.names = dict(zip(homes["id"], homes["nom"], strict=True))
        self.files = file_names(homes["id"])

    def every(self) -> Iterator[Question]:
        """Give every question that the edition can answer."""
        yield self._levels()
        if pair := flow_pair(tuple(self.edition.method.codes)):
            yield self._flow(pair)
        for before, after in consecutive(self.campaigns)[::-1]:
            yield self._step(before, after)
        yield self._areas()
        if PASSAGES in self.tables:
            yield from passages(self.tables[PASSAGES], self.sums, self.figures, self._home)

    def _levels(self) -> Question:
        levels = self.edition.levels
        asked = [(one, [one]) for one in levels.order]
        asked += [("Fragiles, tous niveaux", list(levels.fragile))] if levels.fragile else []
        heads = [Head("Niveau")]
        heads += [Head(f"{what} en {year}", True) for year in self.campaigns for what in ("Résidences", "Logements")]
        lines = []
        for name, words in asked:
            wheres: list[Where] = [
                {"unite": [_HOMES], "campagne": [year], self.edition.level: words} for year in self.campaigns
            ]
            cells = [self.sums.cell(HISTORY, column, where) for where in wheres for column in ("", _SIZE)]
            total = name not in levels.order
            lines.append(Line((word(name, kind="" if total else "level"), *cells), total=total))
        said = (
            "Chaque enquête compte les résidences telles qu'elles sont regroupées aujourd'hui, avec leurs adresses de "
            "l'époque. Une résidence au niveau non déterminé n'est ni fragile, ni sans fragilité.",
        )
        return Question("niveaux", "Combien de résidences sont fragiles", said, (
            Table("niveaux", "Combien de résidences sont fragiles", tuple(heads), tuple(lines)),))  # fmt: skip

    def _flow(self, pair: tuple[str, str]) -> Question:
        heads = [Head("Périmètre constant")]
        heads += [Head(f"{INDICATORS[code].short}, {year}", True) for code in pair for year in self.campaigns]
        places = [("territoire", "territoire", "Territoire")]
        places += [("situations", one, one) for one in self.figures.identifiers("situations")]
        lines = tuple(
            Line(
                (word(name), *(replace(rate(self.figures.figure(kind, unit, code, year)), under=()) for code in pair
                               for year in self.campaigns)),  # counts are marked for the campaign shown first alone
                (kind, unit),
                total=kind == "territoire",
            )
            for kind, unit, name in places
        )  # fmt: skip
        said = (
            "Ceux qui sont en place, puis ceux qui viennent d'emménager : quand les entrants sont plus fragiles que le "
            "parc, le parc le devient.",
        )
        table = Table("flux", "Le parc et les entrants", tuple(heads), lines)
        return Question("flux", "Le parc et les entrants", said, (table,))

    def _step(self, before: int, after: int) -> Question:
        years = {"unite": [_HOMES], "campagne_avant": [before], "campagne": [after]}
        key = f"{before}-{after}"
        tables = [self._moves(years, key), self._reasons(years, key), self._listed(years, key)]
        if FILIATION in self.tables:
            tables.append(self._events(after, key))
        said = (
            "Une résidence ne change « d'habitants » que si un critère franchit son seuil de plus que ce que le hasard "
            "et les logements entrés ou sortis expliquent, avec autant de réponses. « Non établi » : à l'une des deux "
            "enquêtes, ce que cette édition publie ne dit pas si elle est fragile.",
        )
        return Question(f"pas-{key}", f"De {before} à {after}", said, tuple(one for one in tables if one.lines))

    def _moves(self, years: dict[str, Any], key: str) -> Table:
        heads = [Head("Fragilité"), Head("Résidences", True)]
        heads += [Head(f"Logements {name.lower()}", True) for name in _PLACES.values()]
        lines = tuple(
            Line((
                word(move, kind="level"),
                *(self.sums.cell(MOVED, column, {**years, MOVE: [move]}) for column in ("", *_PLACES)),
            ))
            for move in _ORDER
        )  # fmt: skip
        return Table(f"mouvements-{key}", f"Que sont devenues les résidences, {_when(key)} ?", tuple(heads), lines)

    def _reasons(self, years: dict[str, Any], key: str) -> Table:
        heads = (Head("Raison"), *(Head(move.capitalize(), True) for move in _CHANGING))
        lines = tuple(
            Line((word(why), *(self.sums.cell(MOVED, "", {**years, MOVE: [move], WHY: [why]}) for move in _CHANGING)))
            for why in REASONS
            if self.sums.value(MOVED, "", {**years, MOVE: list(_CHANGING), WHY: [why]})
        )
        return Table(f"raisons-{key}", f"Ce qui peut expliquer ces changements, {_when(key)}", heads, lines)

    def _listed(self, years: dict[str, Any], key: str) -> Table:
        heads = [Head("Résidence"), Head("Fragilité"), Head("Raison"), Head("Avant"), Head("Après")]
        heads += [Head(name, True) for name in _PLACES.values()]
        rows = self.tables[MOVED][self.sums.rows(MOVED, {**years, MOVE: list(_CHANGING)})]
        found = sorted(
            rows.to_dict("records"),
            key=lambda row: (
                _CHANGING.index(row[MOVE]), REASONS.index(row[WHY]), natural(str(self.names.get(row["id"], "")))
            ),
        )  # fmt: skip
        lines = []
        for row in found:
            unit = str(row["id"])
            where = {**years, "id": [unit]}
            words = [word(row[MOVE], kind="level"), word(row[WHY])]
            words += [word(_text(row["niveau_avant"]) or _NEW), word(_text(row["niveau_apres"]) or _GONE)]
            cells = (self.sums.cell_of(row, MOVED, column, where) for column in _PLACES)
            lines.append(Line((self._home(unit), *words, *cells), (_HOMES, unit)))
        return Table(
            f"residences-{key}",
            f"Devenues fragiles ou sorties de la fragilité, {_when(key)}",
            tuple(heads),
            tuple(lines),
        )

    def _home(self, unit: str) -> Cell:
        if unit not in self.names:
            return word("résidence qui n'est plus là")
        page = href(_HOMES, self.files[unit])
        return named(_HOMES, unit, str(self.names[unit] or unit), page)

    def _events(self, after: int, key: str) -> Table:
        heads = (Head("Événement"), Head("Résidences", True), Head("Logements", True))
        wheres: list[tuple[str, Where]] = [(one, {"campagne": [after], "evenement": [one]}) for one in EVENTS]
        lines = tuple(
            Line((word(one), *(self.sums.cell(FILIATION, column, where) for column in ("", _SIZE))))
            for one, where in wheres
            if self.sums.value(FILIATION, "", where)
        )
        note = "Résidence par résidence, avec ce qui le prouve : table « filiation »."
        return Table(f"filiation-{key}", f"Ce qui est arrivé aux résidences, {_when(key)}", heads, lines, (note,))

    def _areas(self) -> Question:
        """Count, in each place, the residences that moved up to the campaign shown first."""
        tables = []
        pages = quarter_files(self.figures)
        before, after = self.campaigns[-2:]
        for kind, column, title in (("quartiers", "code_qpv", "Par QPV"), ("communes", "code_insee", "Par commune")):
            if column not in self.tables[_HOMES]:
                continue
            held = set(self.tables[_HOMES][column].dropna())
            lines = []
            for unit in self.figures.identifiers(kind):
                if unit in held:
                    page = href("quartiers", pages[kind, unit]) if (kind, unit) in pages else ""
                    cells = [named(kind, unit, self.figures.text(kind, unit, "nom") or unit, page)]
                    here: dict[str, Any] = {column: [unit]}
                    moved = ({**here, MOVE: [move]} for move in _ORDER)
                    cells += [self.sums.cell(_HOMES, "", where) for where in (here, *moved)]
                    lines.append(Line(tuple(cells), (kind, unit)))
            heads = (Head("Lieu"), Head("Résidences", True), *(Head(move.capitalize(), True) for move in _ORDER))
            tables.append(Table(f"lieux-{kind}", title, heads, tuple(lines)))
        return Question("lieux", f"Où, de {before} à {after}", (), tuple(one for one in tables if one.lines))


def _when(key: str) -> str:
    """Write a pair of campaigns in words: two tables of a page have no common title.

    >>> _when("2020-2022")
    'de 2020 à 2022'
    """
    before, _, after = key.partition("-")
    return f"de {before} à {after}"


def _text(value: Any) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value)
