"""What pydantic found in a territory file, said in French, with the nearest key for a misspelt one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel

from atlas.errors import Fault
from atlas.territory.sections import LocalRule, Territory

_WORDS = {
    "missing": ("manque", "une valeur", "compléter la section"),
    "string_type": ("n'est pas un texte", "un texte entre guillemets", "ajouter les guillemets"),
    "int_parsing": ("n'est pas un entier", "un nombre entier", "corriger la valeur"),
    "int_type": ("n'est pas un entier", "un nombre entier", "corriger la valeur"),
    "float_parsing": ("n'est pas un nombre", "un nombre, avec un point décimal", "corriger la valeur"),
    "float_type": ("n'est pas un nombre", "un nombre, avec un point décimal", "corriger la valeur"),
    "bool_parsing": ("n'est pas vrai ou faux", "true ou false", "corriger la valeur"),
    "bool_type": ("n'est pas vrai ou faux", "true ou false", "corriger la valeur"),
    "tuple_type": ("n'est pas une liste", "une liste entre crochets", "ajouter les crochets"),
    "zones": ("n'est pas une liste de sections", "[[sources.zones]] pour chaque périmètre", "doubler les crochets"),
    "dict_type": ("n'est pas une section", "une section", "corriger la mise en forme"),
    "model_type": ("n'est pas une section", "une section [ … ]", "corriger la mise en forme"),
    "too_short": ("est vide", "au moins un élément", "compléter la liste"),
    "string_too_short": ("est vide", "un texte", "compléter"),
    "date_type": ("n'est pas une date", "une date sans guillemets, par exemple 2024-07-13", "corriger la valeur"),
    "date_from_datetime_parsing": ("n'est pas une date", "une date, par exemple 2024-07-13", "corriger la valeur"),
    "path_type": ("n'est pas un chemin", "un chemin entre guillemets", "corriger la valeur"),
}


def translated(path: Path, entry: Any, content: Any) -> Fault:
    """Say in French what pydantic found in the content of a file, with the nearest key for a misspelt one."""
    where = _written(entry["loc"], content)
    kind = entry["type"]
    if kind == "extra_forbidden":
        known = _known_keys(entry["loc"][:-1])
        near = nearest(str(entry["loc"][-1]), known)
        return Fault(
            "TERR-CLE",
            f"{path.name} : clé inconnue « {where} ».",
            f"une des clés {', '.join(sorted(known))}",
            f"écrire « {near} » ?" if near else "supprimer la clé ou corriger son orthographe",
        )
    if kind == "literal_error":
        return Fault(
            "TERR-VALEUR",
            f"{path.name} : « {where} » vaut {entry['input']!r}.",
            f"une des valeurs {entry['ctx']['expected'].replace(' or ', ' ou ')}",
            "corriger la valeur",
        )
    if kind == "value_error":
        return Fault(
            "TERR-VALEUR",
            f"{path.name} : « {where} » : {entry['ctx']['error']}.",
            "voir ci-dessus",
            "corriger la valeur",
        )
    if entry["loc"] == ("sources", "zones"):
        kind = "zones"
    elif entry["loc"][0] == "sources" and len(entry["loc"]) == 2 and kind == "tuple_type":
        kind = "dict_type"
    said, expected, remedy = _WORDS.get(kind, ("n'est pas valable", "une valeur du type attendu", "corriger la valeur"))
    return Fault("TERR-TYPE", f"{path.name} : « {where} » {said}.", expected, remedy)


def _written(location: tuple[int | str, ...], content: Any) -> str:
    """Give a place as the file writes it: a section that is read as a list of one block has no number there."""
    steps = []
    for step in location:
        if isinstance(step, int) and isinstance(content, dict):
            continue
        steps.append(str(step))
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            content = None
    return ".".join(steps)


def _known_keys(location: tuple[int | str, ...]) -> set[str]:
    """Keys allowed at a place of the file, by walking the models."""
    model: Any = Territory
    for step in location:
        if isinstance(step, int):
            continue
        field = model.model_fields.get(step) if isinstance(model, type) and issubclass(model, BaseModel) else None
        annotation = field.annotation if field else LocalRule
        nested = [part for part in (annotation, *getattr(annotation, "__args__", ())) if isinstance(part, type)]
        model = next((part for part in nested if issubclass(part, BaseModel)), LocalRule)
    return set(model.model_fields) - {"chemin"}


def nearest(word: str, known: set[str]) -> str | None:
    """Find the known word that a misspelt one most looks like, None when none does."""
    from rapidfuzz import process

    found = process.extractOne(word, sorted(known), score_cutoff=60)
    return found[0] if found else None
