"""What campaigns tell of one another: an address that answered the very same twice is one unknown, not two.

Grain in: an edition with its places and the builder's evidence. Grain out: reasons to refuse. All campaigns are put
together; figures shown in one and masked in the other give each other away wherever their answers are the same. Which
addresses answered the same is known to the builder alone: without the evidence nothing is looked at here.

Two households may answer alike by chance. Atoms in the same totals go together in every subtraction: those whose
company weighs enough are told apart by campaign again, which spares the search and hides no leak.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from atlas.audit.attack import ANSWERS, DWELLINGS, HOUSEHOLDS, Limits, Published, attack
from atlas.audit.campaigns import PEOPLE, answered_rows, listed, shown_units, told_by
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
_Numbers = dict[Hashable, int]  # of the labels of one campaign, by address
_Row = tuple[float, ...]


def across(holding: Holding, limits: Limits) -> list[Reason]:
    """Attack all campaigns of a masked edition together, for every reader."""
    evidence, years = holding.evidence, holding.written.campaigns
    if evidence is None or len(years) < 2:
        return []
    shown = {year: shown_units(holding, year) for year in years}
    laid = {year: _Laid.of(holding, year, shown[year]) for year in years}
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
        labels = list(dict.fromkeys(names.values()))
        numbers = _numbered(names, labels)
        figures = {code: _figure(laid, evidence, numbers, code) for code in codes}
        for reader, known in _readers(holding, names):
            its = np.array([label in known for label in labels])
            linked = {code: one for code, totals in figures.items() if (one := totals.linked(its, limits))}
            for leak in attack({code: one for code, (one, _) in linked.items()}, limits):
                members = figures[leak.figure].members(leak.group.atoms, linked[leak.figure][1])
                where = listed("{} ({})".format(*labels[number]) for number in members)
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


def _numbered(names: _Names, labels: Sequence[_Label]) -> dict[int, _Numbers]:
    """Number what each address answered, by campaign."""
    place = {label: number for number, label in enumerate(labels)}
    found: dict[int, _Numbers] = {}
    for (year, atom), label in names.items():
        found.setdefault(year, {})[atom] = place[label]
    return found


def _readers(holding: Holding, names: _Names) -> Iterator[tuple[str, frozenset[Hashable]]]:
    """Give each reader with what it knows of all campaigns: what it answered once, it knows wherever it is the same."""
    known: dict[str, set[_Label]] = {}
    for year in holding.written.campaigns:
        for one in readers_of(holding, year):
            labels = {label for atom in one.known if (label := names.get((year, atom)))}
            known.setdefault(one.name, set()).update(labels)
    yield from ((name, frozenset(labels)) for name, labels in known.items())


@dataclass(frozen=True, eq=False)
class _Laid:
    """What one campaign shows, over its addresses.

    ``rows``: csr, units shown x addresses; ``shown``: by figure, the rows of its units; ``places``: column of each
    address; ``dwellings``: by address.
    """

    rows: sparse.csr_matrix
    shown: Mapping[str, list[int]]
    places: Mapping[Hashable, int]
    dwellings: Mapping[Hashable, int]

    @classmethod
    def of(cls, holding: Holding, year: int, shown: Mapping[str, set[tuple[str, str]]]) -> _Laid:
        ground = holding.ground.at(year)
        units = {unit: row for row, unit in enumerate(sorted(set().union(*shown.values())))}
        places: dict[object, int] = {atom: column for column, atom in enumerate(ground.dwellings)}
        rows = incidence([ground.of(*unit) for unit in units], places)
        told = {code: [units[unit] for unit in its] for code, its in shown.items()}
        return cls(rows, told, places, ground.dwellings)


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
        of, first = np.full(totals.shape[1], -1), []
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


class _Figure:
    """Published totals of one figure over all campaigns.

    ``weights``: (labels, measures), what each label weighs at least; ``years``: the companies of each campaign.
    """

    def __init__(self, weights: np.ndarray, years: Mapping[int, _Companies]) -> None:
        self.weights, self.years = weights, years

    def linked(self, known: np.ndarray, limits: Limits) -> tuple[Published, np.ndarray] | None:
        """Give the totals with the labels that may link campaigns, each company otherwise one atom; None without any.

        What the reader knows is taken out, and a company that is a total by itself and weighs enough: its figure is
        read, it hides nothing and is in no light combination. Beside, (labels,): those that are in no company's atom.
        """
        least = [limits.of(measure) for measure in _MEASURES]
        links = ~known & (np.sum([one.of >= 0 for one in self.years.values()], axis=0) > 1)
        while links.any():
            rest = {year: one.weigh(self.weights, ~(links | known)) for year, one in self.years.items()}
            light = [one.where((rest[year] < least).any(axis=1)) for year, one in self.years.items()]
            kept = links & (np.sum(light, axis=0) > 1)
            if np.array_equal(kept, links):
                break
            links = kept  # those told apart weigh in their company: others may be told apart in turn
        if not links.any():
            return None
        numbers = np.flatnonzero(links)
        weights: dict[Hashable, list[int]] = dict(zip(numbers.tolist(), self.weights[numbers].tolist(), strict=True))
        told: defaultdict[tuple[int, int], set[Hashable]] = defaultdict(set)
        for year, one in self.years.items():
            inside = links & (one.of >= 0)
            atoms = np.bincount(one.of[inside], minlength=len(rest[year])) + rest[year].any(axis=1)
            enough = (atoms == 1) & (rest[year] >= least).all(axis=1)
            read = enough & (one.inside @ (one.inside.T @ (atoms > 0) == 1) > 0)
            names: defaultdict[int, list[Hashable]] = defaultdict(list)
            for number in np.flatnonzero(rest[year].any(axis=1) & ~read).tolist():
                names[number].append((year, number))
                weights[year, number] = rest[year][number].tolist()
            for label in np.flatnonzero(inside).tolist():
                names[int(one.of[label])].append(label)
            for number, held in names.items():
                for total in one.inside.indices[one.inside.indptr[number] : one.inside.indptr[number + 1]].tolist():
                    told[year, total].update(held)
        measured = {name: {one: weight[rank] for one, weight in weights.items()} for rank, name in enumerate(_MEASURES)}
        return Published(frozenset(map(frozenset, told.values())), measured), links | known

    def members(self, atoms: Iterable[Hashable], apart: np.ndarray) -> Iterator[int]:
        """Give the labels of atoms of :meth:`linked`: labels themselves, and companies without those apart."""
        for atom in atoms:
            if isinstance(atom, tuple):
                year, number = atom
                yield from np.flatnonzero((self.years[year].of == number) & ~apart).tolist()
            elif isinstance(atom, int):
                yield atom


def _figure(laid: Mapping[int, _Laid], evidence: Evidence, labels: Mapping[int, _Numbers], code: str) -> _Figure:
    """Lay the published totals of a figure over what each address answered."""
    size = 1 + max(number for of_year in labels.values() for number in of_year.values())
    weights = np.full((size, len(_MEASURES)), np.iinfo(int).max)
    years = {}
    for year, campaign in laid.items():
        told = told_by(evidence, year, code)
        label = np.array([labels[year][atom] for atom in told.index], dtype=int)
        dwellings = [campaign.dwellings.get(atom, 0) for atom in told.index]
        np.minimum.at(weights, label, np.column_stack([dwellings, told["m"], told["d"]]).astype(int))
        place = np.array([campaign.places.get(atom, -1) for atom in told.index], dtype=int)
        held = campaign.rows[campaign.shown.get(code, [])][:, place[place >= 0]].tocoo()
        columns = label[place >= 0][held.col]
        years[year] = _Companies.among(sparse.csr_matrix((held.data, (held.row, columns)), (held.shape[0], size)))
    return _Figure(weights, years)
