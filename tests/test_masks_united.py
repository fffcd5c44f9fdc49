"""What masked editions withhold of several campaigns put together: what one masks, another must not tell.

Each town is small enough to say by hand what a reader would subtract; random ones are attacked by elimination.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from atlas.audit.spans import derivable
from atlas.count import count
from atlas.protect import opened
from tests.raid_elimination import lightest
from tests.stage_factory import SCALE, SECRECY, survey, texts
from tests.test_masks import handed_out
from tests.test_masks_campaigns import NO_RENT, shown

GROWN = {"a": 60.0, "b": 50.0, "c": 8.0}


def grown(
    later: dict[str, float], landlords: str = "VVV", years: tuple[int, ...] = (2020, 2022), only: int | None = None
):
    """One residence of 110 dwellings and one of 8 that is of 20 in the last campaign, in one IRIS.

    ``only``: the campaign that is delivered, all by default.
    """
    first = {"a": 7.0, "b": 9.0, "c": 3.0}
    rows = []
    for year in years:
        for (name, size), holder in zip(GROWN.items(), landlords, strict=True):
            last = year == years[-1]
            size = 20.0 if last and name == "c" else size
            poor = later[name] if last else first[name] if year == years[0] else first[name] + 1
            answers = {"menages": size, "menages_ressources_connues": size, "menages_inf40_plus": poor}
            adults = {"majeurs_activite_connue": 2 * size, "majeurs_chomeurs": poor}
            rows.append({"id_adresse": name, "campagne": year, "nb_logements": size, "bailleur": holder})
            rows[-1] |= answers | adults
    places = pd.DataFrame({"id_adresse": list("abc"), "id_residence": ["r1", "r1", "r2"], "code_iris": "I1"})
    places = places.assign(bailleur="?", code_insee="93010", code_qpv=None, situation="hors QPV").astype("str")
    rows = [row for row in rows if only in (None, row["campagne"])]
    return count(survey(rows), places, pd.DataFrame({"id_adresse": texts([]), "id": texts([])}), NO_RENT)


def test_what_one_campaign_masks_is_not_told_by_the_same_answers_of_another():
    """r1 is masked in 2020 for it would give the eight of r2; shown in 2022 with the same answers, it would too."""
    other = shown(grown({"a": 8, "b": 9, "c": 6}), "residences")
    assert other["r1", 2022] and not other["r1", 2020], "answered otherwise, it tells nothing of 2020"
    same = shown(grown({"a": 7, "b": 9, "c": 6}), "residences")
    assert not same["r1", 2020] and not same["r1", 2022]
    assert not shown(grown({"a": 7, "b": 9, "c": 6}), "residences", "inf40")["r1", 2022]


def test_campaigns_that_do_not_follow_each_other_tell_of_one_another_too():
    same = shown(grown({"a": 7, "b": 9, "c": 6}, years=(2018, 2020, 2022)), "residences")
    assert not same["r1", 2022]
    assert shown(grown({"a": 9, "b": 9, "c": 6}, years=(2018, 2020, 2022)), "residences")["r1", 2022]


def test_a_campaign_that_an_earlier_edition_alone_shows_is_not_told_by_another(tmp_path):
    """The edition of 2020 masks r1 beside the eight of r2, and shows their IRIS; r1 answers the same in 2022."""
    first = grown({"a": 7, "b": 9, "c": 6}, only=2020)
    already = [handed_out(first, tmp_path, opened(first, SECRECY, SCALE))]
    for poor, open_ in ((7.0, False), (8.0, True)):
        later = grown({"a": poor, "b": 9, "c": 6}, only=2022)
        assert shown(later, "residences")["r1", 2022]
        assert shown(later, "residences", already=already)["r1", 2022] == open_


def test_a_landlord_gains_nothing_from_its_own_answers_given_again():
    """The eight are of another landlord, who knows them; a reader who holds r1 reads them in any case."""
    same = shown(grown({"a": 7, "b": 9, "c": 6}, "AAB"), "iris")
    assert not same["I1", 2020], "A takes its 110 dwellings out of the 118"


def drawn(seed: int):
    """Draw a town of three campaigns, answers given again more often than not.

    Gives its counts, what each address told at each campaign, what that weighs, and who held it.
    """
    draw = np.random.default_rng(seed)
    names = [f"a{rank}" for rank in range(14)]
    homes, iris = draw.integers(0, 6, 14), draw.integers(0, 2, 14)
    rows, labels, holders = [], {}, {}
    poor = {name: float(draw.integers(0, 5)) for name in names}
    holder = {name: str(draw.choice(["V", "V", "W"])) for name in names}
    size = {name: float(draw.choice([4, 7, 9, 15, 30])) for name in names}
    for year in (2018, 2020, 2022):
        for name in names:
            if draw.random() < 0.3:
                size[name], poor[name] = float(draw.choice([4, 7, 9, 15, 30])), poor[name] + 10
            if draw.random() < 0.1:
                holder[name] = str(draw.choice(["V", "W"]))  # sold, whatever it answers
            one = {"id_adresse": name, "campagne": year, "nb_logements": size[name], "bailleur": holder[name]}
            rows.append(one | {"menages": size[name], "menages_ressources_connues": size[name],
                               "menages_inf40_plus": min(poor[name], size[name])})  # fmt: skip
            labels[year, name] = (name, size[name], min(poor[name], size[name]))
            holders[year, name] = holder[name]
    places = pd.DataFrame({"id_adresse": names, "id_residence": [f"r{one}" for one in homes]})
    places = places.assign(code_iris=[f"I{one}" for one in iris], bailleur="?", code_insee="93010", code_qpv=None)
    places = places.assign(situation="hors QPV").astype("str")
    counted = count(survey(rows), places, pd.DataFrame({"id_adresse": texts([]), "id": texts([])}), NO_RENT)
    return counted, labels, holders


def totals_of(counted, labels: dict, years: set[int]) -> set[frozenset]:
    """Give what is published of some campaigns, as sets of what was told."""
    found = set()
    for kind, opening in opened(counted, SECRECY, SCALE).openings.items():
        members, table = counted.membership[kind].toarray() > 0, counted.units[kind]
        for row, open_ in enumerate(opening.rates["inf40"] & opening.rows):
            if open_ and table["campagne"].iloc[row] in years:
                inside = counted.atoms.loc[members[row], ["campagne", "id_adresse"]]
                found.add(frozenset(labels[year, name] for year, name in inside.itertuples(index=False)))
    return found


def known_to(reader: str, labels: dict, holders: dict, years: set[int]) -> set:
    return {labels[one] for one, holder in holders.items() if holder == reader and one[0] in years}


@pytest.mark.parametrize("seed", range(12))
def test_no_figures_of_any_campaigns_together_give_a_small_group(seed):
    """Random towns, attacked by exact elimination over who answered what."""
    counted, labels, holders = drawn(seed)
    years = {2018, 2020, 2022}
    totals = totals_of(counted, labels, years)
    for reader in ("", "V", "W"):
        known = known_to(reader, labels, holders, years)
        unknown = {label: int(label[1]) for label in labels.values() if label not in known}
        assert totals and not derivable(totals, unknown, 11), reader


@pytest.mark.parametrize("seed", range(12))
def test_no_figures_of_any_campaigns_give_what_changed_in_few_dwellings(seed):
    """The same towns: an address that answered otherwise counts once, for the heaviest of what it told there."""
    counted, labels, holders = drawn(seed)
    years = {2018, 2020, 2022}
    rows = [dict.fromkeys(total, 1) for total in totals_of(counted, labels, years)]
    costs = {one: (one[0], int(one[1])) for one in labels.values()}
    for reader in ("", "V", "W"):
        assert lightest(rows, costs, known_to(reader, labels, holders, years)) is None, reader


# Bounds of several campaigns


@pytest.mark.parametrize("again", [True, False])
def test_bounds_of_two_campaigns_on_the_same_answers_do_not_fix_them_together(again):
    """r, s and t, of nine dwellings, are masked: 21 poor households in 2020, so r has three, and three in 2022.

    Whoever supposes that r answered the same, as when its file is delivered again, knows that it holds three.
    """
    rows = []
    for year, told in ((2020, (3.0, 9.0, 9.0, 20.0)), (2022, (3.0, 0.0, 0.0, 25.0))):
        for name, size, poor in zip("rstx", (9.0, 9.0, 9.0, 60.0), told, strict=True):
            same = again and name == "r"
            answers = {"menages": size, "menages_ressources_connues": size, "menages_inf40_plus": poor}
            adults = {"majeurs_activite_connue": 30.0 if same else year - 1990.0, "majeurs_chomeurs": 8.0}
            rows.append({"id_adresse": name, "campagne": year, "nb_logements": size, "bailleur": "V"})
            rows[-1] |= answers | adults
    places = pd.DataFrame({"id_adresse": list("rstx"), "id_residence": ["R1", "R2", "R3", "R4"], "code_iris": "I1"})
    places = places.assign(bailleur="?", code_insee="93010", code_qpv=None, situation="hors QPV").astype("str")
    counted = count(survey(rows), places, pd.DataFrame({"id_adresse": texts([]), "id": texts([])}), NO_RENT)
    open_ = shown(counted, "iris", "inf40")
    assert [open_["I1", year] for year in (2020, 2022)] == [not again, True]
