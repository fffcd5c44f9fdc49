"""The social stock: residences laid on runs of lots, their addresses, their landlords.

Grain out: one row per true residence, and one row per address as a landlord keeps it (a staircase, a house). Addresses
point to a lot; several may point to the same one (staircases of one door, two landlords in one building).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from draws import pick, shuffled, stream, whole
from names import COMMUNES, LANDLORDS, QPV, QVA

# kind of residence: lots, dwellings per lot
SIZES = {
    "tour": (1, 2, 38, 66),
    "barre": (3, 7, 11, 22),
    "immeuble": (1, 4, 11, 31),
    "petit": (1, 1, 3, 15),
    "maisons": (3, 7, 1, 1),
}
MIX = {
    "quarter": {"tour": 0.13, "barre": 0.47, "immeuble": 0.26, "petit": 0.09, "maisons": 0.05},
    "town": {"tour": 0.03, "barre": 0.09, "immeuble": 0.58, "petit": 0.24, "maisons": 0.06},
    "small town": {"tour": 0.0, "barre": 0.05, "immeuble": 0.42, "petit": 0.31, "maisons": 0.22},
    "village": {"tour": 0.0, "barre": 0.0, "immeuble": 0.24, "petit": 0.42, "maisons": 0.34},
}
YEARS = {"quarter": (1957, 1977), "other": (1962, 2017)}
APART = {"LDC": 95.0, "LFV": 95.0}  # metres between two residences of a landlord that does not name them
CROSSING = 0.10  # of the runs over the edge of a quarter that are kept


class Builder:
    """Places residences one after the other and remembers which lots are taken."""

    def __init__(self, lots: pd.DataFrame) -> None:
        self.rng = stream("stock")
        self.lots = lots
        self.xy = lots[["x", "y"]].to_numpy()
        self.quarter = lots["code_quartier"].to_numpy()
        self.free = np.ones(len(lots), dtype=bool)
        self.residences: list[dict] = []
        self.addresses: list[dict] = []
        self.placed = np.zeros(len(LANDLORDS))
        shares = np.array([landlord.dwellings for landlord in LANDLORDS], dtype=float)
        held = sum(place.dwellings for place in (*QPV, QVA, *COMMUNES))
        self.wanted = 1.01 * held * shares / shares.sum()
        self.points: list[list[np.ndarray]] = [[] for _ in LANDLORDS]

    def fill(self, zone: str, mix: str, runs: list[np.ndarray], dwellings: int) -> None:
        """Place residences on the given sides of streets until the zone holds its dwellings."""
        left = float(dwellings)
        misses = 0
        while left > 0:
            kind = list(SIZES)[pick(self.rng, np.array(list(MIX[mix].values())))]
            few, many, small, large = SIZES[kind]
            count = whole(self.rng, few, many)
            run = self._room(zone, runs, count)
            if run is None:
                misses += 1
                if misses > 4000:
                    raise ValueError(f"plus de place dans {zone} : il reste {left:.0f} logements à poser")
                continue
            level = small + (large - small) * self.rng.random()
            sizes = [max(small, min(large, round(level + (self.rng.random() - 0.5) * 0.5 * level))) for _ in run]
            year = YEARS["quarter" if mix == "quarter" else "other"]
            self.add(zone, kind, self._landlord(mix, run), run, sizes, whole(self.rng, *year))
            left -= sum(sizes)

    def _room(self, zone: str, runs: list[np.ndarray], count: int) -> np.ndarray | None:
        """Find consecutive free lots with a free neighbour at both ends."""
        side = runs[pick(self.rng, np.array([self.free[run].sum() + 0.01 for run in runs]))]
        if len(side) < count:
            return None
        start = whole(self.rng, 0, len(side) - count)
        run = side[start : start + count]
        around = side[max(0, start - 1) : start + count + 1]
        inside = self.quarter[run] == zone
        if not inside.all() and (not zone or not inside.any() or self.rng.random() > CROSSING):
            return None
        return run if self.free[around].all() else None

    def _landlord(self, mix: str, run: np.ndarray) -> int:
        """Choose a landlord by what is left of its share, away from its own stock when it names nothing."""
        weights = np.maximum(self.wanted - self.placed, 1.0) ** 1.25
        for rank, landlord in enumerate(LANDLORDS):
            weights[rank] *= landlord.in_quarters if mix == "quarter" else 1.0
            if landlord.prefix in APART and self.points[rank]:
                near = np.concatenate(self.points[rank])[:, None] - self.xy[run][None]
                if np.hypot(near[..., 0], near[..., 1]).min() < APART[landlord.prefix]:
                    weights[rank] = 0.0
        return pick(self.rng, weights)

    def add(self, zone: str, kind: str, landlord: int, run: np.ndarray, sizes: list[int], year: int) -> str:
        """Record a residence, one address per lot."""
        name = f"R{len(self.residences) + 1:04d}"
        self.free[run] = False
        self.residences.append(
            {"id_residence": name, "landlord": landlord, "zone": zone, "kind": kind, "year": year, "fate": ""}
        )
        self.addresses += [
            {"id_residence": name, "landlord": landlord, "lot": int(lot), "nb": size, "lots": (int(lot),), "door": ""}
            for lot, size in zip(run, sizes, strict=True)
        ]
        self.placed[landlord] += sum(sizes)
        self.points[landlord].append(self.xy[run])
        return name


def _sides(lots: pd.DataFrame, kept: np.ndarray) -> list[np.ndarray]:
    """Positions of the lots of each side of each street, in order, of the streets that ``kept`` touches."""
    groups = lots.assign(kept=kept).groupby(["street", "side"], sort=True)
    return [group.index.to_numpy() for _, group in groups if group["kept"].any()]


def build_stock(lots: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lay the whole stock: quarters first, then what each commune holds outside them."""
    builder = Builder(lots)
    quarter, commune = lots["code_quartier"].to_numpy(), lots["code_insee"].to_numpy()
    for zone in (*QPV, QVA):
        builder.fill(zone.code, "quarter", _sides(lots, quarter == zone.code), zone.dwellings)
    for place in COMMUNES:
        mix = "town" if place.iris > 6 else "small town" if place.iris > 2 else "village"
        builder.fill("", mix, _sides(lots, (commune == place.code) & (quarter == "")), place.dwellings)
    residences = pd.DataFrame(builder.residences)
    return _fates(residences, builder), pd.DataFrame(builder.addresses)


def _fates(residences: pd.DataFrame, builder: Builder) -> pd.DataFrame:
    """Choose two residences pulled down between the two surveys and five built since."""
    rng = stream("fates")
    told = residences.copy()
    size = pd.DataFrame(builder.addresses).groupby("id_residence")["nb"].agg(["sum", "count"]).loc[told["id_residence"]]
    size.index = told.index
    home = told["landlord"].eq(0)
    old = told.index[
        home & told["zone"].isin(["QN02190M", "QN02191I"]) & told["kind"].eq("barre") & size["sum"].between(50, 95)
    ]
    new = told.index[told["zone"].eq("") & told["kind"].isin(["immeuble", "maisons"]) & size["count"].between(2, 6)]
    told.loc[old[shuffled(rng, len(old))[:2]], "fate"] = "démolie"
    chosen = new[shuffled(rng, len(new))[:5]]
    told.loc[chosen, "fate"] = "créée"
    told.loc[chosen, "year"] = 2021
    return told
