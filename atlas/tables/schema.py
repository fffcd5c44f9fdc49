"""Tables in the words of Frictionless: the TableSchema of a declaration, as Validata and schema.data.gouv.fr read it.

Source: Table Schema and Data Package, specs.frictionlessdata.io; ``custom_checks`` are those of Validata.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from atlas.tables.model import COORDINATES, Column, Table

SCHEMA = "https://frictionlessdata.io/schemas/table-schema.json"
_EXAMPLES = {
    "campagne": "2022",
    "annee": "2022",
    "bailleur": "Habitat des Trois Vallées",
    "id_adresse": "HTV-0179",
    "id_logement": "HTV-0179-12",
    "id_residence": "HTV-RES-0043",
    "nom_residence": "Les Terrasses",
    "adresse": "12 rue des Lilas",
    "numero": "12",
    "repetition": "bis",
    "type_voie": "rue",
    "nom_voie": "des Lilas",
    "code_postal": "21000",
    "code_insee": "21231",
    "code_iris": "212310101",
    "code_qpv": "QN02101M",
    "commune": "Dijon",
    "date_emmenagement": "2021-09-01",
    "annee_emmenagement": "2021",
}


def kind_read(column: Column) -> str:
    """Say of which type a column of a source is: whole numbers, numbers with a decimal point, or text.

    >>> kind_read(Column("nb", "Logements", "logements")), kind_read(Column("surface", "Surface", "m²"))
    ('integer', 'number')
    """
    if column.whole:
        return "integer"
    return "number" if column.numeric else "string"


def source_schema(
    name: str,
    table: Table,
    *,
    filled: Collection[str],
    needed: Mapping[str, str] | None = None,
    alternatives: Sequence[Sequence[str]] = (),
    extra: Sequence[Column] = (),
    told: Collection[str] = (),
) -> dict[str, Any]:
    """Describe a table that the atlas reads, so that who delivers it may check it before sending.

    Parameters
    ----------
    filled : collection of str
        Columns in which no cell may be empty.
    needed : mapping of str to str
        Columns that a delivery gives, cells of which may be empty, and what for.
    alternatives : sequence of sequences of str
        Groups of columns of which one at least is given whole.
    extra : sequence of Column
        Columns that stand for others of the table: none is required.
    told : collection of str
        Columns of which the territory file may give the one value: a delivery may lack them. A key that holds one is
        said in words, since a primary key asks for each of its columns.
    """
    said = [f"Une ligne : {table.row}."]
    if alternatives:
        ways = " ou ".join(" et ".join(group) for group in alternatives)
        said.append(f"Le lieu de chaque ligne est donné par {ways}.")
    said.append("Une cellule vide vaut « non renseigné », jamais zéro. Décimales au point.")
    keyed = bool(table.key) and set(table.key) <= set(filled)
    in_words = keyed and not set(table.key).isdisjoint(told)
    if in_words:
        said.append(f"Une seule ligne pour les mêmes {', '.join(table.key[:-1])} et {table.key[-1]}.")
    fields = []
    for column in (*table.columns, *extra):
        purpose = (needed or {}).get(column.name, "")
        notes = [f"Colonne nécessaire à l'indicateur {purpose} ; cellules vides admises"] if purpose else []
        if column.name in told:
            notes.append("Colonne facultative si le fichier de territoire donne sa valeur")
        kind = kind_read(column)
        limits: dict[str, Any] = {"required": column.name in filled and column.name not in told}
        if kind != "string" and column.unit not in COORDINATES:
            limits["minimum"] = 0
        fields.append(field(column, kind, notes, limits))
    present = {column.name for column in table.columns}
    return {
        "$schema": SCHEMA,
        "name": name,
        "title": f"Atlas des résidences : {table.row}",
        "description": " ".join(said),
        "countryCode": "FR",
        "fieldsMatch": "partial",
        "fields": fields,
        "missingValues": [""],
        **({"primaryKey": list(table.key)} if keyed and not in_words else {}),
        "custom_checks": [
            {"name": "compare-columns-value", "params": {"column": low, "op": "<=", "column2": high}}
            for low, high in table.at_most
            if {low, high} <= present
        ],
    }


def published_schema(columns: Iterable[Column], key: Sequence[str], kind_of: Callable[[Column], str]) -> dict[str, Any]:
    """Describe a table that an edition publishes; ``kind_of`` says how its files hold a column."""
    fields = []
    for column in columns:
        kind = kind_of(column)
        described = field(column, kind, [], {})
        if kind == "number":
            described["decimalChar"] = ","
        fields.append(described)
    return {"fields": fields, "missingValues": [""], "primaryKey": list(key)}


def field(column: Column, kind: str, notes: Sequence[str], limits: Mapping[str, Any]) -> dict[str, Any]:
    """Describe one column: its type, label, unit, meaning, form and closed list."""
    unit = "" if column.unit in ("texte", "code", "catégorie", "oui/non") else f"unité : {column.unit}"
    said = " ; ".join(part for part in (column.meaning, unit, *notes) if part)
    constraints = {
        **limits,
        **({"pattern": column.pattern} if column.pattern else {}),
        **({"enum": list(column.values)} if column.values else {}),
    }
    example = column.values[0] if column.values else _EXAMPLES.get(column.name)
    return {
        "name": column.name,
        "title": column.label,
        **({"description": said[:1].upper() + said[1:] + "."} if said else {}),
        "type": kind,
        **({"example": example} if example and "required" in limits else {}),
        **({"constraints": constraints} if constraints else {}),
    }
