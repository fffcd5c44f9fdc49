"""Attributions already counted: tables of landlords by quartile and place, long or wide, as documents publish them.

Grain in: one row per landlord, or per landlord and group of quartiles. Grain out: one *cell* per count, with whom and
what it is of; beside them the shares that the table publishes. Total rows stay, told apart: they are compared, never
added. Nothing is set aside; a table that cannot be understood is refused, with all its faults.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from atlas.errors import excerpt
from atlas.sources.attributions_checks import HOLDER, LANDLORD, TOTAL, WHOLE, refuse_repeats, totals_by_figures
from atlas.sources.attributions_headers import (
    ALL,
    ANYWHERE,
    FIRST,
    REHOUSED,
    REST,
    SINGLE,
    UNTOLD,
    Meaning,
    group_of,
    place_in,
    place_of,
)
from atlas.sources.attributions_layout import Layout, footnotes, laid_out
from atlas.sources.attributions_merged import names_down, years_down
from atlas.sources.cells import at_lines, numbers, text_of, to_frame_column
from atlas.sources.desk import Desk
from atlas.sources.headers import expected
from atlas.sources.published import Published, published_shares
from atlas.sources.reading import OpenedTable
from atlas.sources.totals import is_total, is_whole
from atlas.tables import TABLEAUX

PREFIX = "TABLEAU"
# What a file may be recognised by; headers are then read word by word, and many others say the same.
WANTED = expected(
    PREFIX,
    TABLEAUX,
    {"taux_publie": ("taux_publie_pct",)},
    alternatives=(
        ("attributions_q1_hors_qpv", "attributions_hors_qpv"),
        ("attributions_q2_4_qpv", "attributions_qpv"),
        ("attributions_prioritaires", "attributions"),
        ("quartile", "hors_qpv"),
    ),
)
CELLS = ("fichier", "ligne", "annee", "bailleur", "ensemble", "groupe", "lieu", "nombre")
_FIRST, _LAST = 2000, 2100


@dataclass(frozen=True)
class Counted:
    """The cells of one or several tables (columns :data:`CELLS`), and the shares that they publish."""

    cells: pd.DataFrame
    published: tuple[Published, ...] = ()


def read_counted(
    opened: OpenedTable, name: str, title: str, mapping: Mapping[str, str], year: int | None, whole: str, desk: Desk
) -> Counted | None:
    """Read one counted table.

    Parameters
    ----------
    name : str
        What sentences call the file.
    title : str
        Its name and what stands above its headers, which may say of which place its counts are.
    year : int, optional
        That of every row of a table that does not say it; None when nobody knows.
    whole : str
        Name of the territory, by which a table may call its whole.

    Returns
    -------
    Counted or None
        None when a fault was recorded: ``TABLEAU-…``.
    """
    before = len(desk.faults.found)
    layout = laid_out(opened.headers, mapping)
    where = place_in(title) if layout.placeless else None
    if where is not None:
        layout.at(where, [FIRST, REST, *SINGLE, REHOUSED, UNTOLD, ALL])
        desk.note(f"{name} : effectifs {where.replace('_', ' ').replace('qpv', 'QPV')}, d'après son nom ou son titre.")
    _check_layout(name, opened.headers, layout, desk)
    if len(desk.faults.found) > before:
        return None
    table, lines = opened.read(range(len(opened.headers)))
    filled = _filled(table) & ~footnotes(table, layout)
    rows = Rows(name, table.filter(pa.array(filled)), lines[filled], layout)
    if not len(rows.lines):
        _fault(desk, "VIDE", f"{rows.file} n'a que des en-têtes.", "au moins une ligne", "refaire le tableau")
        return None
    keys = _keys(rows, year, whole, desk)
    parts = []
    for place, read in layout.counts.items():
        counts = _counts(rows, place, desk)
        part = keys.assign(nombre=counts)
        if read.group != ALL:
            part["groupe"] = read.group
        if read.place != ANYWHERE:
            part["lieu"] = read.place
        if read.year is not None:
            part["annee"] = read.year
        parts.append(part)
    cells = pd.concat(parts, ignore_index=True)[list(CELLS)]
    refuse_repeats(cells, rows.file, desk)
    summed = totals_by_figures(cells, rows.file, desk)
    cells, keys = (
        part.assign(ensemble=part["ensemble"].mask(part["bailleur"].isin(summed), TOTAL)) for part in (cells, keys)
    )
    published = published_shares(rows, keys, desk)
    if layout.unread:
        desk.note(f"{rows.file} : colonnes non utilisées : {excerpt(layout.unread, 12)}.")
    return Counted(cells, published) if len(desk.faults.found) == before else None


@dataclass(frozen=True)
class Rows:
    """The rows of a table as it was read, the line of each, and what its columns are."""

    file: str
    table: pa.Table
    lines: np.ndarray
    layout: Layout

    def texts(self, place: int) -> pd.Series:
        """A column as texts, missing where it is blank."""
        return to_frame_column(text_of(self.table.column(place)))


def _filled(table: pa.Table) -> np.ndarray:
    filled = np.zeros(table.num_rows, dtype=bool)
    for column in table.columns:
        filled |= to_frame_column(text_of(column)).notna().to_numpy()
    return filled


def _fault(desk: Desk, code: str, what: str, expected: str, remedy: str) -> None:
    desk.faults.add(f"{PREFIX}-{code}", what, expected, remedy)


def _check_layout(name: str, headers: Sequence[str], layout: Layout, desk: Desk) -> None:
    if layout.whose is None:
        _fault(
            desk,
            "BAILLEUR",
            f"{name} n'a pas de colonne « bailleur » (en-têtes lus : {excerpt(headers, 8)}).",
            "une ligne par bailleur, son nom dans une colonne « bailleur »",
            "nommer cette colonne « bailleur », ou l'ajouter",
        )
    if not layout.counts:
        _fault(
            desk,
            "EFFECTIFS",
            f"{name} n'a aucune colonne d'effectifs reconnue (en-têtes lus : {excerpt(headers, 8)}).",
            "par exemple attributions_q1_hors_qpv et attributions_hors_qpv, ou quartile, qpv, hors_qpv et total",
            "renommer les colonnes, ou les nommer dans [sources.attributions.colonnes] d'un fichier de territoire",
        )
    named: dict[Meaning, list[str]] = {}
    for place, read in layout.counts.items():
        named.setdefault(read, []).append(headers[place])
    twice = [headers for headers in named.values() if len(headers) > 1]
    for alike in twice:
        _fault(
            desk,
            "ENTETE-DOUBLE",
            f"{name} : les colonnes {excerpt(alike)} se lisent comme le même effectif.",
            "une colonne par effectif",
            "renommer ou retirer celle qui est de trop ; ou dire de quelle année est chacune",
        )


def _keys(rows: Rows, year: int | None, whole: str, desk: Desk) -> pd.DataFrame:
    """Say of each row whose it is, of which year, of which group and place."""
    place = rows.layout.keys
    name = rows.texts(place[rows.layout.whose or "bailleur"])
    name = names_down(name, [rows.texts(place[key]) for key in ("quartile", "lieu") if key in place], rows.file, desk)
    own = LANDLORD if rows.layout.whose == "bailleur" else HOLDER
    kinds = [_kind(text, whole, own) if isinstance(text, str) else "" for text in name]
    kinds = _unnamed_total(kinds, desk, rows)
    return pd.DataFrame(
        {
            "fichier": rows.file,
            "ligne": rows.lines,
            "annee": _years(rows, name, year, desk),
            "bailleur": name,
            "ensemble": kinds,
            "groupe": _named(rows, "quartile", group_of, "QUARTILE", "1, 2, 3, 4, 2-4, total, inconnu", ALL, desk),
            "lieu": _named(rows, "lieu", place_of, "LIEU", "QPV, hors QPV, inconnu, total", ANYWHERE, desk),
        }
    )


def _kind(name: str, whole: str, own: str) -> str:
    if is_total(name):
        return TOTAL
    return WHOLE if own == LANDLORD and is_whole(name, whole) else own


def _unnamed_total(kinds: list[str], desk: Desk, rows: Rows) -> list[str]:
    """Take a last row without a name for a total; any other one is a fault."""
    blank = [rank for rank, kind in enumerate(kinds) if not kind]
    if blank and blank[-1] == len(kinds) - 1 and len(blank) == 1 and len(kinds) > 1:
        return [*kinds[:-1], TOTAL]
    if blank:
        _fault(
            desk,
            "BAILLEUR",
            f"{rows.file} : le nom du bailleur manque, {at_lines(rows.lines[blank])}.",
            "le bailleur de chaque ligne, répété même quand il est celui de la ligne au-dessus",
            "compléter ces cellules ; les cellules fusionnées se défont dans le tableur",
        )
    return kinds


def _years(rows: Rows, names: pd.Series, year: int | None, desk: Desk) -> np.ndarray:
    if "annee" not in rows.layout.keys:
        return np.full(len(rows.lines), np.nan if year is None else year, dtype=np.float64)
    texts = years_down(rows.texts(rows.layout.keys["annee"]), names, rows.file, desk)
    read = pd.to_numeric(texts.str.removesuffix(".0"), errors="coerce").to_numpy(np.float64)
    kinds_of_total = np.array([is_total(text) if isinstance(text, str) else True for text in texts])
    wrong = ~(np.isfinite(read) & (read >= _FIRST) & (read <= _LAST) & (read % 1 == 0)) & ~kinds_of_total
    if wrong.any():
        _fault(
            desk,
            "ANNEE",
            f"{rows.file} : l'année n'en est pas une, {at_lines(rows.lines[wrong])} (« {texts[wrong].iloc[0]} »).",
            "une année sur quatre chiffres, par exemple 2022",
            "corriger ces cellules",
        )
    return np.where(np.isfinite(read), read, np.nan)


def _named(
    rows: Rows, key: str, read: Callable[[str], str | None], code: str, known: str, otherwise: str, desk: Desk
) -> list[str]:
    """Read the column that names the group, or the place, of each row."""
    if key not in rows.layout.keys:
        return [otherwise] * len(rows.lines)
    texts = rows.texts(rows.layout.keys[key])
    found = [read(text) if isinstance(text, str) else otherwise for text in texts]
    wrong = [rank for rank, name in enumerate(found) if name is None]
    if wrong:
        _fault(
            desk,
            code,
            f"{rows.file} : {key} a une valeur inconnue, {at_lines(rows.lines[wrong])} (« {texts[wrong[0]]} »).",
            f"une des valeurs {known}",
            "corriger ces cellules",
        )
    return [name or otherwise for name in found]


def _counts(rows: Rows, place: int, desk: Desk) -> np.ndarray:
    """Read a column of counts: whole numbers, missing where nothing is told."""
    header = " ".join(str(rows.layout.counts[place].group).split())
    told = f"{rows.file} : un effectif (groupe {header}, lieu {rows.layout.counts[place].place})"

    def report(places: np.ndarray, texts: pd.Series) -> None:
        _fault(
            desk,
            "TYPE",
            f"{told} n'est pas un nombre, {at_lines(rows.lines[places])} (« {texts.iloc[0]} »).",
            "un nombre entier, ou une cellule vide si l'effectif n'est pas connu",
            "corriger ces cellules",
        )

    def unknown(count: int) -> None:
        desk.note(f"{rows.file} : {count} effectif(s) « non connu », lus « non renseigné ».")

    read = numbers(rows.table.column(place), report, unknown)
    for code, wrong, what in (
        ("NEGATIF", read < 0, "est négatif"),
        ("ENTIER", np.isfinite(read) & (read % 1 != 0), "n'est pas entier"),
    ):
        if wrong.any():
            _fault(
                desk,
                code,
                f"{told} {what}, {at_lines(rows.lines[wrong])} ({read[wrong][0]:g}).",
                "un nombre entier de ménages ou de logements",
                "corriger ces cellules",
            )
    return read
