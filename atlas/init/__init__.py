"""From a folder of files to a territory file: what is sure, what is guessed, what lacks, and the command to run."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from atlas.errors import AtlasError, Fault, excerpt
from atlas.init.choosing import Chosen, choose
from atlas.init.looking import look
from atlas.init.writing import written

__all__ = ["Started", "init"]

FILE_NAME = "territoire.toml"


@dataclass(frozen=True)
class Started:
    """The territory file written, and what a planner should know of it: one French sentence each."""

    path: Path
    sure: tuple[str, ...]
    guessed: tuple[str, ...]
    lacking: tuple[str, ...]

    @property
    def text(self) -> str:
        """What was seen, in three lists, and the command to run."""
        lists = (("Sûr", self.sure), ("Deviné, à vérifier", self.guessed), ("Ce qui manque", self.lacking))
        told = [f"{title} :\n" + "\n".join(f"  {entry}" for entry in entries) for title, entries in lists if entries]
        command = f"atlas check {_shell(self.path)}"
        return "\n\n".join([f"Fichier de territoire écrit : {self.path}", *told, f"À lancer : {command}"])


def init(folder: Path, output: Path | None = None) -> Started:
    """Look at every file of a folder and write the territory file that names those the atlas reads.

    Parameters
    ----------
    folder : Path
        Looked at with its subfolders; what the atlas itself wrote there is left aside.
    output : Path, optional
        Where to write; ``territoire.toml`` in the folder by default.

    Raises
    ------
    AtlasError
        ``INIT-DOSSIER``, ``INIT-EXISTE`` (a file is never replaced), ``INIT-SANS-ADRESSES`` (nothing to build from).
    """
    target = output if output is not None else folder / FILE_NAME
    if not folder.is_dir():
        raise AtlasError(
            [Fault("INIT-DOSSIER", f"{folder} n'est pas un dossier.", "un dossier de fichiers", "vérifier le chemin")]
        )
    if target.exists():
        raise AtlasError(
            [
                Fault(
                    "INIT-EXISTE",
                    f"{target} existe déjà.",
                    "un fichier à créer : un fichier de territoire n'est jamais remplacé",
                    "le renommer, ou écrire ailleurs par --sortie",
                )
            ]
        )
    seen = look(folder)
    chosen = choose(seen.findings, folder.resolve().name)
    if not chosen.has_addresses:
        found = [f"{finding.path.name} ({finding.words})" for finding in seen.findings]
        raise AtlasError(
            [
                Fault(
                    "INIT-SANS-ADRESSES",
                    f"Aucun fichier de {folder.name or folder} n'est reconnu comme une table d'adresses du parc social"
                    f" ; lus : {excerpt([*found, *seen.unread], 8) or 'aucun'}.",
                    "une enquête OPS ou un répertoire RPLS parmi les fichiers",
                    "« atlas inspect FICHIER » dit ce qui manque à un fichier pour être reconnu",
                )
            ]
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    base = target.resolve().parent

    def name_of(path: Path) -> str:
        """Name a file as the territory file will: relative to it where one volume holds both."""
        try:
            return Path(os.path.relpath(path.resolve(), base)).as_posix()
        except ValueError:
            return path.resolve().as_posix()

    started = _told(target, chosen, seen.unread)
    with target.open("x", encoding="utf-8", newline="\n") as stream:
        stream.write(written(chosen, name_of, started.lacking))
    return started


def _told(target: Path, chosen: Chosen, unread: tuple[str, ...]) -> Started:
    sure: list[str] = []
    guessed: list[str] = []
    for finding in chosen.kept:
        (guessed if finding.mapping else sure).append(f"{finding.path.name} : {finding.words} ({finding.seen[0]})")
        guessed += [f"{finding.path.name} : {line.replace('  # à vérifier', '')}" for line in finding.guesses]
    return Started(target, tuple(sure), (*chosen.guessed, *guessed), (*chosen.lacking, *unread))


def _shell(path: Path) -> str:
    text = str(path)
    return f'"{text}"' if " " in text else text
