"""``datapackage.json``: the CSV tables of an edition, described as a Data Package that any tool of Frictionless reads.

In: the layers of an edition. Out: one description by table, made from its declared columns. It holds no figure, and
nothing of the inputs: neither names, nor sizes, nor digests.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas.publish.layers import KEYS, SERIES, Layer, declared_columns, kind
from atlas.tables import INDICATORS, Column
from atlas.tables.schema import published_schema

if TYPE_CHECKING:
    from atlas.edition import Edition

NAME = "datapackage.json"
_PROFILE = "https://specs.frictionlessdata.io/schemas/data-package.json"
_KINDS = {"texte": "string", "entier": "integer", "réel": "number"}
_DIALECT = {"delimiter": ";", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True}


def declared_schemas() -> dict[str, dict[str, Any]]:
    """Give the TableSchema of every table that an edition with counts publishes, as it is declared."""
    return {name: _schema(name, columns) for name, columns in declared_columns().items()}


def write_datapackage(edition: Edition, layers: Iterable[Layer], folder: Path) -> None:
    """Write ``datapackage.json`` in the folder of an edition, beside its ``tableaux``.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    content = {
        "$schema": _PROFILE,
        "profile": "data-package",
        "name": "atlas-des-residences",
        "title": f"Atlas des résidences : {edition.context.territory}, édition {edition.name}",
        "description": "Tables de l'édition. Le secret statistique y est appliqué."
        if edition.masked
        else "Tables de l'édition, sans secret statistique : à ne pas diffuser.",
        "resources": [_resource(layer) for layer in layers],
    }
    (folder / NAME).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _resource(layer: Layer) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": layer.name,
        "title": layer.title,
        "description": f"Une ligne : {layer.row}.",
        "path": f"tableaux/{layer.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": _DIALECT,
        "schema": _schema(layer.name, layer.columns),
    }


def _schema(name: str, columns: Iterable[Column]) -> dict[str, Any]:
    described = published_schema(columns, KEYS.get(name, ("id",)), lambda column: _KINDS[kind(column)])
    for entry in described["fields"]:
        if name == SERIES and entry["name"] == "indicateur":
            listed = " ; ".join(f"{code} : {indicator.label}" for code, indicator in INDICATORS.items())
            entry["description"] = f"{listed}."
    return described
