"""What became of residences, from small surveys made by hand: no event without evidence, one fact for a landlord."""

from __future__ import annotations

from functools import partial

import pandas as pd
import pytest

from atlas.filiation import FiliationRules, follow
from atlas.gather import described_then, gather
from atlas.group import GroupRules, group
from atlas.tables.years import FILIATION_COLUMNS, FOUND
from tests.stage_factory import survey, texts

RULES = FiliationRules(gap=20, whole=95)
GROUP = GroupRules(touching=35, programme=150, diameter=300)
A, B = "Habitat du Val", "Logis de la Combe"


def homes(campaign, *rows, **common):
    """Addresses of one campaign: (identifier, name of the programme), or a whole row."""
    told = [
        row if isinstance(row, dict) else dict(zip(("id_adresse", "nom_residence"), row, strict=True)) for row in rows
    ]
    return [{"campagne": campaign, **common, **row} for row in told]


def followed(*campaigns, dwellings=None, places=None, declared=None, by_hand=None):
    """Follow the surveys; every address is apart from the others unless ``places`` says where it is."""
    rows = survey([row for one in campaigns for row in one])
    addresses, _ = gather(rows, declared)
    places = places or {}
    spots = [places.get(code, (1000.0 * rank, 0.0)) for rank, code in enumerate(addresses["id_adresse"])]
    base = [f"ban-{x:.0f}-{y:.0f}" for x, y in spots]
    located = addresses.assign(
        x=[x for x, _ in spots],
        y=[y for _, y in spots],
        id_ban=texts(base),
        methode_appariement=texts(["adresse exacte"] * len(spots)),
    )
    today = group(located, GROUP)
    years = sorted({row["campagne"] for one in campaigns for row in one})
    then = described_then(rows, declared)
    return follow(then, today, dwellings, years, RULES, partial(group, rules=GROUP), by_hand)


def told(found):
    return [(row.campagne, row.evenement, row.de, row.vers, row.nb_logements) for row in found.events.itertuples()]


def file_of(*rows):
    """Dwellings of a file: identifier of the address, year of construction."""
    return pd.DataFrame(
        {"id_adresse": texts([code for code, _ in rows]), "annee_construction": [year for _, year in rows]}
    )


def test_residences_that_did_not_change_give_nothing():
    rows = [("a", "Les Lilas"), ("b", "Les Roses"), ("c", None)]
    found = followed(homes(2020, *rows), homes(2022, *rows))
    assert told(found) == [] and found.remarks == () and not len(found.aside)
    assert list(found.events) == [column.name for column in FILIATION_COLUMNS]


def test_one_campaign_gives_nothing():
    assert told(followed(homes(2022, ("a", "Les Lilas")))) == []


def test_another_name_is_a_renaming_and_another_spelling_is_not():
    found = followed(
        homes(2020, ("a", "Les Lilas"), ("b", "RES. Les Roses")),
        homes(2022, ("a", "Mansart"), ("b", "résidence LES-ROSES")),
    )
    assert told(found) == [(2022, "renommage", "Les Lilas", "Mansart", 20)]


@pytest.mark.parametrize("names", [("Les Lilas", None), (None, "Les Lilas")])
def test_a_name_that_one_campaign_does_not_say_has_not_changed(names):
    before, after = (homes(year, ("a", name), ("b", name)) for year, name in zip((2020, 2022), names, strict=True))
    assert told(followed(before, after, places={"a": (0, 0), "b": (100, 0)})) == []


def test_another_declared_identifier_is_a_renaming_unless_all_change():
    def of(year, *codes):
        rows = [{"id_adresse": f"a{rank}", "id_residence": code} for rank, code in enumerate(codes)]
        return homes(year, *rows, nom_residence="Les Lilas")

    (event,) = told(followed(of(2020, "R1", "R2"), of(2022, "R1", "R9")))
    assert event[1:4] == (
        "renommage",
        "Les Lilas, adresse non renseignée [R2]",
        "Les Lilas, adresse non renseignée [R9]",
    )
    found = followed(of(2020, "R1", "R2"), of(2022, "X1", "X2"))
    assert told(found) == [] and "change l'identifiant de toutes ses résidences (2)" in found.remarks[0]


def test_merged_split_and_regrouped():
    near = {"a": (0, 0), "b": (40, 0), "c": (80, 0)}
    one, two = homes(2020, ("a", "Lilas"), ("b", "Roses")), homes(2022, ("a", "Clos"), ("b", "Clos"))
    assert told(followed(one, two, places=near)) == [(2022, "fusion", "Lilas|Roses", "Clos", 40)]
    back = followed(homes(2020, ("a", "Clos"), ("b", "Clos")), homes(2022, ("a", "Lilas"), ("b", "Roses")), places=near)
    assert sorted(row[1:] for row in told(back)) == [("scission", "Clos", "Lilas|Roses", 20)] * 2
    before = homes(2020, ("a", "Lilas"), ("b", "Lilas"), ("c", "Roses"))
    after = homes(2022, ("a", "Clos"), ("b", "Mail"), ("c", "Mail"))
    events = told(followed(before, after, places=near))
    assert sorted((row[1], row[4]) for row in events) == [("recomposition", 20), ("recomposition", 40)]


def test_a_neighbour_built_or_pulled_down_joins_and_cuts_no_residence():
    """Two unnamed buildings 60 m apart are one chain once a third stands between them: nothing happened to them."""
    row = {"a": (0, 0), "b": (60, 0), "m": (30, 0)}
    two, three = [("a", None), ("b", None)], [("a", None), ("m", None), ("b", None)]
    for before, after, event in ((two, three, "entrée dans l'enquête"), (three, two, "sortie de l'enquête")):
        found = followed(homes(2020, *before), homes(2022, *after), places=row)
        assert [one[1] for one in told(found)] == [event]


def test_a_sale_keeps_or_changes_the_identifier():
    same = followed(
        homes(2020, ("a", "Lilas"), ("z", "Z")), homes(2022, ("z", "Z")), homes(2022, ("a", "M"), bailleur=B)
    )
    assert told(same) == [(2022, "changement de bailleur", f"Lilas ({A})", f"M ({B})", 20)]
    other = followed(
        homes(2020, ("a", "Lilas"), ("z", "Z")) + homes(2020, ("k", "K"), bailleur=B),
        homes(2022, ("z", "Z")) + homes(2022, ("k", "K"), ("n", "M"), bailleur=B),
        places={"a": (0, 0), "n": (0, 0), "k": (9e3, 0), "z": (8e3, 0)},
    )
    assert told(other) == [(2022, "changement de bailleur", f"Lilas ({A})", f"M ({B})", 20)]
    assert "même adresse de la base adresse" in other.events["preuve"].item()
    assert other.same.to_dict() == {"a": "n"}


@pytest.mark.parametrize("size", [17, 25])
def test_about_as_many_dwellings_are_needed_to_follow_an_address(size):
    found = followed(
        homes(2020, ("a", "Lilas")),
        homes(2022, {"id_adresse": "n", "nom_residence": "Lilas", "nb_logements": float(size)}),
        places={"a": (0, 0), "n": (0, 0)},
    )
    assert told(found) == []


def test_nothing_ambiguous_is_linked():
    """Two residences gave way to one address at one place, or an address grew by half: nobody can say which."""
    many = followed(
        homes(2020, ("a", "Lilas"), ("b", "Roses")), homes(2022, ("n", "Lilas")), places=dict.fromkeys("abn", (0, 0))
    )
    assert sorted(row[1] for row in told(many)) == ["entrée dans l'enquête", *["sortie de l'enquête"] * 2]
    assert many.events["preuve"].str.contains("sans preuve que ce soit la même").all()
    grown = followed(
        homes(2020, ("a", "Lilas")),
        homes(2022, {"id_adresse": "n", "nom_residence": "Lilas", "nb_logements": 30.0}),
        places=dict.fromkeys("an", (0, 0)),
    )
    assert sorted(row[1] for row in told(grown)) == ["entrée dans l'enquête", "sortie de l'enquête"]


def test_a_door_whose_staircases_get_numbers_of_their_own_is_followed():
    door = dict.fromkeys(("a", "n1", "n2"), (0, 0))
    after = [{"id_adresse": code, "nom_residence": "Lilas", "nb_logements": 10.0} for code in ("n1", "n2")]
    found = followed(homes(2020, ("a", "Lilas")), homes(2022, *after), places=door)
    assert told(found) == [] and found.same.to_dict() in ({"a": "n1"}, {"a": "n2"})


def test_what_was_built_since_is_delivered_even_in_the_place_of_what_stood_there():
    file = file_of(("k", 1970), ("n", 2021), ("k2", 1970))
    places = {"a": (0, 0), "n": (0, 0), "k": (5e3, 0)}
    found = followed(
        homes(2020, ("a", "Tour"), ("k", "K")), homes(2022, ("n", "Patios"), ("k", "K")), places=places, dwellings=file
    )
    assert told(found) == [
        (2022, "livraison", "", "Patios", 20),
        (2022, "démolition ou vente", "Tour", "", 20),
    ]


def test_without_the_file_of_the_landlord_only_the_survey_is_known_to_have_lost_it():
    before, after = homes(2020, ("a", "Tour"), ("k", "K")), homes(2022, ("k", "K"))
    for file in (None, file_of(("z", 1970)), file_of(("k", 1970), ("a", 1970))):
        assert [row[1] for row in told(followed(before, after, dwellings=file))] == ["sortie de l'enquête"]
    assert [row[1] for row in told(followed(before, after, dwellings=file_of(("k", 1970))))] == ["démolition ou vente"]


def test_what_comes_back_was_not_pulled_down():
    rows = [("a", "Tour"), ("k", "K")]
    found = followed(homes(2018, *rows), homes(2020, rows[1]), homes(2022, *rows), dwellings=file_of(("k", 1970)))
    assert [row[:2] for row in told(found)] == [(2020, "sortie de l'enquête"), (2022, "entrée dans l'enquête")]


def test_a_landlord_that_did_not_answer_a_campaign_is_compared_with_the_last_one_that_it_answered():
    before = homes(2018, ("a", "Lilas"), ("b", "Roses")) + homes(2018, ("k", "K"), bailleur=B)
    found = followed(
        before, homes(2020, ("k", "K"), bailleur=B), homes(2022, ("a", "Mansart")) + homes(2022, ("k", "K"), bailleur=B)
    )
    assert [(row.campagne_avant, row.campagne, row.evenement) for row in found.events.itertuples()] == [
        (2018, 2022, "renommage"),
        (2018, 2022, "sortie de l'enquête"),
    ]
    (said,) = found.remarks
    assert f"{A} n'est pas dans l'enquête de 2020" in said


def test_a_landlord_under_another_name_is_one_sentence():
    rows = [("a", "Lilas"), ("b", "Roses"), ("c", "Clos")]
    found = followed(homes(2020, *rows), homes(2022, *rows, bailleur="Val Habitat"))
    assert told(found) == [] and len(found.remarks) == 1 and "Val Habitat tient tout le patrimoine" in found.remarks[0]


def test_a_landlord_absorbed_by_another_sells_each_residence():
    rows, kept = [("a", "Lilas"), ("b", "Roses")], ("k", "K")
    found = followed(homes(2020, *rows) + homes(2020, kept, bailleur=B), homes(2022, *rows, kept, bailleur=B))
    assert [row[1] for row in told(found)] == ["changement de bailleur"] * 2 and "tient le patrimoine" in found.remarks[
        0
    ]


def test_a_landlord_that_answers_for_the_first_time_brings_nothing_but_what_was_built():
    file = file_of(("n", 2021), ("o", 1970))
    before = homes(2020, ("a", "Lilas"))
    found = followed(
        before, homes(2022, ("a", "Lilas")) + homes(2022, ("n", "N"), ("o", "O"), bailleur=B), dwellings=file
    )
    assert [row[1:4] for row in told(found)] == [("livraison", "", "N")]
    assert f"{B} est dans l'enquête pour la première fois en 2022 (1 adresse)" in found.remarks[0]


def test_a_landlord_that_the_file_does_not_tell_buys_and_sells_nothing():
    before, after = homes(2020, ("a", None), ("b", "B")), homes(2022, ("b", "B"))
    found = followed(before, after + homes(2022, ("a", None), bailleur="bailleur non diffusé"))
    assert [row[1] for row in told(found)] == []


def test_an_event_says_the_residence_of_today_and_whose_evidence_it_is():
    found = followed(homes(2020, ("a", "Lilas")), homes(2022, ("a", "Mansart")))
    (row,) = found.events.to_dict("records")
    assert row["nom"] == "Mansart" and row["origine"] == FOUND and row["nb_adresses"] == 1 and row["preuve"]


def test_the_inputs_are_left_as_they_were():
    rows = survey(homes(2020, ("a", "Lilas")) + homes(2022, ("a", "Mansart")))
    addresses, _ = gather(rows, None)
    today = group(addresses.assign(methode_appariement=texts([None])), GROUP)
    then = described_then(rows, None)
    before = then.copy(), today.copy()
    follow(then, today, None, (2020, 2022), RULES, partial(group, rules=GROUP))
    pd.testing.assert_frame_equal(then, before[0])
    pd.testing.assert_frame_equal(today, before[1])
