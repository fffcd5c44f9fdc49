"""What households answer, as files really hold it: scales, dates that cannot be, denominators made of one activity."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from atlas.errors import AtlasError
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.sources import Inputs, read_sources
from atlas.territory import read_territory

TERRITORY = '[territoire]\nnom = "T"\ncampagnes = [2022]\n[sources.ops]\nfichiers = ["menages.csv"]\ngrain = "menage"\n'
PLACE = {"campagne": "2022", "bailleur": "B", "id_adresse": "A1", "adresse": "1 rue X", "code_postal": "11100"}
USUAL = {
    "ressources_pct_plus": "35",
    "nb_majeurs": "2",
    "majeurs_activite_connue": "2",
    "majeurs_chomeurs": "1",
    "annee_emmenagement": "2015",
}


def read(folder: Path, rows: list[dict[str, str]], rules: str = "") -> Inputs:
    """Read a household file of these rows, one address unless told otherwise; None leaves a column out."""
    whole = [{**PLACE, "code_insee": "11262", **USUAL, **row} for row in rows]
    names = [name for name in dict.fromkeys(name for row in whole for name in row) if whole[0].get(name) is not None]
    lines = [";".join(names), *(";".join(row.get(name) or "" for name in names) for row in whole)]
    (folder / "menages.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "t.toml").write_text(TERRITORY, "utf-8")
    territory = read_territory(folder / "t.toml")
    parameters = read_parameters()
    if rules:
        parameters = parameters.with_local(
            {rules: (1.0, parameters.values[rules][0].unit, "essai")}, date(2022, 12, 31)
        )
    return read_sources(territory, parameters, Ledger())


def refused(folder: Path, rows: list[dict[str, str]]) -> str:
    with pytest.raises(AtlasError) as caught:
        read(folder, rows)
    assert [fault.code for fault in caught.value.faults] == ["MENAGES-ECHELLE"], caught.value
    return str(caught.value)


def rows(column: str, values: list[str], **others: str) -> list[dict[str, str]]:
    return [{column: value, **others} for value in values]


# --- scales ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", [["0,42", "0,35", "1,10", "0"], ["0.42", "0.35", "0.1"], ["0,42"], [".4", ".5"]])
def test_fractions_are_no_percentages(tmp_path, values):
    said = refused(tmp_path, rows("ressources_pct_plus", values))
    assert "ressemblent à des fractions de 1" in said and "42 pour 42 %" in said


def test_one_landlord_in_fractions_is_named(tmp_path):
    good = rows("ressources_pct_plus", ["42", "35", "90"])
    other = rows("ressources_pct_plus", ["0,42", "0,35", "0,9"], bailleur="Logis du Val", id_adresse="A2")
    said = refused(tmp_path, good + other)
    assert "Logis du Val" in said and " de B" not in said


def test_one_campaign_in_fractions_is_not_hidden_by_the_others(tmp_path):
    good = rows("ressources_pct_plus", ["42", "35", "90", "61", "55", "48", "39", "70", "44", "52"] * 3)
    other = rows("ressources_pct_plus", ["0,42", "0,35", "0,9"], campagne="2020")
    assert "ressemblent à des fractions de 1" in refused(tmp_path, good + other)


def test_two_scales_in_one_column_are_refused(tmp_path):
    said = refused(tmp_path, rows("ressources_pct_plus", ["42", "35", "90", "61", "0,5", "0,33"]))
    assert "mêlent deux échelles (33 % d'entre elles" in said


@pytest.mark.parametrize("values", [["1", "2", "3", "2"], ["4", "3", "4", "4"]])
def test_codes_of_bands_are_no_percentages(tmp_path, values):
    assert "ressources_pct_plus" in refused(tmp_path, rows("ressources_pct_plus", values))


def test_percent_signs_are_read(tmp_path):
    inputs = read(tmp_path, rows("ressources_pct_plus", ["15 %", "35%", "45,5 %", "60\u00a0%"]))
    assert inputs.ops[["menages_inf20_plus", "menages_inf40_plus", "menages_inf60_plus"]].iloc[0].tolist() == [1, 2, 3]


def test_the_very_poor_are_kept(tmp_path):
    inputs = read(tmp_path, rows("ressources_pct_plus", ["0", "2", "1,5", "35", "42", "61", "80", "44", "52", "39"]))
    assert inputs.ops["menages_inf20_plus"].iloc[0] == 3 and inputs.ops["menages_ressources_connues"].iloc[0] == 10


INCOME = {"ressources_pct_plus": None, "categorie_menage": "1", "nb_personnes": "2"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["7.500", "12.350", "9.100"], "milliers d'euros"),
        (["7,500", "12,350", "9,100"], "milliers d'euros"),
        (["7,5", "12,3"], "milliers d'euros"),
        (["900", "1150,50", "1020", "780"], "revenus mensuels"),
        (["750000", "1235000", "910000"], "centimes"),
        (["7500", "12,3", "9100", "8000"], "mêlent deux échelles"),
    ],
)
def test_incomes_in_another_unit_are_refused(tmp_path, values, words):
    said = refused(tmp_path, [{**INCOME, "revenu_fiscal": value} for value in values])
    assert words in said and "7500 ou 7 500,00" in said
    assert all(value not in said.replace("7500 ou 7 500,00", "") for value in values)


def test_incomes_as_people_write_them_are_read(tmp_path):
    values = ["7 500,00 €", "7\u202f500", "12350.5", "9100€", "0", "450"]
    ops = read(tmp_path, [{**INCOME, "revenu_fiscal": value} for value in values]).ops
    assert ops["menages_ressources_connues"].iloc[0] == 6
    assert ops[["menages_inf40_plus", "menages_inf60_plus"]].iloc[0].tolist() == [4, 6]


def test_a_planner_may_vouch_for_a_column(tmp_path):
    monthly = [{**INCOME, "revenu_fiscal": value} for value in ("900", "1150", "1020")]
    assert len(read(tmp_path, monthly, "plausibilite_revenu_bas").ops) == 1


# --- moves ----------------------------------------------------------------------------------------------------


def moves(folder: Path, column: str, values: list[str]) -> tuple[float, list[str]]:
    one = {"annee_emmenagement": None} if column != "annee_emmenagement" else {}
    inputs = read(folder, [{**one, column: value} for value in values])
    return inputs.ops["emmenages_recents"].iloc[0], [note for note in inputs.remarks if "emménagement" in note]


@pytest.mark.parametrize(
    "never",
    ["31/12/9999", "9999-12-31", "01/01/1900", "1900-01-01", "02/01/2022", "15/06/2022", "2999-01-01", "00/00/0000",
     "9999", "NC", "1899-12-30"],
)  # fmt: skip
def test_dates_that_cannot_be_are_unknown(tmp_path, never):
    recent, notes = moves(tmp_path, "date_emmenagement", ["01/01/2022", "15/03/2021", "01/01/2010", never])
    assert recent == 2 and "l'emménagement de 1 ménage est postérieur" in notes[0]
    recent, notes = moves(tmp_path, "date_emmenagement", [never, never])
    assert np.isnan(recent) and "l'emménagement de 2 ménages" in notes[0]


@pytest.mark.parametrize("never", ["9999", "1900", "2022", "2023", "0", "999"])
def test_years_that_cannot_be_are_unknown(tmp_path, never):
    recent, notes = moves(tmp_path, "annee_emmenagement", ["2021", "2020", "2010", never])
    assert recent == 2 and "l'emménagement de 1 ménage" in notes[0]


def test_the_year_stands_in_for_a_date_that_cannot_be(tmp_path):
    one = {"date_emmenagement": "31/12/9999", "annee_emmenagement": "2021"}
    inputs = read(tmp_path, [one])
    assert inputs.ops["emmenages_recents"].iloc[0] == 1
    assert not [note for note in inputs.remarks if "emménagement" in note]


def test_ages_of_nobody_are_unknown(tmp_path):
    inputs = read(tmp_path, [{"age_titulaire": age} for age in ("122", "0", "70", "25", "999")])
    assert inputs.ops[["titulaires_moins_30_ans", "titulaires_65_ans_et_plus"]].iloc[0].tolist() == [1, 1]
    assert any("age_titulaire n'est pas entre 15 et 112 ans sur 2 lignes" in note for note in inputs.remarks)


# --- activities -----------------------------------------------------------------------------------------------

BARE = {"majeurs_activite_connue": None}


def activity(folder: Path, rows: list[dict[str, str]]) -> tuple[list[float], list[str]]:
    inputs = read(folder, rows)
    names = ["majeurs_chomeurs", "majeurs_activite_connue", "menages_activite_connue"]
    return inputs.ops[names].iloc[0].tolist(), [note for note in inputs.remarks if "chômage" in note]


def test_adults_and_unemployed_make_no_denominator(tmp_path):
    counts, notes = activity(tmp_path, [{**BARE, "majeurs_chomeurs": n} for n in ("1", "0", "2", "1")])
    assert counts[0] == 4 and np.isnan(counts[1:]).all()
    assert len(notes) == 1 and "B ne donne d'autre activité que le chômage (4 ménages)" in notes[0]
    two = [{**BARE, "bailleur": name, "majeurs_chomeurs": n} for name in ("B", "C") for n in ("1", "0", "2", "1")]
    assert "B, C ne donnent d'autre activité que le chômage (8 ménages)" in activity(tmp_path, two)[1][0]


@pytest.mark.parametrize("blank", ["", "0"])
def test_an_activity_column_that_knows_only_unemployment(tmp_path, blank):
    others = dict.fromkeys(("majeurs_emploi_stable", "majeurs_emploi_precaire", "majeurs_sans_emploi"), blank)
    counts, notes = activity(tmp_path, [{**BARE, **others, "majeurs_chomeurs": n} for n in ("1", "2", "1", "1")])
    assert np.isnan(counts[1]) and len(notes) == 1
    stated = [{"majeurs_chomeurs": n, "majeurs_activite_connue": n} for n in ("1", "2", "1", "0")]
    counts, notes = activity(tmp_path, stated)
    assert np.isnan(counts[1]) and len(notes) == 1


def test_the_unemployed_and_the_inactive_make_no_denominator(tmp_path):
    counts, notes = activity(tmp_path, [{**BARE, "majeurs_sans_emploi": n} for n in ("1", "0", "2", "1")])
    assert np.isnan(counts[1]) and len(notes) == 1


def test_one_landlord_without_activities_leaves_the_others_theirs(tmp_path):
    whole = [{**BARE, "majeurs_chomeurs": "1", "majeurs_emploi_stable": n} for n in ("1", "0")]
    other = [{**BARE, "majeurs_chomeurs": "1", "bailleur": "C", "id_adresse": "A2"}] * 3
    inputs = read(tmp_path, whole + other)
    ops = inputs.ops.set_index("id_adresse")
    assert ops.loc["A1", ["majeurs_activite_connue", "menages_activite_connue"]].tolist() == [3, 2]
    assert np.isnan(ops.loc["A2", "majeurs_activite_connue"]) and np.isnan(ops.loc["A2", "menages_activite_connue"])
    assert any("aucun ménage ne renseigne majeurs_emploi_precaire" in note for note in inputs.remarks)


def test_a_small_landlord_that_tells_every_activity_is_believed(tmp_path):
    others = dict.fromkeys(("majeurs_emploi_stable", "majeurs_emploi_precaire", "majeurs_sans_emploi"), "0")
    counts, notes = activity(tmp_path, [{**BARE, **others, "majeurs_chomeurs": "1"}] * 2)
    assert counts == [2, 2, 2] and not notes


def test_nobody_unemployed_is_an_answer(tmp_path):
    counts, notes = activity(tmp_path, [{"majeurs_chomeurs": "0"}] * 6)
    assert counts == [0, 12, 6] and not notes


@pytest.mark.parametrize("other", [None, "4"])
def test_addresses_of_which_every_known_activity_is_unemployment_make_no_denominator(tmp_path, other):
    counts = {"nb_logements": "20", "menages": "18", "majeurs": "30"}
    addresses = [
        {**PLACE, "id_adresse": f"A{n}", "adresse": f"{n} rue X", "code_insee": "11262", **counts,
         "majeurs_activite_connue": known, "majeurs_chomeurs": jobless}
        for n, known, jobless in ((1, "5", "5"), (2, other or "3", "3"), (3, "0", "0"), (4, "", "2"))
    ]  # fmt: skip
    lines = [";".join(addresses[0]), *(";".join(row.values()) for row in addresses)]
    (tmp_path / "menages.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (tmp_path / "t.toml").write_text(TERRITORY.replace('grain = "menage"\n', ""), "utf-8")
    inputs = read_sources(read_territory(tmp_path / "t.toml"), read_parameters(), Ledger(), needs=("chomage",))
    notes = [note for note in inputs.remarks if "ne donne d'autre activité que le chômage (3 adresses)" in note]
    known = inputs.ops["majeurs_activite_connue"]
    if other:
        assert known.tolist()[:3] == [5, 4, 0] and not notes
    else:
        assert known.isna().all() and len(notes) == 1
