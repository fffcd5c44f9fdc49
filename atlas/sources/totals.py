"""Total rows: recognised by what they call themselves, checked against the rows they total, and never counted.

Grain in and out: the rows of a file as read. A total is set aside with what it says and what its rows sum to; its own
figures are no dwellings, and enter no balance.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyarrow as pa

from atlas.sources.cells import at_lines
from atlas.sources.desk import Desk, many
from atlas.sources.headers import plain
from atlas.sources.spelling import bare, holds
from atlas.tables import Table

REASON = "ligne de total, non comptée"
# Where a total says that it is one; a programme or a street may be called "Ensemble…" and is none.
_KEYS = ("bailleur", "id_adresse", "id_logement", "commune", "code_insee")
_TEXTS = ("id_residence", "nom_residence", "adresse", "nom_voie")
_HINTS = (b"ota", b"OTA", b"nsemb", b"NSEMB")
_TOTAL = re.compile(
    r"(?:grand_)?(?:sous_?)?(?:total|totaux)(?:_(?:general|generale|generaux|gen|global|(?:du|des|de|d|par)_.+))?"
)
_WHOLE = re.compile(r"ensemble(?:_(?:du|des|de|d)_.+)?")
_OF_ONE = re.compile(r"(?:sous_?)?total_(.+)|(.+)_total")


def without_totals(frame: pd.DataFrame, table: Table, stage: str, desk: Desk) -> pd.DataFrame:
    """Set aside the total rows of a source.

    Parameters
    ----------
    frame : DataFrame
        Typed rows of every file, with ``fichier`` and ``ligne``, before their contract.
    stage : str
        French name of the stage, for the ledger.

    Returns
    -------
    DataFrame
        The other rows, on a RangeIndex; the same object when there is no total.
    """
    total = _totals(frame)
    if not total.any():
        return frame
    kept, aside = frame[~total].reset_index(drop=True), frame[total]
    counts = [column.name for column in table.columns if column.whole and column.unit != "année"]
    said = [_compared(row, frame[~total], counts) for _, row in aside.iterrows()]
    sizes = {name: np.nan for name in ("nb_logements", "menages", "nb") if name in frame}
    listed = aside.assign(motif=REASON, detail=said, **sizes)
    came = pd.concat([kept, listed[list(frame)]], ignore_index=True)
    desk.ledger.balance(stage, *(_dated(rows) for rows in (came, kept, listed)))
    for file, rows in listed.groupby("fichier", sort=False, observed=True):
        details = "; ".join(dict.fromkeys(rows["detail"]))
        where = at_lines(rows["ligne"].to_numpy())
        desk.note(f"{file} : {many(len(rows), 'ligne')} de total, {where}, non comptée(s) : {details}.")
    return kept


def _dated(rows: pd.DataFrame) -> pd.DataFrame:
    """Write the campaign as a year: it is a decimal number as long as it may be missing."""
    if "campagne" not in rows:
        return rows
    return rows.assign(campagne=rows["campagne"].map(lambda year: f"{year:g}", na_action="ignore"))


def _totals(frame: pd.DataFrame) -> np.ndarray:
    found = np.zeros(len(frame), dtype=bool)
    named: set[str] | None = None
    for name in (*_KEYS, *_TEXTS):
        if name not in frame or not _hinted(frame[name]):
            continue
        if named is None:
            named = {bare(str(text)) for key in ("bailleur", "commune") if key in frame for text in frame[key].unique()}
        code, texts = pd.factorize(frame[name])
        totals = np.array([_is_total(str(text), name in _KEYS, named) for text in texts] + [False])
        found |= totals[code]
    return found


def _is_total(text: str, key: bool, named: set[str]) -> bool:
    """Tell a total; ``named`` are the landlords and communes that one may be the total of."""
    words = plain(text)
    if _TOTAL.fullmatch(words):
        return True
    if not key:
        return False
    of_one = _OF_ONE.fullmatch(words)
    return bool(_WHOLE.fullmatch(words)) or (of_one is not None and bare(of_one[1] or of_one[2]) in named)


def _hinted(texts: pd.Series) -> bool:
    """Whether a column may speak of totals: columns of millions of rows rarely do."""
    column = pa.array(texts)
    return holds(column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column]), *_HINTS)


def _compared(total: pd.Series, rows: pd.DataFrame, counts: list[str]) -> str:
    """Say whether a total is the sum of rows that it may total: the file's, a landlord's, a commune's, those above."""
    given = [name for name in counts if name in total and pd.notna(total[name])]
    if not given:
        return "sans effectif à vérifier"
    same = rows["fichier"].astype("str") == str(total["fichier"])
    if "campagne" in rows and pd.notna(total.get("campagne")):
        same &= rows["campagne"] == total["campagne"]
    rows = rows[same]
    scopes = [rows]
    for name in ("bailleur", "commune", "code_insee"):
        if name in rows:
            who, label = rows[name].map(bare, na_action="ignore"), bare(str(total[name]))
            scopes += [rows[who == label], rows[who.map(lambda one, said=label: str(one) in said)]]
    before = rows[rows["ligne"] < total["ligne"]]
    for start in _starts(before["ligne"].to_numpy()):
        scopes.append(before[before["ligne"] >= start])
    for scope in scopes:
        if len(scope) and all(scope[name].sum() == total[name] for name in given):
            return f"égale à la somme de {many(len(scope), 'ligne')}"
    wrong = next(name for name in given if rows[name].sum() != total[name])
    return f"{wrong} annonce {total[wrong]:.0f}, les lignes du fichier en font {rows[wrong].sum():.0f}"


def _starts(lines: np.ndarray) -> list[int]:
    """First lines of the blocks of rows that follow one another, the nearest block first, each with those after it."""
    if not len(lines):
        return []
    breaks = np.flatnonzero(np.diff(lines) > 1) + 1
    return [int(lines[start]) for start in (*breaks[::-1], 0)]
