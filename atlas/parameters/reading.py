"""Reading the rules: one TOML file each, every fault of every file told at once."""

from __future__ import annotations

import math
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from atlas.errors import Faults
from atlas.parameters.rules import CLOCKS, NATURES, Parameters, Rule
from atlas.resources import shipped

_HEADER: dict[str, type] = {"cle": str, "libelle": str, "unite": str, "nature": str, "horloge": str}
_VALUE: dict[str, type] = {"depuis": date, "valeur": float, "reference": str, "verifie_jusqu_au": date}
# Of an address that is fetched: its producer's page, the day it was last read there, whether a service answered.
_FETCHED: dict[str, type] = {"page": str, "verifie_le": date, "verifie_en_ligne": bool}
_KINDS = {
    bool: "true ou false",
    date: "une date sans guillemets ni heure, par exemple 2022-06-01",
    str: "un texte",
    float: "un nombre, une liste de nombres ou une liste de mots",
    list: "une liste [[valeurs]] de valeurs datées",
}


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
    given: Any = content.get("valeurs")
    dated: list[dict[str, Any]] = given if _is(list, given) else []
    for position, value in enumerate(dated, start=1):
        fetched = _FETCHED if _FETCHED.keys() & value.keys() else {}
        _check_fields(path, value, {**_VALUE, **fetched}, f" (valeur {position})", faults)
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
            page=value.get("page", ""),
            checked_on=value.get("verifie_le"),
            checked_online=value.get("verifie_en_ligne", True),
        )
        for value in sorted(dated, key=lambda value: value["depuis"])
    )


def _check_fields(path: Path, entry: dict[str, Any], fields: dict[str, type], where: str, faults: Faults) -> None:
    for name, kind in fields.items():
        found = entry.get(name)
        if found is None or found == [] or (isinstance(found, str) and not found.strip()):
            faults.add(
                "PARAM-INCOMPLET",
                f"{path.name}{where} : « {name} » manque ou est vide.",
                f"les champs {', '.join(fields)}",
                "compléter le fichier : une règle sans date ni référence n'est pas utilisable",
            )
        elif not _is(kind, found):
            faults.add(
                "PARAM-TYPE",
                f"{path.name}{where} : « {name} » vaut {found!r}.",
                _KINDS[kind],
                "corriger le type de la valeur",
            )
    for name in sorted(set(entry) - set(fields)):
        faults.add(
            "PARAM-CHAMP",
            f"{path.name}{where} : champ inconnu « {name} ».",
            f"les champs {', '.join(fields)}",
            "corriger l'orthographe ou supprimer le champ",
        )


def _is(kind: type, found: Any) -> bool:
    """Tell whether a value is of the kind that its field asks for: a date has no hour, a truth is not a number."""
    if kind is float and isinstance(found, list):
        return any(all(_is(one, value) for value in found) for one in (float, str))
    if kind is float:
        return isinstance(found, (int, float)) and not isinstance(found, bool) and math.isfinite(found)
    if kind is list:
        return isinstance(found, list) and all(isinstance(value, dict) for value in found)
    return type(found) is kind


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
