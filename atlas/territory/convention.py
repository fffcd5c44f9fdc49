"""What a convention says in a territory file: its own targets, and how the files of attributions are written.

The rest of the file (surveys, layers) is not asked for: attributions are tested without it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from atlas.errors import Faults
from atlas.territory.reading import read_content
from atlas.territory.sections import DecisionSource, LocalRule, LocalTarget, Territory
from atlas.territory.words import nearest, translated


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ConventionPlace(_Part):
    """``[territoire]``: how the whole may be called, and the EPCI whose thresholds hold."""

    nom: str = ""
    epci: str | None = None
    communes: tuple[str, ...] = ()
    fictif: bool = False
    simule: str | None = None


class ConventionSources(_Part):
    """``[sources]``: the blocks of attributions alone."""

    attributions: tuple[DecisionSource, ...] = ()

    @field_validator("attributions", mode="before")
    @classmethod
    def _one_section_is_one_block(cls, written: Any) -> Any:
        return (written,) if isinstance(written, dict) else written


class Convention(BaseModel):
    """The part of a territory file that attributions are read and tested with."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    territoire: ConventionPlace = ConventionPlace()
    sources: ConventionSources = ConventionSources()
    regles: dict[str, LocalRule] = {}
    cibles: tuple[LocalTarget, ...] = ()

    def block(self, path: Path) -> DecisionSource:
        """Give the block that tells how a file is written: the one that names it, or the only one of its grain."""
        blocks = self.sources.attributions
        naming = [block for block in blocks if path.name in {named.name for named in block.paths}]
        chosen = naming[0] if naming else blocks[0] if len(blocks) == 1 else DecisionSource()
        return chosen.model_copy(update={"fichier": path, "fichiers": ()})

    def named(self, path: Path) -> bool:
        """Whether a block names the file."""
        return any(path.name == named.name for block in self.sources.attributions for named in block.paths)


def read_convention(path: Path | None) -> Convention:
    """Read what a territory file says of attributions; the empty convention where there is none.

    Raises
    ------
    AtlasError
        Every fault of the file at once: unreadable, misspelt key, wrong type.
    """
    if path is None:
        return Convention()
    content, faults = read_content(path), Faults()
    known = set(Territory.model_fields) - {"chemin"}
    for name in sorted(set(content) - known):
        near = nearest(name, known)
        faults.add(
            "TERR-CLE",
            f"{path.name} : clé inconnue « {name} ».",
            f"une des clés {', '.join(sorted(known))}",
            f"écrire « {near} » ?" if near else "supprimer la clé ou corriger son orthographe",
        )
    try:
        convention = Convention.model_validate(content)
    except ValidationError as error:
        faults.found += [translated(path, entry, content) for entry in error.errors()]
    faults.raise_if_any()
    return convention
