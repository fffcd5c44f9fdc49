"""Fragility methods, one per file: adding a method is adding a module here, its rules, and its layer.

A method module holds one :class:`atlas.methods.model.Method` named ``METHOD``; every table, page, map and explanation
shows it from that declaration.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path

from atlas.catalogue import Catalogue, read_catalogue
from atlas.errors import AtlasError, Fault
from atlas.methods.agreement import ACCORDS, AGREEMENT, UNIT, agreement, judged_columns, side_of, taking_sides
from atlas.methods.bounds import SIDES
from atlas.methods.contributions import Contribution, Multiplied, beside_of, contributions_of, factors_of
from atlas.methods.gathered import features_of, needs_of, rates_of
from atlas.methods.levels import Criterion, Levels, Outcome
from atlas.methods.model import Method
from atlas.methods.signals import ACCESS, SIGNALS, signals
from atlas.methods.small import CHANCES, SAID_OF
from atlas.methods.updates import SINCE, since_survey
from atlas.tables import UNITS, columns_of

__all__ = [
    "ACCESS",
    "ACCORDS",
    "AGREEMENT",
    "CHANCES",
    "DEFAULT",
    "SAID_OF",
    "SIDES",
    "SIGNALS",
    "SINCE",
    "UNIT",
    "Contribution",
    "Criterion",
    "Levels",
    "Method",
    "Multiplied",
    "Outcome",
    "agreement",
    "beside_of",
    "catalogue_of",
    "contributions_of",
    "every",
    "factors_of",
    "features_of",
    "judged_columns",
    "known",
    "load",
    "needs_of",
    "rates_of",
    "side_of",
    "signals",
    "since_survey",
    "taking_sides",
]

DEFAULT = ("seuils",)  # what a territory that names no method gets
_SHARED = {
    "model",
    "gathered",
    "levels",
    "bounds",
    "small",
    "updates",
    "contributions",
    "agreement",
    "household",
    "household_words",
    "arrivals",
    "simulable",
    "crossing",
    "signals",
    "room",
    "outlook",
}  # what methods are made of


def known() -> tuple[str, ...]:
    """Names of the methods found in this folder.

    >>> "seuils" in known()
    True
    """
    return _found(tuple(__path__))


@lru_cache
def _found(folders: tuple[str, ...]) -> tuple[str, ...]:
    """Name the methods of folders, looked at once: pages are read by the thousand, each by every method's words."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(folders) if module.name not in _SHARED))


def every() -> tuple[Method, ...]:
    """Import every method, in the order of their names."""
    return load(known())


def catalogue_of(chosen: Sequence[Method], rules: Collection[str], folder: Path | None = None) -> Catalogue:
    """Read the layers, the shipped ones by default, as the first of some methods fills them.

    They are checked against the columns of every method, active or not.

    Raises
    ------
    AtlasError
        Faults of the layer files.
    """
    judged = {unit: judged_columns(every(), unit, counts=True) for unit in UNITS}
    declared = {
        unit: {column.name: column for column in columns_of(unit, counts=True, judged=judged[unit])} for unit in UNITS
    }
    return read_catalogue(declared, rules, folder, standing_for=chosen[0].standing_for)


def load(names: Sequence[str] = DEFAULT) -> tuple[Method, ...]:
    """Import the methods a territory asks for, in its order, each once.

    Raises
    ------
    AtlasError
        ``METHODE-INCONNUE`` for a name without a file, ``METHODE-AUCUNE`` without any name.
    """
    faults = [
        Fault(
            "METHODE-INCONNUE",
            f"[methodes] actives nomme « {name} », qui n'existe pas.",
            f"une des méthodes {', '.join(known())}",
            "corriger le nom",
        )
        for name in names
        if name not in known()
    ]
    if not names:
        faults.append(
            Fault(
                "METHODE-AUCUNE",
                "[methodes] actives est vide : rien ne dirait quelle occupation est fragile.",
                f"une des méthodes {', '.join(known())} au moins",
                f'écrire actives = ["{DEFAULT[0]}"]',
            )
        )
    if faults:
        raise AtlasError(faults)
    return tuple(importlib.import_module(f"atlas.methods.{name}").METHOD for name in dict.fromkeys(names))
