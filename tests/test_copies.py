"""The same rows under two file names, in tables whose rows have no key: refused, or each would be counted twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from atlas.errors import AtlasError
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.sources import Inputs, read_sources
from atlas.territory import read_territory

HEAD = '[territoire]\nnom = "T"\ncampagnes = [2022]\n'
SURVEY = "campagne;bailleur;id_adresse;adresse;code_postal;code_insee;nb_logements\n2022;B;A1;1 rue X;93140;93010;20\n"
DECISIONS = (
    "annee;trimestre;bailleur;id_adresse;code_insee;en_qpv;quartile;issue\n"
    "2022;1;B;A1;93010;non;1;bail signé\n2022;1;B;A1;93010;non;1;bail signé\n2022;2;B;A1;93010;non;3;bail signé\n"
)
REGISTER = "DEPCOM;CODEPOSTAL;NUMVOIE;TYPVOIE;NOMVOIE\n93010;93140;1;RUE;X\n93010;93140;1;RUE;X\n93010;93140;2;RUE;X\n"
HOMES = "campagne;bailleur;id_adresse;adresse;code_postal;code_insee;ressources_pct_plus\n" + "".join(
    f"2022;B;A1;1 rue X;93140;93010;{share}\n" for share in (35, 62, 35)
)
CASES = {
    "attributions": (DECISIONS, '[sources.ops]\nfichiers = ["ops.csv"]\n[sources.attributions]\n'),
    "rpls": (REGISTER, "[sources.rpls]\n"),
    "ops": (HOMES, '[sources.ops]\ngrain = "menage"\n'),
}


def read(folder: Path, section: str, one: str, other: str) -> Inputs:
    for name, text in (("ops.csv", SURVEY), ("un.csv", one), ("deux.csv", other)):
        (folder / name).write_text(text, "utf-8")
    (folder / "t.toml").write_text(HEAD + CASES[section][1] + 'fichiers = ["un.csv", "deux.csv"]\n', "utf-8")
    return read_sources(read_territory(folder / "t.toml"), read_parameters(), Ledger(), needs=())


@pytest.mark.parametrize("section", CASES)
def test_the_same_rows_in_two_files_are_refused_in_any_order(tmp_path, section):
    text = CASES[section][0]
    head, *rows = text.splitlines()
    for other in (text, "\n".join([head, *rows[::-1]]) + "\n"):
        with pytest.raises(AtlasError) as caught:
            read(tmp_path, section, text, other)
        (fault,) = caught.value.faults
        assert fault.code.endswith("-FICHIER-DOUBLE") and "un.csv et deux.csv" in fault.what


@pytest.mark.parametrize("section", CASES)
def test_rows_that_repeat_in_one_file_or_partly_in_another_are_rows(tmp_path, section):
    text = CASES[section][0]
    head, *rows = text.splitlines()
    inputs = read(tmp_path, section, text, "\n".join([head, *rows[:2]]) + "\n")
    counted = len(inputs.attributions) if section == "attributions" else inputs.ops["nb_logements"].sum()
    assert counted == 5
