"""Profiles of occupation found by clustering: to explore, and never a level.

In: published residences. Out: ``groupe``, a letter, "non déterminé" where one of the shares is not published or where
no set of groups is stable, and ``traits``, what sets the group apart, in words. Shares are standardised and weighted by
responding households (k-means). The number of groups is the one with the best silhouette among those that come back
when residences are drawn again (adjusted Rand index), none with too few residences. Groups are in the order of their
share under 40 % of the PLUS ceilings. All residences are read together: a group holds in its edition alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from atlas.methods.levels import Levels, Outcome
from atlas.methods.model import Method
from atlas.tables import INDICATORS, PUBLISHED, UNDETERMINED, UNKNOWN, Column

SIZES, DRAWS, STABLE, SMALLEST = "typologie_groupes", "typologie_tirages", "typologie_stabilite", "typologie_effectif"
STARTS, SEED, APART = "typologie_departs", "typologie_graine", "typologie_ecart"
NEEDS = ("inf40", "chomage", "seuls", "monoparentales", "familles_3", "moins_30", "plus_65", "apl")
LETTERS = tuple("ABCDEF")
LEVELS = Levels(
    "groupe",
    "Groupe d'occupation",
    {f"groupe {letter}": f"Groupe d'occupation {letter}" for letter in LETTERS},
    "pour explorer : des résidences qui se ressemblent, dans l'ordre de la part sous 40 % du plafond, jamais un niveau",
    calm=len(LETTERS),
)
TRAITS, NO_TRAIT = "traits", "proche de la moyenne"


@dataclass(frozen=True)
class Shares:
    """What is compared: standardised shares (residences, indicators), and the households of each (residences,).

    ``mean`` and ``spread``, (indicators,), are those of the shares before. Rows are sorted by what they hold, so that
    their order in a file changes nothing.
    """

    values: pd.DataFrame
    households: pd.Series
    mean: np.ndarray
    spread: np.ndarray

    @classmethod
    def of(cls, table: pd.DataFrame) -> Shares:
        """Take the residences that publish every share."""
        told = (table[[INDICATORS[code].st for code in NEEDS]] == PUBLISHED).all(axis=1) & (table["menages"] > 0)
        read = table.loc[told, ["menages", *(INDICATORS[code].tx for code in NEEDS)]].astype(float)
        read = read.set_axis(["menages", *NEEDS], axis=1).sort_values([*NEEDS, "menages"])
        rates, households = read[list(NEEDS)], read["menages"]
        if rates.empty:
            return cls(rates, households, np.full(len(NEEDS), np.nan), np.full(len(NEEDS), np.nan))
        mean = np.average(rates, axis=0, weights=households)
        spread = np.sqrt(np.average((rates - mean) ** 2, axis=0, weights=households))
        return cls(rates.sub(mean).div(np.where(spread > 0, spread, 1)), households, mean, spread)

    def centre(self, members: pd.Index) -> np.ndarray:
        """Give the centre of some residences, (indicators,), in standard deviations from the mean."""
        return np.average(self.values.loc[members], axis=0, weights=self.households[members])

    def grouped(self, size: int, rules: Mapping[str, Any], drawn: np.ndarray | None = None) -> np.ndarray:
        """Group every residence, (residences,), by what some of them, or all, are like."""
        from sklearn.cluster import KMeans
        from threadpoolctl import threadpool_limits

        model = KMeans(size, n_init=int(rules[STARTS]), random_state=int(rules[SEED]))
        values, weights = self.values.to_numpy(), self.households.to_numpy()
        rows = slice(None) if drawn is None else drawn
        with threadpool_limits(1):  # on so few rows, threads that wait for each other cost more than they bring
            return np.asarray(model.fit(values[rows], sample_weight=weights[rows]).predict(values))


def candidates(table: pd.DataFrame, rules: Mapping[str, Any]) -> pd.DataFrame:
    """Argue the number of groups: how far apart they are, and how well they come back when residences are drawn again.

    Parameters
    ----------
    table : DataFrame
        Published ``tx_<i>`` (%), ``st_<i>`` and ``menages``, the households that responded.
    rules : mapping
        Value of each rule of the method.

    Returns
    -------
    DataFrame
        ``groupes``, ``silhouette`` (-1 to 1), ``stabilite`` (adjusted Rand index, 1 for the same groups each time),
        ``plus_petit``, the residences of the smallest, and ``retenu``, true of one row at most.
    """
    return _argued(Shares.of(table), rules)


def _argued(shares: Shares, rules: Mapping[str, Any]) -> pd.DataFrame:
    from sklearn.metrics import adjusted_rand_score, silhouette_score

    rows, count = [], len(shares.values)
    fewest, most = (int(one) for one in rules[SIZES])
    for size in range(fewest, min(most, len(LETTERS)) + 1):
        if count < size * rules[SMALLEST] or len(shares.values.drop_duplicates()) <= size:
            break
        labels, generator = shares.grouped(size, rules), np.random.default_rng(int(rules[SEED]))
        again = (np.sort(generator.integers(0, count, count)) for _ in range(int(rules[DRAWS])))
        stable = np.mean([adjusted_rand_score(labels, shares.grouped(size, rules, one)) for one in again])
        smallest = np.bincount(labels, minlength=size).min()
        rows.append((size, silhouette_score(shares.values, labels), stable, smallest))
    table = pd.DataFrame(rows, columns=["groupes", "silhouette", "stabilite", "plus_petit"])
    fit = table[(table["stabilite"] >= rules[STABLE]) & (table["plus_petit"] >= rules[SMALLEST])]
    return table.assign(retenu=table.index == (fit["silhouette"].idxmax() if len(fit) else None))


def judge(table: pd.DataFrame, rules: Mapping[str, Any]) -> pd.DataFrame:
    """Find the groups of residences that publish every share, and say what sets each apart.

    Parameters
    ----------
    table : DataFrame
        As :func:`candidates` reads it.

    Returns
    -------
    DataFrame
        Same index; ``groupe``, and ``traits``, None where there is no group.
    """
    shares = Shares.of(table)
    unknown = (table[[INDICATORS[code].st for code in NEEDS]] == UNKNOWN).all(axis=1)
    group = pd.Series(np.where(unknown, UNKNOWN, UNDETERMINED), table.index, dtype=object)
    traits = pd.Series(None, table.index, dtype=object)
    argued = _argued(shares, rules)
    for size in argued.loc[argued["retenu"], "groupes"]:
        labels = pd.Series(shares.grouped(size, rules), shares.values.index)
        members = shares.values.groupby(labels).groups.values()
        centres = [(shares.centre(one), one) for one in members]
        for letter, (centre, one) in zip(LETTERS, sorted(centres, key=lambda pair: tuple(pair[0])), strict=False):
            group[one], traits[one] = f"groupe {letter}", _told(centre, rules[APART])
    return pd.DataFrame({LEVELS.column: group, TRAITS: traits}, table.index)


def compared(table: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """Give what a residence is compared with, once groups are found: a residence is of the group that is nearest.

    Parameters
    ----------
    table : DataFrame
        As :func:`candidates` reads it.
    groups : Series of str
        What :func:`judge` says of the same residences.

    Returns
    -------
    DataFrame
        One column per indicator; ``moyenne`` and ``écart type`` of the shares, then the centre of each group, in
        standard deviations from the mean.
    """
    shares = Shares.of(table)
    said = groups[shares.values.index]
    rows = {"moyenne": shares.mean, "écart type": shares.spread}
    rows |= {name: shares.centre(said.index[said == name]) for name in sorted(set(said) & set(LEVELS.titles))}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(NEEDS))


def _told(centre: np.ndarray, apart: float) -> str:
    """Say what sets a group apart, the most remarkable first.

    >>> _told(np.array([1.2, 0, -2, 0, 0, 0, 0, 0]), 0.5)
    'moins de personnes seules, plus de ménages sous 40 % du plafond PLUS'
    """
    marked = [rank for rank in np.argsort(-np.abs(centre), kind="stable") if abs(centre[rank]) >= apart]
    names = [INDICATORS[NEEDS[rank]].label for rank in marked]
    said = [
        f"{'plus' if centre[rank] > 0 else 'moins'} de {name[0].lower()}{name[1:]}"
        for rank, name in zip(marked, names, strict=True)
    ]
    return ", ".join(said) or NO_TRAIT


def thresholds(rules: Mapping[str, Any], mean: Any = None) -> dict[str, list[float]]:
    """Give no rate: a group is of all shares at once."""
    return {}


def sentences(rules: Mapping[str, Any]) -> tuple[str, ...]:
    """Say how groups are found, and what must not be concluded."""
    fewest, most = rules[SIZES]
    return (
        "Les résidences dont les parts suivantes sont publiées sont rapprochées par leurs ressemblances, chacune "
        f"comptant pour ses ménages : {', '.join(INDICATORS[code].label for code in NEEDS)}.",
        f"De {fewest:g} à {most:g} groupes sont essayés. On retient ceux qui se séparent le mieux (silhouette) parmi "
        f"ceux qui reviennent quand on retire les résidences au sort {rules[DRAWS]:g} fois, sans groupe de moins de "
        f"{rules[SMALLEST]:g} résidences. Aucun groupe n'est dit si aucun découpage n'est stable.",
        "Ces groupes servent à explorer. Ils ne disent pas qu'une occupation est fragile, et ne valent que dans cette "
        "édition : une autre, qui montre d'autres chiffres, peut en donner d'autres.",
    )


METHOD = Method(
    code="typologie",
    label="Typologie d'occupation",
    reading="Les groupes rassemblent les résidences dont les occupations se ressemblent. Pour explorer, jamais un "
    "niveau.",
    source="Exploration du projet : k-moyennes sur parts centrées et réduites, silhouette, indice de Rand ajusté",
    needs=NEEDS,
    rules=(SIZES, DRAWS, STARTS, STABLE, SMALLEST, SEED, APART),
    levels=LEVELS,
    judge=judge,
    thresholds=thresholds,
    together=True,
    compared=compared,
    apart=True,
    yearly=False,
    units=("residences",),
    more=(
        Outcome(
            Column(
                TRAITS,
                "Ce qui distingue le groupe",
                meaning="parts les plus éloignées de la moyenne, la plus forte d'abord",
            )
        ),
    ),
    sentences=sentences,
)
