"""The benchmark's work in plain geopandas: ``python -m tests.benchmarks.with_geopandas FOLDER RESULTS``.

As the documentation of geopandas, pandas and scikit-learn teaches it: ``sjoin``, ``DBSCAN``, ``groupby``, ``to_file``.
"""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.measure import Clock, main
from tests.benchmarks.work import CEILING, DIAMETER, IDENTITY, INDICATORS, MEASURES, PROGRAMME, TOUCHING, UNITS, WRITTEN


def work(source: Path, results: Path, clock: Clock):
    """See :mod:`work`."""
    with clock("imports"):
        import geopandas as gpd
        import numpy as np
        import pandas as pd
        import pyogrio  # noqa: F401
        from sklearn.cluster import DBSCAN, AgglomerativeClustering

    def clusters(points: pd.DataFrame, distance: float) -> np.ndarray:
        """Cluster points (x, y and a third coordinate that keeps programmes apart) landlord by landlord."""
        label, given = np.full(len(points), -1), 0
        for rows in points.groupby("bailleur").indices.values():
            found = DBSCAN(eps=distance, min_samples=1).fit_predict(points[["x", "y", "z"]].to_numpy()[rows])
            label[rows] = found + given
            given = label.max() + 1
        return label

    def diameters(points: pd.DataFrame, label: np.ndarray) -> np.ndarray:
        box = points.groupby(label)[["x", "y"]].agg(["min", "max"])
        sides = [box[axis, "max"] - box[axis, "min"] for axis in "xy"]
        return np.hypot(*sides).reindex(label).to_numpy()

    with clock("read"):
        texts = dict.fromkeys(
            ["bailleur", "id_adresse", "id_residence", "nom_residence", "adresse", "code_postal", "code_insee"], "str"
        )
        survey = pd.read_csv(source / "ops.csv", sep=";", dtype=texts)
        homes = pd.read_csv(source / "logements.csv", sep=";", dtype={"id_logement": "str", "id_adresse": "str"})
        districts = gpd.read_file(source / "iris.gpkg")
        quarters = gpd.read_file(source / "qpv.gpkg")
        assert districts.is_valid.all() and quarters.is_valid.all()

    with clock("place"):
        points = gpd.GeoDataFrame(survey, geometry=gpd.points_from_xy(survey["x"], survey["y"]), crs=districts.crs)
        in_district = points[["geometry"]].sjoin(districts[["code_iris", "code_insee", "geometry"]])
        in_quarter = points[["geometry"]].sjoin(quarters[["code_qp", "geometry"]])
        in_district = in_district.sort_values("code_iris")[["code_iris", "code_insee"]]
        in_quarter = in_quarter.sort_values("code_qp")["code_qp"]
        survey = survey.rename(columns={"code_insee": "declared"})
        survey = survey.join(in_district[~in_district.index.duplicated()])
        survey = survey.join(in_quarter[~in_quarter.index.duplicated()].rename("code_qpv"))
        survey["code_insee"] = survey["code_insee"].fillna(survey["declared"])
        survey["situation"] = np.select(
            [survey["code_qpv"].notna(), survey["x"].notna()], ["QPV", "hors QPV"], "non placé"
        )

    with clock("group"):
        located = survey["x"].notna()
        survey["id_residence"] = "P/" + survey["bailleur"] + "/" + survey["id_residence"]
        loose = survey[survey["id_residence"].isna() & survey["nom_residence"].notna() & located]
        loose = loose.assign(z=10_000.0 * pd.factorize(loose["nom_residence"])[0])
        label = clusters(loose, PROGRAMME)
        fits = diameters(loose, label) <= DIAMETER
        survey.loc[loose.index[fits], "id_residence"] = "N/" + pd.Series(label[fits], loose.index[fits]).astype("str")
        loose = survey[survey["id_residence"].isna() & located].assign(z=0.0)
        label = clusters(loose, TOUCHING)
        wide = loose[diameters(loose, label) > DIAMETER]
        for rows in wide.groupby(label[loose.index.get_indexer(wide.index)]).indices.values():
            part = wide.iloc[rows].sort_values(["x", "y"])
            spots = part[["x", "y"]].drop_duplicates()
            cut = AgglomerativeClustering(None, distance_threshold=DIAMETER, linkage="complete").fit_predict(spots)
            spots["cut"] = cut + label.max() + 1
            label[loose.index.get_indexer(part.index)] = part[["x", "y"]].merge(spots, on=["x", "y"])["cut"]
        survey.loc[loose.index, "id_residence"] = "C/" + pd.Series(label, loose.index).astype("str")
        blind = survey["id_residence"].isna() & survey["nom_residence"].notna()
        survey.loc[blind, "id_residence"] = (
            "B/" + survey["bailleur"] + "/" + survey["nom_residence"] + "/" + survey["code_insee"]
        )[blind]
        survey["id_residence"] = survey["id_residence"].fillna("A/" + survey["id_adresse"])

    with clock("rents"):
        rent = homes["loyer_mensuel_hc"] / homes["surface_utile"]
        low = pd.DataFrame({"id_adresse": homes["id_adresse"], "low": rent < CEILING})[rent.notna()]
        rents = low.groupby("id_adresse")["low"].agg(["sum", "count"])
        rents = rents.rename(columns={"sum": "logements_bas_loyer", "count": "logements_loyer_connu"})

    with clock("count"):
        survey = survey.join(rents, on="id_adresse")
        survey["nb_adresses"] = 1
        pairs = {}
        for code, (numerator, denominator, asked) in INDICATORS.items():
            both = survey[numerator].notna() & survey[denominator].notna()
            if asked:
                both &= (survey[denominator] != 0) | ~(survey[asked] > 0)
            pairs[f"n_{code}"], pairs[f"d_{code}"] = survey[numerator].where(both), survey[denominator].where(both)
        atoms = survey.assign(**pairs)
        counts = {}
        for name, key in {**UNITS, "territoire": "campagne"}.items():
            groups = atoms.groupby(key)
            sums, told = groups[MEASURES].sum(min_count=1), groups[[f"d_{code}" for code in INDICATORS]].count()
            above, below = [f"n_{code}" for code in INDICATORS], [f"d_{code}" for code in INDICATORS]
            unsure = (sums[above] == 0).to_numpy() & (sums[below] == 0).to_numpy()
            unsure &= told.lt(groups.size(), axis=0).to_numpy()
            sums[above], sums[below] = sums[above].mask(unsure), sums[below].mask(unsure)
            counts[name] = sums.rename_axis("id").reset_index()
        counts["territoire"]["id"] = "territoire"

    with clock("write"):
        heaviest = atoms.sort_values(["nb_logements", "id_adresse"], ascending=[False, True])
        identity = heaviest.drop_duplicates("id_residence").set_index("id_residence")[IDENTITY]
        middle = atoms.groupby("id_residence")[["x", "y"]].mean()
        table = counts["residences"].set_index("id").join(identity).join(middle).rename_axis("id").reset_index()
        layer = gpd.GeoDataFrame(table[WRITTEN], geometry=gpd.points_from_xy(table["x"], table["y"]), crs=districts.crs)
        layer.to_file(results / "atlas.gpkg", layer="residences", driver="GPKG")
    return counts | {"labels": survey[["id_adresse", "id_residence"]]}


if __name__ == "__main__":
    main(work)
