"""Which methods say what an attribution does, and why the others do not.

In: methods. Out: those that cannot be applied again to one residence alone, each with its reason in French. A method
that compares with the territory can: the residence is a part of it, and moves it by as much.
"""

from __future__ import annotations

from collections.abc import Sequence

from atlas.methods.household import Household, added
from atlas.methods.model import Method
from atlas.tables import INDICATORS
from atlas.tables.households import KINDS
from atlas.writing import inside

_TOLD = Household.under(20, kind=KINDS["personnes_seules"])  # one of which everything that can be said is


def simulable(method: Method) -> bool:
    """Tell whether a method can be applied again to one residence alone: it reads no other residence."""
    return not method.together


def unsimulated(methods: Sequence[Method], kind: str) -> list[tuple[Method, str]]:
    """List the methods that judge a kind of unit and are not simulated, each with why.

    >>> from atlas.methods import load
    >>> [(one.code, why[:40]) for one, why in unsimulated(load(("seuils", "typologie")), "residences")]
    [('typologie', "n'est pas simulée : elle lit toutes les ")]
    """
    return [(one, _why(one)) for one in methods if one.judges(kind) and not simulable(one)]


def untold(method: Method) -> tuple[str, ...]:
    """List the indicators that a method needs and to which nobody says whether a household adds itself."""
    spans = {code: added(_TOLD, INDICATORS[code]) for code in method.needs}
    return tuple(code for code, ((low, high), below) in spans.items() if below is None or low != high)


def _why(method: Method) -> str:
    why = "n'est pas simulée : elle lit toutes les résidences à la fois, et un ménage de plus peut changer les autres"
    if codes := untold(method):
        named = ", ".join(f"« {inside(INDICATORS[code].label)} »" for code in codes)
        why += f" ; et rien de ce qu'on dit ici d'un ménage ne dit s'il compte dans {named}"
    return f"{why}."
