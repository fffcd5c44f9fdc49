"""The gate: a build refuses itself when the audit finds, in an edition as written, what it should have masked."""

from __future__ import annotations

import json
from math import ceil
from pathlib import Path
from typing import Protocol

from atlas.audit.attack import Limits
from atlas.audit.verdict import audit
from atlas.errors import Faults

LANDLORD = "bailleur-"


class Thresholds(Protocol):
    """What the gate reads of the rules of secrecy."""

    @property
    def dwellings(self) -> float:
        """Smallest number of dwellings of a shown unit."""

    @property
    def households(self) -> float:
        """Smallest number of responding households of a shown unit."""

    @property
    def denominator(self) -> float:
        """Smallest denominator of a shown rate."""


def limits_of(rules: Thresholds) -> Limits:
    """Take the limits of an attack from the rules of secrecy."""
    return Limits(ceil(rules.dwellings), ceil(rules.households), ceil(rules.denominator))


def refuse_leaks(output: Path, rules: Thresholds) -> None:
    """Audit every masked edition of a build, and what partners and landlords hold together.

    Widths of intervals are not measured here: ``atlas audit`` does, and they refuse nothing.

    Raises
    ------
    AtlasError
        ``AUDIT-FUITE`` with every reason of every edition.
    """
    editions = {folder.name: folder for folder in sorted(output.iterdir()) if _masked(folder)}
    shared = [folder for name, folder in editions.items() if not name.startswith(LANDLORD)]
    faults = Faults()
    for name, folder in editions.items():
        held = [other for other in shared if other != folder] if name != "public" else []
        for reason in audit(folder, limits_of(rules), also=held, listed=0).reasons:
            faults.add(
                "AUDIT-FUITE",
                f"Édition « {name} » : {reason}.",
                "une édition dont rien de masqué ne se déduit",
                "signaler ce défaut du programme : rien n'a été publié",
            )
    faults.raise_if_any()


def _masked(folder: Path) -> bool:
    manifest = folder / "manifeste.json"
    return manifest.is_file() and bool(json.loads(manifest.read_text("utf-8"))["masquee"])
