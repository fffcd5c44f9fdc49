"""Decisions by quarter of the year: counted from the rows, and given to who reads counts, its own to a landlord."""

from __future__ import annotations

import pandas as pd
import pytest

from atlas.attribution_counts import detailed
from atlas.dwellings import StockRules, alike
from atlas.protect import AUDIENCES
from atlas.protect.audiences import audiences_of
from atlas.tables import DECIDED_COUNTS
from tests.stage_factory import counts, described_residences, protected, texts

HOMES = pd.DataFrame({"id_adresse": ["a", "b", "c"], "id_residence": ["r0", "r0", "r1"]}).assign(
    situation="QPV", code_insee="21001"
)
ALIKE = alike(None, StockRules((1948,), 5))
SURVEY = pd.DataFrame({"campagne": 2022, "id_adresse": ["a", "b", "c"], "bailleur": ["Nord", "Nord", "Sud"]})
DEFAULTS = {
    "annee": 2021,
    "trimestre": "2",
    "bailleur": "Nord",
    "id_adresse": "a",
    "quartile": "3",
    "public_prioritaire": "non",
    "relogement_renouvellement": "non",
    "issue": "bail signé",
}


def decided(*rows) -> pd.DataFrame:
    table = pd.DataFrame([{**DEFAULTS, **row} for row in rows])
    return table.astype({name: "str" for name in DEFAULTS if name != "annee"})


ROWS = decided(
    {},
    {"quartile": "1", "id_adresse": "b"},
    {"issue": "refus"},
    {"quartile": None},
    {"trimestre": "4", "relogement_renouvellement": "oui"},
    {"annee": 2019, "trimestre": "1", "id_adresse": "c", "bailleur": "Sud"},
    {"trimestre": None},
    {"id_adresse": None},
    {"id_adresse": "elsewhere"},
    {"id_adresse": "c", "bailleur": None},
)


def test_decisions_are_counted_by_quarter_and_residence_with_or_without_a_campaign():
    told = detailed(ROWS, HOMES, SURVEY, ALIKE).decided
    told = told[told["caracteristique"].eq("trimestre") & told["modalite"].ne("non renseigné")]
    found = told.set_index(["annee", "modalite", "bailleur", "id"])[list(DECIDED_COUNTS[:5])]
    assert {key: tuple(values) for key, values in zip(found.index, found.to_numpy().tolist(), strict=True)} == {
        (2021, "2", "Nord", "r0"): (4, 3, 1, 2, 1),
        (2021, "4", "Nord", "r0"): (1, 1, 1, 1, 0),
        (2019, "1", "Sud", "r1"): (1, 1, 0, 1, 0),
        (2021, "2", "Sud", "r1"): (1, 1, 0, 1, 0),  # its landlord is that of its address
    }
    assert not told["comptee"].any()  # of years without a campaign


@pytest.mark.parametrize(
    ("name", "told"),
    [("interne", {"Nord", "Sud"}), ("partenaire", None), ("public", None), ("bailleur-nord", {"Nord"})],
)
def test_who_reads_decisions_by_quarter(name, told):
    table = counts([{"nb_logements": 50.0, "menages": 45.0}, {"nb_logements": 5.0, "menages": 4.0}])
    table = table.assign(id=texts(["r0", "r1"]))
    described = described_residences(table)
    described.told = detailed(ROWS, HOMES, SURVEY, ALIKE)
    audience = AUDIENCES[name] if name in AUDIENCES else audiences_of([name], ["Nord", "Sud"])[0]
    edition = protected(table, audience, holders=["Nord", "Sud"], described=described)
    assert (None if edition.decided is None else set(edition.decided["bailleur"])) == told
    if told is not None:
        part = edition.part({"residences": (edition.units["residences"]["id"] == "r1").to_numpy()})
        assert set(part.decided["id"]) == ({"r1"} if "Sud" in told else set())
