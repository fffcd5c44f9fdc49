"""Writing addresses and their residences, beside a bare pyogrio write of the same rows in the same run.

``python -m tests.benchmarks.geopackage_writing [ADDRESSES]`` prints processor seconds (they hardly
feel what else the machine does) and their ratio; aim: at most 1.3 at 900,000. The bare write
has no sorting, no type, no label, no metadata and no style. Three addresses share a residence.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from time import process_time

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from atlas.publish.book import Book
from atlas.publish.geopackage import write_geopackage
from atlas.publish.layers import layers_of
from tests.edition_factory import make_edition, resealed

REPEATS = 3


def edition_of(addresses: int):
    """An unmasked edition with so many addresses: the rows of a small one, repeated under new identifiers."""
    small = make_edition(masked=False, residences=1000, iris=100)
    units = dict(small.units)
    for name, count in (("residences", addresses // 3), ("adresses", addresses)):
        rows = np.arange(count) % len(units[name])
        table = units[name].iloc[rows].reset_index(drop=True)
        identifiers = pd.Series(np.arange(count)).map("{:07d}".format).astype("str")
        shifted = table.geometry.translate(0, 0)
        table = table.assign(id=identifiers, geometry=shifted)
        texts = {column: "str" for column in table if table[column].dtype == object and column != "geometry"}
        units[name] = gpd.GeoDataFrame(table.astype(texts), geometry="geometry", crs=small.crs)
    units["adresses"]["id_residence"] = units["residences"]["id"].to_numpy()[
        np.arange(addresses) // 3 % (addresses // 3)
    ]
    outlines = small.outlines.iloc[:0]
    return resealed(small, units=units, outlines=outlines, series=small.series.iloc[:0])


def bare(tables: dict[str, gpd.GeoDataFrame], path: Path) -> None:
    """What the atlas is compared with."""
    for name, table in tables.items():
        pyogrio.write_dataframe(table, path, layer=name, driver="GPKG", use_arrow=True)


def main(addresses: int) -> None:
    """Time both, alternately, and keep the best of each."""
    edition = edition_of(addresses)
    tables = {layer.name: layer.table for layer in layers_of(edition) if layer.name in ("adresses", "residences")}
    times: dict[str, list[float]] = {"pyogrio": [], "atlas": []}
    with tempfile.TemporaryDirectory() as place:
        for number in range(REPEATS):
            for who, write in (
                ("pyogrio", lambda path: bare(tables, path)),
                ("atlas", lambda path: write_geopackage(Book.of(edition), path)),
            ):
                path = Path(place) / f"{who}{number}.gpkg"
                started = process_time()
                write(path)
                times[who].append(process_time() - started)
                size = path.stat().st_size
                path.unlink()
                print(f"{who:8} {times[who][-1]:7.2f} s  {size / 1e6:.0f} MB")
    print(f"{addresses} adresses, ratio {min(times['atlas']) / min(times['pyogrio']):.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
