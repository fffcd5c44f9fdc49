"""Booklets: the sheets of a commune, or of a quarter, bound for a meeting.

Grain in: an edition. Grain out: ``cahiers/<code>.pdf``, one per quarter that holds residences and, in a small
territory, one per commune, in volumes where they are many. Each residence is once in the booklet of each perimeter it
stands in, and of its commune; a residence without a commune is in none. Two rules set the number of residences above
which communes have no booklet, and above which nothing has.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas.output import BOOKLETS, COMMUNE_BOOKLETS
from atlas.publish.booklet_covers import cover_content
from atlas.publish.booklet_sheets import closing_sentences, level_symbols, sheet_content
from atlas.publish.figures import Figures
from atlas.publish.paths import file_names
from atlas.publish.sheets import Sheet
from atlas.publish.sheets.drawings import Grounds
from atlas.publish.typesetting import Job, typesetting
from atlas.writing import natural

if TYPE_CHECKING:
    from atlas.edition import Edition
    from atlas.publish.book import Book

FOLDER, TEMPLATE = "cahiers", "cahier.typ"
PER_VOLUME = 400  # sheets of one file: up to 800 pages, and a gigabyte of memory to set them
COMMUNES, QUARTERS = "communes", "quartiers"


@dataclass(frozen=True)
class Booklet:
    """One file: the unit it is about, its sheets in the order of their names, which volume it is of how many."""

    kind: str
    id: str
    file: str
    sheets: tuple[Sheet, ...]
    volume: int = 1
    volumes: int = 1


@contextmanager
def binding(book: Book, folder: Path) -> Iterator[dict[tuple[str, str], list[str]]]:
    """Write the booklets of an edition while the block runs: setting pages is work for processes of its own.

    Parameters
    ----------
    book : Book
    folder : Path
        An existing folder, the edition's own.

    Yields
    ------
    dict of list of str
        By kind and identifier of unit, its files in the edition's folder, all written when the block ends; none above
        the numbers of residences that the rules set.
    """
    bound = [*booklets_of(book)]
    names: dict[tuple[str, str], list[str]] = {}
    for one in bound:
        names.setdefault((one.kind, one.id), []).append(f"{FOLDER}/{one.file}.pdf")
    with typesetting(_jobs(bound, book, folder), book.edition.context.published_on):
        yield names


def _jobs(bound: list[Booklet], book: Book, folder: Path) -> list[Job]:
    """Lay out every booklet; a sheet is laid out once, whatever the number of booklets that hold it."""
    if not bound:
        return []
    edition = book.edition
    (folder / FOLDER).mkdir()
    grounds, closing = Grounds(edition), closing_sentences(book)
    reviews = {(review.kind, review.id): review for review in book.reviews}
    day = edition.context.published_on
    shared = {
        "symboles": level_symbols(edition.levels.words),
        "jour": {"year": day.year, "month": day.month, "day": day.day},
    }
    known: dict[str, dict[str, Any]] = {}
    jobs = []
    for one in bound:
        for sheet in one.sheets:
            if sheet.id not in known:
                known[sheet.id] = sheet_content(sheet, grounds, closing)
        cover = cover_content(one, reviews[one.kind, one.id], book)
        content = {**shared, **cover, "fiches": [known[sheet.id] for sheet in one.sheets]}
        text = json.dumps(content, ensure_ascii=False, allow_nan=False)
        jobs.append(Job(folder / FOLDER / f"{one.file}.pdf", TEMPLATE, text))
    return jobs


def booklets_of(book: Book, per_volume: int = PER_VOLUME) -> Iterator[Booklet]:
    """Bind the sheets of each commune and of each quarter, where there are any.

    Parameters
    ----------
    per_volume : int
        Sheets of one file; a unit that holds more has several, as even as can be.
    """
    kinds = _kinds(book.edition)
    if not kinds:
        return
    sheets, residences = {sheet.id: sheet for sheet in book.sheets}, book.residences
    for (kind, identifier), file in booklet_files(book.figures).items():
        if kind not in kinds:
            continue
        members = residences.of_commune(identifier) if kind == COMMUNES else residences.of_quarter(identifier)
        held = sorted((sheets[one.id] for one in members), key=lambda sheet: (natural(sheet.name), sheet.id))
        volumes = -(-len(held) // per_volume)
        for volume in range(volumes):
            part = held[volume * len(held) // volumes : (volume + 1) * len(held) // volumes]
            name = file if volumes == 1 else f"{file}-{volume + 1}"
            yield Booklet(kind, identifier, name, tuple(part), volume + 1, volumes)


def _kinds(edition: Edition) -> tuple[str, ...]:
    """Kinds of units that have a booklet; a rule that the edition does not name forbids none."""
    rules = {rule.key: rule.value for rule in edition.context.rules}
    most = {key: rules.get(key, math.inf) for key in (BOOKLETS, COMMUNE_BOOKLETS)}
    residences = len(edition.units["residences"])
    if residences > most[BOOKLETS]:
        return ()
    return (QUARTERS,) if residences > most[COMMUNE_BOOKLETS] else (COMMUNES, QUARTERS)


def booklet_files(figures: Figures) -> dict[tuple[str, str], str]:
    """Name the booklet of each commune and quarter, by kind and identifier, without folder nor ending.

    A quarter whose code is also that of a commune is named from a digest.
    """
    communes, quarters = ([*figures.identifiers(kind)] for kind in (COMMUNES, QUARTERS))
    taken = {code.lower() for code in communes}
    plain = {code: f"quartier {code}" if code.lower() in taken else code for code in quarters}
    names = file_names([*communes, *plain.values()])
    return {
        **{(COMMUNES, code): names[code] for code in communes},
        **{(QUARTERS, code): names[plain[code]] for code in quarters},
    }
