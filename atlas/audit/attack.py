"""The attacker: what a reader who adds and subtracts can learn from an edition, without its builder's help.

Grain in: every cell of an edition as a set of atoms, what is shown of it, the weights that protect. Grain out:
findings. Nothing is masked nor repaired here.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from atlas.audit.bounds import Atoms, Total, bounds, value_of
from atlas.audit.spans import Derived, derivable, spanned

Cell = tuple[str, Atoms, bool]
DWELLINGS, HOUSEHOLDS = "logements", "ménages"
_EXACT = 1e-6


@dataclass(frozen=True)
class Limits:
    """The smallest weights that a figure may bear on, by measure."""

    dwellings: int
    households: int
    denominator: int


@dataclass(frozen=True)
class Shown:
    """What an edition writes of one rate.

    ``figures``: by cell, the bounds that its writing leaves to the numerator. ``caps``: by atom, the largest numerator
    possible (its denominator where it is known); empty when nothing can be bounded. ``weights``: by atom, the rate's
    own denominator, where it is known: derivable groups are then also searched on it. ``ends``: sensitive cells
    written as nobody, or everybody.
    """

    figures: Mapping[str, tuple[float, float]]
    caps: Mapping[Hashable, float]
    weights: Mapping[Hashable, int] | None = None
    ends: tuple[str, ...] = ()


@dataclass(frozen=True)
class Interval:
    """What is known of one masked unit for one indicator: its figure lies in [low, high], out of ``size``."""

    cell: str
    indicator: str
    low: float
    high: float
    size: float

    @property
    def width(self) -> float:
        """Width as a share of the unit, from 0 (known) to 1 (nothing known)."""
        return (self.high - self.low) / self.size if self.size else 1.0


@dataclass(frozen=True)
class Leak:
    """A derivable group, with the measure in which it is too light."""

    measure: str
    group: Derived


@dataclass(frozen=True)
class Findings:
    """What the attack found.

    ``leaks``: groups under a threshold. ``ends``: (cell, indicator) written as nobody or everybody. Both break the
    promise. ``determined``: masked units whose figure is known exactly to a reader who knows every cap, and
    ``narrowest``: by indicator, the tightest intervals; both are measured, for the builder to judge.
    """

    leaks: tuple[Leak, ...] = ()
    determined: tuple[Interval, ...] = ()
    ends: tuple[tuple[str, str], ...] = ()
    narrowest: Mapping[str, tuple[Interval, ...]] = field(default_factory=dict)

    @property
    def safe(self) -> bool:
        """Whether the promise holds: no group under a threshold, no end told."""
        return not (self.leaks or self.ends)


def attack(
    cells: Sequence[Cell],
    dwellings: Mapping[Hashable, int],
    households: Mapping[Hashable, int] | None = None,
    values: Mapping[str, Shown] | None = None,
    threshold: int | Limits = 11,
    known: Iterable[Hashable] = (),
    listed: int = 5,
) -> Findings:
    """Attack one campaign of an edition.

    Parameters
    ----------
    cells : sequence of (id, atoms, published)
        Every unit, shown or masked.
    dwellings, households : mapping
        By atom. Households may be unknown to the auditor (None): that measure is then not checked.
    values : mapping of Shown
        By indicator, what is written.
    threshold : int or Limits
        Smallest weight a derivable figure may bear on.
    known : iterable
        Atoms that the reader knows exactly by itself.
    listed : int
        How many intervals to keep per indicator; 0 measures none.

    Examples
    --------
    >>> cells = [("total", frozenset("ABC"), True), ("A", frozenset("A"), True), ("B", frozenset("B"), False)]
    >>> found = attack(cells, {"A": 15, "B": 5, "C": 3})
    >>> [(leak.measure, sorted(leak.group.atoms)) for leak in found.leaks], found.safe
    ([('logements', ['B', 'C'])], False)
    """
    values = values or {}
    own = frozenset(known)
    limits = threshold if isinstance(threshold, Limits) else Limits(threshold, threshold, threshold)
    measures = {DWELLINGS: dwellings} | ({} if households is None else {HOUSEHOLDS: households})
    limit_of = {DWELLINGS: limits.dwellings, HOUSEHOLDS: limits.households}
    unknown = {name: {a: w for a, w in weights.items() if a not in own} for name, weights in measures.items()}
    leaks: list[Leak] = []
    audited: list[tuple[set[Atoms], str]] = []
    for totals in _by_size(cells, values):
        for name, weights in unknown.items():
            if not any(totals <= wider and name == measure for wider, measure in audited):
                audited.append((totals, name))
                leaks += [Leak(name, group) for group in derivable(totals, weights, limit_of[name])]
    leaks += _on_own_denominators(cells, values, own, limits.denominator)
    determined: list[Interval] = []
    ends: list[tuple[str, str]] = []
    narrowest: dict[str, tuple[Interval, ...]] = {}
    for code, shown in values.items():
        ends += [(cell, code) for cell in shown.ends]
        if listed:
            intervals = _intervals(code, shown, cells, own, listed)
            narrowest[code] = tuple(intervals[:listed])
            determined += [interval for interval in intervals if interval.high - interval.low < _EXACT]
    return Findings(tuple(dict.fromkeys(leaks)), tuple(determined), tuple(ends), narrowest)


def _on_own_denominators(
    cells: Sequence[Cell], values: Mapping[str, Shown], own: frozenset[Hashable], threshold: int
) -> list[Leak]:
    """Search each rate on its own denominator; rates with the same cells and denominators are one search."""
    atoms_of = {cell: atoms for cell, atoms, _ in cells}
    leaks: list[Leak] = []
    done: set[tuple[frozenset[Atoms], frozenset[tuple[Hashable, int]]]] = set()
    for code, shown in values.items():
        if shown.weights is None:
            continue
        weights = {atom: weight for atom, weight in shown.weights.items() if weight and atom not in own}
        totals = frozenset(atoms_of[cell] for cell in shown.figures)
        signature = (totals, frozenset(weights.items()))
        if signature not in done:
            done.add(signature)
            leaks += [Leak(code, group) for group in derivable(totals, weights, threshold)]
    return leaks


def _by_size(cells: Sequence[Cell], values: Mapping[str, Shown]) -> list[set[Atoms]]:
    """List the different sets of published totals, widest first: a set inside an audited one opens nothing more."""
    atoms_of = {cell: atoms for cell, atoms, _ in cells}
    sets = [{atoms for _, atoms, published in cells if published}]
    sets += [{atoms_of[cell] for cell in shown.figures} for shown in values.values()]
    return sorted(sets, key=len, reverse=True)


def _intervals(code: str, shown: Shown, cells: Sequence[Cell], own: frozenset[Hashable], listed: int) -> list[Interval]:
    """Bound every masked unit, narrowest first; units exactly in the span of exact figures are known."""
    masked = [
        (cell, atoms)
        for cell, atoms, _ in cells
        if cell not in shown.figures and sum(shown.caps.get(atom, 0.0) for atom in atoms - own) > 0
    ]
    atoms_of = {cell: atoms for cell, atoms, _ in cells}
    totals = [Total(atoms_of[cell], low, high) for cell, (low, high) in shown.figures.items()]
    found = bounds(totals, shown.caps, [atoms for _, atoms in masked], refined=listed)
    exact = [total for total in totals if total.high - total.low < _EXACT]
    derived = spanned([total.atoms for total in exact], [atoms for _, atoms in masked])
    intervals = []
    for (cell, atoms), (low, high), known in zip(masked, found, derived, strict=True):
        size = sum(shown.caps.get(atom, 0.0) for atom in atoms)
        if known:
            low = high = value_of(exact, shown.caps, atoms)
        intervals.append(Interval(cell, code, low, high, size))
    return sorted(intervals, key=lambda interval: (interval.width, interval.cell))
