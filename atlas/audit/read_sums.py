"""Sums of recent movers that editions read and publish nowhere, attacked as totals beside what they publish.

Grain in: editions that readers hold, the oldest first, the one audited last. Grain out: what a reader derives. An
address is another atom in each campaign, and where its answers grew between two editions, several; its households are
other people from one campaign to the next, its dwellings are the same: in dwellings, each campaign must protect itself.
Unless it answered the very same in both: these are taken for the same people, one atom, which a sum may count twice.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from atlas.audit.answers import answered
from atlas.audit.attack import ANSWERS, DWELLINGS, Atoms, Leak, Limits, Published, attack
from atlas.audit.holdings import Holding
from atlas.audit.readers import Reader, readers_of
from atlas.audit.same_answers import alike
from atlas.audit.spans import Total
from atlas.tables.wider import RECENT

_FEW = 5
Tagged = tuple[int, Hashable]  # a campaign and an address, or some of its answers
Sums = Callable[[Holding], frozenset[frozenset[Tagged]]]
_Search = tuple[Published, frozenset[Total], Mapping[Hashable, Hashable]]  # what is held, given; how atoms are called


@dataclass(frozen=True, eq=False)
class _Spelt:
    """What each edition tells, in atoms that tell answers of one edition from those that the next added.

    ``totals``: by edition, published rates and sums read. ``weights``: by measure.
    """

    totals: Sequence[frozenset[frozenset[Tagged]]]
    weights: Mapping[str, Mapping[Tagged, int]]


def sums_attacked(
    before: Sequence[Holding], holding: Holding, limits: Limits, sums_of: Sums
) -> Iterator[tuple[str, bool]]:
    """Attack the rates of recent movers with the sums, reader by reader: what is new in it, and whether proven."""
    holdings = [*before, holding]
    sums = [sums_of(one) for one in holdings]
    if not any(sums):
        return
    years = sorted({year for one in holdings for year in one.written.campaigns})
    spelt = _spelt(holdings, sums, years)
    names = _names(holdings, spelt)
    known: dict[str, set[Hashable]] = {}
    held: dict[str, set[int]] = {}
    for year in holding.written.campaigns:
        for reader in readers_of(holding, year):
            known.setdefault(reader.name, set()).update(_known(reader, year, spelt))
            held.setdefault(reader.name, set()).update(n for n, one in enumerate(before) if reader.holds(one))
    searched: dict[frozenset[int], list[_Search]] = {}
    for name, own in known.items():
        if (numbers := frozenset(held[name])) not in searched:
            read = any(sums[number] for number in (*numbers, -1))
            searched[numbers] = list(_searches(spelt, numbers, names, years)) if read else []
        found: list[Leak] = []
        for totals, given, called in searched[numbers]:
            found += attack({RECENT: totals}, limits, {called.get(atom, atom) for atom in own}, {RECENT: given})
        for leak in found:
            listed = ", ".join(sorted(map(str, leak.group.atoms))[:_FEW])
            yield f"{name} : {leak.measure} {leak.group.weight}, adresses {listed}", leak.group.proven


def _searches(
    spelt: _Spelt, held: frozenset[int], names: Mapping[Hashable, Hashable], years: Sequence[int]
) -> Iterator[_Search]:
    """List what is searched, the same for whoever holds these earlier editions; nothing where the last adds nothing."""
    old: frozenset[frozenset[Tagged]] = frozenset().union(*(spelt.totals[number] for number in held))
    everything = old | spelt.totals[-1]
    if everything == old:
        return
    told = Published(_named(everything, names), {ANSWERS: _least(spelt.weights[ANSWERS], names)})
    yield told, _named(old, names), names
    for year in years:
        here: dict[Hashable, int] = {atom: size for atom, size in spelt.weights[DWELLINGS].items() if atom[0] == year}
        yield Published(_of(everything, year), {DWELLINGS: here}), _of(old, year), {}


def _spelt(holdings: Sequence[Holding], sums: Sequence[frozenset[frozenset[Tagged]]], years: Sequence[int]) -> _Spelt:
    """Spell totals and sums of every edition, campaign by campaign."""
    known = {
        year: answered([one.evidence for one in holdings], [one.ground.at(year) for one in holdings], year, RECENT)
        for year in years
    }

    def of(build: int, atoms: frozenset[Tagged]) -> frozenset[Tagged]:
        by_year: dict[int, set[Hashable]] = {}
        for year, address in atoms:
            by_year.setdefault(year, set()).add(address)
        return frozenset(
            (year, atom) for year, held in by_year.items() for atom in known[year].of(build, frozenset(held))
        )

    totals = []
    for build, one in enumerate(holdings):
        published: set[frozenset[Tagged]] = set()
        for year in one.written.campaigns:
            units = {one.ground.at(year).of(*unit) for unit in one.rated(year).get(RECENT, ())}
            published |= {frozenset((year, atom) for atom in atoms) for atoms in units}
        totals.append(frozenset(of(build, atoms) for atoms in published | sums[build]) - {frozenset()})
    weights: dict[str, dict[Tagged, int]] = {
        measure: {
            (year, atom): size for year, one in known.items() for atom, size in one.weights.get(measure, {}).items()
        }
        for measure in (ANSWERS, DWELLINGS)
    }
    return _Spelt(totals, weights)


def _of(totals: frozenset[frozenset[Tagged]], year: int) -> frozenset[Atoms]:
    """Keep of totals what is of one campaign."""
    return frozenset(frozenset(one for one in atoms if one[0] == year) for atoms in totals) - {frozenset()}


def _names(holdings: Sequence[Holding], spelt: _Spelt) -> dict[Hashable, Hashable]:
    """Name what each address answered; one whose answers grew between editions is several atoms, and stays so."""
    grew = set()
    for tagged in spelt.weights[DWELLINGS]:
        year, atom = tagged
        if isinstance(atom, tuple):
            grew.add((year, atom[0]))
    names = alike([one.evidence for one in reversed(holdings)])
    return {tagged: label for tagged, label in names.items() if tagged not in grew}


def _named(totals: frozenset[frozenset[Tagged]], names: Mapping[Hashable, Hashable]) -> frozenset[Total]:
    """Write totals over what was answered, once or twice."""
    found: set[Total] = set()
    for atoms in totals:
        told = [names.get(atom, atom) for atom in atoms]
        once = frozenset(told)
        found.add(once if len(once) == len(told) else tuple(sorted(told, key=str)))
    return frozenset(found)


def _least(weights: Mapping[Tagged, int], names: Mapping[Hashable, Hashable]) -> dict[Hashable, int]:
    """Weigh what was answered, the least where it was answered twice."""
    least: dict[Hashable, int] = {}
    for atom, weight in weights.items():
        name = names.get(atom, atom)
        least[name] = min(weight, least.get(name, weight))
    return least


def _known(reader: Reader, year: int, spelt: _Spelt) -> Iterator[Hashable]:
    """Give the atoms of what a reader knows: an address, and what it answered later."""
    for tagged in spelt.weights[DWELLINGS]:
        at, atom = tagged
        if at == year and (atom in reader.known or (isinstance(atom, tuple) and atom[0] in reader.known)):
            yield tagged
