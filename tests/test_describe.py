"""Names, identity and geometry of every unit: nothing that was counted, everything that was read."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from atlas.describe import OUTLINE_MARGIN
from atlas.tables import UNITS
from tests.stage_factory import CORNER, CRS, described, entrances, iris_squares, qpv_squares, texts, zone_squares

IRIS = iris_squares({"930100101": (0, 0, 100), "930100102": (100, 0, 100), "930140101": (0, 100, 100)})


def grouped(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Addresses as they come out of the grouping; metres from the corner."""
    table = entrances(
        [{**row, "x": row.get("x", np.nan) + CORNER[0], "y": row.get("y", 0.0) + CORNER[1]} for row in rows]
    )
    given = {
        "id_residence": "R1",
        "nom_residence": "Les Lilas",
        "code_iris": "930100101",
        "code_qpv": None,
        "situation": "hors QPV",
        "commune": "Bondy",
        "methode_groupe": "même programme",
        "confiance": "forte",
    }
    return table.assign(**{name: texts([row.get(name, default) for row in rows]) for name, default in given.items()})


def test_every_kind_of_unit_has_its_columns_and_its_geometry_in_the_legal_projection():
    addresses = grouped([{"x": 50, "y": 50}, {"x": 60, "y": 50, "id_residence": "R2"}])
    found = described(addresses, IRIS, qpv_squares({"QN09301M": (0, 0, 50)}), zone_squares("QVA", {"V1": (50, 0, 50)}))
    assert list(found.units) == [name for name, unit in UNITS.items() if not unit.occasional]
    for name, unit in ((name, UNITS[name]) for name in found.units):
        table = found.units[name]
        expected = ["id", "nom", *unit.identity, *(["geometry"] if unit.geometry else [])]
        assert list(table.columns) == expected, name
        assert table["id"].is_unique and table["id"].is_monotonic_increasing and table["nom"].notna().all(), name
        if unit.geometry:
            assert table.crs == CRS and table.geometry.notna().all(), name


def test_a_polygon_without_a_dwelling_is_described_too():
    found = described(grouped([{"x": 50, "y": 50}]), IRIS, qpv_squares({"QN09301M": (5000, 0, 50)}))
    assert found.units["iris"]["id"].tolist() == ["930100101", "930100102", "930140101"]
    assert found.units["communes"]["id"].tolist() == ["93010", "93014"]
    assert found.units["quartiers"]["id"].tolist() == ["QN09301M"]


def test_communes_are_their_iris_together_and_the_territory_its_communes():
    found = described(grouped([{"x": 50, "y": 50}]), IRIS)
    assert found.units["communes"].geometry.area.tolist() == [20_000, 10_000]
    assert found.units["territoire"].geometry.area.tolist() == [30_000]


def test_a_commune_without_iris_keeps_its_name_without_a_shape():
    addresses = grouped([{"x": 50, "y": 50}, {"code_insee": "93099", "commune": "Ailleurs", "code_iris": None}])
    communes = described(addresses, IRIS).units["communes"].set_index("id")
    assert communes.loc["93099", "nom"] == "Ailleurs"
    assert communes.loc["93099", "geometry"] is None


def test_without_any_polygon_and_any_point_everything_still_has_a_row_and_a_name():
    found = described(grouped([{"code_iris": None, "commune": None}]).assign(x=np.nan, y=np.nan))
    assert found.units["communes"][["id", "nom"]].to_numpy().tolist() == [["93010", "Bondy"]]
    assert len(found.units["iris"]) == len(found.units["quartiers"]) == len(found.outlines) == 0
    for name in ("territoire", "communes", "residences", "adresses"):
        table = found.units[name]
        assert isinstance(table, gpd.GeoDataFrame) and len(table) == 1 and table.geometry.isna().all(), name


def test_no_address_at_all_describes_the_polygons():
    found = described(grouped([{}]).iloc[:0], IRIS)
    assert {name: len(table) for name, table in found.units.items()} == {
        "territoire": 1,
        "situations": 0,
        "communes": 2,
        "quartiers": 0,
        "iris": 3,
        "bailleurs": 0,
        "residences": 0,
        "adresses": 0,
    }


def test_arrondissements_make_their_city_under_its_own_name():
    iris = pd.concat(
        [
            iris_squares({"751010101": (0, 0, 100)}, "Paris 1er Arrondissement"),
            iris_squares({"751120101": (100, 0, 100)}, "Paris 12e Arrondissement"),
        ],
        ignore_index=True,
    )
    addresses = grouped([{"x": 50, "y": 50, "code_insee": "75056", "commune": "Paris 12", "code_iris": "751120101"}])
    communes = described(addresses, iris).units["communes"]
    assert communes[["id", "nom"]].to_numpy().tolist() == [["75056", "Paris"]]
    assert communes.geometry.area.tolist() == [20_000]
    assert described(addresses).units["communes"]["nom"].tolist() == ["Paris"]


# Residences


def test_a_residence_lies_where_most_of_its_dwellings_are():
    rows = [
        {"x": 50, "y": 50, "nb_logements": 10.0, "code_iris": "930100101", "situation": "hors QPV"},
        {"x": 150, "y": 50, "nb_logements": 9.0, "code_iris": "930100102", "situation": "QPV", "code_qpv": "QN1"},
        {"x": 160, "y": 50, "nb_logements": 8.0, "code_iris": "930100102", "situation": "QPV", "code_qpv": "QN1"},
    ]
    for order in ([0, 1, 2], [2, 0, 1]):
        residence = described(grouped([rows[i] for i in order]), IRIS).units["residences"].iloc[0]
        assert residence[["code_iris", "situation", "code_qpv"]].tolist() == ["930100102", "QPV", "QN1"]


def test_equal_halves_are_settled_the_same_way_whatever_the_order():
    rows = [
        {"id_adresse": name, "x": x, "y": 50, "nb_logements": 5.0, "code_iris": iris}
        for name, x, iris in [("a", 50, "930100101"), ("b", 150, "930100102")]
    ]
    found = {described(grouped(order), IRIS).units["residences"].iloc[0]["code_iris"] for order in (rows, rows[::-1])}
    assert len(found) == 1


def test_the_point_of_a_residence_is_one_of_its_addresses_the_nearest_to_its_middle():
    rows = [{"x": x, "y": 0.0} for x in (0, 40, 100, 110)] + [{}]
    table = grouped(rows)
    point = described(table).units["residences"].geometry.iloc[0]
    assert (point.x - CORNER[0], point.y - CORNER[1]) == (40, 0)


def test_a_residence_without_a_point_is_described_without_a_shape():
    addresses = grouped([{"id_residence": "R1"}, {"id_residence": "R2", "x": 50, "y": 50}])
    found = described(addresses)
    assert found.units["residences"].set_index("id").geometry.isna().to_dict() == {"R1": True, "R2": False}
    assert found.outlines["id"].tolist() == ["R2"]


def test_an_outline_holds_its_addresses_with_a_margin():
    rows = [{"x": float(x), "y": float(y)} for x, y in [(0, 0), (80, 0), (80, 60), (10, 10)]]
    rows += [{"x": 500.0, "y": 0.0, "id_residence": "R2"}]
    outlines = described(grouped(rows)).outlines.set_index("id")
    assert outlines.crs == CRS
    first = shapely.MultiPoint([(CORNER[0] + r["x"], CORNER[1] + r["y"]) for r in rows[:4]])
    assert outlines.geometry["R1"].contains(first)
    assert outlines.geometry["R1"].boundary.distance(first) == pytest.approx(OUTLINE_MARGIN, rel=0.03)
    assert outlines.geometry["R2"].area == pytest.approx(np.pi * OUTLINE_MARGIN**2, rel=0.05)


def test_the_order_of_addresses_and_polygons_changes_nothing_and_inputs_are_left_alone():
    rng = np.random.default_rng(2)
    rows = [
        {
            "x": float(rng.integers(0, 200)),
            "y": float(rng.integers(0, 200)),
            "id_residence": f"R{i % 5}",
            "nb_logements": 5.0,
        }
        for i in range(30)
    ]
    addresses, iris, qpv = grouped(rows), IRIS.copy(), qpv_squares({"QN2": (0, 0, 90), "QN1": (90, 0, 90)})
    before = addresses.copy(), iris.copy(), qpv.copy()
    first = described(addresses, iris, qpv)
    for table, copy in zip((addresses, iris, qpv), before, strict=True):
        pd.testing.assert_frame_equal(table, copy)
    again = described(addresses.sample(frac=1, random_state=1), iris.iloc[::-1], qpv.iloc[::-1])
    for name in first.units:
        left, right = first.units[name], again.units[name]
        plain = [column for column in left.columns if column != "geometry"]
        pd.testing.assert_frame_equal(left[plain], right[plain])
        if "geometry" in left:
            assert left.geometry.normalize().geom_equals(right.geometry.normalize()).all(), name
    assert first.outlines.geometry.geom_equals(again.outlines.geometry).all()


def coded(commune: str, **codes: object) -> gpd.GeoDataFrame:
    """Districts of a file that names communes by their code: one divided, one not."""
    table = iris_squares({"674820101": (0, 0, 100), "674820102": (100, 0, 100), f"{commune}0000": (0, 100, 100)})
    return table.assign(commune=table["code_insee"], **codes)


def test_communes_bear_the_name_of_the_official_code_where_files_give_codes():
    addresses = grouped([{"x": 50, "y": 50, "code_insee": "67482", "commune": "67482", "code_iris": "674820101"}])
    found = described(addresses, coded("67447"))
    assert found.units["communes"][["id", "nom"]].to_numpy().tolist() == [
        ["67447", "Schiltigheim"],
        ["67482", "Strasbourg"],
    ]
    # The only district of an undivided commune is the commune.
    assert found.units["iris"]["nom"].tolist() == ["Schiltigheim", "IRIS 674820101", "IRIS 674820102"]


@pytest.mark.parametrize(("given", "name"), [("Fontaine-Basse", "Fontaine-Basse"), ("01901", "01901"), (None, "01901")])
def test_a_commune_unknown_to_the_official_code_keeps_the_name_of_the_files(given, name):
    found = described(grouped([{"x": 50, "y": 50, "code_insee": "01901", "commune": given}]))
    assert found.units["communes"][["id", "nom"]].to_numpy().tolist() == [["01901", name]]


def test_a_fictional_territory_keeps_its_own_names_under_real_codes():
    addresses = grouped([{"x": 50, "y": 50, "code_insee": "67482", "commune": "Valmont"}])
    assert described(addresses, fictional=True).units["communes"]["nom"].tolist() == ["Valmont"]
    assert described(addresses).units["communes"]["nom"].tolist() == ["Strasbourg"]


def test_a_quarter_that_only_touches_the_territory_is_named_once_and_is_no_unit():
    # In order: lived in, empty but of the territory, astride with nobody, astride with a dwelling of the territory.
    qpv = qpv_squares(
        {"QN09301M": (0, 0, 50), "QN09302M": (150, 50, 20), "QN09303M": (190, 0, 90), "QN09304M": (-80, 0, 90)}
    )
    zones = zone_squares("QVA", {"V1": (195, 40, 60), "V2": (50, 0, 50)})
    lived = pd.DataFrame({"id": texts(["QN09301M", "QN09304M"])})
    found = described(grouped([{"x": 5, "y": 5}]), IRIS, qpv, zones, lived)
    assert found.units["quartiers"]["id"].tolist() == ["QN09301M", "QN09302M", "QN09304M", "V2"]
    assert [remark.count("(QN09303M)") + remark.count("(V1)") for remark in found.remarks] == [1, 1]
    assert not described(grouped([{"x": 5, "y": 5}]), IRIS, qpv, zones).remarks
