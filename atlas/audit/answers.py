"""Who answered a figure, as each edition knew it: answers that come late are atoms of their own.

Grain in: the evidence of each build, one campaign, one figure. Grain out: by build, the atoms of each address, and what
each atom weighs. Where two builds counted an address differently, the answers that both hold are one atom and those
that came between them another: subtracting the two editions bears on the second alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from atlas.audit.attack import ANSWERS, DWELLINGS, HOUSEHOLDS, Atoms
from atlas.audit.composition import Places
from atlas.audit.evidence import Evidence

RESPONDENTS = "menages"
_State = tuple[int, int, int, int]  # dwellings, households, denominator, numerator


@dataclass(frozen=True)
class Answered:
    """``atoms``: by build, the atoms of each address where they are not the address itself. ``weights``: by measure."""

    atoms: tuple[Mapping[Hashable, Atoms], ...]
    weights: Mapping[str, Mapping[Hashable, int]]

    def of(self, build: int, addresses: Atoms) -> Atoms:
        """Spell a unit in atoms, as a build counted it."""
        renamed = self.atoms[build]
        if renamed.keys().isdisjoint(addresses):
            return addresses
        return frozenset(atom for address in addresses for atom in renamed.get(address, (address,)))


def answered(evidences: Sequence[Evidence | None], grounds: Sequence[Places], campaign: int, figure: str) -> Answered:
    """Find the atoms of a figure for builds in order of time; ``None`` is a build whose evidence is lost.

    Without evidence, addresses are taken to have answered as another build says that they did, else all of them.
    """
    distinct = list({id(one): one for one in evidences if one is not None}.values())
    if len(distinct) == 1 and None not in evidences:
        return Answered(({},) * len(evidences), _weights(_states(distinct[0], grounds[-1], campaign, figure)))
    told = {id(one): _states(one, grounds[evidences.index(one)], campaign, figure) for one in distinct}
    latest: dict[Hashable, _State] = {}
    for states in told.values():
        latest |= states
    for evidence, places in zip(evidences, grounds, strict=True):
        if evidence is None:
            for address, size in places.dwellings.items():
                latest.setdefault(address, (size, size, size, 0))
    atoms: list[dict[Hashable, Atoms]] = [{} for _ in evidences]
    weights: dict[Hashable, _State] = dict(latest)
    for address in {one for states in told.values() for one in states}:
        counted = [told[id(one)].get(address) if one is not None else latest.get(address) for one in evidences]
        different = {state for state in counted if state is not None}
        if len(different) > 1:
            parts, sizes = _apart(address, sorted(different, key=lambda state: (state[2], state[3])))
            del weights[address]
            weights |= sizes
            for build, state in enumerate(counted):
                if state is not None:
                    atoms[build][address] = parts[state]
        for build, (evidence, state) in enumerate(zip(evidences, counted, strict=True)):
            if state is None and evidence is not None:
                atoms[build][address] = frozenset()  # it had not answered: no figure of that build holds it
    measured = _weights(weights)
    return Answered(tuple(atoms), measured if distinct else {DWELLINGS: measured[DWELLINGS]})


def _states(evidence: Evidence, places: Places, campaign: int, figure: str) -> dict[Hashable, _State]:
    """Say how each address stands: dwellings, households that answered, denominator, numerator."""
    if figure == RESPONDENTS:
        households = evidence.respondents(campaign)
        return {a: (places.dwellings.get(a, 0), size, size, 0) for a, size in households.items()}
    rows = evidence.answers(campaign, figure).fillna(0)
    columns = (rows[name].astype(int).tolist() for name in ("m", "d", "n"))
    return {
        address: (places.dwellings.get(address, 0), households, size, count)
        for address, households, size, count in zip(rows.index.tolist(), *columns, strict=True)
    }


def _weights(states: Mapping[Hashable, _State]) -> dict[str, dict[Hashable, int]]:
    return {
        measure: {address: state[place] for address, state in states.items() if state[place] > 0}
        for place, measure in enumerate((DWELLINGS, HOUSEHOLDS, ANSWERS))
    }


def _apart(address: Hashable, states: Sequence[_State]) -> tuple[dict[_State, Atoms], dict[Hashable, _State]]:
    """Tell apart what each state of an address holds: one inside the next, or figures that share nothing.

    Late answers live in at most as many dwellings as they are households.
    """
    parts: dict[_State, Atoms] = {states[0]: frozenset([address])}
    sizes: dict[Hashable, _State] = {address: states[0]}
    for number, (before, after) in enumerate(pairwise(states), 1):
        atom = (address, number)
        more, some = after[2] - before[2], after[3] - before[3]
        if more > 0 and 0 <= some <= more:
            households = after[1] - before[1] or max(1, more * after[1] // max(after[2], 1))
            households = min(households, more) if households > 0 else more
            parts[after] = parts[before] | {atom}
            sizes[atom] = (min(after[0], households), households, more, some)
        else:
            parts[after] = frozenset([atom])
            sizes[atom] = after
    return parts, sizes
