"""Compare two builds: what changed, and what may explain it (survey, geography, rule, program); or the methods of one.

In: the folders of builds with their internal edition. Out: a French text. Residences are compared by identifier.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd

from atlas.errors import AtlasError, Fault
from atlas.methods import ACCORDS, AGREEMENT, DEFAULT, UNIT, Method, load, side_of, taking_sides
from atlas.rules import written
from atlas.tables import INDICATORS, UNDETERMINED, UNITS

_SHOWN = 20  # changes listed in full per kind of unit; the count of all is always given


def compare(before: Path, after: Path) -> str:
    """Describe what changed between two builds.

    Raises
    ------
    AtlasError
        ``COMPARER-SORTIE`` for each folder that holds no internal edition.
    """
    _check((before, after))
    old, new = (_manifest(folder) for folder in (before, after))
    lines = ["Ce qui peut l'expliquer", *_causes(old, new), "", "Ce qui a changé"]
    ways = load(new.get("methodes", DEFAULT))
    for unit in (unit for unit in UNITS.values() if unit.drawn):
        then, now = _units(before, unit.name), _units(after, unit.name)
        if then is None or now is None:
            lines.append(f"   {unit.plural} : absents d'une des deux constructions")
        else:
            lines += _changes(unit.plural, then, now, ways)
    return "\n".join(lines)


def compare_methods(output: Path) -> str:
    """Describe how far the methods of a build agree, in dwellings, and which residences each would class otherwise.

    Raises
    ------
    AtlasError
        ``COMPARER-SORTIE`` when the folder holds no internal edition, ``COMPARER-METHODES`` when fewer than two of its
        methods call some occupations fragile.
    """
    _check((output,))
    ways = taking_sides(load(_manifest(output).get("methodes", DEFAULT)))
    if len(ways) < 2:
        raise AtlasError(
            [
                Fault(
                    "COMPARER-METHODES",
                    f"{output.name} a été construit avec moins de deux méthodes qui disent une occupation fragile.",
                    "deux méthodes ou plus dans [methodes] actives",
                    "ajouter une méthode au fichier de territoire, ou donner une seconde construction à comparer",
                )
            ]
        )
    homes = _units(output, UNIT)
    assert homes is not None  # every internal edition has residences
    lines = [f"{homes['nb_logements'].sum():.0f} logements, {len(homes)} résidences"]
    for word in (*ACCORDS[::-1], UNDETERMINED):
        rows = homes[homes[AGREEMENT] == word]
        lines.append(f"   {word} : {rows['nb_logements'].sum():.0f} logements, {len(rows)} résidences")
    for one, other in combinations(ways, 2):
        sides = side_of(homes, one), side_of(homes, other)
        opposed = sides[0].notna() & sides[1].notna() & (sides[0] != sides[1])
        counted = f"{homes.loc[opposed, 'nb_logements'].sum():.0f} logements, {int(opposed.sum())} résidences"
        lines += ["", f"{one.label} et {other.label}, avis contraires : {counted}"]
        shown = homes[opposed].sort_values("nb_logements", ascending=False, kind="stable").head(_SHOWN)
        said = zip(shown.index, shown["nom"], shown[one.level], shown[other.level], strict=True)
        lines += [f"   {identifier} {name} : {first} ; {second}" for identifier, name, first, second in said]
    return "\n".join(lines)


def _check(folders: Sequence[Path]) -> None:
    """Refuse folders that are no build, all at once."""
    missing = [folder for folder in folders if not (folder / "interne" / "atlas.gpkg").is_file()]
    if missing:
        raise AtlasError(
            [
                Fault(
                    "COMPARER-SORTIE",
                    f"{folder.name} ne contient pas l'édition interne d'une construction.",
                    "le dossier donné à « atlas build --sortie », avec l'édition interne",
                    "reconstruire avec --edition interne",
                )
                for folder in missing
            ]
        )


def _manifest(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "interne" / "manifeste.json").read_text("utf-8"))
    return content


def _units(folder: Path, layer: str) -> pd.DataFrame | None:
    """Read the units of a kind, None where the build did not know that kind."""
    import pyogrio

    package = folder / "interne" / "atlas.gpkg"
    if layer not in pyogrio.list_layers(package)[:, 0]:
        return None
    return pyogrio.read_dataframe(package, layer=layer, read_geometry=False).set_index("id")


def _causes(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """List the inputs, rules and versions that differ."""
    lines = []
    before, after = ({entry["fichier"]: entry["sha256"] for entry in manifest["entrees"]} for manifest in (old, new))
    lines += [f"   entrée retirée : {name}" for name in sorted(set(before) - set(after))]
    lines += [f"   entrée ajoutée : {name}" for name in sorted(set(after) - set(before))]
    lines += [
        f"   entrée modifiée : {name}" for name in sorted(set(before) & set(after)) if before[name] != after[name]
    ]
    rules = [{rule["cle"]: rule for rule in manifest["regles"]} for manifest in (old, new)]
    for key in sorted(set(rules[0]) | set(rules[1])):
        values = [written(side[key]["valeur"]) if key in side else "absente" for side in rules]
        if values[0] != values[1]:
            lines.append(f"   règle {key} : {values[0]} → {values[1]}")
    for name in ("campagnes", "methodes", "version"):
        if old.get(name) != new.get(name):
            lines.append(f"   {name} : {old.get(name)} → {new.get(name)}")
    return lines or ["   rien : mêmes entrées, mêmes règles, même version"]


def _changes(name: str, old: pd.DataFrame, new: pd.DataFrame, ways: Sequence[Method]) -> list[str]:
    gone, come = old.index.difference(new.index), new.index.difference(old.index)
    both = old.index.intersection(new.index)
    lines = [f"   {name} : {len(old)} → {len(new)} ({len(come)} apparues, {len(gone)} disparues)"]
    levels = {way.level: way.label for way in ways if way.level in old and way.level in new}
    told = dict.fromkeys(INDICATORS[code].lb for way in ways for code in way.codes)
    columns = ["nb_logements", *levels, *told]
    before, after = old.loc[both, columns], new.loc[both, columns]
    differs = (before != after) & ~(before.isna() & after.isna())
    changed = differs.any(axis=1)
    moved_levels = [
        f"{int(differs[level].sum())} de niveau{f' ({label})' if rank else ''}"
        for rank, (level, label) in enumerate(levels.items())
    ]
    lines.append(f"   {name} : {int(changed.sum())} modifiées, dont {', '.join(moved_levels) or 'aucune de niveau'}")
    then, now, moved = (table.to_dict("index") for table in (before, after, differs))
    names = new["nom"].to_dict()
    for identifier in both[changed][:_SHOWN]:
        parts = [
            f"{column.removeprefix('lb_')} {then[identifier][column]} → {now[identifier][column]}"
            for column in columns
            if moved[identifier][column]
        ]
        lines.append(f"      {identifier} {names[identifier]} : {' ; '.join(parts)}")
    return lines
