"""Residences: the precedence, the odd inputs that real files hold, names and identifiers that last."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pandas as pd
import pytest

from atlas.group import ALONE, CHAIN, DECLARED, HIGH, LOW, MEDIUM, PROGRAMME, UNKNOWN_LANDLORD, GroupRules, group
from tests.stage_factory import entrances

RULES = GroupRules(touching=50, programme=150, diameter=400)


def grouped(rows: list[dict[str, object]], **common: object) -> pd.DataFrame:
    return group(entrances(rows, **common), RULES).set_index("id_adresse", drop=False)


def at(*places: tuple[float, float], **common: object) -> list[dict[str, object]]:
    return [{"x": float(x), "y": float(y), **common} for x, y in places]


def parts(table: pd.DataFrame) -> set[frozenset[str]]:
    """The grouping itself: sets of addresses."""
    return {frozenset(rows["id_adresse"]) for _, rows in table.groupby("id_residence")}


def sizes(table: pd.DataFrame) -> list[int]:
    return sorted(map(len, parts(table)))


# Precedence


def test_a_declaration_comes_before_a_name_and_a_name_before_nearness():
    rows = [
        *at((0, 0), (10, 0), id_residence="R1", nom_residence="Les Lilas"),
        *at((20, 0), (30, 0), nom_residence="Les Lilas"),
        *at((40, 0), (50, 0)),
    ]
    table = grouped(rows)
    assert sizes(table) == [2, 2, 2]
    assert table["methode_groupe"].tolist() == [DECLARED] * 2 + [PROGRAMME] * 2 + [CHAIN] * 2
    assert table["confiance"].tolist() == [HIGH] * 4 + [MEDIUM] * 2
    assert table["id_residence"].tolist()[:2] == ["R1", "R1"]


def test_distances_are_held_at_their_very_value():
    assert sizes(grouped(at((0, 0), (50, 0)))) == [2]
    assert sizes(grouped(at((0, 0), (50.001, 0)))) == [1, 1]
    assert sizes(grouped(at((0, 0), (0, 150), nom_residence="A"))) == [2]
    assert sizes(grouped(at((0, 0), (0, 150.001), nom_residence="A"))) == [1, 1]


def test_a_declared_residence_keeps_its_addresses_however_far_and_without_a_point():
    rows = [*at((0, 0), (9000, 0), id_residence="R1"), {"id_residence": "R1"}]
    table = grouped(rows)
    assert sizes(table) == [3]
    assert set(table["confiance"]) == {HIGH}


def test_spellings_of_one_programme_are_one_name():
    names = ["RES. HANNAH ARENDT", "Résidence Hannah-Arendt", "hannah  arendt", "RÉSID. HANNAH ARENDT"]
    table = grouped(
        [{**row, "nom_residence": name} for row, name in zip(at(*[(100 * i, 0) for i in range(4)]), names, strict=True)]
    )
    assert sizes(table) == [4]


def test_neighbours_of_two_programmes_stay_apart():
    rows = [*at((0, 0), (10, 0), nom_residence="Les Lilas"), *at((20, 0), (30, 0), nom_residence="Les Roses")]
    assert sizes(grouped(rows)) == [2, 2]


# Never across landlords


@pytest.mark.parametrize("common", [{}, {"nom_residence": "Les Lilas"}, {"id_residence": "R1"}])
def test_two_landlords_never_share_a_residence(common):
    rows = [{**row, "bailleur": f"B{i % 2}"} for i, row in enumerate(at((0, 0), (0, 0), (5, 0), (5, 0), **common))]
    table = grouped(rows)
    assert sizes(table) == [2, 2]
    assert (table.groupby("id_residence")["bailleur"].nunique() == 1).all()


def test_the_same_declared_identifier_at_two_landlords_names_two_residences():
    rows = [{**row, "bailleur": f"B{i % 2}"} for i, row in enumerate(at((0, 0), (1, 0), (2, 0), (3, 0)))]
    table = grouped(rows, id_residence="R1")
    assert table["id_residence"].nunique() == 2
    assert set(table["methode_groupe"]) == {DECLARED}


def test_an_unknown_landlord_never_gives_a_sure_group():
    rows = [*at((0, 0), (10, 0)), *at((500, 0), (520, 0), nom_residence="Les Lilas"), {"nom_residence": "Les Lilas"}]
    table = grouped(rows, bailleur=UNKNOWN_LANDLORD)
    together = table[table.groupby("id_residence")["id_residence"].transform("size") > 1]
    assert len(together) == 4
    assert set(together["confiance"]) == {LOW}
    assert table["confiance"].tolist()[-1] == MEDIUM
    # Without a landlord nor a point nothing says that two addresses belong together.
    assert sizes(grouped([{"nom_residence": "Les Lilas"}] * 2, bailleur=UNKNOWN_LANDLORD)) == [1, 1]


# The diameter cap


def diameter(table: pd.DataFrame) -> float:
    xy = table[["x", "y"]].to_numpy()
    return float(np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)).max())


def test_a_name_that_spans_a_quarter_is_not_a_residence():
    # Four blocks of the same "programme", 140 m from one another: the name is a quarter's.
    rows = [
        {**place, "nom_residence": "QUARTIER NOUE CAILLET"}
        for block in range(4)
        for place in at(*[(140 * block + dx, dy) for dx in (0, 20) for dy in (0, 20)])
    ]
    table = grouped(rows)
    assert sizes(table) == [4, 4, 4, 4]
    assert set(table["methode_groupe"]) == {CHAIN}
    assert set(table["confiance"]) == {MEDIUM}


def test_addresses_of_a_quarter_name_without_a_point_stay_alone():
    rows = [*at((0, 0), (140, 0), (280, 0), (420, 0)), {}, {}]
    table = grouped(rows, nom_residence="QUARTIER NOUE CAILLET")
    assert table["id_residence"].nunique() == len(table)


def test_a_round_programme_within_the_cap_is_one_residence():
    turn = np.linspace(0, 2 * np.pi, 17)[:-1]
    rows = at(*zip(195 * np.cos(turn), 195 * np.sin(turn), strict=True), nom_residence="Le Cercle")
    table = grouped(rows)
    assert diameter(table) <= 400
    assert sizes(table) == [16]


def test_a_long_chain_is_cut_into_pieces_that_fit():
    table = grouped(at(*[(45 * i, 0) for i in range(60)]))
    assert all(diameter(part) <= 400 for _, part in table.groupby("id_residence"))
    assert len(parts(table)) <= 14  # 2,655 m: seven pieces at best
    for _, part in table.groupby("id_residence"):
        assert part["x"].sort_values().diff().max() == 45, "a piece is made of neighbours"


def test_a_chain_of_thousands_of_houses_does_not_hold_every_pair_of_them():
    """A mining town: one landlord, a house every 20 metres over three kilometres."""
    rows = entrances(at(*[(20 * i, 20 * j) for i in range(150) for j in range(40)]))
    tracemalloc.start()
    table = group(rows, RULES)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 80e6, "six thousand spots make 144 MB of pairs"
    assert all(diameter(part) <= 400 for _, part in table.groupby("id_residence"))
    assert table["id_residence"].nunique() < 80


# Odd inputs


def test_a_thousand_addresses_on_one_spot_are_one_residence():
    table = grouped(at(*[(0, 0)] * 1000))
    assert sizes(table) == [1000]


def test_a_thousand_addresses_on_one_spot_in_a_chain_that_is_cut():
    table = grouped(at(*[(0, 0)] * 1000, *[(45.0 * i, 0) for i in range(1, 30)]))
    assert table[table["x"] == 0]["id_residence"].nunique() == 1


def test_numeric_programme_names_group_their_own_and_give_no_name():
    rows = [*at((0, 0), (100, 0), nom_residence="0042"), *at((10, 0), (110, 0), nom_residence="0043")]
    table = grouped([{**row, "adresse_affichee": f"{i} rue A"} for i, row in enumerate(rows)])
    assert sizes(table) == [2, 2]
    assert set(table["confiance"]) == {MEDIUM}
    assert table["nom_residence"].tolist() == ["0 rue A"] * 2 + ["2 rue A"] * 2


@pytest.mark.parametrize("blank", ["", " ", "-", "...", None])
def test_blank_names_say_nothing(blank):
    table = grouped(at((0, 0), (140, 0), nom_residence=blank))
    assert sizes(table) == [1, 1]
    assert table["nom_residence"].tolist() == ["1 rue A", "1 rue A"]


def test_unplaced_addresses_group_by_landlord_name_and_commune_only():
    rows = [
        *[{"nom_residence": "Les Lilas"}] * 2,
        {"nom_residence": "Les Lilas", "code_insee": "93014"},
        {"nom_residence": "Les Lilas", "bailleur": "Autre"},
        *[{}] * 2,
    ]
    table = grouped(rows)
    assert sizes(table) == [1, 1, 1, 1, 2]
    assert table["confiance"].tolist() == [LOW, LOW, MEDIUM, MEDIUM, MEDIUM, MEDIUM]


def test_one_coordinate_is_no_point():
    table = grouped([{"x": 0.0}, {"x": 0.0}, {"y": 0.0}])
    assert sizes(table) == [1, 1, 1]


@pytest.mark.parametrize("rows", [[], [{}], at((0, 0))])
def test_none_or_one_address(rows):
    table = grouped(rows)
    assert len(table) == len(rows)
    assert set(table["methode_groupe"]) <= {ALONE}


def test_an_address_alone_is_sure_where_it_has_a_point():
    table = grouped([*at((0, 0)), {}])
    assert table["confiance"].tolist() == [HIGH, MEDIUM]


def test_the_name_shown_is_that_of_most_dwellings():
    rows = [
        {**row, "nom_residence": name, "nb_logements": weight, "id_residence": "R1"}
        for row, name, weight in zip(at(*[(0, 0)] * 4), ["Aa", "Bb", "Bb", None], [10.0, 6.0, 5.0, 50.0], strict=True)
    ]
    assert set(grouped(rows)["nom_residence"]) == {"Bb"}


# Identifiers


def town(seed: int = 5, size: int = 300) -> pd.DataFrame:
    """Addresses of three landlords with every oddity at once."""
    rng = np.random.default_rng(seed)
    names = np.array(["Les Lilas", "LES LILAS", "12", "", "Quartier Nord", None, None, None], dtype=object)
    rows = [
        {
            "x": float(x),
            "y": float(y),
            "bailleur": f"B{rng.integers(3)}",
            "nom_residence": rng.choice(names),
            "id_residence": f"R{rng.integers(20)}" if rng.random() < 0.1 else None,
            "premiere_campagne": int(rng.choice([2018, 2020, 2022])),
            "nb_logements": float(rng.integers(1, 60)),
        }
        for x, y in rng.integers(0, 1500, (size, 2))
    ]
    for row in rows[:20]:
        row["x"] = np.nan
    return entrances(rows)


def test_one_identifier_is_one_group_and_one_landlord():
    table = group(town(), RULES)
    assert (table.groupby("id_residence")["bailleur"].nunique() == 1).all()
    for column in ("methode_groupe", "confiance", "nom_residence"):
        assert (table.groupby("id_residence")[column].nunique() == 1).all(), column


def test_shuffled_rows_give_the_same_residences_under_the_same_identifiers():
    addresses = town()
    first = group(addresses, RULES)
    for seed in range(5):
        again = group(addresses.sample(frac=1, random_state=seed), RULES)
        pd.testing.assert_frame_equal(again.loc[addresses.index], first)


def test_the_rows_come_back_in_their_order_and_nothing_else_changes():
    addresses = town().sample(frac=1, random_state=1)
    before = addresses.copy()
    table = group(addresses, RULES)
    assert table.index.equals(addresses.index)
    same = [name for name in addresses if name not in ("id_residence", "nom_residence")]
    pd.testing.assert_frame_equal(table[same], addresses[same])
    pd.testing.assert_frame_equal(addresses, before)


def test_a_new_address_of_a_later_survey_keeps_the_identifier():
    old = at((0, 0), (20, 0))
    first = grouped(old)["id_residence"].iloc[0]
    newer = [*old, {**at((40, 0))[0], "id_adresse": "a-before-all", "premiere_campagne": 2022}]
    assert set(grouped(newer)["id_residence"]) == {first}


def test_a_landlord_that_changes_its_name_keeps_its_residences():
    rows = at((0, 0), (20, 0))
    first = grouped(rows, bailleur="OPH de Bondy")["id_residence"].tolist()
    assert grouped(rows, bailleur="Est Ensemble Habitat")["id_residence"].tolist() == first


def test_a_later_campaign_that_repeats_every_address_changes_no_identifier():
    addresses = town()
    first = group(addresses, RULES).set_index("id_adresse")["id_residence"]
    later = addresses.assign(nb_logements=addresses["nb_logements"] + 1)
    assert group(later, RULES).set_index("id_adresse")["id_residence"].equals(first)


def test_a_partial_correction_fed_back_never_merges_two_residences():
    rows = at((0, 0), (20, 0), (40, 0))
    found = grouped(rows)
    assert sizes(found) == [3]
    # The planner gives back two of the three rows, under the identifier that the atlas had written.
    fed_back = [rows[0], *({**row, "id_residence": found["id_residence"].iloc[0]} for row in rows[1:])]
    table = grouped(fed_back)
    assert sizes(table) == [1, 2]


def test_the_groups_found_fed_back_whole_are_found_again():
    addresses = town()
    found = group(addresses, RULES)
    again = group(addresses.assign(id_residence=found["id_residence"]), RULES)
    assert again["id_residence"].equals(found["id_residence"])
    assert set(again["methode_groupe"]) == {DECLARED}
