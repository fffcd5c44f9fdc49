"""What files of attributions say beyond counts, in the edition that masks nothing.

Grain in: an edition, its decisions by residence, requests beside leases. Grain out: tables: reasons of refusals,
transfers, the landlords' yearly report, pressure of the demand. An edition that masks anything has none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

from atlas.publish.convention.model import Cell, Head, Line, Table, named, word
from atlas.publish.paths import COMMUNES, href
from atlas.shares import in_percent
from atlas.tables import (
    BETWEEN,
    DECIDED,
    DECISION_FEATURES,
    DEMAND_FEATURES,
    NOT_APPLICABLE,
    NOWHERE,
    UNKNOWN,
    WITHIN,
)
from atlas.writing import aligned, natural, whole

if TYPE_CHECKING:
    from atlas.publish.book import Book

NUMBERS = tuple(Head(one, True) for one in ("Décisions", "Baux signés", "Refus"))
# What the report of landlords asks (code de la construction et de l'habitation, R.441-5-1), as far as files tell it.
REPORTED = ("reservataire", "taille", "financement", "situation", "code_insee", "periode")
_EVERY_REQUEST = next(iter(DEMAND_FEATURES))
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
    yield from _moves(book)


def _moves(book: Book) -> Iterator[Table]:
    """Count transfers by landlord left and landlord joined, where decisions name the one that is left."""
    rows = _of(book, "bailleur_quitte")
    rows = rows[rows["modalite"] != NOT_APPLICABLE]
    if not len(rows):
        return
    same = rows["modalite"].eq(rows["bailleur"])
    kind = same.map({True: WITHIN, False: BETWEEN}).mask(rows["modalite"].eq(UNKNOWN), NOWHERE)
    counts = ["decisions", "baux", "decisions_refus"]
    lines = []
    for how in (WITHIN, BETWEEN, NOWHERE):
        part = rows[kind == how]
        if len(part):
            lines.append(Line((word("tous"), word("tous"), word(how), *map(_count, part[counts].sum())), total=True))
    pairs = [(str(joined), str(left), part) for (joined, left), part in rows.groupby(["bailleur", "modalite"])]
    for joined, left, part in sorted(pairs, key=lambda one: (natural(one[0]), natural(one[1]))):
        how = str(kind[part.index[0]])
        lines.append(Line((word(left), word(joined), word(how), *map(_count, part[counts].sum()))))
    heads = (Head("Bailleur quitté"), Head("Bailleur rejoint"), Head("Mouvement"), *NUMBERS)
    yield Table("mutations-bailleurs", "Mutations : d'où, vers où", heads, tuple(lines))


def report(book: Book) -> Iterator[Table]:
    """Count homes proposed and allocated by each thing that the landlords' yearly report asks, then by landlord."""
    by_landlord = []
    for feature in REPORTED:
        rows = _of(book, feature)
        if not len(rows):
            continue
        title, names = DECISION_FEATURES[feature], _names(book, feature)

        def lines(held: pd.DataFrame, *first: str, names: Mapping[str, str] = names) -> list[Line]:
            told = _summed(held)
            return [Line((*map(word, first), word(names.get(one, one)), *map(_count, counts))) for one, counts in told]

        key, below = f"rapport-{feature.replace('_', '-')}", f"Par {title[:1].lower()}{title[1:]}"
        yield Table(key, below, (Head(title), *NUMBERS), tuple(lines(rows)))
        owners = sorted(rows.groupby("bailleur"), key=lambda one: natural(str(one[0])))
        by_landlord += [line for name, own in owners for line in lines(own, str(name), title)]
    if by_landlord:
        by_landlord.sort(key=lambda line: natural(line.cells[0].text))  # each landlord's own report
        heads = (Head("Bailleur"), Head("Selon"), Head("Valeur"), *NUMBERS)
        yield Table("rapport-bailleurs", "Bailleur par bailleur", heads, tuple(by_landlord))


def pressure(book: Book) -> Iterator[Table]:
    """Set requests beside the leases of the year."""
    demand = book.edition.demand
    if demand is None:
        return
    lines, names = [], _names(book, "code_insee")
    for one in demand.to_dict("records"):
        told = one["baux"] == one["baux"]
        leases = _count(one["baux"]) if told else word(UNKNOWN, kind="status")
        ratio = one["demandes"] / one["baux"] if told and one["baux"] else None
        said = aligned(ratio, 1) if ratio is not None else NOT_APPLICABLE if told else UNKNOWN
        value, whole_ = names.get(one["modalite"], one["modalite"]), one["caracteristique"] == _EVERY_REQUEST
        cells = (word(DEMAND_FEATURES[one["caracteristique"]]), word(value), _count(one["demandes"]), leases)
        lines.append(Line((*cells, word(said)), total=whole_))
    numbers = ("Demandes", "Baux signés", "Demandes par bail")
    heads = (Head("Selon"), Head("Valeur"), *(Head(one, True) for one in numbers))
    yield Table("pression-demande", "Demandes pour un bail signé", heads, tuple(lines))


def _summed(rows: pd.DataFrame) -> list[tuple[str, list[int]]]:
    """Sum decisions, leases and refusals by value, in the order of names, what is not told last."""
    summed = rows.groupby("modalite")[["decisions", "baux", "decisions_refus"]].sum()
    held = [
        (str(value), [int(count) for count in row]) for value, row in zip(summed.index, summed.to_numpy(), strict=True)
    ]
    return sorted(held, key=lambda one: (one[0] == UNKNOWN, natural(one[0])))


def _names(book: Book, feature: str) -> dict[str, str]:
    """Name what is told by a code."""
    codes = book.figures.identifiers(COMMUNES) if feature == "code_insee" else ()
    return {code: book.figures.text(COMMUNES, code, "nom") or code for code in codes}


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
