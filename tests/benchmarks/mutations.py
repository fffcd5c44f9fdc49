"""Seeded damage to a small territory: each mutated copy is accepted and balances, or is refused in words.

``python -m tests.benchmarks.mutations --count 3000 --seed 1`` draws mutations of cells, rows, headers, bytes, GeoJSON
and TOML, reads and counts each copy, and prints how many were accepted and refused. Anything else is a failure, listed
with its number: ``--only NUMBER`` draws that one again and shows its traceback.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from atlas.errors import AtlasError
from atlas.pipeline import counted
from atlas.plan import plan
from atlas.progress import Clock

BASE = Path(__file__).parent.parent / "broken" / "base"
TABLES = ("ops.csv", "logements.csv", "adresses.csv", "residences.csv", "attributions.csv")
LAYERS = ("iris.geojson", "qpv.geojson", "qva.geojson")
WORDS = (
    *("", " ", "0", "-1", "1e9", "2,10102E+12", "999", "NC", "#N/A", "-", "12,5", "1 234", "7.500", "45 %", "=1+1"),
    *("é" * 300, "\u00a0", "\u200b", "Sans objet", "2022", "31/12/9999", "O'Neil", '"', ";", "NaN", "inf", "75056"),
    *("01901", "1901", "2A004", "QN00101M", "QP001001", "<b>", "\x00", "🏠", "vrai", "null", "1e400", "-inf"),
)
NUMBERS = (0, -1, 1e308, 91.0, -181.0, 2_000_000.0, None, "x", [], [0], [0, 0], float("nan"))
LINES = (
    *("campagnes = []", "campagnes = [2020, 2022]", "campagnes = [2021]", 'crs = "EPSG:4326"', 'crs = "x"'),
    *("campagne = 2022", "campagne = 2020", 'grain = "menage"', 'communes = ["01901"]', "millesime = -5", "x = "),
    *('encodage = "cp850"', 'encodage = "utf-42"', 'feuille = "x"', 'couche = "x"', "generation = 2015", "[sources]"),
    *('[regles.loyer_plai]\nvaleur = inf\nunite = "€"\nsource = "x"', "[[sources.ops]]", 'epci = "x"'),
)
Draw = random.Random


@dataclass(frozen=True)
class Outcome:
    """What became of one mutation: ``acceptée``, ``refusée`` or ``échec``, its kind, and why."""

    number: int
    kind: str
    verdict: str
    why: str = ""


def _rows(path: Path) -> list[list[str]]:
    return [line.split(";") for line in path.read_text("utf-8").splitlines()]


def _write(path: Path, rows: list[list[str]]) -> None:
    path.write_text("\n".join(";".join(row) for row in rows) + "\n", "utf-8")


def cell(draw: Draw, folder: Path) -> None:
    """Replace one to three cells of a table."""
    path = folder / draw.choice(TABLES)
    rows = _rows(path)
    for _ in range(draw.randint(1, 3)):
        row = draw.choice(rows[1:])
        row[draw.randrange(len(row))] = draw.choice(WORDS)
    _write(path, rows)


def column(draw: Draw, folder: Path) -> None:
    """Give a whole column one value."""
    path = folder / draw.choice(TABLES)
    rows = _rows(path)
    place, value = draw.randrange(len(rows[0])), draw.choice(WORDS)
    for row in rows[1:]:
        row[place] = value
    _write(path, rows)


def row(draw: Draw, folder: Path) -> None:
    """Repeat, drop, shorten, lengthen, empty or move a row."""
    path = folder / draw.choice(TABLES)
    rows = _rows(path)
    place = draw.randrange(len(rows))
    how = draw.randrange(6)
    if how == 0:
        rows.insert(draw.randrange(len(rows) + 1), list(rows[place]))
    elif how == 1:
        del rows[place]
    elif how == 2:
        rows[place] = rows[place][: draw.randrange(len(rows[place]) + 1)]
    elif how == 3:
        rows[place] = [*rows[place], *draw.choices(WORDS, k=2)]
    elif how == 4:
        rows[place] = [""] * len(rows[place])
    else:
        rows.insert(0, rows.pop(place))
    _write(path, rows)


def header(draw: Draw, folder: Path) -> None:
    """Rename, repeat or exchange headers."""
    path = folder / draw.choice(TABLES)
    rows = _rows(path)
    one, other = draw.randrange(len(rows[0])), draw.randrange(len(rows[0]))
    how = draw.randrange(3)
    if how == 0:
        rows[0][one] = draw.choice((*WORDS, rows[0][one].upper(), f" {rows[0][one]} ", rows[0][one][:-1]))
    elif how == 1:
        rows[0][one] = rows[0][other]
    else:
        rows[0][one], rows[0][other] = rows[0][other], rows[0][one]
    _write(path, rows)


def octets(draw: Draw, folder: Path) -> None:
    """Change, cut or insert bytes of any file."""
    path = folder / draw.choice((*TABLES, *LAYERS, "territoire.toml"))
    data = bytearray(path.read_bytes())
    how = draw.randrange(3)
    if how == 0:
        for _ in range(draw.randint(1, 5)):
            data[draw.randrange(len(data))] = draw.randrange(256)
    elif how == 1:
        del data[draw.randrange(len(data)) :]
    else:
        place = draw.randrange(len(data))
        data[place:place] = draw.randbytes(draw.randint(1, 40))
    path.write_bytes(bytes(data))


def geojson(draw: Draw, folder: Path) -> None:
    """Damage one value somewhere in a layer."""
    path = folder / draw.choice(LAYERS)
    content = json.loads(path.read_text("utf-8"))
    node: object = content
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node))) if isinstance(node, list) else []
        key = draw.choice(keys)
        inner = node[key]  # type: ignore[index]
        if not isinstance(inner, dict | list) or not inner or draw.random() < 0.15:
            break
        node = inner
    how = draw.randrange(3)
    if how == 0:
        node[key] = draw.choice((*NUMBERS, *WORDS))  # type: ignore[index]
    elif how == 1:
        del node[key]  # type: ignore[attr-defined]
    elif isinstance(node, list):
        node.append(inner)
    else:
        node[draw.choice(WORDS)] = inner  # type: ignore[index]
    path.write_text(json.dumps(content), "utf-8")


def toml(draw: Draw, folder: Path) -> None:
    """Drop, repeat, insert or exchange lines of the territory file."""
    path = folder / "territoire.toml"
    lines = path.read_text("utf-8").splitlines()
    place = draw.randrange(len(lines))
    how = draw.randrange(4)
    if how == 0:
        del lines[place]
    elif how == 1:
        lines.insert(place, draw.choice(lines))
    elif how == 2:
        lines.insert(place + 1, draw.choice(LINES))
    else:
        other = draw.randrange(len(lines))
        lines[place], lines[other] = lines[other], lines[place]
    path.write_text("\n".join(lines) + "\n", "utf-8")


KINDS: tuple[Callable[[Draw, Path], None], ...] = (cell, cell, column, row, header, octets, geojson, toml)


def mutate(number: int, seed: int, folder: Path) -> str:
    """Draw one mutation and apply it to a fresh copy of the territory; give its kind."""
    draw = random.Random(f"{seed}-{number}")
    shutil.copytree(BASE, folder)
    kind = draw.choice(KINDS)
    kind(draw, folder)
    return kind.__name__


def judged(number: int, seed: int, *, loud: bool = False) -> Outcome:
    """Read and count a mutated territory: the ledger checks every stage on the way."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "territoire"
        kind = mutate(number, seed, folder)
        try:
            with warnings.catch_warnings(action="ignore"):
                survey = counted(plan(folder / "territoire.toml", ()), Clock(lambda step: None))
        except AtlasError as error:
            codes = sorted({fault.code for fault in error.faults})
            whole = all(fault.what and fault.expected and fault.remedy for fault in error.faults)
            fine = whole and "BILAN-ECART" not in codes
            return Outcome(number, kind, "refusée" if fine else "échec", ", ".join(codes))
        except Exception as error:  # what the benchmark is for
            if loud:
                traceback.print_exc()
            return Outcome(number, kind, "échec", f"{type(error).__name__} : {str(error)[:160]}")
        dwellings = survey.counted.atoms["nb_logements"].sum()
        units = survey.counted.units["territoire"]["nb_logements"].sum()
        if dwellings != units:
            return Outcome(number, kind, "échec", f"{dwellings} logements lus, {units} comptés")
        return Outcome(number, kind, "acceptée")


def main(count: int, seed: int, only: int | None = None) -> list[Outcome]:
    """Judge every mutation, say how many met each end, and list the failures."""
    numbers = range(count) if only is None else [only]
    outcomes = []
    for number in numbers:
        outcomes.append(judged(number, seed, loud=only is not None))
        if outcomes[-1].verdict == "échec":
            print(f"échec {number} ({outcomes[-1].kind}) : {outcomes[-1].why}", flush=True)
    for (kind, verdict), times in sorted(Counter((one.kind, one.verdict) for one in outcomes).items()):
        print(f"{kind:8} {verdict:9} {times}")
    return [one for one in outcomes if one.verdict == "échec"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int)
    asked = parser.parse_args()
    sys.exit(bool(main(asked.count, asked.seed, asked.only)))
