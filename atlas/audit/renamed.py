"""Addresses that changed their name between two builds: one place, one atom, whatever brackets were added or dropped.

Grain in: the addresses of an earlier edition and of today's, by campaign. Grain out: new names. Two landlords that
number alike are told apart as « 1 (habitat-sud) », a place met in another campaign as « 1 (2020) »; the day when the
other one comes or goes, the same address is written otherwise. Taken for two, it would hide what a subtraction gives.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping

import pandas as pd

Place = tuple[int, str, str]  # campaign, identifier, landlord
Names = Mapping[tuple[int, str], str]
_Sorted = defaultdict[tuple[int, str, str], list[str]]  # names by campaign, what stands before brackets, landlord


def names_today(before: Iterable[Place], now: Iterable[Place]) -> Names:
    """Find today's names of addresses that go by another one: same landlord first, then the only one left.

    >>> names_today([(2022, "1", "Habitat Sud"), (2022, "2", "A")], [(2022, "1 (habitat-sud)", "Habitat-Sud")])
    {(2022, '1'): '1 (habitat-sud)'}
    """
    before, now = set(before), set(now)
    found: dict[tuple[int, str], str] = {}
    for with_landlord in (True, False):
        lost: _Sorted = defaultdict(list)
        fresh: _Sorted = defaultdict(list)
        taken = set(found.values())
        mine, its = {one[:2] for one in before}, {one[:2] for one in now}
        for side, places, other in ((lost, before, its), (fresh, now, mine)):
            for campaign, name, landlord in places:
                free = (campaign, name) not in found if side is lost else name not in taken
                if (campaign, name) not in other and free:
                    side[campaign, _bare(name), _folded(landlord) if with_landlord else ""].append(name)
        for key, names in lost.items():
            if len(names) == 1 and len(fresh.get(key, ())) == 1:
                found[key[0], names[0]] = fresh[key][0]
    return found


def renamed(table: pd.DataFrame, names: Names, column: str = "id") -> pd.DataFrame:
    """Write today's names in a table that has a ``campagne``."""
    if not names or column not in table or "campagne" not in table:
        return table
    pairs: list[tuple[Hashable, str]] = list(zip(table["campagne"], table[column].astype(str), strict=True))
    return table.assign(**{column: [names.get((int(str(year)), name), name) for year, name in pairs]})


def _bare(name: str) -> str:
    return re.sub(r"\s*\([^()]*\)$", "", name)


def _folded(landlord: str) -> str:
    plain = unicodedata.normalize("NFKD", landlord).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", plain) or landlord
