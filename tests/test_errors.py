"""Faults: three lines each, collected, raised once, whole again on the other side of a process."""

from __future__ import annotations

import pickle

import pytest

from atlas.errors import AtlasError, Fault, Faults, excerpt

FAULTS = [Fault("A-UN", "Ceci manque.", "ceci", "l'ajouter"), Fault("B-DEUX", "Cela est faux.", "cela", "le corriger")]


def test_every_fault_is_told_in_three_lines():
    error = AtlasError(FAULTS)
    assert str(error).splitlines() == [
        "[A-UN] Ceci manque.",
        "    Attendu : ceci",
        "    À faire : l'ajouter",
        "[B-DEUX] Cela est faux.",
        "    Attendu : cela",
        "    À faire : le corriger",
    ]


def test_an_error_raised_in_another_process_says_the_same():
    error = AtlasError(FAULTS)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.faults, str(again)) == (AtlasError, error.faults, str(error))


def test_nothing_found_raises_nothing():
    Faults().raise_if_any()


def test_what_was_raised_does_not_change_afterwards():
    faults = Faults()
    faults.add("A-UN", "a", "b", "c")
    with pytest.raises(AtlasError) as caught:
        faults.raise_if_any()
    faults.add("B-DEUX", "a", "b", "c")
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize(
    ("values", "expected"), [([], ""), ([1], "1"), ("abc", "a, b, c"), (iter("abcdefg"), "a, b, c, d, e… (7 en tout)")]
)
def test_an_excerpt_says_how_many_there_are(values, expected):
    assert excerpt(values) == expected
