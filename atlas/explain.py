"""Explain one residence, from its rows in the files to its colour. For the builder: it reads the internal edition.

In: the folder of a build. Out: a French text: rows read, match, place, group, counts and rates, criteria, level, what
each other edition shows of it, rules with their references.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from atlas.errors import AtlasError, Fault
from atlas.methods import DEFAULT, Method, load
from atlas.rules import written
from atlas.tables import INDICATORS, PUBLISHED, UNITS
from atlas.tables.wider import CRITERION, PERIMETER, wider_words

TRACE = "parcours.parquet"


def explain(output: Path, identifier: str) -> str:
    """Write the explanation of a residence, found by its identifier or by that of one of its addresses.

    Raises
    ------
    AtlasError
        ``EXPLIQUER-SORTIE`` when the folder holds no internal edition, ``EXPLIQUER-INCONNU`` for an unknown identifier.
    """
    trace, residences, manifest = _read(output)
    found = trace[(trace["id_residence"] == identifier) | (trace["id_adresse"] == identifier)]
    if found.empty:
        raise AtlasError([_unknown(identifier, trace)])
    residence = found["id_residence"].iloc[0]
    rows = trace[trace["id_residence"] == residence].sort_values(["id_adresse", "campagne"])
    unit = residences[residences["id"] == residence].iloc[0]
    rules, ways = {rule["cle"]: rule for rule in manifest["regles"]}, load(manifest.get("methodes", DEFAULT))
    sections = [
        (f"Résidence {residence} : {unit['nom']} ({unit['bailleur']})", []),
        ("1. Lignes lues", _lines_read(rows)),
        ("2. Appariement des adresses", _matches(rows)),
        ("3. Position", _places(rows)),
        (
            "4. Regroupement",
            [f"{unit['methode_groupe']}, confiance {unit['confiance']}, {rows['id_adresse'].nunique()} adresse(s)"],
        ),
        (f"5. Comptes et taux (campagne {int(unit['campagne'])})", _rates(unit)),
        ("6. Critères et niveau", [line for way in ways for line in _judged(unit, rules, way)]),
        ("7. Ce que montrent les autres éditions", _other_editions(output, residence, ways)),
        (
            "8. Règles appliquées",
            [f"{key} = {written(rule['valeur'])} {rule['unite']} — {rule['reference']}" for key, rule in rules.items()],
        ),
    ]
    return "\n".join(line for title, lines in sections for line in (title, *(f"   {text}" for text in lines), ""))


def _read(output: Path) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    import pyogrio

    internal = output / "interne"
    if not (output / TRACE).is_file() or not (internal / "atlas.gpkg").is_file():
        raise AtlasError(
            [
                Fault(
                    "EXPLIQUER-SORTIE",
                    f"{output.name} ne contient pas l'édition interne d'une construction.",
                    "le dossier donné à « atlas build --sortie », avec l'édition interne",
                    "reconstruire avec --edition interne",
                )
            ]
        )
    residences = pyogrio.read_dataframe(internal / "atlas.gpkg", layer="residences", read_geometry=False)
    manifest = json.loads((internal / "manifeste.json").read_text("utf-8"))
    return pd.read_parquet(output / TRACE), residences, manifest


def _unknown(identifier: str, trace: pd.DataFrame) -> Fault:
    from rapidfuzz import process

    known = [*trace["id_residence"].unique(), *trace["id_adresse"].unique()]
    near = [name for name, _, _ in process.extract(identifier, known, limit=3)]
    return Fault(
        "EXPLIQUER-INCONNU",
        f"« {identifier} » n'est ni une résidence ni une adresse de cette construction.",
        "un identifiant de la colonne id des résidences ou des adresses",
        f"identifiants proches : {', '.join(near)}",
    )


def _lines_read(rows: pd.DataFrame) -> list[str]:
    return [
        f"{row.campagne} : {row.fichier}, ligne {row.ligne} : {row.adresse_affichee} ({row.id_adresse}), "
        f"{_count(row.nb_logements)} logements, {_count(row.menages)} ménages répondants"
        for row in rows.itertuples()
    ]


def _matches(rows: pd.DataFrame) -> list[str]:
    return [
        f"{row['id_adresse']} : {row['statut_appariement']}"
        + (
            f", {row['methode_appariement']}, score {row['score_appariement']:.0f}"
            if row["score_appariement"] >= 0
            else ""
        )
        + f" — {row['raison']}"
        for row in rows.drop_duplicates("id_adresse").to_dict("records")
    ]


def _places(trace: pd.DataFrame) -> list[str]:
    rows = trace.drop_duplicates("id_adresse")
    made = {unit: keys.tolist() for unit in UNITS.values() if unit.made and (keys := unit.keys_of(rows)) is not None}
    return [
        f"{row['id_adresse']} : commune {row['code_insee']}, "
        f"IRIS {_text(row['code_iris'])}, QPV {_text(row['code_qpv'])}, "
        f"{row['situation']}"
        + ("" if pd.isna(row["origine_situation"]) else f" (par {row['origine_situation']})")
        + "".join(f", {unit.singular} {_text(keys[place])}" for unit, keys in made.items())
        for place, row in enumerate(rows.to_dict("records"))
    ]


def _rates(unit: pd.Series) -> list[str]:
    lines = [f"{_count(unit['nb_logements'])} logements, {_count(unit['menages'])} ménages répondants"]
    for indicator in INDICATORS.values():
        if unit[indicator.st] == PUBLISHED:
            counts = f"{_count(unit[indicator.n])} / {_count(unit[indicator.d])} = {unit[indicator.lb]}"
        else:
            counts = unit[indicator.st]
        lines.append(f"{indicator.label} : {counts}")
    return lines


def _judged(unit: pd.Series, rules: dict[str, Any], way: Method) -> list[str]:
    """Say how a method reads the residence: each criterion against its threshold, or each rate, then the level."""
    lines = [f"{way.label} : {way.reading}"]
    thresholds = {one.code: rules[one.rule]["valeur"] for one in way.criteria}
    for code in thresholds or way.needs:
        indicator = INDICATORS[code]
        if unit[indicator.st] != PUBLISHED:
            lines.append(f"{indicator.label} : {unit[indicator.st]}")
        elif code not in thresholds:
            lines.append(f"{indicator.label} : {unit[indicator.lb]}")
        else:
            margin, threshold = int(unit[way.margin(code)]), written(thresholds[code])
            said = f"{'atteint' if margin > 0 else 'non atteint'} (seuil {threshold} %)"
            flips = f"{abs(margin)} réponse(s) feraient basculer le critère"
            lines.append(f"{indicator.label} : {unit[indicator.lb]}, {said} ; {flips}")
    met = f" ({_count(unit[way.met])} critère(s) atteint(s))" if way.met else ""
    return [*lines, f"Niveau : {unit[way.level]}{met}"]


def _other_editions(output: Path, residence: str, ways: Sequence[Method]) -> list[str]:
    import pyogrio

    lines = []
    for package in sorted(output.glob("*/atlas.gpkg")):
        if package.parent.name == "interne":
            continue
        table = pyogrio.read_dataframe(package, layer="residences", read_geometry=False)
        for row in table[table["id"] == residence].to_dict("records"):
            told = [f"{package.parent.name} : {_shown(row, ways[0])}"]
            told += [f"{way.label} : {row[way.level]}" for way in ways[1:]]
            lines.append(" ; ".join(told))
    return lines or ["aucune autre édition dans cette construction"]


def _shown(row: dict[str, Any], way: Method) -> str:
    """Say what an edition shows: the level, what published figures prove, the rates, where movers are read."""
    rates = [f"{INDICATORS[code].label} : {row[INDICATORS[code].lb]}" for code in way.codes]
    wider = wider_words(row[PERIMETER], row[CRITERION], row[way.wider]) if way.wider else ""
    proven = f" (critères publiés : {row[way.proven]})" if way.proven and row[way.proven] != row[way.level] else ""
    return " ; ".join(filter(None, (f"{row[way.level]}{proven}", ", ".join(rates), wider)))


def _count(value: Any) -> str:
    return "non renseigné" if pd.isna(value) else f"{value:.0f}"


def _text(value: Any) -> str:
    return "aucun" if pd.isna(value) else str(value)
