"""What earlier editions gave, with what is given now: a reader holds both, and the audit attacks both together."""

from __future__ import annotations

import pandas as pd
import pytest
from audit_factory import RESIDENCE, SMALL, edition, one_residence

from atlas.audit import Limits, audit
from atlas.audit.evidence import EVIDENCE

LIMITS = Limits(11, 11, 11)


def reasons(folder, **options):
    return "\n".join(audit(folder, LIMITS, **options).reasons)


def before_and_after(tmp_path, old, new, hidden=(), hidden_now=(), **options):
    """Write the edition of an earlier build, then that of today."""
    earlier = edition(tmp_path / "ancien" / "partenaire", old, hidden, **options)
    return earlier, edition(tmp_path / "nouveau" / "partenaire", new, hidden_now, **options)


@pytest.mark.parametrize("kind", ["residences", "iris"])
def test_another_perimeter_of_the_same_campaign_is_compared(tmp_path, kind):
    """Yesterday's residence, or IRIS, did not hold the address of 8: both together give it, each alone does not."""
    new = one_residence()
    key = {"residences": "id_residence", "iris": "code_iris"}[kind]
    old = new.assign(**{key: ["x", "x", "y"]})
    hidden = (
        SMALL | {(kind, "y"), ("territoire", "territoire")} | ({("iris", "i-1")} if kind == "residences" else set())
    )
    hidden |= {("bailleurs", "Alpha")} | ({("residences", "r")} if kind == "iris" else set())
    earlier, now = before_and_after(tmp_path, old, new, hidden, SMALL)
    assert reasons(earlier) == "" and reasons(now) == ""
    found = audit(now, LIMITS, already=[earlier])
    assert "déduit un groupe de 8 logements" in "\n".join(found.reasons)
    assert found.late == ()


def test_an_earlier_campaign_of_an_earlier_edition_is_compared(tmp_path):
    old = one_residence(campagne=2020).assign(id_residence=["x", "x", "y"])
    later = one_residence(campagne=2022)
    # Answered otherwise in 2022: the same answers would give those of 2020 in one edition already.
    old = pd.concat([old, later.assign(n_inf40=later["n_inf40"] + 1)], ignore_index=True)
    new = old.assign(id_residence="r")
    wide = {("territoire", "territoire", 2020), ("iris", "i-1", 2020), ("bailleurs", "Alpha", 2020)}
    earlier, now = before_and_after(tmp_path, old, new, SMALL | wide | {("residences", "y")}, SMALL)
    assert reasons(earlier) == "" and reasons(now) == ""
    assert "campagne 2020" in reasons(now, already=[earlier])


def test_an_address_gone_since_is_compared(tmp_path):
    """The file of 2022 given again without one address of 5 dwellings."""
    old = one_residence([*RESIDENCE[:2], ("c", "r", 5, 3)])
    new = one_residence(RESIDENCE[:2])
    earlier, now = before_and_after(tmp_path, old, new, SMALL, {("adresses", "b")})
    assert reasons(earlier) == "" and reasons(now) == ""
    assert "déduit un groupe de 5 logements" in reasons(now, already=[earlier])


def test_answers_that_came_late_are_a_group_of_their_own(tmp_path):
    """Same addresses, same units: six more households of one address had answered by the second build."""
    new = one_residence()
    old = new.assign(menages=[24, 25, 8], d_inf40=[24, 25, 8], n_inf40=[12, 12, 3])
    earlier, now = before_and_after(tmp_path, old, new, SMALL, SMALL)
    assert reasons(earlier) == "" and reasons(now) == ""
    found = audit(now, LIMITS, already=[earlier]).why
    cases = "\n".join(case for one in found for case in one.examples)
    assert "réponses arrivées depuis" in cases and "ménages : 6" in cases and "réponses : 6" in cases
    more = new.assign(menages=[14, 25, 8], d_inf40=[14, 25, 8], n_inf40=[7, 12, 3])
    earlier = edition(tmp_path / "encore" / "partenaire", more, SMALL | {("adresses", "a")})
    assert audit(now, LIMITS, already=[earlier]).safe


def test_what_an_earlier_edition_gave_alone_is_told_and_refuses_nothing(tmp_path):
    table = one_residence()
    earlier, now = before_and_after(tmp_path, table, table, {("adresses", "b")}, SMALL)
    assert "groupe de 8 logements" in reasons(earlier)
    verdict = audit(now, LIMITS, already=[earlier])
    assert verdict.safe, verdict.text()
    assert any("groupe de 8 logements" in late for late in verdict.late)
    assert "Déjà donné, ne peut plus être repris" in verdict.text()


def test_evidence_lost_is_said(tmp_path):
    table = one_residence()
    earlier, now = before_and_after(tmp_path, table, table, SMALL, SMALL)
    (earlier.parent / EVIDENCE).unlink()
    assert "réponses arrivées depuis « partenaire »" in audit(now, LIMITS, already=[earlier]).text()
    (now.parent / EVIDENCE).unlink()
    told = audit(now, LIMITS)
    assert told.safe and "la promesse tient" not in told.text()
    assert "Non vérifié : ménages répondants" in told.text()
