"""What several campaigns tell together, as the audit tells it: the same answers are one unknown in all of them.

Each town is small enough to say by hand what a reader would subtract; the leaks are planted in written editions.
"""

from __future__ import annotations

import pytest
from audit_factory import LIMITS, cases, edition, survey

from atlas.audit import audit
from atlas.audit.pinned import fixed_cells
from tests.test_audit_campaigns import COLUMNS, campaigns


def test_what_one_campaign_masks_and_another_shows_alike_is_refused(tmp_path):
    """r1 is masked in 2020 beside the eight of r2; with r1 shown in 2022 and the same answers, 2020 gives the eight."""
    first = [("a", "r1", "Alpha", 60, 60, 7, 60), ("c", "r2", "Alpha", 8, 8, 3, 8)]
    same, otherwise = ([("a", "r1", "Alpha", 60, 60, poor, 60), ("c", "r2", "Alpha", 20, 20, 6, 20)] for poor in (7, 9))
    masked = {(kind, one, 2020) for kind, one in (("residences", "r1"), ("adresses", "a"))}
    masked |= {(kind, one, 2020) for kind, one in (("residences", "r2"), ("adresses", "c"))}
    told = "n'importe quel lecteur, 8 logements, adresses c (2020)"
    assert told not in cases(edition(tmp_path / "autres" / "partenaire", campaigns(otherwise, first), masked))
    assert told in cases(edition(tmp_path / "memes" / "partenaire", campaigns(same, first), masked))


def test_what_an_earlier_edition_shows_of_another_campaign_is_attacked_with_the_same_answers(tmp_path):
    """The edition of 2020 masks r1 beside the eight of r2; that of 2022 shows it, and its answers are the same."""
    first = [("a", "r1", "Alpha", 60, 60, 7, 60), ("c", "r2", "Alpha", 8, 8, 3, 8)]
    masked = {(kind, one) for kind, ones in (("residences", ("r1", "r2")), ("adresses", "ac")) for one in ones}
    before = edition(tmp_path / "1" / "partenaire", survey([(2020, *row) for row in first], COLUMNS), masked)
    told = "n'importe quel lecteur, 8 logements, adresses c (2020)"
    for poor in (7, 9):
        later = [(2022, "a", "r1", "Alpha", 60, 60, poor, 60), (2022, "c", "r2", "Alpha", 20, 20, 6, 20)]
        now = edition(tmp_path / str(poor) / "partenaire", survey(later, COLUMNS), {("adresses", "a")})
        assert (told in cases(now, already=[before])) == (poor == 7)
        assert audit(now, LIMITS).safe


def test_what_an_earlier_edition_shows_is_subtracted_from_answers_given_again(tmp_path):
    """2020 was given, and is delivered no more: 2022 less 2020 is what c changed, of eight, or a, of sixty."""
    first = [("a", "r1", "Alpha", 60, 60, 7, 60), ("c", "r1", "Alpha", 8, 8, 3, 8)]
    small = {("adresses", one) for one in "ac"}
    before = edition(tmp_path / "1" / "partenaire", survey([(2020, *row) for row in first], COLUMNS), small)
    for changed in "ca":
        rows = [(2022, *row[:5], row[5] + 2 * (row[0] == changed), row[6]) for row in first]
        now = edition(tmp_path / changed / "partenaire", survey(rows, COLUMNS), small)
        assert audit(now, LIMITS).safe
        told = "n'importe quel lecteur, 8 logements, adresses c (2020 et 2022)"
        assert (told in cases(now, already=[before])) == (changed == "c")
        assert audit(now, LIMITS, already=[before]).safe == (changed == "a")


def test_a_landlord_knows_what_it_held_at_a_campaign_that_an_earlier_edition_alone_shows(tmp_path):
    """b and c changed since the edition of 2020: Beta takes out what b told then and tells now, and reads the eight."""
    first = [("a", "r1", "Alpha", 60, 60, 7, 60), ("b", "r1", "Beta", 60, 60, 5, 60), ("c", "r1", "Alpha", 8, 8, 3, 8)]
    small = {("adresses", one) for one in "abc"} | {("bailleurs", "Alpha"), ("bailleurs", "Beta")}
    before = edition(tmp_path / "1" / "partenaire", survey([(2020, *row) for row in first], COLUMNS), small)
    rows = [(2022, *row[:5], row[5] + 2 * (row[0] in "bc"), row[6]) for row in first]
    found = cases(edition(tmp_path / "2" / "partenaire", survey(rows, COLUMNS), small), already=[before])
    assert "Beta, 8 logements, adresses c (2020 et 2022)" in found and "n'importe quel lecteur, 8" not in found


def test_what_an_address_had_answered_before_some_came_late_is_not_its_whole_row(tmp_path):
    """a tells fifty households in the edition of 2020, ten more since, and in 2022 what the sixty of 2020 said.

    The IRIS of 2022 less the fifty bears on the ten late ones and on the eight of c: eighteen.
    """
    before = edition(tmp_path / "1" / "partenaire", survey([(2020, "a", "r1", "Alpha", 60, 50, 6, 50)], COLUMNS))
    rows = [(year, "a", "r1", "Alpha", 60, 60, 9, 60) for year in (2020, 2022)]
    later = survey([*rows, (2022, "c", "r2", "Alpha", 8, 8, 3, 8)], COLUMNS)
    every = {(kind, one) for kind, one in (("iris", "i-1"), ("bailleurs", "Alpha"), ("territoire", "territoire"))}
    small = {(kind, one) for kind, ones in (("residences", ("r1", "r2")), ("adresses", "ac")) for one in ones}
    now = edition(tmp_path / "2" / "partenaire", later, {*small, *((*one, 2020) for one in every)})
    assert audit(now, LIMITS, already=[before]).safe, audit(now, LIMITS, already=[before]).text()


def test_what_earlier_editions_give_of_one_another_is_no_fault_of_a_later_one(tmp_path):
    """Both campaigns were given before: publishing the last again gives nothing more."""
    first = [("a", "r1", "Alpha", 60, 60, 7, 60), ("c", "r2", "Alpha", 8, 8, 3, 8)]
    masked = {(kind, one) for kind, ones in (("residences", ("r1", "r2")), ("adresses", "ac")) for one in ones}
    old = edition(tmp_path / "1" / "partenaire", survey([(2020, *row) for row in first], COLUMNS), masked)
    later = survey([(2022, *first[0]), (2022, "c", "r2", "Alpha", 20, 20, 6, 20)], COLUMNS)
    new, again = (edition(tmp_path / one / "partenaire", later, {("adresses", "a")}) for one in "23")
    assert audit(again, LIMITS, already=[old, new]).safe, audit(again, LIMITS, already=[old, new]).text()


def test_what_earlier_editions_tell_of_a_change_is_no_fault_of_a_later_one(tmp_path):
    """Those of 2020 and 2022 give what c changed, of eight: 2022 again gives nothing more, 2024 does."""
    first = [("a", "r1", "Alpha", 60, 60, 7, 60), ("c", "r1", "Alpha", 8, 8, 3, 8)]
    small = {("adresses", one) for one in "ac"}
    told = [(year, *row[:5], row[5] + more * (row[0] == "c"), row[6])
            for year, more in ((2020, 0), (2022, 2), (2024, 4)) for row in first]  # fmt: skip
    old, new, again, more = (
        edition(tmp_path / str(rank) / "partenaire", survey([one for one in told if one[0] == year], COLUMNS), small)
        for rank, year in enumerate((2020, 2022, 2022, 2024))
    )
    assert audit(again, LIMITS, already=[old, new]).safe, audit(again, LIMITS, already=[old, new]).text()
    assert "8 logements, adresses c (2020 et 2024)" in cases(more, already=[old])


@pytest.mark.parametrize("again", [True, False])
def test_bounds_of_two_campaigns_on_the_same_answers_are_put_together(tmp_path, again):
    """Of r, s and t, masked, 21 households of 27 are poor in 2020, three in 2022.

    r has three, if it answered so twice; then s and t have all theirs in 2020, and none in 2022.
    """
    rows = [
        (year, name, f"r{rank}", "Alpha", size, size if again and name == "r" else size + year - 2020, poor, size)
        for year, told in ((2020, (3, 9, 9, 20)), (2022, (3, 0, 0, 25)))
        for rank, (name, size, poor) in enumerate(zip("rstx", (9, 9, 9, 60), told, strict=True))
    ]
    small = {(kind, one) for kind, ones in (("adresses", "rst"), ("residences", ("r0", "r1", "r2"))) for one in ones}
    now = edition(tmp_path / "partenaire", survey(rows, COLUMNS), small)
    told = fixed_cells([now], LIMITS)
    assert {one for _, one in small} == set(told["id"]) if again else told.empty, told
