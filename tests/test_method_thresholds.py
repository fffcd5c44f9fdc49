"""Thresholds are those of the active methods, each of them: a method says the same of one unit in every edition."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest

from atlas import judge, methods
from atlas.catalogue import reading
from atlas.plan import plan
from atlas.protect import Scale
from atlas.resources import shipped
from atlas.tables import PUBLISHED
from tests.stage_factory import SECRECY, counts, protected

SECOND = '''
"""A second method: who lives there, in two words."""
import numpy as np
import pandas as pd

from atlas.methods.model import Levels, Method, Outcome
from atlas.tables import Column


def thresholds(rules):
    return {"inf40": [rules["fragilite_inf40"] + 5], "chomage": [10]}


def judge(table, rules):
    social = table["tx_inf40"] >= rules["fragilite_inf40"] + 5
    out = table["tx_chomage"] >= 10
    words = np.select([table["tx_inf40"].isna(), social], ["non déterminé", "très sociale"], "ordinaire")
    return pd.DataFrame({"occupation": words, "emploi": np.where(out, "rare", "courant")}, index=table.index)


METHOD = Method(
    code="occupation_sociale", label="Occupation sociale", reading="Un essai.", source="essai",
    needs=("inf40", "chomage"), rules=("fragilite_inf40",),
    levels=Levels("occupation", "Occupation", {"ordinaire": "Ordinaire", "très sociale": "Très sociale"}),
    judge=judge, thresholds=thresholds, more=(Outcome(Column("emploi", "Emploi", "catégorie")),),
)
'''
LAYER = """
id = "residences_essai"
titre = "Essai"
groupe = "residences"
table = "residences"
genre = "points"
colonne = "occupation_sociale_occupation"
indetermine = "non déterminé"
criteres = ["inf40"]
ordre = 98
sens = "haut"
lecture = "Un essai."
unite = "un essai"
[[classes]]
cle = "ordinaire"
libelle = "ordinaire"
quand = { occupation_sociale_occupation = ["ordinaire"] }
[[classes]]
cle = "très sociale"
libelle = "très sociale"
quand = { occupation_sociale_occupation = ["très sociale"] }
"""
BASE = Path(__file__).parent / "broken" / "base"
BIG = {"nb_logements": 300.0, "menages": 250.0, "nb_adresses": 4.0}


@pytest.fixture
def todo(tmp_path, monkeypatch):
    """The plan of a territory that asks for a method that is one more file."""
    (tmp_path / "occupation_sociale.py").write_text(SECOND, "utf-8")
    monkeypatch.setattr(methods, "__path__", [*methods.__path__, str(tmp_path)])
    layers = shutil.copytree(shipped("layers"), tmp_path / "layers")
    (layers / "residences_essai.toml").write_text(LAYER, "utf-8")
    monkeypatch.setattr(reading, "shipped", lambda folder: tmp_path / folder)
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    target = tmp_path / "territoire.toml"
    target.write_text(target.read_text("utf-8") + '\n[methodes]\nactives = ["seuils", "occupation_sociale"]\n', "utf-8")
    return plan(target, ("partenaire",))


def test_a_second_method_judges_alike_in_every_edition(todo):
    """89 of 200 is 44,5 %: under 45 in the internal edition, and written 44 %, not 45 %, in the others."""
    pairs = [(n, d) for d in (40, 99, 200) for n in range(d + 1)]
    rows = [
        {**BIG, "id": f"r{rank:04d}", "n_inf40": n, "d_inf40": d, "n_chomage": n, "d_chomage": d}
        for rank, (n, d) in enumerate((float(n), float(d)) for n, d in pairs)
    ]
    told = {}
    for name in ("interne", "partenaire", "public"):
        edition = protected(counts(rows), name, scale=todo.scale, rules=SECRECY)
        told[name] = judge.judge(edition, todo.methods, todo.method_rules).units["residences"]
    inside, partner, everybody = (told[name] for name in ("interne", "partenaire", "public"))
    assert partner.loc[pairs.index((89, 200)), "lb_inf40"] == "44 %"
    for code, column in (("inf40", "occupation"), ("chomage", "emploi")):
        shown = partner[f"st_{code}"] == PUBLISHED
        assert shown.mean() > 0.5
        assert (inside[f"occupation_sociale_{column}"] == partner[f"occupation_sociale_{column}"])[shown].all()
        # Everybody reads classes under other names, in another order: what each row says is judged on its own class.
        told_by_class = everybody.groupby(f"lb_{code}")[f"occupation_sociale_{column}"].nunique()
        assert (told_by_class == 1).all()
        rates = {float(value) for value in everybody[f"tx_{code}"].dropna()}
        assert {float(edge) for edge in todo.scale.thresholds[code]} <= rates


def test_thresholds_of_every_active_method_are_kept(todo):
    assert todo.scale.thresholds["inf40"] == (40.0, 45.0)
    assert todo.scale.thresholds["chomage"] == (10.0, 20.0)
    assert todo.scale.thresholds["er_inf40"] == (50.0,)


@pytest.mark.parametrize("threshold", [3.0, 5.0, 6.0])
def test_a_threshold_at_the_low_end_is_never_judged_otherwise(threshold):
    """The number beside « ≤ 5 % » is 5: where a criterion is met from 5 %, nothing is told rather than the contrary."""
    pairs = list(itertools.chain.from_iterable([(n, d) for n in range(d + 1)] for d in (40, 100, 1000)))
    rows = [{**BIG, "id": f"r{i:05d}", "n_inf40": float(n), "d_inf40": float(d)} for i, (n, d) in enumerate(pairs)]
    found = protected(counts(rows), scale=Scale({"inf40": [threshold]}, {}, {"inf40": threshold})).units["residences"]
    met = [100 * n >= threshold * d for n, d in pairs]
    shown = found["st_inf40"] == PUBLISHED
    assert ((found["tx_inf40"] >= threshold) == met)[shown].all()
