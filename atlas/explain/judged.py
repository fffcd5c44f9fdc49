"""What an edition shows of one residence and what its methods make of it, as plain data read back from its files.

Enough to compute every figure of every method again: counts or what a reader may suppose of a rate, the same of the
territory, dwellings by size, thresholds and what they may be, points, factors, what a unit is compared with.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import pandas as pd

from atlas.audit import Shown
from atlas.methods import AGREEMENT, Contribution, Method, beside_of, contributions_of, factors_of
from atlas.tables import FEATURES, INDICATORS, words_in
from atlas.tables.wider import CRITERION, PERIMETER

_KIND = "residences"
_SIZES = ("nb_logements", "nb_adresses", "menages", "nb_bas_loyer")


def told_of(shown: Shown, unit: pd.DataFrame) -> dict[str, Any]:
    """Gather what an edition shows of one residence.

    Parameters
    ----------
    unit : DataFrame
        Its row in the edition.

    Returns
    -------
    dict
        ``tailles``; ``parc``, dwellings by feature and word, of the features that methods read; ``entrants``, where
        recent movers are read and what that says; ``indicateurs`` by code (counts, rate in %, status, label,
        ``bornes``: what it may stand for); ``territoire``, the same of the territory; ``accord`` between methods, where
        there are several; ``methodes``, each with its columns, the contribution of each indicator to its classes and
        to its other judgements, the factors of its numbers, and what it compares units with.
    """
    read, around = shown.back.units(_KIND, unit), shown.back.territory(unit)
    stock = {name: words_in(read, name) for name in FEATURES}
    return {
        "tailles": {name: plain(unit[name].iloc[0]) if name in unit else None for name in _SIZES},
        "parc": {name: plain_row(words.iloc[0]) for name, words in stock.items() if len(words.columns)},
        "entrants": {
            name: plain(unit[column].iloc[0]) if column in unit else None
            for name, column in (("perimetre", PERIMETER), ("critere", CRITERION))
        },
        "indicateurs": {code: _figure(read.iloc[0], code) for code in INDICATORS},
        "territoire": {code: _figure(around.iloc[0], code) for code in INDICATORS},
        "accord": plain(unit[AGREEMENT].iloc[0]) if AGREEMENT in unit else None,
        "methodes": [_judged(shown, method, unit, read, around) for method in shown.back.methods],
    }


def _figure(unit: pd.Series, code: str) -> dict[str, Any]:
    indicator = INDICATORS[code]
    numerator, denominator = plain(unit.get(indicator.n)), plain(unit.get(indicator.d))
    ends = [_exact(unit[indicator.lo]), _exact(unit[indicator.hi])]
    counted = numerator is not None and denominator is not None
    return {
        "libelle": indicator.label,
        "unite": indicator.unit,
        "porte_sur": indicator.population,
        "numerateur": numerator,
        "denominateur": denominator,
        "taux": plain(unit[indicator.tx]),
        "statut": plain(unit[indicator.st]),
        "affiche": plain(unit[indicator.lb]),
        # Counts say a rate exactly.
        "bornes": None if counted or ends[0] is None else ends,
    }


def _judged(
    shown: Shown, method: Method, unit: pd.DataFrame, read: pd.DataFrame, around: pd.DataFrame
) -> dict[str, Any]:
    """Give what a method makes of a residence: its columns, and what each indicator brings."""
    rules = shown.back.rules
    columns = [column.name for column in method.columns(_KIND, counts=True) if column.name in unit]
    given = (method, read, rules, around)
    beside = groupby(beside_of(*given), key=lambda one: one.column)
    factors = groupby(factors_of(*given), key=lambda one: one.column)
    return {
        "code": method.code,
        "libelle": method.label,
        "lecture": method.reading,
        "phrases": list(method.sentences(rules)),
        "source": method.source,
        "compare_au_territoire": method.relative(rules),
        "niveau": plain(unit[method.level].iloc[0]),
        "colonnes": {name: plain(unit[name].iloc[0]) for name in columns},
        "contributions": _parts(method, unit, contributions_of(*given)),
        "a_cote": [{"colonne": name, "contributions": _parts(method, unit, parts)} for name, parts in beside],
        "facteurs": [
            {
                "colonne": name,
                "facteurs": [
                    {
                        "libelle": one.label,
                        "unite": one.unit,
                        "bas": _exact(one.least.iloc[0]),
                        "haut": _exact(one.most.iloc[0]),
                    }
                    for one in multiplied
                ],
            }
            for name, multiplied in factors
        ],
        "compare_a": _compared(shown, method),
    }


def _parts(method: Method, unit: pd.DataFrame, brought: Iterable[Contribution]) -> list[dict[str, Any]]:
    rules = {one.code: one.rule for one in method.criteria}
    return [
        {
            "indicateur": one.code,
            "seuils": [_exact(value) for value in one.thresholds.iloc[0]],
            "seuils_bornes": [
                [_exact(low), _exact(high)] for low, high in zip(one.easy.iloc[0], one.hard.iloc[0], strict=True)
            ],
            "regle": rules.get(one.code),
            "points": [int(one.least.iloc[0]), int(one.most.iloc[0])],
            "marge": plain(unit[margin].iloc[0]) if (margin := method.margin(one.code)) in unit else None,
        }
        for one in brought
    ]


def _compared(shown: Shown, method: Method) -> dict[str, dict[str, Any]]:
    """Give what a method that reads all units at once compares each with, by name then by indicator."""
    if method.compared is None:
        return {}
    table = shown.residences
    rows = method.compared(shown.back.units(_KIND, table), table[method.level])
    return {str(name): {str(code): _exact(value) for code, value in row.items()} for name, row in rows.iterrows()}


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Write rows as plain values by column."""
    return [plain_row(row) for row in table.to_dict("records")]


def plain_row(row: Any) -> dict[str, Any]:
    """Write the values of a row by column."""
    return {str(name): plain(value) for name, value in row.items()}


def plain(value: Any) -> Any:
    """Write a value as JSON has it: whole numbers without a point, None where there is none."""
    if value is None or pd.isna(value):
        return None
    if isinstance(value, str):
        return value
    return int(value) if float(value).is_integer() else round(float(value), 9)


def _exact(value: Any) -> float | int | None:
    """Write a number to its last digit: the first rate beyond a threshold is not the threshold."""
    if value is None or pd.isna(value):
        return None
    return int(value) if float(value).is_integer() else float(value)
