"""What an edition tells from one campaign to another, said again from its files alone.

Grain in: an edition read back. Grain out: reasons to refuse. Dwellings that stayed, came and left are counted again
from the addresses of each campaign; moves, their reasons and the gaps of rates from the published figures of both: one
that these do not give again was made of something that is not published.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping

import numpy as np
import pandas as pd

from atlas.audit.composition import Ground
from atlas.audit.read_back import Written, read_table
from atlas.audit.reasons import ORACLE, Reason, reason
from atlas.evolution import Followed, Known, consecutive, pairs_of
from atlas.tables.years import EVOLUTION_COLUMNS, FOLLOWED, LASTING_COLUMNS, MOVE, UNTOLD, WHY

EVOLUTION, FILIATION = "evolution", "filiation"
_KEYS = ["unite", "id", "campagne_avant", "campagne"]
_CLOSE = 1e-9
_COUNTS = ("logements_restes", "logements_entres", "logements_sortis")


def known_of(written: Written) -> Known | None:
    """Take what an edition tells of dwellings and residences through the years; None where it follows nothing."""
    told = read_table(written.folder, EVOLUTION)
    if told is None:
        return None
    events: dict[tuple[str, int], set[str]] = {}
    found = read_table(written.folder, FILIATION)
    if found is not None:
        for unit, campaign, event in zip(found["id"], found["campagne"], found["evenement"], strict=True):
            events.setdefault((str(unit), int(campaign)), set()).add(str(event))
    first = written.methods[0]
    return Known(
        written.methods,
        first.name(first.shown(masked=written.masked).column),
        written.rules,
        told[[column.name for column in LASTING_COLUMNS]],
        {
            key: {int(year): value for year, value in values.items()}
            for key, values in written.manifest.get("definitions", {}).items()
        },
        {key: frozenset(names) for key, names in events.items()},
    )


def between(known: Known, figures: Mapping[str, pd.DataFrame], campaigns: Iterable[int]) -> Mapping[str, pd.DataFrame]:
    """Say again what changed of each kind between every two campaigns.

    Parameters
    ----------
    figures : mapping of DataFrame
        By kind, published figures and judgements of every campaign, with what a reader may suppose of each figure.
    """
    read = pd.concat([rows.assign(unite=kind) for kind, rows in figures.items()], ignore_index=True)
    again = Followed(read["unite"], read, known).between(*pairs_of(campaigns))
    return {kind: again[again["unite"] == kind] for kind in figures}


def moved(again: pd.DataFrame, rows: pd.DataFrame, campaigns: Iterable[int]) -> pd.DataFrame:
    """Say again how units of a kind moved at each campaign, and why: same index; not known at the first campaign.

    ``again``: as :func:`between` says it.
    """
    pairs = pd.MultiIndex.from_frame(again[["campagne_avant", "campagne"]])
    told = again.loc[pairs.isin(consecutive(campaigns)), ["id", "campagne", MOVE, WHY]]
    at = rows[["id", "campagne"]].merge(told, on=["id", "campagne"], how="left")
    return at[[MOVE, WHY]].fillna({MOVE: UNTOLD}).set_axis(rows.index)


def evolved_otherwise(written: Written, changes: Iterable[pd.DataFrame]) -> Iterator[Reason]:
    """Compare the table of evolutions with what the figures of each two campaigns give, as :func:`between` says it."""
    told = read_table(written.folder, EVOLUTION)
    assert told is not None  # who follows has that table
    again = pd.concat(changes)
    keys = [pd.MultiIndex.from_frame(table[_KEYS].astype({"id": str})) for table in (told, again)]
    extra = [f"{kind} {unit}, {then} à {now}" for kind, unit, then, now in keys[0].difference(keys[1])]
    yield from reason(ORACLE, f"table {EVOLUTION} : ligne que rien ne donne", extra)
    mine, other = told.set_axis(keys[0]), again.set_axis(keys[1]).reindex(keys[0])
    for column in EVOLUTION_COLUMNS:
        if column.name not in (*_KEYS, *_COUNTS):
            odd = differing(mine[column.name], other[column.name])
            examples = [f"{unit} : {value}" for (_, unit, _, _), value in mine.loc[odd, column.name].items()]
            what = f"table {EVOLUTION}, colonne {column.name} : valeur que les fichiers seuls ne redonnent pas"
            yield from reason(ORACLE, what, examples)


def places_otherwise(written: Written, ground: Ground, places: pd.DataFrame | None = None) -> Iterator[Reason]:
    """Count again the dwellings that stayed, came and left, from the addresses of each campaign.

    ``places``: the addresses of each campaign, of an edition that does not tell its own.
    """
    told = read_table(written.folder, EVOLUTION)
    if told is None or ground.guessed:
        return
    known = written.composition if written.composition is not None else places
    since = {}
    if known is not None and FOLLOWED in known:
        since = dict(zip(known["id"].astype(str), known[FOLLOWED].astype(str), strict=True))

    def followed(addresses: Iterable[Hashable]) -> set[Hashable]:
        return {since.get(str(one), one) for one in addresses}

    wrong = []
    counted = told[list(_COUNTS)].fillna(-1).astype(int)  # one that is not told is not nothing: it is like no count
    for (kind, unit, then, now), counts in zip(
        told[list(_KEYS)].itertuples(index=False, name=None), counted.itertuples(index=False, name=None), strict=True
    ):
        before, after = (ground.at(int(year)) for year in (then, now))
        was, became = before.of(str(kind), str(unit)), after.of(str(kind), str(unit))
        there, here = followed(was), followed(became)
        again = (
            _dwellings(after.dwellings, (one for one in became if since.get(str(one), one) in there)),
            _dwellings(after.dwellings, (one for one in became if since.get(str(one), one) not in there)),
            _dwellings(before.dwellings, (one for one in was if since.get(str(one), one) not in here)),
        )
        if counts != again:
            wrong.append(f"{unit} en {now} : {list(counts)} au lieu de {list(again)}")
    yield from reason(ORACLE, f"table {EVOLUTION} : logements autres que ceux des adresses", wrong)


def _dwellings(known: Mapping[Hashable, int], addresses: Iterable[Hashable]) -> int:
    return sum(known[one] for one in addresses)


def differing(told: pd.Series, again: pd.Series) -> np.ndarray:
    """Tell the rows where a column as written is not the same said again: numbers as numbers, the rest as words."""
    if pd.api.types.is_numeric_dtype(told) and told.notna().any():
        mine, other = (pd.to_numeric(one).to_numpy(float) for one in (told, again))
        return ~((np.isnan(mine) & np.isnan(other)) | (np.abs(mine - other) <= _CLOSE))
    said, said_again = (one.astype(object).where(one.notna(), "").astype(str).to_numpy() for one in (told, again))
    return said != said_again
