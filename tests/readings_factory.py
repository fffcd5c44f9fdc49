"""A commune of the fictional metropolis read by every method at once: small enough to be built for one test."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from atlas.methods import DEFAULT, every
from atlas.parameters import read_parameters

DEMO = Path(__file__).parent.parent / "data" / "demo"
COMMUNE, EDITIONS = "21903", ("interne", "partenaire", "public")
# So few residences make groups that the rules of a metropolis would not keep.
GROUPS = """
[regles.typologie_effectif]
valeur = 5
unite = "résidences"
source = "Une seule commune"

[regles.typologie_stabilite]
valeur = 0.3
unite = "indice"
source = "Une seule commune"
"""
ALERTS = """
[[alertes]]
bailleur = "Habitat des Trois Vallées"
partage = true
seuils = { inf40 = 45, impayes = 10, vacance = 5 }

[[alertes]]
bailleur = "Orle Habitat"
partage = false
seuils = { inf40 = 40, rotation = 12 }
"""
_SURVEYS, _OTHERS = (
    ("ops_2020.csv", "ops_2022.csv"),
    ("logements_2022.csv.gz", "attributions_2022.csv", "residences.csv"),
)


def methods() -> tuple[str, ...]:
    """Every method, the one that a territory gets by itself first."""
    return (*DEFAULT, *(one.code for one in every() if one.code not in DEFAULT))


def expired() -> tuple[str, ...]:
    """Rules of methods that are past their verified day: a build that applies them must be told to."""
    known = read_parameters().values
    keys = {key for one in every() for key in one.rules}
    return tuple(sorted(key for key in keys if key in known and known[key][-1].verified_until.year < 2020))


def make_territory(folder: Path) -> Path:
    """Write the territory in a folder, and give its file."""
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("*.py", "reponse*", "noms.toml"))
    kept: set[str] = set()
    for name in _SURVEYS:
        table = _read(folder / name)
        table = table[table["code_insee"] == COMMUNE]
        kept |= set(table["id_adresse"])
        table.to_csv(folder / name, sep=";", index=False)
    for name in _OTHERS:
        table = _read(folder / name)
        table[table["id_adresse"].isin(kept)].to_csv(folder / name, sep=";", index=False)
    file = folder / "territoire.toml"
    named = ", ".join(f'"{name}"' for name in methods())
    file.write_text(
        file.read_text("utf-8").replace('actives = ["seuils"]', f"actives = [{named}]") + GROUPS + ALERTS, "utf-8"
    )
    return file


def build_readings(place: Path) -> Path:
    """Build it, in the editions that name residences and in the one that does not, in every format."""
    return built(make_territory(place / "territoire"), place / "atlas")


def built(territory: Path, output: Path, editions: Sequence[str] = EDITIONS) -> Path:
    """Build a territory as the one that tests share."""
    from atlas.output import FORMATS
    from atlas.pipeline import build

    return build(territory, output, editions, expired(), formats=FORMATS, archive=True)


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)
