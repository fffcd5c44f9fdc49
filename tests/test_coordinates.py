"""Points in another projection that would still be somewhere in France: refused where no layer is there to notice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import pytest

from atlas.errors import AtlasError
from atlas.geo import far_from_home, official
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.sources import Inputs, read_sources
from atlas.territory import read_territory

HEAD = "campagne;bailleur;id_adresse;adresse;code_postal;code_insee;nb_logements;x;y\n"
BONDY, AJACCIO, DIJON = ("93010", 2.483, 48.902), ("2A004", 8.737, 41.919), ("21231", 5.041, 47.322)
BASE = "id;numero;rep;nom_voie;code_postal;code_insee;nom_commune;x;y;lon;lat\n"


def places(epsg: int, *towns: tuple[str, float, float]) -> list[tuple[str, float, float]]:
    """Code, x and y of each town in a CRS."""
    move = pyproj.Transformer.from_crs(4326, epsg, always_xy=True)
    return [(code, *move.transform(lon, lat)) for code, lon, lat in towns]


def read(folder: Path, survey: list[tuple[str, float, float]], more: str = "", ledger: Ledger | None = None) -> Inputs:
    rows = [f"2022;B;A{n};{n} rue X;10000;{code};12;{x};{y}\n" for n, (code, x, y) in enumerate(survey, start=1)]
    (folder / "ops.csv").write_text(HEAD + "".join(rows).replace("nan", ""), "utf-8")
    (folder / "t.toml").write_text(
        f'[territoire]\nnom = "T"\ncampagnes = [2022]\n{more}[sources.ops]\nfichiers = ["ops.csv"]\n', "utf-8"
    )
    return read_sources(read_territory(folder / "t.toml"), read_parameters(), ledger or Ledger(), needs=())


def refused(folder: Path, *given, **options) -> str:
    with pytest.raises(AtlasError) as caught:
        read(folder, *given, **options)
    (fault,) = caught.value.faults
    assert fault.code.endswith("-COORDONNEES")
    return str(fault)


@pytest.mark.parametrize("town", [BONDY, DIJON, AJACCIO])
@pytest.mark.parametrize("epsg", [3857, 27572, 32631, 3946])
def test_another_projection_is_refused_and_named_if_it_can_be(tmp_path, town, epsg):
    said = refused(tmp_path, places(epsg, town))
    assert "1 des 1 lignes" in said
    if epsg == 3857:
        assert "(EPSG:3857)" in said


def test_points_of_the_web_fall_in_france_north_of_the_loire():
    """What this file is about: the bounds of the legal projection alone would let Bondy through."""
    ((_, x, y),) = places(3857, BONDY)
    ((_, home_x, home_y),) = places(2154, BONDY)
    assert 100_000 < x < 1_200_000 and 6_000_000 < y < 7_100_000
    assert np.hypot(x - home_x, y - home_y) > 600_000


def test_a_stray_among_others_is_listed_and_keeps_its_row(tmp_path):
    ledger = Ledger()
    good, (code, x, y) = places(2154, BONDY, BONDY), places(3857, BONDY)[0]
    inputs = read(tmp_path, [*good, (code, x, y)], ledger=ledger)
    assert inputs.ops["x"].notna().tolist() == [True, True, False] and len(inputs.ops) == 3
    assert ledger.rejects[["id", "motif", "effet"]].to_numpy().tolist() == [
        ["A3", "coordonnées hors du territoire", "signalé"]
    ]


def test_an_address_base_in_another_projection_is_refused(tmp_path):
    blank = [("93010", np.nan, np.nan)]
    (code, x, y), (far, other_x, other_y) = *places(3857, BONDY), *places(2154, DIJON)
    toml = '[[sources.adresses]]\nfichiers = ["ban.csv"]\n'
    good = f"21231_1_1;1;;rue X;21000;{far};Dijon;{other_x};{other_y};;\n" * 3
    (tmp_path / "ban.csv").write_text(f"{BASE}{good}93010_1_1;1;;rue X;93140;{code};Bondy;{x};{y};;\n", "utf-8")
    with pytest.raises(AtlasError) as caught:
        read(tmp_path, blank, 'communes = ["93010"]\n' + toml)
    assert [fault.code for fault in caught.value.faults] == ["BAN-COORDONNEES"]  # whatever the rest of the country says
    assert "EPSG:3857" in str(caught.value)


def test_an_invented_place_is_nowhere_near_its_codes(tmp_path):
    (_, x, y) = places(2154, DIJON)[0]
    assert read(tmp_path, [("93910", x, y)], "fictif = true\n").ops["x"].notna().all()


def test_every_departement_is_near_its_chief_town_and_far_from_the_others():
    codes = official().names
    mainland = pd.Series([code for code in codes if not code.startswith(("97", "98"))], dtype="str")
    first = mainland.drop_duplicates().groupby(mainland.str[:2]).first()
    assert len(first) == 96
    x, y = np.full(len(first), 652_000.0), np.full(len(first), 6_862_000.0)  # Paris
    far = far_from_home(first, x, y, pyproj.CRS(2154), 200_000)
    near = set(first.index[~far])
    assert {"75", "93", "77", "60", "45", "02"} <= near and not near & {"13", "2A", "67", "29", "33", "59", "69"}
    missing = far_from_home(pd.Series([None, "97411"], dtype="str"), x[:2], y[:2], pyproj.CRS(2154), 200_000)
    assert not missing.any()
