"""The block of a quarter's page on the list before: what the change of list brought, and the earlier quarter's series.

In: an edition of a territory of two lists of quarters. Out: by quarter of today's list, the residences that the new
list made enter, leave or change quarter, in dwellings, and the figures of each earlier quarter that shares dwellings
with it, on its own perimeter. Every number is a sum or a figure of the edition's own tables, marked as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atlas.publish.figures import Figure, Figures
from atlas.publish.layers import PASSAGES
from atlas.publish.paths import QUARTERS, file_names, href
from atlas.publish.sums import Cell, Sums
from atlas.tables.years import CAME_IN, RECODED, STAYED, WENT_OUT
from atlas.writing import natural

if TYPE_CHECKING:
    from atlas.publish.book import Book

BEFORE = "quartiers_avant"
_HOMES, _SIZE, _QPV = "residences", "nb_logements", "QPV"
_WORDS = {CAME_IN: "Entrent dans le quartier", WENT_OUT: "Sortent de tout quartier", STAYED: "Y étaient déjà",
          RECODED: "Changent de quartier"}  # fmt: skip


@dataclass(frozen=True)
class Moved:
    """A residence that the new list moved: its name and page, what happened, between which quarters, its dwellings."""

    name: str
    page: str
    passage: str
    before: str
    after: str
    homes: Cell


@dataclass(frozen=True)
class Earlier:
    """A quarter of the list before: its figures, criterion by criterion, at the campaigns of its list.

    ``beside``: the same criteria of today's quarter at the same campaigns.
    """

    id: str
    name: str
    years: tuple[int, ...]
    lines: tuple[tuple[str, tuple[Figure, ...]], ...]
    beside: tuple[tuple[str, tuple[Figure, ...]], ...]


@dataclass(frozen=True)
class Change:
    """What changed with the list: ``lists``, the years of both; ``sums`` of dwellings by what happened."""

    lists: tuple[int, int]
    sums: tuple[tuple[str, Cell], ...]
    moved: tuple[Moved, ...]
    earlier: tuple[Earlier, ...]


def changes_of(book: Book) -> Mapping[str, Change]:
    """Tell what the change of list did, by identifier of today's quarter; empty where there is one list."""
    tables = {layer.name: layer.attributes for layer in book.layers if layer.name == PASSAGES}
    if PASSAGES not in tables:
        return {}
    rows = tables[PASSAGES]
    rows = rows[rows["perimetre"] == _QPV]
    sums, figures = Sums(tables), book.figures
    pages = file_names(book.edition.units[_HOMES]["id"])
    found = {}
    for quarter in sorted(set(rows["vers"].dropna())):
        before = sorted(set(rows.loc[rows["vers"].eq(quarter).fillna(False), "de"].dropna()), key=natural)
        here = rows["vers"].eq(quarter).fillna(False) | rows["de"].isin(before)
        found[quarter] = _change(rows[here], quarter, before, sums, figures, pages)
    return found


def _change(
    rows: Any, quarter: str, before: list[str], sums: Sums, figures: Figures, pages: Mapping[str, str]
) -> Change:
    years = int(rows["liste_avant"].iloc[0]), int(rows["liste"].iloc[0])
    lists = {"perimetre": [_QPV], "liste_avant": [years[0]], "liste": [years[1]]}
    told = []
    for passage, words in _WORDS.items():
        where = {**lists, "passage": [passage]}
        where |= {"de": before} if passage == WENT_OUT else {"vers": [quarter]}
        if (passage != WENT_OUT or before) and sums.value(PASSAGES, _SIZE, where):
            told.append((words, sums.cell(PASSAGES, _SIZE, where)))
    moved = [
        Moved(
            str(row["nom"] or row["id"]),
            href(_HOMES, pages[row["id"]]) if row["id"] in pages else "",
            str(row["passage"]),
            _text(row["nom_de"]),
            _text(row["nom_vers"]),
            sums.cell(PASSAGES, _SIZE, {**lists, **{
                name: [row[name]] if _text(row[name]) else None for name in ("id", "de", "vers")
            }}),
        )
        for row in rows[rows["passage"] != STAYED].to_dict("records")
    ]  # fmt: skip
    moved.sort(key=lambda one: (list(_WORDS).index(one.passage), -(one.homes.value or 0), natural(one.name)))
    earlier = (_earlier(one, quarter, figures) for one in before) if BEFORE in figures.edition.units else ()
    return Change(years, tuple(told), tuple(moved), tuple(one for one in earlier if one.years))


def _earlier(one: str, quarter: str, figures: Figures) -> Earlier:
    """Read an earlier quarter at its own campaigns, and today's at the same ones."""
    table = figures.edition.history[BEFORE]
    years = tuple(sorted({int(year) for year in table.loc[table["id"] == one, "campagne"]}))
    units = figures.edition.units[BEFORE]
    name = str(units.loc[units["id"] == one, "nom"].iloc[0]) if (units["id"] == one).any() else one
    both = [
        tuple((code, tuple(figures.figure(kind, unit, code, year) for year in years)) for code in figures.method.codes)
        for kind, unit in ((BEFORE, one), (QUARTERS, quarter))
    ]
    return Earlier(one, name, years, *both)


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)
