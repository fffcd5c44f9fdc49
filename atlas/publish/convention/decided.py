"""What decisions say beyond their counts, in the edition that masks nothing: reasons of refusals, transfers, holders.

Grain in: an edition and its decisions by residence. Grain out: tables. An edition that masks anything has none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

from atlas.publish.convention.model import Cell, Head, Line, Table, named, word
from atlas.publish.paths import href
from atlas.shares import in_percent
from atlas.tables import DECIDED, NOT_APPLICABLE, UNKNOWN
from atlas.writing import natural, whole

if TYPE_CHECKING:
    from atlas.publish.book import Book

_KIND = "residences"


def reasons(book: Book) -> Iterator[Table]:
    """Count refusals by reason, then by residence and reason."""
    rows = _of(book, "motif_refus")
    rows = rows[rows["decisions_refus"] > 0]
    if not len(rows):
        return
    whole_ = int(rows["decisions_refus"].sum())
    by_reason = _ordered(rows.groupby("modalite")["decisions_refus"].sum())
    lines = [
        Line((word(reason), _count(count), word(in_percent(Fraction(count, whole_), 1, near=True))))
        for reason, count in by_reason
    ]
    heads = (Head("Motif"), Head("Refus", True), Head("Part des refus", True))
    yield Table("refus-motifs", "Refus par motif", heads, tuple(lines))
    homes = {one.id: one for one in book.residences.every}
    found = rows[rows["id"].isin(homes)].assign(tous=rows.groupby("id")["decisions_refus"].transform("sum"))
    found = found.assign(nom=found["id"].map({key: natural(one.name) for key, one in homes.items()}))
    listed = found.sort_values(
        ["tous", "nom", "id", "decisions_refus", "modalite"], ascending=[False, True, True, False, True]
    )
    lines = [
        Line(
            (named(_KIND, row["id"], homes[row["id"]].name, href(_KIND, homes[row["id"]].file)), word(row["bailleur"]),
             word(homes[row["id"]].level, kind="level"), word(row["modalite"]), _count(int(row["decisions_refus"]))),
            (_KIND, row["id"]),
        )
        for row in listed.to_dict("records")
    ]  # fmt: skip
    wide = (Head("Résidence"), Head("Bailleur"), Head("Niveau"), Head("Motif"), Head("Refus", True))
    yield Table("refus-residences-motifs", "Refus par résidence et motif", wide, tuple(lines))


def transfers(book: Book) -> Iterator[Table]:
    """Count the leases of households that were tenants already, among those that tell it."""
    rows = _of(book, "mutation")
    if not len(rows):
        return
    everyone = rows.assign(bailleur="Territoire")
    lines = []
    for table, total in ((everyone, True), (rows, False)):
        for name in sorted(table["bailleur"].unique(), key=natural):
            leases = table[table["bailleur"] == name].groupby("modalite")["baux"].sum()
            moved, unknown = int(leases.get("oui", 0)), int(leases.get(UNKNOWN, 0))
            told = int(leases.sum()) - unknown
            share = in_percent(Fraction(moved, told), 1, near=True) if told else NOT_APPLICABLE
            cells = (word(name), _count(moved), _count(told), word(share), _count(unknown))
            lines.append(Line(cells, total=total))
    heads = (
        *(Head("Périmètre"), Head("Baux d'un ménage déjà locataire", True), Head("Baux qui le disent", True)),
        *(Head("Part", True), Head("Baux qui ne le disent pas", True)),
    )
    yield Table("mutations-baux", "Baux signés avec un ménage déjà locataire", heads, tuple(lines))


def holders(book: Book) -> Iterator[Table]:
    """Count decisions and leases by reservation holder."""
    rows = _of(book, "reservataire")
    if not len(rows):
        return
    summed = rows.groupby("modalite")[["decisions", "baux", "decisions_refus"]].sum().to_dict("index")
    names = [name for name, _ in _ordered(rows.groupby("modalite")["decisions"].sum())]
    lines = [Line((word(name), *(_count(int(count)) for count in summed[name].values()))) for name in names]
    heads = (Head("Réservataire"), Head("Décisions", True), Head("Baux signés", True), Head("Refus", True))
    yield Table("reservataires", "Logements proposés et attribués, par réservataire", heads, tuple(lines))


def _of(book: Book, feature: str) -> pd.DataFrame:
    """Take the decisions that the edition counts, of the campaign shown first; those of one landlord are not a list."""
    rows = None if book.edition.masked else book.edition.decided
    if rows is None:
        return pd.DataFrame(columns=list(DECIDED))
    counted = rows["comptee"].astype(bool) & (rows["annee"] == book.edition.context.campaign)
    return rows[counted & (rows["caracteristique"] == feature)]


def _ordered(counts: pd.Series) -> list[tuple[str, int]]:
    """Put the most frequent first, what is not told last."""
    held = [(str(name), int(count)) for name, count in counts.items()]
    return sorted(held, key=lambda one: (one[0] == UNKNOWN, -one[1], natural(one[0])))


def _count(value: float) -> Cell:
    return Cell(whole(value), float(value))
