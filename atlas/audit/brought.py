"""What sheets say that each indicator brings to a reading, said again from the files alone.

Grain in: what pages mark of it. Grain out: one row per text that the files do not give again. Thresholds reached by a
masked rate would tell on which side of them it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from atlas.audit.judgements import ReadBack
from atlas.audit.marked_figures import as_plain
from atlas.audit.read_back import Written
from atlas.methods import Method, contributions_of
from atlas.writing import comma

BROUGHT = ("page", "methode", "unite", "id", "indicateur", "colonne", "texte")
_THRESHOLDS, _REACHED = "seuils", "atteints"


def false_contributions(told: pd.DataFrame, written: Written) -> Iterator[tuple[str, int, str]]:
    """List the pages that say another contribution than the files give.

    Parameters
    ----------
    told : DataFrame
        Columns :data:`BROUGHT`; ``colonne``: "seuils" or "atteints".

    Yields
    ------
    (page, how many, example)
    """
    if told.empty:
        return
    shown, known = ReadBack(written), {one.code: one for one in written.methods}
    again: dict[tuple[str, ...], str] = {}
    for (code, kind), rows in told.groupby(["methode", "unite"]):
        if code in known and kind in written.units:
            again |= _said(shown, known[str(code)], str(kind), written.units[str(kind)], set(rows["id"]))
    keys = told[list(BROUGHT[1:-1])].itertuples(index=False, name=None)
    mine = pd.Series([again.get(key) for key in keys], told.index, dtype=object)
    wrong = told[told["texte"].map(as_plain) != mine]
    for name, rows in wrong.groupby("page"):
        first = rows.iloc[0]
        yield str(name), len(rows), f"{first['unite']} {first['id']} {first['methode']} = {first['texte']}"


def _said(shown: ReadBack, method: Method, kind: str, table: pd.DataFrame, wanted: set[str]) -> dict[Any, str]:
    """Say what each indicator brings to a method's reading of some units, in the words of sheets."""
    units = table[table["id"].isin(wanted)].reset_index(drop=True)
    brought = contributions_of(method, shown.units(kind, units), shown.rules, shown.territory(units))
    said = {}
    for one in brought:
        for row, unit in enumerate(units["id"]):
            key = (method.code, kind, unit, one.code)
            thresholds = one.thresholds.iloc[row].dropna().tolist()
            said[(*key, _THRESHOLDS)] = " et ".join(f"{comma(value)} %" for value in thresholds)
            ends = (int(one.least.iloc[row]), int(one.most.iloc[row]))
            said[(*key, _REACHED)] = _reached(ends, one.thresholds.shape[1])
    return said


def _reached(ends: Sequence[int], among: int) -> str:
    """Say how many of some thresholds are reached, at least and at most.

    >>> [_reached((low, high), 1) for low, high in ((0, 0), (1, 1), (0, 1))], _reached((1, 1), 2), _reached((0, 2), 2)
    (['non atteint', 'atteint', 'inconnu'], '1 sur 2', 'de 0 à 2 sur 2')
    """
    low, high = ends
    if among == 1:
        return {(0, 0): "non atteint", (1, 1): "atteint"}.get((low, high), "inconnu")
    return f"{low} sur {among}" if low == high else f"de {low} à {high} sur {among}"
