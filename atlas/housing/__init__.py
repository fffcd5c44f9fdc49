"""« Où loger ? »: the residences where a household would find a home that suits, without a further criterion being met.

In: an edition, what is looked for, a household as one describes it. Out: residences and homes expected in a year, the
same list as the edition's page. Residences are listed, never persons: no household is scored.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from atlas.audit import Shown
from atlas.errors import AtlasError, Fault
from atlas.housing.asking import Asked, check, filters
from atlas.methods import DEFAULT, Method, load
from atlas.methods.household import Household
from atlas.methods.household_words import read_households, words_of
from atlas.methods.room import room_left
from atlas.offer import Found, Home, Rules, Wanted, expected, homes_of, rent_of
from atlas.parameters import read_parameters
from atlas.simulate import edition_at
from atlas.tables.offered import HOUSEHOLDS, RENT_CEILING, RENT_SHARE, SURFACES
from atlas.writing import natural

__all__ = ["ADVICE", "Asked", "Listed", "Offer", "housed", "lines_of"]

ADVICE = "Cette liste conseille sur des résidences : elle ne note ni ne classe jamais une personne."
NO_MORE, PERHAPS, ONE_MORE = "aucun critère de plus", "un critère de plus, peut-être", "un critère de plus"
_KIND, _FEWEST, _OUTSIDE = "residences", "secret_denominateur", "QPV"


@dataclass(frozen=True)
class Listed:
    """A residence of the list: what it should free up, what it would do to its criteria, and for how many of such."""

    home: Home
    found: Found
    verdict: str
    room: int | None


@dataclass(frozen=True)
class Offer:
    """The answer: ``untold`` are residences of which the edition does not show what is needed, ``full`` those left out
    because a further criterion would be met."""

    edition: str
    masked: bool
    household: str
    supposed: bool
    asked: Asked
    rent: float | None
    rules: Rules
    listed: tuple[Listed, ...]
    full: int
    untold: int

    @property
    def rows(self) -> dict[str, Any]:
        """The answer as plain data."""
        return {
            "avertissement": ADVICE,
            "edition": self.edition,
            "masquee": self.masked,
            "menage": self.household,
            "menage_suppose": self.supposed,
            "demande": {name: value for name, value in asdict(self.asked).items() if value not in (None, False)},
            "loyer_max": self.rent,
            "ecartees_pour_un_critere": self.full,
            "sans_les_chiffres_voulus": self.untold,
            "residences": [
                {
                    "id": one.home.id,
                    "nom": one.home.name,
                    "bailleur": one.home.landlord,
                    "commune": one.home.commune,
                    "situation": one.home.situation,
                    "par_an": [one.found.least, one.found.expected, one.found.most],
                    "loyer": one.found.holds,
                    "loyer_estime": None if one.found.rent is None else round(one.found.rent, 2),
                    "criteres": one.verdict,
                    "places": one.room,
                }
                for one in self.listed
            ],
        }


def housed(output: Path, asked: Asked, edition: str | None = None) -> Offer:
    """List the residences that would house.

    Raises
    ------
    AtlasError
        ``LOGER-MENAGE``, ``LOGER-NOMBRE``, ``LOGER-LIEU`` for what is not understood, ``LOGER-LOYER`` where no low rent
        is known, ``LOGER-ROTATION`` where no turnover is.
    """
    shown = edition_at(output, edition)
    rules = _rules(shown)
    check(asked)
    text = asked.household or str(_rule(shown, HOUSEHOLDS)[0])
    try:
        _, household = read_households(text)
    except ValueError as error:
        raise AtlasError(
            [Fault("LOGER-MENAGE", f"{error}.", "un ménage, comme pour atlas simulate", "corriger --menage")]
        ) from None
    residences = shown.residences.reset_index(drop=True)
    read = shown.back.units(_KIND, residences)
    communes = shown.written.units.get("communes")
    names = {} if communes is None else dict(zip(communes["id"].astype(str), communes["nom"].astype(str), strict=True))
    homes = homes_of(read, shown.stock, names)
    if not any(one.turnover for one in homes):
        raise AtlasError([_untold("LOGER-ROTATION", "aucune rotation", "les emménagements de l'année")])
    if not any(one.low for one in homes):
        raise AtlasError([_untold("LOGER-LOYER", "aucune part à bas loyer", "les loyers, les surfaces et le plafond")])
    kept = filters(asked, homes)
    rent = asked.rent if asked.resources is None else rent_of(asked.resources, rules)
    wanted = Wanted(asked.rooms, rent, asked.accessible)
    method = next((one for one in shown.back.methods if one.criteria), load(DEFAULT)[0])
    fewest = float(shown.back.rules.get(_FEWEST, 1)) if shown.written.masked else 1.0
    verdicts = _verdicts(read, household, method, shown, fewest)
    listed, full, untold = [], 0, 0
    for home, keep, (verdict, room) in zip(homes, kept, verdicts, strict=True):
        if not keep:
            continue
        found = expected(home, wanted, rules)
        if found is None:
            untold += 1
        elif found.most > 0:
            full += verdict == ONE_MORE
            listed += [Listed(home, found, verdict, room)] if verdict != ONE_MORE else []
    listed.sort(key=lambda one: order_of(one, asked.first))
    return Offer(shown.written.name, shown.written.masked, words_of(household).partition(" : ")[2], asked.household is None, asked, rent, rules, tuple(listed), full, untold)  # fmt: skip


def order_of(one: Listed, first: bool) -> tuple[Any, ...]:
    """Put outside priority quarters first where the law does, then what frees up the most, then names."""
    inside = one.home.situation == _OUTSIDE
    return (first and inside, -one.found.expected, natural(one.home.name), one.home.id)


def _verdicts(
    read: pd.DataFrame, household: Household, method: Method, shown: Shown, fewest: float
) -> list[tuple[str, int | None]]:
    """Say what one such household would do to the criteria of each residence, and how many may come before it does.

    The home that frees up is looked at empty, then as left by an average household: the nearer threshold is told.
    """
    rules = {key: _rule(shown, key) for key in method.rules}
    thresholds = {one.code: [rules[one.rule]] for one in method.criteria}
    ways = [room_left(read, household, thresholds, replacing=way, fewest=fewest) for way in (False, True)]
    least = np.fmin.reduce([low.to_numpy(float) for low, _ in ways]).T
    most = np.fmax.reduce([high.to_numpy(float) for _, high in ways]).T  # sure, whichever way the home was left
    nearest_, sure = np.fmin.reduce(least, axis=0), np.fmin.reduce(most, axis=0)
    found: list[tuple[str, int | None]] = []
    for low, last in zip(nearest_, sure, strict=True):
        verdict = ONE_MORE if last <= 1 else PERHAPS if low <= 1 else NO_MORE
        found.append((verdict, None if np.isnan(low) or np.isinf(low) else max(0, int(low) - 1)))
    return found


def _rule(shown: Shown, key: str) -> Any:
    value = shown.back.rules.get(key)
    if value is None:
        from datetime import date

        value = read_parameters().at(key, date.fromisoformat(str(shown.written.manifest["publie_le"]))).value
    return value


def _rules(shown: Shown) -> Rules:
    ceiling = shown.back.rules.get(RENT_CEILING)
    if ceiling is None:
        raise AtlasError([_untold("LOGER-LOYER", "aucun plafond de bas loyer", "une section [regles.loyer_plai]")])
    return Rules(float(ceiling), [float(one) for one in _rule(shown, SURFACES)], float(_rule(shown, RENT_SHARE)))


def _untold(code: str, what: str, needed: str) -> Fault:
    return Fault(
        code,
        f"L'édition ne montre {what} : rien ne dit où un logement à bas loyer se libérerait.",
        needed,
        "compléter le fichier de territoire et reconstruire, ou prendre une autre édition",
    )


def lines_of(offer: Offer) -> list[str]:
    """Write the answer as a terminal shows it."""
    from atlas.housing.words import lines_of as lines

    return lines(offer)
