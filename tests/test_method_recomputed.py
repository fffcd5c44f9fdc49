"""Every figure of every method, computed again by hand from what `atlas explain --json` gives, in each edition."""

from __future__ import annotations

import json

import numpy as np
import pytest
from by_hand_factory import (
    CROSSED,
    NEEDS,
    NOBODY,
    OPEN,
    PROFILE,
    SCORES,
    SECRET,
    SIGNS,
    TITLES,
    TOLD,
    UNKNOWN,
    Sheet,
    between,
    classed,
    criteria_level,
    end_of,
    kept,
    near,
    ranges,
    silence,
    thresholds,
    total,
    welcomed,
)
from scipy.stats import beta

from atlas.explain import explained
from tests.readings_factory import methods


@pytest.fixture(scope="module")
def sheets(readings_build) -> dict[str, list[Sheet]]:
    """Some residences of the commune, as each edition that names them explains them."""
    import pandas as pd

    found: dict[str, list[Sheet]] = {}
    homes = pd.read_parquet(readings_build / "parcours.parquet").query("campagne == 2022")["id_residence"].unique()
    for identifier in sorted(homes)[::3]:
        facts = json.loads(json.dumps(explained(readings_build, identifier)))
        for edition, one in (("interne", facts), *((one["edition"], one) for one in facts["editions"])):
            found.setdefault(edition, []).append(Sheet.of(one, facts["regles"]))
    assert {"interne", "partenaire"} <= set(found) and len(found["partenaire"]) > 12
    return found


EACH = pytest.mark.parametrize("edition", ["interne", "partenaire"])


def columns(sheet: Sheet, code: str) -> dict[str, object]:
    return {name.removeprefix(f"{code}_"): value for name, value in sheet.method(code)["colonnes"].items()}


def same(told: object, mine: float) -> bool:
    """A number that nobody can tell is empty."""
    return told is None if mine is None or np.isnan(mine) else told is not None and abs(told - mine) < 1e-9


@EACH
def test_all_ten_methods_are_told(sheets, edition):
    for sheet in sheets[edition]:
        assert [one["code"] for one in sheet.facts["methodes"]] == list(methods())


@EACH
@pytest.mark.parametrize("code", TITLES)
def test_classes_and_what_figures_prove(sheets, edition, code):
    said = set()
    for sheet in sheets[edition]:
        level, proven = classed(sheet, code)
        told = columns(sheet, code)
        assert (told["classe"], told["lecture"]) == (level, proven), sheet.facts["methodes"]
        said.add(level)
    assert said - {OPEN, UNKNOWN}, "nothing is told anywhere: nothing is tested"


@EACH
@pytest.mark.parametrize("code", SCORES)
def test_numbers_of_points(sheets, edition, code):
    for sheet in sheets[edition]:
        low, high = (total(sheet, code, side) for side in ("bas", "haut"))
        silent = classed(sheet, code)[1] in (UNKNOWN,) or silence(sheet, _read(sheet, code))
        assert same(columns(sheet, code)[SCORES[code]], low if low == high and not silent else None)


def _read(sheet: Sheet, code: str) -> list[str]:
    return list(thresholds(sheet, code))


@EACH
def test_the_three_criteria(sheets, edition):
    for sheet in sheets[edition]:
        told, rules, met, read, open_ = sheet.method("seuils")["colonnes"], sheet.rules, 0, 0, 0
        for code in NEEDS["seuils"]:
            figure, bar = sheet.figures[code], sheet.rules[f"fragilite_{code}"]
            reached = figure.status == TOLD and figure.rate >= bar
            met, read = met + reached, read + (figure.status == TOLD)
            open_ += figure.status in (SECRET, UNKNOWN)
            margin = told.get(f"marge_{code}")
            if figure.status == TOLD and figure.denominator is not None:
                needed = next(n for n in range(10**6) if 100 * n >= bar * figure.denominator - 1e-7)
                gap = figure.numerator - needed
                assert margin == (gap + 1 if gap >= 0 else gap)
        assert told["nb_criteres_lus"] == read and told["nb_criteres"] == (met if read else None)
        assert (told["niveau"], told["lecture"]) == criteria_level(met, read, open_, rules)
        way = sheet.facts["entrants"]["critere"]
        if way in ("atteint", "non atteint"):  # whatever its own figure says, or hides
            own = sheet.figures["er_inf40"]
            before = own.status == TOLD and own.rate >= rules["fragilite_er_inf40"]
            other = (met - before + (way == "atteint"), read - (own.status == TOLD) + 1)
            open_ -= own.status in (SECRET, UNKNOWN)
            assert told["niveau_elargi"] == criteria_level(*other, open_, rules)[0]
        else:
            assert told["niveau_elargi"] == told["niveau"]


@EACH
def test_the_ranges_of_the_grid(sheets, edition):
    for sheet in sheets[edition]:
        told = columns(sheet, "grille")
        silent = silence(sheet, _read(sheet, "grille"))
        for name, low, high in zip(
            ("gamme_stock", "gamme_flux", "gamme"), ranges(sheet, "bas"), ranges(sheet, "haut"), strict=True
        ):
            assert same(told[name], None if silent or low != high else low)


@EACH
def test_dwellings_that_free_up_and_their_factors(sheets, edition):
    for sheet in sheets[edition]:
        told = columns(sheet, "accueil")
        silent = silence(sheet, list(NEEDS["accueil"]), ("rotation", "bas_loyer"))
        factors = {
            one["colonne"].removeprefix("accueil_"): one["facteurs"] for one in sheet.method("accueil")["facteurs"]
        }
        assert list(factors) == ["logements", "petits", "familiaux"]
        for name, parts in factors.items():
            for side in ("bas", "haut"):
                mine = welcomed(sheet, side, "" if name == "logements" else name)
                assert same(told[f"{name}_{side}"], np.nan if silent else np.round(mine, 1))
                shares = [
                    one[side] / 100 if one["unite"] == "%" else one[side] for one in parts if one[side] is not None
                ]
                if len(shares) == len(parts):
                    assert abs(np.prod(shares) - mine) < 1e-6
                assert parts[3][side] == kept(sheet, side)


@EACH
def test_what_is_said_beside_the_classes(sheets, edition):
    for sheet in sheets[edition]:
        told, around = columns(sheet, "profil_batiment"), sheet.around
        for column, code in PROFILE.items():
            margin = sheet.rules["profil_personnes" if code == "occupants" else "profil_points"]
            titles = ("en dessous", "proche", "au-dessus")[:: -1 if column == "part_sup60" else 1]
            ranks = []
            for side, mean in (("bas", around[code].high), ("haut", around[code].low)):
                rate = end_of(sheet.figures[code], side)
                ranks.append(1 + (rate >= round(mean + margin, 9)) - (rate <= round(mean - margin, 9)))
            assert told[column] == between(*ranks, titles, silence(sheet, [code]))[0]
        told, points = columns(sheet, "surrepresentations"), sheet.rules["surrepresentation_points"]
        movers, mean = sheet.figures["er_inf40"], around["er_inf40"]
        ranks = [movers.low >= round(mean.high + points, 9), movers.high >= round(mean.low + points, 9)]
        titles = ("non surreprésentés", "surreprésentés")
        assert told["entrants"] == between(*map(int, ranks), titles, silence(sheet, ["er_inf40"]))[0]
        signs = [
            sum(
                end_of(sheet.figures[one], side) > (around[one].high if side == "bas" else around[one].low)
                for one in SIGNS
            )
            for side in ("bas", "haut")
        ]
        groups = [total(sheet, "surrepresentations", side) for side in ("bas", "haut")]
        ranks = [
            2 * (g > 0) + (s >= sheet.rules["surrepresentation_signes"]) for g, s in zip(groups, signs, strict=True)
        ]
        silent = silence(sheet, [*_read(sheet, "surrepresentations"), *SIGNS])
        assert told["croisement"] == between(*ranks, CROSSED, silent)[0]
        assert same(told["nb_signes"], None if silent or signs[0] != signs[1] else signs[0])


@EACH
def test_contributions_are_what_figures_reach_of_the_thresholds_told(sheets, edition):
    for sheet in sheets[edition]:
        for method in sheet.facts["methodes"]:
            absent = (NOBODY, UNKNOWN) if method["code"] == "grille" else ()
            beside = [part for one in method["a_cote"] for part in one["contributions"]]
            assert method["contributions"] or method["compare_a"]
            for part in (*method["contributions"], *beside):
                figure = sheet.figures[part["indicateur"]]
                bars = [(easy, hard) for easy, hard in part["seuils_bornes"] if easy is not None]
                least, most = (
                    sum(figure.low >= hard for _, hard in bars),
                    sum(figure.high >= easy for easy, _ in bars),
                )
                assert part["points"] == ([0, 0] if figure.status in absent else [least, most])
            if method["code"] in TITLES:
                reached = thresholds(sheet, method["code"])
                assert set(reached) <= {part["indicateur"] for part in method["contributions"]}
                for part in method["contributions"]:
                    figure, of = sheet.figures[part["indicateur"]], reached.get(part["indicateur"])
                    if of is not None and figure.status not in absent:
                        assert part["points"] == [of(figure.low, "bas"), of(figure.high, "haut")]


@EACH
def test_the_group_of_a_residence_is_the_nearest_and_its_traits_are_what_sets_it_apart(sheets, edition):
    assert any(columns(sheet, "typologie")["traits"] for sheet in sheets[edition])
    for sheet in sheets[edition]:
        told, beside = columns(sheet, "typologie"), sheet.method("typologie")["compare_a"]
        groups = {name: row for name, row in beside.items() if name.startswith("groupe")}
        said = [sheet.figures[one].status for one in NEEDS["typologie"]]
        if not groups or set(said) != {TOLD}:
            assert told["groupe"] == (UNKNOWN if set(said) == {UNKNOWN} else OPEN) and told["traits"] is None
            continue
        mine = {
            one: (sheet.figures[one].rate - beside["moyenne"][one]) / (beside["écart type"][one] or 1)
            for one in NEEDS["typologie"]
        }
        far = {name: sum((mine[one] - row[one]) ** 2 for one in mine) for name, row in groups.items()}
        assert told["groupe"] == min(far, key=far.__getitem__)
        centre = groups[told["groupe"]]
        marked = sorted(
            (one for one in centre if abs(centre[one]) >= sheet.rules["typologie_ecart"]),
            key=lambda one: -abs(centre[one]),
        )
        labels = {one: sheet.facts["indicateurs"][one]["libelle"] for one in marked}
        words = [
            f"{'plus' if centre[one] > 0 else 'moins'} de {labels[one][0].lower()}{labels[one][1:]}" for one in marked
        ]
        assert told["traits"] == (", ".join(words) or "proche de la moyenne")


@EACH
def test_intervals_of_the_criteria(sheets, edition):
    shown = 0
    for sheet in sheets[edition]:
        told, households = sheet.method("seuils")["colonnes"], sheet.facts["tailles"]["menages"]
        for code in NEEDS["seuils"]:
            figure = sheet.figures[code]
            size = figure.denominator or (households if figure.among in ("ménages", "majeurs") else None)
            ends = told[f"ic_bas_{code}"], told[f"ic_haut_{code}"]
            if figure.status != TOLD or not size:
                assert ends == (None, None)
                continue
            shown += 1
            least, most = (min(end, 100) * size / 100 for end in (figure.low, figure.high))
            low = 0 if least == 0 else np.floor(100 * beta(least + 0.5, size - least + 0.5).ppf(0.025))
            high = 100 if most == size else np.ceil(100 * beta(most + 0.5, size - most + 0.5).ppf(0.975))
            assert ends == (low, high)
    assert shown


@EACH
@pytest.mark.parametrize("code", ["seuils", *TITLES])
def test_of_which_answer_a_class_hangs(sheets, edition, code):
    for sheet in sheets[edition]:
        told = sheet.method(code)["colonnes"]["proximite" if code == "seuils" else f"{code}_proximite"]
        assert told == near(sheet, code), sheet.facts["tailles"]


@EACH
def test_the_agreement_of_those_that_take_sides(sheets, edition):
    fragile = {
        "seuils": {"fragile", "très fragile", "au moins fragile"},
        "grille": {"gamme 3"},
        "classes_occupation": {"très sociale"},
        "surrepresentations": {"de nombreux groupes"},
    }
    for sheet in sheets[edition]:
        sides = []
        for code, words in fragile.items():
            told = sheet.method(code)
            shown = told["colonnes"]["lecture"] if code == "seuils" else told["niveau"]
            if shown in words:
                sides.append(True)
            elif told["niveau"] not in (OPEN, UNKNOWN):
                sides.append(False)
        said = (
            "toutes la disent fragile"
            if all(sides)
            else "les lectures divergent"
            if any(sides)
            else "aucune ne la dit fragile"
        )
        assert sheet.facts["accord"] == (said if len(sides) > 1 else OPEN)
