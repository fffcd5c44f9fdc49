"""A few raided towns, and that the attacker finds what is planted: many are raided by ``tests/benchmarks/raids.py``."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from atlas.output import FORMATS
from atlas.pipeline import build
from tests.benchmarks.raids import raided, read_of, tables_alone
from tests.raid_attack import Raid, Spoils
from tests.raid_bounds import fixed
from tests.raid_elimination import lightest
from tests.raid_factory import deliveries
from tests.raid_forms import of_row, telling
from tests.raid_truth import FIGURES


@pytest.fixture(scope="module")
def raid(tmp_path_factory):
    """A town of one campaign delivered twice, with its zones, its late answers and its declared group."""
    folder = tmp_path_factory.mktemp("ville")
    with tables_alone():
        found = raided(8, folder)
    return found, folder


def test_nothing_is_found_in_a_town_delivered_twice(raid):
    """Of town 8, late answers once fixed a masked entrance: `impayes` of what answered the item in the second only."""
    found, _ = raid
    assert found == []


@pytest.fixture
def planted(raid, tmp_path):
    """Plant: the second edition says of every masked unit that it is published, with a label."""

    def plant(where: str) -> Raid:
        _, folder = raid
        first, second = deliveries(8, tmp_path)
        copy = tmp_path / "partenaire"
        copy.mkdir()
        for name in ("atlas.gpkg", "manifeste.json"):
            (copy / name).write_bytes((folder / "atlas-1" / "partenaire" / name).read_bytes())
        with closing(sqlite3.connect(copy / "atlas.gpkg")) as base, base:
            for name in [row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
                base.execute(f'DROP TRIGGER "{name}"')
            base.execute(
                f"UPDATE series SET statut = 'publié', libelle = '≤ 100 %' WHERE statut = 'secret' AND {where}"
            )
        return Raid([Spoils(folder / "atlas-0" / "partenaire", first.answers), Spoils(copy, second.answers)])

    return plant


def test_the_attacker_finds_one_rate_too_many(planted):
    raid = planted("indicateur = 'inf40' AND unite IN ('adresses', 'residences')")
    found = raid.leaks(("inf40", "apl"))
    assert any(leak.startswith("inf40") for leak in found) and not any(leak.startswith("apl") for leak in found)


def test_the_attacker_bounds_what_a_total_of_nobody_gives(raid, tmp_path):
    """Planted: the territory says that nobody asks to move."""
    folder = raid[1]
    _, second = deliveries(8, tmp_path)
    spoils = Spoils(folder / "atlas-1" / "partenaire", second.answers)
    told = dict(spoils.figures)
    masked = [key for key, (state, _) in told.items() if state == "secret" and key[3] == "mutations"]
    assert masked and not any(key[3] == "mutations" for key in fixed(Raid([spoils])))
    nobody = Spoils(spoils.folder, {key: _without(one) for key, one in second.answers.items()})
    nobody.__dict__["figures"] = {
        key: ("publié", "≤ 0 %") if key[0] == "territoire" and key[3] == "mutations" else one
        for key, one in told.items()
        if key[3] == "mutations" and (key[0] == "territoire" or one[0] == "secret")
    }
    found = {cell[2] for cell in fixed(Raid([nobody]))}
    assert found, "every small masked unit holds nobody"


def _without(answers):
    of = {code: (0 if code == "mutations" else count, *sizes) for code, (count, *sizes) in answers.of.items()}
    return type(answers)(of, answers.households)


def test_the_lightest_combination_counts_an_entrance_once():
    """Two campaigns of one entrance of 9 dwellings are 9 dwellings, and 16 answers."""
    rows = [{("a", 1): 1, ("a", 2): 1}]
    homes, answers = ({("a", year): (key(year), size) for year in (1, 2)} for key, size in
                      ((lambda year: "a", 9), (lambda year: ("a", year), 8)))  # fmt: skip
    assert lightest(rows, homes, set()) == set(rows[0]) and lightest(rows, answers, set()) is None


def test_no_form_of_an_edition_tells_more_than_its_geopackage(tmp_path):
    """A town of 24 entrances in one campaign, in every format, with its archive."""
    first, _ = deliveries(48, tmp_path)
    built = build(first.file, tmp_path / "atlas", ("partenaire",), formats=FORMATS, archive=True)
    spoils = Spoils(built / "partenaire", read_of(built, first.answers))
    assert not Raid([spoils]).leaks(tuple(FIGURES), first.pooled) and not list(fixed(Raid([spoils])))
    assert not list(telling(spoils))


def test_a_form_that_tells_more_is_seen(tmp_path):
    """Planted: a GeoJSON tells the rate of an entrance whose figure is masked."""
    spoils = Spoils(tmp_path / "partenaire", {})
    spoils.__dict__["figures"] = {("adresses", "E1", 2022, "inf40"): ("secret", "secret")}
    row = {"id": "E1", "campagne": 2022, "st_inf40": "secret", "lb_inf40": "secret", "tx_inf40": None}
    assert not list(of_row("adresses", row, spoils))
    assert list(of_row("adresses", row | {"tx_inf40": 40.0}, spoils))
    assert list(of_row("adresses", row | {"lb_inf40": "40 %"}, spoils))
