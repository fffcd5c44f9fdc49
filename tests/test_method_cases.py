"""Every method on an expert's examples: files of ``cases/`` that name a method.

A file gives one residence under the survey's own names, then examples of it: what differs, and what is expected of each
edition. Under ``territoire`` are the territory's rates (%, or people per dwelling), for a method that compares; under
``loyers`` dwellings by rent in €/m² of surface utile, under ``tailles`` by size as the stock's table says it; under
``alertes`` what landlords set. A column expected to be
empty is ``"vide"``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from atlas.count import count
from atlas.dwellings import SURFACES, LowRent, low_rents
from atlas.methods import features_of, load
from atlas.methods.alerte import ALERTS
from atlas.parameters import read_parameters
from atlas.protect import Scale
from atlas.tables import INDICATORS, PUBLISHED, STOCK_COLUMNS
from tests.edition_factory import DAY, resealed
from tests.stage_factory import protected, survey, texts

FOLDER = Path(__file__).parent / "cases"
RULES: dict[str, Any] = {rule.key: rule.value for rule in read_parameters().in_force(DAY)}
CEILING = LowRent(5.10, "SU")
GIVEN = ("comptes", "territoire", "loyers", "tailles", "alertes", "regles")
FIELDS = {"methode", *GIVEN, "exemples"}
ALSO = {"titre", "raison", *GIVEN, "attendu"}


def examples() -> Iterator[Any]:
    """Each example, completed by what its file says of all."""
    for path in sorted(FOLDER.glob("*.toml")):
        held = tomllib.loads(path.read_text("utf-8"))
        if "methode" not in held:
            continue  # an example of the three criteria, read by tests/test_judge.py
        assert set(held) <= FIELDS, f"{path.name}: misspelt field"
        for rank, one in enumerate(held["exemples"], start=1):
            assert set(one) <= ALSO and one["titre"], f"{path.name}, {rank}: misspelt field"
            whole = {name: {**held.get(name, {}), **one.get(name, {})} for name in GIVEN}
            yield pytest.param({**one, **whole, "methode": held["methode"]}, id=f"{path.stem}-{rank}")


EXAMPLES = list(examples())


def dwellings(rents: dict[str, int]) -> pd.DataFrame | None:
    """Homes of 50 m² (surface utile) at these rents per m²."""
    if not rents:
        return None
    every = [float(rent) for rent, homes in rents.items() for _ in range(homes)]
    table = pd.DataFrame(index=pd.RangeIndex(len(every)))
    return table.assign(
        id_logement=texts([f"l{rank}" for rank in table.index]),
        id_adresse="a",
        loyer_mensuel_hc=[round(50 * rent, 2) for rent in every],
        **{surface: 50.0 if surface == "surface_utile" else float("nan") for surface in SURFACES.values()},
    )


def homes_by_size(sizes: dict[str, int], identifier: str) -> pd.DataFrame:
    """The table of the stock of one residence."""
    rows = [("residences", identifier, "taille", word, float(homes)) for word, homes in sizes.items()]
    return pd.DataFrame(rows, columns=[column.name for column in STOCK_COLUMNS])


def judged(case: dict[str, Any], audience: str) -> pd.Series:
    """Judge the residence of an example as an audience reads it, beside the territory that it gives."""
    (method,) = load([case["methode"]])
    counted = {name: value for name, value in case["comptes"].items() if value != "non renseigné"}
    rows = survey([{"id_adresse": "a", **counted}])
    assert set(counted) <= set(rows.columns), "a count that the survey does not have"
    rents = low_rents(dwellings(case["loyers"]), texts(["a"]), CEILING, 2022)[0]
    place = {
        "id_residence": "R",
        "bailleur": "Habitat du Val",
        "code_insee": "93010",
        "code_iris": None,
        "code_qpv": None,
    }
    addresses = pd.DataFrame([{"id_adresse": "a", "situation": "non placé", **place}]).astype("str")
    nothing = pd.DataFrame({"id_adresse": texts([]), "id": texts([])})
    table = count(rows, addresses, nothing, rents).units["residences"]
    edition = protected(table, audience, scale=Scale({}, {}, {}))
    edition = resealed(edition, stock=homes_by_size(case["tailles"], edition.units["residences"]["id"].iloc[0]))
    read, _ = edition.read("residences", edition.units["residences"], features_of([method]))
    around = {f"tx_{code}": float(rate) for code, rate in case["territoire"].items()}
    around |= {f"st_{code}": PUBLISHED if code in case["territoire"] else "secret" for code in INDICATORS}
    around = {f"tx_{code}": float("nan") for code in INDICATORS} | around
    rules = RULES | {name: _value(name, value) for name, value in case["regles"].items()} | {ALERTS: case["alertes"]}
    read = read.assign(bailleur="Habitat du Val")
    return (
        method.judged(read, rules, pd.DataFrame([around], read.index)).iloc[0].rename(lambda name: _bare(name, method))
    )


def _value(name: str, value: Any) -> Any:
    assert name in RULES, "a rule that does not exist"
    return value


def _bare(name: str, method: Any) -> str:
    return name.removeprefix(f"{method.code}_")


@pytest.mark.parametrize("case", EXAMPLES)
def test_an_expert_s_example(case):
    assert case["attendu"] and set(case["attendu"]) <= {"interne", "partenaire"}
    for audience, expected in case["attendu"].items():
        found = judged(case, audience)
        for column, value in expected.items():
            said = "vide" if pd.isna(found[column]) else found[column]
            assert said == value, (audience, column, case["titre"])


def test_there_are_eighty_examples_in_all():
    criteria = sum("methode" not in tomllib.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.toml"))
    assert criteria + len(EXAMPLES) >= 80


def test_every_method_has_its_examples():
    told = {case.values[0]["methode"] for case in EXAMPLES} | {"seuils"}
    from atlas.methods import every

    assert {method.code for method in every() if not method.together} <= told
