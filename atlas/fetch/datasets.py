"""What a data set of data.gouv.fr lists: files with their title, format, address and checksum.

In: what its public API answers. Out: the resource that fits, chosen by what its title and address say. Titles are
written by producers and change: what does not fit is refused with the whole list, never guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atlas.errors import excerpt
from atlas.fetch.refusals import unlisted, unreadable
from atlas.sources.headers import plain

_LAYERS = ("gpkg", "geojson", "json", "zip", "shp")
_TABLES = ("csv", "csv.gz", "zip", "parquet")
_COUNTRY = re.compile(r"(?<!ile_de_)(?<![a-z])france(?![a-z])|national")
_YEAR = re.compile(r"(?<!\d)(20[0-4]\d)(?!\d)")


@dataclass(frozen=True)
class Resource:
    """One file of a data set. ``year`` is the latest that its title or address tells, 0 without any."""

    title: str
    address: str
    form: str
    checksum: tuple[str, str] | None = None
    licence: str = ""

    @classmethod
    def at(cls, address: str) -> Resource | None:
        """Take an address for the file that it names; None when it names none of a known form.

        >>> Resource.at("https://exemple.fr/qpv_2024.geojson").form, Resource.at("https://exemple.fr/api/qpv/")
        ('geojson', None)
        """
        name = address.split("?")[0].rsplit("/", 1)[-1]
        form = _ending(name)
        return cls(name, address, form) if form in {*_LAYERS, *_TABLES} else None

    @property
    def words(self) -> str:
        """What it is told by: title, then the end of its address."""
        return f"{self.title} {self.address.rsplit('/', 1)[-1]}"

    @property
    def year(self) -> int:
        """Year of the data."""
        return max((int(year) for year in _YEAR.findall(self.words)), default=0)


def resources_of(path: Path) -> list[Resource]:
    """Read the list of a data set.

    Raises
    ------
    AtlasError
        ``RESEAU-CONTENU`` when it is not what the API answers.
    """
    try:
        told = json.loads(path.read_text("utf-8"))
        licence = str(told.get("license") or "")
        return [_resource(one, licence) for one in told["resources"] if one.get("url")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise unreadable(path.name, "ce n'est pas la fiche d'un jeu de données") from None


def quarters(resources: Sequence[Resource], title: str, page: str, generation: int) -> Resource:
    """Choose the outlines of a list of quarters: 2015 or 2024.

    Raises
    ------
    AtlasError
        ``RESEAU-LISTE``.
    """
    fitting = [one for one in resources if one.form in _LAYERS and str(generation) in one.words]
    alone = [one for one in fitting if str(2024 + 2015 - generation) not in one.words]
    return _first(alone or fitting, _LAYERS, resources, title, page)


def register(resources: Sequence[Resource], title: str, page: str, department: str, region: str) -> Resource:
    """Choose the register of a département, or that of its region, or the whole country's: the latest.

    Raises
    ------
    AtlasError
        ``RESEAU-LISTE``.
    """
    tables = [one for one in resources if one.form in _TABLES]
    own = re.compile(rf"(?<![0-9A-Z]){department}(?![0-9A-Z])", re.IGNORECASE)
    for fits in (
        lambda one: own.search(_YEAR.sub("", one.words)),
        lambda one: plain(region) in plain(one.words),
        lambda one: _COUNTRY.search(plain(one.words)),
    ):
        held = [one for one in tables if fits(one)]
        if held:
            latest = max(one.year for one in held)
            return _first([one for one in held if one.year == latest], _TABLES, resources, title, page)
    return _first([], _TABLES, resources, title, page)


def _first(
    held: Iterable[Resource], forms: Sequence[str], listed: Sequence[Resource], title: str, page: str
) -> Resource:
    chosen = min(held, key=lambda one: (forms.index(one.form), one.title), default=None)
    if chosen is None:
        raise unlisted(title, excerpt((one.title for one in listed), 12), page)
    return chosen


def _resource(told: dict[str, Any], licence: str) -> Resource:
    address, said = str(told["url"]), str(told.get("format") or "").lower().lstrip(".")
    name = address.split("?")[0].rsplit("/", 1)[-1]
    ending = _ending(name)
    form = ending if ending in {*_LAYERS, *_TABLES} else said
    checksum = told.get("checksum") or {}
    known = checksum.get("type") in {"sha1", "sha256", "md5"} and isinstance(checksum.get("value"), str)
    pair = (checksum["type"], checksum["value"]) if known else None
    return Resource(str(told.get("title") or name), address, form, pair, licence)


def _ending(name: str) -> str:
    parts = name.lower().split(".")[1:]
    return ".".join(parts[-2:] if parts[-1:] == ["gz"] else parts[-1:])
