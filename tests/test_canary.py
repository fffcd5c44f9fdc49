"""Unmistakable values, planted in a commune read by every method at once, appear in no byte of a masked edition.

Some are in a unit that is masked; others are rates of a unit that is published, to more digits than it is published.
"""

from __future__ import annotations

import gzip
import struct
import zipfile
from math import gcd
from pathlib import Path

import pandas as pd
import pyogrio
import pytest

from atlas.audit.documents import read_document
from atlas.methods import every, load
from atlas.pipeline import build
from tests.readings_factory import EDITIONS, expired, make_territory, methods

MASKED = [name for name in EDITIONS if name != "interne"]
# Unbounded measures of the survey, and values that no count of the demo comes near.
CANARIES = {"occupants": 987_654_321, "demandes_mutation": 123_456_787}
# Counts whose rate is written to the whole percent.
ROUNDED = {
    "menages_inf40_plus": "menages_ressources_connues",
    "majeurs_chomeurs": "majeurs_activite_connue",
    "menages_apl": "menages",
    "emmenagements_annee": "nb_logements",
}


@pytest.fixture(scope="module")
def planted(readings_build, tmp_path_factory):
    """Build the commune with canaries in two addresses, and give the folder and the traces to look for."""
    way = pd.read_parquet(readings_build / "parcours.parquet").query("campagne == 2022")
    alone = way.groupby("id_residence").filter(lambda rows: len(rows) == 1)
    small = alone[alone["menages"].between(3, 10)].iloc[0]
    large = alone[alone["id_residence"].isin(_published(readings_build))].nlargest(1, "menages").iloc[0]
    folder = tmp_path_factory.mktemp("canari")
    territory = make_territory(folder / "commune")
    survey = territory.parent / "ops_2022.csv"
    table = pd.read_csv(survey, sep=";", dtype=str, keep_default_na=False)
    row, other = (table["id_adresse"] == one["id_adresse"] for one in (small, large))
    assert row.sum() == other.sum() == 1
    hidden: set[bytes] = set()
    for column, value in CANARIES.items():
        table.loc[row, column] = str(value)
        hidden |= _traces(value, int(small["menages"]))
    digits: set[bytes] = set()
    for numerator, denominator in ROUNDED.items():
        whole = int(table.loc[other, denominator].iloc[0])
        counted = next(n for n in range(whole // 3, 0, -1) if gcd(n, whole) == 1 and 3 < 1000 * n / whole % 10 < 7)
        table.loc[other, numerator] = str(counted)
        digits |= _digits(counted, whole)
    table.to_csv(survey, sep=";", index=False)
    built = build(territory, folder / "atlas", EDITIONS, expired())
    return built, hidden, digits, str(large["id_residence"])


def _published(built: Path) -> set[str]:
    """Residences that show in a masked edition the rates where digits are planted."""
    homes = pyogrio.read_dataframe(built / "partenaire" / "atlas.gpkg", layer="residences", read_geometry=False)
    shown = homes[[f"st_{code}" for code in ("inf40", "chomage", "apl", "rotation")]].eq("publié").all(axis=1)
    return set(homes.loc[shown, "id"])


def _traces(value: int, households: int) -> set[bytes]:
    """Every way a value, or the rate it makes, may be written: digits, separators, SQLite and Arrow numbers."""
    rate = value / households
    texts = {
        str(value),
        f"{value:,}".replace(",", " "),
        f"{value:,}".replace(",", "\u202f"),
        f"{value:,}".replace(",", "\xa0"),
    }
    texts |= {text.replace(".", mark) for text in (f"{rate:.1f}", f"{rate:.2f}", f"{100 * rate:.1f}") for mark in ".,"}
    texts |= {f"{rate:.0f}", f"{100 * rate:.0f}"}
    found = {text.encode() for text in texts if len(text) > 6}
    for number in (float(value), rate, 100 * rate):
        found |= {struct.pack(">d", number), struct.pack("<d", number)}
    return found | {struct.pack(">i", value), struct.pack("<i", value)}


def _digits(counted: int, whole: int) -> set[bytes]:
    """A rate to more digits than an edition rounds it to, as number or text; to the tenth as number alone."""
    rate, share = 100 * counted / whole, counted / whole
    texts = {f"{one:.{size}f}".replace(".", mark) for one in (rate, share) for size in (4, 6) for mark in ".,"}
    numbers = {rate, share, round(rate, 1), round(rate, 2), round(rate, 9), round(share, 3), round(share, 4)}
    return {one.encode() for one in texts} | {struct.pack(order, one) for one in numbers for order in (">d", "<d")}


def contents(folder: Path):
    """Every file of an edition as bytes, archives opened to the last level."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            raw = path.read_bytes()
            yield path.name, raw
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    yield from ((f"{path.name}!{name}", archive.read(name)) for name in archive.namelist())
            elif path.suffix == ".gz":
                yield path.name, gzip.decompress(raw)
            elif path.suffix == ".pdf":
                document = read_document(path)
                yield path.name, "\n".join((*document.pages, *document.strings)).encode()


def seen(folder: Path, traces: set[bytes]) -> set[str]:
    return {name for name, raw in contents(folder) for trace in traces if trace in raw}


def test_every_method_speaks_there(planted):
    """Or canaries would be looked for where nothing was said."""
    assert set(methods()) == {one.code for one in every()}
    homes = pyogrio.read_dataframe(planted[0] / "partenaire" / "atlas.gpkg", layer="residences", read_geometry=False)
    for one in load(methods()):
        said = set(homes[one.proof or one.proven or one.level]) - {"non déterminé", "non renseigné"}
        assert said, one.code


def test_the_canaries_are_seen_where_nothing_is_masked(planted):
    built, hidden, digits, _ = planted
    told = {Path(name).name for name in seen(built / "interne", hidden)}
    assert {"atlas.gpkg", "adresses.csv", "residences.csv"} <= told
    assert any(name.endswith(".pdf") for name in told)
    assert "atlas.gpkg" in {Path(name).name for name in seen(built / "interne", digits)}


def test_the_rates_whose_digits_are_looked_for_are_published(planted):
    assert planted[3] in _published(planted[0])


@pytest.mark.parametrize("edition", MASKED)
def test_no_byte_of_a_masked_edition_holds_a_canary(planted, edition):
    assert not seen(planted[0] / edition, planted[1])


@pytest.mark.parametrize("edition", MASKED)
def test_no_byte_of_a_masked_edition_holds_a_rate_to_more_digits_than_it_publishes(planted, edition):
    assert not seen(planted[0] / edition, planted[2])
