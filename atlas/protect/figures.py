"""The figures of an edition: sizes, then for each indicator rate, label and status, as one audience reads them.

Whole percentages never cross a threshold when rounded: 39.6 % is written 39 %, so that a criterion judged on the
published figure says the same as the exact one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from atlas.protect.audiences import Audience
from atlas.protect.masks import Opening, SecrecyRules
from atlas.tables import INDICATORS, NOT_APPLICABLE, PUBLISHED, SECRET, UNKNOWN, Indicator


@dataclass(frozen=True)
class Scale:
    """How rates are written: ``thresholds`` (%) that rounding may not cross, and ``classes``, the lower bound (%) and
    the French label of each published class, both by indicator."""

    thresholds: Mapping[str, Sequence[float]]
    classes: Mapping[str, Sequence[tuple[float, str]]]


def figures(
    table: pd.DataFrame, opening: Opening | None, audience: Audience, rules: SecrecyRules, scale: Scale
) -> pd.DataFrame:
    """Compute what one audience may read of each unit and campaign.

    Parameters
    ----------
    table : DataFrame
        One row per ``id`` and ``campagne``, with counts.
    opening : Opening, optional
        What may be shown; None opens everything, counts included.

    Returns
    -------
    DataFrame
        ``id, campagne, nb_logements, nb_adresses, menages``, then ``tx_``, ``lb_``, ``st_`` of each indicator,
        ``nb_bas_loyer``, and ``n_``, ``d_`` where everything is open.
    """
    silent = table[[indicator.d for indicator in INDICATORS.values()]].isna().all(axis=1).to_numpy()
    rows = np.ones(len(table), dtype=bool) if opening is None else opening.rows
    columns: dict[str, Any] = {
        "id": table["id"],
        "campagne": table["campagne"],
        "nb_logements": table["nb_logements"],
        "nb_adresses": table["nb_adresses"],
        "menages": table["menages"].where(rows),
    }
    for indicator in INDICATORS.values():
        denominator = table[indicator.d]
        shown = rows if opening is None else opening.rates[indicator.code]
        # A unit that told nothing at all has nothing to hide; one open unit without this item says so; the rest is
        # secret alike, whether small itself or masked to protect another.
        status = np.select(
            [silent | (rows & denominator.isna()), ~shown, denominator == 0],
            [UNKNOWN, SECRET, NOT_APPLICABLE],
            PUBLISHED,
        )
        published = pd.Series(status == PUBLISHED, index=table.index)
        rate, label = _rate(table[indicator.n], denominator, indicator, audience, rules, scale.thresholds)
        columns[indicator.tx] = rate.where(published)
        columns[indicator.lb] = label.where(published, pd.Series(status, index=table.index))
        columns[indicator.st] = pd.Series(status, index=table.index)
        if opening is None:
            columns[indicator.n], columns[indicator.d] = table[indicator.n], denominator
    low_rent = INDICATORS["bas_loyer"]
    columns["nb_bas_loyer"] = table[low_rent.n].where(columns[low_rent.st] == PUBLISHED)
    return pd.DataFrame(columns)


def coarse(values: pd.DataFrame, table: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """Keep the class of each published rate: its lower bound (%) and its label; what has no classes is secret."""
    columns: dict[str, Any] = {"menages": np.nan, "nb_bas_loyer": np.nan}
    for indicator in INDICATORS.values():
        published = values[indicator.st] == PUBLISHED
        classes = scale.classes.get(indicator.code)
        if classes is None:
            columns[indicator.tx] = np.nan
            columns[indicator.lb] = values[indicator.lb].mask(published, SECRET)
            columns[indicator.st] = values[indicator.st].mask(published, SECRET)
            continue
        bounds, labels = (np.array(part) for part in zip(*classes, strict=True))
        exact = 100 * table[indicator.n] / table[indicator.d].where(table[indicator.d] > 0)
        position = np.clip(np.searchsorted(bounds, exact.to_numpy(float), side="right") - 1, 0, len(bounds) - 1)
        columns[indicator.tx] = pd.Series(bounds[position], index=values.index).where(published)
        columns[indicator.lb] = values[indicator.lb].mask(published, pd.Series(labels[position], index=values.index))
    return values.assign(**columns)


def _rate(
    numerator: pd.Series,
    denominator: pd.Series,
    indicator: Indicator,
    audience: Audience,
    rules: SecrecyRules,
    thresholds: Mapping[str, Sequence[float]],
) -> tuple[pd.Series, pd.Series]:
    """Write a rate as the audience reads it: rounded on its side of every threshold, ends as bounds when masked.

    A bound is wide enough for two counts and never holds a threshold; its rate is that of the end, whatever its width.
    """
    whole = denominator.where(denominator > 0)
    if indicator.unit != "%":
        decimals = audience.decimals + 1
        rate = (numerator / whole).round(decimals)
        return rate, _written(rate, decimals, "")
    exact = 100 * numerator / whole  # in this order: 29 of 100 is 29, and 100 times 0.29 is not
    rate = _rounded(exact, audience.decimals, thresholds.get(indicator.code, ()))
    label = _written(rate, audience.decimals, " %")
    if audience.masked and indicator.sensitive:
        low, high = _end(whole, rules.low_end), 100 - _end(whole, 100 - rules.high_end)
        bounds = thresholds.get(indicator.code, (50,))
        low, high = low.where(low <= min(bounds), rules.low_end), high.where(high > max(bounds), rules.high_end)
        rate = rate.mask(exact <= low, rules.low_end).mask(exact >= high, rules.high_end)
        label = label.mask(exact <= low, "≤ " + _written(low, 0, " %")).mask(
            exact >= high, "≥ " + _written(high, 0, " %")
        )
    return rate, label


def _end(denominator: pd.Series, width: float) -> pd.Series:
    """Widen the end of a scale until it holds two counts at least: ≤ 5 % of 12 people could only mean nobody.

    >>> _end(pd.Series([11, 19, 20, 400]), 5).tolist()
    [10.0, 10.0, 5.0, 5.0]
    """
    return np.ceil((100 / denominator / width).round(9)) * width


def _rounded(exact: pd.Series, decimals: int, thresholds: Sequence[float]) -> pd.Series:
    """Round without crossing a threshold.

    >>> _rounded(pd.Series([39.6, 40.0, 40.4, 62.5]), 0, [40]).tolist()
    [39.0, 40.0, 40.0, 63.0]
    """
    step = 10.0**-decimals
    rounded = np.floor((exact / step).round(9) + 0.5) * step  # halves go up, as on paper
    for threshold in thresholds:
        crossed_up = (exact < threshold) & (rounded >= threshold)
        crossed_down = (exact >= threshold) & (rounded < threshold)
        rounded = rounded.mask(crossed_up, rounded - step).mask(crossed_down, rounded + step)
    return rounded.round(decimals)


def _written(rate: pd.Series, decimals: int, unit: str) -> pd.Series:
    """Write numbers the French way: decimal comma, space before the sign."""
    text = rate.round(decimals).map(f"{{:.{decimals}f}}".format, na_action="ignore").astype("str")
    return text.str.replace(".", ",", regex=False) + unit


def as_series(name: str, values: pd.DataFrame) -> pd.DataFrame:
    """Turn the wide table into one row per unit, campaign and indicator."""
    absent = pd.Series(np.nan, index=values.index)
    blocks = [
        pd.DataFrame(
            {
                "unite": name,
                "id": values["id"],
                "campagne": values["campagne"],
                "indicateur": indicator.code,
                "numerateur": values.get(indicator.n, absent),
                "denominateur": values.get(indicator.d, absent),
                "valeur": values[indicator.tx],
                "statut": values[indicator.st],
                "libelle": values[indicator.lb],
            }
        )
        for indicator in INDICATORS.values()
    ]
    return pd.concat(blocks, ignore_index=True)
