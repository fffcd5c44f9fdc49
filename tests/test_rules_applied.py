"""Rules applied while reading are told wherever the others are, with the reservation of those no longer verified."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_ceilings import EUROS, HEAD

from atlas.check import check
from atlas.errors import AtlasError
from atlas.parameters import read_parameters
from atlas.pipeline import counted
from atlas.plan import plan
from atlas.progress import Clock

NEVER = "plausibilite_loyer_bas"  # no dwelling has a rent here


def territory(folder: Path, campaigns: str, rows: str) -> Path:
    more = ";majeurs_chomeurs;majeurs_sans_emploi;annee_emmenagement\n"
    (folder / "menages.csv").write_text(HEAD.replace("\n", more) + rows, "utf-8")
    path = folder / "t.toml"
    path.write_text(
        f'[territoire]\nnom = "T"\nfictif = true\npublie_le = 2026-05-04\ncampagnes = [{campaigns}]\n'
        '[sources.ops]\nfichiers = ["menages.csv"]\ngrain = "menage"\n',
        "utf-8",
    )
    return path


def row(campaign: int, code: str, address: str = "A1") -> str:
    line = EUROS.format(campaign=campaign, code=code, income=9_000, category=1, people=1).strip()
    return f"{line.replace('A1', address)};0;1;2019\n"


def test_what_was_applied_is_listed_by_value_and_what_was_not_is_not(tmp_path):
    rows = row(2020, "93010") + row(2022, "93010") + row(2022, "75112", "A2")
    todo = plan(territory(tmp_path, "2020, 2022", rows), ())
    told = {rule.key for rule in todo.context.rules}
    survey = counted(todo, Clock(lambda step: None))
    rules = todo.context.using(survey.rules).rules
    applied = [(rule.key, rule.since.year) for rule in rules if rule.key.startswith("plafonds_plus")]
    assert sorted(applied) == [
        ("plafonds_plus_ile_de_france", 2020),
        ("plafonds_plus_ile_de_france", 2022),
        ("plafonds_plus_paris", 2022),
    ]
    keys = [rule.key for rule in rules]
    assert {"emmenage_recent", "identite_distance", "bailleur_ressemblance", "plausibilite_emmenagement"} <= set(keys)
    assert told <= set(keys) and NEVER not in keys and "plafonds_plus" not in keys
    assert len({(rule.key, rule.since) for rule in rules}) == len(rules)


def test_a_rule_of_the_sources_used_unverified_is_told_on_the_page_of_reception(tmp_path):
    path = territory(tmp_path, "2030", row(2030, "93010"))
    with pytest.raises(AtlasError) as caught:
        check(path)
    assert [fault for fault in caught.value.faults if "plafonds_plus_ile_de_france" in fault.remedy]
    every = [key for key in read_parameters().values if not key.startswith("secret_")]
    check(path, every, tmp_path / "reception")
    page = (tmp_path / "reception" / "reception.html").read_text("utf-8")
    for key in ("plafonds_plus_ile_de_france", "emmenage_recent"):
        assert f"Règle «\u00a0{key}\u00a0» utilisée au-delà du" in page, key
