"""What two campaigns subtract, as the audit tells it: moved perimeters, answers given again, two lists of quarters.

Each town is small enough to say by hand what a reader would subtract; the leaks are planted in written editions.
"""

from __future__ import annotations

import pandas as pd
import pytest
from audit_factory import LIMITS, cases, edition, survey

from atlas.audit import audit

COLUMNS = "campagne id id_residence bailleur nb_logements menages n_inf40 d_inf40"
# Two residences: what each address answers in 2020.
TOWN = [
    ("a", "r1", "Alpha", 40, 38, 20, 36),
    ("b", "r1", "Alpha", 30, 27, 11, 25),
    ("c", "r1", "Alpha", 8, 8, 3, 8),
    ("d", "r2", "Beta", 50, 44, 9, 41),
    ("e", "r2", "Beta", 60, 51, 18, 50),
]
SMALL = {("adresses", "c")}
EIGHT = "Ménages sous 40 % du plafond PLUS : n'importe quel lecteur, 8 logements, adresses c"
BOTH = {*SMALL, ("adresses", "b")}  # masked beside it, so that the residence does not give it back


def campaigns(later: list[tuple], earlier: list[tuple] = TOWN, **columns: object) -> pd.DataFrame:
    return survey([(2020, *row) for row in earlier] + [(2022, *row) for row in later], COLUMNS).assign(**columns)


def again(**changed: tuple) -> list[tuple]:
    """Deliver the rows of 2020 once more, but those given: (dwellings, households, n, d)."""
    return [(*row[:3], *changed[row[0]]) if row[0] in changed else row for row in TOWN]


def other(row: tuple) -> tuple:
    return (*row[:5], row[5] + 1, row[6])


def all_changed(but: str = "") -> list[tuple]:
    return [row if row[0] in but else other(row) for row in TOWN]


def test_a_campaign_in_which_everybody_answered_otherwise_is_fine(tmp_path):
    now = edition(tmp_path / "partenaire", campaigns(all_changed()), BOTH)
    assert audit(now, LIMITS).safe, audit(now, LIMITS).text()


def test_answers_given_again_but_for_eight_dwellings_are_refused(tmp_path):
    """38 + 27 households answered the same twice: the two totals of the residence tell the eight of c."""
    now = edition(tmp_path / "partenaire", campaigns(again(c=(8, 8, 5, 8))), BOTH)
    assert EIGHT in cases(now)
    later = {(*one, 2022) for one in (("residences", "r1"), ("iris", "i-1"), ("bailleurs", "Alpha"))}
    hidden = {*BOTH, *later, ("territoire", "territoire", 2022)}
    shown = edition(tmp_path / "masque" / "partenaire", campaigns(again(c=(8, 8, 5, 8))), hidden)
    assert "donne" not in cases(shown) and "campagnes 2020" not in cases(shown), "the later figures are withheld"


def test_answers_given_again_four_years_later_but_for_eight_dwellings_are_refused(tmp_path):
    """Everybody answered otherwise in between: no two campaigns that follow each other tell anything."""
    last = survey([(2024, *row) for row in again(c=(8, 8, 5, 8))], COLUMNS)
    table = pd.concat([campaigns(all_changed()), last], ignore_index=True)
    now = edition(tmp_path / "partenaire", table, BOTH)
    assert EIGHT in cases(now) and "c (2020 et 2024)" in cases(now)
    shown = {("residences", "r1"), ("iris", "i-1"), ("bailleurs", "Alpha"), ("territoire", "territoire")}
    hidden = edition(tmp_path / "masque" / "partenaire", table, {*BOTH, *((*one, 2024) for one in shown)})
    assert "donne" not in cases(hidden) and "(2020" not in cases(hidden), "the last figures are withheld"


def test_answers_given_again_to_the_last_are_no_leak(tmp_path):
    """The difference is nothing: it tells of nobody."""
    now = edition(tmp_path / "partenaire", campaigns(TOWN), BOTH)
    assert audit(now, LIMITS).safe, audit(now, LIMITS).text()


def test_two_differences_are_subtracted_from_one_another(tmp_path):
    """Of the IRIS 38 dwellings answered otherwise, of r2 thirty: the eight are what is left, and no unit shows them."""
    rows = [*TOWN, ("f", "r3", "Beta", 30, 30, 9, 30)]
    later = [other(row) if row[0] in "cf" else row for row in rows]
    now = edition(tmp_path / "partenaire", campaigns(later, rows), {*BOTH, ("residences", "r1"), ("bailleurs", "Alpha"),
                                                                    ("bailleurs", "Beta")})  # fmt: skip
    assert EIGHT in cases(now)


@pytest.mark.parametrize("side", ["enters", "leaves"])
def test_eight_dwellings_that_enter_or_leave_beside_repeated_answers_are_refused(tmp_path, side):
    without = [row for row in TOWN if row[0] != "c"]
    earlier, later = (without, TOWN) if side == "enters" else (TOWN, without)
    now = edition(tmp_path / "partenaire", campaigns(later, earlier), BOTH)
    assert EIGHT in cases(now)


def test_what_is_read_of_who_entered_is_taken_out_of_a_difference(tmp_path):
    """The IRIS changed by the eight of c and by n, delivered in between: where n's residence is read, the eight are."""
    later = campaigns([*again(c=(8, 8, 5, 8)), ("n", "r3", "Alpha", 50, 50, 20, 50)])
    hidden = {*BOTH, ("residences", "r1", 2022)}
    assert EIGHT in cases(edition(tmp_path / "lu" / "partenaire", later, hidden))
    hidden |= {("residences", "r3", 2022), ("adresses", "n", 2022)}
    now = edition(tmp_path / "partenaire", later, hidden)
    assert audit(now, LIMITS).safe, audit(now, LIMITS).text()


def test_a_unit_of_another_name_is_subtracted_too(tmp_path):
    """r1 is r9 two years later: the same addresses, of which c alone answered otherwise."""
    renamed = campaigns([(one, home.replace("r1", "r9"), *told) for one, home, *told in again(c=(8, 8, 5, 8))])
    hidden = {*BOTH, *((*one, 2022) for one in (("iris", "i-1"), ("bailleurs", "Alpha"), ("territoire", "territoire")))}
    assert EIGHT in cases(edition(tmp_path / "lu" / "partenaire", renamed, hidden))
    now = edition(tmp_path / "partenaire", renamed, {*hidden, ("residences", "r9", 2022)})
    assert audit(now, LIMITS).safe, audit(now, LIMITS).text()


@pytest.mark.parametrize("size", [4, 20])
def test_what_one_address_told_and_another_changed_are_weighed_together(tmp_path, size):
    """The IRIS of 2020 less a and r2 of 2022, given again but for y, tells what x said then and what y changed."""
    rows = [("a", "r1", "Alpha", 60, 60, 9, 60), ("x", "r1", "Alpha", size, size, 2, size),
            ("b", "r2", "Alpha", 50, 50, 8, 50), ("y", "r2", "Alpha", 5, 5, 1, 5)]  # fmt: skip
    later = [other(row) if row[0] in "xy" else row for row in rows]
    every = {("iris", "i-1"), ("bailleurs", "Alpha"), ("territoire", "territoire")}
    hidden = {("adresses", one) for one in "bxy"} | {("residences", "r1"), ("adresses", "a", 2020)}
    hidden |= {("residences", "r2", 2020), *((*one, 2022) for one in every)}
    told = "n'importe quel lecteur, 9 logements, adresses x (2020), y (2020 et 2022)"
    assert (told in cases(edition(tmp_path / "partenaire", campaigns(later, rows), hidden))) == (size == 4)


@pytest.mark.parametrize("moved", [False, True])
def test_an_address_of_another_name_gives_its_answers_again(tmp_path, moved):
    """r1 answers in 2022 as in 2020 but for the eight of c, under the names that its addresses go on as."""
    later = [(f"{one}2", *told) if one in "abc" else (one, *told) for one, *told in again(c=(8, 8, 5, 8))]
    names = [*"abcde", *("a2", "b2", "c2", "d", "e")]
    since = names if moved else ["a2", "b2", "c2", "d", "e"] * 2
    hidden = {*BOTH, ("adresses", "b2"), ("adresses", "c2")}
    told = "n'importe quel lecteur, 8 logements, adresses c2"
    now = edition(tmp_path / "partenaire", campaigns(later, id_suite=since), hidden)
    assert (told in cases(now)) == (not moved)


def test_a_landlord_takes_out_what_it_knows_of_its_own_change(tmp_path):
    """Alpha changed on 78 dwellings, Beta on 8 of its 118: Alpha knows the first, and reads the eight."""
    rows = [*TOWN, ("f", "r2", "Beta", 8, 8, 4, 8)]
    later = [other(row) if row[2] == "Alpha" or row[0] == "f" else row for row in rows]
    now = edition(tmp_path / "partenaire", campaigns(later, rows), {*BOTH, ("adresses", "f"), ("adresses", "d")})
    found = cases(now)
    assert "Ménages sous 40 % du plafond PLUS : Alpha, 8 logements, adresses f" in found


def test_what_a_seller_knows_of_one_campaign_is_not_known_of_the_other(tmp_path):
    """Alpha sold s: it knows what s told in 2020, and not in 2022, when s and t are of thirteen dwellings together."""
    first = [("a", "r1", "Alpha", 60, 60, 9, 60), ("s", "r1", "Alpha", 5, 5, 1, 5),
             ("b", "r2", "Beta", 50, 50, 8, 50), ("t", "r2", "Beta", 8, 8, 3, 8)]  # fmt: skip
    homes = {"a": "r1", "s": "r3", "b": "r2", "t": "r3"}
    later = [(row[0], homes[row[0]], "Beta", *row[3:]) if row[0] != "a" else row for row in first]
    later = [other(row) if row[0] != "a" else row for row in later]
    small = {("adresses", one) for one in "st"} | {("adresses", "a", 2020), ("adresses", "b", 2020)}
    found = cases(edition(tmp_path / "partenaire", campaigns(later, first), small))
    assert "n'importe quel lecteur, 5 logements, adresses s" in found, "a tells the same twice, and r1 is a and s"
    assert "Alpha, 8 logements, adresses t" not in found


# What could fool engine and audit alike


def test_an_address_that_never_answered_hides_no_small_change(tmp_path):
    """Forty dwellings, no answer in either campaign, and one more dwelling: they are no part of the difference."""
    silent = ("s", "r1", "Alpha", 40, None, None, None)
    more = ("s", "r1", "Alpha", 41, None, None, None)
    now = edition(tmp_path / "partenaire", campaigns([*again(c=(8, 8, 5, 8)), more], [*TOWN, silent]), BOTH)
    assert EIGHT in cases(now)


def test_zeros_where_there_was_nothing_are_no_other_answer(tmp_path):
    """A file that writes 0 of 0 where the one before left a blank changes no figure."""
    silent, zero = ("s", "r1", "Alpha", 40, None, None, None), ("s", "r1", "Alpha", 40, 0, 0, 0)
    now = edition(tmp_path / "partenaire", campaigns([*again(c=(8, 8, 5, 8)), zero], [*TOWN, silent]), BOTH)
    assert EIGHT in cases(now)


def test_rows_of_zeros_that_were_answered_are_answers_given_again(tmp_path):
    zeros = [(*row[:5], 0, row[6]) if row[0] != "c" else row for row in TOWN]
    later = [(*row[:5], 4, row[6]) if row[0] == "c" else row for row in zeros]
    labels = {(kind, one, "inf40"): "≤ 5 %" for kind, one in (("adresses", "d"), ("adresses", "e"), ("adresses", "a"))}
    labels |= {("residences", "r2", "inf40"): "≤ 5 %", ("bailleurs", "Beta", "inf40"): "≤ 5 %"}
    now = edition(tmp_path / "partenaire", campaigns(later, zeros), BOTH, labels=labels)
    assert EIGHT in cases(now)


def test_houses_alike_by_chance_are_taken_for_repeated_answers(tmp_path):
    """Fifteen houses of one household: nine alike by chance leave six, and nothing tells chance from a copy."""
    houses = [(f"h{i:02}", "r3", "Alpha", 1, 1, i % 2, 1) for i in range(15)]
    later = [(*row[:5], 1 - row[5], row[6]) if rank < 6 else row for rank, row in enumerate(houses)]
    masked = {("adresses", row[0]) for row in houses} | BOTH
    now = edition(tmp_path / "partenaire", campaigns([*all_changed(), *later], [*TOWN, *houses]), masked)
    assert "Ménages sous 40 % du plafond PLUS : n'importe quel lecteur, 6 logements" in cases(now)


def test_one_more_household_that_answers_makes_another_row(tmp_path):
    """The counts of one rate are the same, another column is not: the row is not given again."""
    later = [(*row[:4], row[4] - 1, *row[5:]) if row[0] != "c" else other(row) for row in TOWN]
    now = edition(tmp_path / "partenaire", campaigns(later), BOTH)
    assert audit(now, LIMITS).safe, audit(now, LIMITS).text()


def test_without_evidence_repeated_answers_cannot_be_looked_at_and_that_is_said(tmp_path):
    now = edition(tmp_path / "partenaire", campaigns(again(c=(8, 8, 5, 8))), BOTH)
    (tmp_path / "atomes.parquet").unlink()
    verdict = audit(now, LIMITS)
    assert any("réponses redonnées d'une campagne à l'autre" in text for text in verdict.unchecked)


# Perimeters that move


def test_a_landlord_s_perimeter_that_moved_by_eight_dwellings_is_refused(tmp_path):
    later = [(*row[:2], "Beta", *row[3:]) if row[0] == "c" else row for row in all_changed()]
    now = edition(tmp_path / "partenaire", campaigns(later), {*BOTH, ("residences", "r1")})
    assert "bailleurs/Alpha : 8 logements entrés ou sortis" in cases(now)
    assert "bailleurs/Beta : 8 logements entrés ou sortis" in cases(now)


def test_a_building_delivered_is_no_change_of_perimeter(tmp_path):
    now = edition(tmp_path / "partenaire", campaigns([*all_changed(), ("n", "r1", "Alpha", 8, 8, 2, 8)]),
                  {*BOTH, ("adresses", "n")})  # fmt: skip
    assert "entrés ou sortis" not in cases(now)


# Two lists of quarters

EVERY = {("adresses", row[0]) for row in TOWN}


def lists(moved: str) -> pd.DataFrame:
    """Give Quarter Q of 2015 the addresses a, b, c and d; that of 2024 has one more, or one less."""
    table = campaigns(all_changed())
    old = set("abcd")
    inside, was = table["id"].isin(old ^ {moved}), table["id"].isin(old)
    early = table["campagne"] < 2022
    then = was.where(early, inside)
    return table.assign(
        bailleur="Alpha",
        code_qpv=pd.Series("QN1", table.index, "str").where(inside),
        quartiers=pd.Series("QN1", table.index, "str").where(inside),
        code_qpv_avant=pd.Series("QP1", table.index, "str").where(was & early),
        situation=inside.map({True: "QPV", False: "hors QPV"}),
        situation_epoque=then.map({True: "QPV", False: "hors QPV"}),
    )


def test_a_quarter_that_lost_eight_dwellings_shows_one_of_its_two_perimeters(tmp_path):
    """Both lists at the same campaign: the difference of the two quarters is the eight of c."""
    now = edition(tmp_path / "partenaire", lists("c"), EVERY)
    found = cases(now)
    assert "campagne 2020 : n'importe quel lecteur déduit un groupe de 8 logements" in found
    assert "situations_epoque/QPV : 8 logements entrés ou sortis" in found, "the list changed under the same name"
    then = {("situations_epoque", "QPV"), ("situations_epoque", "hors QPV")}
    shown = edition(tmp_path / "masque" / "partenaire", lists("c"), {*EVERY, *then, ("quartiers", "QN1", 2020)})
    assert audit(shown, LIMITS).safe, audit(shown, LIMITS).text()


def test_a_quarter_that_gained_sixty_dwellings_shows_both(tmp_path):
    now = edition(tmp_path / "partenaire", lists("e"), EVERY)
    assert audit(now, LIMITS).safe, audit(now, LIMITS).text()


def test_a_composition_that_lies_about_the_earlier_list_is_refused(tmp_path):
    true = lists("e")
    false = true.assign(code_qpv_avant=true["code_qpv_avant"].where(true["id"] != "a"))
    now = edition(tmp_path / "partenaire", true, EVERY, told=false)
    assert "adresse a" in cases(now) and "quartiers_avant/QP1" in cases(now)
    without = edition(tmp_path / "sans" / "partenaire", true, EVERY, told=true.drop(columns="code_qpv_avant"))
    assert "quartiers_avant/QP1" in cases(without), "figures of a quarter of which nobody tells the addresses"
