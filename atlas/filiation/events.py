"""What happened to residences between two campaigns, from the addresses that both hold and from those that one holds.

Grain in: one row per address of each side, with its link. Grain out: one row per event and residence of today.
A residence is what its landlord says of it: only a name, an identifier or a holder that changed makes an event, never a
grouping that a neighbour built or pulled down would join or cut. What one campaign does not say has not changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from atlas.filiation.links import Linked
from atlas.later import sparse
from atlas.tables import UNDISCLOSED
from atlas.tables.keys import numbered
from atlas.tables.programmes import programme_name
from atlas.tables.years import BETWEEN_CODES, MERGED, REGROUPED, RENAMED, SOLD, SPLIT

Regroup = Callable[[pd.DataFrame], pd.DataFrame]
FACTS = ["campagne_avant", "id", "evenement", "de", "vers", "nb_adresses", "nb_logements", "preuve"]


def lasting(
    before: pd.DataFrame, after: pd.DataFrame, linked: Linked, regroup: Regroup
) -> tuple[pd.DataFrame, dict[str, int]]:
    """List what happened to the residences whose addresses are in both campaigns.

    Parameters
    ----------
    before, after : DataFrame
        As :func:`atlas.filiation.links.link` takes them, with ``porteur`` (the landlord under its name of ``after``),
        the campaign of each row, what ``regroup`` reads, and ``id`` (the residence of today) in ``after``.

    Returns
    -------
    (events, recoded)
        :data:`FACTS`; by landlord that changed the identifiers of all its residences, how many: one fact, no event.
    """
    then, now = before[linked.before >= 0], after[linked.after >= 0]
    one, other = linked.before[linked.before >= 0], linked.after[linked.after >= 0]
    then, now = _told_alike(then.assign(bailleur=then["porteur"]), one, now, other)
    then, now = (
        regroup(then.assign(declare=then["id_residence"], dit=then["nom_residence"])),
        regroup(now.assign(declare=now["id_residence"], dit=now["nom_residence"])),
    )
    links = pd.DataFrame(
        {
            "then": _first(one, then["id_residence"]),
            "now": _first(other, now["id_residence"]),
            "nb_adresses": np.bincount(other, minlength=len(linked.evidence)),
            "nb_logements": now["nb_logements"].groupby(other).sum(min_count=1),
            "id": _first(other, now["id"]),
            "campagne_avant": _first(one, then["campagne"]),
            "preuve": linked.evidence,
            "sold": _sold(_first(one, then["bailleur"]), _first(other, now["bailleur"])),
        }
    )
    sides = _Side.of(then), _Side.of(now)
    kept, sold = (_components(links[links["sold"] == flag]) for flag in (False, True))
    kept = _named(kept, *sides)
    wide = _recoded_at_once(kept, sides[1])
    kept.loc[kept["now"].map(sides[1].holder).isin(list(wide)), "recoded"] = False
    happened = kept["evenement"].notna() | kept["recoded"]
    kept = kept[happened].fillna({"evenement": RENAMED})
    return pd.concat([_written(kept, *sides), _written(sold.assign(evenement=SOLD, recoded=False), *sides)]), wide


def _sold(then: pd.Series, now: pd.Series) -> pd.Series:
    """Tell the addresses whose landlord changed; one that a file does not tell has sold and bought nothing."""
    return (then != now) & (then != UNDISCLOSED) & (now != UNDISCLOSED)


@dataclass(frozen=True)
class _Side:
    """Residences of one campaign: what shows, what their landlord calls them, its identifier of them, and the landlord.

    ``names``: one row per residence and programme name, without its spelling.
    """

    shown: pd.Series
    called: pd.Series
    declared: pd.Series
    holder: pd.Series
    names: pd.DataFrame

    @classmethod
    def of(cls, rows: pd.DataFrame) -> _Side:
        """Read them in the grouped addresses of a campaign."""
        first = rows.drop_duplicates("id_residence").set_index("id_residence")
        said = rows.dropna(subset="dit").groupby(["id_residence", "dit"])[["nb_logements"]].sum().reset_index()
        said = said.sort_values(["id_residence", "nb_logements", "dit"], ascending=[True, False, True])
        names = pd.DataFrame({"residence": rows["id_residence"], "name": programme_name(rows["dit"])})
        return cls(
            first["nom_residence"],
            said.drop_duplicates("id_residence").set_index("id_residence")["dit"],
            first["declare"],
            first["bailleur"],
            names.dropna().drop_duplicates(),
        )


def _told_alike(
    then: pd.DataFrame, one: np.ndarray, now: pd.DataFrame, other: np.ndarray
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give both campaigns one point for an address, and what one of them alone says of its residence."""
    same = _first(one, then["bailleur"]) == _first(other, now["bailleur"])
    former, latter = {}, {}
    for name in ("x", "y", "id_residence", "nom_residence"):
        was, is_now = _first(one, then[name]), _first(other, now[name])
        if name in "xy":
            former[name] = latter[name] = is_now.fillna(was)
        else:
            former[name], latter[name] = was.fillna(is_now.where(same)), is_now.fillna(was.where(same))
    return (
        then.assign(**{name: values.take(one).array for name, values in former.items()}),
        now.assign(**{name: values.take(other).array for name, values in latter.items()}),
    )


def _first(link: np.ndarray, values: pd.Series) -> pd.Series:
    """Give, by link, the value of its first row."""
    order = np.argsort(link, kind="stable")
    return pd.Series(values.array.take(order[np.flatnonzero(np.diff(link[order], prepend=-1))]))


def _components(links: pd.DataFrame) -> pd.DataFrame:
    """Number the parts of the graph of residences that share addresses, and count its residences of each side."""
    from scipy.sparse.csgraph import connected_components

    then, now = numbered(links["then"]), numbered(links["now"])
    cut, size = then.max(initial=-1) + 1, then.max(initial=-1) + now.max(initial=-1) + 2
    graph = sparse.coo_array((np.ones(len(links), dtype=bool), (then, now + cut)), shape=(size, size))
    part = connected_components(graph, directed=False)[1][then]
    counted = links.groupby(part)
    return links.assign(
        part=part, before=counted["then"].nunique().loc[part].array, after=counted["now"].nunique().loc[part].array
    )


def _named(links: pd.DataFrame, then: _Side, now: _Side) -> pd.DataFrame:
    """Say of each part what it went through; ``recoded``: its declared identifier changed."""
    kinds = [(links["before"] > 1) & (links["after"] > 1), links["before"] > 1, links["after"] > 1]
    shape = pd.Series(np.select(kinds, [REGROUPED, MERGED, SPLIT], ""), links.index)
    alone = links[shape == ""].drop_duplicates("part")
    was = then.names.merge(alone, left_on="residence", right_on="then")[["part", "name"]]
    has = now.names.merge(alone, left_on="residence", right_on="now")[["part", "name"]]
    told = set(was["part"]) & set(has["part"]) - set(was.merge(has)["part"])
    shape = shape.mask(links["part"].isin(told), RENAMED)
    codes = (links["then"].map(then.declared), links["now"].map(now.declared))
    both = codes[0].notna() & codes[1].notna() & ((links["before"] == 1) & (links["after"] == 1))
    return links.assign(
        evenement=shape.where(shape != ""), declared=both, recoded=both & (codes[0] != codes[1]).fillna(False)
    )


def _recoded_at_once(links: pd.DataFrame, now: _Side) -> dict[str, int]:
    """Find the landlords that changed the identifiers of all their residences, and how many these are."""
    declared = links[links["declared"]].drop_duplicates("part")
    counted = declared.groupby(declared["now"].map(now.holder))["recoded"].agg(["all", "size"])
    at_once = counted.loc[counted["all"] & (counted["size"] > 1), "size"]
    return {str(name): int(count) for name, count in at_once.items()}


def _written(links: pd.DataFrame, then: _Side, now: _Side) -> pd.DataFrame:
    """Write one row per event and residence of today, with what it comes from, what it becomes and the evidence."""
    rows = []
    for _, held in links.sort_values(["part", "id"], kind="stable").groupby("part"):
        event = held["evenement"].iloc[0]
        ends = [(side, sorted(set(held[column]))) for side, column in ((then, "then"), (now, "now"))]
        told = [_labels(event, side, residences) for side, residences in ends]
        if told[0] == told[1]:  # what shows is alike: the identifiers tell them apart
            told = [[f"{side.shown[one]} [{side.declared[one]}]" for one in residences] for side, residences in ends]
        why = [" et ".join(sorted(set(held["preuve"])))]
        if event == SOLD:
            why.insert(0, " puis ".join(_listed({side.holder[one] for one in residences}) for side, residences in ends))
        if event == RENAMED and held["recoded"].iloc[0]:
            codes = [side.declared[residences[0]] for side, residences in ends]
            why.insert(0, f"identifiant du bailleur : {codes[0]} puis {codes[1]}")
        facts = {"campagne_avant": held["campagne_avant"].min(), "evenement": event, "preuve": " ; ".join(why)}
        facts |= {name: BETWEEN_CODES.join(labels) for name, labels in zip(("de", "vers"), told, strict=True)}
        sums = held.groupby("id")[["nb_adresses", "nb_logements"]].sum(min_count=1)
        rows += [{**facts, "id": today, **values} for today, values in sums.to_dict("index").items()]
    return pd.DataFrame(rows, columns=FACTS)


def _labels(event: str, side: _Side, residences: list[str]) -> list[str]:
    """Name residences as a reader knows them: by what their landlord calls them where that is what changed."""
    names = [side.called.get(one, side.shown[one]) if event == RENAMED else side.shown[one] for one in residences]
    if event == SOLD:
        names = [f"{name} ({side.holder[one]})" for name, one in zip(names, residences, strict=True)]
    return sorted(str(name).replace(BETWEEN_CODES, "/").strip() for name in names)


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
