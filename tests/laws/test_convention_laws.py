"""Laws of the legal shares: the number missing is the least that meets the target; no file makes the command fall."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.convention import attributions
from atlas.convention.counting import counted_cells, counted_decisions
from atlas.errors import AtlasError
from atlas.shares import Counts, further, in_percent, missing, needed
from atlas.sources.attributions_headers import TESTS

FEW = settings(max_examples=60, deadline=None)
SHARES = st.sampled_from([0, 1, 25, 30, 50, 75, 99, 100]).map(lambda value: Fraction(value, 100)) | st.fractions(
    0, 1, max_denominator=1000
)
PARTS = st.integers(0, 2000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


@given(PARTS, SHARES)
def test_the_number_missing_is_the_least_that_meets_the_target(part, target):
    numerator, denominator = part
    lack = missing(numerator, denominator, target)
    assert numerator + lack >= target * denominator
    assert lack == 0 or numerator + lack - 1 < target * denominator
    assert (lack == 0) == (numerator >= target * denominator)
    assert numerator + lack <= denominator or numerator > denominator


@given(PARTS, SHARES)
def test_as_many_further_ones_are_the_least_that_reach_it(part, target):
    numerator, denominator = part
    more = further(numerator, denominator, target)
    if more is None:
        assert target == 1 and numerator < denominator
        return
    assert numerator + more >= target * (denominator + more)
    assert more == 0 or numerator + more - 1 < target * (denominator + more - 1)
    assert more >= missing(numerator, denominator, target)


@pytest.mark.parametrize(
    ("numerator", "denominator", "met", "lack"),
    [
        (2499, 10_000, False, 1),
        (25, 100, True, 0),
        (0, 3, False, 1),
        (0, 4, False, 1),
        (1, 4, True, 0),
        (0, 1, False, 1),
    ],
)
def test_the_edges_of_a_quarter(numerator, denominator, met, lack):
    quarter = Fraction(1, 4)
    assert (Fraction(numerator, denominator) >= quarter) is met
    assert missing(numerator, denominator, quarter) == lack


def test_nothing_is_needed_of_nothing():
    assert needed(0, Fraction(1, 4)) == missing(0, 0, Fraction(1, 4)) == 0 and Counts(0, 0).share is None


UNKNOWN = st.integers(0, 4)


@FEW
@given(PARTS, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)
def test_the_bounds_are_those_of_every_way_the_unknown_may_be(part, inside, favourable, other, anything):
    numerator, denominator = part
    counts = Counts(numerator, denominator, inside, favourable, other, anything)
    ways = {
        Fraction(numerator + a + b + c, denominator + inside + b + d + c + e)
        for a in range(inside + 1)
        for b in range(favourable + 1)
        for d in range(other + 1)
        for c in range(anything + 1)
        for e in range(anything - c + 1)
        if denominator + inside + b + d + c + e
    }
    bounds = counts.bounds
    if bounds is None:
        assert denominator + inside == 0
    else:
        assert bounds == (min(ways), max(ways))


@given(st.fractions(0, 1, max_denominator=100_000), SHARES)
def test_a_share_is_never_written_as_a_whole_number_that_it_is_not(share, target):
    text = in_percent(share).removesuffix(" %").replace(",", ".")
    assert (Fraction(text) == target * 100) <= (share == target or (target * 100).denominator != 1)


ROW = st.fixed_dictionaries(
    {
        "bailleur": st.sampled_from(["A", "B"]),
        "en_qpv": st.sampled_from(["oui", "non", "inconnu"]),
        "quartile": st.sampled_from(["1", "2", "3", "4", "2-4", None]),
        "public_prioritaire": st.sampled_from(["oui", "non", None]),
        "relogement_renouvellement": st.sampled_from(["oui", "non", None]),
        "issue": st.sampled_from(["bail signé", "refus", "sans bail"]),
    }
)


@FEW
@given(st.lists(ROW, min_size=1, max_size=30))
def test_the_whole_is_the_sum_of_its_landlords_and_every_row_is_somewhere(rows):
    table = pd.DataFrame(rows).astype("str").where(lambda one: one != "None")
    for test in TESTS:
        by = counted_decisions(table, test, ["bailleur"])
        (whole,) = counted_decisions(table.assign(tous="x"), test, ["tous"]).values()
        assert sum(by.values(), Counts(0, 0)) == whole
    for row in rows:  # a second reading of the law, row by row
        first = row["quartile"] == "1" or row["relogement_renouvellement"] == "oui"
        told = row["quartile"] is not None or row["relogement_renouvellement"] == "oui"
        one = pd.DataFrame([row]).astype("str").where(lambda cell: cell != "None")
        (counts,) = counted_decisions(one, "q1_hors_qpv", ["bailleur"]).values()
        lease, out = row["issue"] == "bail signé", row["en_qpv"] == "non"
        assert (counts.numerator, counts.denominator) == (int(lease and out and first), int(lease and out and told))
        assert counts.unknown == int(lease and not (out and told) and row["en_qpv"] != "oui")


@FEW
@given(st.lists(ROW, min_size=1, max_size=30))
def test_a_table_counted_from_decisions_says_what_they_say(rows):
    """Decisions that are all leases, counted by hand into a long table, give the same shares by the other way."""
    signed = [{**row, "issue": "bail signé", "relogement_renouvellement": "non"} for row in rows]
    table = pd.DataFrame(signed).astype("str").where(lambda one: one != "None").assign(bailleur="A")
    cells: dict[tuple[str, str], float] = {
        (group, place): 0.0 for group in ("1", "2-4", "inconnu") for place in ("qpv", "hors_qpv", "inconnu")
    }
    for row in signed:
        group = "inconnu" if row["quartile"] is None else "1" if row["quartile"] == "1" else "2-4"
        cells[group, {"oui": "qpv", "non": "hors_qpv", "inconnu": "inconnu"}[row["en_qpv"]]] += 1
    for test in TESTS[:2]:
        assert counted_cells(cells, test) == counted_decisions(table, test, ["bailleur"])[("A",)]


GOOD = (
    "annee;bailleur;quartile;qpv;hors_qpv;localisation_inconnue;total\n"
    "2016;EPCI;1;156;55;21;232\n2016;EPCI;2-4;228;225;80;533\n2016;Été;1;10;4;1;15\n2016;Été;2-4;31;55;7;93\n",
    "bailleur;attributions_q1_hors_qpv;attributions_hors_qpv;taux_publie_pct\nA;31;440;7,33\nTotal;31;440;7,05\n",
    "Date_passage_commission;Libelle_decision;Date_signature_bail;Indicateur_premier_quartile;Indicateur_QPV\n"
    "15/01/2023;Attribution;44986;O;N\n15/01/2023;Refus;;N;O\n",
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(GOOD), st.sampled_from(["utf-8", "latin-1", "utf-16"]), st.data())
def test_no_damage_makes_the_command_fall(text, encoding, data):
    """Bytes lost, changed or added: the file is counted, or refused with faults; never anything else."""
    content = bytearray(text.encode(encoding))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        byte = data.draw(st.sampled_from([0, 9, 10, 13, 34, 44, 45, 46, 48, 59, 65, 101, 128, 195, 233, 255]))
        how = data.draw(st.sampled_from(["lose", "change", "add", "cut"]))
        if how == "lose":
            del content[place]
        elif how == "change":
            content[place] = byte
        elif how == "add":
            content.insert(place, byte)
        else:
            content = content[: place + 1]
        if not content:
            break
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f.csv"
        path.write_bytes(bytes(content))
        try:
            found = attributions([path], Path(folder) / "sortie")
        except AtlasError as error:
            assert error.faults
        else:
            assert found.json and found.lines and len(found.written) == 3
