"""What counts of one address say of one another: any reader knows it, whatever an edition shows.

Those under 20 % of a ceiling are under 40 % of it; three children and a parent are four people; nobody is both under 30
and over 65. Occupants are counted beyond the first of each household.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Relation:
    """At every address that answered all of these: counts times ``terms`` are at most denominators times ``bound``."""

    terms: Mapping[str, int]
    bound: Mapping[str, int] = field(default_factory=dict)


RELATIONS = (
    Relation({"inf20": 1, "inf40": -1}),
    Relation({"inf40": 1, "inf60": -1}),
    Relation({"inf20": 1, "inf60": -1}),
    Relation({"inf60": 1, "inf100": -1}),
    Relation({"inf40": 1, "inf100": -1}),
    Relation({"inf20": 1, "inf100": -1}),
    Relation({"er_inf40": 1, "inf40": -1}),
    Relation({"inf40": 1, "er_inf40": -1}, {"inf40": 1, "er_inf40": -1}),
    Relation({"seuls": 1, "monoparentales": 1}, {"seuls": 1}),
    Relation({"seuls": 1, "familles_3": 1}, {"seuls": 1}),
    Relation({"familles_3": 2, "seuls": -1, "occupants": -1}, {"seuls": -1}),
    Relation({"familles_3": 3, "occupants": -1}),
    Relation({"monoparentales": 1, "occupants": -1}),
    Relation({"moins_30": 1, "plus_65": 1}, {"moins_30": 1}),
)


def relations(others: float) -> tuple[Relation, ...]:
    """Give every relation, for a reader who supposes so many people at most in a household beyond the first."""
    most = int(others)
    return (*RELATIONS, Relation({"occupants": 1, "seuls": most}, {"seuls": most}))
