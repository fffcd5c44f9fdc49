"""A simulation in French, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from atlas.prospective import numbers, rate_words, verdict_words
from atlas.writing import comma, many, typeset

_WIDE = 40  # characters of the longest bar


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
    edges = told["seuils"]
    yield from _state(before, codes, edges)
    for then in told["apres"]:
        yield ""
        yield f"Après : {then['depart']}"
        yield from _state(then, codes, edges, before)
    if told["places"]:
        yield ""
        yield "Seuils, si tous ceux qui entrent ressemblaient à ce ménage"
        yield from _rooms(told["places"], before)
    if told["profils"]:
        yield ""
        yield "Ménages types (un choix du projet) : ce qu'ils font des taux, et le rang de celui qui change un critère"
        yield from _rooms(told["profils"], before)
    if lead is None:
        yield "Aucune méthode active ne juge une résidence à elle seule."
    for one in told["non_simulees"]:
        yield f"« {one['libelle']} » {one['raison']}"
    yield ""
    if told["masquee"]:
        yield (
            "Édition masquée : chaque taux est tenu entre ce que l'édition permet d'en supposer ; un taux secret le "
            "reste."
        )
    yield "Vacance et rotation sont laissées telles quelles ; ce que l'enquête ne dit pas reste non renseigné."


def _state(
    state: Mapping[str, Any],
    codes: Sequence[str],
    edges: Mapping[str, Sequence[float]],
    before: Mapping[str, Any] | None = None,
) -> Iterator[str]:
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
        said = one["affiche"] or rate_words(one["bas"], one["haut"], one["statut"], edges.get(code, ()))
        yield f"    {one['libelle']} : {said}{counts}{margin}"


def _rooms(rooms: Sequence[Mapping[str, Any]], before: Mapping[str, Any]) -> Iterator[str]:
    for one in rooms:
        yield f"  {one['menage'].partition(' : ')[2]} : {one['effet']}"
        for code, room in one["seuils"].items():
            label = before["indicateurs"][code]["libelle"]
            yield f"    {label} : {room['sens']}{''.join(_thresholds(room))}"


def _thresholds(room: Mapping[str, Any]) -> Iterator[str]:
    """Say at which household a rate reaches a threshold or falls under one, where some number does it."""
    for way, said in (("atteint", "atteint le seuil"), ("repasse_sous", "repasse sous le seuil")):
        vacant, replaced = (room[way][name] for name in ("sans_depart", "depart_moyen"))
        if vacant[0] is None or vacant[0] == replaced[0] == "jamais":
            continue
        yield f" ; {said} {rank_words(vacant)} sans départ, {rank_words(replaced)} si le ménage moyen part"


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
        yield f"  {label:<12}{drawn} {rate_words(share, share, edges=[told['objectif']])}"
    yield f"  │ objectif : {goal}"
