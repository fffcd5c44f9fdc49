"""The ledger: what comes in goes out or is set aside with a reason, by campaign; what does not add up stops the run."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from atlas.errors import AtlasError
from atlas.ledger import NOTED, REJECT_COLUMNS, SET_ASIDE, Ledger
from tests.stage_factory import survey

ROWS = [
    {"id_adresse": "a", "campagne": 2020, "nb_logements": 10.0, "menages": 8.0},
    {"id_adresse": "a", "campagne": 2022, "nb_logements": 12.0, "menages": 9.0},
    {"id_adresse": "b", "campagne": 2022, "nb_logements": 5.0},
]


def aside(table: pd.DataFrame, motif: str = "motif") -> pd.DataFrame:
    return table.assign(motif=motif)


def test_a_stage_that_keeps_everything_balances_by_campaign():
    ledger, table = Ledger(), survey(ROWS)
    ledger.balance("lecture", table, table.sample(frac=1, random_state=0))
    assert [entry["campagne"] for entry in ledger.entries] == ["2020", "2022"]
    last = ledger.entries[-1]
    assert last["entree"] == last["sortie"] == {"lignes": 2, "logements": 17, "menages": 9}
    assert last["ecarte"] == {"lignes": 0, "logements": 0, "menages": 0}
    assert len(ledger.rejects) == 0 and list(ledger.rejects) == list(REJECT_COLUMNS)


def test_what_is_set_aside_is_counted_and_listed_with_its_reason_and_line():
    ledger, table = Ledger(), survey(ROWS)
    ledger.balance("lecture", table, table.iloc[:2], aside(table.iloc[2:], "adresse inconnue"))
    assert ledger.entries[-1]["ecarte"] == {"lignes": 1, "logements": 5, "menages": 0}
    assert ledger.entries[-1]["motifs"] == {"adresse inconnue": 1}
    assert ledger.entries[0]["motifs"] == {}
    (row,) = ledger.rejects.to_dict("records")
    assert (row["etape"], row["effet"], row["motif"]) == ("lecture", SET_ASIDE, "adresse inconnue")
    assert (row["fichier"], row["ligne"], row["id"], row["logements"]) == ("ops.csv", 4, "b", 5)
    assert pd.isna(row["menages"])


@pytest.mark.parametrize(
    ("lose", "words"),
    [
        (lambda t: t.iloc[:2], "campagne 2022 : 2 lignes en entrée, 1 en sortie, 0 écartés"),
        (lambda t: pd.concat([t, t.iloc[:1]]), "campagne 2020 : 1 lignes en entrée, 2 en sortie"),
        (lambda t: t.assign(nb_logements=t["nb_logements"] + [0, 0, 1]), "2022 : 17 logements en entrée, 18 en sortie"),
        (lambda t: t.assign(menages=np.nan), "8 menages en entrée, 0 en sortie"),
        (lambda t: t.assign(campagne=2022), "campagne 2020 : 1 lignes en entrée, 0 en sortie"),
    ],
)
def test_a_row_a_dwelling_or_a_household_lost_or_invented_stops_the_run(lose, words):
    table = survey(ROWS)
    with pytest.raises(AtlasError, match="BILAN-ECART") as caught:
        Ledger().balance("étape", table, lose(table))
    assert words in str(caught.value) and "Étape « étape »" in str(caught.value)


def test_two_errors_that_cancel_out_over_campaigns_are_both_found():
    table = survey(ROWS)
    swapped = table.assign(nb_logements=table["nb_logements"] + [2, -2, 0])
    with pytest.raises(AtlasError) as caught:
        Ledger().balance("étape", table, swapped)
    assert len(caught.value.faults) == 2


def test_setting_aside_what_also_goes_on_is_an_error():
    table = survey(ROWS)
    with pytest.raises(AtlasError, match="BILAN-ECART"):
        Ledger().balance("étape", table, table, aside(table.iloc[:1]))


def test_what_is_only_pointed_out_stays_in_the_flow():
    ledger, table = Ledger(), survey(ROWS)
    ledger.balance("position", table, table, noted=aside(table.iloc[:1], "adresse sans position"))
    ledger.note("logements", pd.DataFrame({"id": ["l1"], "motif": ["adresse absente"], "ligne": [7]}))
    assert ledger.rejects["effet"].tolist() == [NOTED, NOTED]
    assert ledger.rejects["etape"].tolist() == ["position", "logements"]
    assert ledger.rejects["id"].tolist() == ["a", "l1"]
    assert ledger.entries[-1]["ecarte"]["lignes"] == 0


def test_a_table_without_campaign_nor_count_balances_its_rows():
    ledger = Ledger()
    table = pd.DataFrame({"id": ["x", "y"]})
    ledger.balance("lecture des zones", table, table.iloc[:1], aside(table.iloc[1:]))
    (entry,) = ledger.entries
    assert (entry["campagne"], entry["entree"]["lignes"], entry["ecarte"]["lignes"]) == ("", 2, 1)


def test_an_empty_stage_is_no_fault():
    ledger = Ledger()
    ledger.balance("vide", survey([]), survey([]))
    ledger.note("vide", aside(survey([])))
    assert ledger.entries == [] and len(ledger.rejects) == 0


def test_fractions_of_counts_are_not_lost_to_rounding():
    table = survey([{"id_adresse": f"a{i}", "nb_logements": 0.1} for i in range(1000)])
    Ledger().balance("étape", table, table.iloc[::-1])
    with pytest.raises(AtlasError):
        Ledger().balance("étape", table, table.assign(nb_logements=table["nb_logements"] + 0.001))


def test_rejects_of_several_stages_keep_their_columns_and_their_order():
    ledger, table = Ledger(), survey(ROWS)
    ledger.note("un", aside(table.iloc[:2], "premier"))
    ledger.note("deux", pd.DataFrame({"motif": ["second"]}))
    ledger.note("trois", aside(table.iloc[:1], "troisième").assign(detail="précision"))
    assert list(ledger.rejects) == list(REJECT_COLUMNS)
    assert ledger.rejects["motif"].tolist() == ["premier", "premier", "second", "troisième"]
    assert ledger.rejects["detail"].tolist()[-1] == "précision"


def test_tables_given_are_left_alone():
    table = survey(ROWS)
    before = table.copy()
    Ledger().balance("étape", table, table.iloc[:2], aside(table.iloc[2:]))
    pd.testing.assert_frame_equal(table, before)
