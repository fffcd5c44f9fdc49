"""The dashboard of a territory, ``tableau-de-bord.html``: where fragility stands, by situation, commune and landlord.

Grain in: an edition. Grain out: one page. Rates are the edition's own labels; only public sizes are added up: rows of
the edition at each level, and the dwellings of residences. A kind of unit that the edition omits is said to be.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from atlas.methods import SIGNALS
from atlas.methods.signals import YES
from atlas.publish.figures import Figures
from atlas.publish.frame import page_of
from atlas.publish.legend import secrecy_of, sources_of, value_of
from atlas.publish.paths import href, quarter_files
from atlas.publish.pictures import Line, Mark, Row, bars, levels_bar
from atlas.publish.quarters.grounds import Surroundings
from atlas.publish.quarters.illustrations import level_strip, level_symbols, over_time, residences_along
from atlas.publish.quarters.maps import quarter_map
from atlas.publish.quarters.members import KIND, LOW_RENT, OUTSIDE, QPV, LevelCount, Member, Residences, by_level
from atlas.publish.quarters.reading import (
    COMMUNES,
    QUARTERS,
    SITUATIONS,
    TERRITORY,
    verdict,
)
from atlas.publish.rendering import render
from atlas.publish.sheets.drawings import HALF, THIRD, criterion_gauge
from atlas.publish.sheets.further import others_of
from atlas.publish.sheets.model import Criterion, Place
from atlas.publish.sheets.model import Line as SheetLine
from atlas.publish.sheets.reading import criteria_of, groups_of, lines_of
from atlas.publish.usefulness import shown_first
from atlas.tables import ATTRIBUTED, INDICATORS, UNDETERMINED, UNITS, Unit
from atlas.writing import inside, natural, whole

if TYPE_CHECKING:
    from atlas.edition import Edition
    from atlas.publish.book import Book

FILE = "tableau-de-bord.html"
MOST_COMMUNES, _MOST_PANELS = 300, 24  # beyond, the CSV files and the list of quarters serve better than one page
_CITED = ("bas_loyer",)  # besides the reservations on levels


@dataclass(frozen=True)
class Entry:
    """One line of a table: a unit, the page about it when there is one, its residences by level, now and before."""

    kind: str
    id: str
    name: str
    page: str
    levels: tuple[LevelCount, ...]
    history: tuple[tuple[int, tuple[LevelCount, ...]], ...] = ()

    @property
    def residences(self) -> int:
        """Residences of the campaign shown first."""
        return sum(count.residences for count in self.levels)


def write_dashboard(book: Book, folder: Path) -> list[Path]:
    """Write the dashboard of an edition.

    Parameters
    ----------
    book : Book
    folder : Path
        An existing folder, the edition's own.

    Returns
    -------
    list of Path
        The files written.
    """
    path = folder / FILE
    path.write_text(dashboard_page(book), "utf-8")
    return [path]


def dashboard_page(book: Book) -> str:
    """Render the dashboard."""
    edition, figures, residences = book.edition, book.figures, book.residences
    method, surveyed = edition.method, figures.surveyed
    criteria = tuple(criteria_of(TERRITORY, TERRITORY, figures))
    groups = [
        (f"Par {unit.singular}", unit.name, _entries(unit, residences, figures))
        for unit in UNITS.values()
        if unit.shared
    ]
    shape = edition.units[TERRITORY].geometry.iloc[0]
    carte = quarter_map(
        shape, residences.every, Surroundings(edition, ()), own="", key="carte", title="Carte du territoire",
        levels=edition.levels.order, perimeter_name="territoire", numbered=False,
    )  # fmt: skip
    territory = Entry(
        TERRITORY, TERRITORY, "Territoire", "", by_level(residences.every, edition.levels), tuple(_history(figures))
    )
    words = edition.words
    return render(
        "tableau-de-bord.html.j2",
        page=page_of(
            edition, title="Tableau de bord", heading=f"Tableau de bord : {edition.context.territory}", here=FILE
        ),
        territory=territory,
        carte=Markup(carte),
        level=figures.level(TERRITORY, TERRITORY, figures.campaign) or UNDETERMINED,
        criteria=criteria,
        told=shown_first(edition) if surveyed else {},
        surveyed=surveyed,
        groups=groups,
        trends=[territory, *groups[0][2]],
        places=(places := tuple(_places(groups[0][2]))),
        indicators=groups_of(places, figures),
        attributions=_attributions(groups[0][2], figures),
        verdict=verdict,
        omitted=edition.context.omitted,
        communes=sum(1 for _ in figures.identifiers(COMMUNES)),
        flagged=_flagged(edition) if LOW_RENT in figures.told else None,
        drawn={name: Markup(svg) for name, svg in _drawings(territory, groups, criteria, residences, figures)},
        symbols={level: Markup(drawn) for level, drawn in level_symbols(words).items()},
        order=edition.levels.order,
        first=inside(INDICATORS[method.codes[0]].label),
        method=method,
        others=others_of(TERRITORY, TERRITORY, figures),
        heads=[method.heading(code, INDICATORS[code].label) for code in method.codes],
        number=figures.number,
        known_figure=figures.figure,
        campaign=figures.campaign,
        codes=(*method.codes, LOW_RENT),
        caveats=book.reservations(*_CITED) if surveyed else [],
        sources=sources_of(edition),
        secrecy=secrecy_of(edition),
        value_of=value_of,
        level_strip=lambda levels: Markup(level_strip(levels)),
    )


def _entries(unit: Unit, residences: Residences, figures: Figures) -> list[Entry]:
    """Read the units of a kind, with their residences by level; those without a dwelling are left out.

    Of kinds that outline the territory, those that hold most dwellings come first, and alone when they are many.
    """
    kind, table = unit.name, figures.edition.units[KIND]
    keys = unit.keys_of(table)
    homes = {} if keys is None else dict(zip(table["id"].tolist(), keys.tolist(), strict=True))
    held: dict[Any, list[Member]] = defaultdict(list)
    for one in residences.every:
        held[homes.get(one.id)].append(one)
    found = list(_described(kind, held, residences, figures))
    if not unit.overview:
        return found
    known = sorted(found, key=lambda one: natural(one.name))
    return sorted(known, key=lambda one: -(figures.number(one.kind, one.id, "nb_logements") or 0))[:MOST_COMMUNES]


def _described(
    kind: str, held: Mapping[Any, list[Member]], residences: Residences, figures: Figures
) -> Iterator[Entry]:  # fmt: skip
    files = quarter_files(figures) if kind == COMMUNES else {}
    for identifier in figures.identifiers(kind):
        if not figures.number(kind, identifier, "nb_logements"):
            continue
        members = held.get(identifier, [])
        page = href("quartiers", files[kind, identifier]) if files else ""
        name = figures.text(kind, identifier, "nom") or identifier
        years = figures.edition.context.campaigns
        history = tuple((year, residences.counts(members, year)) for year in years) if kind == SITUATIONS else ()
        yield Entry(kind, identifier, name, page, by_level(members, residences.levels), history)


def _history(figures: Figures) -> Iterator[tuple[int, tuple[LevelCount, ...]]]:
    """Count every residence of each campaign by level, those that have left since included."""
    table = figures.edition.history.get(KIND)
    if table is None:
        return
    for year in figures.edition.context.campaigns:
        then = table[(table["campagne"] == year).to_numpy(bool)]
        levels = then[figures.edition.level].fillna(UNDETERMINED).tolist()
        residences, dwellings = Counter(levels), Counter[str]()
        for level, size in zip(levels, then["nb_logements"].fillna(0).tolist(), strict=True):
            dwellings[level] += int(size)
        yield (
            year,
            tuple(LevelCount(level, residences[level], dwellings[level]) for level in figures.edition.levels.order),
        )


def _places(situations: Iterable[Entry]) -> Iterator[Place]:
    """The territory, then each situation beside it."""
    yield Place(TERRITORY, TERRITORY, "Territoire", "")
    yield from (Place(one.kind, one.id, one.name, one.name) for one in situations)


def _attributions(situations: list[Entry], figures: Figures) -> list[tuple[str, list[SheetLine]]]:
    """Read the attributions of each situation, with the target that a rule sets there, by indicator."""
    by_situation = [
        lines_of(ATTRIBUTED, (Place(figures.situations, one.id, one.name, one.name),), figures, one.id)
        for one in situations
    ]
    return [(lines[0].label, list(lines)) for lines in zip(*by_situation, strict=True)]


def _drawings(
    territory: Entry, groups: list[Any], criteria: tuple[Criterion, ...], residences: Residences, figures: Figures
) -> Iterator[tuple[str, str]]:
    if not figures.surveyed:
        return
    yield "logements", _levels(territory.levels, "logements", "dwellings")
    yield "residences", _levels(territory.levels, "residences", "residences")
    if len(territory.history) > 1:
        for year, counts in territory.history:
            yield f"niveaux-{year}", _levels(counts, f"niveaux-{year}", "residences", THIRD)
    told = [one for one in criteria if one.figure.code in figures.told]
    for one in told:
        yield f"jauge-{one.figure.code}", criterion_gauge(one)
        yield f"repartition-{one.figure.code}", residences_along(one, residences.every)
    if len(figures.edition.context.campaigns) > 1:
        situations = [entry for entry in groups[0][2] if entry.id in (QPV, OUTSIDE)]
        for one in told:
            key = f"suivi-{one.figure.code}"
            curves = _curves(one.figure.code, situations, figures)
            yield key, over_time(key, one.figure.indicator.label, curves, float(one.rule.value))
        yield from _quarters(told[:1], figures)
    rows = [_low_rent(entry, figures) for entry in groups[0][2]]
    if LOW_RENT in figures.told and rows:
        part = "dont loyer sous le plafond PLAI"
        yield (
            "loyers",
            bars(rows, key="loyers", title="Logements à bas loyer par situation", part_name=part, width=HALF),
        )


def _flagged(edition: Edition) -> int:
    """Count the residences that sheets point out for their low rents outside priority quarters."""
    flag = next(column.name for column in SIGNALS if not column.numeric)
    return int((edition.units["residences"][flag] == YES).sum())


def _levels(levels: Iterable[LevelCount], key: str, counted: str, width: float = HALF) -> str:
    words = {"residences": "résidences", "dwellings": "logements"}[counted]
    told = [one for one in levels if one.residences or one.level != UNDETERMINED]
    rows = [Row(one.level, whole(getattr(one, counted)), getattr(one, counted)) for one in told]
    return levels_bar(rows, key=key, title=f"{words.capitalize()} par niveau de fragilité", width=width)


def _curves(code: str, situations: list[Entry], figures: Figures) -> tuple[Line, ...]:
    """Read a criterion over the campaigns: the territory, the QPV together, what is outside."""
    around = (Line(entry.name, tuple(_marks(entry.kind, entry.id, code, figures))) for entry in situations)
    return (Line("Territoire", tuple(_marks(TERRITORY, TERRITORY, code, figures)), main=True), *around)


def _quarters(criteria: list[Criterion], figures: Figures) -> Iterator[tuple[str, str]]:
    """Draw the first criterion of each quarter over the campaigns, beside the territory."""
    for one in criteria:
        code = one.figure.code
        around = Line("territoire", tuple(_marks(TERRITORY, TERRITORY, code, figures)))
        told = (code for code in figures.identifiers(QUARTERS) if figures.number(QUARTERS, code, "nb_logements"))
        for rank, identifier in enumerate(islice(told, _MOST_PANELS)):
            own = Line("quartier", tuple(_marks(QUARTERS, identifier, code, figures)), main=True)
            name = figures.text(QUARTERS, identifier, "nom") or identifier
            yield f"quartier-{rank}", over_time(f"quartier-{rank}", name, (own, around), float(one.rule.value))


def _marks(kind: str, identifier: str, code: str, figures: Figures) -> Iterator[tuple[int, Mark]]:
    for year in figures.edition.context.campaigns:
        yield year, figures.figure(kind, identifier, code, year).mark()


def _low_rent(entry: Entry, figures: Figures) -> Row:
    """Give the dwellings of a situation, and how many are under the rent ceiling where the edition shows it."""
    dwellings = int(figures.number(entry.kind, entry.id, "nb_logements") or 0)
    low = figures.number(entry.kind, entry.id, "nb_bas_loyer")
    if low is None:
        return Row(entry.name, whole(dwellings), dwellings)
    return Row(entry.name, whole(dwellings), dwellings, part=min(low, dwellings), part_label=whole(low))
