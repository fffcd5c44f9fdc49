"""The observatory of imbalances, ``observatoire.html``: who is over-represented where, beside which signs.

In: an edition that over-representations judged (Saint-Dizier, action 12). Out: HTML. Everything shown is a column of
the edition, or what its published figures settle; residences that nobody can class are listed apart, by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from atlas.methods import Contribution, contributions_of
from atlas.methods.surrepresentations import LEVELS, METHOD, NEWCOMERS, SIGNS, every_threshold
from atlas.publish.figures import Figure, Figures
from atlas.publish.frame import OBSERVATORY, observed, page_of
from atlas.publish.legend import secrecy_of, sources_of
from atlas.publish.observatory_quarters import years_of
from atlas.publish.paths import href
from atlas.publish.pictures import Cell, Crossed, Heading, Row, bars, matrix
from atlas.publish.quarters.illustrations import level_symbols
from atlas.publish.quarters.members import KIND, LevelCount, Member
from atlas.publish.rendering import asset, render
from atlas.tables import INDICATORS, SITUATIONS, UNDETERMINED, UNKNOWN
from atlas.writing import natural, whole

if TYPE_CHECKING:
    from atlas.publish.book import Book

_TERRITORY = "territoire"
_LISTED = 1_500  # residences listed: more are in the table of the atlas, which shows a page at a time
_DRAWN = 40  # residences that one picture can hold
_SILENT = (UNDETERMINED, UNKNOWN)
# Ten indicators side by side leave room for a word or two each.
_BRIEF = {
    NEWCOMERS: "Entrants sous 40 %",
    "apl": "APL",
    "monoparentales": "Parents seuls",
    "familles_3": "3 enfants et plus",
    "moins_30": "Moins de 30 ans",
    "plus_65": "65 ans et plus",
    "impayes": "Impayés",
    "rotation": "Rotation",
    "vacance": "Vacance",
}
_GROUPED = {NEWCOMERS: "Entrants", **dict.fromkeys(SIGNS, "Signes de gestion")}
_NOWHERE = "hors quartier"


@dataclass(frozen=True)
class Reading:
    """One figure of a residence, and whether it stands out from the territory; None where that is not settled."""

    figure: Figure
    over: bool | None


@dataclass(frozen=True)
class Observed:
    """One residence: where it is, what the method says of it and of which answer that hangs, its groups and signs."""

    member: Member
    commune: str
    quarters: tuple[str, ...]
    level: str
    near: str
    proven: str
    groups: float | None
    signs: float | None
    newcomers: str
    crossing: str
    readings: dict[str, Reading]

    @property
    def over(self) -> list[Reading]:
        """The groups that are over-represented in it for certain."""
        return [one for code, one in self.readings.items() if code not in (NEWCOMERS, *SIGNS) and one.over]

    @property
    def told(self) -> bool:
        """Whether the edition settles its class."""
        return self.level not in _SILENT

    @property
    def page(self) -> str:
        """Its sheet."""
        return href(KIND, self.member.file)


@dataclass(frozen=True)
class Share:
    """One column of the method: of each of its words, the residences of which it says it, at every campaign."""

    title: str
    counts: tuple[tuple[LevelCount, ...], ...]


def write_observatory(book: Book, folder: Path) -> list[Path]:
    """Write the page where over-representations are read; give the files written."""
    if not observed(book.edition):
        return []
    path = folder / OBSERVATORY
    path.write_text(observatory_page(book), "utf-8")
    return [path]


def observatory_page(book: Book) -> str:
    """Render how many residences over-represent which groups, where, and beside which signs of management."""
    edition = book.edition
    compared = _compared(book)
    codes = [one.code for one in compared]
    every = list(_observed(book, compared))
    known = sorted((one for one in every if one.told), key=_rank)
    silent = sorted((one for one in every if not one.told), key=_named)
    words = (*LEVELS.words, UNKNOWN)
    return render(
        "observatoire.html.j2",
        page=page_of(
            edition,
            title="Observatoire des déséquilibres",
            heading=f"Observatoire des déséquilibres : {edition.context.territory}",
            here=OBSERVATORY,
            scripts=(asset("observatoire.js"),),
        ),
        sentences=METHOD.sentences(edition.applied),
        campaigns=edition.context.campaigns,
        shares=_shares(book),
        known=known[:_LISTED],
        silent=silent[:_LISTED],
        more=max(len(known) - _LISTED, 0) + max(len(silent) - _LISTED, 0),
        drawn=Markup(_matrix(known[:_DRAWN], compared, book.figures)) if known else "",
        left=max(len(known) - _DRAWN, 0),
        situations=[(name, Markup(svg)) for name, svg in _by_situation(known, codes)],
        filters=_filters([*known[:_LISTED], *silent[:_LISTED]]),
        newcomers=NEWCOMERS,
        signs=SIGNS,
        brief=_brief,
        column=METHOD.name,
        kind=KIND,
        symbols={word: Markup(drawn) for word, drawn in level_symbols(words).items()},
        years=years_of(edition),
        counts=edition.counts,
        own=edition.masked,
        sources=sources_of(edition),
        secrecy=secrecy_of(edition),
        caveats=book.reservations(),
    )


def _compared(book: Book) -> tuple[Contribution, ...]:
    """Compare residences with the territory: groups that the rules name, then newcomers and signs of management."""
    edition = book.edition
    read, territory = edition.read(KIND, edition.units[KIND])
    return contributions_of(replace(METHOD, thresholds=every_threshold), read, edition.applied, territory)


def _observed(book: Book, compared: Sequence[Contribution]) -> Iterator[Observed]:
    """Read every residence of the campaign shown first."""
    figures = book.figures
    settled = {
        one.code: [bool(low) if low == high else None for low, high in zip(one.least, one.most, strict=True)]
        for one in compared
    }
    communes, quarters = (_names(kind, figures) for kind in ("communes", "quartiers"))
    for rank, member in enumerate(book.residences.every):
        readings = {}
        for code, over in settled.items():
            figure = figures.figure(KIND, member.id, code)
            readings[code] = Reading(figure, over[rank] if figure.published else None)
        held = (quarters.get(code, code) for code in book.residences.quarters.get(member.id, ()))
        yield Observed(
            member=member,
            commune=communes.get(member.commune, member.commune),
            quarters=tuple(held) or (_NOWHERE,),
            level=figures.text(KIND, member.id, METHOD.level),
            near=figures.near(KIND, member.id, METHOD),
            proven=figures.text(KIND, member.id, METHOD.proof),
            groups=figures.number(KIND, member.id, METHOD.name("nb_groupes")),
            signs=figures.number(KIND, member.id, METHOD.name("nb_signes")),
            newcomers=figures.text(KIND, member.id, METHOD.name("entrants")),
            crossing=figures.text(KIND, member.id, METHOD.name("croisement")),
            readings=readings,
        )


def _names(kind: str, figures: Figures) -> dict[str, str]:
    return {code: figures.text(kind, code, "nom") or code for code in figures.identifiers(kind)}


def _named(one: Observed) -> tuple[object, ...]:
    return natural(one.member.name), one.member.id


def _rank(one: Observed) -> tuple[object, ...]:
    """Order by what is published: the class, then groups, then signs; a number that is not told comes after."""
    numbers = (-1.0 if number is None else number for number in (one.groups, one.signs))
    return LEVELS.order.index(one.level), *(-number for number in numbers), *_named(one)


def _shares(book: Book) -> list[Share]:
    """Count residences and dwellings by each word of the method, at each campaign."""
    outcomes = {one.column.name: one.column for one in METHOD.outcomes}
    names = (METHOD.level, *map(METHOD.name, ("entrants", "croisement")))
    history, campaigns = book.edition.history[KIND], book.edition.context.campaigns
    years = [history[(history["campagne"] == year).to_numpy(bool)] for year in campaigns]
    found = []
    for name in names:
        title = LEVELS.label if name == METHOD.level else outcomes[name].label.partition(" : ")[2]
        words = outcomes[name].values or ()
        tables = [year.groupby(name)["nb_logements"].agg(["size", "sum"]) for year in years]
        told = [word for word in words if any(word in table.index for table in tables)]
        counts = tuple(
            tuple(LevelCount(word, int(table["size"].get(word, 0)), int(table["sum"].get(word, 0))) for table in tables)
            for word in told
        )
        found.append(Share(title, counts))
    return found


def _matrix(rows: Sequence[Observed], compared: Sequence[Contribution], figures: Figures) -> str:
    """Draw the residences that the page lists first, under the territory."""
    headings = [
        Heading(_brief(one.code), _number(one.thresholds[0].iloc[0]), _GROUPED.get(one.code, "Groupes"))
        for one in compared
    ]
    territory = (figures.figure(_TERRITORY, _TERRITORY, one.code).mark() for one in compared)
    lines = [Crossed("Territoire", tuple(map(Cell, territory)), main=True)]
    for one in rows:
        read = (one.readings[column.code] for column in compared)
        lines.append(Crossed(one.member.name, tuple(Cell(cell.figure.mark(), cell.over) for cell in read)))
    return matrix(
        lines, headings, key="groupes", title="Groupes et signes, par résidence", stands_out="au-dessus du territoire"
    )


def _brief(code: str) -> str:
    return _BRIEF.get(code, INDICATORS[code].short)


def _number(value: float) -> float | None:
    return None if value != value else float(value)


def _by_situation(known: Sequence[Observed], codes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Draw, in each situation, how many residences over-represent each group, on one scale."""
    groups = [code for code in codes if code not in SIGNS]
    held = {name: [one for one in known if one.member.situation == name] for name in SITUATIONS}
    counted = {
        name: [sum(bool(one.readings[code].over) for one in rows) for code in groups]
        for name, rows in held.items()
        if rows
    }
    most = max((count for counts in counted.values() for count in counts), default=0)
    for rank, (name, counts) in enumerate(counted.items()):
        total = len(held[name])
        rows = [Row(_brief(c), f"{n} sur {total}", n) for c, n in zip(groups, counts, strict=True)]
        yield (
            f"{name}, {whole(total)} résidence{'s' if total > 1 else ''}",
            bars(rows, key=f"situation-{rank}", title=f"Résidences qui surreprésentent chaque groupe, {name}",
                 width=320, most=most or None),
        )  # fmt: skip


def _filters(rows: Sequence[Observed]) -> list[tuple[str, str, list[str]]]:
    """List what the tables can be filtered by: the field, its label, its values; those with one value are left out."""

    def values(of: Callable[[Observed], Sequence[str]]) -> list[str]:
        return sorted({value for one in rows for value in of(one) if value}, key=natural)

    found = [
        ("commune", "Commune", values(lambda one: (one.commune,))),
        ("quartier", "Quartier", values(lambda one: one.quarters)),
        ("bailleur", "Bailleur", values(lambda one: (one.member.landlord,))),
    ]
    return [one for one in found if len(one[2]) > 1]
