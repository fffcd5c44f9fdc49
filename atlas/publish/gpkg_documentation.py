"""What a GeoPackage says about itself: labels and closed lists of its columns, notices, sources and rules.

In: an open GeoPackage holding the layers of an edition. Out: the tables ``gpkg_data_columns``,
``gpkg_data_column_constraints`` (extension "schema") and ``gpkg_metadata``, ``gpkg_metadata_reference`` (extension
"metadata") of the OGC standard 12-128. Feature tables are never touched: their spatial index lives on triggers.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from atlas.publish.layers import Layer, omissions
from atlas.publish.notices import READING, rows_of_rules, rows_of_sources, secrecy_notice
from atlas.tables import FEATURES, INDICATORS, Column

if TYPE_CHECKING:
    from atlas.edition import Edition

_SCHEMA = """
CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,
  constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN,
  max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
CREATE TABLE gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset',
  md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '');
CREATE TABLE gpkg_metadata_reference (
  reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER,
  timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id));
"""
_EXTENSIONS = {
    "gpkg_data_columns": "schema",
    "gpkg_data_column_constraints": "schema",
    "gpkg_metadata": "metadata",
    "gpkg_metadata_reference": "metadata",
}
_QGIS_METADATA = "http://mrcc.com/qgis.dtd"  # an identifier that QGIS looks for, not an address that is fetched
_DUBLIN_CORE = "http://purl.org/dc/terms/"


def document(connection: sqlite3.Connection, edition: Edition, layers: Sequence[Layer]) -> None:
    """Add labels, value lists and metadata to a GeoPackage just written."""
    for statement in filter(str.strip, _SCHEMA.split(";")):
        connection.execute(statement)
    connection.executemany(
        "INSERT INTO gpkg_extensions VALUES (?, NULL, ?, ?, 'read-write')",
        [
            (table, f"gpkg_{name}", f"http://www.geopackage.org/spec120/#extension_{name}")
            for table, name in _EXTENSIONS.items()
        ],
    )
    _add_columns(connection, layers)
    _add_metadata(connection, edition, layers)


def description_of(column: Column) -> str:
    """Say the unit and meaning of a column in one line.

    >>> description_of(Column("tx_apl", "Ménages bénéficiaires de l'APL", "%", "menages_apl / menages"))
    'en % ; menages_apl / menages'
    """
    unit = "" if column.unit in ("texte", "catégorie", "code", "oui/non") else f"en {column.unit}"
    return " ; ".join(filter(None, (unit, column.meaning)))


def entries_of(column: Column) -> dict[str, str]:
    """Say each value of a column's closed list in French.

    >>> entries_of(Column("caracteristique", "", values=("dpe",))), entries_of(Column("situation", "", values=("QPV",)))
    ({'dpe': 'Étiquette énergie (DPE)'}, {'QPV': 'QPV'})
    """
    words = {"indicateur": {code: one.label for code, one in INDICATORS.items()}, "caracteristique": FEATURES}
    return {value: words.get(column.name, {}).get(value, value) for value in column.values}


def _add_columns(connection: sqlite3.Connection, layers: Iterable[Layer]) -> None:
    """Label every column; ``name`` is what GDAL and QGIS show as its alias."""
    lists: dict[tuple[str, ...], str] = {}
    told: dict[str, dict[str, str]] = {}
    for layer in layers:
        for column in layer.columns:
            values = column.values
            if values and values not in lists:
                stem = "statut" if column.name.startswith("st_") else column.name
                taken = sum(name.split("-")[0] == stem for name in lists.values())
                lists[values] = f"{stem}-{taken + 1}" if taken else stem
                told[lists[values]] = entries_of(column)
            connection.execute(
                "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, ?)",
                (
                    layer.name,
                    column.name,
                    column.label,
                    column.label,
                    description_of(column) or None,
                    lists.get(values) if values else None,
                ),
            )
    connection.executemany(
        "INSERT INTO gpkg_data_column_constraints VALUES (?, 'enum', ?, NULL, NULL, NULL, NULL, ?)",
        [(name, value, text) for name, entries in told.items() for value, text in entries.items()],
    )


def _add_metadata(connection: sqlite3.Connection, edition: Edition, layers: Iterable[Layer]) -> None:
    """Describe the whole file as Dublin Core terms, then each layer as QGIS shows it in its properties."""
    day = f"{edition.context.published_on.isoformat()}T00:00:00.000Z"

    def add(number: int, standard: str, kind: str, text: str, table: str | None) -> None:
        connection.execute("INSERT INTO gpkg_metadata VALUES (?, 'dataset', ?, ?, ?)", (number, standard, kind, text))
        connection.execute(
            "INSERT INTO gpkg_metadata_reference VALUES (?, ?, NULL, NULL, ?, ?, ?)",
            ("table" if table else "geopackage", table, day, number, 1 if table else None),
        )

    add(1, _DUBLIN_CORE, "application/json", json.dumps(_whole(edition), ensure_ascii=False, indent=1), None)
    for number, layer in enumerate(layers, start=2):
        add(number, _QGIS_METADATA, "text/xml", _of_layer(edition, layer), layer.name)


def _whole(edition: Edition) -> dict[str, object]:
    context = edition.context
    return {
        "title": f"Atlas des résidences : {context.territory}",
        "language": "fr",
        "issued": context.published_on.isoformat(),
        "temporal": list(context.campaigns),
        "audience": f"{edition.name} : {edition.audience}",
        "accessRights": secrecy_notice(edition),
        "description": [READING, *context.notices],
        "source": rows_of_sources(context),
        "conformsTo": rows_of_rules(context),
        "nonPublie": omissions(edition),
    }


def _of_layer(edition: Edition, layer: Layer) -> str:
    """Write the XML that QGIS reads as a layer's metadata."""
    context = edition.context
    root = ElementTree.Element("qgis", version="3.22.0")
    missing = [f"{title} : {reason}." for title, reason in omissions(edition).items()]
    sources = "; ".join(
        f"{source.description} ({', '.join(source.files)})" if source.files else source.description
        for source in context.sources
    )
    abstract = [
        f"Une ligne : {layer.row}. Campagne OPS {context.campaign}, atlas publié le {context.published_on:%d/%m/%Y}.",
        secrecy_notice(edition),
        READING,
        *context.notices,
        f"Sources : {sources}.",
        *(["Non publié dans cette édition. " + " ".join(missing)] if missing else []),
    ]
    for tag, text in {
        "identifier": layer.name,
        "parentidentifier": "atlas.gpkg",
        "language": "FRE",
        "type": "dataset",
        "title": f"{layer.title} : {context.territory}",
        "abstract": "\n".join(abstract),
    }.items():
        ElementTree.SubElement(root, tag).text = text
    for rule in rows_of_rules(context):
        text = f"{rule['libelle']} : {rule['valeur']} {rule['unite']} ({rule['reference']})"
        ElementTree.SubElement(root, "history").text = text
    ElementTree.SubElement(root, "constraints", type="access").text = secrecy_notice(edition)
    ElementTree.SubElement(root, "encoding").text = "UTF-8"
    return ElementTree.tostring(root, encoding="unicode")
