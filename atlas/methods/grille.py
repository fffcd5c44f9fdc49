"""A grid of two sides: who lives in a residence, and who moves in.

In: a published unit table. Out: ``gamme_stock`` and ``gamme_flux``, ranges from 1 (good occupation) to 3 (fragile),
``gamme`` which the published matrix makes of both, ``classe`` in words, "non déterminé" where figures do not settle it,
and ``lecture``. Each indicator has a range of its own, by two cut-offs; that of a side is the mean of those that the
survey gives, against two bounds. The source publishes the matrix, neither indicators nor cut-offs: these are rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from atlas.methods.bounds import Between, Rates, points
from atlas.methods.levels import Levels, Outcome
from atlas.methods.model import Method
from atlas.tables import INDICATORS, Column

NEEDS = ("inf40", "er_inf40", "chomage", "apl", "monoparentales", "familles_3", "impayes", "vacance", "rotation")
STOCK, FLUX, MEANS = "grille_stock", "grille_flux", "grille_moyennes"
CUTS = {code: f"grille_{code}" for code in NEEDS}
MATRIX = np.array([[1, 1, 2], [2, 2, 3], [2, 3, 3]], dtype=float)  # rows: stock, columns: flux
LEVELS = Levels(
    "classe",
    "Classe de la grille",
    {
        "gamme 1": "Bonne occupation (gamme 1)",
        "gamme 2": "Occupation intermédiaire (gamme 2)",
        "gamme 3": "Occupation fragile (gamme 3)",
    },
    "gamme des ménages en place croisée avec celle des emménagés récents",
    calm=2,
)


def gamme(stock: pd.Series, flux: pd.Series) -> pd.Series:
    """Cross the range of who lives there with that of who moves in, by the published matrix.

    The matrix is not symmetric: what happens weighs less than what is. Rows are stock 1 to 3, columns flux 1 to 3:
    1 1 2, then 2 2 3, then 2 3 3 (Dijon, grid of 2016).

    Parameters
    ----------
    stock, flux : Series of float or integer
        Ranges 1, 2 or 3, missing where there is none; one index for both.

    Returns
    -------
    Series of float
        Same index; NaN where either is missing.

    Raises
    ------
    ValueError
        For a value that is no range, or two indexes.

    Examples
    --------
    >>> gamme(pd.Series([1, 2, 3, 3]), pd.Series([2, 1, 1, None])).tolist()
    [1.0, 2.0, 2.0, nan]
    >>> gamme(pd.Series([4.0]), pd.Series([1.0]))
    Traceback (most recent call last):
    ValueError: stock : 4 n'est pas une gamme ; attendu 1, 2, 3 ou rien
    """
    if not stock.index.equals(flux.index):
        raise ValueError("stock et flux n'ont pas les mêmes unités, ou pas dans le même ordre")
    sides = []
    for name, side in (("stock", stock), ("flux", flux)):
        ranges = pd.to_numeric(side, errors="raise").to_numpy(float, na_value=np.nan)
        wrong = ranges[~np.isnan(ranges) & ~np.isin(ranges, (1, 2, 3))]
        if wrong.size:
            raise ValueError(f"{name} : {wrong[0]:g} n'est pas une gamme ; attendu 1, 2, 3 ou rien")
        sides.append(ranges)
    told = ~np.isnan(sides).any(axis=0)
    row, column = (np.where(told, side, 1).astype(int) - 1 for side in sides)
    return pd.Series(np.where(told, MATRIX[row, column], np.nan), stock.index, name="gamme")


def thresholds(rules: Mapping[str, Any], mean: Any = None) -> dict[str, list[float]]:
    """Give the two cut-offs (%) between the ranges of each indicator that the rules name."""
    chosen = {*rules[STOCK], *rules[FLUX]}
    return {code: list(rules[key]) for code, key in CUTS.items() if code in chosen}


def _side(key: str) -> Callable[[Rates, Mapping[str, Any], Rates | None], np.ndarray]:
    """Give the range of a side, NaN where the survey gives none of its indicators."""

    def ranges(rates: Rates, rules: Mapping[str, Any], mean: Rates | None) -> np.ndarray:
        read = rates[[code for code in NEEDS if code in rules[key]]]
        reached = points(read, {str(code): rules[CUTS[str(code)]] for code in read}).sum(axis=1)
        given = read.notna().sum(axis=1)
        # Rounded at 1e-9: a mean of thirds meets its bound.
        means = (1 + reached / given.where(given > 0)).round(9)
        return np.where(given > 0, 1 + np.digitize(means, rules[MEANS]), np.nan)

    return ranges


_stock, _flux = _side(STOCK), _side(FLUX)


def _crossed(rates: Rates, rules: Mapping[str, Any], mean: Rates | None) -> np.ndarray:
    sides = (pd.Series(side(rates, rules, mean), rates.index) for side in (_stock, _flux))
    return gamme(*sides).to_numpy()


def _place(rates: Rates, rules: Mapping[str, Any], mean: Rates | None) -> np.ndarray:
    return _crossed(rates, rules, mean) - 1


def _named(codes: Sequence[str], rules: Mapping[str, Any]) -> str:
    cuts = (" et ".join(f"{one:g}" for one in rules[CUTS[code]]) for code in codes)
    return ", ".join(f"{INDICATORS[code].label} ({cut} %)" for code, cut in zip(codes, cuts, strict=True))


def sentences(rules: Mapping[str, Any]) -> tuple[str, ...]:
    """Say how indicators make a range, sides a class, and what is a choice of the project."""
    second, third = rules[MEANS]
    return (
        f"Ménages en place : {_named(rules[STOCK], rules)}. Emménagés récents : {_named(rules[FLUX], rules)}. Sous le "
        "premier taux, l'indicateur est en gamme 1 ; à partir du second, en gamme 3.",
        f"La gamme d'un côté vient de la moyenne de celles de ses indicateurs : 2 à partir de {second:g}, 3 à partir "
        f"de {third:g}. Un indicateur que l'enquête ne donne pas n'entre pas dans la moyenne.",
        "Gammes croisées, en place puis entrants : 1 avec 1 ou 2 donne 1 ; 1 avec 3, 2 avec 1 ou 2, et 3 avec 1 "
        "donnent 2 ; les autres donnent 3. La source publie ce croisement ; indicateurs, taux et moyennes sont un "
        "choix du projet.",
    )


_SCORES = {
    "gamme_stock": (_stock, "Gamme des ménages en place"),
    "gamme_flux": (_flux, "Gamme des emménagés récents"),
    "gamme": (_crossed, "Gamme croisée"),
}

METHOD = Method(
    code="grille",
    label="Grille stock et flux",
    reading="La gamme, de 1 à 3, croise l'occupation des ménages en place avec celle des emménagés récents.",
    source="Dijon, grille de 2016 : huit indicateurs en trois gammes, sur le stock et sur les flux",
    needs=NEEDS,
    rules=(STOCK, FLUX, MEANS, *CUTS.values()),
    levels=LEVELS,
    judge=Between(
        NEEDS,
        LEVELS.column,
        tuple(LEVELS.titles),
        _place,
        {name: score for name, (score, _) in _SCORES.items()},
        absent=NEEDS,
        thresholds=thresholds,
    ),
    thresholds=thresholds,
    apart=True,
    listed={STOCK: NEEDS, FLUX: NEEDS},
    more=tuple(
        Outcome(
            Column(name, label, "gamme", "1 : bonne occupation ; 3 : fragile ; vide où les chiffres ne le disent pas")
        )
        for name, (_, label) in _SCORES.items()
    ),
    sentences=sentences,
)
