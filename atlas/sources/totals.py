"""Total rows: recognised by what they call themselves, checked against the rows they total, and never counted.

Grain in and out: the rows of a file as read. A total is set aside with what it says and what its rows sum to; its own
figures are no dwellings, and enter no balance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa

from atlas.geo import official
from atlas.sources.cells import at_lines
from atlas.sources.desk import Desk
from atlas.sources.headers import plain
from atlas.sources.spelling import bare, holds
from atlas.tables import Table
from atlas.writing import many

REASON = "ligne de total, non comptée"
# Where a total says that it is one; a programme or a street may be called "Ensemble…" and is none.
_KEYS = ("bailleur", "id_adresse", "id_logement", "commune", "code_insee")
_TEXTS = ("id_residence", "nom_residence", "adresse", "nom_voie")
_HINTS = (b"ota", b"OTA", b"nsemb", b"NSEMB")
# What a total may be said to be of, without being anybody's name; « logement » alone may end one ("Total Logement").
_NOUNS = (
    *("parc", "patrimoine", "bailleurs?", "organismes?", "epci", "territoire", "ville", "communes?", "quartiers?"),
    *("iris", "qpv", "hors_qpv", "departement", "region", "agglomeration", "metropole", "secteurs?", "agences?"),
    *("adresses?", "logements", "residences?", "programmes?", "menages", "lignes?", "fichier", "campagnes?", "annees?"),
    *("general", "generale", "generaux", "gen", "global", r"(?:19|20)\d\d"),
)
_TOTAL = re.compile(
    rf"(?:grand_)?(?:s_|sous_?)?(?:total|totaux)(?:_(?:{'|'.join(_NOUNS)}))*(?:_(?:du|des|de|d|par)_.+)?"
)
_WHOLE = re.compile(r"ensemble(?:_(?:du|des|de|d)_.+)?")
_OF_ONE = re.compile(r"(?:s_|sous_?)?total_(.+)|(.+)_total")
_EVERYBODY = re.compile(r"somme|tous(?:_(?:les|bailleurs|organismes|confondus))+")
_AREA = r"epci|territoire|metropole|agglomeration|agglo|communaute(?:_urbaine|_d_agglomeration|_de_communes)?"
_WHOLE_AREA = re.compile(rf"(?:l_)?(?:{_AREA}|intercommunalite)|(?:{_AREA}|ca|cc|cu)_(?:de|du|des|d)_.+")
_NAMED_AREA = re.compile(r".+_(?:metropole|agglomeration|agglo)")
_LANDLORDS = re.compile(r"habitat|logis|logement|immobili|hlm|oph|foyer|toit|bailleur")
_ENOUGH = 2  # counts, and rows, that must agree before a name that holds the word is taken for a total


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
    total, perhaps = _totals(frame)
    counts = [column.name for column in table.columns if column.whole and column.unit != "année"]
    rows = frame[~total & ~perhaps]
    total[perhaps] = [_sums_up(row, rows, counts) for _, row in frame[perhaps].iterrows()]
    if not total.any():
        return frame
    kept, aside = frame[~total].reset_index(drop=True), frame[total]
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


def is_total(name: str) -> bool:
    """Tell a row that calls itself the total of the others, in the column of landlords.

    >>> [is_total(name) for name in ("Total", "TOTAL GÉNÉRAL", "Ensemble des bailleurs", "Total Habitat", "EPCI")]
    [True, True, True, False, False]
    """
    words = plain(name)
    return any(form.fullmatch(words) is not None for form in (_TOTAL, _WHOLE, _EVERYBODY))


def is_whole(name: str, territory: str = "") -> bool:
    """Tell a row that is of the whole territory, whose figures may come from elsewhere than those of landlords.

    >>> [is_whole(name) for name in ("EPCI", "Dijon Métropole", "Dijon Habitat")], is_whole("Bondy", "Bondy")
    ([True, True, False], True)
    >>> [is_whole(name) for name in ("CA de Saint-Dizier, Der et Blaise", "Grand Est Agglo", "Habitat de la Métropole")]
    [True, True, False]
    """
    words = plain(name)
    if words in _epci_names() or (bool(territory) and words == plain(territory)):
        return True
    named = _WHOLE_AREA.fullmatch(words) or _NAMED_AREA.fullmatch(words)
    return named is not None and _LANDLORDS.search(words) is None


@cache
def _epci_names() -> frozenset[str]:
    return frozenset(plain(name) for name in official().epci_names.values())


def _dated(rows: pd.DataFrame) -> pd.DataFrame:
    """Write the campaign as a year: it is a decimal number as long as it may be missing."""
    if "campagne" not in rows:
        return rows
    return rows.assign(campagne=rows["campagne"].map(lambda year: f"{year:g}", na_action="ignore"))


def _totals(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Tell the rows that call themselves a total, and those that may: their figures say whether the word is a name."""
    found, perhaps = np.zeros((2, len(frame)), dtype=bool)
    named: set[str] | None = None
    for name in (*_KEYS, *_TEXTS):
        if name not in frame or not _hinted(frame[name]):
            continue
        if named is None:
            named = {bare(str(text)) for key in ("bailleur", "commune") if key in frame for text in frame[key].unique()}
        code, texts = pd.factorize(frame[name])
        totals = np.array([_is_total(str(text), name in _KEYS, named) for text in texts] + [False])
        found |= totals[code]
        perhaps |= np.array([_OF_ONE.fullmatch(plain(str(text))) is not None for text in texts] + [False])[code]
    return found, perhaps & ~found


def _is_total(text: str, key: bool, named: set[str]) -> bool:
    """Tell a total; ``named`` are the landlords and communes that one may be the total of."""
    words = plain(text)
    if _TOTAL.fullmatch(words):
        return True
    if not key:
        return False
    of_one = _OF_ONE.fullmatch(words)
    whose = of_one and str(of_one[1] or of_one[2])
    return bool(_WHOLE.fullmatch(words)) or (
        whose is not None and (bare(whose) in named or _TOTAL.fullmatch(f"total_{whose}") is not None)
    )


def _sums_up(row: pd.Series, rows: pd.DataFrame, counts: list[str]) -> bool:
    """Whether several figures of a row are each the sum of rows that it may total."""
    told = sum(name in row and row[name] > 0 for name in counts)
    return told >= _ENOUGH and any(len(scope) >= _ENOUGH for scope in _summed(row, rows, counts))


def _hinted(texts: pd.Series) -> bool:
    """Whether a column may speak of totals: columns of millions of rows rarely do."""
    column = pa.array(texts)
    return holds(column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column]), *_HINTS)


def _compared(total: pd.Series, rows: pd.DataFrame, counts: list[str]) -> str:
    """Say whether a total is the sum of rows that it may total."""
    given = [name for name in counts if name in total and pd.notna(total[name])]
    if not given:
        return "sans effectif à vérifier"
    scope = next(_summed(total, rows, counts), None)
    if scope is not None:
        return f"égale à la somme de {many(len(scope), 'ligne')}"
    rows = _beside(total, rows)
    wrong = next((name for name in given if rows[name].sum() != total[name]), given[0])
    return f"{wrong} annonce {total[wrong]:.0f}, les lignes du fichier en font {rows[wrong].sum():.0f}"


def _beside(total: pd.Series, rows: pd.DataFrame) -> pd.DataFrame:
    same = rows["fichier"].astype("str") == str(total["fichier"])
    if "campagne" in rows and pd.notna(total.get("campagne")):
        same &= rows["campagne"] == total["campagne"]
    return rows[same]


def _summed(total: pd.Series, rows: pd.DataFrame, counts: list[str]) -> Iterator[pd.DataFrame]:
    """Give the rows that a total is the sum of, among the file's, a landlord's, a commune's, those above."""
    given = [name for name in counts if name in total and pd.notna(total[name])]
    rows = _beside(total, rows)
    scopes = [rows]
    for name in ("bailleur", "commune", "code_insee"):
        if name in rows:
            who, label = rows[name].map(bare, na_action="ignore"), bare(str(total[name]))
            scopes += [rows[who == label], rows[who.map(lambda one, said=label: str(one) in said)]]
    before = rows[rows["ligne"] < total["ligne"]]
    scopes += [before[before["ligne"] >= start] for start in _starts(before["ligne"].to_numpy())]
    for scope in scopes:
        if len(scope) and all(scope[name].sum() == total[name] for name in given):
            yield scope


def _starts(lines: np.ndarray) -> list[int]:
    """First lines of the blocks of rows that follow one another, the nearest block first, each with those after it."""
    if not len(lines):
        return []
    breaks = np.flatnonzero(np.diff(lines) > 1) + 1
    return [int(lines[start]) for start in (*breaks[::-1], 0)]
