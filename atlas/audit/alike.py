"""What campaigns tell of one another: an address that answered the very same twice is one unknown, not two.

Grain in: an edition with its places and the builder's evidence. Grain out: reasons to refuse. All campaigns are put
together; figures shown in one and masked in the other give each other away wherever their answers are the same. Which
addresses answered the same is known to the builder alone: without the evidence nothing is looked at here.

Two households may answer alike by chance. Atoms in the same totals go together in every subtraction: those whose
company weighs enough are told apart by campaign again, which spares the search and hides no leak.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import sparse

from atlas.audit.attack import ANSWERS, DWELLINGS, HOUSEHOLDS, Limits, Published, attack
from atlas.audit.campaigns import PEOPLE, answered_people, listed, shown_units, told_by
from atlas.audit.evidence import Evidence
from atlas.audit.holdings import Holding
from atlas.audit.readers import readers_of
from atlas.audit.reasons import LEAK, Reason, reason
from atlas.audit.truths import incidence
from atlas.tables import INDICATORS
from atlas.tables.years import FOLLOWED

_MEASURES = DWELLINGS, HOUSEHOLDS, ANSWERS
_Label = tuple[Hashable, int]  # an address, and the first campaign in which it answered so
_Names = dict[tuple[int, Hashable], _Label]
_Weight = tuple[int, ...]
_Row = tuple[float, ...]


def across(holding: Holding, limits: Limits) -> list[Reason]:
    """Attack all campaigns of a masked edition together, for every reader."""
    evidence, years = holding.evidence, holding.written.campaigns
    if evidence is None or len(years) < 2:
        return []
    shown = {year: shown_units(holding, year) for year in years}
    people = answered_people(evidence)
    found: list[str] = []
    # What the survey asks people is one row of answers; any other figure must be the same by itself.
    by_row: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for code in sorted(set().union(*shown.values())):
        of_people = code not in INDICATORS or INDICATORS[code].population in PEOPLE
        by_row[() if of_people else (f"n_{code}", f"d_{code}")].append(code)
    for own, codes in by_row.items():
        names = _labels(evidence, own, people)
        if len(set(names.values())) == len(names):
            continue
        figures = {code: _figure(holding, evidence, names, {y: shown[y].get(code, set()) for y in years}, code)
                   for code in codes}  # fmt: skip
        for reader, known in _readers(holding, names):
            linked = {code: one for code, totals in figures.items() if (one := totals.linked(known, limits))}
            for leak in attack({code: one for code, (one, _) in linked.items()}, limits):
                members = figures[leak.figure].members(leak.group.atoms, linked[leak.figure][1])
                where = listed(f"{atom} ({year})" for atom, year in members)
                what = INDICATORS[leak.figure].label if leak.figure in INDICATORS else "Ménages répondants"
                found.append(f"{what} : {reader}, {leak.group.weight} {leak.measure}, adresses {where}")
    return list(reason(LEAK, "des réponses redonnées, masquées dans une campagne et montrées dans une autre", found))


def _labels(evidence: Evidence, own: tuple[str, ...], people: Mapping[int, Mapping[Hashable, _Row]]) -> _Names:
    """Name what each address answered at each campaign: the address, and the first year in which it answered so.

    ``own``: the columns that must be the same beside what it answered of its ``people``.
    """
    names: _Names = {}
    first: dict[tuple[Hashable, _Row], int] = {}
    for year, table in sorted(evidence.years.items()):
        since = table[FOLLOWED].fillna(table.index.to_series()) if FOLLOWED in table else table.index.to_series()
        beside = table[[name for name in own if name in table]].fillna(0).to_numpy(float).tolist()
        for (atom, row), place, more in zip(people[year].items(), since.tolist(), beside, strict=True):
            told = (*row, *more)
            names[year, atom] = (place, first.setdefault((place, told), year) if any(told) else year)
    return names


def _readers(holding: Holding, names: _Names) -> Iterator[tuple[str, frozenset[Hashable]]]:
    """Give each reader with what it knows of all campaigns: what it answered once, it knows wherever it is the same."""
    known: dict[str, set[_Label]] = {}
    for year in holding.written.campaigns:
        for one in readers_of(holding, year):
            labels = {label for atom in one.known if (label := names.get((year, atom)))}
            known.setdefault(one.name, set()).update(labels)
    yield from ((name, frozenset(labels)) for name, labels in known.items())


@dataclass(frozen=True, eq=False)
class _Companies:
    """Labels of one campaign that lie in the same totals.

    ``of``: (labels,), the number of each label's company, -1 without any; ``inside``: 0/1, companies x totals.
    """

    of: np.ndarray
    inside: sparse.csr_matrix

    @classmethod
    def among(cls, totals: sparse.csr_matrix) -> _Companies:
        """Find them in totals x labels."""
        columns = totals.tocsc()
        columns.data[:] = 1  # addresses that are one label are one
        of, first = np.full(totals.shape[1], -1), list[int]()
        numbers: dict[bytes, int] = {}
        held = np.flatnonzero(np.diff(columns.indptr))
        for label, start, end in zip(held.tolist(), columns.indptr[held], columns.indptr[held + 1], strict=True):
            of[label] = number = numbers.setdefault(columns.indices[start:end].tobytes(), len(numbers))
            if number == len(first):
                first.append(label)
        return cls(of, columns[:, first].T.tocsr())

    def weigh(self, weights: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """Weigh each company by its chosen labels: (companies, measures)."""
        chosen = chosen & (self.of >= 0)
        masses = [np.bincount(self.of[chosen], one, self.inside.shape[0]) for one in weights[chosen].T]
        return np.array(masses).T.astype(int)

    def where(self, told: np.ndarray) -> np.ndarray:
        """Say of each label what is told of its company: (labels,), false without any."""
        return np.append(told, False)[self.of]


@dataclass(frozen=True, eq=False)
class _Figure:
    """Published totals of one figure over all campaigns; labels that lie in the same totals of a year are a company.

    ``weights``: (labels, measures), what each label weighs at least; ``years``: the companies of each campaign.
    """

    labels: list[_Label]
    weights: np.ndarray
    years: Mapping[int, _Companies]

    def linked(self, known: frozenset[Hashable], limits: Limits) -> tuple[Published, np.ndarray] | None:
        """Give the totals with the labels that may link campaigns, each company otherwise one atom; None without any.

        What the reader knows is taken out, and a company that is a total by itself and weighs enough: its figure is
        read, it hides nothing and is in no light combination. Beside, (labels,): those that are in no company's atom.
        """
        own = np.array([label in known for label in self.labels], dtype=bool)
        least = [limits.of(measure) for measure in _MEASURES]
        links = ~own & (np.sum([one.of >= 0 for one in self.years.values()], axis=0) > 1)
        while links.any():
            rest = {year: one.weigh(self.weights, ~(links | own)) for year, one in self.years.items()}
            light = [one.where(np.any(rest[year] < least, axis=1)) for year, one in self.years.items()]
            kept = links & (np.sum(light, axis=0) > 1)
            if np.array_equal(kept, links):
                break
            links = kept  # those told apart weigh in their company: others may be told apart in turn
        if not links.any():
            return None
        apart = np.flatnonzero(links)
        weights: dict[Hashable, list[int]] = dict(
            zip(map(self.labels.__getitem__, apart.tolist()), self.weights[apart].tolist(), strict=True)
        )
        told: set[frozenset[Hashable]] = set()
        for year, one in self.years.items():
            inside = apart[one.of[apart] >= 0]
            atoms = np.bincount(one.of[inside], minlength=len(rest[year])) + rest[year].any(axis=1)
            enough = (atoms == 1) & (rest[year] >= least).all(axis=1)
            read = enough & (one.inside @ (one.inside.T @ (atoms > 0) == 1) > 0)
            left = np.flatnonzero(rest[year].any(axis=1) & ~read)
            companies = [(year, number) for number in left.tolist()]
            weights.update(zip(companies, rest[year][left].tolist(), strict=True))
            held = one.inside[np.concatenate([one.of[inside], left])].T.tocsr()
            names: list[Hashable] = [*map(self.labels.__getitem__, inside.tolist()), *companies]
            spelt = list(map(names.__getitem__, held.indices.tolist()))
            told.update(frozenset(spelt[start:end]) for start, end in pairwise(held.indptr.tolist()) if start < end)
        measured = {name: {one: weight[rank] for one, weight in weights.items()} for rank, name in enumerate(_MEASURES)}
        return Published(frozenset(told), measured), links | own

    def members(self, atoms: Iterable[Hashable], apart: np.ndarray) -> Iterator[_Label]:
        """Give the labels of atoms of :meth:`linked`: labels themselves, and companies without those apart."""
        labels = set(self.labels)
        for atom in atoms:
            if atom in labels:
                yield atom
            elif isinstance(atom, tuple):
                year, number = atom
                yield from (self.labels[one] for one in np.flatnonzero((self.years[year].of == number) & ~apart))


def _figure(
    holding: Holding, evidence: Evidence, names: _Names, units: Mapping[int, set[tuple[str, str]]], code: str
) -> _Figure:
    """Lay the published totals of a figure over what each address answered."""
    told = {year: told_by(evidence, year, code) for year in units}
    atoms = {year: table.index.tolist() for year, table in told.items()}
    labels = {label: None for year, held in atoms.items() for label in (names[year, atom] for atom in held)}
    places = {label: place for place, label in enumerate(labels)}
    weights = np.full((len(labels), len(_MEASURES)), np.iinfo(np.int64).max)
    years = {}
    for year, shown in units.items():
        ground, answered = holding.ground.at(year), frozenset(atoms[year])
        columns = {atom: places[names[year, atom]] for atom in atoms[year]}
        homes = [ground.dwellings.get(atom, 0) for atom in atoms[year]]
        weighed = np.column_stack([homes, told[year][["m", "d"]].to_numpy()]).astype(np.int64)
        np.minimum.at(weights, list(columns.values()), weighed)
        totals = {ground.of(*one) & answered for one in shown}
        years[year] = _Companies.among(incidence(list(totals), columns, len(labels)))
    return _Figure(list(labels), weights, years)
