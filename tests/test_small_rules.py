"""Rules that one changed word would break, each with the smallest case that tells."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from atlas import methods
from atlas.errors import AtlasError, Faults
from atlas.parameters import read_parameters
from atlas.place import PlaceRules, place
from atlas.plan import plan
from atlas.protect import Scale
from atlas.publish.conservation import QUANTITIES, conservation
from atlas.publish.figures import Figure
from atlas.publish.quarters.members import Member, ranked
from atlas.publish.sheets.reading import lines_of
from atlas.sources.checks import _duplicates
from atlas.sources.headers import expected
from atlas.tables import INDICATORS, OPS, PUBLISHED, SITUATIONS
from tests.stage_factory import CORNER, SCALE, counts, entrances, iris_squares, protected, qpv_squares, texts

IRIS = iris_squares({"930100101": (0, 0, 200)})
QPV = qpv_squares({"QN09301M": (0, 0, 50)})


@pytest.mark.parametrize(("at", "expected"), [(25, "QPV"), (150, "hors QPV"), (None, "QPV")])
def test_a_declared_quarter_is_for_addresses_without_a_point(at, expected):
    """The register says "in a QPV": a point outside every one says otherwise, and the point is believed."""
    row = {} if at is None else {"x": CORNER[0] + at, "y": CORNER[1] + 25}
    addresses = entrances([row]).assign(en_qpv_declare=texts(["oui"]))
    placed = place(addresses, IRIS, QPV, None, PlaceRules(outside=20, shift=150))
    assert placed.addresses["situation"].tolist() == [expected]


@pytest.mark.parametrize("fictional", [True, False])
def test_a_past_publication_day_revives_no_expired_rule_of_secrecy(tmp_path, fictional):
    """What is real leaves today, whatever day its pages bear; a fictional territory is built again as it was."""
    rule = next(one for one in read_parameters().in_force(date.today()) if one.key == "secret_logements")
    published, today = rule.verified_until - timedelta(days=30), rule.verified_until + timedelta(days=30)
    (tmp_path / "ops.csv").touch()
    text = f"""[territoire]
nom = "Bondy"
campagnes = [2022]
publie_le = {published}
fictif = {str(fictional).lower()}
[sources.ops]
fichiers = ["ops.csv"]
"""
    (tmp_path / "territoire.toml").write_text(text, "utf-8")
    others = [one.key for one in read_parameters().in_force(published) if not one.key.startswith("secret_")]
    if fictional:
        assert plan(tmp_path / "territoire.toml", ("partenaire",), others, today).secrecy.dwellings == rule.value
    else:
        with pytest.raises(AtlasError, match="secret_logements"):
            plan(tmp_path / "territoire.toml", ("partenaire",), others, today)


def test_what_is_lost_between_two_units_is_counted():
    sizes = dict.fromkeys(QUANTITIES, 10.0)
    whole = pd.DataFrame([{"id": "territoire", "campagne": 2022, **sizes}])
    parts = pd.DataFrame([{"id": name, "campagne": 2022, **dict.fromkeys(QUANTITIES, 4.0)} for name in "ab"])
    atoms = pd.DataFrame([{"campagne": 2022, "code_iris": None, "code_insee": "1", **dict.fromkeys(QUANTITIES, 1.0)}])
    for kind, gap in (("residences", -2.0), ("iris", -1.0), ("communes", -2.0)):
        found = conservation({"territoire": whole, kind: parts}, atoms, [2022])
        assert found["ecart"].tolist() == [gap] * len(QUANTITIES), kind


def test_a_target_is_shown_where_it_applies_and_nowhere_else():
    targets = {code: one.target for code, one in INDICATORS.items() if one.target}
    rules = tuple(SimpleNamespace(key=target.rule) for target in targets.values())
    figures = SimpleNamespace(
        edition=SimpleNamespace(context=SimpleNamespace(rules=rules)), told=set(targets), figure=lambda *key: key
    )
    shown = {
        (code, situation): line.target is not None
        for situation in SITUATIONS
        for code, line in zip(targets, lines_of(tuple(targets), (), figures, situation), strict=True)
    }
    assert shown == {(code, one): one in aim.situations for code, aim in targets.items() for one in SITUATIONS}
    assert {True, False} == set(shown.values())


def test_residences_are_ranked_by_level_before_anything_else():
    def member(name: str, level: str, met: int | None) -> Member:
        rate = 90.0 if met == 0 else 10.0
        figure = Figure("residences", name, 2022, "inf40", f"{rate:.0f} %", PUBLISHED, rate)
        return Member(name, name, name, "B", "C", "QPV", 20, level, met, (figure,), None)

    given = [
        member("a", "sans fragilité repérée", 0),
        member("b", "très fragile", 2),
        member("c", "fragile", 3),  # more criteria, a lesser level
        member("d", "non déterminé", 1),
    ]
    order, levels = ["b", "c", "a", "d"], methods.load()[0].levels
    for turn in range(len(given)):
        assert [one.id for one in ranked([*given[turn:], *given[:turn]], levels).every] == order


def test_two_campaigns_of_one_address_are_no_duplicate():
    frame = pd.DataFrame(
        {"campagne": ["2020", "2022", "2022"], "bailleur": "B", "id_adresse": ["1", "1", "2"], "nb_logements": "9"}
    ).assign(fichier="ops.csv", ligne=[2, 3, 4])
    for rows, number in ((frame, 0), (pd.concat([frame, frame.iloc[:1].assign(ligne=5)], ignore_index=True), 1)):
        desk = SimpleNamespace(faults=Faults())
        _duplicates(rows, expected("OPS", OPS), desk)
        assert len(desk.faults.found) == number


def test_a_rate_at_the_edge_of_a_class_is_of_the_class_that_starts_there():
    bounds = (0.0, 20.0, 40.0, 60.0)
    scale = Scale(SCALE.thresholds, {"inf40": [(bound, f"dès {bound:g} %") for bound in bounds]})
    rows = [
        {"id": f"r{n}", "nb_logements": 200.0, "menages": 180.0, "n_inf40": float(n), "d_inf40": 100.0}
        for n in (19, 20, 21, 40, 59, 60)
    ]
    table = protected(counts(rows), "public", scale=scale).units["residences"].sort_values("nom")
    assert table["lb_inf40"].tolist() == [f"dès {low} %" for low in (0, 20, 20, 40, 40, 60)]
    assert np.isfinite(table["tx_inf40"]).all()
