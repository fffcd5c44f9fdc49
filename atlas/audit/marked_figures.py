"""Figures that pages tell one by one, each marked with the unit, campaign and indicator that it claims to be.

Grain in: pages as read. Grain out: one row per figure that the GeoPackage does not hold as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from atlas.audit.read_back import Written
from atlas.tables import INDICATORS

_NUMBER = re.compile(r"-?\d[\d ]*(?:,\d+)?")
_TYPOGRAPHY = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'"})
_STOCK_KEYS = ("unite", "id", "caracteristique", "modalite")
MARKS = ("page", "unite", "id", "campagne", "indicateur", "colonne", "texte")
HOMES = ("page", *_STOCK_KEYS, "colonne", "texte")


def false_figures(
    told: pd.DataFrame, homes: pd.DataFrame, written: Written, stock: pd.DataFrame | None = None
) -> Iterator[tuple[str, int, str]]:
    """List the pages whose marked figures differ from those of the GeoPackage.

    Parameters
    ----------
    told, homes : DataFrame
        What pages mark: columns :data:`MARKS` and :data:`HOMES`.
    stock : DataFrame, optional
        The table of dwellings by feature, which ``homes`` refer to.

    Yields
    ------
    (page, how many, example)
    """
    told = told.assign(texte=told["texte"].map(as_plain))
    rates = told["colonne"] == ""
    wrong = pd.concat([_rates(told[rates], written), _columns(told[~rates], written), _dwellings(homes, stock)])
    for name, rows in wrong.groupby("page"):
        first = rows.iloc[0]
        yield str(name), len(rows), f"{first['unite']} {first['id']} {first['nom']} = {first['texte']}"


def unlike_series(written: Written) -> Iterator[tuple[str, int, str]]:
    """List the layers whose labels differ from those of the series for the campaign that layers show.

    Yields
    ------
    (layer, how many, example)
    """
    rows = written.series[written.series["campagne"] == written.surveys[-1]]
    tables = {kind: table.set_index("id") for kind, table in written.units.items()}
    for (kind, code), part in rows.groupby(["unite", "indicateur"]):
        table, indicator = tables.get(str(kind)), INDICATORS.get(str(code))
        if table is None or indicator is None or indicator.lb not in table:
            continue
        shown = part["id"].map(table[indicator.lb])
        other = part[shown.notna() & (shown != part["libelle"])]
        if len(other):
            yield str(kind), len(other), f"{indicator.lb} de {other['id'].iloc[0]}"


def _rates(told: pd.DataFrame, written: Written) -> pd.DataFrame:
    """Compare labels with the series, where every label of every campaign is."""
    keys = ["unite", "id", "campagne", "indicateur"]
    series = written.series[written.series["id"].isin(told["id"].unique())]
    known = series[[*keys, "libelle"]].assign(campagne=series["campagne"].astype(str))
    both = told.merge(known, on=keys, how="left")
    missing = both["libelle"].isna() & (both["campagne"] == str(written.surveys[-1]))
    shown = [_shown(written, *row) for row in both.loc[missing, ["unite", "id", "indicateur"]].itertuples(index=False)]
    both.loc[missing, "libelle"] = pd.Series(shown, index=both.index[missing], dtype=object)
    labels = both["libelle"].fillna("non renseigné").map(as_plain)  # a unit that did not exist that year
    return both[both["texte"] != labels].assign(nom=lambda rows: rows["indicateur"] + " " + rows["campagne"])


def _shown(written: Written, kind: str, unit: str, code: str) -> str | None:
    """Read a label in the layers: a quarter without a dwelling is in them, and in no series."""
    table, indicator = written.units.get(kind), INDICATORS.get(code)
    if table is None or indicator is None or indicator.lb not in table:
        return None
    found = table.loc[table["id"] == unit, indicator.lb]
    return None if found.empty else str(found.iloc[0])


def _columns(told: pd.DataFrame, written: Written) -> pd.DataFrame:
    """Compare sizes and names with the layers: the first number told, or the words."""
    wrong = [told.iloc[:0].assign(nom="")]
    for (unit, column), rows in told.groupby(["unite", "colonne"]):
        table = written.units.get(str(unit))
        if table is None or column not in table:
            wrong.append(rows.assign(nom=str(column)))
            continue
        known = rows["id"].map(table.set_index("id")[str(column)])
        false = [not _same(said, value) for said, value in zip(rows["texte"], known, strict=True)]
        wrong.append(rows[false].assign(nom=str(column)))
    return pd.concat(wrong)


def _dwellings(told: pd.DataFrame, stock: pd.DataFrame | None) -> pd.DataFrame:
    """Compare dwellings by feature with their table, where there is one."""
    wrong = [told.iloc[:0].assign(nom="")]
    for column, rows in told.groupby("colonne"):
        if stock is None or column not in stock:
            wrong.append(rows.assign(nom=str(column)))
            continue
        both = rows.merge(stock[[*_STOCK_KEYS, str(column)]], on=list(_STOCK_KEYS), how="left")
        false = [not _same(as_plain(said), value) for said, value in zip(both["texte"], both[str(column)], strict=True)]
        wrong.append(both[false].assign(nom=both["caracteristique"] + " " + both["modalite"]))
    return pd.concat(wrong)


def _same(said: str, value: object) -> bool:
    if isinstance(value, str):
        return as_plain(value) in said
    found = _NUMBER.search(said)
    if value is None or value != value:
        return found is None
    return found is not None and float(found[0].replace(" ", "").replace(",", ".")) == float(str(value))


def as_plain(text: str) -> str:
    """Read a text without its typography."""
    return " ".join(text.translate(_TYPOGRAPHY).split())
