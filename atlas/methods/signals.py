"""What is pointed out of a residence, whatever the method: low rents outside priority quarters, homes fit for priorities.

In: a published unit table, and dwellings by accessibility. Out: three columns, from what the edition publishes alone.
Source: Dijon métropole, document cadre CIL-CIA, June 2022, action 5.10; what makes a home fit is a rule, a declared
choice. Homes of both features are not counted together: the least and the most are those that the counts allow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from atlas.tables import INDICATORS, NOT_APPLICABLE, PUBLISHED, SITUATIONS, UNDETERMINED, UNKNOWN, Column, words_in
from atlas.tables.offered import FIT

YES, NO = "oui", "non"
OUTSIDE, LEAST, MOST = "bas_loyer_hors_qpv", "adaptes_bas", "adaptes_haut"
ACCESS, LOW, OPEN = "accessibilite", "bas_loyer", "accessible"
_INSIDE, _NOWHERE = SITUATIONS[0], SITUATIONS[-1]
SIGNALS = (
    Column(
        OUTSIDE,
        "Bas loyer hors QPV",
        "catégorie",
        "un logement à bas loyer au moins, hors des quartiers prioritaires : à signaler d'abord aux revenus modestes",
        values=(YES, NO, UNDETERMINED, "secret", UNKNOWN),
    ),
    Column(LEAST, "Logements adaptés aux publics prioritaires : au moins", "logements", "d'après les comptes publiés"),
    Column(MOST, "Logements adaptés aux publics prioritaires : au plus", "logements", "d'après les comptes publiés"),
)


def signals(table: pd.DataFrame, rules: Mapping[str, Any]) -> pd.DataFrame:
    """Point out residences.

    Parameters
    ----------
    table : DataFrame
        Published columns of residences, with their dwellings by accessibility as
        :func:`atlas.tables.with_features` adds them.
    rules : mapping
        The value of ``logement_adaptes``: conditions among ``bas_loyer`` and ``accessible``.

    Examples
    --------
    >>> table = pd.DataFrame({"situation": ["hors QPV", "QPV"], "nb_logements": 20, "nb_bas_loyer": [15, 15],
    ...     "tx_bas_loyer": 75.0, "st_bas_loyer": "publié", "parc_accessibilite_accessible": [8, 8],
    ...     "parc_accessibilite_non accessible": [12, 12]})
    >>> signals(table, {"logement_adaptes": ["bas_loyer", "accessible"]}).to_numpy().tolist()
    [['oui', 3.0, 8.0], ['non', 3.0, 8.0]]
    """
    one = INDICATORS[LOW]
    status = table[one.st].to_numpy(object)
    count = pd.to_numeric(table["nb_bas_loyer"]).to_numpy(float)
    rate = pd.to_numeric(table[one.tx]).to_numpy(float)
    told, place = status == PUBLISHED, table["situation"].to_numpy(object)
    outside = np.select(
        [
            place == _INSIDE,
            (place == _NOWHERE) | pd.isna(place),
            told & ((count > 0) | (np.isnan(count) & (rate > 0))),
            (told & (count == 0)) | (status == NOT_APPLICABLE),
            told,
        ],
        [NO, UNKNOWN, YES, NO, UNDETERMINED],
        status,
    )
    ends = _fit(table, count, list(rules.get(FIT, ())))
    return pd.DataFrame({OUTSIDE: outside, LEAST: ends[0], MOST: ends[1]}, table.index)


def _fit(table: pd.DataFrame, low: np.ndarray, conditions: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Bound the homes that meet every condition, (units,) each; NaN where one of them is not told."""
    whole = pd.to_numeric(table["nb_logements"]).to_numpy(float)
    nobody = np.full(len(table), np.nan)
    if not conditions or not set(conditions) <= {LOW, OPEN}:
        return nobody, nobody
    words = words_in(table, ACCESS)
    fit = words[OPEN].to_numpy(float) if OPEN in words else np.zeros(len(table))
    silent = words[UNKNOWN].to_numpy(float) if UNKNOWN in words else np.zeros(len(table))
    if not len(words.columns):
        fit = nobody
    given = {LOW: (low, low), OPEN: (fit, np.minimum(fit + silent, whole))}
    ends = [given[name] for name in dict.fromkeys(conditions)]
    least = np.maximum(sum(end[0] for end in ends) - (len(ends) - 1) * whole, 0.0)
    most = ends[0][1] if len(ends) == 1 else np.minimum(ends[0][1], ends[1][1])
    unknown = np.isnan(least) | np.isnan(most)
    return np.where(unknown, np.nan, least), np.where(unknown, np.nan, most)
