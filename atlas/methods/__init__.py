"""Fragility methods, one per file: adding a method is adding a module here.

A method module declares ``LABEL`` (French), ``NEEDS`` (indicator codes), ``RULES`` (parameter keys), ``SOURCE``, a
function ``judge(table, rules)`` that reads the published columns of a unit table and returns new columns, and another,
``thresholds(rules)``: by indicator code, every rate (%) at which its judgement may change. Rounding and bounds never
cross one of them, so that a method says the same of one unit in every edition.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from atlas.errors import AtlasError, Fault


def known() -> tuple[str, ...]:
    """Names of the methods found in this folder.

    >>> "seuils" in known()
    True
    """
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def thresholds(methods: Sequence[ModuleType], rules: Mapping[str, Any]) -> dict[str, tuple[float, ...]]:
    """Gather the rates at which the judgement of a method may change, by indicator, each once and in order.

    >>> from types import SimpleNamespace
    >>> made = [SimpleNamespace(thresholds=lambda rules, value=value: {"inf40": [value, 40]}) for value in (45, 30)]
    >>> thresholds(made, {})
    {'inf40': (30.0, 40.0, 45.0)}
    """
    found: dict[str, set[float]] = {}
    for method in methods:
        for code, values in method.thresholds(rules).items():
            found.setdefault(code, set()).update(map(float, values))
    return {code: tuple(sorted(values)) for code, values in found.items()}


def load(names: Sequence[str]) -> tuple[ModuleType, ...]:
    """Import the methods a territory asks for, in its order.

    Raises
    ------
    AtlasError
        ``METHODE-INCONNUE`` for a name without a file.
    """
    unknown = [name for name in names if name not in known()]
    if unknown:
        raise AtlasError(
            [
                Fault(
                    "METHODE-INCONNUE",
                    f"[methodes] actives nomme « {name} », qui n'existe pas.",
                    f"une des méthodes {', '.join(known())}",
                    "corriger le nom",
                )
                for name in unknown
            ]
        )
    return tuple(importlib.import_module(f"atlas.methods.{name}") for name in names)
