"""What was sent between two surveys, as the audit attacks it: planted in editions small enough to say by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from audit_factory import LIMITS, cases, edition, survey
from test_audit_campaigns import COLUMNS, EIGHT, SMALL, TOWN, other

from atlas.audit import audit

UPDATE = "r1 (2023)"
R1 = [row for row in TOWN if row[1] == "r1"]
SHOWN = {*SMALL, ("adresses", "b")}  # masked beside c, so that its residence does not give it back


def town(update: list[tuple], year: int = 2023, later: list[tuple] = ()) -> pd.DataFrame:
    """Set an update beside the survey of 2022, and that of 2024 where it is given."""
    table = survey([(2022, *row) for row in TOWN] + [(year, *row) for row in update]
                   + [(2024, *row) for row in later], COLUMNS)  # fmt: skip
    told = table["campagne"] == year
    home = ["id_residence", "code_iris"]
    return table.assign(
        id_actualisation=(table["id_residence"] + f" ({year})").where(told),
        **{name: table[name].mask(told) for name in home},
    )


def test_a_residence_sent_otherwise_is_fine(tmp_path):
    now = edition(tmp_path / "partenaire", town([other(row) for row in R1]), SHOWN)
    verdict = audit(now, LIMITS)
    assert verdict.safe, verdict.text()


def test_a_small_residence_sent_alone_is_a_leak(tmp_path):
    """Eight dwellings: nobody needs to subtract anything."""
    rows = [*TOWN, ("f", "r3", "Beta", 8, 8, 4, 8)]
    table = town([("f", "r3", "Beta", 8, 8, 5, 8)])
    table = pd.concat([table, survey([(2022, *rows[-1])], COLUMNS)], ignore_index=True)
    masked = {*SHOWN, ("adresses", "f"), ("residences", "r3"), ("adresses", "d"), ("residences", "r2")}
    assert "8 logements" in cases(edition(tmp_path / "partenaire", table, masked))
    hidden = edition(tmp_path / "b" / "partenaire", table, {*masked, ("actualisations", "r3 (2023)")})
    assert audit(hidden, LIMITS).safe, audit(hidden, LIMITS).text()


@pytest.mark.parametrize("year", [2021, 2023])
def test_answers_sent_again_but_for_eight_dwellings_are_refused(tmp_path, year):
    """Before a survey as after it: a and b answered the same, the difference is the eight of c."""
    table = town([other(row) if row[0] == "c" else row for row in R1], year)
    if year == 2021:
        earlier = survey([(2020, *other(other(row))) for row in TOWN], COLUMNS)
        table = pd.concat([earlier, table], ignore_index=True)
    now = edition(tmp_path / "partenaire", table, SHOWN)
    assert EIGHT in cases(now)
    hidden = {*SHOWN, ("actualisations", f"r1 ({year})")}
    assert audit(edition(tmp_path / "b" / "partenaire", table, hidden), LIMITS).safe


def test_what_a_survey_masks_and_an_update_tells_is_refused(tmp_path):
    """r1 is masked in 2022, for its IRIS would give the eight of r3; what it sent again gives them too."""
    rows = [*R1[:2], ("f", "r3", "Alpha", 8, 8, 4, 8)]
    table = survey([(2022, *row) for row in rows] + [(2023, *row) for row in R1[:2]], COLUMNS)
    told = table["campagne"] == 2023
    table = table.assign(id_actualisation=pd.Series(UPDATE, table.index).where(told))
    table = table.assign(**{name: table[name].mask(told) for name in ("id_residence", "code_iris")})
    hidden = {("adresses", one) for one in "abf"} | {("residences", "r1"), ("residences", "r3")}
    found = audit(edition(tmp_path / "partenaire", table, hidden), LIMITS).text()
    assert "des réponses redonnées telles quelles" in found
    assert audit(edition(tmp_path / "b" / "partenaire", table, {*hidden, ("actualisations", UPDATE)}), LIMITS).safe


def test_an_update_of_part_of_a_residence_is_refused(tmp_path):
    """Where people hardly changed, the survey less the update is the address that it leaves out."""
    now = edition(tmp_path / "partenaire", town([other(row) for row in R1[:2]]), SHOWN)
    assert "des actualisations qui ne sont pas de toute une résidence" in audit(now, LIMITS).text()


def test_counts_of_an_update_are_its_landlord_s_alone(tmp_path):
    """In the edition of Alpha its own stock is open, what it sent as well; in that of Beta it is refused."""
    table = town([other(row) for row in R1])
    mine = edition(
        tmp_path / "a" / "bailleur-alpha", table, {("adresses", "e")}, own={"a", "b", "c"}, name="bailleur-alpha"
    )
    assert audit(mine, LIMITS).safe, audit(mine, LIMITS).text()
    told = edition(tmp_path / "b" / "bailleur-beta", table, SHOWN, own={"d", "e", "a", "b", "c"}, name="bailleur-beta")
    assert "effectifs de plusieurs bailleurs" in audit(told, LIMITS).text()
