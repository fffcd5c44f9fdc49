"""What campaigns tell of one another: an address that answered the very same twice is one unknown, not two.

Grain in: an edition with its places and the builder's evidence. Grain out: reasons to refuse. All campaigns are put
together; figures shown in one and masked in the other give each other away wherever their answers are the same. Which
addresses answered the same is known to the builder alone: without the evidence nothing is looked at here.

Two households may answer alike by chance. Atoms in the same totals go together in every subtraction: those whose
company weighs enough are told apart by campaign again, which spares the search and hides no leak.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Set
from operator import add, lt

from atlas.audit.attack import ANSWERS, DWELLINGS, HOUSEHOLDS, Limits, Published, attack
from atlas.audit.campaigns import PEOPLE, answered_rows, listed, shown_units, told_by
from atlas.audit.evidence import Evidence
from atlas.audit.holdings import Holding
from atlas.audit.readers import readers_of
from atlas.audit.reasons import LEAK, Reason, reason
from atlas.tables import INDICATORS
from atlas.tables.years import FOLLOWED

_MEASURES = DWELLINGS, HOUSEHOLDS, ANSWERS
_Label = tuple[Hashable, int]  # an address, and the first campaign in which it answered so
_Names = dict[tuple[int, Hashable], _Label]
_Members = Mapping[Hashable, set[_Label]]
_Weight = tuple[int, ...]
_Row = tuple[float, ...]


def across(holding: Holding, limits: Limits) -> list[Reason]:
    """Attack all campaigns of a masked edition together, for every reader."""
    evidence, years = holding.evidence, holding.written.campaigns
    if evidence is None or len(years) < 2:
        return []
    shown = {year: shown_units(holding, year) for year in years}
    found: list[str] = []
    # What the survey asks people is one row of answers; any other figure must be the same by itself.
    by_row: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for code in sorted(set().union(*shown.values())):
        of_people = code not in INDICATORS or INDICATORS[code].population in PEOPLE
        by_row[() if of_people else (f"n_{code}", f"d_{code}")].append(code)
    for own, codes in by_row.items():
        names = _labels(evidence, own)
        if len(set(names.values())) == len(names):
            continue
        figures = {code: _figure(holding, evidence, names, {y: shown[y].get(code, set()) for y in years}, code)
                   for code in codes}  # fmt: skip
        for reader, known in _readers(holding, names):
            linked = {code: one for code, totals in figures.items() if (one := totals.linked(known, limits))}
            for leak in attack({code: one for code, (one, _) in linked.items()}, limits):
                members = linked[leak.figure][1]
                where = listed(f"{atom} ({year})" for name in leak.group.atoms for atom, year in members[name])
                what = INDICATORS[leak.figure].label if leak.figure in INDICATORS else "Ménages répondants"
                found.append(f"{what} : {reader}, {leak.group.weight} {leak.measure}, adresses {where}")
    return list(reason(LEAK, "des réponses redonnées, masquées dans une campagne et montrées dans une autre", found))


def _labels(evidence: Evidence, own: tuple[str, ...]) -> _Names:
    """Name what each address answered at each campaign: the address, and the first year in which it answered so."""
    names: _Names = {}
    first: dict[tuple[Hashable, _Row], int] = {}
    for year, table in sorted(evidence.years.items()):
        since = table[FOLLOWED].fillna(table.index.to_series()) if FOLLOWED in table else table.index.to_series()
        for (atom, row), place in zip(answered_rows(table, own).items(), since, strict=True):
            names[year, atom] = (place, first.setdefault((place, row), year) if any(row) else year)
    return names


def _readers(holding: Holding, names: _Names) -> Iterator[tuple[str, frozenset[Hashable]]]:
    """Give each reader with what it knows of all campaigns: what it answered once, it knows wherever it is the same."""
    known: dict[str, set[_Label]] = {}
    for year in holding.written.campaigns:
        for one in readers_of(holding, year):
            labels = {label for atom in one.known if (label := names.get((year, atom)))}
            known.setdefault(one.name, set()).update(labels)
    yield from ((name, frozenset(labels)) for name, labels in known.items())


class _Figure:
    """Published totals of one figure over all campaigns; labels that lie in the same totals of a year are a company.

    ``weights``: what each label weighs at least; ``company``: by year and label, its company's number; ``inside``: by
    year and company, the numbers of its totals.
    """

    def __init__(self, totals: Mapping[int, Iterable[frozenset[_Label]]], weights: Mapping[_Label, _Weight]) -> None:
        self.weights = weights
        self.company: dict[int, dict[_Label, int]] = {}
        self.inside: dict[int, list[tuple[int, ...]]] = {}
        for year, sets in totals.items():
            found: defaultdict[_Label, list[int]] = defaultdict(list)
            for number, total in enumerate(sets):
                for label in total:
                    found[label].append(number)
            numbers: dict[tuple[int, ...], int] = {}
            self.company[year] = {label: numbers.setdefault(tuple(of), len(numbers)) for label, of in found.items()}
            self.inside[year] = list(numbers)

    def linked(self, known: frozenset[Hashable], limits: Limits) -> tuple[Published, _Members] | None:
        """Give the totals with the labels that may link campaigns, each company otherwise one atom; None without any.

        What the reader knows is taken out, and a company that is a total by itself and weighs enough: its figure is
        read, it hides nothing and is in no light combination.
        """
        least = [limits.of(measure) for measure in _MEASURES]
        seen = Counter(label for one in self.company.values() for label in one.keys() - known)
        links = {label for label, times in seen.items() if times > 1}
        rest = {year: self._rest(year, links | known) for year in self.company}
        while links:
            light = {
                year: {number for number, mass in enumerate(masses) if any(map(lt, mass, least))}
                for year, masses in rest.items()
            }
            times = Counter(
                label for year, one in self.company.items() for label in links if one.get(label) in light[year]
            )
            kept = {label for label in links if times[label] > 1}
            if len(kept) == len(links):
                break
            links = kept  # those told apart weigh in their company: others may be told apart in turn
            rest = {year: self._rest(year, links | known) for year in self.company}
        if not links:
            return None
        members: defaultdict[Hashable, set[_Label]] = defaultdict(set)
        weights: dict[Hashable, _Weight] = {label: self.weights[label] for label in links}
        told: defaultdict[tuple[int, int], set[Hashable]] = defaultdict(set)
        for year, company in self.company.items():
            names: list[list[Hashable]] = [[(year, n)] if any(mass) else [] for n, mass in enumerate(rest[year])]
            for label, number in company.items():
                if label in links:
                    names[number].append(label)
                    members[label].add(label)
                elif label not in known:
                    members[year, number].add(label)
            held = Counter(total for n, inside in enumerate(self.inside[year]) if names[n] for total in inside)
            for number, inside in enumerate(self.inside[year]):
                mass = rest[year][number]
                alone = len(names[number]) == 1 and not any(map(lt, mass, least)) and any(held[n] == 1 for n in inside)
                if not alone:
                    for total in inside:
                        told[year, total].update(names[number])
                    if any(mass):
                        weights[year, number] = mass
        measured = {name: {one: weight[rank] for one, weight in weights.items()} for rank, name in enumerate(_MEASURES)}
        return Published(frozenset(map(frozenset, told.values())) - {frozenset()}, measured), members

    def _rest(self, year: int, out: Set[Hashable]) -> list[_Weight]:
        """Weigh each company of a year without some of its labels."""
        rest: list[_Weight] = [(0, 0, 0)] * len(self.inside[year])
        for label, number in self.company[year].items():
            if label not in out:
                rest[number] = tuple(map(add, rest[number], self.weights[label]))
        return rest


def _figure(
    holding: Holding, evidence: Evidence, names: _Names, units: Mapping[int, set[tuple[str, str]]], code: str
) -> _Figure:
    """Lay the published totals of a figure over what each address answered."""
    totals: dict[int, set[frozenset[_Label]]] = {}
    weights: dict[_Label, _Weight] = {}
    for year, shown in units.items():
        places, told = holding.ground.at(year), told_by(evidence, year, code)
        label = {atom: names[year, atom] for atom in told.index}
        for atom, households, answers in zip(told.index, told["m"], told["d"], strict=True):
            weight = (places.dwellings.get(atom, 0), int(households), int(answers))
            weights[label[atom]] = tuple(map(min, weights.get(label[atom], weight), weight))
        totals[year] = {frozenset(label[atom] for atom in places.of(*one) if atom in label) for one in shown}
    return _Figure(totals, weights)
