"""The layers of a file, each looked at as districts, quarters, any perimeter, or points of residences."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd

from atlas.errors import Fault, excerpt
from atlas.inspect.finding import TO_CHECK, Finding, quoted
from atlas.inspect.guess import LAYERS, SAMPLE, TABLES, guess
from atlas.sources.content import Unreadable
from atlas.sources.encodings import WrongEncoding
from atlas.sources.gdal import RawLayer, layers_of, read_raw
from atlas.sources.headers import plain
from atlas.sources.qpv import lists_of
from atlas.sources.years import year_in
from atlas.writing import many

_QVA = "QVA"


def inspect_layers(path: Path) -> tuple[list[Finding], list[Fault]]:
    """Look at every layer of a file.

    Raises
    ------
    Unreadable
        When the file cannot be read, or holds no layer.
    """
    names = layers_of(path)
    if not names:
        raise Unreadable("COUCHE-VIDE", f"{path.name} ne contient aucune couche.", "une couche", "vérifier dans QGIS")
    findings, faults = [], []
    for name in names:
        try:
            findings.append(_inspect_layer(path, *_read(path, name), several=len(names) > 1))
        except Unreadable as error:
            faults.append(error.fault)
    others = (f"couches du fichier : {excerpt(names)}",) if len(names) > 1 else ()
    return [replace(finding, seen=(*finding.seen, *others)) for finding in findings], faults


def _read(path: Path, name: str) -> tuple[RawLayer, str | None]:
    """Read a layer, in the encoding that its texts seem to be in where they do not tell it."""
    try:
        return read_raw(path, name), None
    except WrongEncoding as error:
        if error.likely is None:
            raise
        return read_raw(path, name, error.likely), error.likely


def _inspect_layer(path: Path, raw: RawLayer, encoding: str | None, *, several: bool) -> Finding:
    records = raw.records.astype("str")
    kinds = sorted({geometry.geom_type for geometry in raw.geometries if geometry is not None})
    crs = f"{raw.crs.name}" if raw.crs is not None else "CRS absent"
    seen = (
        f"couche « {raw.layer} », {many(len(raw.records), 'objet')} ({', '.join(kinds) or 'sans géométrie'}), {crs}",
    )
    points = set(kinds) <= {"Point", "MultiPoint"}
    candidates = [one for one in TABLES if one.section in ("residences", "filiation")] if points else LAYERS
    best = max((guess(candidate, records.iloc[:SAMPLE]) for candidate in candidates), key=lambda found: found.score)
    lines = list(best.lines)
    if several:
        lines.append(f"couche = {quoted(raw.layer)}")
    if raw.crs is None:
        lines.append(f"crs = {quoted(_likely_crs(raw))}  # {TO_CHECK} : déduit de l'ordre de grandeur")
    if encoding is not None:
        lines.append(encoded(encoding))
    titles = (path.stem, raw.layer)
    year = year_in("annee", titles[:1]) or year_in("annee", titles)
    if best.section == "zones":
        lines.insert(0, _named(titles, several=several))
    if best.section == "iris":
        lines.append(vintage(year, "année du fichier"))
    if best.section == "qpv":
        lines += _generation(records[best.found["code_qpv"]] if "code_qpv" in best.found else pd.Series(dtype="str"))
    trace = hashlib.sha256(records.to_csv(index=False).encode("utf-8", "replace")).hexdigest()
    return replace(best, path=path, seen=seen, lines=tuple(lines), years=(year,) if year else (), trace=trace)


def vintage(year: int | None, why: str) -> str:
    """Write the line of a vintage; without one, leave it to be filled in."""
    return f"millesime = {year}  # {TO_CHECK} : {why}" if year else "# millesime = année du fichier"


def encoded(encoding: str) -> str:
    """Write the line of an encoding that the file does not tell."""
    return f"encodage = {quoted(encoding)}  # {TO_CHECK} : le seul où ses accents se lisent"


def _named(titles: tuple[str, str], *, several: bool) -> str:
    """Name a perimeter after its layer or its file; the quarters under watch have a name that counts."""
    if any(re.search(r"(^|_)(qva|veille)(_|$)", plain(title)) for title in titles):
        return f"nom = {quoted(_QVA)}  # {TO_CHECK} : quartiers de veille active"
    return f"nom = {quoted(titles[1] if several else titles[0])}  # {TO_CHECK} : d'après le nom du fichier"


def _generation(codes: pd.Series) -> list[str]:
    """Write the list of quarters that the codes tell, to be filled in when they tell none or several."""
    told = lists_of(codes)
    if len(told) == 1:
        return [f"generation = {told[0]}  # {TO_CHECK} : d'après la forme des codes"]
    return ["# generation = 2015 ou 2024"]


def _likely_crs(raw: RawLayer) -> str:
    """Name the usual French CRS whose orders of magnitude fit the coordinates."""
    bounds = [geometry.bounds for geometry in raw.geometries if geometry is not None and not geometry.is_empty]
    x, y = (max(abs(bound[side]) for bound in bounds) if bounds else 0.0 for side in (0, 1))
    if x <= 180 and y <= 90:
        return "EPSG:4326"
    return "EPSG:2154" if y > 6_000_000 else "EPSG:27572"
