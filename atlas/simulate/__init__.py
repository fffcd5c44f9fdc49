"""From describing to deciding: what attributions do to a residence, and what leads a place to a target.

In: the folder of a build, or an edition. Out: plain data, and the same in French. It advises on residences, from what
an edition shows: households are described, never named, and no person is scored nor ranked.
"""

from __future__ import annotations

from atlas.simulate.attribution import ADVICE, simulated
from atlas.simulate.edition import KINDS, Unit, edition_at, unit_of
from atlas.simulate.objective import aimed
from atlas.simulate.words import attribution_words, objective_words

__all__ = [
    "ADVICE",
    "KINDS",
    "Unit",
    "aimed",
    "attribution_words",
    "edition_at",
    "objective_words",
    "simulated",
    "unit_of",
]
