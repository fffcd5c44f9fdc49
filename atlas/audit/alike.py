"""What campaigns tell of one another: an address that answered the very same twice is one unknown, not two.

Grain in: an edition with its places and the builder's evidence. Grain out: reasons to refuse. All campaigns are put
together; figures shown in one and masked in the other give each other away wherever their answers are the same. Which
addresses answered the same is known to the builder alone: without the evidence nothing is looked at here.

Two households may answer alike by chance. Atoms in the same totals go together in every subtraction: those whose
company weighs enough are told apart by campaign again, which spares the search and hides no leak.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

from atlas.audit.answers import answered
from atlas.audit.attack import ANSWERS, DWELLINGS, HOUSEHOLDS, Limits, Published, attack
from atlas.audit.campaigns import shown_units
from atlas.audit.holdings import Holding, share_supposed
from atlas.audit.readers import readers_of
from atlas.audit.reasons import LEAK, Reason, listed, reason
from atlas.audit.same_answers import Label, Names, alike, beside_people
from atlas.audit.truths import incidence
from atlas.later import sparse
from atlas.tables import INDICATORS

_MEASURES = DWELLINGS, HOUSEHOLDS, ANSWERS


def across(holding: Holding, limits: Limits, before: Sequence[Holding] = ()) -> list[Reason]:
    """Attack all campaigns of a masked edition together, for every reader, with the editions that it held before."""
    builds = [*before, holding]
    if holding.evidence is None or len({year for one in builds for year in one.written.campaigns}) < 2:
        return []
    shown = [{year: shown_units(one, year) for year in one.written.campaigns} for one in builds]
    found: list[str] = []
    # What the survey asks people is one row of answers; any other figure must be the same by itself.
    by_row: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for code in sorted(set().union(*(units for one in shown for units in one.values()))):
        by_row[beside_people(code)].append(code)
    for own, codes in by_row.items():
        names = alike([one.evidence for one in reversed(builds)], own)
        if len(set(names.values())) == len(names):
            continue
        figures: dict[tuple[int, ...], dict[str, _Figure]] = {}
        for reader, (known, held) in _readers(holding, before, names).items():
            if held not in figures:
                mine = [*held, len(before)]
                told = [builds[number] for number in mine], [shown[number] for number in mine]
                figures[held] = {code: _figure(*told, names, code) for code in codes}
            linked = {code: one for code, of in figures[held].items() if (one := of.linked(known, limits))}
            published = {code: one.published for code, one in linked.items()}
            for leak in attack(published, limits, given={code: one.given for code, one in linked.items()}):
                members = figures[held][leak.figure].members(leak.group.atoms, linked[leak.figure].apart)
                where = listed(f"{atom} ({year})" for atom, year in members)
                what = INDICATORS[leak.figure].label if leak.figure in INDICATORS else "Ménages répondants"
                found.append(f"{what} : {reader}, {leak.group.weight} {leak.measure}, adresses {where}")
    return list(reason(LEAK, "des réponses redonnées, masquées dans une campagne et montrées dans une autre", found))


def delivered_again(holding: Holding) -> Names:
    """Name the addresses that answered the very same twice, and not by chance as one household alone may.

    A reader who sees the same figures twice supposes that a file was delivered again: where a landlord tells the same
    of as many of its addresses as the edition supposes, single households are taken for the same ones too.
    """
    evidence = holding.evidence
    if evidence is None:
        return {}
    names = alike([evidence])
    often = Counter(names.values())
    found: Names = {}
    for year, table in evidence.years.items():
        rows = evidence.people[year].items()
        told = pd.Series({atom: often[names[year, atom]] > 1 for atom, row in rows if any(row)})
        if told.empty:
            continue
        whole = told.groupby(table["bailleur"].reindex(told.index)).mean() * 100 >= share_supposed(holding)
        held = table["bailleur"].map(whole).eq(True) | (table["menages"] > 1)
        found |= {(year, atom): names[year, atom] for atom in told.index[told & held.reindex(told.index)]}
    return found


def _readers(
    holding: Holding, before: Sequence[Holding], names: Names
) -> dict[str, tuple[frozenset[Hashable], tuple[int, ...]]]:
    """Give, by reader, what it knows of all campaigns, and which earlier editions it holds.

    What it answered once, it knows wherever it is the same.
    """
    known: defaultdict[str, set[Hashable]] = defaultdict(set)
    held: defaultdict[str, set[int]] = defaultdict(set)
    for year in holding.written.campaigns:
        for one in readers_of(holding, year):
            held[one.name].update(number for number, edition in enumerate(before) if one.holds(edition))
            own = one.known.union(*(before[number].own(year) for number in held[one.name]))
            known[one.name].update(label for atom in own if (label := names.get((year, atom))))
    return {name: (frozenset(labels), tuple(sorted(held[name]))) for name, labels in known.items()}


@dataclass(frozen=True)
class _Linked:
    """Totals to attack, those among them that were given before, and the labels of no company's atom, (labels,)."""

    published: Published
    given: frozenset[frozenset[Hashable]]
    apart: np.ndarray


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

    ``weights``: (labels, measures), what each label weighs at least; ``years``: the companies of each campaign;
    ``given``: (totals,) by campaign, those that earlier editions gave. ``part_of``: what a reader knows a label by
    where it is some of an address's answers, those that came late: all that the address answered.
    """

    labels: list[Label]
    weights: np.ndarray
    years: Mapping[int, _Companies]
    given: Mapping[int, np.ndarray] = field(default_factory=dict)
    part_of: Mapping[Label, Label] = field(default_factory=dict)

    def linked(self, known: frozenset[Hashable], limits: Limits) -> _Linked | None:
        """Give the totals with the labels that may link campaigns, each company otherwise one atom; None without any.

        What the reader knows is taken out, and a company that is a total by itself and weighs enough: its figure is
        read, it hides nothing and is in no light combination.
        """
        own = np.array([self.part_of.get(label, label) in known for label in self.labels], dtype=bool)
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
        given: set[frozenset[Hashable]] = set()
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
            totals = [frozenset(spelt[start:end]) for start, end in pairwise(held.indptr.tolist())]
            told.update(totals)
            given.update(totals[number] for number in np.flatnonzero(self.given.get(year, ())).tolist())
        measured = {name: {one: weight[rank] for one, weight in weights.items()} for rank, name in enumerate(_MEASURES)}
        nothing: frozenset[Hashable] = frozenset()
        return _Linked(Published(frozenset(told - {nothing}), measured), frozenset(given), links | own)

    def members(self, atoms: Iterable[Hashable], apart: np.ndarray) -> Iterator[Label]:
        """Give the labels of atoms of :meth:`linked`: labels themselves, and companies without those apart."""
        labels = set(self.labels)
        for atom in atoms:
            if atom in labels:
                yield atom
            elif isinstance(atom, tuple):
                year, number = atom
                yield from (self.labels[one] for one in np.flatnonzero((self.years[year].of == number) & ~apart))


def _figure(
    builds: Sequence[Holding],
    shown: Sequence[Mapping[int, Mapping[str, set[tuple[str, str]]]]],
    names: Names,
    code: str,
) -> _Figure:
    """Lay the published totals of a figure over what each address answered; the last edition is the one audited."""
    places: dict[Label, int] = {}
    part_of: dict[Label, Label] = {}
    laid = []
    for year in sorted({year for one in shown for year in one}):
        known = answered([one.evidence for one in builds], [one.ground.at(year) for one in builds], year, code)
        columns: dict[object, int] = {}
        counted = known.weights.get(ANSWERS, {})
        late = {atom[0] for atom in counted if isinstance(atom, tuple)}
        for atom in counted:
            address = atom[0] if isinstance(atom, tuple) else atom
            label = whole = names.get((year, address), (address, year))
            if address in late:  # of which the atom is what some edition knew, not the whole row
                label = ((atom, year), year)
                part_of[label] = whole
            columns[atom] = places.setdefault(label, len(places))
        measures = [known.weights.get(measure, {}) for measure in _MEASURES]
        weights = [[one.get(atom, 0) for one in measures] for atom in columns]
        everyone, given = frozenset(columns), dict[frozenset[Hashable], bool]()
        for number, (one, units) in enumerate(zip(builds, shown, strict=True)):
            ground = one.ground.at(year)
            for unit in units.get(year, {}).get(code, ()):
                total = known.of(number, ground.of(*unit)) & everyone
                given[total] = given.get(total, False) or number < len(builds) - 1
        laid.append((year, columns, weights, given))
    least = np.full((len(places), len(_MEASURES)), np.iinfo(np.int64).max)
    for _, columns, weights, _ in laid:
        np.minimum.at(least, list(columns.values()), np.array(weights, dtype=np.int64).reshape(-1, len(_MEASURES)))
    return _Figure(
        list(places),
        least,
        {year: _Companies.among(incidence(list(of), columns, len(places))) for year, columns, _, of in laid},
        {year: np.array(list(of.values()), dtype=bool) for year, _, _, of in laid},
        part_of,
    )
