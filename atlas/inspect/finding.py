"""What was seen in a table or a layer, and the block of a territory file that names it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from atlas.errors import excerpt
from atlas.tables import ORIGINS

TO_CHECK = "à vérifier"


@dataclass(frozen=True)
class Finding:
    """What was seen in a table or a layer and what it is taken for.

    ``lines`` are those of its block, guesses marked « à vérifier ». ``mapping`` gives a canonical column its header,
    only where a build would not find it; ``found`` gives it for every column found; ``missing`` lists the required
    columns that were not, ``unused`` the headers that no column takes. ``years`` are those of its rows or, without
    any, of its name. ``places`` and ``communes`` are the names and codes of communes that its rows give, ``trace``
    tells two tables of the same content. A ``hidden`` sheet is one that its workbook does not show.
    """

    path: Path
    seen: tuple[str, ...]
    section: str | None = None
    words: str = "source non reconnue"
    lines: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    found: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    several: bool = True
    score: float = 0.0
    years: tuple[int, ...] = ()
    places: tuple[str, ...] = ()
    communes: tuple[str, ...] = ()
    trace: str = ""
    hidden: bool = False

    @property
    def toml(self) -> str:
        """The block to paste in the territory file; empty when the source was not recognised."""
        if self.section is None:
            return ""
        names = [self.path.name]
        return block(self.section, names, self.lines, self.mapping, several=self.several)

    @property
    def guesses(self) -> tuple[str, ...]:
        """The lines of the block that were guessed."""
        mapped = tuple(f"{name} = {quoted(header)}" for name, header in self.mapping.items())
        return (*(line for line in self.lines if TO_CHECK in line), *mapped)

    @property
    def text(self) -> str:
        """What was seen, what it is taken for, what lacks, and the block to paste, in French."""
        lines = [f"{self.path.name} : {self.words}", *(f"  {entry}" for entry in self.seen)]
        if self.section is not None:
            lines.append(f"  colonnes reconnues : {excerpt(self.found, 60)}")
            if self.mapping:
                lines.append("  correspondances devinées, à vérifier : section colonnes ci-dessous")
            if self.missing:
                lines.append(f"  colonnes requises non trouvées : {', '.join(self.missing)}")
        if self.unused:
            lines.append(f"  en-têtes non utilisés : {excerpt(self.unused, 12)}")
        if self.section is not None:
            lines += ["", "À coller dans le fichier de territoire :", "", self.toml.rstrip()]
        return "\n".join(lines) + "\n"


def block(
    section: str,
    names: Sequence[str],
    lines: Sequence[str] = (),
    mapping: Mapping[str, str] | None = None,
    *,
    several: bool = True,
    among: int = 1,
) -> str:
    """Write the block of a territory file that names files of one shape; ``among``: how many its section has.

    >>> print(block("ops", ["a.csv", "b.csv"], ["campagne = 2022"], {"bailleur": "Organisme"}), end="")
    [[sources.ops]]
    fichiers = ["a.csv", "b.csv"]
    campagne = 2022
    [sources.ops.colonnes]
    bailleur = "Organisme"
    """
    table = f"sources.{section}"
    head = f"[[{table}]]" if ORIGINS[section].repeated or among > 1 else f"[{table}]"
    named = several or len(names) > 1
    files = f"fichiers = [{', '.join(map(quoted, names))}]" if named else f"fichier = {quoted(names[0])}"
    written = [head, files, *lines]
    if mapping:
        written.append(f"[{table}.colonnes]")
        written += [f"{canonical} = {quoted(header)}" for canonical, header in mapping.items()]
    return "\n".join(written) + "\n"


def quoted(text: str) -> str:
    """Write a text as a TOML string.

    >>> print(quoted('Nb "logts"'))
    "Nb \\"logts\\""
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
