"""Sparse rows of integers modulo the prime 2^61 - 1, as dictionaries column -> coefficient.

Which columns a combination of rows vanishes on is all that secrecy asks, and a residue answers it exactly: entries are
0 and 1, so a minor that is not zero would have to be a multiple of a 61-bit prime to be missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

PRIME = (1 << 61) - 1
Row = dict[int, int]


def subtract(row: Row, pivot: Mapping[int, int], factor: int) -> list[int]:
    """Take ``factor`` times the pivot row away from a row, in place; give the columns that appeared.

    >>> row = {0: 1, 1: 1}
    >>> subtract(row, {0: 1, 2: 1}, 1), row
    ([2], {1: 1, 2: 2305843009213693950})
    """
    appeared = []
    minus = PRIME - factor
    for column, value in pivot.items():
        # Nearly every coefficient is 1: it needs no product, and a sum of two residues no division.
        taken = minus if value == 1 else minus * value % PRIME
        present = row.get(column)
        if present is None:
            row[column] = taken
            appeared.append(column)
        else:
            changed = present + taken
            if changed == PRIME:
                del row[column]
            else:
                row[column] = changed if changed < PRIME else changed - PRIME
    return appeared


def scaled(row: Mapping[int, int], column: int) -> Row:
    """Scale a row so that its coefficient in a column is 1."""
    value = row[column]
    if value == 1:
        return dict(row)
    inverse = pow(value, -1, PRIME)
    return {key: coefficient * inverse % PRIME for key, coefficient in row.items()}


def echelon(rows: Iterable[Mapping[int, int]], choose: Callable[[Row], int]) -> dict[int, Row]:
    """Reduce rows fully: each pivot column, picked by ``choose``, is in its own row only, with coefficient 1."""
    basis: dict[int, Row] = {}
    for given in rows:
        row = dict(given)
        for column in [column for column in row if column in basis]:
            subtract(row, basis[column], row[column])
        if not row:
            continue
        pivot = choose(row)
        row = scaled(row, pivot)
        for other in basis.values():
            if pivot in other:
                subtract(other, row, other[pivot])
        basis[pivot] = row
    return basis


def rank(rows: Iterable[Mapping[int, int]]) -> int:
    """Rank of rows.

    >>> rank([{0: 1, 1: 1}, {1: 1, 2: 1}, {0: 1, 2: PRIME - 1}])
    2
    """
    return len(echelon(rows, min))


def as_fraction(residue: int) -> Fraction:
    """Read a residue as the fraction of smallest terms that it stands for (extended Euclid, halfway).

    >>> as_fraction(PRIME - 1), as_fraction(pow(3, -1, PRIME))
    (Fraction(-1, 1), Fraction(1, 3))
    """
    bound = 1 << 30
    before, now, coefficient_before, coefficient = PRIME, residue % PRIME, 0, 1
    while now > bound:
        quotient = before // now
        before, now = now, before - quotient * now
        coefficient_before, coefficient = coefficient, coefficient_before - quotient * coefficient
    return Fraction(now, coefficient)
