"""Rates and targets in French: one way of rounding, outwards, and never across a threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor
from typing import Any

from atlas.prospective.aim import IMPOSSIBLE, REACHED, STILL
from atlas.writing import comma, many

_AIR = 1e-6


def rate_words(low: float | None, high: float | None, status: str = "", edges: Sequence[float] = ()) -> str:
    """Say a rate, or between what it is, in tenths of a percent.

    Rounding never crosses one of the ``edges`` (39,96 % is under 40 %), and an interval is rounded outwards.

    >>> rate_words(42.857, 42.857), rate_words(39.96, 39.96, edges=[40]), rate_words(None, None, "secret")
    ('42,9 %', '39,9 %', 'secret')
    >>> rate_words(36.12, 39.97, edges=[40]), rate_words(41.94, 45.37)
    ('de 36,1 à moins de 40 %', 'de 41,9 à 45,4 %')
    """
    if low is None or high is None:
        return status
    if high - low < _AIR:
        near = floor(10 * low + 0.5 + _AIR) / 10
        if any(low < edge - _AIR and near >= edge for edge in edges):
            near -= 0.1
        if any(low >= edge > near for edge in edges):
            near += 0.1
        return f"{_tenth(near)} %"
    up = ceil(10 * high - _AIR) / 10
    crossed = next((edge for edge in edges if high < edge - _AIR and up >= edge), None)
    last = f"moins de {comma(crossed)}" if crossed is not None else _tenth(up)
    return f"de {_tenth(floor(10 * low + _AIR) / 10)} à {last} %"


def _tenth(value: float) -> str:
    return comma(round(value, 1))


def verdict_words(told: Mapping[str, Any]) -> str:
    """Say whether the target can be reached, how, or why not."""
    if told["verdict"] == [STILL]:
        return "Impossible : aucun logement ne s'attribue dans l'année, le parc ne change pas."
    share, count = told["part"], told["menages"]
    if IMPOSSIBLE in told["verdict"]:
        soonest = told["sans_aucune"]
        never = "sans qu'aucun délai n'y suffise" if soonest is None else f"il y faudrait {many(soonest, 'an')}"
        start = "Impossible dans ce délai" if told["verdict"] == [IMPOSSIBLE] else "Peut-être impossible dans ce délai"
        return f"{start} : même sans aucune attribution à de tels ménages, {never}."
    if share[0] is None or share[1] is None:
        return "Rien ne peut être dit."
    lead = "Déjà atteint ; pour le rester" if told["verdict"] == [REACHED] else "Atteignable"
    lead = lead if len(told["verdict"]) == 1 else "Déjà atteint, ou atteignable"
    return (
        f"{lead} : au plus {rate_words(*share)} des attributions à de tels ménages, soit au plus "
        f"{numbers(count, 'ménage')} par an."
    )


def numbers(ends: Sequence[int | None], noun: str) -> str:
    """Say a count, or between what it is.

    >>> numbers([96, 96], "ménage"), numbers([1, 3], "ménage")
    ('96 ménages', 'de 1 à 3 ménages')
    """
    least, most = ends
    assert least is not None and most is not None
    return many(least, noun) if least == most else f"de {least} à {many(most, noun)}"
