"""The plan of a year on small cases: every plan is tried, and every way to give sizes; none is better."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.allocation.diagnosis import diagnosed, irreducible
from atlas.allocation.programme import Programme
from atlas.allocation.sized_programme import SizedProgramme, assigned
from atlas.allocation.sizes import LEASES, REQUESTS, mixes_of
from atlas.allocation.wholes import largest_remainder
from atlas.methods.crossing import ahead_of
from atlas.methods.household import Household
from atlas.methods.room import room_left
from tests.allocation_factory import (
    beyond,
    cases,
    every_plan,
    every_share,
    fewest_beyond,
    homes,
    lacks,
    sized_cases,
    worth,
)


@settings(max_examples=150, deadline=None)
@given(cases())
def test_no_plan_beats_the_plan(case):
    places, aims = case
    found, _ = Programme(places, aims).best()
    plan = tuple(found.plan[one.key] for one in places)
    assert plan in set(every_plan(places))
    assert found.cost.order[1:] == worth(places, plan)
    assert list(found.lacking.values()) == lacks(places, aims, plan)
    least = min(homes(aims, lacks(places, aims, one)) for one in every_plan(places))
    assert homes(aims, lacks(places, aims, plan)) == least
    if least == 0:
        best = min(worth(places, one) for one in every_plan(places) if not any(lacks(places, aims, one)))
        assert found.cost.order[1:] == best


@settings(max_examples=60, deadline=None)
@given(cases())
def test_what_to_relax_is_irreducible_and_every_cost_is_that_of_the_best_plan_without(case):
    places, aims = case

    def possible(kept):
        return any(not any(lacks(places, kept, one)) for one in every_plan(places))

    told = diagnosed(SizedProgramme(places, aims))
    conflict = irreducible(SizedProgramme(places, aims))
    assert told.conflict == conflict and bool(conflict) is not possible(aims)
    if conflict:
        assert not possible(list(conflict))
        assert all(possible([one for one in conflict if one is not left]) for left in conflict)
    for one in told.aims if not conflict else ():
        if one.without is not None:
            others = [aim for aim in aims if aim is not one.aim]
            best = min(worth(places, plan) for plan in every_plan(places) if not any(lacks(places, others, plan)))
            assert one.without.order[1:] == best
    if told.other is not None:
        other = tuple(told.other.plan[one.key] for one in places)
        assert worth(places, other) == told.solution.cost.order[1:] and told.changed


@given(st.lists(st.fractions(0, 9), max_size=8))
def test_whole_numbers_keep_their_total_and_stay_within_one(parts):
    found = largest_remainder(parts)
    assert all(abs(one - part) < 1 for one, part in zip(found, parts, strict=True))
    assert abs(sum(found) - sum(parts)) <= Fraction(1, 2)


# ------------------------------------------------------------------ sizes


def shares_of(places, found):
    return [found.sized.get(one.key, {}) for one in places]


@settings(max_examples=150, deadline=None)
@given(sized_cases(), st.booleans())
def test_no_plan_with_sizes_beats_the_plan(case, whole):
    """Planned with sizes from the start, or only where the plan without them does not fit: the same worth."""
    places, aims, mixes = case
    found = Programme(places, aims, mixes).best()[0] if whole and mixes else SizedProgramme(places, aims, mixes).best()
    plan, shares = tuple(found.plan[one.key] for one in places), shares_of(places, found)
    assert plan in set(every_plan(places)) and list(found.lacking.values()) == lacks(places, aims, plan)
    for place, split, told in zip(places, plan, shares, strict=True):
        assert told in list(every_share(place, split)) if mixes else not told
    assert found.cost.order == (beyond(shares, mixes), *worth(places, plan))
    lacking = [homes(aims, lacks(places, aims, one)) for one in every_plan(places)]
    assert homes(aims, lacks(places, aims, plan)) == min(lacking)
    if min(lacking) == 0:
        best = min(
            (fewest_beyond(places, mixes, one), *worth(places, one))
            for one in every_plan(places)
            if not any(lacks(places, aims, one))
        )
        assert found.cost.order == best


@settings(max_examples=100, deadline=None)
@given(sized_cases(), st.data())
def test_sizes_given_to_a_plan_fit_as_well_as_any(case, data):
    places, _, mixes = case
    ways = list(every_plan(places))
    plan = data.draw(st.sampled_from(ways))
    sized = assigned(places, {one.key: split for one, split in zip(places, plan, strict=True)}, mixes)
    for place, split in zip(places, plan, strict=True):
        assert sized[place.key] in list(every_share(place, split)) or not place.sizes
    assert beyond(list(sized.values()), mixes) == fewest_beyond(places, mixes, plan)


@settings(max_examples=40, deadline=None)
@given(sized_cases())
def test_what_sizes_cost_is_told_of_the_best_plan_without_them(case):
    places, aims, mixes = case
    told = diagnosed(SizedProgramme(places, aims, mixes))
    if told.other is not None:
        other = [told.other.plan[one.key] for one in places]
        assert (beyond(shares_of(places, told.other), mixes), *worth(places, other)) == told.solution.cost.order
    if told.unsized is not None and not any(told.solution.lacking.values()):
        best = min(worth(places, plan) for plan in every_plan(places) if not any(lacks(places, aims, plan)))
        assert told.unsized.order[1:] == best <= told.solution.cost.order[1:] or told.solution.cost.unfit


leased = st.dictionaries(st.sampled_from(["T1", "T2", "T3", "T6"]), st.tuples(*[st.integers(0, 30)] * 3), max_size=4)


@given(
    leased, st.dictionaries(st.sampled_from(["T1", "T2", "T3", "T5 et plus"]), st.integers(0, 50)), st.integers(0, 20)
)
def test_shares_of_sizes_can_always_be_held_together(rows, free, within):
    """Each size given as it was leased is within every share: what is asked of sizes contradicts itself nowhere."""
    mixes = mixes_of({LEASES: {word: list(row) for word, row in rows.items()}}, free, Fraction(within), 20)
    kept = {word: rows["T6" if word == "T5 et plus" else word] for word in {mix.size for mix in mixes}}
    given_ = {word: [Fraction(free[word] * one, sum(row)) for one in row] for word, row in kept.items()}
    for mix in mixes:
        total = sum(row[mix.group] for row in given_.values())
        assert mix.low * total <= 100 * given_[mix.size][mix.group] <= mix.high * total
        assert 100 * given_[mix.size][mix.group] == mix.usual * total


def test_sizes_that_too_few_leases_tell_are_read_from_requests_and_else_bind_nothing():
    free = {"T2": 5, "T4": 5}
    asked = {REQUESTS: {"T2": [80, 60], "T4": [20, 5], "T3": [30, None]}}
    few = {LEASES: {"T2": [3, 3, 3]}}
    assert mixes_of(few, free, Fraction(10), 20) == () == mixes_of({}, free, Fraction(10), 20)
    read = mixes_of({**few, **asked}, free, Fraction(10), 20)
    assert {mix.source for mix in read} == {REQUESTS} and {mix.size for mix in read} == {"T2", "T4"}
    assert {(mix.group, mix.size): mix.usual for mix in read}[0, "T2"] == 75  # 5 x 60/80 of them and 5 x 5/20
    assert mixes_of({LEASES: {"T2": [10, 10, 10]}}, {"non renseigné": 9}, Fraction(10), 20) == ()


# ------------------------------------------------------------------ criteria


@settings(deadline=None)
@given(st.integers(1, 60), st.data())
def test_the_next_criterion_is_where_a_simulation_finds_it(size, data):
    inside, number = data.draw(st.integers(0, size)), data.draw(st.integers(1, size))
    table = pd.DataFrame(
        {
            "st_inf40": ["publié"],
            "n_inf40": [inside],
            "d_inf40": [size],
            "tx_inf40": [100 * inside / size],
            "menages": [size],
        }
    )
    kinds = [Household.under(40), Household.over(40), Household.over(40)]
    (told,) = ahead_of(table, {"inf40": [40]}, kinds, [number])
    rank = room_left(table, kinds[0], {"inf40": [40]}, replacing=True)[0]["inf40"].iloc[0]
    assert told.reached == (5 * inside >= 2 * size)
    if told.reached:
        assert not told.crossings
        return
    reached = any(
        sum(w * x for w, x in zip(one.weights, (number, 0, 0), strict=True)) > one.most for one in told.crossings
    )
    assert reached == (rank <= number)
