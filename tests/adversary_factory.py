"""Fictional towns made to give secrets away, and an attacker who bounds what is masked, with code of its own.

A town has few small addresses, residences of several, IRIS, quarters that overlap, buildings that are sold, households
that do not answer, landlords that do not tell an item, up to five campaigns. The attacker knows every denominator,
reads labels, knows that a household under 20 % of a ceiling is under 40 %, and counts in whole numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from atlas.audit.composition import ground_of
from atlas.audit.evidence import Evidence
from atlas.audit.holdings import Holding
from atlas.audit.read_back import Written
from atlas.count import count
from atlas.dwellings import low_rents
from atlas.protect import AUDIENCES
from atlas.protect.composition import composition_of, evidence_of
from atlas.protect.figures import as_series, figures
from atlas.tables import INDICATORS
from tests.stage_factory import SCALE, SECRECY, survey, texts

_OF_PEOPLE = {
    "personnes_seules": "alone",
    "familles_monoparentales": "parent",
    "familles_3_enfants_et_plus": "family",
    "occupants": "people",
    "menages_apl": "apl",
    "menages_impayes_3_mois": "late",
    "demandes_mutation": "moving",
    "titulaires_moins_30_ans": "young",
    "titulaires_65_ans_et_plus": "old",
}
_OF_RESOURCES = {"menages_inf20_plus": "r20", "menages_inf40_plus": "r40", "menages_inf60_plus": "r60"}
TOGETHER = (
    ("inf20", "inf40", "inf60", "inf100", "er_inf40"),
    ("seuls", "monoparentales", "familles_3", "occupants"),
    ("moins_30", "plus_65"),
    ("apl",),
    ("impayes",),
    ("mutations",),
    ("chomage",),
)


def adversarial_town(seed: int, addresses: int = 26, *, late: float = 0.0, campaigns: int | None = None):
    """Draw a town and count it.

    Parameters
    ----------
    late : float
        Share of the households that have not answered yet, the others being those of the same seed with less of them.
    """
    rng, slow = np.random.default_rng(seed), np.random.default_rng(seed + 1_000_000)
    years = [2014 + 2 * turn for turn in range(campaigns or int(rng.integers(1, 6)))]
    residence = np.cumsum(rng.random(addresses) < 0.45)
    iris = residence // max(1, int(residence[-1] / rng.integers(1, 4)) + 1)
    holder = rng.integers(0, 3, residence[-1] + 1)
    dwellings = rng.choice([1, 2, 3, 5, 6, 8, 9, 11, 14, 24], addresses)
    silent = {
        int(rng.integers(3)): rng.choice(["apl", "activity", "resources"]) for _ in range(int(rng.integers(0, 2)))
    }
    rare = rng.choice([0.01, 0.05, 0.3, 0.9])
    rows = []
    for turn, year in enumerate(years):
        if turn and rng.random() < 0.5:
            holder = np.where(rng.random(len(holder)) < 0.2, rng.integers(0, 3, len(holder)), holder)
        for one in range(addresses):
            mine = int(holder[residence[one]])
            homes = _households(rng, int(dwellings[one]), rare)
            homes = homes[slow.random(len(homes)) >= late]
            gaps = {silent.get(mine), *(item for item in ("apl", "activity", "resources") if rng.random() < 0.08)}
            row = {"id_adresse": f"a{one:02d}", "campagne": year, "bailleur": f"B{mine}"}
            rows.append(row | {"nb_logements": float(dwellings[one])} | _told(homes, gaps))
    where = pd.DataFrame({"id_adresse": [f"a{one:02d}" for one in range(addresses)]})
    where = where.assign(id_residence=[f"R{one:02d}" for one in residence], code_iris=[f"I{one}" for one in iris])
    where = where.assign(bailleur="?", code_insee="93010", code_qpv=None, situation="hors QPV").astype("str")
    zones = [(f"Q{zone}", set(range(a, b))) for zone in range(3) for a, b in [sorted(rng.integers(0, addresses, 2))]]
    pairs = [(f"a{one:02d}", zone) for zone, inside in zones for one in sorted(inside)]
    quarters = pd.DataFrame({"id_adresse": texts([a for a, _ in pairs]), "id": texts([zone for _, zone in pairs])})
    return count(survey(rows), where, quarters, low_rents(None, texts([]), None, 2022)[0])


def _households(rng: np.random.Generator, dwellings: int, rare: float) -> pd.DataFrame:
    size = int(rng.binomial(dwellings, 0.9))
    people = rng.choice([1, 2, 3, 4, 6], size, p=[0.45, 0.2, 0.15, 0.1, 0.1])
    poor = rng.choice([10, 30, 50, 90], size, p=[rare / 2, rare / 2, (1 - rare) / 2, (1 - rare) / 2])
    age = rng.choice(["young", "old", "between"], size, p=[0.15, 0.25, 0.6])
    return pd.DataFrame(
        {
            "people": people,
            "alone": people == 1,
            "parent": (people > 1) & (rng.random(size) < 0.3),
            "family": people > 4,
            "apl": rng.random(size) < rare,
            "late": rng.random(size) < 0.06,
            "moving": rng.random(size) < 0.1,
            "young": age == "young",
            "old": age == "old",
            "r20": poor < 20,
            "r40": poor < 40,
            "r60": poor < 60,
            "recent": rng.random(size) < 0.2,
            "adults": np.minimum(people, 2),
            "jobless": rng.random(size) < rare,
        }
    )


def _told(homes: pd.DataFrame, gaps: set[object]) -> dict[str, float]:
    """Sum the households of an address, but for the items that it does not tell."""
    size = float(len(homes))
    told = {"menages": size} | {name: float(homes[one].sum()) for name, one in _OF_PEOPLE.items()}
    if "apl" in gaps:
        del told["menages_apl"]
    if "resources" not in gaps:
        recent = homes[homes["recent"]]
        told |= {"menages_ressources_connues": size, "emmenages_recents": float(len(recent))}
        told |= {name: float(homes[one].sum()) for name, one in _OF_RESOURCES.items()}
        told |= {"emmenages_recents_ressources_connues": float(len(recent))}
        told |= {"emmenages_recents_inf40_plus": float(recent["r40"].sum())}
    if "activity" not in gaps:
        told |= {"majeurs": float(homes["adults"].sum()), "majeurs_activite_connue": float(homes["adults"].sum())}
        told |= {"majeurs_chomeurs": float(homes["jobless"].sum())}
    return told


def fixed_by_bounding(counted, secrecy, limit: int = 11) -> Iterator[tuple[int, str, str, str]]:
    """List the masked cells under a number of dwellings whose sensitive count could be no other than it is.

    Yields
    ------
    (campaign, kind, unit, indicator)
    """
    labels = {
        kind: figures(table, secrecy.openings[kind], AUDIENCES["partenaire"], SECRECY, SCALE)
        for kind, table in counted.units.items()
    }
    for year in sorted(counted.atoms["campagne"].unique()):
        for codes in TOGETHER:
            yield from _Attack(counted, labels, int(year), codes, limit).fixed()


class _Attack:
    """What the labels of some indicators leave possible, in one campaign."""

    def __init__(self, counted, labels, year: int, codes: tuple[str, ...], limit: int) -> None:
        self.year, self.codes = year, codes
        inside = np.flatnonzero(counted.atoms["campagne"] == year)
        atoms = counted.atoms.iloc[inside]
        self.width = len(inside)
        self.whole = np.array([atoms[INDICATORS[code].d].fillna(0) for code in codes], dtype=float)
        self.truth = np.array([atoms[INDICATORS[code].n].fillna(0) for code in codes], dtype=float)
        self.truth = np.where(self.whole > 0, self.truth, 0)
        self.rows: list[np.ndarray] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.targets: list[tuple[tuple[int, str, str, str], np.ndarray]] = []
        dwellings = atoms["nb_logements"].to_numpy(float)
        for kind, table in labels.items():
            members = counted.membership[kind].tocsr()[:, inside]
            for place in np.flatnonzero(table["campagne"] == year):
                held = members[[place]].toarray()[0]
                for rank, code in enumerate(codes):
                    row = np.zeros((len(codes), self.width))
                    row[rank] = held
                    if table[f"st_{code}"].iloc[place] == "publié":
                        self._tell(row, *self._read(table[f"lb_{code}"].iloc[place], held @ self.whole[rank], code))
                    elif held @ dwellings < limit and held @ self.whole[rank] > 0:
                        self.targets.append(((year, kind, table["id"].iloc[place], code), row.ravel()))
        self._link()

    def _tell(self, row: np.ndarray, low: float, high: float) -> None:
        total = float(row.ravel() @ self.truth.ravel())
        assert low <= total <= high, "a label that its addresses do not give"
        self.rows.append(row.ravel())
        self.low.append(low)
        self.high.append(high)

    @staticmethod
    def _read(label: str, size: float, code: str) -> tuple[float, float]:
        """Bound a count by its label: whole percentages are at most a point off, tenths at most half of one."""
        (told,) = re.findall(r"\d+(?:,\d+)?", label)
        number, share = float(told.replace(",", ".")), INDICATORS[code].unit == "%"
        scale = size / 100 if share else size
        if label.startswith("≤"):
            return (0.0 if share else size), np.floor(number * scale + 1e-9)
        if label.startswith("≥"):
            return np.ceil(number * scale - 1e-9), size
        # Without a threshold to cross a percentage is at most half a point off.
        near = any(abs(number - one) <= 1 for one in SCALE.edges(code))
        off = (1.0 if near else 0.5) if share else 0.05
        return np.ceil((number - off) * scale - 1e-9), np.floor((number + off) * scale + 1e-9)

    def _link(self) -> None:
        """Tie the counts of one address, as anybody can: who is poor at 20 % is at 40 %, a family is four people."""
        place = {code: rank for rank, code in enumerate(self.codes)}
        for terms, bound in (
            ({"inf20": 1, "inf40": -1}, None),
            ({"inf40": 1, "inf60": -1}, None),
            ({"inf60": 1, "inf100": -1}, None),
            ({"er_inf40": 1, "inf40": -1}, None),
            ({"seuls": 1, "monoparentales": 1}, "seuls"),
            ({"seuls": 1, "familles_3": 1}, "seuls"),
            ({"monoparentales": 1, "occupants": -1}, "-seuls"),
            ({"familles_3": 3, "occupants": -1}, "-seuls"),
            ({"familles_3": 2, "seuls": -1, "occupants": -1}, "-2"),
            ({"moins_30": 1, "plus_65": 1}, "moins_30"),
        ):
            if not place.keys() >= terms.keys():
                continue
            for one in range(self.width):
                if any(self.whole[place[code], one] == 0 for code in terms):
                    continue
                row = np.zeros((len(self.codes), self.width))
                for code, value in terms.items():
                    row[place[code], one] = value
                size = self.whole[place[next(iter(terms))], one]
                high = {None: 0.0, "-seuls": -size, "-2": -2 * size}.get(bound, size)
                self._tell(row, -np.inf, high)

    def fixed(self) -> Iterator[tuple[int, str, str, str]]:
        """Try other answers, many targets at a time, then each that is left on its own, both ways."""
        if not self.targets:
            return
        goals = np.array([row for _, row in self.targets])
        value = goals @ self.truth.ravel()
        moved = np.zeros(len(goals), dtype=bool)
        chance = np.random.default_rng(0)
        for _ in range(4):
            signs = np.where(value > 0, chance.choice([-1.0, -1.0, 1.0], len(goals)), 1.0)
            moved |= np.abs(goals @ self._answer((signs * ~moved) @ goals) - value) > 0.5
        for place in np.flatnonzero(~moved):
            tries = ((way, presolved) for presolved in (True, False) for way in (1, -1))
            if not any(
                abs(goals[place] @ self._answer(way * goals[place], p) - value[place]) > 0.5 for way, p in tries
            ):
                yield self.targets[place][0]

    def _answer(self, goal: np.ndarray, presolved: bool = True) -> np.ndarray:
        """Find another answer: HiGHS, once simplified, sometimes calls optimal what is not (it did on town 19)."""
        most = [self.whole[k] * (8 if code == "occupants" else 1) for k, code in enumerate(self.codes)]
        least = [self.whole[k] * (1 if code == "occupants" else 0) for k, code in enumerate(self.codes)]
        found = milp(
            -goal,
            constraints=LinearConstraint(np.array(self.rows), self.low, self.high) if self.rows else None,
            bounds=Bounds(np.concatenate(least), np.maximum(np.concatenate(most), self.truth.ravel())),
            integrality=np.ones(len(goal)),
            options={"presolve": presolved},
        )
        return self.truth.ravel() if found.x is None else np.round(found.x)


def held(counted, secrecy) -> Holding:
    """Give what a reader holds of an edition as the audit reads it back, without the files."""
    labels = {
        kind: figures(table, secrecy.openings[kind], AUDIENCES["partenaire"], SECRECY, SCALE)
        for kind, table in counted.units.items()
    }
    last = int(counted.atoms["campagne"].max())
    units = {kind: table[table["campagne"] == last] for kind, table in labels.items()}
    series = pd.concat([as_series(kind, table) for kind, table in labels.items()]).astype({"id": str})
    series = series.assign(numerateur=np.nan, denominateur=np.nan)
    rules = [
        {"cle": "secret_personnes_menage", "valeur": SECRECY.people},
        {"cle": "secret_fichier_redonne", "valeur": SECRECY.redelivered},
    ]
    written = Written(Path("partenaire"), {"masquee": True, "regles": rules}, units, series, composition_of(counted))
    evidence = Evidence(evidence_of(counted, {}, pd.Series(dtype=str)))
    return Holding(written, ground_of(written, evidence.atoms), evidence)
