"""An earlier edition that bounds what the next one masks: its figures are put together with those of today."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from atlas.audit.attack import Limits
from atlas.audit.pinned import pinned
from atlas.protect import Opening, opened
from atlas.tables import INDICATORS
from tests.adversary_factory import adversarial_town, held
from tests.stage_factory import SCALE, SECRECY
from tests.test_masks import handed_out

LIMITS = Limits(11, 11, 11)
WITHHELD = ("communes", "iris", "residences", "bailleurs")


def fewer_kinds(town):
    """Decide an edition of some kinds of unit, the others withheld."""
    secrecy = opened(town, SECRECY, SCALE, kinds=tuple(kind for kind in town.units if kind not in WITHHELD))
    nothing = {kind: np.zeros(len(town.units[kind]), dtype=bool) for kind in WITHHELD}
    closed = {kind: Opening(none, dict.fromkeys(INDICATORS, none)) for kind, none in nothing.items()}
    return dataclasses.replace(secrecy, openings={**secrecy.openings, **closed})


@pytest.mark.parametrize("seed", [5, 20])
def test_nothing_is_fixed_by_two_editions_together(seed, tmp_path):
    town = adversarial_town(seed, campaigns=2)
    first = fewer_kinds(town)
    edition, before = handed_out(town, tmp_path / "old", first), held(town, first)
    fixed = {
        bool(already): pinned([held(town, opened(town, SECRECY, SCALE, already=already)), before], LIMITS)["determine"]
        for already in ([], [edition])
    }
    assert fixed[False].any(), "a town where the two editions tell nothing together"
    assert not fixed[True].any()
