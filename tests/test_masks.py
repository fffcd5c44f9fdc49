"""What masked editions may show when answers are missing, landlords change and earlier editions are in hand.

Each town is small enough to say by hand what a reader would subtract.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from atlas.count import count
from atlas.dwellings import low_rents
from atlas.errors import AtlasError
from atlas.output import EVIDENCE
from atlas.protect import AUDIENCES, Secrecy, opened
from atlas.protect.composition import composition_of, evidence_of
from atlas.protect.figures import figures
from tests.stage_factory import SCALE, SECRECY, survey, texts

NO_RENT = low_rents(None, texts([]), None, 2022)[0]
BIG, SMALL = 60.0, 9.0


def town(rows: list[dict[str, object]], quarters: dict[str, list[str]] | None = None):
    """Count addresses of one commune, each its own residence; a row may tell ``iris`` and ``home``, its residence."""
    told = [{"menages_inf40_plus": 4.0, "majeurs_chomeurs": 2.0, **row} for row in rows]
    table = survey([{name: value for name, value in row.items() if name not in ("iris", "home")} for row in told])
    places = pd.DataFrame(
        [
            {"id_adresse": name, "code_iris": row.get("iris", "I1"), "id_residence": row.get("home", f"R{name}")}
            for row in told
            for name in [row["id_adresse"]]
        ]
    )
    places = places.drop_duplicates("id_adresse").assign(bailleur="?", code_insee="93010", code_qpv=None)
    pairs = [(address, code) for code, addresses in (quarters or {}).items() for address in addresses]
    inside = pd.DataFrame({"id_adresse": texts([a for a, _ in pairs]), "id": texts([code for _, code in pairs])})
    return count(table, places.assign(situation="hors QPV").astype("str"), inside, NO_RENT)


def address(name: str, dwellings: float, *, adults: float | None = None, **more: object) -> dict[str, object]:
    answered = dwellings - 1 if dwellings > SMALL else dwellings
    row: dict[str, object] = {"id_adresse": name, "nb_logements": dwellings, "menages": answered}
    row |= {"menages_ressources_connues": answered}
    return {**row, **({"majeurs_activite_connue": adults} if adults else {}), **more}


def shown(counted, secrecy: Secrecy, kind: str, code: str | None = None) -> dict[tuple[str, int], bool]:
    """Which units of a kind are open, whole or for one rate."""
    table, opening = counted.units[kind], secrecy.openings[kind]
    flags = opening.rows if code is None else opening.rates[code]
    return dict(zip(zip(table["id"], table["campagne"].tolist(), strict=True), flags.tolist(), strict=True))


def decided(counted, **terms: object) -> Secrecy:
    return opened(counted, SECRECY, SCALE, **terms)


def handed_out(counted, folder: Path, secrecy: Secrecy, *, evidence: bool = True) -> Path:
    """Write what a later build reads of an edition: its series and composition, the builder's evidence around it."""
    edition = folder / "partenaire"
    edition.mkdir(parents=True)
    rows = []
    for kind, opening in secrecy.openings.items():
        table = counted.units[kind][["id", "campagne"]]
        told = figures(counted.units[kind], opening, AUDIENCES["partenaire"], SECRECY, SCALE)
        for code, flags in opening.rates.items():
            rows.append(table[flags].assign(unite=kind, indicateur=code, libelle=told[f"lb_{code}"][flags]))
    series = pd.concat(rows).assign(statut="publié", numerateur=None)
    with sqlite3.connect(edition / "atlas.gpkg") as connection:
        series.to_sql("series", connection, index=False)
        composition_of(counted).to_sql("composition", connection, index_label="fid")
    connection.close()
    if evidence:
        evidence_of(counted, {}, pd.Series(dtype=str)).to_parquet(folder / EVIDENCE)
    return edition


# Answers that are missing


def test_a_rate_is_masked_when_those_who_answered_it_are_few_whoever_did_not():
    """Two landlords do not report activity: the commune's rate is that of one address of 9 dwellings, 14 adults."""
    silent = [address(f"s{i}", BIG, bailleur=name) for i, name in enumerate(["A", "B"])]
    counted = town([*silent, address("c", SMALL, adults=14.0, bailleur="C")])
    secrecy = decided(counted)
    for kind in ("territoire", "communes", "iris", "situations"):
        assert not any(shown(counted, secrecy, kind, "chomage").values()), kind
        assert all(shown(counted, secrecy, kind).values()), kind


def test_eleven_dwellings_that_answered_are_enough():
    silent = [address(f"s{i}", BIG, bailleur=name) for i, name in enumerate(["A", "B"])]
    counted = town([*silent, address("c", 12.0, adults=14.0, bailleur="C")])
    assert shown(counted, decided(counted), "communes", "chomage") == {("93010", 2022): True}


def test_a_difference_of_rates_bears_on_those_who_answered():
    """Two IRIS: the first told by 30 dwellings of 90, the second too; a third address of 9 answered in the second."""
    rows = [address("a", 30.0, adults=40.0, iris="I1"), address("b", 60.0, iris="I1")]
    rows += [address("c", 30.0, adults=40.0, iris="I2"), address("d", 60.0, iris="I2")]
    rows += [address("e", SMALL, adults=14.0, iris="I2")]
    counted = town(rows)
    secrecy = decided(counted)
    open_ = [
        {"a": {"a"}, "b": {"b"}, "c": {"c"}, "e": {"e"}, "I1": {"a"}, "I2": {"c", "e"}, "93010": {"a", "c", "e"}}[name]
        for kind in ("communes", "iris", "adresses")
        for (name, _), flag in shown(counted, secrecy, kind, "chomage").items()
        if flag and name != "d"
    ]
    for first in open_:
        for second in open_:
            assert first - second != {"e"} or not second < first


def test_at_household_grain_the_households_that_told_the_item_count():
    """25 respondents, activity told by 4 of them, 12 adults: nothing is said of these four."""
    told = {"menages_activite_connue": 4.0}
    counted = town([address("a", 30.0, adults=12.0, **told)])
    assert not any(shown(counted, decided(counted), "communes", "chomage").values())
    counted = town([address("a", 30.0, adults=12.0)])
    assert all(shown(counted, decided(counted), "communes", "chomage").values())


# Owners that change, landlords that pool


def test_the_seller_knows_what_it_held_then():
    """Address ``x`` is A's in 2020 and C's in 2022; ``y``, of 9 dwellings, is C's; one IRIS holds the two.

    In 2020 A takes x from the IRIS and reads y. In 2022 C holds the whole IRIS, and nobody else knows any of it: unless
    x answered as in 2020, which A knows.
    """
    rows = [address("x", 30.0, campagne=year, bailleur=holder) for year, holder in ((2020, "A"), (2022, "C"))]
    rows += [address("y", SMALL, campagne=year, bailleur="C") for year in (2020, 2022)]
    rows += [address(f"z{i}", BIG, campagne=year, bailleur="D", iris="I2") for i in (1, 2) for year in (2020, 2022)]
    for answered_otherwise in rows[1], rows[5], rows[7]:
        answered_otherwise["menages"] -= 2
    counted = town(rows)
    assert counted.atoms.set_index(["id_adresse", "campagne"])["bailleur"]["x"].to_dict() == {2020: "A", 2022: "C"}
    open_ = shown(counted, decided(counted), "iris")
    assert (open_["I1", 2020], open_["I1", 2022]) == (False, True)
    rows[1]["menages"] += 2
    again = town(rows)
    assert not shown(again, decided(again), "iris")["I1", 2022]


def test_a_landlord_that_sold_one_small_building_does_not_show_its_total_of_the_year_after():
    """Who supposes that the rest did not change reads the nine dwellings in the difference of two totals (R7)."""
    rows = [address("x", SMALL, campagne=year, bailleur=name) for year, name in ((2020, "A"), (2022, "B"))]
    rows += [address(f"{n}{i}", BIG, campagne=y, bailleur=n) for y in (2020, 2022) for n in ("A", "B") for i in (1, 2)]
    counted = town(rows)
    open_ = shown(counted, decided(counted), "bailleurs")
    assert [open_[name, 2022] for name in "AB"] == [False, False]


def test_landlords_of_one_declared_group_pool_what_they_know():
    rows = [address("a", 30.0, bailleur="A"), address("b", 30.0, bailleur="B"), address("c", SMALL, bailleur="C")]
    rows += [address(f"z{i}", BIG, bailleur=f"Z{i}", iris="I2") for i in (1, 2)]
    counted = town(rows)
    assert shown(counted, decided(counted), "iris")["I1", 2022]
    assert not shown(counted, decided(counted, groups={"Groupe": ["A", "b"]}), "iris")["I1", 2022]
    with pytest.raises(AtlasError, match="GROUPE-BAILLEUR"):
        decided(counted, groups={"Groupe": ["A", "Inconnu"]})


# What an audience already holds


def test_answers_that_came_late_are_a_group_of_their_own(tmp_path):
    """The same members, one more respondent of 9 dwellings: old total, new total, and the nine by subtraction."""
    known = [address("a", 30.0, adults=40.0), address("b", 30.0, adults=40.0)]
    before = town([*known, address("e", SMALL)])
    edition = handed_out(before, tmp_path / "old", decided(before))
    after = town([*known, address("e", SMALL, adults=14.0)])
    assert shown(after, decided(after), "communes", "chomage")["93010", 2022]
    later = decided(after, already=[edition])
    assert not shown(after, later, "communes", "chomage")["93010", 2022]
    assert shown(after, later, "communes", "inf40")["93010", 2022], "nobody answered that late"


def test_more_answers_of_one_address_are_a_group_of_their_own(tmp_path):
    before = town([address("a", 30.0, adults=40.0), address("b", 30.0, adults=40.0)])
    edition = handed_out(before, tmp_path / "old", decided(before))
    after = town([address("a", 30.0, adults=40.0), address("b", 30.0, adults=44.0)])
    assert not shown(after, decided(after, already=[edition]), "communes", "chomage")["93010", 2022]


@pytest.mark.parametrize("campaign", [2020, 2022])
@pytest.mark.parametrize("evidence", [True, False])
def test_an_address_gone_since_is_the_difference_of_two_totals_whatever_the_campaign(tmp_path, campaign, evidence):
    years = [{"campagne": 2020}, {"campagne": 2022}]
    stay = [address(name, BIG, menages_inf40_plus=year["campagne"] - 2010.0, **year) for name in "ab" for year in years]
    before = town([*stay, address("gone", SMALL, campagne=campaign)])
    edition = handed_out(before, tmp_path / "old", decided(before), evidence=evidence)
    after = town(stay)
    open_ = shown(after, decided(after, already=[edition]), "communes")
    assert open_ == {("93010", 2020): campaign != 2020, ("93010", 2022): campaign != 2022}


def test_every_perimeter_of_an_earlier_edition_is_compared(tmp_path):
    """A sector drawn again around one small address: its figure is the difference of the two."""
    rows = [address(name, BIG) for name in "abcd"] + [address("e", SMALL)]
    before = town(rows, {"S1": ["a", "b"]})
    edition = handed_out(before, tmp_path / "old", decided(before))
    after = town(rows, {"S1": ["a", "b", "e"]})
    assert shown(after, decided(after), "quartiers")["S1", 2022]
    assert not shown(after, decided(after, already=[edition]), "quartiers")["S1", 2022]


def test_what_earlier_editions_give_away_is_said_and_not_protected(tmp_path):
    rows = [address("a", BIG), address("b", BIG), address("e", SMALL)]
    before = town(rows, {"S1": ["a"]})
    everything = Secrecy(
        {
            kind: type(one)(np.ones_like(one.rows), {code: np.ones_like(flags) for code, flags in one.rates.items()})
            for kind, one in decided(before).openings.items()
        },
        {},
        (),
    )
    edition = handed_out(before, tmp_path / "old", everything)
    remarks = decided(town(rows), already=[edition]).remarks
    assert any("ne peut plus être protégé : 9 logements" in remark and "e" in remark for remark in remarks)


def test_an_edition_alone_is_compared_by_its_members_and_said_so(tmp_path):
    before = town([address("a", BIG), address("b", BIG)])
    edition = handed_out(before, tmp_path / "old", decided(before), evidence=False)
    assert any("réponses arrivées depuis" in remark for remark in decided(before, already=[edition]).remarks)
    with pytest.raises(AtlasError, match="PUBLIE-ABSENT"):
        decided(before, already=[tmp_path / "nowhere"])


def test_a_member_of_a_group_does_not_derive_its_partner(tmp_path):
    """The territory less the third landlord is the group's total; less A's own stock, it is B's nine dwellings."""
    rows = [address("a", 30.0, bailleur="A"), address("b", SMALL, bailleur="B")]
    rows += [address(f"c{i}", BIG, bailleur="C") for i in (1, 2)]
    counted = town(rows)
    for groups in ({}, {"Groupe": ["A", "B"]}):
        secrecy = decided(counted, groups=groups)
        whole, third = shown(counted, secrecy, "territoire"), shown(counted, secrecy, "bailleurs")
        assert not (whole["territoire", 2022] and third["C", 2022]), groups


def test_an_address_that_brackets_rename_is_the_same_address(tmp_path):
    """A landlord who numbers alike came: « b » is now « b (b-1) », and 6 more of its households answered."""
    first = town(
        [address("a", 40.0), address("b", 40.0, bailleur="B 1", menages=24.0, menages_ressources_connues=24.0)]
    )
    folder = handed_out(first, tmp_path / "before", decided(first))
    late = {"bailleur": "B-1", "menages": 30.0, "menages_ressources_connues": 30.0}
    for name in ("b", "b (b-1)", "b (2020)"):
        now = town([address("a", 40.0), address(name, 40.0, **late)])
        secrecy = decided(now, already=[folder])
        assert not any(shown(now, secrecy, "communes", "inf40").values()), name
    apart = town([address("a", 40.0), address("c", 40.0, **late)])
    assert all(shown(apart, decided(apart, already=[folder]), "communes", "inf40").values())
