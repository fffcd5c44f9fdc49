"""A plan as tables: by aim, by landlord, by quarter, by residence, by size; and as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from atlas.allocation.diagnosis import Diagnosis, Told
from atlas.allocation.model import GROUPS as KEYS
from atlas.allocation.model import Cost, Place, Solution, Split
from atlas.allocation.reading import Ground, Supposed
from atlas.allocation.size_words import size_board, size_cells, size_rows
from atlas.allocation.vocabulary import HEADS
from atlas.allocation.words import ADVICE, sentences_of
from atlas.publish.reception import Board

_FREE, _OVER = "Logements attendus", "Critères dépassés"


def boards_of(ground: Ground, found: Diagnosis) -> tuple[Board, ...]:
    """Lay a plan out: what it must reach first, residences last."""
    plan, places = found.solution.plan, ground.places
    landlords = [one.landlord or "non renseigné" for one in places]
    told = (
        (
            "cibles",
            "Cibles",
            "Ce que demande chaque cible, ce que le plan y apporte, le coût du plan qui l'ignorerait.",
        ),
        ("bailleurs", "Par bailleur", "Logements attendus et leur part par groupe."),
        ("quartiers", "Par quartier", "Hors quartier, par commune."),
        (
            "tailles",
            "Par taille",
            "Ce qui se libère de chaque taille, ce que le plan en donne à chaque groupe, et la part permise.",
        ),
        ("tailles-bailleurs", "Logements attendus, par taille et bailleur", "Selon le parc de chaque résidence."),
        ("residences", "Par résidence", "Où un logement au moins devrait se libérer ; la pratique est celle décrite."),
    )
    tables = (
        _aims(found),
        _grouped(places, plan, landlords, "Bailleur"),
        _grouped(places, plan, ground.quarters, "Quartier"),
        size_board(ground, found),
        _sizes(ground, landlords),
        _homes(ground, found.solution),
    )
    boards = [Board(*words, table) for words, table in zip(told, tables, strict=True)]
    if found.other is not None:
        kept = [rank for rank, one in enumerate(places) if one.key in set(found.changed)]
        boards.append(
            Board(
                "autre-plan",
                "Un autre plan de même valeur",
                "Les résidences qu'il remplit autrement.",
                _homes(ground, found.other, kept),
            )
        )
    return tuple(boards)


def rows_of(ground: Ground, supposed: Supposed, found: Diagnosis, year: int) -> dict[str, Any]:
    """Give a plan as plain data: everything that its constraints can be counted again from."""
    names = ground.table["nom"]
    return {
        "avertissement": ADVICE,
        "annee": year,
        "edition": ground.shown.written.name,
        "campagne": int(ground.table["campagne"].iloc[0]) if len(ground.table) else None,
        "suppositions": {rule.key: rule.value for rule in supposed.rules},
        "phrases": {one.key: list(one.sentences) for one in sentences_of(ground, supposed, found, year)},
        "cout": _cost(found.solution.cost),
        "tailles": size_rows(ground, found),
        "demandes_par_taille": dict(ground.asked),
        "sans_les_tailles": None if found.unsized is None else _cost(found.unsized),
        "cibles": [_told(one) for one in found.aims],
        "incompatibles": [one.key for one in found.conflict],
        "facons_d_echanger": str(found.alike),
        "autre_plan": list(found.changed),
        "residences": [
            {
                "id": one.key,
                "nom": one.key
                if names.iloc[rank] is None or names.iloc[rank] != names.iloc[rank]
                else str(names.iloc[rank]),
                "bailleur": one.landlord,
                "en_qpv": one.inside,
                "quartier": ground.quarters[rank],
                "attendus": one.free,
                "criteres_atteints": one.met,
                "pratique": None if one.practice is None else dict(zip(KEYS, one.practice, strict=True)),
                "plan": dict(zip(KEYS, found.solution.plan[one.key], strict=True)),
                "depassement": sum(limit.overrun(found.solution.plan[one.key]) for limit in one.limits),
                "tailles": {str(word): int(number) for word, number in ground.sizes.iloc[rank].items() if number},
                "plan_tailles": {
                    word: dict(zip(KEYS, split, strict=True))
                    for word, split in found.solution.sized.get(one.key, {}).items()
                },
            }
            for rank, one in enumerate(ground.places)
        ],
    }


def _cost(cost: Cost) -> dict[str, int]:
    return {
        "tailles": cost.unfit,
        "depassements": cost.overrun,
        "concentration": cost.concentration,
        "deplaces": cost.moved,
    }


def _told(one: Told) -> dict[str, Any]:
    aim = one.aim
    return {
        "cle": aim.key,
        "libelle": aim.label,
        "objectif": aim.target,
        "reference": aim.reference,
        "poids": list(aim.weights),
        "minimum": aim.least,
        "atteint": one.reached,
        "sur": aim.held,
        "manque": one.lacking,
        "serre": one.binds,
        "sans_elle": None if one.without is None else _cost(one.without),
    }


def _aims(found: Diagnosis) -> pd.DataFrame:
    rows = []
    for one in found.aims:
        unit = one.aim.unit
        spared = one.without
        rows.append(
            {
                "Cible": one.aim.label,
                "Objectif": one.aim.target,
                "Il en faut": -(-one.aim.least // unit),
                "Le plan en donne": one.reached // unit,
                "Sur": one.aim.held,
                "Verdict": "manquée" if one.lacking else "atteinte, de justesse" if one.binds else "atteinte",
                "Sans elle, tailles hors parts": None if spared is None else spared.unfit,
                "Sans elle, ménages en dépassement": None if spared is None else spared.overrun,
                "Sans elle, concentration": None if spared is None else spared.concentration,
                "Sans elle, logements déplacés": None if spared is None else spared.moved,
                "Référence": one.aim.reference or "choix du projet",
            }
        )
    return pd.DataFrame(rows)


def _grouped(places: Iterable[Place], plan: Mapping[str, Split], names: Iterable[str], head: str) -> pd.DataFrame:
    rows: dict[str, list[int]] = {}
    for one, name in zip(places, names, strict=True):
        split = plan[one.key]
        over = sum(limit.overrun(split) > 0 for limit in one.limits)
        inside = (split[0], 0) if one.inside else (0, split[0])
        told = (one.free, *split, *inside, over)
        rows[name] = [now + more for now, more in zip(rows.get(name, [0] * len(told)), told, strict=True)]
    heads = (_FREE, *HEADS, "1er quartile en QPV", "1er quartile hors QPV", _OVER)
    return pd.DataFrame(
        [{head: name, **dict(zip(heads, told, strict=True))} for name, told in sorted(rows.items()) if told[0]]
    )


def _sizes(ground: Ground, landlords: list[str]) -> pd.DataFrame:
    table = ground.sizes.groupby(pd.Series(landlords, ground.sizes.index, name="Bailleur")).sum().reset_index()
    return table.rename(columns=lambda name: str(name))


def _homes(ground: Ground, found: Solution, kept: Iterable[int] | None = None) -> pd.DataFrame:
    rows, plan = [], found.plan
    for rank in range(len(ground.places)) if kept is None else kept:
        one, name = ground.places[rank], ground.table["nom"].iloc[rank]
        if not one.free:
            continue
        row: dict[str, Any] = {
            "Identifiant": one.key,
            "Résidence": one.key if name is None or name != name else str(name),
            "Bailleur": one.landlord,
            "Quartier": ground.quarters[rank],
            "Situation": str(ground.table["situation"].iloc[rank]),
            "Critères atteints": one.met,
            _FREE: one.free,
            **dict(zip(HEADS, plan[one.key], strict=True)),
            _OVER: sum(limit.overrun(plan[one.key]) > 0 for limit in one.limits),
        }
        if one.practice is not None:
            row |= {f"{head} : pratique": number for head, number in zip(HEADS, one.practice, strict=True)}
        row |= size_cells(found.sized.get(one.key) if ground.mixes else None)
        rows.append(row)
    return pd.DataFrame(rows)
