"""Transfers: households of social housing that move within their landlord's stock, or from one landlord to another.

Grain in: one row per decision. Grain out: one row per year, landlord left and landlord joined, the whole first. A
household is one that moves where the file says so, or names the landlord that it leaves; a landlord that is not told is
a row of its own, and one that no file is of keeps its name.
"""

from __future__ import annotations

import pandas as pd

from atlas.attribution_counts import flags_of, left_landlord
from atlas.convention.results import UNTOLD
from atlas.publish.reception import Board
from atlas.tables import BETWEEN, NOWHERE, WITHIN
from atlas.writing import natural

_EVERY = "tous"
_KINDS = (WITHIN, BETWEEN, NOWHERE)
_CAPTION = (
    "Décisions pour des ménages déjà logés dans le parc social, dont le fichier dit que ce sont des mutations ou quel "
    "bailleur ils quittent."
)
_COUNTS = ("decisions", "baux_signes", "refus")


def transfer_board(rows: pd.DataFrame | None) -> Board:
    """Lay out the transfers by landlord left and landlord joined, where decisions name the one that is left."""
    return Board("mutations-bailleurs", "Mutations : d'où, vers où", _CAPTION, _table(rows))


def _table(rows: pd.DataFrame | None) -> pd.DataFrame:
    if rows is None or not rows["bailleur_actuel"].notna().any():
        return pd.DataFrame()
    told = _told(rows)
    found = []
    for year, own in told.groupby(told["annee"].fillna(0.0), sort=True):
        named = "" if year == 0 else f"{year:.0f}"
        for kind in _KINDS:
            part = own[own["mouvement"] == kind]
            if len(part):
                found.append({"annee": named, "quitte": _EVERY, "rejoint": _EVERY, "mouvement": kind, **_summed(part)})
        pairs = [(str(left), str(joined), part) for (left, joined), part in own.groupby(["quitte", "bailleur"])]
        for left, joined, part in sorted(pairs, key=lambda one: (natural(one[1]), natural(one[0]))):
            kind = part["mouvement"].iloc[0]
            found.append({"annee": named, "quitte": left, "rejoint": joined, "mouvement": kind, **_summed(part)})
    return pd.DataFrame(found)


def _told(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the decisions of who moves, with the landlord left in the spelling of those joined."""
    flags, left = flags_of(rows), left_landlord(rows)
    kind = pd.Series(BETWEEN, rows.index).mask(left.eq(rows["bailleur"]), WITHIN).mask(left.eq(UNTOLD), NOWHERE)
    told = rows[["annee", "bailleur"]].assign(
        quitte=left,
        mouvement=kind,
        decisions=1,
        baux_signes=flags["baux"].astype(int),
        refus=flags["decisions_refus"].astype(int),
    )
    return told[rows["mutation"].eq("oui").to_numpy(bool)]


def _summed(part: pd.DataFrame) -> dict[str, int]:
    return {name: int(part[name].sum()) for name in _COUNTS}
