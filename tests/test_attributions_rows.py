"""The command on decisions: real headers, wordings, dates, quartiles computed, quarters, holders, demand."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from atlas.convention import attributions
from atlas.convention.progress import projected
from atlas.inspect import inspect_file
from atlas.ledger import Ledger
from atlas.shares import Counts
from atlas.sources.attributions import read_attributions
from atlas.sources.desk import Desk
from atlas.territory import DecisionSource

DEMO = Path(__file__).parent.parent / "data" / "demo"
HEADERS = (
    "ID_demande_unique;Date_passage_commission;Libelle_decision;Libelle_motif_refus_demandeur;"
    "Libelle_motif_non_attribution;Date_signature_bail;Indicateur_premier_quartile;Indicateur_QPV;Libelle_QPV;"
    "Libelle_reservataire_proposition;Code_niveau_patrimoine_1;Libelle_patrimoine;Pourcentage_revenus_plafond_plus;"
    "Libelle_composition_familiale\n"
)
EXPORT = (
    HEADERS
    + "1;15/01/2023;Attribution;;;01/02/2023;O;N;;Préfecture;1;Les Lilas;30;Seul\n"
    + "2;15/01/2023;Attribution;Loyer;;;N;O;Fontaine;Commune;1;Les Lilas;50;Seul\n"
    + "3;44986;Attribution;;;45010;N;N;;Commune;1;Les Lilas;50;Seul\n"
    + "4;01/03/2023;Non attribution;;Dossier incomplet;;N;N;;Commune;1;Les Lilas;50;Seul\n"
    + "5;20/03/2023;Attribution sous condition suspensive;;;;N;O;Fontaine;;1;Les Lilas;50;Seul\n"
    + "6;20/05/2023;Attribution;;;02/06/2023;;N;;;1;Les Lilas;;Seul\n"
)


def results_of(folder, text, name="d.csv", encoding="utf-8", territory=None):
    (folder / name).write_bytes(text.encode(encoding))
    found = attributions([folder / name], territory=territory)
    return {(row["annee"], row["bailleur"], row["test"]): row for row in found.rows}, found


def figures(row):
    return row["numerateur"], row["denominateur"], row["inconnus"]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_an_export_of_a_landlord_s_software_is_read(encoding, tmp_path):
    rows, found = results_of(tmp_path, EXPORT, "Habitat Sud.csv", encoding)
    assert figures(rows[2023, "EPCI", "q1_hors_qpv"]) == (1, 2, 1)  # the last lease does not tell its quartile
    assert figures(rows[2023, "Habitat Sud", "q2_q4_qpv"]) == (2, 2, 0)  # a refusal, and one without a lease yet
    assert (2023, "EPCI", "prioritaires") not in rows
    said = "\n".join(found.remarks)
    assert "1 décision de ne pas attribuer" in said and "bailleur non dit" in said


def test_an_export_in_a_workbook_has_dates_and_not_numbers(tmp_path):
    lines = [line.split(";") for line in EXPORT.splitlines()]
    table = pd.DataFrame(lines[1:], columns=lines[0])
    for name in ("Date_passage_commission", "Date_signature_bail"):
        table[name] = pd.to_datetime(table[name], format="%d/%m/%Y", errors="coerce")
    table.loc[2, "Date_passage_commission"] = pd.Timestamp("2023-03-01")
    table.loc[2, "Date_signature_bail"] = pd.Timestamp("2023-03-25")
    table.to_excel(tmp_path / "export.xlsx", index=False)
    found = attributions([tmp_path / "export.xlsx"])
    by = {(row["annee"], row["bailleur"], row["test"]): row for row in found.rows}
    assert figures(by[2023, "EPCI", "q1_hors_qpv"]) == (1, 2, 1)


def test_wordings_are_mapped_by_the_territory_file_and_the_landlord_named_there(tmp_path):
    territory = tmp_path / "t.toml"
    territory.write_text(
        '[sources.attributions]\nbailleur = "Habitat Sud"\nannee = 2022\n'
        '[sources.attributions.colonnes]\nen_qpv = "Zone"\n'
        '[sources.attributions.libelles.issue]\n"Accordé" = "bail signé"\n'
        '[sources.attributions.libelles.en_qpv]\n"ZP" = "oui"\n"HZ" = "non"\n',
        "utf-8",
    )
    text = "Zone;quartile;issue\nHZ;Q1;Accordé\nHZ;Quartile 3;accorde\nZP;2 à 4;Refus du demandeur\n"
    rows, _ = results_of(tmp_path, text, territory=territory)
    assert figures(rows[2022, "Habitat Sud", "q1_hors_qpv"]) == (1, 2, 0)
    assert figures(rows[2022, "Habitat Sud", "q2_q4_qpv"]) == (1, 1, 0)


def test_two_years_without_a_column_are_told_apart_by_dates(tmp_path):
    head = "bailleur;en_qpv;quartile;date_decision;date_bail\n"
    text = head + "A;non;1;31/12/2021;05/01/2022\nA;non;2;2022-01-02;2022-01-05\n"
    rows, _ = results_of(tmp_path, text)
    assert figures(rows[2021, "A", "q1_hors_qpv"]) == (1, 1, 0)
    assert figures(rows[2022, "A", "q1_hors_qpv"]) == (0, 1, 0)


def test_a_total_row_at_the_bottom_is_no_decision(tmp_path):
    text = "annee;bailleur;en_qpv;quartile;issue\n2022;A;oui;2;refus\n2022;A;oui;1;refus\n;Total;;;\n"
    rows, found = results_of(tmp_path, text)
    assert figures(rows[2022, "EPCI", "q2_q4_qpv"]) == (1, 2, 0)
    assert any("1 ligne de total" in remark for remark in found.remarks)


def test_decisions_counted_by_the_row_are_as_many(tmp_path):
    text = "annee;bailleur;en_qpv;quartile;issue;nb\n2022;A;non;1;bail signé;3\n2022;A;non;2;bail signé;7\n"
    rows, _ = results_of(tmp_path, text)
    assert figures(rows[2022, "A", "q1_hors_qpv"]) == (3, 10, 0)


def test_quartiles_are_computed_from_resources_and_those_declared_are_checked(tmp_path):
    text = (
        "annee;code_insee;bailleur;en_qpv;issue;ressources_annuelles;"
        "personnes_14_ans_et_plus;enfants_moins_14_ans;quartile\n"
        + "2025;21231;A;non;bail signé;9783;1;0;\n"  # the threshold of Dijon métropole is 9784 € in 2025
        + "2025;21231;A;non;bail signé;9784;1;0;\n"
        + "2025;21231;A;non;bail signé;17000;2;1;\n"  # 17000 / 1,8 = 9444 €
        + "2025;21231;A;non;bail signé;20000;2;1;1\n"  # declared otherwise
        + "2023;21231;A;non;bail signé;9000;1;0;\n"  # no threshold is known for 2023
    )
    rows, found = results_of(tmp_path, text)
    assert figures(rows[2025, "A", "q1_hors_qpv"]) == (3, 4, 0)
    assert figures(rows[2023, "A", "q1_hors_qpv"]) == (0, 0, 1)
    assert rows[2023, "A", "q1_hors_qpv"]["etat"] == "non renseigné"
    said = "\n".join(found.remarks)
    assert "contredit par les ressources sur 1 décision, ligne 5 (première : déclaré 1, calculé 2-4)" in said
    assert "aucun seuil n'est connu pour 2023, et aucun n'est extrapolé" in said


def test_the_fictional_metropolis_gives_its_known_answer():
    answer = json.loads((DEMO / "reponse.json").read_text("utf-8"))["attributions_2022"]
    found = attributions([DEMO / "attributions_2022.csv"], territory=DEMO / "territoire.toml")
    whole = {row["test"]: row for row in found.rows if row["bailleur"] == "EPCI"}
    out, inside = whole["q1_hors_qpv"], whole["q2_q4_qpv"]
    known = answer["hors_qpv"]
    assert (out["numerateur"], out["denominateur"]) == (known["baux_q1_ou_relogement"], known["baux"])
    assert out["manque"] == known["manquants_pour_25_pct"]
    assert (inside["numerateur"], inside["denominateur"]) == (
        answer["en_qpv"]["decisions_q2_q4"],
        answer["en_qpv"]["decisions"],
    )
    unknown = sum(quartile["baux"] for quartile in answer["par_lieu_et_quartile"]["inconnu"].values())
    assert out["inconnus"] == unknown and inside["inconnus"] == 92
    rows = pd.read_csv(DEMO / "attributions_2022.csv", sep=";")
    priority = rows["public_prioritaire"].eq("oui")
    for holder in whole["prioritaires"]["reservataires"]:
        own = rows["reservataire"].eq(holder["reservataire"])
        assert (holder["numerateur"], holder["denominateur"]) == (int((own & priority).sum()), int(own.sum()))
        assert holder["cible"] == (100 if holder["reservataire"] == "Etat" else 25)
    quarters = out["trimestres"]
    assert [one["trimestre"] for one in quarters] == [1, 2, 3, 4] and out["projection"] is None
    assert (quarters[-1]["numerateur"], quarters[-1]["denominateur"]) == (out["numerateur"], out["denominateur"])


def test_a_year_of_which_two_quarters_are_known_is_projected_with_an_interval(tmp_path):
    rows = pd.read_csv(DEMO / "attributions_2022.csv", sep=";", dtype=str)
    rows[rows["trimestre"].isin(["1", "2"])].to_csv(tmp_path / "a.csv", sep=";", index=False)
    (whole, *_) = attributions([tmp_path / "a.csv"]).rows
    ahead = whole["projection"]
    assert ahead["trimestres_connus"] == 2 and ahead["denominateur"] == 2 * whole["denominateur"]
    assert ahead["de"] < ahead["part"] < ahead["a"]


def test_the_interval_of_a_projection_holds_what_it_says():
    """Leases drawn at a known rate: the end of the year falls inside the interval nine times out of ten, or more."""
    import numpy as np

    draws, inside = np.random.default_rng(20220101), 0
    for _ in range(400):
        year = draws.random(80) < 0.25
        ahead = projected(Counts(int(year[:40].sum()), 40), 2, 90)
        assert ahead is not None
        inside += ahead.low - 1e-9 <= 100 * year.mean() <= ahead.high + 1e-9
    assert inside >= 350


def test_demand_is_weighed_against_leases(tmp_path):
    (tmp_path / "d.csv").write_text(
        "annee;bailleur;commune;en_qpv;quartile;issue\n2022;A;Ici;non;1;bail signé\n2022;A;Ici;non;3;bail signé\n"
        "2022;A;Ici;non;3;refus\n",
        "utf-8",
    )
    (tmp_path / "demandes.csv").write_text("commune;quartile;nb_demandes\nIci;1;30\nLà;2-4;70\n", "utf-8")
    found = attributions([tmp_path / "d.csv", tmp_path / "demandes.csv"], tmp_path / "s")
    book = pd.read_excel(found.written[1], sheet_name="demande", engine="openpyxl", dtype={"Valeur": str})
    table = book.set_index(["Selon", "Valeur"])
    ratio = table["Demandes par bail signé"]
    assert ratio["Ensemble", "toutes les demandes"] == 50
    assert ratio["Quartile", "1"] == 30 and ratio["Quartile", "2-4"] == 70 and ratio["Commune", "Ici"] == 15
    assert ratio["Commune", "Là"] == "sans objet" and table.loc[("Commune", "Là"), "Baux signés"] == 0


def test_inspect_knows_an_export_and_a_table_already_counted(tmp_path):
    (tmp_path / "export.csv").write_text(EXPORT, "utf-8")
    (tmp_path / "t_2020.csv").write_text("bailleur;attributions_q1_hors_qpv;attributions_hors_qpv\nA;1;4\n", "utf-8")
    export, table = (inspect_file(tmp_path / name) for name in ("export.csv", "t_2020.csv"))
    assert export.section == table.section == "attributions" and not export.missing and not table.missing
    assert 'grain = "tableau"' in table.lines and table.years == (2020,)
    assert not [line for line in export.lines if line.startswith("annee")]  # each decision has its day


def test_a_build_reads_exports_and_leaves_tables_to_the_command(tmp_path):
    (tmp_path / "export.csv").write_text(EXPORT, "utf-8")
    (tmp_path / "t.csv").write_text("bailleur;attributions_q1_hors_qpv;attributions_hors_qpv\nA;1;4\n", "utf-8")
    desk = Desk(Ledger())
    table = read_attributions(
        (
            DecisionSource(fichiers=(tmp_path / "export.csv",), bailleur="Habitat Sud"),
            DecisionSource(fichiers=(tmp_path / "t.csv",), grain="tableau"),
        ),
        desk,
    )
    assert not desk.faults.found and table is not None
    assert set(table["annee"]) == {2023} and set(table["bailleur"]) == {"Habitat Sud"}
    assert table["issue"].tolist() == ["bail signé", "refus", "bail signé", "sans bail", "bail signé"]
    assert table["quartile"].fillna("").tolist() == ["1", "2-4", "2-4", "2-4", ""]
    assert any("t.csv : tableau déjà compté" in remark for remark in desk.remarks)
    assert [entry["etape"] for entry in desk.ledger.entries] == ["décisions de ne pas attribuer"]


def test_the_report_the_refusals_and_the_transfers_are_those_of_the_decisions(tmp_path):
    found = attributions([DEMO / "attributions_2022.csv"], tmp_path / "s")
    rows = pd.read_csv(DEMO / "attributions_2022.csv", sep=";", dtype=str)
    signed, refusals = rows["issue"].eq("bail signé"), rows["issue"].eq("refus")
    sheets = pd.read_excel(found.written[1], sheet_name=None, engine="openpyxl", dtype={"Valeur": str, "Année": str})
    report = sheets["rapport"].set_index(["Bailleur", "Selon", "Valeur"])
    for holder in rows["reservataire"].dropna().unique():
        own = rows["reservataire"].eq(holder)
        line = report.loc[("EPCI", "Réservataire", holder)]
        assert (line["Décisions"], line["Baux signés"]) == (own.sum(), (own & signed).sum())
    mine = rows["bailleur"].eq("Orle Habitat") & rows["en_qpv"].eq("oui")
    line = report.loc[("Orle Habitat", "Situation", "QPV")]
    assert (line["Décisions"], line["Refus"]) == (mine.sum(), (mine & refusals).sum())
    refused = sheets["refus"].set_index(["Bailleur", "Motif"])["Refus"]
    reasons = rows[refusals].fillna({"motif_refus": "non renseigné"}).groupby("motif_refus").size()
    assert refused["EPCI"].sort_index().to_dict() == reasons.to_dict()
    moved = sheets["mutations"].set_index("Bailleur")
    assert moved.loc["EPCI", "Mutations"] == (signed & rows["mutation"].eq("oui")).sum()
    assert moved.loc["EPCI", "Baux signés"] == signed.sum()
    assert len(sheets["rapport"]) > 60 and "feuille «" in found.written[0].read_text("utf-8")


def test_what_nobody_lived_is_told_on_the_page_and_in_the_workbook(demo_territory, tmp_path):
    decisions = demo_territory.with_name("attributions_2022.csv")
    attributions([decisions], tmp_path, demo_territory)
    assert "ce territoire n’existe pas" in (tmp_path / "attributions.html").read_text("utf-8")
    with zipfile.ZipFile(tmp_path / "attributions.xlsx") as book:
        assert "Données fictives" in book.read("xl/sharedStrings.xml").decode()
