"""The share of attributions that brings a residence, a quarter, a commune or an IRIS to a target in some years.

In: a unit of an edition, a target (%), years. Out: plain data: the target, feasible or not and why, households a year,
the path year by year. Where counts are shown the arithmetic is exact; elsewhere the ends of each figure are carried.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd

from atlas.errors import AtlasError, Fault
from atlas.prospective import FEASIBLE, IMPOSSIBLE, REACHED, STILL, Aim, Between, exact, households
from atlas.simulate.attribution import ADVICE
from atlas.simulate.edition import Unit
from atlas.tables import INDICATORS, PUBLISHED
from atlas.tables.households import TURNOVER
from atlas.territory import nearest

Span = tuple[Fraction, Fraction]


def aimed(unit: Unit, target: float, years: int, code: str | None = None) -> dict[str, Any]:
    """Say what leads a share of the stock to a target.

    Parameters
    ----------
    target : float
        %, from 0 to 100.
    code : str, optional
        The indicator of the stock; the first of the method shown first.

    Returns
    -------
    dict
        ``avertissement``; ``lieu``, ``nom``, ``edition``, ``campagne``; ``indicateur``, ``libelle``; ``objectif`` (%),
        ``annees``; ``aujourdhui`` (%, least and most), ``entrants`` (the same of recent movers, None where not told),
        ``rotation`` (%), ``attributions`` (a year, least and most); ``verdict``, one or several; ``part`` (%, the
        largest share of attributions that keeps the target, least and most; None: none), ``menages`` (a year, at most),
        ``menages_entrants`` (a year, as recent movers are today); ``trajectoire``, ``annee`` and ``part`` (%) of the
        stock at the end of each; ``sans_aucune``, the years that it would take without any such household.

    Raises
    ------
    AtlasError
        ``SIMULER-INDICATEUR`` for an unknown one, ``SIMULER-TAUX`` where its rate is not told, ``SIMULER-ROTATION``
        where turnover is not.
    """
    code = code or unit.shown.back.methods[0].codes[0]
    one = INDICATORS.get(code)
    if one is None or one.role != "stock" or one.unit != "%" or one.population == "logements":
        raise AtlasError([_no_such(code)])
    stock, turnover = _span(unit, code), _span(unit, TURNOVER)
    if stock is None:
        raise AtlasError([_untold(unit, code, "SIMULER-TAUX")])
    if turnover is None:
        raise AtlasError([_untold(unit, TURNOVER, "SIMULER-ROTATION")])
    flow = next((other.code for other in INDICATORS.values() if other.flow_of == code), None)
    entering = None if flow is None else _span(unit, flow)
    homes = exact(float(unit.row["nb_logements"].iloc[0]))
    return {
        "avertissement": ADVICE,
        "lieu": unit.identifier,
        "nom": unit.name,
        "unite": unit.kind,
        "edition": unit.shown.written.name,
        "campagne": unit.campaign,
        "indicateur": code,
        "libelle": one.label,
        **told(stock, turnover, entering, homes, exact(target) / 100, years),
    }


def told(
    stock: Span, turnover: Span, entering: Span | None, homes: Fraction, target: Fraction, years: int
) -> dict[str, Any]:
    """Say the same of numbers (shares from 0 to 1, ``homes``: dwellings)."""
    between = Between.of(stock, turnover, target, years)
    worst = between.worst
    shares = between.most
    given = [homes * one for one in turnover]
    led = worst.most if worst.most is not None else Fraction(0)
    path = [float(100 * one) for one in worst.path(led)]
    fewest = None if shares[0] is None else households(shares[0], given[0], most=True)
    most = None if shares[1] is None else households(shares[1], given[1], most=True)
    return {
        "objectif": float(100 * target),
        "annees": years,
        "aujourdhui": _percent(stock),
        "entrants": None if entering is None else _percent(entering),
        "rotation": _percent(turnover),
        "attributions": [households(Fraction(1), one) for one in given],
        "verdict": list(between.verdicts),
        "part": [None if one is None else float(100 * one) for one in shares],
        "menages": [fewest, most],
        "menages_entrants": None
        if entering is None
        else [households(share, number) for share, number in zip(entering, given, strict=True)],
        "trajectoire": path,
        "sans_aucune": worst.soonest,
    }


def _span(unit: Unit, code: str) -> Span | None:
    """Give what a rate may be, from 0 to 1; None where it is not told."""
    one, row = INDICATORS[code], unit.read.iloc[0]
    if one.st not in unit.read or row[one.st] != PUBLISHED:
        return None
    if one.n in unit.read and not pd.isna(row[one.n]) and not pd.isna(row[one.d]):
        rate = Fraction(int(row[one.n]), int(row[one.d]))
        return rate, rate
    ends = [row[name] if name in unit.read and not pd.isna(row[name]) else row[one.tx] for name in (one.lo, one.hi)]
    low, high = (min(max(exact(float(end)) / 100, Fraction(0)), Fraction(1)) for end in ends)
    return low, high


def _percent(span: Span) -> list[float]:
    return [float(100 * one) for one in span]


def _no_such(code: str) -> Fault:
    known = [one.code for one in INDICATORS.values() if one.role == "stock" and one.unit == "%"]
    known = [name for name in known if INDICATORS[name].population != "logements"]
    near = nearest(code, set(known))
    return Fault(
        "SIMULER-INDICATEUR",
        f"« {code} » n'est pas une part des ménages en place.",
        f"un de {', '.join(known)}",
        f"écrire « {near} » ?" if near else "corriger --indicateur",
    )


def _untold(unit: Unit, code: str, fault: str) -> Fault:
    one = INDICATORS[code]
    status = unit.read[one.st].iloc[0] if one.st in unit.read else "non renseigné"
    return Fault(
        fault,
        f"{unit.name} : « {one.label} » est {status} dans l'édition {unit.shown.written.name}.",
        "une rotation connue : sans elle, rien ne dit combien de logements s'attribuent par an"
        if code == TURNOVER
        else "un taux publié, d'où partir",
        "choisir un périmètre plus large, ou l'édition interne",
    )


__all__ = ["FEASIBLE", "IMPOSSIBLE", "REACHED", "STILL", "Aim", "aimed", "told"]
