"""Fragility methods, one per file: adding a method is adding a module here.

A method module declares ``LABEL`` (French), ``NEEDS`` (indicator codes), ``RULES`` (parameter keys), ``SOURCE`` and a
function ``judge(table, rules)`` that reads the published columns of a unit table and returns new columns.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from types import ModuleType

from atlas.errors import AtlasError, Fault


def known() -> tuple[str, ...]:
    """Names of the methods found in this folder.

    >>> "seuils" in known()
    True
    """
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


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
