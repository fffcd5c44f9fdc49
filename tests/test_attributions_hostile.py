"""Published tables as documents really print them: merged cells, notes, signs typed by hand, rounded shares."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.convention import attributions
from atlas.convention.tables import Entry, slips
from atlas.errors import AtlasError
from atlas.shares import Counts
from atlas.sources.published import Published, number_of

Q1, Q24 = "q1_hors_qpv", "q2_q4_qpv"


def told(path):
    found = attributions([path])
    rows = {(row["annee"], row["bailleur"], row["test"]): row for row in found.rows}
    return {key: (row["numerateur"], row["denominateur"]) for key, row in rows.items()}, rows, found.remarks


def workbook(path, rows, merged=(), formats=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    for cell, form in formats:
        book.active[cell].number_format = form
    book.save(path)
    return path


def test_a_landlord_s_name_merged_over_its_rows_is_that_of_each(tmp_path):
    rows = [
        ["Tableau 3. Attributions par quartile, 2022"],
        [],
        ["Bailleur", "Quartile de revenus", "En QPV", "Hors QPV", "Total"],
        ["Habitat Nord", "1", 30, 40, 70],
        [None, "2 à 4", 70, 160, 230],
        ["Logis Sud", "1", 10, 25, 35],
        [None, "2 à 4", 40, 75, 115],
        ["Ensemble", "1", 40, 65, 105],
        [None, "2 à 4", 110, 235, 345],
    ]
    path = workbook(tmp_path / "t.xlsx", rows, ("A1:E1", "A4:A5", "A6:A7", "A8:A9"))
    figures, _, remarks = told(path)
    assert figures[2022, "Habitat Nord", Q1] == (40, 200) and figures[2022, "Habitat Nord", Q24] == (70, 100)
    assert figures[2022, "Logis Sud", Q1] == (25, 100) and figures[2022, "EPCI", Q24] == (110, 150)
    assert any("3 lignes sans nom, lues comme celles du nom au-dessus" in one for one in remarks)


def test_a_blank_name_is_still_a_fault_where_a_landlord_has_one_row(tmp_path):
    rows = [["Bailleur", "Q1 hors QPV", "Total hors QPV"], ["A", 5, 20], [None, 3, 9], ["B", 5, 20], ["C", 4, 20]]
    with pytest.raises(AtlasError, match="TABLEAU-BAILLEUR"):
        told(workbook(tmp_path / "t_2022.xlsx", rows))


def test_a_year_merged_over_its_landlords_is_that_of_each_and_no_grand_total_s(tmp_path):
    rows = [["Année", "Bailleur", "Attributions hors QPV", "dont Q1", "Taux"]]
    for year in (2021, 2022):
        rows += [[year, "Habitat Nord", 400, 80, 0.2], [None, "Logis Sud", 200, 30, 0.15]]
        rows += [[None, "Total", 600, 110, 110 / 600]]
    figures, results, remarks = told(workbook(tmp_path / "t.xlsx", rows, ("A2:A4", "A5:A7")))
    for year in (2021, 2022):
        assert figures[year, "Logis Sud", Q1] == (30, 200) and figures[year, "EPCI", Q1] == (110, 600)
    assert any("4 lignes sans année, lues de l'année au-dessus" in one for one in remarks)
    assert not any(row["ecart"] for row in results.values())
    figures, *_ = told(workbook(tmp_path / "u.xlsx", [*rows, [None, "Total général", 1200, 220, None]]))
    assert figures[2022, "EPCI", Q1] == (110, 600)


def test_a_sign_typed_by_hand_says_nothing_of_the_fractions_beside_it(tmp_path):
    rows = [
        ["Bailleurs", "Q1 hors QPV", "Total hors QPV", "%"],
        ["Valophis", 52, 310, 0.1677],
        ["I3F", 10, 44, 0.227],
        ["OPH Montreuillois", 31, 440, "7,05 %"],
        ["Orvitis", 31, 440, "7,33 %"],
    ]
    _, results, _ = told(workbook(tmp_path / "bilan_2023.xlsx", rows))
    slipped = {key[1]: row["ecart"] for key, row in results.items() if row["ecart"]}
    assert slipped == {"Orvitis": "31 / 440 = 7,05 %, publié 7,33 %"}
    assert results[2023, "Valophis", Q1]["publie"] == "16,77 %"


TABLES = {
    "marks of notes, in headers and under the table": (
        '"Bailleurs (1)";"Total\nattributions\nhors QPV (2)";"Attributions\n1er quartile\nhors QPV*";"%"\n'
        "A;100;20;20\n13 Habitat;;;\nTotal;100;20;20\n(1) hors SEM;;;\n(2) baux signés;;;\n",
        {("A", Q1): (20, 100), ("13 Habitat", Q1): (None, None), ("EPCI", Q1): (20, 100)},
    ),
    "quartiles that nobody knows, in a column of their own": (
        "Bailleur;1er quartile hors QPV;Quartiles 2 à 4 hors QPV;Quartile inconnu hors QPV;Total hors QPV\n"
        "A;10;30;2;42\n",
        {("A", Q1): (10, 40)},
    ),
    "tabs, narrow spaces, one name in three dresses": (
        "Organisme\tAnnée\tQuartile de revenus\tEn QPV\tHors QPV\tLocalisation inconnue\tTotal\n"
        "Néolia\t2022\t1er quartile\t120\t210\t3\t333\nNÉOLIA\t2022\tQuartiles 2 à 4\t410\t1\u202f002\t7\t1\u202f419\n"
        "neolia\t2022\tQuartile inconnu\t2\t1\t0\t3\n",
        {(("Néolia", "NÉOLIA", "neolia"), Q1): (210, 1212), (("Néolia", "NÉOLIA", "neolia"), Q24): (410, 530)},
    ),
    "a landlord that let nothing": (
        "Bailleur;Baux hors QPV;Baux hors QPV Q1;Part Q1 hors QPV\nA;1\u202f240;310;25 %\nB;0;0;s.o.\n",
        {("A", Q1): (310, 1240), ("B", Q1): (0, 0)},
    ),
}


@pytest.mark.parametrize(("text", "expected"), TABLES.values(), ids=TABLES)
def test_what_documents_print_is_read(text, expected, tmp_path):
    path = tmp_path / "t_2022.csv"
    path.write_text(text, "utf-8")
    figures, rows, _ = told(path)
    for (names, test), pair in expected.items():
        assert any(figures.get((2022, name, test)) == pair for name in ([names] if isinstance(names, str) else names))
    assert not [row["ecart"] for row in rows.values() if row["ecart"]]
    nothing = [row for row in rows.values() if row["denominateur"] == 0]
    assert all(row["etat"] == "sans objet" and row["part"] is None for row in nothing)


def slip(numerator: int, denominator: int, written: str):
    """What is said of one share beside its counts."""
    entry = Entry("f", "bailleur", "A", 2022, Q1, Counts(numerator, denominator), {}, 2)
    number, unit = number_of(written)
    one = Published("f", 2, 2022.0, "A", "bailleur", 3, Q1, number, unit, written)
    return slips([entry], [one])[0][0][1]


@pytest.mark.parametrize(
    ("written", "is_one"),
    [("7 %", 0), ("7", 0), ("7,0 %", 0), ("7,1 %", 1), ("7,05", 0), ("7.0", 0), ("7,33 %", 1), ("8 %", 1), ("6 %", 1)],
)
def test_seven_percent_is_no_slip_of_7_05(written, is_one):
    assert (slip(31, 440, written) is not None) == bool(is_one)


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 5000), st.data(), st.integers(0, 2), st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN]))
def test_no_rounding_is_a_slip_and_one_unit_beyond_it_is(denominator, data, decimals, rounding):
    numerator = data.draw(st.integers(0, denominator))
    step = Decimal(1).scaleb(-decimals)
    exact = Decimal(100) * numerator / denominator
    rounded = exact.quantize(step, rounding)
    assert slip(numerator, denominator, f"{rounded} %".replace(".", ",")) is None
    for other in (rounded + 2 * step, rounded - 2 * step):
        if 0 <= other <= 100 and other.normalize().as_tuple().exponent == -decimals:
            assert slip(numerator, denominator, f"{other} %".replace(".", ",")) is not None
    cut = exact.quantize(step, ROUND_DOWN)
    if abs(exact - cut) * 2 > step and cut.normalize().as_tuple().exponent == -decimals:
        assert slip(numerator, denominator, f"{cut} %".replace(".", ",")) is not None
