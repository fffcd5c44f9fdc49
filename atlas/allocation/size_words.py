"""What a plan says of the sizes of dwellings: which bind, what they cost, what nobody tells; in French, and in rows."""

from __future__ import annotations

from typing import Any

import pandas as pd

from atlas.allocation.diagnosis import Diagnosis, sizes_met
from atlas.allocation.model import GROUPS as KEYS
from atlas.allocation.model import Split
from atlas.allocation.reading import Ground, Supposed
from atlas.allocation.sizes import LEASES, Mix, given_of
from atlas.allocation.vocabulary import GROUPS, HEADS, cost_words
from atlas.tables import UNKNOWN
from atlas.writing import many, quantity, whole

_UNSIZED = "taille inconnue"


def size_sentences(ground: Ground, supposed: Supposed, found: Diagnosis) -> list[str]:
    """Say what sizes do to the plan."""
    if not ground.mixes:
        return [_nothing(ground, supposed)]
    source = "les baux de l'année décrite" if ground.mixes[0].source == LEASES else "les demandes, par quartile"
    lines = [
        "Chaque logement attendu est donné une fois, dans sa taille : aucun groupe ne reçoit d'une taille plus qu'il "
        f"ne s'en libère dans une résidence. La part de chaque taille chez un groupe est celle que donnent {source}, "
        f"ramenée aux tailles qui se libèrent, à {quantity(float(supposed.within))} points et à un logement près.",
    ]
    beyond = found.solution.cost.unfit
    lines.append(
        f"{many(beyond, 'logement')} {'sont' if beyond > 1 else 'est'} hors de ces parts, et aucun plan qui atteint "
        "autant les cibles n'en a moins."
        if beyond
        else "Toutes ces parts sont tenues."
    )
    bound = [one for one in sizes_met(found.solution, ground.mixes) if one[3]]
    lines += [_binding(*one) for one in bound]
    if not bound:
        lines.append("Aucune taille ne serre : un logement de plus ou de moins de chacune tiendrait encore.")
    if found.unsized is not None:
        same = found.unsized.order[1:] == found.solution.cost.order[1:]
        lines.append(
            "Sans regarder les tailles, le plan ne coûterait pas moins."
            if same
            else f"Sans regarder les tailles, le plan coûterait : {cost_words(found.unsized)}."
        )
    elif bound and not found.searched:
        lines.append("Ce que coûtent les tailles n'a pas été cherché : le territoire est trop grand.")
    told = {mix.size for mix in ground.mixes}
    lines += [
        f"{many(number, 'logement attendu', 'logements attendus')} de {_word(word)} : rien n'y contraint le plan, "
        + ("leur taille n'est pas renseignée." if word == UNKNOWN else "aucun bail ni aucune demande n'en dit.")
        for word, number in _free(ground).items()
        if number and word not in told
    ]
    return lines


def _nothing(ground: Ground, supposed: Supposed) -> str:
    known = sum(number for word, number in _free(ground).items() if word != UNKNOWN)
    if not known:
        return "La taille des logements n'est pas renseignée : aucune taille ne contraint le plan."
    if ground.own:
        return (
            "L'édition d'un bailleur ne dit pas les baux par taille et par public : aucune taille ne contraint le "
            "plan, celles qui se libèrent sont dites à côté."
        )
    return (
        f"Moins de {supposed.leases} baux, ou demandes, disent leur taille et leur public : aucune taille ne contraint "
        "le plan, celles qui se libèrent sont dites à côté."
    )


def _binding(mix: Mix, count: int, total: int, verdict: str) -> str:
    return (
        f"{mix.size}, {GROUPS[mix.group]} : {many(count, 'logement')} sur {whole(total)}, pour une part de {mix.low} à "
        f"{mix.high} % ; {verdict}."
    )


def _free(ground: Ground) -> dict[str, int]:
    return {str(word): int(number) for word, number in ground.sizes.sum().items()}


def _word(word: str) -> str:
    return _UNSIZED if word == UNKNOWN else word


def size_board(ground: Ground, found: Diagnosis) -> pd.DataFrame:
    """Lay sizes out: what frees up, what each group gets of it, within which shares."""
    given = given_of(found.solution.sized.values(), ground.mixes)
    told = {(mix.size, mix.group): (mix, verdict) for mix, _, _, verdict in sizes_met(found.solution, ground.mixes)}
    asked = ground.asked
    rows = []
    for word, number in _free(ground).items():
        row: dict[str, Any] = {"Taille": _word(word), "Logements attendus": number}
        for group, head in enumerate(HEADS) if ground.mixes else ():
            mix, verdict = told.get((word, group), (None, ""))
            row[head] = given[word][group] if word in given else None
            said = verdict or "tenue"
            row[f"{head} : part permise"] = "libre" if mix is None else f"de {mix.low} à {mix.high}\u00a0%, {said}"
        if asked:
            row["Demandes"] = asked.get(word)
        if number:
            rows.append(row)
    return pd.DataFrame(rows)


def size_rows(ground: Ground, found: Diagnosis) -> list[dict[str, Any]]:
    """Give sizes as plain data: what each share can be counted again from."""
    return [
        {
            "taille": mix.size,
            "groupe": KEYS[mix.group],
            "donnes": count,
            "sur": total,
            "part_usuelle": float(mix.usual),
            "minimum": mix.low,
            "maximum": mix.high,
            "source": mix.source,
            "hors": mix.beyond(count, total),
            "serre": bool(verdict),
        }
        for mix, count, total, verdict in sizes_met(found.solution, ground.mixes)
    ]


def size_cells(sized: dict[str, Split] | None) -> dict[str, str]:
    """Say the sizes that each group gets of a residence, by heading; empty where no plan depends on them.

    >>> size_cells({"T2": (1, 0, 2), "T3": (1, 0, 0)})["1er quartile : tailles"]
    '1 T2, 1 T3'
    """
    if sized is None:
        return {}
    return {
        f"{head} : tailles": ", ".join(
            f"{split[group]} {word if word != UNKNOWN else 'de taille inconnue'}"
            for word, split in sized.items()
            if split[group]
        )
        for group, head in enumerate(HEADS)
    }
