"""Every method by hand, from what ``atlas explain --json`` gives of one edition and from nothing else.

Written apart from the methods: numbers one by one, as a reader with a pencil would. A figure is its lowest and highest
rate, where the edition leaves a doubt; a judgement holds where both ends agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

SECRET, UNKNOWN, NOBODY, TOLD, OPEN = "secret", "non renseigné", "sans objet", "publié", "non déterminé"
NEEDS = {
    "seuils": ("inf40", "er_inf40", "chomage"),
    "accueil": ("rotation", "bas_loyer", "inf40", "er_inf40", "chomage"),
    "apl_65": ("apl",),
    "classes_occupation": ("inf40",),
    "mixite_plus": ("inf60", "inf100"),
    "profil_batiment": ("plus_65", "seuls", "monoparentales", "inf60", "occupants", "mutations"),
    "surrepresentations": (
        *("inf40", "apl", "chomage", "seuls", "monoparentales", "familles_3", "moins_30", "plus_65"),
    ),
    "typologie": ("inf40", "chomage", "seuls", "monoparentales", "familles_3", "moins_30", "plus_65", "apl"),
}
SIGNS = ("impayes", "rotation", "vacance")
TITLES = {
    "accueil": ("limitée", "moyenne", "large"),
    "alerte": ("aucune alerte", "une alerte", "plusieurs alertes"),
    "apl_65": ("sous le seuil", "au-dessus du seuil"),
    "classes_occupation": ("intermédiaire", "ordinaire", "très sociale"),
    "grille": ("gamme 1", "gamme 2", "gamme 3"),
    "mixite_plus": ("aucune des deux parts", "une des deux parts", "les deux parts"),
    "profil_batiment": ("proche du territoire", "marqué", "très marqué"),
    "surrepresentations": ("aucun groupe", "quelques groupes", "de nombreux groupes"),
}
SCORES = {
    "mixite_plus": "nb_parts",
    "alerte": "nb_alertes",
    "profil_batiment": "nb_parts",
    "surrepresentations": "nb_groupes",
}
CROSSED = ("ni l'un ni l'autre", "signes de gestion seuls", "groupes seuls", "groupes et signes de gestion")
PROFILE = {
    "part_65": "plus_65", "part_seuls": "seuls", "part_monoparentales": "monoparentales",
    "part_sup60": "inf60", "taille": "occupants", "part_mutations": "mutations",
}  # fmt: skip
MATRIX = ((1, 1, 2), (2, 2, 3), (2, 3, 3))  # rows: who lives there; columns: who moves in (Dijon, 2016)


@dataclass(frozen=True)
class Figure:
    """A rate as one edition lets it be known."""

    status: str
    rate: float | None
    low: float
    high: float
    unit: str
    among: str
    numerator: float | None
    denominator: float | None

    @classmethod
    def of(cls, told: dict[str, Any]) -> Figure:
        numerator, denominator, whole = told["numerateur"], told["denominateur"], 100 if told["unite"] == "%" else 1
        low, high = {NOBODY: (0.0, 0.0)}.get(told["statut"], (0.0, 100.0))
        if told["statut"] == TOLD:
            low, high = told["bornes"] or (None, None)
            if numerator is not None and denominator is not None:
                low = high = round(whole * numerator / denominator, 9)
        given = (told["unite"], told["porte_sur"], numerator, denominator)
        return cls(told["statut"], told["taux"], max(low, 0.0), high, *given)

    def with_one(self, sign: int, households: float | None) -> Figure | None:
        """One answer more or less; None where nobody can say what one answer is worth."""
        whole, most = (100, 100.0) if self.unit == "%" else (1, np.inf)
        if self.status != TOLD:
            return None
        if self.denominator is not None:
            top = self.denominator if whole > 1 else np.inf
            number = min(max(self.numerator + sign, 0), top)
            rate = round(whole * number / self.denominator, 9)
            return replace(self, rate=rate, low=rate, high=rate, numerator=number)
        if self.among not in ("ménages", "majeurs") or not households:
            return None
        ends = (
            min(max(round(end + sign * whole / households, 9), 0), most) for end in (self.rate, self.low, self.high)
        )
        return replace(self, **dict(zip(("rate", "low", "high"), ends, strict=True)))


@dataclass(frozen=True)
class Sheet:
    """One residence as one edition shows it: figures, those of the territory, rules, thresholds of its landlord."""

    facts: dict[str, Any]
    rules: dict[str, Any]
    figures: dict[str, Figure]
    around: dict[str, Figure]

    @classmethod
    def of(cls, facts: dict[str, Any], rules: list[dict[str, Any]]) -> Sheet:
        figures, around = (
            {code: Figure.of(one) for code, one in facts[name].items()} for name in ("indicateurs", "territoire")
        )
        return cls(facts, {rule["cle"]: rule["valeur"] for rule in rules}, figures, around)

    def method(self, code: str) -> dict[str, Any]:
        return next(one for one in self.facts["methodes"] if one["code"] == code)

    def alerts(self) -> dict[str, float]:
        """What the landlord watches, as the contributions tell it."""
        told = self.method("alerte")["contributions"]
        return {one["indicateur"]: one["seuils"][0] for one in told if one["seuils"][0] is not None}


def thresholds(sheet: Sheet, code: str) -> dict[str, Callable[[float, str], int]]:
    """By indicator, how many thresholds a rate reaches, against the lowest or the highest that the territory may be."""
    rules, around = sheet.rules, sheet.around

    def over(value: float | list[float]) -> Callable[[float, str], int]:
        bars = value if isinstance(value, list) else [value]
        return lambda rate, side: sum(rate >= bar for bar in bars)

    def beyond(code: str, margin: float) -> Callable[[float, str], int]:
        # The lowest that a unit can be is against the highest mean, and the other way round.
        return lambda rate, side: int(
            rate >= round((around[code].high if side == "bas" else around[code].low) + margin, 9)
        )

    if code in ("seuils", "accueil"):
        return {one: over(rules[f"fragilite_{one}"]) for one in NEEDS["seuils"]}
    if code == "apl_65":
        return {"apl": lambda rate, side: int(rate > rules["apl_65_part"])}
    if code == "mixite_plus":
        return {"inf60": over(rules["mixite_plus_inf60"]), "inf100": over(rules["mixite_plus_inf100"])}
    if code == "classes_occupation":
        return {"inf40": over([rules["occupation_ordinaire"], rules["occupation_tres_sociale"]])}
    if code == "grille":
        return {one: over(rules[f"grille_{one}"]) for one in {*rules["grille_stock"], *rules["grille_flux"]}}
    if code == "alerte":
        return {one: over(rate) for one, rate in sheet.alerts().items()}
    if code == "profil_batiment":
        points, people = rules["profil_points"], rules["profil_personnes"]
        return {one: beyond(one, people if one == "occupants" else points) for one in NEEDS[code]}
    assert code == "surrepresentations" and not rules["surrepresentation_en_rapport"]
    return {one: beyond(one, rules["surrepresentation_points"]) for one in rules["surrepresentation_groupes"]}


def total(sheet: Sheet, code: str, side: str) -> int:
    """Points of a unit at one end."""
    reached = thresholds(sheet, code)
    return sum(of(end_of(sheet.figures[one], side), side) for one, of in reached.items())


def end_of(figure: Figure, side: str) -> float:
    return figure.low if side == "bas" else figure.high


def kept(sheet: Sheet, side: str) -> float:
    """Share of the dwellings that `accueil` counts: the more criteria are met, the fewer."""
    met = total(sheet, "accueil", "haut" if side == "bas" else "bas")
    rank = (met >= sheet.rules["niveau_fragile"]) + (met >= sheet.rules["niveau_tres_fragile"])
    return sheet.rules["accueil_niveaux"][rank]


def welcomed(sheet: Sheet, side: str, size: str = "") -> float:
    """Dwellings that `accueil` counts, of a size or of all; NaN where no size is told."""
    homes, rates = (
        sheet.facts["tailles"]["nb_logements"],
        (end_of(sheet.figures[one], side) for one in ("rotation", "bas_loyer")),
    )
    freed = homes * next(rates) * next(rates) * kept(sheet, side) / 100**3
    if not size:
        return round(freed, 9)
    words = sheet.facts["parc"].get("taille", {})
    small, large = sheet.rules["accueil_tailles"]
    rooms = {word: int(word[1]) for word in words if word != UNKNOWN}
    mine = sum(
        words[one] for one, number in rooms.items() if (number <= small if size == "petits" else number >= large)
    )
    every = sum(words.values())
    if every == words.get(UNKNOWN, 0):
        return float("nan")
    whole = max(homes, every)
    unknown = words.get(UNKNOWN, 0) + whole - every
    return round(freed * (mine + (unknown if side == "haut" else 0)) / whole, 9)


def ranges(sheet: Sheet, side: str) -> tuple[int | None, int | None, int | None]:
    """Ranges of the grid: of who lives there, of who moves in, of both; what the survey does not give is left out."""
    reached, sides = thresholds(sheet, "grille"), []
    for key in ("grille_stock", "grille_flux"):
        known = [one for one in sheet.rules[key] if sheet.figures[one].status not in (NOBODY, UNKNOWN)]
        points = [reached[one](end_of(sheet.figures[one], side), side) for one in known]
        mean = round(1 + sum(points) / len(points), 9) if points else None
        sides.append(None if mean is None else 1 + sum(mean >= bar for bar in sheet.rules["grille_moyennes"]))
    stock, flux = sides
    return stock, flux, None if stock is None or flux is None else MATRIX[stock - 1][flux - 1]


def rank(sheet: Sheet, code: str, side: str) -> int | None:
    """Rank of a unit among the classes of a method, at one end."""
    if code == "grille":
        crossed = ranges(sheet, side)[2]
        return None if crossed is None else crossed - 1
    if code == "accueil":
        return sum(welcomed(sheet, side) >= bar for bar in sheet.rules["accueil_logements"])
    cuts = {
        "classes_occupation": (1, 2), "apl_65": (1,), "mixite_plus": (1, 2), "alerte": (1, 2),
        "profil_batiment": sheet.rules["profil_marque"],
        "surrepresentations": (1, sheet.rules["surrepresentation_plusieurs"]),
    }[code]  # fmt: skip
    return sum(total(sheet, code, side) >= cut for cut in cuts)


def silence(sheet: Sheet, needs: list[str], required: tuple[str, ...] = ()) -> str:
    """What is said of a unit that nothing settles; empty where something that is read is published."""
    said = [sheet.figures[one].status for one in needs]
    if all(one == UNKNOWN for one in said) or any(sheet.figures[one].status == UNKNOWN for one in required):
        return UNKNOWN
    return "" if TOLD in said else OPEN


def classed(sheet: Sheet, code: str) -> tuple[str, str]:
    """Class, then what figures prove, by a method that ranks units."""
    needs = list(NEEDS.get(code) or thresholds(sheet, code))
    if code == "surrepresentations":
        needs = [one for one in needs if one in sheet.rules["surrepresentation_groupes"]]
    silent = silence(sheet, needs, ("rotation", "bas_loyer") if code == "accueil" else ())
    low, high = (rank(sheet, code, side) for side in ("bas", "haut"))
    return between(low, high, TITLES[code], silent)


def between(low: int | None, high: int | None, titles: tuple[str, ...], silent: str) -> tuple[str, str]:
    if silent or low is None or high is None:
        return silent or OPEN, silent or OPEN
    last = len(titles) - 1
    if low == high:
        return titles[low], titles[low]
    if (low, high) == (0, last):
        return OPEN, OPEN
    if high == last:
        return OPEN, f"au moins {titles[low]}"
    return OPEN, f"au plus {titles[high]}" if low == 0 else f"de {titles[low]} à {titles[high]}"


LEVELS = ("sans fragilité repérée", "fragile", "très fragile")


def criteria_level(met: int, read: int, open_: int, rules: dict[str, float]) -> tuple[str, str]:
    low, high = ((one >= rules["niveau_fragile"]) + (one >= rules["niveau_tres_fragile"]) for one in (met, met + open_))
    if low == high and read:
        return LEVELS[low], LEVELS[low]
    if low:
        return OPEN, "au moins fragile"
    return OPEN, "aucun critère publié atteint" if not met and read >= rules["lecture_criteres"] else OPEN


def near(sheet: Sheet, code: str) -> str | None:
    people = {
        "ménages": "un ménage",
        "emménagés récents": "un emménagé récent",
        "majeurs": "un majeur",
        "logements": "un logement",
    }
    now = said(sheet, code)
    if now in (OPEN, UNKNOWN):
        return None
    for one in NEEDS.get(code) or ordered(sheet, code):
        figure = sheet.figures[one]
        for sign in (1, -1):
            moved: Figure | None = figure.with_one(sign, sheet.facts["tailles"]["menages"])
            if moved is not None and said(replace(sheet, figures={**sheet.figures, one: moved}), code) != now:
                return f"à {people[figure.among]} près" if figure.denominator is not None else "proche d'un seuil"
    return None


def ordered(sheet: Sheet, code: str) -> list[str]:
    """The indicators of a method whose list is chosen, in the order of the figures, or of its source."""
    if code == "grille":
        return ["inf40", "er_inf40", "chomage", "apl", "monoparentales", "familles_3", "impayes", "vacance", "rotation"]
    return list(sheet.figures)


def said(sheet: Sheet, code: str) -> str:
    if code != "seuils":
        return classed(sheet, code)[0]
    met = read = open_ = 0
    for one in NEEDS["seuils"]:
        figure = sheet.figures[one]
        met += figure.status == TOLD and figure.rate >= sheet.rules[f"fragilite_{one}"]
        read, open_ = read + (figure.status == TOLD), open_ + (figure.status in (SECRET, UNKNOWN))
    return criteria_level(met, read, open_, sheet.rules)[1]
