"""The ground of a year's plan, from an edition that shows counts: residences, homes expected, practice, criteria."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from atlas.allocation.freed import Freed, by_size, freed, practised
from atlas.allocation.model import Limit, Place
from atlas.allocation.sizes import Mix, asked_of, mixes_of
from atlas.audit import Shown
from atlas.errors import AtlasError, Fault
from atlas.methods import DEFAULT, Method, load
from atlas.methods.crossing import Ahead, ahead_of
from atlas.methods.household_words import profiles_of
from atlas.parameters import Parameters, Rule
from atlas.tables import INDICATORS
from atlas.tables.households import TURNOVER

HOUSEHOLDS, DOUBLE, UPHELD = "plan_menages", "plan_q1_prioritaires", "plan_accueil_maintenu"
WITHIN, LEASES = "plan_tailles_ecart", "plan_tailles_baux"
KIND = "residences"


@dataclass(frozen=True)
class Supposed:
    """What the plan supposes: the household of each group, in words; the share counted twice; whether totals hold.

    ``within``: points that the share of a size may be away from practice, read of as many ``leases`` at least.
    """

    households: tuple[str, str, str]
    double: Fraction
    upheld: bool
    within: Fraction
    leases: int
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Ground:
    """What a plan is made on. ``table``: the residences planned, as the edition tells them, in the order of places.

    ``own`` is the landlord whose edition it is, empty for the whole territory; ``untold``: by residence, the criteria
    that nobody tells; ``mixes`` and ``asked``: shares of sizes, and requests by size; ``beyond``: residences without a
    count of their turnover that take their landlord's.
    """

    shown: Shown
    method: Method
    table: pd.DataFrame
    places: tuple[Place, ...]
    ahead: tuple[Ahead, ...]
    freed: Freed
    sizes: pd.DataFrame
    mixes: tuple[Mix, ...]
    asked: Mapping[str, int]
    quarters: tuple[str, ...]
    own: str

    @property
    def practised(self) -> bool:
        """Whether last year's decisions are known."""
        return any(one.practice is not None for one in self.places)


def supposed(parameters: Parameters, day: Any) -> Supposed:
    """Read what the plan supposes.

    Raises
    ------
    AtlasError
        ``PLAN-MENAGES`` where the rule does not describe three households.
    """
    rules = tuple(parameters.at(key, day) for key in (HOUSEHOLDS, DOUBLE, UPHELD, WITHIN, LEASES))
    told, double, upheld, within, leases = (rule.value for rule in rules)
    try:
        profiles_of(list(told))
        first, second, third = told
    except (TypeError, ValueError) as error:
        raise AtlasError(
            [
                Fault(
                    "PLAN-MENAGES",
                    f"La règle « {HOUSEHOLDS} » ne décrit pas les trois ménages du plan : {error}.",
                    "trois ménages, du premier quartile, d'un autre public prioritaire, et d'un autre demandeur",
                    f"corriger [regles.{HOUSEHOLDS}]",
                )
            ]
        ) from None
    return Supposed(
        (first, second, third), Fraction(str(double)) / 100, bool(upheld), Fraction(str(within)), int(leases), rules
    )


def ground_of(shown: Shown, suppositions: Supposed, parameters: Parameters, day: Any) -> Ground:
    """Read the ground of a plan.

    Raises
    ------
    AtlasError
        ``PLAN-MASQUEE`` for an edition without counts, ``PLAN-ROTATION`` where no turnover is known.
    """
    residences = shown.residences.reset_index(drop=True)
    counts = INDICATORS[TURNOVER].n
    if counts not in residences:
        raise AtlasError([_masked(shown.written.name)])
    own = ""
    if shown.written.masked:  # a landlord's edition: only its own stock has counts
        landlords = residences.loc[residences[counts].notna(), "bailleur"].dropna().unique()
        if len(landlords) != 1:
            raise AtlasError([_masked(shown.written.name)])
        own = str(landlords[0])
        residences = residences[residences["bailleur"] == own].reset_index(drop=True)
    homes = freed(residences)
    read = shown.back.units(KIND, residences)
    method = next((one for one in shown.back.methods if one.criteria), load(DEFAULT)[0])
    rules = {key: shown.written.rules.get(key) for key in method.rules}
    rules |= {key: parameters.at(key, day).value for key, value in rules.items() if value is None}
    thresholds = {one.code: [float(str(rules[one.rule]))] for one in method.criteria}
    ahead = ahead_of(read, thresholds, profiles_of(list(suppositions.households)), homes.whole)
    practice = practised(residences, homes.whole, suppositions.double)
    inside = residences["situation"].eq("QPV")
    sizes = by_size(shown.sized(residences), homes.whole)
    free = {str(word): int(number) for word, number in sizes.sum().items()}
    told = shown.written.manifest.get("tailles", {})
    mixes = mixes_of(told, free, suppositions.within, suppositions.leases)
    places = tuple(
        Place(
            key=str(residences["id"].iloc[rank]),
            landlord=_text(residences["bailleur"].iloc[rank]),
            inside=bool(inside.iloc[rank]),
            free=homes.whole[rank],
            met=one.reached,
            practice=None if practice is None else practice[rank],
            limits=tuple(_limit(crossing.weights, crossing.most) for crossing in one.crossings),
            sizes=_sizes(sizes.iloc[rank]) if mixes else (),
        )
        for rank, one in enumerate(ahead)
    )
    quarters = _quarters(shown, residences)
    return Ground(
        shown, method, residences, places, tuple(ahead), homes, sizes, mixes, asked_of(told, free), quarters, own
    )


def _sizes(row: pd.Series) -> tuple[tuple[str, int], ...]:
    return tuple((str(word), int(number)) for word, number in row.items() if number)


def _limit(weights: Sequence[int], most: int) -> Limit:
    first, second, third = weights
    return Limit((first, second, third), most)


def _quarters(shown: Shown, residences: pd.DataFrame) -> tuple[str, ...]:
    """Name the quarter of each residence, or its commune where it is in none."""
    names = {
        kind: dict(zip(table["id"].astype(str), table["nom"].fillna(table["id"]).astype(str), strict=True))
        for kind, table in shown.written.units.items()
        if kind in ("quartiers", "communes")
    }
    found = []
    for code, commune in zip(residences["code_qpv"], residences["code_insee"], strict=True):
        quarter, town = _text(code), _text(commune)
        if quarter:
            found.append(names.get("quartiers", {}).get(quarter, quarter))
        else:
            found.append(f"{names.get('communes', {}).get(town, town) or 'sans commune'}, hors quartier")
    return tuple(found)


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)


def _masked(name: str) -> Fault:
    return Fault(
        "PLAN-MASQUEE",
        f"L'édition {name} ne montre pas les effectifs d'un parc : un plan fait sur des fourchettes ne dirait rien de "
        "sûr.",
        "l'édition interne, ou celle d'un bailleur pour son propre parc",
        "donner --edition interne, ou le dossier de l'édition d'un bailleur",
    )
