"""What earlier editions read of recent movers on a wider perimeter is held beside what is published now.

Each town is small enough to say by hand what a reader would subtract, or bound; engine and audit are asked apart.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from atlas.audit.attack import Limits
from atlas.audit.elsewhere import read_elsewhere
from atlas.audit.evidence import read_evidence
from atlas.audit.holdings import read_earlier, read_holding
from atlas.audit.pinned import given_away, told_fixed, with_earlier
from atlas.protect.before import given
from atlas.protect.ground import Ground
from atlas.protect.released import released_by
from atlas.tables import INDICATORS
from atlas.tables.wider import CRITERION, MET, PERIMETER, WAYS
from tests.audit_factory import edition, manifest, survey
from tests.test_masks import decided, handed_out, shown, town
from tests.test_wider import CROWD, OF_LANDLORD, TOGETHER, home

LIMITS = Limits(11, 11, 11)
MANIFEST = {"edition": "partenaire", "masquee": True, "effectifs": False,
            "regles": [{"cle": "fragilite_er_inf40", "valeur": 50}]}  # fmt: skip


FEW = [row for name, size in (("S", 3.0), ("U", 4.0), ("V", 4.0)) for row in home(name, {2020: size, 2022: size})]


def read_out(counted, folder: Path, secrecy) -> Path:
    """Hand an edition out with what it reads wider."""
    path = handed_out(counted, folder, secrecy)
    table, wider = counted.units["residences"][["id", "campagne"]], secrecy.openings["residences"].wider
    words = pd.Series(wider.met).map({True: MET, False: "non atteint"})
    history = table.assign(**{PERIMETER: wider.perimeter, CRITERION: words}, unite="residences")
    with closing(sqlite3.connect(path / "atlas.gpkg")) as base:
        history.to_sql("historique", base, index=False)
    (path / "manifeste.json").write_text(json.dumps(MANIFEST), "utf-8")
    return path


def perimeter(counted, secrecy, unit: str, year: int) -> object:
    table, wider = counted.units["residences"], secrecy.openings["residences"].wider
    return wider.perimeter[(table["id"] == unit) & (table["campagne"] == year)][0]


@pytest.fixture
def joined():
    """Residence P, 6 recent movers in each of two campaigns; then S, 3 each, is declared with it."""
    rows = [*home("P", {2020: 6.0, 2022: 6.0}), *FEW, *CROWD]
    return town(rows), town([row | ({"home": "RP"} if row["id_adresse"] == "S" else {}) for row in rows])


def test_a_sum_over_two_campaigns_is_not_read_again_with_a_few_more(joined, tmp_path):
    """The second sum less the first is S: 6 recent movers of two campaigns."""
    before, after = joined
    first = decided(before, ways=WAYS)
    assert perimeter(before, first, "RP", 2022) == TOGETHER
    assert perimeter(after, decided(after, ways=WAYS), "RP", 2022) == TOGETHER
    already = [read_out(before, tmp_path / "old", first)]
    assert perimeter(after, decided(after, ways=WAYS, already=already), "RP", 2022) != TOGETHER
    again = decided(before, ways=WAYS, already=already)
    assert perimeter(before, again, "RP", 2022) == TOGETHER, "the same sum may be read again"


def test_a_rate_beside_a_sum_over_two_campaigns_is_masked(tmp_path):
    """Sector S1 is P and X, published: less X and what was read of P, it would be nothing in either campaign."""
    rows = [*home("P", {2020: 6.0, 2022: 6.0}), *home("Q", {2022: 5.0}), *FEW, *CROWD]
    before, after = town(rows), town(rows, {"S1": ["P", "Q"]})
    first = decided(before, ways=WAYS)
    assert perimeter(before, first, "RP", 2022) == TOGETHER
    assert shown(after, decided(after), "quartiers", "er_inf40")["S1", 2022], "11 recent movers of two residences"
    already = [read_out(before, tmp_path / "old", first)]
    beside = shown(after, decided(after, already=already), "quartiers", "er_inf40")
    assert not beside["S1", 2022], "with P's part of 2022, Q's 5 would be told to who has one campaign of the sum"


def test_the_stock_of_a_landlord_in_an_iris_that_was_read_is_a_total_that_was_given(tmp_path):
    """Sector S1 is that stock and the five recent movers of another landlord."""
    few = home("P", {2022: 8.0})
    rows = [*few, *home("X", {2022: 30.0}), *home("Y", {2022: 30.0}), *home("E", {2022: 5.0}, bailleur="B")]
    rows += [*home("Z", {2022: 40.0}, bailleur="B"), *home("W", {2022: 40.0}, bailleur="B", iris="I2")]
    before, after = town(rows), town(rows, {"S1": ["P", "X", "Y", "E"]})
    first = decided(before, ways=WAYS)
    assert perimeter(before, first, "RP", 2022) == OF_LANDLORD
    already = [read_out(before, tmp_path / "old", first)]
    hidden = lambda secrecy: not shown(after, secrecy, "quartiers", "er_inf40")["S1", 2022]  # noqa: E731
    assert hidden(decided(after, already=already))


def test_a_reading_is_a_bound_of_the_answers_that_have_not_changed(joined, tmp_path):
    """16 movers of two campaigns, half of them at least; then one address has two more."""
    before, _ = joined
    already = [read_out(before, tmp_path / "old", decided(before, ways=WAYS))]
    late = town([*home("P", {2020: 6.0, 2022: 8.0}), *FEW, *CROWD])
    movers = INDICATORS["er_inf40"]
    for counted, apart in ((before, 0), (late, 1)):
        told = given(Ground.of(counted, tuple(counted.units), released_by(already), {}), [movers])
        assert len(told.atoms) == apart
        rows, low, high = told.told["er_inf40"][1]
        atoms = counted.atoms["id_adresse"].tolist() + ["P, then"] * apart
        held = {
            tuple(atoms[place] for place in row.nonzero()[1]): (a, b) for row, a, b in zip(rows, low, high, strict=True)
        }
        assert held["P", "P, then" if apart else "P"] == (6, 12)


def written(folder: Path, homes: dict[str, str], movers: dict[str, int], told: dict[tuple[str, int], str]) -> Path:
    """Write an edition of two campaigns in one IRIS; ``homes``: residence of each address, ``told``: what is read."""
    rows = [
        (year, name, 40, year - 1990, size, -(-size // 2), homes[name])
        for name, size in movers.items()
        for year in (2020, 2022)
    ]
    table = survey(rows, "campagne id nb_logements menages d_er_inf40 n_er_inf40 id_residence")
    small = table.groupby(["id_residence", "campagne"])["d_er_inf40"].sum().loc[lambda size: size < 11]
    hidden = {("residences", unit) for unit, _ in small.index} | {
        ("adresses", n) for n, size in movers.items() if size < 11
    }
    edition(folder, table, hidden)
    history = pd.DataFrame(
        [("residences", unit, year, where, MET, "non déterminé") for (unit, year), where in told.items()],
        columns=["unite", "id", "campagne", PERIMETER, CRITERION, "niveau_elargi"],
    )
    with closing(sqlite3.connect(folder / "atlas.gpkg")) as base:
        history.to_sql("historique", base, index_label="fid")
    manifest(folder, MANIFEST)
    return folder


def test_the_audit_attacks_the_sums_of_both_editions_together(tmp_path):
    """Planted: residence h read over two campaigns, then again with s, of three recent movers each."""
    movers = {"p": 6, "s": 3, "z": 6, "x": 40, "y": 40}
    homes = {name: name for name in movers} | {"p": "h"}
    first, second = (
        written(tmp_path / str(rank) / "partenaire", homes | more, movers, {("h", 2022): TOGETHER})
        for rank, more in enumerate(({}, {"s": "h"}))
    )
    now = read_holding(second, read_evidence(second.parent))
    before = [read_earlier(first, now)]
    assert not [str(one) for one in read_elsewhere(now, LIMITS) if "groupes" in str(one)]
    found = [one for one in read_elsewhere(now, LIMITS, before) if "groupes" in str(one)]
    assert found and any("'s'" in case for case in found[0].examples), found
    assert not list(read_elsewhere(before[0], LIMITS, before)), "the same sums again give nothing more"


def test_what_earlier_editions_fix_by_themselves_is_told_and_not_refused(tmp_path):
    """Planted: the three households that the IRIS counts are those of a: b and c, masked, have none."""
    rows = [("a", 40, 40, 3), ("b", 8, 8, 0), ("c", 9, 9, 0)]
    table = survey(rows, "id nb_logements d_inf40 n_inf40")
    hidden = {(kind, f"{mark}{name}") for name in "bc" for kind, mark in (("residences", "r-"), ("adresses", ""))}
    told = edition(tmp_path / "1" / "partenaire", table, hidden)
    everything = hidden | {("iris", "i-1"), ("territoire", "territoire"), ("bailleurs", "Alpha")}
    shy = edition(tmp_path / "2" / "partenaire", table, everything)
    first, second = ([read_holding(path, read_evidence(path.parent))] for path in (told, shy))
    both = with_earlier(second, [read_earlier(told, second[0])], LIMITS)
    fixed = both[both["determine"].astype(bool)]
    if not len(fixed):
        pytest.fail("a case where nothing is fixed")
    assert fixed["anterieur"].all() and not told_fixed(both) and len(given_away(both)) == len(fixed)
    assert told_fixed(with_earlier(first, [read_earlier(shy, first[0])], LIMITS)), "what is published now is refused"
