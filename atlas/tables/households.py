"""What one household adds to the counts of the survey: shares of the ceilings, kinds of family.

The reader of households counts by it, and so does the simulation of an attribution: neither holds a list of its own.
"""

from __future__ import annotations

# By count, the share of the PLUS ceiling (%) under which a household is counted.
BANDS = {"menages_inf20_plus": 20, "menages_inf40_plus": 40, "menages_inf60_plus": 60, "menages_inf100_plus": 100}
RECENT_BAND = {"emmenages_recents_inf40_plus": BANDS["menages_inf40_plus"]}  # the same of recent movers
# By count, the kind of family that it counts.
KINDS = {
    "personnes_seules": "personne seule",
    "familles_monoparentales": "famille monoparentale",
    "couples_sans_enfant": "couple sans enfant",
    "couples_avec_enfants": "couple avec enfants",
}
MANY_CHILDREN_COUNT, MANY_CHILDREN = "familles_3_enfants_et_plus", 3
# By kind, the fewest adults and the fewest children; a kind that is not there may have any number of either.
FEWEST = {
    "personne seule": (1, 0),
    "famille monoparentale": (1, 1),
    "couple sans enfant": (2, 0),
    "couple avec enfants": (2, 1),
}
CHILDLESS = ("personne seule", "couple sans enfant")
# Counts that every household adds once, whoever it is, when it answers everything and has just moved in.
ONCE = (
    "menages",
    "menages_ressources_connues",
    "menages_activite_connue",
    "emmenages_recents",
    "emmenages_recents_ressources_connues",
)
ADULTS = ("majeurs", "majeurs_activite_connue")
UNEMPLOYED, PEOPLE = "majeurs_chomeurs", "occupants"
TURNOVER = "rotation"  # the indicator that says which part of the homes is attributed in a year
