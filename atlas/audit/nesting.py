"""Editions of one build, one inside the other: the narrower shows nothing that the wider masks, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from atlas.audit.holdings import Holding
from atlas.audit.labels import bounds_of
from atlas.audit.reasons import NESTING, Reason, reason
from atlas.tables import PUBLISHED

_CLOSE = 1e-9
_PLAIN = re.compile(r"\d+(,\d+)?\s%")
_Figure = tuple[str, frozenset, int, str]


def not_nested(first: Holding, second: Holding) -> Iterator[Reason]:
    """Compare two editions figure by figure, units recognised by their addresses."""
    names = [one.written.name for one in (first, second)]
    mine, its = _shown(first), _shown(second)
    # What a landlord reads exactly of its own stock is told apart: another edition may show it masked, or not.
    own = {key for side in (mine, its) for key, (_, label) in side.items() if label is None}
    mine, its = ({key: told for key, told in side.items() if key not in own} for side in (mine, its))
    both = f"éditions {names[0]} et {names[1]}"
    if mine.keys() - its.keys() and its.keys() - mine.keys():
        narrow, wide = sorted((mine, its), key=len)
        kinds = {kind for kind, *_ in wide}
        wrong = sorted(narrow[key][0] for key in narrow.keys() - wide.keys() if key[0] in kinds)
        yield from reason(NESTING, f"{both} non emboîtées", wrong)
    pairs = [(mine[key], its[key]) for key in mine.keys() & its.keys()]
    told = ((where, str(label), str(other)) for (where, label), (_, other) in pairs)
    clash = sorted(f"{where} : {label} et {other}" for where, label, other in told if _clash(label, other))
    yield from reason(NESTING, f"{both} : une valeur et une classe qui se contredisent", clash)


def _shown(holding: Holding) -> Mapping[_Figure, tuple[str, str | None]]:
    """Spell out each published figure, by the addresses of its unit, campaign and indicator: its name and label.

    The label is None where counts are written: a landlord's own stock.
    """
    series = holding.written.series
    rows = series[series["statut"] == PUBLISHED]
    found = {}
    columns = ("unite", "id", "campagne", "indicateur", "libelle", "denominateur")
    for kind, unit, year, code, label, count in rows[list(columns)].itertuples(index=False, name=None):
        if atoms := holding.ground.at(int(year)).of(kind, unit):
            own = count is not None and count == count
            found[kind, atoms, int(year), code] = (f"{kind} {unit} {year} {code}", None if own else str(label))
    return found


def _clash(label: str, other: str) -> bool:
    """Tell whether no rate is read in both labels alike.

    >>> [_clash(label, "de 20 à moins de 30 %") for label in ("30 %", "29 %", "≤ 20 %", "≤ 15 %")]
    [True, False, False, True]
    """
    if label == other:
        return False
    (low, high, open_), (least, most, left_out) = _read(label), _read(other)
    low, least = (low, least) if low >= least else (least, low)
    top, without = min((high, not open_), (most, not left_out))
    return low > top + _CLOSE or (low >= top - _CLOSE and not without)


def _read(label: str) -> tuple[float, float, bool]:
    """Take a plain percentage at its word, without what rounding leaves."""
    if _PLAIN.fullmatch(label):
        value = float(label.removesuffix("%").strip().replace(",", "."))
        return value, value, False
    return bounds_of(label)
