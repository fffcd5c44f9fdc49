"""One sheet of a booklet: what the typesetting template reads of a residence.

Grain in: a :class:`atlas.publish.sheets.Sheet`. Grain out: plain data for JSON, texts and pictures in the order of the
page. Nothing is computed: every figure is the sheet's own label. The figures that a residence does not publish are told
together, under the table of those that it does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import unescape
from typing import TYPE_CHECKING, Any

from atlas.methods import SIGNALS
from atlas.publish.legend import legend_of, secrecy_of, sources_of, value_of
from atlas.publish.pictures.style import symbol
from atlas.publish.pictures.svg import picture
from atlas.publish.sheets import Criterion, Feature, Line, Place, Sheet
from atlas.publish.sheets.drawings import Grounds, criterion_gauge, drawings_of
from atlas.tables import STATUSES, UNDETERMINED
from atlas.tables.wider import wider_words
from atlas.writing import inside, typeset, whole

if TYPE_CHECKING:
    from atlas.publish.book import Book

IDENTIFIER = "Identifiant"  # on every sheet: what the audit knows a sheet by
_ALWAYS = {"carte", "tailles"}
_POINTED = frozenset(column.name for column in SIGNALS)  # said on pages: paper holds two sides
_ADDRESSES = 14  # written at most; the others are counted
_RUN = 28  # letters without a blank after which a line may break
_DESCRIPTION = re.compile(r"<desc[^>]*>(.*?)</desc>", re.DOTALL)
_SHAPELESS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def sheet_content(sheet: Sheet, grounds: Grounds, closing: Sequence[str]) -> dict[str, Any]:
    """Lay out a residence; a trend of which nothing is published has no picture.

    Parameters
    ----------
    closing : sequence of str
        Sentences that end every sheet: rules, sources, secrecy.
    """
    drawn = drawings_of(sheet, grounds.around(sheet), grounds.outline(sheet))
    told = {f"suivi-{code}" for code, years in sheet.trend if any(across[0].published for _, across in years)}
    told |= {"flux"} if any(figure.published for figure in sheet.flow) else set()
    pictures = {name: drawing(svg) for name, svg in drawn.items() if name in told | _ALWAYS}
    return {
        "id": plain(sheet.id),
        "nom": plain(sheet.name),
        "gestion": plain(next((fact.text for fact in sheet.facts if fact.column == "bailleur"), "")),
        "logements": next((fact.text for fact in sheet.facts if fact.column == "nb_logements"), ""),
        "niveau": sheet.level or UNDETERMINED,
        "explication": _explained(sheet),
        "faits": [*_facts(sheet), [IDENTIFIER, plain(sheet.id)]],
        "carte": pictures.get("carte"),
        "criteres": criteria_content(sheet.criteria, pictures) if sheet.surveyed else [],
        "comparaisons": comparison(sheet.places, sheet.lines),
        "attributions": comparison(sheet.places, [("", sheet.attributions)]),
        "colonnes": [[*_flow(pictures), *_quality(sheet)], [*_dwellings(sheet.features, pictures)]],
        "fin": {"titre": "Règles et sources", "textes": list(closing)},
    }


def _explained(sheet: Sheet) -> str:
    """Say how many criteria are met, what they prove, then where recent movers are read when it is elsewhere."""
    met = sheet.met_text
    more = [f"{note[:1].upper()}{note[1:]}." for note in (sheet.near, sheet.note) if note]
    more += [f"Critères publiés : {sheet.proven}."] if sheet.proven else []
    more += [wider_words(*sheet.wider)] if sheet.wider else []
    more += [f"Actualisation du {one.day}, à part de l'enquête : {one.level}." for one in sheet.updates[:1]]
    more += [f"{one.label} : {one.level}." for one in sheet.others]
    return typeset(" ".join([f"{met}.", *more])) if more else met


def criteria_content(criteria: Iterable[Criterion], pictures: Mapping[str, dict[str, str]]) -> list[dict[str, Any]]:
    """Draw a gauge for each criterion, with its counts, what it would take to cross the threshold, and its trend."""
    return [
        {
            "titre": typeset(one.figure.indicator.label),
            "image": drawing(criterion_gauge(one)),
            "notes": [typeset(note) for note in (one.figure.counts, one.figure.margin_text) if note],
            "suivi": pictures.get(f"suivi-{one.figure.code}"),
        }
        for one in criteria
    ]


def comparison(places: Sequence[Place], groups: Iterable[tuple[str, Iterable[Line]]]) -> dict[str, Any]:
    """Lay out the published indicators of a unit beside those of what is around it.

    Returns
    -------
    dict
        ``table``: heads (role and name of each place), rows of labels, of which those of one cell are titles of groups;
        ``textes``: one sentence per status, that lists the indicators the unit does not publish.
    """
    rows: list[list[str]] = []
    absent: dict[str, list[str]] = {}
    for title, lines in groups:
        told = []
        for line in lines:
            if line.figures[0].published:
                told.append([_named(line), *(typeset(figure.label) for figure in line.figures)])
            else:
                absent.setdefault(line.figures[0].status, []).append(inside(line.label))
        rows += [[title], *told] if told and title else told
    heads = [[place.role, plain(place.name) if rank else ""] for rank, place in enumerate(places)]
    said = [typeset(f"{status} : {', '.join(absent[status])}.") for status in STATUSES if status in absent]
    return {"table": {"entetes": [["", ""], *heads], "lignes": rows}, "textes": said}


def closing_sentences(book: Book) -> tuple[str, ...]:
    """Name the rules of the criteria with their references, the sources, what is masked."""
    edition, catalogue = book.edition, book.catalogue
    rules = legend_of(book.levels, edition, catalogue).rules_line if book.levels else ""
    cited = f"Sources : {' ; '.join(sources_of(edition))}."
    return tuple(
        typeset(plain(f"{text[:1].upper()}{text[1:]}")) for text in (rules, cited, secrecy_of(edition)) if text
    )


def level_symbols(levels: Iterable[str]) -> dict[str, dict[str, str]]:
    """Draw the symbol of each level, as on the map."""
    return {
        level: drawing(picture("symbole", level, level, 18, 18, symbol(9, 9, level, "symbole"))) for level in levels
    }


def drawing(svg: str) -> dict[str, str]:
    """Give a picture with its description, for those who do not see it."""
    found = _DESCRIPTION.search(svg)
    return {"svg": svg, "texte": unescape(found[1]) if found else ""}


def plain(text: str) -> str:
    """Drop signs without shape (controls, direction overrides) and let endless words break.

    >>> plain("a\\u202eb\\x00"), plain("x" * 30).index("\\u200b")
    ('ab', 28)
    """
    kept = "".join(sign for sign in text if unicodedata.category(sign) not in _SHAPELESS)
    return re.sub(rf"\S{{{_RUN}}}(?=\S)", lambda run: run[0] + "\u200b", kept)


def _facts(sheet: Sheet) -> Iterator[list[str]]:
    for fact in sheet.facts:
        if fact.column in _POINTED:
            continue
        text = plain(fact.text)
        if fact.column == "nb_adresses" and sheet.addresses:
            shown, more = sheet.addresses[:_ADDRESSES], len(sheet.addresses) - _ADDRESSES
            text = f"{text} : {' ; '.join(map(plain, shown))}" + (f" ; et {more} de plus" if more > 0 else "")
        yield [fact.label, typeset(text) if fact.column.startswith("nb_") else text]


def _named(line: Line) -> str:
    return typeset(line.label + (f" (objectif : {value_of(line.target)})" if line.target else ""))


def _flow(pictures: dict[str, dict[str, str]]) -> Iterator[dict[str, Any]]:
    if "flux" in pictures:
        yield {"titre": "Ménages en place et entrants", "image": pictures["flux"]}


def _dwellings(features: Iterable[Feature], pictures: dict[str, dict[str, str]]) -> Iterator[dict[str, Any]]:
    if "tailles" in pictures:
        yield {"titre": "Logements par taille", "image": pictures["tailles"]}
    rows = [
        [
            feature.title,
            typeset(" · ".join(f"{plain(one.name)} : {whole(one.dwellings)}" for one in feature.modalities)),
        ]
        for feature in features
        if feature.key != "taille"
    ]
    if rows:
        yield {"titre": "Le bâti", "paires": rows}


def _quality(sheet: Sheet) -> Iterator[dict[str, Any]]:
    yield {"titre": "Qualité des données", "paires": [[one.label, typeset(plain(one.text))] for one in sheet.quality]}


__all__ = [
    "closing_sentences", "comparison", "criteria_content", "drawing", "level_symbols", "plain",
    "sheet_content",
]  # fmt: skip
