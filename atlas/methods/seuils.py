"""The three published thresholds: low resources, low resources of recent movers, unemployment.

In: a published unit table. Out: ``nb_criteres`` (criteria met among those that can be read), ``niveau`` and, where
counts are shown, ``marge_<i>``. A level is "non déterminé" as soon as a criterion not published could change it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from atlas.tables import CRITERIA, INDICATORS, LEVELS, NOT_APPLICABLE, PUBLISHED, UNDETERMINED

LABEL = "Trois critères à seuil"
NEEDS = CRITERIA
RULES = (*(f"fragilite_{code}" for code in CRITERIA), "niveau_fragile", "niveau_tres_fragile")
SOURCE = "Dijon métropole, document cadre CIL-CIA, juin 2022, 2.3.1"


def thresholds(rules: Mapping[str, Any]) -> dict[str, list[float]]:
    """Give the rate (%) at which each criterion is met."""
    return {code: [rules[f"fragilite_{code}"]] for code in CRITERIA}


def judge(table: pd.DataFrame, rules: Mapping[str, Any]) -> pd.DataFrame:
    """Count the criteria met and give the level.

    Parameters
    ----------
    table : DataFrame
        Published columns ``tx_<i>`` (%), ``st_<i>``, and ``n_<i>``, ``d_<i>`` where the edition shows counts.
    rules : mapping
        Value of each key of :data:`RULES`.

    Returns
    -------
    DataFrame
        Same index; ``nb_criteres`` (NaN when none can be read), ``niveau``, and ``marge_<i>`` with counts.

    Examples
    --------
    >>> rules = dict.fromkeys(RULES, 40) | {"niveau_fragile": 1, "niveau_tres_fragile": 2}
    >>> table = pd.DataFrame({f"{kind}_{code}": [value, value] for code in CRITERIA
    ...     for kind, value in (("tx", 45.0), ("st", "publié"))})
    >>> table.loc[1, ["st_inf40", "st_chomage"]] = "secret"
    >>> judge(table, rules)["niveau"].tolist()
    ['très fragile', 'non déterminé']
    """
    met = np.zeros(len(table), dtype=int)
    open_ones = np.zeros(len(table), dtype=int)
    readable = np.zeros(len(table), dtype=int)
    margins = {}
    for code in CRITERIA:
        indicator, threshold = INDICATORS[code], rules[f"fragilite_{code}"]
        published = (table[indicator.st] == PUBLISHED).to_numpy()
        applicable = (table[indicator.st] != NOT_APPLICABLE).to_numpy()
        met += published & (table[indicator.tx] >= threshold).to_numpy()
        open_ones += applicable & ~published
        readable += published
        if indicator.n in table:
            margins[indicator.marge] = margin(table[indicator.n], table[indicator.d], threshold).where(published)
    lowest, highest = _level(met, rules), _level(met + open_ones, rules)
    level = np.where((lowest == highest) & (readable > 0), np.array(LEVELS, dtype=object)[lowest], UNDETERMINED)
    return pd.DataFrame(
        {
            "nb_criteres": pd.Series(met, table.index).where(readable > 0),
            "niveau": pd.Series(level, table.index),
            **margins,
        }
    )


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
