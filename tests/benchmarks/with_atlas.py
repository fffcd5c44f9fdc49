"""The benchmark's work by the atlas's own stages: ``python -m tests.benchmarks.with_atlas FOLDER RESULTS``.

In the order of the pipeline, the dwellings let go as soon as their rents are counted. Reading does what a build does
before it checks contracts; grouping and counting do more than what is asked (names, confidence, membership matrices).
"""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.measure import Clock, main
from tests.benchmarks.work import CEILING, DIAMETER, IDENTITY, PROGRAMME, TOUCHING, WRITTEN


def work(source: Path, results: Path, clock: Clock):
    """See :mod:`work`."""
    with clock("imports"):
        import pandas as pd
        import pyogrio
        import pyproj
        import sklearn.cluster  # noqa: F401
        from geopandas import GeoDataFrame, points_from_xy

        from atlas.count import count
        from atlas.dwellings import LowRent, low_rents
        from atlas.gather import gather
        from atlas.group import GroupRules, group
        from atlas.ledger import Ledger
        from atlas.place import PlaceRules, place
        from atlas.sources import contract, iris, layers, logements, ops, qpv
        from atlas.sources.desk import Desk
        from atlas.territory import FileSource, LayerSource

    def polygons(name: str, wanted):
        path = source / name
        return layers.read_layer(LayerSource(fichier=path), path, wanted, crs, desk, name)

    with clock("read"):
        crs, desk = pyproj.CRS.from_epsg(2154), Desk(Ledger())
        survey = contract.read_rows(FileSource(fichier=source / "ops.csv"), ops.wanted(()), desk)
        survey = ops.whole_years(survey, "campagne").assign(en_qpv_declare=pd.Series(pd.NA, survey.index, "str"))
        homes = contract.read_rows(FileSource(fichier=source / "logements.csv"), logements.WANTED, desk)
        districts, quarters = polygons("iris.gpkg", iris.WANTED), polygons("qpv.gpkg", qpv.WANTED)
        desk.faults.raise_if_any()
    with clock("rents"):
        rents, _ = low_rents(homes, survey["id_adresse"], LowRent(CEILING, "SU"), int(survey["campagne"].max()))
        del homes
    with clock("place"):
        addresses, _ = gather(survey, None)
        placed = place(addresses, districts, quarters, None, PlaceRules(outside=20, shift=150))
    with clock("group"):
        grouped = group(placed.addresses, GroupRules(TOUCHING, PROGRAMME, DIAMETER))
    with clock("count"):
        counted = count(survey, grouped, placed.quarters, rents)
    with clock("write"):
        ranked = grouped[["id_residence", "id_adresse", "nb_logements", *IDENTITY]].sort_values("id_adresse")
        heaviest = ranked.sort_values("nb_logements", ascending=False, kind="stable")
        identity = heaviest.drop_duplicates("id_residence").set_index("id_residence")[IDENTITY]
        middle = grouped.groupby("id_residence")[["x", "y"]].mean()
        table = counted.units["residences"].set_index("id").join([identity, middle]).reset_index()
        layer = GeoDataFrame(table[WRITTEN], geometry=points_from_xy(table["x"], table["y"]), crs=crs)
        pyogrio.write_dataframe(layer, results / "atlas.gpkg", layer="residences", driver="GPKG", use_arrow=True)
    units = {name: table.drop(columns="campagne") for name, table in counted.units.items() if name != "adresses"}
    return units | {"labels": grouped[["id_adresse", "id_residence"]]}


if __name__ == "__main__":
    main(work)
