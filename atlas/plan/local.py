"""What a territory changes of the rules, each value with its unit and source, and the methods that it asks for.

A landlord's alerts are known to be those of somebody once the survey is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from atlas.errors import AtlasError, Faults, excerpt
from atlas.methods import Method
from atlas.methods.household_words import AIM, PROFILES, profiles_of
from atlas.parameters import Parameters, Rule
from atlas.sources.holders import holder_key
from atlas.tables.wider import WAYS
from atlas.territory import TARGETS, Alert, LocalTarget, Territory, nearest

LOW_RENT, WIDER = "loyer_plai", "entrants_perimetres"
LISTS = ("qpv_liste", "qpv_liste_outre_mer")


def with_local(parameters: Parameters, territory: Territory, faults: Faults) -> Parameters:
    """Add the territory's own values, refusing those that no rule would read."""
    known = {*parameters.values, LOW_RENT, AIM}
    for key in sorted(set(territory.regles) - known):
        near = nearest(key, known)
        faults.add(
            "REGLE-INCONNUE",
            f"[regles.{key}] ne remplace aucune règle.",
            f"« {LOW_RENT} » ou une règle listée par « atlas rules »",
            f"écrire « {near} » ?" if near else "retirer la section",
        )
    for key, rule in territory.regles.items():
        expected = _expected(parameters.values[key][0].value if key in parameters.values else 0)
        if key in known and not _fits(rule.valeur, expected):
            faults.add("REGLE-TYPE", f"[regles.{key}] : la valeur est {rule.valeur!r}.", expected, "corriger la valeur")
        elif key == AIM and not 0 <= rule.valeur <= 100:
            faults.add("REGLE-OBJECTIF", f"[regles.{AIM}] : {rule.valeur:g} %.", "une part de 0 à 100 %", "la corriger")
    local = {key: (rule.valeur, rule.unite, rule.source) for key, rule in territory.regles.items() if key in known}
    targets = [one for one in territory.cibles if one.everywhere(territory.campaign)]
    for target in sorted(targets, key=lambda one: bool(one.annees)):  # that of the year prevails
        local[TARGETS[target.test]] = (float(target.valeur), "%", target.source)
    try:
        return parameters.with_local(local, date(territory.campaign, 12, 31))
    except AtlasError as error:
        faults.found += error.faults
        return parameters


_WORDS, _NUMBER = 'une liste de mots, par exemple ["iris"], ou [] pour aucun', "un nombre"


def _expected(value: Any) -> str:
    """Say what may stand in the place of a value.

    >>> _expected([20, 40])
    'une liste de 2 nombres croissants'
    """
    if not isinstance(value, list):
        return _NUMBER
    return _WORDS if any(isinstance(one, str) for one in value) else f"une liste de {len(value)} nombres croissants"


def _fits(value: Any, expected: str) -> bool:
    if expected in (_NUMBER, _WORDS):
        numbers = [isinstance(one, float) for one in _listed(value)]
        return isinstance(value, tuple) == (expected == _WORDS) and not any(numbers)
    return expected == _expected(list(_listed(value))) and list(value) == sorted(value)


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else ()


def check_profiles(texts: Any, faults: Faults) -> None:
    """Check the typical households of simulations, as a commission would say them."""
    try:
        profiles_of(list(_listed(texts)))
    except ValueError as error:
        faults.add(
            "REGLE-MENAGE",
            f"[regles.{PROFILES}] : {error}.",
            "des ménages dits comme « sous 40, 2 adultes, 1 chômeur, monoparentale »",
            "corriger la liste",
        )


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


def check_methods(chosen: Sequence[Method], rules: Mapping[str, Any], faults: Faults) -> None:
    """Refuse a method shown first that some units lack, and rules that list what their method does not read."""
    for method in chosen[:1]:
        if method.units:
            faults.add(
                "METHODE-PREMIERE",
                f"[methodes] actives commence par « {method.code} », qui ne juge pas toutes les unités "
                f"({', '.join(method.units)} seulement).",
                "une première méthode qui juge aussi le territoire, les quartiers et les communes",
                "la placer après une autre, par exemple « seuils »",
            )
    for method in chosen:
        for key, codes in method.listed.items():
            for code in _listed(rules.get(key)):
                if code not in codes:
                    near = nearest(str(code), set(codes))
                    faults.add(
                        "REGLE-INDICATEUR",
                        f"[regles.{key}] nomme « {code} », que la méthode « {method.code} » ne lit pas.",
                        f"un ou plusieurs de {', '.join(codes)}",
                        f"écrire « {near} » ?" if near else "corriger la valeur",
                    )


def targets_of(targets: Sequence[LocalTarget], landlords: Iterable[str], year: int) -> dict[str, dict[str, list[Any]]]:
    """Give what a convention fixes for one landlord and a year, of all holders together.

    Returns
    -------
    dict
        By landlord as the survey names it, then by key of the rule that it replaces: its value (%) and its source. A
        target of the year prevails over one of every year; those of unknown landlords serve no page.
    """
    known = {holder_key(name): name for name in landlords}
    found: dict[str, dict[str, list[Any]]] = {}
    for one in sorted(targets, key=lambda one: bool(one.annees)):
        name = known.get(holder_key(one.bailleur)) if one.bailleur and one.reservataire is None else None
        if name is not None and (not one.annees or year in one.annees):
            found.setdefault(name, {})[TARGETS[one.test]] = [float(one.valeur), one.source]
    return found


def alerts_of(alerts: Sequence[Alert], landlords: Iterable[str]) -> tuple[Alert, ...]:
    """Give alerts under the names that the survey gives to their landlords.

    Raises
    ------
    AtlasError
        ``ALERTE-BAILLEUR`` for each landlord that the survey does not know.
    """
    known, faults = {holder_key(name): name for name in landlords}, Faults()
    for alert in alerts:
        if holder_key(alert.bailleur) not in known:
            near = nearest(alert.bailleur, set(known.values()))
            faults.add(
                "ALERTE-BAILLEUR",
                f"[[alertes]] : aucun bailleur de l'enquête ne s'appelle « {alert.bailleur} ».",
                f"un de {excerpt(sorted(known.values()), 8)}",
                f"écrire « {near} » ?" if near else "corriger le nom, ou retirer la section",
            )
    faults.raise_if_any()
    return tuple(one.model_copy(update={"bailleur": known[holder_key(one.bailleur)]}) for one in alerts)


def last_years(
    parameters: Parameters, latest: int, campaigns: Sequence[int], used: list[Rule], faults: Faults
) -> tuple[int, int]:
    """Read until which year the list of quarters before today's was in force, in mainland France and overseas.

    The rule is asked on the day of each campaign, which says how far it was verified; a year is of the list in force on
    its 1 January. ``latest`` is today's list.
    """
    found = []
    for key in LISTS:
        for campaign in campaigns:
            try:
                rule = parameters.at(key, date(campaign, 1, 1))
            except AtlasError as error:
                faults.found += error.faults
                continue
            if rule not in used:
                used.append(rule)
        since = min((rule.since for rule in parameters.values.get(key, ()) if rule.value >= latest), default=date.max)
        found.append(since.year - (since == date(since.year, 1, 1)))
    return found[0], found[1]
