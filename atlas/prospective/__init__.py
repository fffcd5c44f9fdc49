"""From a share of the stock to a target in some years, and how it is said: by the command line and by pages alike."""

from atlas.prospective.aim import FEASIBLE, IMPOSSIBLE, REACHED, STILL, Aim, Between, Span, exact, households, told
from atlas.prospective.words import numbers, rate_words, verdict_words

__all__ = [
    "FEASIBLE",
    "IMPOSSIBLE",
    "REACHED",
    "STILL",
    "Aim",
    "Between",
    "Span",
    "exact",
    "households",
    "numbers",
    "rate_words",
    "told",
    "verdict_words",
]
