"""Every row has one class; classes follow the rules and not the data; nothing looks like something else."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest

from atlas.methods import catalogue_of, known, load
from atlas.parameters import read_parameters
from atlas.symbology import PALETTES, SHAPES, classes_of, classify, expression, holds, palette
from atlas.tables.years import MOVE, MOVES
from tests.edition_factory import DAY, make_edition, resealed

RULES = read_parameters().in_force(DAY)
CATALOGUE = catalogue_of(load(), [rule.key for rule in RULES])
LAYERS = pytest.mark.parametrize("layer", CATALOGUE.layers, ids=lambda layer: layer.id)


@pytest.fixture(scope="module", params=[True, False], ids=["masked", "open"])
def edition(request):
    made = make_edition(masked=request.param, residences=400, iris=16, methods=known())
    homes = made.units["residences"].copy()  # of one block: methods add columns one by one
    moved = homes.assign(**{MOVE: [MOVES[rank % len(MOVES)] for rank in range(len(homes))]})
    return resealed(made, units={**made.units, "residences": moved})


@LAYERS
def test_every_row_meets_exactly_one_condition(layer, edition):
    table = edition.units[layer.table]
    classes = classes_of(layer, RULES)
    met = np.sum([holds(table, one.condition) for one in classes if not one.otherwise] or [table.index < 0], axis=0)
    rest = [one for one in classes if one.otherwise]
    assert (met == 1).all() if not rest else (met <= 1).all()
    found = classify(table, layer, RULES)
    assert found.notna().all() and set(found) <= {one.key for one in classes}
    assert len({one.key for one in classes}) == len(classes)


@LAYERS
def test_sql_reads_the_conditions_as_pandas_does(layer, edition):
    table = pd.DataFrame(edition.units[layer.table]).drop(columns="geometry", errors="ignore")
    with sqlite3.connect(":memory:") as base:
        table.to_sql("t", base, index=False)
        for one in classes_of(layer, RULES):
            told = [row[0] for row in base.execute(f"select ({expression(one.condition)}) is true from t")]
            assert told == holds(table, one.condition).astype(int).tolist(), one.key


def test_what_is_not_a_figure_has_its_own_class():
    table = make_edition(residences=400).units["residences"]
    found = classify(table, CATALOGUE.layer("residences_inf40"), RULES)
    for status in ("secret", "non renseigné", "sans objet"):
        assert ((table["st_inf40"] == status) == (found == status)).all()
    level = classify(table, CATALOGUE.layer("residences_niveau"), RULES)
    assert ((table["niveau"] == "non déterminé") == level.isin(["secret", "non renseigné", "sans objet"])).all()
    criteria = table[["st_inf40", "st_er_inf40", "st_chomage"]]
    open_ones = table["niveau"] == "non déterminé"
    assert (level[open_ones & criteria.eq("secret").any(axis=1)] == "secret").all()


def test_a_status_wins_over_a_figure_left_under_it():
    table = make_edition(residences=50).units["residences"].copy()
    table.loc[0, ["st_inf40", "tx_inf40"]] = ["secret", 62.0]
    assert classify(table, CATALOGUE.layer("residences_inf40"), RULES).iloc[0] == "secret"


def test_a_published_row_without_figure_is_refused():
    table = make_edition(residences=50).units["residences"].copy()
    table.loc[3, ["st_inf40", "tx_inf40"]] = ["publié", np.nan]
    with pytest.raises(ValueError, match="sans classe"):
        classify(table, CATALOGUE.layer("residences_inf40"), RULES)


def test_the_threshold_is_a_break_and_follows_the_rule():
    layer = CATALOGUE.layer("iris_inf40")
    moved = [replace(rule, value=45) if rule.key == "fragilite_inf40" else rule for rule in RULES]
    for rules, threshold in ((RULES, 40), (moved, 45)):
        drawn = [one for one in classes_of(layer, rules) if not one.status]
        assert [one.key for one in drawn if one.reached] == [f"{threshold}_a_60", "60_et_plus"]
    assert {"30_a_45", "45_a_60"} <= {one.key for one in classes_of(layer, moved)}


def test_classes_never_depend_on_the_data():
    layer = CATALOGUE.layer("residences_inf40")
    one, other = make_edition(residences=300, seed=1), make_edition(residences=5, seed=2)
    assert classes_of(layer, one.context.rules) == classes_of(layer, other.context.rules)


def test_the_most_fragile_is_drawn_last():
    drawn = [one.key for one in classes_of(CATALOGUE.layer("residences_niveau"), RULES)]
    assert drawn[-3:] == ["sans fragilité repérée", "fragile", "très fragile"]
    assert set(drawn[:3]) == {"secret", "non renseigné", "sans objet"}
    rates = [one for one in classes_of(CATALOGUE.layer("residences_chomage"), RULES) if not one.status]
    assert [one.size for one in rates] == sorted(one.size for one in rates)


# Colour vision deficiencies: Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
VISIONS = {
    "usual": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
    "greyscale": [[0.2126, 0.7152, 0.0722]] * 3,
}


def lab(colour: str, vision: str) -> np.ndarray:
    """CIE L*a*b* (D65) of a colour as a kind of vision sees it."""
    srgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(VISIONS[vision]) @ linear, 0, 1)
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ seen
    f = np.array([v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz / [0.9505, 1, 1.089]])
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: str, other: str, vision: str) -> float:
    return float(np.linalg.norm(lab(one, vision) - lab(other, vision)))


def look(one) -> tuple[str, str, str]:
    return one.shape, one.hatch, one.dash


@LAYERS
@pytest.mark.parametrize("vision", VISIONS)
def test_filled_classes_are_told_apart_by_every_eye(layer, vision):
    drawn = [one for one in classes_of(layer, RULES) if not one.status and one.colour]
    for one, other in combinations(drawn, 2):
        apart = distance(one.colour, other.colour, vision)
        assert apart >= 12 or one.shape != other.shape, (one.key, other.key, round(apart, 1))


@LAYERS
def test_lightness_falls_from_class_to_class(layer):
    drawn = [one for one in classes_of(layer, RULES) if not one.status and one.colour and one.shape != "cross"]
    for shape in {one.shape for one in drawn} if layer.id == "residences_loyers" else {None}:
        lightness = [lab(one.colour, "greyscale")[0] for one in drawn if shape in (None, one.shape)]
        assert all(darker < lighter - 10 for lighter, darker in pairwise(lightness)), lightness


@LAYERS
def test_statuses_look_like_no_class_and_unlike_each_other(layer):
    classes = classes_of(layer, RULES)
    for status in (one for one in classes if one.status):
        for other in classes:
            if other is not status:
                assert look(status)[1:] != look(other)[1:], (status.key, other.key)
        assert status.hatch or status.dash, f"{status.key} needs more than a colour"


@pytest.mark.parametrize("vision", VISIONS)
def test_levels_are_told_apart_by_colour_alone_as_well(vision):
    levels = [one for one in classes_of(CATALOGUE.layer("residences_niveau"), RULES) if not one.status]
    for one, other in combinations(levels, 2):
        assert distance(one.colour, other.colour, vision) >= 15, (one.key, other.key)


def test_levels_each_have_their_shape_and_size():
    levels = [one for one in classes_of(CATALOGUE.layer("residences_niveau"), RULES) if not one.status]
    assert len({one.shape for one in levels}) == len(levels) == 3
    assert [one.size for one in levels] == sorted({one.size for one in levels})
    for one in levels:
        for vision in VISIONS:
            assert distance(one.stroke, one.colour, vision) >= 20 or one.key == "très fragile"
        assert distance(one.stroke, "#ffffff", "greyscale") >= 60


def test_shapes_and_palettes_are_drawable():
    assert all(abs(value) <= 1.3 for outline in SHAPES.values() for point in outline for value in point)
    for name in PALETTES:
        assert palette(name, 5) == PALETTES[name]
        assert len(set(palette(name, 7))) == 7
