"""The promise of secrecy on the real addresses of Bondy: the tests of tests/test_promise.py, for another worker."""

from __future__ import annotations

import pytest

from tests.test_promise import (
    limits,
    test_a_landlord_sees_its_own_stock_and_no_other,
    test_no_group_under_the_threshold_is_derivable,
    test_public_shows_nothing_that_partners_do_not_see,
    test_the_gate_refuses_an_edition_that_tells_one_masked_residence,
)

__all__ = [
    "limits",
    "test_a_landlord_sees_its_own_stock_and_no_other",
    "test_no_group_under_the_threshold_is_derivable",
    "test_public_shows_nothing_that_partners_do_not_see",
    "test_the_gate_refuses_an_edition_that_tells_one_masked_residence",
]


@pytest.fixture(scope="module")
def everything(bondy_build):
    return bondy_build
