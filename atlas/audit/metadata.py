"""What the manifest of a masked edition says of confidential inputs: neither their size nor a plain digest, nor a part
that no masked edition has: decisions and requests by size are told to who sees counts alone.

A file of one row is found again by trying every row that it may hold, with its size or its digest to tell which. Names
of files may name landlords, and stay with those who already know them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from atlas.audit.other_files import Remark
from atlas.audit.read_back import MANIFEST, Written
from atlas.tables import AUDIENCES

_TELLING = re.compile(r"taille|size|octets|bytes|sha|md5|crc|empreinte_simple", re.IGNORECASE)
_FILE = re.compile(r"[\w.\- ]+\.(?:csv|tsv|txt|xlsx?|ods|parquet|gpkg|geojson|json|shp|dbf|zip|gz|gml|kml|tab)\b", re.I)
_NOT_INPUTS = ("fichiers", "versions", "regles")
_PARTS = frozenset(
    {
        *("edition", "public", "territoire", "campagnes", "methodes", "publie_le", "version", "secret"),
        *("avertissements", "masquee", "effectifs", "entrees", "sources", "regles", "reglages", "arrondis"),
        *("definitions", "couches", "non_publie", "versions", "fichiers", "durees_s"),
    }
)


def betraying(written: Written) -> Iterator[Remark]:
    """List what the manifest of a masked edition tells of its inputs.

    ``empreinte`` alone is a keyed digest, which only the builder can check.
    """
    if extra := sorted(written.manifest.keys() - _PARTS):
        yield Remark(MANIFEST, "partie que l'audit ne sait pas relire", len(extra), extra[0])
    entries = written.manifest.get("entrees", [])
    sized = [
        f"{name} de {entry.get('source', '')}"
        for entry in entries
        for name, value in entry.items()
        if value is not None and _TELLING.search(name)
    ]
    if sized:
        yield Remark(MANIFEST, "taille ou empreinte simple d'un fichier source", len(sized), sized[0])
    if written.name not in AUDIENCES or not AUDIENCES[written.name].anonymous:
        return
    told = {key: value for key, value in written.manifest.items() if key not in _NOT_INPUTS}
    own = {path.name for path in written.folder.rglob("*") if path.is_file()}
    found = {match.group().strip() for match in _FILE.finditer(json.dumps(told, ensure_ascii=False))}
    if named := sorted(found - own):
        yield Remark(MANIFEST, "nom d'un fichier source où aucun bailleur n'est nommé", len(named), named[0])
