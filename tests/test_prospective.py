"""What leads the stock to a target: found again by trying every whole share, year after year."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.prospective import FEASIBLE, IMPOSSIBLE, REACHED, STILL, Aim, Between, households, told, verdict_words

shares = st.fractions(0, 1, max_denominator=60)


def after(stock, turnover, attributed, years):
    for _ in range(years):
        stock = stock * (1 - turnover) + attributed * turnover
    return stock


def test_the_published_example_is_found_again():
    assert households(Fraction(74, 100), Fraction(158)) == 117
    assert households(Fraction(61, 100), Fraction(158), most=True) == 96


@settings(max_examples=200, deadline=None)
@given(shares, st.fractions(0, 1, max_denominator=20), shares, st.integers(1, 8), st.integers(1, 200))
def test_no_larger_number_of_households_holds_the_target(stock, turnover, target, years, homes):
    aim = Aim(stock, turnover, target, years)
    holding = [n for n in range(homes + 1) if after(stock, turnover, Fraction(n, homes), years) <= target]
    if not holding:
        assert aim.most is None and aim.verdict in (IMPOSSIBLE, STILL)
        return
    assert aim.most is not None and households(aim.most, Fraction(homes), most=True) == max(holding)
    assert aim.verdict in (REACHED, FEASIBLE) or (aim.verdict == STILL and not turnover)
    assert list(aim.path(aim.most))[-1] == after(stock, turnover, aim.most, years) <= target


@settings(max_examples=100, deadline=None)
@given(shares, st.fractions(Fraction(1, 50), 1, max_denominator=50), shares)
def test_without_any_household_the_target_is_reached_that_year_and_not_before(stock, turnover, target):
    soonest = Aim(stock, turnover, target, 3).soonest
    if soonest is None:
        assert after(stock, turnover, Fraction(0), 200) > target
        return
    assert after(stock, turnover, Fraction(0), soonest) <= target
    assert not soonest or after(stock, turnover, Fraction(0), soonest - 1) > target


@settings(max_examples=100, deadline=None)
@given(st.tuples(shares, shares), st.tuples(shares, shares), shares, shares, shares, st.integers(1, 6))
def test_what_is_said_of_an_interval_holds_anywhere_inside(stock, turnover, target, at, by, years):
    stock, turnover = tuple(sorted(stock)), tuple(sorted(turnover))
    inside = stock[0] + at * (stock[1] - stock[0]), turnover[0] + by * (turnover[1] - turnover[0])
    aim, between = Aim(*inside, target, years), Between.of(stock, turnover, target, years)
    least, most = between.most
    if aim.most is None:
        assert least is None
    else:
        assert (least is None or least <= aim.most) and (most is not None and aim.most <= most)


@pytest.mark.parametrize(
    ("stock", "turnover", "target", "years", "said"),
    [
        (70, 10, 30, 6, "Impossible dans ce délai : même sans aucune attribution à de tels ménages, il y faudrait"),
        (50, 10, 45, 5, "Atteignable : au plus"),
        (40, 10, 45, 5, "Déjà atteint ; pour le rester : au plus"),
        (50, 0, 45, 5, "Impossible : aucun logement ne s'attribue dans l'année"),
    ],
)  # fmt: skip
def test_the_verdict_says_whether_and_why(stock, turnover, target, years, said):
    one, two = (Fraction(value, 100) for value in (stock, turnover))
    data = told((one, one), (two, two), None, Fraction(200), Fraction(target, 100), years)
    assert verdict_words(data).startswith(said)
