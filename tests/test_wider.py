"""Recent movers read on a wider perimeter: where, how truly, and that the sums behind open nothing.

The sums are attacked by the audit's own code, which shares none with the engine that chose them.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from atlas.audit.attack import ANSWERS, DWELLINGS, Limits, Published, attack
from atlas.audit.elsewhere import read_elsewhere
from atlas.audit.evidence import read_evidence
from atlas.audit.holdings import read_holding
from atlas.methods.seuils import WIDER_LEVEL, judge
from atlas.protect.ground import Ground
from atlas.protect.loosened import Cells, Reading, telling
from atlas.protect.rules import Wider
from atlas.protect.wider import as_read
from atlas.tables import INDICATORS, PUBLISHED, SECRET
from atlas.tables.wider import (
    BY_IRIS,
    BY_LANDLORD,
    BY_YEARS,
    CRITERION,
    MET,
    NOT_MET,
    PERIMETER,
    WAYS,
    perimeter_words,
)
from tests.audit_factory import edition, manifest
from tests.audit_factory import survey as written_survey
from tests.stage_factory import METHOD_RULES, SCALE, SECRECY
from tests.test_masks import address, decided, town

TOGETHER = perimeter_words(BY_YEARS, (2020, 2022))
OF_LANDLORD, OF_IRIS = perimeter_words(BY_LANDLORD), perimeter_words(BY_IRIS)
LIMITS = Limits(11, 11, 11)


def home(name: str, moved: dict[int, float], share: float = 0.5, dwellings: float = 60.0, **more: object):
    """One residence of one address, with recent movers by campaign, ``share`` of them under 40 %.

    ``again``: campaigns in which all else was answered the same, so that the whole row is, where movers are as many.
    """
    sold, again, place = more.pop("sold", {}), more.pop("again", ()), {"bailleur": "A", **more}
    movers = "emmenages_recents"
    return [
        address(name, dwellings, **{**place, "bailleur": sold.get(year, place["bailleur"])}, campagne=year)
        | {movers: known, f"{movers}_ressources_connues": known, f"{movers}_inf40_plus": np.floor(known * share)}
        | {"menages_inf40_plus": 4.0 + (0 if year in again else year - 2020)}
        for year, known in moved.items()
    ]


def read(rows, ways=WAYS) -> dict[tuple[str, int], tuple[object, bool]]:
    """By residence and campaign, the perimeter and whether the criterion is met there."""
    counted = town(rows)
    wider = decided(counted, ways=ways).openings["residences"].wider
    table = counted.units["residences"]
    keys = zip(table["id"], table["campagne"].tolist(), strict=True)
    return dict(zip(keys, zip(wider.perimeter, wider.met, strict=True), strict=True))


FEW = [row for name in "PQS" for row in home(name, {2020: 8.0, 2022: 8.0}, 0.9)]
CROWD = [row for name in "XYZ" for row in home(name, {2020: 30.0, 2022: 30.0}, 0.2)]


def test_two_campaigns_of_a_residence_are_read_together():
    found = read([*FEW, *CROWD])
    assert found["RP", 2022] == (TOGETHER, True), "14 of 16"
    assert found["RP", 2020] == (OF_LANDLORD, False), "no campaign before"
    assert found["RX", 2022][0] is None, "it shows its own"
    assert found["RS", 2022][0] == OF_LANDLORD, "P, Q and S are 24 each year: the third would be told by the two others"


@pytest.mark.parametrize(
    ("moved", "more", "why"),
    [
        ({2020: 3.0, 2022: 9.0}, {}, "a year of fewer than half"),
        ({2020: 13.0, 2022: 8.0}, {}, "the sum less a published year is 8"),
        ({2020: 8.0, 2022: 8.0}, {"sold": {2020: "A", 2022: "B"}}, "the seller knows 2020 and would read 2022"),
        ({2020: 8.0, 2022: 8.0}, {"again": [2020, 2022]}, "the same eight, answers given again"),
    ],
)
def test_what_cannot_be_read_over_two_campaigns(moved, more, why):
    found = read([*home("P", moved, **more), *FEW[2:], *CROWD])
    assert found["RP", 2022][0] != TOGETHER, why


@pytest.mark.parametrize(("low", "back"), [(16, [True]), (8, [False])])
def test_a_reading_that_would_fix_a_small_unit_is_taken_back(low, back):
    """P and Q, of 9 dwellings, have 8 recent movers each: 16 at least of the 16 tells both."""
    counted = town([*home("P", {2022: 8.0}, dwellings=9.0), *home("Q", {2022: 8.0}, dwellings=9.0)])
    cells = Cells.of(Ground.of(counted, tuple(counted.units), [], {}), tuple(counted.units))
    nothing = {code: np.zeros(len(cells.kind), dtype=bool) for code in INDICATORS}
    counted.atoms["n_er_inf40"] = 8.0 if low == 16 else 4.0
    one = Reading("er_inf40", sparse.csr_matrix(np.ones((1, 2))), np.array([low]), np.array([16]))
    assert telling(cells, nothing, one, SECRECY, SCALE).tolist() == back


def test_perimeters_are_tried_in_the_declared_order_and_may_be_none():
    rows = [*FEW, *CROWD]
    assert read(rows, (BY_IRIS, BY_YEARS))["RP", 2022][0] == OF_IRIS
    assert decided(town(rows)).openings["residences"].wider is None


def random_town(seed: int, again: float = 0.0):
    """Two campaigns of fourteen residences; ``again``: how often one answers the second as the first."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(14):
        name, landlord, iris = f"a{number}", "AB"[rng.integers(2)], f"I{rng.integers(2)}"
        moved = {year: float(rng.integers(4, 14)) for year in (2020, 2022)}
        if same := again > 0 and rng.random() < again:
            moved[2022] = moved[2020]
        rows += home(name, moved, dwellings=30.0, bailleur=landlord, iris=iris, again=moved if same else ())
    return town(rows)


def sums_of(counted, wider) -> set[frozenset]:
    """Spell out the sums read and published nowhere, as sets of atoms."""
    atoms, table = counted.atoms, counted.units["residences"]
    found = set()
    for unit, year, where in zip(table["id"], table["campagne"], wider.perimeter, strict=True):
        mine = atoms[atoms["id_residence"] == unit]
        now = mine[mine["campagne"] == year].iloc[0]
        if where == TOGETHER:
            found.add(frozenset(mine.index))
        elif where == OF_LANDLORD:
            place = ["campagne", "bailleur", "code_iris"]
            same = (atoms[place] == now[place]).all(axis=1)
            found.add(frozenset(atoms.index[same]))
    return found


def leaks(counted, totals) -> bool:
    """Attack sums over both campaigns as anybody and as each landlord; the same row twice is one unknown."""
    atoms = counted.atoms
    rows = atoms[["id_adresse", "menages", "n_inf40", "d_er_inf40", "n_er_inf40"]].apply(tuple, axis=1)
    first = rows.map({row: place for place, row in reversed(list(enumerate(rows)))}).tolist()
    answers = {first[place]: int(size) for place, size in enumerate(atoms["d_er_inf40"])}
    united = frozenset(tuple(sorted(first[place] for place in total)) for total in totals)
    for reader in (None, "A", "B"):
        known = atoms.index[atoms["bailleur"] == reader]
        if attack({"x": Published(united, {ANSWERS: answers})}, LIMITS, {first[place] for place in known}):
            return True
        for year in (2020, 2022):
            homes = {i: int(size) for i, size in atoms["nb_logements"].items() if atoms["campagne"][i] == year}
            parts = frozenset(frozenset(total & homes.keys()) for total in totals) - {frozenset()}
            if attack({"x": Published(parts, {DWELLINGS: homes})}, LIMITS, known):
                return True
    return False


@pytest.mark.parametrize("again", [0.0, 0.5])
def test_what_is_read_opens_nothing_to_anybody_over_any_number_of_years(again):
    naive, read_sums = 0, 0
    for seed in range(8):
        counted = random_town(seed, again)
        secrecy = decided(counted, ways=WAYS)
        totals = {
            frozenset(counted.membership[kind][[row]].indices.tolist())
            for kind, opening in secrecy.openings.items()
            for row in np.flatnonzero(opening.rates["er_inf40"])
        }
        sums = sums_of(counted, secrecy.openings["residences"].wider)
        read_sums += len(sums)
        assert not leaks(counted, totals | sums), seed
        both = counted.atoms.groupby("id_residence").groups
        enough = {frozenset(one) for one in both.values() if counted.atoms.loc[one, "d_er_inf40"].sum() >= 11}
        naive += leaks(counted, totals | enough)
    assert read_sums > 8 and naive > 2, "enough answers are not enough: what the engine refuses does leak"


def test_the_level_read_wider_stands_beside_and_counts_only_when_asked():
    values = pd.DataFrame(
        {f"{kind}_{code}": [value] * 2 for code in ("inf40", "chomage", "er_inf40")
         for kind, value in (("tx", 10.0), ("st", PUBLISHED))}
    ).assign(tx_inf40=45.0)  # fmt: skip
    values.loc[1, ["st_er_inf40", "tx_er_inf40"]] = [SECRET, np.nan]
    table = as_read(values, Wider(np.array([None, OF_IRIS], dtype=object), np.array([False, True])), 50)
    assert table[CRITERION].tolist() == [NOT_MET, MET]
    beside, counted = judge(table, METHOD_RULES), judge(table, METHOD_RULES | {"entrants_comptes": 1})
    assert beside["niveau"].tolist() == ["fragile", "non déterminé"]
    assert beside[WIDER_LEVEL].tolist() == counted["niveau"].tolist() == ["fragile", "très fragile"]
    assert counted["nb_criteres"].tolist() == [1, 2]


def as_written(folder, told: dict[tuple[str, int], tuple[str, str]], movers: dict[str, int], again: str = ""):
    """Write an edition of two campaigns in one IRIS where each residence reads what is told.

    ``again``: the addresses whose answers are the same in both.
    """
    columns = "campagne id nb_logements menages d_er_inf40 n_er_inf40"
    rows = [(year, name, 40, 30 if name in again else year - 1990, size, size // 2)
            for name, size in movers.items() for year in (2020, 2022)]  # fmt: skip
    table = written_survey(rows, columns).assign(id_residence=lambda one: one["id"])
    hidden = {(kind, name) for name, size in movers.items() if size < 11 for kind in ("residences", "adresses")}
    edition(folder, table, hidden)
    history = pd.DataFrame(
        [("residences", unit, year, *words, "non déterminé") for (unit, year), words in told.items()],
        columns=["unite", "id", "campagne", PERIMETER, CRITERION, WIDER_LEVEL],
    )
    with closing(sqlite3.connect(folder / "atlas.gpkg")) as connection:
        history.to_sql("historique", connection, index_label="fid")
    manifest(folder, {"edition": "partenaire", "masquee": True, "effectifs": False,
                      "regles": [{"cle": "fragilite_er_inf40", "valeur": 50}]})  # fmt: skip
    return [str(one) for one in read_elsewhere(read_holding(folder, read_evidence(folder.parent)), LIMITS)]


@pytest.mark.parametrize(
    ("told", "movers", "said"),
    [
        ((TOGETHER, MET), {"p": 8, "q": 8, "x": 40}, None),
        ((TOGETHER, NOT_MET), {"p": 8, "q": 8, "x": 40}, "ne sont pas celles de leurs adresses"),
        ((TOGETHER, MET), {"p": 4, "q": 12, "x": 40}, "sur trop peu de réponses"),
        ((TOGETHER, "sans objet"), {"p": 8, "q": 8, "x": 40}, "« sans objet »"),
        ((TOGETHER, MET), {"p": 6, "q": 14, "x": 40}, "donnent des groupes"),
    ],
)
def test_the_audit_recounts_each_reading_and_attacks_its_sum(tmp_path, told, movers, said):
    """In the last case the IRIS of 2020 gives p's 2020 by subtraction, as q and x are published."""
    found = as_written(tmp_path / "b" / "partenaire", {("p", 2022): told}, movers)
    assert (not found) if said is None else any(said in one for one in found), found


@pytest.mark.parametrize(("again", "leaks"), [("x", False), ("p", True), ("qx", True)])
def test_sums_over_two_campaigns_are_attacked_beside_answers_given_again(tmp_path, again, leaks):
    """Sixteen recent movers of p, the same eight twice where it answered so; or the IRIS tells their change.

    Where q and x did not change, the IRIS of 2020 less that of 2022 is p's change: with p's sum, twice its eight.
    """
    found = as_written(tmp_path / "partenaire", {("p", 2022): (TOGETHER, MET)}, {"p": 8, "q": 8, "x": 40}, again)
    assert any("donnent des groupes" in one for one in found) == leaks, found
