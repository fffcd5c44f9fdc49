"""Bounds that come from elsewhere, an earlier edition or a reading, are put together with what is published now."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from atlas.audit import linked
from atlas.audit.attack import Limits
from atlas.audit.pinned import pinned
from atlas.protect import Opening, opened
from atlas.tables import INDICATORS
from atlas.tables.wider import RECENT
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


@pytest.mark.parametrize("seed", [20])
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


def test_the_audit_takes_a_reading_for_a_bound(monkeypatch):
    """Planted: a reading whose side of the threshold only the true count of a small masked unit is on."""
    town = adversarial_town(20, campaigns=2)
    holding = held(town, opened(town, SECRECY, SCALE))
    year = holding.written.campaigns[0]
    answers, places = holding.evidence.answers(year, RECENT), holding.ground.at(year)
    unit, atoms = next(
        (unit, atoms)
        for kind, unit in holding.masked(year, RECENT)
        if kind == "residences" and (atoms := places.of(kind, unit) & set(answers.index))
        if sum(places.dwellings[atom] for atom in places.of(kind, unit)) < LIMITS.dwellings
    )
    count = int(answers.loc[list(atoms), "n"].sum())

    def fixed() -> set[tuple[object, ...]]:
        rows = pinned([holding], LIMITS)
        return set(
            rows.loc[rows["determine"].astype(bool), ["campagne", "unite", "id", "indicateur"]].itertuples(
                index=False, name=None
            )
        )

    assert not fixed()
    told = (frozenset((year, atom) for atom in atoms), count, count)
    monkeypatch.setattr(linked, "bounds_read", lambda holding: [told])
    assert (year, "residences", unit, RECENT) in fixed()
