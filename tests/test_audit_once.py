"""An address counts once in what all campaigns tell together: with the heaviest answer that a combination holds.

Systems small enough to try every group of answers, and towns small enough to say by hand what a reader would add up.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import chain, product

import numpy as np
import pytest
from audit_factory import LIMITS, cases, edition, survey
from test_audit_campaigns import BOTH, COLUMNS, again, campaigns

from atlas.audit import Published, attack, audit
from atlas.audit.attack import DWELLINGS, HOUSEHOLDS
from atlas.audit.spans import derivable, grouped

FIGURE = "Ménages sous 40 % du plafond PLUS"
ANYBODY = "n'importe quel lecteur"


def rank(rows):
    """Count independent rows, in fractions."""
    rows, found = [[Fraction(value) for value in row] for row in rows], 0
    for column in range(len(rows[0])):
        pivot = next((row for row in rows[found:] if row[column]), None)
        if pivot is None:
            continue
        rows = [*rows[:found], pivot, *(row for row in rows[found:] if row is not pivot)]
        for place in range(found + 1, len(rows)):
            times = rows[place][column] / pivot[column]
            rows[place] = [mine - times * its for mine, its in zip(rows[place], pivot, strict=True)]
        found += 1
    return found


def cost(labels, weights):
    """Count each address once, with the heaviest of its labels."""
    heaviest: dict[str, int] = {}
    for label in labels:
        heaviest[label[0]] = max(heaviest.get(label[0], 0), weights[label])
    return sum(heaviest.values())


def told(labels, totals):
    """Say whether some combination of totals is zero on all but these labels, and not on all of them."""
    every = sorted(set(chain.from_iterable(totals)))
    rows = [[int(label in total) for label in every] for total in totals]
    others = [[*(value for label, value in zip(every, row, strict=True) if label not in labels), 0] for row in rows]
    return rank(others) < rank(rows)


def opened(totals, weights, limit):
    """Try all that is lighter than the limit: of each address its answers up to some weight, which is what they cost.

    More answers at no more cost tell no less: smaller groups need no try.
    """
    ways: defaultdict[str, list[tuple[int, frozenset]]] = defaultdict(lambda: [(0, frozenset())])
    for label in sorted(set(chain.from_iterable(totals))):
        upto = weights[label]
        mine = frozenset(one for one in weights if one[0] == label[0] and weights[one] <= upto)
        ways[label[0]].append((upto, mine))
    groups = (zip(*way, strict=True) for way in product(*ways.values()))
    light = {frozenset().union(*labels) for costs, labels in groups if sum(costs) < limit}
    return any(told(group, totals) for group in light)


def drawn(draw):
    """Draw totals of two or three campaigns over six addresses, that answer as before or otherwise, grown or not."""
    years, often = range(draw.integers(2, 4)), draw.choice([0.1, 0.4])
    sizes = [2, 3, 4, 5, 6, 8] if draw.random() < 0.5 else [4, 5, 6]
    said = {one: [0] for one in "ABCDEF"}
    for one in said:
        said[one] += [said[one][-1] if draw.random() < often else year for year in years[1:]]
    weights = {(one, year): int(draw.choice(sizes)) for one, labels in said.items() for year in labels}
    totals = set()
    for _ in range(draw.integers(2, 5)):
        inside = [one for one in said if draw.random() < 0.6]
        totals |= {frozenset((one, said[one][year]) for one in inside) for year in years if draw.random() < 0.8}
    return sorted(totals - {frozenset()}, key=sorted), weights


@pytest.mark.parametrize("cases_first", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_a_group_is_found_where_trying_every_group_of_answers_finds_one(monkeypatch, seed, cases_first):
    """Told in whole numbers or by the solver, part by part; what is found is told, and weighs what it is said to."""
    if not cases_first:
        monkeypatch.setattr("atlas.audit.spans._CASES", 0)
    draw, found = np.random.default_rng(seed), []
    for _ in range(40):
        totals, weights = drawn(draw)
        owners, limit = {label: label[0] for label in weights}, int(draw.choice([7, 9, 11, 13]))
        if not totals:
            continue
        groups = derivable(totals, weights, limit, owners)
        assert bool(groups) == opened(totals, weights, limit), (totals, weights, limit)
        assert groups == derivable(grouped(totals, owners), weights, limit)
        known: set = set()
        for group in groups:
            assert group.proven and group.weight == cost(group.atoms, weights) < limit
            assert told(group.atoms | known, totals)
            known |= group.atoms
        found.append(bool(groups))
    assert len(set(found)) == 2


@pytest.mark.parametrize("seed", range(4))
def test_owners_of_one_label_each_change_nothing(seed):
    draw = np.random.default_rng(seed)
    for _ in range(40):
        totals, weights = drawn(draw)
        alone = {label: label for label in weights}
        assert derivable(totals, weights, 11, alone) == derivable(totals, weights, 11)


def test_larger_parts_are_proven_with_owners_as_they_are_found():
    """Two campaigns of a cube of eight addresses of four, in rows both ways: any difference bears on four at least."""
    faces = [[one for one in range(8) if one >> axis & 1 == side] for axis in range(3) for side in (0, 1)]
    totals = [frozenset((one, year) for one in face) for year in (0, 1) for face in faces]
    owners = {(one, year): one for one in range(8) for year in (0, 1)}
    assert derivable(totals, dict.fromkeys(owners, 4), 16, owners) == []
    found = derivable([*totals, frozenset([(0, 0)])], dict.fromkeys(owners, 4), 11, owners)
    assert found and all(group.proven for group in found)


def test_two_answers_of_one_address_that_go_together_weigh_once_when_searched():
    """c, a and b are twelve, x's change with a and b eighteen: their difference is ten, eight of them x's."""
    totals, owners = [("c", "a", "b"), ("x", "a", "b", "h"), ("X", "h")], {one: one.lower() for one in "abchxX"}
    found = derivable(totals, {"a": 5, "b": 5, "c": 2, "h": 60, "x": 8, "X": 8}, 11, owners)
    assert (set(found[0].atoms), found[0].weight) == ({"c", "x", "X"}, 10)


def test_what_a_reader_knows_of_one_answer_it_does_not_know_of_another():
    """x told otherwise in each campaign: whoever knows the first reads the second, five; x weighs once for others."""
    totals = frozenset([frozenset(["x", "a"]), frozenset(["X", "a"])])
    sizes = {"x": 8, "X": 5, "a": 60}
    one = Published(totals, {DWELLINGS: sizes, HOUSEHOLDS: sizes}, {"x": "x", "X": "x", "a": "a"})
    for known, weight in (("", 8), ("x", 5), ("X", 8)):
        assert {leak.group.weight for leak in attack({"f": one}, LIMITS, known)} == {weight}
    assert not attack({"f": Published(totals, {DWELLINGS: sizes})}, LIMITS), "two unknowns, thirteen together"


# Editions

CHAIN = [(2018, "a", "r1", "Alpha", 8, 8, 3, 8), (2018, "b", "r1", "Alpha", 40, 38, 20, 36),
         (2020, "b", "r2", "Alpha", 40, 38, 20, 36), (2020, "c", "r2", "Alpha", 50, 44, 9, 41),
         (2022, "c", "r3", "Alpha", 50, 44, 9, 41)]  # fmt: skip
MASKED = {("adresses", "a"), ("adresses", "b"), ("adresses", "c", 2020)}


def test_three_campaigns_tell_together_what_no_two_of_them_do(tmp_path):
    """a and b in 2018, b and c in 2020, c in 2022: what lasts links them, and a is left."""
    now = edition(tmp_path / "partenaire", survey(CHAIN, COLUMNS), MASKED)
    assert f"{FIGURE} : {ANYBODY}, 8 logements, adresses a (2018)" in cases(now)
    for year in (2018, 2020, 2022):
        two = edition(tmp_path / str(year) / "partenaire", survey([r for r in CHAIN if r[0] != year], COLUMNS), MASKED)
        assert audit(two, LIMITS).safe, audit(two, LIMITS).text()


def test_who_bought_an_address_knows_what_it_had_told_before(tmp_path):
    """Beta holds b in 2020, which told the same in 2018 beside the eight of a: nobody else reads them."""
    rows = [CHAIN[0], CHAIN[1], (2020, "b", "r2", "Beta", 40, 38, 20, 36), (2020, "c", "r2", "Beta", 50, 44, 9, 41)]
    found = cases(edition(tmp_path / "partenaire", survey(rows, COLUMNS), MASKED))
    assert f"{FIGURE} : Beta, 8 logements, adresses a (2018)" in found
    assert ANYBODY not in found


@pytest.mark.parametrize(("before", "refused"), [(5, True), (20, False)])
def test_an_address_that_grew_weighs_what_it_did_when_it_told(tmp_path, before, refused):
    """a is read in 2022 and told the same in 2020: what is left of r1 then is x and y, as they were."""
    first = [("a", "r1", "Alpha", 60, 60, 9, 60), ("x", "r1", "Alpha", before, before, 2, before),
             ("y", "r1", "Alpha", 5, 5, 1, 5)]  # fmt: skip
    later = [first[0], ("x", "r1", "Alpha", 20, 20, 7, 20), ("y", "r1", "Alpha", 5, 5, 2, 5)]
    hidden = {("adresses", "x"), ("adresses", "y"), ("adresses", "a", 2020)}
    now = edition(tmp_path / "partenaire", campaigns(later, first), hidden)
    assert (f"{ANYBODY}, 10 logements, adresses x (2020), y (2020)" in cases(now)) == refused
    assert audit(now, LIMITS).safe == (not refused), audit(now, LIMITS).text()


@pytest.mark.parametrize(("now", "weight"), [((10, 10, 5, 10), 10), ((12, 12, 5, 12), None)])
def test_a_change_weighs_the_heaviest_of_what_it_changed(tmp_path, now, weight):
    """c told of eight dwellings, then of more: the difference of two campaigns bears on as many as the larger."""
    folder = edition(tmp_path / "partenaire", campaigns(again(c=now)), BOTH)
    assert audit(folder, LIMITS).safe == (weight is None), audit(folder, LIMITS).text()
    assert weight is None or f"{ANYBODY}, {weight} logements, adresses c" in cases(folder)
