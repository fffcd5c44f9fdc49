"""Which addresses made each unit at each campaign, and who held them then.

Grain in: an edition as written, with the evidence of its builder where it is known. Grain out: by campaign, the
dwellings of each address, the addresses of each unit, the stock of each landlord. An address exists in the campaigns in
which it was surveyed, and nowhere else. A unit whose addresses do not add up to its dwellings is said.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from atlas.audit.read_back import Written
from atlas.tables import UNITS

Atoms = frozenset[Hashable]
PLACES = (
    "campagne",
    "id",
    "bailleur",
    "id_residence",
    "code_insee",
    "code_iris",
    "code_qpv",
    "situation",
    "quartiers",
    "nb_logements",
)
# Of the list of quarters of the time, where several are given; of updates between two surveys.
PLACES_THEN = ("code_qpv_avant", "situation_epoque", "id_actualisation")
_SIZE = ("code_insee", "code_iris", "nb_logements", "nb_adresses")


@dataclass(frozen=True)
class Places:
    """One campaign: ``dwellings`` by address, ``units`` (kind, then unit, to addresses), ``stocks`` by landlord.

    ``pools``: the stock of each declared group of landlords, which sit at one table.
    """

    dwellings: Mapping[Hashable, int] = field(default_factory=dict)
    units: Mapping[str, Mapping[str, Atoms]] = field(default_factory=dict)
    stocks: Mapping[str, Atoms] = field(default_factory=dict)
    pools: Mapping[str, Atoms] = field(default_factory=dict)

    def of(self, kind: str, unit: str) -> Atoms:
        """Give the addresses of a unit; nothing where it did not exist."""
        return self.units.get(kind, {}).get(unit, frozenset())


@dataclass(frozen=True)
class Ground:
    """Places by campaign. ``unreconciled``: units whose dwellings are not those of their addresses.

    ``guessed`` is true where the edition tells its addresses of the last campaign only: they stand for every one.
    """

    campaigns: Mapping[int, Places]
    unreconciled: tuple[str, ...] = ()
    guessed: bool = False

    def at(self, campaign: int) -> Places:
        """Give the places of a campaign."""
        return self.campaigns.get(campaign, Places())


def ground_of(written: Written, evidence: pd.DataFrame | None = None, beside: Written | None = None) -> Ground:
    """Find which addresses made each unit of an edition at each campaign.

    Parameters
    ----------
    evidence : DataFrame, optional
        What the builder knows of addresses: read for an edition that does not tell its own, and for declared groups.
    beside : Written, optional
        An edition of the same build, which knows residences by the identifiers of the builder.
    """
    told = written.composition if written.composition is not None else evidence
    guessed = told is None
    names = {}
    if told is None:
        told = _today(written, beside)
        names = _by_point(written, beside)
    elif written.composition is None:
        names = _pseudonyms(written, told, beside)
    groups = _groups(evidence)
    found: dict[int, Places] = {}
    for campaign in written.campaigns:
        rows = told if guessed else told[told["campagne"] == campaign]
        found[campaign] = _places(rows, names, groups)
    return Ground(found, tuple(_unreconciled(written, found)), guessed)


def _places(rows: pd.DataFrame, names: Mapping[str, str], groups: Mapping[str, str]) -> Places:
    identifiers = rows["id"].astype(str)
    dwellings: dict[Hashable, int] = dict(
        zip(identifiers.tolist(), rows["nb_logements"].fillna(0).astype(int).tolist(), strict=True)
    )
    units: dict[str, dict[str, Atoms]] = {}
    for kind, unit in UNITS.items():
        if kind == "territoire":
            units[kind] = {"territoire": frozenset(dwellings)}
        elif kind == "adresses":
            units[kind] = {str(one): frozenset([one]) for one in dwellings}
        elif kind == "quartiers":
            units[kind] = _grouped(_quarters(rows), identifiers)
        elif (keys := unit.keys_of(rows)) is not None:
            units[kind] = _grouped(keys, identifiers)
    if names:
        units["residences"] = {names.get(one, one): atoms for one, atoms in units.get("residences", {}).items()}
    stocks = units.get("bailleurs", {})
    pools: dict[str, Atoms] = {}
    for landlord, group in groups.items():
        pools[group] = pools.get(group, frozenset()) | stocks.get(landlord, frozenset())
    alone = set(stocks.values())
    return Places(dwellings, units, stocks, {one: atoms for one, atoms in pools.items() if atoms not in alone})


def _quarters(rows: pd.DataFrame) -> pd.Series:
    """List the perimeters that hold each address; some overlap, and the column of one QPV is not all of them."""
    if "quartiers" not in rows:
        return rows["code_qpv"].map(lambda code: [code] if isinstance(code, str) and code else [])
    return rows["quartiers"].map(lambda text: text.split("|") if isinstance(text, str) and text else [])


def _grouped(keys: pd.Series, identifiers: pd.Series) -> dict[str, Atoms]:
    pairs = pd.DataFrame({"key": keys.to_numpy(object), "id": identifiers.to_numpy(object)}).explode("key")
    pairs = pairs.dropna(subset="key")
    return {str(key): frozenset(members) for key, members in pairs.groupby("key")["id"] if str(key)}


def _groups(evidence: pd.DataFrame | None) -> dict[str, str]:
    """Name the declared group of each landlord that is in one."""
    if evidence is None or "groupe" not in evidence:
        return {}
    pairs = evidence[["bailleur", "groupe"]].dropna().astype(str).drop_duplicates()
    return {landlord: group for landlord, group in pairs.itertuples(index=False) if landlord != group}


def _unreconciled(written: Written, found: Mapping[int, Places]) -> Iterator[str]:
    """Compare dwellings of tables, which tell the last campaign, with those of the addresses of that campaign."""
    for kind, table in written.units.items():
        latest = max(found, default=0)
        years = table["campagne"] if "campagne" in table else pd.Series(latest, table.index)
        for unit, year, size in zip(table["id"], years, table["nb_logements"].fillna(0), strict=True):
            places = found.get(int(year), Places())
            if sum(places.dwellings[atom] for atom in places.of(kind, unit)) != size:
                yield f"{kind}/{unit}"


def _today(written: Written, beside: Written | None) -> pd.DataFrame:
    """Take the addresses of the tables, or residences for want of addresses: those of the last campaign."""
    holder = written if "adresses" in written.units or beside is None else beside
    if "adresses" in holder.units:
        return holder.units["adresses"]
    places = holder.units["residences"]
    return places.assign(id_residence=places["id"])


def _by_point(written: Written, beside: Written | None) -> dict[str, str]:
    """Recognise residences whose identifier was replaced, in an edition beside: same point, dwellings, addresses."""
    if beside is None or "adresses" in written.units or "adresses" not in beside.units:
        return {}
    keys = ["geom", "nb_logements", "nb_adresses"]
    mine, its = written.units["residences"][["id", *keys]], beside.units["residences"][["id", *keys]]
    pairs = mine.merge(its, on=keys, suffixes=("", "_beside"))
    return dict(zip(pairs["id_beside"], pairs["id"], strict=True))


def _pseudonyms(written: Written, evidence: pd.DataFrame, beside: Written | None) -> dict[str, str]:
    """Name residences of the evidence as an edition that replaces identifiers does.

    The builder tells the pseudonyms, or an edition beside has the same points; else size and place must be enough, and
    residences that they do not tell apart keep a name that the edition does not know: the audit then fails.
    """
    if "pseudonyme" in evidence:
        pairs = evidence[["id_residence", "pseudonyme"]].dropna().astype(str).drop_duplicates()
        return dict(pairs.itertuples(index=False, name=None))
    if beside is not None and "residences" in beside.units:
        return _by_point(written, beside)
    table = written.units["residences"]
    latest = evidence[evidence["campagne"] == max(written.surveys)]
    grouped = latest.groupby("id_residence", as_index=False)
    sums = grouped.agg(
        code_insee=("code_insee", "first"),
        code_iris=("code_iris", "first"),
        nb_logements=("nb_logements", "sum"),
        nb_adresses=("id", "size"),
    )
    alone = [one.drop_duplicates(list(_SIZE), keep=False) for one in (sums, table[["id", *_SIZE]])]
    pairs = alone[0].merge(alone[1], on=list(_SIZE))
    return dict(zip(pairs["id_residence"].astype(str), pairs["id"], strict=True))
