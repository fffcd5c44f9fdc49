"""The plan of a year on the demo: what it says is counted again, sizes included; wrong use is told."""

from __future__ import annotations

import csv
import json
from collections import Counter
from fractions import Fraction

import pandas as pd
import pytest
from typer.testing import CliRunner

from atlas.allocation import plan_attributions
from atlas.cli import app
from atlas.errors import AtlasError

# ------------------------------------------------------------------ the demo, counted again


@pytest.fixture(scope="module")
def planned(demo_build, tmp_path_factory):
    folder = tmp_path_factory.mktemp("plan")
    return plan_attributions(demo_build, folder=folder), folder


def read(build, name="residences"):
    with (build / "interne" / "tableaux" / f"{name}.csv").open(encoding="utf-8-sig") as lines:
        return {row["id"]: row for row in csv.DictReader(lines, delimiter=";")}


def test_the_plan_of_the_demo_holds_each_of_its_constraints(planned, demo_build):
    told, rows = json.loads(planned[0].json), read(demo_build)
    plan = {one["id"]: one for one in told["residences"]}
    assert set(plan) == set(rows)
    by_landlord: dict[str, list] = {}
    for key, one in plan.items():
        row = rows[key]
        assert sum(one["plan"].values()) == one["attendus"] == sum(one["tailles"].values())
        assert min(one["plan"].values()) >= 0 and one["en_qpv"] == (row["situation"] == "QPV")
        expected = None
        if row["n_rotation"] and int(row["d_rotation"]):
            expected = Fraction(int(row["nb_logements"]) * int(row["n_rotation"]), int(row["d_rotation"]))
            assert abs(one["attendus"] - expected) < 1
        by_landlord.setdefault(row["bailleur"], []).append((one["attendus"], expected))
    for held in by_landlord.values():
        if all(expected is not None for _, expected in held):
            assert abs(sum(whole for whole, _ in held) - sum(expected for _, expected in held)) <= Fraction(1, 2)
    outside = [one for one in plan.values() if not one["en_qpv"]]
    inside = [one for one in plan.values() if one["en_qpv"]]
    assert 4 * sum(one["plan"]["premier_quartile"] for one in outside) >= sum(one["attendus"] for one in outside)
    others = sum(one["plan"]["prioritaires"] + one["plan"]["autres"] for one in inside)
    assert 2 * others >= sum(one["attendus"] for one in inside)
    for landlord in by_landlord:
        own = [one for one in plan.values() if one["bailleur"] == landlord]
        assert 4 * sum(one["plan"]["prioritaires"] for one in own) >= sum(one["attendus"] for one in own)
    for group in ("premier_quartile", "prioritaires"):
        assert sum(one["plan"][group] for one in plan.values()) >= sum(one["pratique"][group] for one in plan.values())


def test_the_cost_of_the_plan_of_the_demo_is_counted_again_from_its_tables(planned, demo_build):
    """Arrivals as supposed, an average household leaves for each: rates before and after, criterion by criterion."""
    told, rows = json.loads(planned[0].json), read(demo_build)
    adds = {"inf40": (1, 0, 0), "er_inf40": (1, 0, 0), "chomage": (1, 1, 0)}
    goals = {"inf40": 40, "er_inf40": 50, "chomage": 20}
    overrun = concentration = moved = crossed = 0
    for one in told["residences"]:
        row, split = rows[one["id"]], list(one["plan"].values())
        met = 0
        for code, goal in goals.items():
            if row[f"st_{code}"] not in ("publié", "sans objet"):
                continue
            n, d = (int(row[f"{end}_{code}"] or 0) if row[f"st_{code}"] == "publié" else 0 for end in "nd")
            if d and 100 * n >= goal * d:
                met += 1
                continue
            households = int(row["menages"] or 0)
            stay = 1 - Fraction(min(sum(split), households), households) if households else Fraction(1)

            def rate_reached(given, n=n, d=d, stay=stay, code=code, goal=goal):
                more = sum(w * x for w, x in zip(adds[code], given, strict=True))
                whole = d * stay + sum(given)
                return whole > 0 and 100 * (n * stay + more) >= goal * whole

            over, given = 0, split[:]
            while sum(given) and rate_reached(given):  # households too many are replaced by those who add nothing
                heavy = next((rank for rank in (0, 1) if given[rank] and adds[code][rank]), None)
                over += 1
                if heavy is None:
                    # beyond the homes themselves: counted on, as if more could be replaced
                    short = 100 * n * stay - goal * (d * stay + sum(given))
                    over += int(short // 100)
                    break
                given[heavy], given[2] = given[heavy] - 1, given[2] + 1
            overrun += over
            crossed += over > 0
        assert met == one["criteres_atteints"]
        concentration += met * split[0]
        moved += sum(abs(now - then) for now, then in zip(split, one["pratique"].values(), strict=True)) // 2
    cost = {"depassements": overrun, "concentration": concentration, "deplaces": moved}
    assert told["cout"] == {"tailles": sum(one["hors"] for one in told["tailles"]), **cost}


def test_sizes_are_given_once_each_and_within_the_shares_of_the_leases_of_the_demo(planned, demo_territory):
    """Sizes of each residence, then shares by group, from the file of decisions itself."""
    told = json.loads(planned[0].json)
    groups = ("premier_quartile", "prioritaires", "autres")
    given: Counter = Counter()
    free: Counter = Counter()
    for one in told["residences"]:
        sized = one["plan_tailles"]
        assert {word: sum(split.values()) for word, split in sized.items()} == one["tailles"]
        for group in groups:
            assert sum(split[group] for split in sized.values()) == one["plan"][group]
            given.update({(word, group): split[group] for word, split in sized.items()})
        free.update(one["tailles"])
    leases: Counter = Counter()
    with (demo_territory.parent / "attributions_2022.csv").open(encoding="utf-8-sig") as lines:
        for row in csv.DictReader(lines, delimiter=";"):
            if row["issue"] != "bail signé" or not row["id_adresse"]:
                continue
            first = row["quartile"] == "1" or row["relogement_renouvellement"] == "oui"
            public = {"oui": 1, "non": 2}.get(row["public_prioritaire"])
            word = "T5 et plus" if row["typologie"] in ("T5", "T6") else row["typologie"]
            if first or (row["quartile"] and public):
                leases[word, groups[0 if first else public or 0]] += 1
    words = {one["taille"] for one in told["tailles"]}
    assert words == {word for word in free if word != "non renseigné"} and len(told["tailles"]) == 3 * len(words)
    usual = {
        (word, group): Fraction(free[word] * leases[word, group], sum(leases[word, one] for one in groups))
        for word in words
        for group in groups
    }
    for one in told["tailles"]:
        word, group = one["taille"], one["groupe"]
        total = sum(given[other, group] for other in words)
        share = 100 * usual[word, group] / sum(usual[other, group] for other in words)
        assert (one["donnes"], one["sur"]) == (given[word, group], total)
        assert abs(one["part_usuelle"] - share) < 1e-9
        assert abs(one["minimum"] - max(0, share - 10)) < 1 and abs(one["maximum"] - min(100, share + 10)) < 1
        out = max(given[word, group] - one["maximum"] * total / 100, one["minimum"] * total / 100 - given[word, group])
        assert one["hors"] == max(0, int(out + 1e-9))


def test_narrow_shares_of_sizes_bind_and_say_what_they_cost(demo_build, tmp_path):
    (tmp_path / "t.toml").write_text(
        '[regles.plan_tailles_ecart]\nvaleur = 0\nunite = "points"\nsource = "essai"\n'
        '[regles.plan_tailles_baux]\nvaleur = 1\nunite = "baux"\nsource = "essai"\n',
        "utf-8",
    )
    plan = plan_attributions(demo_build, territory=tmp_path / "t.toml")
    told, words = json.loads(plan.json), "\n".join(plan.lines)
    assert any(one["serre"] for one in told["tailles"]) and "Sans regarder les tailles" in words
    assert "au plus" in words or "au moins" in words
    assert all(one["maximum"] - one["minimum"] <= 1 for one in told["tailles"])


def test_sizes_that_nobody_tells_bind_nothing_and_are_said(demo_build, tmp_path):
    (tmp_path / "t.toml").write_text(
        '[regles.plan_tailles_baux]\nvaleur = 100000\nunite = "baux"\nsource = "essai"\n', "utf-8"
    )
    plan = plan_attributions(demo_build, territory=tmp_path / "t.toml")
    assert "aucune taille ne contraint le plan" in "\n".join(plan.lines)
    assert json.loads(plan.json)["tailles"] == [] and not plan.found.solution.sized


def test_the_shares_of_sizes_are_told_to_who_sees_counts_alone(demo_build):
    held = {
        name: json.loads((demo_build / name / "manifeste.json").read_text("utf-8"))
        for name in ("interne", "partenaire")
    }
    assert set(held["interne"]["tailles"]) == {"baux", "demandes"} and "tailles" not in held["partenaire"]


def test_the_files_say_the_same_plan(planned, demo_build):
    told, folder = json.loads(planned[0].json), planned[1]
    book = pd.read_excel(folder / "plan-attributions.xlsx", sheet_name=None, engine="openpyxl", keep_default_na=False)
    named = {"cibles", "bailleurs", "quartiers", "tailles", "tailles-bailleurs", "residences", "remarques"}
    assert named <= set(book)
    free = sum(one["attendus"] for one in told["residences"])
    for name in ("bailleurs", "quartiers", "residences"):
        assert book[name]["Logements attendus"].sum() == free
        assert book[name]["1er quartile"].sum() == sum(one["plan"]["premier_quartile"] for one in told["residences"])
    assert book["tailles-bailleurs"].drop(columns="Bailleur").to_numpy().sum() == free
    assert book["tailles"]["Logements attendus"].sum() == free
    table = pd.read_csv(folder / "plan-attributions.csv", sep=";", encoding="utf-8-sig", keep_default_na=False)
    first = sum(int(part.split()[0]) for cell in table["1er quartile : tailles"] for part in cell.split(", ") if part)
    assert first == book["tailles"]["1er quartile"].sum() == table["1er quartile"].sum()
    page = (folder / "plan-attributions.html").read_text("utf-8")
    assert "ne désigne, ne note ni ne classe jamais une personne" in page and "à ne pas diffuser" in page


# ------------------------------------------------------------------ use, right and wrong


def test_targets_that_cannot_hold_together_are_named(demo_build, tmp_path):
    (tmp_path / "t.toml").write_text(
        '[[cibles]]\ntest = "q1_hors_qpv"\nvaleur = 70\nsource = "Convention"\n'
        '[[cibles]]\ntest = "prioritaires"\nvaleur = 60\nsource = "Convention"\n',
        "utf-8",
    )
    plan = plan_attributions(demo_build, territory=tmp_path / "t.toml")
    named = {one.key.partition(":")[0] for one in plan.found.conflict}
    assert named == {"q1_hors_qpv", "prioritaires"}
    assert any("Ne tiennent pas ensemble" in line for line in plan.lines)


@pytest.mark.parametrize(
    ("given", "said"),
    [(["--annee", "-3"], "-3 n'est pas une année"), (["--edition", "nulle"], "ne contient pas l'édition nulle")],
)
def test_wrong_use_gets_one_sentence(demo_build, given, said):
    told = CliRunner().invoke(app, ["plan-attributions", str(demo_build), *given])
    assert told.exit_code != 0 and said in str(told.exception) + told.output


def test_a_masked_edition_is_refused(demo_build):
    with pytest.raises(AtlasError, match="PLAN-MASQUEE"):
        plan_attributions(demo_build, edition="partenaire")


def test_a_year_beyond_what_is_verified_is_refused(demo_build):
    with pytest.raises(AtlasError, match="PARAM-PERIME"):
        plan_attributions(demo_build, 2040)
