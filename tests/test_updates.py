"""What landlords send between two surveys: read, brought to whole residences, in no total, and never a way in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from atlas.audit.spans import derivable
from atlas.count import count
from atlas.errors import AtlasError
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.protect import opened
from atlas.sources import read_sources, updated
from atlas.sources import updates as reasons
from atlas.tables.updates import KIND, UPDATE, UPDATED_ON
from atlas.territory import read_territory
from tests.stage_factory import SCALE, SECRECY, survey, texts
from tests.test_broken import FOLDER
from tests.test_masks_campaigns import NO_RENT

HOMES = {"a": "r1", "b": "r1", "c": "r1", "d": "r2", "e": "r2"}
SIZES = {"a": 60.0, "b": 50.0, "c": 30.0, "d": 70.0, "e": 40.0}
ADDRESSES = pd.DataFrame({"id_adresse": list(HOMES), "id_residence": list(HOMES.values()), "code_iris": "I1"})
ADDRESSES = ADDRESSES.assign(bailleur="?", code_insee="93010", code_qpv=None, situation="hors QPV").astype("str")
NO_QUARTER = pd.DataFrame({"id_adresse": texts([]), "id": texts([])})


def answer(name: str, year: int, poor: float, size: float | None = None, **more: object) -> dict[str, object]:
    size = SIZES[name] if size is None else size
    told = {"menages": size, "menages_ressources_connues": size, "menages_inf40_plus": poor}
    return {"id_adresse": name, "campagne": year, "nb_logements": size, "bailleur": "V", **told, **more}


def surveyed(rows: list[dict[str, object]]) -> pd.DataFrame:
    table = survey(rows)
    return table.assign(code_adresse=table["id_adresse"])


def sent(rows: list[dict[str, object]], day: str = "2023-09-30") -> pd.DataFrame:
    return survey(rows).assign(**{UPDATED_ON: day})


SURVEY = surveyed([answer(name, year, 5 + (year == 2022)) for year in (2020, 2022) for name in HOMES])


# From files to residences


def brought(rows: list[dict[str, object]], day: str = "2023-09-30", table: pd.DataFrame = SURVEY):
    """Give the updates kept by residence, and the reason of each address set aside."""
    answers, aside = updated(table, sent(rows, day), ADDRESSES)
    kept = answers.dropna(subset=UPDATE) if UPDATE in answers else answers.iloc[:0]
    assert len(answers) == len(table) + len(kept) and len(kept) + len(aside) == len(rows), "nothing is lost"
    return set(kept.get(UPDATE, [])), dict(zip(aside["id_adresse"], aside["motif"], strict=True))


WHOLE = [answer(name, 2023, 9) for name in "abc"]


def test_a_residence_sent_whole_is_updated():
    assert brought(WHOLE) == ({"r1 (2023)"}, {})


def test_nothing_sent_leaves_the_survey_as_it_is():
    answers, aside = updated(SURVEY, SURVEY.iloc[:0], ADDRESSES)
    assert answers is SURVEY and not len(aside)


def test_a_residence_of_which_an_address_is_forgotten_waits_and_says_so():
    assert brought(WHOLE[:2]) == (set(), dict.fromkeys("ab", reasons.PARTLY))


def test_an_address_that_the_survey_does_not_know_waits_without_its_neighbours():
    assert brought([*WHOLE, answer("z", 2023, 1, 12)]) == ({"r1 (2023)"}, {"z": reasons.UNKNOWN})


def test_an_address_delivered_since_makes_its_residence_no_longer_whole_at_the_next_survey():
    """Known in 2024 alone, it is unknown to what was sent in 2023: the residence of 2022 is whole without it."""
    later = pd.concat([SURVEY, surveyed([answer(name, 2024, 6) for name in HOMES])], ignore_index=True)
    before = later[~((later["id_adresse"] == "c") & (later["campagne"] < 2024))].reset_index(drop=True)
    assert brought(WHOLE[:2], table=before) == ({"r1 (2023)"}, {})
    assert brought(WHOLE, table=before) == ({"r1 (2023)"}, {"c": reasons.UNKNOWN})


def test_an_address_in_another_commune_is_not_that_of_the_survey():
    wrong = [*WHOLE[:2], answer("c", 2023, 9, code_insee="93014")]
    assert brought(wrong)[1] == {"a": reasons.PARTLY, "b": reasons.PARTLY, "c": reasons.ELSEWHERE}


def test_who_bought_a_residence_updates_it_and_two_landlords_do_not():
    bought = [answer(name, 2023, 9, bailleur="W") for name in "abc"]
    assert brought(bought) == ({"r1 (2023)"}, {})
    mixed = [*bought[:2], WHOLE[2]]
    assert brought(mixed) == (set(), dict.fromkeys("abc", reasons.SHARED))


def test_an_identifier_that_two_landlords_share_is_that_of_the_sender():
    both = pd.concat([SURVEY, surveyed([answer("a", 2022, 3, 12, bailleur="W")])], ignore_index=True)
    both.loc[len(both) - 1, "id_adresse"] = "a (w)"
    assert brought(WHOLE, table=both) == ({"r1 (2023)"}, {})
    assert brought([{**one, "bailleur": "X"} for one in WHOLE], table=both)[1]["a"] == reasons.TWICE


def test_two_days_of_one_year_do_not_make_one_update():
    rows = pd.concat([sent(WHOLE[:2]), sent(WHOLE[2:], "2023-12-31")], ignore_index=True)
    assert set(updated(SURVEY, rows, ADDRESSES)[1]["motif"]) == {reasons.SEVERAL}


def test_each_year_is_read_beside_the_survey_before_it():
    rows = pd.concat([sent([answer(name, 2021, 4) for name in "abc"], "2021-06-30"), sent(WHOLE)], ignore_index=True)
    answers, _ = updated(SURVEY, rows, ADDRESSES)
    assert set(answers[UPDATE].dropna()) == {"r1 (2021)", "r1 (2023)"}


# In no total


def counted(rows: list[dict[str, object]], table: pd.DataFrame = SURVEY):
    answers, _ = updated(table, sent(rows), ADDRESSES)
    return count(answers, ADDRESSES, NO_QUARTER, NO_RENT)


def test_what_was_sent_is_in_no_total_of_a_survey():
    without, with_it = counted([]), counted(WHOLE)
    assert set(with_it.units) - set(without.units) == {KIND}
    for kind, table in without.units.items():
        pd.testing.assert_frame_equal(with_it.units[kind], table)
    own = with_it.units[KIND]
    assert own[["id", "campagne", "nb_logements", "n_inf40", "d_inf40"]].to_numpy().tolist() == [
        ["r1 (2023)", 2023, 140, 27, 140]
    ]


# Never a way in


def shown(found, kind: str, code: str | None = None) -> dict[str, bool]:
    opening, table = opened(found, SECRECY, SCALE).openings[kind], found.units[kind]
    flags = opening.rows if code is None else opening.rates[code]
    return dict(zip(table["id"] + " " + table["campagne"].astype(str), flags.tolist(), strict=True))


def test_answers_sent_otherwise_are_shown_and_withhold_nothing():
    open_ = shown(counted(WHOLE), KIND)
    assert open_ == {"r1 (2023) 2023": True}
    assert all(shown(counted(WHOLE), "residences").values())


def test_a_small_residence_is_masked_in_an_update_too():
    small = surveyed([answer(name, 2022, 3, 9 if name in "de" else None) for name in HOMES])
    few = [answer("d", 2023, 2, 5), answer("e", 2023, 2, 4)]
    assert shown(counted(few, small), KIND) == {"r2 (2023) 2023": False}


def test_what_a_survey_masks_is_not_told_by_the_same_answers_sent_again():
    """r2 has eight dwellings: r1 is masked to protect it in its IRIS; sent again as it was, it would give the eight."""
    town = surveyed([answer(name, 2022, 6, {"d": 5.0, "e": 3.0}.get(name)) for name in HOMES])
    assert not shown(counted([], town), "residences")["r1 2022"]
    again = [answer(name, 2023, 6) for name in "abc"]
    assert shown(counted(again, town), KIND) == {"r1 (2023) 2023": False}
    assert shown(counted([answer(name, 2023, 8) for name in "abc"], town), KIND) == {"r1 (2023) 2023": True}


@pytest.mark.parametrize("later", [False, True])
def test_answers_sent_again_but_for_eight_dwellings_are_not_subtracted(later):
    """a and b answered the same: between the survey and the update, the eight of c alone differ."""
    rows = [answer(name, 2022, 6, 8 if name == "c" else None) for name in HOMES]
    rows += [answer(name, 2024, 1, 8 if name == "c" else None) for name in HOMES] if later else []
    update = [answer(name, 2023, 6 + (name == "c") * -3, 8 if name == "c" else None) for name in "abc"]
    open_ = shown(counted(update, surveyed(rows)), KIND)
    assert open_ == {"r1 (2023) 2023": False}
    if later:  # and between the update and the survey after it
        rows = [one | ({"menages_inf40_plus": 6} if one["campagne"] == 2024 and one["id_adresse"] in "ab" else {})
                for one in rows]  # fmt: skip
        rows = [one | ({"menages_inf40_plus": 1} if one["campagne"] == 2022 else {}) for one in rows]
        found = counted(update, surveyed(rows))
        assert shown(found, KIND) == {"r1 (2023) 2023": True}, "it came first"
        assert not shown(found, "residences")["r1 2024"]


def test_two_updates_of_one_residence_are_compared_as_well():
    rows = [answer(name, 2022, 1, 8 if name == "c" else None) for name in HOMES]
    first = [answer(name, 2023, 6, 8 if name == "c" else None) for name in "abc"]
    second = [answer(name, 2025, 6 - (name == "c"), 8 if name == "c" else None) for name in "abc"]
    both = pd.concat([sent(first), sent(second, "2025-01-31")], ignore_index=True)
    answers, _ = updated(surveyed(rows), both, ADDRESSES)
    found = count(answers, ADDRESSES, NO_QUARTER, NO_RENT)
    assert shown(found, KIND) == {"r1 (2023) 2023": True, "r1 (2025) 2025": False}


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 4, 6])
def test_no_figures_of_surveys_and_updates_together_give_a_small_group(seed):
    """Random towns, two landlords that send what they hold between surveys: attacked over who answered what."""
    draw = np.random.default_rng(seed)
    names = [f"a{rank}" for rank in range(14)]
    homes = {name: f"r{draw.integers(0, 4)}" for name in names}
    holder = {home: str(draw.choice(["V", "V", "W"])) for home in sorted(set(homes.values()))}
    state = {name: (float(draw.choice([4, 7, 9, 15, 30])), float(draw.integers(0, 5))) for name in names}
    rows, between, labels, knows = [], [], {}, {"": set(), "V": set(), "W": set()}
    for year in (2018, 2019, 2020, 2021, 2022, 2023):
        senders = {"V", "W"} if year % 2 == 0 else {str(draw.choice(["V", "W"]))}
        for name in names:
            if draw.random() < 0.3:
                state[name] = float(draw.choice([4, 7, 9, 15, 30])), state[name][1] + 10
            who = holder[homes[name]]
            if who in senders:
                size, poor = state[name][0], min(state[name])
                (between if year % 2 else rows).append(answer(name, year, poor, size, bailleur=who))
                labels[year, name] = (name, size, poor)
                knows[who].add(labels[year, name])
    places = pd.DataFrame({"id_adresse": names, "id_residence": [homes[one] for one in names]})
    places = places.assign(code_iris=[f"I{one}" for one in draw.integers(0, 2, 14)], bailleur="?", code_insee="93010")
    places = places.assign(code_qpv=None, situation="hors QPV").astype("str")
    told = sent(between).assign(**{UPDATED_ON: [f"{one['campagne']}-06-30" for one in between]})
    answers, aside = updated(surveyed(rows), told, places)
    assert not len(aside)
    found = count(answers, places, NO_QUARTER, NO_RENT)
    openings = opened(found, SECRECY, SCALE).openings
    totals, updates = set(), 0
    for kind, opening in openings.items():
        members = found.membership[kind].toarray() > 0
        for row, open_ in enumerate(opening.rates["inf40"]):
            if open_ and opening.rows[row]:
                inside = found.atoms.loc[members[row], ["campagne", "id_adresse"]]
                totals.add(frozenset(labels[year, name] for year, name in inside.itertuples(index=False)))
                updates += kind == KIND
    sizes = {label: int(label[1]) for label in labels.values()}
    assert updates, "some update is shown"
    for reader, known in knows.items():
        unknown = {label: weight for label, weight in sizes.items() if label not in known}
        assert not derivable(totals, unknown, 11), reader


# What the territory file says

BASE = pd.read_csv(FOLDER / "base" / "ops.csv", sep=";", dtype=str)
HEAD = '[territoire]\nnom = "T"\ncampagnes = [{}]\n[[sources.ops]]\nfichiers = ["ops.csv"]\n'
BLOCK = '[[sources.ops]]\nfichiers = ["entre.csv"]\nactualisation = {}\n'


def territory(folder: Path, block: str, campaigns: str = "2022") -> Path:
    BASE.to_csv(folder / "ops.csv", sep=";", index=False)
    BASE.drop(columns="campagne").to_csv(folder / "entre.csv", sep=";", index=False)
    (folder / "t.toml").write_text(HEAD.format(campaigns) + block, "utf-8")
    return folder / "t.toml"


def test_a_dated_block_is_read_apart_from_the_survey(tmp_path):
    file = territory(tmp_path, BLOCK.format("2023-09-30"))
    inputs = read_sources(read_territory(file), read_parameters(), Ledger())
    assert inputs.ops["campagne"].tolist() == [2022] * len(BASE)
    assert set(inputs.updates["campagne"]) == {2023} and set(inputs.updates[UPDATED_ON]) == {"2023-09-30"}
    assert "entre.csv : actualisation de 2023 pour toutes ses lignes, hors de toute campagne." in inputs.remarks


def test_rows_that_say_another_year_than_the_update_are_refused(tmp_path):
    file = territory(tmp_path, BLOCK.format("2023-09-30"))
    BASE.to_csv(tmp_path / "entre.csv", sep=";", index=False)
    with pytest.raises(AtlasError) as caught:
        read_sources(read_territory(file), read_parameters(), Ledger())
    (fault,) = caught.value.faults
    assert fault.code == "OPS-CAMPAGNE-CONTREDITE" and "actualisation = 2023" in fault.what


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (BLOCK.format("2022-09-30"), "année d’une enquête"),
        (BLOCK.format("2021-09-30"), "avant la première enquête"),
        (BLOCK.format("2023-09-30") + "campagne = 2022\n", "dit aussi campagne = 2022"),
        (BLOCK.format("2023-09-30") + 'grain = "menage"\n', "dit aussi grain = menage"),
    ],
)
def test_a_day_that_is_not_between_two_surveys_is_refused(tmp_path, block, said):
    with pytest.raises(AtlasError) as caught:
        read_territory(territory(tmp_path, block))
    (fault,) = caught.value.faults
    assert fault.code == "TERR-ACTUALISATION" and said in fault.what


def test_rows_of_an_odd_year_without_a_dated_block_say_what_to_write(tmp_path):
    file = territory(tmp_path, '[[sources.ops]]\nfichiers = ["entre.csv"]\ncampagne = 2023\n')
    with pytest.raises(AtlasError) as caught:
        read_sources(read_territory(file), read_parameters(), Ledger())
    assert any("avec actualisation = AAAA-MM-JJ" in fault.remedy for fault in caught.value.faults)
