"""Tiles say what the GeoPackage says of what is drawn, at every zoom; the audit reads each of their bytes back."""

from __future__ import annotations

import gzip
import hashlib
import json
import struct

import mapbox_vector_tile
import pandas as pd
import pytest
from pmtiles.reader import MemorySource, Reader, all_tiles

from atlas.audit.libraries import is_library
from atlas.audit.tiles import Unread, read_tiles, told_by_tiles
from atlas.publish.book import Book
from atlas.publish.formats import write_formats
from atlas.publish.portal import expression, portal_page
from atlas.publish.tiles import columns_of
from atlas.resources import shipped
from atlas.symbology import EVERY, Clause, holds
from tests.edition_factory import make_edition


@pytest.fixture(scope="module", params=[True, False], ids=["masked", "open"])
def book(request):
    return Book.of(make_edition(masked=request.param, hostile=True))


@pytest.fixture(scope="module")
def folder(book, tmp_path_factory):
    place = tmp_path_factory.mktemp("tiles")
    write_formats(book, place, ["pmtiles"])
    return place


def layers(book):
    return {layer.name: layer for layer in book.layers if layer.geometry}


def titles(book):
    return {layer.name: {"titre": layer.title} for layer in book.layers}


def filled(row):
    return {name: value for name, value in row.items() if not pd.isna(value)}


def read_by_others(path):
    """Read an archive with the libraries of its inventors."""
    found = {}
    for (zoom, _, _), data in all_tiles(MemorySource(path.read_bytes())):
        for name, layer in mapbox_vector_tile.decode(gzip.decompress(data)).items():
            for feature in layer["features"]:
                told = feature["properties"]
                found.setdefault((name, zoom), {})[told["id"]] = told
    return found


def test_every_located_feature_is_there_as_the_geopackage_says_it(folder, book):
    for name, layer in layers(book).items():
        located = layer.table[layer.table["geometry"].notna()]
        columns = columns_of(layer, book.pictures)
        expected = {}
        for row in located[columns].astype(object).itertuples(index=False):
            expected[row[0]] = {column: value for column, value in zip(columns, row, strict=True) if not pd.isna(value)}
        found = read_by_others(folder / "formats" / f"{name}.pmtiles")
        assert {zoom for _, zoom in found} == set(range(5, 15)) and {one for one, _ in found} == {name}
        for (_, zoom), told in found.items():
            if layer.geometry == "Point" or zoom == 14:
                assert told == expected, name
            else:  # an outline smaller than a dot is not drawn
                assert told.items() <= expected.items(), name


def test_the_audit_reads_what_other_libraries_read(folder, book):
    for name, layer in layers(book).items():
        path = folder / "formats" / f"{name}.pmtiles"
        shown, faults = told_by_tiles(path, titles(book), [column.name for column in layer.columns])
        assert faults == []
        others = read_by_others(path)[name, 14]
        assert {row["id"]: filled(row) for row in shown.to_dict("records")} == others
        metadata = Reader(MemorySource(path.read_bytes())).metadata()
        assert read_tiles(path).metadata == metadata


def rewritten(path, change):
    """Change the features of an archive, as one who hides something in it would: every tile is written again."""
    data = path.read_bytes()
    numbers = list(struct.unpack_from("<8Q", data, 8))
    root, size, meta, meta_size, _, _, tile, tile_size = numbers
    tiles = data[tile : tile + tile_size]
    entry = gzip.decompress(data[root : root + size])
    metadata = json.loads(gzip.decompress(data[meta : meta + meta_size]))
    return change(data, numbers, tiles, entry, metadata)


def packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def with_metadata(path, change):
    def done(data, numbers, tiles, entry, metadata):
        change(metadata)
        meta = packed(json.dumps(metadata).encode())
        root, size = numbers[:2]
        head = struct.pack("<8Q", root, size, root + size, len(meta), root + size + len(meta), 0,
                           root + size + len(meta), len(tiles))  # fmt: skip
        return data[:8] + head + data[72 : root + size] + meta + tiles

    return rewritten(path, done)


@pytest.mark.parametrize(
    ("hide", "told"),
    [
        (lambda told: told.update(note="r-0001 : 3 ménages"), "mention inconnue : note"),
        (lambda told: told.update(description="r-0001 : 3 ménages"), "description inconnue"),
        (lambda told: told["vector_layers"][0].update(description="3 ménages"), "couche inconnue"),
        (lambda told: told["vector_layers"][0]["fields"].update(vrai="Number"), "colonne inconnue : vrai"),
        (
            lambda told: told["tilestats"]["layers"][0]["attributes"][0]["values"].append("3 ménages"),
            "valeur qu'aucune tuile ne montre : id = 3 ménages",
        ),
    ],
)
def test_what_metadata_would_tell_besides_is_found(folder, book, tmp_path, hide, told):
    path = tmp_path / "residences.pmtiles"
    path.write_bytes(with_metadata(folder / "formats" / "residences.pmtiles", hide))
    columns = [column.name for column in layers(book)["residences"].columns]
    assert any(told in fault for fault in told_by_tiles(path, titles(book), columns)[1])


def test_bytes_that_no_tile_uses_are_found(folder, tmp_path):
    data = (folder / "formats" / "residences.pmtiles").read_bytes()
    path = tmp_path / "residences.pmtiles"
    for changed in (data + b"3", data[:-1], data[:97] + b"\x01" + data[98:], b"MBTiles" + data[7:]):
        path.write_bytes(changed)
        with pytest.raises(Unread):
            read_tiles(path)
        shown, faults = told_by_tiles(path, {}, [])
        assert shown.empty and "ne sait pas relire" in faults[0]


def tile_of(*features, values=(), keys=("id", "tx_inf40"), more=b""):
    """Write one tile by hand."""

    def field(number, content):
        return bytes([number << 3 | 2]) + bytes([len(content)]) + content

    layer = field(1, b"residences") + b"".join(field(2, field(2, bytes(tags))) for tags in features)
    layer += b"".join(field(3, key.encode()) for key in keys) + b"".join(field(4, value) for value in values)
    return field(3, layer + more)


def archive_of(*tiles):
    packs = [packed(tile) for tile in tiles]
    meta = packed(b'{"name": "residences", "description": ""}')
    sizes = b"".join(bytes([len(one) & 127 | 128, len(one) >> 7]) for one in packs)
    count = len(packs)
    entry = bytes([count]) + bytes([1] * count) * 2 + sizes + bytes([1] + [0] * (count - 1))
    root, body = packed(entry), b"".join(packs)
    at = 127 + len(root) + len(meta)
    head = struct.pack("<8Q", 127, len(root), 127 + len(root), len(meta), at, 0, at, len(body)) + bytes(24)
    head += bytes([1, 2, 2, 1]) + bytes(27)
    return b"PMTiles\x03" + head[:119] + root + meta + body


def text(word):
    return bytes([10, len(word)]) + word.encode()


def test_a_value_hidden_in_a_tile_is_found(tmp_path):
    path = tmp_path / "residences.pmtiles"

    def faults(*tiles):
        path.write_bytes(archive_of(*tiles))
        return " ; ".join(told_by_tiles(path, {"residences": {"titre": ""}}, ["id", "tx_inf40"])[1])

    plain = tile_of([0, 0, 1, 1], values=[text("r-1"), text("secret")])
    assert faults(plain) == "" and faults(plain, plain) == ""
    assert "valeur qu'aucune unité" in faults(tile_of([0, 0], values=[text("r-1"), text("3")], keys=("id",)))
    assert "colonne qu'aucune unité" in faults(tile_of([0, 0], values=[text("r-1")], keys=("id", "3 ménages")))
    other = tile_of([0, 0, 1, 1], values=[text("r-1"), text("12 %")])
    assert "unité dite de deux façons : r-1" in faults(plain, other)
    assert "ne sait pas relire" in faults(tile_of([0, 0], values=[text("r-1")], keys=("id",), more=bytes([50, 1, 51])))


def test_libraries_are_the_very_files_that_travel_with_the_program():
    for path in (shipped("data") / "portail").iterdir():
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert is_library(f"portail/{path.name}", digest)
        assert not is_library(f"portail/{path.name}", digest[::-1]) and not is_library(path.name, digest)


def evaluated(one, row):
    """Evaluate a MapLibre expression on a feature that has no key where the table has no value."""
    if not isinstance(one, list):
        return one
    name, *rest = one
    if name == "get":
        return row.get(rest[0])
    if name == "literal":
        return rest[0]
    if name == "has":
        return rest[0] in row
    if name in {"all", "any"}:
        return (all if name == "all" else any)(evaluated(part, row) for part in rest)
    if name == "!":
        return not evaluated(rest[0], row)
    left, right = (evaluated(part, row) for part in rest)
    return {"in": lambda: left in right, ">=": lambda: left >= right, "<": lambda: left < right}[name]()


def test_each_unit_has_one_class_the_same_as_on_the_map(book, folder):
    page = (folder / "portail.html").read_text("utf-8")
    data = json.loads(page.split('id="donnees">')[1].split("</script>")[0])["portail"]
    pictures = {picture.id: picture for picture in book.pictures}
    seen = 0
    for told in data["couches"]:
        picture = pictures[told["id"]]
        table = picture.layer.table[picture.layer.table["geometry"].notna()]
        rows = [filled(row) for row in table[columns_of(picture.layer, book.pictures)].to_dict("records")]
        for row, (_, known) in zip(rows, table.iterrows(), strict=True):
            chosen = [one["cle"] for one in told["classes"] if evaluated(one["quand"], row)]
            own = [
                one.key for one in picture.classes if not one.otherwise and holds(known.to_frame().T, one.condition)[0]
            ]
            assert chosen == (own or [one.key for one in picture.classes if one.otherwise])
            seen += 1
    assert seen > 1_000


def test_expressions_are_those_of_maplibre():
    assert expression(EVERY) is True
    assert expression(((Clause("a", ("x",)),), (Clause("b"),))) == [
        "any", ["all", ["in", ["get", "a"], ["literal", ["x"]]]], ["all", ["has", "b"]]
    ]  # fmt: skip


def test_a_page_without_any_picture_is_refused_by_nobody(book):
    assert "Portail cartographique" in portal_page(book, [one for one in book.pictures if one.kind][:1])
