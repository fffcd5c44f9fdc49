"""What a reader learns by setting a campaign beside another, where perimeters moved by a few dwellings.

Grain in: an edition with its places. Grain out: reasons to refuse: the addresses of a unit changed by few dwellings
from one campaign to the next, and a reader supposes that the rest stayed as it was. What the same answers tell of
several campaigns is attacked elsewhere (:mod:`atlas.audit.alike`); without the builder's evidence it cannot be, and the
verdict says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from itertools import combinations, pairwise

from atlas.audit.answers import RESPONDENTS
from atlas.audit.attack import Limits
from atlas.audit.composition import Places
from atlas.audit.holdings import Holding
from atlas.audit.reasons import LEAK, Reason, reason

Unit = tuple[str, str]
# Set beside units of another kind that hold some of the same addresses.
_FOLLOWED = {"residences": ("actualisations",), "actualisations": ("residences", "actualisations")}
_FOLLOWING = frozenset().union(*_FOLLOWED.values())


def between(holding: Holding, limits: Limits) -> list[Reason]:
    """Compare perimeters of a masked edition with those just before."""
    shown = {year: shown_units(holding, year) for year in holding.written.campaigns}
    whole = {year: set().union(*told.values()) for year, told in shown.items()}
    moved = [
        f"campagnes {years[0]} et {years[1]}, {one}"
        for years in _pairs(holding)
        for one in _moved(holding, years, whole, limits.dwellings)
    ]
    return [
        *reason(LEAK, "des actualisations qui ne sont pas de toute une résidence", _partly(holding, whole)),
        *reason(LEAK, "des périmètres qui changent de trop peu de logements d'une campagne à l'autre", moved),
    ]


def _pairs(holding: Holding) -> list[tuple[int, int]]:
    """List campaigns that follow each other, and every two years between which no survey stands."""
    years, surveys = holding.written.campaigns, holding.written.surveys
    near = [pair for pair in combinations(years, 2) if not any(pair[0] < one < pair[1] for one in surveys)]
    return sorted({*near, *pairwise(surveys)})


def _partly(holding: Holding, shown: Mapping[int, set[Unit]]) -> list[str]:
    """Name the updates shown whose addresses are not those of one residence of the survey before.

    Beside that residence, they would tell of the addresses that they leave out.
    """
    surveys, found = holding.written.surveys, []
    for year in (one for one in holding.written.campaigns if one not in surveys):
        before = max((one for one in surveys if one < year), default=0)
        whole = set(holding.ground.at(before).units.get("residences", {}).values())
        places = holding.ground.at(year)
        for kind, one in sorted(shown[year]):
            if places.of(kind, one) not in whole:
                found.append(f"{kind}/{one}")
    return found


def unseen(holding: Holding) -> list[str]:
    """Say what cannot be looked at between campaigns."""
    if holding.evidence is not None or len(holding.written.campaigns) < 2:
        return []
    return ["réponses redonnées d'une campagne à l'autre : seul le constructeur sait ce que chaque adresse a répondu"]


def shown_units(holding: Holding, campaign: int) -> dict[str, set[Unit]]:
    """List the units that publish each figure, those of the reader's own stock left out: it knows them."""
    own, places = holding.own(campaign), holding.ground.at(campaign)
    told = {**holding.rated(campaign), RESPONDENTS: holding.households(campaign)}
    return {code: {one for one in units if not own or not places.of(*one) <= own} for code, units in told.items()}


def _moved(holding: Holding, years: tuple[int, int], shown: Mapping[int, set[Unit]], limit: int) -> Iterator[str]:
    """Name the units shown twice whose addresses, of those that stand in both campaigns, changed by a few dwellings."""
    then, now = (holding.ground.at(year) for year in years)
    first, second = (shown[year] for year in years)
    for (kind, one), other in _twice(first, second, (then, now)):
        was, becomes = then.of(kind, one), now.of(*other)
        if was == becomes:
            continue
        for side in (was - becomes, becomes - was):
            staying = [atom for atom in side if atom in then.dwellings and atom in now.dwellings]
            homes = sum(min(then.dwellings[atom], now.dwellings[atom]) for atom in staying)
            if 0 < homes < limit:
                yield f"{kind}/{one} : {homes} logements entrés ou sortis"
                break


def _twice(first: set[Unit], second: set[Unit], places: tuple[Places, Places]) -> Iterator[tuple[Unit, Unit]]:
    """Give the units shown at both campaigns, and those set beside others that hold some of the same addresses."""
    yield from ((unit, unit) for unit in sorted(first & second))
    holding: defaultdict[Hashable, list[Unit]] = defaultdict(list)
    for other, its in sorted(second):
        for atom in places[1].of(other, its) if other in _FOLLOWING else ():
            holding[atom].append((other, its))
    for kind, one in sorted(one for one in first if one[0] in _FOLLOWED):
        found = {unit for atom in places[0].of(kind, one) for unit in holding[atom] if unit[0] in _FOLLOWED[kind]}
        yield from (((kind, one), unit) for unit in sorted(found))
