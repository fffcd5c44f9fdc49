"""The tables that a page carries for its scripts, spelt out as the GeoPackage spells its own.

Grain in: what a page carries for its scripts. Grain out: one table of texts per table of the GeoPackage, columns named
as there: units, then figures of earlier campaigns, levels by campaign and dwellings by feature. Classes, which colour
the map, have no column in the GeoPackage: those that contradict the label beside them are listed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from atlas import methods
from atlas.tables import INDICATORS, PUBLISHED, STATUSES, UNDETERMINED
from atlas.tables.years import MOVE, MOVES, UNTOLD, WHY

Data = Sequence[dict[str, Any]]
# What a page may carry: the whole, one table, one table of an earlier campaign, one field.
_WHOLE = frozenset(
    {
        *("campagnes", "racine", "apercu", "formes", "niveaux", "proches", "synthese"),
        *("groupes", "couches", "tables", "passe", "mouvements", "simulation", "logements", "portail"),
    }
)
# What the page that reads tiles may be told: where they are, how each class is drawn. Texts are searched like words.
_PORTAL = {
    "": frozenset({"emprise", "zooms", "fond", "formes", "couches"}),
    "fond": frozenset({"adresse", "mention"}),
    "couches": frozenset({"id", "table", "tuiles", "genre", "visible", "infobulle", "classes"}),
    "infobulle": frozenset({"colonne", "titre"}),
    "classes": frozenset(
        {"cle", "libelle", "couleur", "contour", "forme", "rayon", "trame", "tirets", "epaisseur", "quand"},
    ),
}
_TABLE = frozenset(
    {
        *("titre", "singulier", "nombre", "colonnes", "filtres", "recherche", "champs", "classes", "rues", "parc"),
        *("dans", "liens", "cartes", "absents", "disparues"),
    }
)
_FIELD = frozenset({"genre", "titre", "long", "u", "t", "i", "v", "m", "marge", "population", "vide"})


def page_tables(data: Data) -> dict[str, pd.DataFrame]:
    """Read what a page carries: by kind of unit, then ``series``, ``historique`` and ``parc`` where it carries them."""
    tables: dict[str, list[pd.DataFrame]] = {}
    for kind, table, past in _carried(data):
        fields = table["champs"]
        units = {name: values for code, one in fields.items() for name, values in _columns(code, one)}
        tables.setdefault(kind, []).append(pd.DataFrame(units))
        for feature, one in table.get("parc", {}).items():
            for word, counts in one["n"].items():
                told = {"caracteristique": feature, "modalite": word, "nb_logements": [_text(n) for n in counts]}
                rows = _by_unit(kind, units["id"], told)
                tables.setdefault("parc", []).append(rows[~rows["nb_logements"].isin(["", "0"])])
        for year, then in past.items():
            told = {"campagne": year}
            for code, one in then["champs"].items():
                values = dict(_columns(code, one))
                if code in INDICATORS:
                    indicator = INDICATORS[code]
                    figures = {"indicateur": code, "libelle": values[indicator.lb], "valeur": values[indicator.tx]}
                    rows = _by_unit(kind, units["id"], {"campagne": year, **figures})
                    tables.setdefault("series", []).append(rows[rows["libelle"] != ""])
                else:
                    told |= values
            rows = _by_unit(kind, units["id"], told)
            tables.setdefault("historique", []).append(rows.drop(index=then["absents"]))
    return {name: pd.concat(blocks, ignore_index=True) for name, blocks in tables.items()}


def undeclared_data(data: Data) -> Iterator[str]:
    """List what a page carries under names that nothing reads back."""
    for content in data:
        yield from sorted(content.keys() - _WHOLE)
        yield from _undeclared_portal(content.get("portail", {}), "")
        tables = [content.get("tables") or {}, *(content.get("passe") or {}).values()]
        for table in (one for kinds in tables for one in kinds.values()):
            yield from sorted(table.keys() - _TABLE)
            for name, one in table.get("champs", {}).items():
                yield from (f"{name}.{key}" for key in sorted(one.keys() - _FIELD))


def false_moves(data: Data, moves: pd.DataFrame | None) -> Iterator[str]:
    """List what a page says of residences between two campaigns that the table of evolutions does not say.

    ``moves``: that table, None where the edition has none.
    """
    for content in data:
        told = content.get("mouvements") or {}
        if told and moves is None:
            yield f"{sorted(told)[0]}, sans table des évolutions"
            continue
        units = [str(one) for one in content["tables"]["residences"]["champs"]["id"]["v"]] if told else []
        layers = {one["id"]: [each["cle"] for each in one["classes"]] for one in content.get("couches", [])}
        for pair, here in told.items():
            assert moves is not None
            before, _, after = pair.partition("-")
            rows = moves[moves["unite"].eq("residences") & moves["campagne_avant"].astype(str).eq(before)]
            rows = rows[rows["campagne"].astype(str).eq(after)].set_index("id")
            known = {name: rows[name].fillna("").to_dict() for name in (MOVE, WHY)}
            said = {name: [_label(one, rank) for rank in one["i"]] for name, one in here["champs"].items()}
            said |= {name: [layers[name][int(one, 36)] for one in digits] for name, digits in here["classes"].items()}
            for name, words in said.items():
                column = name if name in known else MOVE
                for unit, word in zip(units, words, strict=True):
                    if known[column].get(unit, UNTOLD if column == MOVE else "") != word:
                        yield f"{unit}, {pair} : {word or 'rien'}"


def portal_texts(data: Data) -> list[str]:
    """Give every text that the page of tiles is told."""
    return [text for content in data for text in _texts_in(content.get("portail", {}))]


def _texts_in(content: Any) -> Iterator[str]:
    held = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    for one in held:
        yield from [one] if isinstance(one, str) else _texts_in(one)


def _undeclared_portal(content: Any, name: str) -> Iterator[str]:
    """List what the page of tiles is told under other names, or in other shapes, than those that draw a map."""
    if isinstance(content, list):
        for one in content:
            yield from _undeclared_portal(one, name)
    elif isinstance(content, dict) and name != "formes":
        yield from (f"portail.{name}.{key}" for key in sorted(content.keys() - _PORTAL.get(name, frozenset())))
        for key, one in content.items():
            if isinstance(one, (dict, list)):
                yield from _undeclared_portal(one, key)


def contradictions(data: Data) -> list[str]:
    """List the units whose class says another thing than the label beside it, or says more.

    A class named as a status or as a level is the label of the unit, and no other unit has it.
    """
    found = []
    levels = {word for method in methods.every() for scale in _scales(method) for word in scale.titles}
    closed = {*STATUSES, *levels, *MOVES} - {PUBLISHED}
    for kind, table, past in _carried(data):
        for layer, classes, labels in _classes(data, kind, table, past):
            keys = [one["cle"] for one in layer["classes"]]
            for unit, digit, label in zip(table["champs"]["id"]["v"], classes, labels, strict=True):
                key = keys[int(digit, 36)] if digit.isalnum() else ""
                if key != label and (label in closed or (key in closed and label != UNDETERMINED)):
                    found.append(f"{unit} : {key or 'aucune classe'} pour {label or 'aucun texte'}")
                elif label == UNDETERMINED and key in levels:
                    found.append(f"{unit} : {key} pour {label}")
    return found


def _classes(
    data: Data, kind: str, table: Mapping[str, Any], past: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[Mapping[str, Any], str, list[str]]]:
    """Pair the classes of each layer and campaign with the labels that they must agree with."""
    for layer in (one for content in data for one in content.get("couches", []) if one["table"] == kind):
        drawn = layer.get("colonne", "")
        code = layer["indicateur"] or (drawn if drawn in _word_columns() else "")
        for then in (table, *past.values()):
            if code in then["champs"] and layer["id"] in then.get("classes", {}):
                field = then["champs"][code]
                yield layer, then["classes"][layer["id"]], [_label(field, rank) for rank in field["i"]]


def _word_columns() -> set[str]:
    return {MOVE, WHY, *(method.name(scale.column) for method in methods.every() for scale in _scales(method))}


def _scales(method: methods.Method) -> list[methods.Levels]:
    return [method.levels, *([method.readings] if method.readings else [])]


def _carried(data: Data) -> Iterator[tuple[str, dict[str, Any], dict[str, dict[str, Any]]]]:
    """Give each table of a page with what replaces it at each earlier campaign."""
    for content in data:
        for kind, table in (content.get("tables") or {}).items():
            if "id" in table.get("champs", {}):
                past = {year: tables[kind] for year, tables in content.get("passe", {}).items() if kind in tables}
                yield kind, table, past


def _columns(code: str, one: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Spell out one field: plain values, or unique texts and their rank by row; -1 is no row."""
    if code in INDICATORS and "i" in one:
        yield INDICATORS[code].lb, [_label(one, rank) for rank in one["i"]]
        yield INDICATORS[code].tx, ["" if rank < 0 else _text(one["t"][rank]) for rank in one["i"]]
        if "m" in one:
            yield one.get("marge", f"marge_{code}"), [_text(value) for value in one["m"]]
    elif code in _word_columns() and "i" in one:
        yield code, [_label(one, rank) for rank in one["i"]]
    elif "v" in one and (one.get("genre", "nombre") == "nombre" or code == "id"):
        yield code, [_text(value) for value in one["v"]]


def _by_unit(kind: str, identifiers: list[str], columns: Mapping[str, Any]) -> pd.DataFrame:
    return pd.DataFrame({"unite": kind, "id": identifiers, **columns})


def _label(one: Mapping[str, Any], rank: int) -> str:
    return "" if rank < 0 else str(one["u"][rank])


def _text(value: Any) -> str:
    return "" if value is None else str(value)
