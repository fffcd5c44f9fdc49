"""Each source in its turn: asked, received, cut to the territory, described.

In: a place, the addresses in force, where files come from. Out: one :class:`Brought` per file written in the fresh
folder. What a source needs of another (quarters are kept where they touch the ground) comes before it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from atlas.fetch.archives import taken_out
from atlas.fetch.cutting import Place, cut_communes, cut_districts, cut_quarters, cut_table
from atlas.fetch.datasets import Resource, quarters, register, resources_of
from atlas.fetch.origins import Origin, filled, regions
from atlas.fetch.refusals import empty
from atlas.fetch.transfer import Patience, Received, receive
from atlas.parameters import Rule

_OPEN = "Licence Ouverte 2.0"
_LICENCES = {"lov2": _OPEN, "fr-lo": _OPEN, "odc-odbl": "ODbL 1.0"}
GENERATIONS = (2015, 2024)


@dataclass(frozen=True)
class Brought:
    """One file written: what it is, whose, where it was taken, what it weighs before and after the cut."""

    name: str
    source: str
    title: str
    producer: str
    licence: str
    vintage: str
    address: str
    page: str
    received: str
    modified: str
    received_sha256: str
    received_size: int
    sha256: str
    size: int
    rows: int
    checked_online: bool
    word: str
    generation: int | None = None


@dataclass
class _Desk:
    """What every source is brought with."""

    place: Place
    rules: Mapping[str, Rule]
    origin: Origin
    beside: Path
    fresh: Path
    patience: Patience
    say: Callable[[str], None]
    ground: list[Any] = field(default_factory=list)

    def got(self, address: str, rule: Rule, name: str, checksum: tuple[str, str] | None = None) -> Received:
        """Receive a file, or take it from the folder that stands for the network."""
        self.say(f"{rule.label} : {address}")
        if (path := self.origin.file(address)) is not None:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Received(path, address, path.stat().st_size, digest)
        target = self.beside / name
        asked = self.origin.address(address)
        return receive(asked, target, rule.page, patience=self.patience, checksum=checksum)


def bring(
    place: Place,
    sources: Sequence[str],
    rules: Mapping[str, Rule],
    origin: Origin,
    beside: Path,
    fresh: Path,
    patience: Patience,
    say: Callable[[str], None],
) -> Iterator[Brought]:
    """Bring each source; files whole are written in ``fresh``, what is received in ``beside``."""
    desk = _Desk(place, rules, origin, beside, fresh, patience, say)
    for name in sources:
        yield from _BRINGERS[name](desk)


def _addresses(desk: _Desk) -> Iterator[Brought]:
    rule = desk.rules["ban"]
    for department in sorted(desk.place.departments):
        address = filled(rule, department)
        name = f"adresses-{department}.csv.gz"
        received = desk.got(address, rule, name)
        rows = cut_table(received.path, desk.fresh / name, desk.place)
        if not rows:
            raise empty(address, str(desk.place))
        yield _told(desk, name, "ban", rule, received, rows, "adresse", "DINUM, IGN", received.modified[:10])


def _districts(desk: _Desk) -> Iterator[Brought]:
    rule = desk.rules["iris"]
    address = filled(rule, "")
    received = desk.got(address, rule, address.rsplit("/", 1)[-1])
    vintage = _year(address)
    name = f"iris_{vintage}.gpkg" if vintage else "iris.gpkg"
    table = cut_districts(received.path, desk.fresh / name, desk.place)
    if not len(table):
        raise empty(address, str(desk.place))
    desk.ground.append(table)
    yield _told(desk, name, "iris", rule, received, len(table), "IRIS", "Insee, IGN", vintage)


def _communes(desk: _Desk) -> Iterator[Brought]:
    rule = desk.rules["communes"]
    for department in sorted(desk.place.departments):
        address = filled(rule, department)
        received = desk.got(address, rule, f"communes-{department}.geojson")
        name = f"communes_{department}.gpkg"
        table = cut_communes(received.path, desk.fresh / name, desk.place)
        if not len(table):
            raise empty(address, str(desk.place))
        desk.ground.append(table)
        yield _told(desk, name, "communes", rule, received, len(table), "commune", "DINUM, IGN", received.modified[:4])


def _quarters(desk: _Desk) -> Iterator[Brought]:
    rule = desk.rules["qpv"]
    held = _listed(desk, rule, "qpv-fiche.json")
    if not desk.ground:
        list(_districts(desk))  # a quarter is kept where it touches the ground: IRIS are that ground
        for path in desk.fresh.glob("iris*.gpkg"):
            path.unlink()
    for generation in GENERATIONS:
        one = quarters(held, rule.label, rule.page, generation)
        ending = "zip" if one.form in {"zip", "shp"} else one.form
        received = desk.got(one.address, rule, f"qpv-{generation}.{ending}", one.checksum)
        name = f"qpv_{generation}.gpkg"
        table = cut_quarters(received.path, desk.fresh / name, desk.ground[0])
        if len(table):  # a territory may have none of one list
            told = _told(desk, name, "qpv", rule, received, len(table), "quartier", "ANCT", str(generation), one)
            yield told


def _register(desk: _Desk) -> Iterator[Brought]:
    rule = desk.rules["rpls"]
    held = _listed(desk, rule, "rpls-fiche.json")
    done = set()
    for department in sorted(desk.place.departments):
        one = register(held, rule.label, rule.page, department, regions()[department])
        if one.address in done:
            continue
        done.add(one.address)
        received = desk.got(one.address, rule, f"rpls-{department}.{one.form}", one.checksum)
        tables = [received.path]
        if received.path.suffix.lower() in {".zip", ".7z"}:
            out = desk.beside / f"rpls-{department}"
            tables = taken_out(received.path, out, lambda name: name.lower().endswith((".csv", ".csv.gz")))
        for number, path in enumerate(sorted(tables)):
            name = f"rpls_{one.year or 'ouvert'}_{department}{f'-{number + 1}' if number else ''}.csv"
            rows = cut_table(path, desk.fresh / name, desk.place)
            if not rows:
                (desk.fresh / name).unlink()
                continue
            yield _told(desk, name, "rpls", rule, received, rows, "logement", "SDES", str(one.year or ""), one)


_BRINGERS: dict[str, Callable[[_Desk], Iterator[Brought]]] = {
    "ban": _addresses,
    "iris": _districts,
    "communes": _communes,
    "qpv": _quarters,
    "rpls": _register,
}


def _listed(desk: _Desk, rule: Rule, name: str) -> list[Resource]:
    """List the files of a data set; addresses that are files are a list by themselves."""
    given = [str(one) for one in (rule.value if isinstance(rule.value, (list, tuple)) else [rule.value])]
    files = [Resource.at(one) for one in given]
    return [
        resource
        for address, file in zip(given, files, strict=True)
        for resource in ([file] if file else resources_of(desk.got(address, rule, name).path))
    ]


def _told(
    desk: _Desk,
    name: str,
    source: str,
    rule: Rule,
    received: Received,
    rows: int,
    word: str,
    producer: str,
    vintage: str,
    resource: Resource | None = None,
) -> Brought:
    path = desk.fresh / name
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    licence = _LICENCES.get(resource.licence, resource.licence) if resource and resource.licence else _OPEN
    return Brought(
        name=name,
        source=source,
        title=resource.title if resource else rule.reference,
        producer=producer,
        licence=licence,
        vintage=vintage,
        address=received.address,
        page=rule.page,
        received=datetime.now(UTC).isoformat(timespec="seconds"),
        modified=received.modified,
        received_sha256=received.sha256,
        received_size=received.size,
        sha256=digest,
        size=path.stat().st_size,
        rows=rows,
        checked_online=rule.checked_online,
        word=word,
        generation=int(vintage) if source == "qpv" else None,
    )


def _year(address: str) -> str:
    """Find the vintage in an address.

    >>> _year("https://exemple.fr/CONTOURS-IRIS_3-0__GPKG_LAMB93_FXX_2025-01-01.7z")
    '2025'
    """
    found = re.findall(r"(?<!\d)(20[0-4]\d)(?!\d)", address)
    return found[-1] if found else ""
