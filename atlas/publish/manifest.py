"""The manifest of an edition: which inputs, rules and versions made it, how many rows it holds, which files it is.

In: a sealed edition, the fingerprints of the inputs, the folder once everything else is written. Out:
``manifeste.json``. No path of the machine that built, and no count that would tell a masked unit from another.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas import __version__
from atlas.publish.layers import omissions
from atlas.publish.notices import rows_of_rules, rows_of_sources, secrecy_notice
from atlas.publish.practice import practised

if TYPE_CHECKING:
    from atlas.edition import Edition
    from atlas.publish.book import Book

NAME = "manifeste.json"
_LIBRARIES = (
    *("fiona", "folium", "geopandas", "numpy", "pandas", "pyarrow", "pyogrio", "pyproj"),
    *("rapidfuzz", "scikit-learn", "scipy", "shapely", "typst", "xlsxwriter"),
)


@dataclass(frozen=True)
class Fingerprint:
    """A file known by its name, its size in bytes and its SHA-256; ``source`` says what it was read as."""

    source: str
    name: str
    size: int
    sha256: str


def fingerprints(inputs: Mapping[str, Iterable[Path]]) -> tuple[Fingerprint, ...]:
    """Take the fingerprint of each input, by the name of its source.

    Raises
    ------
    OSError
        When a file cannot be read.
    """
    return tuple(
        Fingerprint(source, path.name, path.stat().st_size, _digest(path))
        for source, paths in inputs.items()
        for path in paths
    )


def write_manifest(
    book: Book, folder: Path, inputs: Sequence[Fingerprint], timings: Mapping[str, float] | None = None
) -> None:
    """Write ``manifeste.json`` last: it lists every other file of the folder.

    Parameters
    ----------
    inputs : sequence of Fingerprint
        Written whole in the builder's own edition only.
    timings : mapping, optional
        Seconds by step; left out, the manifest is the same bytes for the same edition.
    """
    edition, context = book.edition, book.edition.context
    content: dict[str, Any] = {
        "edition": edition.name,
        "public": edition.audience,
        "territoire": context.territory,
        "campagnes": list(context.campaigns),
        "methodes": [method.code for method in edition.methods],
        "publie_le": context.published_on.isoformat(),
        "version": __version__,
        "secret": secrecy_notice(edition),
        "avertissements": list(context.notices),
        "masquee": edition.masked,
        "effectifs": edition.counts,
        "entrees": _inputs(edition, inputs),
        "sources": rows_of_sources(context),
        "regles": rows_of_rules(context),
        "reglages": dict(edition.settings),
        # What the rounding of figures never crosses: with it, methods are applied again to the files alone.
        "arrondis": {code: [float(rate) for rate in rates] for code, rates in edition.edges.items()},
        # Of whom indicators are, at each campaign: where that changed, they do not compare.
        "definitions": {key: {str(year): value for year, value in one.items()} for key, one in context.defined.items()},
        "couches": {layer.name: {"titre": layer.title, "lignes": len(layer.table)} for layer in book.layers},
        "non_publie": omissions(edition),
        **practised(edition),
        "versions": _versions(),
        "fichiers": [
            {"fichier": path.relative_to(folder).as_posix(), "taille": path.stat().st_size, "sha256": _digest(path)}
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path != folder / NAME
        ],
    }
    if timings is not None:
        content["durees_s"] = dict(timings)
    (folder / NAME).write_text(json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n", "utf-8")


def signed_again(folder: Path, path: Path) -> None:
    """Note the size and digest of a file that was completed after the manifest."""
    manifest = folder / NAME
    content = json.loads(manifest.read_text("utf-8"))
    for entry in content["fichiers"]:
        if entry["fichier"] == path.relative_to(folder).as_posix():
            entry |= {"taille": path.stat().st_size, "sha256": _digest(path)}
    manifest.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


def described(inputs: Iterable[Fingerprint]) -> list[dict[str, Any]]:
    """Name each input with its size and SHA-256, for the builder: a file of one row is found again by its digest."""
    return [
        {"source": entry.source, "fichier": entry.name, "taille": entry.size, "sha256": entry.sha256}
        for entry in inputs
    ]


def _inputs(edition: Edition, inputs: Iterable[Fingerprint]) -> list[dict[str, Any]]:
    """Name the inputs as the edition may: in a masked one no size and no digest, in an anonymous one no file name."""
    if not edition.masked:
        return described(inputs)
    named = {source.name for source in edition.context.sources if source.files}
    kept = [{"source": entry.source, **({"fichier": entry.name} if entry.source in named else {})} for entry in inputs]
    return [entry for rank, entry in enumerate(kept) if entry not in kept[:rank]]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _versions() -> dict[str, str]:
    """Name what computed and wrote the edition: two builds that differ may differ by this."""
    import pyogrio
    import pyproj
    import shapely

    return {
        "atlas": __version__,
        "python": ".".join(map(str, sys.version_info[:3])),
        **{name: metadata.version(name) for name in _LIBRARIES},
        "gdal": pyogrio.__gdal_version_string__,
        "proj": pyproj.proj_version_str,
        "geos": shapely.geos_version_string,
    }
