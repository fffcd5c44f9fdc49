"""What campaigns tell of one another: an address that answered the very same twice is one unknown, not two.

Grain in: an edition with its places and the builder's evidence, editions that its readers held before. Grain out:
reasons to refuse. An unknown, a *label*, is what an address told at a campaign, the same one wherever it told the same.
All figures of all campaigns are attacked together over these: what is shown in one and masked in another, what changed
from one to the next, what three tell and no two of them do. Those who are told of are addresses: of several labels of
one, a combination counts the heaviest that it holds.

Which addresses answered the same is known to the builder alone: without the evidence nothing is looked at here. The
edition is attacked by itself, then beside those that were held before, where answers that came late are labels of their
own: what these alone give away is no reason to refuse.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from atlas.audit.answers import Answered, answered
from atlas.audit.attack import ANSWERS, DWELLINGS, HOUSEHOLDS, Atoms, Limits, Published, attack
from atlas.audit.campaigns import Unit, shown_units
from atlas.audit.holdings import Holding, share_supposed
from atlas.audit.readers import readers_of
from atlas.audit.reasons import LEAK, Reason, listed, reason
from atlas.audit.same_answers import Label, Names, alike, beside_people, told_apart
from atlas.tables import INDICATORS

_MEASURES = DWELLINGS, HOUSEHOLDS, ANSWERS
Shown = Mapping[int, Mapping[str, set[Unit]]]


def across(holding: Holding, limits: Limits, before: Sequence[Holding] = ()) -> list[Reason]:
    """Attack all campaigns of a masked edition together, for every reader, with the editions that it held before."""
    if holding.evidence is None:
        return []
    found = dict.fromkeys(_told(holding, limits, ()))
    if before:
        found |= dict.fromkeys(_told(holding, limits, before))
    return list(
        reason(LEAK, "des réponses redonnées telles quelles, dont les chiffres disent trop peu de monde", found)
    )


def _told(holding: Holding, limits: Limits, before: Sequence[Holding]) -> Iterator[str]:
    """Say what is told of too few, beside the editions held before."""
    builds = [*before, holding]
    shown: list[Shown] = [{year: shown_units(one, year) for year in one.written.campaigns} for one in builds]
    # What the survey asks people is one row of answers; any other figure must be the same by itself.
    by_row: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for code in sorted(set().union(*(units for one in shown for units in one.values()))):
        by_row[beside_people(code)].append(code)
    for own, codes in by_row.items():
        names = told_apart(alike([one.evidence for one in reversed(builds)], own))
        if len(set(names.values())) == len(names):
            continue
        figures: dict[tuple[int, ...], dict[str, _Figure]] = {}
        for reader, (known, held) in _readers(holding, before, names).items():
            if held not in figures:
                mine = [*held, len(before)]
                figures[held] = _figures([builds[one] for one in mine], [shown[one] for one in mine], names, codes)
            late = {part for one in figures[held].values() for part, whole in one.late.items() if whole in known}
            published = {code: one.published for code, one in figures[held].items()}
            given = {code: one.given for code, one in figures[held].items()}
            for leak in attack(published, limits, known | late, given):
                where = listed(_spelt(leak.group.atoms))
                what = INDICATORS[leak.figure].label if leak.figure in INDICATORS else "Ménages répondants"
                yield f"{what} : {reader}, {leak.group.weight} {leak.measure}, adresses {where}"


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
    # Of campaigns that they alone show, earlier editions say who held what.
    for edition in (one for one in before if not one.landlord):
        for year in set(edition.written.campaigns).difference(holding.written.campaigns):
            for one in (reader for reader in readers_of(edition, year) if reader.name in known):
                known[one.name].update(label for atom in one.known if (label := names.get((year, atom))))
    return {name: (frozenset(labels), tuple(sorted(held[name]))) for name, labels in known.items()}


@dataclass(frozen=True, eq=False)
class _Figure:
    """What is published of a figure over labels, and what earlier editions gave of it.

    ``late``: what some of an address's answers are part of, those that came between two editions.
    """

    published: Published
    given: frozenset[Atoms]
    late: Mapping[Label, Label]


def _figures(
    builds: Sequence[Holding], shown: Sequence[Shown], names: Names, codes: Sequence[str]
) -> dict[str, _Figure]:
    """Lay the published totals of figures over what each address answered, those of the same answers once."""
    found: dict[str, _Figure] = {}
    written: dict[object, _Figure | None] = {}
    for code in codes:
        years = sorted({year for one in shown for year, units in one.items() if units.get(code)})
        told = {
            year: answered([one.evidence for one in builds], [one.ground.at(year) for one in builds], year, code)
            for year in years
        }
        same: object = code
        if len(builds) == 1:
            same = tuple(
                (year, frozenset(shown[0][year][code]), *(frozenset(of.items()) for of in told[year].weights.values()))
                for year in years
            )
        if same not in written:
            units = [{year: one.get(year, {}).get(code, set()) for year in years} for one in shown]
            written[same] = _figure(builds, units, names, told)
        if (one := written[same]) is not None:
            found[code] = one
    return found


def _figure(
    builds: Sequence[Holding], units: Sequence[Mapping[int, set[Unit]]], names: Names, told: Mapping[int, Answered]
) -> _Figure | None:
    """Lay the totals of one figure over labels; the last edition is the one audited. None where nothing lasts."""
    labels: dict[tuple[int, Hashable], Label] = {}
    owners: dict[Hashable, Hashable] = {}
    late: dict[Label, Label] = {}
    parts: dict[Label, set[Hashable]] = {}
    for year, of in told.items():
        several = {atom[0] for atom in of.weights[ANSWERS] if isinstance(atom, tuple)}
        for atom in of.weights[ANSWERS]:
            address = atom[0] if isinstance(atom, tuple) else atom
            label = whole = names.get((year, address), (address, year))
            if address in several:  # of which the atom is what some edition knew, not the whole row
                label = ((year, atom), year)
                late[label] = whole
            labels[year, atom] = label
            # Those who came late are other people.
            owners[label] = label if isinstance(atom, tuple) else whole[0]
        # A whole row that is told elsewhere too is told in the parts of the first campaign in which it came in parts.
        for address in several:
            latest = next(held for one in reversed(range(len(builds))) if (held := of.of(one, frozenset([address]))))
            parts.setdefault(names.get((year, address), (address, year)), {labels[year, atom] for atom in latest})
    often = Counter(labels.values())
    if max(often.values(), default=0) < 2 and not any(often[whole] for whole in parts):
        return None
    weights: dict[str, dict[Hashable, int]] = {measure: {} for measure in _MEASURES}
    totals: set[Atoms] = set()
    given: set[Atoms] = set()
    for year, of in told.items():
        for measure, weighed in of.weights.items():
            for atom, weight in weighed.items():
                told_as = labels.get((year, atom))
                if told_as is not None and told_as not in parts:
                    weights[measure][told_as] = min(weight, weights[measure].get(told_as, weight))
        for number, (one, by_year) in enumerate(zip(builds, units, strict=True)):
            ground = one.ground.at(year)
            for unit in by_year[year]:
                atoms = of.of(number, ground.of(*unit))
                inside = [labels[year, atom] for atom in atoms if (year, atom) in labels]
                total: set[Hashable] = {label for label in inside if label not in parts}
                total.update(*(parts[label] for label in inside if label in parts))
                totals.add(frozenset(total))
                if number < len(builds) - 1:
                    given.add(frozenset(total))
    return _Figure(Published(frozenset(totals) - {frozenset()}, weights, owners), frozenset(given), late)


def _spelt(labels: Iterable[Any]) -> Iterator[str]:
    """Name the addresses of labels, each with the campaigns in which it first told them."""
    years = defaultdict(set)
    for place, year in labels:
        atom = place[1] if isinstance(place, tuple) else place
        years[atom[0] if isinstance(atom, tuple) else atom].add(str(year))
    for address, of in sorted(years.items(), key=str):
        yield f"{address} ({' et '.join(sorted(of))})"
