"""Damaged territories are refused in words, or accepted and balance: a few here, thousands in the benchmark."""

from __future__ import annotations

import pytest

from tests.benchmarks.mutations import KINDS, judged, mutate


@pytest.mark.parametrize("number", range(24))
def test_a_mutated_territory_is_accepted_or_refused(number):
    outcome = judged(number, seed=17)
    assert outcome.verdict in ("acceptée", "refusée"), outcome


def test_a_mutation_is_drawn_again_the_same(tmp_path):
    assert mutate(3, 1, tmp_path / "a") == mutate(3, 1, tmp_path / "b")
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_every_kind_of_mutation_is_drawn(tmp_path):
    drawn = {mutate(number, 17, tmp_path / str(number)) for number in range(60)}
    assert drawn == {kind.__name__ for kind in KINDS}
