"""The share of attributions that brings a residence, a quarter, a commune or an IRIS to a target in some years.

In: a unit of an edition, a target (%), years. Out: plain data: the target, feasible or not and why, households a year,
the path year by year. Where counts are shown the arithmetic is exact; elsewhere the ends of each figure are carried.
"""

from __future__ import annotations

from typing import Any

from atlas.errors import AtlasError, Fault
from atlas.methods.outlook import outlook
from atlas.simulate.attribution import ADVICE
from atlas.simulate.edition import Unit
from atlas.tables import INDICATORS
from atlas.tables.households import TURNOVER
from atlas.territory import nearest


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
    told, lacking = outlook(unit.read.iloc[0], code, target, years)
    if lacking:
        raise AtlasError([_untold(unit, lacking, "SIMULER-ROTATION" if lacking == TURNOVER else "SIMULER-TAUX")])
    return {
        "avertissement": ADVICE,
        "lieu": unit.identifier,
        "nom": unit.name,
        "unite": unit.kind,
        "edition": unit.shown.written.name,
        "campagne": unit.campaign,
        "indicateur": code,
        "libelle": one.label,
        **told,
    }


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
