"""The restricted register gives low rents as it is delivered: names of each vintage, surfaces by nature, sentinels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from atlas.dwellings import LowRent, low_rents
from atlas.errors import AtlasError
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.sources import Inputs, read_sources
from atlas.territory import read_territory

HEAD = '[territoire]\nnom = "T"\ncampagnes = [2022]\n'
SURVEY = '[sources.ops]\nfichiers = ["ops.csv"]\n'
REGISTER = '[sources.rpls]\nfichiers = ["rpls.csv"]\nmillesime = 2022\n'
HOMES = '[sources.logements]\nfichiers = ["rpls.csv"]\n'
OPS = (
    "campagne;bailleur;id_adresse;adresse;code_postal;code_insee;nb_logements\n"
    "2022;Habitat Narbonne;P1-A;16 rue Voltaire;11100;11262;3\n"
    "2022;Habitat Narbonne;P1-B;2 B, av. de Bordeaux;11100;11262;2\n"
    "2022;Logis du Val;X9;2 bis avenue de Bordeaux;11100;11262;2\n"
    "2022;Logis du Val;X8;7 place du Marché;11110;11262;4\n"
)
NAMES = ("IDENT_REP", "RSEXPRO", "DEPCOM", "CODEPOSTAL", "NUMVOIE", "INDREP", "TYPVOIE", "NOMVOIE", "TYPECONST",
         "NBPIECE", "SURFHAB", "CONSTRUCT", "FINAN", "DPEENERGIE", "MODESURF", "SURFMODE", "LOYERPRINC")  # fmt: skip
ROWS = (
    ("1", "HABITAT NARBONNE", "11262", "11100", "16", "", "R", "VOLTAIRE", "C", "3", "62", "1974", "13", "D", "1",
     "70", "350.0"),
    ("2", "HABITAT NARBONNE", "11262", "11100", "16", "", "R", "VOLTAIRE", "C", "2", "999", "1974", "13", "D", "1",
     "999", "250.0"),
    ("3", "HABITAT NARBONNE", "11262", "11100", "16", "", "RUE", "VOLTAIRE", "E", "2", "45", "0", "13", "NC", "2",
     "110", "9999"),
    ("4", "HABITAT NARBONNE", "11262", "11100", "2", "B", "AV", "DE BORDEAUX", "C", "4", "80", "1981", "13", "NA", "1",
     "9.0e+001", "999"),
    ("5", "SA LOGIS", "11262", "11110", "7", "", "PL", "DU MARCHE", "C", "4", "80", "1981", "13", "A", "3", "80",
     "400"),
    ("6", "SA LOGIS", "11262", "11110", "9", "", "PL", "DU MARCHE", "C", "4", "80", "1981", "13", "A", "9", "0",
     "400"),
)  # fmt: skip


def register(rename=str) -> str:
    return "\n".join(";".join(line) for line in (map(rename, NAMES), *ROWS)) + "\n"


def read(folder: Path, toml: str, rpls: str) -> Inputs:
    (folder / "ops.csv").write_text(OPS, "utf-8")
    (folder / "rpls.csv").write_text(rpls, "utf-8")
    (folder / "t.toml").write_text(HEAD + toml, "utf-8")
    return read_sources(read_territory(folder / "t.toml"), read_parameters(), Ledger(), needs=())


VINTAGES = {
    "2018": lambda name: f"{name.title()}_red" if name in ("MODESURF", "SURFMODE", "LOYERPRINC") else name.title(),
    "2018 entier": lambda name: f"{name.capitalize()}_red",
    "2021": str,
    "2024": str.lower,
}


@pytest.mark.parametrize("rename", VINTAGES.values(), ids=VINTAGES)
def test_every_vintage_gives_low_rents_without_a_mapping(tmp_path, rename):
    inputs = read(tmp_path, SURVEY + HOMES, register(rename))
    homes = inputs.logements.set_index("id_logement")
    assert homes["id_adresse"].tolist()[:5] == ["P1-A", "P1-A", "P1-A", "P1-B", "X8"]
    assert homes.loc["5", "bailleur"] == "Logis du Val"
    assert homes["surface_utile"].tolist()[0] == 70 and homes["surface_utile"].isna().tolist() == [0, 1, 1, 0, 1, 1]
    assert homes["surface_corrigee"].isna().tolist() == [1, 1, 0, 1, 1, 1]
    assert homes["surface_habitable"].fillna(0).tolist() == [62, 0, 45, 80, 80, 80]
    assert homes["loyer_mensuel_hc"].fillna(0).tolist() == [350, 250, 0, 999, 400, 400]
    rents, aside = low_rents(inputs.logements, inputs.ops["id_adresse"], LowRent(5.10, "SU"), 2022)
    told = rents.set_index("id_adresse")[["logements_bas_loyer", "logements_loyer_connu"]]
    assert told.loc["P1-A"].tolist() == [1, 1] and told.loc["P1-B"].tolist() == [0, 1]
    assert aside["id"].tolist() == ["6"]  # 9 place du Marché is not in the survey


def test_the_register_alone_is_its_own_survey(tmp_path):
    inputs = read(tmp_path, REGISTER + HOMES, register())
    assert set(inputs.logements["id_adresse"]) == set(inputs.ops["id_adresse"])
    rents, aside = low_rents(inputs.logements, inputs.ops["id_adresse"], LowRent(5.10, "SH"), 2022)
    assert rents["logements_loyer_connu"].sum() == 4 and aside.empty


def test_a_street_shared_by_two_landlords_is_never_guessed(tmp_path):
    ops = OPS + "2022;Tiers Habitat;T1;16 rue Voltaire;11100;11262;3\n"
    (tmp_path / "ops.csv").write_text(ops, "utf-8")
    (tmp_path / "rpls.csv").write_text(register(), "utf-8")
    (tmp_path / "t.toml").write_text(HEAD + SURVEY + HOMES, "utf-8")
    inputs = read_sources(read_territory(tmp_path / "t.toml"), read_parameters(), Ledger(), needs=())
    assert inputs.logements["id_adresse"].tolist()[:3] == ["P1-A"] * 3  # it bears the name of one of the two
    renamed = register().replace("HABITAT NARBONNE", "OFFICE 11")
    (tmp_path / "rpls.csv").write_text(renamed, "utf-8")
    inputs = read_sources(read_territory(tmp_path / "t.toml"), read_parameters(), Ledger(), needs=())
    assert inputs.logements["id_adresse"].tolist()[:4] == ["11262-11100-16-rue-voltaire"] * 3 + ["P1-B"]


def test_a_landlord_file_still_needs_its_addresses(tmp_path):
    with pytest.raises(AtlasError) as caught:
        read(tmp_path, SURVEY + HOMES, "id_logement;bailleur;loyer_mensuel_hc\n1;B;350\n")
    assert [fault.code for fault in caught.value.faults] == ["LOGEMENTS-LIEU"]


@pytest.mark.parametrize(
    ("factor", "words"),
    [(12, "des loyers annuels"), (100, "des centimes"), (1 / 70, "des loyers au m²"), (1 / 1000, "milliers d'euros")],
)
def test_rents_in_another_unit_are_refused(tmp_path, factor, words):
    rents = [350, 420, 385.5, 402.25]
    lines = [f"{n};P1-A;Habitat Narbonne;70;{rent * factor:.4f}" for n, rent in enumerate(rents, start=1)]
    text = "id_logement;id_adresse;bailleur;surface_utile;loyer\n" + "\n".join(lines) + "\n"
    with pytest.raises(AtlasError) as caught:
        read(tmp_path, SURVEY + HOMES, text)
    assert [fault.code for fault in caught.value.faults] == ["LOGEMENTS-ECHELLE"]
    assert words in str(caught.value) and "des euros par mois" in str(caught.value)


def test_a_rent_read_with_a_thousands_point_is_unknown(tmp_path):
    lines = [f"{n};P1-A;Habitat Narbonne;70;{rent}" for n, rent in enumerate(["350,00 €"] * 9 + ["1.250"], start=1)]
    text = "id_logement;id_adresse;bailleur;surface_utile;loyer\n" + "\n".join(lines) + "\n"
    inputs = read(tmp_path, SURVEY + HOMES, text)
    pd.testing.assert_series_equal(
        inputs.logements["loyer_mensuel_hc"], pd.Series([350.0] * 9 + [np.nan], name="loyer_mensuel_hc")
    )
    assert any("ne dépasse pas 20 € sur 1 ligne" in note for note in inputs.remarks)


def test_vacancy_is_of_the_dwellings_let_or_offered(tmp_path):
    modes = ["1", "2", "1", "2", "1", "3"]
    lines = register().splitlines()
    text = "\n".join([f"{lines[0]};MODE_red", *(f"{line};{mode}" for line, mode in zip(lines[1:], modes, strict=True))])
    inputs = read(tmp_path, REGISTER, text + "\n")
    counts = inputs.ops.set_index("nom_voie")
    vacant, among = counts["logements_vacants"], counts["logements_loues_ou_proposes"]
    assert vacant["VOLTAIRE"] == 1 and vacant["DE BORDEAUX"] == 1
    assert vacant["DU MARCHE"].tolist() == [0, 0]
    assert among["DU MARCHE"].tolist() == [1, 0]  # empty for works or sale: out of the rate, both ends
    assert read(tmp_path, REGISTER, register()).ops["logements_vacants"].isna().all()


def test_long_vacancy_is_told_from_the_departure_of_the_last_tenant(tmp_path):
    head = "DEPCOM;CODEPOSTAL;NUMVOIE;TYPVOIE;NOMVOIE;MODE;DATE_DEP_DERLOCAT\n"

    def counts(*homes: str) -> tuple[float, float]:
        rows = "".join(f"11262;11100;1;RUE;VOLTAIRE;{home}\n" for home in homes)
        (row,) = read(tmp_path, REGISTER, head + rows).ops.to_dict("records")
        return row["logements_vacants"], row["logements_vacants_plus_3_mois"]

    # The register is as at 1 January 2022: who left in September 2021 did over three months ago, not in October.
    assert counts("1;01/2020", "2;30/09/2021", "2;2021-10-01", "2;09/2021") == (3, 2)
    assert counts("1;", "1;12/2021") == (0, 0)
    for unknown in ("", "01/1900", "NA", "02/2022", "9999"):
        vacant, long = counts("2;05/2021", f"2;{unknown}")
        assert vacant == 2 and np.isnan(long), unknown
    assert counts("2;05/2021", "3;05/2019") == (1, 1)


def test_the_register_is_judged_by_commune_beside_a_landlord_s_file(tmp_path):
    own = "id_logement;id_adresse;bailleur;surface_utile;loyer_mensuel_hc\nL1;X9;Logis du Val;60;310\n"
    (tmp_path / "bailleur.csv").write_text(own, "utf-8")
    both = SURVEY + HOMES.replace('"rpls.csv"', '"bailleur.csv", "rpls.csv"')
    far = register().replace(";11262;11110;9;", ";67482;67000;9;")
    assert len(read(tmp_path, both, far.replace("110;9999", "110;300")).logements) == 7
    assert len(read(tmp_path, both, far.replace("9;0;400", "9;0;-400")).logements) == 7  # Strasbourg is not judged
    for wrong in (far.replace("350.0", "-350.0"), far.replace("\n2;HAB", "\n1;HAB")):
        with pytest.raises(AtlasError) as caught:
            read(tmp_path, both, wrong)
        assert all(fault.code.startswith("LOGEMENTS-") for fault in caught.value.faults)
