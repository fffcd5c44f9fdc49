"""Attack editions of many fictional towns: ``python tests/benchmarks/raids.py [FIRST] [LAST] [--entiers] [--formats]``.

Each town is delivered twice and built twice, the second time beside what the first gave; what partners hold is then
attacked by code of its own (:mod:`tests.raid_attack`, :mod:`tests.raid_bounds`). Builds write the GeoPackages and their
manifests alone, which is what is attacked, unless ``--entiers`` asks for every file of an edition. With ``--redonnes``
landlords send old files again.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from unittest import mock

import pandas as pd

import atlas.audit.verdict
import atlas.pipeline
from atlas.errors import AtlasError
from atlas.output import FORMATS
from atlas.publish.geopackage import write_geopackage
from atlas.publish.manifest import write_manifest
from tests.raid_attack import Raid, Spoils
from tests.raid_bounds import fixed
from tests.raid_factory import deliveries
from tests.raid_truth import FIGURES, Answers

SHARED = ("partenaire", "public")
LANDLORD = "bailleur-foyer-rural"


@contextmanager
def tables_alone() -> Iterator[None]:
    """Publish and audit the tables only: what pages say of them is not asked."""

    def published(book, folder, inputs, seconds, formats=()):
        folder.mkdir(parents=True)
        write_geopackage(book, folder / "atlas.gpkg")
        write_manifest(book, folder, inputs, seconds)
        return {}

    with (
        mock.patch.object(atlas.pipeline, "publish", published),
        mock.patch.object(atlas.pipeline, "conclude", lambda *args, **named: None),
        mock.patch.object(atlas.pipeline, "report", lambda *args, **named: None),
        mock.patch.object(atlas.audit.verdict, "remarks_on", lambda written: []),
    ):
        yield


def raided(
    seed: int, folder: Path, editions: Sequence[str] = SHARED, *, again: bool = False, **terms: object
) -> list[str]:
    """Build both deliveries of a town, attack what partners hold after each: what is found, in words.

    ``again``: landlords send files of an earlier campaign once more.
    """
    first, second = deliveries(seed, folder, again=again)
    held: list[Spoils] = []
    found = []
    for rank, one in enumerate((first, second)):
        before = [spoils.folder for spoils in held]
        built = atlas.pipeline.build(one.file, folder / f"atlas-{rank}", editions, already=before, **terms)
        held.append(Spoils(built / "partenaire", read_of(built, one.answers)))
        raid = Raid(held)
        found += [f"livraison {rank + 1}, {leak}" for leak in raid.leaks(tuple(FIGURES), one.pooled)]
        found += [f"livraison {rank + 1}, {leak}" for leak in raid.changes(tuple(FIGURES), one.pooled)]
        found += [f"livraison {rank + 1}, fixé : {cell}" for cell in fixed(raid)]
        found += [f"livraison {rank + 1}, {odd}" for odd in unlike(built, editions)]
    return found


def read_of(built: Path, answers: Mapping[tuple[int, str], Answers]) -> dict[tuple[int, str], Answers]:
    """Leave out the items that reading the files set aside as implausible: nobody is counted as having told them."""
    taken = pd.read_parquet(built / "atomes.parquet").set_index(["campagne", "id"])
    found = {}
    for key, one in answers.items():
        kept = {code: told for code, told in one.of.items() if taken.at[key, f"d_{code}"] == told[1]}
        found[key] = Answers(kept, one.households)
    return found


def unlike(built: Path, editions: Sequence[str]) -> Iterator[str]:
    """Compare the public edition with the partners': what it publishes, they must read."""
    if not {"partenaire", "public"} <= set(editions):
        return
    partner, public = (Spoils(built / name, {}).figures for name in ("partenaire", "public"))
    for (kind, unit, year, code), (state, label) in public.items():
        if kind not in ("residences", "adresses") and partner[kind, unit, year, code] != (state, label):
            yield f"public contredit partenaire : {kind} {unit} {year} {code}"
    told = [
        sum(one == "publié" for (kind, *_), (one, _) in each.items() if kind == "residences")
        for each in (partner, public)
    ]
    if told[1] > told[0]:
        yield "public publie plus de résidences que partenaire"


def main() -> None:
    """Raid towns and say what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("first", nargs="?", type=int, default=0)
    parser.add_argument("last", nargs="?", type=int, default=20)
    parser.add_argument("--entiers", action="store_true", help="build every file of the editions")
    parser.add_argument("--formats", action="store_true", help="in every format too, with archives")
    parser.add_argument("--redonnes", action="store_true", help="towns whose landlords send old files again")
    arguments = parser.parse_args()
    editions = (*SHARED, LANDLORD)
    number = 0
    for seed in range(arguments.first, arguments.last):
        began = time.process_time()
        with tempfile.TemporaryDirectory() as place:
            try:
                more = {"formats": FORMATS, "archive": True} if arguments.entiers and arguments.formats else {}
                with nullcontext() if arguments.entiers else tables_alone():
                    found = raided(seed, Path(place), editions, again=arguments.redonnes, **more)
            except AtlasError as refused:
                found = [f"refusé : {refused}"]
        number += bool(found)
        print(
            f"ville {seed} : {len(found)} trouvés, {time.process_time() - began:.0f} s",
            *found,
            sep="\n    ",
            flush=True,
        )
    print(f"{arguments.last - arguments.first} villes, {number} où quelque chose se trouve")


if __name__ == "__main__":
    main()
