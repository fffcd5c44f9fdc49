"""What the atlas's page knows: the edition's own labels and figures by column, and the class of each row in each layer.

In: an edition. Out: plain data for JSON. Every text is the edition's ``lb_`` column and every number its ``tx_`` or
size column, unchanged; numbers serve to sort. Repeated texts are written once. Units of kinds that the catalogue does
not list as a table are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from atlas.publish.frame import surveyed_on
from atlas.publish.legend import day_of
from atlas.publish.page_campaigns import earlier_campaigns, moved_tables, past_tables
from atlas.publish.page_fields import digits, field, present
from atlas.publish.page_links import Files, Part, holders_of, links_of, parts_of
from atlas.publish.page_stock import stock_of
from atlas.symbology import SHAPES, SymbolClass, classes_of
from atlas.tables import UNITS
from atlas.writing import typeset

if TYPE_CHECKING:
    from atlas.catalogue import Catalogue, Layer
    from atlas.edition import Edition

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


def page_data(
    edition: Edition,
    catalogue: Catalogue,
    *,
    beside: Collection[str] = (),
    files: Files | None = None,
    root: str = "",
    parts: Sequence[Part] = (),
) -> dict[str, Any]:
    """Gather what the page's scripts read.

    Parameters
    ----------
    beside : collection of str
        Paths of the pages that the edition's folder holds.
    files : mapping, optional
        By kind of unit, the file name of each identifier in the whole edition, of which ``edition`` may be a part.
    root : str
        What leads from the page back to the edition's folder.
    parts : sequence of Part
        The pages of départements that an overview leads to.

    Returns
    -------
    dict
        ``campagnes`` (year and words of each, the one shown first at the head), ``formes`` (outlines of the symbols),
        ``niveaux`` (layer of each column of levels), ``proches`` (by such a column, the one that says of which answer
        it hangs) and ``synthese`` (the column of those shown first),
        ``groupes``, ``couches`` (layers that the edition can draw, with their classes), ``tables`` (columns, filters,
        values, classes by row, links), ``passe`` (by earlier campaign, what changes in each table) and ``mouvements``
        (by pair of campaigns that do not follow each other, what residences became).
    """
    layers = drawable(edition, catalogue)
    tables = {name: _table(name, edition, catalogue, layers) for name in catalogue.tables if name in edition.units}
    for name, table in tables.items():
        table["liens"] = links_of(edition, name, beside, files)
        table["cartes"] = parts_of(edition, name, parts)
    past = earlier_campaigns(edition)
    return {
        "campagnes": [
            {"annee": year, "jour": day_of(year), "dite": typeset(surveyed_on(edition, year))}
            for year in (edition.context.campaign, *past)
        ],
        "racine": root,
        "apercu": bool(parts),
        "formes": SHAPES,
        "niveaux": {layer.column: layer.id for layer in layers if layer.undetermined and layer.table == "residences"},
        "proches": {column: method.close for method, column, _ in edition.scales if method.close},
        "synthese": edition.level,
        "groupes": [{"cle": group.key, "choix": group.choice} for group in catalogue.groups],
        "couches": [_layer(layer, edition) for layer in layers],
        "tables": tables,
        "passe": {str(year): told for year, told in past_tables(edition, tables, layers, past).items()},
        "mouvements": moved_tables(edition, tables, layers),
    }


def drawable(edition: Edition, catalogue: Catalogue) -> tuple[Layer, ...]:
    """List the layers whose table the edition holds and whose column says something.

    A rate that no row publishes, because no source gives it, is not offered as a choice.
    """
    kept = []
    for layer in catalogue.layers:
        table = edition.units.get(layer.table)
        if table is None or not len(table) or layer.column not in table:  # of a method that is not active
            continue
        if layer.column == edition.method.proven != edition.level and table[layer.column].equals(
            table[edition.method.level]
        ):  # nothing more than the level, which is shown
            continue
        unheard = layer.indicator and layer.indicator not in edition.method.codes
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
        "colonne": layer.column,
        "visible": layer.column == edition.level if layer.undetermined else layer.visible,
        "infobulle": [
            column for column in layer.tooltip if column not in _set_aside(edition) or column == layer.column
        ],
        "etiquette": bool(layer.label_column),
        "seuil": threshold.value if (threshold := threshold_of(layer, edition)) is not None else None,
        "indicateur": layer.indicator,
        "classes": [_class(one) for one in classes_of(layer, edition.context.rules)],
    }


def _set_aside(edition: Edition) -> set[str]:
    """Name the scale of the method shown first that is not shown: one level is enough to read, unless it is drawn."""
    return {edition.method.level, edition.method.proven} - {edition.level}


def _class(one: SymbolClass) -> dict[str, Any]:
    return {word: getattr(one, field) for field, word in _CLASS_WORDS.items()}


def _table(name: str, edition: Edition, catalogue: Catalogue, layers: Iterable[Layer]) -> dict[str, Any]:
    view, table = catalogue.tables[name], edition.units[name]
    own = [layer for layer in layers if layer.table == name]
    codes = [layer.indicator for layer in own if layer.indicator]
    shown = [*view.columns, *view.filters, *view.search, *(column for layer in own for column in layer.tooltip), *codes]
    near = (method.close for method in edition.methods if method.close)  # said beside the level that it is of
    needed = [column for column in dict.fromkeys(["id", "nom", *shown, "code_qpv", *near]) if present(column, table)]
    classes = {layer.id: digits(table, layer, edition) for layer in own}
    aside = _set_aside(edition)
    columns = [column for column in view.columns if column in needed and column not in aside]
    return {
        "titre": view.title,
        "singulier": UNITS[name].singular,
        "nombre": len(table),
        "colonnes": columns,
        "filtres": [column for column in view.filters if column in needed and column not in aside],
        "recherche": [column for column in view.search if column in needed],
        "champs": {column: field(column, name, table, edition) for column in needed},
        "classes": classes,
        "rues": _streets(edition) if name == "residences" else None,
        "parc": stock_of(edition, name) if name == "residences" else {},
        "dans": holders_of(edition, name),
    }


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
