"""Every leak of the promise, planted in an edition as files: the audit finds it, and finds nothing without it."""

from __future__ import annotations

import json

import pytest
from audit_factory import SMALL, edition, manifest, one_residence, survey

from atlas.audit import Limits, audit, fixed_cells, refuse_leaks
from atlas.errors import AtlasError

LIMITS = Limits(11, 11, 11)
SILENT = [
    ("a", "Alpha", 40, 38, 20, 9),
    ("b", "Beta", 30, 28, None, None),
    ("c", "Gamma", 9, 9, 14, 6),
]
COLUMNS = "id bailleur nb_logements menages d_chomage n_chomage"


def reasons(folder, **options):
    return "\n".join(audit(folder, LIMITS, **options).reasons)


def only(*kept, codes=("chomage",), kinds=("territoire", "iris", "bailleurs", "residences", "adresses"), table):
    """Mask every unit but some."""
    keys = {"territoire": None, "iris": "code_iris", "bailleurs": "bailleur", "residences": "id_residence"}
    units = {
        (kind, unit)
        for kind in kinds
        for unit in (["territoire"] if kind == "territoire" else table[keys.get(kind, "id")].unique())
    }
    return {code: units - set(kept) for code in codes}


def test_adults_are_not_dwellings(tmp_path):
    """Two landlords of three do not tell activity: the territory's rate is that of 9 dwellings, with 14 adults."""
    table = survey([SILENT[1], SILENT[2]], COLUMNS)
    folder = edition(tmp_path / "x" / "partenaire", table, only(("territoire", "territoire"), table=table))
    found = reasons(folder)
    assert "déduit un groupe de 9 logements (Majeurs au chômage, logements : 9)" in found
    answered = survey([SILENT[0], SILENT[1]], COLUMNS)
    assert (
        reasons(edition(tmp_path / "y" / "partenaire", answered, only(("territoire", "territoire"), table=answered)))
        == ""
    )


def test_a_difference_that_bears_on_one_answer_is_found(tmp_path):
    """The IRIS and the territory differ by the addresses of one landlord, of which one of 9 dwellings answered."""
    table = survey(SILENT, COLUMNS).assign(code_iris=["i-1", "i-2", "i-2"])
    folder = edition(tmp_path / "partenaire", table, only(("territoire", "territoire"), ("iris", "i-1"), table=table))
    assert "groupe de 9 logements (Majeurs au chômage" in reasons(folder)


def test_households_that_answered_weigh_where_they_are_told(tmp_path):
    """25 respondents, activity told by 4 of them."""
    table = survey([("a", 30, 25, 12, 2, 4)], "id nb_logements menages d_chomage n_chomage m_chomage")
    found = reasons(edition(tmp_path / "partenaire", table))
    assert "(Majeurs au chômage, ménages : 4)" in found
    table = table.assign(m_chomage=11)
    assert reasons(edition(tmp_path / "y" / "partenaire", table)) == ""


def test_a_delivery_between_two_campaigns_is_not_derived_before_it_stood(tmp_path):
    rows = [
        (2020, "a", "r", 30, 28, 14),
        (2020, "b", "r", 20, 19, 9),
        (2022, "a", "r", 30, 28, 15),  # answers of another survey: the same ones would tell what is new
        (2022, "b", "r", 20, 19, 8),
        (2022, "neuf", "r", 6, 6, 3),
    ]
    table = survey(rows, "campagne id id_residence nb_logements d_inf40 n_inf40")
    hidden = {("adresses", "neuf"), ("adresses", "b", 2022)}
    verdict = audit(edition(tmp_path / "partenaire", table, hidden), LIMITS)
    assert verdict.safe, verdict.text()
    assert "la promesse tient" in verdict.text()
    open_ = edition(tmp_path / "y" / "partenaire", table, {("adresses", "neuf")})
    assert "campagne 2022 : n'importe quel lecteur déduit un groupe de 6 logements" in reasons(open_)
    assert "campagne 2020" not in reasons(open_)


SALE = [
    (2020, "a", "Vendeur", 30, 28, 14),
    (2020, "v", "Vendeur", 20, 20, 9),
    (2020, "c", "Acheteur", 40, 39, 9),
    (2020, "d", "Tiers", 8, 8, 3),
    (2022, "a", "Vendeur", 30, 28, 14),
    (2022, "v", "Acheteur", 20, 20, 9),
    (2022, "c", "Acheteur", 40, 39, 9),
    (2022, "d", "Tiers", 8, 8, 3),
]


def sold():
    return survey(SALE, "campagne id bailleur nb_logements d_inf40 n_inf40")


def test_the_seller_subtracts_what_it_held_then(tmp_path):
    """In 2020 the seller's two addresses and a neighbour of 8 made one residence of the IRIS."""
    table = sold().assign(code_iris=["i-1", "i-1", "i-2", "i-1"] * 2)
    hidden = {
        ("adresses", "d"),
        ("residences", "r-d"),
        ("bailleurs", "Tiers"),
        ("adresses", "a"),
        ("residences", "r-a"),
    }
    hidden |= {("bailleurs", name) for name in ("Vendeur", "Acheteur")}
    found = reasons(edition(tmp_path / "partenaire", table, hidden))
    assert "campagne 2020 : Vendeur déduit un groupe de 8 logements" in found
    assert "campagne 2022 : Vendeur déduit" not in found


def test_a_buyer_does_not_receive_the_years_before_the_sale(tmp_path):
    table = sold()
    hidden = {
        ("adresses", "d"),
        ("residences", "r-d"),
        ("bailleurs", "Tiers"),
        ("territoire", "territoire"),
        ("iris", "i-1"),
    }
    wrong = edition(tmp_path / "x" / "bailleur-acheteur", table, hidden, own={"v", "c"})
    assert "effectifs de plusieurs bailleurs" in reasons(wrong)
    right = edition(tmp_path / "y" / "bailleur-acheteur", table[table["campagne"] == 2022], hidden, own={"v", "c"})
    assert reasons(right) == ""


def test_landlords_of_one_group_pool_what_they_know(tmp_path):
    rows = [("a", "Un", 30, 12), ("b", "Deux", 30, 12), ("c", "Tiers", 9, 4)]
    table = survey(rows, "id bailleur nb_logements n_inf40").assign(d_inf40=lambda rows: rows["nb_logements"])
    hidden = {(kind, f"{mark}{one}") for kind, mark in (("adresses", ""), ("residences", "r-")) for one in "abc"}
    hidden |= {("bailleurs", name) for name in ("Un", "Deux", "Tiers")}
    assert reasons(edition(tmp_path / "x" / "partenaire", table, hidden)) == ""
    pooled = table.assign(groupe=["G", "G", "Tiers"])
    found = reasons(edition(tmp_path / "y" / "partenaire", pooled, hidden))
    assert "groupe G déduit un groupe de 9 logements" in found


@pytest.mark.parametrize("entry", [{"taille": 812}, {"sha256": "0" * 64}, {"taille_octets": 1}])
def test_size_and_plain_digest_of_inputs_are_refused(tmp_path, entry):
    folder = edition(tmp_path / "partenaire", one_residence(), SMALL)
    content = json.loads((folder / "manifeste.json").read_text("utf-8"))
    manifest(folder, content | {"entrees": [{"source": "ops", "fichier": "ops.csv", "empreinte": "k"}]})
    assert reasons(folder) == ""
    manifest(folder, content | {"entrees": [{"source": "ops", **entry}]})
    assert "taille ou empreinte simple d'un fichier source" in reasons(folder)


def test_names_of_inputs_do_not_reach_the_public(tmp_path):
    folder = edition(tmp_path / "public", one_residence(), SMALL)
    content = json.loads((folder / "manifeste.json").read_text("utf-8"))
    manifest(folder, content | {"sources": [{"source": "ops", "dit": "lu dans Habitat des Lilas 2022.xlsx"}]})
    assert "nom d'un fichier source où aucun bailleur n'est nommé (par exemple" in reasons(folder)


def test_an_end_must_leave_three_counts(tmp_path):
    table = survey([("a", 30, 0), ("b", 12, 0)], "id nb_logements n_inf40").assign(d_inf40=[30, 12])
    hidden = {(kind, f"{mark}b") for kind, mark in (("adresses", ""), ("residences", "r-"))}
    labels = {(kind, unit, "inf40"): "≤ 10 %" for kind, unit in [("territoire", "territoire"), ("iris", "i-1")]}
    labels |= {("bailleurs", "Alpha", "inf40"): "≤ 10 %"}
    labels |= {(kind, unit, "inf40"): "≤ 10 %" for kind, unit in [("residences", "r-a"), ("adresses", "a")]}
    labels |= {(kind, unit, "inf40"): "secret" for kind, unit in [("residences", "r-b"), ("adresses", "b")]}
    assert reasons(edition(tmp_path / "x" / "partenaire", table, hidden, labels=labels)) == ""
    labels |= {("adresses", "b", "inf40"): "≤ 10 %"}
    found = reasons(
        edition(tmp_path / "y" / "partenaire", table, (), labels=labels | {("residences", "r-b", "inf40"): "≤ 20 %"})
    )
    assert (
        "moins de trois effectifs possibles (campagne 2022, adresses/b" in found
        or "par exemple campagne 2022, adresses/b" in found
    )
    assert "residences/r-b" not in found


def test_a_figure_that_is_not_that_of_its_addresses_is_refused(tmp_path):
    table = one_residence()
    found = reasons(edition(tmp_path / "partenaire", table, SMALL, labels={("iris", "i-1", "inf40"): "60 %"}))
    assert "chiffres qui ne sont pas ceux de leurs adresses (par exemple campagne 2022, iris/i-1" in found


def test_places_must_be_those_of_the_builder(tmp_path):
    table = one_residence()
    moved = table.assign(bailleur=["Alpha", "Beta", "Alpha"])
    assert "adresses autres que celles du constructeur" in reasons(
        edition(tmp_path / "partenaire", table, SMALL, told=moved)
    )


def zeros(count, label, size=12):
    """Two masked addresses of 6 in a residence written as an end, beside a large one."""
    rows = [("a", "s", 400, 380, 200), ("b", "r", size // 2, size // 2, count), ("c", "r", size // 2, size // 2, 0)]
    table = survey(rows, "id id_residence nb_logements d_inf40 n_inf40").assign(menages=lambda rows: rows["d_inf40"])
    return table, {("residences", "r", "inf40"): label}


def test_zeros_are_inherited_and_counted(tmp_path):
    """Nobody among 12: nobody among either 6; with three counts possible nobody can tell."""
    small = {("adresses", "b"), ("adresses", "c")}
    table, labels = zeros(0, "≤ 5 %")
    folder = edition(tmp_path / "x" / "partenaire", table, small, labels=labels)
    fixed = fixed_cells([folder], LIMITS)
    assert sorted(fixed["id"]) == ["b", "c"] and set(fixed["maximum"]) == {0}
    assert "qu'un encadrement fixe exactement : 2" in audit(folder, LIMITS).text()
    table, labels = zeros(0, "≤ 20 %")
    folder = edition(tmp_path / "y" / "partenaire", table, small, labels=labels)
    assert fixed_cells([folder], LIMITS).empty
    table, labels = zeros(0, "≤ 5 %")
    folder = edition(tmp_path / "z" / "partenaire", table, small, labels=labels, households=False)
    assert len(fixed_cells([folder], LIMITS)) == 2, "5 % of 12 dwellings at most is nobody, households told or not"


def test_what_one_rate_says_of_another_is_counted_and_refused(tmp_path):
    """Nobody among 12 is under 40 % of the ceiling: nobody is under 20 %, which no figure of that rate says."""
    small = {("adresses", "b"), ("adresses", "c")}
    for label, where, fixed in (("≤ 5 %", "x", {"inf20", "inf40"}), ("≤ 20 %", "y", set())):
        table, labels = zeros(0, label)
        table = table.assign(d_inf20=table["d_inf40"], n_inf20=[100, 0, 0])
        hidden = {"inf40": small, "inf20": small | {("residences", "r")}}
        folder = edition(tmp_path / where / "partenaire", table, hidden, labels=labels)
        assert set(fixed_cells([folder], LIMITS)["indicateur"]) == fixed
        verdict = audit(folder, LIMITS)
        assert ("fixés par encadrement" in str(verdict.reasons)) == bool(fixed), verdict.text()


def test_a_refusal_says_who_disagrees_and_keeps_every_case(tmp_path):
    from types import SimpleNamespace

    edition(tmp_path / "atlas" / "partenaire", one_residence(), {("adresses", "b")})
    rules = SimpleNamespace(dwellings=11, households=11, denominator=11)
    with pytest.raises(AtlasError) as refused:
        refuse_leaks(tmp_path / "atlas", rules, report=tmp_path / "atlas-refus.json")
    (fault,) = [fault for fault in refused.value.faults if "se déduisent" in fault.what]
    assert "le moteur de secret tient pour sûr ce que l'audit sait déduire" in fault.what
    assert "atlas-refus.json" in fault.remedy
    (leaks,) = [
        one
        for one in json.loads((tmp_path / "atlas-refus.json").read_text("utf-8"))["partenaire"]
        if one["nature"] == "fuite"
    ]
    assert leaks["nombre"] == len(leaks["cas"]) > 1
    edition(tmp_path / "bon" / "partenaire", one_residence(), SMALL)
    passed = refuse_leaks(tmp_path / "bon", rules)
    assert passed.remarks == () and passed.tables().popitem()[1]["édition"].tolist() == ["partenaire"]
