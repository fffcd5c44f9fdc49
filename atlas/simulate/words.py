"""A simulation in French, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, floor
from typing import Any

from atlas.prospective import FEASIBLE, IMPOSSIBLE, REACHED, STILL
from atlas.tables import PUBLISHED
from atlas.writing import comma, many, typeset

_WIDE = 40  # characters of the longest bar
_AIR = 1e-6


def tenths(value: float, *, up: bool) -> float:
    """Round outwards to a tenth: what is said of an interval is never narrower than it.

    >>> tenths(41.94, up=False), tenths(45.37, up=True), tenths(40.0, up=True)
    (41.9, 45.4, 40.0)
    """
    return (ceil(10 * value - _AIR) if up else floor(10 * value + _AIR)) / 10


def rate_words(low: float | None, high: float | None, status: str = PUBLISHED) -> str:
    """Say a rate, or between what it is.

    A rate is cut at its tenth, and never rounded up: 39,96 % is under 40 %.

    >>> rate_words(42.857, 42.857), rate_words(41.94, 45.37), rate_words(None, None, "secret")
    ('42,8 %', 'de 41,9 à 45,4 %', 'secret')
    """
    if low is None or high is None:
        return status
    if high - low < _AIR:
        return f"{comma(tenths(low, up=False))} %"
    return f"de {comma(tenths(low, up=False))} à {comma(tenths(high, up=True))} %"


def rank_words(ends: Sequence[int | str | None]) -> str:
    """Say at which household the next threshold is reached.

    >>> rank_words([4, 4]), rank_words([3, 5]), rank_words([3, "jamais"]), rank_words(["jamais", "jamais"])
    ('au 4e', 'du 3e au 5e', 'au 3e au plus tôt', 'jamais')
    """
    least, most = ends
    if least is None:
        return "sans objet"
    if least == "jamais":
        return "jamais"
    if least == 0:
        return "peut-être déjà" if most == "jamais" else f"au {_nth(most)} au plus tard"
    if least == most:
        return f"au {_nth(least)}"
    return f"au {_nth(least)} au plus tôt" if most == "jamais" else f"du {_nth(least)} au {_nth(most)}"


def _nth(rank: Any) -> str:
    return "1er" if rank == 1 else f"{rank}e"


def attribution_words(told: Mapping[str, Any]) -> str:
    """Write what attributions do to a residence."""
    return typeset("\n".join(_attribution(told)))


def _attribution(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"{told['nom']} ({told['residence']}), édition {told['edition']}, campagne {told['campagne']}"
    yield told["avertissement"]
    for said in told["menages"]:
        yield f"  {said}, tous emménagés récents"
    before = told["avant"]
    lead = before["methodes"][0] if before["methodes"] else None
    codes = list(
        told["places"][0]["seuils"]
        if told["places"]
        else told["profils"][0]["seuils"]
        if told["profils"]
        else before["indicateurs"]
    )
    yield ""
    yield "Aujourd'hui"
    yield from _state(before, codes)
    for then in told["apres"]:
        yield ""
        yield f"Après : {then['depart']}"
        yield from _state(then, codes, before)
    if told["places"]:
        yield ""
        yield "Prochain seuil, si tous ressemblaient à ce ménage"
        yield from _rooms(told["places"], before)
    if told["profils"]:
        yield ""
        yield "Ménages types (un choix du projet) et ce qu'ils font des taux"
        yield from _rooms(told["profils"], before)
    if lead is None:
        yield "Aucune méthode active ne juge une résidence à elle seule."
    yield ""
    if told["masquee"]:
        yield (
            "Édition masquée : chaque taux est tenu entre ce que l'édition permet d'en supposer ; un taux secret le "
            "reste."
        )
    yield "Vacance et rotation sont laissées telles quelles ; ce que l'enquête ne dit pas reste non renseigné."


def _state(state: Mapping[str, Any], codes: Sequence[str], before: Mapping[str, Any] | None = None) -> Iterator[str]:
    for rank, method in enumerate(state["methodes"]):
        was = None if before is None else before["methodes"][rank]["niveau"]
        changed = f" (était : {was})" if before is not None and was != method["niveau"] else ""
        met = (
            ""
            if method["criteres"] is None
            else f", {many(method['criteres'], 'critère lu atteint', 'critères lus atteints')}"
        )
        proven = f" ; {method['lecture']}" if method["lecture"] and method["lecture"] != method["niveau"] else ""
        yield f"  {method['libelle']} : {method['niveau']}{changed}{met}{proven}"
    for code in codes:
        one = state["indicateurs"].get(code)
        if one is None:
            continue
        counts = ""
        if (
            one["numerateur"] is not None
            and isinstance(one["numerateur"], int)
            and isinstance(one["denominateur"], int)
        ):
            counts = f", {one['numerateur']} sur {one['denominateur']}"
        margin = "" if one["marge"] is None else f", marge au seuil {one['marge']:+d}"
        yield f"    {one['libelle']} : {rate_words(one['bas'], one['haut'], one['statut'])}{counts}{margin}"


def _rooms(rooms: Sequence[Mapping[str, Any]], before: Mapping[str, Any]) -> Iterator[str]:
    for one in rooms:
        yield f"  {one['menage']} : {one['effet']}"
        for code, room in one["seuils"].items():
            label = before["indicateurs"][code]["libelle"]
            sense = room["sens"] or "sens incertain"
            vacant, replaced = rank_words(room["sans_depart"]), rank_words(room["depart_moyen"])
            if vacant == "sans objet":
                yield f"    {label} : {sense}, aucun seuil au-dessus"
            else:
                yield f"    {label} : {sense} ; seuil atteint {vacant} sans départ, {replaced} si le ménage moyen part"


def objective_words(told: Mapping[str, Any]) -> str:
    """Write what leads to a target."""
    return typeset("\n".join(_objective(told)))


def _objective(told: Mapping[str, Any]) -> Iterator[str]:
    years, goal = many(told["annees"], "an"), f"{comma(told['objectif'])} %"
    yield f"{told['nom']} ({told['lieu']}), édition {told['edition']}, campagne {told['campagne']}"
    yield told["avertissement"]
    yield f"  {told['libelle']} : {rate_words(*told['aujourdhui'])} aujourd'hui, objectif {goal} en {years}"
    given = numbers(told["attributions"], "attribution")
    yield f"  Rotation : {rate_words(*told['rotation'])} du parc par an, soit {given}"
    if told["entrants"] is not None:
        now = numbers(told["menages_entrants"], "ménage")
        yield f"  Aujourd'hui, parmi les emménagés récents : {rate_words(*told['entrants'])}, soit {now} par an"
    yield f"  {verdict_words(told)}"
    yield ""
    yield "Parc, année par année, au plus grand nombre qui tient l'objectif" + (
        " (au plus défavorable de ce que l'édition permet)" if told["aujourdhui"][0] != told["aujourdhui"][1] else ""
    )
    mark = round(_WIDE * told["objectif"] / 100)
    for year, share in enumerate(told["trajectoire"]):
        bar = round(_WIDE * share / 100)
        drawn = "".join("│" if at == mark else "█" if at < bar else "·" for at in range(_WIDE + 1))
        label = "aujourd'hui" if year == 0 else f"an {year}"
        yield f"  {label:<12}{drawn} {comma(tenths(share, up=True))} %"
    yield f"  │ objectif : {goal}"


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
    assert FEASIBLE
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
