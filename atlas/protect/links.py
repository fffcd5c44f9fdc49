"""What counts of one address say of one another: any reader knows it, whatever an edition shows.

In: counts of every address, and the relations that are declared with the indicators. Out: which indicators are to be
bounded together, and inequalities between their counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from atlas.tables import INDICATORS, Indicator
from atlas.tables.relations import RELATIONS, relations

MOST_OTHERS = 7  # people of one household beyond the first, as a reader supposes

_OTHERS_TRIED = 4  # of these, in changes that are tried first
_LARGEST = 4  # counts that one such change moves, at most


def together() -> Iterator[tuple[Indicator, ...]]:
    """Give the sensitive indicators, those that relations tie in one group."""
    group = {code: {code} for code, indicator in INDICATORS.items() if indicator.sensitive}
    for link in RELATIONS:
        whole = set().union(*(group[code] for code in link.terms))
        group |= dict.fromkeys(whole, whole)
    for code, whole in group.items():
        if code == min(whole):
            yield tuple(indicator for indicator in INDICATORS.values() if indicator.code in whole)


def changes(codes: Sequence[str]) -> np.ndarray:
    """List what one household that answers otherwise changes of counts, small changes first, (changes, codes).

    >>> changes(["moins_30", "plus_65"]).astype(int).tolist()
    [[-1, 0], [0, -1], [0, 1], [1, 0], [-1, 1], [1, -1]]
    """
    whole = {code: int(INDICATORS[code].population == "ménages") for code in codes}
    most = [1 if INDICATORS[code].unit == "%" else _OTHERS_TRIED for code in codes]
    kinds = np.array(list(np.ndindex(*(one + 1 for one in most))))
    for link in relations(_OTHERS_TRIED):
        if whole.keys() >= link.terms.keys():
            terms = np.array([link.terms.get(code, 0) for code in codes])
            kinds = kinds[kinds @ terms <= sum(value * whole[code] for code, value in link.bound.items())]
    differences = np.unique((kinds[:, None] - kinds).reshape(-1, len(codes)), axis=0)
    size = abs(differences).sum(axis=1)
    order = np.argsort(size, kind="stable")
    return differences[order][(size[order] > 0) & (size[order] <= _LARGEST)].astype(float)


def counts_of(
    indicator: Indicator, numerator: np.ndarray, denominator: np.ndarray, others: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give what is bounded of an indicator: by address the count, the most it can be, its denominator, (atoms,)."""
    whole = np.nan_to_num(denominator)
    count = np.where(whole > 0, np.nan_to_num(numerator), 0)
    if indicator.unit != "%":
        count = np.maximum(count - whole, 0)
        return count, np.maximum(count, others * whole), whole
    return count, np.maximum(count, whole), whole


def linked(
    codes: Sequence[str], count: np.ndarray, whole: np.ndarray, others: float
) -> Iterator[tuple[np.ndarray, Mapping[int, int], np.ndarray]]:
    """Find where each link holds.

    Parameters
    ----------
    codes : sequence of str
        Indicators bounded together.
    count, whole : ndarray, (indicators, atoms)
        Counts and denominators. Where the answers break a link, or are not of the same households, it tells nothing.
    others : float
        As :func:`atlas.tables.relations.relations` takes it.

    Yields
    ------
    atoms : ndarray of int, (held,)
    terms : mapping
        By place in ``codes``, the coefficient.
    bound : ndarray, (held,)
    """
    place = {code: rank for rank, code in enumerate(codes)}
    for link in relations(others):
        if not place.keys() >= link.terms.keys():
            continue
        terms = {place[code]: value for code, value in link.terms.items()}
        asked = [place[code] for code in link.terms if INDICATORS[code].population == "ménages"]
        bound = sum((value * whole[place[code]] for code, value in link.bound.items()), np.zeros(whole.shape[1]))
        total = sum(value * count[rank] for rank, value in terms.items())
        held = (whole[list(terms)] > 0).all(axis=0) & (whole[asked] == whole[asked[0]]).all(axis=0) & (total <= bound)
        atoms = np.flatnonzero(held)
        yield atoms, terms, bound[atoms]
