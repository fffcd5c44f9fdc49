"""What the filiation is told to accept."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FiliationRules:
    """``gap``: difference of dwellings (%) up to which one place holds one address; ``whole``: share (%) of the
    addresses of a landlord that a file of dwellings must hold for what it lacks to prove something."""

    gap: float
    whole: float


RULE_KEYS = {"gap": "filiation_ecart_logements", "whole": "filiation_fichier_complet"}
