"""The figures of an edition: sizes, then for each indicator rate, label and status, as one audience reads them.

Whole percentages never cross a threshold when rounded: 39.6 % is written 39 %, so that a criterion judged on the
published figure says the same as the exact one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from atlas.protect.audiences import Audience
from atlas.protect.rules import Opening, Scale, SecrecyRules
from atlas.tables import INDICATORS, NOT_APPLICABLE, PUBLISHED, SECRET, UNKNOWN, Indicator


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
        rate, label, closed = _rate(table, indicator, audience, rules, scale)
        # A unit that told nothing at all has nothing to hide; one open unit without this item says so, and one that
        # asked nobody; the rest is secret alike, whether small itself or masked to protect another.
        status = np.select(
            [silent | (rows & denominator.isna()), rows & (denominator == 0), ~shown, denominator == 0, closed],
            [UNKNOWN, NOT_APPLICABLE, SECRET, NOT_APPLICABLE, SECRET],
            PUBLISHED,
        )
        published = pd.Series(status == PUBLISHED, index=table.index)
        columns[indicator.tx] = rate.where(published)
        columns[indicator.lb] = label.where(published, pd.Series(status, index=table.index))
        columns[indicator.st] = pd.Series(status, index=table.index)
        if opening is None:
            columns[indicator.n], columns[indicator.d] = table[indicator.n], denominator
    low_rent = INDICATORS["bas_loyer"]
    columns["nb_bas_loyer"] = table[low_rent.n].where(columns[low_rent.st] == PUBLISHED)
    return pd.DataFrame(columns)


def coarse(values: pd.DataFrame, table: pd.DataFrame, rules: SecrecyRules, scale: Scale) -> pd.DataFrame:
    """Keep the class of each published rate: its lower bound (%) and its label; what has no classes is secret."""
    columns: dict[str, Any] = {"menages": np.nan, "nb_bas_loyer": np.nan}
    for indicator in INDICATORS.values():
        classes = scale.classes.get(indicator.code)
        bounds, labels = (np.array(part) for part in zip(*(classes or [(0.0, SECRET)]), strict=True))
        denominator = table[indicator.d].where(table[indicator.d] > 0)
        exact = 100 * table[indicator.n] / denominator
        shown = values[indicator.st] == PUBLISHED
        kept = (
            shown
            & (_enough_in_ends(denominator, bounds, rules.possible) | (not indicator.sensitive))
            & (classes is not None)
        )
        position = np.clip(np.searchsorted(bounds, exact.to_numpy(float), side="right") - 1, 0, len(bounds) - 1)
        columns[indicator.tx] = pd.Series(bounds[position], index=values.index).where(kept)
        label = values[indicator.lb].mask(kept, pd.Series(labels[position], index=values.index))
        columns[indicator.lb] = label.mask(shown & ~kept, SECRET)
        columns[indicator.st] = values[indicator.st].mask(shown & ~kept, SECRET)
    return values.assign(**columns)


def _enough_in_ends(denominator: pd.Series, bounds: np.ndarray, possible: float) -> pd.Series:
    """Tell the sizes at which the first and the last class leave three counts possible, whatever the rate."""
    first, last = (bounds[1] if len(bounds) > 1 else 100), bounds[-1]
    at_first = np.ceil((first * denominator / 100).round(9))
    at_last = denominator - np.ceil((last * denominator / 100).round(9)) + 1
    return (at_first >= possible) & (at_last >= possible)


_LARGEST = 3  # persons, beyond the first, without which a household has no three children


@dataclass(frozen=True)
class Ends:
    """Where a masked audience reads a bound in place of a rate (R5), all in the unit of the rate, (rows,).

    ``low``, ``high``: the bounds; ``at_low``, ``at_high``: the rates at them.
    """

    low: pd.Series
    high: pd.Series
    at_low: pd.Series
    at_high: pd.Series


def ends_of(
    numerator: pd.Series, denominator: pd.Series, indicator: Indicator, rules: SecrecyRules, scale: Scale
) -> tuple[Ends, pd.Series]:
    """Find the rates to write as bounds, and those whose bound would hold a threshold: these are secret.

    A bound depends on the size: it leaves three counts possible at least, to a reader who knows the denominator. At a
    class edge it stops short, so that a bound and a class never say two things.
    """
    whole = denominator.where(denominator > 0)
    thresholds, edges = scale.thresholds.get(indicator.code, ()), scale.edges(indicator.code)
    if indicator.unit != "%":
        # One per household is the floor: nobody lives with anybody. Beside the published households, a bound tells how
        # many live with somebody, and how many have three children: three counts of these are left too.
        low = np.ceil(((whole + _LARGEST * (rules.possible - 1)) / whole * 10).round(9)) / 10
        nothing = pd.Series(False, index=whole.index)
        return Ends(low, low, numerator / whole <= low, nothing), nothing
    exact = 100 * numerator / whole
    low = _end(whole, rules.low_end, rules.possible, edges)
    high = 100 - _end(whole, 100 - rules.high_end, rules.possible, ())
    at_low = (exact <= low) & ~((exact == low) & low.isin(edges))
    lowest = min(thresholds, default=50)
    # The number beside a low bound is the low end: a threshold at or under it could not be told from it.
    closed = (low > lowest) | (high < max(thresholds, default=50)) | (lowest <= rules.low_end)
    return Ends(low, high, at_low, exact >= high), closed


def _rate(
    table: pd.DataFrame, indicator: Indicator, audience: Audience, rules: SecrecyRules, scale: Scale
) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Write a rate as the audience reads it: number, label, and whether it must be secret whatever its size.

    Rounded on its side of every threshold and class edge; ends as bounds when masked.
    """
    numerator, denominator = table[indicator.n], table[indicator.d]
    whole = denominator.where(denominator > 0)
    closed = pd.Series(False, index=table.index)
    if indicator.unit != "%":
        decimals, sign = audience.decimals + 1, ""
        rate = (numerator / whole).round(decimals)
    else:
        decimals, sign = audience.decimals, " %"
        exact = 100 * numerator / whole  # in this order: 29 of 100 is 29, and 100 times 0.29 is not
        rate = rounded(exact, decimals, scale.edges(indicator.code))
    label = _written(rate, decimals, sign)
    if audience.masked and indicator.sensitive:
        ends, closed = ends_of(numerator, denominator, indicator, rules, scale)
        bound = 0 if sign else decimals
        lowest, highest = (rules.low_end, rules.high_end) if sign else (ends.low, ends.high)
        rate = rate.mask(ends.at_low, lowest).mask(ends.at_high, highest)
        label = label.mask(ends.at_low, "≤ " + _written(ends.low, bound, sign))
        label = label.mask(ends.at_high, "≥ " + _written(ends.high, bound, sign))
    return rate, label, closed


def _end(denominator: pd.Series, width: float, possible: float, edges: Sequence[float]) -> pd.Series:
    """Widen the end of a scale until it leaves three counts: ≤ 5 % of 12 people could only mean nobody.

    ``edges`` start a class: a bound stops short of them, and there 2 of 20 is not at most 10 %.

    >>> _end(pd.Series([11, 19, 20, 39, 40, 400]), 5, 3, [20]).tolist()
    [20.0, 15.0, 10.0, 10.0, 5.0, 5.0]
    >>> _end(pd.Series([19, 20, 21]), 5, 3, [10]).tolist()
    [15.0, 15.0, 10.0]
    """
    share = (100 * (possible - 1) / denominator.to_numpy(float) / width).round(9)
    steps = np.ceil(share)
    bound = steps * width
    stopped = (steps == share) & np.isin(bound, edges)
    return pd.Series(np.where(stopped, bound + width, bound), denominator.index)


def rounded(exact: pd.Series, decimals: int, thresholds: Sequence[float]) -> pd.Series:
    """Round without crossing a threshold.

    >>> rounded(pd.Series([39.6, 40.0, 40.4, 62.5]), 0, [40]).tolist()
    [39.0, 40.0, 40.0, 63.0]
    """
    step, true = 10.0**-decimals, exact.to_numpy(float)
    near = np.floor((true / step).round(9) + 0.5) * step  # halves go up, as on paper
    for threshold in thresholds:
        crossed_up = (true < threshold) & (near >= threshold)
        crossed_down = (true >= threshold) & (near < threshold)
        near = np.select([crossed_up, crossed_down], [near - step, near + step], near)
    return pd.Series(near.round(decimals), exact.index)


def _written(rate: pd.Series, decimals: int, unit: str) -> pd.Series:
    """Write numbers the French way: decimal comma, space before the sign."""
    place, once = pd.factorize(rate)  # far fewer numbers than rows
    words = pd.array([f"{one:.{decimals}f}{unit}".replace(".", ",") for one in once], dtype="str")
    return pd.Series(words.take(place, allow_fill=True), index=rate.index)


def as_series(name: str, values: pd.DataFrame) -> pd.DataFrame:
    """Turn the wide table into one row per unit, campaign and indicator."""
    absent, indicators = pd.Series(np.nan, index=values.index), INDICATORS.values()
    columns = {
        "id": [values["id"]] * len(indicators),
        "campagne": [values["campagne"]] * len(indicators),
        "indicateur": [pd.Series(one.code, index=values.index, dtype="str") for one in indicators],
        "numerateur": [values.get(one.n, absent) for one in indicators],
        "denominateur": [values.get(one.d, absent) for one in indicators],
        "valeur": [values[one.tx] for one in indicators],
        "statut": [values[one.st] for one in indicators],
        "libelle": [values[one.lb] for one in indicators],
    }
    series = pd.DataFrame({column: pd.concat(blocks, ignore_index=True) for column, blocks in columns.items()})
    series.insert(0, "unite", name)
    return series
