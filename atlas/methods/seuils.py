"""The three published thresholds: low resources, low resources of recent movers, unemployment.

In: a published unit table. Out: ``nb_criteres`` (criteria met among those that can be read), ``niveau`` and, where
counts are shown, ``marge_<i>``. A level is "non déterminé" as soon as a criterion not published could change it. Where
the criterion of recent movers is read on a wider perimeter, ``niveau_elargi`` is the level that it gives: beside the
other, unless a territory counts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from atlas.tables import CRITERIA, INDICATORS, LEVELS, NOT_APPLICABLE, PUBLISHED, UNDETERMINED
from atlas.tables.wider import CRITERION, MET, NOT_MET, RECENT, WIDER_LEVEL

LABEL = "Trois critères à seuil"
NEEDS = CRITERIA
COUNTED = "entrants_comptes"
RULES = (*(f"fragilite_{code}" for code in CRITERIA), "niveau_fragile", "niveau_tres_fragile", COUNTED)
SOURCE = "Dijon métropole, document cadre CIL-CIA, juin 2022, 2.3.1"


def thresholds(rules: Mapping[str, Any]) -> dict[str, list[float]]:
    """Give the rate (%) at which each criterion is met."""
    return {code: [rules[f"fragilite_{code}"]] for code in CRITERIA}


def judge(table: pd.DataFrame, rules: Mapping[str, Any]) -> pd.DataFrame:
    """Count the criteria met and give the level.

    Parameters
    ----------
    table : DataFrame
        Published columns ``tx_<i>`` (%), ``st_<i>``, ``n_<i>``, ``d_<i>`` where the edition shows counts, and
        ``er_critere`` where recent movers are read wider.
    rules : mapping
        Value of each key of :data:`RULES`.

    Returns
    -------
    DataFrame
        Same index; ``nb_criteres`` (NaN when none can be read), ``niveau``, ``marge_<i>`` with counts,
        ``niveau_elargi`` with ``er_critere``.

    Examples
    --------
    >>> rules = dict.fromkeys(RULES, 40) | {"niveau_fragile": 1, "niveau_tres_fragile": 2, COUNTED: 0}
    >>> table = pd.DataFrame({f"{kind}_{code}": [value, value] for code in CRITERIA
    ...     for kind, value in (("tx", 45.0), ("st", "publié"))})
    >>> table.loc[1, ["st_inf40", "st_chomage"]] = "secret"
    >>> judge(table, rules)["niveau"].tolist()
    ['très fragile', 'non déterminé']
    """
    margins = {}
    for code in CRITERIA:
        indicator, threshold = INDICATORS[code], rules[f"fragilite_{code}"]
        if indicator.n in table:
            gap = margin(table[indicator.n], table[indicator.d], threshold)
            margins[indicator.marge] = gap.where(table[indicator.st] == PUBLISHED)
    judged = _judged(table, rules, {})
    if CRITERION in table:
        told = table[CRITERION].isin([MET, NOT_MET]).to_numpy()
        wider = _judged(table, rules, {RECENT: (told, (table[CRITERION] == MET).to_numpy())})
        judged = (wider if rules[COUNTED] else judged).assign(**{WIDER_LEVEL: wider["niveau"]})
    return judged.assign(**margins)


def _judged(
    table: pd.DataFrame, rules: Mapping[str, Any], read: Mapping[str, tuple[np.ndarray, np.ndarray]]
) -> pd.DataFrame:
    """Count the criteria met and give the level; ``read``: by criterion read elsewhere, whether it is, and is met."""
    met, open_ones, readable = (np.zeros(len(table), dtype=int) for _ in range(3))
    for code in CRITERIA:
        indicator = INDICATORS[code]
        told = (table[indicator.st] == PUBLISHED).to_numpy()
        reached = told & (table[indicator.tx] >= rules[f"fragilite_{code}"]).to_numpy()
        told, reached = read.get(code, (told, reached))
        met += reached
        open_ones += (table[indicator.st] != NOT_APPLICABLE).to_numpy() & ~told
        readable += told
    lowest, highest = _level(met, rules), _level(met + open_ones, rules)
    level = np.where((lowest == highest) & (readable > 0), np.array(LEVELS, dtype=object)[lowest], UNDETERMINED)
    return pd.DataFrame({"nb_criteres": pd.Series(met, table.index).where(readable > 0), "niveau": level}, table.index)


def margin(numerator: pd.Series, denominator: pd.Series, threshold: float) -> pd.Series:
    """Answers that would have to change for the criterion to flip: positive above the threshold, negative below.

    >>> margin(pd.Series([8, 7, 10]), pd.Series([20, 20, 20]), 40).tolist()
    [1.0, -1.0, 3.0]
    """
    # Rounded at 1e-9 so that 0.4 x 20 is 8 and not 8.000000000000002.
    needed = np.ceil((denominator * threshold / 100).round(9))
    gap = (numerator - needed).astype(float)
    return gap.where(gap < 0, gap + 1)


def _level(met: np.ndarray, rules: Mapping[str, Any]) -> np.ndarray:
    return np.select([met >= rules["niveau_tres_fragile"], met >= rules["niveau_fragile"]], [2, 1], 0)
