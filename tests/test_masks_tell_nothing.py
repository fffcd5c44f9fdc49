"""Which figures are masked depends on published figures alone: other true counts under the masks, the same masks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from atlas.protect import loosened as loosening
from atlas.protect import masks as decisions
from atlas.protect import opened
from atlas.protect.links import together
from atlas.protect.loosened import Cells, _System
from atlas.protect.otherwise import _moved, varies
from tests.adversary_factory import adversarial_town
from tests.stage_factory import SCALE, SECRECY


def with_other_counts(counted, cells: Cells, shown, chance: np.random.Generator):
    """Draw other true counts that agree with every figure that may be published before anything is loosened."""
    atoms, moved = counted.atoms.copy(), 0
    for indicators in together():
        known = _System(cells, indicators, shown, SECRECY, SCALE).known
        goal = chance.normal(size=len(known.truth))
        change = _moved(known, np.arange(len(goal)), goal, known.most)
        moved += np.count_nonzero(change)
        for rank, indicator in enumerate(indicators):
            atoms[indicator.n] += change[rank :: len(indicators)]
    numbers = [indicator.n for group in together() for indicator in group]
    units = {}
    for kind, table in counted.units.items():
        sums = counted.membership[kind] @ atoms[numbers].fillna(0).to_numpy(float)
        units[kind] = table.assign(
            **{name: np.where(table[name].isna(), np.nan, sums[:, rank]) for rank, name in enumerate(numbers)}
        )
    return replace(counted, atoms=atoms, units=units), moved


@pytest.mark.parametrize("seed", [11, 20])
def test_other_counts_under_the_masks_are_masked_alike(seed, monkeypatch):
    town, seen = adversarial_town(seed, campaigns=2), []
    loosened = decisions.loosened

    def noted(cells, shown, *terms):
        seen.append((cells, dict(shown), kept := loosened(cells, shown, *terms)))
        return kept

    def decided(known, unit):
        found = varies(known, unit)
        assert found is not None, "given up: another start might have told"
        return found

    monkeypatch.setattr(decisions, "loosened", noted)
    monkeypatch.setattr(loosening, "varies", decided)
    opened(town, SECRECY, SCALE)
    cells, before, kept = seen[0]
    assert any((before[code] & ~open_).any() for code, open_ in kept.items()), "a town where nothing is loosened"
    for turn in range(3):
        other, moved = with_other_counts(town, cells, before, np.random.default_rng(turn))
        assert moved > 20
        opened(other, SECRECY, SCALE)
        for code, open_ in seen[-1][2].items():
            assert (open_ == kept[code]).all(), code
