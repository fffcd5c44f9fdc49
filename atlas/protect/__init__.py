"""Protect: the single door between what was counted and what an audience receives.

In: counts and descriptions of every unit, all years. Out: a sealed :class:`atlas.edition.Edition` whose rates, labels
and statuses are final. Nothing is dropped: what may not be shown carries the status ``secret``.

A unit of fewer than 11 dwellings or 11 responding households is masked whole, for that year (R1); a rate over fewer
than 11 answers is masked alone (R2); and whatever would let sums and differences give such a figure back is masked
with them (R3), with the same status (R4). Dwelling counts are public and stay. Ends are written as bounds (R5).
"""

from atlas.protect.audiences import audiences_of
from atlas.protect.composition import keep_evidence
from atlas.protect.costs import costs
from atlas.protect.door import protect
from atlas.protect.masks import Secrecy, opened
from atlas.protect.rules import Opening, Scale, SecrecyRules
from atlas.tables import AUDIENCES, DEFAULT_EDITIONS, LANDLORD, Audience

RULE_KEYS = {
    "dwellings": "secret_logements",
    "households": "secret_menages",
    "denominator": "secret_denominateur",
    "low_end": "secret_bout_bas",
    "high_end": "secret_bout_haut",
    "possible": "secret_effectifs_possibles",
    "people": "secret_personnes_menage",
    "redelivered": "secret_fichier_redonne",
}

__all__ = [
    "AUDIENCES",
    "DEFAULT_EDITIONS",
    "LANDLORD",
    "RULE_KEYS",
    "Audience",
    "Opening",
    "Scale",
    "Secrecy",
    "SecrecyRules",
    "audiences_of",
    "costs",
    "keep_evidence",
    "opened",
    "protect",
]
