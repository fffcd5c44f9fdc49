"""The sheets as HTML pages: ``residences/<id>.html``, one per residence, static and readable without network.

Grain in: an edition. Grain out: one file per residence of the campaign shown first. Nothing is set aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from markupsafe import Markup

from atlas.catalogue import Caveat
from atlas.methods import SIGNALS
from atlas.publish.departments import divided, page_of_map
from atlas.publish.figures import Figures
from atlas.publish.frame import page_of
from atlas.publish.legend import secrecy_of, sources_of, value_of
from atlas.publish.paths import file_names, href, quarter_files
from atlas.publish.pictures.style import status_hatches, symbol
from atlas.publish.rendering import Page, render
from atlas.publish.sheets.drawings import Grounds, drawings_of
from atlas.publish.sheets.model import Line, Sheet
from atlas.publish.sheets.reading import order_of
from atlas.publish.simulation import SCRIPT, carried_of, limits_of, simulable, write_simulation
from atlas.tables import UNDETERMINED

if TYPE_CHECKING:
    from atlas.methods import Levels, Method
    from atlas.parameters import Rule
    from atlas.publish.book import Book

FOLDER = "residences"
_QUARTERS = "quartiers"
_RENTS, _SURVEY = ("loyer_plai",), ("emmenage_",)  # rules by the start of their keys


class Way(NamedTuple):
    """A link from a sheet to another page."""

    address: str
    label: str


class Turn(NamedTuple):
    """The residences before and after one in its commune, its rank and how many they are."""

    before: Way | None
    after: Way | None
    rank: int
    among: int


@dataclass(frozen=True)
class Said:
    """What every sheet of an edition says alike: written once."""

    page: Page
    sources: Mapping[str, str]
    rules: tuple[str, ...]
    secrecy: str
    caveats: tuple[Caveat, ...]
    divided: bool
    carried: Mapping[str, Any]
    limits: tuple[str, ...]
    signals: frozenset[str]
    symbols: Mapping[str, Markup]
    method: Method
    levels: Levels

    @classmethod
    def of(cls, book: Book) -> Said:
        """Write it."""
        edition, method, caveats = book.edition, book.edition.method, book.catalogue.caveats
        page = page_of(edition, title="", heading="")
        sources = dict(zip((source.name for source in edition.context.sources), sources_of(edition), strict=True))
        surveyed = "ops" in sources
        cited = book.levels.caveats if surveyed and book.levels else ("place",)
        keys = (*(book.levels.cited if book.levels else ()), *_SURVEY, *_RENTS) if surveyed else _RENTS
        return cls(
            page=replace(page, root="../", subtitle=(f"Fiche résidence, {edition.context.territory}", *page.subtitle)),
            sources=sources,
            rules=tuple(_cited(rule for rule in edition.context.rules if rule.key.startswith(keys))),
            secrecy=secrecy_of(edition),
            caveats=tuple(caveats[key] for key in cited),
            divided=divided(edition),
            carried=carried_of(edition) if surveyed and simulable(edition) else {},
            limits=tuple(limits_of(edition)),
            signals=frozenset(column.name for column in SIGNALS),
            symbols={word: _symbol(word) for word in edition.words},
            method=method,
            levels=edition.levels,
        )

    def cited(self, *names: str) -> str:
        """Cite those of some sources that the edition has."""
        known = [self.sources[name] for name in names if name in self.sources]
        return f"Source : {' ; '.join(known)}." if known else ""

    @staticmethod
    def ruled(what: str, rules: Iterable[Rule | None]) -> str:
        """Cite the references of some rules, each once."""
        references = dict.fromkeys(rule.reference.rstrip(".") for rule in rules if rule is not None)
        return f" {what} : {' ; '.join(references)}." if references else ""


def write_sheets(book: Book, folder: Path) -> list[Path]:
    """Write one page per residence.

    Parameters
    ----------
    book : Book
    folder : Path
        The edition's own; the pages of quarters and communes that are there already are linked to.

    Returns
    -------
    list of Path
        The files written, sorted by name of residence.
    """
    edition, figures = book.edition, book.figures
    grounds, said, turns = Grounds(edition), Said.of(book), _turns(figures)
    holders, quarters = _holders(figures, folder), book.residences.quarters
    (folder / FOLDER).mkdir(exist_ok=True)
    written = []
    for sheet in book.sheets:
        drawn = drawings_of(sheet, grounds.around(sheet), grounds.outline(sheet))
        path = folder / FOLDER / f"{sheet.file}.html"
        keys = [*(("quartiers", code) for code in quarters.get(sheet.id, ())), ("communes", sheet.commune)]
        ways = [holders[key] for key in keys if key in holders]
        path.write_text(sheet_page(sheet, drawn, said, ways, turns[sheet.id]), "utf-8")
        written.append(path)
    return [*written, *(write_simulation(edition, folder) if said.carried else [])]


def sheet_page(sheet: Sheet, drawn: Mapping[str, str], said: Said, ways: Sequence[Way], turn: Turn) -> str:
    """Render a sheet.

    Parameters
    ----------
    drawn : mapping of str
        From :func:`atlas.publish.sheets.drawings.drawings_of`.
    ways : sequence of Way
        To the pages of the quarters and of the commune that hold the residence.
    turn : Turn
        Its neighbours by name.
    """
    carried = said.carried.get(sheet.id) if sheet.surveyed and sheet.criteria else None
    return render(
        "residence.html.j2",
        page=replace(
            said.page,
            title=f"{sheet.name} – fiche résidence",
            heading=sheet.name,
            data={"simulation": carried} if carried else None,
            beside=f"../{SCRIPT}" if carried else "",
        ),
        carried=carried,
        sheet=sheet,
        said=said,
        drawn={name: Markup(svg) for name, svg in drawn.items()},
        level={**said.levels.titles, UNDETERMINED: "Niveau non déterminé"}.get(sheet.level, ""),
        back=f"../{page_of_map(sheet.commune, divided=said.divided)}#voir={quote(f'{FOLDER},{sheet.id}', safe='')}",
        ways=ways,
        turn=turn,
        quarter=next((place.name for place in sheet.places if place.kind == "quartiers"), ""),
        past={code: years[:-1] for code, years in sheet.trend},
        facts={fact.column: fact for fact in sheet.facts},
        groups=sheet.lines,
        sizes=next((one for one in sheet.features if one.key == "taille"), None),
        low=_low(sheet),
        value_of=value_of,
    )


def _turns(figures: Figures) -> dict[str, Turn]:
    """Find the neighbours of every residence, in its commune, by name."""
    files = file_names(figures.identifiers(FOLDER))
    communes: dict[str, list[str]] = {}
    for identifier in order_of(figures):
        communes.setdefault(figures.text(FOLDER, identifier, "code_insee"), []).append(identifier)

    def way(held: list[str], rank: int) -> Way | None:
        if not 0 <= rank < len(held):
            return None
        return Way(href("", files[held[rank]]), figures.text(FOLDER, held[rank], "nom"))

    return {
        identifier: Turn(way(held, rank - 1), way(held, rank + 1), rank + 1, len(held))
        for held in communes.values()
        for rank, identifier in enumerate(held)
    }


def _holders(figures: Figures, folder: Path) -> dict[tuple[str, str], Way]:
    """Find the pages of quarters and communes that are there."""

    def said(kind: str, identifier: str) -> str:
        if kind == "communes":
            return "Page de la commune"
        return f"Page du {figures.text(kind, identifier, 'situation') or 'quartier'}"

    return {
        (kind, identifier): Way(f"../{href(_QUARTERS, file)}", said(kind, identifier))
        for (kind, identifier), file in quarter_files(figures).items()
        if (folder / _QUARTERS / f"{file}.html").exists()
    }


def _low(sheet: Sheet) -> Line | None:
    """The line of low rents, where something is told of them."""
    lines = [line for _, lines in sheet.lines for line in lines]
    return next((line for line in lines if line.figures[0].code == "bas_loyer"), None)


def _cited(rules: Iterator[Rule]) -> Iterator[str]:
    """Write rules with their values, those of one reference together."""
    by_reference: dict[str, list[str]] = {}
    for rule in rules:
        label = rule.label[:1].upper() + rule.label[1:]
        by_reference.setdefault(rule.reference, []).append(f"{label} : {value_of(rule)}")
    for reference, values in by_reference.items():
        yield f"{' ; '.join(values)}. {reference.rstrip('.')}."


def _symbol(level: str) -> Markup:
    """Draw a level as on the map; the word stands beside it."""
    drawn = symbol(12, 12, level, "niveau", 1.35)
    hatch = status_hatches("niveau", [level])
    return Markup(f'<svg class="symbol" viewBox="0 0 24 24" aria-hidden="true"><defs>{hatch}</defs>{drawn}</svg>')


__all__ = ["FOLDER", "Said", "Way", "sheet_page", "write_sheets"]
