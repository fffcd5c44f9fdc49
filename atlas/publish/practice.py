"""What a year's plan needs of decisions and requests by size of dwelling, told in the manifest of who sees counts.

In: an edition. Out: ``tailles``: ``baux``, leases of the campaign by word of size and kind of household, then
``demandes``, requests by word of size, all and of the first quartile. Of an edition that masks anything: nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atlas.tables import LEASED, UNKNOWN

if TYPE_CHECKING:
    from atlas.edition import Edition

SIZES = "tailles"
_LEASED, _ASKED = "taille", "typologie"  # the feature, of decisions and of requests


def practised(edition: Edition) -> dict[str, Any]:
    """Gather what is told by size; empty where nothing is, or where the edition masks anything.

    Requests of the first quartile are None where a request does not tell its own.
    """
    if edition.masked:
        return {}
    found: dict[str, Any] = {}
    if edition.decided is not None:
        rows = edition.decided
        counted = rows["comptee"].astype(bool) & (rows["annee"] == edition.context.campaign)
        own = rows[counted & (rows["caracteristique"] == _LEASED) & (rows["modalite"] != UNKNOWN)]
        summed = own.groupby("modalite")[list(LEASED)].sum()
        found["baux"] = {
            str(word): [int(one) for one in row] for word, row in zip(summed.index, summed.to_numpy(), strict=True)
        }
    if edition.demand is not None:
        asked = edition.demand[edition.demand["caracteristique"].eq(_ASKED) & edition.demand["modalite"].ne(UNKNOWN)]
        found["demandes"] = {
            str(word): [int(every), None if first != first else int(first)]
            for word, every, first in zip(asked["modalite"], asked["demandes"], asked["demandes_q1"], strict=True)
        }
    return {SIZES: kept} if (kept := {name: table for name, table in found.items() if table}) else {}
