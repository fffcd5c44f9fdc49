"""What masked editions withhold of two campaigns: answers given again, and the quarters of two lists.

Each town is small enough to say by hand what a reader would subtract.
"""

from __future__ import annotations

import pandas as pd
import pytest

from atlas.count import count
from atlas.dwellings import low_rents
from atlas.protect import opened
from tests.stage_factory import SCALE, SECRECY, survey, texts
from tests.test_masks import handed_out

NO_RENT = low_rents(None, texts([]), None, 2022)[0]
TOWN = {"a": 60.0, "b": 50.0, "c": 8.0, "d": 70.0, "e": 40.0, "f": 8.0}
HOMES = {"a": "r1", "b": "r1", "c": "r1", "d": "r2", "e": "r2", "f": "r2"}


def row(name: str, year: int, poor: float, **more: object) -> dict[str, object]:
    size = TOWN[name]
    answers = {"menages": size, "menages_ressources_connues": size, "menages_inf40_plus": poor}
    adults = {"majeurs_activite_connue": 2 * size, "majeurs_chomeurs": poor}
    return {"id_adresse": name, "campagne": year, "nb_logements": size, **answers, **adults, **more}


def town(*told: dict[str, float], landlords: str = "VVVVVV", **columns: object):
    """Count campaigns from 2020 on: by address, its poor households; ``columns`` of the addresses."""
    holder = dict(zip(TOWN, landlords, strict=True))
    rows = [row(name, 2020 + 2 * rank, poor, bailleur=holder[name]) for rank, one in enumerate(told)
            for name, poor in one.items()]  # fmt: skip
    places = pd.DataFrame({"id_adresse": list(TOWN), "id_residence": list(HOMES.values()), "code_iris": "I1"})
    places = places.assign(bailleur="?", code_insee="93010", code_qpv=None, situation="hors QPV").astype("str")
    pairs = columns.pop("quarters", {})
    inside = pd.DataFrame({"id_adresse": texts(list(pairs)), "id": texts(list(pairs.values()))})
    return count(survey(rows), places.assign(**columns), inside, NO_RENT)


def shown(counted, kind: str, code: str | None = None, **terms: object) -> dict[tuple[str, int], bool]:
    opening = opened(counted, SECRECY, SCALE, **terms).openings[kind]
    table = counted.units[kind]
    flags = opening.rows if code is None else opening.rates[code]
    return dict(zip(zip(table["id"], table["campagne"].tolist(), strict=True), flags.tolist(), strict=True))


FIRST = {name: float(rank + 3) for rank, name in enumerate(TOWN)}
OTHERWISE = {name: poor + 1 for name, poor in FIRST.items()}


def test_a_campaign_in_which_everybody_answered_otherwise_withholds_nothing():
    open_ = shown(town(FIRST, OTHERWISE), "residences")
    assert all(open_[home, year] for home in ("r1", "r2") for year in (2020, 2022))


def test_answers_given_again_to_the_last_withhold_nothing():
    open_ = shown(town(FIRST, FIRST), "residences")
    assert all(open_[home, year] for home in ("r1", "r2") for year in (2020, 2022))


def test_answers_given_again_but_for_eight_dwellings_withhold_the_later_figure():
    counted = town(FIRST, {**FIRST, "c": FIRST["c"] + 2})
    for kind, one in (("residences", "r1"), ("iris", "I1"), ("communes", "93010"), ("territoire", "territoire")):
        open_ = shown(counted, kind)
        assert (open_[one, 2020], open_[one, 2022]) == (True, False), kind
    assert shown(counted, "residences")["r2", 2022], "nothing differs there"


def test_answers_given_again_four_years_later_withhold_the_last_figure():
    """Everybody answered otherwise in between, so that no two campaigns that follow each other tell anything."""
    counted = town(FIRST, OTHERWISE, {**FIRST, "c": FIRST["c"] + 2})
    open_ = shown(counted, "residences")
    assert [open_["r1", year] for year in (2020, 2022, 2024)] == [True, True, False]
    assert all(open_["r2", year] for year in (2020, 2022, 2024))
    assert not shown(counted, "territoire", "inf40")["territoire", 2024]


def test_three_campaigns_are_subtracted_at_once_where_no_two_of_them_tell():
    """A and the eight of c first, a and b next, b last: the first less the second, and the last, are the eight."""
    told = [{name: FIRST[name] for name in names} for names in ("ca", "ab", "b")]
    for code in (None, "inf40", "chomage"):
        open_ = shown(town(*told), "territoire", code)
        assert [open_["territoire", year] for year in (2020, 2022, 2024)] == [True, True, False], code
    without = [told[0], {**told[1], "a": FIRST["a"] + 1}, told[2]]
    assert all(shown(town(*without), "territoire").values()), "a answered otherwise: nothing is taken out"


def test_what_an_earlier_edition_showed_of_another_campaign_is_subtracted_too(tmp_path):
    """The edition of 2020 was given, and 2020 is delivered no more: 2022 less 2020 is a change of eight."""
    first = town(FIRST)
    already = [handed_out(first, tmp_path, opened(first, SECRECY, SCALE))]
    for changed, open_ in (("c", False), ("a", True)):
        later = town({}, {**FIRST, changed: FIRST[changed] + 2})
        assert shown(later, "residences")["r1", 2022]
        for code in (None, "inf40"):
            assert shown(later, "residences", code, already=already) == {("r1", 2022): open_, ("r2", 2022): True}


def test_a_landlord_takes_out_what_it_held_when_an_earlier_edition_was_given(tmp_path):
    """The fifty of b changed with the eight of c: whoever holds b reads the eight."""
    for landlords, open_ in (("VVVVVV", True), ("VWVVVV", False)):
        first = town(FIRST, landlords=landlords)
        already = [handed_out(first, tmp_path / landlords, opened(first, SECRECY, SCALE))]
        later = town({}, {**FIRST, "b": FIRST["b"] + 2, "c": FIRST["c"] + 2}, landlords=landlords)
        assert shown(later, "residences")["r1", 2022]
        assert shown(later, "residences", already=already)["r1", 2022] == open_


def test_what_earlier_editions_tell_together_withholds_only_what_touches_it(tmp_path):
    """They gave the change of c already: what it became since is told no more, the change of b, of fifty, is."""
    towns = [town(FIRST), town({}, {**FIRST, "c": FIRST["c"] + 2})]
    already = [handed_out(one, tmp_path / str(rank), opened(one, SECRECY, SCALE)) for rank, one in enumerate(towns)]
    for changed, open_ in (("c", False), ("b", True)):
        later = town({}, {}, {**FIRST, changed: FIRST[changed] + 4})
        assert shown(later, "residences", already=already) == {("r1", 2024): open_, ("r2", 2024): True}


def test_a_figure_that_is_withheld_itself_withholds_no_later_one():
    """The eight of c are new in 2022, those of f in 2024: sixteen dwellings beside 2020, the last year that is seen."""
    first = {**FIRST, "c": FIRST["c"] + 2}
    open_ = shown(town(FIRST, first, {**first, "f": FIRST["f"] + 2}), "territoire")
    assert [open_["territoire", year] for year in (2020, 2022, 2024)] == [True, False, True]


@pytest.mark.parametrize("otherwise", [True, False])
def test_what_is_read_of_who_entered_is_taken_out_of_a_difference(otherwise):
    """The IRIS changed by the eight of c and by n, delivered in between: where n's residence is read, the eight are."""
    rows = []
    for year in (2020, 2022):
        for name, homes in (("a", 60.0), ("c", 8.0), ("d", 70.0), *([("n", 50.0)] if year == 2022 else ())):
            poor = 5.0 if otherwise and name == "c" and year == 2022 else 3.0
            answers = {"menages": homes, "menages_ressources_connues": homes, "menages_inf40_plus": poor}
            adults = {"majeurs_activite_connue": 2 * homes, "majeurs_chomeurs": poor}
            rows.append({"id_adresse": name, "campagne": year, "nb_logements": homes, "bailleur": "V"})
            rows[-1] |= answers | adults
    places = pd.DataFrame({"id_adresse": list("acdn"), "id_residence": ["r1", "r1", "r2", "r3"], "code_iris": "I1"})
    places = places.assign(bailleur="?", code_insee="93010", code_qpv=None, situation="hors QPV").astype("str")
    counted = count(survey(rows), places, pd.DataFrame({"id_adresse": texts([]), "id": texts([])}), NO_RENT)
    for code in (None, "inf40"):
        homes, iris = shown(counted, "residences", code), shown(counted, "iris", code)
        assert all(iris["I1", year] and homes["r2", year] for year in (2020, 2022))
        assert homes["r1", 2020] and homes["r1", 2022] == homes["r3", 2022] == (not otherwise), code


@pytest.mark.parametrize("side", [2020, 2022])
def test_eight_dwellings_that_enter_or_leave_beside_repeated_answers_withhold_it_too(side):
    without = {name: poor for name, poor in FIRST.items() if name != "c"}
    counted = town(*((without, FIRST) if side == 2022 else (FIRST, without)))
    assert not shown(counted, "residences")["r1", 2022]


def test_one_rate_is_withheld_where_few_of_those_who_answered_it_differ():
    """Sixty dwellings answered otherwise, and not that item: of the adults, the eight of c alone are new."""
    rows = [row(name, year, FIRST[name] + (year == 2022 and name in "ac")) for year in (2020, 2022) for name in TOWN]
    silent = [{**one, "majeurs_activite_connue": None, "majeurs_chomeurs": None} if one["id_adresse"] == "a" else one
              for one in rows]  # fmt: skip
    places = pd.DataFrame({"id_adresse": list(TOWN), "id_residence": list(HOMES.values()), "code_iris": "I1"})
    places = places.assign(bailleur="?", code_insee="93010", code_qpv=None, situation="hors QPV").astype("str")
    counted = count(survey(silent), places, pd.DataFrame({"id_adresse": texts([]), "id": texts([])}), NO_RENT)
    assert shown(counted, "residences", "inf40")["r1", 2022]
    assert not shown(counted, "residences", "chomage")["r1", 2022]


def test_a_landlord_and_a_group_take_out_what_they_know():
    """A changed on 60 dwellings and F on 8, the rest is given again: A reads the eight of F."""
    later = {**FIRST, "a": FIRST["a"] + 2, "f": FIRST["f"] + 2}
    assert not shown(town(FIRST, later, landlords="ABCDEF"), "iris")["I1", 2022]
    both = {**later, "b": FIRST["b"] + 2}
    assert shown(town(FIRST, both, landlords="ABCDEF"), "iris")["I1", 2022], (
        "two landlords of 60 and 50 hide each other and the eight"
    )
    assert not shown(town(FIRST, both, landlords="ABCDEF"), "iris", groups={"G": ["A", "B"]})["I1", 2022]


def test_an_address_that_never_answered_hides_no_small_change():
    blank = {"menages": None, "menages_ressources_connues": None, "menages_inf40_plus": None,
             "majeurs_activite_connue": None, "majeurs_chomeurs": None}  # fmt: skip
    rows = [row(name, year, FIRST[name] + (2 if year == 2022 and name == "c" else 0))
            for year in (2020, 2022) for name in TOWN]  # fmt: skip
    rows = [{**one, **blank, "nb_logements": 60.0 + (one["campagne"] == 2022)} if one["id_adresse"] == "a" else one
            for one in rows]  # fmt: skip
    places = pd.DataFrame({"id_adresse": list(TOWN), "id_residence": list(HOMES.values()), "code_iris": "I1"})
    places = places.assign(bailleur="?", code_insee="93010", code_qpv=None, situation="hors QPV").astype("str")
    counted = count(survey(rows), places, pd.DataFrame({"id_adresse": texts([]), "id": texts([])}), NO_RENT)
    assert not shown(counted, "residences")["r1", 2022]


# Two lists of quarters


def two_lists(moved: str):
    """Put d and e in the quarter of 2015; today's has one address more, or one less."""
    old = set("de")
    new = old ^ {moved}
    first = texts(["QP1" if name in old else None for name in TOWN])
    return town(
        FIRST,
        OTHERWISE,
        quarters=dict.fromkeys(sorted(new), "QN1"),
        code_qpv=texts(["QN1" if name in new else None for name in TOWN]),
        situation=texts(["QPV" if name in new else "hors QPV" for name in TOWN]),
        code_qpv_avant=first,
        situation_avant=first.map({"QP1": "QPV"}).fillna("hors QPV").astype("str"),
        liste_jusqua=2021,
    )


@pytest.mark.parametrize("moved", ["f", "c"])
def test_two_perimeters_that_differ_by_eight_dwellings_are_not_both_shown(moved):
    counted = two_lists(moved)
    now, then = shown(counted, "quartiers"), shown(counted, "quartiers_avant")
    assert set(then) == {("QP1", 2020)}, "the earlier list exists at its campaigns alone"
    assert not (now["QN1", 2020] and then["QP1", 2020])
    assert now["QN1", 2020], "today's perimeter is kept first"


def test_two_perimeters_that_differ_by_sixty_dwellings_are_both_shown():
    counted = two_lists("a")
    assert shown(counted, "quartiers")["QN1", 2020] and shown(counted, "quartiers_avant")["QP1", 2020]
    open_ = shown(counted, "situations_epoque")
    assert open_["QPV", 2020] and open_["QPV", 2022]


def test_the_situation_of_the_time_moved_by_eight_dwellings_is_withheld_the_year_after():
    open_ = shown(two_lists("f"), "situations_epoque")
    assert not open_["QPV", 2022] and not open_["hors QPV", 2022]


def test_each_list_counts_at_its_own_campaigns():
    units = two_lists("a").units
    sizes = units["situations_epoque"].set_index(["id", "campagne"])["nb_logements"].to_dict()
    assert sizes == {("QPV", 2020): 110, ("hors QPV", 2020): 126, ("QPV", 2022): 170, ("hors QPV", 2022): 66}
    constant = units["situations"].set_index(["id", "campagne"])["nb_logements"].to_dict()
    assert constant == {("QPV", 2020): 170, ("hors QPV", 2020): 66, ("QPV", 2022): 170, ("hors QPV", 2022): 66}
    assert units["quartiers_avant"]["nb_logements"].tolist() == [110]


def test_a_territory_of_one_list_has_no_unit_of_the_time():
    assert not {"quartiers_avant", "situations_epoque"} & set(town(FIRST, OTHERWISE).units)
