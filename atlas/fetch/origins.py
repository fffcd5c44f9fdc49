"""Where each open file is: an address of a parameter, a territory's own, or a folder that someone brought by hand.

In: the parameters ``sources_*`` in force, what a territory file says instead, ``--depuis``. Out: the address of each
source, or the file that stands for it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from atlas.errors import AtlasError, Fault
from atlas.parameters import Rule, read_parameters
from atlas.resources import shipped

SOURCES = ("ban", "iris", "communes", "qpv", "rpls")
_PREFIX = "sources_"


@dataclass(frozen=True)
class Origin:
    """Where files come from: a web site, or its mirror, or a folder on this machine."""

    mirror: str = ""
    folder: Path | None = None

    @classmethod
    def of(cls, text: str | None) -> Origin:
        """Read ``--depuis``.

        Raises
        ------
        AtlasError
            ``TELECHARGER-DEPUIS`` when it is neither a web address nor a folder.
        """
        if not text:
            return cls()
        if re.match("https?://", text):
            return cls(mirror=text.rstrip("/"))
        folder = Path(text)
        if not folder.is_dir():
            raise AtlasError(
                [
                    Fault(
                        "TELECHARGER-DEPUIS",
                        f"{text} n'est ni un dossier ni une adresse https://.",
                        "un dossier où les fichiers ont été déposés, ou l'adresse d'un miroir",
                        "corriger --depuis",
                    )
                ]
            )
        return cls(folder=folder)

    def address(self, address: str) -> str:
        """Give the address to ask: the producer's, or the same path of a mirror.

        >>> Origin("http://miroir:8080").address("https://exemple.fr/a/b.csv.gz?x=1")
        'http://miroir:8080/a/b.csv.gz?x=1'
        """
        if not self.mirror:
            return address
        parts, mirror = urlsplit(address), urlsplit(self.mirror)
        path = mirror.path.rstrip("/") + parts.path
        return urlunsplit((mirror.scheme, mirror.netloc, path, parts.query, ""))

    def file(self, address: str) -> Path | None:
        """Find the file of a folder that stands for an address: by its path, or by its name alone.

        Raises
        ------
        AtlasError
            ``TELECHARGER-ABSENT`` when the folder has none.
        """
        if self.folder is None:
            return None
        path = urlsplit(address).path.strip("/")
        names = (path, f"{path}.json", f"{path}.geojson", path.rsplit("/", 1)[-1], f"{path.rsplit('/', 1)[-1]}.json")
        for name in names:
            found = (self.folder / name).resolve()
            if found.is_file() and found.is_relative_to(self.folder.resolve()):
                return found
        raise AtlasError(
            [
                Fault(
                    "TELECHARGER-ABSENT",
                    f"Le dossier {self.folder.name} n'a pas de fichier pour {address}.",
                    f"un fichier nommé {names[3]}, ou au même chemin",
                    "le déposer sous ce nom, ou laisser cette source de côté (--sources)",
                )
            ]
        )


def addresses(day: date, local: Mapping[str, tuple[Any, str, str]]) -> dict[str, Rule]:
    """Give the address of each source in force on a day, a territory's own in its place.

    Raises
    ------
    AtlasError
        Faults of the parameters, or of the territory's values.
    """
    known = {rule.key: rule for rule in read_parameters().with_local(local, day).in_force(day)}
    return {name: known[f"{_PREFIX}{name}"] for name in SOURCES}


def filled(rule: Rule, department: str) -> str:
    """Give the address of a source for a département."""
    value = rule.value[0] if isinstance(rule.value, (list, tuple)) else rule.value
    return str(value).replace("{dep}", department)


def local_addresses(content: Mapping[str, Any]) -> dict[str, tuple[Any, str, str]]:
    """Take, out of the content of a territory file, the addresses that it gives of its own."""
    given = content.get("regles", {})
    own = given.items() if isinstance(given, dict) else ()
    return {
        key: (one["valeur"], str(one.get("unite", "")), str(one.get("source", "")))
        for key, one in own
        if key.startswith(_PREFIX) and isinstance(one, dict) and one.get("valeur")
    }


@cache
def regions() -> dict[str, str]:
    """Give the region of each département."""
    told = tomllib.loads((shipped("data") / "reference" / "regions.toml").read_text("utf-8"))
    return {department: region for region, held in told["regions"].items() for department in held}
