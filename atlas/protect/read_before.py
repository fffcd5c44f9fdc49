"""Recent movers that an earlier edition read on a wider perimeter: sums that it tells on which side of a threshold they
are, and that are published nowhere.

In: the folder of an earlier edition, its addresses of then. Out: these sums as cells of the release. A landlord's stock
in an IRIS is a total of its campaign, given as if it had been published; a sum over two campaigns is two parts, one of
each, which nobody has by itself. An IRIS is left out: its own rate, published, says more.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from atlas.later import sparse
from atlas.methods import DEFAULT, load
from atlas.tables.wider import BY_IRIS, BY_LANDLORD, CRITERION, ITSELF, MET, NOT_MET, PERIMETER, RECENT, perimeter_words

WHOLE, HALF = "lecture", "moitié de lecture"
_TABLE, _MANIFEST = "historique", "manifeste.json"
_YEARS = re.compile(r"\d{4}")


@dataclass(frozen=True, eq=False)
class ReadBefore:
    """Readings of one edition.

    ``cells``: one row per sum of one campaign (``unite, id, campagne, codes``), as those of a release; ``membership``:
    csr (cells, atoms). ``sums``: csr (readings, cells), the cells that each reading adds up; ``met``: (readings,).
    ``threshold``: from which the criterion was met, %.
    """

    cells: pd.DataFrame
    membership: sparse.csr_matrix
    sums: sparse.csr_matrix
    met: np.ndarray
    threshold: float


def read_before(folder: Path, connection: sqlite3.Connection, atoms: pd.DataFrame, residence: str) -> ReadBefore:
    """Find what an edition reads wider.

    Parameters
    ----------
    atoms : DataFrame
        ``campagne, bailleur, code_iris`` of every address of then; ``residence``: its column that names residences.

    Raises
    ------
    ValueError
        Where readings are told without the threshold that they are on a side of.
    """
    rows = _told(connection)
    threshold = _threshold(folder) if len(rows) else np.nan
    if len(rows) and np.isnan(threshold):
        raise ValueError("des lectures élargies sans le seuil de leur critère")
    homes = atoms.groupby([residence, "campagne"]).indices
    stocks = atoms.groupby(["bailleur", "code_iris", "campagne"]).indices
    cells: dict[tuple[str, str, int], np.ndarray] = {}
    place: dict[tuple[str, str, int], int] = {}
    readings: list[list[int]] = []
    met: list[bool] = []
    told = rows[["id", "campagne", PERIMETER, CRITERION]]
    for unit, year, perimeter, criterion in told.itertuples(index=False, name=None):
        if perimeter == perimeter_words(BY_LANDLORD):
            mine = homes.get((unit, year), np.zeros(0, dtype=np.int64))
            held = next(atoms.loc[mine[:1], ["bailleur", "code_iris"]].itertuples(index=False, name=None), ("", ""))
            parts: dict[tuple[str, str, int], Any] = {
                (WHOLE, "\n".join(map(str, held)), year): stocks.get((*held, year))
            }
        else:
            years = [int(one) for one in _YEARS.findall(perimeter)]
            parts = {(HALF, unit, one): homes.get((unit, one)) for one in years}
        if any(inside is None for inside in parts.values()):
            continue
        for name, inside in parts.items():
            place.setdefault(name, len(place))
            cells[name] = inside
        readings.append([place[name] for name in parts])
        met.append(criterion == MET)
    table = pd.DataFrame(list(cells), columns=["unite", "id", "campagne"]).astype({"id": "str", "campagne": np.int64})
    given = [frozenset({RECENT} if kind == WHOLE else ()) for kind in table["unite"]]
    members, sums = (_listed(one, width) for one, width in ((list(cells.values()), len(atoms)), (readings, len(cells))))
    return ReadBefore(
        table.assign(codes=pd.Series(given, dtype=object)),
        members,
        sums,
        np.array(met, dtype=bool),
        threshold,
    )


def _listed(rows: Sequence[Sequence[int] | np.ndarray], width: int) -> sparse.csr_matrix:
    """Make a 0/1 matrix from the columns of each row."""
    row = np.repeat(np.arange(len(rows)), [len(one) for one in rows])
    column = np.concatenate([np.zeros(0, dtype=np.int64), *rows]).astype(np.int64)
    return sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=(len(rows), width))


def _told(connection: sqlite3.Connection) -> pd.DataFrame:
    """Read the readings on a sum that is published nowhere; editions did not always have any."""
    names = {row[1] for row in connection.execute(f"PRAGMA table_info({_TABLE})")}
    if PERIMETER not in names:
        return pd.DataFrame(columns=["id", "campagne", PERIMETER, CRITERION])
    known = (ITSELF, perimeter_words(BY_IRIS), MET, NOT_MET)
    return pd.read_sql_query(
        f"SELECT id, campagne, {PERIMETER}, {CRITERION} FROM {_TABLE} WHERE unite = 'residences'"
        f" AND {PERIMETER} IS NOT NULL AND {PERIMETER} NOT IN (?, ?) AND {CRITERION} IN (?, ?)",
        connection,
        params=known,
    ).astype({"id": "str", "campagne": np.int64})


def _threshold(folder: Path) -> float:
    """Read from the manifest the rate at which the criterion of recent movers was met."""
    manifest = json.loads((folder / _MANIFEST).read_text("utf-8"))
    rules = {rule["cle"]: rule["valeur"] for rule in manifest.get("regles", ())}
    methods = load(manifest.get("methodes", DEFAULT))
    keys = [one.rule for method in methods for one in method.criteria if one.code == RECENT]
    return float(rules.get(keys[0], "nan")) if keys else float("nan")
