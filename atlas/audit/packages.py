"""``datapackage.json`` read back: it describes the tables of an edition, and tells nothing that they do not publish.

Grain in: the file, and the tables of the GeoPackage. Grain out: what is wrong, in French, with an example. Its keys are
a closed list, it holds no number, and the numbers in its sentences are those of declared labels.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from atlas import methods
from atlas.audit.read_back import Written
from atlas.tables import (
    COMPOSITION_COLUMNS,
    COMPOSITION_THEN,
    INDICATORS,
    STOCK_COLUMNS,
    STOCK_RENTS,
    UNITS,
    Column,
    columns_of,
    history_columns,
)
from atlas.tables.years import EVOLUTION_COLUMNS, FILIATION_COLUMNS, PASSAGE_COLUMNS

PACKAGE = "datapackage.json"
_KEYS = frozenset(
    {
        *("$schema", "profile", "name", "title", "description", "resources", "path", "format", "mediatype", "encoding"),
        *("dialect", "delimiter", "lineTerminator", "quoteChar", "doubleQuote", "header", "schema", "fields", "type"),
        *("decimalChar", "constraints", "enum", "missingValues", "primaryKey"),
    }
)
_DIGEST = re.compile(r"\b[0-9a-fA-F]{32,}\b")


def package_faults(path: Path, written: Written, tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, int, str]]:
    """Look for what the description of an edition's tables tells beyond their columns.

    Yields
    ------
    (what, how many, example)
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        resources = [(str(one["name"]), str(one["path"]), one["schema"]["fields"]) for one in content["resources"]]
    except (OSError, ValueError, KeyError, TypeError):
        yield "description de tables illisible", 1, ""
        return
    found = list(_leaves(content, ""))
    yield from _said("clé qu'une description de tables n'a pas", (key for key in _keys(content) if key not in _KEYS))
    yield from _said(
        "nombre dans la description des tables",
        (f"{key} = {value}" for key, value in found if isinstance(value, int | float) and not isinstance(value, bool)),
    )
    yield from _said(
        "table que le GeoPackage ne contient pas",
        (name for name, place, _ in resources if name not in tables or place != f"tableaux/{name}.csv"),
    )
    yield from _said("colonne ou valeur que le GeoPackage ne contient pas", _undeclared(resources, tables))
    texts = [value for key, value in found if isinstance(value, str) and key not in ("$schema", "path")]
    inputs = {str(entry.get("fichier")) for entry in written.manifest.get("entrees", [])} - {"None"}
    yield from _said("nom d'un fichier lu", (name for name in sorted(inputs) if any(name in text for text in texts)))
    yield from _said("empreinte d'un fichier", (text for text in texts if _DIGEST.search(text)))
    known = _numbers_declared() | _numbers([str(written.manifest.get("territoire")), written.name, *tables])
    known |= _numbers(str(column) for table in tables.values() for column in table.columns)
    said = [value for key, value in found if key in ("title", "description") and isinstance(value, str)]
    yield from _said("nombre que rien ne déclare", sorted(_numbers(said) - known))


def _undeclared(
    resources: Iterable[tuple[str, str, list[Mapping[str, Any]]]], tables: Mapping[str, pd.DataFrame]
) -> Iterator[str]:
    for name, _, fields in resources:
        table = tables.get(name)
        if table is None:
            continue
        for entry in fields:
            column = entry.get("name")
            if column not in table:
                yield f"{name}.{column}"
                continue
            listed = [one for one in entry.get("constraints", {}).get("enum", []) if one not in _values_declared()]
            if listed:
                held = set(table[column].dropna().astype(str))
                yield from (f"{name}.{column} = {value}" for value in listed if value not in held)


def _said(what: str, cases: Iterable[str]) -> Iterator[tuple[str, int, str]]:
    listed = list(cases)
    if listed:
        yield what, len(listed), listed[0]


def _keys(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        for key, value in content.items():
            yield str(key)
            yield from _keys(value)
    elif isinstance(content, list):
        for value in content:
            yield from _keys(value)


def _leaves(content: Any, key: str) -> Iterator[tuple[str, Any]]:
    """List every value that is no list and no mapping, with the key that holds it."""
    if isinstance(content, dict):
        for inner, value in content.items():
            yield from _leaves(value, str(inner))
    elif isinstance(content, list):
        for value in content:
            yield from _leaves(value, key)
    else:
        yield key, content


def _numbers(texts: Iterable[str]) -> set[str]:
    return {number for text in texts for number in re.findall(r"\d+(?:[.,]\d+)?", text)}


@lru_cache(maxsize=1)
def _columns() -> tuple[Column, ...]:
    units = (column for unit in UNITS for column in columns_of(unit, counts=True))
    judged = (column for unit in UNITS for column in methods.judged_columns(methods.every(), unit, counts=True))
    return (
        *units,
        *history_columns(()),
        *judged,
        *STOCK_COLUMNS,
        *STOCK_RENTS,
        *COMPOSITION_COLUMNS,
        *COMPOSITION_THEN,
        *EVOLUTION_COLUMNS,
        *FILIATION_COLUMNS,
        *PASSAGE_COLUMNS,
    )


@lru_cache(maxsize=1)
def _values_declared() -> frozenset[str]:
    return frozenset(value for column in _columns() for value in column.values) | {*INDICATORS, *UNITS}


@lru_cache(maxsize=1)
def _numbers_declared() -> frozenset[str]:
    said = [text for column in _columns() for text in (column.name, column.label, column.meaning, column.unit)]
    said += [text for one in INDICATORS.values() for text in (one.code, one.label, one.numerator, one.denominator)]
    said += [text for unit in UNITS.values() for text in (unit.title, unit.row)]
    said += [text for method in methods.every() for text in (method.label, method.source)]
    return frozenset(_numbers(said))
