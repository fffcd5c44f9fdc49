"""What each file is, and where its table begins: decisions one per row, a table already counted, requests.

Grain in: one file. Grain out: a :class:`Found`; a file that is none of these, or several at once, is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from atlas.errors import excerpt
from atlas.sources import attributions, demandes
from atlas.sources.attributions_layout import laid_out
from atlas.sources.desk import Desk
from atlas.sources.headers import named
from atlas.sources.layout import Head, heads
from atlas.sources.lines import joined_headers
from atlas.sources.years import years_in
from atlas.territory import DecisionSource

DECISIONS, TABLE, REQUESTS = "décisions", "tableau", "demandes"
# What tells decisions one per row: a table already counted says what became of none of them.
_STRONG = frozenset({"issue", "date_decision", "date_bail", "motif_refus", "motif_non_attribution"})
_TELLING = _STRONG | {"premier_quartile", "public_prioritaire", "relogement_renouvellement", "reservataire"}
_NUMBER = re.compile(r"^[-+]?[\d\s.,\u00a0\u202f]+ ?%?$")


@dataclass(frozen=True)
class Found:
    """One file: what it is, the block that says how it is written, and the year that its names tell, if any."""

    path: Path
    name: str
    kind: str
    block: DecisionSource
    year: int | None
    title: str


@dataclass(frozen=True)
class _Place:
    kind: str
    score: int
    sheet: str | None
    hidden: bool
    lines: tuple[int, ...]
    headers: tuple[str, ...]
    titles: tuple[str, ...]
    whole: bool


def recognised(path: Path, name: str, block: DecisionSource, given: bool, desk: Desk) -> Found | None:
    """Recognise a file; None when a fault was recorded.

    Parameters
    ----------
    block : DecisionSource
        How the file is written, as far as somebody said; ``given`` when a territory file names this very file.

    Raises
    ------
    Unreadable
        When the file cannot be read at all.
    """
    places = [place for head in heads(path, block.encodage, block.feuille) for place in _places(head, block)]
    if block.entete:
        places = [place for place in places if place.lines == block.entete] or places
    seen = [place for place in places if not place.hidden] or places
    best = max(seen, key=_rank, default=None)
    if best is None or not best.whole:
        _refuse(name, best, desk)
        return None
    rivals = {place.sheet for place in seen if place.whole and place.sheet != best.sheet and place.score > 1}
    if (rivals and block.feuille is None) or best.hidden:
        desk.faults.add(
            "ATTRIBUTIONS-FEUILLES",
            f"{name} : "
            + (
                f"la table est dans une feuille masquée, « {best.sheet} »."
                if best.hidden and not rivals
                else f"plusieurs feuilles portent une table : {excerpt([best.sheet, *sorted(map(str, rivals))])}."
            ),
            "une feuille visible par fichier, ou le nom de celle à lire",
            'dire feuille = "…" dans [sources.attributions] d\'un fichier de territoire, ou séparer les feuilles',
        )
        return None
    colonnes = block.colonnes if given else {k: v for k, v in block.colonnes.items() if v in best.headers}
    update = {"entete": best.lines, "colonnes": colonnes, "feuille": best.sheet}
    if best.lines != (1,):
        where = "à la ligne" if len(best.lines) == 1 else "aux lignes"
        desk.note(f"{name} : en-têtes lus {where} {' et '.join(map(str, best.lines))}.")
    year = _year(name, best, block, desk)
    return Found(path, name, best.kind, block.model_copy(update=update), year, " ".join([name, *best.titles]))


def _places(head: Head, block: DecisionSource) -> Iterator[_Place]:
    for rank, (line, cells) in enumerate(head.rows):
        above = tuple(cell for _, row in head.rows[:rank] for cell in row if cell)
        yield _place(head, (line,), [cells], block, above)
        if rank + 1 < len(head.rows):
            under, below = head.rows[rank + 1]
            if below and not any(_NUMBER.match(cell.strip()) for cell in (*cells, *below) if cell.strip()):
                yield _place(head, (line, under), [cells, below], block, above)


def _place(
    head: Head, lines: tuple[int, ...], cells: Sequence[Sequence[str]], block: DecisionSource, titles: tuple[str, ...]
) -> _Place:
    headers = tuple(joined_headers(cells))
    layout = laid_out(headers, block.colonnes)
    rows = named(headers, block.colonnes, attributions.WANTED)
    requests = named(headers, block.colonnes, demandes.WANTED)
    counted = layout.whose is not None and bool(layout.counts)
    asked = "nb" in requests or (not layout.counts and len(requests) > 1)
    if asked and "bailleur" not in rows and not _STRONG & set(rows):
        kind, score, whole = REQUESTS, len(requests), len(requests) > 1
    elif block.grain == "tableau" or (counted and not _STRONG & set(rows)) or not _TELLING & set(rows):
        kind, score, whole = TABLE, layout.known, counted
    else:
        kind, score, whole = DECISIONS, len(rows), len(rows) > 1
    return _Place(kind, score, head.sheet, head.hidden, lines, headers, titles, whole)


def _rank(place: _Place) -> tuple[bool, int, int, int]:
    return place.whole, place.score, -len(place.lines), -place.lines[0]


def _refuse(name: str, best: _Place | None, desk: Desk) -> None:
    read = excerpt([header for header in best.headers if header], 8) if best else "aucun"
    desk.faults.add(
        "ATTRIBUTIONS-FORME",
        f"{name} n'est ni un fichier de décisions, ni un tableau d'attributions par bailleur, ni un fichier de "
        f"demandes (en-têtes lus : {read}).",
        "une ligne par décision (bailleur, en_qpv, quartile, issue…) ou une ligne par bailleur "
        "(bailleur, attributions_q1_hors_qpv, attributions_hors_qpv…)",
        "vérifier le fichier, ou nommer ses colonnes dans [sources.attributions.colonnes] d'un fichier de territoire",
    )


def _year(name: str, best: _Place, block: DecisionSource, desk: Desk) -> int | None:
    """Take the year of a file that has no column of it from the territory file, else from its name; refuse two."""
    dated = {"annee", "date_decision", "date_bail"} & set(named(best.headers, block.colonnes, attributions.WANTED))
    layout = laid_out(best.headers, block.colonnes)
    by_column = any(read.year for read in (*layout.counts.values(), *layout.shares.values()))
    if dated or "annee" in layout.keys or by_column or best.kind == REQUESTS:
        return None
    if block.annee is not None:
        return block.annee
    titles = [name, best.sheet or "", *best.titles]
    found = years_in("annee", titles[:1]) or years_in("annee", titles)
    if len(found) > 1:
        desk.faults.add(
            "ATTRIBUTIONS-ANNEES",
            f"{name} dit plusieurs années ({', '.join(map(str, sorted(found)))}) et n'a pas de colonne « annee ».",
            "une colonne « annee », ou un fichier par année",
            "ajouter la colonne, séparer les années, ou dire annee = AAAA dans [sources.attributions] d'un fichier de "
            "territoire",
        )
        return None
    year = next(iter(found), None)
    if year is None:
        desk.note(f"{name} : année non dite ; une colonne « annee », ou l'année dans le nom du fichier, la dirait.")
    else:
        desk.note(f"{name} : année {year}, lue dans son nom ou son titre.")
    return year
