"""Unmistakable values, planted in masked units of the demo, appear in no byte of a masked edition."""

from __future__ import annotations

import gzip
import struct
import zipfile
from pathlib import Path

import pytest
from canary_factory import CANARIES, victim

from atlas.audit.documents import read_document


@pytest.fixture(scope="module")
def traces(demo_build) -> set[bytes]:
    """What the canaries of :func:`planted_build` would leave."""
    households = int(victim(demo_build)["menages"])
    return {trace for value in CANARIES.values() for trace in _traces(value, households)}


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


def test_the_canaries_are_seen_where_nothing_is_masked(planted_build, traces):
    told = {Path(name).name for name in seen(planted_build / "interne", traces)}
    assert {"atlas.gpkg", "adresses.csv", "residences.csv"} <= told
    assert any(name.endswith(".pdf") for name in told)


@pytest.mark.parametrize("edition", ["partenaire", "public"])
def test_no_byte_of_a_masked_edition_holds_a_canary(planted_build, traces, edition):
    assert not seen(planted_build / edition, traces)
