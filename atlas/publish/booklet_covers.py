"""What opens a booklet: its title, how to read it, how many dwellings at each level; for a quarter, its own figures.

Grain in: a booklet, and what is told of its unit. Grain out: plain data for JSON. Dwellings by level are those of the
sheets that follow; every rate is the edition's own label.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from atlas.publish.booklet_sheets import comparison, criteria_content, drawing, plain
from atlas.publish.figures import Figures
from atlas.publish.frame import page_of
from atlas.publish.legend import secrecy_of
from atlas.publish.notices import READING
from atlas.publish.pictures import Row, levels_bar
from atlas.publish.quarters.reading import Review
from atlas.publish.sheets.drawings import trends
from atlas.publish.sheets.model import met_words
from atlas.tables import UNDETERMINED
from atlas.writing import typeset, whole

if TYPE_CHECKING:
    from atlas.publish.book import Book
    from atlas.publish.booklets import Booklet

_WHAT = "Cahier des résidences"


def cover_content(booklet: Booklet, review: Review, book: Book) -> dict[str, Any]:
    """Lay out what opens a booklet.

    Parameters
    ----------
    review : Review
        Of the quarter, or of the commune: only its name is read.
    """
    edition = book.edition
    page = page_of(edition, title=_WHAT, heading="")
    name, territory = plain(review.name), plain(edition.context.territory)
    part = f"volume {booklet.volume} sur {booklet.volumes}" if booklet.volumes > 1 else ""
    title = ", ".join(filter(None, (f"{_WHAT} : {name}", part)))
    quarter = booklet.kind == "quartiers"
    return {
        "titre": title,
        "description": f"{territory}. {', '.join(page.subtitle)}.",
        "courant": title,
        "edition": typeset(f"{page.subtitle[0]} · {page.subtitle[1]}"),
        "avertissements": [typeset(notice) for notice in page.notices],
        "pied": f"{territory} · {page.subtitle[-1]}",
        "surtitre": typeset(f"{_WHAT} · {review.what if quarter else 'Commune'}"),
        "nom": name,
        "faits": [territory, typeset(" · ".join(page.subtitle)), *_held(booklet, part)],
        "lecture": [[typeset(lead), typeset(text)] for lead, text in _reading(book)],
        "apercu": [
            {
                "titre": "Logements par niveau de fragilité",
                "image": drawing(_by_level(booklet, book.figures)),
                "textes": ["Logements des résidences de ce cahier."],
            }
        ],
        "synthese": _summary(review) if quarter else None,
    }


def _held(booklet: Booklet, part: str) -> Iterator[str]:
    number = len(booklet.sheets)
    yield f"{whole(number)} résidence{'s' if number > 1 else ''}"
    if part:
        first, last = booklet.sheets[0], booklet.sheets[-1]
        yield typeset(f"{part[:1].upper()}{part[1:]} : de « {plain(first.name)} » à « {plain(last.name)} »")


def _reading(book: Book) -> Iterator[tuple[str, str]]:
    """Say what a sheet tells, then the reservations, what is masked, how absence is written."""
    yield (
        "Une fiche par résidence",
        "Sur deux pages au plus : son niveau, chaque critère devant son seuil, ce qui l'entoure, son évolution, "
        "ses logements, la qualité des données.",
    )
    yield from ((one.title, one.text) for one in book.reservations())
    yield "Ce qui n'a pas de chiffre", " ".join(filter(None, (READING, secrecy_of(book.edition))))


def _by_level(booklet: Booklet, figures: Figures) -> str:
    """Draw the dwellings of the sheets by level."""
    dwellings: Counter[str] = Counter()
    for sheet in booklet.sheets:
        dwellings[sheet.level or UNDETERMINED] += int(figures.number("residences", sheet.id, "nb_logements") or 0)
    rows = [Row(level, whole(dwellings[level]), dwellings[level]) for level in figures.edition.levels.order]
    return levels_bar(rows, key="niveaux", title="Logements par niveau de fragilité", unit="logements")


def _summary(review: Review) -> dict[str, Any]:
    """Give the rates of a quarter beside those of its commune and of the territory, and their trend."""
    thresholds = {one.figure.code: float(one.rule.value) for one in review.criteria}
    drawn = {name: drawing(svg) for name, svg in trends(review.trend, review.places, thresholds)}
    return {
        "titre": f"Synthèse du quartier : {plain(review.name)}",
        "niveau": review.level,
        "explication": met_words(review.criteria, review.met),
        "criteres": criteria_content(review.criteria, drawn) if review.surveyed else [],
        "comparaisons": comparison(review.places, review.lines),
        "attributions": comparison(review.places, [("", review.attributions)]),
    }
