"""Judge: levels of fragility, computed on what an edition publishes and on nothing else.

In: a sealed edition. Out: the same edition with the columns of each method, as the method names them. What a method
compares with is the territory as the same edition publishes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from atlas.edition import Edition
from atlas.evolution import Known, consecutive, followed, known_of
from atlas.methods import (
    ACCESS,
    AGREEMENT,
    SAID_OF,
    SINCE,
    Method,
    agreement,
    features_of,
    signals,
    since_survey,
    taking_sides,
)
from atlas.tables import UNITS, with_features
from atlas.tables.updates import KIND
from atlas.tables.years import MOVE, UNTOLD, WHY

_RESIDENCES = "residences"


def judge(edition: Edition, methods: Sequence[Method], rules: Mapping[str, Any]) -> Edition:
    """Apply fragility methods to every unit table of an edition, and to every earlier campaign.

    Parameters
    ----------
    methods : sequence of Method
        The one shown first at the head.
    rules : mapping
        Value of every rule the methods name.
    """
    judged: dict[str, dict[str, Any]] = {"units": {}, "history": {}}
    features = features_of(methods)
    for held in ("units", "history"):
        for name, table in getattr(edition, held).items():
            small = held == "units" and name in SAID_OF
            # Dwellings are those of today.
            read, territory = edition.read(name, table, features if held == "units" else ())
            judgements = [
                method.judged(read, rules, territory, small=small)
                for method in methods
                if method.judges(name) and (method.yearly or held == "units")
            ]
            if small and name == _RESIDENCES and len(sides := taking_sides(methods)) > 1:
                judgements.append(agreement(pd.concat(judgements, axis=1), sides).rename(AGREEMENT).to_frame())
            if held == "units" and name == _RESIDENCES:
                fit = with_features(table, edition.stock, name, (ACCESS,))
                judgements.append(signals(fit, edition.applied))
            # A published column that a method writes again is seen, and refused, by the edition.
            again = [column for one in judgements for column in one if column in table]
            judged[held][name] = table.drop(columns=again).join(judgements)
    if edition.followed:
        known = known_of(edition.judged(judged["units"], judged["history"], methods, rules))
        for name, moves in _moves(judged["history"], edition, known).items():
            then = judged["history"][name].join(moves)
            latest = then.loc[then["campagne"] == edition.context.campaign].set_index("id")[[MOVE, WHY]]
            judged["history"][name] = then
            judged["units"][name] = judged["units"][name].join(latest, on="id")
    if KIND in judged["units"]:
        homes, shown = judged["units"][_RESIDENCES], methods[0].shown(masked=edition.masked)
        level = methods[0].name(shown.column)
        since = since_survey(homes["id"], judged["units"][KIND], level, edition.context.campaign)
        judged["units"][_RESIDENCES] = homes.assign(**{SINCE.name: since})
    return edition.judged(judged["units"], judged["history"], methods, rules)


def _moves(history: Mapping[str, pd.DataFrame], edition: Edition, known: Known) -> dict[str, pd.DataFrame]:
    """Say of every row how its unit moved since the campaign before, and why; not known at the first one."""
    kinds = {name: table for name, table in history.items() if not UNITS[name].between}
    told = followed(edition, kinds, known, told_of=()).between(*consecutive(edition.context.campaigns))
    moves = {}
    for name, table in kinds.items():
        here = told.loc[told["unite"] == name, ["id", "campagne", MOVE, WHY]]
        rows = table[["id", "campagne"]].merge(here, on=["id", "campagne"], how="left")
        moves[name] = rows[[MOVE, WHY]].fillna({MOVE: UNTOLD}).set_axis(table.index)
    return moves
