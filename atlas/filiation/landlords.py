"""What happens to landlords as a whole: one that is silent, new, or under another name is one fact, said once.

Grain in: the rows of two campaigns and their links. Grain out: one row per landlord.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Holders:
    """``renamed``: former name to the new one; ``silent``: landlords that did not answer; ``newcomers``: those that
    never had; ``absorbed``: landlords whose stock another that was there already holds now, with it."""

    renamed: dict[str, str]
    silent: frozenset[str]
    newcomers: frozenset[str]
    absorbed: dict[str, str]


def holders(
    before: pd.DataFrame, after: pd.DataFrame, link_before: np.ndarray, link_after: np.ndarray, known: Set[str]
) -> Holders:
    """Tell what became of each landlord between two campaigns.

    A landlord that has no row any more, and most of whose dwellings one other holds now, is under that name where the
    other was never seen (``known``), and absorbed by it where it was. Without such an heir, it did not answer.
    """
    there, here = set(before["bailleur"]), set(after["bailleur"])
    sizes = before["nb_logements"].fillna(0).groupby(before["bailleur"]).sum()
    heir = pd.Series(after["bailleur"].to_numpy(object)[link_after >= 0], index=link_after[link_after >= 0])
    heir = heir[~heir.index.duplicated()]
    kept = link_before >= 0
    moved = pd.DataFrame(
        {
            "one": before["bailleur"].to_numpy(object)[kept],
            "other": heir.reindex(link_before[kept]).to_numpy(object),
            "homes": before["nb_logements"].fillna(0).to_numpy()[kept],
        }
    )
    held = moved.groupby(["one", "other"], as_index=False)["homes"].sum()
    renamed: dict[str, str] = {}
    absorbed: dict[str, str] = {}
    for one, other, homes in held.itertuples(index=False):
        if one in here or 2 * homes <= sizes[one]:
            continue
        (absorbed if other in known else renamed)[one] = other
    followed = {*renamed, *absorbed}
    newcomers = here - set(known) - set(renamed.values())
    return Holders(renamed, frozenset(there - here - followed), frozenset(newcomers), absorbed)
