"""What campaigns tell of one another: an address that answered the very same twice is one unknown, not two.

Grain in: an edition with its places and the builder's evidence. Grain out: reasons to refuse. All campaigns are put
together; figures shown in one and masked in the other give each other away wherever their answers are the same. Which
addresses answered the same is known to the builder alone: without the evidence nothing is looked at here.

Two households may answer alike by chance. Atoms in the same totals go together in every subtraction: those whose
company weighs enough are told apart by campaign again, which spares the search and hides no leak.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
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
Label = tuple[Hashable, int]  # an address, and the first campaign in which it answered so
Names = dict[tuple[int, Hashable], Label]
_Weight = tuple[int, ...]
_MOST = 0.5
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
        names = alike(evidence, own)
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


def alike(evidence: Evidence, own: tuple[str, ...]) -> Names:
    """Name what each address answered at each campaign: the address, and the first year in which it answered so."""
    names: Names = {}
    first: dict[tuple[Hashable, _Row], int] = {}
    for year, table in sorted(evidence.years.items()):
        since = table[FOLLOWED].fillna(table.index.to_series()) if FOLLOWED in table else table.index.to_series()
        for (atom, row), place in zip(answered_rows(table, own).items(), since, strict=True):
            names[year, atom] = (place, first.setdefault((place, row), year) if any(row) else year)
    return names


def delivered_again(holding: Holding) -> Names:
    """Name the addresses that answered the very same twice, and not by chance as one household alone may.

    A reader who sees the same figures twice supposes that a file was delivered again: where a landlord tells the same
    of most of its addresses, single households are taken for the same ones too.
    """
    evidence = holding.evidence
    if evidence is None:
        return {}
    names = alike(evidence, ())
    often = Counter(names.values())
    found: Names = {}
    for year, table in evidence.years.items():
        told = pd.Series({atom: often[names[year, atom]] > 1 for atom, row in answered_rows(table).items() if any(row)})
        if told.empty:
            continue
        whole = told.groupby(table["bailleur"].reindex(told.index)).mean() >= _MOST
        held = table["bailleur"].map(whole).eq(True) | (table["menages"] > 1)
        found |= {(year, atom): names[year, atom] for atom in told.index[told & held.reindex(told.index)]}
    return found


def _readers(holding: Holding, names: Names) -> Iterator[tuple[str, frozenset[Hashable]]]:
    """Give each reader with what it knows of all campaigns: what it answered once, it knows wherever it is the same."""
    known: dict[str, set[Label]] = {}
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


class _Figure:
    """Published totals of one figure over all campaigns; labels that lie in the same totals of a year are a company.

    ``weights``: (labels, measures), what each label weighs at least; ``years``: the companies of each campaign.
    """

    def __init__(self, totals: Mapping[int, Iterable[frozenset[Label]]], weights: Mapping[Label, _Weight]) -> None:
        self.labels = list(weights)
        self.weights = np.array(list(weights.values()), dtype=int).reshape(-1, len(_MEASURES))
        self._places: dict[object, int] = {label: place for place, label in enumerate(self.labels)}
        self.years = {year: _Companies.among(incidence(list(sets), self._places)) for year, sets in totals.items()}

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
        weights: dict[Hashable, list[int]] = {
            self.labels[place]: self.weights[place].tolist() for place in np.flatnonzero(links).tolist()
        }
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
            for place in np.flatnonzero(inside).tolist():
                names[int(one.of[place])].append(self.labels[place])
            for number, held in names.items():
                for total in one.inside.indices[one.inside.indptr[number] : one.inside.indptr[number + 1]].tolist():
                    told[year, total].update(held)
        measured = {name: {one: weight[rank] for one, weight in weights.items()} for rank, name in enumerate(_MEASURES)}
        return Published(frozenset(map(frozenset, told.values())), measured), links | own

    def members(self, atoms: Iterable[Hashable], apart: np.ndarray) -> Iterator[Label]:
        """Give the labels of atoms of :meth:`linked`: labels themselves, and companies without those apart."""
        for atom in atoms:
            if atom in self._places:
                yield self.labels[self._places[atom]]
            elif isinstance(atom, tuple):
                year, number = atom
                yield from (self.labels[one] for one in np.flatnonzero((self.years[year].of == number) & ~apart))


def _figure(
    holding: Holding, evidence: Evidence, names: Names, units: Mapping[int, set[tuple[str, str]]], code: str
) -> _Figure:
    """Lay the published totals of a figure over what each address answered."""
    totals: dict[int, set[frozenset[Label]]] = {}
    weights: dict[Label, _Weight] = {}
    for year, shown in units.items():
        places, told = holding.ground.at(year), told_by(evidence, year, code)
        label = {atom: names[year, atom] for atom in told.index}
        for atom, households, answers in zip(told.index, told["m"], told["d"], strict=True):
            weight = (places.dwellings.get(atom, 0), int(households), int(answers))
            weights[label[atom]] = tuple(map(min, weights.get(label[atom], weight), weight))
        totals[year] = {frozenset(map(label.__getitem__, places.of(*one) & label.keys())) for one in shown}
    return _Figure(totals, weights)
