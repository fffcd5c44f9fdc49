"""The numbers: every threshold, ceiling, distance and secrecy rule, dated and referenced, read from TOML files.

A rule asked on a day outside its verified span is an error that says what to read and edit; nothing falls back
silently on an older value. Rules of secrecy can never be accepted unverified.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from atlas.errors import AtlasError, Fault, Faults
from atlas.resources import shipped

NATURES = ("règle publiée", "choix du projet")
CLOCKS = ("enquête", "géographie", "publication")

_HEADER = {"cle": str, "libelle": str, "unite": str, "nature": str, "horloge": str}
_VALUE = {"depuis": date, "valeur": object, "reference": str, "verifie_jusqu_au": date}


@dataclass(frozen=True)
class Rule:
    """One rule in force on a day: its value, its unit, where it was read and until when it was verified."""

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
        if key in self.accepted and not key.startswith("secret_"):
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
                        if key.startswith("secret_")
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
            if key.startswith("secret_"):
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
        """Add a territory's own values, key to (value, unit, source), in force on any day until ``day``."""
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


def read_parameters(folder: Path | None = None) -> Parameters:
    """Read and check every rule of a folder (the shipped one by default), one TOML file each.

    Raises
    ------
    AtlasError
        Every fault of every file at once: unreadable TOML (a duplicate key is one), missing or mistyped field, value
        without date or reference, two values from the same day, verified day before the value's own.
    """
    faults, values = Faults(), {}
    for path in sorted((folder or shipped("data") / "parameters").glob("*.toml")):
        try:
            content = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            faults.add(
                "PARAM-TOML",
                f"{path.name} n'est pas un fichier TOML lisible : {error}.",
                "un fichier TOML en UTF-8, sans clé en double",
                "corriger la ligne citée",
            )
            continue
        rules = _rules(path, content, faults)
        if rules:
            values[rules[0].key] = rules
    faults.raise_if_any()
    return Parameters(values)


def _rules(path: Path, content: dict[str, Any], faults: Faults) -> tuple[Rule, ...]:
    """Turn one file's content into its dated rules, reporting what it lacks."""
    before = len(faults.found)
    _check_fields(path, content, {**_HEADER, "valeurs": list}, "", faults)
    dated = [value for value in content.get("valeurs", []) if isinstance(value, dict)]
    for position, value in enumerate(dated, start=1):
        _check_fields(path, value, _VALUE, f" (valeur {position})", faults)
    if len(faults.found) > before:
        return ()
    _check_meaning(path, content, dated, faults)
    if len(faults.found) > before:
        return ()
    header = {
        "key": content["cle"],
        "label": content["libelle"],
        "unit": content["unite"],
        "nature": content["nature"],
        "clock": content["horloge"],
    }
    return tuple(
        Rule(
            **header,
            value=value["valeur"],
            since=value["depuis"],
            reference=value["reference"],
            verified_until=value["verifie_jusqu_au"],
        )
        for value in sorted(dated, key=lambda value: value["depuis"])
    )


def _check_fields(path: Path, entry: dict[str, Any], fields: dict[str, type], where: str, faults: Faults) -> None:
    for name, kind in fields.items():
        found = entry.get(name)
        if found is None or found in ("", []):
            faults.add(
                "PARAM-INCOMPLET",
                f"{path.name}{where} : « {name} » manque ou est vide.",
                f"les champs {', '.join(fields)}",
                "compléter le fichier : une règle sans date ni référence n'est pas utilisable",
            )
        elif not isinstance(found, kind):
            faults.add(
                "PARAM-TYPE",
                f"{path.name}{where} : « {name} » vaut {found!r}.",
                {
                    date: "une date sans guillemets, par exemple 2022-06-01",
                    str: "un texte",
                    list: "une liste [[valeurs]]",
                }[kind],
                "corriger le type de la valeur",
            )
    for name in sorted(set(entry) - set(fields)):
        faults.add(
            "PARAM-CHAMP",
            f"{path.name}{where} : champ inconnu « {name} ».",
            f"les champs {', '.join(fields)}",
            "corriger l'orthographe ou supprimer le champ",
        )


def _check_meaning(path: Path, content: dict[str, Any], dated: list[dict[str, Any]], faults: Faults) -> None:
    if content["cle"] != path.stem:
        faults.add(
            "PARAM-CLE",
            f"{path.name} déclare la clé « {content['cle']} ».",
            f"la clé « {path.stem} », comme le nom du fichier",
            "renommer le fichier ou la clé",
        )
    for name, allowed in (("nature", NATURES), ("horloge", CLOCKS)):
        if content[name] not in allowed:
            faults.add(
                "PARAM-VALEUR",
                f"{path.name} : {name} vaut « {content[name]} ».",
                " ou ".join(f"« {word} »" for word in allowed),
                "choisir une des valeurs admises",
            )
    days = [value["depuis"] for value in dated]
    for day in sorted({day for day in days if days.count(day) > 1}):
        faults.add(
            "PARAM-DOUBLE",
            f"{path.name} donne deux valeurs à partir du {day:%d/%m/%Y}.",
            "une seule valeur par date",
            "supprimer la valeur fausse",
        )
    for value in dated:
        if value["verifie_jusqu_au"] < value["depuis"]:
            faults.add(
                "PARAM-DATES",
                f"{path.name} : vérifiée jusqu'au {value['verifie_jusqu_au']:%d/%m/%Y}, "
                f"avant sa prise d'effet ({value['depuis']:%d/%m/%Y}).",
                "une date de vérification postérieure à la prise d'effet",
                "corriger l'une des deux dates",
            )
