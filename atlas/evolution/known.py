"""What is read beside figures to tell what changed: the rules, the dwellings that stayed, what happened to residences.

In: a judged edition. Out: one :class:`Known`, for every kind of unit and every pair of campaigns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from atlas.evolution.lasting import Pair
from atlas.methods import Method, taking_sides
from atlas.tables import INDICATORS

if TYPE_CHECKING:
    from atlas.edition import Edition

ANSWERS, ANSWERING = "evolution_reponse", "evolution_repondants"
# The rule that says of whom an indicator is: where it changed between two campaigns, they do not compare.
DEFINED_BY = {"emménagés récents": "emmenage_recent"}
UNIT = ("unite", "id")
PLACES = ("logements_restes", "logements_entres", "logements_sortis")


@dataclass(frozen=True)
class Known:
    """What is read beside figures.

    ``methods``: those that judged, the one shown first at the head; ``level``: the column of classes shown first;
    ``rules``: by key, the value applied; ``defined``: by key of a rule that dates from the survey, its value at each
    campaign. ``lasting``: as :func:`atlas.evolution.lasting.lasting` counts; ``events``: by residence and campaign,
    what happened to it since the one before.
    """

    methods: Sequence[Method]
    level: str
    rules: Mapping[str, Any]
    lasting: pd.DataFrame
    defined: Mapping[str, Mapping[int, Any]] = field(default_factory=dict)
    events: Mapping[tuple[str, int], frozenset[str]] = field(default_factory=dict)

    @property
    def judge(self) -> Method | None:
        """The method whose fragility is followed: the first that calls some occupations fragile, every year."""
        return next((one for one in taking_sides(self.methods) if one.yearly), None)

    @property
    def places(self) -> pd.DataFrame:
        """Give the dwellings that stayed, came and left, by kind, unit and pair of campaigns."""
        return self.lasting.set_index([*UNIT, "campagne_avant", "campagne"])[list(PLACES)]

    def redefined(self, code: str, pair: Pair) -> bool:
        """Whether an indicator is not of the same people at both campaigns, by rule."""
        values = self.defined.get(DEFINED_BY.get(INDICATORS[code].population, ""), {})
        return values.get(pair[0]) != values.get(pair[1])


def known_of(edition: Edition) -> Known:
    """Take what is known of an edition."""
    told = edition.filiation
    assert edition.lasting is not None  # who has one campaign is not followed
    events: dict[tuple[str, int], set[str]] = {}
    if told is not None:
        for identifier, campaign, event in zip(told["id"], told["campagne"], told["evenement"], strict=True):
            events.setdefault((identifier, int(campaign)), set()).add(event)
    return Known(
        edition.methods,
        edition.level,
        edition.applied,
        edition.lasting,
        edition.context.defined,
        {key: frozenset(found) for key, found in events.items()},
    )
