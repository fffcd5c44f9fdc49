"""The tables of an edition for a spreadsheet: one CSV per table, one workbook, and the dictionary of every column.

In: a sealed edition. Out: ``tableaux/<couche>.csv``, ``tableaux/atlas.xlsx``, ``dictionnaire.csv`` and
``datapackage.json``, with the very figures of the GeoPackage. Nothing is set aside; a table longer than a sheet can
hold is left to its CSV, and the workbook's first sheet says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from atlas.publish.datapackage import write_datapackage
from atlas.publish.layers import SERIES, Layer, kind
from atlas.publish.tabular import write_csv
from atlas.publish.workbook import write_workbook
from atlas.tables import INDICATORS, Column

if TYPE_CHECKING:
    from atlas.publish.book import Book

_CLEAR, _COVERED = "non soumis au secret", "soumis au secret de son unité"


def write_downloads(book: Book, folder: Path) -> None:
    """Write the CSV tables, the workbook, the dictionary and the package of an edition into its folder.

    Parameters
    ----------
    folder : Path
        Folder of the edition; ``tableaux`` is made inside.

    Raises
    ------
    AtlasError
        ``PUBLICATION-COLONNES`` when a table is not the declared one.
    """
    edition, layers = book.edition, book.layers
    tables = folder / "tableaux"
    tables.mkdir(parents=True, exist_ok=True)
    for layer in layers:
        write_csv(layer.attributes, tables / f"{layer.name}.csv")
    write_workbook(edition, layers, tables / "atlas.xlsx")
    write_csv(dictionary(layers), folder / "dictionnaire.csv")
    write_datapackage(edition, layers, folder)


def dictionary(layers: tuple[Layer, ...]) -> pd.DataFrame:
    """Explain every column of every table.

    Returns
    -------
    DataFrame
        One row per column: ``couche, colonne, libelle, unite, signification, type, valeurs, colonne_statut, secret``.
    """
    rows = [_entry(layer, column) for layer in layers for column in layer.columns]
    return pd.DataFrame(rows)


def _entry(layer: Layer, column: Column) -> dict[str, str | None]:
    values = (
        [f"{code} = {indicator.label}" for code, indicator in INDICATORS.items()]
        if layer.name == SERIES and column.name == "indicateur"
        else list(column.values)
    )
    return {
        "couche": layer.name,
        "colonne": column.name,
        "libelle": column.label,
        "unite": column.unit,
        "signification": column.meaning or None,
        "type": kind(column),
        "valeurs": " | ".join(values) or None,
        "colonne_statut": _status_of(layer, column),
        "secret": _COVERED if column.secret else _CLEAR,
    }


def _status_of(layer: Layer, column: Column) -> str | None:
    """Name the column that says why this one is empty."""
    if layer.name == SERIES:
        return "statut" if column.name in ("numerateur", "denominateur", "valeur") else None
    prefix, _, code = column.name.partition("_")
    if column.name == "nb_bas_loyer":
        code, prefix = "bas_loyer", "tx"
    return f"st_{code}" if prefix in ("tx", "lb", "n", "d", "marge") and code in INDICATORS else None
