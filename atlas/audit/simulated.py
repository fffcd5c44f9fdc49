"""The form of sheets: what it carries of a residence, and the script beside the pages, read back and compared.

Grain in: what a page carries under ``simulation``, the text of ``simulation.js``. Grain out: (what, how many, example).
A form may carry what the edition shows of its residence, what a reader may suppose of it, and nothing else; the script
may hold the rules of the edition, and is otherwise the program's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

import atlas
from atlas.audit.pages import ruled_decimals, ruled_percentages, telling
from atlas.audit.read_back import Written
from atlas.audit.supposed import supposed
from atlas.tables import INDICATORS, PUBLISHED

SCRIPT = "simulation.js"
_KIND = "residences"
_CARRIED = frozenset({"id", "niveau", "effectifs", "menages", "chiffres"})
# What the script may hold: under each name, the rules of the edition and words of the program.
_RULES = frozenset(
    {
        *("indicateurs", "criteres", "niveaux", "etats", "effectif", "majeurs", "bande", "familles", "sans_enfant"),
        *("seul", "profils"),
    }
)
_HEAD = re.compile(r"const REGLES = (\{.*?\});\n", re.DOTALL)
Fault = tuple[str, int, str]


def false_forms(forms: Sequence[tuple[str, Mapping[str, Any]]], written: Written) -> Iterator[tuple[str, str, str]]:
    """List the pages whose form carries what the edition does not show of its residence: (page, what, example)."""
    if not forms:
        return
    table = written.units[_KIND]
    known = pd.concat([table, supposed(table, written.manifest.get("arrondis", {}))], axis=1)
    rows: dict[str, dict[Any, Any]] = {str(row["id"]): row for row in known.to_dict("records")}
    for name, form in forms:
        row = rows.get(str(form.get("id")))
        wrong = "résidence inconnue" if row is None else unlike(form, row, written)
        if wrong:
            yield name, "simulation qui porte autre chose que le GeoPackage", wrong


def unlike(form: Mapping[str, Any], row: Mapping[Any, Any], written: Written) -> str:
    """Say what a form carries that is not so of its residence; empty where all is."""
    if extra := sorted(form.keys() - _CARRIED):
        return f"« {extra[0]} » que rien ne relit"
    if "menages" in form and form["menages"] != row.get("menages"):
        return f"ménages : {form['menages']}"
    lead = written.methods[0]
    if form.get("niveau") not in {row.get(column) for column in (lead.level, lead.proven)}:
        return f"niveau : {form.get('niveau')}"
    for code, told in form.get("chiffres", {}).items():
        if code not in INDICATORS:
            return f"« {code} » que rien ne relit"
        one = INDICATORS[code]
        published = row[one.st] == PUBLISHED
        numbers = (one.n, one.d) if form.get("effectifs") else (one.lo, one.hi)
        expected = [row[one.lb], *(row.get(column) for column in numbers)] if published else [row[one.st]]
        if list(told) != expected:
            return f"{code} : {told}"
    return ""


def script_faults(text: str, written: Written) -> Iterator[Fault]:
    """List what the script beside the pages holds besides rules and the program's own text."""
    found = _HEAD.match(text)
    try:
        rules = json.loads(found[1]) if found else None
    except ValueError:
        rules = None
    if not isinstance(rules, dict) or found is None or text[found.end() :] != _own():
        yield "script que l'audit ne sait pas relire", 1, text[:60]
        return
    if extra := sorted(rules.keys() - _RULES):
        yield "donnée que l'audit ne sait pas relire", len(extra), extra[0]
    units = sorted(set(re.findall(r"[\w.-]{5,}", found[1])) & telling(written))
    if units:
        yield "unité nommée dans un script", len(units), units[0]
    # Small whole numbers count people and states; any other is that of a rule, or of an edge of rounding.
    edges = {float(one) for values in written.manifest.get("arrondis", {}).values() for one in values}
    ruled = {float(one.replace(",", ".")) for one in (*ruled_percentages(written), *ruled_decimals(written))}
    ruled |= {float(value) for value in written.rules.values() if isinstance(value, int | float)} | edges | {40.0}
    stray = sorted({one for one in _numbers(rules) if one not in ruled and not (one.is_integer() and 0 <= one <= 9)})
    if stray:
        yield "nombre que ni une règle ni un arrondi ne donne", len(stray), str(stray[0])


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _numbers(one)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


@lru_cache(maxsize=1)
def _own() -> str:
    """Read the script that travels with the program."""
    return (Path(atlas.__file__).parent / "publish" / "templates" / SCRIPT).read_text("utf-8")
