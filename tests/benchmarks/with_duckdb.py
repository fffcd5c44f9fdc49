"""The benchmark's work in DuckDB with its spatial extension: ``python -m tests.benchmarks.with_duckdb FOLDER RESULTS``.

SQL for everything but two things it has no word for: connected components (SciPy, on the edges that SQL finds) and the
complete-linkage cut of the few chains that are too wide (scikit-learn). The extension comes from the package index,
since DuckDB would otherwise fetch it from the network.
"""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.measure import Clock, main
from tests.benchmarks.work import CEILING, DIAMETER, IDENTITY, INDICATORS, PROGRAMME, SIZES, TOUCHING, UNITS, WRITTEN


def work(source: Path, results: Path, clock: Clock):
    """See :mod:`work`."""
    with clock("imports"):
        from importlib.resources import files

        import duckdb
        import numpy as np
        import pandas as pd
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components
        from sklearn.cluster import AgglomerativeClustering

        extension = next((files("duckdb_extension_spatial") / "extensions").glob("*/spatial.duckdb_extension"))
        run = duckdb.connect().execute
        run(f"LOAD '{extension}'")

    def components(name: str, edges: str) -> None:
        """Number the connected components of the rows of a table ``name`` in its column ``part``."""
        low, high = run(edges).fetchnumpy().values()
        rows = run(f"SELECT place FROM {name}").fetchnumpy()["place"]
        size = int(rows.max(initial=-1)) + 1
        graph = coo_array((np.ones(len(low), dtype=bool), (low, high)), shape=(size, size))
        part = connected_components(graph, directed=False)[1] if size else np.zeros(0, dtype=int)
        found = pd.DataFrame({"place": rows, "part": part[rows]})  # noqa: F841 (read by the query)
        run(
            f"""CREATE TABLE {name}_parts AS SELECT place, x, y, part, fits FROM {name} JOIN found USING (place) JOIN (
            SELECT part, sqrt(pow(max(x) - min(x), 2) + pow(max(y) - min(y), 2)) <= {DIAMETER} AS fits
            FROM {name} JOIN found USING (place) GROUP BY part) USING (part)"""
        )

    with clock("read"):
        texts = ["bailleur", "id_adresse", "id_residence", "nom_residence", "adresse", "code_postal", "code_insee"]
        types = ", ".join(f"'{name}': 'VARCHAR'" for name in texts)
        run(
            f"""CREATE TABLE survey AS SELECT * RENAME (code_insee AS declared)
            FROM read_csv('{source / "ops.csv"}', delim = ';', header = true, types = {{{types}}})"""
        )
        run(f"CREATE TABLE homes AS FROM read_csv('{source / 'logements.csv'}', delim = ';', header = true)")
        run(f"CREATE TABLE districts AS FROM ST_Read('{source / 'iris.gpkg'}')")
        run(f"CREATE TABLE quarters AS FROM ST_Read('{source / 'qpv.gpkg'}')")
        for name in ("districts", "quarters"):
            assert run(f"SELECT bool_and(ST_IsValid(geom)) FROM {name}").fetchone() == (True,)

    with clock("place"):
        run(
            """CREATE TABLE in_district AS SELECT survey.rowid AS place, min(code_iris) AS code_iris,
            arg_min(code_insee, code_iris) AS code_insee FROM survey
            JOIN districts ON ST_Intersects(districts.geom, ST_Point(x, y)) GROUP BY ALL"""
        )
        run(
            """CREATE TABLE in_quarter AS SELECT survey.rowid AS place, min(code_qp) AS code_qpv
            FROM survey JOIN quarters ON ST_Intersects(quarters.geom, ST_Point(x, y)) GROUP BY ALL"""
        )
        run(
            """CREATE TABLE placed AS SELECT survey.* EXCLUDE id_residence, survey.rowid AS place,
            id_residence AS own, code_iris, code_qpv, coalesce(code_insee, declared) AS code_insee,
            CASE WHEN code_qpv IS NOT NULL THEN 'QPV' WHEN x IS NOT NULL THEN 'hors QPV' ELSE 'non placé' END
            AS situation FROM survey LEFT JOIN in_district ON in_district.place = survey.rowid
            LEFT JOIN in_quarter ON in_quarter.place = survey.rowid"""
        )
        run("DROP TABLE survey")

    with clock("group"):
        run(
            """CREATE TABLE named AS SELECT place, bailleur, nom_residence, x, y FROM placed
            WHERE own IS NULL AND nom_residence IS NOT NULL AND x IS NOT NULL"""
        )
        components(
            "named",
            f"""SELECT one.place, other.place AS near FROM named one JOIN named other USING (bailleur, nom_residence)
            WHERE one.place < other.place AND pow(one.x - other.x, 2) + pow(one.y - other.y, 2) <= {PROGRAMME**2}""",
        )
        run(
            """CREATE TABLE chained AS SELECT place, bailleur, x, y FROM placed
            WHERE own IS NULL AND x IS NOT NULL AND place NOT IN (SELECT place FROM named_parts WHERE fits)"""
        )
        components(
            "chained",
            f"""WITH cells AS (SELECT *, floor(x / {TOUCHING})::INT AS i, floor(y / {TOUCHING})::INT AS j FROM chained),
            around AS (SELECT * REPLACE (i + di AS i, j + dj AS j) FROM cells, unnest([-1, 0, 1]) a(di),
            unnest([-1, 0, 1]) b(dj))
            SELECT one.place, other.place AS near FROM cells one JOIN around other USING (bailleur, i, j)
            WHERE one.place < other.place AND pow(one.x - other.x, 2) + pow(one.y - other.y, 2) <= {TOUCHING**2}""",
        )
        wide = run("FROM chained_parts WHERE NOT fits ORDER BY part, x, y").df()
        cuts = [pd.DataFrame({"place": [], "cut": []}, dtype="int64")]
        for rows in wide.groupby("part").indices.values():
            part = wide.iloc[rows]
            spots = part[["x", "y"]].drop_duplicates()
            model = AgglomerativeClustering(None, distance_threshold=DIAMETER, linkage="complete")
            spots["cut"] = model.fit_predict(spots)
            cuts.append(part.merge(spots, on=["x", "y"])[["place", "cut"]])
        cut = pd.concat(cuts)  # noqa: F841 (read by the query)
        run(
            """CREATE TABLE grouped AS SELECT *, CASE
            WHEN own IS NOT NULL THEN 'P/' || bailleur || '/' || own
            WHEN named_part IS NOT NULL THEN 'N/' || named_part
            WHEN chained_part IS NOT NULL THEN 'C/' || chained_part || '/' || coalesce(cut, -1)
            WHEN nom_residence IS NOT NULL THEN 'B/' || bailleur || '/' || nom_residence || '/' || code_insee
            ELSE 'A/' || id_adresse END AS id_residence
            FROM placed LEFT JOIN (SELECT place, part AS named_part FROM named_parts WHERE fits) USING (place)
            LEFT JOIN (SELECT place, part AS chained_part FROM chained_parts) USING (place)
            LEFT JOIN cut USING (place)"""
        )

    with clock("rents"):
        run(
            f"""CREATE TABLE rents AS SELECT id_adresse, count(*) AS logements_loyer_connu,
            count(*) FILTER (loyer_mensuel_hc / surface_utile < {CEILING}) AS logements_bas_loyer
            FROM homes WHERE loyer_mensuel_hc IS NOT NULL AND surface_utile > 0 GROUP BY id_adresse"""
        )

    with clock("count"):
        pairs = []
        for code, (n, d, asked) in INDICATORS.items():
            both = f"{n} IS NOT NULL AND {d} IS NOT NULL" + (f" AND ({d} <> 0 OR {asked} IS NOT TRUE)" if asked else "")
            pairs += [f"if({both}, {side}, NULL)::DOUBLE AS {letter}_{code}" for letter, side in (("n", n), ("d", d))]
        run(
            f"""CREATE TABLE atoms AS SELECT id_adresse, id_residence, x, y, {", ".join(IDENTITY)},
            nb_logements::DOUBLE AS nb_logements, 1.0::DOUBLE AS nb_adresses, menages::DOUBLE AS menages,
            {", ".join(pairs)} FROM grouped LEFT JOIN rents USING (id_adresse)"""
        )
        sums = [f"sum({size}) AS {size}" for size in SIZES]
        for code in INDICATORS:
            unsure = f"sum(n_{code}) = 0 AND sum(d_{code}) = 0 AND count(d_{code}) < count(*)"
            sums += [f"if({unsure}, NULL, sum({side}_{code})) AS {side}_{code}" for side in "nd"]
        for name, key in {**UNITS, "territoire": "'territoire'"}.items():
            run(
                f"""CREATE TABLE {name} AS SELECT {key} AS id, {", ".join(sums)} FROM atoms
                WHERE {key} IS NOT NULL GROUP BY {key}"""
            )

    with clock("write"):
        sizes = [name for name in WRITTEN if name not in ("id", *IDENTITY)]
        heaviest = ", ".join(f"first({name} ORDER BY nb_logements DESC, id_adresse) AS {name}" for name in IDENTITY)
        (results / "atlas.gpkg").unlink(missing_ok=True)
        run(
            f"""COPY (SELECT id, {", ".join(IDENTITY)}, {", ".join(sizes)}, ST_Point(mx, my) AS geom FROM residences
            JOIN (SELECT id_residence AS id, avg(x) AS mx, avg(y) AS my, {heaviest} FROM atoms GROUP BY id_residence)
            USING (id)) TO '{results / "atlas.gpkg"}' (FORMAT GDAL, DRIVER 'GPKG', SRS 'EPSG:2154')"""
        )
    counts = {name: run(f"FROM {name}").df() for name in (*UNITS, "territoire")}
    return counts | {"labels": run("SELECT id_adresse, id_residence FROM grouped").df()}


if __name__ == "__main__":
    main(work)
