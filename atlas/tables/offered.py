"""The rules of what residences may offer: which homes suit, at which rent, and the household supposed by default."""

from __future__ import annotations

RENT_CEILING = "loyer_plai"  # given by the territory file: there is no default
HOUSEHOLDS, RENT_SHARE, SURFACES, FIT = "plan_menages", "logement_part_loyer", "logement_surfaces", "logement_adaptes"
OFFERING = (HOUSEHOLDS, RENT_SHARE, SURFACES, FIT)
