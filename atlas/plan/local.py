"""What a territory changes of the rules: values of its own, with their unit and source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from atlas.errors import AtlasError, Faults
from atlas.parameters import Parameters
from atlas.tables.wider import WAYS
from atlas.territory import Territory, nearest

LOW_RENT, WIDER = "loyer_plai", "entrants_perimetres"


def with_local(parameters: Parameters, territory: Territory, faults: Faults) -> Parameters:
    """Add the territory's own values, refusing those that no rule would read."""
    known = {*parameters.values, LOW_RENT}
    for key in sorted(set(territory.regles) - known):
        near = nearest(key, known)
        faults.add(
            "REGLE-INCONNUE",
            f"[regles.{key}] ne remplace aucune règle.",
            f"« {LOW_RENT} » ou une règle listée par « atlas rules »",
            f"écrire « {near} » ?" if near else "retirer la section",
        )
    for key, rule in territory.regles.items():
        words = any(isinstance(value, str) for one in parameters.values.get(key, ()) for value in _listed(one.value))
        if key in known and words != isinstance(rule.valeur, tuple):
            faults.add(
                "REGLE-TYPE",
                f"[regles.{key}] : la valeur est {rule.valeur!r}.",
                'une liste de mots, par exemple ["iris"], ou [] pour aucun' if words else "un nombre",
                "corriger la valeur",
            )
    local = {key: (rule.valeur, rule.unite, rule.source) for key, rule in territory.regles.items() if key in known}
    try:
        return parameters.with_local(local, date(territory.campaign, 12, 31))
    except AtlasError as error:
        faults.found += error.faults
        return parameters


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else ()


def perimeters(ways: Any, faults: Faults) -> tuple[str, ...]:
    """Check the perimeters on which recent movers may be read."""
    for way in _listed(ways):
        if way not in WAYS:
            near = nearest(way, set(WAYS))
            faults.add(
                "REGLE-PERIMETRE",
                f"[regles.{WIDER}] nomme « {way} », qui n'est pas un périmètre.",
                f"un ou plusieurs de {', '.join(WAYS)}",
                f"écrire « {near} » ?" if near else "corriger la valeur",
            )
    return tuple(_listed(ways))
