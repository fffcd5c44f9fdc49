"""Which answers are the same: an address that answered so before, under this name or another.

Grain in: the evidence of builds. Grain out: a name for what each address answered at each campaign, alike where a
reader may take it for the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

from atlas.audit.evidence import PEOPLE, Evidence, Row
from atlas.tables import INDICATORS
from atlas.tables.years import FOLLOWED

Label = tuple[Hashable, int]  # an address, and the first campaign in which it answered so
Names = dict[tuple[int, Hashable], Label]


def beside_people(code: str) -> tuple[str, ...]:
    """Name the columns that must be the same for a figure that the survey does not ask people: it stands by itself."""
    of_people = code not in INDICATORS or INDICATORS[code].population in PEOPLE
    return () if of_people else (f"n_{code}", f"d_{code}")


def told_apart(names: Names) -> Names:
    """Let several of a campaign that were one address each keep their own name."""
    often = Counter((year, place) for (year, _), (place, _) in names.items())
    return {(y, atom): (atom if often[y, place] > 1 else place, since) for (y, atom), (place, since) in names.items()}


def alike(evidences: Sequence[Evidence | None], own: tuple[str, ...] = ()) -> Names:
    """Name what each address answered at each campaign: the address, and the first year in which it answered so.

    ``evidences``: the builds, the one whose answers count first; of others, the addresses and campaigns that it lacks.
    ``own``: the columns that must be the same beside what it answered of its people.
    """
    names: Names = {}
    first: dict[tuple[Hashable, Row], int] = {}
    for evidence in evidences:
        if evidence is None:
            continue
        for year, table in sorted(evidence.years.items()):
            since = table[FOLLOWED].fillna(table.index.to_series()) if FOLLOWED in table else table.index.to_series()
            beside = table[[name for name in own if name in table]].fillna(0).to_numpy(float).tolist()
            for (atom, row), place, more in zip(evidence.people[year].items(), since.tolist(), beside, strict=True):
                if (year, atom) not in names:
                    told = (*row, *more)
                    names[year, atom] = (place, first.setdefault((place, told), year) if any(told) else year)
    return names
