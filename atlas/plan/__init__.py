"""The plan of a build: its territory file, the rules it will apply on their three clocks, and what its pages must say.

Everything that can be refused before reading the data is refused here, all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from atlas import methods
from atlas.catalogue import Catalogue
from atlas.dwellings import RULE_KEYS as STOCK_KEYS
from atlas.dwellings import SURFACES, LowRent, StockRules
from atlas.edition import Context
from atlas.errors import AtlasError, Faults
from atlas.evolution import ANSWERING, ANSWERS
from atlas.filiation import RULE_KEYS as FILIATION_KEYS
from atlas.filiation import FiliationRules, Regroup
from atlas.group import RULE_KEYS as GROUP_KEYS
from atlas.group import GroupRules, group
from atlas.match import RULE_KEYS as MATCH_KEYS
from atlas.match import MatchRules
from atlas.methods import Method
from atlas.methods.alerte import ALERTS
from atlas.methods.household_words import AIM, DECIDING, PROFILES
from atlas.output import ATLAS_PAGE, BOOKLETS, COMMUNE_BOOKLETS, FORMATS
from atlas.parameters import Parameters, Rule, read_parameters
from atlas.place import RULE_KEYS as PLACE_KEYS
from atlas.place import PlaceRules
from atlas.plan.drawn import catalogue_of, published_classes
from atlas.plan.local import (
    LOW_RENT,
    WIDER,
    alerts_of,
    check_methods,
    check_profiles,
    last_years,
    perimeters,
    targets_of,
    with_local,
)
from atlas.plan.said import context_of, defined_at
from atlas.plan.wired import check_declarations
from atlas.protect import AUDIENCES, LANDLORD, Audience, Scale, SecrecyRules
from atlas.protect import RULE_KEYS as SECRECY_KEYS
from atlas.tables import FEW, INDICATORS, TARGETS_OF
from atlas.tables.offered import HOUSEHOLDS, OFFERING
from atlas.territory import Identity, Territory, nearest, read_territory

_Rules = TypeVar("_Rules")


@dataclass(frozen=True)
class Plan:
    """What a build will do, checked. ``context.rules`` lists the parameters of its stages, in the order of use."""

    territory: Territory
    parameters: Parameters
    methods: tuple[Method, ...]
    editions: tuple[str, ...]
    formats: tuple[str, ...]
    match: MatchRules
    place: PlaceRules
    group: GroupRules
    filiation: FiliationRules
    stock: StockRules
    low_rent: LowRent | None
    secrecy: SecrecyRules
    method_rules: Mapping[str, Any]
    scale: Scale
    catalogue: Catalogue
    wider: tuple[str, ...]
    context: Context

    @property
    def groups(self) -> Mapping[str, Sequence[str]]:
        """Landlords that pool what they know, by the name of their group."""
        return self.territory.groupes_bailleurs

    @property
    def identity(self) -> Identity:
        """What the territory is called, and its campaigns."""
        return self.territory.territoire

    @property
    def following(self) -> tuple[tuple[int, ...], FiliationRules, Regroup]:
        """What residences are followed by: campaigns, rules, and the grouping of each."""
        return self.context.campaigns, self.filiation, partial(group, rules=self.group)

    def rules_for(self, audience: Audience, landlords: Iterable[str]) -> Mapping[str, Any]:
        """Give what is applied for an audience: rules of methods, alerts that it may see, targets of landlords."""
        landlords = tuple(landlords)
        alerts = alerts_of(self.territory.alertes, landlords)
        named = () if audience.anonymous else alerts
        seen = (one for one in named if one.partage or not audience.masked or one.bailleur == audience.landlord)
        targets = targets_of(self.territory.cibles, () if audience.anonymous else landlords, self.context.campaign)
        told = {TARGETS_OF: targets} if targets else {}
        return {**self.method_rules, ALERTS: {one.bailleur: one.seuils for one in seen}, **told}


def plan(
    path: Path,
    editions: Sequence[str],
    accepted: Sequence[str] = (),
    today: date | None = None,
    *,
    formats: Sequence[str] = (),
) -> Plan:
    """Read the territory file and every rule it needs.

    Raises
    ------
    AtlasError
        Faults of the territory file, of the parameters, of the editions, formats and methods, all at once.
    """
    territory, parameters, faults = None, None, Faults()
    try:
        territory = read_territory(path)
    except AtlasError as error:
        faults.found += error.faults
    try:
        parameters = read_parameters().accepting(accepted)
    except AtlasError as error:
        faults.found += error.faults
    _check_editions(editions, faults)
    _check_formats(formats, faults)
    if parameters is not None:
        check_declarations(parameters.values, faults)
    if territory is None or parameters is None:
        raise AtlasError(faults.found)

    published = territory.published_on(today)
    parameters = with_local(parameters, territory, faults)
    survey = date(territory.campaign, 1, 1)
    used: list[Rule] = []

    def day_of(key: str) -> date:
        """A past publication day does not revive a secrecy rule that expired since: what is real leaves today."""
        now = today or date.today()
        real = key.startswith("secret_") and not territory.territoire.fictif
        return max(published, now) if real else published

    def find(key: str) -> Any:
        """Read one rule on its own clock, keeping its faults for later."""
        clock = next((rule.clock for rule in parameters.values.get(key, ())), "publication")
        try:
            rule = parameters.at(key, survey if clock == "enquête" else day_of(key))
        except AtlasError as error:
            faults.found += error.faults
            return 0
        if rule not in used:
            used.append(rule)
        return rule.value

    chosen: tuple[Method, ...] = ()
    try:
        chosen = methods.load(territory.methodes.actives)
    except AtlasError as error:
        faults.found += error.faults
    method_rules = {key: find(key) for method in chosen for key in method.rules}
    check_methods(chosen, method_rules, faults)
    filled: dict[str, Any] = {
        "match": _filled(MatchRules, MATCH_KEYS, find),
        "place": _filled(PlaceRules, PLACE_KEYS, find),
        "group": _filled(GroupRules, GROUP_KEYS, find),
        "filiation": _filled(FiliationRules, FILIATION_KEYS, find),
        "secrecy": _filled(SecrecyRules, SECRECY_KEYS, find),
        "stock": _filled(StockRules, STOCK_KEYS, find),
        "low_rent": _low_rent(parameters, survey, used, faults),
    }
    if territory.sources.attributions:
        for indicator in INDICATORS.values():
            if indicator.target:
                find(indicator.target.rule)
        find(FEW)
    given = (*DECIDING, *OFFERING, *([AIM] if AIM in parameters.values else []))
    for key in (BOOKLETS, COMMUNE_BOOKLETS, ATLAS_PAGE, ANSWERS, ANSWERING, *given):
        find(key)
    wider = perimeters(find(WIDER), faults)
    check_profiles(find(PROFILES), faults)
    check_profiles(find(HOUSEHOLDS), faults)
    catalogue = catalogue_of(chosen or methods.load(), parameters, faults)
    for layer in catalogue.layers if catalogue else ():
        if layer.threshold:  # drawn whatever the methods
            find(layer.threshold)
    lists = [block.generation or 0 for block in territory.sources.qpv]
    if len(lists) > 1:
        until = last_years(parameters, lists[-1], territory.territoire.campagnes, used, faults)
        filled["place"] = replace(filled["place"], until=until)
    faults.raise_if_any()
    assert catalogue is not None  # a catalogue that cannot be read is a fault
    context = context_of(territory, published, tuple(used), defined_at(parameters, territory.territoire.campagnes))
    thresholds = methods.rates_of(chosen, method_rules)
    return Plan(
        territory,
        parameters,
        chosen,
        tuple(dict.fromkeys(editions)),
        tuple(dict.fromkeys(formats)),
        method_rules=method_rules,
        scale=Scale(
            thresholds,
            published_classes(catalogue.layers, parameters.in_force(published), thresholds),
            {one.code: method_rules[one.rule] for one in chosen[0].criteria},
        ),
        wider=wider,
        catalogue=catalogue,
        context=context,
        **filled,
    )


def secrecy_rules(today: date | None = None) -> SecrecyRules:
    """Read the rules of secrecy in force on a day, today by default."""
    parameters, day = read_parameters(), today or date.today()
    return _filled(SecrecyRules, SECRECY_KEYS, lambda key: parameters.at(key, day).value)


def _check_editions(editions: Sequence[str], faults: Faults) -> None:
    """Refuse editions that cannot exist; a landlord's is known to exist only once the survey is read."""
    for name in editions:
        if name not in AUDIENCES and not name.startswith(LANDLORD):
            faults.add(
                "EDITION-INCONNUE",
                f"L'édition « {name} » n'existe pas.",
                f"une des éditions {', '.join(AUDIENCES)}, {LANDLORD}<nom>",
                "corriger --edition",
            )


def _check_formats(formats: Sequence[str], faults: Faults) -> None:
    for name in dict.fromkeys(formats):
        if name not in FORMATS:
            near = nearest(name, set(FORMATS))
            faults.add(
                "FORMAT-INCONNU",
                f"--formats nomme « {name} », qui n'existe pas.",
                f"un ou plusieurs de {', '.join(FORMATS)}",
                f"écrire « {near} » ?" if near else "corriger --formats",
            )


def _filled(kind: Callable[..., _Rules], keys: Mapping[str, str], find: Callable[[str], Any]) -> _Rules:
    """Fill a stage's rules from the parameters that its module names."""
    return kind(**{name: find(key) for name, key in keys.items()})


def _low_rent(parameters: Parameters, day: date, used: list[Rule], faults: Faults) -> LowRent | None:
    """Read the local rent ceiling: there is no default, and its unit says which surface it is per m² of."""
    if LOW_RENT not in parameters.values:
        return None
    rule = parameters.at(LOW_RENT, day)
    surface = rule.unit.split()[-1].upper()
    if surface not in SURFACES:
        faults.add(
            "REGLE-SURFACE",
            f"[regles.{LOW_RENT}] : l'unité « {rule.unit} » ne dit pas de quelle surface il s'agit.",
            "« €/m² SU » (utile), « €/m² SH » (habitable) ou « €/m² SC » (corrigée)",
            "préciser la surface : un loyer au m² n'est comparable que sur la même surface",
        )
        return None
    used.append(rule)
    return LowRent(rule.value, surface)
