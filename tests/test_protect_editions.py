"""Editions as they leave protection: columns, campaigns, who reads what, the seal, and R1 and R2 as a whole."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from atlas.count import count
from atlas.dwellings import low_rents
from atlas.edition import Source
from atlas.errors import AtlasError
from atlas.methods.seuils import CRITERIA, CRITERIA_READ, READING, WIDER_LEVEL
from atlas.protect import AUDIENCES, SecrecyRules, opened
from atlas.protect.audiences import audiences_of, pooled, pools_of
from atlas.publish.manifest import Fingerprint, _inputs
from atlas.tables import INDICATORS, PUBLISHED, SECRET, columns_of
from tests.stage_factory import SCALE, SECRECY, context, counts, protected, survey, texts

BIG = {"nb_logements": 200.0, "menages": 180.0, "nb_adresses": 4.0}


def shown(rows: list[dict[str, float]], audience="partenaire", **changes) -> pd.DataFrame:
    return protected(counts(rows), audience, **changes).units["residences"].set_index("id")


def rate(n: float, d: float, audience="partenaire", code: str = "inf40", **changes) -> tuple[float, str, str]:
    indicator = INDICATORS[code]
    row = shown([{**BIG, indicator.n: n, indicator.d: d}], audience, **changes).iloc[0]
    return row[indicator.tx], row[indicator.lb], row[indicator.st]


# Shape of an edition


def test_the_columns_are_those_declared_and_no_other():
    for audience, with_counts in (("interne", True), ("partenaire", False)):
        edition = protected(counts([{**BIG, "n_inf40": 20.0, "d_inf40": 100.0}]), audience)
        declared = {column.name for column in columns_of("residences", counts=with_counts)}
        judged_later = {
            "niveau",
            "nb_criteres",
            READING,
            CRITERIA_READ,
            WIDER_LEVEL,
            *(f"marge_{code}" for code in CRITERIA),
        }
        assert set(edition.units["residences"].columns) == declared - judged_later | {"geometry"}
        assert edition.counts == with_counts
        assert edition.series["numerateur"].notna().any() == with_counts


def test_low_rent_dwellings_are_counted_where_the_rate_is_shown():
    rows = [
        {**BIG, "n_bas_loyer": 30.0, "d_bas_loyer": 60.0},
        {"nb_logements": 5.0, "n_bas_loyer": 2.0, "d_bas_loyer": 5.0},
    ]
    assert shown(rows)["nb_bas_loyer"].tolist() == pytest.approx([30, np.nan], nan_ok=True)
    assert shown(rows, "interne")["nb_bas_loyer"].tolist() == [30, 2]


def test_the_series_holds_every_campaign_and_the_layer_the_latest_only():
    given = ((2020, "r0", 30.0), (2022, "r0", 40.0), (2020, "gone", 10.0))
    rows = [{**BIG, "campagne": year, "id": name, "n_inf40": n, "d_inf40": 100.0} for year, name, n in given]
    edition = protected(counts(rows))
    assert edition.units["residences"]["id"].tolist() == ["r0"]
    assert edition.outlines["id"].tolist() == ["r0"]
    series = edition.series[edition.series["indicateur"] == "inf40"].set_index(["id", "campagne"])["valeur"]
    assert series.to_dict() == {("r0", 2020): 30, ("r0", 2022): 40, ("gone", 2020): 10}


def test_a_landlord_reads_its_own_stock_exactly_and_the_others_masked():
    audience = replace(AUDIENCES["partenaire"], name="bailleur-a", landlord="A")
    table = counts([{"nb_logements": 5.0, "menages": 4.0, "n_inf40": 2.0, "d_inf40": 4.0}] * 2)
    table = table.assign(id=texts(["r0", "r1"]))
    edition = protected(table, audience, holders=["A", "B"])
    found = edition.units["residences"].set_index("id")
    assert found["st_inf40"].to_dict() == {"r0": PUBLISHED, "r1": SECRET}
    assert found.loc["r0", ["lb_inf40", "n_inf40", "d_inf40", "menages"]].tolist() == ["50,0 %", 2, 4, 4]
    assert found.loc["r1", ["tx_inf40", "n_inf40", "d_inf40", "menages"]].isna().all()
    series = edition.series[edition.series["indicateur"] == "inf40"].set_index("id")
    assert series["denominateur"].isna().to_dict() == {"r0": False, "r1": True}
    assert edition.counts and not protected(table).counts


def test_a_landlord_reads_the_years_in_which_it_held_its_stock_and_no_other():
    """Sold between two surveys: the buyer does not receive the year before, the seller keeps its own."""
    row = {"nb_logements": 9.0, "menages": 8.0, "n_inf40": 2.0, "d_inf40": 8.0}
    table = counts([{**row, "id": "sold", "campagne": year} for year in (2020, 2022)])
    for landlord, open_year in (("Seller", 2020), ("Buyer", 2022)):
        audience = replace(AUDIENCES["partenaire"], name="bailleur-x", landlord=landlord)
        series = protected(table, audience, holders=["Seller", "Buyer"]).series.query("indicateur == 'inf40'")
        shown = series.set_index("campagne")
        assert shown.index[shown["statut"] == PUBLISHED].tolist() == [open_year]
        assert shown.index[shown["denominateur"].notna()].tolist() == [open_year]


def test_an_edition_is_made_here_only_and_takes_no_other_change():
    edition = protected(counts([BIG]))
    with pytest.raises(AtlasError, match="EDITION-SCELLEE"):
        type(edition)(**{**vars(edition), "seal": None})
    table = edition.units["residences"]
    past = edition.history
    edition.judged({"residences": table.assign(niveau="fragile")}, past)
    for wrong in (
        {"residences": table.assign(menages=1.0)},
        {"residences": table.iloc[:0]},
        {"residences": table.drop(columns="menages")},
        {},
        {"residences": table, "adresses": table},
    ):
        with pytest.raises(AtlasError, match="EDITION-MODIFIEE"):
            edition.judged(wrong, past)
    with pytest.raises(AtlasError, match="EDITION-MODIFIEE"):
        edition.judged({"residences": table}, {"residences": past["residences"].assign(menages=1.0)})
    with pytest.raises(TypeError):
        edition.units["residences"] = table


def test_the_public_edition_names_no_input_file():
    """Names of files may name landlords: the anonymous edition keeps the descriptions, the others the names."""
    told = replace(context(), sources=(Source("ops", "Enquête", ("habitat_du_val_2022.csv",)),))
    for audience, files in (("partenaire", ("habitat_du_val_2022.csv",)), ("public", ())):
        edition = protected(counts([BIG]), audience, context=told)
        assert [(source.description, source.files) for source in edition.context.sources] == [("Enquête", files)]
        source = Fingerprint("ops", "habitat_du_val_2022.csv", 12, "0" * 64)
        written = _inputs(edition, [source, source])
        assert written == [{"source": "ops", **({"fichier": files[0]} if files else {})}]


# R1 and R2 through the whole reasoning


NO_RENT = low_rents(None, texts([]), None, 2022)[0]


def small_town(rows: list[dict[str, float]]):
    """One residence per address, one landlord, one IRIS; every rate over what the row says."""
    table = survey([{"id_adresse": f"a{i:02d}", "menages_inf40_plus": 4.0, **row} for i, row in enumerate(rows)])
    places = pd.DataFrame({"id_adresse": table["id_adresse"], "id_residence": "r" + table["id_adresse"]}).assign(
        bailleur="B", code_insee="93010", code_iris="930100101", code_qpv=None, situation="hors QPV"
    )
    quarters = pd.DataFrame({"id_adresse": texts([]), "id": texts([])})
    return count(table, places.astype("str"), quarters, NO_RENT)


def full(dwellings: float, households: float, known: float) -> dict[str, float]:
    return {"nb_logements": dwellings, "menages": households, "menages_ressources_connues": known}


def open_cells(rows, rules: SecrecyRules = SECRECY) -> tuple[list[bool], list[bool]]:
    found = opened(small_town(rows), rules, SCALE).openings["residences"]
    return found.rows.tolist(), found.rates["inf40"].tolist()


def test_eleven_is_shown_and_ten_is_not():
    large = [full(60, 50, 40)] * 4
    assert open_cells([*large, full(11, 11, 11)]) == ([True] * 5, [True] * 5)
    for small in (full(10, 10, 10), full(40, 10, 10), full(10, 11, 11)):
        rows, rates = open_cells([*large, small])
        assert not rows[-1] and not rates[-1]


def test_a_rate_over_fewer_than_eleven_answers_is_masked_alone():
    rows, rates = open_cells([full(60, 50, 40)] * 4 + [full(60, 50, 10)])
    assert rows == [True] * 5
    assert not rates[-1]


def test_the_thresholds_are_the_rules_and_not_the_code_s():
    rows = [full(60, 50, 40)] * 4 + [full(20, 19, 19)]
    assert open_cells(rows)[0][-1]
    assert not open_cells(rows, replace(SECRECY, dwellings=21))[0][-1]
    assert not open_cells(rows, replace(SECRECY, households=20))[0][-1]
    assert not open_cells(rows, replace(SECRECY, denominator=20))[1][-1]


def test_households_that_no_row_tells_are_not_taken_for_many():
    large = [full(60, 50, 40)] * 4
    untold = {"nb_logements": 60.0, "majeurs_activite_connue": 30.0, "majeurs_chomeurs": 3.0}
    rows, _ = open_cells([*large, untold])
    assert not rows[-1]


def test_an_edition_that_two_landlords_answer_to_is_refused():
    with pytest.raises(AtlasError, match="Habitat Nord, Habitat-Nord !") as refused:
        audiences_of(["bailleur-habitat-nord"], ["Habitat Nord", "Habitat-Nord !", "Logis"])
    assert [fault.code for fault in refused.value.faults] == ["EDITION-BAILLEUR"]
    assert audiences_of(["bailleur-logis"], ["Habitat Nord", "Habitat-Nord !", "Logis"])[0].landlord == "Logis"


def test_no_edition_is_that_of_a_landlord_without_a_letter_to_name_it():
    with pytest.raises(AtlasError, match="EDITION-BAILLEUR"):
        audiences_of(["bailleur-"], ["Жильё"])


def test_a_group_names_its_landlords_as_files_do():
    pools = pools_of({"G": ["SA Habitat"]}, ["S.A. Habitat", "Logis"])
    assert pooled(texts(["S.A. Habitat", "Logis"]), pools).tolist() == ["G", "Logis"]


def test_no_copy_of_an_edition_carries_its_seal():
    """What replaces a table, copies or pickles an edition makes none; a part is rows of it and nothing else."""
    rows = [{**BIG, "id": name, "n_inf40": 20.0, "d_inf40": 100.0} for name in ("a", "b", "c")]
    edition = protected(counts(rows))
    raw = {"residences": edition.units["residences"].assign(menages=1.0)}
    attempts = [
        lambda: replace(edition, units=raw),
        lambda: replace(edition),
        lambda: copy.copy(edition),
        lambda: copy.deepcopy(edition),
        lambda: pickle.dumps(edition),
        lambda: type(edition)(**vars(edition)),
        lambda: type(edition)(**vars(edition), seal=getattr(edition, "seal", None)),
    ]
    for attempt in attempts:
        with pytest.raises(AtlasError, match="EDITION-SCELLEE"):
            attempt()
    part = edition.part({"residences": edition.units["residences"]["id"] == "b"})
    assert part.units["residences"]["id"].tolist() == part.history["residences"]["id"].tolist() == ["b"]
    whole = edition.units["residences"].query("id == 'b'").reset_index(drop=True)
    assert part.units["residences"].equals(whole)
    assert not edition.part({}).units
