"""The year that an export of one year does not write on its rows: given by the territory file, asked for, not guessed.

A year seen in a name or a title is only proposed: the planner writes it in the block of the file, or another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from atlas.sources.desk import Desk
from atlas.writing import many

# The columns that a block may give for all its rows, and what each is called in a sentence.
YEARS = {"campagne": "la campagne", "annee": "l'année"}
_FIRST, _LAST = 2000, 2100


@dataclass(frozen=True)
class Asked:
    """What a block says of its years (``given``), whether it names one file, and what else may tell a year."""

    given: Mapping[str, int] = field(default_factory=dict)
    alone: bool = True
    titles: tuple[str, ...] = ()


NOT_ASKED = Asked()


def year_in(column: str, titles: Iterable[str]) -> int | None:
    """Find the one year that names and titles agree on; a campaign is of an even year. None when several, or none.

    >>> year_in("campagne", ["OPS_20220101_export.csv", "Enquête 2022"]), year_in("campagne", ["export_2023.csv"])
    (2022, None)
    >>> year_in("annee", ["decisions-2023.csv"]), year_in("annee", ["2021_2022.csv"])
    (2023, None)
    """
    found = years_in(column, titles)
    return found.pop() if len(found) == 1 else None


def years_in(column: str, titles: Iterable[str]) -> set[int]:
    """Find the years that names and titles hold.

    >>> sorted(years_in("annee", ["attributions_2021_2022.csv"]))
    [2021, 2022]
    """
    return {
        int(year)
        for title in titles
        for year in re.findall(r"(?<!\d)(20\d\d)(?=(?:[01]\d[0-3]\d)?(?!\d))", title)
        if _FIRST <= int(year) <= _LAST and (column != "campagne" or not int(year) % 2)
    }


def day_between(title: str) -> date | None:
    """Find the day that a name tells, of a year without a survey: what a landlord sends between two.

    >>> day_between("actualisation_2025-06-30.csv"), day_between("OPS_20240101_export.csv"), day_between("2025.csv")
    (datetime.date(2025, 6, 30), None, None)
    """
    for year, month, day in re.findall(r"(?<!\d)(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)", title):
        with suppress(ValueError):
            found = date(int(year), int(month), int(day))
            return found if found.year % 2 else None
    return None


def ask_year(column: str, file: str, near: str | None, prefix: str, table: str, asked: Asked, desk: Desk) -> None:
    """Record that a file says nothing of its year, with the line to add."""
    year = year_in(column, (file, *asked.titles))
    line = f"{column} = {year or 'AAAA'}"
    where = f"dans le bloc [sources.{table}] de ce fichier"
    if not asked.alone:
        line = f'[[sources.{table}]] fichiers = ["{file}"] {line}'
        where = "en donnant à ce fichier son propre bloc"
    said = f" ({year} est lu dans son nom ou son titre : à vérifier)" if year else ""
    mapped = f' ; ou, si « {near} » la donne, {column} = "{near}" dans [sources.{table}.colonnes]' if near else ""
    desk.faults.add(
        f"{prefix}-{column.upper()}-NON-DITE",
        f"{file} n'a pas de colonne « {column} », et son bloc ne dit pas {YEARS[column]}.",
        f"une colonne {column}, ou {YEARS[column]} de toutes les lignes dans le fichier de territoire",
        f"ajouter {line} {where}{said}{mapped}",
    )


def with_years(
    columns: dict[str, pd.Series], given: Mapping[str, int], file: str, prefix: str, desk: Desk
) -> dict[str, pd.Series]:
    """Give every row the year of its block, refusing rows that say another one."""
    filled = dict(columns)
    for name, year in given.items():
        between = name == "campagne" and year % 2 == 1  # a campaign is of an even year
        told = "actualisation" if between else name
        written = columns.get(name)
        if written is not None:
            other = written.notna() & (written != year)
            if other.any():
                lines = columns["ligne"][other]
                desk.faults.add(
                    f"{prefix}-{name.upper()}-CONTREDITE",
                    f"{file} : {name} vaut {written[other].iloc[0]:g} sur {many(int(other.sum()), 'ligne')} "
                    f"(première : ligne {lines.iloc[0]}), et le territoire dit {told} = {year}.",
                    "la même année dans le fichier et dans le territoire",
                    f"retirer {told} du bloc de ce fichier, ou corriger ces lignes",
                )
                continue
        filled[name] = pd.Series(float(year), index=columns["ligne"].index)
        desk.note(
            f"{file} : actualisation de {year} pour toutes ses lignes, hors de toute campagne."
            if between
            else f"{file} : {name} {year} pour toutes ses lignes, donnée par le fichier de territoire."
        )
    return filled
