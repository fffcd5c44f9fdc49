"""The rows of a counted table beside one another: one landlord twice, and a row that is the total of the others.

Grain in: the cells of one table, one per count. Nothing is set aside.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from atlas.sources.cells import at_lines
from atlas.sources.desk import Desk
from atlas.sources.headers import plain

LANDLORD, HOLDER, WHOLE, TOTAL = "bailleur", "reservataire", "epci", "total"  # what a row is of: ``ensemble``
_ENOUGH = 2  # landlords beside a row before its figures may say that it is their total


def refuse_repeats(cells: pd.DataFrame, file: str, desk: Desk) -> None:
    """Refuse two rows of one landlord, year, group and place: of two years that nothing tells apart, most often."""
    own = cells[cells["ensemble"].isin([LANDLORD, HOLDER])]
    keys = [own["annee"].fillna(0), own["bailleur"].map(plain), own["groupe"], own["lieu"]]
    again = pd.DataFrame(dict(enumerate(keys))).duplicated(keep=False)
    if again.any():
        rows = own[again]
        lines = np.unique(rows["ligne"].to_numpy())
        first = plain(str(rows["bailleur"].iloc[0]))
        names = dict.fromkeys(name for name in rows["bailleur"] if plain(str(name)) == first)
        dated = bool(rows["annee"].notna().all())
        desk.faults.add(
            "TABLEAU-DOUBLE",
            f"{file} : {' = '.join(names)} a plusieurs lignes pour le même effectif"
            f"{' et la même année' if dated else ''}, {at_lines(lines)}.",
            "une seule ligne par bailleur, par groupe et par année"
            + ("" if dated else " ; deux années dans un fichier se disent dans une colonne « annee »"),
            "retirer la répétition" + ("" if dated else ", ou ajouter la colonne « annee »"),
        )


def totals_by_figures(cells: pd.DataFrame, file: str, desk: Desk) -> list[str]:
    """Find a row that does not call itself a total and is one: every figure of it is the sum of all the others'."""
    own = cells[cells["ensemble"].isin([LANDLORD, HOLDER])].fillna({"nombre": 0.0, "annee": 0.0})
    if not len(own):
        return []
    keys = [own[name] for name in ("annee", "groupe", "lieu")]
    table = own["nombre"].astype("float64").groupby([own["bailleur"], *keys]).sum().unstack([1, 2, 3]).fillna(0.0)
    table = table[table.sum(axis=1) > 0]  # two rows that are alike beside one of zeros are no total of each other
    if len(table) <= _ENOUGH:
        return []
    rest = table.sum() - table
    found = [str(name) for name in table.index[(table == rest).all(axis=1)]]
    for name in found:
        desk.note(f"{file} : « {name} » est lu comme le total : chaque effectif y est la somme de ceux des autres.")
    return found
