"""Open data of a territory, brought from their producers and cut to it. The only door of the atlas to a network.

In: départements, communes, where to put files. Out: the files that ``atlas init`` reads, and ``sources.json``, which
says of each where it was taken, when, under which licence, of which vintage, with its SHA-256. Everything is brought,
cut and checked beside; the folder is completed at the end, file by file, each whole.
"""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from atlas.errors import AtlasError, Fault
from atlas.fetch.bringing import Brought, bring
from atlas.fetch.cutting import Place, department_of
from atlas.fetch.kept import NAME, listed, written
from atlas.fetch.origins import SOURCES, Origin, addresses, local_addresses, regions
from atlas.fetch.transfer import PATIENT, Patience
from atlas.writing import many, whole

__all__ = ["NAME", "SOURCES", "Fetched", "Patience", "fetch", "listed"]


@dataclass(frozen=True)
class Fetched:
    """What was brought, and what could not be checked."""

    folder: Path
    files: tuple[Brought, ...]
    remarks: tuple[str, ...]

    @property
    def text(self) -> str:
        """Tell it in French, with the command to run next."""
        lines = [f"Données ouvertes dans {self.folder} :"]
        lines += [f"  {one.name} : {one.title}, {_said(one)}, {one.licence}" for one in self.files]
        lines += [f"  {NAME} : origine, millésime, licence et empreinte de chaque fichier", *self.remarks]
        return "\n".join([*lines, f"Y déposer l'enquête et les autres fichiers, puis : atlas init {self.folder}"])


def fetch(
    departments: Sequence[str],
    communes: Sequence[str] = (),
    folder: Path = Path("donnees"),
    *,
    sources: Sequence[str] = SOURCES,
    origin: str | None = None,
    territory: Path | None = None,
    patience: Patience = PATIENT,
    say: Callable[[str], None] = lambda step: None,
) -> Fetched:
    """Bring the open files of a territory.

    Parameters
    ----------
    departments : sequence of str
        Codes, such as ``21``, ``2A``, ``974``; at least one.
    communes : sequence of str, optional
        Codes of the communes to keep; whole départements without any.
    folder : Path
        Where files go; other files there are left alone.
    sources : sequence of str
        Among :data:`SOURCES`.
    origin : str, optional
        A folder where the files were put by hand, or the address of a mirror.
    territory : Path, optional
        A territory file whose ``[regles.sources_…]`` give other addresses.

    Raises
    ------
    AtlasError
        ``TELECHARGER-…`` for what is asked, ``RESEAU-…`` for what could not be brought; nothing is written then.
    """
    place = _place(departments, communes)
    wanted = _wanted(sources)
    rules = addresses(date.today(), local_addresses(_content(territory)) if territory else {})
    folder.mkdir(parents=True, exist_ok=True)
    # What was half received is found again by the next run: it stays beside until all is there.
    beside = folder / ".telechargement"
    beside.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=beside) as fresh:
        brought = list(bring(place, wanted, rules, Origin.of(origin), beside, Path(fresh), patience, say))
        for one in brought:
            (Path(fresh) / one.name).replace(folder / one.name)
        written(folder, place, brought)
    _cleared(beside)
    return Fetched(folder, tuple(brought), tuple(_remarks(brought, local=bool(origin))))


def _place(departments: Sequence[str], communes: Sequence[str]) -> Place:
    told, named = _codes(departments), _codes(communes)
    told = told or tuple(dict.fromkeys(map(department_of, named)))
    wrong = [code for code in told if code not in regions()]
    astray = [code for code in named if department_of(code) not in told or len(code) != 5]
    if wrong or astray or not told:
        what = f"départements inconnus : {', '.join(wrong)}" if wrong else ""
        what = what or (f"communes d'un autre département : {', '.join(astray)}" if astray else "aucun département")
        raise AtlasError(
            [
                Fault(
                    "TELECHARGER-TERRITOIRE",
                    f"Le territoire demandé ne se lit pas : {what}.",
                    "des codes de département (21, 2A, 974) et des codes Insee de communes (21231)",
                    "corriger --departement ou --communes",
                )
            ]
        )
    return Place(frozenset(told), frozenset(named))


def _codes(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code.strip().upper() for text in texts for code in text.split(",") if code.strip()))


def _wanted(sources: Sequence[str]) -> tuple[str, ...]:
    named = tuple(code.strip().lower() for text in sources for code in text.split(",") if code.strip())
    unknown = [name for name in named if name not in SOURCES]
    if unknown:
        raise AtlasError(
            [
                Fault(
                    "TELECHARGER-SOURCE",
                    f"Sources inconnues : {', '.join(unknown)}.",
                    f"parmi {', '.join(SOURCES)}",
                    "corriger --sources",
                )
            ]
        )
    return tuple(name for name in SOURCES if name in named)


def _content(path: Path) -> dict[str, object]:
    """Read a territory file for its addresses alone: the files that it names may not be there yet."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AtlasError(
            [
                Fault(
                    "TELECHARGER-TERRITOIRE",
                    f"{path.name} ne se lit pas ({error}).",
                    "un fichier de territoire en TOML",
                    "corriger --territoire",
                )
            ]
        ) from None


def _remarks(brought: Sequence[Brought], *, local: bool) -> list[str]:
    unchecked = list(dict.fromkeys(one.title for one in brought if not one.checked_online))
    if local or not unchecked:
        return []
    return [f"Adresses qu'aucun service n'avait confirmées à l'écriture du programme : {' ; '.join(unchecked)}."]


def _said(one: Brought) -> str:
    vintage = f"{one.vintage}, " if one.vintage else ""
    return f"{vintage}{many(one.rows, one.word)}, {whole(one.size / 1024)} Kio"


def _cleared(beside: Path) -> None:
    """Drop the folder of what was half received, now that all is there."""
    for path in sorted(beside.rglob("*"), reverse=True):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()
    beside.rmdir()
