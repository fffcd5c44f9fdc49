"""The page « Où loger ? »: what it carries of each residence, read back and compared with the GeoPackage.

Grain in: what the page carries under ``logements``. Grain out: (what, example). It may carry the place, the dwellings by
size and accessibility, what the edition shows of turnover, low rents and criteria, what a reader may suppose of these,
and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from atlas.audit.read_back import Written
from atlas.audit.simulated import unlike
from atlas.audit.supposed import supposed
from atlas.tables import INDICATORS, NOT_APPLICABLE, PUBLISHED, UNKNOWN

_KIND = "residences"
_FORM = ("id", "niveau", "effectifs", "menages", "chiffres")
_OWN = frozenset({"logements", "tailles", "acces", "loyers", "nom", "bailleur", "commune", "situation", "fiche"})
_RATES = ("rotation", "bas_loyer")
_RENTS = ("logements_loyer_connu", "logements_bas_loyer", "loyer_m2")


def false_offers(
    homes: Sequence[Mapping[str, Any]], written: Written, stock: pd.DataFrame | None
) -> Iterator[tuple[str, str]]:
    """List what the page carries that the edition does not show: (what, example)."""
    table = written.units[_KIND]
    known = pd.concat([table, supposed(table, written.manifest.get("arrondis", {}))], axis=1)
    rows: dict[str, dict[Any, Any]] = {str(row["id"]): row for row in known.to_dict("records")}
    communes = written.units.get("communes")
    names = {} if communes is None else dict(zip(communes["id"].astype(str), communes["nom"].astype(str), strict=True))
    features = _features(stock)
    for home in homes:
        identifier = str(home.get("id"))
        row = rows.get(identifier)
        wrong = (
            "résidence inconnue" if row is None else _unlike(home, row, names, features.get(identifier, {}), written)
        )
        if wrong:
            yield "logements dits autrement que par le GeoPackage", f"{identifier}, {wrong}"


def _features(stock: pd.DataFrame | None) -> dict[str, dict[str, dict[str, tuple[Any, ...]]]]:
    """Lay out dwellings of residences by feature and word: how many, then what is told of their rents."""
    found: dict[str, dict[str, dict[str, tuple[Any, ...]]]] = {}
    if stock is None:
        return found
    own = stock[stock["unite"] == _KIND]
    rents = [own[name].tolist() if name in own else [None] * len(own) for name in _RENTS]
    keys = (own[name].astype(str) for name in ("id", "caracteristique", "modalite"))
    for unit, feature, word, number, *told in zip(*keys, own["nb_logements"], *rents, strict=True):
        found.setdefault(unit, {}).setdefault(feature, {})[word] = (_number(number), *map(_number, told))
    return found


def _unlike(
    home: Mapping[str, Any],
    row: Mapping[Any, Any],
    communes: Mapping[str, str],
    features: Mapping[str, Mapping[str, tuple[Any, ...]]],
    written: Written,
) -> str:
    """Say what a home carries that is not so of its residence; empty where all is."""
    if extra := sorted(home.keys() - {*_FORM, *_OWN, *_RATES}):
        return f"« {extra[0]} » que rien ne relit"
    told = unlike({name: home[name] for name in _FORM if name in home}, row, written)
    if told:
        return told
    code = _text(row.get("code_insee"))
    expected: dict[str, Any] = {
        "nom": _text(row.get("nom")) or _text(row["id"]),
        "bailleur": _text(row.get("bailleur")),
        "commune": communes.get(code, code),
        "situation": _text(row.get("situation")),
        "logements": _number(row["nb_logements"]),
        "tailles": {word: one[0] for word, one in features.get("taille", {}).items()},
        "acces": _access(features.get("accessibilite", {})),
        **{code: _span(row, code) for code in _RATES},
    }
    for name, value in expected.items():
        if home.get(name) != value:
            return f"{name} : {home.get(name)}"
    for word, rents in home.get("loyers", {}).items():
        if tuple(rents) != features.get("taille", {}).get(word, ())[1:]:
            return f"loyers des {word} : {rents}"
    if not (written.folder / str(home.get("fiche"))).is_file():
        return f"fiche : {home.get('fiche')}"
    return ""


def _access(words: Mapping[str, tuple[Any, ...]]) -> list[int]:
    told = sum(one[0] for word, one in words.items() if word != UNKNOWN)
    return [words.get("accessible", (0,))[0], told]


def _span(row: Mapping[Any, Any], code: str) -> list[float] | None:
    """Say what a rate may be: one number where the edition shows counts."""
    one = INDICATORS[code]
    if row[one.st] == NOT_APPLICABLE:
        return [0.0, 0.0]
    if row[one.st] != PUBLISHED:
        return None
    n, d = _number(row.get(one.n)), _number(row.get(one.d))
    if n is not None and d:
        return [100 * n / d] * 2
    return [max(0.0, row[one.lo]), min(100.0, row[one.hi])]


def _number(value: Any) -> Any:
    if value is None or value != value:
        return None
    return int(value) if float(value).is_integer() else float(value)


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)
