"""The pages of an edition: every page about units and ``methode.html`` first, then the atlas, which leads to them.

In: an edition. Out: HTML files that open from a folder, without network. Everything shown comes from the edition's own
columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas.catalogue import Catalogue
from atlas.promise import TERMS
from atlas.publish.agreement import write_agreement
from atlas.publish.convention import write_convention
from atlas.publish.dashboard import write_dashboard
from atlas.publish.frame import page_of
from atlas.publish.index import write_index
from atlas.publish.legend import secrecy_of, value_of
from atlas.publish.notices import READING, SMALL_NUMBERS, UNMEASURED, guarantee_of, promise_of, secrecy_notice
from atlas.publish.observatory import write_observatory
from atlas.publish.offers import write_offers
from atlas.publish.page_data import drawable
from atlas.publish.quarters import write_quarters
from atlas.publish.rendering import render
from atlas.publish.sheets.pages import write_sheets
from atlas.publish.usefulness import shares
from atlas.publish.years import write_evolution
from atlas.tables import INDICATORS, OPS, OTHER_COUNTS
from atlas.tables.wider import BY_YEARS, perimeter_words

if TYPE_CHECKING:
    from atlas.edition import Edition
    from atlas.publish.book import Book


def write_site(book: Book, folder: Path, booklets: Mapping[tuple[str, str], Sequence[str]] | None = None) -> list[Path]:
    """Write the pages of an edition.

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
        The files written.
    """
    method = folder / "methode.html"
    method.write_text(method_page(book.edition, book.catalogue), "utf-8")
    written = [method, *write_dashboard(book, folder), *write_quarters(book, folder, booklets)]
    written += [*write_agreement(book, folder), *write_observatory(book, folder), *write_convention(book, folder)]
    written += write_evolution(book, folder)
    # Sheets lead to the pages of quarters that are there.
    written += [*write_sheets(book, folder), *write_offers(book, folder)]
    # The atlas comes last: it leads to the pages that are there.
    beside = {path.relative_to(folder).as_posix() for path in written}
    return [*write_index(book, folder, beside), *written]


def method_page(edition: Edition, catalogue: Catalogue) -> str:
    """Render how each method reads an occupation, then secrecy, indicators, rules and their dates, sources."""
    rules = {rule.key: rule for rule in edition.context.rules}
    values = {key: rule.value for key, rule in rules.items()}
    cited = (key for layer in drawable(edition, catalogue) for key in layer.caveats)
    return render(
        "methode.html.j2",
        page=page_of(edition, title="Méthode", heading=f"Méthode : {edition.context.territory}", here="methode.html"),
        methods=[
            (
                method,
                [(INDICATORS[one.code].label, rules[one.rule]) for one in method.criteria],
                method.sentences(values),
            )
            for method in edition.methods
        ],
        wider=_wider(rules),
        small=SMALL_NUMBERS,
        told=shares(edition),
        unmeasured=UNMEASURED,
        masked=edition.masked,
        notice=secrecy_notice(edition),
        secrecy=secrecy_of(edition),
        promise=promise_of(edition),
        terms=TERMS,
        guarantee=guarantee_of(edition),
        omitted=list(edition.context.omitted.items()),
        reading=READING,
        indicators=[(one, _counted(one.numerator), _counted(one.denominator)) for one in INDICATORS.values()],
        rules=sorted(edition.context.rules, key=lambda rule: (rule.nature == "choix du projet", rule.key)),
        sources=edition.context.sources,
        campaigns=edition.context.campaigns,
        caveats=[catalogue.caveats[key] for key in dict.fromkeys(cited)],
        value_of=value_of,
    )


def _wider(rules: dict[str, Any]) -> str:
    """Say on which perimeters recent movers are read where a residence has too few, and whether that counts."""
    ways = rules["entrants_perimetres"].value if "entrants_perimetres" in rules else ()
    if not ways:
        return ""
    words = ["elle-même, deux enquêtes ensemble" if way == BY_YEARS else perimeter_words(way) for way in ways]
    counted = "entrants_comptes" in rules and rules["entrants_comptes"].value
    return (
        "Une résidence a souvent trop peu d'emménagés récents pour montrer leur taux. Leur critère est alors lu sur le "
        f"premier périmètre qui en a assez : {', '.join(words)}. Il est dit atteint ou non, sans taux ni effectif ; "
        + (
            "il compte dans le niveau."
            if counted
            else "il est montré à côté, avec le niveau qu'il donnerait, sans y compter."
        )
    )


def _counted(column: str) -> str:
    """Name a count as the survey's table declares it, or the other file that it comes from."""
    return OPS[column].label if column in OPS.names else OTHER_COUNTS[column]
