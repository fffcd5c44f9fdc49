"""Where an address lies: IRIS, commune, quarters, situation; what is refused, what is only said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from atlas.errors import AtlasError
from atlas.place import PlaceRules, place
from atlas.tables.lists import of_the_year
from tests.stage_factory import CORNER, entrances, iris_squares, qpv_squares, texts, zone_squares

RULES = PlaceRules(outside=20, shift=150)
IRIS = iris_squares({"930100101": (0, 0, 100), "930100102": (100, 0, 100), "930140101": (0, 100, 100)})


def points(*places: tuple[float, float] | None, **columns: object) -> pd.DataFrame:
    rows = [{} if p is None else {"x": CORNER[0] + p[0], "y": CORNER[1] + p[1]} for p in places]
    table = entrances(rows)
    declared = columns.pop("en_qpv_declare", [None] * len(places))
    return table.assign(en_qpv_declare=texts(declared), **columns)


def test_each_address_gets_the_iris_and_the_commune_of_its_point():
    placed = place(points((50, 50), (150, 50), (50, 150)), IRIS, None, None, RULES)
    assert placed.addresses["code_iris"].tolist() == ["930100101", "930100102", "930140101"]
    assert placed.addresses["code_insee"].tolist() == ["93010", "93010", "93014"]
    assert len(placed.unplaced) == 0
    assert "1 adresses tombent hors de la commune" in " ".join(placed.remarks)


def test_a_polygon_holds_its_border_and_the_smallest_code_wins_on_a_shared_one():
    on_borders = [(0, 0), (0, 50), (100, 50), (100, 100), (50, 100), (200, 100), (0, 200)]
    expected = ["930100101"] * 5 + ["930100102", "930140101"]
    for layer in (IRIS, IRIS.iloc[::-1].reset_index(drop=True)):
        placed = place(points(*on_borders), layer, None, None, RULES)
        assert placed.addresses["code_iris"].tolist() == expected


def test_overlapping_zones_of_one_perimeter_give_one_each_and_perimeters_add_up():
    zones = pd.concat(
        [zone_squares("Secteurs", {"S2": (0, 0, 100), "S1": (50, 0, 100)}), zone_squares("Écoles", {"E1": (0, 0, 100)})]
    )
    placed = place(points((75, 50), (25, 50), (125, 50)), IRIS, None, zones, RULES)
    found = placed.quarters.groupby("id_adresse")["id"].agg(sorted).tolist()
    assert found == [["E1", "S1"], ["E1", "S2"], ["S1"]]


def test_the_situation_comes_from_the_point_then_from_the_register_then_says_not_placed():
    qpv = qpv_squares({"QN09301M": (0, 0, 100)})
    qva = zone_squares("qva", {"V1": (50, 0, 100)})
    table = points(
        (25, 50), (75, 50), (125, 50), (190, 50), None, None, None, en_qpv_declare=["non"] * 4 + ["oui", "non", None]
    )
    placed = place(table, IRIS, qpv, qva, RULES).addresses
    assert placed["situation"].tolist() == ["QPV", "QPV", "QVA", "hors QPV", "QPV", "hors QPV", "non placé"]
    assert placed["origine_situation"].tolist()[:6] == ["position"] * 4 + ["déclaration"] * 2
    assert pd.isna(placed["origine_situation"].iloc[6])
    assert placed["code_qpv"].fillna("-").tolist() == ["QN09301M", "QN09301M", "-", "-", "-", "-", "-"]


def test_without_a_qpv_file_a_point_says_nothing_of_the_situation():
    table = points((25, 50), (25, 50), None, en_qpv_declare=["oui", None, "non"])
    placed = place(table, IRIS, None, None, RULES).addresses
    assert placed["situation"].tolist() == ["QPV", "non placé", "hors QPV"]
    assert placed["code_qpv"].isna().all()


def test_a_veille_active_quarter_counts_even_without_a_qpv_file():
    qva = zone_squares("QVA", {"V1": (0, 0, 100)})
    table = points((25, 50), (150, 50), (25, 50), en_qpv_declare=[None, None, "oui"])
    assert place(table, IRIS, None, qva, RULES).addresses["situation"].tolist() == ["QVA", "non placé", "QPV"]


def test_every_address_without_an_iris_is_listed_with_its_reason():
    table = points(*[(50, 50)] * 18, (5000, 50), None)
    half = points((50, 50)).assign(y=np.nan, id_adresse="moitié")
    table = pd.concat([table, half], ignore_index=True)
    placed = place(table, IRIS, None, None, RULES)
    assert dict(zip(placed.unplaced["id_adresse"], placed.unplaced["motif"], strict=True)) == {
        "a0018": "position hors de tout IRIS",
        "a0019": "adresse sans position",
        "moitié": "adresse sans position",
    }
    assert placed.addresses["code_insee"].tolist() == ["93010"] * 21
    assert "1 adresses localisées hors de tout IRIS, dont 0 à moins de 150 m." in placed.remarks


def test_without_iris_every_address_is_listed_and_keeps_its_commune():
    placed = place(points((50, 50), None).assign(code_insee=texts(["75112", "93010"])), None, None, None, RULES)
    assert placed.unplaced["motif"].tolist() == ["aucun fichier IRIS"] * 2
    assert placed.addresses["code_insee"].tolist() == ["75056", "93010"]
    assert placed.addresses["code_iris"].isna().all()


def test_a_datum_shift_is_suspected_when_the_lost_points_are_near():
    with pytest.raises(AtlasError, match=r"PLACE-HORS-IRIS.*\n?.*décalage de datum"):
        place(points((50, 50), (-60, 50), (-70, 20)), IRIS, None, None, RULES)


def test_another_territory_is_refused_with_its_distance():
    with pytest.raises(AtlasError, match=r"PLACE-HORS-IRIS.*100 %.*km en médiane : autre territoire"):
        place(points((9000, 9000), (9500, 9000)), IRIS, None, None, RULES)


def test_the_share_that_refuses_is_the_rule_s():
    table = points(*[(50, 50)] * 8, (5000, 50), (5000, 60))
    with pytest.raises(AtlasError, match="20 % des adresses"):
        place(table, IRIS, None, None, RULES)
    assert len(place(table, IRIS, None, None, PlaceRules(outside=20.1, shift=150)).unplaced) == 2


def test_a_perimeter_without_an_address_is_said_with_the_distance():
    remarks = place(points((50, 50)), IRIS, qpv_squares({"QN09301M": (12345, 0, 100)}), None, RULES).remarks
    assert remarks == (
        "Aucune adresse ne tombe dans le périmètre « QPV » (le plus proche point est à 12 295 m) : "
        "autre territoire, projection fausse ou périmètre réellement vide.",
    )


def test_two_perimeters_that_share_a_code_are_refused():
    zones = pd.concat([zone_squares("Secteurs", {"1": (0, 0, 100)}), zone_squares("Écoles", {"1": (100, 0, 100)})])
    with pytest.raises(AtlasError, match=r"PLACE-CODE-DOUBLE.*« 1 »"):
        place(points((50, 50)), IRIS, None, zones, RULES)


@pytest.mark.parametrize("table", [points(), points(None, None)])
def test_no_point_at_all_is_listed_and_refuses_nothing(table):
    qpv, zones = qpv_squares({"QN09301M": (0, 0, 100)}), zone_squares("QVA", {"V1": (0, 0, 100)})
    placed = place(table, IRIS, qpv, zones, RULES)
    assert len(placed.addresses) == len(placed.unplaced) == len(table)
    assert placed.remarks == ()
    assert list(placed.quarters.columns) == ["id_adresse", "id"] and len(placed.quarters) == 0


def test_rows_keep_their_order_and_their_index_and_inputs_are_left_alone():
    table = points((150, 50), (50, 50), None).set_index(pd.Index([7, 3, 5]))
    before = table.copy()
    placed = place(table, IRIS, qpv_squares({"QN09301M": (0, 0, 100)}), None, RULES).addresses
    assert placed.index.tolist() == [7, 3, 5]
    assert placed["id_adresse"].tolist() == table["id_adresse"].tolist()
    assert placed["code_iris"].fillna("-").tolist() == ["930100102", "930100101", "-"]
    pd.testing.assert_frame_equal(table, before)


def test_the_arrondissements_of_the_iris_become_their_city():
    iris = iris_squares({"751120101": (0, 0, 100)}, "Paris 12e Arrondissement")
    placed = place(points((50, 50)), iris, None, None, RULES).addresses
    assert placed[["code_iris", "code_insee"]].iloc[0].tolist() == ["751120101", "75056"]


def test_addresses_of_a_merged_commune_go_to_the_one_that_holds_it_now_unless_the_districts_still_do():
    here = points(None, None, code_insee=texts(["02695", "02054"]))
    found = place(here, None, None, None, RULES)
    assert found.addresses["code_insee"].tolist() == ["02054", "02054"]
    assert any("02695 → 02054 Bazoches-et-Saint-Thibaut" in remark for remark in found.remarks)
    old = iris_squares({"026950000": (0, 0, 100), "020540000": (100, 0, 100)})
    found = place(here, old, None, None, RULES)
    assert found.addresses["code_insee"].tolist() == ["02695", "02054"] and not found.remarks


def test_no_quarter_at_all_is_not_a_fault():
    found = place(points((50, 50)), IRIS, qpv_squares({}), None, RULES)
    assert found.addresses["situation"].tolist() == ["hors QPV"]


# Several lists of quarters, several vintages of districts

SIDE = 100
TWO_LISTS = pd.concat(
    [
        qpv_squares({"QP093001": (0, 0, SIDE)}).assign(generation=2015),
        qpv_squares({"QN09301M": (50, 0, SIDE)}).assign(generation=2024),
    ],
    ignore_index=True,
)
UNTIL = PlaceRules(outside=20, shift=150, until=(2023, 2024))


def test_the_latest_list_is_today_s_perimeter_and_the_one_before_stands_beside():
    placed = place(points((25, 50), (75, 50), (125, 50), (190, 50)), IRIS, TWO_LISTS, None, UNTIL)
    table = placed.addresses
    assert table["situation"].tolist() == ["hors QPV", "QPV", "QPV", "hors QPV"]
    assert table["situation_avant"].tolist() == ["QPV", "QPV", "hors QPV", "hors QPV"]
    assert table["code_qpv_avant"].fillna("-").tolist() == ["QP093001", "QP093001", "-", "-"]
    assert set(placed.quarters["id"]) == {"QN09301M"}, "the quarters of today's list alone are units of every campaign"
    alone = place(points((25, 50)), IRIS, TWO_LISTS[TWO_LISTS["generation"] == 2024], None, UNTIL)
    assert not {"code_qpv_avant", "situation_avant", "liste_jusqua"} & set(alone.addresses)


def test_the_order_of_lists_in_a_file_says_nothing():
    table = points((25, 50), (75, 50), (125, 50))
    first = place(table, IRIS, TWO_LISTS, None, UNTIL).addresses
    pd.testing.assert_frame_equal(place(table, IRIS, TWO_LISTS.iloc[::-1], None, UNTIL).addresses, first)


def test_watched_quarters_and_what_the_register_declares_serve_both_lists():
    watched = zone_squares("QVA", {"V1": (0, 0, SIDE)})
    table = points((25, 50), None, None, en_qpv_declare=[None, "oui", None])
    found = place(table, IRIS, TWO_LISTS, watched, UNTIL).addresses
    assert found["situation"].tolist() == ["QVA", "QPV", "non placé"]
    assert found["situation_avant"].tolist() == ["QPV", "QPV", "non placé"]


def test_overseas_the_list_before_holds_a_year_more():
    iris = iris_squares({"930100101": (0, 0, 100), "974110101": (100, 0, 100)})
    placed = place(points((75, 50), (125, 50)), iris, TWO_LISTS, None, UNTIL).addresses
    assert placed["liste_jusqua"].tolist() == [2023, 2024]
    then = [of_the_year(placed, np.array([year, year]))["situation_epoque"].tolist() for year in (2023, 2024, 2025)]
    assert then == [["QPV", "hors QPV"], ["QPV", "hors QPV"], ["QPV", "QPV"]]


def test_a_list_without_any_quarter_here_is_a_list_all_the_same():
    years = pd.CategoricalDtype([2015, 2024])
    only = TWO_LISTS[TWO_LISTS["generation"] == 2024].astype({"generation": years})
    found = place(points((75, 50)), IRIS, only, None, UNTIL).addresses
    assert (found["situation"].tolist(), found["situation_avant"].tolist()) == (["QPV"], ["hors QPV"])
    assert found["code_qpv_avant"].isna().all()


def test_earlier_vintages_of_districts_give_codes_beside_today_s():
    before = iris_squares({"930100109": (0, 0, 200)}).assign(millesime=2020)
    both = pd.concat([before, IRIS.assign(millesime=2022)], ignore_index=True)
    found = place(points((50, 50), (150, 50)), both, None, None, RULES).addresses
    assert found["code_iris"].tolist() == ["930100101", "930100102"]
    assert found["code_iris_2020"].tolist() == ["930100109"] * 2
