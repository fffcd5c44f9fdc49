"""Vector tiles read back, byte by byte: PMTiles 3 archives of Mapbox Vector Tiles 2.1, with no library of the writer.

Grain in: one archive. Grain out: its features as a table, one row per unit, and what no archive of the atlas holds: a
byte that no tile uses, a text that no feature shows, a unit told in two ways.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

_HEADER = 127  # bytes: 7 of a name, a version, eleven 64-bit numbers, then what is shown first
_GZIP = 2
_KNOWN = frozenset(
    {
        *("name", "description", "version", "minzoom", "maxzoom", "center", "bounds", "type", "format"),
        *("vector_layers", "tilestats", "scheme", "json", "crs"),
    }
)
_STATS = {"attribute", "count", "type", "values", "min", "max"}
Fault = tuple[str, int, str]


class Unread(ValueError):
    """What cannot be read as an archive of tiles, in French."""


@dataclass(frozen=True)
class Tiles:
    """What an archive holds: its metadata, the features of each layer by identifier, what is wrong, in French."""

    metadata: dict[str, Any]
    features: dict[str, dict[Any, dict[str, Any]]]
    faults: tuple[str, ...]

    def table(self, name: str) -> pd.DataFrame:
        """Give the features of a layer, one row each."""
        return pd.DataFrame(list(self.features.get(name, {}).values()))


def read_tiles(path: Path) -> Tiles:
    """Read every tile of an archive, at every zoom.

    Raises
    ------
    Unread
        When it is no such archive, or when a byte of it belongs to nothing.
    """
    data = path.read_bytes()
    if data[:8] != b"PMTiles\x03" or len(data) < _HEADER:
        raise Unread("ce n'est pas une archive PMTiles 3")
    numbers = struct.unpack_from("<8Q", data, 8)
    (root, root_size, meta, meta_size, leaf, leaf_size, tile, tile_size) = numbers
    inner, outer, kind = data[97], data[98], data[99]
    if (inner, outer, kind) != (_GZIP, _GZIP, 1):
        raise Unread("tuiles d'une autre forme que celle de l'atlas")
    spans = sorted([(0, _HEADER), (root, root_size), (meta, meta_size), (leaf, leaf_size), (tile, tile_size)])
    if _gaps(spans, len(data)):
        raise Unread("octets qui n'appartiennent à aucune tuile")
    metadata = json.loads(_unpacked(data[meta : meta + meta_size]) or b"{}")
    entries: list[tuple[int, int]] = []
    leaves: list[tuple[int, int]] = []
    for place, size, run in _directory(_unpacked(data[root : root + root_size])):
        (entries if run else leaves).append((place, size))
    for place, size in leaves:
        held = _directory(_unpacked(data[leaf + place : leaf + place + size]))
        for found in held:
            if not found[2]:
                raise Unread("répertoire de tuiles à plus de deux étages")
            entries.append(found[:2])
    if _gaps(sorted(set(leaves)), leaf_size) or _gaps(sorted(set(entries)), tile_size):
        raise Unread("octets qui n'appartiennent à aucune tuile")
    features: dict[str, dict[Any, dict[str, Any]]] = {}
    faults: list[str] = []
    for place, size in sorted(set(entries)):
        for name, told in _layers(_unpacked(data[tile + place : tile + place + size]), faults):
            held_units = features.setdefault(name, {})
            faults += [
                f"unité dite de deux façons : {one.get('id')}"
                for one in told
                if held_units.setdefault(one.get("id"), one) != one
            ]
    return Tiles(metadata, features, tuple(dict.fromkeys(faults)))


def told_by_tiles(path: Path, layers: Mapping[str, Any], columns: Iterable[str]) -> tuple[pd.DataFrame, list[str]]:
    """Give the one layer of an archive as a table, and what is wrong, in French; ``layers`` are the manifest's,
    ``columns`` those that the GeoPackage gives the layer.

    What cannot be read is one fault, and no row.
    """
    try:
        tiles = read_tiles(path)
        titles = frozenset(str(one.get("titre")) for one in layers.values())
        faults = [*tiles.faults, *undeclared(tiles, path.stem, titles, frozenset(columns))]
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, zlib.error, struct.error) as error:
        return pd.DataFrame(), [f"tuiles que l'audit ne sait pas relire ({error})"]
    faults += [f"couche que le fichier ne nomme pas : {name}" for name in sorted(tiles.features.keys() - {path.stem})]
    return tiles.table(path.stem), faults


def undeclared(tiles: Tiles, name: str, titles: frozenset[str], columns: frozenset[str]) -> Iterator[str]:
    """List what metadata tell besides the features: other keys, other values, other texts."""
    told = tiles.metadata
    yield from (f"mention inconnue : {key}" for key in sorted(told.keys() - _KNOWN))
    if told.get("name") != name or told.get("description", "") not in titles:
        yield f"description inconnue : {told.get('name')}, {told.get('description')}"
    shown = tiles.table(name)
    listed = told.get("vector_layers", [])
    for one in (*listed, *told.get("tilestats", {}).get("layers", [])):
        if one.get("id", one.get("layer")) != name or one.get("description", "") not in {"", *titles}:
            yield f"couche inconnue : {one}"[:80]
        yield from (f"colonne inconnue : {key}" for key in sorted(one.get("fields", {}).keys() - columns))
        for stats in one.get("attributes", []):
            known = set(shown[stats["attribute"]].dropna()) if stats.get("attribute") in shown else set()
            values = [*stats.get("values", []), *(stats[key] for key in ("min", "max") if key in stats)]
            other = [value for value in values if value not in known]
            if other or stats.keys() - _STATS:
                yield f"valeur qu'aucune tuile ne montre : {stats.get('attribute')} = {(other or ['?'])[0]}"


def _unpacked(packed: bytes) -> bytes:
    """Inflate a gzip member that holds nothing besides: no name, no comment, nothing after."""
    if not packed:
        return b""
    if packed[:2] != b"\x1f\x8b" or packed[3]:
        raise Unread("bloc compressé d'une autre façon, ou qui porte un texte")
    reader = zlib.decompressobj(wbits=31)
    plain = reader.decompress(packed)
    if reader.unused_data or not reader.eof:
        raise Unread("octets après la fin d'un bloc")
    return plain


def _gaps(spans: list[tuple[int, int]], end: int) -> bool:
    """Whether spans (place, size) leave a byte out, or go beyond the end; tiles may share one."""
    reached = 0
    for place, size in spans:
        if place > reached or place + size > end:
            return True
        reached = max(reached, place + size)
    return reached != end


def _directory(data: bytes) -> list[tuple[int, int, int]]:
    """Read entries as (place, size, run): a run of 0 leads to another directory."""
    number, at = _varint(data, 0)
    columns: list[list[int]] = []
    for _ in range(4):  # numbers of tiles, runs, sizes, places
        column = []
        for _ in range(number):
            value, at = _varint(data, at)
            column.append(value)
        columns.append(column)
    if at != len(data):
        raise Unread("octets après la fin d'un répertoire")
    _, runs, sizes, places = columns
    entries: list[tuple[int, int, int]] = []
    for rank, (run, size, place) in enumerate(zip(runs, sizes, places, strict=True)):
        here = place - 1 if place or not rank else entries[-1][0] + entries[-1][1]
        entries.append((here, size, run))
    return entries


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        try:
            byte = data[at]
        except IndexError:
            raise Unread("tuile coupée") from None
        value |= (byte & 127) << shift
        at += 1
        if byte < 128:
            return value, at
        shift += 7


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Read a protocol buffer message: number of the field, value (bytes, or a whole number)."""
    at, end = 0, len(data)
    while at < end:
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield tag >> 3, value
            continue
        if kind == 2:
            size, at = _varint(data, at)
        elif kind in {1, 5}:
            size = 8 if kind == 1 else 4
        else:
            raise Unread("tuile d'une forme inconnue")
        if at + size > end:
            raise Unread("tuile coupée")
        yield tag >> 3, data[at : at + size]
        at += size


def _layers(tile: bytes, faults: list[str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Read the layers of a tile: name, then what each feature tells. Places are public: shapes are left out."""
    for number, layer in _fields(tile):
        if number != 3:
            raise Unread("tuile qui porte autre chose que des couches")
        name, keys, values, features = "", [], [], []
        for field, value in _fields(layer):
            if field == 1:
                name = value.decode("utf-8")
            elif field == 2:
                features.append(value)
            elif field == 3:
                keys.append(value.decode("utf-8"))
            elif field == 4:
                values.append(_value(value))
            elif field not in {5, 15}:
                raise Unread("couche de tuile qui porte autre chose que des unités")
        used: set[int] = set()
        told = []
        for feature in features:
            tags: list[int] = []
            for field, value in _fields(feature):
                if field == 2:
                    tags = _packed(value)
                elif field not in {1, 3, 4}:
                    raise Unread("unité qui porte autre chose que ses valeurs et sa forme")
            used.update(tags[1::2])
            told.append({keys[key]: values[value] for key, value in zip(tags[::2], tags[1::2], strict=True)})
        if len(used) != len(values):
            faults.append("valeur qu'aucune unité d'une tuile ne montre")
        if len({key for one in told for key in one}) != len(keys):
            faults.append("colonne qu'aucune unité d'une tuile ne montre")
        yield name, told


def _packed(data: bytes) -> list[int]:
    numbers, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        numbers.append(value)
    return numbers


def _value(data: bytes) -> Any:
    """Read a value: text, real, whole number (signed or not), yes or no."""
    held = list(_fields(data))
    if len(held) != 1:
        raise Unread("valeur de tuile d'une forme inconnue")
    number, value = held[0]
    if number == 1:
        return value.decode("utf-8")
    if number in {2, 3}:
        return struct.unpack("<f" if number == 2 else "<d", value)[0]
    if number == 4:
        return value - (1 << 64) if value >> 63 else value
    if number == 6:
        return (value >> 1) ^ -(value & 1)
    return bool(value) if number == 7 else value
