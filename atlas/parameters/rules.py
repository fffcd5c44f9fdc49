"""The rules in force on a day, and what a territory or a command line may change of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from atlas.errors import AtlasError, Fault, Faults

NATURES = ("règle publiée", "choix du projet")
CLOCKS = ("enquête", "géographie", "publication")
_SECRECY = "secret_"


@dataclass(frozen=True)
class Rule:
    """One rule in force on a day: its value, its unit, where it was read and until when it was verified.

    Of an address that is fetched, ``page`` is its producer's, ``checked_on`` the day it was last read there,
    ``checked_online`` whether the service itself answered that day.
    """

    key: str
    label: str
    unit: str
    nature: str
    clock: str
    value: Any
    since: date
    reference: str
    verified_until: date
    local: bool = False
    unverified: bool = False
    page: str = ""
    checked_on: date | None = None
    checked_online: bool = True


@dataclass(frozen=True)
class Parameters:
    """Every dated value of every rule, by key; ``accepted`` names those that may be used beyond their verified day."""

    values: Mapping[str, tuple[Rule, ...]]
    accepted: frozenset[str] = frozenset()

    def at(self, key: str, day: date) -> Rule:
        """Find the rule in force on a day.

        Raises
        ------
        AtlasError
            ``PARAM-INCONNU``, ``PARAM-AVANT`` (asked before its first value) or ``PARAM-PERIME`` (after the day until
            which it was verified, unless accepted on the command line).
        """
        dated = self.values.get(key)
        if dated is None:
            raise AtlasError(
                [
                    Fault(
                        "PARAM-INCONNU",
                        f"La règle « {key} » n'a aucune valeur.",
                        f"un fichier data/parameters/{key}.toml ou une section [regles.{key}] du fichier de territoire",
                        "ajouter la valeur locale avec son unité et sa source",
                    )
                ]
            )
        in_force = [rule for rule in dated if rule.since <= day]
        if not in_force:
            raise AtlasError(
                [
                    Fault(
                        "PARAM-AVANT",
                        f"La règle « {key} » est demandée au {day:%d/%m/%Y}, avant sa première valeur "
                        f"({dated[0].since:%d/%m/%Y}).",
                        "une date couverte par la règle",
                        f"compléter data/parameters/{key}.toml avec la valeur de l'époque et sa référence",
                    )
                ]
            )
        rule = in_force[-1]
        if day <= rule.verified_until:
            return rule
        if key in self.accepted and not key.startswith(_SECRECY):
            return Rule(**{**vars(rule), "unverified": True})
        raise AtlasError(
            [
                Fault(
                    "PARAM-PERIME",
                    f"La règle « {key} » est demandée au {day:%d/%m/%Y} mais n'est vérifiée que jusqu'au "
                    f"{rule.verified_until:%d/%m/%Y}.",
                    f"une valeur relue à la source : {rule.reference}",
                    f"relire la source puis mettre à jour data/parameters/{key}.toml"
                    + (
                        ""
                        if key.startswith(_SECRECY)
                        else f", ou construire avec --accepter-non-verifie {key} (mention portée sur chaque page)"
                    ),
                )
            ]
        )

    def in_force(self, day: date) -> list[Rule]:
        """List every rule known on a day, verified or not, sorted by key."""
        known = (
            max((rule for rule in dated if rule.since <= day), key=lambda rule: rule.since, default=None)
            for dated in self.values.values()
        )
        return sorted(
            (Rule(**{**vars(rule), "unverified": day > rule.verified_until}) for rule in known if rule is not None),
            key=lambda rule: rule.key,
        )

    def accepting(self, keys: Collection[str]) -> Parameters:
        """Allow these rules to be used beyond their verified day; secrecy rules are refused.

        Raises
        ------
        AtlasError
            ``PARAM-SECRET`` for a secrecy rule, ``PARAM-INCONNU`` for an unknown one.
        """
        faults = Faults()
        for key in keys:
            if key.startswith(_SECRECY):
                faults.add(
                    "PARAM-SECRET",
                    f"La règle de secret « {key} » ne peut pas être acceptée sans vérification.",
                    "une règle de secret relue à sa source",
                    f"mettre à jour data/parameters/{key}.toml",
                )
            elif key not in self.values:
                faults.add(
                    "PARAM-INCONNU",
                    f"La règle « {key} » n'existe pas.",
                    "une règle listée par « atlas rules »",
                    "corriger --accepter-non-verifie",
                )
        faults.raise_if_any()
        return Parameters(self.values, self.accepted | frozenset(keys))

    def with_local(self, local: Mapping[str, tuple[Any, str, str]], day: date) -> Parameters:
        """Add a territory's own values, key to (value, unit, source), in force on any day until ``day``.

        Raises
        ------
        AtlasError
            ``PARAM-SECRET`` for a secrecy rule, ``PARAM-UNITE`` for a value in another unit than the rule's.
        """
        faults = Faults()
        for key, (_, unit, _) in local.items():
            expected = self.values[key][0].unit if key in self.values else unit
            if key.startswith(_SECRECY):
                faults.add(
                    "PARAM-SECRET",
                    f"[regles.{key}] : un territoire ne peut pas changer une règle de secret.",
                    "le secret statistique est le même pour tous les territoires",
                    "retirer la section",
                )
            elif unit != expected:
                faults.add(
                    "PARAM-UNITE",
                    f"[regles.{key}] : la valeur est en « {unit} ».",
                    f"une valeur en « {expected} », comme la règle qu'elle remplace",
                    "convertir la valeur et corriger l'unité",
                )
        faults.raise_if_any()
        own = {
            key: (
                Rule(
                    key=key,
                    label=self.values[key][0].label if key in self.values else key.replace("_", " "),
                    unit=unit,
                    nature="valeur locale",
                    clock="enquête",
                    value=value,
                    since=date.min,
                    reference=source,
                    verified_until=day,
                    local=True,
                ),
            )
            for key, (value, unit, source) in local.items()
        }
        return Parameters({**self.values, **own}, self.accepted)


@dataclass(frozen=True)
class Recorder(Parameters):
    """The same rules, and those that were asked of it: which ones apply may depend on what the files hold."""

    given: list[Rule] = field(default_factory=list)

    def at(self, key: str, day: date) -> Rule:
        """Find the rule in force on a day, as :meth:`Parameters.at` does, and remember it."""
        rule = super().at(key, day)
        if rule not in self.given:
            self.given.append(rule)
        return rule
