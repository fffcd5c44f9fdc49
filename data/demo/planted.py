"""Difficulties put on purpose in the stock and the address base, each with the list of what it touches.

Takes the regular stock and lots, gives them back with the difficulties in, and a record of them. Wording difficulties
(programme names, abbreviations) are in ``wording``; missing answers in ``households``.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from draws import shuffled, stream

EDGE = 0.5  # metres from the border, for the addresses put on it
UNFINDABLE = ("LIEUDIT LA BORDE AUX GEAIS", "ZAC PRE MONSEIGNEUR LOT 14", "ADRESSE A PRECISER", "12 SENTE YSAMBOURG")


class Planter:
    """Holds the tables while they are altered; each address or lot is used by one difficulty at most."""

    def __init__(self, lots: pd.DataFrame, residences: pd.DataFrame, addresses: pd.DataFrame) -> None:
        self.rng = stream("planted")
        self.lots: Any = lots.copy()
        self.residences: Any = residences.copy()
        self.addresses: Any = addresses.assign(note="").astype({"note": object})
        self.used: set[int] = set()
        by_residence = addresses.groupby("id_residence")
        self.residences["count"] = self.residences["id_residence"].map(by_residence.size())
        self.residences["nb"] = self.residences["id_residence"].map(by_residence["nb"].sum())

    def choose(self, condition: pd.Series, count: int) -> list[int]:
        """Choose residences (positions) that no difficulty has used yet."""
        fit = [i for i in self.residences.index[condition & self.residences["fate"].eq("")] if i not in self.used]
        chosen = [fit[i] for i in shuffled(self.rng, len(fit))[:count]]
        if len(chosen) < count:
            raise ValueError("pas assez de résidences pour une difficulté : changer la graine")
        self.used.update(chosen)
        return chosen

    def rows(self, residence: int) -> pd.DataFrame:
        """Addresses of a residence, in the order of the street."""
        return self.addresses[self.addresses["id_residence"] == self.residences.at[residence, "id_residence"]]

    def edges(self, borders: shapely.Geometry, note: str, inside: int, outside: int, zone: str) -> None:
        """Move a few lots to half a metre from a border, keeping them on their side."""
        points = shapely.points(self.lots["x"], self.lots["y"])
        near = self.addresses.loc[shapely.distance(points[self.addresses["lot"]], borders) < 14.0]
        near = near[near["note"].eq("") & ~near["lot"].duplicated()]
        within = self.lots.loc[near["lot"], zone].ne("").to_numpy()
        for side, count in ((within, inside), (~within, outside)):
            rows = near.index[side]
            for row in rows[shuffled(self.rng, len(rows))[:count]]:
                lot = self.addresses.at[row, "lot"]
                point = points[lot]
                foot = borders.interpolate(borders.project(point))
                pull = EDGE / max(point.distance(foot), 1e-6)
                self.lots.loc[lot, ["x", "y"]] = [
                    round(foot.x + (point.x - foot.x) * pull, 2),
                    round(foot.y + (point.y - foot.y) * pull, 2),
                ]
                self.addresses.at[row, "note"] = note
                self.used.update(
                    self.residences.index[self.residences["id_residence"] == self.addresses.at[row, "id_residence"]]
                )

    def stack_doors(self) -> None:
        """Split twelve buildings by staircase: several addresses at one point, one residence."""
        for residence in self.choose(
            self.residences["kind"].isin(["tour", "immeuble"]) & self.residences["nb"].ge(24), 12
        ):
            first = self.rows(residence).iloc[0]
            doors = 3 if first["nb"] >= 30 else 2
            parts = np.full(doors, first["nb"] // doors)
            parts[: first["nb"] % doors] += 1
            extra = pd.DataFrame([first] * doors).assign(nb=parts, door=list("ABC"[:doors]), note="empilée")
            self.addresses = pd.concat([self.addresses.drop(index=first.name), extra], ignore_index=True)

    def two_landlords(self) -> None:
        """Give a few dwellings of three buildings to a second landlord: two addresses at one point, two residences."""
        home = (
            self.residences["landlord"].eq(0) & self.residences["kind"].eq("immeuble") & self.residences["zone"].eq("")
        )
        for rank, residence in enumerate(self.choose(home & self.residences["nb"].between(20, 60), 3)):
            first = self.rows(residence).iloc[-1]
            name = f"R{int(self.residences['id_residence'].str[1:].max()) + 1:04d}"
            new = {
                "id_residence": name,
                "landlord": 1,
                "zone": "",
                "kind": "petit",
                "year": 1994,
                "fate": "",
                "count": 1,
                "nb": 6 + 2 * rank,
            }
            self.residences.loc[len(self.residences)] = new
            self.used.add(len(self.residences) - 1)
            other = first.to_dict() | {"id_residence": name, "landlord": 1, "nb": new["nb"], "note": "deux bailleurs"}
            self.addresses.at[first.name, "note"] = "deux bailleurs"
            self.addresses.loc[len(self.addresses)] = other

    def ranges(self) -> None:
        """Write eight long buildings as one address for two or three numbers, placed at the first."""
        long = self.residences["kind"].eq("barre") & self.residences["count"].between(4, 7)
        for residence in self.choose(long & self.residences["landlord"].isin([0, 2]), 8):
            rows = self.rows(residence)
            merged = rows.iloc[: 2 + residence % 2]
            self.addresses.at[merged.index[0], "nb"] = int(merged["nb"].sum())
            self.addresses.at[merged.index[0], "lots"] = tuple(merged["lot"])
            self.addresses.at[merged.index[0], "note"] = "plusieurs numéros"
            self.addresses = self.addresses.drop(index=merged.index[1:])
        self.addresses = self.addresses.reset_index(drop=True)

    def far_declared(self) -> dict[str, Any]:
        """Make one declared residence of two buildings of the main landlord far from each other."""
        one, two = self.choose(
            self.residences["landlord"].eq(0) & self.residences["kind"].eq("petit") & self.residences["zone"].eq(""), 2
        )
        kept, gone = self.residences.loc[[one, two], "id_residence"]
        self.addresses.loc[self.addresses["id_residence"] == gone, "id_residence"] = kept
        self.residences = self.residences.drop(index=two)
        return {"id_residence": kept}

    def touching(self) -> list[str]:
        """Cut one residence of the landlord without names in two that touch: nothing in the files tells them apart."""
        (residence,) = self.choose(self.residences["landlord"].eq(3) & self.residences["count"].ge(4), 1)
        rows, old = self.rows(residence), self.residences.loc[residence]
        name = f"R{int(self.residences['id_residence'].str[1:].max()) + 1:04d}"
        self.residences.loc[max(self.residences.index) + 1] = old.to_dict() | {"id_residence": name}
        self.used.add(max(self.residences.index))
        self.addresses.loc[rows.index[len(rows) // 2 :], "id_residence"] = name
        return [old["id_residence"], name]

    def missing_numbers(self, count: int) -> None:
        """Take a few numbers out of the address base; every number near them in the street shares their zones."""
        streets = self.lots.groupby("street")
        taken: list[int] = []
        single = self.addresses[self.addresses["note"].eq("") & self.addresses["landlord"].isin([0, 1, 2, 3])]
        for row in single.index[shuffled(self.rng, len(single))]:
            lot = self.lots.loc[self.addresses.at[row, "lot"]]
            street = streets.get_group(lot["street"])
            near = street[(street["numero"] - lot["numero"]).abs().between(1, 6)]
            same = (near[["code_iris", "code_quartier"]] == lot[["code_iris", "code_quartier"]]).all(axis=None)
            alone = street["numero"].eq(lot["numero"]).sum() == 1 and not street.index.isin(taken).any()
            if alone and same and len(near) >= 4:
                taken.append(int(lot.name))
                self.addresses.at[row, "note"] = "numéro absent"
            if len(taken) == count:
                break
        self.lots.loc[taken, "absent"] = True

    def unfindable(self) -> None:
        """Choose four addresses whose text leads nowhere: three alone in their residence, one in a declared one."""
        alone = self.residences["count"].eq(1) & self.residences["landlord"].isin([2, 3])
        several = (
            self.residences["count"].between(3, 4) & self.residences["landlord"].eq(0) & self.residences["nb"].ge(30)
        )
        for residence in (*self.choose(alone, 3), *self.choose(several, 1)):
            free = self.rows(residence).query("note == ''")
            self.addresses.at[free.index[-1], "note"] = "introuvable"

    def ambiguous(self) -> list[int]:
        """Choose one address of a street that shares its name with another of its commune; its text drops the type."""
        kept, key = ~self.lots["absent"], ["code_insee", "nom", "numero", "rep"]
        for row in self.addresses.index[self.addresses["note"].eq("") & self.addresses["landlord"].isin([2, 3])]:
            lot = self.lots.loc[self.addresses.at[row, "lot"]]
            same = self.lots[kept & (self.lots[key] == lot[key]).all(axis=1)]
            alone = (self.addresses["id_residence"] == self.addresses.at[row, "id_residence"]).sum() == 1
            if len(same) == 2 and alone and lot["rep"] == "":
                self.addresses.at[row, "note"] = "ambiguë"
                return [int(i) for i in same.index]
        raise ValueError("aucune adresse ne peut être ambiguë : changer la graine")


def plant(
    lots: pd.DataFrame,
    residences: pd.DataFrame,
    addresses: pd.DataFrame,
    iris: gpd.GeoDataFrame,
    quarters: gpd.GeoDataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Plant every difficulty; lots come back unplaced where they moved."""
    planter = Planter(lots.assign(absent=False), residences, addresses)
    qpv = quarters.loc[quarters["code"].str.startswith("QN")].boundary.union_all()
    planter.edges(qpv, "bord de QPV", 3, 3, "code_quartier")
    borders = shapely.difference(iris.boundary.union_all(), iris.union_all().boundary)
    planter.edges(shapely.line_merge(borders), "bord d'IRIS", 0, 2, "code_quartier")
    planter.stack_doors()
    planter.two_landlords()
    planter.ranges()
    far = planter.far_declared()
    touching = planter.touching()
    planter.unfindable()
    planter.missing_numbers(12)
    candidates = planter.ambiguous()
    record = {"declaree_eloignee": far, "contigues": touching, "ambigue": candidates}
    return planter.lots, planter.residences.reset_index(drop=True), planter.addresses, record
