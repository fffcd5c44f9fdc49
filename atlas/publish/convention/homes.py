"""What an edition says of dwellings, whatever the decisions: low rents, accessible homes, transfers, vacancy, turnover.

Grain in: an edition. Grain out: questions with their tables, every number one that the edition holds as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from atlas.catalogue.model import Range
from atlas.publish.convention.decided import pressure, report, transfers
from atlas.publish.convention.model import Cell, Head, Line, Question, Table, Where, dwellings, number, rate, word
from atlas.publish.quarters.members import LOW_RENT
from atlas.publish.quarters.reading import SITUATIONS, TERRITORY
from atlas.tables import INDICATORS, STOCK_RENTS
from atlas.tables import SITUATIONS as PLACES
from atlas.writing import comma, natural

if TYPE_CHECKING:
    from atlas.catalogue import Layer
    from atlas.publish.book import Book

LIFE = ("mutations", "vacance", "vacance_3", "rotation")
LANDLORDS, SIZE = "bailleurs", "nb_logements"
_ACCESS, _RENTED = "accessibilite", STOCK_RENTS[1].name


def homes(book: Book) -> Question:
    """Tell low-rent and accessible dwellings, by situation."""
    edition, figures = book.edition, book.figures
    units = [(TERRITORY, TERRITORY, "Territoire")]
    units += [(SITUATIONS, place, place) for place in PLACES if figures.known(SITUATIONS, place)]
    stock = edition.stock[edition.stock["caracteristique"] == _ACCESS]
    held = {(kind, one): part for (kind, one), part in stock.groupby(["unite", "id"])}
    words = [word for word in ("accessible", "non accessible", "non renseigné") if word in set(stock["modalite"])]
    rented = _RENTED in stock and stock[_RENTED].notna().any() and not edition.masked
    heads = [Head("Périmètre"), Head("Logements", True), Head("À bas loyer", True), Head("Part à bas loyer", True)]
    heads += [Head(f"Accessibles (PMR) : {one}" if one != "accessible" else "Accessibles (PMR)", True) for one in words]
    heads += [Head("Accessibles à bas loyer", True)] if rented and "accessible" in words else []
    lines = []
    for kind, one, name in units:
        if not figures.number(kind, one, SIZE):
            continue
        low = figures.figure(kind, one, LOW_RENT)
        count = figures.number(kind, one, "nb_bas_loyer")
        cells = [word(name), number(kind, one, SIZE, figures.number(kind, one, SIZE))]
        cells += [rate(low) if count is None else number(kind, one, "nb_bas_loyer", count), rate(low)]
        found = {} if (kind, one) not in held else held[kind, one].set_index("modalite").to_dict("index")
        cells += [_home((kind, one), found, modality, SIZE) for modality in words]
        cells += [_home((kind, one), found, "accessible", _RENTED)] if rented and "accessible" in words else []
        lines.append(Line(tuple(cells), (kind, one), total=kind == TERRITORY))
    table = Table("bas-loyer", "Logements à bas loyer et accessibles, par situation", tuple(heads), tuple(lines))
    drawn = _drawing(book)
    links = ((f"index.html#r={drawn.id}", "Carte des loyers"),) if drawn is not None else ()
    said = ("La part à bas loyer est calculée sur les logements dont le loyer et la surface sont connus.",)
    return Question("loyers", "Logements à bas loyer et accessibles", said, (table,), links)


def life(book: Book) -> Question:
    """Tell requests for a transfer, vacancy and turnover, by situation and landlord."""
    figures = book.figures
    codes = [code for code in LIFE if code in figures.told]
    units = [(TERRITORY, TERRITORY, "Territoire")]
    units += [(SITUATIONS, place, place) for place in PLACES if figures.known(SITUATIONS, place)]
    units += [(LANDLORDS, one, one) for one in sorted(figures.identifiers(LANDLORDS), key=natural)]
    heads = (Head("Périmètre"), *(Head(INDICATORS[code].label, True) for code in codes))
    lines = tuple(
        Line((word(name), *(rate(figures.figure(kind, one, code)) for code in codes)), (kind, one),
             total=kind == TERRITORY)
        for kind, one, name in units
        if figures.number(kind, one, SIZE)
    )  # fmt: skip
    said = (
        "Demandes de mutation parmi les ménages répondants ; vacance et emménagements parmi les logements. Les baux "
        "signés avec un ménage déjà locataire, et le bailleur qu'il quitte si les décisions le nomment, ne sont que "
        "dans l'édition interne.",
    )
    tables = (Table("mutations-vacance", "Par situation et bailleur", heads, lines),) if codes else ()
    tables = (*tables, *transfers(book))
    if not tables:
        said = ("Ni mutation, ni vacance, ni rotation dans les fichiers fournis : non renseigné.",)
    return Question("vie", "Mutations, vacance et rotation", said, tables)


def demand(book: Book) -> Question:
    """Weigh requests against leases."""
    tables = tuple(pressure(book))
    said = (
        "Demandes du fichier fourni, à sa date ; baux signés de l'année de la dernière enquête, avec ou sans adresse. "
        "« Sans objet » où aucun bail n'est signé."
    )
    if not tables:
        said = (
            "Une demande n'a pas d'adresse, et ses petits effectifs ne peuvent pas être protégés avec ceux de "
            "l'enquête : seule l'édition interne met les demandes à côté des baux."
            if book.edition.masked
            else "Aucun fichier de demandes n'a été fourni pour ce territoire ([sources.demandes]) : non renseigné."
        )
    return Question("demande", "Pression de la demande", (said,), tables)


def proposed(book: Book) -> Question:
    """Tell homes proposed and allocated as landlords report them each year, and where the rest of the list is."""
    tables = tuple(report(book))
    said = [
        "Rapport annuel des bailleurs (article R.441-5-1 du code de la construction et de l'habitation) : logements "
        "proposés, les décisions ; attribués, les baux signés. La taille et le financement sont ceux que dit la "
        "décision, à défaut ceux de l'adresse quand tous ses logements se ressemblent ; la période, ceux de l'adresse.",
        "Avancement par trimestre et projection à la fin de l'année : « atlas attributions FICHIER… ».",
    ]
    if not tables:
        said[0] = (
            "Le rapport annuel des bailleurs (article R.441-5-1 du code de la construction et de l'habitation) porte "
            "sur très peu de décisions par ligne : seule l'édition interne le donne."
            if book.edition.masked
            else "Aucune décision à une adresse de l'atlas l'année de la dernière enquête : non renseigné."
        )
    return Question("rapport", "Logements proposés et attribués", tuple(said), tables)


def rents(book: Book) -> list[tuple[str, Where]]:
    """Read the classes of rents from the layer that draws them, then those whose share is not told."""
    column = INDICATORS[LOW_RENT].tx
    drawing = _drawing(book)
    edges = {0.0}
    for one in drawing.classes if drawing is not None else ():
        span = one.when.get(column)
        if isinstance(span, Range):
            edges |= {edge for edge in (span.start, span.end) if edge is not None}
    ordered = [*sorted(edges), 101.0]
    found: list[tuple[str, Where]] = []
    for low, high in pairwise(ordered):
        text = f"de {comma(low)} à moins de {comma(high)} % à bas loyer"
        if high > 100:
            text = f"{comma(low)} % et plus à bas loyer"
        elif not low:
            text = f"moins de {comma(high)} % à bas loyer"
        found.append((text, {column: {"de": low, "a": high}}))
    return [*found[::-1], ("loyers non renseignés ou non publiés", {column: None})]


def _drawing(book: Book) -> Layer | None:
    """Find the layer that draws rents by classes of its own."""
    column = INDICATORS[LOW_RENT].tx
    return next((one for one in book.catalogue.layers if one.column == column and one.classes), None)


def _home(unit: tuple[str, str], found: Mapping[Any, Any], modality: str, column: str) -> Cell:
    value = found.get(modality, {}).get(column)
    return dwellings(unit, _ACCESS, modality, column, None if value is None or value != value else float(value))
