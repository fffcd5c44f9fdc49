"""The edition on which a simulation is made, and the unit that it is of: found, or refused with the nearest names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from atlas.audit import GEOPACKAGE, Shown
from atlas.errors import AtlasError, Fault
from atlas.tables import AUDIENCES
from atlas.writing import unaccented

KINDS = ("residences", "quartiers", "communes", "iris")
_FEWEST = "secret_denominateur"


@dataclass(frozen=True)
class Unit:
    """One unit of an edition: its kind, its row, and what methods read of it and of its territory (one row each)."""

    shown: Shown
    kind: str
    row: pd.DataFrame
    read: pd.DataFrame
    around: pd.DataFrame

    @property
    def identifier(self) -> str:
        """Its identifier."""
        return str(self.row["id"].iloc[0])

    @property
    def name(self) -> str:
        """Its name, or its identifier."""
        name = self.row["nom"].iloc[0] if "nom" in self.row else None
        return self.identifier if name is None or pd.isna(name) else str(name)

    @property
    def campaign(self) -> int:
        """The campaign shown first."""
        return int(self.row["campagne"].iloc[0])

    @property
    def fewest(self) -> float:
        """The smallest denominator of which the edition shows a rate."""
        return float(self.shown.back.rules.get(_FEWEST, 1)) if self.shown.written.masked else 1.0


def edition_at(output: Path, name: str | None = None) -> Shown:
    """Read the edition to simulate on: the one named, or the internal one, else the first masked one.

    ``output`` is the folder of a build, or that of an edition.

    Raises
    ------
    AtlasError
        ``SIMULER-SORTIE`` where there is none.
    """
    held = {path.parent.name: path.parent for path in sorted(output.glob(f"*/{GEOPACKAGE}"))}
    if (output / GEOPACKAGE).is_file() and name in (None, output.name):
        return Shown.at(output)
    order = [name] if name else [*AUDIENCES, *held]
    found = next((one for one in order if one in held), None)
    if found is not None:
        return Shown.at(held[found])
    raise AtlasError(
        [
            Fault(
                "SIMULER-SORTIE",
                f"{output.name} ne contient pas l'édition {name}."
                if name
                else f"{output.name} ne contient aucune édition.",
                f"une de {', '.join(held)}" if held else "le dossier donné à « atlas build --sortie », ou une édition",
                "corriger --edition" if name and held else "donner le dossier d'une construction",
            )
        ]
    )


def unit_of(shown: Shown, identifier: str, kinds: tuple[str, ...] = ("residences",)) -> Unit:
    """Find a unit by its identifier, by its name where one alone bears it, or by one of its addresses.

    Raises
    ------
    AtlasError
        ``SIMULER-INCONNU`` with the nearest names, ``SIMULER-PLUSIEURS`` for a name that several bear.
    """
    for kind in (one for one in kinds if one in shown.written.units):
        table = shown.written.units[kind]
        asked = _holder(shown, identifier) if kind == "residences" else identifier
        row = table[table["id"].astype("str") == asked]
        if row.empty and "nom" in table:
            row = table[table["nom"].map(_plain, na_action="ignore") == _plain(identifier)]
            if len(row) > 1:
                raise AtlasError([_several(identifier, row)])
        if not row.empty:
            row = row.reset_index(drop=True)
            return Unit(shown, kind, row, shown.back.units(kind, row), shown.back.territory(row))
    raise AtlasError([_unknown(shown, identifier, kinds)])


def _plain(text: str) -> str:
    return unaccented(str(text)).lower().strip()


def _holder(shown: Shown, identifier: str) -> str:
    """Give the residence of an address, where the edition tells addresses."""
    addresses = shown.written.units.get("adresses")
    if addresses is None or "id_residence" not in addresses:
        return identifier
    own = addresses.loc[addresses["id"] == identifier, "id_residence"]
    known = set(shown.residences["id"])
    return str(own.iloc[0]) if len(own) and identifier not in known else identifier


def _unknown(shown: Shown, identifier: str, kinds: tuple[str, ...]) -> Fault:
    from rapidfuzz import fuzz, process

    known: dict[str, str] = {}
    for kind in (one for one in kinds if one in shown.written.units):
        table = shown.written.units[kind]
        names = table["nom"] if "nom" in table else table["id"]
        for code, name in zip(table["id"].astype(str), names, strict=True):
            said = code if pd.isna(name) or name == code else f"{name} ({code})"
            known |= {_plain(code): said, _plain(str(name)): said}
    near = process.extract(_plain(identifier), list(known), scorer=fuzz.WRatio, limit=6)
    listed = list(dict.fromkeys(known[one] for one, _, _ in near))[:3]
    sorts = "une résidence" if kinds == ("residences",) else "une résidence, un quartier, une commune ni un IRIS"
    return Fault(
        "SIMULER-INCONNU",
        f"« {identifier} » n'est pas {sorts} de l'édition {shown.written.name}.",
        "un identifiant ou un nom de cette édition",
        f"les plus proches : {' ; '.join(listed)}",
    )


def _several(identifier: str, rows: pd.DataFrame) -> Fault:
    return Fault(
        "SIMULER-PLUSIEURS",
        f"« {identifier} » est le nom de {len(rows)} lieux.",
        "un identifiant",
        f"donner l'un de {', '.join(rows['id'].astype(str).head(5))}",
    )
