"""Editions given one after the other, with late answers: nothing more is derived, whatever was given away before."""

from __future__ import annotations

import numpy as np
import pytest

from atlas.audit.attack import Limits
from atlas.audit.verdict import _attacked
from atlas.protect import opened
from atlas.secrecy import protect as engine
from tests.adversary_factory import adversarial_town, held
from tests.stage_factory import SCALE, SECRECY
from tests.test_masks import handed_out

LIMITS = Limits(11, 11, 11)
LATE = (0.35, 0.15, 0.0)


def leaks_of_the_last(folder, seed: int, *, aware: bool):
    """Give three editions; ``aware``: whether the second knew of the first. What the third gives that they did not."""
    given, holdings = [], []
    for turn, late in enumerate(LATE):
        town = adversarial_town(seed, 14, late=late, campaigns=2)
        secrecy = opened(town, SECRECY, SCALE, already=given if aware or turn == 2 else [])
        holdings.append(held(town, secrecy))
        given = [*given, handed_out(town, folder / str(turn), secrecy)]
    last, before = holdings[-1], holdings[:-1]
    found = [
        (year, reader.name, leak)
        for year in last.written.campaigns
        for reader, leaks, _ in _attacked(last, [], before, year, LIMITS)
        for leak in leaks
    ]
    return found, secrecy.remarks


def test_late_answers_open_nothing_to_anybody_nor_to_a_landlord_whose_own_come_late(tmp_path):
    found, remarks = leaks_of_the_last(tmp_path, 0, aware=True)
    assert not found and not remarks


@pytest.mark.parametrize("seed", [1])
def test_what_editions_gave_away_together_is_told_and_never_split(tmp_path, seed, monkeypatch):
    """The second edition knew nothing of the first: the third is given all the same, and gives no more."""
    found, remarks = leaks_of_the_last(tmp_path / "a", seed, aware=False)
    assert not found
    assert any("ne peut plus être protégé" in one for one in remarks)
    monkeypatch.setattr(engine, "_new_beside", lambda system, live, groups: np.zeros(len(live), dtype=bool))
    assert leaks_of_the_last(tmp_path / "b", seed, aware=False)[0], "the chain is hard enough"
