"""Write the pages of quarters and of communes outside the QPV, and the page that lists them.

In: an edition. Out: HTML files that open from a folder, without network nor script.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup

from atlas.methods.household_words import AIM
from atlas.publish.frame import page_of
from atlas.publish.legend import secrecy_of, sources_of, value_of
from atlas.publish.paths import INDEX, href
from atlas.publish.quarters.aims import prospects_of
from atlas.publish.quarters.grounds import Surroundings
from atlas.publish.quarters.illustrations import illustrations, level_symbols
from atlas.publish.quarters.lists import changes_of
from atlas.publish.quarters.maps import quarter_map, quarters_map
from atlas.publish.quarters.members import KIND, LOW_RENT, OUTSIDE, QPV
from atlas.publish.quarters.reading import COMMUNES, QUARTERS, TERRITORY, WORDS, Review, verdict
from atlas.publish.rendering import render
from atlas.tables import INDICATORS
from atlas.writing import inside

if TYPE_CHECKING:
    from atlas.edition import Edition
    from atlas.publish.book import Book

FOLDER = "quartiers"
_CITED = ("quartile",)  # what a commission needs besides the reservations on levels


def write_quarters(
    book: Book, folder: Path, booklets: Mapping[tuple[str, str], Sequence[str]] | None = None
) -> list[Path]:
    """Write one page per quarter, one per commune for what it holds outside the QPV, and their list.

    Parameters
    ----------
    book : Book
    folder : Path
        An existing folder, the edition's own.
    booklets : mapping, optional
        By kind and identifier of unit, the booklets that its page leads to.

    Returns
    -------
    list of Path
        The files written, the list last.
    """
    edition, reviews = book.edition, book.reviews
    around = Surroundings(edition, book.residences.every)
    place = folder / FOLDER
    place.mkdir(exist_ok=True)
    common = {**_common(book), "booklets": booklets or {}}
    written = []
    for review in reviews:
        path = place / f"{review.file}.html"
        path.write_text(_review_page(review, edition, around, common), "utf-8")
        written.append(path)
    index = place / f"{INDEX}.html"
    index.write_text(_index_page(reviews, edition, around, common), "utf-8")
    return [*written, index]


def _common(book: Book) -> dict[str, Any]:
    """Gather what every page says: symbols, reservations, sources, how to find a column's number."""
    edition, figures, method = book.edition, book.figures, book.edition.method
    return {
        "symbols": {level: Markup(drawn) for level, drawn in level_symbols(edition.words).items()},
        "caveats": book.reservations(*_CITED) if figures.surveyed else [],
        "method": method,
        "first": inside(INDICATORS[method.codes[0]].label),
        "heads": [(method.heading(code, INDICATORS[code].label), method.brief(code)) for code in method.codes],
        "codes": (*method.codes, LOW_RENT),
        "prospects": prospects_of(edition),
        "aim": AIM,
        "changes": changes_of(book),
        "masked": edition.masked,
        "sources": sources_of(edition),
        "secrecy": secrecy_of(edition),
        "number": figures.number,
        "known_figure": figures.figure,
        "shapes": {
            kind: dict(zip(edition.units[kind]["id"], edition.units[kind].geometry, strict=True))
            for kind in (QUARTERS, COMMUNES)
            if kind in edition.units
        },
        "campaign": edition.context.campaign,
        "value_of": value_of,
        "href": href,
        "territory": edition.context.territory,
    }


def _review_page(review: Review, edition: Edition, around: Surroundings, common: dict[str, Any]) -> str:
    drawn = {name: Markup(svg) for name, svg in illustrations(review).items()}
    shape = common["shapes"][review.kind].get(review.id)
    name = "la commune" if review.outside else f"{review.what} : {review.name}"
    carte = quarter_map(
        shape,
        review.residences.every,
        around,
        levels=edition.levels.order,
        own=review.id,
        key="carte",
        title=f"Carte : {review.name}",
        situation="" if review.outside else review.situation,
        perimeter_name=name,
    )
    heading = f"{review.name} : hors QPV" if review.outside else f"{review.what} : {review.name}"
    return render(
        "quartier.html.j2",
        page=page_of(edition, title=heading, heading=heading, root="../", here=f"{FOLDER}/{review.file}.html"),
        review=review,
        carte=Markup(carte),
        drawn=drawn,
        named=any(one.landlord for one in review.residences.every),
        classes=any(" à moins de " in figure.label for one in review.residences.every for figure in one.figures),
        map_link=f"../index.html#{_asked(review)}",
        verdict=verdict,
        explained=_explained(review),
        change=None if review.outside else common["changes"].get(review.id),
        prospect=common["prospects"].get((review.kind, review.id)),
        **common,
    )


def _index_page(reviews: Sequence[Review], edition: Edition, around: Surroundings, common: dict[str, Any]) -> str:
    kinds: dict[str, list[Review]] = defaultdict(list)
    for review in reviews:
        kinds[review.situation].append(review)
    # QPV, then QVA, then any other perimeter by name, communes last.
    order = sorted(kinds, key=lambda kind: ([*WORDS, kind, OUTSIDE].index(kind) if kind in WORDS else 2, kind))
    order = [kind for kind in order if kind != OUTSIDE] + [kind for kind in order if kind == OUTSIDE]
    listed = {kind: sorted(kinds[kind], key=lambda one: -_size(one, common)) for kind in order}
    quarters = [one for kind in order if kind != OUTSIDE for one in listed[kind]]
    numbers = {one.id: rank for rank, one in enumerate(quarters, start=1)}
    shapes = [(numbers[one.id], one.situation, common["shapes"][one.kind].get(one.id)) for one in quarters]
    territory = edition.units[TERRITORY].geometry.iloc[0]
    carte = quarters_map(territory, shapes, around, key="carte", title="Carte des quartiers")
    return render(
        "quartiers.html.j2",
        page=page_of(
            edition,
            title="Quartiers et communes",
            heading=f"Quartiers et communes : {edition.context.territory}",
            root="../",
            here=f"{FOLDER}/{INDEX}.html",
        ),
        kinds=[(kind, _plural(kind), listed[kind]) for kind in order],
        carte=Markup(carte),
        numbers=numbers,
        outside=OUTSIDE,
        **common,
    )


def _size(review: Review, common: dict[str, Any]) -> float:
    return float(common["number"](review.kind, review.id, "nb_logements") or 0)


def _plural(kind: str) -> str:
    return {
        QPV: "Quartiers prioritaires de la politique de la ville (QPV)",
        "QVA": "Quartiers de veille active (QVA)",
        OUTSIDE: "Hors QPV, par commune",
    }.get(kind, f"Autres périmètres : {kind}")


def _asked(review: Review) -> str:
    """Write the view of the atlas that shows the same residences, as its address holds it."""
    asked = {"voir": f"{review.kind},{review.id}"}
    if review.outside:
        asked |= {"_code_insee": review.name, "_situation": OUTSIDE}
    elif review.situation in WORDS:
        asked["_situation"] = review.situation
        if review.situation == QPV:
            asked["q"] = review.name
    return "&".join(f"{key}={quote(value, safe='')}" for key, value in asked.items())


def _explained(review: Review) -> str:
    """Say which residences the page lists, and why their dwellings may not be those of the quarter."""
    if review.outside:
        return (
            "Cette page liste les résidences de la commune dont la situation n'est pas QPV. L'atlas ne calcule pas de "
            "taux pour la partie de la commune hors QPV : les taux montrés sont ceux de la commune entière, à côté de "
            "ceux de l'ensemble du parc hors QPV du territoire."
        )
    if review.situation == QPV:
        return (
            "Une résidence est d'un QPV quand la plupart de ses logements y sont. Les taux et le total du quartier, "
            "eux, comptent chaque adresse là où elle est : les deux totaux de logements peuvent différer."
        )
    return (
        "Une résidence est listée ici quand son point (celui de son adresse la plus centrale) est dans le périmètre. "
        "Les taux et le total du périmètre, eux, comptent chaque adresse là où elle est : les deux totaux de logements "
        "peuvent différer."
    )


__all__ = ["FOLDER", "KIND", "write_quarters"]
