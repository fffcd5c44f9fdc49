"""What methods say of units, said again from the files alone: a judgement may be no oracle on a masked rate.

Grain in: an edition read back, whatever is masked left blank. Grain out: reasons to refuse, one per table and column
that the files do not give again. A level, what figures prove of it, an interval, a count, a number or an agreement that
is the same function of what is published tells a reader nothing that was masked: it would be the same whatever the
masked rate, everything published being equal. What the methods compute does not matter here, and is not checked:
whatever they give from the files, any reader has. So their own declarations are applied, and neither the stage that
wrote the columns nor what it read. One that the files do not give was made of something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from atlas.audit.evolved import between, differing, evolved_otherwise, known_of, moved
from atlas.audit.read_back import HISTORY, STOCK, Written, read_table
from atlas.audit.reasons import ORACLE, UNPROVEN, Reason, reason
from atlas.audit.supposed import supposed
from atlas.methods import (
    ACCESS,
    AGREEMENT,
    SAID_OF,
    SINCE,
    UNIT,
    agreement,
    features_of,
    judged_columns,
    signals,
    taking_sides,
)
from atlas.tables import INDICATORS, PUBLISHED, with_features
from atlas.tables.updates import KIND as UPDATES
from atlas.tables.years import MOVE, MOVE_COLUMNS, WHY

_TERRITORY = "territoire"
_SAID = {"valeur": "tx", "libelle": "lb", "statut": "st"}
_FIGURES = {**_SAID, "numerateur": "n", "denominateur": "d"}


def betrayed(written: Written) -> Iterator[Reason]:
    """List the judgements that the files of an edition do not give again, by table and column."""
    history = read_table(written.folder, HISTORY)
    rows = {} if history is None else {str(kind): part for kind, part in history.groupby("unite")}
    asked = [
        *((f"table {kind}", kind, table) for kind, table in written.units.items()),
        *((f"table {HISTORY}, {kind}", kind, part) for kind, part in rows.items()),
    ]
    told = {where: _told(written, kind, table) for where, kind, table in asked}
    if not any(told.values()):
        return
    if lacking := sorted({key for one in written.methods for key in one.rules} - written.rules.keys()):
        yield Reason(UNPROVEN, "lectures dont le manifeste ne dit pas les règles", len(lacking), tuple(lacking))
        return
    read_back = ReadBack(written)
    now, then = read_back.judged(written.units), read_back.judged_then(rows)
    if (known := known_of(written)) is not None:
        followed = {kind: part for kind, part in rows.items() if kind != UPDATES}  # of no campaign: it moves from none
        figures = {kind: read_back.figures(kind, part).join(then[kind]) for kind, part in followed.items()}
        changes = between(known, figures, written.surveys)
        for kind, read in figures.items():
            then[kind] = then[kind].join(moved(changes[kind], read, written.surveys))
            if kind in now:
                told_now = then[kind].loc[read["campagne"] == written.surveys[-1], [MOVE, WHY]]
                told_now.index = pd.Index(read.loc[told_now.index, "id"])
                now[kind] = now[kind].join(told_now.reindex(written.units[kind]["id"]).set_axis(now[kind].index))
        yield from evolved_otherwise(written, changes.values())
    if UPDATES in now:
        now[UNIT] = now[UNIT].assign(**{SINCE.name: _sent_since(written, now[UPDATES])})
    again = [*now.values(), *then.values()]
    for (where, _, table), mine in zip(asked, again, strict=True):
        yield from _unlike(where, table, mine, told[where])


def _sent_since(written: Written, judged: pd.DataFrame) -> pd.Series:
    """Say again what was sent of each residence after the survey shown first: the latest day, the level there."""
    method, updates = written.methods[0], written.units[UPDATES]
    levels = judged[method.name(method.shown(masked=written.masked).column)]
    told = zip(updates["date_actualisation"], updates["campagne"], updates["id_residence"], levels, strict=True)
    last = {
        str(home): f"{day[8:]}/{day[5:7]}/{day[:4]} : {level}"
        for day, year, home, level in sorted(told)
        if int(year) > written.surveys[-1]
    }
    return written.units[UNIT]["id"].map(last)


def _told(written: Written, kind: str, table: pd.DataFrame) -> list[str]:
    """List the columns of a table that hold judgements."""
    declared = (*judged_columns(written.methods, kind, counts=True), *MOVE_COLUMNS)
    return [name for name in dict.fromkeys(one.name for one in declared) if name in table]


class ReadBack:
    """An edition as methods may read it from its files: published figures, with what a reader may suppose of each."""

    def __init__(self, written: Written) -> None:
        self.methods, self.rules = written.methods, written.rules
        self._edges = written.manifest.get("arrondis", {})
        stock = read_table(written.folder, STOCK)
        self._stock = pd.DataFrame(columns=["unite", "caracteristique"]) if stock is None else stock
        self._figures = self._spanned(_laid_out(written.series))
        self._whole = self._figures[self._figures["unite"] == _TERRITORY].set_index("campagne")

    def units(self, kind: str, table: pd.DataFrame) -> pd.DataFrame:
        """Give what methods read of units, and of their dwellings: whatever is not published is blank."""
        judged = {one.name for one in judged_columns(self.methods, kind, counts=True)}
        kept = table.drop(columns=[name for name in table if name in judged])
        return with_features(self._spanned(_blanked(kept)), self._stock, kind, features_of(self.methods))

    def territory(self, table: pd.DataFrame) -> pd.DataFrame:
        """Give what they read of the territory at the campaign of each unit, same index."""
        return self._whole.reindex(table["campagne"]).set_axis(table.index)

    def judged(self, units: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """Judge tables of units of the campaign shown first, by kind: same indexes."""
        read = {kind: self.units(kind, table) for kind, table in units.items()}
        near, far = ({kind: read[kind] for kind in read if (kind in SAID_OF) == small} for small in (True, False))
        found = {**self._said(near, small=True), **self._said(far, small=False)}
        if UNIT in found and len(sides := taking_sides(self.methods)) > 1:
            found[UNIT][AGREEMENT] = agreement(found[UNIT], sides)
        if UNIT in found:  # pointed out from published columns, whatever the method
            fit = with_features(units[UNIT], self._stock, UNIT, (ACCESS,))
            found[UNIT] = found[UNIT].join(signals(fit, self.rules))
        return {kind: found[kind] for kind in units}

    def judged_then(self, history: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """Judge rows of the table of every campaign, by kind: same indexes."""
        read = {kind: self.figures(kind, rows) for kind, rows in history.items()}
        return self._said(read, small=False, then=True)

    def figures(self, kind: str, rows: pd.DataFrame) -> pd.DataFrame:
        """Give the figures of rows of that table, with their sizes and nothing that judges them: same index."""
        keys = ["unite", "id", "campagne"]
        judged = {one.name for one in judged_columns(self.methods, kind, counts=True)}
        figures = rows[keys].merge(self._figures, on=keys, how="left").set_axis(rows.index)
        return figures.join(rows[[name for name in rows if name not in figures and name not in judged]])

    def _said(self, read: Mapping[str, pd.DataFrame], *, small: bool, then: bool = False) -> dict[str, pd.DataFrame]:
        """Judge all kinds at once, method by method: none but one of residences alone reads other rows."""
        found: dict[str, list[pd.DataFrame]] = {kind: [] for kind in read}
        for method in self.methods:
            kinds = [kind for kind in read if method.judges(kind) and (method.yearly or not then)]
            if not kinds:
                continue
            whole = pd.concat([read[kind] for kind in kinds], ignore_index=True)
            judged = method.judged(whole, self.rules, self.territory(whole), small=small)
            start = 0
            for kind in kinds:
                end, mine = start + len(read[kind]), {one.name for one in method.columns(kind, counts=True)}
                kept = judged[[name for name in judged if name in mine]]
                found[kind].append(kept.iloc[start:end].set_axis(read[kind].index))
                start = end
        return {
            kind: pd.concat(parts, axis=1) if parts else pd.DataFrame(index=read[kind].index)
            for kind, parts in found.items()
        }

    def _spanned(self, table: pd.DataFrame) -> pd.DataFrame:
        return table.join(supposed(table, self._edges))


def _laid_out(series: pd.DataFrame) -> pd.DataFrame:
    """Lay out the series as tables are: one row per kind, unit and campaign."""
    rows = series[series["indicateur"].isin(list(INDICATORS))]
    keys = ["unite", "id", "campagne"]
    # An edition that shows no count has no column of them.
    shown = {name: prefix for name, prefix in _FIGURES.items() if name in _SAID or rows[name].notna().any()}
    blocks = [rows.pivot(index=keys, columns="indicateur", values=name).add_prefix(f"{shown[name]}_") for name in shown]
    return _blanked(pd.concat(blocks, axis=1).reset_index())


def _blanked(table: pd.DataFrame) -> pd.DataFrame:
    """Write numbers as such, and blank every number that is not published."""
    columns: dict[str, Any] = {}
    for one in INDICATORS.values():
        for name in (one.tx, one.n, one.d):
            if name in table:
                columns[name] = pd.to_numeric(table[name]).astype(float).where(table[one.st] == PUBLISHED)
    sizes = [name for name in ("nb_logements", "nb_adresses", "menages") if name in table]
    return table.assign(**columns, **{name: pd.to_numeric(table[name]).astype(float) for name in sizes})


def _unlike(where: str, told: pd.DataFrame, again: pd.DataFrame, names: Sequence[str]) -> Iterator[Reason]:
    """Compare columns as written with the same said again: one that nothing says again is wrong wherever it speaks."""
    for name in names:
        mine = again[name] if name in again else pd.Series(None, told.index, dtype=object)
        odd = differing(told[name], mine)
        examples = [f"{unit} : {value}" for unit, value in told.loc[odd, ["id", name]].itertuples(index=False)]
        yield from reason(ORACLE, f"{where}, colonne {name} : valeur que les fichiers seuls ne redonnent pas", examples)
