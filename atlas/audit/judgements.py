"""What methods say of units, said again from the files alone: a judgement may be no oracle on a masked rate.

Grain in: an edition read back, whatever is masked left blank. Grain out: reasons to refuse, one per table and column
that the files do not give again. A level, what figures prove of it, an interval, a count, a number or an agreement that
is the same function of what is published tells a reader nothing that was masked: it would be the same whatever the
masked rate, everything published being equal. What the methods compute does not matter here, and is not checked:
whatever they give from the files, any reader has. So their own declarations are applied, and neither the stage that
wrote the columns nor what it read. One that the files do not give was made of something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from atlas.audit.reasons import ORACLE, Reason, reason
from atlas.audit.supposed import supposed
from atlas.audit.read_back import HISTORY, STOCK, Written, read_table
from atlas.methods import (
    AGREEMENT,
    SAID_OF,
    UNIT,
    agreement,
    features_of,
    judged_columns,
    taking_sides,
)
from atlas.tables import INDICATORS, PUBLISHED, with_features

_TERRITORY = "territoire"
_CLOSE = 1e-9
_FIGURES = {"valeur": "tx", "libelle": "lb", "statut": "st", "numerateur": "n", "denominateur": "d"}


def betrayed(written: Written) -> Iterator[Reason]:
    """List the judgements that the files of an edition do not give again, by table and column."""
    methods, read_back = written.methods, ReadBack(written)
    for kind, table in written.units.items():
        told = judged_columns(methods, kind, counts=True)
        yield from _unlike(f"table {kind}", table, read_back.judged(kind, table), [one.name for one in told])
    history = read_table(written.folder, HISTORY)
    if history is not None:
        told = {one.name for method in methods for one in method.history()}
        for kind, rows in history.groupby("unite"):
            again = read_back.judged_then(str(kind), rows)
            yield from _unlike(f"table {HISTORY}, {kind}", rows, again, [name for name in rows if name in told])


class ReadBack:
    """An edition as methods may read it from its files: published figures, with what a reader may suppose of each."""

    def __init__(self, written: Written) -> None:
        self.methods, self.rules = written.methods, written.rules
        self._edges = written.manifest.get("arrondis", {})
        self._series = written.series
        stock = read_table(written.folder, STOCK)
        self._stock = pd.DataFrame(columns=["unite", "caracteristique"]) if stock is None else stock
        self._whole = self._spanned(self._figures(_TERRITORY)).set_index("campagne")

    def units(self, kind: str, table: pd.DataFrame) -> pd.DataFrame:
        """Give what methods read of units, and of their dwellings: whatever is not published is blank."""
        judged = {one.name for one in judged_columns(self.methods, kind, counts=True)}
        kept = table.drop(columns=[name for name in table if name in judged])
        return with_features(self._spanned(_blanked(kept)), self._stock, kind, features_of(self.methods))

    def territory(self, table: pd.DataFrame) -> pd.DataFrame:
        """Give what they read of the territory at the campaign of each unit, same index."""
        return self._whole.reindex(table["campagne"]).set_axis(table.index)

    def judged(self, kind: str, table: pd.DataFrame) -> pd.DataFrame:
        """Judge the units of a table of the campaign shown first, same index."""
        read, small = self.units(kind, table), kind in SAID_OF
        found = [
            one.judged(read, self.rules, self.territory(table), small=small) for one in self.methods if one.judges(kind)
        ]
        together = pd.concat(found, axis=1) if found else pd.DataFrame(index=table.index)
        if kind == UNIT and len(sides := taking_sides(self.methods)) > 1:
            return together.assign(**{AGREEMENT: agreement(together, sides)})
        return together

    def judged_then(self, kind: str, rows: pd.DataFrame) -> pd.DataFrame:
        """Judge the rows of the table of every campaign, same index."""
        figures = rows[["id", "campagne"]].merge(self._figures(kind), on=["id", "campagne"], how="left")
        # A column of this table that another kind alone fills is none of this kind's.
        said = {name: rows[name].to_numpy() for name in rows if name not in figures and rows[name].notna().any()}
        read = self._spanned(figures.assign(**said).set_axis(rows.index))
        found = [
            one.judged(read, self.rules, self.territory(rows), small=False)
            for one in self.methods
            if one.judges(kind) and one.yearly
        ]
        return pd.concat(found, axis=1) if found else pd.DataFrame(index=rows.index)

    def _spanned(self, table: pd.DataFrame) -> pd.DataFrame:
        return table.join(supposed(table, self._edges))

    def _figures(self, kind: str) -> pd.DataFrame:
        """Lay out the series of a kind as tables are: one row per unit and campaign."""
        rows = self._series[(self._series["unite"] == kind) & self._series["indicateur"].isin(list(INDICATORS))]
        wide = rows.pivot(index=["id", "campagne"], columns="indicateur", values=list(_FIGURES))
        wide.columns = pd.Index([f"{_FIGURES[what]}_{code}" for what, code in wide.columns])
        # An edition that shows no count has no column of them.
        silent = [name for name in wide if name.startswith(("n_", "d_")) and wide[name].isna().all()]
        return _blanked(wide.drop(columns=silent).reset_index())


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
    for name in (name for name in names if name in told):
        mine = again[name] if name in again else pd.Series(None, told.index, dtype=object)
        odd = _differing(told[name], mine)
        examples = [f"{unit} : {value}" for unit, value in told.loc[odd, ["id", name]].itertuples(index=False)]
        yield from reason(ORACLE, f"{where}, colonne {name} : valeur que les fichiers seuls ne redonnent pas", examples)


def _differing(told: pd.Series, again: pd.Series) -> np.ndarray:
    if pd.api.types.is_numeric_dtype(told) and told.notna().any():
        mine, other = (pd.to_numeric(one).to_numpy(float) for one in (told, again))
        return ~((np.isnan(mine) & np.isnan(other)) | (np.abs(mine - other) <= _CLOSE))
    mine, other = (one.astype(object).where(one.notna(), "").to_numpy() for one in (told, again))
    return np.array([str(one) != str(two) for one, two in zip(mine, other, strict=True)], dtype=bool)
