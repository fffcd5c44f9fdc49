"""The yearly list of a convention: shares counted again from the edition, nothing added up where it is masked."""

from __future__ import annotations

import json
from fractions import Fraction

import pandas as pd
import pytest
from selectolax.lexbor import LexborHTMLParser

from atlas.audit.html import read_page
from atlas.publish.book import Book
from atlas.publish.convention import LONGEST, answers, convention_page, write_convention
from atlas.publish.convention.legal import MET, UNMET, state_of
from atlas.publish.convention.model import Sums
from atlas.publish.figures import Figure
from atlas.shares import in_percent
from atlas.tables import INDICATORS, NOT_APPLICABLE, PUBLISHED, SECRET, TARGETS_OF, UNDETERMINED, UNKNOWN
from tests.edition_factory import HOSTILE, LANDLORDS, make_edition, resealed

TESTS = {"attr_q1": ("QVA", "hors QPV"), "attr_q2_q4": ("QPV",), "attr_prioritaires": ()}
SPACES = str.maketrans({"\u00a0": " ", "\u202f": "", "\u2009": ""})


@pytest.fixture(scope="module")
def internal():
    return make_edition(residences=90, masked=False)


@pytest.fixture(scope="module")
def masked():
    """A masked edition of which each published rate may be a point more or less."""
    edition = make_edition(residences=160)
    spans = {}
    for name, table in edition.history.items():
        ends = {"id": table["id"], "campagne": table["campagne"]}
        for one in INDICATORS.values():
            ends |= {one.lo: (table[one.tx] - 0.5).clip(lower=0), one.hi: (table[one.tx] + 0.5).clip(upper=100)}
        spans[name] = pd.DataFrame(ends)
    return resealed(edition, spans=spans)


def rows(edition, key) -> dict[str, list[str]]:
    """Read a table of the page: its cells by what heads the row (two cells where the second tells rents)."""
    page = LexborHTMLParser(convention_page(Book.of(edition), answers(Book.of(edition))))
    found = {}
    for row in page.css(f"table[data-marque={key}] tbody tr"):
        cells = [" ".join(cell.text(separator=" ").translate(SPACES).split()) for cell in row.css("th, td")]
        found[cells[0] if key != "qui-entre" else f"{cells[0]} {cells[1]}"] = cells[1:]
    return found


@pytest.mark.parametrize("code", TESTS)
def test_an_internal_share_is_that_of_the_addresses_and_what_lacked_is_the_least_that_meets_it(internal, code):
    told = rows(internal, f"part-{code.removeprefix('attr_')}")
    table, one = internal.units["adresses"], INDICATORS[code]
    target = Fraction(internal.context.rule(one.target.rule).value) / 100
    places = TESTS[code] or tuple(table["situation"].unique())
    for landlord in LANDLORDS:
        own = table[(table["bailleur"] == landlord) & table["situation"].isin(places)]
        n, d = int(own[one.n].sum()), int(own[one.d].sum())
        share, state, lacking = told[landlord]
        assert share == f"{in_percent(Fraction(n, d))} {n} sur {d}"
        more = int(lacking)
        assert Fraction(n + more, d) >= target and (more == 0 or Fraction(n + more - 1, d) < target)
        met = n >= target * d
        assert state.startswith(("au-dessus" if met else "au-dessous") if code == "attr_q1" else MET if met else UNMET)


def test_without_a_lease_a_share_is_without_object_and_lacks_nothing(internal):
    table = internal.units["adresses"].copy()
    mine = (table["bailleur"] == LANDLORDS[0]).to_numpy()
    table.loc[mine, ["n_attr_q2_q4", "d_attr_q2_q4"]] = 0.0
    told = rows(resealed(internal, units={**internal.units, "adresses": table}), "part-q2_q4")
    assert told[LANDLORDS[0]][0] == NOT_APPLICABLE and told[LANDLORDS[0]][1].startswith(NOT_APPLICABLE)
    assert told[LANDLORDS[0]][2] == NOT_APPLICABLE


def test_a_masked_page_adds_up_no_count(masked):
    page = LexborHTMLParser(convention_page(Book.of(masked), answers(Book.of(masked))))
    sums = [json.loads(one.attributes["data-somme"]) for one in page.css("[data-somme]")]
    assert len(sums) > 50
    assert {one["compte"] for one in sums if "etat" not in one} == {"", "nb_logements"}
    assert not any("parmi" in one for one in sums)
    assert not page.css("[data-colonne^=n_], [data-colonne^=d_]")


def test_every_number_of_a_masked_table_is_marked_whatever_names_hold(masked):
    homes = masked.units["residences"].assign(bailleur="SA HLM Immobilière 3F", nom="12 rue des Lilas")
    book = Book.of(resealed(masked, units={**masked.units, "residences": homes}))
    loose = read_page(convention_page(book, answers(book))).loose
    assert loose and all("%" in one for one in loose)  # targets and classes of rents


def figure(low, high, status=PUBLISHED, id="QPV") -> Figure:
    value = (low + high) / 2 if status == PUBLISHED else None
    label = f"{value:.0f} %" if value is not None else status
    return Figure("situations", id, 2022, "attr_q1", label, status, value, low=low, high=high)


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ([(25, 26)], MET),
        ([(24.99, 25.5)], UNDETERMINED),
        ([(20, 24.99)], UNMET),
        ([(30, 31), (26, 40)], MET),
        ([(10, 11), (0, 24)], UNMET),
        ([(10, 11), (30, 31)], UNDETERMINED),
        ([(30, 31), None], UNDETERMINED),
        ([None], SECRET),
    ],
)
def test_a_target_is_met_where_both_ends_of_all_its_parts_meet_it(ends, said):
    figures = [figure(*one) if one else figure(None, None, SECRET) for one in ends]
    assert state_of(figures, 25) == said
    assert state_of([figure(None, None, UNKNOWN)], 25) == UNKNOWN


def test_masked_residences_are_counted_where_they_stand_of_the_target_of_their_situation(masked):
    told = rows(masked, "attributions-niveaux")
    homes, spans = masked.units["residences"], masked.spans["residences"]
    now = spans[spans["campagne"] == masked.context.campaign].set_index("id")
    for level, part in homes.groupby(masked.level):
        for place, (code, situations) in enumerate(TESTS.items()):
            one = INDICATORS[code]
            target = masked.context.rule(one.target.rule).value
            mine = part[(part[one.st] == PUBLISHED) & (part["situation"].isin(situations) | (not situations))]
            low, high = now.loc[mine["id"], one.lo], now.loc[mine["id"], one.hi]
            met, not_met = int((low >= target).sum()), int((high < target).sum())
            cell = told[level][2 + place]
            assert cell.split()[0] == str(len(mine))
            assert (f"{met} attei" in cell) == bool(met) and (f"{not_met} ne l’atte" in cell) == bool(not_met)


def test_rents_say_nothing_of_a_share_where_it_has_no_target(masked):
    told = rows(masked, "qui-entre")
    assert all(cells[3] == NOT_APPLICABLE for name, cells in told.items() if name.startswith("QPV"))
    assert all(cells[4] == NOT_APPLICABLE for name, cells in told.items() if not name.startswith("QPV"))


@pytest.mark.parametrize("name", ["internal", "masked"])
def test_levels_of_each_campaign_are_those_of_the_history(name, request):
    edition = request.getfixturevalue(name)
    told, table = rows(edition, "niveaux"), edition.history["residences"]
    for rank, year in enumerate(edition.context.campaigns):
        counted = table[table["campagne"] == year].groupby(edition.level)["nb_logements"].agg(["size", "sum"])
        for level, (homes, dwellings) in counted.iterrows():
            assert [int(told[level][rank]), int(told[level][rank + 2])] == [homes, dwellings]


def test_the_workbook_has_every_row_and_the_page_its_first_ones(masked, tmp_path):
    book = Book.of(masked)
    (path,) = write_convention(book, tmp_path)
    sheets = pd.read_excel(tmp_path / "tableaux" / "convention.xlsx", sheet_name=None, dtype=str, engine="openpyxl")
    page = LexborHTMLParser(path.read_text("utf-8"))
    for table in (table for one in answers(book) for table in one.tables):
        assert len(sheets[table.key]) == len(table.lines)
        assert len(page.css(f"table[data-marque={table.key}] tbody tr")) == min(len(table.lines), LONGEST)
    assert not sheets["niveaux-situations"].drop(columns="Niveau").isna().any(axis=None)  # zero is a number
    homes = sheets["residences-fragiles"].set_index("Identifiant")
    label = INDICATORS["attr_refus"]
    known = masked.units["residences"].set_index("id")[label.lb]
    assert homes[label.label].to_dict() == known[homes.index].to_dict()
    assert set(known.index[masked.units["residences"][masked.level].isin(masked.levels.fragile)]) == set(homes.index)


def test_simulated_data_are_said_and_names_run_nothing(tmp_path):
    edition = make_edition(residences=20, masked=False, hostile=True)
    (path,) = write_convention(Book.of(edition), tmp_path)
    text = path.read_text("utf-8")
    assert edition.context.notices[0].replace("'", "’") in text.translate(SPACES)
    assert not any(one in text for one in HOSTILE if "<script" in one)


def test_without_attributions_the_page_says_so():
    edition = make_edition(residences=20)
    series = edition.series[~edition.series["indicateur"].str.startswith("attr_")]
    text = convention_page(
        Book.of(resealed(edition, series=series)), answers(Book.of(resealed(edition, series=series)))
    )
    assert "Aucun fichier d’attributions n’a été fourni" in text and 'data-marque="part-' not in text


def test_rows_are_chosen_by_values_bounds_and_absence():
    sums = Sums({"t": pd.DataFrame({"a": ["x", "x", "y"], "b": [10.0, 20.0, None], "n": [1, 2, 4]})})
    assert sums.value("t", "n", {"a": ["x"]}) == 3 and sums.value("t", "", {"a": ["x", "y"]}) == 3
    assert sums.value("t", "n", {"b": {"de": 10, "a": 20}}) == 1 and sums.value("t", "n", {"b": None}) == 4


def test_a_level_that_hangs_on_an_answer_says_so_where_residences_are_listed(internal):
    close = internal.units["residences"].set_index("nom")["proximite"].fillna("")
    told = {name: " ".join(cells) for name, cells in rows(internal, "residences-fragiles").items()}
    assert any(close[name] for name in told)
    assert all(close[name] in line and bool(close[name]) == ("près" in line) for name, line in told.items())


def test_a_target_of_one_landlord_is_its_own_and_the_others_keep_that_of_all(internal):
    share = "part-q2_q4"
    before = rows(internal, share)
    mine, other = LANDLORDS[:2]
    settings = {TARGETS_OF: {mine: {INDICATORS["attr_q2_q4"].target.rule: [99.5, "Convention, article 3"]}}}
    edition = resealed(internal, settings={**internal.settings, **settings})
    told = rows(edition, share)
    n, d = (int(part) for part in told[mine][0].split(" % ")[1].split(" sur "))
    assert told[mine][1].startswith(MET if n * 200 >= 199 * d else UNMET) and "au moins 99,5 %" in told[mine][1]
    more = int(told[mine][2])
    assert 200 * (n + more) >= 199 * d and (more == 0 or 200 * (n + more - 1) < 199 * d)
    assert told[other] == before[other] and "Convention, article 3" in convention_page(
        Book.of(edition), answers(Book.of(edition))
    )


def test_requests_are_beside_leases_where_nothing_is_masked_and_nowhere_else(internal, masked):
    demand = pd.DataFrame(
        {
            "caracteristique": ["ensemble", "quartile", "quartile", "typologie"],
            "modalite": ["toutes les demandes", "1", "2-4", "T2"],
            "demandes": [1200.0, 400, 800, 300],
            "baux": [240.0, 32, 208, float("nan")],
        }
    )
    edition = resealed(internal, demand=demand)
    page = LexborHTMLParser(convention_page(Book.of(edition), answers(Book.of(edition))))
    told = [
        [" ".join(cell.text().translate(SPACES).split()) for cell in row.css("th, td")]
        for row in page.css("table[data-marque=pression-demande] tbody tr")
    ]
    assert told == [
        ["Ensemble", "toutes les demandes", "1200", "240", "5,0"],
        ["Quartile", "1", "400", "32", "12,5"],
        ["Quartile", "2-4", "800", "208", "3,8"],
        ["Taille du logement", "T2", "300", UNKNOWN, UNKNOWN],
    ]
    for other in (internal, masked):
        said = convention_page(Book.of(other), answers(Book.of(other)))
        assert "pression-demande" not in said and "Pression de la demande" in said
