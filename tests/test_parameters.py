"""The numbers: what is refused with which words, what is in force on which day, what may never be waived."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from atlas.errors import AtlasError
from atlas.parameters import CLOCKS, NATURES, Parameters, Rule, read_parameters

GOOD = """\
cle = "seuil"
libelle = "Un seuil"
unite = "%"
nature = "règle publiée"
horloge = "publication"

[[valeurs]]
depuis = 2020-01-01
valeur = 40
reference = "Document cadre, 2.3.1"
verifie_jusqu_au = 2022-12-31

[[valeurs]]
depuis = 2024-01-01
valeur = 45
reference = "Document cadre, révision"
verifie_jusqu_au = 2026-12-31
"""


def written(folder: Path, text: str = GOOD, name: str = "seuil.toml") -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder


def faults(folder: Path) -> list[str]:
    with pytest.raises(AtlasError) as caught:
        read_parameters(folder)
    return [str(fault) for fault in caught.value.faults]


def test_a_good_file_gives_its_values_in_order_of_date(tmp_path):
    rules = read_parameters(written(tmp_path)).values["seuil"]
    assert [(rule.value, rule.since.year, rule.verified_until.year) for rule in rules] == [
        (40, 2020, 2022),
        (45, 2024, 2026),
    ]
    assert rules[0].reference == "Document cadre, 2.3.1"


BROKEN = {
    "no key": (r'cle = "seuil"\n', "", "PARAM-INCOMPLET", "« cle » manque"),
    "key of another file": ('cle = "seuil"', 'cle = "seul"', "PARAM-CLE", "déclare la clé « seul »"),
    "no label": (r'libelle = "Un seuil"\n', "", "PARAM-INCOMPLET", "« libelle » manque"),
    "no unit": (r'unite = "%"\n', "", "PARAM-INCOMPLET", "« unite » manque"),
    "unreferenced": (r'reference = "Document cadre, 2.3.1"\n', "", "PARAM-INCOMPLET", "(valeur 1) : « reference »"),
    "blank reference": ('"Document cadre, 2.3.1"', '"  "', "PARAM-INCOMPLET", "« reference » manque ou est vide"),
    "undated": (r"depuis = 2020-01-01\n", "", "PARAM-INCOMPLET", "(valeur 1) : « depuis »"),
    "never verified": (r"verifie_jusqu_au = 2026-12-31\n", "", "PARAM-INCOMPLET", "(valeur 2) : « verifie_jusqu_au »"),
    "no value": (r"valeur = 45\n", "", "PARAM-INCOMPLET", "(valeur 2) : « valeur »"),
    "date as a text": ("depuis = 2020-01-01", 'depuis = "2020-01-01"', "PARAM-TYPE", "une date sans guillemets"),
    "date with an hour": ("= 2020-01-01", "= 2020-01-01T00:00:00", "PARAM-TYPE", "une date sans guillemets"),
    "label as a number": ('"Un seuil"', "3", "PARAM-TYPE", "« libelle » vaut 3"),
    "value as a text": (
        "valeur = 40",
        'valeur = "40"',
        "PARAM-TYPE",
        "un nombre, une liste de nombres ou une liste de mots",
    ),
    "value as a boolean": (
        "valeur = 40",
        "valeur = true",
        "PARAM-TYPE",
        "un nombre, une liste de nombres ou une liste de mots",
    ),
    "value not a number": (
        "valeur = 40",
        "valeur = nan",
        "PARAM-TYPE",
        "un nombre, une liste de nombres ou une liste de mots",
    ),
    "misspelt field": ("reference = ", "referance = ", "PARAM-CHAMP", "champ inconnu « referance »"),
    "misspelt header": ("horloge = ", "orloge = ", "PARAM-CHAMP", "champ inconnu « orloge »"),
    "unknown nature": ("règle publiée", "coutume", "PARAM-VALEUR", "nature vaut « coutume »"),
    "unknown clock": ('horloge = "publication"', 'horloge = "lune"', "PARAM-VALEUR", "horloge vaut « lune »"),
    "two values of one day": ("= 2024-01-01", "= 2020-01-01", "PARAM-DOUBLE", "deux valeurs à partir du 01/01/2020"),
    "verified before it holds": ("= 2022-12-31", "= 2019-12-31", "PARAM-DATES", "31/12/2019, avant sa prise d'effet"),
    "key written twice": ('unite = "%"', 'unite = "%"\nunite = "€"', "PARAM-TOML", "pas un fichier TOML lisible"),
    "not TOML": ("cle =", "cle", "PARAM-TOML", "pas un fichier TOML lisible"),
    "values as a number": (r"\[\[valeurs\]\][\s\S]*", "valeurs = 3", "PARAM-TYPE", "une liste [[valeurs]]"),
    "values without dates": (r"\[\[valeurs\]\][\s\S]*", "valeurs = [40]", "PARAM-TYPE", "une liste [[valeurs]]"),
    "no value at all": (r"\[\[valeurs\]\][\s\S]*", "valeurs = []", "PARAM-INCOMPLET", "« valeurs » manque"),
    "empty file": (r"[\s\S]*", "", "PARAM-INCOMPLET", "« cle » manque"),
}


@pytest.mark.parametrize(("pattern", "replacement", "code", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_with_words_that_help(tmp_path, pattern, replacement, code, words):
    if re.escape(pattern) != pattern and "\\" not in pattern:
        pattern = re.escape(pattern)
    text, changes = re.subn(pattern, lambda match: replacement, GOOD, count=1)
    assert changes == 1
    said = faults(written(tmp_path, text))
    mine = [fault for fault in said if f"[{code}]" in fault and words in fault]
    assert mine, said
    assert all("seuil.toml" in fault and "À faire :" in fault for fault in mine)


def test_a_file_that_is_not_utf8_is_refused(tmp_path):
    (tmp_path / "seuil.toml").write_bytes(GOOD.encode("latin-1"))
    assert "PARAM-TOML" in faults(tmp_path)[0]


def test_the_faults_of_every_file_are_told_at_once(tmp_path):
    written(tmp_path, GOOD.replace('unite = "%"\n', "").replace("valeur = 45\n", ""), "un.toml")
    written(tmp_path, GOOD.replace('"publication"', '"lune"').replace('"seuil"', '"deux"'), "deux.toml")
    said = faults(written(tmp_path, "cle", "trois.toml"))
    assert len(said) == 4
    assert all(any(name in fault for fault in said) for name in ("un.toml", "deux.toml", "trois.toml"))


# In force


def code_of(parameters: Parameters, key: str, day: date) -> str:
    with pytest.raises(AtlasError) as caught:
        parameters.at(key, day)
    (fault,) = caught.value.faults
    return str(fault)


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (date(2020, 1, 1), 40),
        (date(2022, 12, 31), 40),
        (date(2024, 1, 1), 45),
        (date(2026, 12, 31), 45),
    ],
)
def test_a_value_holds_from_its_first_day_to_its_verified_one(tmp_path, day, value):
    rule = read_parameters(written(tmp_path)).at("seuil", day)
    assert (rule.value, rule.unverified) == (value, False)


def test_a_gap_between_two_values_is_never_filled_in_silence(tmp_path):
    parameters = read_parameters(written(tmp_path))
    for day in (date(2023, 1, 1), date(2023, 12, 31), date(2027, 1, 1)):
        said = code_of(parameters, "seuil", day)
        assert "PARAM-PERIME" in said
        assert "--accepter-non-verifie seuil" in said and "data/parameters/seuil.toml" in said
        assert f"{day:%d/%m/%Y}" in said
    said = code_of(parameters, "seuil", date(2019, 12, 31))
    assert "PARAM-AVANT" in said and "01/01/2020" in said


def test_an_unknown_rule_says_where_to_write_it(tmp_path):
    said = code_of(read_parameters(written(tmp_path)), "loyer_plai", date(2022, 1, 1))
    assert "PARAM-INCONNU" in said and "[regles.loyer_plai]" in said


def test_an_accepted_rule_is_used_and_marked(tmp_path):
    parameters = read_parameters(written(tmp_path)).accepting(["seuil"])
    late, early = parameters.at("seuil", date(2027, 1, 1)), parameters.at("seuil", date(2025, 1, 1))
    assert (late.value, late.unverified) == (45, True)
    assert not early.unverified
    assert "PARAM-AVANT" in code_of(parameters, "seuil", date(2019, 1, 1))


def test_accepting_an_unknown_rule_or_a_secrecy_rule_is_refused_both_told():
    with pytest.raises(AtlasError) as caught:
        read_parameters().accepting(["fragilite_inf4O", "secret_logements"])
    assert [fault.code for fault in caught.value.faults] == ["PARAM-INCONNU", "PARAM-SECRET"]


def test_a_stale_secrecy_rule_stays_refused_even_if_named_accepted():
    shipped = read_parameters()
    forced = Parameters(shipped.values, frozenset({"secret_logements"}))
    said = code_of(forced, "secret_logements", date(2100, 1, 1))
    assert "PARAM-PERIME" in said and "--accepter" not in said


def test_in_force_lists_each_rule_once_and_says_which_are_no_longer_verified(tmp_path):
    parameters = read_parameters(written(tmp_path))
    assert [(rule.value, rule.unverified) for rule in parameters.in_force(date(2023, 6, 1))] == [(40, True)]
    assert [(rule.value, rule.unverified) for rule in parameters.in_force(date(2024, 6, 1))] == [(45, False)]
    assert parameters.in_force(date(2019, 1, 1)) == []


# Local values


def local(value: float, unit: str = "%", source: str = "Document local") -> tuple[float, str, str]:
    return value, unit, source


def test_a_territory_may_give_its_own_value_with_its_source(tmp_path):
    parameters = read_parameters(written(tmp_path)).with_local(
        {"seuil": local(35.0), "loyer_plai": local(5.1, "€/m² SU")}, date(2022, 12, 31)
    )
    rule = parameters.at("seuil", date(2022, 1, 1))
    assert (rule.value, rule.label, rule.nature, rule.reference, rule.local) == (
        35.0,
        "Un seuil",
        "valeur locale",
        "Document local",
        True,
    )
    assert parameters.at("loyer_plai", date(2022, 1, 1)).unit == "€/m² SU"


def test_no_territory_may_change_a_rule_of_secrecy():
    for key in [key for key in read_parameters().values if key.startswith("secret_")]:
        with pytest.raises(AtlasError, match=rf"PARAM-SECRET.*{key}"):
            read_parameters().with_local({key: local(1.0, "logements")}, date(2030, 1, 1))


def test_a_local_value_in_another_unit_is_refused(tmp_path):
    with pytest.raises(AtlasError, match=r"PARAM-UNITE.*« part ».*\n.*« % »"):
        read_parameters(written(tmp_path)).with_local({"seuil": local(0.4, "part")}, date(2022, 12, 31))


# The rules that travel with the program


def shipped_rules() -> list[Rule]:
    return [rule for dated in read_parameters().values.values() for rule in dated]


def test_every_shipped_rule_is_dated_referenced_and_of_a_declared_nature():
    rules = shipped_rules()
    assert len(rules) > 15
    for rule in rules:
        assert rule.nature in NATURES and rule.clock in CLOCKS, rule.key
        assert len(rule.reference) > 15 and rule.since <= rule.verified_until, rule.key
        assert rule.nature == "règle publiée" or rule.reference.startswith("Choix du projet"), rule.key


def test_the_published_rules_have_their_published_values():
    """Recopied by hand from the sources that the rules cite."""
    day = date(2026, 1, 1)
    published = {
        "fragilite_inf40": 40,
        "fragilite_er_inf40": 50,
        "fragilite_chomage": 20,
        "secret_logements": 11,
        "secret_menages": 11,
        "emmenage_recent": 2,
    }
    parameters = read_parameters()
    assert {key: parameters.at(key, day).value for key in published} == published
    ceilings = {
        2020: [20870, 27870, 33516, 40462, 47599, 53644, 5983],
        2022: [21139, 28231, 33949, 40985, 48214, 54338, 6061],
        2024: [22642, 30238, 36362, 43899, 51641, 58200, 6492],
        2026: [23403, 31254, 37584, 45374, 53376, 60156, 6710],
    }
    for year, values in ceilings.items():
        assert parameters.at("plafonds_plus", date(year, 1, 1)).value == values


def test_the_ceilings_of_one_year_are_never_used_for_the_next():
    dated = read_parameters().values["plafonds_plus"]
    last = dated[-1].verified_until
    assert "PARAM-PERIME" in code_of(read_parameters(), "plafonds_plus", last + timedelta(days=1))
    assert "PARAM-AVANT" in code_of(read_parameters(), "plafonds_plus", dated[0].since - timedelta(days=1))
    for before, after in pairwise(dated):
        assert before.verified_until + timedelta(days=1) == after.since
