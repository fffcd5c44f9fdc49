"""Fields: the columns of a table as the atlas's scripts read them, each text of the edition written once.

In: rows of an edition and the columns wanted. Out: plain data for JSON. A label is the edition's ``lb_`` column and a
number its ``tx_`` or size column, unchanged; numbers serve to sort.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from atlas.methods import judged_columns
from atlas.symbology import classes_of, classify
from atlas.tables import INDICATORS, UNDETERMINED, UNITS, columns_of
from atlas.tables.wider import CRITERION, ITSELF, PERIMETER

if TYPE_CHECKING:
    import pandas as pd

    from atlas.catalogue import Layer
    from atlas.edition import Edition
    from atlas.methods import Method

# Codes are shown as the name of the unit they point to.
NAMED_BY = {unit.key: name for name, unit in UNITS.items() if unit.key}
_HEADINGS = {"code_insee": "Commune", "code_qpv": "QPV", "code_iris": "IRIS", "nb_criteres": "Critères atteints"}
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def present(column: str, table: pd.DataFrame) -> bool:
    """Tell whether the edition says something in a column: a landlord that it does not name is not a choice."""
    return f"lb_{column}" in table or (column in table and bool(table[column].notna().any()))


def field(column: str, name: str, table: pd.DataFrame, edition: Edition) -> dict[str, Any]:
    """Write one column: its heading, its kind, and its values by row."""
    method = edition.method
    if column in INDICATORS:
        indicator = INDICATORS[column]
        heading = {"genre": "taux", "titre": indicator.short, "long": indicator.label}
        return {**heading, **rates(column, table), **_margins(column, table, method)}
    judged = judged_columns(edition.methods, name, counts=False)
    declared = next(one for one in columns_of(name, counts=False, judged=judged) if one.name == column)
    title = _HEADINGS.get(column, "Identifiant" if column == "id" else declared.label)
    if declared.numeric:
        blank = {"vide": UNDETERMINED} if column == method.met else {}  # no criterion can be read
        return {"genre": "nombre", "titre": title, "v": numbers(table[column]), **blank}
    texts = words(column, table, edition)
    target = NAMED_BY.get(column, "")
    if target in edition.units:
        names = edition.units[target].set_index("id")["nom"]
        named = texts.map(names).astype(object)
        texts = named.where(named.notna(), texts)
    if column in {"id", "nom"}:
        return {"genre": "texte", "titre": title, "v": [_text(value) for value in texts]}
    return {"genre": "texte", "titre": title, **indexed(texts)}


def words(column: str, table: pd.DataFrame, edition: Edition) -> pd.Series:
    """Read a column of texts; a criterion read on the residence itself needs no word of where."""
    if column in (PERIMETER, CRITERION, edition.method.wider):
        return table[column].where(table[PERIMETER].notna() & (table[PERIMETER] != ITSELF))
    return table[column]


def rates(code: str, table: pd.DataFrame) -> dict[str, Any]:
    """Write a rate: its labels (``u``), the number that sorts each (``t``) and the label of each row (``i``)."""
    indicator = INDICATORS[code]
    rows = table[[indicator.tx, indicator.lb]].groupby([indicator.tx, indicator.lb], dropna=False)
    number, label = (rows.size().index.get_level_values(level) for level in (0, 1))
    return {"u": [str(one) for one in label], "t": numbers(number), "i": rows.ngroup().tolist()}


def indexed(texts: pd.Series) -> dict[str, Any]:
    """Write each different text once (``u``) and its number on each row (``i``)."""
    import pandas as pd

    code, unique = pd.factorize(texts.fillna("").astype("str"), sort=True)
    return {"u": [str(text) for text in unique], "i": code.tolist()}


def cut(field: Mapping[str, Any], start: int, end: int) -> dict[str, Any]:
    """Take a field of some rows alone, with the texts that they have."""
    if "v" in field:
        return {"v": field["v"][start:end]}
    places = field["i"][start:end]
    kept = sorted(set(places))
    rank = {place: position for position, place in enumerate(kept)}
    texts = {key: [field[key][place] for place in kept] for key in ("u", "t") if key in field}
    return {**texts, "i": [rank[place] for place in places]}


def digits(table: pd.DataFrame, layer: Layer, edition: Edition) -> str:
    """Write the class of each row as one digit in base 36."""
    keys = [one.key for one in classes_of(layer, edition.context.rules)]
    rank = {key: _DIGITS[position] for position, key in enumerate(keys)}
    return "".join(classify(table, layer, edition.context.rules).map(rank))


def numbers(values: Iterable[Any]) -> list[float | int | None]:
    """Write numbers as JSON has them, whole ones without a decimal point, missing ones as null."""
    return [_number(value) for value in values]


def _margins(code: str, table: pd.DataFrame, method: Method) -> dict[str, Any]:
    """Write how many answers would flip a criterion, where the edition shows it."""
    column = method.margin(code)
    if column not in table or not table[column].notna().any():
        return {}
    return {"m": numbers(table[column]), "marge": column, "population": INDICATORS[code].population}


def _number(value: Any) -> float | int | None:
    if value is None or value != value:
        return None
    return int(value) if float(value).is_integer() else round(float(value), 4)


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)
