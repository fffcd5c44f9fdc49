"""What the atlas's page knows: the edition's own labels and figures by column, and the class of each row in each layer.

In: an edition. Out: plain data for JSON. Every text is the edition's ``lb_`` column and every number its ``tx_`` or
size column, unchanged; numbers serve to sort. Repeated texts are written once. Units of kinds that the catalogue does
not list as a table are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from atlas.symbology import SHAPES, SymbolClass, classes_of, classify
from atlas.tables import CRITERIA, INDICATORS, UNITS, columns_of

if TYPE_CHECKING:
    import pandas as pd

    from atlas.catalogue import Catalogue, Layer
    from atlas.edition import Edition

# Codes are shown as the name of the unit they point to.
_NAMED_BY = {"code_insee": "communes", "code_qpv": "quartiers", "code_iris": "iris", "id_residence": "residences"}
_HEADINGS = {"code_insee": "Commune", "code_qpv": "QPV", "code_iris": "IRIS", "nb_criteres": "Critères atteints"}
_SHORT = {
    "inf40": "Sous 40 % du PLUS",
    "er_inf40": "Emménagés sous 40 %",
    "chomage": "Chômage",
    "bas_loyer": "Bas loyer",
}
_CLASS_WORDS = {
    "key": "cle",
    "label": "libelle",
    "colour": "couleur",
    "stroke": "contour",
    "shape": "forme",
    "size": "rayon",
    "hatch": "trame",
    "dash": "tirets",
    "width": "epaisseur",
    "reached": "atteint",
}
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def page_data(edition: Edition, catalogue: Catalogue) -> dict[str, Any]:
    """Gather what the page's scripts read.

    Returns
    -------
    dict
        ``campagne``, ``formes`` (outlines of the symbols), ``groupes``, ``couches`` (layers that the edition can draw,
        with their classes) and ``tables`` (columns, filters, values, classes by row).
    """
    layers = drawable(edition, catalogue)
    return {
        "campagne": edition.context.campaign,
        "formes": SHAPES,
        "groupes": [{"cle": group.key, "choix": group.choice} for group in catalogue.groups],
        "couches": [_layer(layer, edition) for layer in layers],
        "tables": {
            name: _table(name, edition, catalogue, layers) for name in catalogue.tables if name in edition.units
        },
    }


def drawable(edition: Edition, catalogue: Catalogue) -> tuple[Layer, ...]:
    """List the layers whose table the edition holds and whose column says something.

    A rate that no row publishes, because no source gives it, is not offered as a choice.
    """
    kept = []
    for layer in catalogue.layers:
        table = edition.units.get(layer.table)
        if table is None or not len(table):
            continue
        unheard = layer.indicator and layer.indicator not in CRITERIA
        if unheard and not table[f"tx_{layer.indicator}"].notna().any():
            continue
        kept.append(layer)
    return tuple(kept)


def threshold_of(layer: Layer, edition: Edition) -> Any:
    """Find the rule that gives a layer's threshold, None when it has none."""
    return edition.context.rule(layer.threshold) if layer.threshold else None


def _layer(layer: Layer, edition: Edition) -> dict[str, Any]:
    return {
        "id": layer.id,
        "titre": layer.title,
        "groupe": layer.group,
        "table": layer.table,
        "genre": layer.kind,
        "visible": layer.visible,
        "infobulle": list(layer.tooltip),
        "etiquette": bool(layer.label_column),
        "seuil": threshold.value if (threshold := threshold_of(layer, edition)) is not None else None,
        "indicateur": layer.indicator,
        "classes": [_class(one) for one in classes_of(layer, edition.context.rules)],
    }


def _class(one: SymbolClass) -> dict[str, Any]:
    return {word: getattr(one, field) for field, word in _CLASS_WORDS.items()}


def _table(name: str, edition: Edition, catalogue: Catalogue, layers: Iterable[Layer]) -> dict[str, Any]:
    view, table = catalogue.tables[name], edition.units[name]
    own = [layer for layer in layers if layer.table == name]
    codes = [layer.indicator for layer in own if layer.indicator]
    shown = [*view.columns, *view.filters, *view.search, *(column for layer in own for column in layer.tooltip), *codes]
    needed = [column for column in dict.fromkeys(["id", "nom", *shown, "code_qpv"]) if _present(column, table)]
    classes = {layer.id: _digits(table, layer, edition) for layer in own}
    columns = [column for column in view.columns if column in needed]
    return {
        "titre": view.title,
        "singulier": UNITS[name].singular,
        "nombre": len(table),
        "colonnes": columns,
        "filtres": [column for column in view.filters if column in needed],
        "recherche": [column for column in view.search if column in needed],
        "champs": {column: _field(column, name, table, edition) for column in needed},
        "classes": classes,
        "rues": _streets(edition) if name == "residences" else None,
    }


def _present(column: str, table: pd.DataFrame) -> bool:
    """Whether the edition says something in a column: a landlord that it does not name is not a choice."""
    return f"lb_{column}" in table or (column in table and bool(table[column].notna().any()))


def _field(column: str, name: str, table: pd.DataFrame, edition: Edition) -> dict[str, Any]:
    """One column: its heading, its kind, and its values by row."""
    if column in INDICATORS:
        return _rate_field(column, table)
    declared = next(one for one in columns_of(name, counts=False) if one.name == column)
    title = _HEADINGS.get(column, "Identifiant" if column == "id" else declared.label)
    if declared.unit in {"logements", "adresses", "ménages", "critères"}:
        return {"genre": "nombre", "titre": title, "v": [_number(value) for value in table[column]]}
    texts = table[column]
    target = _NAMED_BY.get(column, "")
    if target in edition.units:
        names = edition.units[target].set_index("id")["nom"]
        named = texts.map(names).astype(object)
        texts = named.where(named.notna(), texts)
    if column in {"id", "nom"}:
        return {"genre": "texte", "titre": title, "v": [_text(value) for value in texts]}
    return {"genre": "texte", "titre": title, **_indexed(texts)}


def _rate_field(code: str, table: pd.DataFrame) -> dict[str, Any]:
    """A rate: labels (``u``) and the number that sorts each (``t``), by row (``i``); its margins where shown."""
    indicator = INDICATORS[code]
    field: dict[str, Any] = {"genre": "taux", "titre": _SHORT.get(code, indicator.label), "long": indicator.label}
    pairs = table[[indicator.lb, indicator.tx]].set_axis(["label", "number"], axis=1)
    unique = pairs.drop_duplicates().sort_values(["number", "label"], ignore_index=True)
    rank = {pair: position for position, pair in enumerate(_keys(unique))}
    field |= {
        "u": [str(label) for label in unique["label"]],
        "t": [_number(number) for number in unique["number"]],
        "i": [rank[pair] for pair in _keys(pairs)],
    }
    if indicator.marge in table and table[indicator.marge].notna().any():
        field |= {"m": [_number(value) for value in table[indicator.marge]], "population": indicator.population}
    return field


def _keys(pairs: pd.DataFrame) -> list[tuple[str, float]]:
    """Labels with their numbers, a missing number written -1 so that it equals itself."""
    return list(zip(pairs["label"], pairs["number"].fillna(-1), strict=True))


def _indexed(texts: pd.Series) -> dict[str, Any]:
    """Write each different text once (``u``) and its number on each row (``i``)."""
    import pandas as pd

    code, unique = pd.factorize(texts.fillna("").astype("str"), sort=True)
    return {"u": [str(text) for text in unique], "i": code.tolist()}


def _digits(table: pd.DataFrame, layer: Layer, edition: Edition) -> str:
    """Write the class of each row as one digit in base 36."""
    keys = [one.key for one in classes_of(layer, edition.context.rules)]
    rank = {key: _DIGITS[position] for position, key in enumerate(keys)}
    return "".join(classify(table, layer, edition.context.rules).map(rank))


def _streets(edition: Edition) -> list[str] | None:
    """Addresses of each residence, where the edition publishes addresses."""
    addresses = edition.units.get("adresses")
    if addresses is None:
        return None
    joined = (
        addresses.dropna(subset=["id_residence"])
        .groupby("id_residence")["nom"]
        .agg(lambda names: " ; ".join(dict.fromkeys(map(str, names.dropna()))))
    )
    return edition.units["residences"]["id"].map(joined).fillna("").tolist()


def _number(value: Any) -> float | int | None:
    if value is None or value != value:
        return None
    return int(value) if float(value).is_integer() else round(float(value), 4)


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)
