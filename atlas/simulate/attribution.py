"""What attributions do to a residence, on what an edition shows: plain data, from its own files.

In: a unit of an edition, households. Out: figures, levels and criteria before, then after for each of those who may
leave; how many such households until the next threshold; which typical profiles move the residence away from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from atlas.methods import Method, rates_of
from atlas.methods.arrivals import AVERAGE, HIGHEST, LOWEST, Leavers, after, judged_after, together
from atlas.methods.household import Household, added, concerned
from atlas.methods.household_words import LEAVER_ADULTS, PROFILES, profiles_of, words_of
from atlas.methods.room import room_left
from atlas.methods.simulable import simulable, unsimulated
from atlas.simulate.edition import Unit
from atlas.tables import INDICATORS, NOT_APPLICABLE, PUBLISHED, SECRET

ADVICE = "Cette simulation conseille sur des résidences : elle ne note ni ne classe jamais une personne."
NOBODY = "personne ne part (logement vacant)"
LEFT = {AVERAGE: "le ménage moyen part", LOWEST: "départ le plus favorable", HIGHEST: "départ le plus défavorable"}
_CLOSE, _UNSURE = 1e-7, "sens incertain"
WAYS = {"atteint": False, "repasse_sous": True}  # the next threshold above, the last one reached
LEAVING = {"sans_depart": False, "depart_moyen": True}


def simulated(unit: Unit, households: Sequence[tuple[int, Household]]) -> dict[str, Any]:
    """Simulate attributions on a residence.

    Parameters
    ----------
    households : sequence of (int, Household)
        How many of each move in; as many leave, where somebody does.

    Returns
    -------
    dict
        ``avertissement``; ``residence``, ``nom``, ``edition``, ``masquee``, ``campagne``; ``menages`` in words;
        ``avant`` and each of ``apres`` (``depart``): ``indicateurs`` by code (``bas`` and ``haut`` in the unit of the
        rate, ``statut``, ``numerateur``, ``denominateur``, ``marge`` where counts are shown) and ``methodes`` (code,
        ``niveau``, ``lecture``, ``criteres``).
        ``places``, by household: where it moves each rate (``sens``), and the rank at which the next threshold is
        reached (``atteint``) or the last one left (``repasse_sous``), at least and at most; ``profils``, the same for
        typical ones. ``seuils``, by indicator: the rates at which a method changes. ``non_simulees``: the methods that
        judge it and are not simulated (code, libelle, raison).
    """
    rules = unit.shown.back.rules
    arrivals = [one for number, each in households for one in [each] * number]
    adults = int(rules.get(LEAVER_ADULTS, 2))
    leaving = [(NOBODY, Leavers()), *((LEFT[who], Leavers(len(arrivals), who, adults)) for who in LEFT)]
    lead, now = unit.shown.back.methods[0], _spanned(unit.read)
    return {
        "avertissement": ADVICE,
        "residence": unit.identifier,
        "nom": unit.name,
        "edition": unit.shown.written.name,
        "masquee": unit.shown.written.masked,
        "campagne": unit.campaign,
        "menages": [words_of(one, number) for number, one in households],
        "seuils": {code: list(values) for code, values in rates_of(unit.shown.back.methods, rules).items()},
        "non_simulees": [
            {"code": one.code, "libelle": one.label, "raison": why}
            for one, why in unsimulated(unit.shown.back.methods, unit.kind)
        ],
        "avant": _told(unit, [], Leavers()),
        "apres": [{"depart": said, **_told(unit, arrivals, who)} for said, who in leaving] if arrivals else [],
        "places": [_room(unit, now, one, lead) for one in dict.fromkeys(one for _, one in households)],
        "profils": [_room(unit, now, one, lead) for one in profiles_of(list(rules.get(PROFILES, ())))],
    }


def _told(unit: Unit, arrivals: Sequence[Household], leavers: Leavers) -> dict[str, Any]:
    """Tell figures and judgements once some moved in and others left."""
    rules, methods = unit.shown.back.rules, unit.shown.back.methods
    then = after(unit.read, arrivals, leavers, fewest=unit.fewest) if arrivals else _spanned(unit.read)
    compared = arrivals and any(one.relative(rules) for one in methods)
    around = _territory(unit, then, arrivals, leavers) if compared else unit.around
    told = [one for one in methods if simulable(one) and one.judges(unit.kind)]
    judged = {
        one.code: judged_after(one, then, rules, around)
        if arrivals
        else one.judged(unit.read, rules, unit.around, small=False)
        for one in told
    }
    codes = dict.fromkeys(code for one in methods for code in one.needs if concerned(INDICATORS[code]))
    lead = methods[0]
    return {
        "indicateurs": {
            code: _figure(then, code, judged.get(lead.code), lead, arrived=bool(arrivals)) for code in codes
        },
        "methodes": [_levels(one, judged[one.code]) for one in told],
    }


def _spanned(read: pd.DataFrame) -> pd.DataFrame:
    """Give figures as they are with both ends of each."""
    columns: dict[str, Any] = {}
    for one in INDICATORS.values():
        if one.st in read and concerned(one):
            for name in (one.lo, one.hi):
                columns[name] = read[name].fillna(read[one.tx]) if name in read else read[one.tx]
            if one.n in read:
                whole = 100 if one.unit == "%" else 1
                exact = whole * read[one.n] / read[one.d].where(read[one.d] > 0)
                columns |= {name: exact.fillna(columns[name]) for name in (one.lo, one.hi)}
    return together(read, columns)


def _territory(unit: Unit, then: pd.DataFrame, arrivals: Sequence[Household], leavers: Leavers) -> pd.DataFrame:
    """Give the figures of the territory, of which the residence is a part: moved by as much."""
    around, read = unit.around, unit.read
    ends = [after(around, arrivals, Leavers(leavers.number, who, leavers.adults), fewest=unit.fewest) for who in LEFT]
    columns: dict[str, Any] = {}
    for one in INDICATORS.values():
        if one.st not in around or not concerned(one):
            continue
        columns[one.lo] = pd.concat([end[one.lo] for end in ends], axis=1).min(axis=1)
        columns[one.hi] = pd.concat([end[one.hi] for end in ends], axis=1).max(axis=1)
        if one.n not in around or one.n not in read:
            continue
        nobody = read[one.st] == NOT_APPLICABLE
        moved = [then[name] - read[name].mask(nobody, 0) for name in (one.n, one.d)]
        columns |= {name: around[name] + more for name, more in zip((one.n, one.d), moved, strict=True)}
        exact = 100 * columns[one.n] / columns[one.d] if one.unit == "%" else columns[one.n] / columns[one.d]
        columns[one.tx] = exact.fillna(around[one.tx])
    return together(around, columns)


def _figure(
    table: pd.DataFrame, code: str, judged: pd.DataFrame | None, lead: Method, *, arrived: bool
) -> dict[str, Any]:
    one = INDICATORS[code]
    row = table.iloc[0]
    margin = lead.margin(code)
    known = judged is not None and margin in judged
    return {
        "libelle": one.label,
        "statut": row[one.st],
        "affiche": row[one.lb] if one.lb in table and not arrived else None,
        "bas": _number(row[one.lo]),
        "haut": _number(row[one.hi]),
        "numerateur": _number(row.get(one.n)),
        "denominateur": _number(row.get(one.d)),
        "marge": _number(judged[margin].iloc[0]) if known and judged is not None and _whole(row.get(one.n)) else None,
    }


def _levels(method: Method, judged: pd.DataFrame) -> dict[str, Any]:
    def said(column: str) -> Any:
        value = judged[column].iloc[0] if column and column in judged else None
        return None if value is None or pd.isna(value) else value

    met = said(method.met)
    return {
        "code": method.code,
        "libelle": method.label,
        "niveau": said(method.level),
        "lecture": said(method.proven) or said(method.proof),
        "criteres": None if met is None else int(met),
    }


def _room(unit: Unit, now: pd.DataFrame, household: Household, lead: Method) -> dict[str, Any]:
    """Say of one household the rank that reaches the next threshold of each criterion, and where each rate goes."""
    rules = unit.shown.back.rules
    around = unit.around if lead.relative(rules) else None
    given = lead.with_columns(unit.read, rules)
    thresholds = lead.thresholds(given) if around is None else lead.thresholds(given, _rates(around, lead.needs))
    kept = {code: values for code, values in thresholds.items() if code in lead.codes}
    found: dict[str, Any] = {
        "menage": words_of(household),
        "seuils": {code: {"sens": direction(now, household, code)} for code in kept},
    }
    for way, down in WAYS.items():
        for name, replacing in LEAVING.items():
            room = room_left(unit.read, household, kept, replacing=replacing, down=down, fewest=unit.fewest)
            for code in map(str, room[0]):
                found["seuils"][code].setdefault(way, {})[name] = [_rank(end[code].iloc[0]) for end in room]
    found["effet"] = effect_of([one["sens"] for one in found["seuils"].values()])
    return found


def _rates(around: pd.DataFrame, codes: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame({code: around[INDICATORS[code].tx] for code in codes})


def direction(table: pd.DataFrame, household: Household, code: str) -> str:
    """Say where a household alone moves a rate: ``baisse``, ``hausse``, ``inchangé``; less where it is hidden.

    ``table``: with both ends of each rate. Of one that is secret, that it does not rise or does not fall may be all
    that is known; of one that is not published otherwise, its status.
    """
    one = INDICATORS[code]
    (low, high), below = added(household, one)
    status = table[one.st].iloc[0]
    if below is None or status not in (PUBLISHED, SECRET):
        return _UNSURE if status == PUBLISHED else str(status)
    ends = [100 * low / below, 100 * high / below]
    if status == SECRET:
        return "ne monte pas" if ends[1] <= 0 else "ne baisse pas" if ends[0] >= 100 else _UNSURE
    row = table.iloc[0]
    if ends[0] >= row[one.hi] - _CLOSE:
        return "inchangé" if ends[1] <= row[one.lo] + _CLOSE else "hausse"
    return "baisse" if ends[1] <= row[one.lo] + _CLOSE else _UNSURE


def effect_of(directions: Sequence[str]) -> str:
    """Sum up directions: what moves no rate up and one down moves the residence away from its thresholds.

    What the survey does not tell counts for nothing.

    >>> effect_of(["baisse", "ne monte pas"]), effect_of(["hausse", "baisse"]), effect_of(["baisse", "sens incertain"])
    ('éloigne des seuils', 'partagé', 'incertain')
    """
    away, nearer = {"baisse", "ne monte pas"}, {"hausse", "ne baisse pas"}
    told = set(directions) & {*away, *nearer, _UNSURE}
    if told & away and told & nearer:
        return "partagé"
    if _UNSURE in told:
        return "incertain"
    return "éloigne des seuils" if told & away else "rapproche des seuils" if told & nearer else "sans effet"


def _rank(value: float) -> int | str | None:
    """Write a rank: None where nothing is told, ``jamais`` where no number reaches the threshold for sure."""
    return None if np.isnan(value) else "jamais" if np.isinf(value) else int(value)


def _whole(value: Any) -> bool:
    return value is not None and not pd.isna(value) and float(value).is_integer()


def _number(value: Any) -> float | int | None:
    if value is None or pd.isna(value):
        return None
    return int(value) if float(value).is_integer() else float(value)


__all__ = ["ADVICE", "LEFT", "NOBODY", "direction", "effect_of", "simulated"]
